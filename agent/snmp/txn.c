/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/conf_idle.h"
#include "core/text.h"
#include "snmp/txn_private.h"
#include "snmp/txn_value.h"

struct txn *
txn_new(const struct snapshot *snapshot, const struct conf_drivers *drivers, int64_t now_ms)
{
	struct txn *txn = calloc(1, sizeof(*txn));

	if (txn == NULL)
		return NULL;
	txn->snapshot = snapshot;
	txn->drivers = drivers;
	txn->now_ms = now_ms;
	return txn;
}

static void
free_slots(struct txn *txn)
{
	if (txn->slots != NULL) /* a password may be among them */
		explicit_bzero(txn->slots, txn->room * sizeof(*txn->slots));
	free(txn->slots);
}

void
txn_free(struct txn *txn)
{
	if (txn == NULL)
		return;
	change_free(txn->change);
	change_free(txn->late);
	free_slots(txn);
	free(txn);
}

struct change *
txn_take_change(struct txn *txn)
{
	struct change *change = txn->change;

	txn->change = NULL;
	return change;
}

struct change *
txn_take_late(struct txn *txn)
{
	struct change *late = txn->late;

	txn->late = NULL;
	return late;
}

/* ---- one for itself ---- */

static enum operation
find_operation(const struct table *table, uint64_t column)
{
	for (size_t i = 0; i < table->operation_count; i++)
		if (table->operations[i].column == column)
			return table->operations[i].operation;
	return OPERATION_NONE;
}

/* The file decides whether secrets can be set. */
static bool
is_allowed(const struct txn *txn, const struct field *field)
{
	return (field->flags & FIELD_SECRET) == 0 || txn->snapshot->conf->mail.allow_secret_set;
}

/* False: nothing of that column can be set. */
static bool
find_meaning(const struct txn *txn, const struct set_varbind *varbind, struct slot *slot)
{
	const struct table *table = varbind->table;
	const struct column *column = table_column(table, varbind->column);
	const struct field *field = NULL;

	if (column == NULL || column->access == ACCESS_READ_ONLY)
		return false;
	slot->operation = find_operation(table, varbind->column);
	if (slot->operation != OPERATION_NONE)
		return true;
	if (table->settings != NULL)
		field = schema_column(*table->settings, column->number);
	if (field == NULL || (field->flags & FIELD_WRITABLE) == 0 || !is_allowed(txn, field))
		return false;
	slot->field = field;
	return true;
}

static enum set_error
check_value(const struct txn *txn, const struct slot *slot, const struct set_varbind *varbind)
{
	union scratch scratch;

	if (slot->field == NULL)
		return txn_check_operation(
		    slot->operation, varbind, txn->snapshot->conf->agent.max_shelve_s);
	assert(slot->field->offset + slot->field->size <= sizeof(scratch));
	return txn_put_setting(slot->field, varbind, &scratch);
}

/* The row in the snapshot; row_count: it is not there. */
size_t
txn_row(const struct txn *txn, const struct set_varbind *varbind)
{
	const struct table *table = varbind->table;
	size_t count = table->row_count(txn->snapshot), row;

	if (!varbind->has_index)
		return count;
	row = table_find(table, txn->snapshot, varbind->index);
	if (row < count && table_index(table, txn->snapshot, row) != varbind->index)
		row = count;
	return row;
}

bool
txn_has_row(const struct txn *txn, const struct set_varbind *varbind)
{
	return txn_row(txn, varbind) < varbind->table->row_count(txn->snapshot);
}

/* 0: none of such an object can be made. */
static uint32_t
next_index(const struct txn *txn, const struct table *table)
{
	const struct live_agent *agent = &txn->snapshot->agent;

	if (table->settings == NULL || !conf_can_idle(*table->settings))
		return 0;
	if (*table->settings == CONF_RELAY)
		return agent->next_relay_index;
	return *table->settings == CONF_CONTACT ? agent->next_contact_index
	                                        : agent->next_sensor_index;
}

/* A row that is not there yet may be made: its index was never used.  To destroy what is not there
 * (any more) is no error (RFC 2579, RowStatus). */
static enum set_error
check_row(const struct txn *txn, const struct slot *meaning, const struct set_varbind *varbind)
{
	uint32_t next = next_index(txn, varbind->table);
	bool is_end =
	    meaning->operation == OPERATION_ROW_STATUS && varbind->integer == ROW_STATUS_DESTROY;

	if (txn_has_row(txn, varbind))
		return SET_OK;
	if (!varbind->has_index || next == 0 || varbind->index == 0 || varbind->index > INT32_MAX)
		return SET_NO_CREATION;
	return is_end || varbind->index >= next ? SET_OK : SET_NO_CREATION;
}

/* The slot of that number, made if need be; NULL: out of memory. */
static struct slot *
make_slot(struct txn *txn, unsigned number)
{
	size_t room = txn->room == 0 ? 16 : 2 * txn->room, at = 0;
	struct slot *slots;

	while (at < txn->count && txn->slots[at].varbind.number < number)
		at++;
	if (at < txn->count && txn->slots[at].varbind.number == number)
		return &txn->slots[at];
	if (txn->count == txn->room) {
		slots = calloc(room, sizeof(*slots));
		if (slots == NULL)
			return NULL;
		if (txn->count > 0)
			memcpy(slots, txn->slots, txn->count * sizeof(*slots));
		free_slots(txn);
		txn->slots = slots;
		txn->room = room;
	}
	memmove(&txn->slots[at + 1], &txn->slots[at], (txn->count - at) * sizeof(txn->slots[0]));
	txn->count++;
	return &txn->slots[at];
}

enum set_error
txn_add(struct txn *txn, const struct set_varbind *varbind)
{
	struct slot meaning = { 0 }, *slot;
	enum set_error error;

	if (!find_meaning(txn, varbind, &meaning))
		return SET_NOT_WRITABLE;
	error = check_value(txn, &meaning, varbind);
	if (error == SET_OK)
		error = check_row(txn, &meaning, varbind);
	if (error != SET_OK)
		return error;
	slot = make_slot(txn, varbind->number);
	if (slot == NULL)
		return SET_RESOURCE_UNAVAILABLE;
	*slot = meaning;
	slot->varbind = *varbind;
	if (varbind->type == VALUE_OCTETS)
		memcpy(slot->octets, varbind->octets, varbind->length); /* below 256 */
	slot->varbind.octets = NULL;
	return SET_OK;
}

/* ---- all together ---- */

enum set_error
judge_blame(struct judge *judge, const struct slot *slot, enum set_error error)
{
	judge->fault = slot;
	return error;
}

static enum set_error
judge_slot(struct judge *judge, const struct slot *slot)
{
	for (const struct slot *other = judge->txn->slots; other < slot; other++) {
		if (other->varbind.table != slot->varbind.table ||
		    other->varbind.column != slot->varbind.column ||
		    other->varbind.index != slot->varbind.index)
			continue;
		err_set(judge->err, -EINVAL, "the same variable is set twice");
		return judge_blame(judge, slot, SET_INCONSISTENT_VALUE);
	}
	return txn_plan(judge, slot);
}

static const struct slot *
slot_of(const struct txn *txn, unsigned number)
{
	for (size_t i = 0; i < txn->count; i++)
		if (txn->slots[i].varbind.number == number)
			return &txn->slots[i];
	return &txn->slots[0];
}

/* Settings fit each other and all that is there. */
static enum set_error
check_settings(struct judge *judge)
{
	struct txn *txn = judge->txn;
	struct change *change = txn->change;
	size_t item = 0;
	int r;

	change->generation = txn->snapshot->conf->generation;
	if (!change_is_of_conf(change))
		return SET_OK;
	r = change_apply(change, txn->snapshot->conf, txn->drivers, txn->now_ms, &change->candidate,
	    &item, judge->err);
	if (r == 0)
		return SET_OK;
	return judge_blame(judge, slot_of(txn, change->items[item].varbind),
	    r == -ENOMEM ? SET_RESOURCE_UNAVAILABLE : SET_INCONSISTENT_VALUE);
}

enum set_error
txn_check(struct txn *txn, unsigned *ret_varbind, struct err *err)
{
	struct judge judge = { .txn = txn, .err = err };
	enum set_error error = SET_OK;

	change_free(txn->change);
	change_free(txn->late);
	txn->change = change_new();
	txn->late = change_new();
	judge.fault = txn->slots;
	if (txn->change == NULL || txn->late == NULL)
		error = SET_RESOURCE_UNAVAILABLE;
	for (size_t i = 0; i < txn->count && error == SET_OK; i++)
		error = judge_slot(&judge, &txn->slots[i]);
	if (error == SET_OK)
		error = check_settings(&judge);
	if (error != SET_OK && judge.fault != NULL)
		*ret_varbind = judge.fault->varbind.number;
	return error;
}
