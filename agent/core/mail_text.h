/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_MAIL_TEXT_H
#define CORE_MAIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/mail_plan.h"
#include "core/record.h"

/*
 * What a mail says, in UTF-8, lines ended by LF, made of facts when it is sent, so that it says
 * what is true then.  Pure.  core/message.h makes the bytes of it.
 */
struct mail_item { /* one row of a plan, as struct mail_row has it */
	const struct record *record;
	const struct record *raise;    /* NULL: not known */
	const struct alarm_row *alarm; /* NULL: over, or of none */
	bool was_raised;
	int64_t age_ms;

	/* of its sensor */
	const char *location, *hardware; /* "": not known */
	bool has_now, has_hour;
	int32_t now_milli;
	int32_t hour_low_milli, hour_high_milli; /* of the last hour */
};

struct mail_facts {
	enum mail_kind kind;
	const char *site;
	int64_t now_wall_ms;
	int east_min; /* of the zone in which times are written */
	int64_t delayed_after_ms;
	const struct mail_item *items;
	size_t count;
	const struct alarm_row *active; /* rows of alarms; what is not open does not count */
	size_t active_count;
	uint32_t sensors, sensors_in_fault;
	uint32_t undelivered; /* MAIL_BACKLOG */
};

#define MAIL_SUBJECT_SIZE     512
#define MAIL_BODY_SIZE(items) (16384 + 2048 * (items))
#define MAIL_BLOCKS           10   /* more than these have a line each */
#define MAIL_LINES            3000 /* envsensord-smtp carries no more than 1 MiB */
#define MAIL_ACTIVE_LINES     20   /* of what else is active */
#define MAIL_ID_SIZE          384

void mail_subject(const struct mail_facts *facts, char *to, size_t size);
void mail_body(const struct mail_facts *facts, char *to, size_t size);

/* Of Message-ID and References, without the brackets; `from`: a good mailbox. */
void
mail_id(const char *uuid, uint32_t seq, uint32_t step, const char *from, char *to, size_t size);

/* The raise that the mail answers to: its seq; 0: none, or more than one. */
uint32_t mail_thread(const struct mail_facts *facts);

#endif
