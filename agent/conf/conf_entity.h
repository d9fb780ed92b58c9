/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_CONF_ENTITY_H
#define CONF_CONF_ENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

/*
 * The objects of a configuration as ENTITY-MIB (RFC 6933) sees them: the agent is a chassis, which
 * contains the buses, each of which contains its sensors.  Part of the configuration in force: made
 * from a sealed one, then never changed.
 */
enum conf_entity_kind {
	CONF_ENTITY_CHASSIS,
	CONF_ENTITY_BUS,
	CONF_ENTITY_SENSOR,
};

struct conf_entity {
	uint32_t index;  /* entPhysicalIndex */
	uint32_t parent; /* that of what contains it; 0: nothing */
	enum conf_entity_kind kind;
	uint32_t at; /* in conf->buses or conf->sensors */
};

/* A row of entPhysicalContainsTable. */
struct conf_containment {
	uint32_t parent, child; /* entPhysicalIndex */
};

/* Sorts all objects by their entity_index, and who contains whom by both.  0 or -ENOMEM. */
int conf_entity_list(struct conf *conf);

/* True: both show the same, so entLastChangeTime stays. */
bool conf_entity_is_equal(const struct conf *a, const struct conf *b);

#endif
