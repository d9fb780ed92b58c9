/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "core/reading.h"

/*
 * What a bus worker tells the engine after each round: the samples it took, each with its own
 * time, and the bus as it stands.  One allocation, freed with free(); the receiver owns it.  A
 * worker that has nothing to do says so every REPORT_IDLE_MS.
 */
#define REPORT_IDLE_MS 30000

enum bus_state { /* numbers of envsBusState */
	BUS_UP = 1,
	BUS_DEGRADED, /* open, but a unit does not answer */
	BUS_DOWN,
	BUS_DISABLED,
	BUS_UNKNOWN,
};

struct bus_counters {
	uint64_t requests;
	uint64_t timeouts;
	uint64_t bad_replies;
	uint64_t exceptions;
	uint32_t reopens;
	uint32_t overruns;
};

struct sample {
	uint32_t sensor; /* envsSensorIndex */
	struct reading reading;
	int64_t time_ms; /* CLOCK_BOOTTIME */
};

struct bus_report {
	uint32_t bus;        /* envsBusIndex */
	uint32_t generation; /* of the configuration that the samples were taken under */
	enum bus_state state;
	uint32_t cycle_ms; /* the last round */
	struct bus_counters counters;
	char last_error[128];
	size_t count;
	struct sample samples[];
};

#endif
