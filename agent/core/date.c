/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/date.h"

#define DAY_S 86400

/* A year begins in March here, so that the day of a leap year is its last; 400 years are 146097
 * days. */
struct date
date_of(int64_t seconds)
{
	int64_t day = seconds >= 0 ? seconds / DAY_S : (seconds - (DAY_S - 1)) / DAY_S;
	int64_t since = day + 719468; /* 0000-03-01 */
	int64_t era = (since >= 0 ? since : since - 146096) / 146097;
	int in_day = (int)(seconds - day * DAY_S);
	int in_era = (int)(since - era * 146097);
	int year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int in_year = in_era - (365 * year + year / 4 - year / 100);
	int month = (5 * in_year + 2) / 153; /* 153 days in the five months from March on */

	return (struct date){
		.year = year + era * 400 + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = in_year - (153 * month + 2) / 5 + 1,
		.weekday = (int)((day % 7 + 7 + 4) % 7), /* 1970 began on a Thursday */
		.hour = in_day / 3600,
		.minute = in_day / 60 % 60,
		.second = in_day % 60,
	};
}
