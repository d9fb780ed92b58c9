/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdlib.h>

#include "core/extremes.h"
#include "tests/unit/unit.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)

/* The clock does not begin with the sensor. */
#define START (INT64_C(123456789))

#define NOTHING             \
	{                   \
		false, 0, 0 \
	}

/* A reading at each of these times; then what is told some time later. */
struct day_case {
	const char *what;
	struct {
		int64_t at_ms;
		int32_t milli;
	} readings[6];
	unsigned count;
	int64_t asked_ms;
	struct {
		bool has;
		int32_t minimum, maximum;
	} want;
};

static const struct day_case day_cases[] = {
	{ "nothing read", { { 0, 0 } }, 0, 0, NOTHING },
	{ "one reading is both", { { 0, -500 } }, 1, 0, { true, -500, -500 } },
	{ "within one hour", { { 0, 5 }, { 1000, -7 }, { 2000, 6 } }, 3, 3000, { true, -7, 6 } },
	{ "over several hours", { { 0, 20 }, { 3 * HOUR_MS, 10 }, { 9 * HOUR_MS, 30 } }, 3,
	    9 * HOUR_MS, { true, 10, 30 } },
	{ "the 24 hours before the one that runs still count", { { 0, 99 }, { HOUR_MS, 50 } }, 2,
	    25 * HOUR_MS - 1, { true, 50, 99 } },
	{ "the one before these does not", { { 0, 99 }, { HOUR_MS, 50 } }, 2, 25 * HOUR_MS,
	    { true, 50, 50 } },
	{ "the last one goes, too", { { 0, 99 }, { HOUR_MS, 50 } }, 2, 26 * HOUR_MS, NOTHING },
	{ "a week of silence", { { 0, 99 } }, 1, 168 * HOUR_MS, NOTHING },
	{ "and after it only what is new", { { 0, 99 }, { 168 * HOUR_MS + 1, 7 } }, 2,
	    168 * HOUR_MS + 2, { true, 7, 7 } },
	{ "a gap leaves what was before it", { { 0, 5 }, { 20 * HOUR_MS, 8 } }, 2, 20 * HOUR_MS,
	    { true, 5, 8 } },
	{ "the ends of the numbers", { { 0, INT32_MIN }, { 1, INT32_MAX } }, 2, 1,
	    { true, INT32_MIN, INT32_MAX } },
	{ "a reading a little older than the last tick", { { HOUR_MS, 5 }, { HOUR_MS - 1, 8 } }, 2,
	    HOUR_MS, { true, 5, 8 } },
};

static void
the_extremes_are_those_of_the_last_day(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(day_cases); i++) {
		const struct day_case *c = &day_cases[i];
		struct extremes extremes;

		extremes_init(&extremes);
		for (unsigned n = 0; n < c->count; n++)
			extremes_sample(
			    &extremes, c->readings[n].milli, START + c->readings[n].at_ms);
		extremes_tick(&extremes, START + c->asked_ms);
		if (extremes.has_range != c->want.has)
			fail_msg("%s: %s", c->what, c->want.has ? "nothing" : "something");
		if (c->want.has && (extremes.minimum_milli != c->want.minimum ||
				       extremes.maximum_milli != c->want.maximum))
			fail_msg("%s: %d to %d", c->what, extremes.minimum_milli,
			    extremes.maximum_milli);
	}
}

/* From minute `from` to before minute `to` the value goes from `begin` on by `slope` an hour. */
struct leg {
	int from, to;
	int32_t begin, slope;
};

struct trend_case {
	const char *what;
	int64_t poll_ms;
	struct leg legs[4];
	int asked; /* minute */
	bool has;
	int32_t want;
};

static const struct trend_case trend_cases[] = {
	{ "not before 15 minutes", 1000, { { 0, 15, 20000, 3600 } }, 14, false, 0 },
	{ "then the slope", 1000, { { 0, 16, 20000, 3600 } }, 15, true, 3600 },
	{ "downwards", 1000, { { 0, 60, 20000, -1800 } }, 60, true, -1800 },
	{ "level", 1000, { { 0, 60, -20000, 0 } }, 60, true, 0 },
	{ "read each 7 minutes", 7 * MINUTE_MS, { { 0, 90, 0, 6000 } }, 90, true, 6000 },
	{ "read each 20 minutes", 20 * MINUTE_MS, { { 0, 200, 0, 6000 } }, 200, true, 6000 },
	{ "read each 40 minutes it is too seldom", 40 * MINUTE_MS, { { 0, 400, 0, 60 } }, 400,
	    false, 0 },
	{ "ten wrong minutes do not turn it", 1000,
	    { { 0, 30, 0, 600 }, { 30, 40, 85000, 0 }, { 40, 65, 400, 600 } }, 65, true, 600 },
	{ "a new course does not show after 15 minutes", 1000,
	    { { 0, 60, 20000, 0 }, { 60, 76, 20000, 6000 } }, 75, true, 0 },
	{ "but an hour later it is all that counts", 1000,
	    { { 0, 60, 20000, 0 }, { 60, 126, 20000, 6000 } }, 125, true, 6000 },
	{ "a gap of ten minutes takes points, not the slope", 1000,
	    { { 0, 20, 0, 6000 }, { 30, 50, 3000, 6000 } }, 50, true, 6000 },
	{ "an hour of silence ends it", 1000, { { 0, 60, 0, 6000 } }, 125, false, 0 },
	{ "and after it it begins anew", 1000, { { 0, 60, 0, 6000 }, { 130, 146, 0, -60 } }, 146,
	    true, -60 },
	{ "more than the numbers hold", 1000, { { 0, 10, INT32_MIN, 0 }, { 10, 90, INT32_MAX, 0 } },
	    25, true, INT32_MAX },
};

static void
the_trend_is_the_median_slope_of_the_last_hour(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(trend_cases); i++) {
		const struct trend_case *c = &trend_cases[i];
		struct extremes extremes;

		extremes_init(&extremes);
		for (int64_t ms = 0; ms <= c->asked * MINUTE_MS; ms += c->poll_ms) {
			for (unsigned n = 0; n < COUNT(c->legs); n++) {
				const struct leg *leg = &c->legs[n];
				int64_t since_ms = ms - leg->from * MINUTE_MS;

				if (since_ms < 0 || ms >= leg->to * MINUTE_MS)
					continue;
				extremes_sample(&extremes,
				    (int32_t)(leg->begin + leg->slope * since_ms / HOUR_MS),
				    START + ms);
			}
		}
		extremes_tick(&extremes, START + c->asked * MINUTE_MS);
		if (extremes.has_trend != c->has)
			fail_msg("%s: %s", c->what, c->has ? "none" : "there is one");
		if (c->has && labs((long)extremes.trend_milli - c->want) > 15)
			fail_msg("%s: %d, want %d", c->what, extremes.trend_milli, c->want);
	}
}

static const int32_t low = 0, high = 32000, top = INT32_MAX;

static const struct {
	const char *what;
	int32_t value, trend;
	const int32_t *low, *high;
	bool has;
	uint32_t minutes;
} ways[] = {
	{ "up to the high limit", 30000, 4000, &low, &high, true, 30 },
	{ "down to the low one", 30000, -60000, &low, &high, true, 30 },
	{ "begun minutes do not count", 30000, 4001, &low, &high, true, 29 },
	{ "nowhere", 30000, 0, &low, &high, false, 0 },
	{ "up, and there is no limit", 30000, 4000, &low, NULL, false, 0 },
	{ "down, and there is no limit", 30000, -4000, NULL, &high, false, 0 },
	{ "it is there already", 32000, 4000, &low, &high, false, 0 },
	{ "it is beyond", 33000, 4000, &low, &high, false, 0 },
	{ "it is beyond and comes back", 33000, -66000, &low, &high, true, 30 },
	{ "less than a minute", 31999, 4000, &low, &high, true, 0 },
	{ "for ever", INT32_MIN, 1, &low, &top, true, UINT32_MAX },
};

static void
the_minutes_lead_to_the_next_limit(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		uint32_t minutes = 0;
		bool has = extremes_minutes_to(
		    ways[i].value, ways[i].trend, ways[i].low, ways[i].high, &minutes);

		if (has != ways[i].has || minutes != ways[i].minutes)
			fail_msg("%s: %s %u", ways[i].what, has ? "yes" : "no", minutes);
	}
}

static void
the_last_hour_is_that_which_runs_and_the_one_before(void **state)
{
	static const struct {
		int64_t at_min;
		int32_t milli;
		int32_t minimum, maximum; /* after that */
	} cases[] = {
		{ 0, 20000, 20000, 20000 },
		{ 30, 25000, 20000, 25000 },
		{ 61, 22000, 20000, 25000 },
		{ 121, 23000, 22000, 23000 },
		{ 600, 10000, 10000, 10000 },
	};
	struct extremes extremes;
	int32_t minimum, maximum;

	(void)state;
	extremes_init(&extremes);
	assert_false(extremes_last_hour(&extremes, &minimum, &maximum));
	for (size_t i = 0; i < COUNT(cases); i++) {
		extremes_sample(&extremes, cases[i].milli, cases[i].at_min * 60000);
		assert_true(extremes_last_hour(&extremes, &minimum, &maximum));
		assert_int_equal(minimum, cases[i].minimum);
		assert_int_equal(maximum, cases[i].maximum);
	}
	extremes_tick(&extremes, INT64_C(900) * 60000);
	assert_false(extremes_last_hour(&extremes, &minimum, &maximum));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_extremes_are_those_of_the_last_day),
		cmocka_unit_test(the_trend_is_the_median_slope_of_the_last_hour),
		cmocka_unit_test(the_minutes_lead_to_the_next_limit),
		cmocka_unit_test(the_last_hour_is_that_which_runs_and_the_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
