/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of mail: put together, handed over, and what becomes of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_idle.h"
#include "core/route.h"
#include "engine/engine_private.h"
#include "sys/log.h"

#define BUSY_MS 50

bool
outbox_mail_is_wanted(const struct engine *engine)
{
	return engine->conf->mail.is_enabled && engine->effects.mail != NULL;
}

/* ---- what could go ---- */

struct mail_rule
outbox_mail_rule(const struct conf *conf, bool is_probe)
{
	const struct conf_limiter *limiter = &conf->limiter;

	return (struct mail_rule){
		.channel = CHANNEL_MAIL,
		.is_probe = is_probe,
		.window_ms = conf->mail.group_window_ms,
		.limiter = {
			.burst = limiter->burst,
			.interval_ms = limiter->interval_s * INT64_C(1000),
			.per_hour = limiter->per_hour,
			.per_day = limiter->per_day,
			.release_ms = limiter->release_after_s * INT64_C(1000),
		},
		.flood = {
			.raises = limiter->flood_raises,
			.end = limiter->flood_end,
			.window_ms = limiter->flood_window_s * INT64_C(1000),
			.digest_ms = limiter->digest_interval_s * INT64_C(1000),
		},
	};
}

static bool
is_row_of(const struct outbox_row *row, const char *destination)
{
	return row->delivery.channel == CHANNEL_MAIL &&
	       strcmp(row->delivery.destination, destination) == 0;
}

static int
make_room(struct outbox_mail *mail, size_t count)
{
	struct mail_row *rows;

	if (count <= mail->row_room)
		return 0;
	rows = reallocarray(mail->rows, count, sizeof(*rows));
	if (rows == NULL)
		return -ENOMEM;
	mail->rows = rows;
	mail->row_room = count;
	return 0;
}

/* Of an ended row that was loaded nobody knows its event; that its alarm was told is enough. */
static const struct record *
record_of(const struct outbox_row *row)
{
	static const struct record unknown = { .kind = EVENT_AGENT_STOP };

	return row->record.seq != 0 || row->record.kind != 0 ? &row->record : &unknown;
}

static size_t
gather(struct engine *engine, const char *destination)
{
	struct outbox *outbox = &engine->outbox;
	size_t count = 0;

	if (make_room(&outbox->mail, outbox->count) < 0)
		return 0;
	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];

		if (!is_row_of(row, destination))
			continue;
		outbox->mail.rows[count++] = (struct mail_row){
			.delivery = &row->delivery,
			.record = record_of(row),
			.alarm = engine_row(engine, row->delivery.alarm_id),
			.lead = row->delivery.lead,
			.is_patient = row->is_of_mailbox || row->refused_by != 0,
		};
	}
	return count;
}

size_t
outbox_mail_plan_for(struct engine *engine, const struct conf_contact *conf, bool is_probe,
    struct mail_plan *ret_plan)
{
	const struct mail_rule rule = outbox_mail_rule(engine->conf, is_probe);
	struct outbox_contact *contact = outbox_contact(engine, conf);
	size_t count = contact != NULL ? gather(engine, conf->name) : 0;

	*ret_plan = (struct mail_plan){ .due_ms = INT64_MAX };
	if (count > 0)
		mail_plan(&rule, &contact->recipient, engine->outbox.mail.rows, count,
		    engine->now.boottime_ms, ret_plan);
	return count;
}

void
outbox_mail_supersede(struct engine *engine, struct outbox_row *row)
{
	row->state_before = row->delivery.state;
	outbox_apply(engine, row, DELIVERY_SUPERSEDE);
}

/* One that SNMP has made, and that is not active (any more). */
static const struct conf_contact *
idle_contact_named(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->idle_count; i++) {
		const struct conf_idle *idle = &conf->idle[i];

		if (idle->object == CONF_CONTACT && strcmp(idle->settings.contact.name, name) == 0)
			return &idle->settings.contact;
	}
	return NULL;
}

/* Who is not there any more, or must not get mail; a row by SET that must not is not active. */
static bool
is_orphan(const struct engine *engine, const struct outbox_row *row, bool *ret_is_refused)
{
	const char *name = row->delivery.destination;
	const struct conf_contact *active = outbox_contact_named(engine, name);
	const struct conf_contact *conf =
	    active != NULL ? active : idle_contact_named(engine->conf, name);

	*ret_is_refused =
	    conf != NULL && !mailbox_is_in_list(conf->address, engine->conf->mail.allow_recipients);
	return active == NULL || !active->is_enabled || *ret_is_refused;
}

/* Only a new row or another configuration makes some; one that is out may be one when it is back.
 */
static bool
has_orphans(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;
	bool is_refused, is_clean = true;

	if (outbox->mail.generation == engine->conf->generation)
		return false;
	outbox_contacts_follow(engine);
	for (size_t i = 0; i < outbox->count; i++) {
		const struct outbox_row *row = &outbox->rows[i];

		if (row->delivery.channel != CHANNEL_MAIL || delivery_is_final(&row->delivery) ||
		    !is_orphan(engine, row, &is_refused))
			continue;
		if (delivery_is_waiting(&row->delivery))
			return true;
		is_clean = false;
	}
	if (is_clean)
		outbox->mail.generation = engine->conf->generation;
	return false;
}

void
outbox_mail_end_orphans(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;
	bool is_refused;

	if (outbox->mail.generation == engine->conf->generation)
		return;
	outbox_contacts_follow(engine);
	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];

		if (row->delivery.channel != CHANNEL_MAIL || !delivery_is_waiting(&row->delivery) ||
		    !is_orphan(engine, row, &is_refused))
			continue;
		if (!is_refused) {
			outbox_mail_supersede(engine, row);
			continue;
		}
		outbox_give_up(engine, row, DELIVERY_EVICT, RESULT_NOT_ALLOWED);
		row->is_evicted = true; /* told, or taken back, with the commit */
	}
}

bool
outbox_mail_has_place(const struct outbox_mail *mail)
{
	for (size_t i = 0; i < MAIL_JOBS_MAX; i++)
		if (mail->jobs[i].id == 0)
			return true;
	return false;
}

/* ---- too much ---- */

/* Those of mail->rows that could go if there were no limit say why they do not. */
static void
show_limit(struct engine *engine, size_t count)
{
	const struct outbox_mail *mail = &engine->outbox.mail;

	for (size_t i = 0; i < count; i++) {
		const struct mail_row *held = &mail->rows[i];
		struct outbox_row *row = outbox_row(engine, held->delivery->id);

		if (held->fate == MAIL_STAYS && held->is_candidate &&
		    held->hold_ms <= engine->now.boottime_ms &&
		    route_sort_of(held->record->kind) != ROUTE_OWN)
			outbox_say_why(engine, row, RESULT_RATE_LIMITED);
	}
}

static void
tell_limit(struct engine *engine, size_t count)
{
	const struct record *worst = mail_plan_worst(engine->outbox.mail.rows, count);
	const struct origin origin = {
		.quantity = QUANTITY_OTHER,
		.source = worst != NULL ? worst->source : "",
		.channel = CHANNEL_MAIL,
	};
	const struct event event = {
		.kind = EVENT_RATE_BLOCKED,
		.from = ZONE_NORMAL,
		.to = ZONE_NORMAL,
		.severity = SEVERITY_WARNING,
		.previous_severity = SEVERITY_OK,
		.time_ms = engine->now.boottime_ms,
		.suppression = SUPPRESSION_NONE,
		.alarm = { .reason = FAULT_NONE },
		.raised = (uint32_t)count,
		.cleared = RESULT_RATE_LIMITED,
	};

	engine_tell(engine, &origin, &event);
}

/* ---- a turn ---- */

static bool
has_obsolete(const struct outbox_mail *mail, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (mail->rows[i].fate == MAIL_OBSOLETE)
			return true;
	return false;
}

/* Whether something is to be done, and if not, when; of what is too much tells only a turn. */
static bool
look(struct engine *engine, bool is_turn)
{
	const struct conf *conf = engine->conf;
	struct outbox_mail *mail = &engine->outbox.mail;
	const struct outbox_relay *relay;
	bool is_probe, has_some = has_orphans(engine);

	mail->due_ms = mail->pause_ms;
	if (!outbox_mail_is_wanted(engine) || !outbox_mail_has_place(mail))
		mail->due_ms = INT64_MAX;
	if (mail->due_ms > engine->now.boottime_ms)
		return has_some;
	relay = outbox_relay_choose(engine, 0, &mail->due_ms);
	if (relay == NULL)
		return has_some || outbox_mail_test_waits(engine);
	mail->due_ms = INT64_MAX;
	if (outbox_relay_has_enough(relay))
		return has_some;
	is_probe = outbox_relay_is_probe(engine, relay);
	for (size_t i = 0; i < conf->contact_count; i++) {
		struct outbox_contact *contact = outbox_contact(engine, &conf->contacts[i]);
		struct mail_plan plan;
		size_t count = outbox_mail_plan_for(engine, &conf->contacts[i], is_probe, &plan);

		has_some |= plan.kind != MAIL_NONE || has_obsolete(mail, count);
		if (plan.due_ms < mail->due_ms)
			mail->due_ms = plan.due_ms;
		if (!is_turn || !plan.is_limited)
			continue;
		show_limit(engine, count);
		if (!limiter_exceed(&contact->recipient.limits.limiter, engine->now.boottime_ms))
			continue;
		contact->is_changed = true;
		tell_limit(engine, count);
	}
	return has_some;
}

static bool
wants(struct engine *engine, struct outbox_channel *channel)
{
	(void)channel;
	return look(engine, true);
}

static int64_t
due_ms(const struct engine *engine, const struct outbox_channel *channel)
{
	bool is_stored = engine->agent.storage == STORAGE_OK;
	int64_t due = engine->outbox.mail.due_ms;

	(void)channel;
	return !is_stored && due < engine->retry_ms ? engine->retry_ms : due;
}

/* ---- handing over ---- */

void
outbox_mail_forget(struct engine *engine, struct outbox_mail_job *job)
{
	struct outbox_relay *relay = outbox_relay(engine, job->relay);

	mail_job_free(job->job);
	if (relay != NULL && relay->out > 0)
		relay->out--;
	*job = (struct outbox_mail_job){ 0 };
}

/* What was picked and is still here waits again. */
static void
take_back(struct engine *engine, struct outbox_channel *channel)
{
	struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < MAIL_JOBS_MAX; i++) {
		struct outbox_mail_job *job = &outbox->mail.jobs[i];

		if (job->job == NULL)
			continue;
		for (size_t n = 0; n < job->job->recipient_count; n++) {
			struct outbox_row *row =
			    outbox_row(engine, job->job->recipients[n].delivery);

			if (row != NULL)
				outbox_contact_has_answer(engine, row);
		}
		outbox_mail_forget(engine, job);
	}
	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];

		if (!outbox_is_of(row, channel) || !outbox_is_marked(row))
			continue;
		outbox_apply(engine, row, DELIVERY_TAKE_BACK);
		row->job = 0;
	}
}

static void
leaves(struct engine *engine, struct outbox_channel *channel, struct outbox_mail_job *job)
{
	struct outbox *outbox = &engine->outbox;

	job->job = NULL;
	job->left_ms = engine->now.boottime_ms;
	channel->out++;
	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];

		if (!outbox_is_of(row, channel) || row->job != job->id)
			continue;
		row->is_out = true;
		row->left_ms = engine->now.boottime_ms;
	}
}

static void
hand_over(struct engine *engine, struct outbox_channel *channel)
{
	struct outbox_mail *mail = &engine->outbox.mail;

	for (size_t i = 0; i < MAIL_JOBS_MAX; i++) {
		struct outbox_mail_job *job = &mail->jobs[i];

		if (job->job == NULL)
			continue;
		if (job->job->bytes == NULL) {
			take_back(engine, channel);
			return;
		}
		if (!engine->effects.mail(engine->effects.context, job->job)) {
			mail->pause_ms = engine->now.boottime_ms + BUSY_MS;
			return;
		}
		leaves(engine, channel, job);
	}
}

/* The commit may have brought rows, so the next moment is found only here. */
static void
send(struct engine *engine, struct outbox_channel *channel)
{
	struct outbox_mail *mail = &engine->outbox.mail;

	hand_over(engine, channel);
	if (look(engine, false))
		mail->due_ms = engine->now.boottime_ms;
	if (mail->due_ms < mail->pause_ms)
		mail->due_ms = mail->pause_ms;
}

const struct channel_way outbox_mail_way = {
	.wants = wants,
	.mark = outbox_mail_mark,
	.take_back = take_back,
	.send = send,
	.due_ms = due_ms,
	.outcome = outbox_mail_outcome,
	.wake = outbox_relay_wake,
	.route_own = outbox_mail_route_own,
	.is_wanted = outbox_mail_is_wanted,
	.is_in_trouble = outbox_relays_fail,
};
