/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_private.h"

#define ENGINE_PUBLISH_MS 100

/* Not before it is stored that they are gone, and never while somebody goes through them. */
static void
forget_rows(struct engine *engine)
{
	size_t kept = 0;

	for (size_t i = 0; i < engine->row_count; i++)
		if (engine->rows[i].is_changed || engine->rows[i].alarm.state != ALARM_UNLISTED)
			engine->rows[kept++] = engine->rows[i];
	engine->row_count = kept;
}

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

/* Suppressed ones are counted, but nobody is to look at them. */
static bool
is_row_suppressed(const struct engine *engine, const struct alarm_row *row)
{
	const struct conf_sensor *sensor = conf_sensor(engine->conf, row->sensor);

	return sensor != NULL &&
	       engine->sensors[sensor - engine->conf->sensors].suppression != SUPPRESSION_NONE;
}

static void
engine_sum_up_rows(struct engine *engine)
{
	struct live_agent *agent = &engine->agent;

	agent->alarms_active = 0;
	agent->alarms_unacknowledged = 0;
	for (size_t i = 0; i < engine->row_count; i++) {
		const struct alarm_row *row = &engine->rows[i];

		agent->alarms_unacknowledged += row->alarm.state == ALARM_ACTIVE ||
		                                row->alarm.state == ALARM_CLEARED_UNACKNOWLEDGED;
		if (!alarm_is_open(&row->alarm))
			continue;
		agent->alarms_active++;
		if (!is_row_suppressed(engine, row))
			agent->overall = worse(agent->overall, row->alarm.severity);
	}
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
	engine_sum_up_rows(engine);
}

static void
engine_show_alarms(struct engine *engine)
{
	struct alarms *alarms = alarms_new(engine->row_count);

	if (alarms == NULL)
		return;
	alarms->count = 0;
	for (size_t i = 0; i < engine->row_count; i++)
		if (engine->rows[i].alarm.state != ALARM_UNLISTED)
			alarms->rows[alarms->count++] = engine->rows[i];
	hub_take_alarms(engine->hub, alarms);
	engine->has_new_alarms = false;
}

static void
engine_show_events(struct engine *engine)
{
	struct event_view *view = event_log_view(&engine->log);

	if (view != NULL)
		hub_take_events(engine->hub, view);
}

static void
engine_show_deliveries(struct engine *engine)
{
	struct deliveries *deliveries = outbox_view(engine);
	struct mail_view *mail;

	if (deliveries == NULL)
		return;
	hub_take_deliveries(engine->hub, deliveries);
	mail = outbox_mail_view(engine);
	if (mail != NULL)
		hub_take_mail(engine->hub, mail);
	engine->outbox.is_shown = mail != NULL;
}

static void
engine_publish(struct engine *engine, const struct moment *now)
{
	const struct conf *conf = engine->conf;
	struct live *live = hub_take_live(engine->hub, conf->sensor_count, conf->bus_count);

	if (live == NULL)
		return; /* no memory: what was published stays, the next turn tries again */
	engine_sum_up(engine);
	if (engine->has_new_alarms)
		engine_show_alarms(engine);
	engine_show_events(engine);
	if (!engine->outbox.is_shown)
		engine_show_deliveries(engine);
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

/* Before anything leaves: what is sent now is sent by the configuration of now. */
static void
tell_conf(struct engine *engine)
{
	if (engine->is_conf_new && engine->effects.conf_in_force != NULL)
		engine->effects.conf_in_force(engine->effects.context, engine->conf);
	engine->is_conf_new = false;
}

void
engine_turn_end(struct engine *engine, const struct moment *now)
{
	engine->now = *now;
	outbox_turn(engine);
	engine_commit(engine);
	outbox_mail_answer(engine);
	if (engine->row_count > 0)
		forget_rows(engine);
	if (engine_publish_due_ms(engine) <= now->boottime_ms)
		engine_publish(engine, now);
	tell_conf(engine);
	outbox_send(engine);
}
