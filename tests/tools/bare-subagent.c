/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bare-subagent ADDRESS TABLE-OID ROWS: what Net-SNMP itself can do, for scripts/bench to compare
 * with.  An AgentX subagent that serves one table from the library's container helper: a name, a
 * number, a text and an enumeration, as envsSensorName, -Value, -ValueText and -Quality have them.
 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 100000

enum column {
	COLUMN_NAME = 1,
	COLUMN_VALUE,
	COLUMN_TEXT,
	COLUMN_QUALITY,
};

struct row {
	netsnmp_index index; /* first: the container looks at it */
	oid number;
	char name[16];
	char text[16];
	long value;
	long quality;
};

static volatile sig_atomic_t is_stopping;

static void
stop(int signal_number)
{
	(void)signal_number;
	is_stopping = 1;
}

static void
put_cell(netsnmp_variable_list *varbind, unsigned column, const struct row *row)
{
	switch ((enum column)column) {
	case COLUMN_NAME:
		snmp_set_var_typed_value(varbind, ASN_OCTET_STR, row->name, strlen(row->name));
		break;
	case COLUMN_VALUE:
		snmp_set_var_typed_integer(varbind, ASN_INTEGER, row->value);
		break;
	case COLUMN_TEXT:
		snmp_set_var_typed_value(varbind, ASN_OCTET_STR, row->text, strlen(row->text));
		break;
	case COLUMN_QUALITY:
		snmp_set_var_typed_integer(varbind, ASN_INTEGER, row->quality);
		break;
	}
}

static int
answer(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
    netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	(void)handler, (void)registration;
	if (info->mode != MODE_GET) /* the helper has made GETs of GETNEXTs */
		return SNMP_ERR_NOERROR;
	for (netsnmp_request_info *request = requests; request != NULL; request = request->next) {
		const struct row *row;
		const netsnmp_table_request_info *cell;

		if (request->processed)
			continue;
		row = netsnmp_container_table_extract_context(request);
		cell = netsnmp_extract_table_info(request);
		if (row == NULL || cell == NULL)
			netsnmp_set_request_error(info, request, SNMP_NOSUCHINSTANCE);
		else
			put_cell(request->requestvb, cell->colnum, row);
	}
	return SNMP_ERR_NOERROR;
}

static int
add_row(netsnmp_container *container, unsigned long number)
{
	struct row *row = calloc(1, sizeof(*row));

	if (row == NULL)
		return -1;
	row->number = number;
	row->index.len = 1;
	row->index.oids = &row->number;
	row->value = 20000 + (long)(number % 100) * 10;
	row->quality = 2;
	snprintf(row->name, sizeof(row->name), "sensor %05lu", number % 100000);
	snprintf(row->text, sizeof(row->text), "20.%03lu", number % 100 * 10);
	return CONTAINER_INSERT(container, row);
}

static int
serve_table(const oid *table_oid, size_t length, unsigned long rows)
{
	netsnmp_handler_registration *registration = netsnmp_create_handler_registration(
	    "bareTable", answer, table_oid, length, HANDLER_CAN_RONLY);
	netsnmp_table_registration_info *table =
	    SNMP_MALLOC_TYPEDEF(netsnmp_table_registration_info);
	netsnmp_container *container = netsnmp_container_find("bare:table_container");

	if (registration == NULL || table == NULL || container == NULL)
		return -1;
	netsnmp_table_helper_add_indexes(table, ASN_UNSIGNED, 0);
	table->min_column = COLUMN_NAME;
	table->max_column = COLUMN_QUALITY;
	for (unsigned long number = 1; number <= rows; number++)
		if (add_row(container, number) != 0)
			return -1;
	return netsnmp_container_table_register(
	    registration, table, container, TABLE_CONTAINER_KEY_NETSNMP_INDEX);
}

int
main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };
	oid table_oid[MAX_OID_LEN];
	size_t length = MAX_OID_LEN;
	unsigned long rows = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;

	netsnmp_init_mib(); /* read_objid knows no digits without it */
	if (rows == 0 || rows > ROWS_MAX || read_objid(argv[2], table_oid, &length) == 0) {
		fprintf(stderr, "usage: bare-subagent ADDRESS TABLE-OID ROWS\n");
		return 2;
	}
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 1);
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, argv[1]);
	snmp_enable_stderrlog();
	init_agent("bare-subagent");
	if (serve_table(table_oid, length, rows) != 0) {
		fprintf(stderr, "bare-subagent: the table cannot be registered\n");
		return 1;
	}
	init_snmp("bare-subagent");
	while (!is_stopping)
		agent_check_and_process(1);
	snmp_shutdown("bare-subagent");
	return 0;
}
