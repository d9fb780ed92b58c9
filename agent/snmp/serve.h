/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_SERVE_H
#define SNMP_SERVE_H

#include "engine/snapshot.h"
#include "snmp/set.h"
#include "snmp/table.h"
#include "snmp/uptime.h"

/*
 * Hangs a table into libnetsnmp: one registration, answered from the hub's newest snapshot.  Only
 * the SNMP thread may call this.  The registration stays known to the library over a lost master:
 * it registers it again with the next one.
 */
struct served;

/* What all tables look at. */
struct server {
	struct hub *hub;
	struct setter *setter;
	struct uptime master;
};

/* NULL: out of memory. Whether the master took it is told elsewhere (agentx.c listens). */
struct served *serve_table(const struct table *table, struct server *server);

/* After the library's shutdown; copes with NULL.  Before, libnetsnmp would tell the master to take
 * the table down, and snmpd does so whoever holds it. */
void serve_end(struct served *served);

const struct table *served_table(const struct served *served);

/* `name` is the OID of this table's registration. */
bool served_is_at(const struct served *served, const unsigned long *name, size_t length);

#endif
