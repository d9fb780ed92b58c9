/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_MAIL_PLAN_H
#define CORE_MAIL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/delivery.h"
#include "core/mail_limits.h"
#include "core/record.h"

/*
 * Of all that waits for one recipient, what goes into the next mail, and when.  Pure.
 *
 * What is said of one alarm is one thing: of several raises and escalations the last is told, a
 * raise whose end is there already becomes one mail "was raised, has cleared", and what somebody
 * has dealt with before a contact with escalate-after had to know is not told to it at all.  What
 * came within the grouping window goes in one mail.  What is too much for the limiter, or comes in
 * a flood, goes in a digest; a critical raise passes both, with its group.
 *
 * The caller ends what is too old (delivery_is_too_old) before.
 */
enum mail_kind {
	MAIL_NONE,
	MAIL_ALERT, /* one alarm or notice, or some of one window */
	MAIL_DIGEST,
	MAIL_BACKLOG, /* how much could not be told in time */
	MAIL_TEST,
	MAIL_HEARTBEAT,
};

enum mail_fate {
	MAIL_STAYS,
	MAIL_GOES,
	MAIL_SAID,     /* by one that goes: superseded as that leaves */
	MAIL_OBSOLETE, /* superseded now, whatever goes */
};

/* A row of the recipient.  Ended ones tell what it knows of an alarm: those of alarms that still
 * have rows that wait should be there. */
struct mail_row {
	const struct delivery *delivery;
	const struct record *record;
	const struct alarm_row *alarm; /* as it is now; NULL: not listed any more, or of none */
	uint32_t lead;   /* of one in doubt: seq of the event that its mail is named by */
	bool is_patient; /* what it waits for is not the relay: it does so in a probe, too */

	/* found by mail_plan() */
	enum mail_fate fate;
	bool was_raised;            /* it is over, and nobody was told that it began */
	const struct record *raise; /* the first that was to be told of this alarm; NULL: unknown */
	int64_t age_ms;             /* since it could have been told */

	/* mail_plan.c only */
	bool is_candidate;
	int64_t base_ms, hold_ms;
	size_t said_by;
};

struct mail_rule {
	uint8_t channel; /* enum channel of mail: its own failures are the backlog */
	bool is_probe;   /* a failed row does not wait for its own time */
	int64_t window_ms;
	struct limiter_rule limiter;
	struct flood_rule flood;
};

struct mail_recipient {
	int64_t escalate_after_ms;
	unsigned out; /* mails that are under way */
	struct mail_limits limits;
};

struct mail_plan {
	enum mail_kind kind;
	size_t count;      /* that go: the first of the rows, in the order of the telling */
	uint32_t lead;     /* seq of the event that the mail is named by */
	uint8_t class;     /* the highest of those that go */
	int64_t oldest_ms; /* the first of them was made then */
	bool is_repeat;    /* of one in doubt: it has been counted */
	bool is_limited;   /* the limiter holds something back */
	int64_t due_ms;    /* of MAIL_NONE: when there may be something; INT64_MAX: never */
};

/* Reorders the rows.  Of an alarm of which one is under way nothing goes. */
void mail_plan(const struct mail_rule *rule, struct mail_recipient *recipient,
    struct mail_row *rows, size_t count, int64_t now_ms, struct mail_plan *ret_plan);

/* The mail of a plan has left for good: taken, or in doubt for the first time. */
void mail_plan_count(const struct mail_rule *rule, struct mail_recipient *recipient,
    const struct mail_plan *plan, int64_t now_ms);

/* The same of a mail of which only its rows are left: whether such a row counts, and one mail. */
bool mail_plan_is_counted(const struct mail_rule *rule, const struct record *record);
void mail_plan_count_one(
    const struct mail_rule *rule, struct mail_limits *limits, bool is_digest, int64_t now_ms);

/* The source of which most rows wait: whom to look at when it is too much.  NULL: none waits. */
const struct record *mail_plan_worst(struct mail_row *rows, size_t count);

#endif
