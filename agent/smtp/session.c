/* SPDX-License-Identifier: BSD-2-Clause */
#include "smtp/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/err.h"
#include "smtp/tls.h"
#include "sys/clock.h"

#define QUIT_MS 5000 /* whoever has the mail need not be waited for */

void
session_tell(struct session *session, const char *stage, const char *format, ...)
{
	char text[512];
	va_list args;

	if (session->tell == NULL)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	session->tell(stage, text);
}

static void
tell_certificate(struct session *session)
{
	const struct smtp_connected *connected = &session->connected;

	if (connected->has_days)
		session_tell(session, "certificate", "%s, %d days left", connected->certificate,
		    (int)connected->days);
}

static bool
start_tls(struct session *session)
{
	const struct smtp_relay *relay = session->relay;
	struct err err = { 0 };
	enum smtp_ending ending;

	ending = tls_open(session->stream.fd, relay, clock_boottime_ms() + relay->command_ms,
	    &session->connected, &session->stream.tls, &err);
	tell_certificate(session);
	if (ending != SMTP_REPLIED) {
		session->is_dead = true;
		return session_fail(session, SMTP_TLS, ending, "%s", err.text);
	}
	session_tell(session, "tls", "%s, %s", session->connected.tls, session->connected.cipher);
	return true;
}

static bool
greet(struct session *session)
{
	if (!session_await(session, SMTP_GREETING, session->relay->command_ms))
		return false;
	session_tell(
	    session, "greeting", "%d %s", session->outcome.reply.code, session->outcome.reply.text);
	return smtp_is_accepted(SMTP_GREETING, session->outcome.reply.code);
}

/* Our name, as far as it can be said in a command. */
static void
own_name(const struct smtp_relay *relay, char *to, size_t size)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-[]:";

	if (relay->helo[0] != '\0')
		snprintf(to, size, "%s", relay->helo);
	else if (gethostname(to, size) < 0)
		to[0] = '\0';
	to[size - 1] = '\0';
	if (to[0] == '\0' || to[strspn(to, allowed)] != '\0')
		snprintf(to, size, "localhost");
}

static bool
hello(struct session *session)
{
	uint32_t timeout_ms = session->relay->command_ms;
	char name[256], line[300];
	int len, code;

	own_name(session->relay, name, sizeof(name));
	len = snprintf(line, sizeof(line), "EHLO %s\r\n", name);
	if (session_ask(session, SMTP_EHLO, timeout_ms, line, (size_t)len)) {
		smtp_offer_read(&session->reader, &session->offer);
		return true;
	}
	code = session->outcome.reply.code;
	if (session->is_dead || (code != 500 && code != 502)) /* RFC 5321 §3.2 */
		return false;
	session->offer = (struct smtp_offer){ 0 };
	len = snprintf(line, sizeof(line), "HELO %s\r\n", name);
	return session_ask(session, SMTP_EHLO, timeout_ms, line, (size_t)len);
}

static bool
upgrade(struct session *session)
{
	static const char line[] = "STARTTLS\r\n";

	if (!session->offer.has_starttls)
		return session_fail(session, SMTP_TLS, SMTP_NO_TLS,
		    "the server does not offer STARTTLS, and nothing is said to it in the clear");
	if (!session_ask(session, SMTP_TLS, session->relay->command_ms, line, sizeof(line) - 1))
		return false;
	session->at = session->end = 0; /* said in the clear, by whomever: not heard */
	smtp_reader_reset(&session->reader);
	return start_tls(session) && hello(session);
}

static void
tell_offer(struct session *session)
{
	const struct smtp_offer *offer = &session->offer;

	session_tell(session, "offered", "%s%s%s%s%s%s", offer->has_auth ? "AUTH " : "no AUTH",
	    offer->mechanisms, offer->has_size ? ", SIZE" : "", offer->has_dsn ? ", DSN" : "",
	    offer->has_8bitmime ? ", 8BITMIME" : "", offer->has_deliverby ? ", DELIVERBY" : "");
}

static bool
walk_stages(struct session *session)
{
	enum relay_security security = session->relay->security;

	if (!session_dial(session) || (security == RELAY_TLS && !start_tls(session)) ||
	    !greet(session) || !hello(session) || (security == RELAY_STARTTLS && !upgrade(session)))
		return false;
	tell_offer(session);
	snprintf(session->connected.mechanisms, sizeof(session->connected.mechanisms), "%s",
	    session->offer.mechanisms);
	if (session->relay->user[0] == '\0')
		return true;
	if (!session_log_in(session))
		return false;
	session_tell(session, "authenticated", "%s", session->connected.auth);
	return true;
}

bool
session_open(struct session *session, const struct smtp_relay *relay,
    void (*tell)(const char *stage, const char *text))
{
	int64_t began_ms = clock_boottime_ms();
	bool is_open;

	memset(session, 0, sizeof(*session));
	session->relay = relay;
	session->tell = tell;
	session->stream.fd = -1;
	is_open = walk_stages(session);
	session->connected.took_ms = (uint32_t)(clock_boottime_ms() - began_ms);
	return is_open;
}

void
session_reset(struct session *session)
{
	static const char line[] = "RSET\r\n";

	if (session->is_dead)
		return;
	if (!session_ask(session, SMTP_MAIL, session->relay->command_ms, line, sizeof(line) - 1))
		session->is_dead = true;
}

void
session_close(struct session *session)
{
	static const char line[] = "QUIT\r\n";
	uint32_t timeout_ms = session->relay->command_ms;

	if (!session->is_dead && session->stream.fd >= 0)
		session_ask(session, SMTP_QUIT, timeout_ms < QUIT_MS ? timeout_ms : QUIT_MS, line,
		    sizeof(line) - 1);
	stream_close(&session->stream);
}
