/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "core/text.h"
#include "tests/unit/unit.h"

#define EURO   "\xe2\x82\xac"
#define CLEF   "\xf0\x9d\x84\x9e"
#define NAME32 "abcdefghijklmnopqrstuvwxyz012345"

static void
copies_without_cutting_a_character(void **state)
{
	static const struct {
		const char *from;
		size_t size;
		const char *want;
		bool is_whole;
	} cases[] = {
		{ "abc", 4, "abc", true },
		{ "abc", 3, "ab", false },
		{ "abc", 1, "", false },
		{ "", 1, "", true },
		{ "a" EURO, 5, "a" EURO, true },
		{ "a" EURO, 4, "a", false },
		{ "a" EURO, 3, "a", false },
		{ "a" EURO "b", 5, "a" EURO, false },
		{ CLEF "b", 4, "", false },
		{ CLEF "b", 5, CLEF, false },
		{ EURO, 2, "", false },
		{ "\x80\x80\x80\x80\x80\x80", 6, "\x80\x80\x80\x80\x80", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char to[8] = "#######";

		assert_int_equal(text_copy(to, cases[i].size, cases[i].from), cases[i].is_whole);
		assert_string_equal(to, cases[i].want);
		if (cases[i].size < sizeof(to) - 1)
			assert_int_equal(to[cases[i].size], '#');
	}
	assert_false(text_copy(NULL, 0, "abc"));
}

static void
cleans_what_a_stranger_says(void **state)
{
	static const struct {
		const char *from;
		size_t len, size;
		const char *want;
	} cases[] = {
		{ "", 0, 8, "" },
		{ "all well", 8, 16, "all well" },
		{ "  a \t\r\n b  ", 11, 16, "a b" },
		{ "a\0b", 3, 16, "a b" },
		{ "a\x1b[31mb\x7f", 8, 16, "a [31mb" },
		{ "a\xc2\x9b"
		  "b",
		    4, 16, "a b" },
		{ "a\xff\xfe"
		  "b",
		    4, 16, "a??b" },
		{ "a\xe2\x82", 3, 16, "a??" },
		{ "\xed\xa0\x80", 3, 16, "???" },
		{ "a" EURO "b", 5, 16, "a" EURO "b" },
		{ "a" EURO "b", 5, 5, "a" EURO },
		{ "a" EURO "b", 5, 4, "a" },
		{ "ab cd", 5, 4, "ab" },
		{ "ab", 2, 1, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char to[16] = "################";

		text_clean(cases[i].from, cases[i].len, to, cases[i].size);
		assert_string_equal(to, cases[i].want);
		assert_true(text_is_clean(to, strlen(to)));
	}
}

static void
finds_where_to_cut(void **state)
{
	static const struct {
		const char *text;
		size_t len, want;
	} cases[] = {
		{ "", 0, 0 },
		{ "abc", 2, 2 },
		{ "a" EURO "b", 1, 1 },
		{ "a" EURO "b", 2, 1 },
		{ "a" EURO "b", 3, 1 },
		{ "a" EURO "b", 4, 4 },
		{ "a" EURO "b", 5, 5 },
		{ CLEF, 3, 0 },
		{ CLEF, 4, 4 },
		{ "\xc3\xa4", 1, 0 },
		{ "\x80\x80", 2, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(text_whole(cases[i].text, cases[i].len), cases[i].want);
}

static void
controls_are_utf8(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		bool want;
	} cases[] = {
		{ "", 0, true },
		{ "a\tb\0\x7f", 5, true },
		{ "\xc2\x80" EURO CLEF, 9, true },
		{ "\xc2", 1, false },
		{ "\xc2\x7f", 2, false },
		{ "a\x80", 2, false },
		{ "\xed\xa0\x80", 3, false },
		{ EURO, 2, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(text_is_utf8(cases[i].text, cases[i].len), cases[i].want);
}

static void
clean_is_utf8_without_controls(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		bool want;
	} cases[] = {
		{ "", 0, true },
		{ "Serverraum 1 ~", 14, true },
		{ "a\0b", 3, false },
		{ "a\nb", 3, false },
		{ "\x1f", 1, false },
		{ "\x7f", 1, false },
		{ "\xc2\x9f", 2, false }, /* C1 */
		{ "\xc2\xa0", 2, true },
		{ "\xc3\x80", 2, true },
		{ "\xc3", 1, false }, /* cut short */
		{ EURO, 3, true },
		{ EURO, 2, false },
		{ "\xe2\x82\x28", 3, false },
		{ CLEF "x", 5, true },
		{ "\x80", 1, false },             /* no first byte */
		{ "\xc0\x80", 2, false },         /* longer than need be */
		{ "\xc1\xbf", 2, false },         /* likewise */
		{ "\xe0\x9f\xbf", 3, false },     /* likewise */
		{ "\xe0\xa0\x80", 3, true },      /* U+0800 */
		{ "\xed\x9f\xbf", 3, true },      /* U+D7FF */
		{ "\xed\xa0\x80", 3, false },     /* a surrogate */
		{ "\xf0\x8f\xbf\xbf", 4, false }, /* longer than need be */
		{ "\xf4\x8f\xbf\xbf", 4, true },  /* U+10FFFF */
		{ "\xf4\x90\x80\x80", 4, false }, /* beyond */
		{ "\xf5\x80\x80\x80", 4, false },
		{ "\xff", 1, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (text_is_clean(cases[i].text, cases[i].len) != cases[i].want)
			fail_msg("case %zu", i);
}

static void
names_keep_to_their_grammar(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} cases[] = {
		{ "rack-a inlet", true },
		{ "a", true },
		{ "A-Z_0.9:/#", true },
		{ NAME32, true },
		{ NAME32 "6", false },
		{ "", false },
		{ " ", false },
		{ " a", false },
		{ "a ", false },
		{ "a\tb", false },
		{ "a\"b", false },
		{ "a*", false },
		{ "a\xc3\xa4", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (text_is_name(cases[i].text) != cases[i].want)
			fail_msg("\"%s\"", cases[i].text);
}

static void
reads_whole_numbers(void **state)
{
	static const struct {
		const char *text;
		uint32_t min, max;
		int code;
		uint32_t want;
	} cases[] = {
		{ "0", 0, 9, 0, 0 },
		{ "247", 1, 247, 0, 247 },
		{ "007", 1, 247, 0, 7 },
		{ "4294967295", 0, UINT32_MAX, 0, UINT32_MAX },
		{ "4294967296", 0, UINT32_MAX, -ERANGE, 0 },
		{ "18446744073709551617", 0, UINT32_MAX, -ERANGE, 0 },
		{ "99999999999999999999999999", 0, UINT32_MAX, -ERANGE, 0 },
		{ "0", 1, 247, -ERANGE, 0 },
		{ "248", 1, 247, -ERANGE, 0 },
		{ "", 0, 9, -EINVAL, 0 },
		{ "-1", 0, 9, -EINVAL, 0 },
		{ "+1", 0, 9, -EINVAL, 0 },
		{ " 1", 0, 9, -EINVAL, 0 },
		{ "1 ", 0, 9, -EINVAL, 0 },
		{ "1.0", 0, 9, -EINVAL, 0 },
		{ "0x1", 0, 9, -EINVAL, 0 },
		{ "99x", 0, 9, -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t number = 4711;
		int code = text_parse_u32(cases[i].text, cases[i].min, cases[i].max, &number);

		if (code != cases[i].code || number != (code == 0 ? cases[i].want : 4711))
			fail_msg("\"%s\": %d, %u", cases[i].text, code, number);
	}
}

static void
reads_decimal_numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned places;
		int code;
		int32_t want;
	} cases[] = {
		{ "27", 3, 0, 27000 },
		{ "-12.5", 3, 0, -12500 },
		{ "+0.5", 3, 0, 500 },
		{ "-0.001", 3, 0, -1 },
		{ "-0", 3, 0, 0 },
		{ "0.1", 6, 0, 100000 },
		{ "1.0005", 3, -EDOM, 0 },
		{ "1.00050", 4, 0, 10005 },
		{ "1.0000000000000000000000", 3, 0, 1000 },
		{ "1.5", 0, -EDOM, 0 },
		{ "1.0", 0, 0, 1 },
		{ "2147483.647", 3, 0, INT32_MAX },
		{ "2147483.648", 3, -ERANGE, 0 },
		{ "-2147483.648", 3, 0, INT32_MIN },
		{ "-2147483.649", 3, -ERANGE, 0 },
		{ "99999999999999999999999", 3, -ERANGE, 0 },
		{ "2.147483647", 9, 0, INT32_MAX },
		{ "3", 9, -ERANGE, 0 },
		{ "", 3, -EINVAL, 0 },
		{ "-", 3, -EINVAL, 0 },
		{ ".5", 3, -EINVAL, 0 },
		{ "5.", 3, -EINVAL, 0 },
		{ "--5", 3, -EINVAL, 0 },
		{ "- 5", 3, -EINVAL, 0 },
		{ " 5", 3, -EINVAL, 0 },
		{ "5 ", 3, -EINVAL, 0 },
		{ "1,5", 3, -EINVAL, 0 },
		{ "1e3", 3, -EINVAL, 0 },
		{ "1.5.1", 3, -EINVAL, 0 },
		{ "nan", 3, -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int32_t number = 4711;
		int code = text_parse_fixed(cases[i].text, cases[i].places, &number);

		if (code != cases[i].code || number != (code == 0 ? cases[i].want : 4711))
			fail_msg("\"%s\": %d, %d", cases[i].text, code, number);
	}
}

/* With up to 15 digits and an exponent within 22 the nearest double, as the compiler has it. */
static void
reads_numbers_with_exponents(void **state)
{
	static const struct {
		const char *text;
		int code;
		double number;
	} cases[] = {
		{ "0", 0, 0 },
		{ "-0.0", 0, 0 },
		{ "4", 0, 4 },
		{ "+4.1", 0, 4.1 },
		{ "-12.0625", 0, -12.0625 },
		{ "0.3", 0, 0.3 },
		{ "0.000000000001", 0, 0.000000000001 },
		{ "007.50", 0, 7.5 },
		{ "1E-05", 0, 1e-5 },
		{ "1.23457E+07", 0, 12345700 },
		{ "6.02214e23", 0, 6.02214e23 },
		{ "-9.9e-20", 0, -9.9e-20 },
		{ "4294967295", 0, 4294967295.0 },
		{ "9007199254740991", 0, 9007199254740991.0 },
		{ "1e22", 0, 1e22 },
		{ "0e999999999999999999999", 0, 0 },
		{ "1e-500", 0, 0 },
		{ "0.00000000000000000000000000000000000000000000000000001e53", 0, 1 },
		{ "100000000000000000000000000000000000000000000000000000e-53", 0, 1 },
		{ "1e309", -ERANGE, 0 },
		{ "1e999999999999999999999", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "-", -EINVAL, 0 },
		{ ".5", -EINVAL, 0 },
		{ "5.", -EINVAL, 0 },
		{ "5.e3", -EINVAL, 0 },
		{ "1.2.3", -EINVAL, 0 },
		{ "1e", -EINVAL, 0 },
		{ "1e+", -EINVAL, 0 },
		{ "1e+-2", -EINVAL, 0 },
		{ "1e2.5", -EINVAL, 0 },
		{ "--1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "1,5", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "nan", -EINVAL, 0 },
		{ "inf", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		double number = 0;
		int code = text_parse_real(cases[i].text, &number);

		if (code != cases[i].code || number != cases[i].number)
			fail_msg("\"%s\": %d, %.17g", cases[i].text, code, number);
	}
}

static void
comes_near_to_numbers_with_more_digits(void **state)
{
	static const struct {
		const char *text;
		double number;
	} cases[] = {
		{ "3.14159265358979323846264338327950288", 3.14159265358979323846 },
		{ "12345678901234567890123456789", 12345678901234567890123456789.0 },
		{ "1.7976931348623157e308", 1.7976931348623157e308 },
		{ "2.2250738585072014e-308", 2.2250738585072014e-308 },
		{ "0.1000000000000000055511151231257827", 0.1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		double number = 0, off;

		assert_int_equal(text_parse_real(cases[i].text, &number), 0);
		off =
		    number > cases[i].number ? number - cases[i].number : cases[i].number - number;
		if (off > cases[i].number * 4e-16)
			fail_msg("\"%s\": %.17g", cases[i].text, number);
	}
}

static void
reads_durations(void **state)
{
	static const struct {
		const char *text;
		int code;
		uint32_t want;
	} cases[] = {
		{ "0", 0, 0 },
		{ "0s", 0, 0 },
		{ "250ms", 0, 250 },
		{ "1s", 0, 1000 },
		{ "5m", 0, 300000 },
		{ "4h", 0, 14400000 },
		{ "7d", 0, 604800000 },
		{ "4294967295ms", 0, UINT32_MAX },
		{ "4294967296ms", -ERANGE, 0 },
		{ "49d", 0, 4233600000 },
		{ "50d", -ERANGE, 0 },
		{ "99999999999999999999s", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "5", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ "1.5s", -EINVAL, 0 },
		{ "-1s", -EINVAL, 0 },
		{ "1 s", -EINVAL, 0 },
		{ "1S", -EINVAL, 0 },
		{ "1sec", -EINVAL, 0 },
		{ "1m30s", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t ms = 4711;
		int code = text_parse_duration(cases[i].text, &ms);

		if (code != cases[i].code || ms != (code == 0 ? cases[i].want : 4711))
			fail_msg("\"%s\": %d, %u", cases[i].text, code, ms);
	}
}

static void
reads_true_and_false(void **state)
{
	static const struct {
		const char *text;
		int code;
		bool want;
	} cases[] = {
		{ "true", 0, true },
		{ "yes", 0, true },
		{ "false", 0, false },
		{ "no", 0, false },
		{ "", -EINVAL, false },
		{ "True", -EINVAL, false },
		{ "1", -EINVAL, false },
		{ "yes ", -EINVAL, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool value = !cases[i].want;

		assert_int_equal(text_parse_bool(cases[i].text, &value), cases[i].code);
		assert_int_equal(value, cases[i].code == 0 ? cases[i].want : !cases[i].want);
	}
}

static void
writes_thousandths_with_three_decimals(void **state)
{
	static const struct {
		int32_t milli;
		const char *want;
	} cases[] = {
		{ 0, "0.000" },
		{ 23437, "23.437" },
		{ -500, "-0.500" },
		{ -1, "-0.001" },
		{ 1000, "1.000" },
		{ INT32_MAX, "2147483.647" },
		{ INT32_MIN, "-2147483.648" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[13];

		text_format_milli(cases[i].milli, text, sizeof(text));
		assert_string_equal(text, cases[i].want);
	}
}

static void
writes_the_shortest_decimal_number(void **state)
{
	static const struct {
		int32_t number;
		unsigned places;
		const char *want;
	} cases[] = {
		{ 27000, 3, "27" },
		{ 27500, 3, "27.5" },
		{ -500, 3, "-0.5" },
		{ 0, 3, "0" },
		{ 1, 3, "0.001" },
		{ -1010, 3, "-1.01" },
		{ 100000, 6, "0.1" },
		{ 1000000, 6, "1" },
		{ 120, 0, "120" },
		{ INT32_MIN, 9, "-2.147483648" },
		{ INT32_MAX, 3, "2147483.647" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[16];
		int32_t back;

		text_format_fixed(cases[i].number, cases[i].places, text, sizeof(text));
		assert_string_equal(text, cases[i].want);
		assert_int_equal(text_parse_fixed(text, cases[i].places, &back), 0);
		assert_int_equal(back, cases[i].number);
	}
}

static void
writes_the_shortest_duration(void **state)
{
	static const struct {
		uint32_t ms;
		const char *want;
	} cases[] = {
		{ 0, "0" },
		{ 250, "250ms" },
		{ 1500, "1500ms" },
		{ 30000, "30s" },
		{ 90000, "90s" },
		{ 60000, "1m" },
		{ 7200000, "2h" },
		{ 86400000, "1d" },
		{ UINT32_MAX, "4294967295ms" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[16];
		uint32_t back;

		text_format_duration(cases[i].ms, text, sizeof(text));
		assert_string_equal(text, cases[i].want);
		assert_int_equal(text_parse_duration(text, &back), 0);
		assert_int_equal(back, cases[i].ms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_without_cutting_a_character),
		cmocka_unit_test(cleans_what_a_stranger_says),
		cmocka_unit_test(finds_where_to_cut),
		cmocka_unit_test(controls_are_utf8),
		cmocka_unit_test(clean_is_utf8_without_controls),
		cmocka_unit_test(names_keep_to_their_grammar),
		cmocka_unit_test(reads_whole_numbers),
		cmocka_unit_test(reads_decimal_numbers),
		cmocka_unit_test(reads_numbers_with_exponents),
		cmocka_unit_test(comes_near_to_numbers_with_more_digits),
		cmocka_unit_test(reads_durations),
		cmocka_unit_test(reads_true_and_false),
		cmocka_unit_test(writes_thousandths_with_three_decimals),
		cmocka_unit_test(writes_the_shortest_decimal_number),
		cmocka_unit_test(writes_the_shortest_duration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
