/* SPDX-License-Identifier: BSD-2-Clause */
/* The transaction of a turn, and what is done when it fails. */
#include <errno.h>

#include "engine/engine_private.h"

struct record *
engine_waiting(const struct engine *engine, size_t n)
{
	return &engine->waiting[(engine->waiting_first + n) % ENGINE_WAITING_MAX];
}

static bool
is_raise(const struct record *record)
{
	return record->kind == EVENT_RAISE || record->kind == EVENT_FAULT_RAISE ||
	       record->kind == EVENT_RATE_RAISE || record->kind == EVENT_BUS_RAISE ||
	       record->kind == EVENT_PATH_DOWN || record->kind == EVENT_STORAGE_TROUBLE;
}

/* Numbers what waits as it will be after the commit (0: as it is after a failed one). */
static void
number_events(struct engine *engine, uint32_t first_seq)
{
	for (size_t i = 0; i < engine->waiting_count; i++) {
		struct record *record = engine_waiting(engine, i);
		struct alarm_row *row;

		record->seq = first_seq == 0 ? 0 : first_seq + (uint32_t)i;
		if (!is_raise(record))
			continue;
		row = engine_row(engine, record->alarm_id);
		if (row != NULL)
			row->raised_seq = record->seq;
	}
}

static uint32_t
first_kept(const struct engine *engine, uint32_t last_seq)
{
	uint32_t kept = engine->conf->event.maximum, cap = engine->care.event_cap;

	if (kept < engine->event_floor)
		kept = engine->event_floor;
	if (cap != 0 && cap < kept)
		kept = cap;
	return last_seq > kept ? last_seq - kept + 1 : 1;
}

static int
write_events(struct engine *engine, struct err *err)
{
	uint32_t last_seq = engine->log.last_seq + (uint32_t)engine->waiting_count;
	uint32_t first = first_kept(engine, last_seq);
	int r = 0;

	/* First, so that a database at its greatest size has room for the others. */
	if (engine->waiting_count > 0 || engine->has_fewer_events)
		r = store_drop_events(engine->store, first, err);
	if (r == 0 && engine->care.event_cap != 0)
		r = store_drop_held_events(engine->store, err);
	for (size_t i = 0; i < engine->waiting_count && r == 0; i++)
		r = store_add_event(
		    engine->store, engine_waiting(engine, i), engine->now.boot_id, err);
	if (r == 0 && first > engine->log.last_seq + 1)
		r = store_drop_events(engine->store, first, err);
	return r;
}

static int
write_rows(struct engine *engine, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < engine->row_count && r == 0; i++) {
		const struct alarm_row *row = &engine->rows[i];

		if (!row->is_changed)
			continue;
		r = row->alarm.state == ALARM_UNLISTED
		        ? store_remove_alarm(engine->store, row->alarm.id, err)
		        : store_put_alarm(engine->store, row, err);
	}
	return r;
}

static int
write_states(struct engine *engine, struct err *err)
{
	int r = 0;

	if (engine->are_states_new)
		r = store_clear_states(engine->store, err);
	for (size_t i = 0; i < engine->conf->sensor_count && r == 0; i++) {
		const struct conf_sensor *sensor = &engine->conf->sensors[i];
		const struct private_sensor *own = &engine->privates[i];
		char source[CONF_SOURCE_SIZE];

		if (!own->is_changed && !engine->are_states_new)
			continue;
		conf_sensor_source(sensor, source);
		r = store_put_state(
		    engine->store, sensor->index, source, &own->evaluator.kept, &engine->now, err);
	}
	return r;
}

static int
write_numbers(struct engine *engine, struct err *err)
{
	int r;

	r = store_put_number(
	    engine->store, STORE_NEXT_ALARM_ID, engine->verdict.next_alarm_id, err);
	if (r == 0)
		r = store_put_number(engine->store, STORE_IS_RUNNING, engine->is_running, err);
	return r;
}

static int
write_all(struct engine *engine, struct err *err)
{
	static int (*const parts[])(struct engine * engine, struct err * err) = {
		engine_rewrite,
		write_events,
		write_rows,
		write_states,
		outbox_write,
		write_numbers,
		engine_write_laid,
		engine_write_change,
	};
	int r = engine_replace_database(engine, err);

	if (r == 0)
		r = store_begin(engine->store, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && r == 0; i++)
		r = parts[i](engine, err);
	if (r < 0) {
		store_rollback(engine->store);
		return r;
	}
	return store_commit(engine->store, err);
}

static void
committed(struct engine *engine)
{
	engine_log_events(engine);
	for (size_t i = 0; i < engine->waiting_count; i++)
		event_log_add(&engine->log, engine_waiting(engine, i));
	event_log_drop(&engine->log, first_kept(engine, engine->log.last_seq));
	engine->waiting_first = 0;
	engine->waiting_count = 0;
	engine->logged_count = 0;
	for (size_t i = 0; i < engine->row_count; i++)
		engine->rows[i].is_changed = false;
	for (size_t i = 0; i < engine->conf->sensor_count; i++)
		engine->privates[i].is_changed = false;
	overlay_done(&engine->laid);
	engine->has_changed = false;
	engine->has_fewer_events = false;
	engine->are_states_new = false;
	engine_storage_works(engine);
}

/* An attempt that fails leaves nothing to be stored later. */
static void
not_committed(struct engine *engine, const struct err *err)
{
	struct change_attempt *attempt = engine->attempt;

	number_events(engine, 0);
	outbox_take_back(engine);
	if (attempt == NULL || attempt->is_stored) {
		engine_log_events(engine);
		engine_storage_fails(engine, err);
		return;
	}
	attempt->is_failed = true;
	attempt->err = *err;
}

void
engine_commit(struct engine *engine)
{
	struct change_attempt *attempt = engine->attempt;
	struct err err = { -ENOMEM, "out of memory" };
	int r;

	if (!engine->has_changed || (attempt != NULL && attempt->is_failed))
		return;
	if (engine->agent.storage != STORAGE_OK && engine->now.boottime_ms < engine->retry_ms) {
		engine_log_events(engine);
		return;
	}
	number_events(engine, engine->log.last_seq + 1);
	r = outbox_prepare(engine);
	if (r == 0)
		r = event_log_reserve(&engine->log, engine->waiting_count);
	if (r == 0) {
		hub_set_storing(engine->hub, engine->now.boottime_ms);
		r = write_all(engine, &err);
		hub_set_storing(engine->hub, 0);
	}
	if (r == 0) {
		outbox_committed(engine);
		committed(engine);
	} else {
		not_committed(engine, &err);
	}
	if (attempt != NULL)
		attempt->is_stored |= r == 0;
	engine->has_new_state = true;
	engine->has_new_alarms = true;
}
