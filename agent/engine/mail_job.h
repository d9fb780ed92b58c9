/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_MAIL_JOB_H
#define ENGINE_MAIL_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "core/result.h"
#include "sys/chan.h"

/*
 * Between the engine's outbox and the mailer.  A job is one mail to one relay, for one recipient or
 * some; it says all but how to reach the relay, which the mailer knows by its index from the
 * configuration in force.  The mailer, for each job that it has taken:
 *
 *   before the final dot  ENGINE_MAIL_GO, and no dot unless the answer is 0: what may arrive is
 *                         stored as such before; not needed for one that is stored so already
 *   at the end            ENGINE_OUTCOME for each recipient, once, with its `delivery`
 *
 * A job without recipients is a check of the path: no mail, its end is ENGINE_RELAY.  It gives way
 * to a mail to that relay, without an answer.  ENGINE_RELAY may also be sent when a connection says
 * something new of the relay.
 */
#define MAIL_RECIPIENTS_MAX 50

struct mail_to {
	uint32_t delivery; /* one of its rows: all of them end with it */
	char address[CONF_MAILBOX_SIZE];
	uint32_t alarm, event; /* of the first that it is told, for the log; 0 */
};

struct mail_job {
	uint32_t id;       /* unlike that of any other that is under way */
	uint32_t relay;    /* envsRelayIndex */
	bool is_once;      /* a test: whatever the end, it is not tried again */
	uint32_t useful_s; /* worth nothing after so many seconds; 0: always worth something */
	char from[CONF_MAILBOX_SIZE];
	bool is_in_doubt;       /* it is stored already that it may arrive */
	int64_t made_ms;        /* boottime: what it says was so then */
	size_t recipient_count; /* 0: a check of the path */
	struct mail_to recipients[MAIL_RECIPIENTS_MAX];
	size_t size;
	char *bytes; /* the mail, as core/message.h makes it */
};

void mail_job_free(struct mail_job *job); /* copes with NULL */

/* The data of ENGINE_MAIL_GO.  Answered 0 when it is stored that all recipients of the job may get
 * it; else a negative errno: it must not be sent; -ESTALE: it has become wrong. */
struct mail_go_request {
	struct chan_request request; /* first */
	uint32_t job;
};

/* The data of ENGINE_RELAY: how a check ended. */
struct relay_outcome {
	uint32_t relay; /* envsRelayIndex */
	enum result result;
	enum result_class class;
	int32_t code;     /* the server's reply code; 0: none */
	uint32_t took_ms; /* to the end of the login */
	bool is_of_mail;  /* it ended behind the login, where no check comes */
	int64_t left_ms;  /* of a mail, for the engine: when it was handed over; 0: of a check */
	bool has_days;
	int32_t days;   /* that its certificate has left */
	char text[201]; /* the server's words, cleaned, or ours */
};

#endif
