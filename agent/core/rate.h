/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_RATE_H
#define CORE_RATE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How fast a value rises or falls: the slope of the regression line through the means of short
 * slots of a sliding window, so that the cost does not depend on how often a sensor is read.  It is
 * blind until it has looked for one whole window, and with fewer than RATE_SAMPLES_MIN samples.
 */
#define RATE_WINDOW_MS   (5 * 60 * 1000)
#define RATE_SLOTS       15
#define RATE_SAMPLES_MIN 4

struct rate_rule {
	bool is_enabled;
	int32_t limit_milli; /* per minute, up or down; above 0 */
	int32_t deadband_milli;
	int64_t window_ms;
};

struct rate_slot {
	int64_t number; /* of slots since time 0 */
	int64_t sum_ms; /* since the beginning of the slot */
	int64_t sum_milli;
	uint32_t count;
};

struct rate_window {
	bool is_started;
	int64_t since_ms; /* the first sample after a start */
	int64_t last_ms;
	struct rate_slot slots[RATE_SLOTS];
};

/* Blind for one window from the next sample on: a start, a fault, a change. */
void rate_restart(struct rate_window *window);

/* One good sample. */
void rate_sample(
    struct rate_window *window, const struct rate_rule *rule, int32_t value_milli, int64_t now_ms);

/* Thousandths per minute; false: still blind. */
bool rate_slope(const struct rate_window *window, const struct rate_rule *rule, int64_t now_ms,
    int32_t *ret_milli);

/* Whether that slope is too steep, given that it was (then only the deadband ends it). */
bool rate_is_beyond(const struct rate_rule *rule, bool is_beyond, int32_t slope_milli);

/* Nobody configures the deadband of a slope: a tenth of its limit. */
int32_t rate_default_deadband(int32_t limit_milli);

#endif
