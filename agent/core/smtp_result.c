/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/smtp_result.h"

#include <assert.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ANY_PHASE    SMTP_PHASE_COUNT

/* What a phase means by itself: its name, and the code if no reply comes. */
static const struct phase {
	const char *name;
	enum result no_reply;
} phases[] = {
	[SMTP_RESOLVE] = { "resolve", RESULT_DNS_FAILED },
	[SMTP_CONNECT] = { "connect", RESULT_CONNECT_FAILED },
	[SMTP_GREETING] = { "greeting", RESULT_SERVER_NOT_READY },
	[SMTP_EHLO] = { "ehlo", RESULT_HELO_REJECTED },
	[SMTP_TLS] = { "tls", RESULT_TLS_FAILED },
	[SMTP_AUTH] = { "auth", RESULT_BAD_PASSWORD },
	[SMTP_AUTH_USER] = { "auth-user", RESULT_BAD_PASSWORD },
	[SMTP_MAIL] = { "mail", RESULT_SENDER_REJECTED },
	[SMTP_RCPT] = { "rcpt", RESULT_RECIPIENT_UNAVAILABLE },
	[SMTP_DATA] = { "data", RESULT_DATA_REJECTED },
	[SMTP_DOT] = { "dot", RESULT_DATA_NOT_FINISHED },
	[SMTP_QUIT] = { "quit", RESULT_OK },
};
_Static_assert(COUNT(phases) == SMTP_PHASE_COUNT, "each phase has its row");

enum trait { NO_TRAIT, MAILBOX_FULL, POLICY, NAMES_RELAY };

/* Replies, the first row that fits.  The class is that of a 5xx: a 4xx is always temporary. */
static const struct rule {
	enum smtp_phase phase;
	int first, last;
	enum trait trait;
	struct smtp_verdict verdict;
} rules[] = {
	{ SMTP_QUIT, 200, 599, NO_TRAIT, { RESULT_OK, RESULT_DONE } },
	{ ANY_PHASE, 421, 421, NO_TRAIT, { RESULT_SERVER_NOT_READY, RESULT_TEMPORARY } },
	{ SMTP_GREETING, 400, 599, NO_TRAIT, { RESULT_SERVER_NOT_READY, RESULT_TEMPORARY } },
	{ SMTP_EHLO, 400, 599, NO_TRAIT, { RESULT_HELO_REJECTED, RESULT_CONFIGURATION } },
	{ SMTP_TLS, 400, 599, NO_TRAIT, { RESULT_TLS_FAILED, RESULT_CONFIGURATION } },
	/* "unrecognized authentication type" (RFC 4954 §4) of one that was offered */
	{ SMTP_AUTH, 504, 504, NO_TRAIT, { RESULT_AUTH_NOT_SUPPORTED, RESULT_CONFIGURATION } },
	{ SMTP_AUTH, 400, 599, NO_TRAIT, { RESULT_BAD_PASSWORD, RESULT_CONFIGURATION } },
	{ SMTP_AUTH_USER, 400, 599, NO_TRAIT, { RESULT_BAD_USER_NAME, RESULT_CONFIGURATION } },
	{ SMTP_MAIL, 501, 501, NO_TRAIT, { RESULT_SYNTAX_ERROR, RESULT_PERMANENT } },
	{ SMTP_MAIL, 530, 530, NO_TRAIT, { RESULT_BAD_PASSWORD, RESULT_CONFIGURATION } },
	{ SMTP_MAIL, 400, 599, NO_TRAIT, { RESULT_SENDER_REJECTED, RESULT_CONFIGURATION } },
	{ SMTP_RCPT, 400, 599, MAILBOX_FULL, { RESULT_RECIPIENT_UNAVAILABLE, RESULT_TEMPORARY } },
	{ SMTP_RCPT, 450, 452, NO_TRAIT, { RESULT_RECIPIENT_UNAVAILABLE, RESULT_TEMPORARY } },
	{ SMTP_RCPT, 551, 551, NO_TRAIT, { RESULT_RELAY_DENIED, RESULT_CONFIGURATION } },
	{ SMTP_RCPT, 554, 554, NO_TRAIT, { RESULT_RELAY_DENIED, RESULT_CONFIGURATION } },
	{ SMTP_RCPT, 400, 599, POLICY, { RESULT_RELAY_DENIED, RESULT_CONFIGURATION } },
	{ SMTP_RCPT, 400, 599, NAMES_RELAY, { RESULT_RELAY_DENIED, RESULT_CONFIGURATION } },
	{ SMTP_RCPT, 550, 550, NO_TRAIT, { RESULT_RECIPIENT_INVALID, RESULT_PERMANENT } },
	{ SMTP_RCPT, 501, 501, NO_TRAIT, { RESULT_SYNTAX_ERROR, RESULT_PERMANENT } },
	{ SMTP_RCPT, 553, 553, NO_TRAIT, { RESULT_SYNTAX_ERROR, RESULT_PERMANENT } },
	{ SMTP_RCPT, 400, 599, NO_TRAIT, { RESULT_RECIPIENT_UNAVAILABLE, RESULT_PERMANENT } },
	{ SMTP_DATA, 400, 599, NO_TRAIT, { RESULT_DATA_REJECTED, RESULT_PERMANENT } },
	{ SMTP_DOT, 400, 599, NO_TRAIT, { RESULT_DATA_NOT_FINISHED, RESULT_PERMANENT } },
};

/* What is no reply and has a code of its own, whatever the phase. */
static const struct smtp_verdict own_findings[SMTP_ENDING_COUNT] = {
	[SMTP_UNKNOWN_HOST] = { RESULT_DNS_FAILED, RESULT_TEMPORARY },
	[SMTP_UNREACHABLE] = { RESULT_CONNECT_FAILED, RESULT_TEMPORARY },
	[SMTP_NO_TLS] = { RESULT_TLS_FAILED, RESULT_CONFIGURATION },
	[SMTP_BAD_HANDSHAKE] = { RESULT_TLS_FAILED, RESULT_CONFIGURATION },
	[SMTP_BAD_CERTIFICATE] = { RESULT_CERTIFICATE_INVALID, RESULT_CONFIGURATION },
	[SMTP_NO_MECHANISM] = { RESULT_AUTH_NOT_SUPPORTED, RESULT_CONFIGURATION },
	[SMTP_BAD_ADDRESS] = { RESULT_SYNTAX_ERROR, RESULT_PERMANENT },
	[SMTP_BROKEN] = { RESULT_INTERNAL_ERROR, RESULT_TEMPORARY },
};

const char *
smtp_phase_name(enum smtp_phase phase)
{
	assert(phase < SMTP_PHASE_COUNT);
	return phases[phase].name;
}

int
smtp_phase_from_name(const char *name, enum smtp_phase *ret_phase)
{
	for (size_t i = 0; i < COUNT(phases); i++)
		if (strcmp(phases[i].name, name) == 0) {
			*ret_phase = (enum smtp_phase)i;
			return 0;
		}
	return -1;
}

bool
smtp_is_accepted(enum smtp_phase phase, int code)
{
	return phase == SMTP_DATA ? code == 354 : code / 100 == 2;
}

/* Server's words that speak of relaying.  What stands in <> is an address, and may be anything. */
static bool
names_relay(const char *text)
{
	static const char word[] = "relay";
	size_t matched = 0, depth = 0;

	for (; *text != '\0'; text++) {
		char c = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;

		if (c == '<')
			depth++;
		else if (c == '>' && depth > 0)
			depth--;
		matched = depth > 0 ? 0 : c == word[matched] ? matched + 1 : c == word[0];
		if (word[matched] == '\0')
			return true;
	}
	return false;
}

static bool
has_trait(const struct smtp_reply *reply, enum trait trait)
{
	switch (trait) {
	case NO_TRAIT:
		return true;
	case MAILBOX_FULL:
		return strcmp(reply->enhanced, "5.2.2") == 0;
	case POLICY:
		return reply->enhanced[0] != '\0' && strcmp(reply->enhanced + 1, ".7.1") == 0;
	case NAMES_RELAY:
		return names_relay(reply->text);
	}
	return false;
}

/* A drop, silence or garbage: the phase decides, and nothing of it is for ever. */
static struct smtp_verdict
verdict_no_reply(enum smtp_phase phase, bool is_silence)
{
	struct smtp_verdict verdict = { phases[phase].no_reply, RESULT_TEMPORARY };

	if (phase == SMTP_QUIT)
		verdict.class = RESULT_DONE;
	else if (phase == SMTP_DOT)
		verdict.class = RESULT_IN_DOUBT;
	else if (is_silence)
		verdict.result = RESULT_TIMEOUT;
	return verdict;
}

static struct smtp_verdict
verdict_reply(enum smtp_phase phase, const struct smtp_reply *reply, bool has_others)
{
	if (smtp_is_accepted(phase, reply->code))
		return (struct smtp_verdict){ RESULT_OK, RESULT_DONE };
	for (size_t i = 0; i < COUNT(rules); i++) {
		const struct rule *rule = &rules[i];
		struct smtp_verdict verdict = rule->verdict;

		if ((rule->phase != phase && rule->phase != ANY_PHASE) ||
		    reply->code < rule->first || reply->code > rule->last ||
		    !has_trait(reply, rule->trait))
			continue;
		if (verdict.class != RESULT_DONE && reply->code / 100 == 4)
			verdict.class = RESULT_TEMPORARY;
		else if (phase == SMTP_RCPT && verdict.class == RESULT_CONFIGURATION && has_others)
			verdict.class = RESULT_PERMANENT;
		return verdict;
	}
	return verdict_no_reply(phase, false); /* a 2xx or 3xx that nobody asked for */
}

struct smtp_verdict
smtp_verdict(const struct smtp_outcome *outcome, bool has_others)
{
	enum smtp_phase phase = outcome->phase;

	switch (outcome->ending) {
	case SMTP_REPLIED:
		return verdict_reply(phase, &outcome->reply, has_others);
	case SMTP_LOST:
	case SMTP_GARBLED:
		return verdict_no_reply(phase, false);
	case SMTP_SILENT:
		return verdict_no_reply(phase, true);
	case SMTP_UNKNOWN_HOST:
	case SMTP_UNREACHABLE:
	case SMTP_NO_TLS:
	case SMTP_BAD_HANDSHAKE:
	case SMTP_BAD_CERTIFICATE:
	case SMTP_NO_MECHANISM:
	case SMTP_BAD_ADDRESS:
	case SMTP_BROKEN:
	case SMTP_ENDING_COUNT:
		break;
	}
	assert(outcome->ending < SMTP_ENDING_COUNT);
	return own_findings[outcome->ending];
}

bool
smtp_is_auth_try(const struct smtp_verdict *verdict)
{
	return verdict->class == RESULT_CONFIGURATION &&
	       (verdict->result == RESULT_BAD_USER_NAME || verdict->result == RESULT_BAD_PASSWORD);
}
