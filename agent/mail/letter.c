/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "core/strbuf.h"
#include "core/text.h"
#include "mail/mail_private.h"
#include "sys/log.h"

struct letter *
letter_new(struct mail_job *job)
{
	size_t count = job->recipient_count;
	struct letter *letter = calloc(1, sizeof(*letter) + count * sizeof(letter->outcomes[0]));
	bool is_whole;

	if (letter == NULL)
		return NULL;
	letter->job = job;
	letter->request = malloc(sizeof(*letter->request));
	letter->check = malloc(sizeof(*letter->check));
	letter->link = link_new(job->relay);
	is_whole = letter->request != NULL && letter->check != NULL && letter->link != NULL;
	for (size_t i = 0; i < count; i++) {
		letter->outcomes[i] = calloc(1, sizeof(*letter->outcomes[i]));
		is_whole &= letter->outcomes[i] != NULL;
	}
	if (is_whole)
		return letter;
	letter_give_back(letter);
	return NULL;
}

void
letter_give_back(struct letter *letter)
{
	for (size_t i = 0; i < letter->job->recipient_count; i++)
		free(letter->outcomes[i]);
	free(letter->request);
	free(letter->check);
	link_free(letter->link);
	free(letter);
}

void
letter_free(struct letter *letter)
{
	struct mail_job *job;

	if (letter == NULL)
		return;
	job = letter->job;
	letter_give_back(letter);
	mail_job_free(job);
}

bool
letter_is_check(const struct letter *letter)
{
	return letter->job->recipient_count == 0;
}

void
report_own(
    enum result result, enum result_class class, const char *text, struct smtp_report *ret_report)
{
	memset(ret_report, 0, sizeof(*ret_report));
	ret_report->phase = SMTP_PHASE_COUNT;
	ret_report->result = result;
	ret_report->class = class;
	text_clean(text, strlen(text), ret_report->text, sizeof(ret_report->text));
}

static const char *
phase_of(const struct smtp_report *report)
{
	return report->phase < SMTP_PHASE_COUNT ? smtp_phase_name(report->phase) : NULL;
}

/* Each attempt is a line.  `to` is NULL of a check: whether it is news the engine says. */
static void
log_attempt(const struct link *link, const struct letter *letter, const struct mail_to *to,
    const struct smtp_report *report)
{
	static const char *const next[] = {
		[RESULT_DONE] = "",
		[RESULT_TEMPORARY] = "; it will be tried again",
		[RESULT_CONFIGURATION] = "; mail waits until that is put right",
		[RESULT_PERMANENT] = "; it is given up",
		[RESULT_IN_DOUBT] = "; it may have arrived, and will be tried again",
	};
	const struct log_about about = {
		.alarm = to != NULL ? to->alarm : 0,
		.event = to != NULL ? to->event : 0,
		.result = result_name(report->result),
		.is_paced = true,
	};
	char buffer[600];
	struct strbuf line;

	strbuf_init(&line, buffer, sizeof(buffer));
	strbuf_add(&line, "%s%s by %s: %s", to != NULL ? "mail to " : "check of the way",
	    to != NULL ? to->address : "", link->host, about.result);
	if (phase_of(report) != NULL)
		strbuf_add(&line, " at %s", phase_of(report));
	strbuf_add(&line, " in %u ms", (unsigned)report->took_ms);
	if (report->result != RESULT_OK)
		strbuf_add(&line, " (%s)", result_text(report->result));
	if (report->code != 0)
		strbuf_add(&line, ": %d", (int)report->code);
	if (report->enhanced[0] != '\0')
		strbuf_add(&line, " %s", report->enhanced);
	if (report->text[0] != '\0')
		strbuf_add(&line, "%s %s", report->code == 0 ? ":" : "", report->text);
	if (to == NULL)
		log_at(LOG_LEVEL_DEBUG, &about, "%s", buffer);
	else if (report->class == RESULT_DONE)
		log_at(LOG_LEVEL_INFO, &about, "%s", buffer);
	else
		log_at(LOG_LEVEL_WARNING, &about, "%s%s", buffer,
		    letter->job->is_once ? "" : next[report->class]);
}

void
letter_tell_next(struct link *link, struct letter *letter, const struct smtp_report *report)
{
	const struct mail_to *to = &letter->job->recipients[letter->told];
	struct delivery_outcome *outcome = letter->outcomes[letter->told];

	outcome->delivery = to->delivery;
	outcome->result = report->result;
	outcome->class = report->class;
	outcome->code = report->code;
	outcome->took_ms = report->took_ms;
	outcome->phase = phase_of(report);
	text_copy(outcome->enhanced, sizeof(outcome->enhanced), report->enhanced);
	text_copy(outcome->text, sizeof(outcome->text), report->text);
	text_copy(outcome->relay, sizeof(outcome->relay), link->host);
	log_attempt(link, letter, to, report);
	letter->outcomes[letter->told++] = NULL;
	link->mailer->listener.outcome(link->mailer->listener.context, outcome);
}

void
letter_tell_relay(struct link *link, struct letter *letter, const struct smtp_report *report)
{
	struct relay_outcome *check = letter->check;

	if (check == NULL)
		return;
	letter->check = NULL;
	*check = (struct relay_outcome){
		.relay = link->relay,
		.result = report->result,
		.class = report->class,
		.code = report->code,
		.took_ms = report->took_ms,
		.has_days = report->has_days,
		.days = report->days,
	};
	text_copy(check->text, sizeof(check->text), report->text);
	link->mailer->listener.checked(link->mailer->listener.context, check);
}

void
letter_tell_rest(struct link *link, struct letter *letter, const struct smtp_report *report)
{
	if (letter_is_check(letter))
		log_attempt(link, letter, NULL, report);
	if (letter_is_check(letter) || report->has_days)
		letter_tell_relay(link, letter, report);
	while (letter->told < letter->job->recipient_count)
		letter_tell_next(link, letter, report);
}
