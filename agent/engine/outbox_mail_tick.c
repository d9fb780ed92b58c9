/* SPDX-License-Identifier: BSD-2-Clause */
/* Mails that no sensor is the cause of: reminders, signs of life, tests, and checks of the path. */
#include <errno.h>
#include <stdlib.h>

#include "core/route.h"
#include "core/text.h"
#include "engine/engine_private.h"
#include "engine/outbox.h"
#include "sys/clock.h"
#include "sys/log.h"

#define REMINDER_S    14400 /* of what is of no sensor */
#define REMINDERS_MAX (ENGINE_WAITING_MAX / 2)
#define SAME_BOOT_MS  60000

/* ---- reminders ---- */

static uint32_t
reminder_s(const struct engine *engine, const struct alarm_row *row)
{
	const struct conf_sensor *sensor = conf_sensor(engine->conf, row->sensor);

	return sensor != NULL ? sensor->reminder_s : REMINDER_S;
}

static bool
is_suppressed(const struct engine *engine, const struct alarm_row *row)
{
	const struct conf_sensor *sensor = conf_sensor(engine->conf, row->sensor);

	return sensor != NULL &&
	       engine->sensors[sensor - engine->conf->sensors].suppression != SUPPRESSION_NONE;
}

/* What is wrong with a channel goes by the others only. */
static uint8_t
channel_of(const struct engine *engine, const struct alarm_row *row)
{
	const struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->channel_count; i++)
		if (outbox->channels[i].path_alarm == row->alarm.id)
			return (uint8_t)outbox->channels[i].kind->channel;
	return 0;
}

static void
remind(struct engine *engine, const struct alarm_row *row)
{
	const struct alarm alarm = row->alarm;
	const struct origin origin = {
		.sensor = row->sensor,
		.bus = row->bus,
		.quantity = row->quantity,
		.source = row->source,
		.channel = channel_of(engine, row),
	};
	const struct event event = {
		.kind = EVENT_REMINDER,
		.alarm = alarm,
		.from = alarm.zone,
		.to = alarm.zone,
		.severity = alarm.severity,
		.previous_severity = alarm.severity,
		.time_ms = engine->now.boottime_ms,
		.has_value = row->has_value,
		.has_limit = row->has_value,
		.value_milli = alarm.value_milli,
		.limit_milli = alarm.limit_milli,
		.suppression = SUPPRESSION_NONE,
	};

	engine_tell(engine, &origin, &event);
}

static void
remind_of_alarms(struct engine *engine)
{
	int64_t now_ms = engine->now.boottime_ms;

	for (size_t i = 0; i < engine->row_count; i++) {
		const struct alarm_row *row = &engine->rows[i];
		int64_t after_ms = route_reminder_ms(reminder_s(engine, row), row->alarm.state);

		if (after_ms == 0 || now_ms - row->said_ms < after_ms || is_suppressed(engine, row))
			continue;
		if (engine->waiting_count >= REMINDERS_MAX)
			return; /* the others in a second */
		remind(engine, row);
	}
}

/* ---- signs of life ---- */

static bool
wants_beat(const struct conf *conf)
{
	for (size_t i = 0; i < conf->contact_count; i++)
		if (conf->contacts[i].is_enabled && conf->contacts[i].wants_heartbeat)
			return conf->mail.heartbeat_interval_s != 0;
	return false;
}

/* A mail of the agent itself; of `channel`, so that others are not told. */
static void
say(struct engine *engine, enum event_kind kind, uint8_t channel, uint32_t number)
{
	const struct origin origin = {
		.quantity = QUANTITY_OTHER,
		.source = "",
		.channel = channel,
	};
	const struct event event = {
		.kind = kind,
		.from = ZONE_NORMAL,
		.to = ZONE_NORMAL,
		.severity = SEVERITY_OK,
		.previous_severity = SEVERITY_OK,
		.time_ms = engine->now.boottime_ms,
		.suppression = SUPPRESSION_NONE,
		.alarm = { .reason = FAULT_NONE },
		.raised = number,
	};

	engine_tell(engine, &origin, &event);
}

static void
beat(struct engine *engine)
{
	struct outbox_mail *mail = &engine->outbox.mail;
	int64_t interval_ms = engine->conf->mail.heartbeat_interval_s * INT64_C(1000);

	if (!outbox_mail_is_wanted(engine) || !wants_beat(engine->conf) ||
	    engine->now.boottime_ms - mail->beat_ms < interval_ms)
		return;
	mail->beat_ms = engine->now.boottime_ms;
	say(engine, EVENT_HEARTBEAT, CHANNEL_SNMP, (uint32_t)engine_open_rows(engine));
}

/* When an event of the log was.  If both clocks agree it was in this boot. */
static int64_t
then_ms(const struct engine *engine, const struct record *record)
{
	const struct moment *now = &engine->now;
	const struct moment then = { .boot_id = "", .wall_ms = record->wall_ms };
	int64_t age_ms = now->boottime_ms - record->boottime_ms;

	if (age_ms < 0 || llabs(now->wall_ms - record->wall_ms - age_ms) > SAME_BOOT_MS)
		age_ms = elapsed_ms(&then, now, clock_is_synchronised());
	return now->boottime_ms - age_ms;
}

void
outbox_mail_find_times(struct engine *engine)
{
	const struct event_log *log = &engine->log;
	struct outbox_mail *mail = &engine->outbox.mail;

	mail->beat_ms = engine->now.boottime_ms;
	for (size_t i = 0; i < engine->row_count; i++)
		engine->rows[i].said_ms = engine->now.boottime_ms;
	for (uint32_t seq = log->first_seq; seq != 0 && seq <= log->last_seq; seq++) {
		const struct record *record = event_log_get(log, seq);
		struct alarm_row *row = engine_row(engine, record->alarm_id);

		if (record->kind == EVENT_HEARTBEAT && record->channel == CHANNEL_SNMP)
			mail->beat_ms = then_ms(engine, record);
		if (row != NULL)
			row->said_ms = then_ms(engine, record);
	}
}

/* ---- tests ---- */

int
outbox_test_mail(struct engine *engine, uint32_t contact)
{
	struct outbox_mail *mail = &engine->outbox.mail;

	if (mail->is_testing) {
		mail->is_test_busy = true;
		engine->outbox.is_shown = false;
		engine->has_new_state = true;
		return -EBUSY;
	}
	if (contact != 0 && conf_contact(engine->conf, contact) == NULL)
		return -ENOENT;
	mail->is_testing = true;
	mail->has_test = false;
	mail->test_first = engine->outbox.next_id;
	say(engine, EVENT_TEST, 0, contact);
	return 0;
}

static bool
is_of_test(const struct outbox_mail *mail, const struct outbox_row *row)
{
	return mail->is_testing && row->delivery.channel == CHANNEL_MAIL &&
	       row->record.kind == EVENT_TEST && row->delivery.id >= mail->test_first;
}

bool
outbox_mail_test_waits(const struct engine *engine)
{
	const struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->count; i++)
		if (is_of_test(&outbox->mail, &outbox->rows[i]) &&
		    delivery_is_waiting(&outbox->rows[i].delivery))
			return true;
	return false;
}

static void
keep_test(struct outbox_mail *mail, enum result result, const char *text)
{
	mail->has_test = true;
	mail->test_result = result;
	text_copy(mail->test_text, sizeof(mail->test_text), text);
}

/* What does not get better by itself is worse; what no recipient escapes is worst. */
static unsigned
badness(const struct outbox_row *row)
{
	static const unsigned of[] = {
		[RESULT_DONE] = 1, /* not tried at all */
		[RESULT_IN_DOUBT] = 1,
		[RESULT_TEMPORARY] = 2,
		[RESULT_PERMANENT] = 3,
		[RESULT_CONFIGURATION] = 4,
	};

	return row->delivery.state == DELIVERY_DELIVERED ? 0 : of[row->tested];
}

/* The worst shows; of those as bad the first. */
static void
keep_end(struct outbox_mail *mail, const struct outbox_row *row)
{
	const struct delivery *delivery = &row->delivery;

	if (mail->has_test && badness(row) <= mail->test_badness)
		return;
	mail->test_badness = badness(row);
	if (delivery->state == DELIVERY_SUPERSEDED)
		keep_test(mail, RESULT_NOT_ALLOWED, "it was cancelled");
	else
		keep_test(mail, (enum result)delivery->result, delivery->reply);
}

void
outbox_mail_watch_test(struct engine *engine)
{
	const struct outbox *outbox = &engine->outbox;
	struct outbox_mail *mail = &engine->outbox.mail;

	if (!mail->is_testing)
		return;
	for (size_t i = 0; i < outbox->count; i++)
		if (is_of_test(mail, &outbox->rows[i]) &&
		    !delivery_is_final(&outbox->rows[i].delivery))
			return;
	for (size_t i = 0; i < outbox->count; i++)
		if (is_of_test(mail, &outbox->rows[i]))
			keep_end(mail, &outbox->rows[i]);
	if (!mail->has_test)
		keep_test(mail, RESULT_NOT_ALLOWED, "there was nobody to send it to");
	mail->is_testing = false;
	mail->is_test_busy = false;
}

/* ---- checks ---- */

static bool
has_waiting(const struct outbox *outbox)
{
	for (size_t i = 0; i < outbox->count; i++)
		if (outbox->rows[i].delivery.channel == CHANNEL_MAIL &&
		    !delivery_is_final(&outbox->rows[i].delivery))
			return true;
	return false;
}

static void
check(struct engine *engine, struct outbox_relay *relay)
{
	struct mail_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return;
	job->relay = relay->index;
	if (!engine->effects.mail(engine->effects.context, job)) {
		mail_job_free(job);
		return;
	}
	relay->is_checking = true;
	relay->check_ms =
	    engine->now.boottime_ms + engine->conf->mail.check_interval_failed_s * INT64_C(1000);
}

/* A relay that fails is probed by what waits; without that, or while all is well, it is checked. */
static void
check_relays(struct engine *engine)
{
	const struct conf *conf = engine->conf;
	const struct outbox_channel *channel = outbox_channel(engine, CHANNEL_MAIL);

	if (!outbox_mail_is_wanted(engine) || !channel->is_up || conf->mail.check_interval_s == 0 ||
	    engine->is_stopping)
		return;
	for (size_t i = 0; i < conf->relay_count; i++) {
		struct outbox_relay *relay = outbox_relay(engine, conf->relays[i].index);

		if (relay == NULL || relay->out > 0 ||
		    engine->now.boottime_ms < outbox_relay_check_ms(engine, relay) ||
		    (relay->is_failing && has_waiting(&engine->outbox)))
			continue;
		check(engine, relay);
	}
}

/* ---- each second ---- */

void
outbox_mail_tick(struct engine *engine)
{
	if (engine->is_stopping)
		return;
	remind_of_alarms(engine);
	beat(engine);
	check_relays(engine);
	outbox_mail_watch_limits(engine);
}
