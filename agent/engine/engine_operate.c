/* SPDX-License-Identifier: BSD-2-Clause */
/* What people do to alarms and sensors by SNMP: alarm rules R3 and R4. */
#include <errno.h>
#include <stdio.h>

#include "conf/change_text.h"
#include "conf/conf_idle.h"
#include "conf/objects.h"
#include "core/text.h"
#include "engine/engine_private.h"
#include "engine/outbox.h"

/* ---- of whom ---- */

static struct private_sensor *
find_sensor(const struct engine *engine, uint32_t index, size_t *ret_at)
{
	const struct conf_sensor *sensor = conf_sensor(engine->conf, index);
	struct private_sensor *own;

	if (sensor == NULL)
		return NULL;
	*ret_at = (size_t)(sensor - engine->conf->sensors);
	own = &engine->privates[*ret_at];
	if (own->last_ms < engine->now.boottime_ms)
		own->last_ms = engine->now.boottime_ms;
	return own;
}

/* A row that is shown. */
static struct alarm_row *
find_row(struct engine *engine, uint32_t alarm_id)
{
	struct alarm_row *row = engine_row(engine, alarm_id);

	return row != NULL && row->alarm.state != ALARM_UNLISTED ? row : NULL;
}

static int
refuse(struct err *err, const char *what, uint32_t index)
{
	return err_set(
	    err, -EINVAL, "%s %u is not there or cannot take that any more", what, (unsigned)index);
}

/* ---- events ---- */

static void
say(struct engine *engine, enum event_kind kind, const struct origin *origin,
    const struct alarm *alarm)
{
	struct event event = {
		.kind = kind,
		.alarm = *alarm,
		.from = alarm->zone,
		.to = alarm->zone,
		.severity = alarm->severity,
		.previous_severity = alarm->severity,
		.time_ms = engine->now.boottime_ms,
		.suppression = SUPPRESSION_NONE,
	};

	engine_tell(engine, origin, &event);
}

static void
say_of_row(struct engine *engine, enum event_kind kind, const struct alarm_row *row,
    const struct alarm *alarm)
{
	const struct alarm_row copy = *row; /* rows move */
	const struct origin origin = {
		.sensor = copy.sensor,
		.bus = copy.bus,
		.quantity = copy.quantity,
		.source = copy.source,
	};

	say(engine, kind, &origin, alarm);
}

static struct origin
origin_of(enum conf_object object, const void *settings, uint32_t index)
{
	struct origin origin = { .quantity = QUANTITY_OTHER, .source = "" };

	if (settings == NULL)
		return origin;
	origin.source = objects_name(object, settings);
	if (object == CONF_BUS)
		origin.bus = index;
	if (object == CONF_SENSOR) {
		origin.sensor = index;
		origin.quantity = ((const struct conf_sensor *)settings)->quantity;
	}
	return origin;
}

static enum row_changed
row_change(const struct change_item *item)
{
	if (item->kind == CHANGE_MAKE_ROW)
		return ROW_MADE;
	if (item->number == ROW_STATUS_DESTROY)
		return ROW_DESTROYED;
	return item->number == ROW_STATUS_ACTIVE ? ROW_ACTIVE : ROW_IDLE;
}

/* Of what has been made it is there now, of what is destroyed it was before. */
void
engine_say_changed(struct engine *engine, const struct change_item *item, const struct conf *before)
{
	const void *was = conf_settings(before, item->object, item->index);
	const void *is = conf_settings(engine->conf, item->object, item->index);
	struct origin origin = origin_of(item->object, is != NULL ? is : was, item->index);
	char text[CHANGE_TEXT_SIZE], old[FIELD_FORMAT_SIZE] = "";

	if (item->kind != CHANGE_SETTING) {
		change_text_row(
		    row_change(item), item->object, item->index, origin.source, text, sizeof(text));
	} else {
		if (was == NULL)
			return; /* said by the row that is made */
		field_format(item->field, was, old, sizeof(old));
		change_text(CHANGED_BY_SNMP, item->field, origin.source, old, item->text, text,
		    sizeof(text));
	}
	engine_say_change(engine, &origin, text);
}

static void
say_shelved(struct engine *engine, const struct conf_sensor *sensor, int64_t for_ms)
{
	const struct origin origin = origin_of(CONF_SENSOR, sensor, sensor->index);
	char text[CHANGE_TEXT_SIZE], duration[32];

	/* A little of the whole seconds that were asked for is over already. */
	for_ms += 999;
	for_ms -= for_ms % 1000;
	text_format_duration((uint32_t)for_ms, duration, sizeof(duration));
	if (for_ms > 0)
		snprintf(text, sizeof(text), "SNMP has shelved sensor \"%s\" for %s.", sensor->name,
		    duration);
	else
		snprintf(text, sizeof(text), "SNMP has ended the shelving of sensor \"%s\".",
		    sensor->name);
	engine_say_change(engine, &origin, text);
}

/* ---- what is done ---- */

static int
count_up(struct engine *engine, const struct change_item *item, bool is_undo, struct err *err)
{
	uint32_t *lock = &engine->agent.config_lock;

	if (is_undo) {
		*lock = (uint32_t)item->number;
		return 0;
	}
	if (item->number != *lock)
		return err_set(err, -EINVAL, "the lock of the configuration is at %u already",
		    (unsigned)*lock);
	*lock = *lock == INT32_MAX ? 0 : *lock + 1;
	return 0;
}

static void
say_noted(struct engine *engine, const struct alarm_row *row, const char *note)
{
	const struct alarm_row copy = *row; /* rows move */
	const struct origin origin = {
		.sensor = copy.sensor,
		.bus = copy.bus,
		.quantity = copy.quantity,
		.source = copy.source,
	};
	char text[CHANGE_TEXT_SIZE], shown[128];

	text_copy(shown, sizeof(shown), note);
	snprintf(text, sizeof(text), "SNMP has noted of alarm %u: \"%s\".", (unsigned)copy.alarm.id,
	    shown);
	engine_say_change(engine, &origin, text);
}

static int
note(struct engine *engine, const struct change_item *item, struct err *err)
{
	struct alarm_row *row = find_row(engine, item->index);

	if (row == NULL)
		return refuse(err, "alarm", item->index);
	say_noted(engine, row, item->text);
	row = find_row(engine, item->index);
	text_copy(row->note, sizeof(row->note), item->text);
	row->is_changed = true;
	engine->has_new_alarms = true;
	return 0;
}

/* Who has raised it knows it while it is open; of what is only listed the row is all there is. */
static int
acknowledge(struct engine *engine, const struct change_item *item, struct err *err)
{
	const struct alarm_row *row = find_row(engine, item->index);
	struct private_sensor *own;
	struct alarm alarm;
	size_t at;
	int r = -ENOENT;

	if (row == NULL)
		return refuse(err, "alarm", item->index);
	own = find_sensor(engine, row->sensor, &at);
	if (own != NULL)
		r = evaluator_acknowledge(
		    &own->evaluator, item->index, own->last_ms, &engine->verdict);
	if (r == 0) {
		engine_sensor_said(engine, at);
		return 0;
	}
	alarm = row->alarm;
	if (r == -ENOENT)
		r = alarm_acknowledge(&alarm);
	if (r < 0)
		return refuse(err, "alarm", item->index);
	say_of_row(engine, EVENT_ACKNOWLEDGE, row, &alarm);
	return 0;
}

static int
reset(struct engine *engine, const struct change_item *item, struct err *err)
{
	const struct alarm_row *row = find_row(engine, item->index);
	struct alarm alarm;

	if (row == NULL)
		return refuse(err, "alarm", item->index);
	alarm = row->alarm;
	if (alarm_reset(&alarm) < 0)
		return refuse(err, "alarm", item->index);
	say_of_row(engine, EVENT_RESET, row, &alarm);
	return 0;
}

static int
shelve(struct engine *engine, const struct change_item *item, struct err *err)
{
	struct private_sensor *own;
	size_t at;

	own = find_sensor(engine, item->index, &at);
	if (own == NULL)
		return refuse(err, "sensor", item->index);
	say_shelved(engine, &engine->conf->sensors[at],
	    item->number > own->last_ms ? item->number - own->last_ms : 0);
	if (item->number > own->last_ms)
		evaluator_shelve(&own->evaluator, item->number, own->last_ms, &engine->verdict);
	else
		evaluator_unshelve(&own->evaluator, own->last_ms, &engine->verdict);
	engine_sensor_said(engine, at);
	engine_show(engine, at);
	return 0;
}

static int
reset_extremes(struct engine *engine, const struct change_item *item, struct err *err)
{
	size_t at;

	if (find_sensor(engine, item->index, &at) == NULL)
		return refuse(err, "sensor", item->index);
	engine->sensors[at].has_extremes = false;
	engine->has_new_state = true;
	return 0;
}

int
engine_operate(struct engine *engine, const struct change *change, const struct change_item *item,
    struct err *err)
{
	switch (item->kind) {
	case CHANGE_MAKE_ROW:
	case CHANGE_SETTING:
	case CHANGE_MOVE_ROW:
		break; /* in the configuration */
	case CHANGE_CONFIG_LOCK:
		return count_up(engine, item, change->is_undo, err);
	case CHANGE_NOTE:
		return note(engine, item, err);
	case CHANGE_ACKNOWLEDGE:
		return acknowledge(engine, item, err);
	case CHANGE_RESET:
		return reset(engine, item, err);
	case CHANGE_SHELVE:
		return shelve(engine, item, err);
	case CHANGE_RESET_EXTREMES:
		return reset_extremes(engine, item, err);
	case CHANGE_FLUSH:
		return outbox_flush(engine, (enum channel)item->index) < 0
		           ? refuse(err, "channel", item->index)
		           : 0;
	case CHANGE_RETRY:
		return outbox_retry(engine, item->index) < 0 ? refuse(err, "delivery", item->index)
		                                             : 0;
	case CHANGE_CANCEL:
		return outbox_cancel(engine, item->index) < 0 ? refuse(err, "delivery", item->index)
		                                              : 0;
	case CHANGE_REPLAY:
		outbox_replay(engine, (uint32_t)item->number);
		break;
	case CHANGE_TEST_CONTACT:
		engine->agent.test_contact = (uint32_t)item->number;
		engine->has_new_state = true;
		break;
	case CHANGE_ASK_TEST:
		engine->agent.is_test_asked = item->number != 0;
		engine->outbox.is_shown = false;
		engine->has_new_state = true;
		break;
	case CHANGE_TEST_MAIL:
		engine->agent.is_test_asked = false;
		engine->outbox.is_shown = false;
		return outbox_test_mail(engine, engine->agent.test_contact) == -ENOENT
		           ? refuse(err, "a test mail to contact", engine->agent.test_contact)
		           : 0;
	}
	return 0;
}

/* ---- to take it back ---- */

/* The alarm of that id that the sensor has open. */
static struct alarm *
open_alarm(struct private_sensor *own, uint32_t id)
{
	struct evaluator_kept *kept = &own->evaluator.kept;
	struct alarm *const alarms[] = { &kept->limit_alarm, &kept->fault_alarm,
		&kept->rate_alarm };

	for (size_t i = 0; i < sizeof(alarms) / sizeof(alarms[0]); i++)
		if (alarm_is_open(alarms[i]) && alarms[i]->id == id)
			return alarms[i];
	return NULL;
}

/* What has gone on since, goes on: an alarm that has cleared stays cleared. */
int
engine_put_back(struct engine *engine, const struct alarm_row *was)
{
	struct alarm_row *row = engine_row(engine, was->alarm.id);
	struct private_sensor *own;
	struct alarm *open = NULL;
	struct alarm alarm = was->alarm;
	size_t at;

	if (row == NULL && (alarm_is_open(&was->alarm) || engine_add_row(engine, was) < 0))
		return 0;
	row = engine_row(engine, was->alarm.id);
	own = find_sensor(engine, was->sensor, &at);
	if (own != NULL)
		open = open_alarm(own, was->alarm.id);
	if (alarm_is_open(&was->alarm)) {
		alarm = row->alarm;
		if (alarm_is_open(&row->alarm))
			alarm.state = was->alarm.state;
	}
	if (open != NULL) {
		open->state = alarm.state;
		own->is_changed = true;
	}
	text_copy(row->note, sizeof(row->note), was->note);
	say_of_row(engine, EVENT_CONFIG_CHANGE, row, &alarm);
	return 0;
}
