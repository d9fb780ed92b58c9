/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/backoff.h"
#include "tests/unit/unit.h"

static const struct backoff_rule usual = { 15000, 600000, 20 };

static void
waits_longer_each_time_up_to_the_cap(void **state)
{
	static const struct {
		uint32_t failures;
		int64_t wait_ms; /* in the middle */
	} cases[] = {
		{ 0, 0 },
		{ 1, 15000 },
		{ 2, 30000 },
		{ 3, 60000 },
		{ 4, 120000 },
		{ 5, 240000 },
		{ 6, 480000 },
		{ 7, 600000 },
		{ 8, 600000 },
		{ UINT32_MAX, 600000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t failures = cases[i].failures;
		int64_t wait_ms = cases[i].wait_ms;

		assert_int_equal(backoff_ms(&usual, failures, 0), wait_ms * 8 / 10);
		assert_int_equal(backoff_ms(&usual, failures, UINT32_MAX), wait_ms * 12 / 10);
		assert_in_range(backoff_ms(&usual, failures, UINT32_MAX / 2),
		    wait_ms > 0 ? wait_ms - 1 : 0, wait_ms);
	}
}

static void
takes_any_base_and_cap(void **state)
{
	static const struct {
		struct backoff_rule rule;
		uint32_t failures;
		int64_t wait_ms;
	} cases[] = {
		{ { 100, 100, 20 }, 1, 80 },
		{ { 100, 100, 20 }, 9, 80 },
		{ { 100, 50, 20 }, 1, 40 }, /* the cap holds from the first */
		{ { UINT32_MAX, UINT32_MAX, 20 }, 1, INT64_C(3435973836) },
		{ { UINT32_MAX, UINT32_MAX, 20 }, 2, INT64_C(3435973836) },
		{ { 100, 100, 0 }, 9, 100 },
		{ { 100, 100, 50 }, 9, 50 },
		{ { 1, UINT32_MAX, 20 }, 33, INT64_C(3435973836) },
		{ { 1, UINT32_MAX, 20 }, 32, INT64_C(1717986919) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    backoff_ms(&cases[i].rule, cases[i].failures, 0), cases[i].wait_ms);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_longer_each_time_up_to_the_cap),
		cmocka_unit_test(takes_any_base_and_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
