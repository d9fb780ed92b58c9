/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "sys/log_limit.h"
#include "tests/unit/unit.h"

#define BURST  LOG_LIMIT_BURST
#define WINDOW LOG_LIMIT_WINDOW_MS
#define A      "bus %s"
#define B      "unit %s"

/* How many of `count` lines, one each millisecond from `from_ms` on, are written. */
static unsigned
passed(struct log_limit *limit, const char *place, enum log_level level, int64_t from_ms, int count)
{
	unsigned passed = 0;
	char text[32];

	for (int i = 1; i <= count; i++) {
		snprintf(text, sizeof(text), "line %d", i);
		passed += log_limit_pass(limit, place, level, text, from_ms + i - 1);
	}
	return passed;
}

static void
so_many_of_a_kind_are_written_in_a_window(void **state)
{
	/* clang-format off */
	static const struct {
		const char *what;
		int64_t at_ms;
		int lines;
		unsigned written;
		int64_t due_ms; /* behind them */
	} steps[] = {
		{ "as many as may",               1000,          BURST,     BURST, INT64_MAX     },
		{ "one more is held back",        2000,          1,         0,     1000 + WINDOW },
		{ "so are the next",              3000,          500,       0,     1000 + WINDOW },
		{ "to the end of the window",     999 + WINDOW,  1,         0,     1000 + WINDOW },
	};
	/* clang-format on */
	struct log_limit limit = { 0 };
	struct log_kind kind;

	(void)state;
	assert_true(log_limit_due_ms(&limit) == INT64_MAX);
	for (size_t i = 0; i < COUNT(steps); i++) {
		unsigned n = passed(&limit, A, LOG_LEVEL_INFO, steps[i].at_ms, steps[i].lines);

		if (n != steps[i].written || log_limit_due_ms(&limit) != steps[i].due_ms)
			fail_msg("%s: %u", steps[i].what, n);
	}
	assert_false(log_limit_take(&limit, 999 + WINDOW, &kind));
	assert_true(log_limit_take(&limit, 1000 + WINDOW, &kind));
	assert_int_equal(kind.held, 502);
	assert_int_equal(kind.level, LOG_LEVEL_INFO);
	assert_string_equal(kind.last, "line 1");
	assert_false(log_limit_take(&limit, INT64_MAX, &kind));
	assert_int_equal(passed(&limit, A, LOG_LEVEL_INFO, 1000 + WINDOW, 30), BURST);
}

static void
what_stays_below_is_never_held_back(void **state)
{
	struct log_limit limit = { 0 };

	(void)state;
	for (int64_t window = 0; window < 50; window++)
		assert_int_equal(
		    passed(&limit, A, LOG_LEVEL_WARNING, window * WINDOW, BURST), BURST);
	assert_true(log_limit_due_ms(&limit) == INT64_MAX);
}

static void
kinds_do_not_touch_each_other(void **state)
{
	struct log_limit limit = { 0 };
	struct log_kind kind;

	(void)state;
	assert_int_equal(passed(&limit, A, LOG_LEVEL_INFO, 0, 100), BURST);
	assert_int_equal(passed(&limit, A, LOG_LEVEL_ERROR, 200, 100), BURST);
	assert_int_equal(passed(&limit, B, LOG_LEVEL_INFO, 400, 3), 3);
	assert_true(log_limit_due_ms(&limit) == WINDOW);
	assert_true(log_limit_take(&limit, INT64_MAX, &kind));
	assert_int_equal(kind.level, LOG_LEVEL_INFO);
	assert_int_equal(kind.held, 100 - BURST);
	assert_string_equal(kind.last, "line 100");
	assert_true(log_limit_due_ms(&limit) == 200 + WINDOW);
	assert_true(log_limit_take(&limit, INT64_MAX, &kind));
	assert_int_equal(kind.level, LOG_LEVEL_ERROR);
	assert_false(log_limit_take(&limit, INT64_MAX, &kind));
}

static void
more_kinds_than_places_are_limited_too(void **state)
{
	static const char places[4 * LOG_LIMIT_KINDS]; /* only their addresses count */
	struct log_limit limit = { 0 };
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(places); i++)
		n += passed(&limit, &places[i], LOG_LEVEL_INFO, 0, 10);
	assert_int_equal(n, (LOG_LIMIT_KINDS - 1) * 10 + BURST);
	/* A window later all places are free for others. */
	n = 0;
	for (size_t i = 0; i < LOG_LIMIT_KINDS - 1; i++)
		n += passed(&limit, &places[2 * LOG_LIMIT_KINDS + i], LOG_LEVEL_INFO, WINDOW, 10);
	assert_int_equal(n, (LOG_LIMIT_KINDS - 1) * 10);
}

static void
a_long_text_is_cut(void **state)
{
	struct log_limit limit = { 0 };
	struct log_kind kind;
	char text[2 * LOG_LIMIT_LAST_SIZE];

	(void)state;
	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i <= BURST; i++)
		log_limit_pass(&limit, A, LOG_LEVEL_INFO, text, 0);
	assert_true(log_limit_take(&limit, INT64_MAX, &kind));
	assert_int_equal(strlen(kind.last), LOG_LIMIT_LAST_SIZE - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_many_of_a_kind_are_written_in_a_window),
		cmocka_unit_test(what_stays_below_is_never_held_back),
		cmocka_unit_test(kinds_do_not_touch_each_other),
		cmocka_unit_test(more_kinds_than_places_are_limited_too),
		cmocka_unit_test(a_long_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
