/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "core/strbuf.h"
#include "tests/unit/unit.h"

#define EURO "\xe2\x82\xac"

static void
adds_piece_by_piece_until_it_is_full(void **state)
{
	static const struct {
		size_t size;
		const char *pieces[3];
		const char *want;
		bool is_cut;
	} cases[] = {
		{ 8, { "", "", "" }, "", false },
		{ 8, { "ab", "cd", "efg" }, "abcdefg", false },
		{ 8, { "ab", "cd", "efgh" }, "abcdefg", true },
		{ 8, { "abcdefgh", "", "" }, "abcdefg", true },
		{ 8, { "abcdefg", "", "x" }, "abcdefg", true },
		{ 8, { "abcde", EURO, "x" }, "abcde", true }, /* no half, nothing behind */
		{ 8, { "abcd", EURO, "" }, "abcd" EURO, false },
		{ 8, { "abcd", EURO, "x" }, "abcd" EURO, true },
		{ 1, { "", "", "" }, "", false },
		{ 1, { "a", "", "" }, "", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char buffer[9] = "########";
		struct strbuf text;

		strbuf_init(&text, buffer, cases[i].size);
		for (size_t n = 0; n < COUNT(cases[i].pieces); n++)
			strbuf_add(&text, "%s", cases[i].pieces[n]);
		assert_string_equal(text.text, cases[i].want);
		assert_int_equal(text.length, strlen(cases[i].want));
		assert_int_equal(strbuf_is_cut(&text), cases[i].is_cut);
		if (cases[i].size == 1)
			assert_int_equal(buffer[1], '#');
	}
}

static void
formats_like_printf(void **state)
{
	char buffer[32];
	struct strbuf text;

	(void)state;
	strbuf_init(&text, buffer, sizeof(buffer));
	strbuf_add(&text, "bus %u", 7u);
	strbuf_add(&text, ": %s%%", "5");
	assert_string_equal(buffer, "bus 7: 5%");
}

static void
copes_with_no_room_at_all(void **state)
{
	char untouched = '#';
	struct strbuf text;

	(void)state;
	strbuf_init(&text, &untouched, 0);
	strbuf_add(&text, "%s", "");
	assert_false(strbuf_is_cut(&text));
	strbuf_add(&text, "x");
	assert_true(strbuf_is_cut(&text));
	assert_int_equal(text.length, 0);
	assert_int_equal(untouched, '#');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_piece_by_piece_until_it_is_full),
		cmocka_unit_test(formats_like_printf),
		cmocka_unit_test(copes_with_no_room_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
