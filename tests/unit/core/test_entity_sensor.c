/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/entity_sensor.h"
#include "tests/unit/unit.h"

static void
each_quantity_has_the_shape_that_pollers_read(void **state)
{
	static const struct {
		const char *what;
		enum quantity quantity;
		int32_t milli;
		enum entity_sensor_type type;
		int32_t precision, value;
	} cases[] = {
		{ "21.5 C", QUANTITY_TEMPERATURE, 21500, ENTITY_CELSIUS, 1, 215 },
		{ "rounded away from 0", QUANTITY_TEMPERATURE, -18550, ENTITY_CELSIUS, 1, -186 },
		{ "a dew point", QUANTITY_DEW_POINT, -62, ENTITY_CELSIUS, 1, -1 },
		{ "the hottest", QUANTITY_TEMPERATURE, INT32_MAX, ENTITY_CELSIUS, 1, 21474836 },
		{ "45.2 %RH", QUANTITY_HUMIDITY, 45200, ENTITY_PERCENT_RH, 0, 45 },
		{ "half a percent", QUANTITY_HUMIDITY, 45500, ENTITY_PERCENT_RH, 0, 46 },
		{ "drier than dry", QUANTITY_HUMIDITY, -1700, ENTITY_PERCENT_RH, 0, 0 },
		{ "wetter than wet", QUANTITY_HUMIDITY, 101900, ENTITY_PERCENT_RH, 0, 100 },
		{ "230.125 V", QUANTITY_VOLTAGE, 230125, ENTITY_VOLTS_DC, 3, 230125 },
		{ "-0.001 A", QUANTITY_CURRENT, -1, ENTITY_AMPERES, 3, -1 },
		{ "3420 W", QUANTITY_POWER, 3420000, ENTITY_WATTS, 3, 3420000 },
		{ "2 MW are too much", QUANTITY_POWER, 2000000000, ENTITY_WATTS, 3, 1000000000 },
		{ "as much the other way", QUANTITY_POWER, INT32_MIN, ENTITY_WATTS, 3,
		    -1000000000 },
		{ "just fits", QUANTITY_POWER, 999999999, ENTITY_WATTS, 3, 999999999 },
		{ "50 Hz", QUANTITY_FREQUENCY, 50000, ENTITY_HERTZ, 3, 50000 },
		{ "an open door", QUANTITY_CONTACT, 1000, ENTITY_TRUTH_VALUE, 0, 1 },
		{ "a closed one", QUANTITY_CONTACT, 0, ENTITY_TRUTH_VALUE, 0, 2 },
		{ "a leak", QUANTITY_LEAK, 1000, ENTITY_TRUTH_VALUE, 0, 1 },
		{ "no smoke", QUANTITY_SMOKE, 0, ENTITY_TRUTH_VALUE, 0, 2 },
		{ "something", QUANTITY_OTHER, -1500, ENTITY_OTHER, 3, -1500 },
		{ "1013.25 hPa", QUANTITY_PRESSURE, 1013250, ENTITY_OTHER, 3, 1013250 },
		{ "kWh", QUANTITY_ENERGY, 70000, ENTITY_OTHER, 3, 70000 },
		{ "ppm", QUANTITY_CO2, 650000, ENTITY_OTHER, 3, 650000 },
		{ "m/s", QUANTITY_AIR_SPEED, 1200, ENTITY_OTHER, 3, 1200 },
		{ "lx", QUANTITY_LIGHT, 300000, ENTITY_OTHER, 3, 300000 },
		{ "dB", QUANTITY_NOISE, 35000, ENTITY_OTHER, 3, 35000 },
		{ "ppb", QUANTITY_VOC, INT32_MAX, ENTITY_OTHER, 3, 1000000000 },
		{ "ug/m3", QUANTITY_PARTICULATES, 12000, ENTITY_OTHER, 3, 12000 },
		{ "l/min", QUANTITY_FLOW, 7500, ENTITY_OTHER, 3, 7500 },
		{ "mm", QUANTITY_LEVEL, -3, ENTITY_OTHER, 3, -3 },
	};
	bool is_seen[QUANTITY_LAST + 1] = { false };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum quantity quantity = cases[i].quantity;

		print_message("%s\n", cases[i].what);
		assert_int_equal(entity_sensor_type(quantity), cases[i].type);
		assert_int_equal(entity_sensor_precision(quantity), cases[i].precision);
		assert_int_equal(entity_sensor_value(quantity, cases[i].milli), cases[i].value);
		is_seen[quantity] = true;
	}
	for (int i = QUANTITY_OTHER; i <= QUANTITY_LAST; i++)
		assert_true(is_seen[i]);
}

static void
status_tells_whether_the_value_counts(void **state)
{
	(void)state;
	assert_int_equal(entity_sensor_status(QUALITY_GOOD), ENTITY_OK);
	assert_int_equal(entity_sensor_status(QUALITY_SUSPECT), ENTITY_OK);
	assert_int_equal(entity_sensor_status(QUALITY_UNKNOWN), ENTITY_UNAVAILABLE);
	assert_int_equal(entity_sensor_status(QUALITY_FAULT), ENTITY_NONOPERATIONAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_quantity_has_the_shape_that_pollers_read),
		cmocka_unit_test(status_tells_whether_the_value_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
