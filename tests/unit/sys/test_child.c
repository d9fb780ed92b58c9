/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/child.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "tests/unit/unit.h"

#define NEVER_MS 60000 /* what takes so long will never be */

static struct child *
start_shell(const char *script, int64_t for_ms)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	struct child *child = NULL;
	struct err err;

	assert_int_equal(child_start(argv, clock_boottime_ms() + for_ms, &child, &err), 0);
	return child;
}

/* Until it has a line (NULL: it has ended). */
static char *
next_line(struct child *child)
{
	struct pollfd fds[CHILD_FDS];
	char *line;
	size_t len;

	while ((line = child_line(child, &len)) == NULL && !child_has_ended(child)) {
		int64_t now_ms = clock_boottime_ms(), due_ms = child_due_ms(child, now_ms);
		int64_t wait_ms = due_ms > now_ms + NEVER_MS ? NEVER_MS : due_ms - now_ms;

		poll(fds, child_poll(child, fds), wait_ms > 0 ? (int)wait_ms : 0);
		child_step(child, clock_boottime_ms());
	}
	return line;
}

static const char *
ending(struct child *child)
{
	static char text[CHILD_ENDING_SIZE];

	while (next_line(child) != NULL)
		;
	child_ending(child, text);
	return text;
}

static bool
is_gone(long pid)
{
	return waitpid((pid_t)pid, NULL, WNOHANG) < 0 && errno == ECHILD;
}

/* Ended by init a moment after it was killed. */
static bool
dies(long pid)
{
	for (int i = 0; i < NEVER_MS / 10; i++) {
		if (kill((pid_t)pid, 0) < 0 && errno == ESRCH)
			return true;
		usleep(10000);
	}
	return false;
}

static void
answers_what_it_is_told(void **state)
{
	struct child *child =
	    start_shell("while read a; do echo \"got $a\"; done; printf x", NEVER_MS);

	(void)state;
	assert_int_equal(child_write(child, "one\ntwo", 7), 0);
	assert_string_equal(next_line(child), "got one");
	assert_int_equal(child_write(child, "2\n", 2), 0);
	child_close_input(child);
	assert_int_equal(child_write(child, "3\n", 2), -EPIPE);
	assert_string_equal(next_line(child), "got two2");
	assert_string_equal(next_line(child), "x");
	assert_null(next_line(child));
	assert_int_equal(child_status(child), 0);
	child_free(child);
}

static void
takes_more_than_a_pipe_holds(void **state)
{
	static char bytes[300001];
	struct child *child = start_shell("wc -c", NEVER_MS);

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	assert_int_equal(child_write(child, bytes, sizeof(bytes)), 0);
	child_close_input(child);
	assert_string_equal(next_line(child), "300001");
	child_free(child);
}

static void
how_it_ended_is_told(void **state)
{
	/* clang-format off */
	static const struct {
		const char *script, *ending;
		int64_t for_ms;
	} cases[] = {
		{ "exit 0",                       "exit status 0",          NEVER_MS },
		{ "exit 3",                       "exit status 3",          NEVER_MS },
		{ "kill -SEGV $$",                "killed by signal 11",    NEVER_MS },
		{ "kill -STOP $$",                "killed at its deadline", 50       },
		{ "sleep 600",                    "killed at its deadline", 50       },
		{ "trap '' TERM HUP; sleep 600",  "killed at its deadline", 50       },
		{ "while :; do :; done",          "killed at its deadline", 50       },
		{ "yes",                          "killed at its deadline", 50       },
		{ "yes >&2",                      "killed at its deadline", 50       },
		{ "tr '\\n' a </dev/zero",        "killed at its deadline", 50       },
		{ "exec 0<&- 1>&- 2>&-; sleep 600", "killed at its deadline", 50     },
		{ "sleep 600 & exit 4",           "exit status 4",          NEVER_MS },
		{ "setsid sleep 1 & exit 5",      "exit status 5",          NEVER_MS },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct child *child = start_shell(cases[i].script, cases[i].for_ms);
		long pid = child_pid(child);

		print_message("%s\n", cases[i].script);
		assert_string_equal(ending(child), cases[i].ending);
		assert_int_equal(child_is_late(child), cases[i].for_ms != NEVER_MS);
		assert_true(is_gone(pid));
		child_free(child);
	}
}

static void
one_that_is_not_wanted_any_more_is_killed_and_reaped(void **state)
{
	struct child *child = start_shell("trap '' TERM; sleep 600 & echo $!; wait", NEVER_MS);
	long pid = child_pid(child), other = strtol(next_line(child), NULL, 10);

	(void)state;
	assert_int_equal(kill((pid_t)other, 0), 0);
	child_free(child);
	assert_true(is_gone(pid));
	assert_true(dies(other));
	child_free(NULL);
}

static void
a_new_deadline_counts(void **state)
{
	struct child *child = start_shell("echo on; sleep 600", NEVER_MS);

	(void)state;
	assert_string_equal(next_line(child), "on");
	child_set_deadline(child, clock_boottime_ms());
	assert_string_equal(ending(child), "killed at its deadline");
	child_free(child);
}

static void
a_write_to_one_that_is_dead_hurts_nobody(void **state)
{
	struct child *child = start_shell(
	    "trap 'exit 7' TERM; exec 0<&-; echo closed; while sleep 0.01; do :; done", NEVER_MS);

	(void)state;
	assert_string_equal(next_line(child), "closed");
	assert_int_equal(child_write(child, "a\n", 2), 0);
	child_step(child, clock_boottime_ms());
	assert_int_equal(kill((pid_t)child_pid(child), SIGTERM), 0);
	assert_string_equal(ending(child), "exit status 7");
	assert_int_equal(child_write(child, "b\n", 2), -EPIPE);
	child_free(child);
}

static void
what_cannot_be_started_is_told(void **state)
{
	/* clang-format off */
	static const struct {
		const char *path, *text;
		int code;
	} cases[] = {
		{ "/nowhere/at/all", "/nowhere/at/all: cannot be started: "
		  "No such file or directory",
		  -ENOENT },
		{ "/etc/passwd",     "/etc/passwd: cannot be started: Permission denied", -EACCES },
	};
	/* clang-format on */
	struct child *child = NULL;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *const argv[] = { cases[i].path, NULL };

		assert_int_equal(child_start(argv, INT64_MAX, &child, &err), cases[i].code);
		assert_string_equal(err.text, cases[i].text);
		assert_null(child);
	}
}

static void
begins_with_nothing_of_ours(void **state)
{
	int open_fd = open("/dev/null", O_RDONLY); /* without CLOEXEC, as a library does it */
	sigset_t signals, before;
	struct child *child;

	(void)state;
	assert_true(open_fd >= 0);
	sigfillset(&signals);
	sigprocmask(SIG_BLOCK, &signals, &before);
	/* of what is ignored the common 28: libc keeps two others for itself */
	child = start_shell("sed -nE 's/^Sig(Blk|Ign):.*(.{7})$/\\2/p' /proc/self/status; "
			    "ls /proc/self/fd | tr -d '\\n'; echo; cut -d' ' -f5 /proc/$$/stat",
	    NEVER_MS);
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_string_equal(next_line(child), "0000000");
	assert_string_equal(next_line(child), "0000000");
	assert_string_equal(next_line(child), "0123"); /* 3 is ls's own */
	assert_int_equal(strtol(next_line(child), NULL, 10), child_pid(child));
	close(open_fd);
	child_free(child);
}

static void
what_it_says_of_itself_is_logged_within_bounds(void **state)
{
	char text[8192] = "";
	int fds[2], real = dup(STDERR_FILENO), lines = 0;
	struct child *child;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	log_init("test", LOG_LEVEL_INFO);
	child = start_shell("echo well >&2; seq 5000 >&2; printf end >&2", NEVER_MS);
	ending(child);
	dup2(real, STDERR_FILENO);
	close(real);
	assert_true(read(fds[0], text, sizeof(text) - 1) > 0);
	close(fds[0]);
	child_free(child);
	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	assert_non_null(strstr(text, "test: warning: sh: well\ntest: warning: sh: 1\n"));
	assert_non_null(strstr(text, "sh says more, which is left out\n"));
	assert_int_equal(lines, 21);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_what_it_is_told),
		cmocka_unit_test(takes_more_than_a_pipe_holds),
		cmocka_unit_test(how_it_ended_is_told),
		cmocka_unit_test(one_that_is_not_wanted_any_more_is_killed_and_reaped),
		cmocka_unit_test(a_new_deadline_counts),
		cmocka_unit_test(a_write_to_one_that_is_dead_hurts_nobody),
		cmocka_unit_test(what_cannot_be_started_is_told),
		cmocka_unit_test(begins_with_nothing_of_ours),
		cmocka_unit_test(what_it_says_of_itself_is_logged_within_bounds),
	};

	signal(SIGPIPE, SIG_IGN); /* as the daemon does */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
