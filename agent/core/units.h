/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_UNITS_H
#define CORE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a sensor measures; numbers of EnvsQuantity. */
enum quantity {
	QUANTITY_OTHER = 1,
	QUANTITY_TEMPERATURE,
	QUANTITY_HUMIDITY,
	QUANTITY_DEW_POINT,
	QUANTITY_PRESSURE,
	QUANTITY_VOLTAGE,
	QUANTITY_CURRENT,
	QUANTITY_POWER,
	QUANTITY_ENERGY,
	QUANTITY_FREQUENCY,
	QUANTITY_CO2,
	QUANTITY_AIR_SPEED,
	QUANTITY_LIGHT,
	QUANTITY_NOISE,
	QUANTITY_CONTACT,
	QUANTITY_LEAK,
	QUANTITY_SMOKE,
	QUANTITY_VOC,
	QUANTITY_PARTICULATES,
	QUANTITY_FLOW,
	QUANTITY_LEVEL,
	QUANTITY_LAST = QUANTITY_LEVEL,
};

struct quantity_info {
	const char *name;              /* label of EnvsQuantity: "dewPoint" */
	const char *unit;              /* ASCII; "" where there is none */
	int32_t low_milli, high_milli; /* physical range; beyond it a sample is outOfRange */
	int32_t deadband_milli;        /* default; -1: 1 % of the span of the enabled limits */
	bool is_state;                 /* contact, leak, smoke: 0 or 1000 */
};

/* NULL only for a number that is no quantity. */
const struct quantity_info *quantity_info(enum quantity quantity);

/* Accepts the label in any case and with hyphens ("dewPoint", "dew-point"). 0 or -EINVAL. */
int quantity_parse(const char *text, enum quantity *ret_quantity);

/* Has a row in envsTemperatureTable. */
bool quantity_is_temperature(enum quantity quantity);

#endif
