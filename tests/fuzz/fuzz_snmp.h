/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_FUZZ_FUZZ_SNMP_H
#define TESTS_FUZZ_FUZZ_SNMP_H

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include "engine/snapshot.h"
#include "snmp/set.h"

/*
 * All our tables in libnetsnmp, which has no master here: requests go in where it would hand over
 * what came by AgentX, and what it would send back comes out.
 */

/* From now on requests see that hub; NULL: there is no SET. */
void fuzz_snmp_serve(struct hub *hub, struct setter *setter);

/* As libnetsnmp makes it of an AgentX PDU. */
netsnmp_pdu *fuzz_snmp_pdu(int command, long transaction);

/* Takes the request.  The answer: borrowed until the next; NULL: there is none. */
const netsnmp_pdu *fuzz_snmp_ask(netsnmp_pdu *request);

#endif
