/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_ENGINE_CHANGE_BENCH_H
#define TESTS_UNIT_ENGINE_CHANGE_BENCH_H

#include "engine/engine.h"
#include "tests/unit/unit.h"

/*
 * Changes by SNMP on the real engine and a real database.  Sensors 1 and 2 alarm at 27: the first
 * at once, the second after 10 s.
 */
struct bench {
	char folder[32];
	struct store *store;
	struct hub *hub;
	struct engine *engine;
	struct moment now;
	unsigned applied;            /* configurations that the buses were told of */
	const struct snapshot *seen; /* the last one that look() took */
};

int bench_set_up(void **state);
int bench_tear_down(void **state);

/* After bench_end nothing of it is in memory, as after kill -9. */
void bench_begin(struct bench *bench);
void bench_end(struct bench *bench);

/* The newest snapshot, until the next call. */
const struct snapshot *look(struct bench *bench);

/* Both sensors read that, a second later. */
void read_both(struct bench *bench, int64_t value);

/* With the id 77. */
struct change *new_change(struct bench *bench);
void add_setting(struct change *change, uint32_t sensor, const char *key, const char *value);
void add_other(struct change *change, enum change_kind kind, uint32_t index, int64_t value);

/* Takes the change. */
int try_change(struct bench *bench, struct change *change);

/* For store_load_settings: there is to be none. */
int bench_take_no_setting(void *context, const struct store_setting *setting, struct err *err);

#endif
