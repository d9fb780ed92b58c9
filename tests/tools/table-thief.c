/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table-thief AGENTX OID VALUE: an AgentX subagent that holds one OID, for tests of what happens
 * when somebody else does.  It answers a GET of the OID itself with the integer VALUE.  Says
 * "ready" on standard output when the master took it.
 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static volatile sig_atomic_t is_stopping;

static void
stop(int signal_number)
{
	(void)signal_number;
	is_stopping = 1;
}

/* Digits and dots; the library's own parser wants a MIB. */
static size_t
parse_oid(const char *text, oid *to)
{
	size_t length = 0;
	char *end;

	while (length < MAX_OID_LEN && *text == '.') {
		to[length++] = strtoul(text + 1, &end, 10);
		text = end;
	}
	return *text == '\0' ? length : 0;
}

int
main(int argc, char **argv)
{
	static int value;
	struct sigaction action = { .sa_handler = stop };
	oid name[MAX_OID_LEN];
	size_t length = argc == 4 ? parse_oid(argv[2], name) : 0;

	if (length == 0) {
		fprintf(stderr, "usage: table-thief AGENTX OID VALUE\n");
		return 2;
	}
	value = (int)strtol(argv[3], NULL, 10);
	sigaction(SIGTERM, &action, NULL);
	snmp_enable_stderrlog();
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 1);
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, argv[1]);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	init_agent("table-thief");
	netsnmp_register_read_only_int_instance("thief", name, length, &value, NULL);
	init_snmp("table-thief");
	printf("ready\n");
	fflush(stdout);
	while (!is_stopping)
		agent_check_and_process(1);
	snmp_shutdown("table-thief");
	return 0;
}
