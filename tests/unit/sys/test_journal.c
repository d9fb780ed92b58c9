/* SPDX-License-Identifier: BSD-2-Clause */
/* What the journal gets: in the place of its socket there is one end of a pair. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/journal.h"
#include "sys/log.h"
#include "tests/unit/unit.h"

#define HANGS_S 600 /* who waits for the journal is ended */

static int pair[2] = { -1, -1 };
static bool has_socket, is_refused;
static int real_stderr, pipe_fd;

/* In the place of libc's, for the journal's socket. */
ssize_t
sendto(int fd, const void *text, size_t length, int flags, const struct sockaddr *at,
    socklen_t at_size)
{
	const struct sockaddr_un *to = (const struct sockaddr_un *)at;

	(void)fd;
	assert_int_equal(at_size, offsetof(struct sockaddr_un, sun_path) + strlen(to->sun_path));
	assert_string_equal(to->sun_path, "/run/systemd/journal/socket");
	errno = has_socket ? ECONNREFUSED : ENOENT;
	return !has_socket || is_refused ? -1 : send(pair[1], text, length, flags);
}

static int
begin(void **state)
{
	struct stat status;
	char stream[64];
	int fds[2];

	(void)state;
	if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) < 0 ||
	    socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0 ||
	    fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0)
		return -1;
	alarm(HANGS_S);
	real_stderr = dup(STDERR_FILENO);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	pipe_fd = fds[0];
	if (fstat(STDERR_FILENO, &status) < 0)
		return -1;
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)status.st_dev,
	    (unsigned long long)status.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	has_socket = true;
	is_refused = false;
	log_init("envsensord", LOG_LEVEL_INFO);
	journal_begin();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	alarm(0);
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(pipe_fd);
	close(pair[0]);
	close(pair[1]);
	unsetenv("JOURNAL_STREAM");
	return 0;
}

/* What there is to read; "" if nothing, and then *ret_length is 0. */
static const char *
got(int fd, size_t *ret_length)
{
	static char text[8192];
	ssize_t length = read(fd, text, sizeof(text) - 1);

	*ret_length = length < 0 ? 0 : (size_t)length;
	text[*ret_length] = '\0';
	return text;
}

static void
assert_got(int fd, const char *expected)
{
	size_t length;

	assert_string_equal(got(fd, &length), expected);
}

static void
a_line_has_its_fields(void **state)
{
	(void)state;
	log_at(LOG_LEVEL_WARNING,
	    LOG_ABOUT(.sensor = "rack-a inlet", .bus = "rack", .alarm = 7, .event = 4000000000,
		.result = "tlsFailed"),
	    "%d °C", 31);
	assert_got(pair[0], "MESSAGE=31 °C\nPRIORITY=4\nSYSLOG_IDENTIFIER=envsensord\n"
			    "ENVSENSORD_SENSOR=rack-a inlet\nENVSENSORD_BUS=rack\n"
			    "ENVSENSORD_ALARM_ID=7\nENVSENSORD_EVENT_SEQ=4000000000\n"
			    "ENVSENSORD_RESULT=tlsFailed\n");
	assert_got(pipe_fd, "");
}

static void
what_it_is_not_about_is_no_field(void **state)
{
	(void)state;
	log_error("gone");
	assert_got(pair[0], "MESSAGE=gone\nPRIORITY=3\nSYSLOG_IDENTIFIER=envsensord\n");
	log_at(LOG_LEVEL_INFO, LOG_ABOUT(.bus = ""), "back");
	assert_got(pair[0], "MESSAGE=back\nPRIORITY=6\nSYSLOG_IDENTIFIER=envsensord\n");
}

static void
a_value_cannot_make_a_field(void **state)
{
	(void)state;
	log_at(LOG_LEVEL_INFO, LOG_ABOUT(.sensor = "x\nPRIORITY=0"), "a\nMESSAGE=b");
	assert_got(pair[0], "MESSAGE=a?MESSAGE=b\nPRIORITY=6\nSYSLOG_IDENTIFIER=envsensord\n"
			    "ENVSENSORD_SENSOR=x?PRIORITY=0\n");
}

static void
long_values_are_cut(void **state)
{
	char name[600];
	size_t length;
	const char *text;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	log_at(LOG_LEVEL_INFO, LOG_ABOUT(.sensor = name, .bus = "rack"), "%s%s", name, name);
	text = got(pair[0], &length);
	assert_non_null(strstr(text, "n...\nPRIORITY=6\n"));
	assert_non_null(strstr(text, "\nENVSENSORD_SENSOR=nnn"));
	assert_non_null(strstr(text, "nnn\nENVSENSORD_BUS=rack\n"));
	assert_true(length < 1024 + 3 * 256);
}

/* Nothing is lost where there is no journal, or one that does not take it. */
static void
without_a_journal_it_is_a_line(void **state)
{
	(void)state;
	has_socket = false;
	log_at(LOG_LEVEL_WARNING, LOG_ABOUT(.bus = "rack"), "lost");
	assert_got(pipe_fd, "<4>lost\n");
	has_socket = true;
	is_refused = true;
	log_warning("refused");
	assert_got(pipe_fd, "<4>refused\n");
	assert_got(pair[0], "");
	unsetenv("JOURNAL_STREAM");
	is_refused = false;
	log_init("envsensord", LOG_LEVEL_INFO);
	log_warning("not for it");
	assert_got(pipe_fd, "envsensord: warning: not for it\n");
	assert_got(pair[0], "");
}

/* And it is not put where the same journal would have to read it. */
static void
a_journal_that_does_not_read_holds_nobody_up(void **state)
{
	char expected[256];
	size_t length, taken = 0, told = 300;

	(void)state;
	for (size_t i = 0; i < told; i++)
		log_warning("%zu", i);
	assert_got(pipe_fd, "");
	for (got(pair[0], &length); length > 0; got(pair[0], &length))
		taken++;
	assert_in_range(taken, 1, told - 1);
	log_info("again");
	snprintf(expected, sizeof(expected),
	    "MESSAGE=the log has lost %zu of the lines before this one: who reads it did not take "
	    "them\n"
	    "PRIORITY=4\nSYSLOG_IDENTIFIER=envsensord\n",
	    told - taken);
	assert_got(pair[0], expected);
	assert_got(pair[0], "MESSAGE=again\nPRIORITY=6\nSYSLOG_IDENTIFIER=envsensord\n");
	log_info("and again");
	assert_got(pair[0], "MESSAGE=and again\nPRIORITY=6\nSYSLOG_IDENTIFIER=envsensord\n");
}

int
main(void)
{
#define AT_THE_JOURNAL(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		AT_THE_JOURNAL(a_line_has_its_fields),
		AT_THE_JOURNAL(what_it_is_not_about_is_no_field),
		AT_THE_JOURNAL(a_value_cannot_make_a_field),
		AT_THE_JOURNAL(long_values_are_cut),
		AT_THE_JOURNAL(without_a_journal_it_is_a_line),
		AT_THE_JOURNAL(a_journal_that_does_not_read_holds_nobody_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
