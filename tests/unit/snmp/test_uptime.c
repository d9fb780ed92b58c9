/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/uptime.h"
#include "tests/unit/unit.h"

static void
stamps_follow_the_master_and_do_not_wander(void **state)
{
	/* clang-format off */
	static const struct {
		const char *what;
		uint32_t ticks; /* learnt at */
		int64_t now_ms;
		int64_t zero_ms; /* then */
	} cases[] = {
		{ "the first word counts",              1000,  510000, 500000 },
		{ "rounding of a tick",                 1099,  510995, 500000 },
		{ "the other way",                      1101,  511000, 500000 },
		{ "an answer that came late",           1200,  512900, 500000 },
		{ "one that came earlier",              1300,  512950, 499950 },
		{ "late again",                         1400,  514100, 499950 },
		{ "we slept, the master's clock too",   1500,  715000, 700000 },
		{ "sysUpTime wrapped round",            5, 4000000000, 3999999950 },
		{ "a master older than our boot",       4000000000, 4000001000, -35999999000 },
	};
	/* clang-format on */
	struct uptime uptime = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].what);
		uptime_learn(&uptime, cases[i].ticks, cases[i].now_ms);
		assert_true(uptime.zero_ms == cases[i].zero_ms);
	}
	uptime_forget(&uptime);
	uptime_learn(&uptime, 100, 800000);
	assert_true(uptime.zero_ms == 799000);
}

static void
what_was_before_the_master_is_at_zero(void **state)
{
	static const struct {
		const char *what;
		int64_t time_ms;
		uint32_t ticks;
	} cases[] = {
		{ "long before", 0, 0 },
		{ "just before", 499999, 0 },
		{ "at its start", 500000, 0 },
		{ "not yet a tick", 500009, 0 },
		{ "a tick", 500010, 1 },
		{ "a day", 500000 + 86400000, 8640000 },
	};
	struct uptime uptime = { 0 };

	(void)state;
	assert_int_equal(uptime_at(&uptime, 500000), 0);
	uptime_learn(&uptime, 1000, 510000);
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].what);
		assert_int_equal(uptime_at(&uptime, cases[i].time_ms), cases[i].ticks);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stamps_follow_the_master_and_do_not_wander),
		cmocka_unit_test(what_was_before_the_master_is_at_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
