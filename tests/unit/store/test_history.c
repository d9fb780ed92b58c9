/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/event_text.h"
#include "core/kept.h"
#include "core/text.h"
#include "tests/unit/store/state_folder.h"
#include "tests/unit/unit.h"

static struct record
record_of(uint32_t seq)
{
	struct record record = {
		.seq = seq,
		.alarm_id = 4000000000,
		.sensor = 7,
		.numbers = { 1, STORE_NUMBER_MAX },
		.wall_ms = 1700000000123,
		.boottime_ms = 5,
		.value_milli = INT32_MIN,
		.limit_milli = INT32_MAX,
		.kind = EVENT_ESCALATE,
		.alarm_kind = ALARM_LIMIT,
		.severity = SEVERITY_CRITICAL,
		.previous_severity = SEVERITY_WARNING,
		.from = ZONE_HIGH_WARNING,
		.to = ZONE_HIGH_CRITICAL,
		.reason = FAULT_NONE,
		.quantity = QUANTITY_HUMIDITY,
		.suppression = SUPPRESSION_SHELVED,
		.has_value = true,
		.has_limit = true,
		.sensor_severity = SEVERITY_WARNING,
		.has_sensor_value = true,
		.sensor_value_milli = -1,
		.channel = 2,
		.is_config_change = true,
		.source = "a'); --",
		.detail = "SNMP has set \"a'); --\".",
	};

	return record;
}

struct seen {
	char detail[EVENT_TEXT_SIZE]; /* of the first */
	size_t count;
	struct record first, last;
};

static int
see(void *context, const struct record *record, struct err *err)
{
	struct seen *seen = context;

	(void)err;
	if (seen->count++ == 0) {
		seen->first = *record;
		text_copy(seen->detail, sizeof(seen->detail),
		    record->detail != NULL ? record->detail : "");
		seen->first.detail = NULL;
	} else {
		assert_int_equal(record->seq, seen->last.seq + 1);
	}
	seen->last = *record;
	return 0;
}

static struct seen
events_of(struct store *store)
{
	struct seen seen = { 0 };

	assert_int_equal(store_load_events(store, see, &seen, NULL), 0);
	return seen;
}

static void
add_events(struct store *store, uint32_t first, uint32_t last)
{
	for (uint32_t seq = first; seq <= last; seq++) {
		struct record record = record_of(seq);

		assert_int_equal(store_add_event(store, &record, "boot", NULL), 0);
	}
}

static void
events_come_back_as_they_were(void **state)
{
	struct store *store = store_opened();
	struct record record = record_of(1), bare = { .seq = 2, .kind = EVENT_AGENT_STOP };
	struct seen seen;

	(void)state;
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_add_event(store, &record, "boot", NULL), 0);
	assert_int_equal(store_add_event(store, &bare, "boot", NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);
	store = store_opened();
	seen = events_of(store);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.detail, record.detail);
	record.detail = NULL;
	assert_memory_equal(&seen.first, &record, sizeof(record));
	assert_memory_equal(&seen.last, &bare, sizeof(bare));
	store_close(store);
}

/* Behind our back: the store would write it, but nobody would give it. */
static void
text_that_nobody_wrote_comes_back_clean(void **state)
{
	struct store *store = store_opened();
	struct record record = record_of(1);
	struct seen seen;

	(void)state;
	text_copy(record.source, sizeof(record.source), "a\r\nb\xff");
	record.detail = "SNMP\nhas";
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_add_event(store, &record, "boot", NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	seen = events_of(store);
	assert_string_equal(seen.first.source, "a b?");
	assert_string_equal(seen.detail, "");
	store_close(store);
}

static void
a_rollback_leaves_no_gap_and_a_number_is_given_once(void **state)
{
	struct store *store = store_opened();
	struct record record = record_of(2);
	struct seen seen;

	(void)state;
	assert_int_equal(store_begin(store, NULL), 0);
	add_events(store, 1, 2);
	assert_int_equal(store_commit(store, NULL), 0);
	assert_int_equal(store_begin(store, NULL), 0);
	add_events(store, 3, 5);
	store_rollback(store);
	assert_int_equal(store_begin(store, NULL), 0);
	add_events(store, 3, 3);
	assert_int_equal(store_add_event(store, &record, "boot", NULL), -EIO);
	assert_int_equal(store_commit(store, NULL), 0);
	seen = events_of(store);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.last.seq, 3);
	store_close(store);
}

static void
the_oldest_events_go(void **state)
{
	struct store *store = store_opened();
	struct seen seen;

	(void)state;
	assert_int_equal(store_begin(store, NULL), 0);
	add_events(store, 1, 1000);
	assert_int_equal(store_drop_events(store, 901, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);
	store = store_opened();
	seen = events_of(store);
	assert_int_equal(seen.count, 100);
	assert_int_equal(seen.first.seq, 901);
	store_close(store);
}

static int
see_alarm(void *context, const struct alarm_row *row, struct err *err)
{
	(void)err;
	*(struct alarm_row *)context = *row;
	return 0;
}

static void
alarms_come_back_as_they_last_were(void **state)
{
	struct store *store = store_opened();
	struct alarm_row back = { 0 }, row = {
		.alarm = { .id = STORE_NUMBER_MAX,
		    .kind = ALARM_LIMIT,
		    .state = ALARM_ACTIVE,
		    .severity = SEVERITY_WARNING,
		    .zone = ZONE_LOW_WARNING,
		    .reason = FAULT_NONE,
		    .value_milli = -1,
		    .peak_milli = -2,
		    .limit_milli = -3 },
		.sensor = 9,
		.raised_seq = 17,
		.notified = 1,
		.raised_wall_ms = 1700000000000,
		.quantity = QUANTITY_LEVEL,
		.has_value = true,
		.source = "tank",
	};

	(void)state;
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_put_alarm(store, &row, NULL), 0);
	row.alarm.state = ALARM_LATCHED;
	row.alarm.is_latching = true;
	row.alarm.peak_milli = -20;
	row.notified = 3;
	assert_int_equal(store_put_alarm(store, &row, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);
	store = store_opened();
	assert_int_equal(store_load_alarms(store, see_alarm, &back, NULL), 0);
	assert_memory_equal(&back, &row, sizeof(row));
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_remove_alarm(store, STORE_NUMBER_MAX, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	back.alarm.id = 0;
	assert_int_equal(store_load_alarms(store, see_alarm, &back, NULL), 0);
	assert_int_equal(back.alarm.id, 0);
	store_close(store);
}

struct state_seen {
	size_t count, damaged;
	uint32_t sensor;
	struct evaluator_kept kept;
	struct moment then;
};

static int
see_state(void *context, uint32_t sensor, const char *source, const struct evaluator_kept *kept,
    const struct moment *then, struct err *err)
{
	struct state_seen *seen = context;

	(void)err;
	seen->count++;
	seen->sensor = sensor;
	seen->then = *then;
	assert_string_equal(source, "line 1");
	if (kept == NULL)
		seen->damaged++;
	else
		seen->kept = *kept;
	return 0;
}

/* SQL on the closed database, behind the back of the store. */
static void
the_state_of_a_sensor_comes_back_or_is_told_to_be_damaged(void **state)
{
	const struct moment now = { .boot_id = "boot", .boottime_ms = 11, .wall_ms = 22 };
	struct evaluator_kept kept = { .is_chattering = true };
	struct state_seen seen = { 0 };
	struct store *store = store_opened();

	(void)state;
	kept.raises = (struct recent){ 1, { -7, 0, 0, 0 } };
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_put_state(store, 3, "line 1", &kept, &now, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);
	store = store_opened();
	assert_int_equal(store_load_states(store, see_state, &seen, NULL), 0);
	assert_int_equal(seen.sensor, 3);
	assert_string_equal(seen.then.boot_id, "boot");
	assert_int_equal(seen.then.boottime_ms, 11);
	assert_int_equal(seen.then.wall_ms, 22);
	assert_true(seen.kept.is_chattering);
	assert_int_equal(seen.kept.raises.at_ms[0], -7);
	store_close(store);
	run_sql("", "UPDATE sensor_state SET kept = x'0102'");
	store = store_opened();
	assert_int_equal(store_load_states(store, see_state, &seen, NULL), 0);
	assert_int_equal(seen.damaged, 1);
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_clear_states(store, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	assert_int_equal(store_load_states(store, see_state, &seen, NULL), 0);
	assert_int_equal(seen.count, 2);
	store_close(store);
}

static void
numbers_begin_with_their_defaults_and_hold(void **state)
{
	static const struct {
		enum store_number which;
		uint32_t begin;
	} cases[] = {
		{ STORE_NEXT_ALARM_ID, 1 },
		{ STORE_IS_RUNNING, 0 },
		{ STORE_NEXT_DELIVERY_ID, 1 },
		{ STORE_FIRST_EVENT, 1 },
	};
	struct store *store = store_opened();
	uint32_t number;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(store_get_number(store, cases[i].which, &number, NULL), 0);
		assert_int_equal(number, cases[i].begin);
		assert_int_equal(store_put_number(store, cases[i].which, 5, NULL), -EIO);
	}
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_put_number(store, STORE_NEXT_ALARM_ID, STORE_NUMBER_MAX, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);
	store = store_opened();
	assert_int_equal(store_get_number(store, STORE_NEXT_ALARM_ID, &number, NULL), 0);
	assert_int_equal(number, STORE_NUMBER_MAX);
	store_close(store);
}

/* Takes back what later versions have added. */
#define WITHOUT_7                                                                          \
	"ALTER TABLE contact DROP COLUMN limits; ALTER TABLE contact DROP COLUMN boot_id;" \
	"ALTER TABLE contact DROP COLUMN boottime_ms;"                                     \
	"ALTER TABLE contact DROP COLUMN wall_ms;"
#define WITHOUT_6 "DROP TABLE contact; ALTER TABLE delivery DROP COLUMN lead;"
#define WITHOUT_5 "ALTER TABLE sensor_state DROP COLUMN source;"
#define WITHOUT_4                                                                       \
	"DROP TABLE setting; DROP TABLE added_row; DELETE FROM counter WHERE kind > 3;" \
	"DELETE FROM number WHERE key > 15; ALTER TABLE event DROP COLUMN detail;"
#define WITHOUT_3                                                                          \
	"DROP TABLE delivery; DROP TABLE channel; DELETE FROM number WHERE key IN (4, 5);" \
	"ALTER TABLE event DROP COLUMN sensor_severity;"                                   \
	"ALTER TABLE event DROP COLUMN sensor_value;"                                      \
	"ALTER TABLE event DROP COLUMN channel;"

static void
a_database_of_version_1_is_brought_up_to_date(void **state)
{
	struct store *store = store_opened();
	uint32_t index;

	(void)state;
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_identity(store, STORE_SENSOR, "a", &index, NULL), 0);
	assert_int_equal(store_identity(store, STORE_SENSOR, "b", &index, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);
	run_sql("", WITHOUT_7 WITHOUT_6 WITHOUT_5 WITHOUT_4 WITHOUT_3
	    "DROP TABLE number; DROP TABLE sensor_state; DROP TABLE alarm; DROP TABLE event;"
	    "PRAGMA user_version = 1");
	store = store_opened();
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_identity(store, STORE_SENSOR, "b", &index, NULL), 0);
	assert_int_equal(index, 2);
	add_events(store, 1, 1);
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);
}

static void
events_of_version_2_say_nothing_of_the_sensor(void **state)
{
	struct store *store = store_opened();
	struct seen seen;

	(void)state;
	assert_int_equal(store_begin(store, NULL), 0);
	add_events(store, 1, 3);
	assert_int_equal(store_drop_events(store, 2, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);
	run_sql("", WITHOUT_7 WITHOUT_6 WITHOUT_5 WITHOUT_4 WITHOUT_3 "PRAGMA user_version = 2");
	store = store_opened();
	seen = events_of(store);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.last.value_milli, INT32_MIN);
	assert_int_equal(seen.last.sensor_severity, 0);
	assert_false(seen.last.has_sensor_value);
	store_close(store);
}

int
main(void)
{
#define IN_A_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, state_folder_make, state_folder_remove)
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(events_come_back_as_they_were),
		IN_A_FOLDER(text_that_nobody_wrote_comes_back_clean),
		IN_A_FOLDER(a_rollback_leaves_no_gap_and_a_number_is_given_once),
		IN_A_FOLDER(the_oldest_events_go),
		IN_A_FOLDER(alarms_come_back_as_they_last_were),
		IN_A_FOLDER(the_state_of_a_sensor_comes_back_or_is_told_to_be_damaged),
		IN_A_FOLDER(numbers_begin_with_their_defaults_and_hold),
		IN_A_FOLDER(a_database_of_version_1_is_brought_up_to_date),
		IN_A_FOLDER(events_of_version_2_say_nothing_of_the_sensor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
