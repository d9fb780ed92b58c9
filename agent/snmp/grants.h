/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_GRANTS_H
#define SNMP_GRANTS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/snapshot.h"
#include "snmp/set.h"

/*
 * What the master grants us of its tree.  The library registers each table when a session starts;
 * a master that refuses one has another agent for it.  Then we ask again from time to time, in a
 * way that takes nothing away from that agent.  A table that agents share (TABLE_ROWS) is
 * registered row by row instead.
 *
 * A row that is registered hides what the owner of the whole table has at the same index, and snmpd
 * does not mind.  So we claim the index of our first row (RFC 2741 §6.2.14): if another agent has
 * claimed it, both count alike, and we leave the shared tables to the other and say so.
 *
 * The SNMP thread's alone.
 */
struct grants;

/* NULL: out of memory. */
struct grants *grants_new(struct hub *hub, const struct set_link *link);
void grants_free(struct grants *grants); /* copes with NULL; after the library's shutdown */

/* Hangs all tables into the library, to be served from the hub. */
void grants_serve(struct grants *grants);

/* From the library: a session begins (before the tables are registered with it) and ends. */
void grants_begin(struct grants *grants, void *session);
void grants_end(struct grants *grants);

/* When the library has read what there was: takes back the SET that the session's end has left
 * open.  Not sooner, since the library hands to itself what the master said last. */
void grants_settle(struct grants *grants);

/* It is registering a region; what it registered last was refused. */
void grants_registering(struct grants *grants, const unsigned long *name, size_t length);
void grants_refusal(struct grants *grants);

/* Asks for the next thing that is missing, and logs what has changed; in each turn of the loop. */
void grants_step(struct grants *grants, int64_t now_ms);

#endif
