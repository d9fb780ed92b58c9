/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GET, GETNEXT and GETBULK of any name, through libnetsnmp and our handler, against a list of all
 * cells that was made the plain way.
 */
#include "tests/fuzz/fuzz_snmp.h"

#include <string.h>

#include "snmp/tables.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_bench.h"

const struct fuzz_target fuzz_target = { "get", 40000 };

#define VARBINDS_MAX 8
#define REPEATS_MAX  12

/* ---- all there is ---- */

struct known {
	oid name[MAX_OID_LEN];
	size_t length;
	const struct column *column;
	struct value value;
};

static struct fuzz_bench bench;
static struct known *known;
static size_t known_count, known_room;

static void
add_known(const struct table *table, const struct cell *cell, const struct column *column,
    const struct value *value)
{
	uint32_t base[MAX_OID_LEN];
	struct known *one;
	uint64_t index = table_index(table, cell->snapshot, cell->row);

	if (known_count == known_room) {
		known_room = 2 * known_room + 64;
		known = reallocarray(known, known_room, sizeof(*known));
		MUST(known != NULL);
	}
	one = &known[known_count++];
	one->length = table_base(table, base, MAX_OID_LEN);
	for (size_t i = 0; i < one->length; i++)
		one->name[i] = base[i];
	one->name[one->length++] = column->number;
	if (table->row_second != NULL)
		one->name[one->length++] = index >> 32;
	one->name[one->length++] = index & UINT32_MAX;
	one->column = column;
	one->value = *value;
	if (value->octets == value->room)
		one->value.octets = NULL; /* in `room` of the copy, which still moves */
}

static int
by_name(const void *a, const void *b)
{
	const struct known *left = a, *right = b;

	return snmp_oid_compare(left->name, left->length, right->name, right->length);
}

static void
list_all(const struct snapshot *snapshot)
{
	struct cell cell = {
		.snapshot = snapshot,
		.now_ms = bench.now.boottime_ms,
		.now_wall_ms = bench.now.wall_ms,
	};

	for (size_t t = 0; tables[t] != NULL; t++) {
		for (size_t c = 0; c < tables[t]->column_count; c++) {
			cell.column = &tables[t]->columns[c];
			for (cell.row = 0; cell.row < tables[t]->row_count(snapshot); cell.row++) {
				struct value value = { 0 };

				if (cell.column->get(&cell, &value))
					add_known(tables[t], &cell, cell.column, &value);
			}
		}
	}
	qsort(known, known_count, sizeof(*known), by_name);
}

/* Alarms, events and deliveries, and a row that is not active. */
static void
set_up(void)
{
	const struct snapshot *snapshot;
	struct change *change;
	struct change_item *item;
	struct err err;

	if (known_count > 0)
		return;
	fuzz_bench_init(&bench);
	MUST(fuzz_bench_open(&bench, &err) == 0);
	fuzz_bench_connect(&bench);
	fuzz_bench_read(&bench, 20000);
	fuzz_bench_read(&bench, 28000);
	fuzz_bench_pass(&bench, 60000);
	change = change_new();
	item = change_add(change, CHANGE_MAKE_ROW);
	MUST(item != NULL);
	item->object = CONF_SENSOR;
	item->index = 9;
	change->deadline_ms = INT64_MAX;
	MUST(engine_change(bench.engine, change, &bench.now, &err) == 0);
	change_free(change);
	fuzz_snmp_serve(bench.hub, NULL);
	snapshot = hub_get(bench.hub); /* kept: the list borrows from it */
	list_all(snapshot);
}

/* ---- names ---- */

/* The library has them with their sign. */
static oid
arc_of(uint32_t arc)
{
	return (oid)(long)(int32_t)arc;
}

static bool
is_ours(const oid *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (name[i] > INT32_MAX)
			return false;
	return true;
}

/* Some arcs of a name that is there, and others behind them. */
static size_t
make_name(struct fuzz_input *input, oid *name)
{
	size_t at = (fuzz_byte(input) << 8 | fuzz_byte(input)) % known_count;
	size_t keep = known[at].length - fuzz_below(input, 6), more = fuzz_below(input, 4);

	if (fuzz_below(input, 16) == 1)
		keep = fuzz_below(input, (unsigned)known[at].length);
	memcpy(name, known[at].name, keep * sizeof(name[0]));
	for (size_t i = 0; i < more; i++)
		name[keep++] =
		    arc_of(fuzz_below(input, 4) == 1 ? fuzz_u32(input) : fuzz_byte(input));
	if (keep < 2) {
		name[0] = 1;
		name[1] = 3;
		keep = 2;
	}
	return keep;
}

/* ---- answers ---- */

static const struct known *
find(const oid *name, size_t length, bool or_next, bool is_inclusive)
{
	for (size_t i = 0; i < known_count; i++) {
		int order = snmp_oid_compare(known[i].name, known[i].length, name, length);

		if (order == 0 && (!or_next || is_inclusive))
			return &known[i];
		if (order > 0)
			return or_next ? &known[i] : NULL;
	}
	return NULL;
}

static bool
is_same_octets(const netsnmp_variable_list *varbind, const struct known *one)
{
	const void *octets = one->value.octets != NULL ? one->value.octets : one->value.room;

	return varbind->val_len == one->value.length &&
	       (varbind->val_len == 0 ||
		   memcmp(varbind->val.string, octets, varbind->val_len) == 0);
}

static void
check_value(const netsnmp_variable_list *varbind, const struct known *one)
{
	switch (one->column->type) {
	case VALUE_INTEGER:
		MUST(varbind->type == ASN_INTEGER);
		MUST(*varbind->val.integer == one->value.integer);
		break;
	case VALUE_UNSIGNED:
	case VALUE_GAUGE:
		MUST(varbind->type == ASN_GAUGE);
		MUST((uint32_t)*varbind->val.integer == one->value.number);
		break;
	case VALUE_COUNTER32:
		MUST(varbind->type == ASN_COUNTER);
		MUST((uint32_t)*varbind->val.integer == one->value.number);
		break;
	case VALUE_COUNTER64:
		MUST(varbind->type == ASN_COUNTER64);
		MUST(varbind->val.counter64->low == (u_long)(one->value.counter & UINT32_MAX));
		break;
	case VALUE_TIMETICKS: /* of the library's own clock */
		MUST(varbind->type == ASN_TIMETICKS);
		break;
	case VALUE_OCTETS:
		MUST(varbind->type == ASN_OCTET_STR && is_same_octets(varbind, one));
		break;
	case VALUE_OID:
		MUST(varbind->type == ASN_OBJECT_ID);
		MUST(varbind->val_len == one->value.length * sizeof(oid));
		break;
	}
}

static bool
is_missing(const netsnmp_variable_list *varbind)
{
	return varbind->type == SNMP_NOSUCHOBJECT || varbind->type == SNMP_NOSUCHINSTANCE ||
	       varbind->type == SNMP_ENDOFMIBVIEW || varbind->type == ASN_NULL;
}

static void
check_answer(const netsnmp_variable_list *varbind, const struct known *wanted)
{
	if (wanted == NULL) {
		MUST(is_missing(varbind));
		return;
	}
	MUST(!is_missing(varbind));
	MUST(snmp_oid_compare(varbind->name, varbind->name_length, wanted->name, wanted->length) ==
	     0);
	check_value(varbind, wanted);
}

/* ---- requests ---- */

struct asked {
	oid name[2 * MAX_OID_LEN];
	size_t length;
	bool is_inclusive;
};

static void
add_varbind(struct fuzz_input *input, netsnmp_pdu *pdu, struct asked *asked)
{
	static const oid end[] = { 2, 0 };

	asked->length = make_name(input, asked->name);
	asked->is_inclusive = pdu->command == SNMP_MSG_GETNEXT && fuzz_below(input, 3) == 1;
	MUST(snmp_pdu_add_variable(pdu, asked->name, asked->length,
		 asked->is_inclusive ? ASN_PRIV_INCL_RANGE : ASN_NULL,
		 asked->is_inclusive ? end : NULL, asked->is_inclusive ? sizeof(end) : 0) != NULL);
}

static void
check_bulk(
    const netsnmp_variable_list *varbind, const struct asked *asked, size_t count, long repeats)
{
	const struct known *last[VARBINDS_MAX];

	for (long round = 0; round < repeats; round++) {
		for (size_t i = 0; i < count && varbind != NULL; i++) {
			const struct known *next =
			    round == 0 ? find(asked[i].name, asked[i].length, true, false)
				       : last[i];

			if (round > 0 && next != NULL)
				next = next + 1 < known + known_count ? next + 1 : NULL;
			check_answer(varbind, next);
			last[i] = next;
			varbind = varbind->next_variable;
		}
	}
}

static void
check_each(
    const netsnmp_variable_list *varbind, const struct asked *asked, size_t count, bool or_next)
{
	for (size_t i = 0; i < count; i++, varbind = varbind->next_variable) {
		MUST(varbind != NULL);
		if (!or_next && !is_ours(asked[i].name, asked[i].length))
			MUST(is_missing(varbind));
		else
			check_answer(varbind,
			    find(asked[i].name, asked[i].length, or_next, asked[i].is_inclusive));
	}
}

static void
try_request(struct fuzz_input *input)
{
	static const int commands[] = { SNMP_MSG_GET, SNMP_MSG_GETNEXT, SNMP_MSG_GETBULK };
	int command = commands[fuzz_below(input, FUZZ_COUNT(commands))];
	netsnmp_pdu *pdu = fuzz_snmp_pdu(command, 7);
	struct asked asked[VARBINDS_MAX];
	size_t count = 1 + fuzz_below(input, VARBINDS_MAX);
	long repeats = 1 + fuzz_below(input, REPEATS_MAX);
	const netsnmp_pdu *answer;

	if (command == SNMP_MSG_GETBULK) {
		pdu->non_repeaters = 0;
		pdu->max_repetitions = repeats;
	}
	for (size_t i = 0; i < count; i++)
		add_varbind(input, pdu, &asked[i]);
	answer = fuzz_snmp_ask(pdu);
	MUST(answer != NULL && answer->errstat == SNMP_ERR_NOERROR);
	if (command == SNMP_MSG_GETBULK)
		check_bulk(answer->variables, asked, count, repeats);
	else
		check_each(answer->variables, asked, count, command == SNMP_MSG_GETNEXT);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, data + size };

	set_up();
	do
		try_request(&input);
	while (!fuzz_is_over(&input));
	return 0;
}
