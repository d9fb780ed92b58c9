/* SPDX-License-Identifier: BSD-2-Clause */
#include "smtp/serve.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "smtp/body.h"
#include "smtp/input.h"
#include "smtp/pump.h"
#include "smtp/session.h"
#include "sys/clock.h"

struct helper {
	struct input input;
	struct session session;
	struct smtp_relay relay;
	struct smtp_mail mail;
	struct smtp_recipient recipients[PROTOCOL_RECIPIENTS_MAX];
	char *body; /* CRLF only */
	struct pump_record record;
	struct protocol_line line; /* the last one read */
	int status;                /* not 0: leave with it */
};

/* Static: it is large, and in no core dump. */
static struct helper helper;

static bool
leave(int status, const char *why)
{
	if (helper.status == 0)
		helper.status = status;
	if (why != NULL)
		fprintf(stderr, "envsensord-smtp: %s\n", why);
	return false;
}

/* The next line, which must be of this verb.  False: leave, or with *ret_is_end: there is none. */
static bool
read_line(enum protocol_verb verb, bool *ret_is_end)
{
	enum input_read read = input_line(&helper.input, &helper.line);

	*ret_is_end = read == INPUT_END;
	if (read == INPUT_END)
		return false;
	if (read == INPUT_GARBAGE || helper.line.verb != verb)
		return leave(EXIT_USAGE, "the input is not understood");
	return true;
}

static bool
say(const struct protocol_line *line)
{
	return output_line(line) || leave(EXIT_BROKEN_OFF, NULL);
}

/* ---- reports ---- */

static void
report_init(enum protocol_verb verb, const struct smtp_outcome *outcome, bool has_others,
    struct protocol_line *ret_line)
{
	struct smtp_report *report = &ret_line->report;
	struct smtp_verdict verdict = smtp_verdict(outcome, has_others);

	protocol_line_init(verb, ret_line);
	memcpy(report->id, helper.mail.id, sizeof(report->id));
	report->phase = outcome->phase;
	report->result = verdict.result;
	report->class = verdict.class;
	report->code = outcome->reply.code;
	memcpy(report->enhanced, outcome->reply.enhanced, sizeof(report->enhanced));
	memcpy(report->text, outcome->reply.text, sizeof(report->text));
	/* its dates mean nothing to a clock that is not set */
	if (outcome->ending == SMTP_BAD_CERTIFICATE && !helper.relay.is_clock_sure)
		report->class = RESULT_TEMPORARY;
}

static bool
report_connection(bool is_open)
{
	const struct smtp_connected *connected = &helper.session.connected;
	struct protocol_line line;

	if (is_open) {
		protocol_line_init(PROTOCOL_CONNECTED, &line);
		line.connected = *connected;
		return say(&line);
	}
	report_init(PROTOCOL_FAILED, &helper.session.outcome, false, &line);
	line.report.has_days = connected->has_days;
	line.report.days = connected->days;
	line.report.took_ms = connected->took_ms;
	return say(&line);
}

/* What becomes of a recipient: its own refusal, or the end of the mail. */
static const struct smtp_outcome *
outcome_of(uint32_t recipient)
{
	const struct pump_record *record = &helper.record;
	const struct smtp_outcome *own = &record->recipients[recipient];
	bool is_refused = own->phase == SMTP_RCPT && own->ending == SMTP_REPLIED &&
	                  !smtp_is_accepted(SMTP_RCPT, own->reply.code);

	return is_refused || own->ending == SMTP_BAD_ADDRESS ? own : &record->outcome;
}

static bool
report_mail(uint32_t took_ms)
{
	bool has_others = helper.record.accepted > 0;
	struct protocol_line line;

	for (uint32_t i = 0; i < helper.mail.recipients; i++) {
		report_init(PROTOCOL_TOLD, outcome_of(i), has_others, &line);
		line.report.number = i;
		line.report.took_ms = took_ms;
		if (!say(&line))
			return false;
	}
	report_init(PROTOCOL_RESULT, &helper.record.outcome, has_others, &line);
	line.report.took_ms = took_ms;
	return say(&line);
}

/* ---- mails ---- */

/* pump_gate: the mailer writes down that the mail may arrive from now on, then says go. */
static bool
may_go(void *context)
{
	struct protocol_line line;
	bool is_end;

	(void)context;
	protocol_line_init(PROTOCOL_FINAL, &line);
	memcpy(line.mark.id, helper.mail.id, sizeof(line.mark.id));
	if (!say(&line))
		return false;
	if (!input_wait(&helper.input, helper.relay.block_ms))
		return leave(EXIT_BROKEN_OFF, "no \"go\" in time");
	if (!read_line(PROTOCOL_GO, &is_end))
		return leave(EXIT_BROKEN_OFF, NULL);
	if (strcmp(helper.line.mark.id, helper.mail.id) != 0)
		return leave(EXIT_USAGE, "\"go\" is for another mail");
	return true;
}

static bool
read_body(void)
{
	char *bytes = malloc(helper.mail.size + 1);
	bool is_read = false;
	size_t len;

	if (bytes == NULL)
		return leave(EXIT_BROKEN_OFF, "out of memory");
	if (!input_bytes(&helper.input, bytes, helper.mail.size)) {
		leave(EXIT_BROKEN_OFF, NULL);
		goto done;
	}
	len = body_length(bytes, helper.mail.size);
	helper.body = malloc(len + 1);
	if (helper.body == NULL) {
		leave(EXIT_BROKEN_OFF, "out of memory");
		goto done;
	}
	body_write(bytes, helper.mail.size, helper.body);
	helper.mail.size = (uint32_t)len;
	is_read = true;

done:
	free(bytes);
	return is_read;
}

/* False: there is no more, or leave. */
static bool
read_mail(void)
{
	bool is_end;

	if (!read_line(PROTOCOL_MESSAGE, &is_end))
		return false;
	helper.mail = helper.line.mail;
	for (uint32_t i = 0; i < helper.mail.recipients; i++) {
		if (!read_line(PROTOCOL_RECIPIENT, &is_end))
			return leave(EXIT_BROKEN_OFF, NULL);
		helper.recipients[i] = helper.line.recipient;
	}
	return read_body();
}

/*
 * Until the mailer says something.  False: the relay has left meanwhile, or spoke unasked, which is
 * as good as leaving; better to know that before the next mail than by it.
 */
static bool
wait_for_mail(void)
{
	struct session *session = &helper.session;
	struct pollfd fds[] = {
		{ .fd = helper.input.fd, .events = POLLIN },
		{ .fd = session->stream.fd, .events = POLLIN },
	};

	while (!input_wait(&helper.input, 0)) {
		if (poll(fds, sizeof(fds) / sizeof(fds[0]), -1) < 0 && errno != EINTR)
			return true;
		if (fds[1].revents == 0)
			continue;
		if (stream_read_now(&session->stream, session->bytes, sizeof(session->bytes)) !=
		    0) {
			session->is_dead = true;
			return false;
		}
	}
	return true;
}

/* Mail after mail.  False: the process must end without another word to the relay. */
static bool
carry_mails(void)
{
	static const struct pump_gate gate = { may_go, NULL };
	const struct smtp_relay *relay = &helper.relay;

	for (uint32_t mails = 0; relay->mails == 0 || mails < relay->mails; mails++) {
		int64_t began_ms;
		bool is_well;

		if (!wait_for_mail())
			break;
		if (!read_mail())
			return helper.status == 0;
		began_ms = clock_boottime_ms();
		is_well = pump_mail(&helper.session, &helper.mail, helper.recipients, helper.body,
		    &gate, &helper.record);
		if (helper.status != 0)
			return false;
		if (!report_mail((uint32_t)(clock_boottime_ms() - began_ms)) || !is_well)
			return false;
		free(helper.body);
		helper.body = NULL;
		if (helper.session.is_dead)
			break;
	}
	return true;
}

int
serve(void)
{
	struct protocol_line end;
	bool is_end, is_open;

	helper.input.fd = STDIN_FILENO;
	if (!read_line(PROTOCOL_RELAY, &is_end))
		return is_end ? 0 : helper.status;
	helper.relay = helper.line.relay;
	explicit_bzero(&helper.line, sizeof(helper.line));
	is_open = session_open(&helper.session, &helper.relay, NULL);
	explicit_bzero(helper.relay.secret, sizeof(helper.relay.secret));
	if (!report_connection(is_open) || (is_open && !carry_mails()))
		return helper.status != 0 ? helper.status : EXIT_BROKEN_OFF;
	session_close(&helper.session);
	protocol_line_init(PROTOCOL_END, &end);
	return say(&end) ? 0 : helper.status;
}

static void
tell_person(const char *stage, const char *text)
{
	printf("%-14s %s\n", stage, text);
	fflush(stdout);
}

int
probe(const struct smtp_relay *relay)
{
	const struct smtp_outcome *outcome = &helper.session.outcome;
	struct protocol_line line;
	const struct smtp_report *report = &line.report;

	helper.relay.is_clock_sure = relay->is_clock_sure;
	if (session_open(&helper.session, relay, tell_person)) {
		session_close(&helper.session);
		tell_person("ok", "the relay can be used; no mail was sent");
		return 0;
	}
	report_init(PROTOCOL_FAILED, outcome, false, &line);
	session_close(&helper.session);
	printf("%-14s %d %s (%s), at %s", "failed", (int)report->result,
	    result_name(report->result), result_text(report->result),
	    smtp_phase_name(report->phase));
	if (report->code != 0)
		printf(": %d", (int)report->code);
	printf("%s%s%s%s\n", report->enhanced[0] != '\0' ? " " : "", report->enhanced,
	    report->text[0] == '\0' ? ""
	    : report->code == 0     ? ": "
				    : " ",
	    report->text);
	return EXIT_BROKEN_OFF;
}
