/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "drivers/w1/w1_text.h"
#include "tests/unit/unit.h"

#define BYTES "72 01 4b 46 7f ff 0e 10 57 "
#define ZEROS "00 00 00 00 00 00 00 00 00 "
#define YES   BYTES ": crc=57 YES\n"
#define NO    BYTES ": crc=12 NO\n"
#define NONE  -999 /* the result is not touched */

typedef enum w1_verdict parser(const char *text, size_t len, int32_t *ret_milli);

static const struct {
	const char *name, *text;
	parser *parse;
	enum w1_verdict verdict;
	int32_t milli;
} cases[] = {
	{ "a good one", YES BYTES "t=23125\n", w1_text_slave, W1_VALUE, 23125 },
	{ "below zero", YES BYTES "t=-62\n", w1_text_slave, W1_VALUE, -62 },
	{ "zero", YES BYTES "t=0\n", w1_text_slave, W1_VALUE, 0 },
	{ "the lowest a probe can say", YES BYTES "t=-55000\n", w1_text_slave, W1_VALUE, -55000 },
	{ "power-on: the driver decides", YES BYTES "t=85000\n", w1_text_slave, W1_VALUE, 85000 },
	{ "the kernel's error", "", w1_text_slave, W1_EMPTY, NONE },
	{ "a wrong checksum with a value", NO BYTES "t=23125\n", w1_text_slave, W1_BAD_CRC, NONE },
	{ "a wrong checksum alone", NO, w1_text_slave, W1_BAD_CRC, NONE },
	{ "a shorted line", ZEROS ": crc=00 YES\n" ZEROS "t=0\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "older bytes may be zero", YES ZEROS "t=5\n", w1_text_slave, W1_VALUE, 5 },
	{ "no verdict", BYTES ": crc=57 \n" BYTES "t=1\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "a half verdict", BYTES ": crc=57 YE\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "NO with a tail", BYTES ": crc=57 NOT\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "first line only", YES, w1_text_slave, W1_GARBAGE, NONE },
	{ "second line only", BYTES "t=23125\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "no number", YES BYTES "t=\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "a sign alone", YES BYTES "t=-\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "cut in the number", YES BYTES "t=231", w1_text_slave, W1_GARBAGE, NONE },
	{ "a tail", YES BYTES "t=23125\nt=1\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "a fraction", YES BYTES "t=23.125\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "a plus", YES BYTES "t=+23125\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "seven digits", YES BYTES "t=9999999\n", w1_text_slave, W1_VALUE, 9999999 },
	{ "too many digits", YES BYTES "t=10000000\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "far too many", YES BYTES "t=99999999999999999999\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "eight bytes", "72 01 4b 46 7f ff 0e 10 : crc=57 YES\n" BYTES "t=1\n", w1_text_slave,
	    W1_GARBAGE, NONE },
	{ "ten bytes", "00 " YES BYTES "t=1\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "not hexadecimal", "7g 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n" BYTES "t=1\n",
	    w1_text_slave, W1_GARBAGE, NONE },
	{ "words", "cat: w1_slave: No such device\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "a newline", "\n", w1_text_slave, W1_GARBAGE, NONE },
	{ "temperature", "21562\n", w1_text_temperature, W1_VALUE, 21562 },
	{ "temperature below zero", "-62\n", w1_text_temperature, W1_VALUE, -62 },
	{ "temperature: the kernel's error", "", w1_text_temperature, W1_EMPTY, NONE },
	{ "temperature cut short", "215", w1_text_temperature, W1_GARBAGE, NONE },
	{ "temperature: a blank before", " 21562\n", w1_text_temperature, W1_GARBAGE, NONE },
	{ "temperature: a newline", "\n", w1_text_temperature, W1_GARBAGE, NONE },
	{ "temperature: words", "none\n", w1_text_temperature, W1_GARBAGE, NONE },
	{ "temperature: other file's text", YES BYTES "t=1\n", w1_text_temperature, W1_GARBAGE,
	    NONE },
};

/* In a block of just its size, so that a sanitizer sees a step beyond the end. */
static enum w1_verdict
parse_copy(parser *parse, const char *text, size_t len, int32_t *ret_milli)
{
	char *copy = malloc(len > 0 ? len : 1);
	enum w1_verdict verdict;

	assert_non_null(copy);
	memcpy(copy, text, len);
	verdict = parse(copy, len, ret_milli);
	free(copy);
	return verdict;
}

static void
believes_only_whole_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int32_t milli = NONE;
		enum w1_verdict verdict =
		    parse_copy(cases[i].parse, cases[i].text, strlen(cases[i].text), &milli);

		if (verdict != cases[i].verdict || milli != cases[i].milli)
			fail_msg("%s: verdict %d, %d milli", cases[i].name, verdict, milli);
	}
}

static void
has_no_value_in_any_beginning_of_a_good_text(void **state)
{
	static const char good[] = YES BYTES "t=-23125\n";

	(void)state;
	for (size_t len = 0; len < sizeof(good) - 1; len++) {
		int32_t milli = NONE;
		enum w1_verdict verdict = parse_copy(w1_text_slave, good, len, &milli);

		if (verdict != (len == 0 ? W1_EMPTY : W1_GARBAGE) || milli != NONE)
			fail_msg("%zu bytes: verdict %d, %d milli", len, verdict, milli);
	}
}

static void
takes_a_nul_for_garbage(void **state)
{
	static const char text[] = YES BYTES "t=2\0125\n";
	static const char nul[] = "21\000562\n";
	int32_t milli = NONE;

	(void)state;
	assert_int_equal(parse_copy(w1_text_slave, text, sizeof(text) - 1, &milli), W1_GARBAGE);
	assert_int_equal(parse_copy(w1_text_temperature, nul, sizeof(nul) - 1, &milli), W1_GARBAGE);
	assert_int_equal(milli, NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believes_only_whole_texts),
		cmocka_unit_test(has_no_value_in_any_beginning_of_a_good_text),
		cmocka_unit_test(takes_a_nul_for_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
