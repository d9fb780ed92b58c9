/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "conf/conf_entity.h"
#include "core/text.h"
#include "tests/unit/unit.h"

/* The agent is 1000; buses b1 and b2 are 1005 and 1001; of their sensors some came before them. */
static struct conf *
make(void)
{
	static const struct {
		uint32_t index, entity_index;
		const char *bus;
	} sensors[] = { { 1, 1002, "b1" }, { 2, 1009, "b2" }, { 3, 1004, "b2" }, { 4, 1003, "b1" },
		{ 5, 1008, "b2" } };
	struct conf *conf = conf_new();

	assert_non_null(conf);
	conf->entity_index = 1000;
	for (uint32_t i = 1; i <= 2; i++) {
		struct conf_bus *bus = conf_add_bus(conf);

		bus->index = i;
		bus->entity_index = i == 1 ? 1005 : 1001;
		snprintf(bus->name, sizeof(bus->name), "b%u", i);
		text_copy(bus->driver, sizeof(bus->driver), "sim");
	}
	for (size_t i = 0; i < COUNT(sensors); i++) {
		struct conf_sensor *sensor = conf_add_sensor(conf);

		sensor->index = sensors[i].index;
		sensor->entity_index = sensors[i].entity_index;
		text_copy(sensor->bus, sizeof(sensor->bus), sensors[i].bus);
		snprintf(sensor->name, sizeof(sensor->name), "s%u", sensors[i].index);
	}
	conf_seal(conf);
	assert_int_equal(conf_entity_list(conf), 0);
	return conf;
}

static void
all_objects_are_listed_by_index(void **state)
{
	static const struct conf_entity should[] = {
		{ 1000, 0, CONF_ENTITY_CHASSIS, 0 },
		{ 1001, 1000, CONF_ENTITY_BUS, 1 },
		{ 1002, 1005, CONF_ENTITY_SENSOR, 0 },
		{ 1003, 1005, CONF_ENTITY_SENSOR, 3 },
		{ 1004, 1001, CONF_ENTITY_SENSOR, 2 },
		{ 1005, 1000, CONF_ENTITY_BUS, 0 },
		{ 1008, 1001, CONF_ENTITY_SENSOR, 4 },
		{ 1009, 1001, CONF_ENTITY_SENSOR, 1 },
	};
	struct conf *conf = make();

	(void)state;
	assert_int_equal(conf->entity_count, COUNT(should));
	for (size_t i = 0; i < COUNT(should); i++) {
		const struct conf_entity *entity = &conf->entities[i];

		assert_int_equal(entity->index, should[i].index);
		assert_int_equal(entity->parent, should[i].parent);
		assert_int_equal(entity->kind, should[i].kind);
		assert_int_equal(entity->at, should[i].at);
	}
	conf_unref(conf);
}

static void
containments_are_sorted_by_parent_then_child(void **state)
{
	static const struct conf_containment should[] = {
		{ 1000, 1001 },
		{ 1000, 1005 },
		{ 1001, 1004 },
		{ 1001, 1008 },
		{ 1001, 1009 },
		{ 1005, 1002 },
		{ 1005, 1003 },
	};
	struct conf *conf = make();

	(void)state;
	assert_int_equal(conf->containment_count, COUNT(should));
	for (size_t i = 0; i < COUNT(should); i++) {
		assert_int_equal(conf->containments[i].parent, should[i].parent);
		assert_int_equal(conf->containments[i].child, should[i].child);
	}
	conf_unref(conf);
}

static void
an_agent_without_buses_is_a_chassis_still(void **state)
{
	struct conf *conf = conf_new();

	(void)state;
	conf->entity_index = 7;
	conf_seal(conf);
	assert_int_equal(conf_entity_list(conf), 0);
	assert_int_equal(conf->entity_count, 1);
	assert_int_equal(conf->containment_count, 0);
	conf_unref(conf);
}

static void
no_change(struct conf *conf)
{
	(void)conf;
}

static void
other_limits(struct conf *conf)
{
	conf->sensors[0].limit_milli[LIMIT_HIGH_WARNING] = 27000;
	conf->sensors[0].poll_interval_ms = 5000;
}

static void
other_name(struct conf *conf)
{
	text_copy(conf->sensors[2].name, CONF_NAME_SIZE, "other");
}

static void
other_hardware(struct conf *conf)
{
	text_copy(conf->sensors[2].hardware_id, CONF_HARDWARE_SIZE, "other");
}

static void
other_quantity(struct conf *conf)
{
	conf->sensors[0].quantity = QUANTITY_LEAK;
}

static void
other_driver(struct conf *conf)
{
	text_copy(conf->buses[1].driver, CONF_DRIVER_SIZE, "w1");
}

static void
other_site(struct conf *conf)
{
	text_copy(conf->agent.site, sizeof(conf->agent.site), "elsewhere");
}

static void
other_parent(struct conf *conf)
{
	conf->sensors[0].bus_index = 2;
	assert_int_equal(conf_entity_list(conf), 0);
}

static void
one_less(struct conf *conf)
{
	conf->sensor_count--;
	assert_int_equal(conf_entity_list(conf), 0);
}

static void
only_what_entity_mib_shows_is_a_change(void **state)
{
	static const struct {
		const char *what;
		void (*change)(struct conf *conf);
		bool is_equal;
	} cases[] = {
		{ "nothing", no_change, true },
		{ "what it does not show", other_limits, true },
		{ "a name", other_name, false },
		{ "a hardware id", other_hardware, false },
		{ "a quantity", other_quantity, false },
		{ "a driver", other_driver, false },
		{ "the site", other_site, false },
		{ "a sensor on another bus", other_parent, false },
		{ "a sensor that is gone", one_less, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf *a = make(), *b = make();

		print_message("%s\n", cases[i].what);
		cases[i].change(b);
		assert_int_equal(conf_entity_is_equal(a, b), cases[i].is_equal);
		conf_unref(a);
		conf_unref(b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_objects_are_listed_by_index),
		cmocka_unit_test(containments_are_sorted_by_parent_then_child),
		cmocka_unit_test(an_agent_without_buses_is_a_chassis_still),
		cmocka_unit_test(only_what_entity_mib_shows_is_a_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
