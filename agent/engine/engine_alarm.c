/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "engine/engine_private.h"

/* ---- rows ---- */

/* The place of the first row whose id is not below. */
static size_t
row_place(const struct engine *engine, uint32_t id)
{
	size_t low = 0, high = engine->row_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (engine->rows[middle].alarm.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct alarm_row *
engine_row(struct engine *engine, uint32_t alarm_id)
{
	size_t at = row_place(engine, alarm_id);

	if (at == engine->row_count || engine->rows[at].alarm.id != alarm_id)
		return NULL;
	return &engine->rows[at];
}

int
engine_add_row(struct engine *engine, const struct alarm_row *row)
{
	size_t at = row_place(engine, row->alarm.id);
	size_t room = engine->row_room == 0 ? 64 : 2 * engine->row_room;
	struct alarm_row *rows;

	if (engine->row_count == engine->row_room) {
		rows = reallocarray(engine->rows, room, sizeof(*rows));
		if (rows == NULL)
			return -ENOMEM;
		engine->rows = rows;
		engine->row_room = room;
	}
	memmove(&engine->rows[at + 1], &engine->rows[at],
	    (engine->row_count - at) * sizeof(engine->rows[0]));
	engine->rows[at] = *row;
	engine->row_count++;
	return 0;
}

size_t
engine_open_rows(const struct engine *engine)
{
	size_t count = 0;

	for (size_t i = 0; i < engine->row_count; i++)
		count += alarm_is_open(&engine->rows[i].alarm);
	return count;
}

static int64_t
wall_of(const struct engine *engine, int64_t time_ms)
{
	return engine->now.wall_ms - (engine->now.boottime_ms - time_ms);
}

/* To be stored. */
static void
put_alarm(struct engine *engine, const struct origin *origin, const struct alarm *alarm,
    struct alarm_row *row)
{
	row->alarm = *alarm;
	text_copy(row->source, sizeof(row->source), origin->source);
	row->is_changed = true;
	engine->has_new_alarms = true;
}

/* Without memory an alarm has no row until its next sample; its events are there. */
static void
follow_alarm(struct engine *engine, const struct origin *origin, const struct alarm *alarm)
{
	struct alarm_row *row = engine_row(engine, alarm->id);

	if (row == NULL) {
		struct alarm_row new = {
			.alarm = *alarm,
			.sensor = origin->sensor,
			.bus = origin->bus,
			.raised_wall_ms = wall_of(engine, alarm->raised_ms),
			.quantity = (uint8_t)origin->quantity,
			.has_value = alarm->kind == ALARM_LIMIT || alarm->kind == ALARM_RATE,
		};

		if (engine_add_row(engine, &new) < 0)
			return;
		row = engine_row(engine, alarm->id);
	}
	put_alarm(engine, origin, alarm, row);
	row->said_ms = engine->now.boottime_ms;
}

/* ---- events ---- */

static void
wait_for_commit(struct engine *engine, const struct record *record)
{
	size_t at;

	if (engine->waiting_count == ENGINE_WAITING_MAX) {
		engine->waiting_first = (engine->waiting_first + 1) % ENGINE_WAITING_MAX;
		engine->waiting_count--;
		engine->logged_count -= engine->logged_count > 0;
		engine->outbox.unstored_told -= engine->outbox.unstored_told > 0;
		engine_storage_drops(engine);
	}
	at = (engine->waiting_first + engine->waiting_count) % ENGINE_WAITING_MAX;
	engine->waiting[at] = *record;
	if (record->detail != NULL) {
		text_copy(engine->details[at], sizeof(engine->details[at]), record->detail);
		engine->waiting[at].detail = engine->details[at];
	}
	engine->waiting_count++;
	engine->outbox.has_news = true;
	engine->has_changed = true;
	engine->has_new_state = true;
}

/* What is not said by a sensor's evaluator itself: the sensor as it is; one that is gone is ok, so
 * that nobody waits for it. */
static void
describe_sensor(const struct engine *engine, struct record *record)
{
	const struct conf_sensor *sensor = conf_sensor(engine->conf, record->sensor);
	const struct evaluator *evaluator;

	record->sensor_severity = SEVERITY_OK;
	if (sensor == NULL)
		return;
	evaluator = &engine->privates[sensor - engine->conf->sensors].evaluator;
	record->sensor_severity = (uint8_t)evaluator_severity(evaluator);
	record->has_sensor_value = sensor_has_value(&evaluator->quality);
	if (record->has_sensor_value)
		record->sensor_value_milli = evaluator->quality.last_good_milli;
}

void
engine_tell(struct engine *engine, const struct origin *origin, const struct event *event)
{
	struct record record = {
		.alarm_id = event->alarm.id,
		.sensor = origin->sensor,
		.numbers = { event->raised, event->cleared },
		.wall_ms = wall_of(engine, event->time_ms),
		.boottime_ms = event->time_ms,
		.value_milli = event->value_milli,
		.limit_milli = event->limit_milli,
		.kind = (uint8_t)event->kind,
		.alarm_kind = (uint8_t)event->alarm.kind,
		.severity = (uint8_t)event->severity,
		.previous_severity = (uint8_t)event->previous_severity,
		.from = (uint8_t)event->from,
		.to = (uint8_t)event->to,
		.reason = (uint8_t)event->alarm.reason,
		.quantity = (uint8_t)origin->quantity,
		.suppression = (uint8_t)event->suppression,
		.channel = origin->channel,
		.has_value = event->has_value,
		.has_limit = event->has_limit,
		.is_config_change = event->is_config_change,
		.during_downtime = event->during_downtime,
		.sensor_severity = (uint8_t)event->sensor_severity,
		.has_sensor_value = event->has_sensor_value,
		.sensor_value_milli = event->sensor_value_milli,
		.detail = event->detail,
	};

	if (origin->sensor != 0 && event->sensor_severity == 0)
		describe_sensor(engine, &record);
	text_copy(record.source, sizeof(record.source), origin->source);
	if (event->alarm.kind != 0)
		follow_alarm(engine, origin, &event->alarm);
	wait_for_commit(engine, &record);
}

/* A new value alone is shown, not stored; another limit or name of its sensor is. */
static void
follow_value(struct engine *engine, const struct origin *origin, const struct alarm *alarm)
{
	struct alarm_row *row = engine_row(engine, alarm->id);

	if (!alarm_is_open(alarm))
		return;
	if (row == NULL) { /* there was no memory for it */
		follow_alarm(engine, origin, alarm);
		engine->has_changed = true;
		return;
	}
	if (row->alarm.limit_milli != alarm->limit_milli ||
	    strcmp(row->source, origin->source) != 0) {
		put_alarm(engine, origin, alarm, row);
		engine->has_changed = true;
		return;
	}
	if (row->alarm.value_milli == alarm->value_milli &&
	    row->alarm.peak_milli == alarm->peak_milli)
		return;
	row->alarm = *alarm;
	engine->has_new_alarms = true;
}

/* Only where the state and its events are one. */
static void
commit_if_full(struct engine *engine)
{
	if (engine->waiting_count + VERDICT_EVENTS_MAX > ENGINE_WAITING_MAX)
		engine_commit(engine);
}

void
engine_sensor_said(struct engine *engine, size_t at)
{
	const struct conf_sensor *sensor = &engine->conf->sensors[at];
	struct private_sensor *own = &engine->privates[at];
	const struct evaluator_kept *kept = &own->evaluator.kept;
	const struct origin origin = {
		.sensor = sensor->index,
		.quantity = sensor->quantity,
		.source = sensor->name,
	};

	own->is_changed |= engine->verdict.is_kept_changed;
	engine->has_changed |= engine->verdict.is_kept_changed;
	for (unsigned i = 0; i < engine->verdict.count; i++)
		engine_tell(engine, &origin, &engine->verdict.events[i]);
	follow_value(engine, &origin, &kept->limit_alarm);
	follow_value(engine, &origin, &kept->fault_alarm);
	follow_value(engine, &origin, &kept->rate_alarm);
	commit_if_full(engine);
}

void
engine_say(struct engine *engine, enum event_kind kind, uint32_t first, uint32_t second)
{
	const struct origin origin = { .quantity = QUANTITY_OTHER, .source = "" };
	const struct event event = {
		.kind = kind,
		.from = ZONE_NORMAL,
		.to = ZONE_NORMAL,
		.severity = SEVERITY_OK,
		.previous_severity = SEVERITY_OK,
		.time_ms = engine->now.boottime_ms,
		.suppression = SUPPRESSION_NONE,
		.alarm = { .reason = FAULT_NONE },
		.raised = first,
		.cleared = second,
	};

	engine_tell(engine, &origin, &event);
}

void
engine_say_change(struct engine *engine, const struct origin *origin, const char *sentence)
{
	const struct event event = {
		.kind = EVENT_CONFIG_CHANGE,
		.from = ZONE_NORMAL,
		.to = ZONE_NORMAL,
		.severity = SEVERITY_OK,
		.previous_severity = SEVERITY_OK,
		.time_ms = engine->now.boottime_ms,
		.suppression = SUPPRESSION_NONE,
		.alarm = { .reason = FAULT_NONE },
		.detail = sentence,
	};

	engine_tell(engine, origin, &event);
}

/* ---- buses ---- */

static void
tell_bus(struct engine *engine, const struct conf_bus *bus, const struct alarm *alarm)
{
	const struct origin origin = {
		.bus = bus->index,
		.quantity = QUANTITY_OTHER,
		.source = bus->name,
	};
	bool is_open = alarm_is_open(alarm);
	const struct event event = {
		.kind = is_open ? EVENT_BUS_RAISE : EVENT_BUS_CLEAR,
		.alarm = *alarm,
		.from = ZONE_NORMAL,
		.to = ZONE_NORMAL,
		.severity = is_open ? alarm->severity : SEVERITY_OK,
		.previous_severity = is_open ? SEVERITY_OK : alarm->severity,
		.time_ms = engine->now.boottime_ms,
		.suppression = SUPPRESSION_NONE,
	};

	engine_tell(engine, &origin, &event);
}

static void
tell_sensors_of(struct engine *engine, const struct conf_bus *bus, bool is_lost)
{
	for (size_t i = 0; i < engine->conf->sensor_count; i++) {
		struct private_sensor *own = &engine->privates[i];

		if (engine->conf->sensors[i].bus_index != bus->index)
			continue;
		if (own->last_ms < engine->now.boottime_ms)
			own->last_ms = engine->now.boottime_ms;
		evaluator_set_parent_lost(&own->evaluator, is_lost, own->last_ms, &engine->verdict);
		engine_sensor_said(engine, i);
		engine_show(engine, i);
	}
}

uint32_t
engine_take_alarm_id(struct engine *engine)
{
	uint32_t id = engine->verdict.next_alarm_id;

	engine->verdict.next_alarm_id = id == UINT32_MAX ? 1 : id + 1;
	return id;
}

void
engine_bus_lost(struct engine *engine, size_t at)
{
	const struct conf_bus *bus = &engine->conf->buses[at];
	struct alarm alarm = { 0 };

	if (engine->bus_alarms[at] != 0)
		return;
	alarm_raise(&alarm, ALARM_BUS, engine_take_alarm_id(engine), SEVERITY_CRITICAL,
	    engine->now.boottime_ms);
	alarm.reason = FAULT_BUS_DOWN;
	engine->bus_alarms[at] = alarm.id;
	tell_bus(engine, bus, &alarm);
	tell_sensors_of(engine, bus, true);
}

void
engine_bus_back(struct engine *engine, size_t at)
{
	const struct conf_bus *bus = &engine->conf->buses[at];
	const struct alarm_row *row = engine_row(engine, engine->bus_alarms[at]);
	struct alarm alarm;

	if (engine->bus_alarms[at] == 0)
		return;
	engine->bus_alarms[at] = 0;
	if (row != NULL) {
		alarm = row->alarm;
		alarm_clear(&alarm, false, false);
		tell_bus(engine, bus, &alarm);
	}
	tell_sensors_of(engine, bus, false);
}

/* ---- what is not there any more ---- */

static bool
has_owner(const struct engine *engine, const struct alarm_row *row)
{
	const struct conf_sensor *sensor = conf_sensor(engine->conf, row->sensor);
	const struct conf_bus *bus = conf_bus(engine->conf, row->bus);
	const struct evaluator_kept *kept;

	if (row->alarm.kind == ALARM_PATH)
		return true; /* of a channel, whatever is configured */
	if (row->alarm.kind == ALARM_STORAGE)
		return row->alarm.id == engine->care.alarm;
	if (row->alarm.kind == ALARM_BUS)
		return bus != NULL && bus->admin_state == ADMIN_ENABLED;
	if (sensor == NULL)
		return false;
	kept = &engine->privates[sensor - engine->conf->sensors].evaluator.kept;
	return !alarm_is_open(&row->alarm) || kept->limit_alarm.id == row->alarm.id ||
	       kept->fault_alarm.id == row->alarm.id || kept->rate_alarm.id == row->alarm.id;
}

static enum event_kind
clear_kind(enum alarm_kind kind)
{
	switch (kind) {
	case ALARM_LIMIT:
		return EVENT_CLEAR;
	case ALARM_RATE:
		return EVENT_RATE_CLEAR;
	case ALARM_BUS:
		return EVENT_BUS_CLEAR;
	case ALARM_STORAGE:
		return EVENT_STORAGE_OK;
	case ALARM_FAULT:
	case ALARM_PATH:
		break;
	}
	return EVENT_FAULT_CLEAR;
}

static void
end_row(struct engine *engine, const struct alarm_row *row)
{
	const struct alarm_row gone = *row;
	const struct origin origin = {
		.sensor = gone.sensor,
		.bus = gone.bus,
		.quantity = gone.quantity,
		.source = gone.source,
	};
	struct event event = {
		.kind = clear_kind(gone.alarm.kind),
		.alarm = gone.alarm,
		.from = gone.alarm.zone,
		.to = ZONE_NORMAL,
		.severity = SEVERITY_OK,
		.previous_severity = gone.alarm.severity,
		.time_ms = engine->now.boottime_ms,
		.limit_milli = gone.alarm.limit_milli,
		.has_limit = gone.has_value,
		.is_config_change = gone.alarm.kind != ALARM_STORAGE,
		.suppression = SUPPRESSION_NONE,
	};

	event.alarm.state = ALARM_UNLISTED;
	if (alarm_is_open(&gone.alarm)) {
		engine_tell(engine, &origin, &event);
	} else {
		follow_alarm(engine, &origin, &event.alarm);
		engine->has_changed = true;
	}
}

void
engine_reconcile(struct engine *engine)
{
	const struct conf *conf = engine->conf;

	memset(engine->bus_alarms, 0, conf->bus_count * sizeof(engine->bus_alarms[0]));
	for (size_t i = 0; i < engine->row_count; i++) {
		struct alarm_row *row = &engine->rows[i];

		if (row->alarm.state == ALARM_UNLISTED)
			continue;
		if (!has_owner(engine, row))
			end_row(engine, row);
		else if (row->alarm.kind == ALARM_BUS)
			engine->bus_alarms[conf_bus(conf, row->bus) - conf->buses] = row->alarm.id;
		commit_if_full(engine);
	}
}
