/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/fuzz_snmp.h"

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <net-snmp/library/snmpCallbackDomain.h>

#include "snmp/serve.h"
#include "tests/fuzz/fuzz.h"

/* Of the library, but in none of its headers. */
#define AGENTX_VERSION_1 0xc0
int netsnmp_handle_request(netsnmp_agent_session *asp, int status);

static struct server server;
static netsnmp_session *session; /* the library's to itself, as between its two halves */
static netsnmp_pdu *answer;

/* Of the library: what would go to the master. */
int
snmp_send(netsnmp_session *to, netsnmp_pdu *pdu)
{
	MUST(to == session && answer == NULL);
	answer = pdu;
	return 1;
}

static void
set_up(void)
{
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 1);
	netsnmp_ds_set_boolean(
	    NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_CONNECTION_WARNINGS, 1);
	netsnmp_ds_set_string(
	    NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, "unix:/dev/null/none");
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_ALARM_DONT_USE_SIG, 1);
	snmp_disable_log();
	MUST(init_agent("fuzz") == 0);
	session = netsnmp_callback_open(0, NULL, NULL, NULL);
	MUST(session != NULL);
	for (size_t i = 0; tables[i] != NULL; i++)
		MUST(serve_table(tables[i], &server) != NULL);
}

void
fuzz_snmp_serve(struct hub *hub, struct setter *setter)
{
	if (server.hub == NULL)
		set_up();
	server.hub = hub;
	server.setter = setter;
}

netsnmp_pdu *
fuzz_snmp_pdu(int command, long transaction)
{
	netsnmp_pdu *pdu = snmp_pdu_create(command);

	MUST(pdu != NULL);
	pdu->version = AGENTX_VERSION_1;
	pdu->flags |= UCD_MSG_FLAG_ALWAYS_IN_VIEW;
	pdu->transid = pdu->reqid = transaction;
	pdu->errstat = pdu->errindex = 0;
	return pdu;
}

const netsnmp_pdu *
fuzz_snmp_ask(netsnmp_pdu *request)
{
	netsnmp_agent_session *asp = init_agent_snmp_session(session, request);

	MUST(asp != NULL);
	snmp_free_pdu(request);
	snmp_free_pdu(answer);
	answer = NULL;
	netsnmp_handle_request(asp, SNMP_ERR_NOERROR);
	return answer;
}
