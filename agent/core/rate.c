/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/rate.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE_MS 60000

static int64_t
slot_ms(const struct rate_rule *rule)
{
	return rule->window_ms > RATE_SLOTS ? rule->window_ms / RATE_SLOTS : 1;
}

void
rate_restart(struct rate_window *window)
{
	memset(window, 0, sizeof(*window));
}

void
rate_sample(
    struct rate_window *window, const struct rate_rule *rule, int32_t value_milli, int64_t now_ms)
{
	int64_t number = now_ms / slot_ms(rule);
	struct rate_slot *slot = &window->slots[number % RATE_SLOTS];

	/* What came before a silence of a whole window says nothing about now. */
	if (!window->is_started || now_ms - window->last_ms >= rule->window_ms) {
		rate_restart(window);
		window->is_started = true;
		window->since_ms = now_ms;
	}
	window->last_ms = now_ms;
	if (slot->count == 0 || slot->number != number)
		*slot = (struct rate_slot){ .number = number };
	slot->sum_ms += now_ms % slot_ms(rule);
	slot->sum_milli += value_milli;
	slot->count++;
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

bool
rate_slope(const struct rate_window *window, const struct rate_rule *rule, int64_t now_ms,
    int32_t *ret_milli)
{
	int64_t last = now_ms / slot_ms(rule);
	double count = 0, mean_ms = 0, mean_milli = 0, covariance = 0, variance = 0;

	if (!window->is_started || now_ms - window->since_ms < rule->window_ms)
		return false;
	/* A running mean and what deviates from it: exact also where the values are large. */
	for (unsigned i = 0; i < RATE_SLOTS; i++) {
		const struct rate_slot *slot = &window->slots[i];
		double weight = slot->count, ms, milli, ahead_ms, ahead_milli;

		if (slot->count == 0 || slot->number <= last - RATE_SLOTS)
			continue;
		ms =
		    (double)((slot->number - last) * slot_ms(rule)) + (double)slot->sum_ms / weight;
		milli = (double)slot->sum_milli / weight;
		ahead_ms = ms - mean_ms;
		ahead_milli = milli - mean_milli;
		count += weight;
		mean_ms += ahead_ms * weight / count;
		mean_milli += ahead_milli * weight / count;
		covariance += weight * ahead_ms * (milli - mean_milli);
		variance += weight * ahead_ms * (ms - mean_ms);
	}
	if (count < RATE_SAMPLES_MIN || variance <= 0)
		return false;
	*ret_milli = round_milli(covariance / variance * MINUTE_MS);
	return true;
}

bool
rate_is_beyond(const struct rate_rule *rule, bool is_beyond, int32_t slope_milli)
{
	int64_t band = is_beyond ? rule->deadband_milli : 0;

	return llabs(slope_milli) >= rule->limit_milli - band;
}

int32_t
rate_default_deadband(int32_t limit_milli)
{
	return limit_milli / 10;
}
