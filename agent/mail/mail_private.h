/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MAIL_PRIVATE_H
#define MAIL_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "mail/mailer.h"
#include "smtp/protocol.h"
#include "sys/chan.h"
#include "sys/child.h"
#include "sys/thread.h"

/* Inside agent/mail only; the thread's, but for what mailer.c says. */
#define LINKS_MAX 32 /* open at once */

struct link;

/* A job with room for all that will be said of it, so that nothing is lost for want of memory. */
struct letter {
	STAILQ_ENTRY(letter) next;
	struct mail_job *job;
	struct mail_go_request *request;     /* until it is asked */
	struct relay_outcome *check;         /* until it is told */
	struct link *link;                   /* until it is used */
	size_t told;                         /* recipients that have their outcome */
	bool is_again;                       /* its first connection had ended before it came */
	struct delivery_outcome *outcomes[]; /* one for each recipient, until it is told */
};

/* The connection to a relay. */
enum link_state {
	LINK_DOWN,    /* there is no process */
	LINK_TOKEN,   /* the token-command runs */
	LINK_OPENING, /* the helper connects and logs in */
	LINK_IDLE,    /* connected, nothing in hand */
	LINK_SENDING, /* the first letter is in hand */
	LINK_ASKING,  /* all but its final dot was sent */
	LINK_GONE,    /* the dot may have been sent, too */
	LINK_CLOSING, /* nothing more will be said */
};

struct link {
	STAILQ_ENTRY(link) next;
	struct mailer *mailer;
	uint32_t relay;                    /* envsRelayIndex */
	const struct conf *conf;           /* that the connection was made of; counted */
	const struct conf_relay *settings; /* in it */
	char host[CONF_TEXT_SIZE];
	enum link_state state;
	STAILQ_HEAD(, letter) letters;
	struct child *child;
	struct smtp_connected connected;
	uint32_t mails;        /* over this connection */
	bool is_ended;         /* the helper has said so */
	int64_t began_ms;      /* the connection */
	int64_t idle_until_ms; /* then it is closed */
	char token[sizeof(((struct smtp_relay *)NULL)->secret)];
};

struct mailer {
	struct mailer_listener listener;
	char *program;
	struct chan *inbox, *replies;
	struct thread *thread;

	const struct conf *conf; /* in force; counted */
	STAILQ_HEAD(, link) links;
	int64_t stop_ms; /* when it must have ended; INT64_MAX: it goes on */

	struct protocol_line line; /* too large for a stack; wiped behind a secret */
	char text[PROTOCOL_LINE_MAX + 1];
};

/* letter.c.  NULL: out of memory; the job stays the caller's. */
struct letter *letter_new(struct mail_job *job);
void letter_free(struct letter *letter);      /* copes with NULL */
void letter_give_back(struct letter *letter); /* frees all but the job */
bool letter_is_check(const struct letter *letter);

/* What we say ourselves, in the form of the helper's reports; of no phase: SMTP_PHASE_COUNT. */
void report_own(
    enum result result, enum result_class class, const char *text, struct smtp_report *ret_report);

/* Says how it ended for its next recipient, for all that are left, or of the relay. */
void letter_tell_next(struct link *link, struct letter *letter, const struct smtp_report *report);
void letter_tell_rest(struct link *link, struct letter *letter, const struct smtp_report *report);

/* What its connection has found out of the relay: once. */
void letter_tell_relay(struct link *link, struct letter *letter, const struct smtp_report *report);

/* link.c */
struct link *link_new(uint32_t relay); /* NULL: out of memory */
void link_free(struct link *link);     /* kills what runs; copes with NULL */
void link_step(struct link *link, int64_t now_ms);
int64_t link_due_ms(const struct link *link, int64_t now_ms);
bool link_is_done(const struct link *link); /* nothing runs, nothing waits */
bool link_is_asking(const struct link *link, uint64_t job);
void link_answer(struct link *link, int code); /* of the engine */

/* link_open.c: starts the token-command or the helper; what cannot be is told. */
void link_open(struct link *link, int64_t now_ms);
void link_open_helper(struct link *link, int64_t now_ms);

/* All letters of the link end so. */
void link_fail_all(struct link *link, const struct smtp_report *report);

#endif
