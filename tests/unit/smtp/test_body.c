/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "smtp/body.h"
#include "tests/unit/unit.h"

static void
ends_each_line_with_crlf(void **state)
{
	static const struct {
		const char *from;
		size_t len;
		const char *want;
	} cases[] = {
		{ "", 0, "" },
		{ "a", 1, "a\r\n" },
		{ "a\r\n", 3, "a\r\n" },
		{ "a\n", 2, "a\r\n" },
		{ "a\r", 2, "a\r\n" },
		{ "a\r\r\n", 4, "a\r\n\r\n" },
		{ "a\n\r\n", 4, "a\r\n\r\n" },
		{ "a\n.\nb\n", 6, "a\r\n.\r\nb\r\n" },
		{ "a\r\n.\rb", 6, "a\r\n.\r\nb\r\n" },
		{ "a\0b\r\n", 5, "a?b\r\n" },
		{ "\n", 1, "\r\n" },
		{ "\r", 1, "\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char to[32] = "################";
		size_t want = strlen(cases[i].want);

		assert_int_equal(body_length(cases[i].from, cases[i].len), want);
		body_write(cases[i].from, cases[i].len, to);
		assert_memory_equal(to, cases[i].want, want);
		assert_int_equal(to[want], '#');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(ends_each_line_with_crlf) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
