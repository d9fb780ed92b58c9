/* SPDX-License-Identifier: BSD-2-Clause */
#include "bus/buses.h"

#include <errno.h>
#include <stdlib.h>

#include "sys/clock.h"
#include "sys/log.h"

struct list {
	size_t count, room;
	struct worker **workers;
};

struct buses {
	struct worker_sink sink;
	struct list living;
	struct list leaving; /* told to stop, not yet collected */
};

static bool
list_add(struct list *list, struct worker *worker)
{
	if (list->count == list->room) {
		size_t room = list->room * 2 + 8;
		struct worker **workers = realloc(list->workers, room * sizeof(*workers));

		if (workers == NULL)
			return false;
		list->workers = workers;
		list->room = room;
	}
	list->workers[list->count++] = worker;
	return true;
}

static void
list_remove(struct list *list, size_t at)
{
	list->workers[at] = list->workers[--list->count];
}

int
buses_new(const struct worker_sink *sink, struct buses **ret_buses)
{
	struct buses *buses = calloc(1, sizeof(*buses));

	if (buses == NULL)
		return -ENOMEM;
	buses->sink = *sink;
	*ret_buses = buses;
	return 0;
}

static void
buses_collect(struct buses *buses)
{
	for (size_t i = buses->leaving.count; i-- > 0;)
		if (worker_join(buses->leaving.workers[i], 0) == 0)
			list_remove(&buses->leaving, i);
}

/* Tells those that stay, stops those that go. */
static void
buses_tell(struct buses *buses, const struct conf *conf)
{
	for (size_t i = buses->living.count; i-- > 0;) {
		struct worker *worker = buses->living.workers[i];

		if (conf_bus(conf, worker_bus(worker)) != NULL) {
			worker_configure(worker, conf);
			continue;
		}
		worker_stop(worker);
		list_remove(&buses->living, i);
		if (!list_add(&buses->leaving, worker))
			log_error("out of memory: a stopped bus is not collected");
	}
}

static bool
buses_has(const struct buses *buses, uint32_t bus)
{
	for (size_t i = 0; i < buses->living.count; i++)
		if (worker_bus(buses->living.workers[i]) == bus)
			return true;
	return false;
}

static void
buses_start(struct buses *buses, const struct conf *conf, const struct conf_bus *bus)
{
	struct worker *worker;
	struct err err = { 0 };

	if (worker_start(conf, bus, &buses->sink, &worker, &err) < 0) {
		log_at(LOG_LEVEL_ERROR, LOG_ABOUT(.bus = bus->name), "bus \"%s\" is not read: %s",
		    bus->name, err.text);
		return;
	}
	if (list_add(&buses->living, worker))
		return;
	log_at(LOG_LEVEL_ERROR, LOG_ABOUT(.bus = bus->name),
	    "bus \"%s\" is not read: out of memory", bus->name);
	worker_stop(worker);
}

void
buses_apply(struct buses *buses, const struct conf *conf)
{
	size_t before;

	buses_collect(buses);
	buses_tell(buses, conf);
	before = buses->living.count;
	for (size_t i = 0; i < conf->bus_count; i++)
		if (before == 0 || !buses_has(buses, conf->buses[i].index))
			buses_start(buses, conf, &conf->buses[i]);
}

static int
list_join(struct list *list, int64_t deadline_ms)
{
	int r = 0;

	for (size_t i = 0; i < list->count; i++) {
		int64_t left = deadline_ms - clock_boottime_ms();

		if (worker_join(list->workers[i], left > 0 ? left : 0) == 0)
			continue;
		log_warning("a bus does not come back from its driver; it is left behind");
		r = -ETIMEDOUT;
	}
	free(list->workers);
	return r;
}

int
buses_free(struct buses *buses, int64_t timeout_ms)
{
	int64_t deadline_ms = clock_boottime_ms() + timeout_ms;
	int left, stopped;

	if (buses == NULL)
		return 0;
	for (size_t i = 0; i < buses->living.count; i++)
		worker_stop(buses->living.workers[i]);
	left = list_join(&buses->leaving, deadline_ms);
	stopped = list_join(&buses->living, deadline_ms);
	free(buses);
	return left < 0 ? left : stopped;
}
