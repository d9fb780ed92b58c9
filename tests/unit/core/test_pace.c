/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/pace.h"
#include "tests/unit/unit.h"

static const struct pace_rule twenty = { .per_second = 20, .burst = 100 };

static unsigned
take_all(struct pace *pace, int64_t now_ms)
{
	unsigned count = 0;

	while (pace_take(pace, &twenty, now_ms))
		count++;
	return count;
}

static void
a_burst_then_one_each_interval(void **state)
{
	static const struct {
		const char *what;
		int64_t now_ms;
		unsigned got;
	} cases[] = {
		{ "a full bucket", 1000000, 100 },
		{ "nothing is left", 1000000, 0 },
		{ "nor a moment later", 1000049, 0 },
		{ "one", 1000050, 1 },
		{ "half an interval does not count", 1000075, 0 },
		{ "but is not lost", 1000100, 1 },
		{ "ten", 1000600, 10 },
		{ "full again, not fuller", 2000000, 100 },
	};
	struct pace pace = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(take_all(&pace, cases[i].now_ms), cases[i].got);
}

static void
knows_when_it_gives_the_next(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	assert_true(pace_due_ms(&pace, &twenty) <= 0);
	assert_int_equal(take_all(&pace, 0), 100);
	for (int64_t now_ms = 50; now_ms < 1000; now_ms += 50) {
		assert_int_equal(pace_due_ms(&pace, &twenty), now_ms);
		assert_false(pace_take(&pace, &twenty, now_ms - 1));
		assert_true(pace_take(&pace, &twenty, now_ms));
	}
}

static void
holds_its_rate_whatever_the_steps(void **state)
{
	struct pace pace = { 0 };
	unsigned count = 0;

	(void)state;
	for (int64_t now_ms = 0; now_ms <= 60000; now_ms += 7)
		count += take_all(&pace, now_ms);
	assert_in_range(count, 100 + 1199, 100 + 1200);
}

static void
takes_any_rate(void **state)
{
	static const struct {
		struct pace_rule rule;
		unsigned in_ten_seconds;
	} cases[] = {
		{ { 1, 1 }, 11 },
		{ { 3, 1 }, 31 },
		{ { 20, 1 }, 201 },
		{ { 10000, 10000 }, 110000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pace pace = { 0 };
		unsigned count = 0;

		for (int64_t now_ms = 5; now_ms <= 10005; now_ms++)
			while (pace_take(&pace, &cases[i].rule, now_ms))
				count++;
		assert_in_range(count, cases[i].in_ten_seconds - 1, cases[i].in_ten_seconds);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_then_one_each_interval),
		cmocka_unit_test(knows_when_it_gives_the_next),
		cmocka_unit_test(holds_its_rate_whatever_the_steps),
		cmocka_unit_test(takes_any_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
