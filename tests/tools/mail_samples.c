/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/tools/mail_samples.h"

#include <string.h>

#include "core/result.h"
#include "core/text.h"

#define NOON         INT64_C(1795345200000) /* 2026-11-22 11:00:00 UTC */
#define SECOND       INT64_C(1000)
#define MINUTE       (60 * SECOND)
#define HOUR         (60 * MINUTE)
#define RAISED       (NOON - 12 * SECOND)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define INLET                                                                    \
	.sensor = 1, .source = "rack-a inlet", .quantity = QUANTITY_TEMPERATURE, \
	.suppression = SUPPRESSION_NONE
#define OF_LIMIT .alarm_id = 17, .alarm_kind = ALARM_LIMIT
#define TOO_HIGH                                                                \
	.from = ZONE_HIGH_WARNING, .to = ZONE_HIGH_CRITICAL, .has_value = true, \
	.value_milli = 34200, .has_limit = true, .limit_milli = 32000,          \
	.severity = SEVERITY_CRITICAL

static const struct record raise_record = { INLET, OF_LIMIT, TOO_HIGH, .seq = 3,
	.kind = EVENT_RAISE, .previous_severity = SEVERITY_OK, .wall_ms = RAISED };
static const struct record old_raise = { INLET, OF_LIMIT, TOO_HIGH, .seq = 3, .kind = EVENT_RAISE,
	.previous_severity = SEVERITY_OK, .wall_ms = NOON - 133 * MINUTE };
static const struct record escalate_record = { INLET, OF_LIMIT, TOO_HIGH, .seq = 4,
	.kind = EVENT_ESCALATE, .previous_severity = SEVERITY_WARNING, .wall_ms = RAISED };
static const struct record reminder_record = { INLET, OF_LIMIT, TOO_HIGH, .seq = 9,
	.kind = EVENT_REMINDER, .previous_severity = SEVERITY_CRITICAL, .wall_ms = RAISED };
static const struct record deescalate_record = { INLET, OF_LIMIT, .seq = 6,
	.kind = EVENT_DEESCALATE, .from = ZONE_HIGH_CRITICAL, .to = ZONE_HIGH_WARNING,
	.has_value = true, .value_milli = 30100, .has_limit = true, .limit_milli = 32000,
	.severity = SEVERITY_WARNING, .previous_severity = SEVERITY_CRITICAL, .wall_ms = RAISED };
static const struct record clear_record = { INLET, OF_LIMIT, .seq = 8, .kind = EVENT_CLEAR,
	.from = ZONE_HIGH_WARNING, .to = ZONE_NORMAL, .has_value = true, .value_milli = 25875,
	.has_limit = true, .limit_milli = 27000, .severity = SEVERITY_OK,
	.previous_severity = SEVERITY_WARNING, .wall_ms = NOON };
static const struct record low_record = { .sensor = 2,
	.source = "cold room",
	.alarm_id = 18,
	.alarm_kind = ALARM_LIMIT,
	.quantity = QUANTITY_TEMPERATURE,
	.seq = 5,
	.kind = EVENT_RAISE,
	.from = ZONE_NORMAL,
	.to = ZONE_LOW_WARNING,
	.has_value = true,
	.value_milli = -25000,
	.has_limit = true,
	.limit_milli = -25000,
	.severity = SEVERITY_WARNING,
	.previous_severity = SEVERITY_OK,
	.wall_ms = NOON };
static const struct record fault_record = { INLET, .alarm_id = 20, .alarm_kind = ALARM_FAULT,
	.seq = 10, .kind = EVENT_FAULT_RAISE, .reason = FAULT_NO_REPLY, .to = ZONE_NORMAL,
	.severity = SEVERITY_CRITICAL, .previous_severity = SEVERITY_OK, .wall_ms = NOON };
static const struct record fault_clear_record = { INLET, .alarm_id = 20, .alarm_kind = ALARM_FAULT,
	.seq = 11, .kind = EVENT_FAULT_CLEAR, .has_value = true, .value_milli = 24000,
	.severity = SEVERITY_OK, .previous_severity = SEVERITY_CRITICAL, .wall_ms = NOON };
static const struct record rate_record = { INLET, .alarm_id = 21, .alarm_kind = ALARM_RATE,
	.seq = 12, .kind = EVENT_RATE_RAISE, .has_value = true, .value_milli = -3100,
	.has_limit = true, .limit_milli = 2000, .severity = SEVERITY_WARNING, .wall_ms = NOON };
static const struct record leak_record = { .sensor = 3,
	.source = "leak (basement)",
	.alarm_id = 22,
	.alarm_kind = ALARM_LIMIT,
	.quantity = QUANTITY_LEAK,
	.seq = 13,
	.kind = EVENT_RAISE,
	.to = ZONE_HIGH_CRITICAL,
	.has_value = true,
	.value_milli = 1000,
	.has_limit = true,
	.limit_milli = 500,
	.severity = SEVERITY_CRITICAL,
	.wall_ms = NOON };
static const struct record bus_record = { .source = "rack-line",
	.alarm_id = 23,
	.alarm_kind = ALARM_BUS,
	.seq = 14,
	.kind = EVENT_BUS_RAISE,
	.reason = FAULT_BUS_DOWN,
	.severity = SEVERITY_CRITICAL,
	.wall_ms = NOON };
static const struct record bus_clear_record = { .source = "rack-line",
	.alarm_id = 23,
	.alarm_kind = ALARM_BUS,
	.seq = 15,
	.kind = EVENT_BUS_CLEAR,
	.severity = SEVERITY_OK,
	.wall_ms = NOON };
static const struct record path_record = { .source = "snmp",
	.alarm_id = 24,
	.alarm_kind = ALARM_PATH,
	.seq = 16,
	.kind = EVENT_PATH_DOWN,
	.channel = 1,
	.severity = SEVERITY_WARNING,
	.wall_ms = NOON };
static const struct record path_up_record = { .source = "snmp",
	.alarm_id = 24,
	.alarm_kind = ALARM_PATH,
	.seq = 17,
	.kind = EVENT_PATH_UP,
	.channel = 1,
	.severity = SEVERITY_OK,
	.wall_ms = NOON };
static const struct record failed_record = { .source = "master agent",
	.seq = 18,
	.kind = EVENT_DELIVERY_FAILED,
	.channel = 1,
	.numbers = { 12, RESULT_EXPIRED },
	.severity = SEVERITY_OK,
	.wall_ms = NOON };
static const struct record storage_record = {
	.seq = 19, .kind = EVENT_STORAGE_TROUBLE, .severity = SEVERITY_OK, .wall_ms = NOON
};
static const struct record start_record = { .seq = 20,
	.kind = EVENT_AGENT_START,
	.numbers = { 2, 1 },
	.severity = SEVERITY_OK,
	.wall_ms = NOON };
static const struct record summary_record = { INLET, .seq = 21, .kind = EVENT_SUPPRESSION_SUMMARY,
	.numbers = { 3, 3 }, .severity = SEVERITY_OK, .wall_ms = NOON };
static const struct record test_record = { .seq = 22, .kind = EVENT_TEST, .wall_ms = NOON };
static const struct record beat_record = { .seq = 23, .kind = EVENT_HEARTBEAT, .wall_ms = NOON };

#define HIGH_ALARM(its_state, now, worst)                                                      \
	{                                                                                      \
		.alarm = { .id = 17,                                                           \
			.kind = ALARM_LIMIT,                                                   \
			.state = (its_state),                                                  \
			.severity = SEVERITY_CRITICAL,                                         \
			.zone = ZONE_HIGH_CRITICAL,                                            \
			.value_milli = (now),                                                  \
			.peak_milli = (worst),                                                 \
			.limit_milli = 32000 },                                                \
		.sensor = 1, .raised_seq = 3, .raised_wall_ms = RAISED,                        \
		.quantity = QUANTITY_TEMPERATURE, .has_value = true, .source = "rack-a inlet", \
	}

static const struct alarm_row rows[] = {
	HIGH_ALARM(ALARM_ACTIVE, 34200, 34200),
	{ .alarm = { .id = 18,
	      .kind = ALARM_LIMIT,
	      .state = ALARM_ACTIVE_ACKNOWLEDGED,
	      .severity = SEVERITY_WARNING,
	      .zone = ZONE_LOW_WARNING,
	      .value_milli = -25500,
	      .peak_milli = -25500,
	      .limit_milli = -25000 },
	    .sensor = 2,
	    .raised_seq = 5,
	    .raised_wall_ms = NOON - 3 * HOUR,
	    .quantity = QUANTITY_TEMPERATURE,
	    .has_value = true,
	    .source = "cold room" },
	{ .alarm = { .id = 19,
	      .kind = ALARM_FAULT,
	      .state = ALARM_LATCHED,
	      .severity = SEVERITY_CRITICAL,
	      .zone = ZONE_NORMAL,
	      .reason = FAULT_STALE },
	    .sensor = 4,
	    .raised_wall_ms = NOON - HOUR,
	    .source = "over, but listed" },
};
static const struct alarm_row worse = HIGH_ALARM(ALARM_ACTIVE, 31500, 36000);
static const struct alarm_row old_row = {
	.alarm = { .id = 17,
	    .kind = ALARM_LIMIT,
	    .state = ALARM_ACTIVE,
	    .severity = SEVERITY_CRITICAL,
	    .zone = ZONE_HIGH_CRITICAL,
	    .value_milli = 33900,
	    .peak_milli = 36000,
	    .limit_milli = 32000 },
	.sensor = 1,
	.raised_seq = 3,
	.raised_wall_ms = NOON - 133 * MINUTE,
	.quantity = QUANTITY_TEMPERATURE,
	.has_value = true,
	.source = "rack-a inlet",
};
static const struct alarm_row better = {
	.alarm = { .id = 17,
	    .kind = ALARM_LIMIT,
	    .state = ALARM_ACTIVE_ACKNOWLEDGED,
	    .severity = SEVERITY_WARNING,
	    .zone = ZONE_HIGH_WARNING,
	    .value_milli = 30100,
	    .peak_milli = 34200,
	    .limit_milli = 27000 },
	.sensor = 1,
	.raised_seq = 3,
	.raised_wall_ms = NOON - 2 * HOUR,
	.quantity = QUANTITY_TEMPERATURE,
	.has_value = true,
	.source = "rack-a inlet",
};
static const struct alarm_row fault_row = {
	.alarm = { .id = 20,
	    .kind = ALARM_FAULT,
	    .state = ALARM_ACTIVE,
	    .severity = SEVERITY_CRITICAL,
	    .zone = ZONE_NORMAL,
	    .reason = FAULT_NO_REPLY },
	.sensor = 1,
	.raised_seq = 10,
	.raised_wall_ms = NOON,
	.quantity = QUANTITY_TEMPERATURE,
	.source = "rack-a inlet",
};
static const struct alarm_row path_row = {
	.alarm = { .id = 24,
	    .kind = ALARM_PATH,
	    .state = ALARM_ACTIVE,
	    .severity = SEVERITY_WARNING,
	    .zone = ZONE_NORMAL },
	.raised_seq = 16,
	.raised_wall_ms = NOON,
	.source = "snmp",
};

#define PLACE      .location = "Room 2, row B", .hardware = "rack-line/1/1"
#define NOWHERE    .location = "", .hardware = ""
#define NOW(milli) .has_now = true, .now_milli = (milli)
#define LAST_HOUR  .has_hour = true, .hour_low_milli = 26100, .hour_high_milli = 34200

static const struct {
	const char *what;
	enum mail_kind kind;
	bool nothing_else; /* is active */
	uint32_t undelivered;
	struct mail_item items[4];
} samples[] = {
	{ "raise", MAIL_ALERT, false, 0,
	    { { .record = &raise_record,
		.raise = &raise_record,
		.alarm = &rows[0],
		.age_ms = 12 * SECOND,
		PLACE,
		NOW(34200),
		LAST_HOUR } } },
	{ "raise, on its way back", MAIL_ALERT, true, 0,
	    { { .record = &raise_record,
		.raise = &raise_record,
		.alarm = &worse,
		NOWHERE,
		NOW(31500) } } },
	{ "escalation", MAIL_ALERT, true, 0,
	    { { .record = &escalate_record,
		.raise = &raise_record,
		.alarm = &rows[0],
		NOWHERE } } },
	{ "better", MAIL_ALERT, true, 0,
	    { { .record = &deescalate_record, .raise = NULL, .alarm = &better, NOWHERE } } },
	{ "clear", MAIL_ALERT, false, 0,
	    { { .record = &clear_record, .raise = &raise_record, PLACE, NOW(25875) } } },
	{ "was raised, has cleared", MAIL_ALERT, true, 0,
	    { { .record = &clear_record, .raise = &old_raise, .was_raised = true, NOWHERE } } },
	{ "over, of one that wants no clears", MAIL_ALERT, true, 0,
	    { { .record = &old_raise, .raise = &old_raise, .was_raised = true, NOWHERE } } },
	{ "delayed", MAIL_ALERT, true, 0,
	    { { .record = &old_raise,
		.raise = &old_raise,
		.alarm = &old_row,
		.age_ms = 133 * MINUTE,
		NOWHERE,
		NOW(33900) } } },
	{ "reminder", MAIL_ALERT, true, 0,
	    { { .record = &reminder_record,
		.raise = &raise_record,
		.alarm = &old_row,
		NOWHERE } } },
	{ "low, at the limit, and a group", MAIL_ALERT, true, 0,
	    { { .record = &raise_record, .raise = &raise_record, .alarm = &rows[0], NOWHERE },
		{ .record = &low_record, .raise = &low_record, NOWHERE },
		{ .record = &fault_record, .alarm = &fault_row, PLACE } } },
	{ "fault", MAIL_ALERT, true, 0,
	    { { .record = &fault_record, .raise = &fault_record, .alarm = &fault_row, PLACE } } },
	{ "fault over", MAIL_ALERT, true, 0,
	    { { .record = &fault_clear_record, .raise = &fault_record, PLACE, NOW(24000) } } },
	{ "rate", MAIL_ALERT, true, 0,
	    { { .record = &rate_record, .raise = &rate_record, NOWHERE, NOW(21000) } } },
	{ "leak", MAIL_ALERT, true, 0, { { .record = &leak_record, NOWHERE, NOW(1000) } } },
	{ "bus", MAIL_ALERT, true, 0, { { .record = &bus_record, NOWHERE } } },
	{ "bus back", MAIL_ALERT, true, 0, { { .record = &bus_clear_record, NOWHERE } } },
	{ "no master", MAIL_ALERT, true, 0,
	    { { .record = &path_record, .raise = &path_record, .alarm = &path_row, NOWHERE } } },
	{ "a master again", MAIL_ALERT, true, 0,
	    { { .record = &path_up_record, .raise = &path_record, NOWHERE } } },
	{ "notifications lost", MAIL_ALERT, true, 0, { { .record = &failed_record, NOWHERE } } },
	{ "disk", MAIL_ALERT, true, 0, { { .record = &storage_record, NOWHERE } } },
	{ "start", MAIL_ALERT, true, 0, { { .record = &start_record, NOWHERE } } },
	{ "suppressed", MAIL_ALERT, true, 0, { { .record = &summary_record, NOWHERE } } },
	{ "digest", MAIL_DIGEST, false, 0,
	    { { .record = &raise_record, .raise = &raise_record, .alarm = &rows[0], NOWHERE },
		{ .record = &fault_record, .alarm = &fault_row, NOWHERE },
		{ .record = &clear_record, .raise = &raise_record, NOWHERE } } },
	{ "digest of one", MAIL_DIGEST, true, 0,
	    { { .record = &fault_record, .alarm = &fault_row, NOWHERE } } },
	{ "backlog", MAIL_BACKLOG, false, 12, { { .record = &failed_record, NOWHERE } } },
	{ "test", MAIL_TEST, false, 0, { { .record = &test_record, NOWHERE } } },
	{ "heartbeat", MAIL_HEARTBEAT, false, 0, { { .record = &beat_record, NOWHERE } } },
	{ "quiet heartbeat", MAIL_HEARTBEAT, true, 0, { { .record = &beat_record, NOWHERE } } },
};

const struct mail_sample *
mail_sample(size_t n)
{
	static struct mail_sample sample;

	if (n >= COUNT(samples))
		return NULL;
	sample = (struct mail_sample){
		.what = samples[n].what,
		.facts = {
			.kind = samples[n].kind,
			.site = "Prague 1",
			.now_wall_ms = NOON,
			.east_min = 60,
			.delayed_after_ms = 15 * MINUTE,
			.items = samples[n].items,
			.active = rows,
			.active_count = samples[n].nothing_else ? 0 : COUNT(rows),
			.sensors = 40,
			.sensors_in_fault = 1,
			.undelivered = samples[n].undelivered,
		},
	};
	while (sample.facts.count < COUNT(samples[n].items) &&
	       samples[n].items[sample.facts.count].record != NULL)
		sample.facts.count++;
	return &sample;
}
