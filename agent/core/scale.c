/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/scale.h"

#include <math.h>

#define MICRO_PER_MILLI \
	1000 /* raw x gain is in millionths of the unit, the result in thousandths */
#define MICRO_PER_UNIT 1000000

typedef __int128 wide;

static int32_t
saturate(wide milli)
{
	if (milli > INT32_MAX)
		return INT32_MAX;
	if (milli < -INT32_MAX)
		return -INT32_MAX;
	return (int32_t)milli;
}

/* Half away from zero; `by` is positive. */
static int32_t
divide(wide number, int32_t by)
{
	if (number < 0)
		return saturate(-((-number + by / 2) / by));
	return saturate((number + by / 2) / by);
}

/* As divide(), without adding a half first: 0.49999999999999994 + 0.5 is 1 in a double. */
static int32_t
round_real(double milli)
{
	int64_t whole;
	double rest;

	if (milli >= INT32_MAX)
		return INT32_MAX;
	if (milli <= -INT32_MAX)
		return -INT32_MAX;
	whole = (int64_t)milli;
	rest = milli - (double)whole;
	if (rest >= 0.5)
		whole++;
	else if (rest <= -0.5)
		whole--;
	return (int32_t)whole;
}

bool
scale_apply(const struct raw *raw, int32_t gain_micro, int32_t offset_milli, int32_t *ret_milli)
{
	const wide gain = gain_micro, offset = offset_milli;

	switch (raw->kind) {
	case RAW_INT:
		*ret_milli = divide(raw->i * gain + offset * MICRO_PER_MILLI, MICRO_PER_MILLI);
		return true;
	case RAW_UINT:
		*ret_milli = divide(raw->u * gain + offset * MICRO_PER_MILLI, MICRO_PER_MILLI);
		return true;
	case RAW_MILLI:
		*ret_milli = divide(raw->i * gain + offset * MICRO_PER_UNIT, MICRO_PER_UNIT);
		return true;
	case RAW_REAL:
		if (!isfinite(raw->d))
			return false;
		/* The product may be infinite: that saturates like any number that is too big. */
		*ret_milli = round_real(raw->d * gain_micro / MICRO_PER_MILLI + offset_milli);
		return true;
	}
	return false;
}

int32_t
scale_fahrenheit_milli(int32_t celsius_milli)
{
	return divide((wide)celsius_milli * 9 + 32000 * 5, 5);
}

int32_t
scale_tenths(int32_t milli)
{
	return divide(milli, 100);
}
