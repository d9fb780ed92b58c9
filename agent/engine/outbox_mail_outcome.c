/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of mails that have left, and what is stored of contacts. */
#include <errno.h>
#include <stdlib.h>

#include "core/route.h"
#include "core/smtp_result.h"
#include "core/text.h"
#include "engine/engine_private.h"

#define RESULTS_MS 100 /* how a mail ended is stored with the leave for the next, if that comes */

/* ---- the leave to send the final dot ---- */

static struct outbox_mail_job *
find_job(struct outbox_mail *mail, uint32_t id)
{
	for (size_t i = 0; i < MAIL_JOBS_MAX; i++)
		if (mail->jobs[i].id == id && id != 0)
			return &mail->jobs[i];
	return NULL;
}

static bool
is_of_job(const struct outbox_row *row, uint32_t job)
{
	return row->delivery.channel == CHANNEL_MAIL && row->is_out && row->job == job;
}

static void
answer(struct mail_go_request *request, int code)
{
	struct chan_request reply_to = request->request;

	free(request);
	chan_answer(&reply_to, code, NULL);
}

enum severity
outbox_mail_severity(struct engine *engine, uint32_t alarm_id)
{
	const struct alarm_row *row = engine_row(engine, alarm_id);

	return row != NULL && alarm_is_open(&row->alarm) ? row->alarm.severity : SEVERITY_OK;
}

/* It was made a while ago, and is not true any more: it is better made anew.  What may have arrived
 * goes again as it was. */
static bool
is_outdated(struct engine *engine, const struct outbox_mail_job *job)
{
	const struct outbox *outbox = &engine->outbox;
	int64_t age_ms = engine->now.boottime_ms - job->left_ms;

	if (job->is_repeat || age_ms <= engine->conf->delivery.look_again_after_s * INT64_C(1000))
		return false;
	for (size_t i = 0; i < outbox->count; i++) {
		const struct outbox_row *row = &outbox->rows[i];

		if (is_of_job(row, job->id) &&
		    row->told != (uint8_t)outbox_mail_severity(engine, row->delivery.alarm_id))
			return true;
	}
	return false;
}

void
outbox_mail_go(struct engine *engine, struct mail_go_request *request)
{
	struct outbox *outbox = &engine->outbox;
	struct outbox_mail *mail = &outbox->mail;
	const struct outbox_mail_job *job = find_job(mail, request->job);

	if (job == NULL || mail->go_count == MAIL_JOBS_MAX) {
		answer(request, -ENOENT);
		return;
	}
	if (is_outdated(engine, job)) {
		answer(request, -ESTALE);
		return;
	}
	for (size_t i = 0; i < outbox->count; i++)
		if (is_of_job(&outbox->rows[i], request->job) &&
		    outbox->rows[i].delivery.state == DELIVERY_SENDING)
			outbox_apply(engine, &outbox->rows[i], DELIVERY_HAND_OVER);
	mail->goes[mail->go_count++] = request;
	engine->has_changed = true;
}

static bool
is_stored(const struct engine *engine, uint32_t job)
{
	const struct outbox *outbox = &engine->outbox;
	bool is_any = false;

	for (size_t i = 0; i < outbox->count; i++) {
		const struct outbox_row *row = &outbox->rows[i];

		if (!is_of_job(row, job))
			continue;
		if (row->is_changed || row->delivery.state != DELIVERY_IN_DOUBT)
			return false;
		is_any = true;
	}
	return is_any;
}

void
outbox_mail_answer(struct engine *engine)
{
	struct outbox_mail *mail = &engine->outbox.mail;

	for (size_t i = 0; i < mail->go_count; i++)
		answer(mail->goes[i], is_stored(engine, mail->goes[i]->job) ? 0 : -EIO);
	mail->go_count = 0;
}

/* ---- how it ended ---- */

/* It is about this mail or this mailbox: the relay works.  One that hangs up says nothing of it. */
static bool
has_passed(const struct delivery_outcome *outcome)
{
	return outcome->class == RESULT_DONE || outcome->class == RESULT_PERMANENT ||
	       (outcome->result == RESULT_RECIPIENT_UNAVAILABLE && outcome->code != 0);
}

/* A relay that refuses the text for good need not be right: another is asked once. */
static bool
is_asked_again(const struct engine *engine, const struct outbox_row *row,
    const struct delivery_outcome *outcome, uint32_t relay)
{
	return outcome->class == RESULT_PERMANENT && row->refused_by == 0 &&
	       (outcome->result == RESULT_DATA_REJECTED ||
		   outcome->result == RESULT_DATA_NOT_FINISHED) &&
	       outbox_relay_has_next(engine, relay);
}

static void
end_row(struct engine *engine, struct outbox_row *row, const struct outbox_mail_job *job,
    const struct delivery_outcome *outcome)
{
	enum result_class class = outcome->class;
	bool is_test = row->record.kind == EVENT_TEST;
	bool is_again = !is_test && is_asked_again(engine, row, outcome, job->relay);

	row->job = 0;
	outbox_keep_result(engine, row, outcome);
	row->tested = class;
	row->is_of_mailbox = class == RESULT_TEMPORARY && has_passed(outcome);
	if (is_test && class != RESULT_DONE)
		class = RESULT_PERMANENT; /* one attempt, whatever was the matter */
	if (is_again) {
		row->refused_by = job->relay;
		class = RESULT_TEMPORARY;
	}
	outbox_end_attempt(engine, row, class);
	if (is_again)
		row->delivery.next_ms = engine->now.boottime_ms;
}

static void
count(struct engine *engine, struct outbox_contact *contact, const struct outbox_row *row,
    const struct outbox_mail_job *job, const struct delivery_outcome *outcome)
{
	const struct mail_rule rule = outbox_mail_rule(engine->conf, false);
	const struct mail_plan plan = { .kind = job->kind, .is_repeat = job->is_repeat };

	if (contact == NULL)
		return;
	contact->books.has_result = true;
	contact->books.last_result = (uint8_t)outcome->result;
	contact->is_changed = true;
	if (outcome->class == RESULT_DONE) {
		contact->books.sent++;
		if (job->kind == MAIL_BACKLOG)
			contact->books.undelivered -= row->said < contact->books.undelivered
			                                  ? row->said
			                                  : contact->books.undelivered;
	}
	if (outcome->class == RESULT_DONE || outcome->class == RESULT_IN_DOUBT)
		mail_plan_count(&rule, &contact->recipient, &plan, engine->now.boottime_ms);
}

static bool
has_rows(const struct outbox *outbox, uint32_t job)
{
	for (size_t i = 0; i < outbox->count; i++)
		if (is_of_job(&outbox->rows[i], job))
			return true;
	return false;
}

static bool
is_behind_login(const char *phase)
{
	enum smtp_phase found;

	return phase != NULL && smtp_phase_from_name(phase, &found) == 0 && found >= SMTP_MAIL;
}

static void
end_job(struct engine *engine, struct outbox_channel *channel, struct outbox_mail_job *job,
    const struct delivery_outcome *last)
{
	const struct relay_outcome outcome = {
		.relay = job->relay,
		.result = last->result,
		.class = last->class,
		.code = last->code,
		.took_ms = last->took_ms,
		.is_of_mail = is_behind_login(last->phase),
		.left_ms = job->left_ms,
	};
	struct relay_outcome named = outcome;
	struct outbox_relay *relay = outbox_relay(engine, job->relay);
	bool passed = job->has_passed;

	text_copy(named.text, sizeof(named.text), last->text);
	channel->out--;
	outbox_mail_forget(engine, job);
	if (relay != NULL)
		outbox_relay_ends(engine, relay, passed, &named);
}

void
outbox_mail_outcome(struct engine *engine, struct outbox_channel *channel,
    struct outbox_row *answered, const struct delivery_outcome *outcome)
{
	struct outbox *outbox = &engine->outbox;
	struct outbox_mail_job *job = find_job(&outbox->mail, answered->job);
	uint32_t contact = answered->contact; /* its name may be another one by now */

	if (job == NULL)
		return;
	outbox_contact_has_answer(engine, answered);
	count(engine, outbox_contact_of(engine, answered), answered, job, outcome);
	job->has_passed |= has_passed(outcome);
	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];

		if (is_of_job(row, job->id) && row->contact == contact)
			end_row(engine, row, job, outcome);
	}
	if (!has_rows(outbox, job->id))
		end_job(engine, channel, job, outcome);
	if (!outbox->has_results)
		outbox->results_due_ms = engine->now.boottime_ms + RESULTS_MS;
	outbox->has_results = true;
	outbox->has_news = true;
	outbox->is_shown = false;
}

/* ---- behind a commit ---- */

void
outbox_mail_committed(struct engine *engine)
{
	outbox_mail_watch_test(engine);
	outbox_mail_count_raises(engine);
	if (engine->outbox.first_new < engine->outbox.count)
		engine->outbox.mail.generation = 0; /* may all of them get it? */
}

void
outbox_mail_done(struct engine *engine)
{
	struct outbox_mail *mail = &engine->outbox.mail;

	outbox_mail_answer(engine);
	for (size_t i = 0; i < MAIL_JOBS_MAX; i++)
		mail_job_free(mail->jobs[i].job);
	free(mail->contacts);
	free(mail->relays);
	free(mail->rows);
}
