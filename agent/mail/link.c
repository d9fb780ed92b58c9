/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "mail/mail_private.h"

#define LINGER_MS 2000 /* the engine's next mail, made of what came behind the last */
#define CLOSE_MS  5000 /* for QUIT, whose answer is nobody's business */

static struct letter *
first(const struct link *link)
{
	return STAILQ_FIRST(&link->letters);
}

static void
drop_first(struct link *link)
{
	struct letter *letter = first(link);

	STAILQ_REMOVE_HEAD(&link->letters, next);
	letter_free(letter);
}

static void
finish_first(struct link *link, const struct smtp_report *report)
{
	letter_tell_rest(link, first(link), report);
	drop_first(link);
}

struct link *
link_new(uint32_t relay)
{
	struct link *link = calloc(1, sizeof(*link));

	if (link == NULL)
		return NULL;
	link->relay = relay;
	link->state = LINK_DOWN;
	snprintf(link->host, sizeof(link->host), "relay %u", (unsigned)relay);
	STAILQ_INIT(&link->letters);
	return link;
}

void
link_free(struct link *link)
{
	if (link == NULL)
		return;
	while (first(link) != NULL)
		drop_first(link);
	child_free(link->child);
	conf_unref(link->conf);
	explicit_bzero(link->token, sizeof(link->token));
	free(link);
}

/* ---- what goes wrong ---- */

static void
kill_child(struct link *link)
{
	if (link->child != NULL)
		child_kill(link->child);
	link->state = link->child != NULL ? LINK_CLOSING : LINK_DOWN;
}

void
link_fail_all(struct link *link, const struct smtp_report *report)
{
	while (first(link) != NULL)
		finish_first(link, report);
	kill_child(link);
}

/* Of what was in hand as the process failed us: nobody else is to blame, and nobody else has
 * waited. */
static void
fail_in_hand(struct link *link, enum result result, const char *text)
{
	enum result_class class = RESULT_TEMPORARY;
	struct smtp_report report;

	if (link->state == LINK_GONE) {
		class = RESULT_IN_DOUBT;
		if (result == RESULT_TIMEOUT)
			result = RESULT_DATA_NOT_FINISHED;
	}
	report_own(result, class, text, &report);
	if (link->state == LINK_ASKING || link->state == LINK_GONE)
		report.phase = SMTP_DOT;
	switch (link->state) {
	case LINK_TOKEN:
	case LINK_OPENING:
		link_fail_all(link, &report);
		return;
	case LINK_SENDING:
	case LINK_ASKING:
	case LINK_GONE:
		finish_first(link, &report);
		break;
	case LINK_DOWN:
	case LINK_IDLE:
	case LINK_CLOSING:
		break;
	}
	kill_child(link);
}

/* The relay had left before the letter came: it was not tried, so once more over a new one. */
static void
try_again(struct link *link)
{
	struct smtp_report report;

	if (!first(link)->is_again) {
		first(link)->is_again = true;
		return;
	}
	report_own(RESULT_SERVER_NOT_READY, RESULT_TEMPORARY,
	    "the server ends connections before a mail is sent", &report);
	finish_first(link, &report);
}

static void
end_token(struct link *link, int64_t now_ms)
{
	char how[CHILD_ENDING_SIZE], text[CHILD_ENDING_SIZE + 64];
	bool is_good = child_status(link->child) == 0 && link->token[0] != '\0';

	child_ending(link->child, how);
	child_free(link->child);
	link->child = NULL;
	if (is_good) {
		link_open_helper(link, now_ms);
		return;
	}
	snprintf(text, sizeof(text), "token-command: no token: %s", how);
	fail_in_hand(link, RESULT_INTERNAL_ERROR, text);
}

/* Something waits for a connection that was open and has carried nothing. */
static bool
has_left_early(const struct link *link)
{
	return link->is_ended && first(link) != NULL &&
	       (link->state == LINK_SENDING || link->mails == 0);
}

static void
end_helper(struct link *link)
{
	char how[CHILD_ENDING_SIZE], text[CHILD_ENDING_SIZE + 32];

	child_ending(link->child, how);
	snprintf(text, sizeof(text), "envsensord-smtp: %s", how);
	if (has_left_early(link))
		try_again(link);
	else if (child_is_late(link->child))
		fail_in_hand(link, RESULT_TIMEOUT, "no end in the time that the relay has");
	else
		fail_in_hand(link, RESULT_INTERNAL_ERROR, text);
	child_free(link->child);
	link->child = NULL;
	link->state = LINK_DOWN;
}

/* ---- what the helper says ---- */

static bool
is_of_first(const struct link *link, const char *id)
{
	char want[PROTOCOL_ID_SIZE];

	if (first(link) == NULL)
		return false;
	snprintf(want, sizeof(want), "%u", (unsigned)first(link)->job->id);
	return strcmp(id, want) == 0;
}

static void
become_idle(struct link *link, int64_t now_ms)
{
	link->state = LINK_IDLE;
	link->idle_until_ms = now_ms + LINGER_MS;
}

/* What the engine has allowed already may have had to wait for those before it. */
static bool
is_allowed(const struct link *link, const struct mail_job *job, int64_t now_ms)
{
	int64_t fresh_ms = link->conf->delivery.look_again_after_s * INT64_C(1000);

	return job->is_in_doubt && now_ms - job->made_ms <= fresh_ms;
}

static void
ask(struct link *link, int64_t now_ms)
{
	const struct mailer_listener *listener = &link->mailer->listener;
	struct letter *letter = first(link);
	struct mail_go_request *request = letter->request;

	*request = (struct mail_go_request){
		.request = { .id = letter->job->id, .replies = link->mailer->replies },
		.job = letter->job->id,
	};
	link->state = LINK_ASKING;
	if (is_allowed(link, letter->job, now_ms)) {
		link_answer(link, 0);
		return;
	}
	letter->request = NULL;
	if (listener->ask(listener->context, request))
		return;
	letter->request = request;
	fail_in_hand(link, RESULT_INTERNAL_ERROR, "it cannot be stored now that it may arrive");
}

static int
write_line(struct link *link, const struct protocol_line *line)
{
	char *text = link->mailer->text;
	int len = protocol_write(line, text, sizeof(link->mailer->text));

	return len < 0 ? len : child_write(link->child, text, (size_t)len);
}

void
link_answer(struct link *link, int code)
{
	struct protocol_line *line = &link->mailer->line;

	if (code == -ESTALE) {
		fail_in_hand(link, RESULT_TIMEOUT,
		    "it took so long that what the mail says is not true any more");
		return;
	}
	if (code < 0) {
		fail_in_hand(
		    link, RESULT_INTERNAL_ERROR, "it could not be stored that it may arrive");
		return;
	}
	protocol_line_init(PROTOCOL_GO, line);
	snprintf(line->mark.id, sizeof(line->mark.id), "%u", (unsigned)first(link)->job->id);
	if (write_line(link, line) < 0) {
		fail_in_hand(link, RESULT_INTERNAL_ERROR, "out of memory");
		return;
	}
	link->state = LINK_GONE;
}

static bool
hear_told(struct link *link, const struct smtp_report *report)
{
	struct letter *letter = first(link);

	if (!is_of_first(link, report->id) || report->number != letter->told ||
	    letter->told >= letter->job->recipient_count)
		return false;
	letter_tell_next(link, letter, report);
	return true;
}

static bool
hear_result(struct link *link, const struct smtp_report *report, int64_t now_ms)
{
	if (!is_of_first(link, report->id))
		return false;
	finish_first(link, report);
	link->mails++;
	become_idle(link, now_ms);
	return true;
}

/* False: it should not have said that, at least not now. */
static bool
hear(struct link *link, const struct protocol_line *line, int64_t now_ms)
{
	enum link_state state = link->state;
	bool is_in_hand = state == LINK_SENDING || state == LINK_GONE;

	switch (line->verb) {
	case PROTOCOL_CONNECTED:
		if (state != LINK_OPENING)
			return false;
		link->connected = line->connected;
		become_idle(link, now_ms);
		return true;
	case PROTOCOL_FAILED:
		if (state != LINK_OPENING)
			return false;
		link_fail_all(link, &line->report);
		return true;
	case PROTOCOL_FINAL:
		if (state != LINK_SENDING || !is_of_first(link, line->mark.id))
			return false;
		ask(link, now_ms);
		return true;
	case PROTOCOL_TOLD:
		return is_in_hand && hear_told(link, &line->report);
	case PROTOCOL_RESULT:
		return is_in_hand && hear_result(link, &line->report, now_ms);
	case PROTOCOL_END:
		if (state != LINK_IDLE && state != LINK_SENDING)
			return false;
		link->is_ended = true;
		if (state == LINK_IDLE)
			link->state = LINK_CLOSING;
		child_set_deadline(link->child, now_ms + CLOSE_MS);
		return true;
	case PROTOCOL_RELAY:
	case PROTOCOL_MESSAGE:
	case PROTOCOL_RECIPIENT:
	case PROTOCOL_GO:
	case PROTOCOL_VERB_COUNT:
		break;
	}
	return false;
}

static void
hear_all(struct link *link, int64_t now_ms)
{
	struct protocol_line *line = &link->mailer->line;
	char *text;
	size_t len;

	while ((text = child_line(link->child, &len)) != NULL) {
		if (link->state == LINK_CLOSING)
			continue;
		if (link->state == LINK_TOKEN) {
			if (link->token[0] == '\0' &&
			    !text_copy(link->token, sizeof(link->token), text))
				link->token[0] = '\0'; /* the half of one is none */
			explicit_bzero(text, len);
			continue;
		}
		if (protocol_read(text, len, line) == 0 && hear(link, line, now_ms))
			continue;
		fail_in_hand(link, RESULT_INTERNAL_ERROR, "envsensord-smtp makes no sense");
	}
}

/* ---- what it is told ---- */

static int
write_mail(struct link *link, const struct mail_job *job)
{
	struct protocol_line *line = &link->mailer->line;
	int r;

	protocol_line_init(PROTOCOL_MESSAGE, line);
	snprintf(line->mail.id, sizeof(line->mail.id), "%u", (unsigned)job->id);
	text_copy(line->mail.from, sizeof(line->mail.from), job->from);
	line->mail.recipients = (uint32_t)job->recipient_count;
	line->mail.size = (uint32_t)job->size;
	line->mail.by_s = job->useful_s;
	r = write_line(link, line);
	for (size_t i = 0; r == 0 && i < job->recipient_count; i++) {
		protocol_line_init(PROTOCOL_RECIPIENT, line);
		text_copy(line->recipient.address, sizeof(line->recipient.address),
		    job->recipients[i].address);
		r = write_line(link, line);
	}
	return r == 0 ? child_write(link->child, job->bytes, job->size) : r;
}

static void
report_connected(const struct link *link, struct smtp_report *ret_report)
{
	report_own(RESULT_OK, RESULT_DONE, "", ret_report);
	ret_report->took_ms = link->connected.took_ms;
	ret_report->has_days = link->connected.has_days;
	ret_report->days = link->connected.days;
}

/* Half of the time that the relay has is kept for the mail that is sent last. */
static bool
is_worn_out(const struct link *link, int64_t now_ms)
{
	uint32_t most = link->conf->mail.connection_mails;

	return link->conf != link->mailer->conf || link->mailer->stop_ms != INT64_MAX ||
	       (most != 0 && link->mails >= most) ||
	       (link->mails > 0 && now_ms - link->began_ms > link->settings->deadline_ms / 2);
}

static void
use_idle(struct link *link, int64_t now_ms)
{
	struct smtp_report report;

	report_connected(link, &report);
	while (first(link) != NULL && letter_is_check(first(link)))
		finish_first(link, &report);
	if (first(link) != NULL && link->mails == 0 && report.has_days)
		letter_tell_relay(link, first(link), &report);
	if (link->mails == 0)
		link->idle_until_ms = now_ms; /* it was for a check alone */
	if (is_worn_out(link, now_ms) || (first(link) == NULL && now_ms >= link->idle_until_ms)) {
		child_close_input(link->child);
		child_set_deadline(link->child, now_ms + CLOSE_MS);
		link->state = LINK_CLOSING;
	} else if (first(link) != NULL) {
		link->state = LINK_SENDING;
		if (write_mail(link, first(link)->job) < 0)
			fail_in_hand(link, RESULT_INTERNAL_ERROR, "out of memory");
	}
}

void
link_step(struct link *link, int64_t now_ms)
{
	bool is_stopping = link->mailer->stop_ms != INT64_MAX;

	if (is_stopping && (link->state == LINK_TOKEN || link->state == LINK_OPENING))
		kill_child(link);
	if (link->child != NULL) {
		child_step(link->child, now_ms);
		hear_all(link, now_ms);
		if (link->state == LINK_IDLE)
			use_idle(link, now_ms);
	}
	if (link->child != NULL && child_has_ended(link->child)) {
		if (link->state == LINK_TOKEN)
			end_token(link, now_ms);
		else
			end_helper(link);
	}
	if (link->state == LINK_DOWN && first(link) != NULL && !is_stopping)
		link_open(link, now_ms);
}

int64_t
link_due_ms(const struct link *link, int64_t now_ms)
{
	int64_t due_ms = link->child != NULL ? child_due_ms(link->child, now_ms) : INT64_MAX;

	return link->state == LINK_IDLE && link->idle_until_ms < due_ms ? link->idle_until_ms
	                                                                : due_ms;
}

bool
link_is_done(const struct link *link)
{
	return link->child == NULL && (first(link) == NULL || link->mailer->stop_ms != INT64_MAX);
}

bool
link_is_asking(const struct link *link, uint64_t job)
{
	return link->state == LINK_ASKING && first(link)->job->id == job;
}
