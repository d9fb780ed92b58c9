/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "core/text.h"
#include "mail/mail_private.h"
#include "sys/clock.h"

#define TOKEN_MS    30000 /* for a command that asks somebody over the net */
#define TOKEN_WORDS 32

static void
fail_to_start(struct link *link, const struct err *err)
{
	struct smtp_report report;

	report_own(RESULT_INTERNAL_ERROR, RESULT_TEMPORARY, err->text, &report);
	link_fail_all(link, &report);
}

/* ---- the helper ---- */

_Static_assert((int)SECURITY_TLS == (int)RELAY_TLS && (int)SECURITY_NONE == (int)RELAY_NONE,
    "security is numbered as in the MIB");
_Static_assert(
    (int)AUTH_AUTO == (int)RELAY_AUTH_AUTO && (int)AUTH_XOAUTH2 == (int)RELAY_AUTH_XOAUTH2,
    "so are the ways to log in");

static void
describe_relay(const struct link *link, struct smtp_relay *relay)
{
	const struct conf_relay *settings = link->settings;
	bool has_token = settings->auth == AUTH_XOAUTH2;

	text_copy(relay->host, sizeof(relay->host), settings->host);
	relay->port = settings->port;
	relay->security = (enum relay_security)settings->security;
	relay->auth = (enum relay_auth)settings->auth;
	text_copy(relay->user, sizeof(relay->user), settings->user);
	text_copy(
	    relay->secret, sizeof(relay->secret), has_token ? link->token : settings->password);
	text_copy(relay->ca_file, sizeof(relay->ca_file), settings->ca_file);
	relay->connect_ms = settings->connect_timeout_ms;
	relay->command_ms = settings->command_timeout_ms;
	relay->data_ms = settings->data_timeout_ms;
	relay->block_ms = settings->block_timeout_ms;
	relay->dot_ms = settings->dot_timeout_ms;
	relay->mails = link->conf->mail.connection_mails;
	relay->allow_insecure = settings->allow_insecure;
	relay->is_clock_sure = clock_is_synchronised();
}

void
link_open_helper(struct link *link, int64_t now_ms)
{
	struct mailer *mailer = link->mailer;
	const char *const argv[] = { mailer->program, NULL };
	struct err err = { 0 };
	int r = child_start(argv, now_ms + link->settings->deadline_ms, &link->child, &err);

	if (r == 0) {
		protocol_line_init(PROTOCOL_RELAY, &mailer->line);
		describe_relay(link, &mailer->line.relay);
		r = protocol_write(&mailer->line, mailer->text, sizeof(mailer->text));
		if (r > 0)
			r = child_write(link->child, mailer->text, (size_t)r);
		if (r < 0)
			err_set(&err, r, "out of memory");
	}
	explicit_bzero(link->token, sizeof(link->token));
	explicit_bzero(&mailer->line, sizeof(mailer->line));
	explicit_bzero(mailer->text, sizeof(mailer->text));
	link->state = LINK_OPENING;
	link->began_ms = now_ms;
	if (r < 0)
		fail_to_start(link, &err);
}

/* ---- the token ---- */

/* Words between blanks, as they are. */
static void
split(char *text, const char *ret_argv[TOKEN_WORDS + 1])
{
	size_t count = 0;
	char *rest;

	for (char *word = strtok_r(text, " \t", &rest); word != NULL && count < TOKEN_WORDS;
	     word = strtok_r(NULL, " \t", &rest))
		ret_argv[count++] = word;
	ret_argv[count] = NULL;
}

static void
open_token(struct link *link, int64_t now_ms)
{
	const char *argv[TOKEN_WORDS + 1];
	char words[CONF_TEXT_SIZE];
	struct err err = { 0 };
	uint32_t for_ms = link->settings->deadline_ms;
	int r;

	text_copy(words, sizeof(words), link->settings->token_command);
	split(words, argv);
	if (for_ms > TOKEN_MS)
		for_ms = TOKEN_MS;
	link->token[0] = '\0';
	link->state = LINK_TOKEN;
	r = argv[0] == NULL ? err_set(&err, -EINVAL, "there is no token-command")
	                    : child_start(argv, now_ms + for_ms, &link->child, &err);
	if (r < 0)
		fail_to_start(link, &err);
	else
		child_close_input(link->child);
}

void
link_open(struct link *link, int64_t now_ms)
{
	const struct conf *conf = link->mailer->conf;
	const struct conf_relay *settings = conf != NULL ? conf_relay(conf, link->relay) : NULL;
	struct err err = { 0 };

	if (settings == NULL) {
		err_set(&err, -ENOENT, "this relay is not configured any more");
		fail_to_start(link, &err);
		return;
	}
	conf_ref(conf);
	conf_unref(link->conf);
	link->conf = conf;
	link->settings = settings;
	link->mails = 0;
	link->is_ended = false;
	text_copy(link->host, sizeof(link->host), settings->host);
	if (settings->auth == AUTH_XOAUTH2 && settings->user[0] != '\0')
		open_token(link, now_ms);
	else
		link_open_helper(link, now_ms);
}
