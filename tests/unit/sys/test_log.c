/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/log.h"
#include "sys/log_limit.h"
#include "sys/thread.h"
#include "tests/unit/unit.h"

#define HANGS_S 600 /* who waits for a reader is ended */

/* Standard error goes into a pipe while a case runs. */
static int real_stderr, pipe_fd;

static int
stderr_into_pipe(void **state)
{
	int fds[2];

	(void)state;
	alarm(HANGS_S);
	if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) < 0)
		return -1;
	real_stderr = dup(STDERR_FILENO);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	pipe_fd = fds[0];
	return 0;
}

static int
stderr_back(void **state)
{
	(void)state;
	alarm(0);
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(pipe_fd);
	unsetenv("JOURNAL_STREAM");
	return 0;
}

/* What was logged since the last call; "" if nothing. */
static const char *
logged(void)
{
	static char text[4096];
	ssize_t len = read(pipe_fd, text, sizeof(text) - 1);

	text[len < 0 ? 0 : len] = '\0';
	return text;
}

static void
a_line_has_program_and_level(void **state)
{
	(void)state;
	log_init("envsensord", LOG_LEVEL_DEBUG);
	log_error("bus \"%s\": gone", "attic");
	assert_string_equal(logged(), "envsensord: error: bus \"attic\": gone\n");
	log_warning("slow");
	assert_string_equal(logged(), "envsensord: warning: slow\n");
	log_info("%d sensors", 3);
	assert_string_equal(logged(), "envsensord: info: 3 sensors\n");
	log_debug("%s", "");
	assert_string_equal(logged(), "envsensord: debug: \n");
}

static void
the_level_is_a_threshold(void **state)
{
	(void)state;
	log_init("x", LOG_LEVEL_WARNING);
	log_info("no");
	assert_string_equal(logged(), "");
	log_warning("yes");
	assert_string_equal(logged(), "x: warning: yes\n");
	log_set_level(LOG_LEVEL_ERROR);
	log_warning("no");
	assert_string_equal(logged(), "");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("yes");
	assert_string_equal(logged(), "x: debug: yes\n");
}

static void
only_what_can_be_printed_goes_out(void **state)
{
	/* clang-format off */
	static const struct {
		const char *text, *line;
	} cases[] = {
		{ "two\nlines\r\n",             "two?lines??"          },
		{ "\033[31mred\177",            "?[31mred?"            },
		{ "tab\there",                  "tab?here"             },
		{ "Žižkov 21 °C 温 😀",         "Žižkov 21 °C 温 😀"   },
		{ "C1 \xc2\x9b is a control",   "C1 ?? is a control"   },
		{ "first beyond C1 \xc2\xa0",   "first beyond C1 \xc2\xa0" },
		{ "alone \xc5",                 "alone ?"              },
		{ "cut \xe6\xb8",               "cut ??"               },
		{ "overlong \xc0\x8a",          "overlong ??"          },
		{ "overlong \xe0\x80\x8a",      "overlong ???"         },
		{ "surrogate \xed\xa0\x80",     "surrogate ???"        },
		{ "too far \xf4\x90\x80\x80",   "too far ????"         },
		{ "latin \xe9t\xe9",            "latin ?t?"            },
		{ "%s%n",                       "%s%n"                 },
	};
	/* clang-format on */
	char line[128];
	size_t i;

	(void)state;
	log_init("x", LOG_LEVEL_INFO);
	for (i = 0; i < COUNT(cases); i++) {
		log_error("%s", cases[i].text);
		snprintf(line, sizeof(line), "x: error: %s\n", cases[i].line);
		assert_string_equal(logged(), line);
	}
}

static void
a_long_line_stays_one_line(void **state)
{
	char big[5000];
	const char *line;

	(void)state;
	memset(big, 'y', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	log_init("x", LOG_LEVEL_INFO);
	log_error("%s", big);
	line = logged();
	assert_int_equal(strlen(line), 1023);
	assert_string_equal(line + 1018, "y...\n");
	log_error("%s", big + sizeof(big) - 1 - 1012); /* the longest that fits is whole */
	assert_string_equal(logged() + 1018, "yyyy\n");
}

static void
the_journal_gets_the_level_as_a_prefix(void **state)
{
	struct stat status;
	char stream[64];

	(void)state;
	assert_int_equal(fstat(STDERR_FILENO, &status), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)status.st_dev,
	    (unsigned long long)status.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_init("x", LOG_LEVEL_DEBUG);
	log_error("a");
	log_warning("b");
	log_info("c");
	log_debug("d");
	assert_string_equal(logged(), "<3>a\n<4>b\n<6>c\n<7>d\n");
	/* Inherited: this is somebody else's stream. */
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)status.st_dev,
	    (unsigned long long)status.st_ino + 1);
	setenv("JOURNAL_STREAM", stream, 1);
	log_init("x", LOG_LEVEL_DEBUG);
	log_error("a");
	assert_string_equal(logged(), "x: error: a\n");
}

static void
errno_is_kept(void **state)
{
	(void)state;
	log_init("x", LOG_LEVEL_INFO);
	close(STDERR_FILENO);
	errno = ENOENT;
	log_error("nobody hears this");
	assert_int_equal(errno, ENOENT);
}

/* Of a thread; the main one answers each of many commands. */
static void
a_flood_is_counted(void **state)
{
	char line[128];

	(void)state;
	log_init("x", LOG_LEVEL_DEBUG);
	log_begin_thread();
	for (int i = 1; i <= 100; i++) {
		log_info("flood %d", i);
		snprintf(line, sizeof(line), "x: info: flood %d\n", i);
		assert_string_equal(logged(), i <= LOG_LIMIT_BURST ? line : "");
		log_debug("unlimited %d", i);
		snprintf(line, sizeof(line), "x: debug: unlimited %d\n", i);
		assert_string_equal(logged(), line);
		log_at(LOG_LEVEL_INFO, LOG_ABOUT(.is_paced = true), "paced %d", i);
		snprintf(line, sizeof(line), "x: info: paced %d\n", i);
		assert_string_equal(logged(), line);
	}
	assert_true(log_tick() <= clock_boottime_ms() + LOG_LIMIT_WINDOW_MS);
	log_warning("something else");
	assert_string_equal(logged(), "x: warning: something else\n");
	log_end_thread();
	snprintf(line, sizeof(line),
	    "x: info: %d more like this within %d s, the last: flood 100\n", 100 - LOG_LIMIT_BURST,
	    LOG_LIMIT_WINDOW_MS / 1000);
	assert_string_equal(logged(), line);
	assert_true(log_tick() == INT64_MAX);
	for (int i = 1; i <= 100; i++) {
		log_info("%d", i);
		snprintf(line, sizeof(line), "x: info: %d\n", i);
		assert_string_equal(logged(), line);
	}
}

/* Equal formats are one place in the code, as the compiler sees it. */
static void
a_flood_holds_back_its_own_kind_only(void **state)
{
	static const char kinds[2]; /* only their addresses count */
	int i;

	(void)state;
	log_init("x", LOG_LEVEL_INFO);
	log_begin_thread();
	for (i = 0; i <= LOG_LIMIT_BURST; i++) {
		log_at(LOG_LEVEL_INFO, LOG_ABOUT(.kind = &kinds[0]), "%s", "bus lost");
		assert_string_equal(logged(), i < LOG_LIMIT_BURST ? "x: info: bus lost\n" : "");
	}
	log_at(LOG_LEVEL_INFO, LOG_ABOUT(.kind = &kinds[1]), "%s", "too warm");
	assert_string_equal(logged(), "x: info: too warm\n");
	log_info("%s", "of no kind");
	assert_string_equal(logged(), "x: info: of no kind\n");
	log_end_thread();
	assert_string_equal(
	    logged(), "x: info: 1 more like this within 30 s, the last: bus lost\n");
}

static void
levels_have_names(void **state)
{
	static const char *const names[] = { "error", "warning", "info", "debug" };
	enum log_level level = LOG_LEVEL_INFO;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		assert_int_equal(log_level_parse(names[i], &level), 0);
		assert_int_equal(level, i);
	}
	assert_int_equal(log_level_parse("Info", &level), -EINVAL);
	assert_int_equal(log_level_parse("", &level), -EINVAL);
	assert_int_equal(level, LOG_LEVEL_DEBUG);
}

/* ---- who reads has stopped ---- */

#define THREADS 4
#define LINES   100
#define ROUNDS  200

static void
stderr_into(int fds[2])
{
	assert_return_code(fcntl(fds[0], F_SETFL, O_NONBLOCK), errno); /* ours; the other waits */
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	close(pipe_fd);
	pipe_fd = fds[0];
}

static void
write_flood(void *context)
{
	(void)context;
	for (int i = 0; i < LINES; i++)
		log_at(LOG_LEVEL_INFO, LOG_ABOUT(.is_paced = true), "flood %0600d", i);
}

static bool
move_some(FILE *to)
{
	char some[5000];
	ssize_t n = read(pipe_fd, some, sizeof(some));

	if (n > 0)
		assert_int_equal(fwrite(some, 1, (size_t)n, to), n);
	return n > 0;
}

/* The lines of the flood that are there, and those that are told to be lost. */
static void
count_lines(FILE *from, unsigned *ret_taken, unsigned *ret_lost)
{
	char line[1100];
	unsigned number;

	*ret_taken = *ret_lost = 0;
	rewind(from);
	while (fgets(line, sizeof(line), from) != NULL) {
		if (strncmp(line, "x: info: flood ", 15) == 0) {
			assert_int_equal(strlen(line), 15 + 600 + 1); /* whole */
			(*ret_taken)++;
		} else if (sscanf(line,
			       "x: warning: the log has lost %u of the lines before this one: ",
			       &number) == 1) {
			*ret_lost += number;
		} else {
			assert_string_equal(line, "x: info: again\n");
		}
	}
}

/* Several write at once, and nobody reads until they are through. */
static void
write_to_who_stops(void)
{
	const int flags = fcntl(STDERR_FILENO, F_GETFL);
	struct thread *threads[THREADS];
	FILE *got = tmpfile();
	unsigned taken, lost;

	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(thread_start("flood", write_flood, NULL, &threads[i]), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(thread_join(threads[i], HANGS_S * 1000), 0);
	assert_int_equal(flags & O_NONBLOCK, 0);
	assert_int_equal(fcntl(STDERR_FILENO, F_GETFL), flags); /* others may write there, too */
	while (move_some(got))
		;
	log_info("again");
	while (move_some(got))
		;
	count_lines(got, &taken, &lost);
	assert_int_equal(taken + lost, THREADS * LINES);
	assert_true(lost > 0);
	fclose(got);
}

/* A small one, as often as it takes two threads to find the same room in it. */
static void
a_pipe_that_nobody_reads_holds_nobody_up(void **state)
{
	int fds[2];

	(void)state;
	log_init("x", LOG_LEVEL_INFO);
	assert_return_code(pipe2(fds, O_CLOEXEC), errno);
	assert_return_code(fcntl(fds[1], F_SETPIPE_SZ, 8192), errno);
	stderr_into(fds);
	for (size_t i = 0; i < ROUNDS; i++)
		write_to_who_stops();
}

static void
a_socket_that_nobody_reads_holds_nobody_up(void **state)
{
	int fds[2];

	(void)state;
	log_init("x", LOG_LEVEL_INFO);
	assert_return_code(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), errno);
	stderr_into(fds);
	write_to_who_stops();
}

/* In the place of libc's, for the socket of syslog. */
static int syslog_pair[2];

ssize_t
sendto(int fd, const void *text, size_t length, int flags, const struct sockaddr *at,
    socklen_t at_size)
{
	const struct sockaddr_un *to = (const struct sockaddr_un *)at;

	(void)fd;
	assert_int_equal(at_size, offsetof(struct sockaddr_un, sun_path) + strlen(to->sun_path));
	assert_string_equal(to->sun_path, "/dev/log");
	return send(syslog_pair[1], text, length, flags);
}

static void
assert_next_at_syslog(const char *begin, const char *text)
{
	static const char form[] = "^<[0-9]+>[A-Z][a-z]{2} [ 1-3][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} "
				   "x\\[[0-9]+\\]: ";
	char entry[256];
	ssize_t length = recv(syslog_pair[0], entry, sizeof(entry) - 1, MSG_DONTWAIT);
	regmatch_t match;
	regex_t regex;

	assert_return_code(length, errno);
	entry[length] = '\0';
	assert_memory_equal(entry, begin, strlen(begin));
	assert_int_equal(regcomp(&regex, form, REG_EXTENDED), 0);
	assert_int_equal(regexec(&regex, entry, 1, &match, 0), 0);
	regfree(&regex);
	assert_string_equal(entry + match.rm_eo, text);
}

/* A burst, and then silence. */
static void
lost_lines_are_told_though_nothing_follows(void **state)
{
	int fds[2];
	unsigned taken, lost;
	FILE *got = tmpfile();

	(void)state;
	log_init("x", LOG_LEVEL_INFO);
	assert_return_code(pipe2(fds, O_CLOEXEC), errno);
	assert_return_code(fcntl(fds[1], F_SETPIPE_SZ, 8192), errno);
	stderr_into(fds);
	write_flood(NULL);
	log_tick(); /* still nobody reads */
	while (move_some(got))
		;
	log_tick();
	while (move_some(got))
		;
	count_lines(got, &taken, &lost);
	assert_true(lost > 0);
	assert_int_equal(taken + lost, LINES);
	fclose(got);
}

static void
syslog_that_nobody_reads_holds_nobody_up(void **state)
{
	unsigned count = 0;
	char text[128];

	(void)state;
	assert_return_code(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, syslog_pair), errno);
	log_init("x", LOG_LEVEL_INFO);
	log_to_syslog();
	log_warning("a");
	assert_next_at_syslog("<28>", "a"); /* daemon.warning */
	log_error("%d %s", 1, "%s");
	assert_next_at_syslog("<27>", "1 %s");
	while (send(syslog_pair[1], "b", 1, MSG_DONTWAIT) == 1)
		count++;
	log_info("lost");
	log_info("lost, too");
	for (; count > 0; count--)
		assert_int_equal(recv(syslog_pair[0], text, sizeof(text), MSG_DONTWAIT), 1);
	log_info("again");
	assert_next_at_syslog("<28>",
	    "the log has lost 2 of the lines before this one: who reads it did not take them");
	assert_next_at_syslog("<30>", "again");
	log_tick(); /* there is nothing more to tell */
	assert_int_equal(recv(syslog_pair[0], text, sizeof(text), MSG_DONTWAIT), -1);
	close(syslog_pair[0]);
	close(syslog_pair[1]);
}

int
main(void)
{
#define CAPTURED(test) cmocka_unit_test_setup_teardown(test, stderr_into_pipe, stderr_back)
	const struct CMUnitTest tests[] = {
		CAPTURED(a_line_has_program_and_level),
		CAPTURED(the_level_is_a_threshold),
		CAPTURED(only_what_can_be_printed_goes_out),
		CAPTURED(a_long_line_stays_one_line),
		CAPTURED(the_journal_gets_the_level_as_a_prefix),
		CAPTURED(errno_is_kept),
		CAPTURED(a_flood_is_counted),
		CAPTURED(a_flood_holds_back_its_own_kind_only),
		CAPTURED(a_pipe_that_nobody_reads_holds_nobody_up),
		CAPTURED(a_socket_that_nobody_reads_holds_nobody_up),
		CAPTURED(lost_lines_are_told_though_nothing_follows),
		CAPTURED(syslog_that_nobody_reads_holds_nobody_up),
		cmocka_unit_test(levels_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
