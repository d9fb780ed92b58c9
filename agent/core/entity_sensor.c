/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/entity_sensor.h"

#include "core/scale.h"

#define VALUE_LIMIT 1000000000

struct shape {
	enum entity_sensor_type type;
	int32_t precision;
};

static const struct shape shapes[QUANTITY_LAST + 1] = {
	[QUANTITY_TEMPERATURE] = { ENTITY_CELSIUS, 1 },
	[QUANTITY_DEW_POINT] = { ENTITY_CELSIUS, 1 },
	[QUANTITY_HUMIDITY] = { ENTITY_PERCENT_RH, 0 },
	[QUANTITY_VOLTAGE] = { ENTITY_VOLTS_DC, 3 },
	[QUANTITY_CURRENT] = { ENTITY_AMPERES, 3 },
	[QUANTITY_POWER] = { ENTITY_WATTS, 3 },
	[QUANTITY_FREQUENCY] = { ENTITY_HERTZ, 3 },
	[QUANTITY_CONTACT] = { ENTITY_TRUTH_VALUE, 0 },
	[QUANTITY_LEAK] = { ENTITY_TRUTH_VALUE, 0 },
	[QUANTITY_SMOKE] = { ENTITY_TRUTH_VALUE, 0 },
};
static const struct shape other = { ENTITY_OTHER, 3 };

static const struct shape *
shape_of(enum quantity quantity)
{
	if (quantity > QUANTITY_LAST || shapes[quantity].type == 0)
		return &other;
	return &shapes[quantity];
}

enum entity_sensor_type
entity_sensor_type(enum quantity quantity)
{
	return shape_of(quantity)->type;
}

int32_t
entity_sensor_precision(enum quantity quantity)
{
	return shape_of(quantity)->precision;
}

static int32_t
clamp(int32_t number, int32_t low, int32_t high)
{
	if (number < low)
		return low;
	return number > high ? high : number;
}

int32_t
entity_sensor_value(enum quantity quantity, int32_t milli)
{
	switch (entity_sensor_type(quantity)) {
	case ENTITY_CELSIUS:
		return scale_tenths(milli);
	case ENTITY_PERCENT_RH:
		return (clamp(milli, 0, 100000) + 500) / 1000;
	case ENTITY_TRUTH_VALUE:
		return milli >= 500 ? 1 : 2;
	case ENTITY_OTHER:
	case ENTITY_VOLTS_DC:
	case ENTITY_AMPERES:
	case ENTITY_WATTS:
	case ENTITY_HERTZ:
		break;
	}
	return clamp(milli, -VALUE_LIMIT, VALUE_LIMIT);
}

enum entity_sensor_status
entity_sensor_status(enum quality quality)
{
	switch (quality) {
	case QUALITY_GOOD:
	case QUALITY_SUSPECT:
		return ENTITY_OK;
	case QUALITY_FAULT:
		return ENTITY_NONOPERATIONAL;
	case QUALITY_UNKNOWN:
		break;
	}
	return ENTITY_UNAVAILABLE;
}
