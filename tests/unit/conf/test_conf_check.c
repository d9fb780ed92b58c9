/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf_check.h"
#include "tests/unit/conf/mock_drivers.h"
#include "tests/unit/unit.h"

#define OFF INT32_MIN /* a level that is not enabled */

/* A bus "line" and `count` sensors "s0", "s1", ... on it. */
static struct conf *
make(size_t count)
{
	struct conf *conf = conf_new();
	struct conf_bus *bus;

	assert_non_null(conf);
	bus = conf_add_bus(conf);
	assert_non_null(bus);
	text_copy(bus->name, sizeof(bus->name), "line");
	text_copy(bus->driver, sizeof(bus->driver), "sim");
	for (size_t i = 0; i < count; i++) {
		struct conf_sensor *sensor = conf_add_sensor(conf);

		assert_non_null(sensor);
		snprintf(sensor->name, sizeof(sensor->name), "s%zu", i);
		text_copy(sensor->bus, sizeof(sensor->bus), "line");
		text_copy(sensor->address, sizeof(sensor->address), "7:holding:3");
		sensor->quantity = QUANTITY_TEMPERATURE;
	}
	return conf;
}

static void
set_levels(struct conf_sensor *sensor, const int32_t *levels)
{
	sensor->limits_enabled = 0;
	for (int i = 0; i < LIMIT_LEVELS; i++) {
		if (levels[i] == OFF)
			continue;
		sensor->limit_milli[i] = levels[i];
		sensor->limits_enabled |= LIMIT_BIT(i);
	}
}

static const struct {
	const char *what;
	int32_t levels[LIMIT_LEVELS];
	int32_t deadband;
	const char *key, *error; /* NULL: fine */
} limit_cases[] = {
	{ "none", { OFF, OFF, OFF, OFF }, 5000, NULL, NULL },
	{ "one", { OFF, OFF, 27000, OFF }, 5000, NULL, NULL },
	{ "all, rising", { -5000, 1000, 27000, 32000 }, 1000, NULL, NULL },
	{ "a gap in the middle", { 5000, OFF, OFF, 32000 }, 1000, NULL, NULL },
	{ "equal", { OFF, OFF, 27000, 27000 }, 0, "high-critical",
	    "sensor \"s0\": high-critical = 27 is not above high-warning = 27: want low-critical < "
	    "low-warning < high-warning < high-critical" },
	{ "falling over a gap", { 5000, OFF, OFF, 4999 }, 0, "high-critical",
	    "sensor \"s0\": high-critical = 4.999 is not above low-critical = 5: want low-critical "
	    "< "
	    "low-warning < high-warning < high-critical" },
	{ "low above high", { OFF, 30000, 27000, OFF }, 0, "high-warning",
	    "sensor \"s0\": high-warning = 27 is not above low-warning = 30: want low-critical < "
	    "low-warning < high-warning < high-critical" },
	{ "a deadband that just fits", { OFF, 20000, 22001, OFF }, 1000, NULL, NULL },
	{ "a deadband that just does not", { OFF, 20000, 22000, OFF }, 1000, "deadband",
	    "sensor \"s0\": deadband = 1 leaves nothing between the low and the high limits: want "
	    "at "
	    "most 0.999" },
	{ "only the inner levels count", { 0, 20000, 22001, 99000 }, 1000, NULL, NULL },
	{ "the default deadband too", { OFF, 20000, 21000, OFF }, -1, "deadband",
	    "sensor \"s0\": deadband = 1 (the default) leaves nothing between the low and the high "
	    "limits: want at most 0.499" },
	{ "one side has no such rule", { OFF, OFF, 20000, 20001 }, 9000, NULL, NULL },
	{ "the whole range", { INT32_MIN + 1, OFF, OFF, INT32_MAX }, INT32_MAX, "deadband",
	    "sensor \"s0\": deadband = 2147483.647 leaves nothing between the low and the high "
	    "limits: want at most 2147483.646" },
};

static void
checks_limits_as_a_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(limit_cases); i++) {
		struct conf *conf = make(1);
		struct conf_place place;
		struct err err = { .code = 0 };
		int r;

		set_levels(&conf->sensors[0], limit_cases[i].levels);
		conf->sensors[0].deadband_milli = limit_cases[i].deadband;
		r = conf_check(conf, &mock_drivers, &place, &err);
		if (limit_cases[i].error == NULL) {
			if (r != 0)
				fail_msg("%s: %s", limit_cases[i].what, err.text);
		} else {
			assert_int_equal(r, -EINVAL);
			assert_string_equal(err.text, limit_cases[i].error);
			assert_int_equal(place.object, CONF_SENSOR);
			assert_int_equal(place.position, 0);
			assert_string_equal(place.key, limit_cases[i].key);
		}
		conf_unref(conf);
	}
}

static const struct {
	const char *what;
	enum quantity quantity;
	int32_t levels[LIMIT_LEVELS];
	int32_t deadband;
} default_cases[] = {
	{ "temperature", QUANTITY_TEMPERATURE, { OFF, OFF, 27000, OFF }, 1000 },
	{ "dew point", QUANTITY_DEW_POINT, { OFF, OFF, OFF, OFF }, 1000 },
	{ "humidity", QUANTITY_HUMIDITY, { OFF, 20000, 80000, OFF }, 3000 },
	{ "one per cent of the span", QUANTITY_CO2, { OFF, 400000, OFF, 2400000 }, 20000 },
	{ "of the outer levels", QUANTITY_VOLTAGE, { 200000, 210000, 250000, 260000 }, 600 },
	{ "no span: none", QUANTITY_VOLTAGE, { OFF, OFF, 250000, OFF }, 0 },
	{ "no limit: none", QUANTITY_OTHER, { OFF, OFF, OFF, OFF }, 0 },
	{ "a span beyond 32 bits", QUANTITY_OTHER, { INT32_MIN + 1, OFF, OFF, INT32_MAX },
	    42949672 },
};

static void
a_deadband_that_is_left_to_us_follows_the_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(default_cases); i++) {
		struct conf *conf = make(1);
		struct conf_place place;
		struct err err;

		conf->sensors[0].quantity = default_cases[i].quantity;
		set_levels(&conf->sensors[0], default_cases[i].levels);
		if (conf_check(conf, &mock_drivers, &place, &err) < 0)
			fail_msg("%s: %s", default_cases[i].what, err.text);
		assert_int_equal(
		    conf_limit_rule(&conf->sensors[0]).deadband_milli, default_cases[i].deadband);
		assert_int_equal(conf->sensors[0].deadband_milli, -1);
		conf_unref(conf);
	}
}

static void
keeps_a_deadband_that_is_given(void **state)
{
	struct conf *conf = make(1);
	struct conf_place place;

	(void)state;
	conf->sensors[0].deadband_milli = 0;
	assert_int_equal(conf_check(conf, &mock_drivers, &place, NULL), 0);
	assert_int_equal(conf_limit_rule(&conf->sensors[0]).deadband_milli, 0);
	conf_unref(conf);
}

static void
fills_the_hardware_id(void **state)
{
	struct conf *conf = make(2);
	struct conf_place place;

	(void)state;
	assert_int_equal(conf_check(conf, &mock_drivers, &place, NULL), 0);
	assert_string_equal(conf->sensors[1].hardware_id, "line/7:holding:3");
	conf_unref(conf);
}

static void
refuses_two_of_one_name_at_the_second(void **state)
{
	struct conf *conf = make(6);
	struct conf_place place;
	struct err err;

	(void)state;
	text_copy(conf->sensors[5].name, CONF_NAME_SIZE, "s0");
	text_copy(conf->sensors[4].name, CONF_NAME_SIZE, "s2");
	assert_int_equal(conf_check(conf, &mock_drivers, &place, &err), -EINVAL);
	assert_string_equal(err.text, "sensor \"s2\" is declared twice: want unique names");
	assert_int_equal(place.object, CONF_SENSOR);
	assert_int_equal(place.position, 4);
	assert_true(place.has_first);
	assert_int_equal(place.first, 2);
	assert_null(place.key);
	conf_unref(conf);
}

static void
refuses_two_buses_of_one_name(void **state)
{
	struct conf *conf = make(0);
	struct conf_place place;
	struct err err;

	(void)state;
	assert_non_null(conf_add_bus(conf));
	conf->buses[1] = conf->buses[0];
	assert_int_equal(conf_check(conf, &mock_drivers, &place, &err), -EINVAL);
	assert_string_equal(err.text, "bus \"line\" is declared twice: want unique names");
	assert_int_equal(place.object, CONF_BUS);
	assert_int_equal(place.position, 1);
	assert_int_equal(place.first, 0);
	conf_unref(conf);
}

static void
a_bus_and_a_sensor_may_share_a_name(void **state)
{
	struct conf *conf = make(1);
	struct conf_place place;

	(void)state;
	text_copy(conf->sensors[0].name, CONF_NAME_SIZE, "line");
	assert_int_equal(conf_check(conf, &mock_drivers, &place, NULL), 0);
	conf_unref(conf);
}

static void
refuses_what_the_driver_refuses(void **state)
{
	struct conf *conf = make(3);
	struct conf_place place;
	struct err err;

	(void)state;
	text_copy(conf->buses[0].driver, CONF_DRIVER_SIZE, "w2");
	assert_int_equal(conf_check(conf, &mock_drivers, &place, &err), -EINVAL);
	assert_string_equal(err.text, "bus \"line\": driver = \"w2\": want modbus-rtu, w1 or sim");
	assert_int_equal(place.object, CONF_BUS);
	assert_string_equal(place.key, "driver");

	text_copy(conf->buses[0].driver, CONF_DRIVER_SIZE, "w1");
	assert_int_equal(conf_check(conf, &mock_drivers, &place, &err), -EINVAL);
	assert_string_equal(err.text, "bus \"line\": endpoint = \"\": want a path");
	assert_null(place.key);

	text_copy(conf->buses[0].driver, CONF_DRIVER_SIZE, "modbus-rtu");
	text_copy(conf->buses[0].endpoint, CONF_TEXT_SIZE, "/dev/x");
	text_copy(conf->sensors[2].address, CONF_ADDRESS_SIZE, "248:coil:1:bool");
	assert_int_equal(conf_check(conf, &mock_drivers, &place, &err), -EINVAL);
	assert_string_equal(err.text, "sensor \"s2\": address = \"248:coil:1:bool\": want "
				      "UNIT:TABLE:REGISTER:TYPE with a unit "
				      "of 1..247");
	assert_int_equal(place.object, CONF_SENSOR);
	assert_int_equal(place.position, 2);
	assert_string_equal(place.key, "address");
	conf_unref(conf);
}

static void
refuses_a_bus_that_is_not_declared(void **state)
{
	struct conf *conf = make(1);
	struct conf_place place;
	struct err err;

	(void)state;
	text_copy(conf->sensors[0].bus, CONF_NAME_SIZE, "lime");
	assert_int_equal(conf_check(conf, &mock_drivers, &place, &err), -EINVAL);
	assert_string_equal(
	    err.text, "sensor \"s0\": bus = \"lime\": want a declared bus: \"line\"");
	assert_string_equal(place.key, "bus");
	for (int i = 0; i < 20; i++) {
		struct conf_bus *bus = conf_add_bus(conf);

		assert_non_null(bus);
		snprintf(bus->name, sizeof(bus->name), "a long name of a bus, number %d", i % 100);
		text_copy(bus->driver, sizeof(bus->driver), "sim");
	}
	assert_int_equal(conf_check(conf, &mock_drivers, &place, &err), -EINVAL);
	assert_non_null(strstr(err.text, "\"a long name of a bus, number 6\", ..."));
	assert_null(strstr(err.text, "number 7"));
	conf_unref(conf);
}

static void
a_rate_limit_that_is_enabled_needs_a_rate(void **state)
{
	struct conf *conf = make(1);
	struct conf_place place;
	struct err err;

	(void)state;
	conf->sensors[0].limits_enabled = LIMIT_BIT(LIMIT_RATE);
	assert_int_equal(conf_check(conf, &mock_drivers, &place, &err), -EINVAL);
	assert_string_equal(
	    err.text, "sensor \"s0\": rate-limit = 0: want more than 0 while the limit is enabled");
	assert_string_equal(place.key, "rate-limit");
	conf->sensors[0].rate_limit_milli = 1;
	assert_int_equal(conf_check(conf, &mock_drivers, &place, &err), 0);
	conf_unref(conf);
}

static void
leaves_the_order_as_it_is(void **state)
{
	struct conf *conf = make(50);
	struct conf_place place;
	char name[CONF_NAME_SIZE];

	(void)state;
	assert_int_equal(conf_check(conf, &mock_drivers, &place, NULL), 0);
	for (size_t i = 0; i < conf->sensor_count; i++) {
		snprintf(name, sizeof(name), "s%zu", i);
		assert_string_equal(conf->sensors[i].name, name);
	}
	conf_unref(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_limits_as_a_whole),
		cmocka_unit_test(a_deadband_that_is_left_to_us_follows_the_limits),
		cmocka_unit_test(keeps_a_deadband_that_is_given),
		cmocka_unit_test(fills_the_hardware_id),
		cmocka_unit_test(refuses_two_of_one_name_at_the_second),
		cmocka_unit_test(refuses_two_buses_of_one_name),
		cmocka_unit_test(a_bus_and_a_sensor_may_share_a_name),
		cmocka_unit_test(refuses_what_the_driver_refuses),
		cmocka_unit_test(refuses_a_bus_that_is_not_declared),
		cmocka_unit_test(a_rate_limit_that_is_enabled_needs_a_rate),
		cmocka_unit_test(leaves_the_order_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
