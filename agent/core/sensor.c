/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/sensor.h"

#include <assert.h>

/* Rule R1 of the alarm rules: a slow bus gets three rounds, a fast one this long. */
#define GRACE_MS 60000 /* for the first good sample */
#define STALE_MS 30000 /* for the next one */

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
grace_ms(const struct sensor_rule *rule)
{
	return larger(3 * rule->poll_ms, GRACE_MS);
}

int64_t
sensor_stale_after_ms(const struct sensor_rule *rule)
{
	if (rule->stale_after_ms != 0)
		return rule->stale_after_ms;
	return larger(3 * rule->poll_ms, STALE_MS);
}

/* The first moment at which more than `wait` has passed. */
static int64_t
first_beyond(int64_t since, int64_t wait)
{
	return wait >= INT64_MAX - larger(since, 0) ? INT64_MAX : since + wait + 1;
}

static void
fault(struct sensor_state *state)
{
	state->quality = QUALITY_FAULT;
	state->reason = state->last_bad != FAULT_NONE ? state->last_bad : FAULT_STALE;
}

static bool
is_bad_enough(const struct sensor_state *state, const struct sensor_rule *rule, int64_t now_ms)
{
	return state->bad_count >= rule->fault_count &&
	       now_ms - state->first_bad_ms >= rule->fault_delay_ms;
}

void
sensor_init(struct sensor_state *state, int64_t now_ms)
{
	*state = (struct sensor_state){
		.quality = QUALITY_UNKNOWN,
		.reason = FAULT_NONE,
		.last_bad = FAULT_NONE,
		.unknown_since_ms = now_ms,
	};
}

int64_t
sensor_due_ms(const struct sensor_state *state, const struct sensor_rule *rule)
{
	switch (state->quality) {
	case QUALITY_UNKNOWN:
		return first_beyond(state->unknown_since_ms, grace_ms(rule));
	case QUALITY_GOOD:
	case QUALITY_SUSPECT:
		return first_beyond(state->last_good_ms, sensor_stale_after_ms(rule));
	case QUALITY_FAULT:
		break; /* only a good sample ends it */
	}
	return INT64_MAX;
}

bool
sensor_tick(struct sensor_state *state, const struct sensor_rule *rule, int64_t now_ms)
{
	int64_t due_ms = sensor_due_ms(state, rule);

	if (due_ms == INT64_MAX || now_ms < due_ms)
		return false;
	fault(state);
	return true;
}

bool
sensor_good(struct sensor_state *state, int32_t value_milli, int64_t now_ms)
{
	bool is_change = state->quality != QUALITY_GOOD;

	state->quality = QUALITY_GOOD;
	state->reason = FAULT_NONE;
	state->last_bad = FAULT_NONE;
	state->bad_count = 0;
	state->last_good_ms = now_ms;
	state->last_good_milli = value_milli;
	state->has_good = true;
	return is_change;
}

bool
sensor_bad(struct sensor_state *state, const struct sensor_rule *rule, enum fault_reason reason,
    int64_t now_ms)
{
	enum quality before = state->quality;

	assert(reason != FAULT_NONE);
	if (state->bad_count == 0)
		state->first_bad_ms = now_ms;
	if (state->bad_count < UINT32_MAX)
		state->bad_count++;
	state->last_bad = reason;

	if (before == QUALITY_GOOD)
		state->quality = QUALITY_SUSPECT;
	if (before == QUALITY_FAULT || is_bad_enough(state, rule, now_ms))
		fault(state);
	else if (state->quality == QUALITY_SUSPECT)
		state->reason = reason;
	return state->quality != before;
}

bool
sensor_has_value(const struct sensor_state *state)
{
	return state->quality == QUALITY_GOOD || state->quality == QUALITY_SUSPECT;
}
