/* SPDX-License-Identifier: BSD-2-Clause */
/* envsContactTable. */
#include "conf/conf_idle.h"
#include "snmp/tables.h"

/* Rows that are not active lie among the others. */
static const struct conf_contact *
contact_of(const struct cell *cell)
{
	return conf_row_at(cell->snapshot->conf, CONF_CONTACT, cell->row);
}

static bool
get_contact_setting(const struct cell *cell, struct value *value)
{
	return get_setting(cell, CONF_CONTACT, contact_of(cell), value);
}

/* What became of its mails; of one that is not active nothing is known. */
static const struct contact_books *
books_of(const struct cell *cell)
{
	static const struct contact_books nothing;
	const struct mail_view *mail = cell->snapshot->mail;

	for (size_t i = 0; mail != NULL && i < mail->contact_count; i++)
		if (mail->contacts[i].index == contact_of(cell)->index)
			return &mail->contacts[i].books;
	return &nothing;
}

static bool
get_sent(const struct cell *cell, struct value *value)
{
	value->number = books_of(cell)->sent;
	return true;
}

static bool
get_last_result(const struct cell *cell, struct value *value)
{
	value->integer = books_of(cell)->last_result;
	return books_of(cell)->has_result;
}

static bool
get_storage_type(const struct cell *cell, struct value *value)
{
	value->integer = contact_of(cell)->storage;
	return true;
}

static bool
get_row_status(const struct cell *cell, struct value *value)
{
	return get_status(cell, CONF_CONTACT, value);
}

static const struct column columns[] = {
	{ 2, "envsContactName", VALUE_OCTETS, ACCESS_READ_CREATE, get_contact_setting },
	{ 3, "envsContactAddress", VALUE_OCTETS, ACCESS_READ_CREATE, get_contact_setting },
	{ 4, "envsContactMinSeverity", VALUE_INTEGER, ACCESS_READ_CREATE, get_contact_setting },
	{ 5, "envsContactSensors", VALUE_OCTETS, ACCESS_READ_CREATE, get_contact_setting },
	{ 6, "envsContactEnabled", VALUE_INTEGER, ACCESS_READ_CREATE, get_contact_setting },
	{ 7, "envsContactClears", VALUE_INTEGER, ACCESS_READ_CREATE, get_contact_setting },
	{ 8, "envsContactEscalateAfter", VALUE_UNSIGNED, ACCESS_READ_CREATE, get_contact_setting },
	{ 9, "envsContactHeartbeat", VALUE_INTEGER, ACCESS_READ_CREATE, get_contact_setting },
	{ 10, "envsContactSent", VALUE_COUNTER32, ACCESS_READ_ONLY, get_sent },
	{ 11, "envsContactLastResult", VALUE_INTEGER, ACCESS_READ_ONLY, get_last_result },
	{ 12, "envsContactStorageType", VALUE_INTEGER, ACCESS_READ_ONLY, get_storage_type },
	{ 13, "envsContactRowStatus", VALUE_INTEGER, ACCESS_READ_CREATE, get_row_status },
};

static size_t
row_count(const struct snapshot *snapshot)
{
	return conf_row_count(snapshot->conf, CONF_CONTACT);
}

static uint32_t
row_index(const struct snapshot *snapshot, size_t row)
{
	const struct conf_contact *contact = conf_row_at(snapshot->conf, CONF_CONTACT, row);

	return contact->index;
}

static const uint32_t place[] = { 1, 7, 10, 1 };

static const enum conf_object settings = CONF_CONTACT;
static const struct column_operation operations[] = {
	{ 13, OPERATION_ROW_STATUS },
};

const struct table table_contact = {
	.name = "envsContactTable",
	.place = place,
	.place_length = COLUMN_COUNT(place),
	.columns = columns,
	.column_count = COLUMN_COUNT(columns),
	.row_count = row_count,
	.row_index = row_index,
	.settings = &settings,
	.operations = operations,
	.operation_count = COLUMN_COUNT(operations),
};
