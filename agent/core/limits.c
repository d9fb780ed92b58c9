/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/limits.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "core/text.h"

static const char *const level_names[LEVEL_COUNT] = {
	[LEVEL_LOW_CRITICAL] = "low critical",
	[LEVEL_LOW_WARNING] = "low warning",
	[LEVEL_HIGH_WARNING] = "high warning",
	[LEVEL_HIGH_CRITICAL] = "high critical",
};

static bool
is_high(enum level level)
{
	return level >= LEVEL_HIGH_WARNING;
}

static bool
is_critical(enum level level)
{
	return level == LEVEL_LOW_CRITICAL || level == LEVEL_HIGH_CRITICAL;
}

static enum level
warning_beside(enum level level)
{
	return is_high(level) ? LEVEL_HIGH_WARNING : LEVEL_LOW_WARNING;
}

static enum level
critical_beside(enum level level)
{
	return is_high(level) ? LEVEL_HIGH_CRITICAL : LEVEL_LOW_CRITICAL;
}

/* ---- the rule as a whole ---- */

/* The enabled levels from `first` to `last`: the lowest and the highest.  False: none is. */
static bool
enabled_span(const struct limit_rule *rule, enum level first, enum level last, int64_t *ret_low,
    int64_t *ret_high)
{
	bool is_any = false;

	for (enum level level = first; level <= last; level++) {
		if (!rule->is_enabled[level])
			continue;
		if (!is_any)
			*ret_low = rule->limit_milli[level];
		*ret_high = rule->limit_milli[level];
		is_any = true;
	}
	return is_any;
}

int32_t
limits_default_deadband(const struct limit_rule *rule, enum quantity quantity)
{
	int32_t deadband = quantity_info(quantity)->deadband_milli;
	int64_t low = 0, high = 0;

	if (deadband >= 0)
		return deadband;
	if (!enabled_span(rule, LEVEL_LOW_CRITICAL, LEVEL_HIGH_CRITICAL, &low, &high))
		return 0;
	if (high <= low) /* one level, or an order that will be refused */
		return 0;
	return (int32_t)((high - low) / 100);
}

static int
check_order(const struct limit_rule *rule, enum level *ret_level, struct err *err)
{
	enum level below = LEVEL_COUNT;
	char low[16], high[16];

	for (enum level level = LEVEL_LOW_CRITICAL; level < LEVEL_COUNT; level++) {
		if (!rule->is_enabled[level])
			continue;
		if (below != LEVEL_COUNT && rule->limit_milli[level] <= rule->limit_milli[below]) {
			text_format_fixed(rule->limit_milli[level], 3, high, sizeof(high));
			text_format_fixed(rule->limit_milli[below], 3, low, sizeof(low));
			*ret_level = level;
			return err_set(err, -EINVAL,
			    "%s limit %s is not above %s limit %s: want them rising",
			    level_names[level], high, level_names[below], low);
		}
		below = level;
	}
	return 0;
}

static int
check_room(const struct limit_rule *rule, struct err *err)
{
	int64_t low = 0, high = 0, ignored;
	char deadband[16], most[16];

	if (!enabled_span(rule, LEVEL_LOW_CRITICAL, LEVEL_LOW_WARNING, &ignored, &low) ||
	    !enabled_span(rule, LEVEL_HIGH_WARNING, LEVEL_HIGH_CRITICAL, &high, &ignored))
		return 0;
	if (low + rule->deadband_milli < high - rule->deadband_milli)
		return 0;
	text_format_fixed(rule->deadband_milli, 3, deadband, sizeof(deadband));
	text_format_fixed((int32_t)((high - low - 1) / 2), 3, most, sizeof(most));
	return err_set(err, -EINVAL,
	    "deadband %s leaves nothing between the low and the high limits: want at most %s",
	    deadband, most);
}

int
limits_check(const struct limit_rule *rule, enum level *ret_level, struct err *err)
{
	enum level at = LEVEL_COUNT;
	int r = 0;

	if (rule->deadband_milli < 0)
		r = err_set(err, -EINVAL, "deadband is negative: want 0 or more");
	else if (rule->on_delay_ms < 0 || rule->off_delay_ms < 0)
		r = err_set(err, -EINVAL, "delay is negative: want 0 or more");
	else if (rule->min_samples < 1)
		r = err_set(err, -EINVAL, "least number of samples is 0: want 1 or more");
	if (r == 0)
		r = check_order(rule, &at, err);
	if (r == 0)
		r = check_room(rule, err);
	if (r < 0)
		*ret_level = at;
	return r;
}

/* ---- zones ---- */

enum zone
limits_zone(const struct limits *limits)
{
	static const struct {
		enum level level;
		enum zone zone;
	} deepest_first[] = {
		{ LEVEL_HIGH_CRITICAL, ZONE_HIGH_CRITICAL },
		{ LEVEL_LOW_CRITICAL, ZONE_LOW_CRITICAL },
		{ LEVEL_HIGH_WARNING, ZONE_HIGH_WARNING },
		{ LEVEL_LOW_WARNING, ZONE_LOW_WARNING },
	};

	for (unsigned i = 0; i < LEVEL_COUNT; i++)
		if (limits->is_beyond[deepest_first[i].level])
			return deepest_first[i].zone;
	return ZONE_NORMAL;
}

enum level
zone_level(enum zone zone)
{
	switch (zone) {
	case ZONE_LOW_CRITICAL:
		return LEVEL_LOW_CRITICAL;
	case ZONE_LOW_WARNING:
		return LEVEL_LOW_WARNING;
	case ZONE_HIGH_WARNING:
		return LEVEL_HIGH_WARNING;
	case ZONE_HIGH_CRITICAL:
		return LEVEL_HIGH_CRITICAL;
	case ZONE_NORMAL:
		break;
	}
	return LEVEL_COUNT;
}

/* ---- comparators ---- */

static bool
is_raw_beyond(const struct limit_rule *rule, enum level level, bool is_beyond, int32_t value_milli)
{
	int64_t limit = rule->limit_milli[level];
	int64_t band = is_beyond ? rule->deadband_milli : 0;

	if (!rule->is_enabled[level])
		return false;
	return is_high(level) ? value_milli >= limit - band : value_milli <= limit + band;
}

/* The flip of this level would leave no level of its side true. */
static bool
is_last(const struct limits *limits, enum level level)
{
	return !is_critical(level) || !limits->is_beyond[warning_beside(level)];
}

/* A comparator that has its new value for whatever reason has nothing pending. */
static void
put(struct limits *limits, struct limit_timers *timers, enum level level, bool is_beyond)
{
	if (limits->is_beyond[level] == is_beyond)
		return;
	limits->is_beyond[level] = is_beyond;
	timers->pending[level].count = 0;
}

static void
flip(struct limits *limits, struct limit_timers *timers, const struct limit_rule *rule,
    enum level level)
{
	enum level other = is_high(level) ? LEVEL_LOW_WARNING : LEVEL_HIGH_WARNING;

	if (limits->is_beyond[level]) {
		put(limits, timers, level, false);
		if (!is_critical(level))
			put(limits, timers, critical_beside(level), false);
		return;
	}
	put(limits, timers, level, true);
	if (rule->is_enabled[warning_beside(level)])
		put(limits, timers, warning_beside(level), true);
	put(limits, timers, other, false);
	put(limits, timers, critical_beside(other), false);
}

void
limits_forget(struct limit_timers *timers)
{
	memset(timers->pending, 0, sizeof(timers->pending));
}

/* One more sample that disagrees.  True: it confirms the flip. */
static bool
pend(struct limit_pending *pending, int64_t delay_ms, uint32_t min_samples, bool is_first,
    int64_t now_ms)
{
	if (pending->count == 0) {
		pending->since_ms = now_ms;
		pending->is_first = is_first;
	}
	if (pending->count < UINT32_MAX)
		pending->count++;
	return now_ms - pending->since_ms >= delay_ms && pending->count >= min_samples;
}

struct limit_step
limits_sample(struct limits *limits, struct limit_timers *timers, const struct limit_rule *rule,
    int64_t end_delay_ms, int32_t value_milli, int64_t now_ms)
{
	struct limit_step step = { 0 };
	bool is_due[LEVEL_COUNT];
	const struct limits was = *limits;

	/* All levels are judged by the state before the sample, then flipped. */
	for (enum level level = LEVEL_LOW_CRITICAL; level < LEVEL_COUNT; level++) {
		struct limit_pending *pending = &timers->pending[level];
		bool is_beyond = limits->is_beyond[level];
		int64_t delay_ms = rule->on_delay_ms;

		if (is_beyond)
			delay_ms = is_last(limits, level) ? end_delay_ms : rule->off_delay_ms;
		is_due[level] = false;
		if (is_raw_beyond(rule, level, is_beyond, value_milli) == is_beyond) {
			step.is_excursion |= !is_beyond && pending->count > 0;
			pending->count = 0;
			continue;
		}
		is_due[level] =
		    pend(pending, delay_ms, rule->min_samples, timers->is_after_restart, now_ms);
		step.during_downtime |= is_due[level] && pending->is_first;
	}
	timers->is_after_restart = false;
	/* One that another flip took along already is where it wanted to be. */
	for (enum level level = LEVEL_LOW_CRITICAL; level < LEVEL_COUNT; level++)
		if (is_due[level] && limits->is_beyond[level] == was.is_beyond[level])
			flip(limits, timers, rule, level);
	return step;
}

/* ---- changes of the rule ---- */

/* Deadband, delays and the number of samples are set once, but belong to each level. */
static bool
is_same(const struct limit_rule *a, const struct limit_rule *b, enum level level)
{
	return a->is_enabled[level] == b->is_enabled[level] &&
	       a->limit_milli[level] == b->limit_milli[level] &&
	       a->deadband_milli == b->deadband_milli && a->on_delay_ms == b->on_delay_ms &&
	       a->off_delay_ms == b->off_delay_ms && a->min_samples == b->min_samples;
}

void
limits_configure(struct limits *limits, struct limit_timers *timers,
    const struct limit_rule *before, const struct limit_rule *after)
{
	for (enum level level = LEVEL_LOW_CRITICAL; level < LEVEL_COUNT; level++) {
		if (before == NULL || !is_same(before, after, level))
			timers->pending[level].count = 0;
		if (!after->is_enabled[level])
			put(limits, timers, level, false);
	}
	/* A warning level that is enabled below a critical one that holds, holds. */
	for (enum level level = LEVEL_LOW_CRITICAL; level < LEVEL_COUNT; level++)
		if (limits->is_beyond[level] && after->is_enabled[warning_beside(level)])
			put(limits, timers, warning_beside(level), true);
}
