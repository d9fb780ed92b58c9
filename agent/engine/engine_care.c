/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes on beside the turns: the state of the database, its copy, the clock and the network. */
#include <errno.h>
#include <stdlib.h>

#include "engine/engine_private.h"
#include "engine/entities.h"
#include "sys/clock.h"
#include "sys/log.h"

#define RETRY_MS      1000
#define REPLACE_MS    (INT64_C(60) * 60 * 1000) /* a disk that damages each one is not helped */
#define COPY_MS       (INT64_C(24) * 60 * 60 * 1000)
#define COPY_FIRST_MS (15 * 60 * 1000) /* after the start, when there is work enough */
#define COPY_AGAIN_MS (INT64_C(60) * 60 * 1000)
#define EVENTS_MIN    256  /* that even a database at its greatest size keeps */
#define NETWORK_MS    5000 /* an address comes after its link, and a bad cable again and again */

/* ---- the storage as an alarm ---- */

static void
tell_storage(
    struct engine *engine, const struct alarm *alarm, enum storage_story story, uint32_t number)
{
	static const struct origin origin = { .quantity = QUANTITY_OTHER, .source = "database" };
	bool is_open = alarm_is_open(alarm);
	const struct event event = {
		.kind = is_open ? EVENT_STORAGE_TROUBLE : EVENT_STORAGE_OK,
		.alarm = *alarm,
		.from = ZONE_NORMAL,
		.to = ZONE_NORMAL,
		.severity = is_open ? alarm->severity : SEVERITY_OK,
		.previous_severity = is_open ? SEVERITY_OK : alarm->severity,
		.time_ms = engine->now.boottime_ms,
		.suppression = SUPPRESSION_NONE,
		.raised = (uint32_t)story,
		.cleared = number,
	};

	engine_tell(engine, &origin, &event);
}

/* Nothing is lost yet: a warning. */
static void
raise_storage(struct engine *engine, enum storage_story story, uint32_t number)
{
	struct alarm alarm = { 0 };

	alarm_raise(&alarm, ALARM_STORAGE, engine_take_alarm_id(engine), SEVERITY_WARNING,
	    engine->now.boottime_ms);
	engine->care.alarm = alarm.id;
	tell_storage(engine, &alarm, story, number);
}

static void
clear_storage(struct engine *engine, enum storage_story story, uint32_t number)
{
	const struct alarm_row *row = engine_row(engine, engine->care.alarm);
	struct alarm alarm;

	engine->care.alarm = 0;
	if (row == NULL)
		return;
	alarm = row->alarm;
	alarm_clear(&alarm, false, false);
	tell_storage(engine, &alarm, story, number);
}

/* The database is at its greatest size: the next commit begins with taking away a quarter of the
 * events, or of those that the last attempt had left. */
static void
keep_fewer_events(struct engine *engine)
{
	const struct event_log *log = &engine->log;
	uint32_t kept = engine->care.event_cap;

	if (kept == 0 && log->last_seq != 0)
		kept = log->last_seq - log->first_seq + 1;
	engine->care.event_cap = kept / 4 * 3 > EVENTS_MIN ? kept / 4 * 3 : EVENTS_MIN;
	engine->care.story = STORAGE_STORY_FULL;
}

void
engine_storage_fails(struct engine *engine, const struct err *err)
{
	engine->retry_ms = engine->now.boottime_ms + RETRY_MS;
	if (err->code == -EUCLEAN && !engine->care.is_damaged) {
		engine->care.is_damaged = true;
		engine->care.damage = *err;
	}
	if (err->code == -ENOSPC && store_is_at_cap(engine->store))
		keep_fewer_events(engine);
	if (engine->agent.storage != STORAGE_OK)
		return;
	engine->agent.storage = STORAGE_FAILED;
	raise_storage(engine, STORAGE_STORY_UNWRITABLE, 0);
	log_at(LOG_LEVEL_ERROR, LOG_ABOUT(.alarm = engine->care.alarm),
	    "%s; alarms go on, what happens is kept until it can be stored", err->text);
}

void
engine_storage_works(struct engine *engine)
{
	engine->care.is_rewriting = false;
	engine->care.has_story = false;
	if (engine->agent.storage == STORAGE_OK)
		return;
	engine->agent.storage = STORAGE_OK;
	if (engine->care.dropped > 0)
		engine->care.story = STORAGE_STORY_DROPPED;
	log_at(LOG_LEVEL_INFO, LOG_ABOUT(.alarm = engine->care.alarm),
	    "the database can be written again; events that found no room meanwhile: %u",
	    (unsigned)engine->care.dropped);
	clear_storage(engine, engine->care.story, engine->care.dropped);
	engine->care.dropped = 0;
	engine->care.story = STORAGE_STORY_UNWRITABLE;
}

void
engine_storage_drops(struct engine *engine)
{
	struct alarm_row *row = engine_row(engine, engine->care.alarm);

	if (engine->care.dropped++ > 0)
		return;
	log_at(LOG_LEVEL_ERROR, LOG_ABOUT(.alarm = engine->care.alarm),
	    "more has happened than can be kept: the oldest events are lost");
	if (row == NULL)
		return;
	row->alarm.severity = SEVERITY_CRITICAL;
	row->is_changed = true;
}

/* ---- damage while it is in use ---- */

int
engine_replace_database(struct engine *engine, struct err *err)
{
	int r;

	if (!engine->care.is_damaged)
		return 0;
	if (engine->now.boottime_ms < engine->care.replace_ms)
		return err_set(err, -EIO, "%s", engine->care.damage.text);
	r = store_replace(engine->store, &engine->care.damage, err);
	if (r < 0)
		return r;
	log_error("%s; all that is known is written into another one", store_damage(engine->store));
	engine->care.is_damaged = false;
	engine->care.is_rewriting = true;
	engine->care.replace_ms = engine->now.boottime_ms + REPLACE_MS;
	engine->care.story = STORAGE_STORY_REWRITTEN;
	engine->are_states_new = true;
	for (size_t i = 0; i < engine->row_count; i++)
		engine->rows[i].is_changed = true;
	return 0;
}

/* The copy that took its place has the older ones, unless it is none, or a strange one. */
static int
rewrite_events(struct engine *engine, struct err *err)
{
	const struct event_log *log = &engine->log;
	struct event_view *view = event_log_view(&engine->log);
	uint32_t stored = 0, seq;
	int r = view == NULL ? err_set(err, -ENOMEM, "out of memory")
	                     : store_last_event(engine->store, &stored, err);

	if (r == 0 && (stored + 1 < log->first_seq || stored > log->last_seq)) {
		r = store_drop_events(engine->store, UINT32_MAX, err);
		stored = log->first_seq - 1;
	}
	for (seq = stored + 1; r == 0 && log->last_seq != 0 && seq <= log->last_seq; seq++) {
		const struct record *record = event_view_at(view, seq - log->first_seq);
		bool is_ours = record->wall_ms >= engine->agent.start_wall_ms;

		r = store_add_event(engine->store, record, is_ours ? engine->now.boot_id : "", err);
	}
	event_view_unref(view);
	if (r == 0) /* those of the copy that are older have no one to wait for them */
		r = store_drop_events(engine->store, log->first_seq, err);
	return r;
}

static int
put_indices(struct store *store, const struct conf *conf, struct err *err)
{
	int r = entities_put_indices(store, conf, err);

	for (size_t i = 0; r == 0 && i < conf->bus_count; i++)
		r = store_put_identity(
		    store, STORE_BUS, conf->buses[i].name, conf->buses[i].index, err);
	for (size_t i = 0; r == 0 && i < conf->sensor_count; i++)
		r = store_put_identity(
		    store, STORE_SENSOR, conf->sensors[i].name, conf->sensors[i].index, err);
	for (size_t i = 0; r == 0 && i < conf->contact_count; i++)
		r = store_put_identity(
		    store, STORE_CONTACT, conf->contacts[i].name, conf->contacts[i].index, err);
	return r;
}

/* What has happened has happened under the old uuid. */
int
engine_rewrite(struct engine *engine, struct err *err)
{
	int r;

	if (!engine->care.is_rewriting && !engine->care.has_story)
		return 0;
	r = store_forget_story(engine->store, err);
	if (!engine->care.is_rewriting)
		return r;
	if (r == 0)
		r = store_put_uuid(engine->store, engine->agent.uuid, err);
	if (r == 0)
		r = engine_rewrite_settings(engine, err);
	if (r == 0) /* where those have not said it already */
		r = put_indices(engine->store, engine->conf, err);
	if (r == 0)
		r = store_clear_alarms(engine->store, err);
	if (r == 0)
		r = store_clear_deliveries(engine->store, err); /* they hold events */
	outbox_rewrite(engine);
	return r == 0 ? rewrite_events(engine, err) : r;
}

/* ---- the start ---- */

static int64_t
first_copy_ms(const struct engine *engine)
{
	int64_t copied_ms = store_copy_wall_ms(engine->store);
	int64_t age_ms = engine->now.wall_ms - copied_ms, wait_ms = COPY_FIRST_MS;

	/* A copy from the future says that one of the two clocks was wrong. */
	if (copied_ms >= 0 && age_ms >= 0 && age_ms < COPY_MS - COPY_FIRST_MS)
		wait_ms = COPY_MS - age_ms;
	return engine->now.boottime_ms + wait_ms;
}

void
engine_care_begin(struct engine *engine)
{
	const char *damage = store_damage(engine->store);
	struct store_story story = { STORAGE_STORY_UNWRITABLE, 0 };
	uint32_t copied;

	engine->care.ticked = engine->now;
	engine->care.copy_ms = first_copy_ms(engine);
	if (damage[0] != '\0')
		log_error("%s", damage);
	if (store_is_away(engine->store))
		log_warning("indices of new names will be stored when the disk is back");
	if (store_story(engine->store, &story, NULL) < 0 || story.story == STORAGE_STORY_UNWRITABLE)
		return;
	copied = (uint32_t)(story.copy_wall_ms / 1000);
	log_error(story.story == STORAGE_STORY_RESTORED
		      ? "a copy has taken the place of the database: what happened later is lost"
		      : "the database has begun anew: what was stored before is lost");
	engine->care.has_story = true;
	raise_storage(engine, story.story, copied);
	clear_storage(engine, story.story, copied);
}

/* ---- each second ---- */

/* What is stored must be what is known, and there is nothing else to do. */
static void
copy_database(struct engine *engine)
{
	struct err err;
	int r;

	if (engine->now.boottime_ms < engine->care.copy_ms || engine->has_changed)
		return;
	hub_set_storing(engine->hub, engine->now.boottime_ms);
	r = store_copy(engine->store, &err);
	hub_set_storing(engine->hub, 0);
	engine->care.copy_ms = engine->now.boottime_ms + (r < 0 ? COPY_AGAIN_MS : COPY_MS);
	if (r < 0)
		log_warning("%s; no copy of the database, trying again in an hour", err.text);
	if (r == -EUCLEAN) {
		engine_storage_fails(engine, &err);
		engine->retry_ms = engine->now.boottime_ms;
	}
}

static void
watch_clock(struct engine *engine)
{
	int64_t step_ms = clock_step_ms(&engine->care.ticked, &engine->now);
	int64_t before_ms = engine->now.wall_ms - step_ms;

	engine->care.ticked = engine->now;
	if (step_ms == 0)
		return;
	log_warning("the system clock was set by %lld s", (long long)(step_ms / 1000));
	engine_say(engine, EVENT_CLOCK_STEP, (uint32_t)(before_ms > 0 ? before_ms / 1000 : 0), 0);
	outbox_wake_all(engine); /* a certificate may be valid now */
}

/* States of another boot were loaded as if no time had passed since: now it is known how much. */
static void
shift_states(struct engine *engine)
{
	const struct moment *loaded = &engine->care.loaded;
	struct moment then = { 0 }, load = *loaded;

	if (!engine->care.waits_for_clock || !clock_is_synchronised())
		return;
	engine->care.waits_for_clock = false;
	load.wall_ms = engine->now.wall_ms - (engine->now.boottime_ms - loaded->boottime_ms);
	for (size_t i = 0; i < engine->conf->sensor_count; i++) {
		struct private_sensor *own = &engine->privates[i];

		if (own->stored_wall_ms == 0)
			continue;
		then.wall_ms = own->stored_wall_ms;
		own->stored_wall_ms = 0;
		evaluator_shift(
		    &own->evaluator.kept, loaded->boottime_ms, -elapsed_ms(&then, &load, true));
		own->is_changed = true;
		engine->has_changed = true;
	}
	outbox_age(engine, &load);
}

void
engine_network_up(struct engine *engine)
{
	int64_t next_ms = engine->care.woken_ms + NETWORK_MS;

	if (engine->care.wake_ms == 0)
		engine->care.wake_ms =
		    next_ms > engine->now.boottime_ms ? next_ms : engine->now.boottime_ms;
}

static void
wake(struct engine *engine)
{
	if (engine->care.wake_ms == 0 || engine->now.boottime_ms < engine->care.wake_ms)
		return;
	engine->care.wake_ms = 0;
	engine->care.woken_ms = engine->now.boottime_ms;
	log_info("the network has come up: what waits to be delivered is tried now");
	outbox_wake_all(engine);
}

void
engine_care_tick(struct engine *engine)
{
	watch_clock(engine);
	wake(engine);
	shift_states(engine);
	copy_database(engine);
}
