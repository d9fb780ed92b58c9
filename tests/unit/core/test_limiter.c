/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/flood.h"
#include "core/limiter.h"
#include "tests/unit/unit.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static const struct limiter_rule usual = {
	.burst = 6,
	.interval_ms = 10 * MINUTE,
	.per_hour = 30,
	.per_day = 200,
	.release_ms = HOUR,
};

static void
six_at_once_then_one_in_ten_minutes(void **state)
{
	static const struct {
		const char *what;
		int64_t now_ms;
		unsigned room, takes;
		int64_t due_ms; /* after that */
	} cases[] = {
		{ "a fresh one", 0, 6, 5, 0 },
		{ "the sixth", SECOND, 1, 1, 10 * MINUTE },
		{ "none", 5 * MINUTE, 0, 0, 10 * MINUTE },
		{ "not quite", 10 * MINUTE - 1, 0, 0, 10 * MINUTE },
		{ "one", 10 * MINUTE, 1, 1, 20 * MINUTE },
		{ "it fills while nothing goes", 50 * MINUTE, 4, 0, 50 * MINUTE },
		{ "to the brim", 3 * HOUR, 6, 6, 3 * HOUR + 10 * MINUTE },
		{ "what passes all the same", 3 * HOUR, 0, 3, 3 * HOUR + 10 * MINUTE },
	};
	struct limiter limiter = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (limiter_room(&limiter, &usual, cases[i].now_ms) != cases[i].room)
			fail_msg("%s: room %u", cases[i].what,
			    limiter_room(&limiter, &usual, cases[i].now_ms));
		for (unsigned n = 0; n < cases[i].takes; n++)
			limiter_count(&limiter, &usual, cases[i].now_ms);
		if (limiter_due_ms(&limiter, &usual, cases[i].now_ms) > cases[i].due_ms ||
		    (cases[i].due_ms > cases[i].now_ms &&
			limiter_due_ms(&limiter, &usual, cases[i].now_ms) != cases[i].due_ms))
			fail_msg("%s: due", cases[i].what);
	}
}

/* As often as there is room, for that long; how many went in the busiest window of that length. */
static unsigned
busiest(const struct limiter_rule *rule, int64_t for_ms, int64_t window_ms, unsigned *ret_all)
{
	static int64_t at_ms[20000];
	struct limiter limiter = { 0 };
	unsigned count = 0, first = 0, most = 0;

	for (int64_t now_ms = 0; now_ms < for_ms; now_ms += 7 * SECOND) {
		while (limiter_room(&limiter, rule, now_ms) > 0) {
			limiter_count(&limiter, rule, now_ms);
			at_ms[count++] = now_ms;
		}
		assert_true(limiter_due_ms(&limiter, rule, now_ms) > now_ms);
	}
	*ret_all = count;
	for (unsigned i = 0; i < count; i++) {
		while (at_ms[i] - at_ms[first] >= window_ms)
			first++;
		if (i - first + 1 > most)
			most = i - first + 1;
	}
	return most;
}

static void
never_more_than_that_in_an_hour_and_a_day(void **state)
{
	struct limiter_rule rule = usual;
	unsigned all;

	(void)state;
	rule.burst = 100;
	assert_int_equal(busiest(&rule, 2 * DAY, HOUR, &all), 30);
	assert_int_equal(busiest(&rule, 3 * DAY, DAY, &all), 200);
	assert_in_range(all, 399, 600); /* and they are used */
	assert_int_equal(busiest(&usual, DAY, 10 * MINUTE, &all), 6);
	assert_int_equal(all, 6 + 24 * 6 - 1);
}

static void
tells_when_the_hour_has_room_again(void **state)
{
	struct limiter limiter = { 0 };
	struct limiter_rule rule = usual;
	int64_t due_ms;

	(void)state;
	rule.per_hour = 4;
	for (int i = 0; i < 4; i++)
		limiter_count(&limiter, &rule, i * MINUTE);
	due_ms = limiter_due_ms(&limiter, &rule, 4 * MINUTE);
	assert_in_range(due_ms, HOUR, HOUR + MINUTE);
	assert_int_equal(limiter_room(&limiter, &rule, due_ms - 1), 0);
	assert_int_equal(limiter_room(&limiter, &rule, due_ms), 1);
	assert_int_equal(limiter_room_long(&limiter, &rule, due_ms), 1);
	assert_int_equal(limiter_due_long_ms(&limiter, &rule, due_ms), due_ms);
}

static void
engages_once_and_is_freed_after_an_hour_of_quiet(void **state)
{
	struct limiter limiter = { 0 };

	(void)state;
	assert_false(limiter_tick(&limiter, &usual, 5 * HOUR));
	assert_true(limiter_exceed(&limiter, 5 * HOUR));
	assert_false(limiter_exceed(&limiter, 5 * HOUR + MINUTE));
	assert_false(limiter_tick(&limiter, &usual, 6 * HOUR));
	assert_true(limiter_tick(&limiter, &usual, 6 * HOUR + MINUTE));
	assert_false(limiter_tick(&limiter, &usual, 6 * HOUR + MINUTE));
	assert_true(limiter_exceed(&limiter, 7 * HOUR));
}

static void
a_flood_is_more_than_ten_and_ends_below_five(void **state)
{
	const struct flood_rule rule = {
		.raises = 10,
		.end = 5,
		.window_ms = 10 * MINUTE,
		.digest_ms = 5 * MINUTE,
	};
	struct flood flood = { 0 };

	(void)state;
	for (int i = 0; i < 10; i++)
		flood_raise(&flood, &rule, i * SECOND);
	assert_false(flood_is_on(&flood, &rule, 10 * SECOND));
	flood_raise(&flood, &rule, 20 * SECOND);
	assert_true(flood_is_on(&flood, &rule, 20 * SECOND));
	assert_int_equal(flood.digest_ms, 20 * SECOND); /* now */
	flood_digest(&flood, &rule, 21 * SECOND);
	assert_int_equal(flood.digest_ms, 21 * SECOND + 5 * MINUTE);
	for (int i = 1; i <= 5; i++)
		flood_raise(&flood, &rule, i * MINUTE);
	assert_int_equal(flood.digest_ms, 21 * SECOND + 5 * MINUTE);
	assert_true(flood_is_on(&flood, &rule, 11 * MINUTE - SECOND)); /* five are left */
	assert_false(flood_is_on(&flood, &rule, 11 * MINUTE + 11 * SECOND));
	for (int i = 0; i < 6; i++)
		flood_raise(&flood, &rule, 12 * MINUTE);
	assert_false(flood_is_on(&flood, &rule, 12 * MINUTE)); /* ten again */
	flood_raise(&flood, &rule, 12 * MINUTE);
	assert_true(flood_is_on(&flood, &rule, 12 * MINUTE));
}

static void
a_window_counts_what_is_in_it(void **state)
{
	static const struct {
		const char *what;
		int64_t now_ms;
		unsigned adds, count;
	} cases[] = {
		{ "three", 100, 3, 3 },
		{ "one later", 30000, 1, 4 },
		{ "still all", 60000, 0, 4 },
		{ "without the first", 61000, 0, 1 },
		{ "one more", 61000, 1, 2 },
		{ "without the second", 91000, 0, 1 },
		{ "a long time", 10000000, 0, 0 },
		{ "another", 10000000, 1, 1 },
	};
	struct window window = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (unsigned n = 0; n < cases[i].adds; n++)
			window_add(&window, MINUTE, cases[i].now_ms);
		if (window_count(&window, MINUTE, cases[i].now_ms) != cases[i].count)
			fail_msg("%s", cases[i].what);
	}
	assert_int_equal(window_count(&window, HOUR, 10000000), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(six_at_once_then_one_in_ten_minutes),
		cmocka_unit_test(never_more_than_that_in_an_hour_and_a_day),
		cmocka_unit_test(tells_when_the_hour_has_room_again),
		cmocka_unit_test(engages_once_and_is_freed_after_an_hour_of_quiet),
		cmocka_unit_test(a_flood_is_more_than_ten_and_ends_below_five),
		cmocka_unit_test(a_window_counts_what_is_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
