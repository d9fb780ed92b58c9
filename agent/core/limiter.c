/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/limiter.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

static unsigned
smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned
less(unsigned from, unsigned by)
{
	return from > by ? from - by : 0;
}

unsigned
limiter_room_long(struct limiter *limiter, const struct limiter_rule *rule, int64_t now_ms)
{
	return smaller(less(rule->per_hour, window_count(&limiter->hour, HOUR_MS, now_ms)),
	    less(rule->per_day, window_count(&limiter->day, DAY_MS, now_ms)));
}

unsigned
limiter_room(struct limiter *limiter, const struct limiter_rule *rule, int64_t now_ms)
{
	int64_t missing_ms = limiter->full_ms > now_ms ? limiter->full_ms - now_ms : 0;
	int64_t used = (missing_ms + rule->interval_ms - 1) / rule->interval_ms;

	if (used >= rule->burst)
		return 0;
	return smaller(rule->burst - (unsigned)used, limiter_room_long(limiter, rule, now_ms));
}

int64_t
limiter_due_long_ms(struct limiter *limiter, const struct limiter_rule *rule, int64_t now_ms)
{
	int64_t hour = window_below_ms(&limiter->hour, HOUR_MS, rule->per_hour, now_ms);
	int64_t day = window_below_ms(&limiter->day, DAY_MS, rule->per_day, now_ms);

	return hour > day ? hour : day;
}

int64_t
limiter_due_ms(struct limiter *limiter, const struct limiter_rule *rule, int64_t now_ms)
{
	int64_t bucket = limiter->full_ms - (rule->burst - 1) * rule->interval_ms;
	int64_t windows = limiter_due_long_ms(limiter, rule, now_ms);

	return bucket > windows ? bucket : windows;
}

void
limiter_count(struct limiter *limiter, const struct limiter_rule *rule, int64_t now_ms)
{
	int64_t empty_ms = now_ms + rule->burst * rule->interval_ms;

	if (limiter->full_ms < now_ms)
		limiter->full_ms = now_ms;
	limiter->full_ms += rule->interval_ms;
	if (limiter->full_ms > empty_ms)
		limiter->full_ms = empty_ms; /* what passes all the same leaves no debt */
	window_add(&limiter->hour, HOUR_MS, now_ms);
	window_add(&limiter->day, DAY_MS, now_ms);
}

bool
limiter_exceed(struct limiter *limiter, int64_t now_ms)
{
	bool was_engaged = limiter->is_engaged;

	limiter->is_engaged = true;
	limiter->exceeded_ms = now_ms;
	return !was_engaged;
}

bool
limiter_tick(struct limiter *limiter, const struct limiter_rule *rule, int64_t now_ms)
{
	if (!limiter->is_engaged || now_ms - limiter->exceeded_ms < rule->release_ms)
		return false;
	limiter->is_engaged = false;
	return true;
}
