/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_entity.h"
#include "core/sensor.h"
#include "core/text.h"
#include "engine/entities.h"
#include "sys/log.h"

#define ENGINE_TICK_MS    1000
#define ENGINE_PUBLISH_MS 100
/* A worker reports at least every 30 s (REPORT_IDLE_MS), but one request may take a minute. */
#define ENGINE_HUNG_MS (REPORT_IDLE_MS + 90000)

/* What the engine knows of a sensor beside what it shows; in the order of conf->sensors. */
struct private_sensor {
	struct sensor_state state;
	uint32_t since_generation; /* samples from before it started afresh do not count */
};

struct engine {
	struct store *store;
	struct hub *hub;
	struct engine_effects effects;

	const struct conf *conf;
	struct private_sensor *privates;
	struct live_sensor *sensors;
	struct live_bus *buses;
	struct live_agent agent;

	int64_t tick_due_ms;
	int64_t published_ms;
	bool has_new_values;
	bool has_new_state; /* quality, a bus, the configuration: shown at once */
};

void
engine_drop(struct chan_message *message)
{
	struct engine_conf_request *request;

	switch ((enum engine_message)message->kind) {
	case ENGINE_REPORT:
		free(message->data);
		break;
	case ENGINE_CONF:
		request = message->data;
		conf_unref(request->conf);
		free(request);
		break;
	case ENGINE_STOP:
		break;
	}
}

int
engine_new(struct store *store, struct hub *hub, const struct engine_effects *effects,
    const struct moment *now, struct engine **ret_engine)
{
	struct engine *engine = calloc(1, sizeof(*engine));

	if (engine == NULL)
		return -ENOMEM;
	engine->store = store;
	engine->hub = hub;
	engine->effects = *effects;
	engine->agent.start_wall_ms = now->wall_ms;
	engine->agent.overall = SEVERITY_UNKNOWN;
	text_copy(engine->agent.uuid, sizeof(engine->agent.uuid), store_uuid(store));
	engine->tick_due_ms = now->boottime_ms + ENGINE_TICK_MS;
	*ret_engine = engine;
	return 0;
}

void
engine_free(struct engine *engine)
{
	if (engine == NULL)
		return;
	conf_unref(engine->conf);
	free(engine->privates);
	free(engine->sensors);
	free(engine->buses);
	free(engine);
}

/* ---- configuration ---- */

static bool
is_polled(const struct conf_sensor *sensor, const struct conf_bus *bus)
{
	return sensor->admin_state == ADMIN_ENABLED && bus->admin_state == ADMIN_ENABLED;
}

static int
engine_give_indices(struct engine *engine, struct conf *conf, struct err *err)
{
	int r = store_begin(engine->store, err);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < conf->bus_count; i++)
		r = store_identity(
		    engine->store, STORE_BUS, conf->buses[i].name, &conf->buses[i].index, err);
	for (size_t i = 0; r == 0 && i < conf->sensor_count; i++)
		r = store_identity(engine->store, STORE_SENSOR, conf->sensors[i].name,
		    &conf->sensors[i].index, err);
	if (r == 0)
		r = entities_give_indices(engine->store, conf, err);
	if (r < 0) {
		store_rollback(engine->store);
		return r;
	}
	return store_commit(engine->store, err);
}

static void
live_sensor_afresh(struct live_sensor *live)
{
	memset(live, 0, sizeof(*live));
	live->quality = QUALITY_UNKNOWN;
	live->reason = FAULT_NONE;
	live->severity = SEVERITY_UNKNOWN;
	live->zone = ZONE_NORMAL;
	live->suppression = SUPPRESSION_NONE;
}

/* The state of what stayed the same, a fresh one for what is new or means something else now. */
static void
engine_keep_sensor(const struct engine *engine, const struct conf *conf, size_t at,
    struct private_sensor *private, struct live_sensor *live, int64_t now_ms)
{
	const struct conf_sensor *sensor = &conf->sensors[at], *old = NULL;
	const struct conf_bus *bus = conf_bus(conf, sensor->bus_index);
	size_t was = 0;

	if (engine->conf != NULL)
		old = conf_sensor(engine->conf, sensor->index);
	live_sensor_afresh(live);
	sensor_init(&private->state, now_ms);
	private->since_generation = conf->generation;
	if (old != NULL && conf_sensor_is_same_source(old, sensor)) {
		was = (size_t)(old - engine->conf->sensors);
		*live = engine->sensors[was];
		if (is_polled(sensor, bus) &&
		    is_polled(old, conf_bus(engine->conf, old->bus_index)))
			*private = engine->privates[was];
	}
	live->quality = (uint8_t) private->state.quality;
	live->reason = (uint8_t) private->state.reason;
	if (!sensor_has_value(&private->state))
		live->severity = SEVERITY_UNKNOWN;
	live->suppression = is_polled(sensor, bus) ? SUPPRESSION_NONE : SUPPRESSION_OUT_OF_SERVICE;
}

static void
engine_keep_bus(const struct engine *engine, const struct conf *conf, size_t at,
    struct live_bus *live, int64_t now_ms)
{
	const struct conf_bus *bus = &conf->buses[at], *old = NULL;

	if (engine->conf != NULL)
		old = conf_bus(engine->conf, bus->index);
	if (old != NULL)
		*live = engine->buses[old - engine->conf->buses];
	else
		live->state = BUS_UNKNOWN;
	live->last_report_ms = now_ms;
	if (bus->admin_state == ADMIN_DISABLED)
		live->state = BUS_DISABLED;
	live->sensor_count = 0;
	for (size_t i = 0; i < conf->sensor_count; i++)
		live->sensor_count += conf->sensors[i].bus_index == bus->index;
}

static int
engine_adopt(struct engine *engine, struct conf *conf, int64_t now_ms, struct err *err)
{
	struct private_sensor *privates = calloc(conf->sensor_count + 1, sizeof(*privates));
	struct live_sensor *sensors = calloc(conf->sensor_count + 1, sizeof(*sensors));
	struct live_bus *buses = calloc(conf->bus_count + 1, sizeof(*buses));

	if (privates == NULL || sensors == NULL || buses == NULL) {
		free(privates);
		free(sensors);
		free(buses);
		return err_set(err, -ENOMEM, "out of memory");
	}
	for (size_t i = 0; i < conf->sensor_count; i++)
		engine_keep_sensor(engine, conf, i, &privates[i], &sensors[i], now_ms);
	for (size_t i = 0; i < conf->bus_count; i++)
		engine_keep_bus(engine, conf, i, &buses[i], now_ms);
	free(engine->privates);
	free(engine->sensors);
	free(engine->buses);
	conf_unref(engine->conf);
	engine->privates = privates;
	engine->sensors = sensors;
	engine->buses = buses;
	engine->conf = conf;
	return 0;
}

int
engine_configure(
    struct engine *engine, struct conf *conf, const struct moment *now, struct err *err)
{
	int r = engine_give_indices(engine, conf, err);
	bool has_entity_news;

	if (r < 0)
		goto fail;
	conf->generation = engine->conf == NULL ? 1 : engine->conf->generation + 1;
	conf_seal(conf);
	r = conf_entity_list(conf);
	if (r < 0) {
		err_set(err, r, "out of memory");
		goto fail;
	}
	has_entity_news = engine->conf == NULL || !conf_entity_is_equal(engine->conf, conf);
	r = engine_adopt(engine, conf, now->boottime_ms, err);
	if (r < 0)
		goto fail;
	if (has_entity_news)
		engine->agent.entities_changed_ms = now->boottime_ms;
	engine->agent.configured_wall_ms = now->wall_ms;
	engine->agent.next_sensor_index = store_next_index(engine->store, STORE_SENSOR);
	engine->has_new_state = true;
	engine_turn_end(engine, now);
	if (engine->effects.conf_in_force != NULL)
		engine->effects.conf_in_force(engine->effects.context, conf);
	return 0;

fail:
	conf_unref(conf);
	return r;
}

/* ---- samples ---- */

static struct sensor_rule
engine_rule(const struct conf_sensor *sensor, const struct conf_bus *bus)
{
	return (struct sensor_rule){
		.poll_ms = conf_poll_interval_ms(sensor, bus),
		.stale_after_ms = sensor->stale_after_ms,
		.fault_count = sensor->fault_count,
		.fault_delay_ms = sensor->fault_delay_ms,
	};
}

static void
live_sensor_good(struct live_sensor *live, int32_t milli, int64_t time_ms)
{
	if (!live->has_good || milli < live->minimum_milli)
		live->minimum_milli = milli;
	if (!live->has_good || milli > live->maximum_milli)
		live->maximum_milli = milli;
	live->has_good = true;
	live->value_milli = milli;
	live->last_good_milli = milli;
	live->last_good_ms = time_ms;
}

static void
engine_show_quality(struct engine *engine, size_t at)
{
	const struct sensor_state *state = &engine->privates[at].state;
	struct live_sensor *live = &engine->sensors[at];

	live->quality = (uint8_t)state->quality;
	live->reason = (uint8_t)state->reason;
	live->severity = sensor_has_value(state) ? SEVERITY_OK : SEVERITY_UNKNOWN;
}

static void
engine_sample(struct engine *engine, const struct sample *sample, uint32_t generation)
{
	const struct conf_sensor *sensor = conf_sensor(engine->conf, sample->sensor);
	const struct conf_bus *bus;
	struct private_sensor *private;
	struct sensor_rule rule;
	enum fault_reason reason;
	bool is_news;
	size_t at;
	int32_t milli;

	if (sensor == NULL)
		return;
	at = (size_t)(sensor - engine->conf->sensors);
	private = &engine->privates[at];
	bus = conf_bus(engine->conf, sensor->bus_index);
	if (generation < private->since_generation || !is_polled(sensor, bus))
		return;
	rule = engine_rule(sensor, bus);
	is_news = sensor_tick(&private->state, &rule, sample->time_ms);
	reason = conf_sensor_value(sensor, &sample->reading, &milli);
	engine->sensors[at].reads++;
	if (reason == FAULT_NONE) {
		is_news |= sensor_good(&private->state, milli, sample->time_ms);
		live_sensor_good(&engine->sensors[at], milli, sample->time_ms);
	} else {
		is_news |= sensor_bad(&private->state, &rule, reason, sample->time_ms);
		engine->sensors[at].errors++;
	}
	engine_show_quality(engine, at);
	engine->agent.last_sample_ms = sample->time_ms;
	engine->has_new_values = true;
	engine->has_new_state |= is_news;
}

static void
engine_report(struct engine *engine, const struct bus_report *report, int64_t now_ms)
{
	const struct conf_bus *bus = conf_bus(engine->conf, report->bus);
	struct live_bus *live;

	if (bus == NULL)
		return;
	live = &engine->buses[bus - engine->conf->buses];
	if (bus->admin_state == ADMIN_ENABLED) {
		engine->has_new_state |= live->state != report->state;
		live->state = report->state;
	}
	live->last_report_ms = now_ms;
	live->has_cycle |= report->count > 0;
	live->cycle_ms = report->cycle_ms;
	live->counters = report->counters;
	memcpy(live->last_error, report->last_error, sizeof(live->last_error));
	engine->has_new_values = true;
	for (size_t i = 0; i < report->count; i++)
		engine_sample(engine, &report->samples[i], report->generation);
}

static void
engine_conf_message(
    struct engine *engine, struct engine_conf_request *request, const struct moment *now)
{
	struct chan_request reply_to = request->request;
	struct err *err = calloc(1, sizeof(*err));
	int r = engine_configure(engine, request->conf, now, err);

	free(request);
	chan_answer(&reply_to, r, err);
}

void
engine_step(struct engine *engine, struct chan_message *message, const struct moment *now)
{
	switch ((enum engine_message)message->kind) {
	case ENGINE_REPORT:
		engine_report(engine, message->data, now->boottime_ms);
		free(message->data);
		break;
	case ENGINE_CONF:
		engine_conf_message(engine, message->data, now);
		break;
	case ENGINE_STOP:
		break;
	}
}

/* ---- time ---- */

int64_t
engine_tick_due_ms(const struct engine *engine)
{
	return engine->tick_due_ms;
}

/* A thread that stands still in its driver cannot say so itself. */
static void
engine_watch_buses(struct engine *engine, int64_t now_ms)
{
	for (size_t i = 0; i < engine->conf->bus_count; i++) {
		const struct conf_bus *bus = &engine->conf->buses[i];
		struct live_bus *live = &engine->buses[i];

		if (bus->admin_state != ADMIN_ENABLED || live->state == BUS_DOWN ||
		    now_ms - live->last_report_ms <= ENGINE_HUNG_MS)
			continue;
		live->state = BUS_DOWN;
		snprintf(live->last_error, sizeof(live->last_error),
		    "the driver has not come back for %d s", ENGINE_HUNG_MS / 1000);
		log_warning("bus \"%s\": %s", bus->name, live->last_error);
		engine->has_new_state = true;
	}
}

static void
engine_watch_sensors(struct engine *engine, int64_t now_ms)
{
	const struct conf *conf = engine->conf;

	for (size_t i = 0; i < conf->sensor_count; i++) {
		const struct conf_bus *bus = conf_bus(conf, conf->sensors[i].bus_index);
		struct sensor_rule rule;

		if (!is_polled(&conf->sensors[i], bus))
			continue;
		rule = engine_rule(&conf->sensors[i], bus);
		if (!sensor_tick(&engine->privates[i].state, &rule, now_ms))
			continue;
		engine_show_quality(engine, i);
		engine->has_new_state = true;
	}
}

void
engine_tick(struct engine *engine, const struct moment *now)
{
	while (engine->tick_due_ms <= now->boottime_ms) {
		engine->tick_due_ms += ENGINE_TICK_MS;
		engine->agent.heartbeat++;
	}
	engine_watch_sensors(engine, now->boottime_ms);
	engine_watch_buses(engine, now->boottime_ms);
	engine->has_new_values = true; /* the heartbeat at least */
}

/* ---- publishing ---- */

/* Critical before unknown before warning before ok. */
static enum severity
worse(enum severity a, enum severity b)
{
	static const int rank[] = {
		[SEVERITY_OK] = 0,
		[SEVERITY_WARNING] = 1,
		[SEVERITY_UNKNOWN] = 2,
		[SEVERITY_CRITICAL] = 3,
	};

	return rank[a] > rank[b] ? a : b;
}

static void
engine_sum_up(struct engine *engine)
{
	struct live_agent *agent = &engine->agent;

	agent->sensors_in_fault = 0;
	agent->overall = SEVERITY_OK;
	for (size_t i = 0; i < engine->conf->sensor_count; i++) {
		const struct live_sensor *sensor = &engine->sensors[i];

		agent->sensors_in_fault += sensor->quality == QUALITY_FAULT;
		if (sensor->suppression == SUPPRESSION_NONE)
			agent->overall = worse(agent->overall, sensor->severity);
	}
}

static void
engine_publish(struct engine *engine, const struct moment *now)
{
	const struct conf *conf = engine->conf;
	struct live *live = hub_take_live(engine->hub, conf->sensor_count, conf->bus_count);

	if (live == NULL)
		return; /* no memory: what was published stays, the next turn tries again */
	engine_sum_up(engine);
	memcpy(live->sensors, engine->sensors, conf->sensor_count * sizeof(*live->sensors));
	memcpy(live->buses, engine->buses, conf->bus_count * sizeof(*live->buses));
	if (hub_publish(engine->hub, conf, live, &engine->agent) < 0)
		return;
	engine->published_ms = now->boottime_ms;
	engine->has_new_values = false;
	engine->has_new_state = false;
}

int64_t
engine_publish_due_ms(const struct engine *engine)
{
	if (engine->has_new_state)
		return engine->published_ms;
	return engine->has_new_values ? engine->published_ms + ENGINE_PUBLISH_MS : INT64_MAX;
}

void
engine_turn_end(struct engine *engine, const struct moment *now)
{
	if (engine_publish_due_ms(engine) <= now->boottime_ms)
		engine_publish(engine, now);
}
