/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_LIMITS_H
#define CORE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/alarm.h"
#include "core/err.h"
#include "core/units.h"

/*
 * Rule R2 of the alarm rules: four comparators with deadband, on-delay, off-delay and a least
 * number of samples, and the zone that follows from them.  Pure; times are milliseconds of one
 * monotonic clock, values thousandths.
 */
enum level { /* from low to high, as envsSensorLimitsEnabled counts them */
	LEVEL_LOW_CRITICAL,
	LEVEL_LOW_WARNING,
	LEVEL_HIGH_WARNING,
	LEVEL_HIGH_CRITICAL,
	LEVEL_COUNT,
};

struct limit_rule {
	bool is_enabled[LEVEL_COUNT];
	int32_t limit_milli[LEVEL_COUNT];
	int32_t deadband_milli;
	int64_t on_delay_ms, off_delay_ms;
	uint32_t min_samples;
};

/* c[n] of the rules.  Stored. */
struct limits {
	bool is_beyond[LEVEL_COUNT];
};

/* A flip that is not yet confirmed.  Not stored. */
struct limit_pending {
	uint32_t count; /* samples that disagree, the first one counted; 0: none pending */
	bool is_first;  /* it began at the first good sample after a restart */
	int64_t since_ms;
};

struct limit_timers {
	struct limit_pending pending[LEVEL_COUNT];
	bool is_after_restart; /* until the first good sample */
};

struct limit_step {
	bool during_downtime; /* what flipped may have done so before the restart */
	bool is_excursion;    /* a limit was crossed, but not for long enough */
};

/*
 * 0; -EINVAL: not strictly rising, no room between the low and the high clear points, or a number
 * out of range.  *ret_level: the level at fault, LEVEL_COUNT if it is none.
 */
int limits_check(const struct limit_rule *rule, enum level *ret_level, struct err *err);

/* What holds where nobody sets a deadband: the quantity's, or 1 % of the span of the limits. */
int32_t limits_default_deadband(const struct limit_rule *rule, enum quantity quantity);

enum zone limits_zone(const struct limits *limits);

/* The level by which a zone is entered; LEVEL_COUNT of ZONE_NORMAL. */
enum level zone_level(enum zone zone);

/* Nothing pends any more: a restart, a gap between good samples, out of service. */
void limits_forget(struct limit_timers *timers);

/*
 * One good sample.  `end_delay_ms` stands for the off delay of the flip that would end the alarm
 * (the same, unless the sensor chatters).
 */
struct limit_step limits_sample(struct limits *limits, struct limit_timers *timers,
    const struct limit_rule *rule, int64_t end_delay_ms, int32_t value_milli, int64_t now_ms);

/* The rule has changed (`before` NULL: nobody knows from what). */
void limits_configure(struct limits *limits, struct limit_timers *timers,
    const struct limit_rule *before, const struct limit_rule *after);

#endif
