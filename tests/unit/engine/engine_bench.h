/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_ENGINE_ENGINE_BENCH_H
#define TESTS_UNIT_ENGINE_ENGINE_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "engine/engine.h"

/*
 * The real engine on a real database in a folder of its own.  Time is an argument; a restart is one
 * as after kill -9.
 */
#define BENCH_START_MS 5000000 /* CLOCK_BOOTTIME at the beginning of a test */

struct bench {
	char folder[32];
	const struct conf_drivers *drivers; /* that the engine asks */
	struct store *store;
	struct hub *hub;
	struct engine *engine;
	struct moment now;
	const struct snapshot *seen; /* the last one that bench_look took */
	unsigned applied;            /* configurations that the buses were told of */
	uint32_t applied_generation; /* of the last one */
};

/* What is allocated now is the test's. */
extern volatile bool bench_is_building;

int bench_set_up(void **state);
int bench_set_up_with(void **state, const struct conf_drivers *drivers);
int bench_tear_down(void **state);

/* Sensors "s0001"... that alarm at the first sample: critical at 30, warning at 27. */
struct conf *bench_conf(unsigned count);
int bench_try_configure(struct bench *bench, struct conf *conf);
void bench_configure(struct bench *bench, struct conf *conf);
void bench_begin(struct bench *bench);     /* without a configuration */
bool bench_try_begin(struct bench *bench); /* false: what there is of it is for bench_end */
void bench_end(struct bench *bench);
void bench_restart(struct bench *bench, struct conf *conf);

void bench_pass(struct bench *bench, int64_t ms);
void bench_tick(struct bench *bench, int64_t ms); /* after that time, with a turn's end */

/* Takes the report; a turn. */
void bench_report(struct bench *bench, struct bus_report *report);

/* Sensors 1..count of the bus read the same; a turn, one second after the last. */
void bench_reads(struct bench *bench, unsigned count, int32_t value_milli);

/* The newest snapshot, until the next call of one of these. */
const struct snapshot *bench_look(struct bench *bench);
const struct record *bench_event(struct bench *bench, uint32_t seq);
const struct record *bench_last_event(struct bench *bench);

/* From `seq` on there are exactly events of these kinds. */
void bench_assert_events(struct bench *bench, uint32_t seq, const enum event_kind *kinds);
#define ASSERT_EVENTS(bench, seq, ...) \
	bench_assert_events(bench, seq, (const enum event_kind[]){ __VA_ARGS__, 0 })

#endif
