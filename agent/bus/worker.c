/* SPDX-License-Identifier: BSD-2-Clause */
#include "bus/worker.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/plan.h"
#include "core/text.h"
#include "drivers/driver.h"
#include "sys/chan.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/thread.h"

/* A round that takes longer hands over what it has: a slow bus (1-Wire: 750 ms a probe) must not
 * keep good samples back. */
#define WORKER_HAND_OVER_MS 100

/* A bus that was given another name has a predecessor, which lets go of the device when its read is
 * over: so long, and so often, one that is in use is no news yet. */
#define WORKER_PATIENCE_MS 3000
#define WORKER_BUSY_MS     50

enum worker_message {
	WORKER_CONF, /* data: a counted struct conf */
	WORKER_STOP,
};

/* What one round needs, made with the plan: room for all its points. */
struct room {
	size_t *which; /* places in plan->points */
	const struct driver_point **points;
	struct reading *readings;
};

struct worker {
	uint32_t index;
	struct worker_sink sink;
	struct chan *inbox;
	struct thread *thread;

	/* from here on the thread's own */
	const struct driver *driver;
	struct plan *plan;
	struct driver_bus *bus; /* NULL: not open */
	int64_t reopen_ms;
	int64_t patience_ms;        /* until then another may have the device */
	uint32_t reopen_backoff_ms; /* 0: it was open */
	enum bus_state state;
	struct bus_counters counters; /* of the times before the last open */
	uint32_t cycle_ms;
	char last_error[sizeof(((struct bus_report *)0)->last_error)];
	bool is_stopping;

	struct room room;
	struct bus_report *report;
	int64_t report_since_ms;
	int64_t reported_ms;
};

static void
worker_drop(struct chan_message *message)
{
	if (message->kind == WORKER_CONF)
		conf_unref(message->data);
}

static const char *
worker_name(const struct worker *worker)
{
	return worker->plan->bus->name;
}

/* ---- reports ---- */

static struct bus_counters
worker_counters(const struct worker *worker)
{
	struct bus_counters counters = worker->counters;

	if (worker->bus != NULL) {
		counters.requests += worker->bus->counters.requests;
		counters.timeouts += worker->bus->counters.timeouts;
		counters.bad_replies += worker->bus->counters.bad_replies;
		counters.exceptions += worker->bus->counters.exceptions;
	}
	return counters;
}

/* Makes sure that a report with room for all points is there; false: no memory, the round is lost.
 */
static bool
worker_need_report(struct worker *worker)
{
	size_t room = worker->plan->point_count;

	if (worker->report != NULL)
		return true;
	worker->report = calloc(1, sizeof(*worker->report) + room * sizeof(struct sample));
	worker->report_since_ms = clock_boottime_ms();
	return worker->report != NULL;
}

static void
worker_hand_over(struct worker *worker)
{
	struct bus_report *report;

	if (!worker_need_report(worker))
		return;
	report = worker->report;
	worker->report = NULL;
	worker->reported_ms = clock_boottime_ms();
	report->bus = worker->index;
	report->generation = worker->plan->conf->generation;
	report->state = worker->state;
	report->cycle_ms = worker->cycle_ms;
	report->counters = worker_counters(worker);
	memcpy(report->last_error, worker->last_error, sizeof(report->last_error));
	worker->sink.report(worker->sink.context, report);
}

static void
worker_add_sample(struct worker *worker, size_t which, struct reading reading, int64_t time_ms)
{
	struct bus_report *report = worker->report;

	report->samples[report->count++] = (struct sample){
		.sensor = worker->plan->points[which].sensor,
		.reading = reading,
		.time_ms = time_ms,
	};
}

/* ---- the bus: open, lost, state ---- */

static void
worker_set_error(struct worker *worker, const char *text)
{
	text_copy(worker->last_error, sizeof(worker->last_error), text);
}

/* A change of state is told at once, samples or not. */
static void
worker_set_state(struct worker *worker, enum bus_state state)
{
	if (worker->state == state)
		return;
	worker->state = state;
	worker_hand_over(worker);
}

static void
worker_close(struct worker *worker)
{
	worker->counters = worker_counters(worker);
	if (worker->bus != NULL)
		worker->driver->close(worker->bus);
	worker->bus = NULL;
}

static void
worker_lose(struct worker *worker, const struct err *err)
{
	uint32_t backoff = worker->reopen_backoff_ms;

	worker_close(worker);
	if (backoff == 0)
		backoff = PLAN_BACKOFF_FIRST_MS;
	else if (backoff < PLAN_BACKOFF_LAST_MS)
		backoff = backoff * 2 < PLAN_BACKOFF_LAST_MS ? backoff * 2 : PLAN_BACKOFF_LAST_MS;
	worker->reopen_backoff_ms = backoff;
	worker->reopen_ms = clock_boottime_ms() + backoff;
	worker_set_error(worker, err->text);
	if (worker->state != BUS_DOWN)
		log_at(LOG_LEVEL_WARNING, LOG_ABOUT(.bus = worker_name(worker)),
		    "bus \"%s\": %s; trying again in %" PRIu32 " s, then less often",
		    worker_name(worker), err->text, backoff / 1000);
	worker_set_state(worker, BUS_DOWN);
}

static void
worker_works(struct worker *worker)
{
	const struct conf_bus *bus = worker->plan->bus;

	worker->reopen_backoff_ms = 0;
	if (worker->state == BUS_DOWN)
		log_at(LOG_LEVEL_INFO, LOG_ABOUT(.bus = bus->name), "bus \"%s\": %s is open again",
		    bus->name, bus->endpoint);
	worker_set_state(worker, BUS_UP);
}

/* To be opened for the first time. */
static void
worker_begin(struct worker *worker)
{
	worker->state = BUS_UNKNOWN;
	worker->reopen_ms = 0;
	worker->reopen_backoff_ms = 0;
	worker->patience_ms = clock_boottime_ms() + WORKER_PATIENCE_MS;
}

/* Neither open nor lost. */
static bool
worker_is_patient(const struct worker *worker)
{
	return worker->bus == NULL && worker->state == BUS_UNKNOWN;
}

static void
worker_open(struct worker *worker)
{
	const struct conf_bus *bus = worker->plan->bus;
	struct driver_settings settings = {
		.endpoint = bus->endpoint,
		.options = bus->options,
		.timeout_ms = bus->timeout_ms,
	};
	struct err err = { 0 };
	int r = worker->driver->open(&settings, &worker->bus, &err);

	if (r < 0) {
		worker->bus = NULL;
		if (r == -EBUSY && worker->state == BUS_UNKNOWN &&
		    clock_boottime_ms() < worker->patience_ms)
			worker->reopen_ms = clock_boottime_ms() + WORKER_BUSY_MS;
		else
			worker_lose(worker, &err);
		return;
	}
	worker->counters.reopens += worker->state == BUS_DOWN;
	/* A lost bus is back with the first read that works, and so is its pace: a port that opens
	 * and dies at once must not be opened once a second for ever, and not told each time. */
	plan_forgive(worker->plan, clock_boottime_ms());
	if (worker->state != BUS_DOWN || worker->plan->unit_count == 0)
		worker_works(worker);
}

/* ---- one round ---- */

static void
worker_tell_unit(struct worker *worker, const struct plan_unit *unit, enum fault_reason reason)
{
	char name[64] = "";
	char text[128];

	if (worker->driver->unit_name != NULL)
		worker->driver->unit_name(worker->room.points[0], name, sizeof(name));
	if (unit->backoff_ms > 0) {
		snprintf(text, sizeof(text), "unit %s: %s", name, fault_reason_name(reason));
		worker_set_error(worker, text);
		log_at(LOG_LEVEL_WARNING, LOG_ABOUT(.bus = worker_name(worker)),
		    "bus \"%s\": no reply from unit %s; trying again in %" PRIu32
		    " s, then less often",
		    worker_name(worker), name, unit->backoff_ms / 1000);
	} else {
		log_at(LOG_LEVEL_INFO, LOG_ABOUT(.bus = worker_name(worker)),
		    "bus \"%s\": unit %s answers again", worker_name(worker), name);
	}
}

/* A bus that is not open answers for all its points without touching the wire. */
static int
worker_ask(struct worker *worker, size_t count, struct err *err)
{
	if (worker->bus != NULL)
		return worker->driver->read(
		    worker->bus, worker->room.points, count, worker->room.readings, err);
	for (size_t i = 0; i < count; i++)
		worker->room.readings[i] = reading_bad(FAULT_BUS_DOWN);
	return 0;
}

static void
worker_read_unit(struct worker *worker, struct plan_unit *unit, int64_t now_ms)
{
	bool was_open = worker->bus != NULL, has_answered = false;
	size_t count;
	int64_t time_ms;
	struct err err = { 0 };

	count =
	    plan_take(worker->plan, unit, now_ms, worker->room.which, &worker->counters.overruns);
	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++)
		worker->room.points[i] = &worker->plan->points[worker->room.which[i]].point;
	if (worker_ask(worker, count, &err) < 0) {
		worker_lose(worker, &err);
		worker_ask(worker, count, &err);
		if (!worker_need_report(worker))
			return;
	}
	time_ms = clock_boottime_ms();
	for (size_t i = 0; i < count; i++) {
		has_answered |= worker->room.readings[i].reason != FAULT_NO_REPLY;
		worker_add_sample(worker, worker->room.which[i], worker->room.readings[i], time_ms);
	}
	if (worker->bus == NULL || !was_open)
		return;
	if (worker->state == BUS_DOWN)
		worker_works(worker);
	worker->reopen_backoff_ms = 0;
	if (plan_answered(unit, has_answered, time_ms))
		worker_tell_unit(worker, unit, worker->room.readings[0].reason);
}

static void
worker_prepare(struct worker *worker, int64_t now_ms)
{
	size_t count = 0;
	struct err err = { 0 };

	if (worker->bus == NULL || worker->driver->prepare == NULL)
		return;
	for (size_t u = 0; u < worker->plan->unit_count; u++) {
		const struct plan_unit *unit = &worker->plan->units[u];

		for (size_t i = unit->first; i < unit->first + unit->count; i++)
			if (unit->due_ms <= now_ms && worker->plan->points[i].due_ms <= now_ms)
				worker->room.points[count++] = &worker->plan->points[i].point;
	}
	if (worker->driver->prepare(worker->bus, worker->room.points, count, &err) < 0)
		worker_lose(worker, &err);
}

/* Reads the due units that are (or are not) silent; false: a message waits, the round is cut short.
 */
static bool
worker_read_units(
    struct worker *worker, bool silent_ones, int64_t now_ms, struct chan_message *ret_message)
{
	for (size_t u = 0; u < worker->plan->unit_count; u++) {
		struct plan_unit *unit = &worker->plan->units[u];

		if (unit->due_ms > now_ms || (unit->backoff_ms > 0) != silent_ones)
			continue;
		if (!worker_need_report(worker))
			return true;
		worker_read_unit(worker, unit, now_ms);
		if (clock_boottime_ms() - worker->report_since_ms >= WORKER_HAND_OVER_MS)
			worker_hand_over(worker);
		if (chan_get(worker->inbox, 0, ret_message))
			return false;
	}
	return true;
}

/* True: a message came in between and waits in *ret_message. */
static bool
worker_round(struct worker *worker, struct chan_message *ret_message)
{
	int64_t now_ms = clock_boottime_ms();
	bool is_whole;

	worker_prepare(worker, now_ms);
	is_whole = worker_read_units(worker, false, now_ms, ret_message) &&
	           worker_read_units(worker, true, now_ms, ret_message);
	if (is_whole)
		worker->cycle_ms = (uint32_t)(clock_boottime_ms() - now_ms);
	if (worker->bus != NULL && worker->state != BUS_DOWN)
		worker->state = plan_is_degraded(worker->plan) ? BUS_DEGRADED : BUS_UP;
	worker_hand_over(worker);
	return !is_whole;
}

/* ---- configuration ---- */

static void
room_done(struct room *room)
{
	free(room->which);
	free(room->points);
	free(room->readings);
}

static int
room_init(struct room *room, const struct plan *plan)
{
	size_t count = plan->point_count + 1;

	room->which = calloc(count, sizeof(*room->which));
	room->points = calloc(count, sizeof(*room->points));
	room->readings = calloc(count, sizeof(*room->readings));
	if (room->which != NULL && room->points != NULL && room->readings != NULL)
		return 0;
	room_done(room);
	return -ENOMEM;
}

/* On failure the worker keeps the plan it has. */
static int
worker_adopt(struct worker *worker, const struct conf *conf, struct err *err)
{
	const struct conf_bus *bus = conf_bus(conf, worker->index);
	const struct driver *driver = driver_find(bus->driver);
	struct plan *old = worker->plan, *plan;
	bool is_same_line = old != NULL && conf_bus_is_same_line(old->bus, bus);
	/* What a disabled bus did not read is not missed. */
	bool goes_on = is_same_line && worker->state != BUS_DISABLED;
	struct room room;
	int r;

	r = plan_new(conf, bus, driver, goes_on ? old : NULL, clock_boottime_ms(), &plan, err);
	if (r < 0)
		return r;
	if (room_init(&room, plan) < 0) {
		plan_free(plan);
		return err_set(err, -ENOMEM, "out of memory");
	}
	if (!is_same_line) {
		if (old != NULL)
			worker_close(worker);
		worker_begin(worker);
	} else if (worker->bus != NULL && driver->set_timeout != NULL) {
		driver->set_timeout(worker->bus, bus->timeout_ms);
	}
	room_done(&worker->room);
	plan_free(old);
	worker->room = room;
	worker->driver = driver;
	worker->plan = plan;
	return 0;
}

static void
worker_apply_admin(struct worker *worker)
{
	if (worker->plan->bus->admin_state == ADMIN_DISABLED) {
		worker_close(worker);
		worker_set_state(worker, BUS_DISABLED);
	} else if (worker->state == BUS_DISABLED) {
		worker_begin(worker);
	}
}

static void
worker_handle(struct worker *worker, struct chan_message *message)
{
	struct err err = { 0 };

	switch ((enum worker_message)message->kind) {
	case WORKER_CONF:
		if (worker->report != NULL)
			worker_hand_over(worker);
		if (worker_adopt(worker, message->data, &err) < 0)
			log_at(LOG_LEVEL_ERROR, LOG_ABOUT(.bus = worker_name(worker)),
			    "bus \"%s\": the new configuration is not in force: %s",
			    worker_name(worker), err.text);
		conf_unref(message->data);
		worker_apply_admin(worker);
		break;
	case WORKER_STOP:
		worker->is_stopping = true;
		break;
	}
}

/* ---- the thread ---- */

static int64_t
worker_wait_ms(const struct worker *worker)
{
	int64_t next = plan_next_ms(worker->plan), now = clock_boottime_ms();

	if (worker->state == BUS_DISABLED)
		return -1;
	if (worker_is_patient(worker))
		return worker->reopen_ms > now ? worker->reopen_ms - now : 0;
	if (worker->bus == NULL && worker->reopen_ms < next)
		next = worker->reopen_ms;
	if (worker->reported_ms + REPORT_IDLE_MS < next)
		next = worker->reported_ms + REPORT_IDLE_MS;
	return next > now ? next - now : 0;
}

static void
worker_run(void *context)
{
	struct worker *worker = context;
	struct chan_message message;

	worker->reported_ms = clock_boottime_ms();
	worker_apply_admin(worker);
	while (!worker->is_stopping) {
		if (chan_get(worker->inbox, worker_wait_ms(worker), &message)) {
			worker_handle(worker, &message);
			continue;
		}
		if (worker->bus == NULL && worker->reopen_ms <= clock_boottime_ms())
			worker_open(worker);
		if (worker_is_patient(worker))
			continue;
		if (plan_next_ms(worker->plan) <= clock_boottime_ms() &&
		    worker_round(worker, &message))
			worker_handle(worker, &message);
		else if (worker->reported_ms + REPORT_IDLE_MS <= clock_boottime_ms())
			worker_hand_over(worker);
		log_tick();
	}
	worker_close(worker);
}

static void
worker_free(struct worker *worker)
{
	plan_free(worker->plan);
	chan_free(worker->inbox);
	room_done(&worker->room);
	free(worker->report);
	free(worker);
}

int
worker_start(const struct conf *conf, const struct conf_bus *bus, const struct worker_sink *sink,
    struct worker **ret_worker, struct err *err)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	char name[16];
	int r;

	if (worker == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	worker->index = bus->index;
	worker->sink = *sink;
	worker->state = BUS_UNKNOWN;
	r = chan_new(16, worker_drop, &worker->inbox);
	if (r < 0) {
		err_set(err, r, "cannot make an inbox: %s", strerror(-r));
		goto fail;
	}
	r = worker_adopt(worker, conf, err);
	if (r < 0)
		goto fail;
	snprintf(name, sizeof(name), "bus-%" PRIu32, worker->index);
	r = thread_start(name, worker_run, worker, &worker->thread);
	if (r < 0) {
		err_set(err, r, "cannot start a thread: %s", strerror(-r));
		goto fail;
	}
	*ret_worker = worker;
	return 0;

fail:
	worker_free(worker);
	return r;
}

uint32_t
worker_bus(const struct worker *worker)
{
	return worker->index;
}

void
worker_configure(struct worker *worker, const struct conf *conf)
{
	struct chan_message message = { .kind = WORKER_CONF, .is_replaceable = true };

	/* Only the newest counts, so an older one that still waits may go. */
	message.data = conf_ref(conf);
	if (chan_put(worker->inbox, message) == CHAN_FULL)
		conf_unref(conf);
}

void
worker_stop(struct worker *worker)
{
	/* Full only of configurations, which are replaceable: this one always finds room. */
	chan_put(worker->inbox, (struct chan_message){ .kind = WORKER_STOP });
}

int
worker_join(struct worker *worker, int64_t timeout_ms)
{
	int r = thread_join(worker->thread, timeout_ms);

	if (r == 0)
		worker_free(worker);
	return r;
}
