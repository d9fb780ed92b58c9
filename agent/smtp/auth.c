/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* GNU */

#include <gsasl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smtp/session.h"

/*
 * AUTH (RFC 4954).  What is sent here is secret, and so is a reply that repeats it: neither gets
 * into a report.
 */
#define COMMAND_MAX 510   /* with a first response, without CRLF; longer ones go by themselves */
#define SECRET_MAX  24576 /* a line of AUTH: RFC 4954 §4 wants 12288, tokens are longer */
#define ROUNDS_MAX  8
#define RUN_MAX     8 /* bytes of a secret that a reply must not repeat */
#define RUN_MIN     4

static const struct mechanism {
	enum relay_auth auth;
	const char *name;
	bool speaks_first; /* its first response may stand in the command */
	bool is_automatic; /* with auth = auto, the first of these that is offered */
} mechanisms[] = {
	{ RELAY_AUTH_SCRAM_SHA_256, "SCRAM-SHA-256", true, true },
	{ RELAY_AUTH_PLAIN, "PLAIN", true, true },
	{ RELAY_AUTH_LOGIN, "LOGIN", false, true },
	{ RELAY_AUTH_XOAUTH2, "XOAUTH2", true, false },
};

struct login {
	struct session *session;
	const struct mechanism *mechanism;
	Gsasl *library;
	Gsasl_session *sasl; /* NULL for XOAUTH2 */
	bool is_proven;      /* the mechanism has seen all it wants */
	int rounds;          /* responses sent */
};

static void
forget(char *secret)
{
	if (secret == NULL)
		return;
	explicit_bzero(secret, strlen(secret));
	free(secret);
}

/* A part of `secret` that is long enough to be no chance stands in `text`. */
static bool
repeats(const char *text, const char *secret)
{
	size_t size = strlen(secret), run = size < RUN_MAX ? size : RUN_MAX;

	for (size_t at = 0; run >= RUN_MIN && at + run <= size; at++)
		if (memmem(text, strlen(text), secret + at, run) != NULL)
			return true;
	return false;
}

static void
withhold_secrets(struct session *session, const char *sent)
{
	struct smtp_reply *reply = &session->outcome.reply;

	if (repeats(reply->text, sent) || repeats(reply->text, session->relay->secret))
		snprintf(reply->text, sizeof(reply->text), "(withheld: it repeats a secret)");
}

/* A line of AUTH and the reply to it. */
static bool
say(struct login *login, enum smtp_phase phase, const char *prefix, const char *response)
{
	struct session *session = login->session;
	uint32_t timeout_ms = session->relay->command_ms;
	char line[SECRET_MAX + 64];
	int len = snprintf(line, sizeof(line), "%s%s\r\n", prefix, response);
	bool is_said;

	if (len < 0 || (size_t)len >= sizeof(line))
		return session_fail(session, phase, SMTP_BROKEN, "the secret is too long");
	is_said = session_send(session, phase, timeout_ms, line, (size_t)len) &&
	          session_await(session, phase, timeout_ms);
	explicit_bzero(line, sizeof(line));
	if (session->outcome.ending == SMTP_REPLIED)
		withhold_secrets(session, response);
	return is_said;
}

/* user, token and two marks, in base64; none of libgsasl's mechanisms. */
static int
xoauth2(const struct smtp_relay *relay, char **ret_response)
{
	char *text = NULL, *base64 = NULL;
	size_t base64_len;
	int len, r;

	len = asprintf(&text, "user=%s\001auth=Bearer %s\001\001", relay->user, relay->secret);
	if (len < 0)
		return GSASL_MALLOC_ERROR;
	r = gsasl_base64_to(text, (size_t)len, &base64, &base64_len);
	forget(text);
	if (r == GSASL_OK)
		*ret_response = base64;
	return r;
}

/* What to answer to a challenge in base64; the answer is yours. */
static bool
respond(struct login *login, const char *challenge, char **ret_response)
{
	int r;

	if (login->sasl != NULL) {
		r = gsasl_step64(login->sasl, challenge, ret_response);
		login->is_proven = r == GSASL_OK;
	} else if (login->rounds == 0) {
		r = xoauth2(login->session->relay, ret_response);
		login->is_proven = true;
	} else { /* what comes then is why not, and wants an empty answer */
		*ret_response = strdup("");
		r = *ret_response == NULL ? GSASL_MALLOC_ERROR : GSASL_OK;
	}
	if ((r == GSASL_OK || r == GSASL_NEEDS_MORE) && *ret_response != NULL)
		return true;
	session_fail(login->session, SMTP_AUTH, SMTP_GARBLED, "AUTH %s: %s", login->mechanism->name,
	    gsasl_strerror(r));
	return false;
}

/* The challenge that came is answered with "*" (RFC 4954 §4); the outcome stays what it is. */
static bool
cancel(struct login *login)
{
	struct smtp_outcome outcome = login->session->outcome;

	say(login, SMTP_AUTH, "", "*");
	login->session->outcome = outcome;
	login->session->is_dead = true;
	return false;
}

/* Of LOGIN, the answer to the user name: the password is not said yet. */
static enum smtp_phase
phase_of(const struct login *login)
{
	return login->mechanism->auth == RELAY_AUTH_LOGIN && login->rounds == 0 ? SMTP_AUTH_USER
	                                                                        : SMTP_AUTH;
}

static bool
begin(struct login *login)
{
	const char *name = login->mechanism->name;
	char command[64], *response = NULL;
	bool is_said;

	if (!login->mechanism->speaks_first) {
		snprintf(command, sizeof(command), "AUTH %s", name);
		return say(login, SMTP_AUTH, command, "");
	}
	if (!respond(login, "", &response))
		return false;
	login->rounds = 1;
	snprintf(command, sizeof(command), "AUTH %s ", name);
	if (strlen(command) + strlen(response) <= COMMAND_MAX) {
		is_said = say(login, SMTP_AUTH, command, response);
	} else {
		snprintf(command, sizeof(command), "AUTH %s", name);
		is_said = say(login, SMTP_AUTH, command, "");
		if (is_said && login->session->outcome.reply.code == 334)
			is_said = say(login, SMTP_AUTH, "", response);
	}
	forget(response);
	return is_said;
}

/* Challenges and responses, until the server has decided. */
static bool
converse(struct login *login)
{
	struct session *session = login->session;
	const struct smtp_reply *reply = &session->outcome.reply;

	if (!begin(login))
		return false;
	while (reply->code == 334) {
		enum smtp_phase phase = phase_of(login);
		char *response = NULL;
		bool is_said;

		if (login->rounds == ROUNDS_MAX) {
			session_fail(session, SMTP_AUTH, SMTP_GARBLED, "AUTH has no end");
			return cancel(login);
		}
		/* the reader has the challenge as it came; the reply's text is cut */
		if (!respond(login, session->reader.text, &response))
			return cancel(login);
		is_said = say(login, phase, "", response);
		forget(response);
		login->rounds++;
		if (!is_said)
			return false;
	}
	if (!smtp_is_accepted(SMTP_AUTH, reply->code))
		return false;
	if (!login->is_proven)
		return session_fail(session, SMTP_AUTH, SMTP_GARBLED,
		    "AUTH %s: the server did not prove that it knows the password",
		    login->mechanism->name);
	return true;
}

static bool
attempt(struct session *session, Gsasl *library, const struct mechanism *mechanism)
{
	struct login login = { .session = session, .mechanism = mechanism, .library = library };
	bool is_in;

	if (mechanism->auth != RELAY_AUTH_XOAUTH2) {
		if (gsasl_client_start(library, mechanism->name, &login.sasl) != GSASL_OK ||
		    gsasl_property_set(login.sasl, GSASL_AUTHID, session->relay->user) !=
			GSASL_OK ||
		    gsasl_property_set(login.sasl, GSASL_PASSWORD, session->relay->secret) !=
			GSASL_OK) {
			gsasl_finish(login.sasl);
			return session_fail(
			    session, SMTP_AUTH, SMTP_BROKEN, "AUTH %s: no memory", mechanism->name);
		}
	}
	is_in = converse(&login);
	if (login.sasl != NULL)
		gsasl_finish(login.sasl);
	if (is_in)
		snprintf(session->connected.auth, sizeof(session->connected.auth), "%s",
		    mechanism->name);
	return is_in;
}

/* The first that is wanted and offered from `*at` on; NULL: none. */
static const struct mechanism *
next_mechanism(const struct session *session, size_t *at)
{
	enum relay_auth auth = session->relay->auth;

	while (*at < sizeof(mechanisms) / sizeof(mechanisms[0])) {
		const struct mechanism *mechanism = &mechanisms[(*at)++];
		bool is_wanted =
		    auth == RELAY_AUTH_AUTO ? mechanism->is_automatic : mechanism->auth == auth;

		if (is_wanted && smtp_offer_has(&session->offer, mechanism->name))
			return mechanism;
	}
	return NULL;
}

bool
session_log_in(struct session *session)
{
	const struct mechanism *mechanism;
	Gsasl *library;
	bool is_in = false;
	size_t at = 0;

	if (session->stream.tls == NULL && !session->relay->allow_insecure)
		return session_fail(session, SMTP_AUTH, SMTP_NO_MECHANISM,
		    "no password without TLS, but with allow-insecure");
	mechanism = next_mechanism(session, &at);
	if (mechanism == NULL)
		return session_fail(session, SMTP_AUTH, SMTP_NO_MECHANISM,
		    "AUTH: want %s, offered are: %s", relay_auth_name(session->relay->auth),
		    session->offer.mechanisms);
	if (gsasl_init(&library) != GSASL_OK)
		return session_fail(session, SMTP_AUTH, SMTP_BROKEN, "AUTH: no memory");
	while (mechanism != NULL && !is_in) {
		is_in = attempt(session, library, mechanism);
		/* offered, but not to us: the next */
		mechanism = session->outcome.reply.code == 504 && !session->is_dead
		                ? next_mechanism(session, &at)
		                : NULL;
	}
	gsasl_done(library);
	return is_in;
}
