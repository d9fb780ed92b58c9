/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_DATE_H
#define CORE_DATE_H

#include <stdint.h>

/* A moment as people write it, in the Gregorian calendar, without any time zone. */
struct date {
	int64_t year;
	int month, day; /* from 1 */
	int weekday;    /* 0: Sunday */
	int hour, minute, second;
};

/* Seconds since 1970-01-01 00:00:00, also below 0. */
struct date date_of(int64_t seconds);

#endif
