/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BUS_PLAN_H
#define BUS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "core/err.h"
#include "drivers/driver.h"

/*
 * What is due on one bus, and when.  Pure: the worker brings the time, asks which points of a unit
 * are due, and tells whether the unit answered.
 *
 * Each point is due on a grid of its own interval that begins with the plan's epoch, so nothing
 * drifts and points of one interval stay together (and are merged into one request).  A unit that
 * does not answer is left alone for 1 s, then 2 s, up to 60 s; polls that fall into that time are
 * skipped, not made up for.
 */
#define PLAN_BACKOFF_FIRST_MS 1000
#define PLAN_BACKOFF_LAST_MS  60000

struct plan_point {
	uint32_t sensor;
	uint32_t interval_ms;
	int64_t due_ms;
	struct driver_point point;
};

struct plan_unit {
	size_t first, count; /* in plan->points, sorted by place */
	int64_t due_ms;      /* of the earliest point, never before retry_ms */
	int64_t retry_ms;    /* a silent unit is left alone until then */
	uint32_t backoff_ms; /* 0: it answers */
};

struct plan {
	const struct conf *conf; /* counted: the points' texts lie in it */
	const struct conf_bus *bus;
	int64_t epoch_ms;
	size_t point_count;
	struct plan_point *points;
	size_t unit_count;
	struct plan_unit *units; /* sorted by unit */
};

/*
 * The plan of a bus of `conf`.  What `old` (NULL: nothing) knows of points that stay the same, due
 * times and back-off, is kept; a new point is due at once.  Points that the driver refuses cannot
 * be here: conf_check asked it.  0, -ENOMEM, -EINVAL.
 */
int plan_new(const struct conf *conf, const struct conf_bus *bus, const struct driver *driver,
    const struct plan *old, int64_t now_ms, struct plan **ret_plan, struct err *err);
void plan_free(struct plan *plan); /* copes with NULL */

/* When the next unit is due; INT64_MAX: never. */
int64_t plan_next_ms(const struct plan *plan);

/*
 * Takes the due points of a unit: their places in plan->points go to `which` (room for
 * unit->count), the next due time of each is set.  *ret_missed grows by the polls that were missed
 * because the bus was busy.  Returns how many.
 */
size_t plan_take(
    struct plan *plan, struct plan_unit *unit, int64_t now_ms, size_t *which, uint32_t *ret_missed);

/* After a read: did the unit answer at all?  True if that is news. */
bool plan_answered(struct plan_unit *unit, bool has_answered, int64_t now_ms);

/* After the bus was away: every unit gets a fresh chance, and every point is due. */
void plan_forgive(struct plan *plan, int64_t now_ms);

/* At least one unit is silent. */
bool plan_is_degraded(const struct plan *plan);

#endif
