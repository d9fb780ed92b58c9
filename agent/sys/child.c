/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "sys/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/log.h"

#define TALK_SIZE 256 /* of a line for the log */
#define TALK_MAX  20  /* lines for the log; one that says more says the same */
#define BLIND_MS  50  /* how often to look after it on a kernel without pidfd */

struct child {
	pid_t pid;
	int pidfd; /* -1: the kernel has none, or it is gone */
	int to, from, talk;
	int64_t deadline_ms;
	bool is_gone, is_late;
	bool is_closing; /* its input, behind what is to be written */
	int status;

	char *out; /* to be written */
	size_t out_at, out_size;

	char in[CHILD_LINE_MAX + 1];
	size_t in_at, in_end;

	char said[TALK_SIZE];
	size_t said_length;
	unsigned said_lines;

	char name[64];
};

/* ---- start ---- */

enum { INPUT_READ, INPUT_WRITE, OUTPUT_READ, OUTPUT_WRITE, TALK_READ, TALK_WRITE, PIPE_ENDS };

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Above those that they become in the child: else one would be overwritten before it is copied. */
static int
move_up(int *fd)
{
	int moved;

	if (*fd > STDERR_FILENO)
		return 0;
	moved = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (moved < 0)
		return -errno;
	close(*fd);
	*fd = moved;
	return 0;
}

static int
make_pipes(int ends[PIPE_ENDS])
{
	static const int ours[] = { INPUT_WRITE, OUTPUT_READ, TALK_READ };
	int r = 0;

	for (int i = 0; i < PIPE_ENDS; i++)
		ends[i] = -1;
	for (int i = 0; r == 0 && i < PIPE_ENDS; i += 2)
		r = pipe2(ends + i, O_CLOEXEC) < 0 ? -errno : 0;
	for (int i = 0; r == 0 && i < PIPE_ENDS; i++)
		r = move_up(&ends[i]);
	for (int i = 0; r == 0 && i < 3; i++)
		if (fcntl(ends[ours[i]], F_SETFL, O_NONBLOCK) < 0)
			r = -errno;
	return r;
}

static int
set_actions(posix_spawn_file_actions_t *actions, const int ends[PIPE_ENDS])
{
	int r = posix_spawn_file_actions_adddup2(actions, ends[INPUT_READ], STDIN_FILENO);

	if (r == 0)
		r = posix_spawn_file_actions_adddup2(actions, ends[OUTPUT_WRITE], STDOUT_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(actions, ends[TALK_WRITE], STDERR_FILENO);
#ifdef HAVE_POSIX_SPAWN_FILE_ACTIONS_ADDCLOSEFROM_NP
	/* what a library has opened without a thought */
	if (r == 0)
		r = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
#endif
	return r;
}

static int
set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int r;

	sigemptyset(&none);
	sigfillset(&all);
	r = posix_spawnattr_setflags(
	    attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (r == 0)
		r = posix_spawnattr_setpgroup(attributes, 0);
	if (r == 0)
		r = posix_spawnattr_setsigmask(attributes, &none);
	return r == 0 ? posix_spawnattr_setsigdefault(attributes, &all) : r;
}

/* 0 or an errno. */
static int
spawn(const char *const argv[], const int ends[PIPE_ENDS], pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int r = posix_spawn_file_actions_init(&actions);

	if (r != 0)
		return r;
	r = posix_spawnattr_init(&attributes);
	if (r != 0)
		goto no_attributes;
	r = set_actions(&actions, ends);
	if (r == 0)
		r = set_attributes(&attributes);
	if (r == 0)
		r = posix_spawn(
		    ret_pid, argv[0], &actions, &attributes, (char *const *)argv, environ);
	posix_spawnattr_destroy(&attributes);
no_attributes:
	posix_spawn_file_actions_destroy(&actions);
	return r;
}

static int
pidfd_of(pid_t pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, pid, 0); /* CLOEXEC by nature */
#else
	(void)pid;
	return -1;
#endif
}

int
child_start(
    const char *const argv[], int64_t deadline_ms, struct child **ret_child, struct err *err)
{
	struct child *child = calloc(1, sizeof(*child));
	const char *slash = strrchr(argv[0], '/');
	int ends[PIPE_ENDS];
	int r;

	if (child == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	r = make_pipes(ends);
	if (r == 0)
		r = -spawn(argv, ends, &child->pid);
	close_fd(&ends[INPUT_READ]);
	close_fd(&ends[OUTPUT_WRITE]);
	close_fd(&ends[TALK_WRITE]);
	if (r < 0) {
		close_fd(&ends[INPUT_WRITE]);
		close_fd(&ends[OUTPUT_READ]);
		close_fd(&ends[TALK_READ]);
		free(child);
		return err_set(err, r, "%s: cannot be started: %s", argv[0], strerror(-r));
	}
	snprintf(child->name, sizeof(child->name), "%s", slash != NULL ? slash + 1 : argv[0]);
	child->pidfd = pidfd_of(child->pid);
	child->to = ends[INPUT_WRITE];
	child->from = ends[OUTPUT_READ];
	child->talk = ends[TALK_READ];
	child->deadline_ms = deadline_ms;
	*ret_child = child;
	return 0;
}

void
child_set_deadline(struct child *child, int64_t deadline_ms)
{
	child->deadline_ms = deadline_ms;
}

/* ---- end ---- */

void
child_kill(struct child *child)
{
	if (!child->is_gone)
		kill(-child->pid, SIGKILL);
}

static void
drop_output(struct child *child)
{
	if (child->out != NULL)
		explicit_bzero(child->out, child->out_size);
	free(child->out);
	child->out = NULL;
	child->out_at = child->out_size = 0;
}

/* What it has started is killed before it is reaped: until then its group is no one else's. */
static void
reap(struct child *child, int options)
{
	siginfo_t info = { .si_pid = 0 };

	if (child->is_gone)
		return;
	while (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOWAIT | options) < 0)
		if (errno != EINTR)
			return;
	if (info.si_pid == 0)
		return;
	kill(-child->pid, SIGKILL);
	while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
		;
	child->is_gone = true;
	close_fd(&child->pidfd);
	close_fd(&child->to);
	drop_output(child);
}

void
child_free(struct child *child)
{
	if (child == NULL)
		return;
	child_kill(child);
	reap(child, 0);
	close_fd(&child->to);
	close_fd(&child->from);
	close_fd(&child->talk);
	close_fd(&child->pidfd);
	drop_output(child);
	explicit_bzero(child, sizeof(*child));
	free(child);
}

/* ---- moving bytes ---- */

size_t
child_poll(const struct child *child, struct pollfd *ret_fds)
{
	size_t count = 0;

	if (child->pidfd >= 0)
		ret_fds[count++] = (struct pollfd){ .fd = child->pidfd, .events = POLLIN };
	if (child->from >= 0 && child->in_end - child->in_at < CHILD_LINE_MAX)
		ret_fds[count++] = (struct pollfd){ .fd = child->from, .events = POLLIN };
	if (child->talk >= 0)
		ret_fds[count++] = (struct pollfd){ .fd = child->talk, .events = POLLIN };
	if (child->to >= 0 && child->out_size > child->out_at)
		ret_fds[count++] = (struct pollfd){ .fd = child->to, .events = POLLOUT };
	return count;
}

int64_t
child_due_ms(const struct child *child, int64_t now_ms)
{
	if (child->is_gone)
		return child->from >= 0 ? now_ms : INT64_MAX;
	if (child->pidfd < 0 && (child->is_late || child->deadline_ms > now_ms + BLIND_MS))
		return now_ms + BLIND_MS;
	return child->is_late ? INT64_MAX : child->deadline_ms;
}

static void
log_said(struct child *child)
{
	if (child->said_length > 0 && child->said_lines < TALK_MAX)
		log_warning("%s: %.*s", child->name, (int)child->said_length, child->said);
	else if (child->said_length > 0 && child->said_lines == TALK_MAX)
		log_warning("%s says more, which is left out", child->name);
	if (child->said_length > 0 && child->said_lines <= TALK_MAX)
		child->said_lines++;
	child->said_length = 0;
}

/* -EAGAIN: nothing now; 0: there will be nothing more, and it is closed. */
static ssize_t
read_some(int *fd, char *to, size_t size)
{
	ssize_t n;

	do
		n = read(*fd, to, size);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return -EAGAIN;
	if (n <= 0)
		close_fd(fd);
	return n < 0 ? 0 : n;
}

/* One buffer a step, so that one that floods is not let run faster than others; when it is gone all
 * that a pipe can hold. */
static void
take_talk(struct child *child)
{
	char part[4096];
	ssize_t n = 1;

	for (int i = child->is_gone ? 32 : 1; i > 0 && n > 0 && child->talk >= 0; i--) {
		n = read_some(&child->talk, part, sizeof(part));
		for (ssize_t at = 0; at < n; at++) {
			if (part[at] == '\n')
				log_said(child);
			else if (child->said_length < sizeof(child->said))
				child->said[child->said_length++] = part[at];
		}
	}
	if (child->talk < 0)
		log_said(child);
}

static void
take_answers(struct child *child)
{
	size_t left = child->in_end - child->in_at;
	ssize_t n;

	if (child->from < 0 || left == CHILD_LINE_MAX)
		return;
	memmove(child->in, child->in + child->in_at, left);
	child->in_at = 0;
	child->in_end = left;
	n = read_some(&child->from, child->in + left, CHILD_LINE_MAX - left);
	if (n > 0)
		child->in_end += (size_t)n;
	else if (n == -EAGAIN && child->is_gone)
		close_fd(&child->from); /* somebody else holds the other end */
}

/* Its end is told by its death, not by a pipe that is broken. */
static void
give_input(struct child *child)
{
	size_t left = child->out_size - child->out_at;
	ssize_t n;

	if (child->to < 0)
		return;
	if (left > 0) {
		n = write(child->to, child->out + child->out_at, left);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			n = (ssize_t)left;
		if (n > 0)
			child->out_at += (size_t)n;
	}
	if (child->out_at < child->out_size)
		return;
	drop_output(child);
	if (child->is_closing)
		close_fd(&child->to);
}

void
child_step(struct child *child, int64_t now_ms)
{
	if (!child->is_gone && now_ms >= child->deadline_ms) {
		child->is_late = true;
		child_kill(child);
	}
	reap(child, WNOHANG);
	take_talk(child);
	take_answers(child);
	give_input(child);
}

int
child_write(struct child *child, const void *bytes, size_t size)
{
	size_t left = child->out_size - child->out_at;
	char *out;

	if (child->to < 0 || child->is_closing)
		return -EPIPE;
	out = malloc(left + size);
	if (out == NULL)
		return -ENOMEM;
	if (left > 0)
		memcpy(out, child->out + child->out_at, left);
	memcpy(out + left, bytes, size);
	drop_output(child);
	child->out = out;
	child->out_size = left + size;
	return 0;
}

void
child_close_input(struct child *child)
{
	child->is_closing = true;
	if (child->out_size == child->out_at)
		close_fd(&child->to);
}

char *
child_line(struct child *child, size_t *ret_len)
{
	char *line = child->in + child->in_at;
	size_t left = child->in_end - child->in_at;
	char *newline = memchr(line, '\n', left);

	if (newline == NULL && left < CHILD_LINE_MAX && (child->from >= 0 || left == 0))
		return NULL;
	*ret_len = newline != NULL ? (size_t)(newline - line) : left;
	line[*ret_len] = '\0';
	child->in_at += newline != NULL ? *ret_len + 1 : left;
	return line;
}

bool
child_has_ended(const struct child *child)
{
	return child->is_gone && child->from < 0 && child->in_at == child->in_end;
}

bool
child_is_late(const struct child *child)
{
	return child->is_late;
}

int
child_status(const struct child *child)
{
	return child->status;
}

long
child_pid(const struct child *child)
{
	return child->pid;
}

void
child_ending(const struct child *child, char to[CHILD_ENDING_SIZE])
{
	if (child->is_late)
		snprintf(to, CHILD_ENDING_SIZE, "killed at its deadline");
	else if (WIFSIGNALED(child->status))
		snprintf(to, CHILD_ENDING_SIZE, "killed by signal %d", WTERMSIG(child->status));
	else
		snprintf(to, CHILD_ENDING_SIZE, "exit status %d", WEXITSTATUS(child->status));
}
