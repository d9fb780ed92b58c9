/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/elapsed.h"
#include "tests/unit/unit.h"

#define BOOT_A  "6e3a3a3e-0000-4000-8000-00000000000a"
#define BOOT_B  "6e3a3a3e-0000-4000-8000-00000000000b"
#define DAY_MS  INT64_C(86400000)
#define WALL_MS INT64_C(1700000000000)

static void
wall_time_counts_only_over_a_reboot(void **state)
{
	static const struct {
		const char *what;
		struct moment then, now;
		bool is_synchronised;
		int64_t want;
	} cases[] = {
		{ "same boot", { BOOT_A, 1000, WALL_MS }, { BOOT_A, 6000, WALL_MS }, true, 5000 },
		{ "the wall clock leapt", { BOOT_A, 1000, WALL_MS },
		    { BOOT_A, 6000, WALL_MS + DAY_MS }, true, 5000 },
		{ "no wall clock needed", { BOOT_A, 1000, 0 }, { BOOT_A, 6000, 0 }, false, 5000 },
		{ "a year of one boot", { BOOT_A, 0, 0 }, { BOOT_A, 365 * DAY_MS, 0 }, false,
		    365 * DAY_MS },
		{ "never below 0", { BOOT_A, 6000, WALL_MS }, { BOOT_A, 5999, WALL_MS }, true, 0 },

		{ "another boot", { BOOT_A, 9000, WALL_MS }, { BOOT_B, 10, WALL_MS + 700 }, true,
		    700 },
		{ "not synchronised", { BOOT_A, 9000, WALL_MS }, { BOOT_B, 10, WALL_MS + 700 },
		    false, 0 },
		{ "the clock went back", { BOOT_A, 9000, WALL_MS }, { BOOT_B, 10, WALL_MS - 1 },
		    true, 0 },
		{ "30 days", { BOOT_A, 0, WALL_MS }, { BOOT_B, 0, WALL_MS + 30 * DAY_MS }, true,
		    30 * DAY_MS },
		{ "more than 30 days", { BOOT_A, 0, WALL_MS },
		    { BOOT_B, 0, WALL_MS + 30 * DAY_MS + 1 }, true, 0 },
		{ "no boot id is no boot", { "", 1000, WALL_MS }, { "", 6000, WALL_MS + 700 }, true,
		    700 },
		{ "a spoilt row", { BOOT_A, 0, INT64_MIN }, { BOOT_B, 0, INT64_MAX }, true, 0 },
		{ "a spoilt row of this boot", { BOOT_A, INT64_MIN, 0 }, { BOOT_A, INT64_MAX, 0 },
		    true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t ms = elapsed_ms(&cases[i].then, &cases[i].now, cases[i].is_synchronised);

		if (ms != cases[i].want)
			fail_msg("%s: %lld", cases[i].what, (long long)ms);
	}
}

static void
a_step_is_what_the_two_clocks_differ_by(void **state)
{
	static const struct {
		const char *what;
		struct moment before, now;
		int64_t want;
	} cases[] = {
		{ "a second", { BOOT_A, 1000, WALL_MS }, { BOOT_A, 2000, WALL_MS + 1000 }, 0 },
		{ "a night of sleep", { BOOT_A, 1000, WALL_MS },
		    { BOOT_A, 1000 + DAY_MS, WALL_MS + DAY_MS }, 0 },
		{ "slewed", { BOOT_A, 0, WALL_MS }, { BOOT_A, 1000, WALL_MS + 3000 }, 0 },
		{ "set", { BOOT_A, 0, WALL_MS }, { BOOT_A, 1000, WALL_MS + 3001 }, 2001 },
		{ "slewed back", { BOOT_A, 0, WALL_MS }, { BOOT_A, 1000, WALL_MS - 1000 }, 0 },
		{ "set back", { BOOT_A, 0, WALL_MS }, { BOOT_A, 1000, WALL_MS - 1001 }, -2001 },
		{ "from 1970", { BOOT_A, 0, 5 }, { BOOT_A, 0, WALL_MS }, WALL_MS - 5 },
		{ "another boot", { BOOT_A, 0, 5 }, { BOOT_B, 0, WALL_MS }, 0 },
		{ "out of all bounds", { BOOT_A, 0, INT64_MIN }, { BOOT_A, 0, INT64_MAX }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t ms = clock_step_ms(&cases[i].before, &cases[i].now);

		if (ms != cases[i].want)
			fail_msg("%s: %lld", cases[i].what, (long long)ms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wall_time_counts_only_over_a_reboot),
		cmocka_unit_test(a_step_is_what_the_two_clocks_differ_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
