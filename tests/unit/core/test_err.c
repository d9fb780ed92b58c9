/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "core/err.h"
#include "tests/unit/unit.h"

static void
returns_the_code_and_keeps_the_text(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(err_set(&err, -EINVAL, "unit = \"%d\": want 1..247", 300), -EINVAL);
	assert_int_equal(err.code, -EINVAL);
	assert_string_equal(err.text, "unit = \"300\": want 1..247");
	err_prefix(&err, "%s:%d: ", "a.conf", 7);
	assert_string_equal(err.text, "a.conf:7: unit = \"300\": want 1..247");
}

static void
cuts_what_does_not_fit(void **state)
{
	struct err err;
	char big[2 * sizeof(err.text)];

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	err_set(&err, -EIO, "%s", big);
	err_prefix(&err, "here: ");
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_int_equal(strncmp(err.text, "here: xxx", 9), 0);
}

static void
stays_one_line_whatever_it_tells_of(void **state)
{
	struct err err;

	(void)state;
	err_set(&err, -EINVAL, "\"%s\" is not there", "a\nb\x1b\x7f\xc3\xa9");
	err_prefix(&err, "%s: ", "dir\r\nname");
	assert_string_equal(err.text, "dir??name: \"a?b??\xc3\xa9\" is not there");
}

static void
nobody_has_to_listen(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, -ENOMEM, "out of memory"), -ENOMEM);
	err_prefix(NULL, "x");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(returns_the_code_and_keeps_the_text),
		cmocka_unit_test(cuts_what_does_not_fit),
		cmocka_unit_test(stays_one_line_whatever_it_tells_of),
		cmocka_unit_test(nobody_has_to_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
