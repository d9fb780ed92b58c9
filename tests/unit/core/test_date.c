/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/date.h"

#include <stdio.h>
#include <time.h>

#include "tests/unit/unit.h"

static void
is_what_the_calendar_says(void **state)
{
	/* clang-format off */
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
		{ 0,              "4 1970-01-01 00:00:00" },
		{ -1,             "3 1969-12-31 23:59:59" },
		{ 951782400,      "2 2000-02-29 00:00:00" },
		{ 951868799,      "2 2000-02-29 23:59:59" },
		{ 951868800,      "3 2000-03-01 00:00:00" },
		{ 4107542399,     "0 2100-02-28 23:59:59" },
		{ 4107542400,     "1 2100-03-01 00:00:00" },
		{ 1795307624,     "0 2026-11-22 00:33:44" },
		{ 4294967295,     "0 2106-02-07 06:28:15" },
	};
	/* clang-format on */
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct date date = date_of(cases[i].seconds);

		snprintf(text, sizeof(text), "%d %04lld-%02d-%02d %02d:%02d:%02d", date.weekday,
		    (long long)date.year, date.month, date.day, date.hour, date.minute,
		    date.second);
		assert_string_equal(text, cases[i].text);
	}
}

/* 800 years, each day. */
static void
is_what_the_library_says(void **state)
{
	(void)state;
	for (int64_t day = -146097; day < 146097; day++) {
		time_t time = day * 86400 + (day & 0xffff);
		struct date date = date_of(time);
		struct tm tm;

		assert_non_null(gmtime_r(&time, &tm));
		assert_int_equal(date.year, tm.tm_year + 1900);
		assert_int_equal(date.month, tm.tm_mon + 1);
		assert_int_equal(date.day, tm.tm_mday);
		assert_int_equal(date.weekday, tm.tm_wday);
		assert_int_equal(date.hour, tm.tm_hour);
		assert_int_equal(date.minute, tm.tm_min);
		assert_int_equal(date.second, tm.tm_sec);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_what_the_calendar_says),
		cmocka_unit_test(is_what_the_library_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
