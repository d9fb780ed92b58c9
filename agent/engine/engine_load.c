/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "engine/engine_private.h"
#include "sys/clock.h"
#include "sys/log.h"

static int
take_event(void *context, const struct record *record, struct err *err)
{
	struct event_log *log = context;

	if (log->last_seq != 0 && record->seq != log->last_seq + 1)
		return err_set(
		    err, -EIO, "the database has a gap before event %u", (unsigned)record->seq);
	if (event_log_reserve(log, 1) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	event_log_add(log, record);
	return 0;
}

static int
take_alarm(void *context, const struct alarm_row *row, struct err *err)
{
	if (engine_add_row(context, row) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	return 0;
}

static int
load_history(struct engine *engine, struct err *err)
{
	struct store *store = engine->store;
	uint32_t was_running = 0;
	int r;

	r = store_get_number(store, STORE_NEXT_ALARM_ID, &engine->verdict.next_alarm_id, err);
	if (r == 0 && engine->verdict.next_alarm_id == 0)
		engine->verdict.next_alarm_id = 1;
	if (r == 0)
		r = store_get_number(store, STORE_CONFIG_LOCK, &engine->agent.config_lock, err);
	if (r == 0)
		r = store_get_number(store, STORE_IS_RUNNING, &was_running, err);
	event_log_done(&engine->log);
	engine->row_count = 0;
	if (r == 0)
		r = store_load_events(store, take_event, &engine->log, err);
	if (r == 0)
		r = store_load_alarms(store, take_alarm, engine, err);
	if (r == 0)
		r = outbox_load(engine, err);
	if (r < 0)
		return r;
	outbox_mail_find_times(engine);
	engine->has_new_alarms = true;
	engine->is_running = was_running != 0;
	return 0;
}

struct state_taker {
	struct engine *engine;
	const struct conf *conf;
	struct private_sensor *privates;
	bool is_clock_synchronised;
};

/* The state of a sensor that is not configured any more goes; reconciling ends its alarms. */
static int
take_state(void *context, uint32_t index, const char *source, const struct evaluator_kept *stored,
    const struct moment *then, struct err *err)
{
	const struct state_taker *taker = context;
	const struct moment *now = &taker->engine->now;
	const struct conf_sensor *sensor = conf_sensor(taker->conf, index);
	int64_t age_ms = elapsed_ms(then, now, taker->is_clock_synchronised);
	char own_source[CONF_SOURCE_SIZE];
	struct private_sensor *own;
	struct evaluator_kept kept;

	(void)err;
	if (sensor == NULL)
		return 0;
	if (stored == NULL) {
		log_at(LOG_LEVEL_WARNING, LOG_ABOUT(.sensor = sensor->name),
		    "sensor \"%s\": what is stored of it cannot be understood", sensor->name);
		return 0;
	}
	conf_sensor_source(sensor, own_source);
	if (source[0] != '\0' && strcmp(source, own_source) != 0) {
		log_at(LOG_LEVEL_INFO, LOG_ABOUT(.sensor = sensor->name),
		    "sensor \"%s\" is of another source than before and starts afresh",
		    sensor->name);
		return 0;
	}
	own = &taker->privates[sensor - taker->conf->sensors];
	if (!taker->is_clock_synchronised && strcmp(then->boot_id, now->boot_id) != 0) {
		own->stored_wall_ms = then->wall_ms;
		taker->engine->care.waits_for_clock = true;
	}
	kept = *stored;
	evaluator_shift(&kept, then->boottime_ms, now->boottime_ms - age_ms - then->boottime_ms);
	evaluator_restart(&own->evaluator, &kept, own->evaluator.rate, now->boottime_ms);
	return 0;
}

static int
load_states(struct engine *engine, const struct conf *conf, struct private_sensor *privates,
    struct err *err)
{
	struct state_taker taker = { engine, conf, privates, clock_is_synchronised() };

	engine->care.loaded = engine->now;
	return store_load_states(engine->store, take_state, &taker, err);
}

static int
load(struct engine *engine, const struct conf *conf, struct private_sensor *privates,
    struct err *err)
{
	int r = load_history(engine, err);

	return r == 0 ? load_states(engine, conf, privates, err) : r;
}

/* A disk that fails now may have given all when the database was opened, or give it once more. */
int
engine_load(struct engine *engine, const struct conf *conf, struct private_sensor *privates,
    struct err *err)
{
	int r = load(engine, conf, privates, err);

	if (!store_is_disk_error(r) || store_is_away(engine->store))
		return r;
	r = store_leave(engine->store, err);
	return r == 0 ? load(engine, conf, privates, err) : r;
}
