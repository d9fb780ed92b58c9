/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <assert.h>
#include <stdlib.h>

#include "snmp/oids.h"
#include "snmp/serve.h"
#include "sys/clock.h"

#define SERVED_BASE_MAX (OIDS_ROOT_LEN + 8)

struct served {
	const struct table *table;
	struct hub *hub;
	oid base[SERVED_BASE_MAX];
	size_t base_length;
};

static const u_char asn_type[] = {
	[VALUE_INTEGER] = ASN_INTEGER,
	[VALUE_UNSIGNED] = ASN_UNSIGNED,
	[VALUE_GAUGE] = ASN_GAUGE,
	[VALUE_COUNTER32] = ASN_COUNTER,
	[VALUE_COUNTER64] = ASN_COUNTER64,
	[VALUE_OCTETS] = ASN_OCTET_STR,
};

static int
put_value(netsnmp_variable_list *varbind, enum value_type type, const struct value *value)
{
	struct counter64 counter = {
		.high = (u_long)(value->counter >> 32),
		.low = (u_long)(value->counter & 0xffffffff),
	};
	u_long number = value->number;
	long integer = value->integer;

	switch (type) {
	case VALUE_INTEGER:
		return snmp_set_var_typed_value(varbind, asn_type[type], &integer, sizeof(integer));
	case VALUE_UNSIGNED:
	case VALUE_GAUGE:
	case VALUE_COUNTER32:
		return snmp_set_var_typed_value(varbind, asn_type[type], &number, sizeof(number));
	case VALUE_COUNTER64:
		return snmp_set_var_typed_value(varbind, asn_type[type], &counter, sizeof(counter));
	case VALUE_OCTETS:
		return snmp_set_var_typed_value(
		    varbind, asn_type[type], value->octets, value->length);
	}
	return -1;
}

/* The library takes the sub-identifiers of an AgentX PDU for signed: those from 2^31 on arrive with
 * 32 more bits set. */
static uint64_t
arc(oid from_library)
{
	return from_library & UINT32_MAX;
}

static void
answer_get(const struct served *served, struct cell *cell, netsnmp_agent_request_info *info,
    netsnmp_request_info *request)
{
	netsnmp_variable_list *varbind = request->requestvb;
	const struct column *column;
	struct position position;
	struct value value;
	enum table_result result;

	if (varbind->name_length <= served->base_length) {
		netsnmp_set_request_error(info, request, SNMP_NOSUCHOBJECT);
		return;
	}
	position.column = arc(varbind->name[served->base_length]);
	position.index = arc(varbind->name[varbind->name_length - 1]);
	if (varbind->name_length != served->base_length + 2) {
		/* no index, or too long a one: it may be of a column that is there, but is no row
		 */
		position.index = UINT64_MAX;
	}
	result = table_get(served->table, cell, &position, &column, &value);
	if (result == TABLE_OK)
		put_value(varbind, column->type, &value);
	else
		netsnmp_set_request_error(info, request,
		    result == TABLE_NO_OBJECT ? SNMP_NOSUCHOBJECT : SNMP_NOSUCHINSTANCE);
}

/* Where the search for what follows `name` begins; false: behind this table. */
static bool
first_position(
    const struct served *served, const netsnmp_request_info *request, struct position *ret_position)
{
	const netsnmp_variable_list *varbind = request->requestvb;
	const oid *rest = varbind->name + served->base_length;
	int order = snmp_oid_ncompare(varbind->name, varbind->name_length, served->base,
	    served->base_length, served->base_length);

	*ret_position = (struct position){ 0, 0 };
	if (order > 0)
		return false;
	if (order < 0 || varbind->name_length <= served->base_length)
		return true;
	ret_position->column = arc(rest[0]);
	if (varbind->name_length == served->base_length + 1)
		return true;
	ret_position->index = arc(rest[1]);
	/* AgentX may ask for the name itself; without that, and behind a longer one, the next */
	if (!request->inclusive || varbind->name_length > served->base_length + 2)
		ret_position->index++;
	return true;
}

static void
answer_next(const struct served *served, struct cell *cell, netsnmp_request_info *request)
{
	netsnmp_variable_list *varbind = request->requestvb;
	const struct column *column;
	struct position position;
	struct value value;
	oid name[SERVED_BASE_MAX + 2];

	if (!first_position(served, request, &position) ||
	    table_next(served->table, cell, &position, &column, &value) != TABLE_OK)
		return; /* no value: the library looks in what follows */
	memcpy(name, served->base, served->base_length * sizeof(name[0]));
	name[served->base_length] = column->number;
	name[served->base_length + 1] = position.index;
	snmp_set_var_objid(varbind, name, served->base_length + 2);
	put_value(varbind, column->type, &value);
}

static int
answer(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
    netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	const struct served *served = handler->myvoid;
	struct cell cell = { .snapshot = hub_get(served->hub) };

	(void)registration;
	if (cell.snapshot == NULL)
		return SNMP_ERR_GENERR;
	cell.now_ms = clock_boottime_ms();
	cell.now_wall_ms = clock_wall_ms();
	for (netsnmp_request_info *request = requests; request != NULL; request = request->next) {
		if (request->processed)
			continue;
		if (info->mode == MODE_GET)
			answer_get(served, &cell, info, request);
		else if (info->mode == MODE_GETNEXT)
			answer_next(served, &cell, request);
	}
	hub_put(served->hub, cell.snapshot);
	return SNMP_ERR_NOERROR;
}

static bool
hang_up(struct served *served)
{
	netsnmp_mib_handler *handler = netsnmp_create_handler(served->table->name, answer);
	netsnmp_handler_registration *registration;

	if (handler == NULL)
		return false;
	handler->myvoid = served;
	registration = netsnmp_handler_registration_create(
	    served->table->name, handler, served->base, served->base_length, HANDLER_CAN_RONLY);
	if (registration == NULL) {
		netsnmp_handler_free(handler);
		return false;
	}
	netsnmp_register_handler(registration);
	return true;
}

struct served *
serve_table(const struct table *table, struct hub *hub)
{
	static const oid root[] = { OIDS_ROOT };
	struct served *served = calloc(1, sizeof(*served));

	if (served == NULL)
		return NULL;
	assert(OIDS_ROOT_LEN + table->place_length <= SERVED_BASE_MAX);
	served->table = table;
	served->hub = hub;
	memcpy(served->base, root, sizeof(root));
	served->base_length = OIDS_ROOT_LEN;
	for (size_t i = 0; i < table->place_length; i++)
		served->base[served->base_length++] = table->place[i];
	if (hang_up(served))
		return served;
	free(served);
	return NULL;
}

void
serve_end(struct served *served)
{
	free(served);
}

const struct table *
served_table(const struct served *served)
{
	return served->table;
}

bool
served_is_at(const struct served *served, const unsigned long *name, size_t length)
{
	return snmp_oid_compare(name, length, served->base, served->base_length) == 0;
}

size_t
served_place(const struct served *served, uint32_t *arcs, size_t room)
{
	assert(served->base_length <= room);
	for (size_t i = 0; i < served->base_length; i++)
		arcs[i] = (uint32_t)served->base[i];
	return served->base_length;
}
