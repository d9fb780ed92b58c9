/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sys/clock.h"
#include "tests/unit/unit.h"

/* So long a thread is held up before it reads the wall clock for the next time. */
static time_t held_up_s, passed_s;

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	int r = __real_clock_gettime(clock, now);

	if (clock == CLOCK_REALTIME) {
		passed_s += held_up_s;
		held_up_s = 0;
	}
	now->tv_sec += passed_s;
	return r;
}

static void
boottime_goes_forward_in_both_units(void **state)
{
	int64_t first_us = clock_boottime_us();
	int64_t then_ms = clock_boottime_ms();
	int64_t last_us = clock_boottime_us();

	(void)state;
	assert_true(first_us > 0);
	assert_true(first_us / 1000 <= then_ms && then_ms <= last_us / 1000);
}

static void
a_moment_names_this_boot(void **state)
{
	struct moment first, second;

	(void)state;
	memset(&first, 'x', sizeof(first));
	clock_moment(&first);
	clock_moment(&second);
	assert_int_equal(strlen(first.boot_id), 36);
	assert_string_equal(first.boot_id, second.boot_id);
	assert_true(first.boottime_ms <= second.boottime_ms);
	assert_true(first.wall_ms > INT64_C(1577836800000)); /* 2020 */
}

static void
a_moment_is_one_however_long_its_thread_is_held_up(void **state)
{
	struct moment before, moment;

	(void)state;
	clock_moment(&before);
	held_up_s = 60;
	clock_moment(&moment);
	assert_int_equal(held_up_s, 0);
	assert_true(moment.boottime_ms - before.boottime_ms >= 60000);
	assert_in_range(moment.wall_ms - moment.boottime_ms + 30000,
	    before.wall_ms - before.boottime_ms, before.wall_ms - before.boottime_ms + 60000);
}

static void
knows_the_time_zone_in_summer_and_winter(void **state)
{
	(void)state;
	setenv("TZ", "<+01>-1<+02>,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_int_equal(clock_east_min(INT64_C(1795345200000)), 60);  /* November */
	assert_int_equal(clock_east_min(INT64_C(1783000000000)), 120); /* July */
	setenv("TZ", "<-0330>3:30", 1);
	tzset();
	assert_int_equal(clock_east_min(0), -210);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boottime_goes_forward_in_both_units),
		cmocka_unit_test(a_moment_names_this_boot),
		cmocka_unit_test(a_moment_is_one_however_long_its_thread_is_held_up),
		cmocka_unit_test(knows_the_time_zone_in_summer_and_winter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
