/* SPDX-License-Identifier: BSD-2-Clause */
#include "bus/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
compare_points(const void *a, const void *b)
{
	const struct plan_point *x = a, *y = b;

	if (x->point.unit != y->point.unit)
		return x->point.unit < y->point.unit ? -1 : 1;
	if (x->point.place != y->point.place)
		return x->point.place < y->point.place ? -1 : 1;
	return x->sensor < y->sensor ? -1 : x->sensor > y->sensor;
}

static bool
is_on_bus(const struct conf_sensor *sensor, const struct conf_bus *bus)
{
	return sensor->bus_index == bus->index && sensor->admin_state == ADMIN_ENABLED;
}

static int
plan_add_points(struct plan *plan, const struct driver *driver, int64_t now_ms, struct err *err)
{
	for (size_t i = 0; i < plan->conf->sensor_count; i++) {
		const struct conf_sensor *sensor = &plan->conf->sensors[i];
		struct plan_point *point = &plan->points[plan->point_count];
		int r;

		if (!is_on_bus(sensor, plan->bus))
			continue;
		r = driver->parse(sensor->address, &point->point, err);
		if (r < 0)
			return r;
		point->sensor = sensor->index;
		point->interval_ms = conf_poll_interval_ms(sensor, plan->bus);
		point->due_ms = now_ms;
		plan->point_count++;
	}
	qsort(plan->points, plan->point_count, sizeof(*plan->points), compare_points);
	return 0;
}

static void
plan_add_units(struct plan *plan)
{
	for (size_t i = 0; i < plan->point_count; i++) {
		struct plan_unit *unit = &plan->units[plan->unit_count];

		if (i == 0 || plan->points[i].point.unit != plan->points[i - 1].point.unit) {
			unit->first = i;
			plan->unit_count++;
		}
		plan->units[plan->unit_count - 1].count++;
	}
}

static uint64_t
unit_key(const struct plan *plan, const struct plan_unit *unit)
{
	return plan->points[unit->first].point.unit;
}

static void
unit_reckon(const struct plan *plan, struct plan_unit *unit)
{
	int64_t due = INT64_MAX;

	for (size_t i = unit->first; i < unit->first + unit->count; i++)
		if (plan->points[i].due_ms < due)
			due = plan->points[i].due_ms;
	unit->due_ms = due < unit->retry_ms ? unit->retry_ms : due;
}

/* Both plans are sorted by unit, place and sensor, so one walk over both finds what stayed. */
static void
plan_keep(struct plan *plan, const struct plan *old)
{
	size_t at = 0;

	plan->epoch_ms = old->epoch_ms;
	for (size_t i = 0; i < plan->point_count; i++) {
		struct plan_point *point = &plan->points[i];

		while (at < old->point_count && compare_points(&old->points[at], point) < 0)
			at++;
		if (at < old->point_count && compare_points(&old->points[at], point) == 0 &&
		    old->points[at].interval_ms == point->interval_ms)
			point->due_ms = old->points[at].due_ms;
	}
	at = 0;
	for (size_t i = 0; i < plan->unit_count; i++) {
		struct plan_unit *unit = &plan->units[i];

		while (
		    at < old->unit_count && unit_key(old, &old->units[at]) < unit_key(plan, unit))
			at++;
		if (at < old->unit_count &&
		    unit_key(old, &old->units[at]) == unit_key(plan, unit)) {
			unit->retry_ms = old->units[at].retry_ms;
			unit->backoff_ms = old->units[at].backoff_ms;
		}
	}
}

int
plan_new(const struct conf *conf, const struct conf_bus *bus, const struct driver *driver,
    const struct plan *old, int64_t now_ms, struct plan **ret_plan, struct err *err)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	size_t room = 1;
	int r = -ENOMEM;

	if (plan == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < conf->sensor_count; i++)
		room += is_on_bus(&conf->sensors[i], bus);
	plan->conf = conf_ref(conf);
	plan->bus = bus;
	plan->epoch_ms = now_ms;
	plan->points = calloc(room, sizeof(*plan->points));
	plan->units = calloc(room, sizeof(*plan->units));
	if (plan->points == NULL || plan->units == NULL) {
		err_set(err, -ENOMEM, "out of memory");
		goto fail;
	}
	r = plan_add_points(plan, driver, now_ms, err);
	if (r < 0)
		goto fail;
	plan_add_units(plan);
	if (old != NULL)
		plan_keep(plan, old);
	for (size_t i = 0; i < plan->unit_count; i++)
		unit_reckon(plan, &plan->units[i]);
	*ret_plan = plan;
	return 0;

fail:
	plan_free(plan);
	return r;
}

void
plan_free(struct plan *plan)
{
	if (plan == NULL)
		return;
	conf_unref(plan->conf);
	free(plan->points);
	free(plan->units);
	free(plan);
}

int64_t
plan_next_ms(const struct plan *plan)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < plan->unit_count; i++)
		if (plan->units[i].due_ms < next)
			next = plan->units[i].due_ms;
	return next;
}

size_t
plan_take(
    struct plan *plan, struct plan_unit *unit, int64_t now_ms, size_t *which, uint32_t *ret_missed)
{
	bool is_silent = unit->backoff_ms > 0;
	size_t count = 0;

	for (size_t i = unit->first; i < unit->first + unit->count; i++) {
		struct plan_point *point = &plan->points[i];
		int64_t interval = point->interval_ms;

		if (point->due_ms > now_ms)
			continue;
		if (!is_silent)
			*ret_missed += (uint32_t)((now_ms - point->due_ms) / interval);
		point->due_ms =
		    plan->epoch_ms + ((now_ms - plan->epoch_ms) / interval + 1) * interval;
		which[count++] = i;
	}
	unit_reckon(plan, unit);
	return count;
}

bool
plan_answered(struct plan_unit *unit, bool has_answered, int64_t now_ms)
{
	bool was_silent = unit->backoff_ms > 0;

	if (has_answered) {
		unit->backoff_ms = 0;
		unit->retry_ms = 0;
		return was_silent;
	}
	if (!was_silent)
		unit->backoff_ms = PLAN_BACKOFF_FIRST_MS;
	else if (unit->backoff_ms < PLAN_BACKOFF_LAST_MS / 2)
		unit->backoff_ms *= 2;
	else
		unit->backoff_ms = PLAN_BACKOFF_LAST_MS;
	unit->retry_ms = now_ms + unit->backoff_ms;
	if (unit->due_ms < unit->retry_ms)
		unit->due_ms = unit->retry_ms;
	return !was_silent;
}

void
plan_forgive(struct plan *plan, int64_t now_ms)
{
	for (size_t i = 0; i < plan->point_count; i++)
		if (plan->points[i].due_ms > now_ms)
			plan->points[i].due_ms = now_ms;
	for (size_t i = 0; i < plan->unit_count; i++) {
		plan->units[i].backoff_ms = 0;
		plan->units[i].retry_ms = 0;
		unit_reckon(plan, &plan->units[i]);
	}
}

bool
plan_is_degraded(const struct plan *plan)
{
	for (size_t i = 0; i < plan->unit_count; i++)
		if (plan->units[i].backoff_ms > 0)
			return true;
	return false;
}
