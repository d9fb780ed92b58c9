/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_ENGINE_STORAGE_BENCH_H
#define TESTS_UNIT_ENGINE_STORAGE_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "engine/engine.h"

/* An engine on a real database that trouble is made for; a restart is one as after kill -9. */
struct bench {
	char folder[32];
	struct store *store;
	struct hub *hub;
	struct engine *engine;
	struct moment now;
	const struct snapshot *seen; /* the last one that look() took */
};

/* What is allocated now is the test's. */
extern volatile bool bench_is_building;

int bench_set_up(void **state);
int bench_tear_down(void **state);

/* Sensors "s0001"... that alarm at the first sample: critical at 30, warning at 27. */
struct conf *bench_conf(unsigned count);
int bench_try_configure(struct bench *bench, struct conf *conf);
void bench_configure(struct bench *bench, struct conf *conf);
void bench_begin(struct bench *bench);
bool bench_try_begin(struct bench *bench); /* false: what there is of it is for bench_end */
void bench_end(struct bench *bench);
void bench_restart(struct bench *bench, struct conf *conf);

void bench_pass(struct bench *bench, int64_t ms);
void bench_tick(struct bench *bench, int64_t ms); /* after that time, with a turn's end */

/* Sensors 1..count of the bus read the same; a turn, one second after the last. */
void bench_reads(struct bench *bench, unsigned count, int32_t value_milli);

const struct snapshot *bench_look(struct bench *bench);
const struct record *bench_event(struct bench *bench, uint32_t seq);
const struct record *bench_last_event(struct bench *bench);

/* From `seq` on there are exactly events of these kinds. */
void bench_assert_events(struct bench *bench, uint32_t seq, const enum event_kind *kinds);
#define ASSERT_EVENTS(bench, seq, ...) \
	bench_assert_events(bench, seq, (const enum event_kind[]){ __VA_ARGS__, 0 })

#endif
