/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/log.h"
#include "sys/log_limit.h"
#include "tests/unit/unit.h"

/* Standard error goes into a pipe while a case runs. */
static int real_stderr, pipe_fd;

static int
stderr_into_pipe(void **state)
{
	int fds[2];

	(void)state;
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
		cmocka_unit_test(levels_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
