/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "core/event_text.h"
#include "tests/unit/engine/change_bench.h"

/* One of each kind that can be taken back; alarm 1 is open. */
static struct change *
all_kinds(struct bench *bench)
{
	struct change *change = new_change(bench);

	add_setting(change, 1, "high-warning", "28");
	add_setting(change, 1, "location", "row 4");
	add_other(change, CHANGE_NOTE, 1, 0);
	add_other(change, CHANGE_ACKNOWLEDGE, 1, 0);
	add_other(change, CHANGE_SHELVE, 2, bench->now.boottime_ms + 60000);
	add_other(change, CHANGE_CONFIG_LOCK, 0, 0);
	return change;
}

static void
assert_changed(struct bench *bench, bool is_changed)
{
	const struct snapshot *snapshot = bench_look(bench);
	const struct conf_sensor *sensor = conf_sensor(snapshot->conf, 1);
	const struct alarm_row *row = &snapshot->alarms->rows[0];

	assert_int_equal(sensor->limit_milli[LIMIT_HIGH_WARNING], is_changed ? 28000 : 27000);
	assert_string_equal(sensor->location, is_changed ? "row 4" : "");
	assert_int_equal(snapshot->alarms->count, 1);
	assert_string_equal(row->note, is_changed ? "fan ordered" : "");
	assert_int_equal(row->alarm.state, is_changed ? ALARM_ACTIVE_ACKNOWLEDGED : ALARM_ACTIVE);
	assert_int_equal(snapshot->agent.alarms_unacknowledged, is_changed ? 0 : 1);
	assert_int_equal(snapshot->live->sensors[1].suppression,
	    is_changed ? SUPPRESSION_SHELVED : SUPPRESSION_NONE);
	assert_int_equal(snapshot->agent.config_lock, is_changed ? 1 : 0);
}

static unsigned
count_events(struct bench *bench, enum event_kind kind)
{
	const struct event_view *view = bench_look(bench)->events;
	unsigned count = 0;

	for (size_t i = 0; i < event_view_count(view); i++)
		count += event_view_at(view, i)->kind == kind;
	return count;
}

static void
a_change_is_in_force_and_stored_as_a_whole(void **state)
{
	struct bench *bench = *state;
	unsigned applied = bench->applied;

	read_both(bench, 29000);
	assert_changed(bench, false);
	assert_int_equal(try_change(bench, all_kinds(bench)), 0);
	assert_changed(bench, true);
	assert_int_equal(bench->applied, applied + 1);
	assert_int_equal(count_events(bench, EVENT_ACKNOWLEDGE), 1);
	assert_int_equal(count_events(bench, EVENT_CONFIG_CHANGE), 4);
	bench_restart(
	    bench, change_conf()); /* the settings are laid over the file by somebody else */
	assert_string_equal(bench_look(bench)->alarms->rows[0].note, "fan ordered");
	assert_int_equal(bench_look(bench)->alarms->rows[0].alarm.state, ALARM_ACTIVE_ACKNOWLEDGED);
	assert_int_equal(bench_look(bench)->live->sensors[1].suppression, SUPPRESSION_SHELVED);
	assert_int_equal(bench_look(bench)->agent.config_lock, 1);
}

struct found {
	const char *key, *value, *file_value;
	bool is_found;
};

static int
find_setting(void *context, const struct store_setting *setting, struct err *err)
{
	struct found *found = context;

	(void)err;
	assert_int_equal(setting->kind, STORE_SENSOR);
	assert_int_equal(setting->index, 1);
	if (strcmp(setting->key, found->key) != 0)
		return 0;
	assert_string_equal(setting->value, found->value);
	assert_string_equal(setting->file_value, found->file_value);
	found->is_found = true;
	return 0;
}

static void
a_setting_is_stored_beside_what_the_file_says(void **state)
{
	struct bench *bench = *state;
	struct found found = { "high-warning", "28", "27", false };
	struct change *again;
	struct err err;

	read_both(bench, 29000);
	assert_int_equal(try_change(bench, all_kinds(bench)), 0);
	assert_int_equal(store_load_settings(bench->store, find_setting, &found, &err), 0);
	assert_true(found.is_found);
	again = new_change(bench);
	add_setting(again, 1, "high-warning", "26");
	assert_int_equal(try_change(bench, again), 0);
	found = (struct found){ "high-warning", "26", "27", false };
	assert_int_equal(store_load_settings(bench->store, find_setting, &found, &err), 0);
	assert_true(found.is_found);
}

/* The file of the database must not grow. */
static void
a_change_that_cannot_be_stored_leaves_everything_as_it_was(void **state)
{
	struct bench *bench = *state;
	struct rlimit limit, none;
	unsigned applied;
	uint32_t last_seq;

	read_both(bench, 29000);
	applied = bench->applied;
	last_seq = bench_look(bench)->events->last_seq;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	none = limit;
	none.rlim_cur = 1;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(try_change(bench, all_kinds(bench)), -EIO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_changed(bench, false);
	assert_int_equal(bench->applied, applied);
	assert_int_equal(bench_look(bench)->events->last_seq, last_seq);
	read_both(bench, 29000);
	read_both(bench, 29000);
	assert_changed(bench, false);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
	assert_int_equal(count_events(bench, EVENT_STORAGE_TROUBLE), 1);
	assert_int_equal(count_events(bench, EVENT_ACKNOWLEDGE), 0);
	assert_int_equal(count_events(bench, EVENT_CONFIG_CHANGE), 0);
	assert_int_equal(try_change(bench, all_kinds(bench)), 0);
	assert_changed(bench, true);
}

/* Its settings are good, the alarm has gone. */
static void
a_change_of_which_one_part_is_impossible_leaves_everything_as_it_was(void **state)
{
	struct bench *bench = *state;
	struct change *change;

	read_both(bench, 29000);
	change = all_kinds(bench);
	add_other(change, CHANGE_RESET, 1, 0);
	assert_int_equal(try_change(bench, change), -EINVAL);
	assert_changed(bench, false);
	assert_int_equal(try_change(bench, all_kinds(bench)), 0);
	assert_int_equal(try_change(bench, all_kinds(bench)), -EINVAL); /* the lock */
	assert_changed(bench, true);
}

static void
it_can_be_taken_back_until_it_is_kept(void **state)
{
	struct bench *bench = *state;
	struct change kept = { .id = 77 };

	read_both(bench, 29000);
	assert_int_equal(try_change(bench, all_kinds(bench)), 0);
	engine_undo(bench->engine, 76, &bench->now);
	assert_changed(bench, true);
	engine_undo(bench->engine, 77, &bench->now);
	assert_changed(bench, false);
	engine_undo(bench->engine, 77, &bench->now);
	assert_changed(bench, false);
	assert_int_equal(try_change(bench, all_kinds(bench)), 0);
	engine_keep(bench->engine, &kept, &bench->now);
	engine_undo(bench->engine, 77, &bench->now);
	assert_changed(bench, true);
}

static void
what_is_taken_back_is_taken_back_on_disk(void **state)
{
	struct bench *bench = *state;

	read_both(bench, 29000);
	assert_int_equal(try_change(bench, all_kinds(bench)), 0);
	engine_undo(bench->engine, 77, &bench->now);
	bench_restart(bench, change_conf());
	assert_changed(bench, false);
}

static void
no_setting_stays_stored_that_was_taken_back(void **state)
{
	struct bench *bench = *state;
	struct err err;

	read_both(bench, 29000);
	assert_int_equal(try_change(bench, all_kinds(bench)), 0);
	engine_undo(bench->engine, 77, &bench->now);
	assert_int_equal(store_load_settings(bench->store, bench_take_no_setting, NULL, &err), 0);
}

static void
a_change_that_comes_too_late_is_not_done(void **state)
{
	struct bench *bench = *state;
	struct change *change;

	read_both(bench, 29000);
	change = all_kinds(bench);
	bench->now.boottime_ms += 801;
	assert_int_equal(try_change(bench, change), -ETIMEDOUT);
	assert_changed(bench, false);
}

/* Made from what was in force before: the warning it wants is above what is critical now. */
static void
a_change_is_checked_again_if_the_configuration_has_moved(void **state)
{
	struct bench *bench = *state;
	struct change *first = new_change(bench), *second = new_change(bench);
	const struct conf *stale = conf_ref(bench_look(bench)->conf);

	add_setting(first, 1, "high-critical", "30");
	add_setting(first, 1, "limits-enabled", "high-warning, high-critical");
	add_setting(second, 1, "high-warning", "31");
	assert_int_equal(try_change(bench, first), 0);
	assert_int_equal(try_change(bench, second), -EINVAL);
	second = new_change(bench);
	second->generation--;
	second->candidate = conf_copy(stale);
	add_setting(second, 1, "high-warning", "29");
	assert_int_equal(try_change(bench, second), 0);
	assert_int_equal(
	    conf_sensor(bench_look(bench)->conf, 1)->limit_milli[LIMIT_HIGH_WARNING], 29000);
	assert_int_equal(
	    conf_sensor(bench_look(bench)->conf, 1)->limit_milli[LIMIT_HIGH_CRITICAL], 30000);
	conf_unref(stale);
}

/* The delay of the slow one goes on over a change of the quick one. */
static void
another_sensor_notices_nothing(void **state)
{
	struct bench *bench = *state;
	struct change *change;

	for (unsigned second = 0; second < 10; second++) {
		read_both(bench, 29000);
		assert_int_equal(bench_look(bench)->alarms->count, 1);
		change = new_change(bench);
		add_setting(change, 1, "on-delay", second % 2 == 0 ? "5s" : "6s");
		assert_int_equal(try_change(bench, change), 0);
	}
	read_both(bench, 29000);
	assert_int_equal(bench_look(bench)->alarms->count, 2);
}

static bool
has_rate_alarm(struct bench *bench)
{
	const struct alarms *alarms = bench_look(bench)->alarms;
	bool is_there = false;

	for (size_t i = 0; i < alarms->count; i++)
		is_there |= alarms->rows[i].alarm.kind == ALARM_RATE && alarms->rows[i].sensor == 2;
	return is_there;
}

/* A window of five minutes fills while the other sensor is changed all the time. */
static void
the_rate_of_another_sensor_is_watched_on(void **state)
{
	struct bench *bench = *state;
	struct change *change = new_change(bench);

	add_setting(change, 2, "rate-limit", "1");
	add_setting(change, 2, "limits-enabled", "rate");
	assert_int_equal(try_change(bench, change), 0);
	for (int64_t second = 0; second < 330 && !has_rate_alarm(bench); second++) {
		read_both(bench, 10000 + 50 * second);
		if (second % 10 != 0)
			continue;
		change = new_change(bench);
		add_setting(change, 1, "location", second % 20 == 0 ? "here" : "there");
		assert_int_equal(try_change(bench, change), 0);
	}
	assert_true(has_rate_alarm(bench));
}

/* Events that go do not come back: they go when it is certain. */
static void
fewer_events_are_kept_once_the_change_is(void **state)
{
	struct bench *bench = *state;
	struct change kept = { .id = 77 };

	for (unsigned i = 0; i < 110; i++) {
		struct change *change = new_change(bench);

		add_setting(change, 1, "location", i % 2 == 0 ? "here" : "there");
		assert_int_equal(try_change(bench, change), 0);
	}
	assert_true(event_view_count(bench_look(bench)->events) > 100);
	for (unsigned round = 0; round < 2; round++) {
		struct change *change = new_change(bench);
		struct change_item *item = change_add(change, CHANGE_SETTING);

		item->object = CONF_EVENT;
		item->field = schema_find(CONF_EVENT, "event-maximum");
		text_copy(item->text, sizeof(item->text), "100");
		assert_int_equal(try_change(bench, change), 0);
		assert_true(event_view_count(bench_look(bench)->events) > 100);
		if (round == 0)
			engine_undo(bench->engine, 77, &bench->now);
	}
	engine_keep(bench->engine, &kept, &bench->now);
	engine_turn_end(bench->engine, &bench->now);
	assert_int_equal(event_view_count(bench_look(bench)->events), 100);
	assert_int_equal(
	    bench_look(bench)->events->first_seq, bench_look(bench)->events->last_seq - 99);
}

static void
an_alarm_that_has_cleared_stays_cleared_when_its_acknowledgement_is_taken_back(void **state)
{
	struct bench *bench = *state;
	struct change *change = new_change(bench);

	add_setting(change, 1, "latch", "true");
	assert_int_equal(try_change(bench, change), 0);
	read_both(bench, 28000);
	change = new_change(bench);
	add_other(change, CHANGE_NOTE, 1, 0);
	add_other(change, CHANGE_ACKNOWLEDGE, 1, 0);
	assert_int_equal(try_change(bench, change), 0);
	read_both(bench, 20000);
	assert_int_equal(bench_look(bench)->alarms->rows[0].alarm.state, ALARM_LATCHED);
	engine_undo(bench->engine, 77, &bench->now);
	engine_turn_end(bench->engine, &bench->now);
	assert_string_equal(bench_look(bench)->alarms->rows[0].note, "");
	assert_int_equal(bench_look(bench)->alarms->rows[0].alarm.state, ALARM_LATCHED);
	assert_int_equal(bench_look(bench)->agent.alarms_active, 0);
}

static bool
has_alarm(struct bench *bench, uint32_t id)
{
	const struct alarms *alarms = bench_look(bench)->alarms;

	for (size_t i = 0; i < alarms->count; i++)
		if (alarms->rows[i].alarm.id == id)
			return true;
	return false;
}

/* It was there when the SET was judged. */
static void
an_alarm_can_be_noted_and_acknowledged_with_what_ends_it(void **state)
{
	static const struct {
		const char *key, *value;
		enum change_kind kind;
	} list[] = {
		{ "limits-enabled", "none", CHANGE_NOTE },
		{ "limits-enabled", "none", CHANGE_ACKNOWLEDGE },
		{ "address", "other", CHANGE_NOTE },
		{ "address", "other", CHANGE_ACKNOWLEDGE },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < COUNT(list); i++) {
		struct change *change;
		uint32_t id;

		bench_configure(bench, change_conf());
		read_both(bench, 28000);
		id = bench_look(bench)->alarms->rows[0].alarm.id;
		change = new_change(bench);
		add_setting(change, 1, list[i].key, list[i].value);
		add_other(change, list[i].kind, id, 0);
		assert_int_equal(try_change(bench, change), 0);
		assert_false(has_alarm(bench, id));
		engine_undo(bench->engine, 77, &bench->now);
		assert_int_equal(bench_look(bench)->conf->sensors[0].limits_enabled,
		    LIMIT_BIT(LIMIT_HIGH_WARNING));
		assert_false(has_alarm(bench, id));
		assert_int_equal(bench->seen->agent.storage, STORAGE_OK);
	}
}

/* It was asked for a little before it is done. */
static void
a_shelving_is_told_in_whole_seconds(void **state)
{
	struct bench *bench = *state;
	struct change *change = new_change(bench);
	char text[EVENT_TEXT_SIZE];

	add_other(change, CHANGE_SHELVE, 1, bench->now.boottime_ms + 7200000);
	bench_pass(bench, 3);
	assert_int_equal(try_change(bench, change), 0);
	event_text(bench_last_event(bench), text, sizeof(text));
	assert_string_equal(text, "SNMP has shelved sensor \"quick\" for 2h.");
	change = new_change(bench);
	add_other(change, CHANGE_SHELVE, 1, 0);
	assert_int_equal(try_change(bench, change), 0);
	event_text(bench_last_event(bench), text, sizeof(text));
	assert_string_equal(text, "SNMP has ended the shelving of sensor \"quick\".");
}

static void
an_alarm_is_listed_under_the_new_name_of_its_sensor(void **state)
{
	struct bench *bench = *state;
	struct change *change;

	read_both(bench, 28000);
	assert_string_equal(bench_look(bench)->alarms->rows[0].source, "quick");
	change = new_change(bench);
	add_setting(change, 1, "name", "quicker");
	assert_int_equal(try_change(bench, change), 0);
	assert_string_equal(bench_look(bench)->alarms->rows[0].source, "quicker");
	bench_restart(bench, change_conf());
	assert_string_equal(bench_look(bench)->alarms->rows[0].source, "quicker");
}

/* What cannot be taken back is asked for with the keeping. */
static void
extremes_are_reset_at_the_end(void **state)
{
	struct bench *bench = *state;
	struct change *late = change_new();

	read_both(bench, 25000);
	read_both(bench, 20000);
	assert_int_equal(bench_look(bench)->live->sensors[0].maximum_milli, 25000);
	add_other(late, CHANGE_RESET_EXTREMES, 1, 0);
	engine_keep(bench->engine, late, &bench->now);
	engine_turn_end(bench->engine, &bench->now);
	assert_false(bench_look(bench)->live->sensors[0].has_extremes);
	assert_true(bench_look(bench)->live->sensors[1].has_extremes);
	read_both(bench, 22000);
	assert_int_equal(bench_look(bench)->live->sensors[0].maximum_milli, 22000);
	assert_int_equal(bench_look(bench)->live->sensors[1].maximum_milli, 25000);
	change_free(late);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, change_set_up, bench_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_is_in_force_and_stored_as_a_whole),
		TEST(a_setting_is_stored_beside_what_the_file_says),
		TEST(a_change_that_cannot_be_stored_leaves_everything_as_it_was),
		TEST(a_change_of_which_one_part_is_impossible_leaves_everything_as_it_was),
		TEST(it_can_be_taken_back_until_it_is_kept),
		TEST(what_is_taken_back_is_taken_back_on_disk),
		TEST(no_setting_stays_stored_that_was_taken_back),
		TEST(a_change_that_comes_too_late_is_not_done),
		TEST(a_change_is_checked_again_if_the_configuration_has_moved),
		TEST(another_sensor_notices_nothing),
		TEST(the_rate_of_another_sensor_is_watched_on),
		TEST(fewer_events_are_kept_once_the_change_is),
		TEST(
		    an_alarm_that_has_cleared_stays_cleared_when_its_acknowledgement_is_taken_back),
		TEST(an_alarm_can_be_noted_and_acknowledged_with_what_ends_it),
		TEST(a_shelving_is_told_in_whole_seconds),
		TEST(an_alarm_is_listed_under_the_new_name_of_its_sensor),
		TEST(extremes_are_reset_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
