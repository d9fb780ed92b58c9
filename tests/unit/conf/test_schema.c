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
	struct conf_event event;
	struct conf_delivery delivery;
	struct conf_breaker breaker;
	struct conf_limiter limiter;
	struct conf_mail mail;
	struct conf_relay relay;
	struct conf_contact contact;
};

static const size_t object_sizes[] = {
	[CONF_AGENT] = sizeof(struct conf_agent),
	[CONF_BUS] = sizeof(struct conf_bus),
	[CONF_SENSOR] = sizeof(struct conf_sensor),
	[CONF_DEVICE] = sizeof(struct conf_device),
	[CONF_PROFILE] = sizeof(struct conf_profile),
	[CONF_EVENT] = sizeof(struct conf_event),
	[CONF_DELIVERY] = sizeof(struct conf_delivery),
	[CONF_BREAKER] = sizeof(struct conf_breaker),
	[CONF_LIMITER] = sizeof(struct conf_limiter),
	[CONF_MAIL] = sizeof(struct conf_mail),
	[CONF_RELAY] = sizeof(struct conf_relay),
	[CONF_CONTACT] = sizeof(struct conf_contact),
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
the_defaults_of_deliveries_are_those_of_the_mib(void **state)
{
	static const struct {
		enum conf_object object;
		unsigned column;
		const char *key, *text;
	} cases[] = {
		{ CONF_AGENT, 20, "heartbeat-interval", "0" },
		{ CONF_EVENT, 2, "event-maximum", "10000" },
		{ CONF_DELIVERY, 3, "maximum", "2000" },
		{ CONF_DELIVERY, 4, "retry-base", "15s" },
		{ CONF_DELIVERY, 5, "retry-cap", "10m" },
		{ CONF_DELIVERY, 6, "useful-for", "4h" },
		{ CONF_MAIL, 7, "check-interval", "1h" },
		{ CONF_MAIL, 8, "heartbeat-interval", "1d" },
		{ CONF_RELAY, 3, "port", "465" },
		{ CONF_RELAY, 4, "security", "tls" },
		{ CONF_RELAY, 5, "user", "" },
		{ CONF_RELAY, 6, "password", "" },
		{ CONF_CONTACT, 4, "min-severity", "warning" },
		{ CONF_CONTACT, 5, "sensors", "*" },
		{ CONF_CONTACT, 6, "enabled", "true" },
		{ CONF_CONTACT, 7, "clears", "true" },
		{ CONF_CONTACT, 8, "escalate-after", "0" },
		{ CONF_CONTACT, 9, "heartbeat", "false" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct field *field = schema_column(cases[i].object, cases[i].column);

		assert_non_null(field);
		assert_string_equal(field->key, cases[i].key);
		assert_string_equal(field->fallback, cases[i].text);
		assert_true((field->flags & FIELD_WRITABLE) != 0);
	}
}

/* A path or a command by SET would be a way into the machine, a recipient one out of it. */
static void
nothing_dangerous_is_writable(void **state)
{
	static const char *const keys[] = { "endpoint", "driver", "options", "password-file",
		"ca-file", "token-command", "allow-recipients", "allow-secret-set",
		"allow-insecure", "state-dir", "agentx" };
	const struct field *field;

	(void)state;
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++)
		for (size_t i = 0; i < COUNT(keys); i++)
			if (strcmp(field->key, keys[i]) == 0)
				assert_int_equal(field->flags & FIELD_WRITABLE, 0);
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

static void
finds_a_key_by_its_section(void **state)
{
	static const struct {
		enum schema_section section;
		const char *key;
		enum conf_object object;
	} cases[] = {
		{ SECTION_TOP, "heartbeat-interval", CONF_AGENT },
		{ SECTION_TOP, "event-maximum", CONF_EVENT },
		{ SECTION_MAIL, "heartbeat-interval", CONF_MAIL },
		{ SECTION_MAIL, "enabled", CONF_MAIL },
		{ SECTION_CONTACT, "enabled", CONF_CONTACT },
		{ SECTION_CONTACT, "address", CONF_CONTACT },
		{ SECTION_SENSOR, "address", CONF_SENSOR },
		{ SECTION_DEVICE, "latch", CONF_SENSOR },
		{ SECTION_RELAY, "host", CONF_RELAY },
		{ SECTION_DELIVERY, "maximum", CONF_DELIVERY },
		{ SECTION_BREAKER, "failures", CONF_BREAKER },
		{ SECTION_LIMITER, "burst", CONF_LIMITER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_ptr_equal(schema_key(cases[i].section, cases[i].key),
		    schema_find(cases[i].object, cases[i].key));
	assert_null(schema_key(SECTION_TOP, "from"));
	assert_null(schema_key(SECTION_CONTACT, "name"));
	assert_null(schema_key(SECTION_MAIL, "host"));
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
		cmocka_unit_test(the_defaults_of_deliveries_are_those_of_the_mib),
		cmocka_unit_test(nothing_dangerous_is_writable),
		cmocka_unit_test(finds_a_key_by_its_section),
		cmocka_unit_test(each_row_is_described),
		cmocka_unit_test(a_limit_enables_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
