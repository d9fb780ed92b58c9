/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_ENGINE_CHANGE_BENCH_H
#define TESTS_UNIT_ENGINE_CHANGE_BENCH_H

#include "tests/unit/engine/engine_bench.h"
#include "tests/unit/unit.h"

/* Changes by SNMP, with such a configuration from the beginning. */
int change_set_up(void **state);

/* Sensors 1 and 2 alarm at 27: the first at once, the second after 10 s. */
struct conf *change_conf(void);

/* Both sensors read that, a second later. */
void read_both(struct bench *bench, int32_t value);

/* With the id 77. */
struct change *new_change(struct bench *bench);
void add_setting(struct change *change, uint32_t sensor, const char *key, const char *value);
void add_other(struct change *change, enum change_kind kind, uint32_t index, int64_t value);

/* Takes the change. */
int try_change(struct bench *bench, struct change *change);

/* For store_load_settings: there is to be none. */
int bench_take_no_setting(void *context, const struct store_setting *setting, struct err *err);

#endif
