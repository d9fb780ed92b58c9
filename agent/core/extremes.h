/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_EXTREMES_H
#define CORE_EXTREMES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Where a value was in the last day, and where it is going.  Pure, allocates nothing; times are
 * milliseconds of one monotonic clock that never goes back.  Only good readings count; a gap just
 * leaves fewer of them.
 *
 * The day is the hour that runs and the 24 before it, so what is told covers 24 to 25 hours.  The
 * trend is the median of the slopes between all means of five minutes that lie in the last hour
 * (Theil and Sen: a quarter of them may be anything).  It is known from the third mean on, and
 * changes when one more is complete.
 */
#define EXTREMES_HOURS      25
#define EXTREMES_POINTS     12
#define EXTREMES_POINTS_MIN 3
#define EXTREMES_SLOT_MS    (5 * 60 * 1000)

struct extremes_hour {
	int32_t minimum_milli, maximum_milli; /* an hour without a reading: minimum > maximum */
};

struct extremes_point {
	int64_t at_ms;
	int32_t mean_milli;
};

struct extremes {
	bool is_started;
	int64_t since_ms; /* the first reading: hours and slots are counted from here */
	int64_t hour, slot;
	int64_t sum_ms, sum_milli; /* of the slot that runs, times from its beginning */
	uint32_t count;
	uint32_t point_count;
	struct extremes_point points[EXTREMES_POINTS]; /* the oldest first */
	struct extremes_hour hours[EXTREMES_HOURS];    /* hour n at n mod EXTREMES_HOURS */

	bool has_range, has_trend; /* what is told, as of the last call */
	int32_t minimum_milli, maximum_milli;
	int32_t trend_milli; /* per hour */
};

void extremes_init(struct extremes *extremes);

/* One good reading, a little older than the last call at most. */
void extremes_sample(struct extremes *extremes, int32_t value_milli, int64_t now_ms);

/* Time has passed: what is too old does not count any more.  Cheap unless a slot is over. */
void extremes_tick(struct extremes *extremes, int64_t now_ms);

/* Where it was in the hour that runs and the one before it.  False: there were no readings. */
bool extremes_last_hour(
    const struct extremes *extremes, int32_t *ret_minimum_milli, int32_t *ret_maximum_milli);

/*
 * Whole minutes until a value that moves by `trend_milli` an hour is at the limit ahead of it:
 * `high` if it rises, `low` if it falls, NULL where there is none.  False: it gets to none, or is
 * there already.
 */
bool extremes_minutes_to(int32_t value_milli, int32_t trend_milli, const int32_t *low,
    const int32_t *high, uint32_t *ret_minutes);

#endif
