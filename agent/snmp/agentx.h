/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_AGENTX_H
#define SNMP_AGENTX_H

#include <stdint.h>

#include "core/err.h"
#include "engine/snapshot.h"

/*
 * The SNMP thread: the only caller of libnetsnmp, and it does nothing else, since a master that
 * hangs holds it up for seconds.  It connects to the master agent (RFC 2741), serves the tables
 * from the hub's snapshots, and connects again within a second of a master that went away.  The
 * daemon does not wait for a master.
 */
struct agentx;

/* `address`: "unix:/var/agentx/master" or "tcp:127.0.0.1:705". */
int agentx_start(const char *address, struct hub *hub, struct agentx **ret_agentx, struct err *err);

/* 0, or -ETIMEDOUT: a hung master holds the thread; it is left behind. */
int agentx_stop(struct agentx *agentx, int64_t timeout_ms);

#endif
