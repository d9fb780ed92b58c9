/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_ENGINE_ENGINE_LIFE_H
#define TESTS_UNIT_ENGINE_ENGINE_LIFE_H

#include <stdbool.h>

#include "tests/unit/engine/engine_bench.h"

/* What may fail fails somewhere in a life of an engine: what must hold whatever it was. */
#define LIFE_SENSORS 4

/* Starts, goes through alarms, a copy, a reload; ends as by kill -9.  False: it did not start. */
bool engine_live(struct bench *bench);

/* Another start, with nothing failing: events without gaps, each alarm raised once and cleared at
 * most once and never by a value that does not, and what they come to is the state that is shown.
 */
void engine_assert_consistent(struct bench *bench);

/* All files go, and all starts over. */
void engine_start_over(struct bench *bench);

#endif
