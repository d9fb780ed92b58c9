/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole texts stand in tests/system/mail-samples.txt. */
#include "core/mail_text.h"

#include <stdlib.h>
#include <string.h>

#include "core/mail_words.h"
#include "core/message.h"
#include "tests/unit/unit.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static void
writes_values_with_their_units(void **state)
{
	static const struct {
		enum quantity quantity;
		enum alarm_kind kind;
		int32_t milli;
		const char *text;
	} cases[] = {
		{ QUANTITY_TEMPERATURE, ALARM_LIMIT, 34200, "34.2 °C" },
		{ QUANTITY_TEMPERATURE, ALARM_LIMIT, 32000, "32.0 °C" },
		{ QUANTITY_DEW_POINT, ALARM_LIMIT, -500, "-0.5 °C" },
		{ QUANTITY_TEMPERATURE, ALARM_RATE, 3000, "3.0 °C/min" },
		{ QUANTITY_HUMIDITY, ALARM_LIMIT, 55000, "55 %RH" },
		{ QUANTITY_PARTICULATES, ALARM_LIMIT, 12500, "12.5 µg/m³" },
		{ QUANTITY_OTHER, ALARM_LIMIT, 7, "0.007" },
		{ QUANTITY_OTHER, ALARM_RATE, 7000, "7 per minute" },
		{ QUANTITY_LEAK, ALARM_LIMIT, 1000, "active" },
		{ QUANTITY_CONTACT, ALARM_LIMIT, 0, "inactive" },
		{ QUANTITY_TEMPERATURE, ALARM_LIMIT, INT32_MIN, "-2147483.648 °C" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out;
		char text[64];

		strbuf_init(&out, text, sizeof(text));
		mail_add_value(&out, cases[i].quantity, cases[i].kind, cases[i].milli);
		assert_string_equal(text, cases[i].text);
	}
}

static void
writes_durations_in_two_units(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{ -1, "0s" },
		{ 0, "0s" },
		{ 59 * SECOND + 999, "59s" },
		{ MINUTE, "1m" },
		{ MINUTE + SECOND, "1m1s" },
		{ 2 * HOUR + 13 * MINUTE + 59 * SECOND, "2h13m" },
		{ 2 * HOUR + 59 * SECOND, "2h" },
		{ 3 * DAY + 4 * HOUR + 5 * MINUTE, "3d4h" },
		{ 400 * DAY, "400d" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out;
		char text[64];

		strbuf_init(&out, text, sizeof(text));
		mail_add_duration(&out, cases[i].ms);
		assert_string_equal(text, cases[i].text);
	}
}

static void
one_thread_per_alarm(void **state)
{
	static const struct record raise = { .kind = EVENT_RAISE, .seq = 3, .alarm_id = 17 };
	static const struct record clear = { .kind = EVENT_CLEAR, .seq = 9, .alarm_id = 17 };
	static const struct record note = { .kind = EVENT_AGENT_START, .seq = 1 };
	static const struct alarm_row row = { .raised_seq = 3 };
	static const struct {
		const char *what;
		struct mail_item items[2];
		size_t count;
		uint32_t thread;
	} cases[] = {
		{ "a raise begins it", { { .record = &raise, .raise = &raise } }, 1, 0 },
		{ "likewise", { { .record = &raise, .alarm = &row } }, 1, 0 },
		{ "a clear answers", { { .record = &clear, .raise = &raise } }, 1, 3 },
		{ "by what the alarm knows", { { .record = &clear, .alarm = &row } }, 1, 3 },
		{ "nobody knows", { { .record = &clear } }, 1, 0 },
		{ "of no alarm", { { .record = &note } }, 1, 0 },
		{ "of two", { { .record = &clear, .raise = &raise }, { .record = &note } }, 2, 0 },
		{ "of nothing", { { 0 } }, 0, 0 },
	};
	char id[MAIL_ID_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct mail_facts facts = { .items = cases[i].items,
			.count = cases[i].count };

		if (mail_thread(&facts) != cases[i].thread)
			fail_msg("%s: %u", cases[i].what, (unsigned)mail_thread(&facts));
	}
	mail_id("0-0", 4294967295, 7, "a@example.org", id, sizeof(id));
	assert_string_equal(id, "0-0.4294967295.7@example.org");
}

static void
says_late_only_what_is_late(void **state)
{
	struct mail_item items[2] = { { .age_ms = 15 * MINUTE }, { .age_ms = 2 * MINUTE } };
	struct mail_facts facts = {
		.kind = MAIL_ALERT,
		.delayed_after_ms = 15 * MINUTE,
		.items = items,
		.count = 2,
	};

	(void)state;
	assert_int_equal(mail_delay_ms(&facts), 0);
	items[1].age_ms = 15 * MINUTE + 1;
	assert_int_equal(mail_delay_ms(&facts), 15 * MINUTE + 1);
	facts.kind = MAIL_DIGEST;
	assert_int_equal(mail_delay_ms(&facts), 15 * MINUTE + 1);
	facts.kind = MAIL_HEARTBEAT;
	assert_int_equal(mail_delay_ms(&facts), 0);
}

#define ITEMS 300

static const struct record longest_record = { .kind = EVENT_RAISE,
	.sensor = UINT32_MAX,
	.alarm_id = UINT32_MAX,
	.alarm_kind = ALARM_LIMIT,
	.quantity = QUANTITY_PARTICULATES,
	.to = ZONE_LOW_CRITICAL,
	.has_value = true,
	.value_milli = INT32_MIN,
	.has_limit = true,
	.limit_milli = INT32_MIN,
	.source = "abcdefghijklmnopqrstuvwxyz012345",
	.wall_ms = INT64_C(253402300799000),
	.severity = SEVERITY_CRITICAL,
	.previous_severity = SEVERITY_UNKNOWN };
static const struct alarm_row longest_row = { .alarm = { .id = 4000000000,
						  .state = ALARM_ACTIVE,
						  .kind = ALARM_LIMIT,
						  .severity = SEVERITY_CRITICAL,
						  .zone = ZONE_LOW_CRITICAL,
						  .value_milli = INT32_MIN,
						  .peak_milli = INT32_MIN,
						  .limit_milli = INT32_MIN },
	.quantity = QUANTITY_PARTICULATES,
	.has_value = true,
	.source = "abcdefghijklmnopqrstuvwxyz012345" };

static void
nothing_is_cut_however_much_there_is(void **state)
{
	static const enum mail_kind kinds[] = { MAIL_ALERT, MAIL_DIGEST };
	static struct mail_item items[ITEMS];
	static struct alarm_row rows[ITEMS];
	static char text[256], subject[MAIL_SUBJECT_SIZE], body[MAIL_BODY_SIZE(ITEMS)];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	for (size_t i = 0; i < ITEMS; i++) {
		rows[i] = longest_row;
		items[i] = (struct mail_item){ .record = &longest_record,
			.raise = &longest_record,
			.alarm = &rows[i],
			.location = text,
			.hardware = text,
			.has_now = true,
			.now_milli = INT32_MIN,
			.has_hour = true,
			.hour_low_milli = INT32_MIN,
			.hour_high_milli = INT32_MIN,
			.age_ms = 400 * DAY };
	}
	for (size_t i = 0; i < COUNT(kinds); i++) {
		const struct mail_facts facts = { .kind = kinds[i],
			.site = text,
			.items = items,
			.count = ITEMS,
			.active = rows,
			.active_count = ITEMS };

		mail_subject(&facts, subject, sizeof(subject));
		mail_body(&facts, body, sizeof(body));
		assert_true(strlen(subject) < sizeof(subject) - 64);
		assert_string_equal(body + strlen(body) - 6, "+0000\n");
	}
}

#define MANY    20000
#define CARRIED ((size_t)1024 * 1024) /* by envsensord-smtp: PROTOCOL_BODY_MAX */

/* Else it would be tried for ever. */
static void
a_digest_is_never_more_than_can_be_carried(void **state)
{
	static const char *const to[] = { "ops@example.org" };
	struct record record = longest_record;
	struct mail_item *items = calloc(MANY, sizeof(*items));
	char *body = malloc(MAIL_BODY_SIZE(MANY)), *bytes = malloc(8 * CARRIED);
	const struct mail_facts facts = {
		.kind = MAIL_DIGEST, .site = "", .items = items, .count = MANY
	};
	const struct message message = { .from = to[0],
		.to = to,
		.to_count = 1,
		.id = "1@example.org",
		.subject = "",
		.body = body };

	(void)state;
	assert_true(items != NULL && body != NULL && bytes != NULL);
	text_copy(record.source, sizeof(record.source), "šššššššššššššššš");
	for (size_t i = 0; i < MANY; i++)
		items[i] = (struct mail_item){ .record = &record, .raise = &record };
	mail_body(&facts, body, MAIL_BODY_SIZE(MANY));
	assert_in_range(message_write(&message, bytes, 8 * CARRIED), 1, CARRIED);
	assert_non_null(strstr(body, "\nand 17000 more: envsensorctl events\n"));
	free(items);
	free(body);
	free(bytes);
}

static void
a_path_is_named(void **state)
{
	struct alarm_row row = { .alarm = { .kind = ALARM_PATH }, .source = "snmp" };
	char text[64];
	struct strbuf out;

	(void)state;
	strbuf_init(&out, text, sizeof(text));
	mail_add_alarm(&out, &row);
	assert_string_equal(text, "SNMP master agent unreachable");
	text_copy(row.source, sizeof(row.source), "mail");
	strbuf_init(&out, text, sizeof(text));
	mail_add_alarm(&out, &row);
	assert_string_equal(text, "mail does not get out");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_values_with_their_units),
		cmocka_unit_test(writes_durations_in_two_units),
		cmocka_unit_test(one_thread_per_alarm),
		cmocka_unit_test(says_late_only_what_is_late),
		cmocka_unit_test(nothing_is_cut_however_much_there_is),
		cmocka_unit_test(a_digest_is_never_more_than_can_be_carried),
		cmocka_unit_test(a_path_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
