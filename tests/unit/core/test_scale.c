/* SPDX-License-Identifier: BSD-2-Clause */
#include <float.h>
#include <math.h>

#include "core/scale.h"
#include "tests/unit/unit.h"

#define ONE SCALE_GAIN_ONE

static const struct {
	struct raw raw;
	int32_t gain, offset, want;
} products[] = {
	{ { RAW_INT, { .i = 234 } }, 100000, 0, 23400 },
	{ { RAW_INT, { .i = -234 } }, 100000, 500, -22900 },
	{ { RAW_INT, { .i = 7 } }, 0, 12345, 12345 },
	{ { RAW_INT, { .i = 1 } }, -ONE, 0, -1000 },
	{ { RAW_INT, { .i = 1 } }, 499, 0, 0 },
	{ { RAW_INT, { .i = 1 } }, 500, 0, 1 }, /* half away from zero */
	{ { RAW_INT, { .i = -1 } }, 499, 0, 0 },
	{ { RAW_INT, { .i = -1 } }, 500, 0, -1 },
	{ { RAW_INT, { .i = 1 } }, 500, -1, -1 }, /* -0.5: the sum is rounded */
	{ { RAW_INT, { .i = -1 } }, 500, 1, 1 },
	{ { RAW_INT, { .i = 2147483 } }, ONE, 647, INT32_MAX },
	{ { RAW_INT, { .i = 2147483 } }, ONE, 648, INT32_MAX },
	{ { RAW_INT, { .i = -2147483 } }, ONE, -647, -INT32_MAX },
	{ { RAW_INT, { .i = -2147483 } }, ONE, -648, -INT32_MAX },
	{ { RAW_INT, { .i = INT64_MAX } }, INT32_MAX, INT32_MAX, INT32_MAX },
	{ { RAW_INT, { .i = INT64_MIN } }, INT32_MAX, INT32_MIN, -INT32_MAX },
	{ { RAW_INT, { .i = INT64_MIN } }, INT32_MIN, 0, INT32_MAX },
	{ { RAW_INT, { .i = 0 } }, ONE, INT32_MIN, -INT32_MAX },

	{ { RAW_UINT, { .u = 65535 } }, ONE, 0, 65535000 },
	{ { RAW_UINT, { .u = UINT64_MAX } }, ONE, 0, INT32_MAX },
	{ { RAW_UINT, { .u = UINT64_MAX } }, -1, 0, -INT32_MAX },
	{ { RAW_UINT, { .u = 5 } }, -100000, 0, -500 },

	{ { RAW_MILLI, { .i = 23437 } }, ONE, 0, 23437 },
	{ { RAW_MILLI, { .i = -62 } }, ONE, 100, 38 },
	{ { RAW_MILLI, { .i = 1 } }, 499999, 0, 0 },
	{ { RAW_MILLI, { .i = 1 } }, 500000, 0, 1 },
	{ { RAW_MILLI, { .i = -1 } }, 500000, 0, -1 },
	{ { RAW_MILLI, { .i = INT64_MAX } }, INT32_MIN, 0, -INT32_MAX },

	{ { RAW_REAL, { .d = 21.5 } }, ONE, -500, 21000 },
	{ { RAW_REAL, { .d = 21.3f } }, ONE, 0, 21300 },
	{ { RAW_REAL, { .d = 0.0625 } }, 8000, 0, 1 }, /* 0.5 */
	{ { RAW_REAL, { .d = -0.0625 } }, 8000, 0, -1 },
	{ { RAW_REAL, { .d = 0.00049999999999999 } }, ONE, 0, 0 },
	{ { RAW_REAL, { .d = 0.49999999999999994 } }, 1000, 0, 0 },
	{ { RAW_REAL, { .d = -0.49999999999999994 } }, 1000, 0, 0 },
	{ { RAW_REAL, { .d = 2147483.6471 } }, ONE, 0, INT32_MAX },
	{ { RAW_REAL, { .d = 2147483.6464 } }, ONE, 0, 2147483646 },
	{ { RAW_REAL, { .d = 1e18 } }, ONE, 0, INT32_MAX },
	{ { RAW_REAL, { .d = -1e19 } }, ONE, 0, -INT32_MAX },
	{ { RAW_REAL, { .d = DBL_MAX } }, INT32_MAX, INT32_MIN, INT32_MAX },
	{ { RAW_REAL, { .d = DBL_MAX } }, INT32_MIN, INT32_MAX, -INT32_MAX },
	{ { RAW_REAL, { .d = DBL_MAX } }, 0, 7, 7 },
	{ { RAW_REAL, { .d = DBL_TRUE_MIN } }, ONE, 7, 7 },
	{ { RAW_REAL, { .d = -0.0 } }, ONE, 0, 0 },
};

static void
scales_exactly_and_rounds_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(products); i++) {
		int32_t milli = 4711;

		if (!scale_apply(&products[i].raw, products[i].gain, products[i].offset, &milli) ||
		    milli != products[i].want)
			fail_msg("case %zu: %d, want %d", i, milli, products[i].want);
	}
}

static void
refuses_what_is_no_number(void **state)
{
	static const double wrong[] = { NAN, -NAN, INFINITY, -INFINITY };

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct raw raw = { .kind = RAW_REAL, .d = wrong[i] };
		int32_t milli = 4711;

		assert_false(scale_apply(&raw, ONE, 0, &milli));
		assert_false(scale_apply(&raw, 0, 0, &milli));
		assert_int_equal(milli, 4711);
	}
}

static void
converts_celsius(void **state)
{
	static const struct {
		int32_t celsius, fahrenheit, tenths;
	} cases[] = {
		{ 0, 32000, 0 },
		{ 100000, 212000, 1000 },
		{ -40000, -40000, -400 },
		{ 23437, 74187, 234 }, /* 74.1866 */
		{ 23450, 74210, 235 },
		{ -23449, -10208, -234 }, /* -10.2082 */
		{ -23450, -10210, -235 },
		{ -17779, -2, -178 }, /* -0.0022 */
		{ 1, 32002, 0 },      /* 32.0018 */
		{ INT32_MAX, INT32_MAX, 21474836 },
		{ INT32_MIN, -INT32_MAX, -21474836 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(scale_fahrenheit_milli(cases[i].celsius), cases[i].fahrenheit);
		assert_int_equal(scale_tenths(cases[i].celsius), cases[i].tenths);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scales_exactly_and_rounds_once),
		cmocka_unit_test(refuses_what_is_no_number),
		cmocka_unit_test(converts_celsius),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
