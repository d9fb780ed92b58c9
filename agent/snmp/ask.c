/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/ask.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#define PRIORITY 127 /* what the library registers with */

void
asker_begin(struct asker *asker, void *session)
{
	asker->session = session;
	asker->request = 0;
}

void
asker_end(struct asker *asker)
{
	asker_begin(asker, NULL);
}

bool
asker_is_free(const struct asker *asker)
{
	return asker->session != NULL && asker->request == 0;
}

static int
answered(int operation, netsnmp_session *session, int request, netsnmp_pdu *pdu, void *context)
{
	struct asker *asker = context;
	enum ask_answer answer = ASK_LOST;

	(void)session;
	if (operation == NETSNMP_CALLBACK_OP_RESEND)
		return 1;
	if (request != asker->request || asker->request == 0)
		return 1; /* of a session that has ended */
	if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE)
		answer = pdu->errstat == SNMP_ERR_NOERROR ? ASK_GRANTED : ASK_REFUSED;
	asker->request = 0;
	asker->answered(asker->context, &asker->ask, answer);
	return 1;
}

static bool
put_region(netsnmp_pdu *pdu, const struct ask *ask)
{
	oid name[ASK_ARCS_MAX], end[ASK_ARCS_MAX];

	for (size_t i = 0; i < ask->length; i++)
		end[i] = name[i] = ask->arcs[i];
	if (ask->range_at == 0)
		return snmp_add_null_var(pdu, name, ask->length) != NULL;
	pdu->range_subid = (long)ask->range_at + 1;
	end[ask->range_at] = ask->range_end;
	return snmp_pdu_add_variable(pdu, name, ask->length, ASN_OBJECT_ID, end,
		   ask->length * sizeof(end[0])) != NULL;
}

static bool
put_index(netsnmp_pdu *pdu, const struct ask *ask)
{
	oid name[ASK_ARCS_MAX];
	long index = ask->index;

	for (size_t i = 0; i < ask->length; i++)
		name[i] = ask->arcs[i];
	return snmp_pdu_add_variable(pdu, name, ask->length, ASN_INTEGER, &index, sizeof(index)) !=
	       NULL;
}

static bool
put(netsnmp_pdu *pdu, const struct ask *ask)
{
	switch (ask->kind) {
	case ASK_REGISTER:
	case ASK_UNREGISTER:
		return put_region(pdu, ask);
	case ASK_ALLOCATE_INDEX:
	case ASK_RELEASE_INDEX:
		return put_index(pdu, ask);
	}
	return false;
}

bool
asker_ask(struct asker *asker, const struct ask *ask)
{
	netsnmp_session *session = asker->session;
	netsnmp_pdu *pdu = snmp_pdu_create((int)ask->kind);

	if (pdu == NULL)
		return false;
	pdu->time = 0; /* the master's own time-out */
	pdu->priority = PRIORITY;
	pdu->sessid = session->sessid;
	if (!put(pdu, ask)) {
		snmp_free_pdu(pdu);
		return false;
	}
	asker->ask = *ask;
	asker->request = snmp_async_send(session, pdu, answered, asker);
	if (asker->request == 0)
		snmp_free_pdu(pdu);
	return asker->request != 0;
}
