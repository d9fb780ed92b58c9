/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/daemonize.h"
#include "tests/unit/unit.h"

/* What the daemon tells the test; both ends stay open in all processes. */
static int report_fds[2];

/* Runs `program` as somebody would from a shell: its exit status, or -1. */
static int
run(void (*program)(void))
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		signal(SIGPIPE, SIG_IGN);
		program();
		_exit(99);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void
is_ready(void)
{
	if (daemonize_begin(NULL) < 0 || daemonize_ready(NULL) < 0)
		_exit(98);
	_exit(7); /* later, when nobody waits any more */
}

static void
fails_at_start(void)
{
	if (daemonize_begin(NULL) < 0)
		_exit(98);
	_exit(78);
}

static void
ends_well_before_it_is_ready(void)
{
	if (daemonize_begin(NULL) < 0)
		_exit(98);
	_exit(0);
}

static void
is_killed_at_start(void)
{
	if (daemonize_begin(NULL) < 0)
		_exit(98);
	raise(SIGKILL);
}

static void
the_parent_exits_with_the_verdict(void **state)
{
	/* clang-format off */
	static const struct {
		const char *what;
		void (*program)(void);
		int status;
	} cases[] = {
		{ "ready",                         is_ready,                      0 },
		{ "bad configuration",             fails_at_start,               78 },
		{ "ended well, was never ready",   ends_well_before_it_is_ready,  0 },
		{ "killed",                        is_killed_at_start,            1 },
	};
	/* clang-format on */
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].what);
		assert_int_equal(run(cases[i].program), cases[i].status);
	}
}

static void
says_so_and_is_ready(void)
{
	if (daemonize_begin(NULL) < 0)
		_exit(98);
	poll(NULL, 0, 50); /* time in which a parent that does not wait would be gone */
	if (write(report_fds[1], "s", 1) != 1 || daemonize_ready(NULL) < 0)
		_exit(98);
	_exit(0);
}

static void
the_parent_stays_until_then(void **state)
{
	struct pollfd poll_fd = { .fd = report_fds[0], .events = POLLIN };
	char said;

	(void)state;
	assert_int_equal(run(says_so_and_is_ready), 0);
	assert_int_equal(poll(&poll_fd, 1, 0), 1);
	assert_int_equal(read(report_fds[0], &said, 1), 1);
}

struct detached {
	bool has_own_session;
	bool is_null[3];
};

static void
reports_how_it_is(void)
{
	struct detached detached;
	struct stat null, stream;
	int i;

	if (daemonize_begin(NULL) < 0 || daemonize_ready(NULL) < 0 || stat("/dev/null", &null) < 0)
		_exit(98);
	memset(&detached, 0, sizeof(detached));
	detached.has_own_session = getsid(0) == getpid();
	for (i = 0; i < 3; i++)
		detached.is_null[i] = fstat(i, &stream) == 0 && stream.st_rdev == null.st_rdev;
	if (write(report_fds[1], &detached, sizeof(detached)) != sizeof(detached))
		_exit(98);
	_exit(0);
}

static void
the_child_is_detached(void **state)
{
	struct detached detached;

	(void)state;
	assert_int_equal(run(reports_how_it_is), 0);
	assert_int_equal(read(report_fds[0], &detached, sizeof(detached)), sizeof(detached));
	assert_true(detached.has_own_session);
	assert_true(detached.is_null[0] && detached.is_null[1] && detached.is_null[2]);
}

/* Exits 0: each of `streams`, a bit each, was closed and now is /dev/null. */
static void
fills_what_is_closed(unsigned streams)
{
	struct stat null, status;

	for (int stream = 0; stream <= STDERR_FILENO; stream++)
		if (streams & 1U << stream)
			close(stream);
	if (daemonize_fill_streams() < 0 || stat("/dev/null", &null) < 0)
		_exit(98);
	for (int stream = 0; stream <= STDERR_FILENO; stream++)
		if (fstat(stream, &status) < 0 ||
		    ((streams & 1U << stream) && status.st_rdev != null.st_rdev))
			_exit(97);
	_exit(0);
}

static void
closed_streams_are_filled(void **state)
{
	(void)state;
	for (unsigned streams = 0; streams < 8; streams++) {
		pid_t pid;
		int status;

		print_message("streams %#x\n", streams);
		fflush(NULL);
		pid = fork();
		if (pid == 0)
			fills_what_is_closed(streams);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static void
in_the_foreground_ready_does_nothing(void **state)
{
	struct stat before, after;

	(void)state;
	assert_int_equal(fstat(STDOUT_FILENO, &before), 0);
	assert_int_equal(daemonize_ready(NULL), 0);
	assert_int_equal(fstat(STDOUT_FILENO, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_rdev, after.st_rdev);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_parent_exits_with_the_verdict),
		cmocka_unit_test(the_parent_stays_until_then),
		cmocka_unit_test(the_child_is_detached),
		cmocka_unit_test(closed_streams_are_filled),
		cmocka_unit_test(in_the_foreground_ready_does_nothing),
	};

	if (pipe2(report_fds, O_CLOEXEC) < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
