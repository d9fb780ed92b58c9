/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "engine/engine_private.h"
#include "sys/log.h"

/* A worker reports at least every 30 s (REPORT_IDLE_MS), but one request may take a minute. */
#define ENGINE_HUNG_MS (REPORT_IDLE_MS + 90000)

void
engine_drop(struct chan_message *message)
{
	struct engine_conf_request *request;

	switch ((enum engine_message)message->kind) {
	case ENGINE_REPORT:
	case ENGINE_OUTCOME:
	case ENGINE_CHANNEL:
	case ENGINE_MAIL_GO:
	case ENGINE_RELAY:
		free(message->data);
		break;
	case ENGINE_CONF:
		request = message->data;
		conf_unref(request->conf);
		free(request);
		break;
	case ENGINE_CHANGE:
	case ENGINE_UNDO:
	case ENGINE_KEEP:
		change_free(message->data);
		break;
	case ENGINE_NETWORK:
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
	engine->waiting = calloc(ENGINE_WAITING_MAX, sizeof(*engine->waiting));
	engine->details = calloc(ENGINE_WAITING_MAX, sizeof(*engine->details));
	if (engine->waiting == NULL || engine->details == NULL) {
		engine_free(engine);
		return -ENOMEM;
	}
	engine->now = *now;
	engine->verdict.next_alarm_id = 1;
	engine->store = store;
	engine->hub = hub;
	engine->effects = *effects;
	engine->agent.start_wall_ms = now->wall_ms;
	engine->agent.overall = SEVERITY_UNKNOWN;
	engine->agent.storage = STORAGE_OK;
	text_copy(engine->agent.uuid, sizeof(engine->agent.uuid), store_uuid(store));
	engine->tick_due_ms = now->boottime_ms + ENGINE_TICK_MS;
	engine->beat_ms = now->boottime_ms;
	outbox_init(engine);
	*ret_engine = engine;
	return 0;
}

void
engine_free(struct engine *engine)
{
	if (engine == NULL)
		return;
	engine_free_privates(engine->privates, engine->conf);
	conf_unref(engine->conf);
	overlay_done(&engine->laid);
	overlay_done(&engine->known);
	change_free(engine->undo);
	event_log_done(&engine->log);
	outbox_done(engine);
	free(engine->waiting);
	free(engine->details);
	free(engine->rows);
	free(engine->bus_alarms);
	free(engine->sensors);
	free(engine->buses);
	free(engine);
}

/* ---- samples ---- */

static void
live_sensor_good(struct live_sensor *live, int32_t milli, int64_t time_ms)
{
	if (!live->has_extremes || milli < live->minimum_milli)
		live->minimum_milli = milli;
	if (!live->has_extremes || milli > live->maximum_milli)
		live->maximum_milli = milli;
	live->has_good = true;
	live->has_extremes = true;
	live->value_milli = milli;
	live->last_good_milli = milli;
	live->last_good_ms = time_ms;
}

static void
show_extremes(struct live_sensor *live, const struct extremes *extremes)
{
	live->has_day = extremes->has_range;
	live->day_minimum_milli = extremes->minimum_milli;
	live->day_maximum_milli = extremes->maximum_milli;
	live->has_trend = extremes->has_trend;
	live->trend_milli = extremes->trend_milli;
}

static void
engine_good(struct engine *engine, size_t at, int32_t milli, int64_t time_ms)
{
	struct private_sensor *own = &engine->privates[at];

	live_sensor_good(&engine->sensors[at], milli, time_ms);
	if (own->extremes == NULL)
		return;
	extremes_sample(own->extremes, milli, own->last_ms);
	show_extremes(&engine->sensors[at], own->extremes);
}

int64_t
engine_shelved_until_ms(const struct evaluator *evaluator)
{
	const struct suppression_state *suppression = &evaluator->kept.suppression;

	return suppression->is_shelved ? suppression->until_ms : 0;
}

void
engine_show(struct engine *engine, size_t at)
{
	const struct evaluator *evaluator = &engine->privates[at].evaluator;
	struct live_sensor *live = &engine->sensors[at];

	if (live->quality != (uint8_t)evaluator->quality.quality)
		engine->has_new_state = true;
	live->quality = (uint8_t)evaluator->quality.quality;
	live->reason = (uint8_t)evaluator->quality.reason;
	live->severity = (uint8_t)evaluator_severity(evaluator);
	live->zone = (uint8_t)evaluator_zone(evaluator);
	live->suppression = (uint8_t)evaluator_suppression(evaluator);
	live->shelved_until_ms = engine_shelved_until_ms(evaluator);
	live->excursions = evaluator->excursions;
}

static void
engine_sample(struct engine *engine, const struct sample *sample, uint32_t generation)
{
	const struct conf_sensor *sensor = conf_sensor(engine->conf, sample->sensor);
	const struct conf_bus *bus;
	struct private_sensor *own;
	struct evaluator_rule rule;
	enum fault_reason reason;
	int32_t milli = 0;
	size_t at;

	if (sensor == NULL)
		return;
	at = (size_t)(sensor - engine->conf->sensors);
	own = &engine->privates[at];
	bus = conf_bus(engine->conf, sensor->bus_index);
	if (generation < own->since_generation || !engine_is_polled(sensor, bus))
		return;
	if (own->last_ms < sample->time_ms)
		own->last_ms = sample->time_ms;
	rule = engine_rule(sensor, bus);
	reason = conf_sensor_value(sensor, &sample->reading, &milli);
	engine->sensors[at].reads++;
	if (reason == FAULT_NONE)
		engine_good(engine, at, milli, sample->time_ms);
	else
		engine->sensors[at].errors++;
	evaluator_sample(&own->evaluator, &rule, reason, milli, own->last_ms, &engine->verdict);
	engine_sensor_said(engine, at);
	engine_show(engine, at);
	engine->agent.last_sample_ms = sample->time_ms;
	engine->has_new_values = true;
}

/* A lost bus is told before the samples that say so, and one that is back before its values. */
static void
engine_bus_state(struct engine *engine, size_t at, enum bus_state state)
{
	struct live_bus *live = &engine->buses[at];

	engine->has_new_state |= live->state != state;
	live->state = state;
	if (state == BUS_DOWN)
		engine_bus_lost(engine, at);
	else if (state == BUS_UP || state == BUS_DEGRADED)
		engine_bus_back(engine, at);
}

static void
engine_report(struct engine *engine, const struct bus_report *report)
{
	const struct conf_bus *bus = conf_bus(engine->conf, report->bus);
	struct live_bus *live;

	if (bus == NULL)
		return;
	live = &engine->buses[bus - engine->conf->buses];
	if (bus->admin_state == ADMIN_ENABLED)
		engine_bus_state(engine, (size_t)(bus - engine->conf->buses), report->state);
	live->last_report_ms = engine->now.boottime_ms;
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

/* Why it is refused is logged here: SNMP has no words for it. */
static void
engine_change_message(struct engine *engine, struct change *change, const struct moment *now)
{
	struct chan_request reply_to = change->request;
	struct err err = { 0 };
	int r = engine_change(engine, change, now, &err);

	if (r < 0)
		log_warning("a change by SNMP is refused: %s", err.text);
	change_free(change);
	chan_answer(&reply_to, r, NULL);
}

void
engine_step(struct engine *engine, struct chan_message *message, const struct moment *now)
{
	engine->now = *now;
	switch ((enum engine_message)message->kind) {
	case ENGINE_REPORT:
		if (!engine->is_stopping)
			engine_report(engine, message->data);
		free(message->data);
		break;
	case ENGINE_CONF:
		engine_conf_message(engine, message->data, now);
		break;
	case ENGINE_OUTCOME:
		outbox_outcome(engine, message->data);
		free(message->data);
		break;
	case ENGINE_CHANNEL:
		outbox_news(engine, message->data);
		free(message->data);
		break;
	case ENGINE_MAIL_GO:
		outbox_mail_go(engine, message->data);
		break;
	case ENGINE_RELAY:
		outbox_relay_outcome(engine, message->data);
		free(message->data);
		break;
	case ENGINE_CHANGE:
		engine_change_message(engine, message->data, now);
		break;
	case ENGINE_UNDO:
		engine_undo(engine, ((const struct change *)message->data)->id, now);
		change_free(message->data);
		break;
	case ENGINE_KEEP:
		engine_keep(engine, message->data, now);
		change_free(message->data);
		break;
	case ENGINE_NETWORK:
		engine_network_up(engine);
		break;
	case ENGINE_STOP:
		engine->is_running = false;
		engine->is_stopping = true;
		outbox_end(engine);
		engine_say(engine, EVENT_AGENT_STOP, 0, 0);
		break;
	}
}

/* ---- time ---- */

bool
engine_is_sending(const struct engine *engine)
{
	return outbox_is_busy(engine);
}

int64_t
engine_send_due_ms(const struct engine *engine)
{
	return outbox_due_ms(engine);
}

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
		snprintf(live->last_error, sizeof(live->last_error),
		    "the driver has not come back for %d s", ENGINE_HUNG_MS / 1000);
		log_at(LOG_LEVEL_WARNING, LOG_ABOUT(.bus = bus->name), "bus \"%s\": %s", bus->name,
		    live->last_error);
		engine_bus_state(engine, i, BUS_DOWN);
	}
}

static void
engine_watch_sensors(struct engine *engine, int64_t now_ms)
{
	const struct conf *conf = engine->conf;

	for (size_t i = 0; i < conf->sensor_count; i++) {
		const struct conf_sensor *sensor = &conf->sensors[i];
		struct private_sensor *own = &engine->privates[i];
		struct evaluator_rule rule = engine_rule(sensor, conf_bus(conf, sensor->bus_index));

		if (own->extremes != NULL) {
			extremes_tick(own->extremes, now_ms);
			show_extremes(&engine->sensors[i], own->extremes);
		}
		if (evaluator_due_ms(&own->evaluator, &rule) > now_ms)
			continue;
		if (own->last_ms < now_ms)
			own->last_ms = now_ms;
		evaluator_tick(&own->evaluator, &rule, own->last_ms, &engine->verdict);
		engine_sensor_said(engine, i);
		engine_show(engine, i);
	}
}

/* A sign of life, if somebody wants one. */
static void
engine_beat(struct engine *engine)
{
	int64_t interval_ms = engine->conf->agent.heartbeat_interval_s * INT64_C(1000);
	int64_t now_ms = engine->now.boottime_ms;

	if (interval_ms != 0 && now_ms - engine->beat_ms < interval_ms)
		return;
	engine->beat_ms = now_ms;
	if (interval_ms != 0)
		engine_say(engine, EVENT_HEARTBEAT, (uint32_t)engine_open_rows(engine), 0);
}

void
engine_tick(struct engine *engine, const struct moment *now)
{
	engine->now = *now;
	while (engine->tick_due_ms <= now->boottime_ms) {
		engine->tick_due_ms += ENGINE_TICK_MS;
		engine->agent.heartbeat++;
	}
	engine_watch_sensors(engine, now->boottime_ms);
	engine_watch_buses(engine, now->boottime_ms);
	engine_beat(engine);
	outbox_tick(engine);
	engine_care_tick(engine);
	engine->has_new_values = true; /* the heartbeat at least */
	if (engine->conf->idle_count > 0)
		engine_expire_rows(engine);
}
