/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* GNU */

#include "smtp/pump.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/strbuf.h"
#include "smtp/dialogue.h"
#include "sys/clock.h"

#define ANSWER_MAX  500   /* libesmtp's lines have 1,024 */
#define COMMAND_MAX 1024  /* a line of libesmtp's, with more behind it */
#define LIBRARY_MS  10000 /* for a line of a library that has nothing to wait for */

static const char dot[] = "\r\n.\r\n";

struct pump {
	struct session *session;
	const struct smtp_mail *mail;
	const struct pump_gate *gate;
	struct pump_record *record;
	uint32_t said[PROTOCOL_RECIPIENTS_MAX]; /* numbers of those that the library knows */
	uint32_t said_count, told;              /* of these were asked for */
	int fd;                                 /* our end of the stream */
	bool is_over;                           /* no more to say to the library */
	bool is_open_transaction;               /* the relay waits for the rest of a mail */
	bool must_end;
	size_t at, end;
	char bytes[16384]; /* from the library */
};

/* ---- the library's side ---- */

/* It is our own fault, and nobody knows any more what the relay waits for. */
static bool
break_off(struct pump *pump, enum smtp_phase phase, const char *why)
{
	session_fail(pump->session, phase, SMTP_BROKEN, "%s", why);
	pump->record->outcome = pump->session->outcome;
	pump->session->is_dead = true;
	pump->is_over = true;
	return false;
}

static bool
fill(struct pump *pump)
{
	ssize_t n;

	if (pump->at > 0) {
		memmove(pump->bytes, pump->bytes + pump->at, pump->end - pump->at);
		pump->end -= pump->at;
		pump->at = 0;
	}
	if (pump->end == sizeof(pump->bytes) ||
	    stream_wait(pump->fd, POLLIN, clock_boottime_ms() + LIBRARY_MS) < 0)
		return false;
	n = recv(pump->fd, pump->bytes + pump->end, sizeof(pump->bytes) - pump->end, 0);
	if (n <= 0)
		return false;
	pump->end += (size_t)n;
	return true;
}

/* A line of the library with its CRLF; NULL: none came. */
static const char *
next_command(struct pump *pump, size_t *ret_len)
{
	const char *line, *newline;

	for (;;) {
		line = pump->bytes + pump->at;
		newline = memchr(line, '\n', pump->end - pump->at);
		if (newline != NULL)
			break;
		if (!fill(pump))
			return NULL;
	}
	*ret_len = (size_t)(newline - line) + 1;
	pump->at += *ret_len;
	return line;
}

static bool
answer(struct pump *pump, const char *text)
{
	size_t len = strlen(text);

	if (send(pump->fd, text, len, MSG_NOSIGNAL) != (ssize_t)len)
		pump->is_over = true;
	return !pump->is_over;
}

/* One line, whole, of what may be printed: libesmtp believes half a code. */
static bool
answer_reply(struct pump *pump)
{
	const struct smtp_reply *reply = &pump->session->outcome.reply;
	char line[ANSWER_MAX];

	snprintf(line, sizeof(line), "%d %s\r\n", reply->code, reply->text);
	return answer(pump, line);
}

/* ---- what the library says ---- */

/* To the relay and back.  False: it was refused, or worse. */
static bool
forward(struct pump *pump, enum smtp_phase phase, uint32_t timeout_ms, const char *line, size_t len,
    struct smtp_outcome *ret_outcome)
{
	struct session *session = pump->session;
	bool is_accepted = session_ask(session, phase, timeout_ms, line, len);

	*ret_outcome = session->outcome;
	if (session->is_dead) {
		pump->record->outcome = session->outcome;
		pump->is_over = true;
		return false;
	}
	return answer_reply(pump) && is_accepted;
}

static void
take_hello(struct pump *pump, const char *line, size_t len)
{
	char text[256];
	struct strbuf reply;

	(void)line;
	(void)len;
	strbuf_init(&reply, text, sizeof(text));
	strbuf_add(&reply, "250-relay\r\n");
	smtp_offer_write(&pump->session->offer, &reply);
	answer(pump, text);
}

/* Ask the relay to give up when the mail is worth nothing any more (RFC 2852), if it may. */
static void
take_mail(struct pump *pump, const char *line, size_t len)
{
	const struct smtp_offer *offer = &pump->session->offer;
	uint32_t by_s = pump->mail->by_s;
	char more[COMMAND_MAX];
	int more_len;

	if (offer->has_deliverby && by_s > 0 && by_s >= offer->by_min_s) {
		more_len = snprintf(
		    more, sizeof(more), "%.*s BY=%u;R\r\n", (int)len - 2, line, (unsigned)by_s);
		if (more_len > 0 && (size_t)more_len < sizeof(more)) {
			line = more;
			len = (size_t)more_len;
		}
	}
	pump->is_open_transaction = forward(
	    pump, SMTP_MAIL, pump->session->relay->command_ms, line, len, &pump->record->outcome);
}

static void
take_rcpt(struct pump *pump, const char *line, size_t len)
{
	struct pump_record *record = pump->record;

	if (pump->told == pump->said_count) {
		break_off(pump, SMTP_RCPT, "libesmtp invents recipients");
		return;
	}
	if (forward(pump, SMTP_RCPT, pump->session->relay->command_ms, line, len,
		&record->recipients[pump->said[pump->told]]))
		record->accepted++;
	pump->told++;
}

/* How many bytes of the beginning of `dot` end the text. */
static size_t
dot_begun(const char *text, size_t len)
{
	size_t begun = len < sizeof(dot) - 2 ? len : sizeof(dot) - 2;

	while (begun > 0 && memcmp(text + len - begun, dot, begun) != 0)
		begun--;
	return begun;
}

static bool
send_body(struct pump *pump, size_t len)
{
	struct session *session = pump->session;
	bool is_sent =
	    session_send(session, SMTP_DOT, session->relay->block_ms, pump->bytes + pump->at, len);

	pump->at += len;
	if (is_sent)
		return true;
	/* a refusal before the end of the mail is one, but there is no way on from here */
	session->is_dead = true;
	pump->record->outcome = session->outcome;
	pump->is_over = true;
	return false;
}

/* The mail, all but the final dot, which is held back. */
static bool
pass_body(struct pump *pump)
{
	for (;;) {
		const char *text = pump->bytes + pump->at;
		size_t len = pump->end - pump->at;
		const char *end = memmem(text, len, dot, sizeof(dot) - 1);

		if (end != NULL)
			return send_body(pump, (size_t)(end - text) + 2);
		len -= dot_begun(text, len);
		if (len > 0 && !send_body(pump, len))
			return false;
		if (!fill(pump))
			return break_off(pump, SMTP_DOT, "libesmtp left its mail unfinished");
	}
}

static void
take_data(struct pump *pump, const char *line, size_t len)
{
	struct session *session = pump->session;
	struct pump_record *record = pump->record;

	if (record->accepted == 0) { /* it asks all the same */
		record->outcome = record->recipients[pump->said[0]];
		answer(pump, "554 no recipient was accepted\r\n");
		return;
	}
	if (!forward(pump, SMTP_DATA, session->relay->data_ms, line, len, &record->outcome) ||
	    !pass_body(pump))
		return;
	if (!pump->gate->may_go(pump->gate->context)) {
		break_off(pump, SMTP_DOT, "ended before the final dot");
		pump->must_end = true;
		return;
	}
	forward(pump, SMTP_DOT, session->relay->dot_ms, dot + 2, sizeof(dot) - 3, &record->outcome);
	pump->at += sizeof(dot) - 3;
	pump->is_open_transaction = false;
}

static void
take_rset(struct pump *pump, const char *line, size_t len)
{
	(void)line;
	(void)len;
	answer(pump, "250 OK\r\n");
}

static void
take_quit(struct pump *pump, const char *line, size_t len)
{
	(void)line;
	(void)len;
	answer(pump, "221 bye\r\n");
	pump->is_over = true;
}

static const struct {
	const char *word;
	void (*take)(struct pump *pump, const char *line, size_t len);
} commands[] = {
	{ "EHLO ", take_hello },
	{ "MAIL FROM:", take_mail },
	{ "RCPT TO:", take_rcpt },
	{ "DATA", take_data },
	{ "RSET", take_rset },
	{ "QUIT", take_quit },
};

static void
take(struct pump *pump, const char *line, size_t len)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		size_t word = strlen(commands[i].word);

		if (len > word && memcmp(line, commands[i].word, word) == 0) {
			commands[i].take(pump, line, len);
			return;
		}
	}
	pump->is_over = true;
}

/* ---- one mail ---- */

/* What can stand in <> of a command: RFC 5321 without SMTPUTF8, and no quoted blanks. */
static bool
is_sayable(const char *address)
{
	if (address[0] == '\0')
		return false;
	for (; *address != '\0'; address++)
		if (*address <= ' ' || *address > '~' || *address == '<' || *address == '>')
			return false;
	return true;
}

/* One that cannot be addressed has its end here, the others go on; false: there are none. */
static bool
check_addresses(struct pump *pump, const struct smtp_recipient *recipients)
{
	struct session *session = pump->session;
	struct pump_record *record = pump->record;

	if (!is_sayable(pump->mail->from)) {
		session_fail(session, SMTP_MAIL, SMTP_BAD_ADDRESS, "the sender is no address");
		record->outcome = session->outcome;
		return false;
	}
	for (uint32_t i = 0; i < pump->mail->recipients; i++) {
		if (is_sayable(recipients[i].address)) {
			pump->said[pump->said_count++] = i;
			continue;
		}
		session_fail(session, SMTP_RCPT, SMTP_BAD_ADDRESS, "recipient %u is no address",
		    (unsigned)i + 1);
		record->recipients[i] = session->outcome;
	}
	if (pump->said_count == 0)
		record->outcome = record->recipients[0];
	return pump->said_count > 0;
}

static int
begin_dialogue(struct pump *pump, const struct smtp_recipient *recipients, const char *body,
    struct dialogue **ret_dialogue)
{
	const char *addresses[PROTOCOL_RECIPIENTS_MAX];
	struct session *session = pump->session;
	struct err err = { 0 };
	int r;

	for (uint32_t i = 0; i < pump->said_count; i++)
		addresses[i] = recipients[pump->said[i]].address;
	r = dialogue_begin(pump->mail, addresses, pump->said_count, body, &session->offer,
	    ret_dialogue, &pump->fd, &err);
	if (r == 0)
		return 0;
	session_fail(session, SMTP_MAIL, SMTP_BROKEN, "%s", err.text);
	pump->record->outcome = session->outcome;
	return r;
}

static void
run(struct pump *pump)
{
	const char *line;
	size_t len;

	if (!answer(pump, "220 relay\r\n"))
		return;
	while (!pump->is_over) {
		line = next_command(pump, &len);
		if (line != NULL)
			take(pump, line, len);
		else
			pump->is_over = true;
	}
}

/* An accepted command is no accepted mail. */
static void
settle(struct pump *pump)
{
	const struct smtp_outcome *outcome = &pump->record->outcome;

	if (outcome->phase != SMTP_DOT && outcome->ending == SMTP_REPLIED &&
	    outcome->reply.code < 400)
		break_off(pump, outcome->phase, "libesmtp ended before the mail did");
}

bool
pump_mail(struct session *session, const struct smtp_mail *mail,
    const struct smtp_recipient *recipients, const char *body, const struct pump_gate *gate,
    struct pump_record *ret_record)
{
	struct pump pump = {
		.session = session,
		.mail = mail,
		.gate = gate,
		.record = ret_record,
	};
	struct dialogue *dialogue;

	*ret_record = (struct pump_record){ .outcome = { .phase = SMTP_MAIL } };
	if (!check_addresses(&pump, recipients) ||
	    begin_dialogue(&pump, recipients, body, &dialogue) < 0)
		return true;
	run(&pump);
	close(pump.fd);
	settle(&pump);
	if (pump.is_open_transaction)
		session_reset(session);
	return dialogue_end(dialogue) == 0 && !pump.must_end;
}
