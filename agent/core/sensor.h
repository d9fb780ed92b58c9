/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SENSOR_H
#define CORE_SENSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/reading.h"

/*
 * The quality of one sensor: unknown, good, suspect, fault.  Pure: time is an argument, in
 * milliseconds of one monotonic clock.  Limits are not decided here.
 *
 * A sample first lets the timers fire (sensor_tick), then counts: a good one after a silent gap
 * is seen as fault, then good.
 */
struct sensor_rule {
	int64_t poll_ms;
	int64_t stale_after_ms; /* 0 = the larger of 3 x poll and 30 s */
	uint32_t fault_count;
	int64_t fault_delay_ms;
};

struct sensor_state {
	enum quality quality;
	enum fault_reason reason;   /* FAULT_NONE unless suspect or fault */
	enum fault_reason last_bad; /* of the last bad sample since the last good one */
	uint32_t bad_count;         /* consecutive */
	int64_t first_bad_ms;
	int64_t unknown_since_ms;
	int64_t last_good_ms;
	bool has_good; /* last_good_ms and last_good_milli hold */
	int32_t last_good_milli;
};

/* Quality unknown from now: at start, and when the sensor is enabled or starts afresh. */
void sensor_init(struct sensor_state *state, int64_t now_ms);

/* Lets what is due fire.  True: quality changed (to fault). */
bool sensor_tick(struct sensor_state *state, const struct sensor_rule *rule, int64_t now_ms);

/* One sample.  Call sensor_tick first.  True: quality changed. */
bool sensor_good(struct sensor_state *state, int32_t value_milli, int64_t now_ms);
bool sensor_bad(struct sensor_state *state, const struct sensor_rule *rule,
    enum fault_reason reason, int64_t now_ms);

/* A value older than this is a fault, and no delay outlasts such a gap between good samples. */
int64_t sensor_stale_after_ms(const struct sensor_rule *rule);

/* The first moment at which sensor_tick can change something; INT64_MAX: never. */
int64_t sensor_due_ms(const struct sensor_state *state, const struct sensor_rule *rule);

/* The value is shown: good or suspect. */
bool sensor_has_value(const struct sensor_state *state);

#endif
