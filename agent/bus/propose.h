/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BUS_PROPOSE_H
#define BUS_PROPOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"
#include "core/reading.h"

/*
 * Which profile a unit looks like, from what it answered when each was tried: pure.
 */
struct propose_score {
	unsigned points;   /* that the profile has */
	unsigned answered; /* the unit has such a register */
	unsigned in_range; /* and what stands in it can be */
	unsigned telling;  /* and is a number other than zero, which unused registers are, too */
	unsigned states;   /* points that are contacts or the like: 0 or 1, so they say little */
};

struct propose_score
propose_score(const struct conf_sensor *sensors, const struct reading *readings, size_t count);

/* Worth telling: all registers are there or half of them make sense, and one value says something;
 * of a device that has states only, all of them. */
bool propose_is_plausible(const struct propose_score *score);

/* Below 0: `a` fits better: it explains more numbers, or leaves less unexplained. */
int propose_compare(const struct propose_score *a, const struct propose_score *b);

/* What a thing that fits no profile seems to measure: what stands behind the unit in its address
 * ("26.A2D9C5000000/humidity"); nothing there: `otherwise`. */
enum quantity propose_quantity(const char *address, const char *unit, enum quantity otherwise);

#endif
