/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes in the next mails, and to whom: picked, made, and stored as such. */
#include <errno.h>
#include <stdlib.h>

#include "core/text.h"
#include "engine/engine_private.h"
#include "sys/log.h"

#define PUT_OFF_MS 60000
#define PAUSE_MS   1000

/* What could go next, and to whom. */
struct candidate {
	const struct conf_contact *conf;
	struct mail_plan plan;
	size_t count; /* of all its rows */
};

/* What is to be said to one contact, to be compared with what is to be said to another. */
struct said {
	enum mail_kind kind;
	bool is_repeat;
	size_t count;
	uint32_t *seqs; /* of those that go; the highest bit of the other half: was_raised */
	bool *were_raised;
};

static int
said_of(const struct outbox_mail *mail, const struct mail_plan *plan, struct said *ret_said)
{
	struct said said = { plan->kind, plan->is_repeat, plan->count, NULL, NULL };

	said.seqs = calloc(plan->count, sizeof(*said.seqs));
	said.were_raised = calloc(plan->count, sizeof(*said.were_raised));
	if (said.seqs == NULL || said.were_raised == NULL) {
		free(said.seqs);
		free(said.were_raised);
		return -ENOMEM;
	}
	for (size_t i = 0; i < plan->count; i++) {
		said.seqs[i] = mail->rows[i].delivery->seq;
		said.were_raised[i] = mail->rows[i].was_raised;
	}
	*ret_said = said;
	return 0;
}

static void
said_done(struct said *said)
{
	free(said->seqs);
	free(said->were_raised);
}

static bool
is_same(const struct said *said, const struct outbox_mail *mail, const struct mail_plan *plan)
{
	if (plan->kind != said->kind || plan->kind == MAIL_BACKLOG || plan->is_repeat ||
	    said->is_repeat || plan->count != said->count)
		return false;
	for (size_t i = 0; i < plan->count; i++)
		if (mail->rows[i].delivery->seq != said->seqs[i] ||
		    mail->rows[i].was_raised != said->were_raised[i])
			return false;
	return true;
}

/* Its rows are in that mail: the first of mail->rows go. */
static void
take_rows(struct engine *engine, const struct conf_contact *conf, const struct mail_plan *plan,
    size_t count, struct mail_job *job)
{
	struct outbox_mail *mail = &engine->outbox.mail;
	struct outbox_contact *contact = outbox_contact(engine, conf);
	struct mail_to *to = &job->recipients[job->recipient_count++];

	text_copy(to->address, sizeof(to->address), conf->address);
	to->delivery = mail->rows[0].delivery->id;
	to->alarm = mail->rows[0].delivery->alarm_id;
	to->event = mail->rows[0].delivery->seq;
	contact->recipient.out++;
	for (size_t i = 0; i < count; i++) {
		enum mail_fate fate = mail->rows[i].fate;
		struct outbox_row *row;

		if (fate == MAIL_STAYS)
			continue;
		row = outbox_row(engine, mail->rows[i].delivery->id);
		if (fate != MAIL_GOES) {
			outbox_mail_supersede(engine, row);
			continue;
		}
		outbox_apply(engine, row, DELIVERY_RELEASE);
		outbox_apply(engine, row, DELIVERY_PICK);
		row->job = job->id;
		row->contact = conf->index;
		row->delivery.lead = plan->lead;
		row->said = contact->books.undelivered;
		row->told = (uint8_t)outbox_mail_severity(engine, row->delivery.alarm_id);
	}
}

/* Others who are to be told just the same get the same mail. */
static void
take_others(struct engine *engine, const struct said *said, const struct conf_contact *first,
    bool is_probe, struct mail_job *job)
{
	const struct conf *conf = engine->conf;

	for (size_t i = 0; i < conf->contact_count; i++) {
		const struct conf_contact *other = &conf->contacts[i];
		struct mail_plan plan;
		size_t count;

		if (other == first || !other->is_enabled ||
		    job->recipient_count == MAIL_RECIPIENTS_MAX)
			continue;
		count = outbox_mail_plan_for(engine, other, is_probe, &plan);
		if (is_same(said, &engine->outbox.mail, &plan))
			take_rows(engine, other, &plan, count, job);
	}
}

/* Until when it is worth something: as the row that is so for longest. */
static uint32_t
useful_s(const struct engine *engine, const struct mail_plan *plan)
{
	int64_t most_ms = 0;

	for (size_t i = 0; i < plan->count; i++) {
		const struct mail_row *row = &engine->outbox.mail.rows[i];
		int64_t left_ms = row->delivery->useful_until_ms - engine->now.boottime_ms;

		if (left_ms <= 0 || (row->alarm != NULL && alarm_is_open(&row->alarm->alarm)))
			return 0;
		if (left_ms > most_ms)
			most_ms = left_ms;
	}
	return (uint32_t)((most_ms + 999) / 1000);
}

static struct outbox_mail_job *
free_place(struct outbox_mail *mail)
{
	for (size_t i = 0; i < MAIL_JOBS_MAX; i++)
		if (mail->jobs[i].id == 0)
			return &mail->jobs[i];
	return NULL;
}

static uint32_t
next_job(struct outbox_mail *mail)
{
	if (++mail->last_job == 0)
		mail->last_job = 1;
	return mail->last_job;
}

/* A relay that has said that it will never take one of these is passed over, as long as there is
 * another behind it. */
static struct outbox_relay *
relay_for(struct engine *engine, struct outbox_relay *relay, const struct mail_plan *plan)
{
	int64_t when_ms;

	for (size_t i = 0; i < plan->count; i++) {
		const struct outbox_row *row =
		    outbox_row(engine, engine->outbox.mail.rows[i].delivery->id);

		if (row->refused_by != 0 && outbox_relay_has_next(engine, row->refused_by))
			return outbox_relay_choose(engine, row->refused_by, &when_ms);
	}
	return relay;
}

/* The relay whose turn it is will not take it, and the next does not work: others go first. */
static void
put_off(struct engine *engine, const struct mail_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		outbox_row(engine, engine->outbox.mail.rows[i].delivery->id)->delivery.next_ms =
		    engine->now.boottime_ms + PUT_OFF_MS;
}

/* The plan is that of mail->rows.  False: no memory, or no relay; nothing leaves. */
static bool
pick(struct engine *engine, const struct candidate *candidate, struct outbox_relay *relay)
{
	const struct conf_contact *conf = candidate->conf;
	const struct mail_plan *plan = &candidate->plan;
	struct outbox_mail *mail = &engine->outbox.mail;
	struct outbox_contact *contact = outbox_contact(engine, conf);
	struct outbox_mail_job *place = free_place(mail);
	struct mail_job *job = calloc(1, sizeof(*job));
	bool is_probe = outbox_relay_is_probe(engine, relay);
	struct mail_draft draft = { .body = NULL };
	struct said said = { 0 };

	relay = relay_for(engine, relay, plan);
	if (relay == NULL)
		put_off(engine, plan);
	if (job == NULL || contact == NULL || relay == NULL ||
	    outbox_mail_draft(engine, plan, contact, &draft) < 0 ||
	    said_of(mail, plan, &said) < 0) {
		outbox_mail_draft_done(&draft);
		free(job);
		return false;
	}
	job->id = next_job(mail);
	job->relay = relay->index;
	job->made_ms = engine->now.boottime_ms;
	job->useful_s = useful_s(engine, plan);
	job->is_once = plan->kind == MAIL_TEST;
	text_copy(job->from, sizeof(job->from), engine->conf->mail.from);
	take_rows(engine, conf, plan, candidate->count, job);
	take_others(engine, &said, conf, is_probe, job);
	*place = (struct outbox_mail_job){
		.id = job->id,
		.relay = relay->index,
		.kind = said.kind,
		.is_repeat = said.is_repeat,
		.job = job,
	};
	outbox_relay_leaves(relay);
	if (outbox_mail_compose(engine, &draft, job) < 0)
		log_warning("mail: out of memory for a mail; trying again");
	outbox_mail_draft_done(&draft);
	said_done(&said);
	return true;
}

static void
look_at(struct engine *engine, bool is_probe, struct candidate *candidate)
{
	struct outbox_mail *mail = &engine->outbox.mail;

	candidate->count =
	    outbox_mail_plan_for(engine, candidate->conf, is_probe, &candidate->plan);
	for (size_t i = 0; i < candidate->count; i++) {
		struct mail_row *row = &mail->rows[i];

		if (row->fate != MAIL_OBSOLETE)
			continue;
		outbox_mail_supersede(engine, outbox_row(engine, row->delivery->id));
		row->fate = MAIL_STAYS;
	}
}

/* A test first, since somebody waits for its answer; then the most severe, then the oldest. */
static bool
goes_before(const struct mail_plan *a, const struct mail_plan *b)
{
	if (a->kind == MAIL_NONE || b->kind == MAIL_NONE)
		return a->kind != MAIL_NONE;
	if ((a->kind == MAIL_TEST) != (b->kind == MAIL_TEST))
		return a->kind == MAIL_TEST;
	return a->class != b->class ? a->class > b->class : a->oldest_ms < b->oldest_ms;
}

/* The contact that is told next, and what; false: nobody. */
static bool
find_first(struct engine *engine, bool is_probe, bool is_test, struct candidate *first)
{
	const struct conf *conf = engine->conf;
	struct candidate next = { .conf = NULL };

	*first = (struct candidate){ .conf = NULL };
	for (size_t i = 0; i < conf->contact_count; i++) {
		next.conf = &conf->contacts[i];
		look_at(engine, is_probe, &next);
		if (is_test && next.plan.kind != MAIL_TEST)
			continue;
		if (goes_before(&next.plan, &first->plan))
			*first = next;
	}
	if (first->conf != NULL && first->conf != next.conf)
		look_at(engine, is_probe, first); /* the rows are those of another one */
	return first->conf != NULL;
}

/* One mail is stored as in doubt just before its final dot.  Several to a relay that takes what it
 * gets are stored so at once, by the commit that picks them: a flush of the disk for each of a
 * thousand would cost more than the mails. */
static void
doubt_lot(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;
	struct outbox_mail *mail = &outbox->mail;

	for (size_t i = 0; i < MAIL_JOBS_MAX; i++)
		if (mail->jobs[i].job != NULL)
			mail->jobs[i].job->is_in_doubt = true;
	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];

		if (row->delivery.channel == CHANNEL_MAIL && row->job != 0 && !row->is_out &&
		    row->delivery.state == DELIVERY_SENDING)
			outbox_apply(engine, row, DELIVERY_HAND_OVER);
	}
}

void
outbox_mail_mark(struct engine *engine, struct outbox_channel *channel)
{
	struct outbox_mail *mail = &engine->outbox.mail;
	unsigned picked = 0;
	int64_t when_ms;

	(void)channel;
	outbox_mail_end_orphans(engine);
	while (
	    engine->conf->mail.is_enabled && !engine->is_stopping && outbox_mail_has_place(mail)) {
		struct outbox_relay *relay = outbox_relay_choose(engine, 0, &when_ms);
		bool is_test = relay == NULL && outbox_mail_test_waits(engine);
		struct candidate first;

		if (is_test)
			relay = outbox_relay_first(engine);
		if (relay == NULL || (picked == 0 && !is_test && outbox_relay_has_enough(relay)))
			break;
		if (!find_first(engine, outbox_relay_is_probe(engine, relay), is_test, &first))
			break;
		if (!pick(engine, &first, relay)) {
			mail->pause_ms = engine->now.boottime_ms + PAUSE_MS;
			break;
		}
		picked++;
	}
	if (picked > 1)
		doubt_lot(engine);
}
