/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMTP_SESSION_H
#define SMTP_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/smtp_reply.h"
#include "core/smtp_result.h"
#include "smtp/protocol.h"
#include "smtp/stream.h"

/*
 * One connection to a relay, from the name to the real QUIT.  Functions that return bool: true is
 * that the dialogue may go on; false that it is over, and `outcome` says in which phase and how.
 * A reply of refusal is no end of the connection; anything but a reply, and 421, is.
 */
struct session {
	const struct smtp_relay *relay;
	struct stream stream;
	struct smtp_outcome outcome; /* of the last exchange */
	struct smtp_offer offer;
	struct smtp_connected connected;
	void (*tell)(const char *stage, const char *text); /* for people; NULL: nobody listens */
	bool is_dead;                                      /* nothing more can be said */
	size_t at, end;                                    /* what came and is not read yet */
	char bytes[8192];
	struct smtp_reader reader;
};

/* Resolves, connects, greets, TLS, AUTH.  `relay` must live as long. */
bool session_open(struct session *session, const struct smtp_relay *relay,
    void (*tell)(const char *stage, const char *text));

/* Sends a line, or lines, with CRLF. */
bool session_send(struct session *session, enum smtp_phase phase, uint32_t timeout_ms,
    const char *bytes, size_t len);

/* One whole reply into outcome.reply; true for any reply but 421. */
bool session_await(struct session *session, enum smtp_phase phase, uint32_t timeout_ms);

/* Both; true: the reply lets the phase go on (smtp_is_accepted). */
bool session_ask(struct session *session, enum smtp_phase phase, uint32_t timeout_ms,
    const char *bytes, size_t len);

/* An outcome of ours, in words for people; false. */
bool session_fail(struct session *session, enum smtp_phase phase, enum smtp_ending ending,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The mail ended before its time: the next one begins afresh.  Else the connection is dead. */
void session_reset(struct session *session);

/* QUIT, if anybody is there to hear it, and the end. */
void session_close(struct session *session);

/* For session_open. */
bool session_dial(struct session *session);   /* connect.c */
bool session_log_in(struct session *session); /* auth.c */
void session_tell(struct session *session, const char *stage, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
