/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SMTP_RESULT_H
#define CORE_SMTP_RESULT_H

#include <stdbool.h>

#include "core/result.h"
#include "core/smtp_reply.h"

/*
 * What an answer of a mail server, or none, means: THE table from the phase of the dialogue and the
 * reply to a result and its class.
 */
enum smtp_phase {
	SMTP_RESOLVE,
	SMTP_CONNECT,
	SMTP_GREETING,
	SMTP_EHLO,
	SMTP_TLS, /* STARTTLS and the handshake, or the handshake of implicit TLS */
	SMTP_AUTH,
	SMTP_AUTH_USER, /* of AUTH LOGIN: the user name was sent, the password was not */
	SMTP_MAIL,
	SMTP_RCPT,
	SMTP_DATA, /* until 354 */
	SMTP_DOT,  /* after 354: the message and the answer to it */
	SMTP_QUIT,
	SMTP_PHASE_COUNT,
};

enum smtp_ending {
	SMTP_REPLIED, /* the reply decides */
	SMTP_LOST,    /* dropped, reset */
	SMTP_GARBLED, /* what came is no reply, or too much of one, or none that may come here */
	SMTP_SILENT,  /* the stage's time is over */
	/* what we find ourselves */
	SMTP_UNKNOWN_HOST,
	SMTP_UNREACHABLE,
	SMTP_NO_TLS,          /* wanted and not offered, or not allowed without */
	SMTP_BAD_HANDSHAKE,   /* the two cannot agree */
	SMTP_BAD_CERTIFICATE, /* chain, name or date */
	SMTP_NO_MECHANISM,    /* AUTH: none that we can use, or not allowed here */
	SMTP_BAD_ADDRESS,     /* cannot be said in a command */
	SMTP_BROKEN,          /* our own failure */
	SMTP_ENDING_COUNT,
};

struct smtp_outcome {
	enum smtp_phase phase;
	enum smtp_ending ending;
	struct smtp_reply reply; /* REPLIED; else code 0, no enhanced code, and words of ours */
};

struct smtp_verdict {
	enum result result;
	enum result_class class;
};

/* "greeting", "ehlo"; and back: 0 or -1. */
const char *smtp_phase_name(enum smtp_phase phase);
int smtp_phase_from_name(const char *name, enum smtp_phase *ret_phase);

/* The reply that lets the dialogue go on from this phase: 354 after DATA, 2xx else (AUTH: 334 is
 * no end of the phase). */
bool smtp_is_accepted(enum smtp_phase phase, int code);

/* `has_others`: another recipient of the message was accepted, so that a relayDenied is not the
 * fault of our configuration. */
struct smtp_verdict smtp_verdict(const struct smtp_outcome *outcome, bool has_others);

/* One of the three tries that a user name or password has; a 4xx never is. */
bool smtp_is_auth_try(const struct smtp_verdict *verdict);

#endif
