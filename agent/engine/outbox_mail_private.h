/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_OUTBOX_MAIL_PRIVATE_H
#define ENGINE_OUTBOX_MAIL_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/breaker.h"
#include "core/delivery.h"
#include "core/err.h"
#include "core/mail_plan.h"
#include "core/mail_text.h"
#include "core/record.h"
#include "engine/channel.h"
#include "engine/mail_job.h"

/*
 * Inside agent/engine/outbox*.c only: channel mail.  Its rows do not leave one by one: what goes in
 * one mail is decided by core/mail_plan, for each contact.  The mail is made when its rows are
 * picked, stored as such, and handed over behind the commit; its final dot waits for another one.
 */
#define MAIL_JOBS_MAX 16
#define MAIL_WINDOW   8 /* to a relay that takes what it gets; to another one at a time */
#define MAIL_REFILL   5 /* not before so few are left: a commit for each lot, not for each mail */

struct engine;
struct outbox_channel;
struct outbox_row;

struct outbox_contact {
	uint32_t index;                       /* envsContactIndex */
	char name[DELIVERY_DESTINATION_SIZE]; /* by which its rows know it */
	struct mail_recipient recipient;
	struct contact_books books;
	bool is_changed;
	int64_t
	    stored_wall_ms; /* of another boot: nobody knows yet how long ago that was; 0: it is */
};

struct outbox_relay {
	uint32_t index; /* envsRelayIndex */
	struct breaker breaker;
	unsigned out;
	bool is_proven;  /* it took what it was given last */
	bool is_failing; /* since failing_ms it does not work */
	bool needs_mail; /* by what a check cannot see: only a mail that it takes is proof */
	int64_t failing_ms;
	int64_t refused_ms;                     /* what it refused is a setting: said then */
	int64_t blocked_ms;                     /* not before */
	uint32_t auth_failures, check_failures; /* in a row */
	bool is_checking;
	int64_t checked_ms, check_ms; /* the last check; the next, as a rule */

	/* how the last attempt ended */
	bool is_known;
	enum result result;
	int32_t code;
	char text[DELIVERY_REPLY_SIZE];
	uint32_t latency_ms;          /* of the last success */
	int64_t last_success_wall_ms; /* 0: never */
	bool has_days;
	int32_t days;
};

/* A mail under way. */
struct outbox_mail_job {
	uint32_t id; /* 0: a free place */
	uint32_t relay;
	enum mail_kind kind;
	bool is_repeat;
	bool has_passed;      /* how it ended for some recipient says nothing against the relay */
	struct mail_job *job; /* until it is handed over */
	int64_t left_ms;      /* behind that */
};

struct outbox_mail {
	/* All that there ever were: by index. */
	struct outbox_contact *contacts;
	size_t contact_count;
	struct outbox_relay *relays;
	size_t relay_count;

	uint32_t generation; /* in which all rows have somebody to go to; 0: not known */
	struct outbox_mail_job jobs[MAIL_JOBS_MAX];
	uint32_t last_job;
	struct mail_row *rows; /* of the contact that is looked at */
	size_t row_room;
	int64_t due_ms;   /* found by the last look */
	int64_t pause_ms; /* the mailer, or the memory, takes no more before that */

	struct mail_go_request *goes[MAIL_JOBS_MAX]; /* to be answered behind the commit */
	size_t go_count;

	int64_t beat_ms; /* the last heartbeat mail, or since when there could have been one */
	bool is_testing;
	bool is_test_busy;   /* another one was asked for meanwhile */
	uint32_t test_first; /* its rows are this one and those behind it */
	bool has_test;
	enum result test_result; /* the worst */
	unsigned test_badness;
	char test_text[DELIVERY_REPLY_SIZE];
};

/* outbox_contact.c: whom mails go to, and what they got. */

/* Of a contact; NULL: no memory. */
struct outbox_contact *outbox_contact(struct engine *engine, const struct conf_contact *conf);
struct outbox_contact *outbox_contact_of(struct engine *engine, const struct outbox_row *row);
void outbox_contacts_follow(struct engine *engine); /* their rows, when they are renamed */
void outbox_contact_has_answer(struct engine *engine, const struct outbox_row *row);
const struct conf_contact *outbox_contact_named(const struct engine *engine, const char *name);

int outbox_mail_write(struct engine *engine, struct err *err);
void outbox_mail_rewrite(struct engine *engine);
void outbox_mail_count_raises(struct engine *engine); /* that the commit has stored */
void outbox_mail_age(struct engine *engine, const struct moment *loaded); /* as outbox_age */
void outbox_mail_free_limits(struct engine *engine);  /* somebody wants all of it, now */
void outbox_mail_watch_limits(struct engine *engine); /* each second */

/* outbox_mail.c: rows that are put together and leave. */
extern const struct channel_way outbox_mail_way;
bool
outbox_mail_is_wanted(const struct engine *engine); /* it is configured, and there is a mailer */
struct mail_rule outbox_mail_rule(const struct conf *conf, bool is_probe);
void outbox_mail_forget(struct engine *engine, struct outbox_mail_job *job);
bool outbox_mail_has_place(const struct outbox_mail *mail);

/* The next mail to a contact: its rows are the first of mail->rows.  The number of all its rows. */
size_t outbox_mail_plan_for(struct engine *engine, const struct conf_contact *conf, bool is_probe,
    struct mail_plan *ret_plan);

/* By the commit that is under way. */
void outbox_mail_supersede(struct engine *engine, struct outbox_row *row);
void outbox_mail_end_orphans(struct engine *engine);

/* outbox_mail_pick.c: the mails that leave next. */
void outbox_mail_mark(struct engine *engine, struct outbox_channel *channel);

/* outbox_mail_outcome.c: what becomes of them. */
enum severity outbox_mail_severity(struct engine *engine, uint32_t alarm_id); /* now */
void outbox_mail_done(struct engine *engine);
void outbox_mail_committed(struct engine *engine);
void outbox_mail_outcome(struct engine *engine, struct outbox_channel *channel,
    struct outbox_row *answered, const struct delivery_outcome *outcome);

/* Takes the request; it is answered behind the commit of this turn. */
void outbox_mail_go(struct engine *engine, struct mail_go_request *request);
void outbox_mail_answer(struct engine *engine);

/* outbox_mail_route.c: who gets a row. */
int outbox_mail_route(struct engine *engine, struct outbox_channel *channel,
    const struct record *record, uint32_t step);
int outbox_mail_route_own(struct engine *engine, struct outbox_channel *channel,
    const struct record *record); /* of mail itself: its backlog */
void outbox_mail_lost(struct engine *engine, const struct outbox_row *row);

/* outbox_mail_text.c: the bytes. */
struct mail_draft {
	char subject[MAIL_SUBJECT_SIZE];
	char *body;
	char id[MAIL_ID_SIZE], references[MAIL_ID_SIZE]; /* "": none */
};
int outbox_mail_draft(struct engine *engine, const struct mail_plan *plan,
    const struct outbox_contact *contact, struct mail_draft *ret_draft); /* 0 or -ENOMEM */
void outbox_mail_draft_done(struct mail_draft *draft);
int outbox_mail_compose(
    const struct engine *engine, const struct mail_draft *draft, struct mail_job *job);

/* outbox_relay.c: which relay, and how it is with them. */
struct outbox_relay *outbox_relay(struct engine *engine, uint32_t index); /* NULL: no memory */

/* The one that takes a mail now; `refused_by`: not this one, but the next.  NULL: none does, until
 * *ret_due_ms. */
struct outbox_relay *
outbox_relay_choose(struct engine *engine, uint32_t refused_by, int64_t *ret_due_ms);
struct outbox_relay *outbox_relay_first(struct engine *engine); /* whatever it is up to */
bool outbox_relay_has_next(const struct engine *engine, uint32_t index);
bool outbox_relay_has_enough(const struct outbox_relay *relay); /* the next lot can wait */
void outbox_relay_leaves(struct outbox_relay *relay);
void outbox_relay_ends(struct engine *engine, struct outbox_relay *relay, bool has_passed,
    const struct relay_outcome *outcome);

/* There is reason to hope: for what waits, and to look whether it is well founded. */
void outbox_relay_wake(struct engine *engine);
int64_t outbox_relay_check_ms(
    const struct engine *engine, const struct outbox_relay *relay); /* when the next is due */
void outbox_relay_outcome(struct engine *engine, const struct relay_outcome *outcome);
bool outbox_relay_is_probe(const struct engine *engine, const struct outbox_relay *relay);

/* None works, and of the first it is said why. */
struct path_trouble;
bool outbox_relays_fail(struct engine *engine, struct path_trouble *ret_trouble);

/* outbox_mail_view.c */
struct mail_view;
struct mail_view *outbox_mail_view(struct engine *engine); /* NULL: no memory */

/* outbox_mail_tick.c: what is due each second. */
void outbox_mail_tick(struct engine *engine);
bool outbox_mail_test_waits(const struct engine *engine); /* somebody waits for it, now */
void outbox_mail_watch_test(struct engine *engine);       /* with a commit: is it over? */
void outbox_mail_find_times(struct engine *engine);       /* after a start */

#endif
