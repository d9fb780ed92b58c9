/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of the queue with time, and what is wrong with it: told by the other channel. */
#include <string.h>

#include "core/event_text.h"
#include "core/text.h"
#include "engine/engine_private.h"
#include "sys/log.h"

/* ---- what ended badly ---- */

/* The end of what tells of trouble is no news: the queue would feed itself. */
static bool
is_about_trouble(enum event_kind kind)
{
	return kind == EVENT_DELIVERY_FAILED || kind == EVENT_PATH_DOWN || kind == EVENT_PATH_UP ||
	       kind == EVENT_RATE_BLOCKED || kind == EVENT_STORAGE_TROUBLE ||
	       kind == EVENT_STORAGE_OK;
}

/* Its place; that of the one that has been quiet for longest if there are too many. */
static struct outbox_loss *
find_loss(struct outbox *outbox, uint8_t channel, const char *destination, enum result result)
{
	struct outbox_loss *place = NULL;

	for (size_t i = 0; i < OUTBOX_LOSSES; i++) {
		struct outbox_loss *loss = &outbox->losses[i];

		if (loss->channel == channel && loss->result == (uint8_t)result &&
		    strcmp(loss->destination, destination) == 0)
			return loss;
		if (loss->count == 0 && (place == NULL || loss->told_ms < place->told_ms))
			place = loss;
	}
	if (place == NULL) /* each waits to be told */
		return &outbox->losses[OUTBOX_LOSSES - 1];
	*place = (struct outbox_loss){ .channel = channel, .result = (uint8_t)result };
	text_copy(place->destination, sizeof(place->destination), destination);
	return place;
}

void
outbox_lost(struct engine *engine, const struct outbox_row *row)
{
	const struct delivery *delivery = &row->delivery;

	if (is_about_trouble(row->record.kind))
		return;
	if (delivery->channel == CHANNEL_MAIL)
		outbox_mail_lost(engine, row);
	find_loss(&engine->outbox, delivery->channel, delivery->destination, delivery->result)
	    ->count++;
}

void
outbox_lost_late(struct engine *engine, const struct outbox_channel *channel, uint32_t count)
{
	if (count > 0)
		find_loss(&engine->outbox, (uint8_t)channel->kind->channel, channel->kind->name,
		    RESULT_QUEUE_FULL)
		    ->count += count;
}

static void
tell_losses(struct engine *engine, bool is_last)
{
	int64_t interval_ms = engine->conf->delivery.report_interval_s * INT64_C(1000);
	int64_t now_ms = engine->now.boottime_ms;

	for (size_t i = 0; i < OUTBOX_LOSSES; i++) {
		struct outbox_loss *loss = &engine->outbox.losses[i];
		const struct origin origin = {
			.quantity = QUANTITY_OTHER,
			.source = loss->destination,
			.channel = loss->channel,
		};
		const struct event event = {
			.kind = EVENT_DELIVERY_FAILED,
			.from = ZONE_NORMAL,
			.to = ZONE_NORMAL,
			.severity = SEVERITY_WARNING,
			.previous_severity = SEVERITY_OK,
			.time_ms = now_ms,
			.suppression = SUPPRESSION_NONE,
			.alarm = { .reason = FAULT_NONE },
			.raised = loss->count,
			.cleared = loss->result,
		};

		if (loss->count == 0 ||
		    (!is_last && loss->is_told && now_ms - loss->told_ms < interval_ms))
			continue;
		log_at(LOG_LEVEL_WARNING, LOG_ABOUT(.result = result_name(loss->result)),
		    "%u messages to %s were given up: %s", (unsigned)loss->count, loss->destination,
		    result_text(loss->result));
		engine_tell(engine, &origin, &event);
		loss->count = 0;
		loss->is_told = true;
		loss->told_ms = now_ms;
	}
}

/* What tells how much was lost waits until it can be told. */
static bool
is_backlog(const struct outbox_row *row)
{
	return row->record.kind == EVENT_DELIVERY_FAILED &&
	       row->record.channel == row->delivery.channel;
}

static void
expire(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];
		const struct alarm_row *alarm = engine_row(engine, row->delivery.alarm_id);

		if (!delivery_is_waiting(&row->delivery) || is_backlog(row) ||
		    !delivery_is_too_old(&row->delivery, row->record.kind,
			alarm != NULL && alarm_is_open(&alarm->alarm), engine->now.boottime_ms))
			continue;
		outbox_give_up(engine, row, DELIVERY_EXPIRE, RESULT_EXPIRED);
		outbox_lost(engine, row);
		engine->has_changed = true;
	}
}

/* ---- whether messages get out ---- */

/* `trouble`: what it is; NULL: it is over. */
static void
tell_path(struct engine *engine, const struct outbox_channel *channel, const struct alarm *alarm,
    const struct path_trouble *trouble)
{
	char text[EVENT_TEXT_SIZE];
	const struct origin origin = {
		.quantity = QUANTITY_OTHER,
		.source = channel->kind->name,
		.channel = (uint8_t)channel->kind->channel,
	};
	const struct event event = {
		.kind = trouble != NULL ? EVENT_PATH_DOWN : EVENT_PATH_UP,
		.alarm = *alarm,
		.from = ZONE_NORMAL,
		.to = ZONE_NORMAL,
		.severity = trouble != NULL ? alarm->severity : SEVERITY_OK,
		.previous_severity = trouble != NULL ? SEVERITY_OK : alarm->severity,
		.time_ms = engine->now.boottime_ms,
		.suppression = SUPPRESSION_NONE,
		.raised = (uint32_t)outbox_pending_of(engine, channel),
		.cleared = trouble != NULL ? trouble->result : RESULT_OK,
		.detail = trouble != NULL ? text : NULL,
	};

	if (trouble != NULL)
		path_text(channel->kind->name, trouble->result, trouble->code, trouble->words, text,
		    sizeof(text));
	engine_tell(engine, &origin, &event);
}

static void
path_down(struct engine *engine, struct outbox_channel *channel, const struct path_trouble *trouble)
{
	struct alarm alarm = { 0 };

	alarm_raise(&alarm, ALARM_PATH, engine_take_alarm_id(engine), SEVERITY_WARNING,
	    engine->now.boottime_ms);
	alarm.zone = ZONE_NORMAL;
	alarm.reason = FAULT_NONE;
	channel->path_alarm = alarm.id;
	log_at(LOG_LEVEL_WARNING,
	    LOG_ABOUT(.alarm = alarm.id, .result = result_name(trouble->result)),
	    "channel %s: %s%s%s; what there is to say waits until it can be said",
	    channel->kind->name, result_text(trouble->result),
	    trouble->words[0] != '\0' ? ": " : "", trouble->words);
	tell_path(engine, channel, &alarm, trouble);
}

static void
path_up(struct engine *engine, struct outbox_channel *channel)
{
	const struct alarm_row *row = engine_row(engine, channel->path_alarm);
	struct alarm alarm;

	channel->path_alarm = 0;
	if (row == NULL)
		return;
	alarm = row->alarm;
	alarm_clear(&alarm, false, false);
	log_at(LOG_LEVEL_INFO, LOG_ABOUT(.alarm = alarm.id), "channel %s: messages get out again",
	    channel->kind->name);
	tell_path(engine, channel, &alarm, NULL);
}

static bool
stands_still(const struct engine *engine, enum channel channel)
{
	return engine->effects.stands_still != NULL &&
	       engine->effects.stands_still(engine->effects.context, channel);
}

static bool
is_in_trouble(
    struct engine *engine, const struct outbox_channel *channel, struct path_trouble *ret_trouble)
{
	const struct channel_way *way = channel->kind->way;

	*ret_trouble = (struct path_trouble){ .result = channel->kind->down, .words = "" };
	if (way != NULL && !way->is_wanted(engine))
		return false;
	if (!channel->is_up)
		return true;
	if (stands_still(engine, channel->kind->channel)) {
		ret_trouble->words = "the thread that carries them stands still";
		return true;
	}
	if (way != NULL)
		return way->is_in_trouble(engine, ret_trouble);
	return channel->breaker.state != BREAKER_CLOSED;
}

void
outbox_watch_path(struct engine *engine, struct outbox_channel *channel)
{
	int64_t grace_ms = engine->conf->delivery.down_after_s * INT64_C(1000);
	bool was_in_trouble = channel->is_in_trouble;
	struct path_trouble trouble;

	channel->is_in_trouble = is_in_trouble(engine, channel, &trouble);
	if (channel->is_in_trouble && !was_in_trouble)
		channel->trouble_ms = engine->now.boottime_ms;
	if (!channel->is_in_trouble && channel->path_alarm != 0)
		path_up(engine, channel);
	else if (channel->is_in_trouble && channel->path_alarm == 0 &&
		 (trouble.is_certain || engine->now.boottime_ms - channel->trouble_ms >= grace_ms))
		path_down(engine, channel, &trouble);
}

void
outbox_find_paths(struct engine *engine)
{
	for (size_t i = 0; i < engine->row_count; i++) {
		const struct alarm_row *row = &engine->rows[i];

		if (row->alarm.kind != ALARM_PATH || !alarm_is_open(&row->alarm))
			continue;
		for (size_t n = 0; n < engine->outbox.channel_count; n++)
			if (strcmp(engine->outbox.channels[n].kind->name, row->source) == 0)
				engine->outbox.channels[n].path_alarm = row->alarm.id;
	}
}

void
outbox_tick(struct engine *engine)
{
	expire(engine);
	outbox_lose_old(engine);
	outbox_mail_tick(engine);
	for (size_t i = 0; i < engine->outbox.channel_count; i++)
		outbox_watch_path(engine, &engine->outbox.channels[i]);
	tell_losses(engine, false);
}

void
outbox_end(struct engine *engine)
{
	tell_losses(engine, true);
}
