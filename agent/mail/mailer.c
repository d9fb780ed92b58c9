/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/mailer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "mail/mail_private.h"
#include "sys/clock.h"
#include "sys/log.h"

#define INBOX_MESSAGES 256
#define REPLIES        64
#define STOP_SPARE_MS  500 /* of the time to stop: to kill and to reap */

enum mailer_message {
	MAILER_LETTER, /* data: struct letter, taken */
	MAILER_CONF,   /* data: struct conf, a reference */
	MAILER_STOP,   /* data: int64_t, taken: when it must have ended */
	MAILER_LOOK,   /* no data: to see whether it is taken */
};

const char *
mailer_program(void)
{
	const char *program = getenv("ENVSENSORD_SMTP");

	return program != NULL && program[0] != '\0' ? program : LIBEXEC_DIR "/envsensord-smtp";
}

/* ---- for any thread ---- */

static void
drop_message(struct chan_message *message)
{
	switch ((enum mailer_message)message->kind) {
	case MAILER_LETTER:
		letter_free(message->data);
		break;
	case MAILER_CONF:
		conf_unref(message->data);
		break;
	case MAILER_STOP:
		free(message->data);
		break;
	case MAILER_LOOK:
		break;
	}
}

static void
drop_reply(struct chan_message *message)
{
	free(message->data);
}

bool
mailer_deliver(struct mailer *mailer, struct mail_job *job)
{
	struct letter *letter = letter_new(job);
	struct chan_message message = { .kind = MAILER_LETTER, .data = letter };

	if (letter == NULL)
		return false;
	if (chan_put(mailer->inbox, message) != CHAN_FULL)
		return true;
	letter_give_back(letter);
	return false;
}

void
mailer_apply(struct mailer *mailer, const struct conf *conf)
{
	struct chan_message message = { .kind = MAILER_CONF, .data = conf_ref(conf) };

	if (chan_put(mailer->inbox, message) == CHAN_FULL)
		conf_unref(conf);
}

bool
mailer_stands_still(struct mailer *mailer)
{
	return chan_is_neglected(mailer->inbox, MAILER_LOOK, CHANNEL_STILL_MS);
}

/* ---- the thread ---- */

/* The letter brings the link that it needs if it is the first for its relay. */
static void
take_letter(struct mailer *mailer, struct letter *letter)
{
	struct link *link;

	STAILQ_FOREACH(link, &mailer->links, next)
	if (link->relay == letter->job->relay)
		break;
	if (link == NULL) {
		link = letter->link;
		letter->link = NULL;
		link->mailer = mailer;
		STAILQ_INSERT_TAIL(&mailer->links, link, next);
	}
	STAILQ_INSERT_TAIL(&link->letters, letter, next);
}

static void
take_messages(struct mailer *mailer)
{
	struct chan_message message;

	while (chan_get(mailer->inbox, 0, &message)) {
		switch ((enum mailer_message)message.kind) {
		case MAILER_LETTER:
			take_letter(mailer, message.data);
			break;
		case MAILER_CONF:
			conf_unref(mailer->conf);
			mailer->conf = message.data;
			break;
		case MAILER_STOP:
			mailer->stop_ms = *(const int64_t *)message.data;
			free(message.data);
			break;
		case MAILER_LOOK:
			break;
		}
	}
}

/* An answer for a letter that has failed meanwhile finds nobody. */
static void
take_answers(struct mailer *mailer)
{
	struct chan_reply reply;
	struct link *link;

	while (chan_get_reply(mailer->replies, &reply)) {
		STAILQ_FOREACH(link, &mailer->links, next)
		if (link_is_asking(link, reply.id))
			link_answer(link, reply.code);
		free(reply.data);
	}
}

/* The first LINKS_MAX of them; others wait until one of these is closed. */
static void
step_links(struct mailer *mailer, int64_t now_ms)
{
	struct link *link = STAILQ_FIRST(&mailer->links), *next;

	for (size_t i = 0; i < LINKS_MAX && link != NULL; i++, link = next) {
		next = STAILQ_NEXT(link, next);
		link_step(link, now_ms);
		if (!link_is_done(link))
			continue;
		STAILQ_REMOVE(&mailer->links, link, link, next);
		link_free(link);
	}
}

static int
poll_ms(int64_t due_ms, int64_t now_ms)
{
	int64_t wait_ms = due_ms - now_ms;

	if (due_ms == INT64_MAX)
		return -1;
	return wait_ms <= 0 ? 0 : wait_ms < INT_MAX ? (int)wait_ms : INT_MAX;
}

static void
wait_for_something(struct mailer *mailer, int64_t now_ms)
{
	struct pollfd fds[2 + LINKS_MAX * CHILD_FDS] = {
		{ .fd = chan_fd(mailer->inbox), .events = POLLIN },
		{ .fd = chan_fd(mailer->replies), .events = POLLIN },
	};
	const struct link *link = STAILQ_FIRST(&mailer->links);
	int64_t due_ms = mailer->stop_ms, log_ms;
	size_t count = 2;

	for (size_t i = 0; i < LINKS_MAX && link != NULL; i++, link = STAILQ_NEXT(link, next)) {
		int64_t link_ms = link_due_ms(link, now_ms);

		if (link->child != NULL)
			count += child_poll(link->child, fds + count);
		if (link_ms < due_ms)
			due_ms = link_ms;
	}
	log_ms = log_tick();
	poll(fds, count, poll_ms(log_ms < due_ms ? log_ms : due_ms, now_ms));
}

static void
run(void *context)
{
	struct mailer *mailer = context;
	int64_t now_ms = clock_boottime_ms();
	struct link *link;

	while (now_ms < mailer->stop_ms &&
	       (mailer->stop_ms == INT64_MAX || !STAILQ_EMPTY(&mailer->links))) {
		wait_for_something(mailer, now_ms);
		take_messages(mailer);
		take_answers(mailer);
		now_ms = clock_boottime_ms();
		step_links(mailer, now_ms);
	}
	while ((link = STAILQ_FIRST(&mailer->links)) != NULL) {
		STAILQ_REMOVE_HEAD(&mailer->links, next);
		link_free(link);
	}
}

/* ---- start and stop ---- */

int
mailer_new(const char *program, const struct mailer_listener *listener, struct mailer **ret_mailer)
{
	struct mailer *mailer = calloc(1, sizeof(*mailer));
	int r = 0;

	if (mailer == NULL)
		return -ENOMEM;
	mailer->listener = *listener;
	mailer->stop_ms = INT64_MAX;
	STAILQ_INIT(&mailer->links);
	mailer->program = strdup(program);
	if (mailer->program == NULL)
		r = -ENOMEM;
	if (r == 0)
		r = chan_new(INBOX_MESSAGES, drop_message, &mailer->inbox);
	if (r == 0)
		r = chan_new(REPLIES, drop_reply, &mailer->replies);
	if (r == 0)
		r = chan_fd(mailer->inbox);
	if (r >= 0)
		r = chan_fd(mailer->replies);
	if (r < 0) {
		mailer_free(mailer);
		return r;
	}
	*ret_mailer = mailer;
	return 0;
}

void
mailer_free(struct mailer *mailer)
{
	if (mailer == NULL)
		return;
	chan_free(mailer->inbox);
	chan_free(mailer->replies);
	conf_unref(mailer->conf);
	free(mailer->program);
	free(mailer);
}

int
mailer_start(struct mailer *mailer)
{
	return thread_start("mail", run, mailer, &mailer->thread);
}

int
mailer_stop(struct mailer *mailer, int64_t timeout_ms)
{
	struct chan_message message = { .kind = MAILER_STOP };
	int64_t *stop_ms;
	int r;

	if (mailer == NULL || mailer->thread == NULL)
		return 0;
	stop_ms = malloc(sizeof(*stop_ms));
	if (stop_ms == NULL)
		return -ENOMEM;
	*stop_ms = clock_boottime_ms() + timeout_ms - STOP_SPARE_MS;
	message.data = stop_ms;
	if (chan_put(mailer->inbox, message) == CHAN_FULL) {
		free(stop_ms);
		return -EAGAIN;
	}
	r = thread_join(mailer->thread, timeout_ms);
	if (r == 0)
		mailer->thread = NULL;
	return r;
}
