/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* GNU */

#include "smtp/dialogue.h"

#include <dlfcn.h>
#include <errno.h>
#include <libesmtp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/thread.h"

#define NEVER_MS 86400000L /* the library's own time-outs: ours come first */
#define END_MS   5000      /* from the end of its stream to the end of its session */
#define NOWHERE  "127.0.0.1:0"

struct dialogue {
	const struct smtp_mail *mail;
	const char *addresses[PROTOCOL_RECIPIENTS_MAX];
	uint32_t count;
	const char *body;
	const struct smtp_offer *offer;
	struct thread *thread;
	int fd; /* the library's end, until it has it */
	bool is_read;
};

/* The socket that the next connect() of this thread shall get; -1: none. */
static _Thread_local int lent_fd = -1;

/*
 * libesmtp calls connect() by the dynamic symbol table, so it gets this one.  Armed by lent_fd, for
 * one call of one thread, it puts our socket in the place of the caller's.
 */
int
connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	int (*real)(int, const struct sockaddr *, socklen_t), r;

	if (lent_fd < 0) {
		*(void **)&real = dlsym(RTLD_NEXT, "connect");
		return real(fd, addr, len);
	}
	r = dup2(lent_fd, fd);
	close(lent_fd);
	lent_fd = -1;
	return r < 0 ? -1 : 0;
}

/* The library asks for the mail: from its beginning (len NULL), or the next part of it. */
static const char *
read_body(void **context, int *len, void *arg)
{
	struct dialogue *dialogue = arg;

	(void)context;
	if (len == NULL) {
		dialogue->is_read = false;
		return NULL;
	}
	*len = dialogue->is_read ? 0 : (int)dialogue->mail->size;
	dialogue->is_read = true;
	return *len > 0 ? dialogue->body : NULL;
}

static bool
has_8bit(const char *body, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)body[i] > 0x7f)
			return true;
	return false;
}

static bool
add_mail(struct dialogue *dialogue, smtp_session_t session)
{
	const struct smtp_mail *mail = dialogue->mail;
	const struct smtp_offer *offer = dialogue->offer;
	smtp_message_t message = smtp_add_message(session);

	if (message == NULL || !smtp_set_reverse_path(message, mail->from) ||
	    !smtp_set_messagecb(message, read_body, dialogue) ||
	    !smtp_size_set_estimate(message, mail->size) || !smtp_dsn_set_ret(message, Ret_HDRS) ||
	    !smtp_dsn_set_envid(message, mail->id))
		return false;
	if (offer->has_8bitmime && has_8bit(dialogue->body, mail->size) &&
	    !smtp_8bitmime_set_body(message, E8bitmime_8BITMIME))
		return false;
	for (uint32_t i = 0; i < dialogue->count; i++) {
		smtp_recipient_t recipient = smtp_add_recipient(message, dialogue->addresses[i]);

		if (recipient == NULL || !smtp_dsn_set_notify(recipient,
					     (enum notify_flags)(Notify_FAILURE | Notify_DELAY)))
			return false;
	}
	return true;
}

static bool
set_timeouts(smtp_session_t session)
{
	static const int stages[] = { Timeout_GREETING, Timeout_ENVELOPE, Timeout_DATA,
		Timeout_TRANSFER, Timeout_DATA2 };

	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++)
		if (smtp_set_timeout(
			session, stages[i] | Timeout_OVERRIDE_RFC2822_MINIMUM, NEVER_MS) == 0)
			return false;
	return true;
}

/* The thread. */
static void
run(void *context)
{
	struct dialogue *dialogue = context;
	smtp_session_t session = smtp_create_session();

	lent_fd = dialogue->fd;
	if (session != NULL && smtp_set_server(session, NOWHERE) &&
	    smtp_set_hostname(session, "localhost") && set_timeouts(session) &&
	    add_mail(dialogue, session))
		smtp_start_session(session);
	if (lent_fd >= 0)
		close(lent_fd); /* it did not come to connect() */
	if (session != NULL)
		smtp_destroy_session(session);
}

int
dialogue_begin(const struct smtp_mail *mail, const char *const *addresses, uint32_t count,
    const char *body, const struct smtp_offer *offer, struct dialogue **ret_dialogue, int *ret_fd,
    struct err *err)
{
	struct dialogue *dialogue = calloc(1, sizeof(*dialogue));
	int fds[2], r;

	if (dialogue == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
		r = err_set(err, -errno, "no pair of sockets: %s", strerror(errno));
		goto fail;
	}
	*dialogue = (struct dialogue){
		.mail = mail, .count = count, .body = body, .offer = offer, .fd = fds[1]
	};
	memcpy(dialogue->addresses, addresses, count * sizeof(*addresses));
	r = thread_start("dialogue", run, dialogue, &dialogue->thread);
	if (r < 0) {
		close(fds[0]);
		close(fds[1]);
		err_set(err, r, "no thread: %s", strerror(-r));
		goto fail;
	}
	*ret_dialogue = dialogue;
	*ret_fd = fds[0];
	return 0;

fail:
	free(dialogue);
	return r;
}

int
dialogue_end(struct dialogue *dialogue)
{
	int r = thread_join(dialogue->thread, END_MS);

	if (r == 0)
		free(dialogue);
	return r;
}
