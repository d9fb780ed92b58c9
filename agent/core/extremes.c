/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/extremes.h"

#include <stdlib.h>
#include <string.h>

#define HOUR_MS          (60 * 60 * 1000)
#define MINUTES_PER_HOUR 60
#define PAIRS_MAX        (EXTREMES_POINTS * (EXTREMES_POINTS - 1) / 2)

void
extremes_init(struct extremes *extremes)
{
	memset(extremes, 0, sizeof(*extremes));
}

/* ---- the day ---- */

static void
empty_hour(struct extremes *extremes, int64_t hour)
{
	extremes->hours[hour % EXTREMES_HOURS] = (struct extremes_hour){ INT32_MAX, INT32_MIN };
}

static void
sum_up_day(struct extremes *extremes)
{
	struct extremes_hour day = { INT32_MAX, INT32_MIN };

	for (unsigned i = 0; i < EXTREMES_HOURS; i++) {
		const struct extremes_hour *hour = &extremes->hours[i];

		if (hour->minimum_milli < day.minimum_milli)
			day.minimum_milli = hour->minimum_milli;
		if (hour->maximum_milli > day.maximum_milli)
			day.maximum_milli = hour->maximum_milli;
	}
	extremes->has_range = day.minimum_milli <= day.maximum_milli;
	extremes->minimum_milli = day.minimum_milli;
	extremes->maximum_milli = day.maximum_milli;
}

static void
begin_hour(struct extremes *extremes, int64_t hour)
{
	int64_t first = extremes->hour + 1;

	if (first <= hour - EXTREMES_HOURS)
		first = hour - EXTREMES_HOURS + 1;
	for (int64_t i = first; i <= hour; i++)
		empty_hour(extremes, i);
	extremes->hour = hour;
	sum_up_day(extremes);
}

bool
extremes_last_hour(
    const struct extremes *extremes, int32_t *ret_minimum_milli, int32_t *ret_maximum_milli)
{
	const struct extremes_hour *runs = &extremes->hours[extremes->hour % EXTREMES_HOURS];
	const struct extremes_hour *before = runs;
	struct extremes_hour both;

	if (!extremes->is_started)
		return false;
	if (extremes->hour > 0)
		before = &extremes->hours[(extremes->hour - 1) % EXTREMES_HOURS];
	both = (struct extremes_hour){
		runs->minimum_milli < before->minimum_milli ? runs->minimum_milli
							    : before->minimum_milli,
		runs->maximum_milli > before->maximum_milli ? runs->maximum_milli
							    : before->maximum_milli,
	};
	if (both.minimum_milli > both.maximum_milli)
		return false;
	*ret_minimum_milli = both.minimum_milli;
	*ret_maximum_milli = both.maximum_milli;
	return true;
}

/* ---- the trend ---- */

static int
compare_doubles(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static int32_t
round_milli(double milli)
{
	if (milli >= INT32_MAX)
		return INT32_MAX;
	if (milli <= -INT32_MAX)
		return -INT32_MAX;
	return (int32_t)(milli < 0 ? milli - 0.5 : milli + 0.5);
}

static void
find_trend(struct extremes *extremes)
{
	double slopes[PAIRS_MAX];
	size_t count = 0;

	extremes->has_trend = extremes->point_count >= EXTREMES_POINTS_MIN;
	if (!extremes->has_trend)
		return;
	for (unsigned i = 0; i < extremes->point_count; i++) {
		for (unsigned j = i + 1; j < extremes->point_count; j++) {
			const struct extremes_point *a = &extremes->points[i];
			const struct extremes_point *b = &extremes->points[j];

			slopes[count++] =
			    ((double)b->mean_milli - a->mean_milli) / (double)(b->at_ms - a->at_ms);
		}
	}
	qsort(slopes, count, sizeof(slopes[0]), compare_doubles);
	extremes->trend_milli =
	    round_milli((slopes[(count - 1) / 2] + slopes[count / 2]) / 2 * HOUR_MS);
}

static void
drop_points(struct extremes *extremes, unsigned count)
{
	extremes->point_count -= count;
	memmove(&extremes->points[0], &extremes->points[count],
	    extremes->point_count * sizeof(extremes->points[0]));
}

/* The slot that ran becomes a point, at the mean time of its readings. */
static void
end_slot(struct extremes *extremes)
{
	int64_t begin_ms = extremes->since_ms + extremes->slot * EXTREMES_SLOT_MS;

	if (extremes->count == 0)
		return;
	if (extremes->point_count == EXTREMES_POINTS)
		drop_points(extremes, 1);
	extremes->points[extremes->point_count++] = (struct extremes_point){
		.at_ms = begin_ms + extremes->sum_ms / extremes->count,
		.mean_milli = (int32_t)(extremes->sum_milli / extremes->count),
	};
	extremes->sum_ms = 0;
	extremes->sum_milli = 0;
	extremes->count = 0;
}

static void
begin_slot(struct extremes *extremes, int64_t slot, int64_t now_ms)
{
	unsigned old = 0;

	end_slot(extremes);
	extremes->slot = slot;
	while (old < extremes->point_count && extremes->points[old].at_ms < now_ms - HOUR_MS)
		old++;
	drop_points(extremes, old);
	find_trend(extremes);
}

/* ---- both ---- */

void
extremes_tick(struct extremes *extremes, int64_t now_ms)
{
	int64_t hour = (now_ms - extremes->since_ms) / HOUR_MS;
	int64_t slot = (now_ms - extremes->since_ms) / EXTREMES_SLOT_MS;

	if (!extremes->is_started)
		return;
	if (hour > extremes->hour)
		begin_hour(extremes, hour);
	if (slot > extremes->slot)
		begin_slot(extremes, slot, now_ms);
}

void
extremes_sample(struct extremes *extremes, int32_t value_milli, int64_t now_ms)
{
	struct extremes_hour *hour;
	int64_t in_slot_ms;

	if (!extremes->is_started) {
		extremes->is_started = true;
		extremes->since_ms = now_ms;
		for (unsigned i = 0; i < EXTREMES_HOURS; i++)
			empty_hour(extremes, i);
	}
	extremes_tick(extremes, now_ms);
	in_slot_ms = now_ms - extremes->since_ms - extremes->slot * EXTREMES_SLOT_MS;
	extremes->sum_ms += in_slot_ms > 0 ? in_slot_ms : 0; /* it may be older than the tick */
	extremes->sum_milli += value_milli;
	extremes->count++;

	hour = &extremes->hours[extremes->hour % EXTREMES_HOURS];
	if (value_milli >= hour->minimum_milli && value_milli <= hour->maximum_milli)
		return;
	if (value_milli < hour->minimum_milli)
		hour->minimum_milli = value_milli;
	if (value_milli > hour->maximum_milli)
		hour->maximum_milli = value_milli;
	sum_up_day(extremes);
}

bool
extremes_minutes_to(int32_t value_milli, int32_t trend_milli, const int32_t *low,
    const int32_t *high, uint32_t *ret_minutes)
{
	const int32_t *limit = trend_milli > 0 ? high : low;
	int64_t way_milli, minutes;

	if (trend_milli == 0 || limit == NULL)
		return false;
	way_milli = (int64_t)*limit - value_milli;
	if (way_milli == 0 || (way_milli > 0) != (trend_milli > 0))
		return false;
	minutes = way_milli * MINUTES_PER_HOUR / trend_milli;
	*ret_minutes = minutes > UINT32_MAX ? UINT32_MAX : (uint32_t)minutes;
	return true;
}
