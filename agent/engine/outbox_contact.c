/* SPDX-License-Identifier: BSD-2-Clause */
/* Whom mails go to: what they got, and how much of it lately. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/route.h"
#include "core/text.h"
#include "engine/engine_private.h"
#include "sys/clock.h"
#include "sys/log.h"

/* ---- contacts ---- */

/* Mails that may have arrived, though nobody came to count them any more. */
static void
count_doubts(struct engine *engine, const char *name, struct outbox_contact *contact)
{
	const struct mail_rule rule = outbox_mail_rule(engine->conf, false);
	struct mail_limits *limits = &contact->recipient.limits;
	const struct outbox *outbox = &engine->outbox;
	uint32_t counted = 0; /* the rows of a mail have one lead */

	for (size_t i = 0; i < outbox->count; i++) {
		const struct outbox_row *row = &outbox->rows[i];

		if (!row->is_of_crash || row->delivery.in_doubt != 1 ||
		    row->delivery.lead == counted || !mail_plan_is_counted(&rule, &row->record) ||
		    strcmp(row->delivery.destination, name) != 0)
			continue;
		counted = row->delivery.lead;
		mail_plan_count_one(&rule, limits, limits->flood.is_on, engine->now.boottime_ms);
		contact->is_changed = true;
	}
}

static int
load(struct engine *engine, const char *name, struct outbox_contact *contact)
{
	struct mail_limits *limits = &contact->recipient.limits;
	bool is_sure = clock_is_synchronised();
	const struct moment *now = &engine->now;
	struct moment then;
	int64_t age_ms;
	int r =
	    store_get_contact(engine->store, contact->index, &contact->books, limits, &then, NULL);

	if (r < 0)
		return r;
	if (then.boot_id[0] != '\0') {
		age_ms = elapsed_ms(&then, now, is_sure);
		mail_limits_shift(
		    limits, then.boottime_ms, now->boottime_ms - age_ms - then.boottime_ms);
		if (!is_sure && strcmp(then.boot_id, now->boot_id) != 0) {
			contact->stored_wall_ms = then.wall_ms;
			engine->care.waits_for_clock = true;
		}
	}
	count_doubts(engine, name, contact);
	return 0;
}

struct outbox_contact *
outbox_contact(struct engine *engine, const struct conf_contact *conf)
{
	struct outbox_mail *mail = &engine->outbox.mail;
	struct outbox_contact *contacts, *contact;

	for (size_t i = 0; i < mail->contact_count; i++) {
		contact = &mail->contacts[i];
		if (contact->index != conf->index)
			continue;
		contact->recipient.escalate_after_ms = conf->escalate_after_s * INT64_C(1000);
		return contact;
	}
	contacts = reallocarray(mail->contacts, mail->contact_count + 1, sizeof(*contacts));
	if (contacts == NULL)
		return NULL;
	mail->contacts = contacts;
	contact = &contacts[mail->contact_count];
	*contact = (struct outbox_contact){
		.index = conf->index,
		.recipient.escalate_after_ms = conf->escalate_after_s * INT64_C(1000),
	};
	text_copy(contact->name, sizeof(contact->name), conf->name);
	if (load(engine, conf->name, contact) < 0)
		return NULL;
	mail->contact_count++;
	return contact;
}

const struct conf_contact *
outbox_contact_named(const struct engine *engine, const char *name)
{
	const struct conf *conf = engine->conf;

	for (size_t i = 0; i < conf->contact_count; i++)
		if (strcmp(conf->contacts[i].name, name) == 0)
			return &conf->contacts[i];
	return NULL;
}

struct outbox_contact *
outbox_contact_of(struct engine *engine, const struct outbox_row *row)
{
	const struct conf_contact *conf = outbox_contact_named(engine, row->delivery.destination);

	return conf != NULL ? outbox_contact(engine, conf) : NULL;
}

static const struct conf_contact *
known_as(const struct engine *engine, const char *old_name)
{
	const struct outbox_mail *mail = &engine->outbox.mail;

	for (size_t i = 0; i < mail->contact_count; i++) {
		const struct conf_contact *conf =
		    conf_contact(engine->conf, mail->contacts[i].index);

		if (conf != NULL && strcmp(mail->contacts[i].name, old_name) == 0)
			return conf;
	}
	return NULL;
}

/* By one who had another. */
static bool
is_taken_over(const struct engine *engine, const char *name)
{
	const struct outbox_mail *mail = &engine->outbox.mail;

	for (size_t i = 0; i < mail->contact_count; i++) {
		const struct conf_contact *conf =
		    conf_contact(engine->conf, mail->contacts[i].index);

		if (conf != NULL && strcmp(conf->name, name) == 0)
			return strcmp(mail->contacts[i].name, name) != 0;
	}
	return false;
}

/* False: it keeps its name.  What is of one who is gone is nobody's, not that of his heir; '=' is
 * in no name. */
static bool
rename_row(const struct engine *engine, struct delivery *delivery)
{
	const struct conf_contact *conf = known_as(engine, delivery->destination);

	if (conf != NULL && strcmp(conf->name, delivery->destination) != 0)
		text_copy(delivery->destination, sizeof(delivery->destination), conf->name);
	else if (conf == NULL && is_taken_over(engine, delivery->destination))
		snprintf(delivery->destination, sizeof(delivery->destination), "=%u",
		    (unsigned)delivery->id);
	else
		return false;
	return true;
}

/* All rows by the old names first: two contacts may have exchanged theirs. */
void
outbox_contacts_follow(struct engine *engine)
{
	struct outbox_mail *mail = &engine->outbox.mail;
	struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];

		if (row->delivery.channel != CHANNEL_MAIL || !rename_row(engine, &row->delivery))
			continue;
		row->is_changed = row->is_renamed = true;
		engine->has_changed = true;
	}
	for (size_t i = 0; i < mail->contact_count; i++) {
		const struct conf_contact *conf =
		    conf_contact(engine->conf, mail->contacts[i].index);

		if (conf != NULL)
			text_copy(
			    mail->contacts[i].name, sizeof(mail->contacts[i].name), conf->name);
	}
}

/* One mail less is out, though it may have another name by now, or be gone for a while. */
void
outbox_contact_has_answer(struct engine *engine, const struct outbox_row *row)
{
	struct outbox_mail *mail = &engine->outbox.mail;

	for (size_t i = 0; i < mail->contact_count; i++)
		if (mail->contacts[i].index == row->contact && mail->contacts[i].recipient.out > 0)
			mail->contacts[i].recipient.out--;
}

void
outbox_mail_age(struct engine *engine, const struct moment *loaded)
{
	struct outbox_mail *mail = &engine->outbox.mail;

	for (size_t i = 0; i < mail->contact_count; i++) {
		struct outbox_contact *contact = &mail->contacts[i];
		const struct moment then = { .wall_ms = contact->stored_wall_ms };

		if (contact->stored_wall_ms == 0)
			continue;
		contact->stored_wall_ms = 0;
		mail_limits_shift(&contact->recipient.limits, loaded->boottime_ms,
		    -elapsed_ms(&then, loaded, true));
		contact->is_changed = true;
		engine->has_changed = true;
	}
}

/* ---- what is stored ---- */

/* Only what is told for the first time counts as one more alarm. */
static bool
begins_alarm(const struct outbox_row *row)
{
	enum event_kind kind = row->record.kind;

	return row->delivery.channel == CHANNEL_MAIL && route_sort_of(kind) == ROUTE_RAISE &&
	       kind != EVENT_ESCALATE && kind != EVENT_REANNOUNCE;
}

/* Those of the commit that is under way, or was just now. */
static void
count_raises(struct engine *engine, const struct outbox_contact *contact, struct flood *flood)
{
	const struct flood_rule rule = outbox_mail_rule(engine->conf, false).flood;
	const struct conf_contact *conf = conf_contact(engine->conf, contact->index);
	const struct outbox *outbox = &engine->outbox;

	for (size_t i = outbox->first_new; i < outbox->count && conf != NULL; i++)
		if (begins_alarm(&outbox->rows[i]) &&
		    strcmp(outbox->rows[i].delivery.destination, conf->name) == 0)
			flood_raise(flood, &rule, engine->now.boottime_ms);
}

static void
find_changed(struct engine *engine)
{
	const struct outbox *outbox = &engine->outbox;
	const struct conf *conf = engine->conf;

	for (size_t i = 0; i < conf->contact_count; i++)
		outbox_contact(engine, &conf->contacts[i]); /* it may have doubts to count */
	for (size_t i = outbox->first_new; i < outbox->count; i++) {
		struct outbox_contact *contact = NULL;

		if (begins_alarm(&outbox->rows[i]))
			contact = outbox_contact_of(engine, &outbox->rows[i]);
		if (contact != NULL)
			contact->is_changed = true;
	}
}

int
outbox_mail_write(struct engine *engine, struct err *err)
{
	const struct outbox_mail *mail = &engine->outbox.mail;
	int r = 0;

	find_changed(engine);
	for (size_t i = 0; i < mail->contact_count && r == 0; i++) {
		const struct outbox_contact *contact = &mail->contacts[i];
		struct mail_limits limits = contact->recipient.limits;

		if (!contact->is_changed)
			continue;
		count_raises(engine, contact, &limits.flood);
		r = store_put_contact(
		    engine->store, contact->index, &contact->books, &limits, &engine->now, err);
	}
	return r;
}

void
outbox_mail_rewrite(struct engine *engine)
{
	struct outbox_mail *mail = &engine->outbox.mail;

	for (size_t i = 0; i < mail->contact_count; i++)
		mail->contacts[i].is_changed = true;
}

void
outbox_mail_count_raises(struct engine *engine)
{
	struct outbox_mail *mail = &engine->outbox.mail;

	for (size_t i = 0; i < mail->contact_count; i++) {
		struct outbox_contact *contact = &mail->contacts[i];

		count_raises(engine, contact, &contact->recipient.limits.flood);
		contact->is_changed = false;
	}
}

/* ---- limits ---- */

static bool
is_limited(struct engine *engine, const struct outbox_contact *contact)
{
	const struct conf_contact *conf = conf_contact(engine->conf, contact->index);
	struct mail_plan plan = { .is_limited = false };

	if (conf != NULL)
		outbox_mail_plan_for(engine, conf, false, &plan);
	return plan.is_limited;
}

void
outbox_mail_watch_limits(struct engine *engine)
{
	const struct limiter_rule rule = outbox_mail_rule(engine->conf, false).limiter;
	struct outbox_mail *mail = &engine->outbox.mail;
	int64_t now_ms = engine->now.boottime_ms;

	for (size_t i = 0; i < mail->contact_count; i++) {
		struct outbox_contact *contact = &mail->contacts[i];
		struct limiter *limiter = &contact->recipient.limits.limiter;

		if (!limiter->is_engaged)
			continue;
		if (is_limited(engine, contact))
			limiter_exceed(limiter, now_ms);
		if (!limiter_tick(limiter, &rule, now_ms))
			continue;
		contact->is_changed = true;
		engine->has_changed = true;
		log_info("contact %u: mails are not held back any more", (unsigned)contact->index);
	}
}

void
outbox_mail_free_limits(struct engine *engine)
{
	struct outbox_mail *mail = &engine->outbox.mail;

	for (size_t i = 0; i < mail->contact_count; i++) {
		mail->contacts[i].recipient.limits = (struct mail_limits){ 0 };
		mail->contacts[i].is_changed = true;
	}
	engine->has_changed = true;
}
