/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_AGENTX_H
#define SNMP_AGENTX_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/channel.h"
#include "engine/snapshot.h"
#include "snmp/set.h"

/*
 * The SNMP thread: the only caller of libnetsnmp, and it does nothing else, since a master that
 * hangs holds it up for seconds.  It connects to the master agent (RFC 2741), serves the tables
 * from the hub's snapshots, carries notifications, and connects again within a second of a master
 * that went away.  The daemon does not wait for a master.
 */
struct agentx;

/* Called by the SNMP thread; must not block. */
struct agentx_listener {
	/* How one attempt ended; `outcome` is taken (free it). */
	void (*outcome)(void *context, struct delivery_outcome *outcome);
	/* False: it could not be told now, it is told again.  While no session is up, or before
	 * this one is told, each job comes back unsent. */
	bool (*news)(void *context, const struct channel_news *news);
	void *context;
};

/* `address`: "unix:/var/agentx/master" or "tcp:127.0.0.1:705". */
int agentx_new(const char *address, struct hub *hub, const struct agentx_listener *listener,
    const struct set_link *link, struct agentx **ret_agentx);
void agentx_free(struct agentx *agentx); /* copes with NULL; nobody may be using it */

int agentx_start(struct agentx *agentx);

/* For any thread, never blocks: one attempt for this notification.  False: as many are out as may
 * be; try again after an outcome. */
bool agentx_deliver(struct agentx *agentx, const struct delivery_job *job);

/* For the engine's thread: nothing was taken from it for CHANNEL_STILL_MS. */
bool agentx_stands_still(struct agentx *agentx);

/* What was handed over before is sent first.  0, also if it was never started, or -ETIMEDOUT: a
 * hung master holds the thread; it is left behind, and must not be freed. */
int agentx_stop(struct agentx *agentx, int64_t timeout_ms);

#endif
