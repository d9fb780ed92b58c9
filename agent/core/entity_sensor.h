/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_ENTITY_SENSOR_H
#define CORE_ENTITY_SENSOR_H

#include <stdint.h>

#include "core/reading.h"
#include "core/units.h"

/*
 * How ENTITY-SENSOR-MIB (RFC 3433) shows our values: type, precision and number.  The scale is
 * always units(9).  It is the one shape that all the pollers with built-in support read alike.
 */
#define ENTITY_SCALE_UNITS 9

enum entity_sensor_type { /* EntitySensorDataType */
	ENTITY_OTHER = 1,
	ENTITY_VOLTS_DC = 4,
	ENTITY_AMPERES = 5,
	ENTITY_WATTS = 6,
	ENTITY_HERTZ = 7,
	ENTITY_CELSIUS = 8,
	ENTITY_PERCENT_RH = 9,
	ENTITY_TRUTH_VALUE = 12,
};

enum entity_sensor_status { /* EntitySensorStatus */
	ENTITY_OK = 1,
	ENTITY_UNAVAILABLE,
	ENTITY_NONOPERATIONAL,
};

enum entity_sensor_type entity_sensor_type(enum quantity quantity);

/* Decimals of the number; 0 where it is none with decimals. */
int32_t entity_sensor_precision(enum quantity quantity);

/* EntitySensorValue: rounded half away from zero, and held within what the type allows:
 * +-1000000000 (which for a fixed-point type means overflow), 0..100 %RH, true(1) or false(2). */
int32_t entity_sensor_value(enum quantity quantity, int32_t milli);

enum entity_sensor_status entity_sensor_status(enum quality quality);

#endif
