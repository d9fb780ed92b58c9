/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "core/evaluator.h"
#include "tests/unit/core/alarm_story.h"
#include "tests/unit/unit.h"

#define MINUTE_MS INT64_C(60000)

/* A sensor with a limit of 1.000 per minute; the sample of minute m is at m x 60 s. */
#define RATE "config rate=1000 rate-deadband=200 stale=200000 fault-count=1 fault-delay=0\n"
#define LEVEL5                                                                               \
	"sample 0 0 good\nsample 60000 0 good\nsample 120000 0 good\nsample 180000 0 good\n" \
	"sample 240000 0 good\n"
#define RISE5                                                                \
	"sample 0 0 good\nsample 60000 1000 good\nsample 120000 2000 good\n" \
	"sample 180000 3000 good\nsample 240000 4000 good\n"

static const struct alarm_story stories[] = {
	{ "blind for one window after the start", RATE RISE5 "sample 299999 4999 good\n", "" },
	{ "then raised at the limit, by the slope", RATE RISE5 "sample 300000 5000 good\n",
	    "1 rate-raise 1 0 0 300000 1000 ok>warning limit=1000 active\n" },
	{ "not below it", RATE LEVEL5 "sample 300000 999 good\n", "" },
	{ "downwards is as bad",
	    RATE "sample 0 0 good\nsample 60000 -2000 good\nsample 120000 -4000 good\n"
		 "sample 180000 -6000 good\nsample 240000 -8000 good\nsample 300000 -10000 good\n",
	    "1 rate-raise 1 0 0 300000 -2000 ok>warning limit=1000 active\n" },
	{ "three samples are too few, four are enough",
	    RATE "sample 0 0 good\nsample 150000 9000 good\nsample 300000 18000 good\n"
		 "sample 310000 18600 good\nsample 320000 19200 good\n",
	    "1 rate-raise 1 0 0 320000 3600 ok>warning limit=1000 active\n" },
	{ "it clears below limit - deadband",
	    RATE RISE5 "sample 300000 5000 good\nsample 360000 5800 good\nsample 420000 6600 good\n"
		       "sample 480000 7400 good\nsample 540000 8200 good\n"
		       "sample 600000 9000 good\nsample 660000 9800 good\n"
		       "sample 720000 10595 good\n",
	    "1 rate-raise 1 0 0 300000 1000 ok>warning limit=1000 active\n"
	    "2 rate-clear 1 0 0 720000 799 warning>ok limit=1000 unlisted\n" },
	{ "a fault blinds it for one window more, and clears nothing",
	    RATE RISE5 "sample 300000 5000 good\nsample 301000 - bad\nsample 360000 5000 good\n"
		       "sample 420000 5000 good\nsample 480000 5000 good\n"
		       "sample 540000 5000 good\nsample 600000 5000 good\n"
		       "sample 659999 5000 good\nsample 660000 5000 good\n",
	    "1 rate-raise 1 0 0 300000 1000 ok>warning limit=1000 active\n"
	    "2 fault-raise 2 0 0 301000 - ok>critical reason=noReply active\n"
	    "3 fault-clear 2 0 0 360000 5000 critical>ok reason=noReply unlisted\n"
	    "4 rate-clear 1 0 0 660000 0 warning>ok limit=1000 unlisted\n" },
	{ "a bad sample that is no fault does not",
	    "config rate=1000 stale=200000\n" RISE5
	    "sample 250000 - bad\nsample 300000 5000 good\n",
	    "1 rate-raise 1 0 0 300000 1000 ok>warning limit=1000 active\n" },
	{ "a restart blinds it, and keeps the alarm",
	    RATE RISE5 "sample 300000 5000 good\nrestart 310000\nsample 360000 5000 good\n"
		       "sample 420000 5000 good\nsample 480000 5000 good\n"
		       "sample 540000 5000 good\nsample 600000 5000 good\n"
		       "sample 659999 5000 good\nsample 660000 5000 good\n",
	    "1 rate-raise 1 0 0 300000 1000 ok>warning limit=1000 active\n"
	    "2 rate-clear 1 0 0 660000 0 warning>ok limit=1000 unlisted\n" },
	{ "a change blinds it",
	    RATE RISE5 "configure 290000 rate=900 stale=200000\nsample 300000 5000 good\n"
		       "sample 360000 6000 good\nsample 420000 7000 good\n"
		       "sample 480000 8000 good\nsample 540000 9000 good\n"
		       "sample 599999 10000 good\nsample 600000 10000 good\n",
	    "1 rate-raise 1 0 0 600000 1000 ok>warning limit=900 active\n" },
	{ "an open alarm has the limit of now",
	    RATE RISE5 "sample 300000 5000 good\nconfigure 300001 rate=900 stale=200000\n"
		       "acknowledge 300002 1\n",
	    "1 rate-raise 1 0 0 300000 1000 ok>warning limit=1000 active\n"
	    "2 acknowledge 1 0 0 300002 1000 warning>warning limit=900 acknowledged\n" },
	{ "disabled it clears at once",
	    RATE RISE5 "sample 300000 5000 good\nconfigure 300001 stale=200000\n",
	    "1 rate-raise 1 0 0 300000 1000 ok>warning limit=1000 active\n"
	    "2 rate-clear 1 0 0 300001 - warning>ok limit=1000 unlisted config-change\n" },
	{ "a silence of a whole window blinds it, though it is no fault",
	    "config rate=1000 stale=4000000\n" RISE5
	    "sample 540000 90000 good\nsample 541000 0 good\nsample 542000 90000 good\n"
	    "sample 839999 0 good\n",
	    "" },
	{ "it is one more alarm beside that of a limit",
	    "config rate=1000 high-warning=5000 on=0 off=0 min-samples=1 "
	    "stale=200000 latch=1\n" RISE5
	    "sample 300000 5000 good\nacknowledge 300001 2\nacknowledge 300002 1\n"
	    "sample 360000 -9000 good\nremove 360001\n",
	    "1 raise 1 0 1 300000 5000 ok>warning limit=5000 active\n"
	    "2 rate-raise 2 0 0 300000 1000 ok>warning limit=1000 active\n"
	    "3 acknowledge 2 0 0 300001 1000 warning>warning limit=1000 acknowledged\n"
	    "4 acknowledge 1 1 1 300002 5000 warning>warning limit=5000 acknowledged\n"
	    "5 clear 1 1 0 360000 -9000 warning>ok limit=5000 latched\n"
	    "6 rate-clear 2 0 0 360001 - warning>ok limit=1000 unlisted config-change\n" },
};

static void
a_steep_slope_is_an_alarm(void **state)
{
	(void)state;
	tell_alarm_stories(stories, COUNT(stories), true);
}

static uint64_t seed;

static int64_t
luck(int64_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((seed >> 33) % (uint64_t)below);
}

/* Of a straight line, at whatever pace it is read, the slope is that of the line. */
static void
a_line_has_its_own_slope(void **state)
{
	static const int64_t polls_ms[] = { 50, 1000, 7000, 20000, 61000 };
	static const int32_t slopes[] = { 0, 1, -1, 60, -1234, 1000000 };
	const struct rate_rule rule = { true, 1, 0, RATE_WINDOW_MS };

	(void)state;
	seed = 5;
	for (size_t i = 0; i < COUNT(polls_ms) * COUNT(slopes); i++) {
		int64_t poll_ms = polls_ms[i % COUNT(polls_ms)], now_ms = luck(1000000);
		int64_t start_ms = now_ms;
		int32_t want = slopes[i / COUNT(polls_ms)], got;
		struct rate_window window;

		rate_restart(&window);
		while (now_ms - start_ms < 1000000) {
			int64_t rise = want * (now_ms - start_ms) / MINUTE_MS;

			rate_sample(&window, &rule, (int32_t)(-7000000 + rise), now_ms);
			assert_int_equal(rate_slope(&window, &rule, now_ms, &got),
			    now_ms - start_ms >= RATE_WINDOW_MS);
			if (now_ms - start_ms >= RATE_WINDOW_MS && labs(got - want) > 1)
				fail_msg("every %d ms: slope %d, want %d", (int)poll_ms, got, want);
			now_ms += poll_ms;
		}
	}
}

static void
noise_has_hardly_a_slope_and_extremes_saturate(void **state)
{
	const struct rate_rule rule = { true, 1000, 100, RATE_WINDOW_MS };
	struct rate_window window;
	int32_t got;

	(void)state;
	seed = 6;
	rate_restart(&window);
	for (int64_t now_ms = 0; now_ms < 100 * MINUTE_MS; now_ms += 1000) {
		rate_sample(&window, &rule, (int32_t)luck(2001) - 1000, now_ms);
		if (rate_slope(&window, &rule, now_ms, &got))
			assert_true(labs(got) < 100);
	}
	rate_restart(&window);
	for (int64_t now_ms = 0; now_ms <= RATE_WINDOW_MS; now_ms += 1)
		rate_sample(&window, &rule, now_ms < RATE_WINDOW_MS - 20000 ? INT32_MIN : INT32_MAX,
		    now_ms);
	assert_true(rate_slope(&window, &rule, RATE_WINDOW_MS, &got));
	assert_true(got > 0);
	rate_restart(&window);
	window.is_started = true;
	for (int i = 0; i < 4; i++) {
		rate_sample(&window, &rule, i < 2 ? INT32_MIN : INT32_MAX, 299998 + i);
		window.since_ms = 0;
	}
	assert_true(rate_slope(&window, &rule, 300001, &got));
	assert_int_equal(got, INT32_MAX);
}

static void
the_rule_is_checked(void **state)
{
	struct evaluator_rule rule;
	enum level level = LEVEL_LOW_CRITICAL;

	(void)state;
	evaluator_rule_init(&rule);
	assert_int_equal(evaluator_check(&rule, &level, NULL), 0);
	rule.rate.is_enabled = true;
	assert_int_equal(evaluator_check(&rule, &level, NULL), -22);
	assert_int_equal(level, LEVEL_COUNT);
	rule.rate.limit_milli = 10;
	rule.rate.deadband_milli = rate_default_deadband(10);
	assert_int_equal(rule.rate.deadband_milli, 1);
	assert_int_equal(evaluator_check(&rule, &level, NULL), 0);
	rule.rate.deadband_milli = 10;
	assert_int_equal(evaluator_check(&rule, &level, NULL), -22);
	rule.rate.deadband_milli = -1;
	assert_int_equal(evaluator_check(&rule, &level, NULL), -22);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_steep_slope_is_an_alarm),
		cmocka_unit_test(a_line_has_its_own_slope),
		cmocka_unit_test(noise_has_hardly_a_slope_and_extremes_saturate),
		cmocka_unit_test(the_rule_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
