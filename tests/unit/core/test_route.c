/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/route.h"

#include "tests/unit/unit.h"

#define SNMP   1
#define MAIL   2
#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static void
what_is_wrong_with_a_channel_goes_by_the_other(void **state)
{
	static const struct {
		const char *what;
		struct record record;
		bool by_snmp, by_mail;
	} cases[] = {
		{ "a raise", { .kind = EVENT_RAISE, .suppression = SUPPRESSION_NONE }, true, true },
		{ "shelved", { .kind = EVENT_RAISE, .suppression = SUPPRESSION_SHELVED }, false,
		    false },
		{ "no notification", { .kind = EVENT_ACKNOWLEDGE, .suppression = SUPPRESSION_NONE },
		    false, false },
		{ "no master",
		    { .kind = EVENT_PATH_DOWN, .channel = SNMP, .suppression = SUPPRESSION_NONE },
		    false, true },
		{ "no relay",
		    { .kind = EVENT_PATH_DOWN, .channel = MAIL, .suppression = SUPPRESSION_NONE },
		    true, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (route_is_told(&cases[i].record, SNMP) != cases[i].by_snmp ||
		    route_is_told(&cases[i].record, MAIL) != cases[i].by_mail)
			fail_msg("%s", cases[i].what);
}

/* d disabled, o of other sensors, c wants no clears, h wants heartbeats, t is told of the alarm,
 * C from critical on, A from ok on, otherwise from warning on */
static struct route_contact
contact_of(const char *letters)
{
	struct route_contact contact = {
		.is_enabled = true,
		.is_concerned = true,
		.wants_clears = true,
		.min_severity = SEVERITY_WARNING,
	};

	for (; *letters != '\0'; letters++) {
		contact.is_enabled &= *letters != 'd';
		contact.is_concerned &= *letters != 'o';
		contact.wants_clears &= *letters != 'c';
		contact.wants_heartbeat |= *letters == 'h';
		contact.is_told |= *letters == 't';
		if (*letters == 'C')
			contact.min_severity = SEVERITY_CRITICAL;
		else if (*letters == 'A')
			contact.min_severity = SEVERITY_OK;
	}
	return contact;
}

static void
each_contact_is_told_what_it_wants(void **state)
{
	static const struct {
		enum event_kind kind;
		enum severity severity;
		const char *contact;
		bool is_for;
	} cases[] = {
		{ EVENT_RAISE, SEVERITY_WARNING, "", true },
		{ EVENT_RAISE, SEVERITY_WARNING, "d", false },
		{ EVENT_RAISE, SEVERITY_WARNING, "o", false },
		{ EVENT_RAISE, SEVERITY_WARNING, "C", false },
		{ EVENT_ESCALATE, SEVERITY_CRITICAL, "C", true },
		{ EVENT_FAULT_RAISE, SEVERITY_UNKNOWN, "C", true },
		{ EVENT_BUS_RAISE, SEVERITY_CRITICAL, "C", true },
		{ EVENT_PATH_DOWN, SEVERITY_WARNING, "", true },
		{ EVENT_PATH_DOWN, SEVERITY_WARNING, "C", false },
		/* the end of it only to those who know */
		{ EVENT_CLEAR, SEVERITY_OK, "t", true },
		{ EVENT_CLEAR, SEVERITY_OK, "", false },
		{ EVENT_CLEAR, SEVERITY_OK, "tc", false },
		{ EVENT_CLEAR, SEVERITY_OK, "tC", true },
		{ EVENT_CLEAR, SEVERITY_OK, "td", false },
		{ EVENT_CLEAR, SEVERITY_OK, "to", true },
		{ EVENT_DEESCALATE, SEVERITY_WARNING, "tC", true },
		{ EVENT_DEESCALATE, SEVERITY_WARNING, "tc", false },
		{ EVENT_DEESCALATE, SEVERITY_WARNING, "", false },
		{ EVENT_REMINDER, SEVERITY_WARNING, "t", true },
		{ EVENT_REMINDER, SEVERITY_WARNING, "tc", true },
		{ EVENT_REMINDER, SEVERITY_WARNING, "tC", false },
		{ EVENT_REMINDER, SEVERITY_WARNING, "", false },
		/* what has no alarm */
		{ EVENT_AGENT_START, SEVERITY_OK, "", false },
		{ EVENT_AGENT_START, SEVERITY_OK, "A", true },
		{ EVENT_DELIVERY_FAILED, SEVERITY_OK, "", true },
		{ EVENT_DELIVERY_FAILED, SEVERITY_OK, "C", false },
		{ EVENT_STORAGE_TROUBLE, SEVERITY_OK, "C", true },
		{ EVENT_SUPPRESSION_SUMMARY, SEVERITY_OK, "", true },
		{ EVENT_CHATTER, SEVERITY_CRITICAL, "C", true },
		{ EVENT_CHATTER, SEVERITY_WARNING, "C", false },
		{ EVENT_HEARTBEAT, SEVERITY_OK, "h", true },
		{ EVENT_HEARTBEAT, SEVERITY_OK, "hd", false },
		{ EVENT_HEARTBEAT, SEVERITY_OK, "A", false },
		{ EVENT_TEST, SEVERITY_OK, "A", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct route_contact contact = contact_of(cases[i].contact);
		const struct record record = { .kind = (uint8_t)cases[i].kind,
			.severity = (uint8_t)cases[i].severity };

		if (route_is_for(&record, &contact) != cases[i].is_for)
			fail_msg("case %zu, contact \"%s\"", i, cases[i].contact);
	}
}

static void
what_is_of_no_sensor_concerns_everybody(void **state)
{
	(void)state;
	assert_true(route_is_concerned("rack-*", "rack-a"));
	assert_false(route_is_concerned("rack-*", "cold room"));
	assert_true(route_is_concerned("rack-*", NULL));
}

static void
only_a_raise_waits_for_somebody_else_to_acknowledge(void **state)
{
	struct route_contact contact = contact_of("");
	struct record record = { .kind = EVENT_RAISE };

	(void)state;
	assert_int_equal(route_wait_ms(&record, &contact), 0);
	contact.escalate_after_ms = 30 * MINUTE;
	assert_int_equal(route_wait_ms(&record, &contact), 30 * MINUTE);
	record.kind = EVENT_ESCALATE;
	assert_int_equal(route_wait_ms(&record, &contact), 30 * MINUTE);
	record.kind = EVENT_CLEAR;
	assert_int_equal(route_wait_ms(&record, &contact), 0);
}

static void
reminds_of_what_is_active(void **state)
{
	static const struct {
		uint32_t reminder_s;
		enum alarm_state state;
		int64_t after_ms;
	} cases[] = {
		{ 14400, ALARM_ACTIVE, 4 * HOUR },
		{ 14400, ALARM_ACTIVE_ACKNOWLEDGED, DAY },
		{ 7 * 86400, ALARM_ACTIVE_ACKNOWLEDGED, 7 * DAY },
		{ 0, ALARM_ACTIVE, 0 },
		{ 0, ALARM_ACTIVE_ACKNOWLEDGED, 0 },
		{ 14400, ALARM_LATCHED, 0 },
		{ 14400, ALARM_CLEARED_UNACKNOWLEDGED, 0 },
		{ 14400, ALARM_UNLISTED, 0 },
		{ UINT32_MAX, ALARM_ACTIVE, UINT32_MAX * INT64_C(1000) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    route_reminder_ms(cases[i].reminder_s, cases[i].state), cases[i].after_ms);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_with_a_channel_goes_by_the_other),
		cmocka_unit_test(each_contact_is_told_what_it_wants),
		cmocka_unit_test(what_is_of_no_sensor_concerns_everybody),
		cmocka_unit_test(only_a_raise_waits_for_somebody_else_to_acknowledge),
		cmocka_unit_test(reminds_of_what_is_active),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
