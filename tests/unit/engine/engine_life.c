/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/engine/engine_life.h"

#include <glob.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define HIGH     31000
#define NORMAL   20000
#define APART_MS (20 * 60000) /* no chatter */
#define LIMIT    26000        /* a clear is below: the warning less the deadband */

static void
reload(struct bench *bench, unsigned count)
{
	bench_try_configure(bench, bench_conf(count)); /* or the one in force stays */
}

static void
live_on(struct bench *bench)
{
	bench_reads(bench, LIFE_SENSORS, NORMAL);
	bench_reads(bench, LIFE_SENSORS, HIGH);
	bench_reads(bench, 2, NORMAL);
	bench_tick(bench, 1000);
	bench_reads(bench, 1, HIGH);
	reload(bench, LIFE_SENSORS + 1);
	bench_reads(bench, 3, NORMAL);
	store_copy(bench->store, NULL);
	bench_reads(bench, LIFE_SENSORS, HIGH);
	bench_reads(bench, LIFE_SENSORS, HIGH);
	bench_reads(bench, 2, NORMAL);
	bench_reads(bench, 2, NORMAL);
}

bool
engine_live(struct bench *bench)
{
	bool is_alive;

	bench_pass(bench, APART_MS);
	is_alive =
	    bench_try_begin(bench) && bench_try_configure(bench, bench_conf(LIFE_SENSORS)) == 0;
	if (is_alive)
		live_on(bench);
	bench_end(bench);
	return is_alive;
}

/* ---- what must hold ---- */

struct history {
	bool is_open, is_over;
};

static bool
is_limit(const struct record *record)
{
	return record->kind <= EVENT_CLEAR;
}

static void
assert_event(struct history *histories, size_t count, const struct record *record)
{
	struct history *history;

	if (record->alarm_id == 0 || record->kind == EVENT_CHATTER)
		return;
	assert_in_range(record->alarm_id, 1, count - 1);
	history = &histories[record->alarm_id];
	switch ((enum event_kind)record->kind) {
	case EVENT_RAISE:
	case EVENT_FAULT_RAISE:
	case EVENT_BUS_RAISE:
	case EVENT_STORAGE_TROUBLE:
		assert_false(history->is_open);
		assert_false(history->is_over);
		history->is_open = true;
		break;
	case EVENT_CLEAR:
	case EVENT_FAULT_CLEAR:
	case EVENT_BUS_CLEAR:
	case EVENT_STORAGE_OK:
		assert_true(history->is_open);
		history->is_open = false;
		history->is_over = true;
		break;
	default:
		assert_true(history->is_open);
		break;
	}
	if (is_limit(record) && !record->is_config_change) {
		assert_true(record->has_value);
		assert_int_equal(record->kind == EVENT_CLEAR, record->value_milli <= LIMIT);
	}
}

static void
assert_log_is_state(struct bench *bench)
{
	const struct snapshot *snapshot = bench_look(bench);
	const struct event_view *view = snapshot->events;
	struct history histories[256] = { 0 };
	size_t open = 0;

	assert_int_equal(view->first_seq, 1);
	for (uint32_t seq = 1; seq <= view->last_seq; seq++)
		assert_event(histories, COUNT(histories), bench_event(bench, seq));
	snapshot = bench_look(bench);
	for (size_t id = 1; id < COUNT(histories); id++)
		open += histories[id].is_open;
	assert_int_equal(snapshot->agent.alarms_active, open);
	for (size_t i = 0; i < snapshot->alarms->count; i++)
		assert_true(histories[snapshot->alarms->rows[i].alarm.id].is_open);
}

void
engine_assert_consistent(struct bench *bench)
{
	bench_pass(bench, APART_MS);
	bench_begin(bench);
	bench_configure(bench, bench_conf(LIFE_SENSORS));
	bench_reads(bench, LIFE_SENSORS, HIGH);
	bench_tick(bench, 1000);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
	for (size_t i = 0; i < LIFE_SENSORS; i++) {
		assert_int_equal(bench_look(bench)->conf->sensors[i].index, i + 1);
		assert_int_equal(bench_look(bench)->live->sensors[i].zone, ZONE_HIGH_CRITICAL);
	}
	assert_log_is_state(bench);
	bench_reads(bench, LIFE_SENSORS, NORMAL);
	bench_reads(bench, LIFE_SENSORS, NORMAL);
	assert_int_equal(bench_look(bench)->alarms->count, 0);
	assert_log_is_state(bench);
	bench_end(bench);
}

void
engine_start_over(struct bench *bench)
{
	char pattern[80];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/*", bench->folder);
	if (glob(pattern, 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		assert_int_equal(unlink(found.gl_pathv[i]), 0);
	globfree(&found);
}
