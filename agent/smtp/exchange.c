/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "smtp/session.h"
#include "sys/clock.h"

bool
session_fail(struct session *session, enum smtp_phase phase, enum smtp_ending ending,
    const char *format, ...)
{
	char words[2 * SMTP_TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	session->outcome = (struct smtp_outcome){ .phase = phase, .ending = ending };
	text_clean(
	    words, strlen(words), session->outcome.reply.text, sizeof(session->outcome.reply.text));
	return false;
}

/* The connection failed: how, by what read or write said. */
static bool
fail_io(struct session *session, enum smtp_phase phase, ssize_t error)
{
	session->is_dead = true;
	if (error == -ETIMEDOUT)
		return session_fail(session, phase, SMTP_SILENT, "no answer in time");
	return session_fail(session, phase, SMTP_LOST, "the server closed the connection");
}

static bool
fail_garbled(struct session *session, enum smtp_phase phase)
{
	session->is_dead = true;
	return session_fail(session, phase, SMTP_GARBLED, "what the server says is no SMTP");
}

static bool
take_reply(struct session *session, enum smtp_phase phase)
{
	session->outcome = (struct smtp_outcome){ .phase = phase, .ending = SMTP_REPLIED };
	smtp_reply_read(&session->reader, &session->outcome.reply);
	if (session->outcome.reply.code == 421)
		session->is_dead = true;
	return !session->is_dead;
}

bool
session_await(struct session *session, enum smtp_phase phase, uint32_t timeout_ms)
{
	int64_t until_ms = clock_boottime_ms() + timeout_ms;

	for (;;) {
		enum smtp_read read;
		size_t used;
		ssize_t n;

		read = smtp_reader_put(&session->reader, session->bytes + session->at,
		    session->end - session->at, &used);
		session->at += used;
		if (read == SMTP_READ_WHOLE)
			return take_reply(session, phase);
		if (read == SMTP_READ_GARBAGE)
			return fail_garbled(session, phase);
		n = stream_read(&session->stream, session->bytes, sizeof(session->bytes), until_ms);
		if (n < 0)
			return fail_io(session, phase, n);
		session->at = 0;
		session->end = (size_t)n;
	}
}

/*
 * What was said unasked.  A reply that came before its question must not count for it; only 421,
 * and a refusal of the mail that is on its way, come like that.
 */
static bool
take_unasked(struct session *session, enum smtp_phase phase, uint32_t timeout_ms)
{
	if (!session_await(session, phase, timeout_ms))
		return false;
	session->is_dead = true;
	if (phase == SMTP_DOT && session->outcome.reply.code >= 400)
		return false;
	return fail_garbled(session, phase);
}

static bool
is_in_step(struct session *session, enum smtp_phase phase)
{
	ssize_t n;

	if (session->at == session->end) {
		n = stream_read_now(&session->stream, session->bytes, sizeof(session->bytes));
		if (n < 0)
			return fail_io(session, phase, n);
		session->at = 0;
		session->end = (size_t)n;
	}
	return session->at == session->end ||
	       take_unasked(session, phase, session->relay->command_ms);
}

bool
session_send(struct session *session, enum smtp_phase phase, uint32_t timeout_ms, const char *bytes,
    size_t len)
{
	int r;

	if (!is_in_step(session, phase))
		return false;
	r = stream_write(&session->stream, bytes, len, clock_boottime_ms() + timeout_ms);
	if (r == 0)
		return true;
	if (r == -ETIMEDOUT)
		return fail_io(session, phase, r);
	return take_unasked(session, phase, 0); /* it hung up, and may have said why */
}

bool
session_ask(struct session *session, enum smtp_phase phase, uint32_t timeout_ms, const char *bytes,
    size_t len)
{
	int code;

	if (!session_send(session, phase, timeout_ms, bytes, len) ||
	    !session_await(session, phase, timeout_ms))
		return false;
	code = session->outcome.reply.code;
	if (smtp_is_accepted(phase, code))
		return true;
	if (code < 400) /* an answer to another question */
		session->is_dead = true;
	return false;
}
