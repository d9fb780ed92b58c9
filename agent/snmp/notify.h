/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_NOTIFY_H
#define SNMP_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/channel.h"
#include "engine/snapshot.h"
#include "snmp/agentx.h"

/*
 * The carrier of channel `snmp`: one Notify PDU (RFC 2741 §6.2.10) for each job, several out at
 * once, each sent once.  An answer says that the master took it for the receivers that it has; an
 * attempt whose answer is missing when the session ends is in doubt.  Each job is answered exactly
 * once, but for those of delivery 0, for which nobody waits.
 *
 * The SNMP thread's alone, but for notify_job_new and notify_job_free.
 */
#define NOTIFY_OUT_MAX 32 /* a master that hangs must not fill its socket: sending blocks */

struct notify;
struct notify_job;

/* `master`: its address, for people, which outlives the carrier.  NULL: out of memory. */
struct notify *
notify_new(struct hub *hub, const struct agentx_listener *listener, const char *master);
void notify_free(struct notify *notify); /* copes with NULL */

/* For any thread: a place among those that are out, and memory for the answer.  NULL: there is
 * none now. */
struct notify_job *notify_job_new(struct notify *notify, const struct delivery_job *what);
void notify_job_free(struct notify_job *job); /* one that is never sent */

/* From the library: a session begins, or ends: then all that is out is in doubt. */
void notify_begin(struct notify *notify, void *session);
void notify_end(struct notify *notify);

/* Sends it, or answers it if it cannot be sent; takes it. */
void notify_send(struct notify *notify, struct notify_job *job);

/* Tells whether there is a session; in each turn of the loop, when the library has come back: only
 * then are the tables registered. */
void notify_step(struct notify *notify);

/* How many wait for an answer. */
size_t notify_out(const struct notify *notify);

#endif
