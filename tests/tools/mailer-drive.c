/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mailer by lines of standard input, in the place of the engine; it says on standard output
 * what the engine would be told.  Ends with its input, after a stop.
 *
 *   relay INDEX KEY=VALUE...     a row of the configuration; keys see take_setting
 *   mails COUNT                  over one connection
 *   apply                        puts in force what was said so far
 *   stored yes|old|no            whether of the mails that follow it is stored that they may
 *                                arrive; old: they were made long ago
 *   mail ID RELAY ADDRESS...     outcome ID RESULT CLASS CODE RELAY TEXT, for each address
 *   check ID RELAY               checked RELAY RESULT CLASS DAYS TEXT
 *   answer yes|no|never|full     asked ID: how the engine will answer from now on
 *   stop MS                      stopped CODE
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "mail/mailer.h"
#include "sys/clock.h"
#include "sys/log.h"

#define STOP_MS   3000
#define OLD_MS    600000
#define WORDS_MAX 64

enum answer { ANSWER_YES, ANSWER_NO, ANSWER_STALE, ANSWER_NEVER, ANSWER_FULL, ANSWER_COUNT };

static _Atomic unsigned answer;
static bool is_stored, is_old;
static struct mailer *mailer;
static struct conf *conf;

static void
say_outcome(void *context, struct delivery_outcome *outcome)
{
	(void)context;
	printf("outcome %u %s %d %d %s %s\n", (unsigned)outcome->delivery,
	    result_name(outcome->result), (int)outcome->class, (int)outcome->code, outcome->relay,
	    outcome->text);
	free(outcome);
}

static void
say_checked(void *context, struct relay_outcome *checked)
{
	(void)context;
	printf("checked %u %s %d %d %s\n", (unsigned)checked->relay, result_name(checked->result),
	    (int)checked->class, checked->has_days ? (int)checked->days : -1, checked->text);
	free(checked);
}

static bool
say_asked(void *context, struct mail_go_request *request)
{
	static const int codes[] = { 0, -EIO, -ESTALE };
	unsigned how = answer;

	(void)context;
	printf("asked %u\n", (unsigned)request->job);
	if (how == ANSWER_FULL)
		return false;
	if (how != ANSWER_NEVER)
		chan_answer(&request->request, codes[how], NULL);
	free(request);
	return true;
}

/* ---- what is told ---- */

static uint32_t
number(const char *text)
{
	uint32_t number = 0;

	if (text == NULL || text_parse_u32(text, 0, UINT32_MAX, &number) < 0) {
		fprintf(stderr, "mailer-drive: %s: no number\n", text != NULL ? text : "");
		exit(EXIT_FAILURE);
	}
	return number;
}

static void
take_setting(struct conf_relay *relay, const char *key, const char *value)
{
	if (strcmp(key, "port") == 0)
		relay->port = number(value);
	else if (strcmp(key, "security") == 0)
		relay->security = (enum conf_security)number(value);
	else if (strcmp(key, "auth") == 0)
		relay->auth = (enum conf_auth)number(value);
	else if (strcmp(key, "deadline") == 0)
		relay->deadline_ms = number(value);
	else if (strcmp(key, "timeout") == 0)
		relay->connect_timeout_ms = relay->command_timeout_ms = relay->data_timeout_ms =
		    relay->block_timeout_ms = relay->dot_timeout_ms = number(value);
	else if (strcmp(key, "ca-file") == 0)
		text_copy(relay->ca_file, sizeof(relay->ca_file), value);
	else if (strcmp(key, "user") == 0)
		text_copy(relay->user, sizeof(relay->user), value);
	else if (strcmp(key, "password") == 0)
		text_copy(relay->password, sizeof(relay->password), value);
	else if (strcmp(key, "token-command") == 0)
		text_copy(relay->token_command, sizeof(relay->token_command), value);
}

/* In a value '+' is a blank. */
static void
do_relay(char **words)
{
	struct conf_relay *relay = conf_add_relay(conf);

	if (relay == NULL)
		exit(EXIT_FAILURE);
	relay->index = number(words[0]);
	relay->security = SECURITY_NONE;
	relay->allow_insecure = true;
	text_copy(relay->host, sizeof(relay->host), "127.0.0.1");
	for (words++; *words != NULL; words++) {
		char *equals = strchr(*words, '=');

		for (char *at = equals; (at = strchr(at, '+')) != NULL;)
			*at = ' ';
		*equals = '\0';
		take_setting(relay, *words, equals + 1);
	}
}

static void
do_mails(char **words)
{
	conf->mail.connection_mails = number(words[0]);
}

static void
do_apply(char **words)
{
	(void)words;
	conf_seal(conf);
	mailer_apply(mailer, conf);
	conf_unref(conf);
	conf = conf_new();
}

static void
do_mail(char **words)
{
	struct mail_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		exit(EXIT_FAILURE);
	job->id = number(words[0]);
	job->relay = number(words[1]);
	job->is_in_doubt = is_stored;
	job->made_ms = clock_boottime_ms() - (is_old ? OLD_MS : 0);
	text_copy(job->from, sizeof(job->from), "alarm@example.org");
	for (words += 2; *words != NULL; words++) {
		struct mail_to *to = &job->recipients[job->recipient_count++];

		to->delivery = job->id;
		text_copy(to->address, sizeof(to->address), *words);
	}
	job->bytes = malloc(200);
	if (job->bytes == NULL)
		exit(EXIT_FAILURE);
	job->size = (size_t)snprintf(job->bytes, 200,
	    "From: alarm@example.org\r\nSubject: mail %u\r\n\r\nIt is warm.\r\n",
	    (unsigned)job->id);
	if (!mailer_deliver(mailer, job))
		mail_job_free(job);
}

static void
do_answer(char **words)
{
	static const char *const names[ANSWER_COUNT] = { "yes", "no", "stale", "never", "full" };

	for (unsigned i = 0; i < ANSWER_COUNT; i++)
		if (strcmp(words[0], names[i]) == 0)
			answer = i;
}

static void
do_stored(char **words)
{
	is_stored = strcmp(words[0], "no") != 0;
	is_old = strcmp(words[0], "old") == 0;
}

static void
do_stop(char **words)
{
	printf("stopped %d\n", mailer_stop(mailer, number(words[0])));
}

static void
obey(char *line)
{
	static const struct {
		const char *name;
		void (*obey)(char **words);
	} commands[] = {
		{ "relay", do_relay },
		{ "mails", do_mails },
		{ "apply", do_apply },
		{ "mail", do_mail },
		{ "check", do_mail },
		{ "answer", do_answer },
		{ "stored", do_stored },
		{ "stop", do_stop },
	};
	char *words[WORDS_MAX + 1] = { NULL }, *rest;
	size_t count = 0;

	for (char *word = strtok_r(line, " \n", &rest); word != NULL && count < WORDS_MAX;
	     word = strtok_r(NULL, " \n", &rest))
		words[count++] = word;
	for (size_t i = 0; count > 0 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, words[0]) == 0)
			commands[i].obey(words + 1);
}

int
main(void)
{
	const struct mailer_listener listener = { say_outcome, say_checked, say_asked, NULL };
	char line[4096];

	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	log_init("mailer-drive", LOG_LEVEL_INFO);
	conf = conf_new();
	if (conf == NULL || mailer_new(mailer_program(), &listener, &mailer) < 0 ||
	    mailer_start(mailer) < 0)
		return EXIT_FAILURE;
	while (fgets(line, sizeof(line), stdin) != NULL)
		obey(line);
	mailer_stop(mailer, STOP_MS);
	mailer_free(mailer);
	conf_unref(conf);
	return EXIT_SUCCESS;
}
