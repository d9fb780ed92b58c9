/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SCALE_H
#define CORE_SCALE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/reading.h"

#define SCALE_GAIN_ONE 1000000 /* gain is in millionths */

/*
 * value = raw x gain + offset, in thousandths of the sensor's unit, rounded once, half away from
 * zero, saturated at +-2,147,483,647.  Integers are computed exactly (128 bits).
 * False, and nothing written: `raw` is NaN or infinite.
 */
bool
scale_apply(const struct raw *raw, int32_t gain_micro, int32_t offset_milli, int32_t *ret_milli);

/* Degrees Celsius to Fahrenheit and to tenths, with the same rounding and saturation. */
int32_t scale_fahrenheit_milli(int32_t celsius_milli);
int32_t scale_tenths(int32_t milli);

#endif
