/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_CHILD_H
#define SYS_CHILD_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

/*
 * A program that another process runs for us and that is talked to in lines: what it is told goes
 * to its standard input, what it answers comes from its standard output, and its standard error
 * goes to the log.  It begins with no descriptor of ours, no signal blocked or ignored and a
 * process group of its own, which is killed with it.  Nothing here waits, but child_free for the
 * kernel to end what it has killed.  One thread at a time.
 */
#define CHILD_LINE_MAX 32768 /* bytes of an answer, with the newline */
#define CHILD_FDS      4

struct child;

/* `argv[0]`: its path, and its name in the log.  It is killed at `deadline_ms` (CLOCK_BOOTTIME;
 * INT64_MAX: never), which can be set again. */
int child_start(
    const char *const argv[], int64_t deadline_ms, struct child **ret_child, struct err *err);
void child_set_deadline(struct child *child, int64_t deadline_ms);

/* Kills it if it still runs, reaps it; copes with NULL. */
void child_free(struct child *child);

/* What to poll until something can be done, how many of CHILD_FDS; and no longer than until then.
 */
size_t child_poll(const struct child *child, struct pollfd *ret_fds);
int64_t child_due_ms(const struct child *child, int64_t now_ms);

/* Moves what can be moved, kills at the deadline. */
void child_step(struct child *child, int64_t now_ms);

/* Copies; what was written is wiped once it has left.  -ENOMEM; -EPIPE: its input is closed. */
int child_write(struct child *child, const void *bytes, size_t size);
void child_close_input(struct child *child); /* behind what was written */

/* The next line of its answers, without the newline, and NUL behind it; holds until the next call
 * of anything here.  What comes without a newline at its end is a line, too.  NULL: none yet. */
char *child_line(struct child *child, size_t *ret_len);

/* It is gone and all its lines have been taken. */
bool child_has_ended(const struct child *child);
bool child_is_late(const struct child *child); /* killed at its deadline */
int child_status(const struct child *child);   /* of waitpid(2), once it has ended */
long child_pid(const struct child *child);

void child_kill(struct child *child);

/* Once it has ended, how: "exit status 1", "killed by signal 11", "killed at its deadline". */
#define CHILD_ENDING_SIZE 64
void child_ending(const struct child *child, char to[CHILD_ENDING_SIZE]);

#endif
