/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "core/codec.h"
#include "tests/unit/unit.h"

static void
decodes_integers(void **state)
{
	static const struct {
		enum codec_type type;
		enum codec_order order;
		uint16_t words[4];
		enum raw_kind kind;
		uint64_t want; /* the bits; RAW_INT: of the int64_t */
	} cases[] = {
		{ CODEC_BOOL, CODEC_ABCD, { 0 }, RAW_UINT, 0 },
		{ CODEC_BOOL, CODEC_ABCD, { 1 }, RAW_UINT, 1 },
		{ CODEC_BOOL, CODEC_ABCD, { 0xff00 }, RAW_UINT, 1 },
		{ CODEC_BOOL, CODEC_ABCD, { 0, 1 }, RAW_UINT, 0 }, /* one word only */

		{ CODEC_INT16, CODEC_ABCD, { 0x7fff }, RAW_INT, 32767 },
		{ CODEC_INT16, CODEC_ABCD, { 0xffff }, RAW_INT, (uint64_t)-1 },
		{ CODEC_INT16, CODEC_ABCD, { 0x8000 }, RAW_INT, (uint64_t)-32768 },
		{ CODEC_INT16, CODEC_CDAB, { 0x0102 }, RAW_INT, 0x0102 },
		{ CODEC_INT16, CODEC_BADC, { 0x0102 }, RAW_INT, 0x0201 },
		{ CODEC_INT16, CODEC_DCBA, { 0x01ff }, RAW_INT, (uint64_t)-255 },
		{ CODEC_UINT16, CODEC_ABCD, { 0xffff }, RAW_UINT, 65535 },
		{ CODEC_UINT16, CODEC_DCBA, { 0x0102 }, RAW_UINT, 0x0201 },

		{ CODEC_UINT32, CODEC_ABCD, { 0x0102, 0x0304 }, RAW_UINT, 0x01020304 },
		{ CODEC_UINT32, CODEC_CDAB, { 0x0102, 0x0304 }, RAW_UINT, 0x03040102 },
		{ CODEC_UINT32, CODEC_BADC, { 0x0102, 0x0304 }, RAW_UINT, 0x02010403 },
		{ CODEC_UINT32, CODEC_DCBA, { 0x0102, 0x0304 }, RAW_UINT, 0x04030201 },
		{ CODEC_UINT32, CODEC_ABCD, { 0xffff, 0xffff }, RAW_UINT, 4294967295 },
		{ CODEC_INT32, CODEC_ABCD, { 0xffff, 0xfffe }, RAW_INT, (uint64_t)-2 },
		{ CODEC_INT32, CODEC_CDAB, { 0xfffe, 0xffff }, RAW_INT, (uint64_t)-2 },
		{ CODEC_INT32, CODEC_ABCD, { 0x8000, 0 }, RAW_INT, (uint64_t)INT32_MIN },

		{ CODEC_UINT64, CODEC_ABCD, { 0x0102, 0x0304, 0x0506, 0x0708 }, RAW_UINT,
		    0x0102030405060708 },
		{ CODEC_UINT64, CODEC_CDAB, { 0x0102, 0x0304, 0x0506, 0x0708 }, RAW_UINT,
		    0x0708050603040102 },
		{ CODEC_UINT64, CODEC_BADC, { 0x0102, 0x0304, 0x0506, 0x0708 }, RAW_UINT,
		    0x0201040306050807 },
		{ CODEC_UINT64, CODEC_DCBA, { 0x0102, 0x0304, 0x0506, 0x0708 }, RAW_UINT,
		    0x0807060504030201 },
		{ CODEC_UINT64, CODEC_ABCD, { 0xffff, 0xffff, 0xffff, 0xffff }, RAW_UINT,
		    UINT64_MAX },
		{ CODEC_INT64, CODEC_ABCD, { 0xffff, 0xffff, 0xffff, 0xffff }, RAW_INT,
		    (uint64_t)-1 },
		{ CODEC_INT64, CODEC_DCBA, { 0, 0, 0, 0x0080 }, RAW_INT, (uint64_t)INT64_MIN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct raw raw = codec_decode(cases[i].words, cases[i].type, cases[i].order);

		if (raw.kind != cases[i].kind || raw.u != cases[i].want)
			fail_msg("case %zu: %#llx", i, (unsigned long long)raw.u);
	}
}

static void
decodes_floats(void **state)
{
	static const struct {
		enum codec_type type;
		enum codec_order order;
		uint16_t words[4];
		double want;
	} cases[] = {
		{ CODEC_FLOAT32, CODEC_ABCD, { 0x41ac, 0x0000 }, 21.5 },
		{ CODEC_FLOAT32, CODEC_CDAB, { 0x0000, 0x41ac }, 21.5 },
		{ CODEC_FLOAT32, CODEC_BADC, { 0xac41, 0x0000 }, 21.5 },
		{ CODEC_FLOAT32, CODEC_DCBA, { 0x0000, 0xac41 }, 21.5 },
		{ CODEC_FLOAT32, CODEC_ABCD, { 0xbf80, 0x0000 }, -1.0 },
		{ CODEC_FLOAT32, CODEC_ABCD, { 0x7f80, 0x0000 }, INFINITY },
		{ CODEC_FLOAT64, CODEC_ABCD, { 0x4035, 0x8000, 0, 0 }, 21.5 },
		{ CODEC_FLOAT64, CODEC_CDAB, { 0, 0, 0x8000, 0x4035 }, 21.5 },
		{ CODEC_FLOAT64, CODEC_BADC, { 0x3540, 0x0080, 0, 0 }, 21.5 },
		{ CODEC_FLOAT64, CODEC_DCBA, { 0, 0, 0x0080, 0x3540 }, 21.5 },
		{ CODEC_FLOAT64, CODEC_ABCD, { 0xfff0, 0, 0, 0 }, -INFINITY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct raw raw = codec_decode(cases[i].words, cases[i].type, cases[i].order);

		if (raw.kind != RAW_REAL || raw.d != cases[i].want)
			fail_msg("case %zu: %g", i, raw.d);
	}
}

static void
lets_nan_pass(void **state)
{
	static const uint16_t nan32[] = { 0x7fc0, 0x0000 }, nan64[] = { 0x7ff8, 0, 0, 1 };

	(void)state;
	assert_true(isnan(codec_decode(nan32, CODEC_FLOAT32, CODEC_ABCD).d));
	assert_true(isnan(codec_decode(nan64, CODEC_FLOAT64, CODEC_ABCD).d));
}

static void
types_have_names_and_sizes(void **state)
{
	static const struct {
		const char *text;
		enum codec_type type;
		unsigned words;
	} cases[] = {
		{ "bool", CODEC_BOOL, 1 },
		{ "int16", CODEC_INT16, 1 },
		{ "uint16", CODEC_UINT16, 1 },
		{ "int32", CODEC_INT32, 2 },
		{ "uint32", CODEC_UINT32, 2 },
		{ "int64", CODEC_INT64, 4 },
		{ "uint64", CODEC_UINT64, 4 },
		{ "float32", CODEC_FLOAT32, 2 },
		{ "float64", CODEC_FLOAT64, 4 },
	};
	static const char *const wrong[] = { "", "int", "int8", "int166", "INT16", "float",
		" bool" };
	enum codec_type type;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(codec_type_parse(cases[i].text, strlen(cases[i].text), &type), 0);
		assert_int_equal(type, cases[i].type);
		assert_int_equal(codec_words(type), cases[i].words);
	}
	for (size_t i = 0; i < COUNT(wrong); i++) {
		type = CODEC_FLOAT64;
		assert_int_equal(codec_type_parse(wrong[i], strlen(wrong[i]), &type), -EINVAL);
		assert_int_equal(type, CODEC_FLOAT64);
	}
}

static void
orders_have_names(void **state)
{
	static const struct {
		const char *text;
		enum codec_order order;
	} cases[] = {
		{ "abcd", CODEC_ABCD },
		{ "cdab", CODEC_CDAB },
		{ "badc", CODEC_BADC },
		{ "dcba", CODEC_DCBA },
	};
	static const char *const wrong[] = { "", "abc", "abcde", "ABCD", "acbd" };
	enum codec_order order;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(codec_order_parse(cases[i].text, 4, &order), 0);
		assert_int_equal(order, cases[i].order);
	}
	for (size_t i = 0; i < COUNT(wrong); i++) {
		order = CODEC_DCBA;
		assert_int_equal(codec_order_parse(wrong[i], strlen(wrong[i]), &order), -EINVAL);
		assert_int_equal(order, CODEC_DCBA);
	}
}

static void
names_end_at_their_length(void **state)
{
	enum codec_type type;
	enum codec_order order;

	(void)state;
	assert_int_equal(codec_type_parse("int32:cdab", 5, &type), 0);
	assert_int_equal(type, CODEC_INT32);
	assert_int_equal(codec_type_parse("int32", 4, &type), -EINVAL);
	assert_int_equal(codec_order_parse("cdab:x", 4, &order), 0);
	assert_int_equal(order, CODEC_CDAB);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_integers),
		cmocka_unit_test(decodes_floats),
		cmocka_unit_test(lets_nan_pass),
		cmocka_unit_test(types_have_names_and_sizes),
		cmocka_unit_test(orders_have_names),
		cmocka_unit_test(names_end_at_their_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
