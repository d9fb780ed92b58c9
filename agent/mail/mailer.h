/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MAIL_MAILER_H
#define MAIL_MAILER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/channel.h"
#include "engine/mail_job.h"

/*
 * The carrier of channel `mail`: a thread that brings mails to relays by envsensord-smtp, one
 * process and one connection to a relay at a time, as many mails over it as the settings allow.
 * The helper is killed at the relay's deadline; that it crashes, hangs or cannot be started is a
 * result like any other.  A mail is not ended by the final dot before the engine has said that it
 * may be.  Which relay, and whether again, is the engine's business.
 *
 * Each job is answered once for each recipient, but for those that a stop finds unfinished: they
 * are found in the database.
 */
struct mailer;

/* Called by the mailer's thread; none may block. */
struct mailer_listener {
	void (*outcome)(void *context, struct delivery_outcome *outcome); /* taken */
	void (*checked)(void *context, struct relay_outcome *outcome);    /* taken */
	/* May the final dot be sent?  Answered by chan_answer; false: it cannot be asked now, and
	 * the request stays the caller's. */
	bool (*ask)(void *context, struct mail_go_request *request);
	void *context;
};

/* ENVSENSORD_SMTP of the environment, or the place of installation. */
const char *mailer_program(void);

int
mailer_new(const char *program, const struct mailer_listener *listener, struct mailer **ret_mailer);
int mailer_start(struct mailer *mailer);

/* Lets the mails in hand end, as long as there is time.  0, or -ETIMEDOUT: the thread is left
 * behind.  The engine must still answer. */
int mailer_stop(struct mailer *mailer, int64_t timeout_ms);
void mailer_free(struct mailer *mailer); /* copes with NULL; behind the engine, which answers */

/* For any thread. */
void mailer_apply(struct mailer *mailer, const struct conf *conf); /* in force from now on */
bool mailer_deliver(struct mailer *mailer, struct mail_job *job);  /* true: the job is taken */
bool mailer_stands_still(struct mailer *mailer); /* took nothing for CHANNEL_STILL_MS */

#endif
