/* SPDX-License-Identifier: BSD-2-Clause */
/* envsRelayTable. */
#include "conf/conf_idle.h"
#include "snmp/tables.h"

/* Rows that are not active lie among the others. */
static const struct conf_relay *
relay_of(const struct cell *cell)
{
	return conf_row_at(cell->snapshot->conf, CONF_RELAY, cell->row);
}

static bool
get_relay_setting(const struct cell *cell, struct value *value)
{
	return get_setting(cell, CONF_RELAY, relay_of(cell), value);
}

static bool
get_password_set(const struct cell *cell, struct value *value)
{
	value->integer = relay_of(cell)->password[0] != '\0' ? 1 : 2; /* TruthValue */
	return true;
}

/* How it is; of one that is not active nothing is known. */
static const struct relay_view *
view_of(const struct cell *cell)
{
	static const struct relay_view nothing = { .state = RELAY_STATE_UNKNOWN };
	const struct mail_view *mail = cell->snapshot->mail;

	for (size_t i = 0; mail != NULL && i < mail->relay_count; i++)
		if (mail->relays[i].index == relay_of(cell)->index)
			return &mail->relays[i];
	return &nothing;
}

static bool
get_state(const struct cell *cell, struct value *value)
{
	value->integer = view_of(cell)->state;
	return true;
}

static bool
get_last_result(const struct cell *cell, struct value *value)
{
	value->integer = view_of(cell)->result;
	return view_of(cell)->has_result;
}

static bool
get_last_code(const struct cell *cell, struct value *value)
{
	value->integer = view_of(cell)->code;
	return view_of(cell)->has_result && value->integer != 0;
}

static bool
get_last_text(const struct cell *cell, struct value *value)
{
	return value_text(value, view_of(cell)->text);
}

static bool
get_last_success(const struct cell *cell, struct value *value)
{
	int64_t wall_ms = view_of(cell)->last_success_wall_ms;

	return wall_ms != 0 && value_date(value, wall_ms);
}

static bool
get_latency(const struct cell *cell, struct value *value)
{
	value->number = view_of(cell)->latency_ms;
	return view_of(cell)->last_success_wall_ms != 0;
}

static bool
get_certificate_days(const struct cell *cell, struct value *value)
{
	value->integer = view_of(cell)->days;
	return view_of(cell)->has_days;
}

static bool
get_storage_type(const struct cell *cell, struct value *value)
{
	value->integer = relay_of(cell)->storage;
	return true;
}

static bool
get_row_status(const struct cell *cell, struct value *value)
{
	return get_status(cell, CONF_RELAY, value);
}

static const struct column columns[] = {
	{ 2, "envsRelayHost", VALUE_OCTETS, ACCESS_READ_CREATE, get_relay_setting },
	{ 3, "envsRelayPort", VALUE_UNSIGNED, ACCESS_READ_CREATE, get_relay_setting },
	{ 4, "envsRelaySecurity", VALUE_INTEGER, ACCESS_READ_CREATE, get_relay_setting },
	{ 5, "envsRelayUser", VALUE_OCTETS, ACCESS_READ_CREATE, get_relay_setting },
	{ 6, "envsRelayPassword", VALUE_OCTETS, ACCESS_READ_CREATE, get_relay_setting },
	{ 7, "envsRelayPasswordSet", VALUE_INTEGER, ACCESS_READ_ONLY, get_password_set },
	{ 8, "envsRelayState", VALUE_INTEGER, ACCESS_READ_ONLY, get_state },
	{ 9, "envsRelayLastResult", VALUE_INTEGER, ACCESS_READ_ONLY, get_last_result },
	{ 10, "envsRelayLastCode", VALUE_INTEGER, ACCESS_READ_ONLY, get_last_code },
	{ 11, "envsRelayLastText", VALUE_OCTETS, ACCESS_READ_ONLY, get_last_text },
	{ 12, "envsRelayLastSuccess", VALUE_OCTETS, ACCESS_READ_ONLY, get_last_success },
	{ 13, "envsRelayLatency", VALUE_GAUGE, ACCESS_READ_ONLY, get_latency },
	{ 14, "envsRelayCertificateDays", VALUE_INTEGER, ACCESS_READ_ONLY, get_certificate_days },
	{ 15, "envsRelayStorageType", VALUE_INTEGER, ACCESS_READ_ONLY, get_storage_type },
	{ 16, "envsRelayRowStatus", VALUE_INTEGER, ACCESS_READ_CREATE, get_row_status },
};

static size_t
row_count(const struct snapshot *snapshot)
{
	return conf_row_count(snapshot->conf, CONF_RELAY);
}

static uint32_t
row_index(const struct snapshot *snapshot, size_t row)
{
	const struct conf_relay *relay = conf_row_at(snapshot->conf, CONF_RELAY, row);

	return relay->index;
}

static const uint32_t place[] = { 1, 7, 9, 1 };

static const enum conf_object settings = CONF_RELAY;
static const struct column_operation operations[] = {
	{ 16, OPERATION_ROW_STATUS },
};

const struct table table_relay = {
	.name = "envsRelayTable",
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
