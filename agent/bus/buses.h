/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BUS_BUSES_H
#define BUS_BUSES_H

#include "bus/worker.h"
#include "conf/conf.h"
#include "core/err.h"

/*
 * All bus workers.  Used by one thread at a time: the engine, which tells it each configuration
 * that comes into force, and main once the engine has ended.
 */
struct buses;

int buses_new(const struct worker_sink *sink, struct buses **ret_buses);

/* Starts, tells and stops workers so that they match `conf`.  Never waits: a worker that must end
 * is told so and collected later.  A thread that cannot be started is logged; its bus stays
 * unknown. */
void buses_apply(struct buses *buses, const struct conf *conf);

/* Stops all and waits at most `timeout_ms` in all.  -ETIMEDOUT: a worker hangs in its driver and is
 * left behind; the sink must outlive it. */
int buses_free(struct buses *buses, int64_t timeout_ms);

/* The functions through which conf_check asks the drivers. */
struct conf_drivers;
extern const struct conf_drivers buses_drivers;

#endif
