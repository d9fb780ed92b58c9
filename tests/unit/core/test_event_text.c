/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/event_text.h"
#include "core/result.h"

#include <string.h>

#include "tests/unit/unit.h"

#define TEMPERATURE  .quantity = QUANTITY_TEMPERATURE, .source = "inlet"
#define VALUE(milli) .has_value = true, .value_milli = (milli)
#define LIMIT(milli) .has_limit = true, .limit_milli = (milli)

static void
says_it_in_one_sentence(void **state)
{
	static const struct {
		struct record record;
		const char *text, *reason, *unit;
	} cases[] = {
		{ { .kind = EVENT_RAISE,
		      .alarm_kind = ALARM_LIMIT,
		      .severity = SEVERITY_CRITICAL,
		      .to = ZONE_HIGH_CRITICAL,
		      VALUE(33100),
		      LIMIT(32000),
		      TEMPERATURE },
		    "inlet is too high: 33.100 C has reached the critical limit 32.000 C.", "",
		    "C" },
		{ { .kind = EVENT_RAISE,
		      .alarm_kind = ALARM_LIMIT,
		      .severity = SEVERITY_WARNING,
		      .to = ZONE_LOW_WARNING,
		      VALUE(-500),
		      LIMIT(0),
		      .during_downtime = true,
		      TEMPERATURE },
		    "inlet is too low: -0.500 C has reached the warning limit 0.000 C.",
		    "during_downtime", "C" },
		{ { .kind = EVENT_CLEAR,
		      .alarm_kind = ALARM_LIMIT,
		      .is_config_change = true,
		      TEMPERATURE },
		    "inlet counts as normal again.", "configChange", "C" },
		{ { .kind = EVENT_FAULT_RAISE,
		      .alarm_kind = ALARM_FAULT,
		      .reason = FAULT_NO_REPLY,
		      TEMPERATURE },
		    "inlet gives no valid reading: noReply.", "noReply", "C" },
		{ { .kind = EVENT_RATE_RAISE,
		      .alarm_kind = ALARM_RATE,
		      VALUE(4000),
		      LIMIT(3000),
		      TEMPERATURE },
		    "inlet changes too fast: 4.000 C per minute has reached the limit "
		    "3.000 C per minute.",
		    "", "C/min" },
		{ { .kind = EVENT_BUS_RAISE, .alarm_kind = ALARM_BUS, .source = "line 1" },
		    "Bus line 1 is lost, and all sensors on it with it.", "", "" },
		{ { .kind = EVENT_DELIVERY_FAILED,
		      .source = "master agent",
		      .channel = 1,
		      .numbers = { 12, RESULT_EXPIRED } },
		    "Messages to master agent that were given up: 12 (too old to be useful).",
		    "expired", "" },
		{ { .kind = EVENT_PATH_DOWN,
		      .alarm_kind = ALARM_PATH,
		      .source = "snmp",
		      .numbers = { 3, RESULT_MASTER_UNAVAILABLE } },
		    "Messages do not get out by snmp: the SNMP master agent cannot be reached.",
		    "masterUnavailable", "" },
		{ { .kind = EVENT_PATH_DOWN, .source = "snmp", .numbers = { 0, 4000 } },
		    "Messages do not get out by snmp: the mail helper failed.", "internalError",
		    "" },
		{ { .kind = EVENT_PATH_UP, .alarm_kind = ALARM_PATH, .source = "snmp" },
		    "Messages get out by snmp again.", "", "" },
		{ { .kind = EVENT_AGENT_START, .numbers = { 2, 1 } },
		    "The agent has started after it had not ended well; alarms that are active: "
		    "2.",
		    "", "" },
		{ { .kind = EVENT_SUPPRESSION_SUMMARY, .numbers = { 2, 3 }, .source = "x" },
		    "While x was suppressed, 2 alarms were raised and 3 cleared.", "", "" },
		{ { .kind = EVENT_STORAGE_TROUBLE }, "The database cannot be written.", "", "" },
		{ { .kind = EVENT_STORAGE_OK, .numbers = { STORAGE_STORY_RESTORED, 1795307624 } },
		    "The database is whole again, but what happened after 2026-11-22 00:33:44 UTC "
		    "is lost.",
		    "", "" },
		{ { .kind = EVENT_STORAGE_OK, .numbers = { STORAGE_STORY_DROPPED, 17 } },
		    "The database can be written again, but 17 events meanwhile found no room and "
		    "are lost.",
		    "", "" },
		{ { .kind = EVENT_STORAGE_TROUBLE, .numbers = { 1000000, 17 } },
		    "The database cannot be written.", "", "" },
		{ { .kind = EVENT_CLOCK_STEP, .numbers = { 0 }, .wall_ms = 1795307624999 },
		    "The system clock was set from 1970-01-01 00:00:00 UTC to 2026-11-22 00:33:44 "
		    "UTC.",
		    "", "" },
		{ { .kind = EVENT_CONFIG_CHANGE }, "Another configuration is in force.", "", "" },
		{ { .kind = EVENT_CONFIG_CHANGE, .source = "x", .detail = "$s of %s is \"1\"." },
		    "$s of %s is \"1\".", "", "" },
		{ { .kind = EVENT_CLEAR, .source = "$s%s", VALUE(1) },
		    "$s%s is normal again: 0.001.", "", "" },
	};
	char text[EVENT_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct record record = cases[i].record;

		record.seq = 1;
		event_text(&record, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
		event_reason(&record, text, EVENT_REASON_SIZE);
		assert_string_equal(text, cases[i].reason);
		event_unit(&record, text, EVENT_UNIT_SIZE);
		assert_string_equal(text, cases[i].unit);
	}
}

static void
what_is_not_stored_says_so(void **state)
{
	const struct record raise = { .kind = EVENT_RAISE, .alarm_kind = ALARM_LIMIT };
	const struct record fault = {
		.kind = EVENT_FAULT_RAISE,
		.alarm_kind = ALARM_FAULT,
		.reason = FAULT_NO_REPLY,
	};
	char text[EVENT_REASON_SIZE];

	(void)state;
	event_reason(&raise, text, sizeof(text));
	assert_string_equal(text, "not stored");
	event_reason(&fault, text, sizeof(text));
	assert_string_equal(text, "noReply, not stored");
}

static void
each_kind_is_a_sentence(void **state)
{
	char text[EVENT_TEXT_SIZE];
	struct record record = { .alarm_kind = ALARM_RATE,
		VALUE(INT32_MIN),
		LIMIT(INT32_MIN),
		.quantity = QUANTITY_PARTICULATES,
		.numbers = { UINT32_MAX, UINT32_MAX } };

	(void)state;
	memset(record.source, 'x', sizeof(record.source) - 1);
	for (unsigned kind = EVENT_RAISE; kind <= EVENT_RESET; kind++) {
		record.kind = (uint8_t)kind;
		for (int has_value = 0; has_value < 2; has_value++) {
			record.has_value = has_value != 0;
			event_text(&record, text, sizeof(text));
			assert_true(strlen(text) > 10);
			assert_int_equal(text[strlen(text) - 1], '.'); /* whole, too */
			assert_null(strchr(text, '$'));
		}
	}
}

static void
an_alarm_says_what_is_wrong(void **state)
{
	const struct alarm_row row = {
		.alarm = { .kind = ALARM_LIMIT,
		    .severity = SEVERITY_WARNING,
		    .zone = ZONE_HIGH_WARNING,
		    .value_milli = 28000,
		    .peak_milli = 29000,
		    .limit_milli = 27000 },
		.has_value = true,
		.quantity = QUANTITY_TEMPERATURE,
		.source = "inlet",
	};
	const struct alarm_row path = { .alarm = { .kind = ALARM_PATH }, .source = "snmp" };
	char text[EVENT_TEXT_SIZE];

	(void)state;
	alarm_text(&path, text, sizeof(text));
	assert_string_equal(text, "Messages do not get out by snmp.");
	alarm_text(&row, text, sizeof(text));
	assert_string_equal(
	    text, "inlet is too high: 29.000 C has reached the warning limit 27.000 C.");
}

static void
a_path_says_why_it_is_down(void **state)
{
	static const struct {
		enum result result;
		int32_t code;
		const char *words, *text;
	} cases[] = {
		{ RESULT_BAD_PASSWORD, 535, "5.7.8 no",
		    "Messages do not get out by mail: the mail server refuses user name or "
		    "password: 535 5.7.8 no." },
		{ RESULT_SERVER_NOT_READY, 421, "",
		    "Messages do not get out by mail: the mail server is not ready: 421." },
		{ RESULT_TLS_FAILED, 0, "wrong version",
		    "Messages do not get out by mail: no encrypted connection: wrong version." },
		{ RESULT_TIMEOUT, 0, "", "Messages do not get out by mail: no answer in time." },
	};
	char text[EVENT_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path_text(
		    "mail", cases[i].result, cases[i].code, cases[i].words, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_it_in_one_sentence),
		cmocka_unit_test(each_kind_is_a_sentence),
		cmocka_unit_test(what_is_not_stored_says_so),
		cmocka_unit_test(an_alarm_says_what_is_wrong),
		cmocka_unit_test(a_path_says_why_it_is_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
