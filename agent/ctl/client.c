/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/client.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "snmp/oids.h"

#define NAME_MAX_ARCS (OIDS_ROOT_LEN + CLIENT_PLACE_MAX + 2)
#define GET_AT_ONCE   24 /* so that an answer fits one datagram, long texts and all */
#define ROWS_AT_ONCE  12 /* likewise */
#define OPTIONS_MAX   64
#define ROWS_MAX      65536 /* an agent may answer for ever */

struct client {
	netsnmp_session *session;
	char host[256];
};

static const oid root[] = { OIDS_ROOT };

/* ---- names and values ---- */

static size_t
put_name(const struct client_place *place, oid *name)
{
	size_t length = 0;

	for (size_t i = 0; i < OIDS_ROOT_LEN; i++)
		name[length++] = root[i];
	for (size_t i = 0; i < place->length; i++)
		name[length++] = place->arcs[i];
	return length;
}

static void
take_text(const netsnmp_variable_list *varbind, struct client_value *value)
{
	value->type = CLIENT_OCTETS;
	value->length = varbind->val_len < CLIENT_TEXT_MAX ? varbind->val_len : CLIENT_TEXT_MAX;
	memcpy(value->text, varbind->val.string, value->length);
	value->text[value->length] = '\0';
}

static void
take_value(const netsnmp_variable_list *varbind, struct client_value *value)
{
	memset(value, 0, sizeof(*value));
	switch (varbind->type) {
	case ASN_INTEGER:
		value->type = CLIENT_INTEGER;
		value->number = *varbind->val.integer;
		break;
	case ASN_UNSIGNED: /* and Gauge32 */
	case ASN_COUNTER:
	case ASN_TIMETICKS:
		value->type = CLIENT_UNSIGNED;
		value->number = (uint32_t)*varbind->val.integer;
		break;
	case ASN_COUNTER64:
		value->type = CLIENT_UNSIGNED;
		value->number = (int64_t)((uint64_t)varbind->val.counter64->high << 32 |
					  (uint32_t)varbind->val.counter64->low);
		break;
	case ASN_OCTET_STR:
		take_text(varbind, value);
		break;
	}
}

const char *
client_text(const struct client_value *value, char *to)
{
	if (text_is_clean(value->text, value->length))
		return value->text;
	text_clean(value->text, value->length, to, CLIENT_TEXT_MAX + 1);
	return to;
}

static bool
add_value(netsnmp_pdu *pdu, const struct client_assignment *assignment)
{
	const struct client_value *value = &assignment->value;
	oid name[NAME_MAX_ARCS];
	size_t length = put_name(&assignment->place, name);
	long integer = (long)value->number;
	u_long number = (u_long)value->number;

	switch (value->type) {
	case CLIENT_INTEGER:
		return snmp_pdu_add_variable(
			   pdu, name, length, ASN_INTEGER, &integer, sizeof(integer)) != NULL;
	case CLIENT_UNSIGNED:
		return snmp_pdu_add_variable(
			   pdu, name, length, ASN_UNSIGNED, &number, sizeof(number)) != NULL;
	case CLIENT_OCTETS:
		return snmp_pdu_add_variable(
			   pdu, name, length, ASN_OCTET_STR, value->text, value->length) != NULL;
	case CLIENT_NOTHING:
		break;
	}
	return false;
}

/* ---- the session ---- */

static void
no_more_options(int argc, char *const *argv, int option)
{
	(void)argc, (void)argv, (void)option;
}

int
client_open(const char *program, char **options, int count, const char *host,
    struct client **ret_client, struct err *err)
{
	static netsnmp_session wanted; /* the library frees none of what it puts in there */
	char *arguments[OPTIONS_MAX + 3], *name = strdup(program), *peer = strdup(host);
	struct client *client = calloc(1, sizeof(*client));
	int used = 0, r = -EINVAL;

	if (client == NULL || name == NULL || peer == NULL || count > OPTIONS_MAX) {
		r = err_set(err, -ENOMEM, "out of memory");
		goto leave;
	}
	arguments[used++] = name;
	for (int i = 0; i < count; i++)
		arguments[used++] = options[i];
	arguments[used++] = peer;
	arguments[used] = NULL;
	setenv("MIBS", "", 1); /* what we ask for we know by number; parsing takes a second */
	if (snmp_parse_args(used, arguments, &wanted, "", no_more_options) < 0) {
		err_set(err, -EINVAL, "the SNMP options make no session; see envsensorctl(1)");
		goto leave;
	}
	text_copy(client->host, sizeof(client->host), host);
	if (wanted.version == SNMP_VERSION_1) {
		err_set(err, -EINVAL, "SNMPv1 has no 64-bit counters; want -v 2c or -v 3");
		goto leave;
	}
	client->session = snmp_open(&wanted);
	if (client->session == NULL) {
		err_set(err, -EINVAL, "%s: %s", host, snmp_api_errstring(snmp_errno));
		goto leave;
	}
	*ret_client = client;
	client = NULL;
	r = 0;

leave:
	free(name);
	free(peer);
	client_close(client);
	return r;
}

void
client_close(struct client *client)
{
	if (client == NULL)
		return;
	if (client->session != NULL)
		snmp_close(client->session);
	free(client);
}

/* Takes the request. */
static int
exchange(struct client *client, netsnmp_pdu *pdu, netsnmp_pdu **ret_response, struct err *err)
{
	char *text = NULL;
	int status = snmp_synch_response(client->session, pdu, ret_response), r;

	if (status == STAT_SUCCESS && *ret_response != NULL)
		return 0;
	if (status == STAT_TIMEOUT)
		return err_set(err, -ETIMEDOUT,
		    "%s: no answer; is snmpd running there, and the community or user right?",
		    client->host);
	snmp_error(client->session, NULL, NULL, &text);
	r = err_set(err, -EIO, "%s: %s", client->host, text != NULL ? text : "no session");
	free(text);
	return r;
}

/* ---- reading ---- */

static int
get_some(struct client *client, const struct client_place *places, size_t count,
    struct client_value *values, struct err *err)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET), *response = NULL;
	const netsnmp_variable_list *varbind;
	oid name[NAME_MAX_ARCS];
	int r;

	if (pdu == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++)
		snmp_add_null_var(pdu, name, put_name(&places[i], name));
	r = exchange(client, pdu, &response, err);
	if (r == 0 && response->errstat != SNMP_ERR_NOERROR)
		r = err_set(
		    err, -EIO, "%s: %s", client->host, snmp_errstring((int)response->errstat));
	if (r == 0) {
		varbind = response->variables;
		for (size_t i = 0; i < count; i++) {
			memset(&values[i], 0, sizeof(values[i]));
			if (varbind == NULL)
				continue;
			take_value(varbind, &values[i]);
			varbind = varbind->next_variable;
		}
	}
	snmp_free_pdu(response);
	return r;
}

int
client_get(struct client *client, const struct client_place *places, size_t count,
    struct client_value *values, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i += GET_AT_ONCE)
		r = get_some(client, places + i, count - i < GET_AT_ONCE ? count - i : GET_AT_ONCE,
		    values + i, err);
	return r;
}

int
client_find_agent(struct client *client, struct err *err)
{
	static const struct client_place severity = { { 1, 1, 10, 0 }, 4 };
	struct client_value value;
	int r = client_get(client, &severity, 1, &value, err);

	if (r == 0 && value.type == CLIENT_NOTHING)
		r = err_set(err, -ENOTCONN,
		    "the SNMP agent answers, but envsensord is not there (or hidden from this "
		    "community or user); is it running?");
	return r;
}

/* ---- tables ---- */

void
client_rows_done(struct client_rows *rows)
{
	free(rows->indices);
	free(rows->values);
	memset(rows, 0, sizeof(*rows));
}

const struct client_value *
client_cell(const struct client_rows *rows, size_t row, size_t column)
{
	return &rows->values[row * rows->column_count + column];
}

static int
make_room(struct client_rows *rows)
{
	size_t room = rows->room == 0 ? 64 : 2 * rows->room;
	uint32_t *indices;
	struct client_value *values;

	if (rows->count < rows->room)
		return 0;
	indices = reallocarray(rows->indices, room, sizeof(*indices));
	if (indices == NULL)
		return -ENOMEM;
	rows->indices = indices;
	values = reallocarray(rows->values, room * rows->column_count, sizeof(*values));
	if (values == NULL)
		return -ENOMEM;
	rows->values = values;
	rows->room = room;
	return 0;
}

/* The values of the row of that index, which is added if it is new. */
static struct client_value *
row_of(struct client_rows *rows, uint32_t index)
{
	size_t low = 0, high = rows->count, width = rows->column_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (rows->indices[middle] < index)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < rows->count && rows->indices[low] == index)
		return &rows->values[low * width];
	if (rows->count == ROWS_MAX || make_room(rows) < 0)
		return NULL;
	memmove(&rows->indices[low + 1], &rows->indices[low],
	    (rows->count - low) * sizeof(rows->indices[0]));
	memmove(&rows->values[(low + 1) * width], &rows->values[low * width],
	    (rows->count - low) * width * sizeof(rows->values[0]));
	rows->indices[low] = index;
	memset(&rows->values[low * width], 0, width * sizeof(rows->values[0]));
	rows->count++;
	return &rows->values[low * width];
}

/* Where in each column the walk has come to. */
struct walk {
	oid base[NAME_MAX_ARCS];
	size_t base_length;
	const unsigned *columns;
	struct client_rows *rows;
	struct cursor {
		bool is_done;
		bool has_index;
		uint32_t index; /* of the last row that came */
	} cursors[];
};

static netsnmp_pdu *
next_request(const struct walk *walk, bool *ret_is_done)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GETBULK);
	oid name[NAME_MAX_ARCS];

	*ret_is_done = true;
	if (pdu == NULL)
		return NULL;
	pdu->non_repeaters = 0;
	pdu->max_repetitions = ROWS_AT_ONCE;
	memcpy(name, walk->base, walk->base_length * sizeof(name[0]));
	for (size_t i = 0; i < walk->rows->column_count; i++) {
		size_t length = walk->base_length;

		if (walk->cursors[i].is_done)
			continue;
		*ret_is_done = false;
		name[length++] = walk->columns[i];
		if (walk->cursors[i].has_index)
			name[length++] = walk->cursors[i].index;
		snmp_add_null_var(pdu, name, length);
	}
	return pdu;
}

/* Puts one cell in its place; a name that does not go on ends its column. */
static int
take_cell(struct walk *walk, size_t column, const netsnmp_variable_list *varbind)
{
	struct cursor *cursor = &walk->cursors[column];
	const oid *rest = varbind->name + walk->base_length;
	struct client_value *row;

	if (varbind->type == SNMP_ENDOFMIBVIEW || varbind->name_length != walk->base_length + 2 ||
	    snmp_oid_compare(varbind->name, walk->base_length, walk->base, walk->base_length) !=
		0 ||
	    rest[0] != walk->columns[column] ||
	    (cursor->has_index && (uint32_t)rest[1] <= cursor->index)) {
		cursor->is_done = true;
		return 0;
	}
	cursor->has_index = true;
	cursor->index = (uint32_t)rest[1];
	row = row_of(walk->rows, cursor->index);
	if (row == NULL)
		return -ENOMEM;
	take_value(varbind, &row[column]);
	return 0;
}

/* The answer has the asked columns side by side, row after row. */
static int
take_answer(struct walk *walk, const netsnmp_pdu *response)
{
	const netsnmp_variable_list *varbind = response->variables;
	size_t asked[64], count = 0, at = 0;
	int r = 0;

	for (size_t i = 0; i < walk->rows->column_count; i++)
		if (!walk->cursors[i].is_done)
			asked[count++] = i;
	if (count == 0)
		return 0;
	for (; varbind != NULL && r == 0; varbind = varbind->next_variable) {
		if (!walk->cursors[asked[at]].is_done)
			r = take_cell(walk, asked[at], varbind);
		at = (at + 1) % count;
	}
	if (response->variables == NULL) /* nothing fits: an agent that would hold us for ever */
		r = -EIO;
	return r;
}

static int
walk_on(struct client *client, struct walk *walk, bool *ret_is_done, struct err *err)
{
	netsnmp_pdu *pdu = next_request(walk, ret_is_done), *response = NULL;
	int r;

	if (pdu == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	if (*ret_is_done) {
		snmp_free_pdu(pdu);
		return 0;
	}
	r = exchange(client, pdu, &response, err);
	if (r < 0)
		return r;
	if (response->errstat != SNMP_ERR_NOERROR)
		r = err_set(
		    err, -EIO, "%s: %s", client->host, snmp_errstring((int)response->errstat));
	else if (take_answer(walk, response) < 0)
		r = err_set(err, -EIO, "%s: the answer cannot be used", client->host);
	snmp_free_pdu(response);
	return r;
}

int
client_walk(struct client *client, const struct client_place *entry, const unsigned *columns,
    size_t column_count, struct client_rows *rows, struct err *err)
{
	struct walk *walk = calloc(1, sizeof(*walk) + column_count * sizeof(walk->cursors[0]));
	bool is_done = false;
	int r = 0;

	memset(rows, 0, sizeof(*rows));
	rows->column_count = column_count;
	if (walk == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	walk->base_length = put_name(entry, walk->base);
	walk->columns = columns;
	walk->rows = rows;
	while (r == 0 && !is_done)
		r = walk_on(client, walk, &is_done, err);
	free(walk);
	return r;
}

/* ---- writing ---- */

static enum client_refusal
refusal(long status)
{
	static const struct {
		long status;
		enum client_refusal refusal;
	} refusals[] = {
		{ SNMP_ERR_NOERROR, CLIENT_DONE },
		{ SNMP_ERR_NOACCESS, CLIENT_NO_ACCESS },
		{ SNMP_ERR_AUTHORIZATIONERROR, CLIENT_NO_ACCESS },
		{ SNMP_ERR_WRONGTYPE, CLIENT_WRONG_TYPE },
		{ SNMP_ERR_WRONGLENGTH, CLIENT_WRONG_VALUE },
		{ SNMP_ERR_WRONGENCODING, CLIENT_WRONG_VALUE },
		{ SNMP_ERR_WRONGVALUE, CLIENT_WRONG_VALUE },
		{ SNMP_ERR_NOCREATION, CLIENT_NO_CREATION },
		{ SNMP_ERR_INCONSISTENTVALUE, CLIENT_INCONSISTENT_VALUE },
		{ SNMP_ERR_INCONSISTENTNAME, CLIENT_INCONSISTENT_NAME },
		{ SNMP_ERR_NOTWRITABLE, CLIENT_NOT_WRITABLE },
		{ SNMP_ERR_RESOURCEUNAVAILABLE, CLIENT_NO_ROOM },
		{ SNMP_ERR_COMMITFAILED, CLIENT_NOT_STORED },
	};

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i].status == status)
			return refusals[i].refusal;
	return CLIENT_OTHER;
}

int
client_set(struct client *client, const struct client_assignment *assignments, size_t count,
    enum client_refusal *ret_refusal, size_t *ret_at, struct err *err)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_SET), *response = NULL;
	bool is_whole = pdu != NULL;
	int r;

	for (size_t i = 0; i < count && is_whole; i++)
		is_whole = add_value(pdu, &assignments[i]);
	if (!is_whole) {
		snmp_free_pdu(pdu);
		return err_set(err, -ENOMEM, "out of memory");
	}
	r = exchange(client, pdu, &response, err);
	if (r < 0)
		return r;
	*ret_refusal = refusal(response->errstat);
	*ret_at = response->errindex > 0 && (size_t)response->errindex <= count
	              ? (size_t)response->errindex - 1
	              : 0;
	if (*ret_refusal == CLIENT_OTHER)
		err_set(err, -EIO, "%s", snmp_errstring((int)response->errstat));
	snmp_free_pdu(response);
	return *ret_refusal == CLIENT_NOT_WRITABLE ? client_find_agent(client, err) : 0;
}
