/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "core/reading.h"
#include "core/text.h"
#include "snmp/tables.h"
#include "tests/unit/fixture.h"
#include "tests/unit/unit.h"

#include "config.h"

/*
 * ENTITY-MIB and ENTITY-SENSOR-MIB over a snapshot made by hand.  1000 is the agent, 1003 the bus;
 * sensor 1001 is good, 1002 in fault since a while, 1005 was never read.
 */
#define NOW  1000000
#define UUID "6ba7b810-9dad-11d1-80b4-00c04fd430c8"

static struct hub *hub;
static struct cell cell;

static struct live_sensor
read_at(int64_t time_ms, int32_t milli, enum quality quality)
{
	return (struct live_sensor){
		.value_milli = milli,
		.last_good_milli = milli,
		.last_good_ms = time_ms,
		.quality = (uint8_t)quality,
		.has_good = true,
	};
}

static int
publish(void **state)
{
	struct conf *conf = fixture_conf("", 1000);
	struct live_agent agent = { .uuid = UUID, .entities_changed_ms = NOW - 5000 };
	struct conf_sensor *sensor;
	struct live *live;

	(void)state;
	conf->agent.entity_base = 1000;
	conf->entity_index = 1000;
	conf->buses[0].entity_index = 1003;
	text_copy(conf->agent.site, sizeof(conf->agent.site),
	    "a place of which one can say more than 32 octets");
	fixture_sensor(conf, 3, "three")->entity_index = 1001;
	sensor = fixture_sensor(conf, 7, "seven");
	sensor->entity_index = 1005;
	sensor->quantity = QUANTITY_LEAK;
	sensor->poll_interval_ms = 250;
	sensor = fixture_sensor(conf, 9, "nine");
	sensor->entity_index = 1002;
	sensor->quantity = QUANTITY_HUMIDITY;
	text_copy(sensor->hardware_id, sizeof(sensor->hardware_id),
	    "a line wi\xc3\xbfh a long name/247/holding:65535");
	conf_seal(conf);
	assert_int_equal(conf_entity_list(conf), 0);
	assert_int_equal(hub_new(&hub), 0);
	live = hub_take_live(hub, 3, 1);
	live->sensors[0] = read_at(NOW - 250, 21500, QUALITY_GOOD);
	live->sensors[1] = (struct live_sensor){ .quality = QUALITY_UNKNOWN };
	live->sensors[2] = read_at(NOW - 60000, 45200, QUALITY_FAULT);
	assert_int_equal(hub_publish(hub, conf, live, &agent), 0);
	conf_unref(conf);
	cell = (struct cell){ .snapshot = hub_get(hub), .now_ms = NOW };
	uptime_learn(&cell.master, 2000, NOW); /* the master is 20 s old */
	return 0;
}

static int
withdraw(void **state)
{
	(void)state;
	hub_put(hub, cell.snapshot);
	hub_free(hub);
	return 0;
}

/* False: no instance. */
static bool
get(const struct table *table, uint64_t column, uint64_t index, struct value *value)
{
	const struct column *found;
	enum table_result result =
	    table_get(table, &cell, &(struct position){ column, index }, &found, value);

	assert_int_not_equal(result, TABLE_NO_OBJECT);
	return result == TABLE_OK;
}

static void
objects_are_told_by_class_and_container(void **state)
{
	static const struct {
		uint32_t index;
		int32_t contained_in, class, position;
		const char *descr, *name, *serial, *model, *alias;
	} cases[] = {
		{ 1000, 0, 3, -1, "envsensord " PACKAGE_VERSION,
		    "a place of which one can say more than 32 octets", "", "envsensord",
		    "a place of which one can say mor" },
		{ 1001, 1003, 8, 3, "three (temperature)", "three", "", "", "three" },
		{ 1002, 1003, 8, 9, "nine (humidity)", "nine", "h a long name/247/holding:65535",
		    "", "nine" },
		{ 1003, 1000, 5, 1, "line (sim bus)", "line", "", "sim", "line" },
		{ 1005, 1003, 8, 7, "seven (leak)", "seven", "", "", "seven" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct {
			uint64_t column;
			const char *text;
		} texts[] = { { 2, cases[i].descr }, { 7, cases[i].name }, { 11, cases[i].serial },
			{ 13, cases[i].model }, { 14, cases[i].alias }, { 15, "" } };
		struct value value;

		for (size_t t = 0; t < COUNT(texts); t++) {
			assert_true(get(&table_entity, texts[t].column, cases[i].index, &value));
			assert_int_equal(value.length, strlen(texts[t].text));
			assert_memory_equal(value.octets, texts[t].text, value.length);
		}
		assert_true(get(&table_entity, 4, cases[i].index, &value));
		assert_int_equal(value.integer, cases[i].contained_in);
		assert_true(get(&table_entity, 5, cases[i].index, &value));
		assert_int_equal(value.integer, cases[i].class);
		assert_true(get(&table_entity, 6, cases[i].index, &value));
		assert_int_equal(value.integer, cases[i].position);
		assert_false(get(&table_entity, 17, cases[i].index, &value));
	}
}

static void
the_agent_has_its_own_uuid_and_the_others_one_of_version_5(void **state)
{
	static const unsigned char agent[] = { 0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80,
		0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };
	/* of the name "3" in that space */
	static const unsigned char bus[] = { 0x98, 0x12, 0x3f, 0xde, 0x01, 0x2f, 0x5f, 0xf3, 0x8b,
		0x50, 0x88, 0x14, 0x49, 0xda, 0xc9, 0x1a };
	struct value value;

	(void)state;
	assert_true(get(&table_entity, 19, 1000, &value));
	assert_int_equal(value.length, 16);
	assert_memory_equal(value.octets, agent, 16);
	assert_true(get(&table_entity, 19, 1003, &value));
	assert_int_equal(value.length, 16);
	assert_memory_equal(value.octets, bus, 16);
}

static void
a_row_of_two_indices_is_found_by_both(void **state)
{
	static const struct {
		const char *what;
		uint64_t parent, child;
		bool is_there;
	} cases[] = {
		{ "a bus in the agent", 1000, 1003, true },
		{ "a sensor on the bus", 1003, 1002, true },
		{ "the other way round", 1002, 1003, false },
		{ "a sensor in the agent", 1000, 1001, false },
		{ "no second index", 1000, 0, false },
		{ "beyond all", UINT32_MAX, UINT32_MAX, false },
	};
	struct value value;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t index = cases[i].parent << 32 | cases[i].child;

		print_message("%s\n", cases[i].what);
		assert_int_equal(get(&table_entity_contains, 1, index, &value), cases[i].is_there);
		if (cases[i].is_there)
			assert_int_equal(value.integer, cases[i].child);
	}
}

static void
two_indices_are_walked_by_the_first_then_the_second(void **state)
{
	static const uint64_t should[][2] = { { 1000, 1003 }, { 1003, 1001 }, { 1003, 1002 },
		{ 1003, 1005 } };
	struct position position = { 0, 0 };
	const struct column *column;
	struct value value;
	size_t n = 0;

	(void)state;
	while (table_next(&table_entity_contains, &cell, &position, &column, &value) == TABLE_OK) {
		assert_true(n < COUNT(should));
		assert_int_equal(position.index >> 32, should[n][0]);
		assert_int_equal(position.index & UINT32_MAX, should[n][1]);
		position.index++;
		n++;
	}
	assert_int_equal(n, COUNT(should));
	position = (struct position){ 1, (uint64_t)1003 << 32 | UINT32_MAX };
	assert_int_equal(
	    table_next(&table_entity_contains, &cell, &position, &column, &value), TABLE_END);
}

static void
sensors_have_a_whole_row_but_for_what_was_never_measured(void **state)
{
	/* clang-format off */
	static const struct {
		uint32_t index;
		int32_t type, precision, status;
		const char *unit;
		uint32_t rate_ms;
		bool has_value;
		int32_t value;
		uint32_t stamp; /* by the master's clock */
	} cases[] = {
		{ 1001, 8,  1, 1, "C",   1000, true,  215, 1975 },
		{ 1002, 9,  0, 3, "%RH", 1000, true,  45,  0 }, /* from before the master */
		{ 1005, 12, 0, 2, "",    250,  false, 0,   0 },
	};
	/* clang-format on */
	struct value value;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct table *table = &table_entity_sensor;
		uint32_t index = cases[i].index;

		assert_true(get(table, 1, index, &value));
		assert_int_equal(value.integer, cases[i].type);
		assert_true(get(table, 2, index, &value));
		assert_int_equal(value.integer, 9);
		assert_true(get(table, 3, index, &value));
		assert_int_equal(value.integer, cases[i].precision);
		assert_int_equal(get(table, 4, index, &value), cases[i].has_value);
		assert_int_equal(value.integer, cases[i].value);
		assert_true(get(table, 5, index, &value));
		assert_int_equal(value.integer, cases[i].status);
		assert_true(get(table, 6, index, &value));
		assert_int_equal(value.length, strlen(cases[i].unit));
		assert_memory_equal(value.octets, cases[i].unit, value.length);
		assert_int_equal(get(table, 7, index, &value), cases[i].has_value);
		assert_int_equal(value.number, cases[i].stamp);
		assert_true(get(table, 8, index, &value));
		assert_int_equal(value.number, cases[i].rate_ms);
	}
}

static void
what_is_no_sensor_has_no_row_among_the_sensors(void **state)
{
	struct value value;

	(void)state;
	for (uint64_t column = 1; column <= 8; column++) {
		assert_false(get(&table_entity_sensor, column, 1000, &value));
		assert_false(get(&table_entity_sensor, column, 1003, &value));
	}
}

static void
the_last_change_is_in_the_master_s_time(void **state)
{
	struct value value;

	(void)state;
	assert_true(get(&table_entity_general, 1, 0, &value));
	assert_int_equal(value.number, 1500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_told_by_class_and_container),
		cmocka_unit_test(the_agent_has_its_own_uuid_and_the_others_one_of_version_5),
		cmocka_unit_test(a_row_of_two_indices_is_found_by_both),
		cmocka_unit_test(two_indices_are_walked_by_the_first_then_the_second),
		cmocka_unit_test(sensors_have_a_whole_row_but_for_what_was_never_measured),
		cmocka_unit_test(what_is_no_sensor_has_no_row_among_the_sensors),
		cmocka_unit_test(the_last_change_is_in_the_master_s_time),
	};

	return cmocka_run_group_tests(tests, publish, withdraw);
}
