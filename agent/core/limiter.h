/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_LIMITER_H
#define CORE_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/window.h"

/*
 * How many mails one recipient gets: some at once, then one in an interval, and no more than so
 * many an hour and a day.  Pure.  All 0 is a fresh one, for a clock that begins at 0 or later.
 *
 * It is engaged while it holds something back, and until nothing was held back for a while.
 */
struct limiter_rule {
	uint32_t burst; /* 1 or more */
	int64_t interval_ms;
	uint32_t per_hour, per_day; /* 1 or more */
	int64_t release_ms;
};

struct limiter {
	int64_t full_ms; /* when the burst will be whole again */
	struct window hour, day;
	bool is_engaged;
	int64_t exceeded_ms; /* something was held back, the last time */
};

/* How many may go now. */
unsigned limiter_room(struct limiter *limiter, const struct limiter_rule *rule, int64_t now_ms);

/* How many may go now by the hour and the day alone. */
unsigned
limiter_room_long(struct limiter *limiter, const struct limiter_rule *rule, int64_t now_ms);

/* When one more may go; `now_ms`: now. */
int64_t limiter_due_ms(struct limiter *limiter, const struct limiter_rule *rule, int64_t now_ms);
int64_t
limiter_due_long_ms(struct limiter *limiter, const struct limiter_rule *rule, int64_t now_ms);

/* One went, whether there was room or not. */
void limiter_count(struct limiter *limiter, const struct limiter_rule *rule, int64_t now_ms);

/* Something is held back.  True: it was not engaged before. */
bool limiter_exceed(struct limiter *limiter, int64_t now_ms);

/* Time has passed.  True: it was engaged, and is not any more. */
bool limiter_tick(struct limiter *limiter, const struct limiter_rule *rule, int64_t now_ms);

#endif
