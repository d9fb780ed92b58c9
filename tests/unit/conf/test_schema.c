/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "conf/conf.h"
#include "conf/schema.h"
#include "tests/unit/unit.h"

union any_object {
	struct conf_agent agent;
	struct conf_bus bus;
	struct conf_sensor sensor;
	struct conf_device device;
	struct conf_profile profile;
};

static const size_t object_sizes[] = {
	[CONF_AGENT] = sizeof(struct conf_agent),
	[CONF_BUS] = sizeof(struct conf_bus),
	[CONF_SENSOR] = sizeof(struct conf_sensor),
	[CONF_DEVICE] = sizeof(struct conf_device),
	[CONF_PROFILE] = sizeof(struct conf_profile),
};

static const size_t type_sizes[] = {
	[FIELD_ENUM] = sizeof(int),
	[FIELD_QUANTITY] = sizeof(enum quantity),
	[FIELD_BOOL] = sizeof(bool),
	[FIELD_NUMBER] = sizeof(uint32_t),
	[FIELD_DURATION] = sizeof(uint32_t),
	[FIELD_SECONDS] = sizeof(uint32_t),
	[FIELD_MILLI] = sizeof(int32_t),
	[FIELD_MICRO] = sizeof(int32_t),
	[FIELD_LIMITS] = sizeof(uint8_t),
};

static bool
is_text(const struct field *field)
{
	return field->type == FIELD_NAME || field->type == FIELD_TEXT;
}

static void
no_key_and_no_column_stands_twice(void **state)
{
	const struct field *field;

	(void)state;
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		assert_ptr_equal(schema_find(field->object, field->key), field);
		if (field->column != 0)
			assert_ptr_equal(schema_column(field->object, field->column), field);
	}
	assert_null(schema_find(CONF_BUS, "gain"));
	assert_null(schema_column(CONF_SENSOR, 0));
	assert_null(schema_column(CONF_SENSOR, 46));
}

static void
each_row_fits_its_structure(void **state)
{
	const struct field *field;

	(void)state;
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		assert_true(field->offset + field->size <= object_sizes[field->object]);
		assert_true(schema_number(field) < SCHEMA_KEYS_MAX);
		if (is_text(field)) {
			assert_int_equal(field->max, field->size - 1);
			assert_true(field->size <= FIELD_FORMAT_SIZE);
		} else {
			assert_int_equal(field->size, type_sizes[field->type]);
		}
	}
}

static void
no_two_rows_share_their_memory(void **state)
{
	const struct field *a, *b;

	(void)state;
	for (size_t n = 0; (a = schema_at(n)) != NULL; n++)
		for (size_t m = 0; (b = schema_at(m)) != NULL; m++)
			if (a != b && a->object == b->object)
				assert_true(a->offset + a->size <= b->offset ||
					    b->offset + b->size <= a->offset);
}

static void
numbers_an_object_from_its_title(void **state)
{
	(void)state;
	assert_int_equal(schema_number(schema_find(CONF_AGENT, "agentx")), 0);
	assert_int_equal(schema_number(schema_find(CONF_BUS, "name")), 0);
	assert_int_equal(schema_number(schema_find(CONF_SENSOR, "name")), 0);
	assert_int_equal(schema_number(schema_find(CONF_SENSOR, "bus")), 1);
}

static void
each_default_parses(void **state)
{
	const struct field *field;

	(void)state;
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		union any_object object = { 0 };
		char text[FIELD_FORMAT_SIZE];

		assert_true((field->fallback == NULL) == ((field->flags & FIELD_REQUIRED) != 0));
		if (field->fallback == NULL)
			continue;
		assert_int_equal(field_parse(field, field->fallback, &object, NULL), 0);
		field_format(field, &object, text, sizeof(text));
		if (field->type != FIELD_DURATION) /* 60s is written 1m */
			assert_string_equal(text, field->fallback);
	}
}

static void
the_defaults_are_those_of_the_mib(void **state)
{
	struct conf_sensor sensor = { .index = 7 };
	struct conf_bus bus = { .index = 7 };

	(void)state;
	schema_set_defaults(CONF_SENSOR, &sensor);
	schema_set_defaults(CONF_BUS, &bus);
	assert_int_equal(sensor.index, 7);
	assert_int_equal(sensor.limits_enabled, 0);
	assert_int_equal(sensor.deadband_milli, -1);
	assert_int_equal(sensor.on_delay_ms, 30000);
	assert_int_equal(sensor.off_delay_ms, 60000);
	assert_int_equal(sensor.min_samples, 2);
	assert_int_equal(sensor.fault_count, 3);
	assert_int_equal(sensor.fault_delay_ms, 10000);
	assert_int_equal(sensor.reminder_s, 14400);
	assert_int_equal(sensor.gain_micro, 1000000);
	assert_int_equal(sensor.admin_state, ADMIN_ENABLED);
	assert_int_equal(sensor.poll_interval_ms, 0);
	assert_int_equal(bus.poll_interval_ms, 1000);
	assert_int_equal(bus.timeout_ms, 500);
	assert_int_equal(bus.admin_state, ADMIN_ENABLED);
}

static void
each_row_is_described(void **state)
{
	const struct field *field;

	(void)state;
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		char text[FIELD_FORMAT_SIZE];

		assert_non_null(field->help);
		assert_int_equal(field->help[strlen(field->help) - 1], '.');
		field_describe(field, text, sizeof(text));
		assert_in_range(strlen(text), 1, sizeof(text) - 2);
	}
}

static void
a_limit_enables_itself(void **state)
{
	static const struct {
		const char *key;
		int limit;
	} cases[] = {
		{ "low-critical", LIMIT_LOW_CRITICAL },
		{ "low-warning", LIMIT_LOW_WARNING },
		{ "high-warning", LIMIT_HIGH_WARNING },
		{ "high-critical", LIMIT_HIGH_CRITICAL },
		{ "rate-limit", LIMIT_RATE },
	};
	const struct field *field;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(schema_find(CONF_SENSOR, cases[i].key)->limit, cases[i].limit);
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++)
		count += field->limit >= 0;
	assert_int_equal(count, COUNT(cases));
}

static void
a_section_has_its_own_keys(void **state)
{
	static const struct {
		enum conf_object object;
		const char *key;
		bool top, bus, sensor, device, profile, part;
	} cases[] = {
		{ CONF_AGENT, "site", true, false, false, false, false, false },
		{ CONF_BUS, "name", false, false, false, false, false, false },
		{ CONF_BUS, "driver", false, true, false, false, false, false },
		{ CONF_SENSOR, "name", false, false, false, false, false, false },
		{ CONF_SENSOR, "bus", false, false, true, false, false, false },
		{ CONF_SENSOR, "address", false, false, true, false, false, true },
		{ CONF_SENSOR, "gain", false, false, true, false, false, true },
		{ CONF_SENSOR, "high-warning", false, false, true, false, false, true },
		{ CONF_SENSOR, "range-low", false, false, true, false, false, true },
		{ CONF_SENSOR, "location", false, false, true, true, false, true },
		{ CONF_SENSOR, "on-delay", false, false, true, true, false, true },
		{ CONF_DEVICE, "bus", false, false, false, true, false, false },
		{ CONF_DEVICE, "profile", false, false, false, true, false, false },
		{ CONF_PROFILE, "source", false, false, false, false, true, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct field *field = schema_find(cases[i].object, cases[i].key);

		assert_int_equal(schema_is_key(field, SECTION_TOP), cases[i].top);
		assert_int_equal(schema_is_key(field, SECTION_BUS), cases[i].bus);
		assert_int_equal(schema_is_key(field, SECTION_SENSOR), cases[i].sensor);
		assert_int_equal(schema_is_key(field, SECTION_DEVICE), cases[i].device);
		assert_int_equal(schema_is_key(field, SECTION_PROFILE), cases[i].profile);
		assert_int_equal(schema_is_key(field, SECTION_PART), cases[i].part);
	}
}

/* Else a key of a device would have two meanings. */
static void
what_devices_share_is_no_key_of_theirs(void **state)
{
	const struct field *field;

	(void)state;
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		if ((field->flags & FIELD_SHARED) == 0)
			continue;
		assert_int_equal(field->object, CONF_SENSOR);
		assert_null(schema_find(CONF_DEVICE, field->key));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_has_its_own_keys),
		cmocka_unit_test(what_devices_share_is_no_key_of_theirs),
		cmocka_unit_test(no_key_and_no_column_stands_twice),
		cmocka_unit_test(each_row_fits_its_structure),
		cmocka_unit_test(no_two_rows_share_their_memory),
		cmocka_unit_test(numbers_an_object_from_its_title),
		cmocka_unit_test(each_default_parses),
		cmocka_unit_test(the_defaults_are_those_of_the_mib),
		cmocka_unit_test(each_row_is_described),
		cmocka_unit_test(a_limit_enables_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
