/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BUS_WORKER_H
#define BUS_WORKER_H

#include <stdint.h>

#include "conf/conf.h"
#include "core/err.h"
#include "core/report.h"

/*
 * One thread for one bus: waits until something is due, reads it unit by unit (the living first),
 * and hands a report to the sink.  A lost bus is closed and opened again after 1 s, doubling to
 * 60 s; until then its sensors get busDown samples at their own intervals, and then all are read at
 * once.  The worker never waits for the engine, and nobody waits for the worker.
 */
struct worker;

/* Where reports go; called in the worker's thread, must not block, takes the report. */
struct worker_sink {
	void (*report)(void *context, struct bus_report *take_report);
	void *context;
};

int worker_start(const struct conf *conf, const struct conf_bus *bus,
    const struct worker_sink *sink, struct worker **ret_worker, struct err *err);

/* The bus's index; it never changes. */
uint32_t worker_bus(const struct worker *worker);

/* Posts a new configuration, in which the bus still is.  Never blocks. */
void worker_configure(struct worker *worker, const struct conf *conf);

/* Posts the wish to end.  Never blocks. */
void worker_stop(struct worker *worker);

/* After worker_stop: 0, and the worker is freed; -ETIMEDOUT: it still hangs in its driver. */
int worker_join(struct worker *worker, int64_t timeout_ms);

#endif
