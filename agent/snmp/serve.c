/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <stdlib.h>

#include "snmp/oids.h"
#include "snmp/serve.h"
#include "snmp/value_private.h"
#include "sys/clock.h"

#define SERVED_BASE_MAX (OIDS_ROOT_LEN + 12)
#define INDEX_MAX       2

struct served {
	const struct table *table;
	struct server *server;
	oid base[SERVED_BASE_MAX];
	size_t base_length;   /* of the table */
	size_t region_length; /* of what is registered: it begins with the base */
};

/* The library takes the sub-identifiers of an AgentX PDU for signed: those from 2^31 on arrive with
 * 32 more bits set. */
static uint64_t
arc(oid from_library)
{
	return from_library & UINT32_MAX;
}

static size_t
index_length(const struct served *served)
{
	return served->table->row_second != NULL ? 2 : 1;
}

/* The index in `arcs`, of which there are `count` at most; those that are missing are 0. */
static uint64_t
read_index(const struct served *served, const oid *arcs, size_t count)
{
	uint64_t index = 0;

	for (size_t i = 0; i < index_length(served); i++)
		index = index << 32 | (i < count ? arc(arcs[i]) : 0);
	return index;
}

static void
answer_get(const struct served *served, struct cell *cell, netsnmp_agent_request_info *info,
    netsnmp_request_info *request)
{
	netsnmp_variable_list *varbind = request->requestvb;
	const oid *rest = varbind->name + served->base_length;
	const struct column *column;
	struct position position;
	struct value value;
	enum table_result result;

	if (varbind->name_length <= served->base_length) {
		netsnmp_set_request_error(info, request, SNMP_NOSUCHOBJECT);
		return;
	}
	position.column = arc(rest[0]);
	/* no index, or too long a one: it may be of a column that is there, but is no row */
	position.index = UINT64_MAX;
	if (varbind->name_length == served->base_length + 1 + index_length(served))
		position.index = read_index(served, rest + 1, index_length(served));
	result = table_get(served->table, cell, &position, &column, &value);
	if (result == TABLE_OK)
		value_put(varbind, column->type, &value);
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
	size_t count, whole = index_length(served);
	int order = snmp_oid_ncompare(varbind->name, varbind->name_length, served->base,
	    served->base_length, served->base_length);

	*ret_position = (struct position){ 0, 0 };
	if (order > 0)
		return false;
	if (order < 0 || varbind->name_length <= served->base_length)
		return true;
	ret_position->column = arc(rest[0]);
	count = varbind->name_length - served->base_length - 1;
	ret_position->index = read_index(served, rest + 1, count);
	/* AgentX may ask for the name itself; without that, and behind a longer one, the next */
	if (count < whole || (count == whole && request->inclusive))
		return true;
	ret_position->index++;
	if (ret_position->index == 0) /* of two it was the greatest */
		ret_position->column++;
	return true;
}

static void
answer_next(const struct served *served, struct cell *cell, netsnmp_request_info *request)
{
	netsnmp_variable_list *varbind = request->requestvb;
	const struct column *column;
	struct position position;
	struct value value;
	oid name[SERVED_BASE_MAX + 1 + INDEX_MAX];
	size_t length = served->base_length;

	if (!first_position(served, request, &position) ||
	    table_next(served->table, cell, &position, &column, &value) != TABLE_OK)
		return; /* no value: the library looks in what follows */
	memcpy(name, served->base, length * sizeof(name[0]));
	name[length++] = column->number;
	if (index_length(served) > 1)
		name[length++] = position.index >> 32;
	name[length++] = position.index & UINT32_MAX;
	snmp_set_var_objid(varbind, name, length);
	value_put(varbind, column->type, &value);
}

/* ---- SET ---- */

static bool
value_type_of(u_char type, enum value_type *ret_type)
{
	switch (type) {
	case ASN_INTEGER:
		*ret_type = VALUE_INTEGER;
		return true;
	case ASN_UNSIGNED: /* the same as Gauge32 */
		*ret_type = VALUE_UNSIGNED;
		return true;
	case ASN_OCTET_STR:
		*ret_type = VALUE_OCTETS;
		return true;
	default: /* of the library's many */
		return false;
	}
}

static void
read_varbind(const struct served *served, const netsnmp_request_info *request,
    struct set_varbind *ret_varbind)
{
	const netsnmp_variable_list *varbind = request->requestvb;
	const oid *rest = varbind->name + served->base_length;
	size_t count = varbind->name_length - served->base_length;

	*ret_varbind = (struct set_varbind){
		.number = (unsigned)request->index,
		.table = served->table,
		.column = count > 0 ? arc(rest[0]) : 0,
		.has_index = count == 1 + index_length(served),
		.octets = varbind->val.string,
		.length = varbind->val_len,
	};
	if (ret_varbind->has_index)
		ret_varbind->index = (uint32_t)arc(rest[1]);
	ret_varbind->has_type = value_type_of(varbind->type, &ret_varbind->type);
	if (ret_varbind->has_type && ret_varbind->type == VALUE_INTEGER)
		ret_varbind->integer = (int32_t)*varbind->val.integer;
	if (ret_varbind->has_type && ret_varbind->type == VALUE_UNSIGNED)
		ret_varbind->integer = (uint32_t)*varbind->val.integer;
}

static void
reserve(const struct served *served, netsnmp_agent_request_info *info, long id,
    netsnmp_request_info *requests)
{
	for (netsnmp_request_info *request = requests; request != NULL; request = request->next) {
		struct set_varbind varbind;
		enum set_error error;

		read_varbind(served, request, &varbind);
		error = setter_reserve(served->server->setter, id, &varbind, clock_boottime_ms());
		if (error != SET_OK)
			netsnmp_set_request_error(info, request, (int)error);
	}
}

/* The one at fault may be another table's. */
static void
check(const struct served *served, netsnmp_agent_request_info *info, long id,
    netsnmp_request_info *requests)
{
	unsigned number = 0;
	enum set_error error = setter_check(served->server->setter, id, &number);

	for (netsnmp_request_info *request = requests; request != NULL; request = request->next)
		if (error != SET_OK && (unsigned)request->index == number)
			netsnmp_set_request_error(info, request, (int)error);
}

static int
answer_set(
    const struct served *served, netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	struct setter *setter = served->server->setter;
	long id = info->asp->pdu->transid;
	enum set_error error = SET_OK;

	switch (info->mode) {
	case MODE_SET_RESERVE1:
		reserve(served, info, id, requests);
		break;
	case MODE_SET_RESERVE2:
		check(served, info, id, requests);
		break;
	case MODE_SET_ACTION:
		error = setter_act(setter, id, clock_boottime_ms());
		break;
	case MODE_SET_COMMIT:
		setter_commit(setter, id);
		break;
	case MODE_SET_UNDO:
		setter_undo(setter, id);
		break;
	case MODE_SET_FREE:
		setter_forget(setter, id);
		break;
	}
	if (error != SET_OK)
		netsnmp_set_request_error(info, requests, (int)error);
	return SNMP_ERR_NOERROR;
}

static bool
is_set(int mode)
{
	return mode != MODE_GET && mode != MODE_GETNEXT;
}

/* ---- the handler ---- */

static int
answer(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
    netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	const struct served *served = handler->myvoid;
	struct server *server = served->server;
	struct cell cell = { 0 };

	(void)registration;
	if (is_set(info->mode))
		return answer_set(served, info, requests);
	cell.snapshot = hub_get(server->hub);
	if (cell.snapshot == NULL)
		return SNMP_ERR_GENERR;
	cell.now_ms = clock_boottime_ms();
	cell.now_wall_ms = clock_wall_ms();
	/* the library takes it from each response that it waits for, those to its pings too */
	uptime_learn(&server->master, (uint32_t)netsnmp_get_agent_uptime(), cell.now_ms);
	cell.master = server->master;
	for (netsnmp_request_info *request = requests; request != NULL; request = request->next) {
		if (request->processed)
			continue;
		if (info->mode == MODE_GET)
			answer_get(served, &cell, info, request);
		else if (info->mode == MODE_GETNEXT)
			answer_next(served, &cell, request);
	}
	hub_put(server->hub, cell.snapshot);
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
	registration = netsnmp_handler_registration_create(served->table->name, handler,
	    served->base, served->region_length,
	    table_is_writable(served->table) ? HANDLER_CAN_RWRITE : HANDLER_CAN_RONLY);
	if (registration == NULL) {
		netsnmp_handler_free(handler);
		return false;
	}
	netsnmp_register_handler(registration);
	return true;
}

struct served *
serve_table(const struct table *table, struct server *server)
{
	uint32_t base[SERVED_BASE_MAX];
	struct served *served = calloc(1, sizeof(*served));

	if (served == NULL)
		return NULL;
	served->table = table;
	served->server = server;
	served->base_length = table_base(table, base, SERVED_BASE_MAX);
	served->region_length = table_region(table, base, SERVED_BASE_MAX);
	for (size_t i = 0; i < served->region_length; i++)
		served->base[i] = base[i];
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
	return snmp_oid_compare(name, length, served->base, served->region_length) == 0;
}
