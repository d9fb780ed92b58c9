/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/event.h"
#include "core/text.h"
#include "snmp/oids.h"
#include "snmp/varbinds.h"
#include "tests/unit/unit.h"

static const struct snapshot snapshot = { .agent = { .uuid = "the-uuid" } };

static struct record
raised(void)
{
	return (struct record){
		.seq = 4294967295,
		.alarm_id = 7,
		.sensor = 12,
		.wall_ms = 1700000000700,
		.value_milli = 33100,
		.limit_milli = 32000,
		.kind = EVENT_RAISE,
		.alarm_kind = ALARM_LIMIT,
		.severity = SEVERITY_CRITICAL,
		.previous_severity = SEVERITY_WARNING,
		.from = ZONE_NORMAL,
		.to = ZONE_HIGH_CRITICAL,
		.reason = FAULT_NONE,
		.quantity = QUANTITY_TEMPERATURE,
		.has_value = true,
		.has_limit = true,
		.sensor_severity = SEVERITY_CRITICAL,
		.has_sensor_value = true,
		.sensor_value_milli = -500,
		.source = "rack-a inlet",
	};
}

/* "OID TYPE VALUE", the root of the MIB as R. */
static const char *
render(const struct varbind *varbind)
{
	static const uint32_t root[] = { OIDS_ROOT };
	static char line[1024];
	const uint32_t *arcs = varbind->value.octets;
	size_t n = 0, i = 0;

	if (memcmp(varbind->name, root, sizeof(root)) == 0) {
		n += (size_t)snprintf(line, sizeof(line), "R");
		i = OIDS_ROOT_LEN;
	}
	for (; i < varbind->name_length; i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, ".%u", varbind->name[i]);
	switch (varbind->type) {
	case VALUE_INTEGER:
		snprintf(line + n, sizeof(line) - n, " i %d", varbind->value.integer);
		break;
	case VALUE_UNSIGNED:
		snprintf(line + n, sizeof(line) - n, " u %u", varbind->value.number);
		break;
	case VALUE_OCTETS:
		snprintf(line + n, sizeof(line) - n, " s %.*s", (int)varbind->value.length,
		    varbind->value.length > 0 ? (const char *)varbind->value.octets : "");
		break;
	case VALUE_OID:
		assert_int_equal(varbind->value.length, OIDS_ROOT_LEN + 2);
		assert_memory_equal(arcs, root, sizeof(root));
		snprintf(line + n, sizeof(line) - n, " o R.%u.%u", arcs[OIDS_ROOT_LEN],
		    arcs[OIDS_ROOT_LEN + 1]);
		break;
	case VALUE_GAUGE:
	case VALUE_COUNTER32:
	case VALUE_COUNTER64:
	case VALUE_TIMETICKS:
		fail();
	}
	return line;
}

/* Their lines; each a prefix of what is there. */
static void
check(const struct record *record, const char *const *lines)
{
	struct varbind varbind;
	size_t n = 0;

	for (; lines[n] != NULL; n++) {
		const char *line;

		assert_true(varbinds_get(record, &snapshot, n, &varbind));
		line = render(&varbind);
		print_message("%s\n", lines[n]);
		if (strncmp(line, lines[n], strlen(lines[n])) != 0)
			fail_msg("it is: %s", line);
	}
	assert_false(varbinds_get(record, &snapshot, n, &varbind));
}

static void
a_raise_carries_all_objects_in_order_and_two_of_its_sensor(void **state)
{
	static const char *const lines[] = {
		".1.3.6.1.6.3.1.1.4.1.0 o R.0.1",
		"R.1.6.3.1.14.4294967295 u 4294967295",
		"R.1.6.3.1.3.4294967295 u 7",
		"R.1.1.1.0 s the-uuid",
		"R.1.6.3.1.11.4294967295 s \x07\xe7\x0b",
		"R.1.6.3.1.5.4294967295 s rack-a inlet",
		"R.1.6.3.1.2.4294967295 i 1",
		"R.1.6.3.1.6.4294967295 i 3",
		"R.1.6.3.1.7.4294967295 i 2",
		"R.1.6.3.1.8.4294967295 i 33100",
		"R.1.6.3.1.9.4294967295 i 32000",
		"R.1.6.3.1.10.4294967295 s C",
		"R.1.6.3.1.12.4294967295 s ",
		"R.1.6.3.1.13.4294967295 s rack-a inlet is too high: 33.100 C has reached the "
		"critical limit 32.000 C.",
		"R.1.3.1.1.11.12 i 3",
		"R.1.3.1.1.8.12 s -0.500",
		NULL,
	};
	struct record record = raised();

	(void)state;
	check(&record, lines);
}

static void
what_has_no_value_is_there_as_0(void **state)
{
	static const char *const lines[] = {
		".1.3.6.1.6.3.1.1.4.1.0 o R.0.2",
		"R.1.6.3.1.14.0 u 0",
		"R.1.6.3.1.3.0 u 7",
		"R.1.1.1.0 s the-uuid",
		"R.1.6.3.1.11.0 s ",
		"R.1.6.3.1.5.0 s rack-a inlet",
		"R.1.6.3.1.2.0 i 5",
		"R.1.6.3.1.6.0 i 3",
		"R.1.6.3.1.7.0 i 1",
		"R.1.6.3.1.8.0 i 0",
		"R.1.6.3.1.9.0 i 0",
		"R.1.6.3.1.10.0 s C",
		"R.1.6.3.1.12.0 s noReply",
		"R.1.6.3.1.13.0 s rack-a inlet gives no valid reading: noReply.",
		"R.1.3.1.1.11.12 i 4",
		"R.1.3.1.1.8.12 s ",
		NULL,
	};
	struct record record = raised();
	struct varbind varbind;

	(void)state;
	record.seq = 0;
	record.kind = EVENT_FAULT_RAISE;
	record.alarm_kind = ALARM_FAULT;
	record.reason = FAULT_NO_REPLY;
	record.previous_severity = SEVERITY_OK;
	record.has_value = record.has_limit = false;
	record.sensor_severity = SEVERITY_UNKNOWN;
	record.has_sensor_value = false;
	check(&record, lines);
	assert_true(varbinds_get(&record, &snapshot, 9, &varbind));
	assert_int_equal(varbind.value.integer, 0);
	assert_true(varbinds_get(&record, &snapshot, 15, &varbind));
	assert_int_equal(varbind.value.length, 0);
}

static void
what_is_not_of_a_sensor_ends_with_the_text(void **state)
{
	static const char *const lines[] = {
		".1.3.6.1.6.3.1.1.4.1.0 o R.0.4",
		"R.1.6.3.1.14.1 u 1",
		"R.1.6.3.1.3.1 u 0",
		"R.1.1.1.0 s the-uuid",
		"R.1.6.3.1.11.1 s ",
		"R.1.6.3.1.5.1 s ",
		"R.1.6.3.1.2.1 i 14",
		"R.1.6.3.1.6.1 i 1",
		"R.1.6.3.1.7.1 i 1",
		"R.1.6.3.1.8.1 i 0",
		"R.1.6.3.1.9.1 i 0",
		"R.1.6.3.1.10.1 s ",
		"R.1.6.3.1.12.1 s ",
		"R.1.6.3.1.13.1 s The agent has started; alarms that are active: 2.",
		NULL,
	};
	const struct record record = {
		.seq = 1,
		.numbers = { 2, 0 },
		.kind = EVENT_AGENT_START,
		.severity = SEVERITY_OK,
		.previous_severity = SEVERITY_OK,
		.from = ZONE_NORMAL,
		.to = ZONE_NORMAL,
		.reason = FAULT_NONE,
		.quantity = QUANTITY_OTHER,
	};

	(void)state;
	check(&record, lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_raise_carries_all_objects_in_order_and_two_of_its_sensor),
		cmocka_unit_test(what_has_no_value_is_there_as_0),
		cmocka_unit_test(what_is_not_of_a_sensor_ends_with_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
