/* SPDX-License-Identifier: BSD-2-Clause */
/* envsDelivery: the queue, row by row, and its settings. */
#include "snmp/tables.h"

static const struct delivery *
cell_delivery(const struct cell *cell)
{
	return &cell->snapshot->deliveries->rows[cell->row];
}

static bool
get_channel(const struct cell *cell, struct value *value)
{
	value->integer = cell_delivery(cell)->channel;
	return true;
}

static bool
get_destination(const struct cell *cell, struct value *value)
{
	return value_text(value, cell_delivery(cell)->destination);
}

static bool
get_event_seq(const struct cell *cell, struct value *value)
{
	value->number = cell_delivery(cell)->seq;
	return true;
}

static bool
get_state(const struct cell *cell, struct value *value)
{
	value->integer = cell_delivery(cell)->state;
	return true;
}

static bool
get_attempts(const struct cell *cell, struct value *value)
{
	value->number = cell_delivery(cell)->attempts;
	return true;
}

static bool
get_created(const struct cell *cell, struct value *value)
{
	return value_date(value, cell_delivery(cell)->created_wall_ms);
}

/* Until then, in seconds from now, upwards. */
static uint32_t
seconds_left(const struct cell *cell, int64_t until_ms)
{
	if (until_ms == INT64_MAX || until_ms <= cell->now_ms)
		return 0;
	return (uint32_t)((until_ms - cell->now_ms + 999) / 1000);
}

static bool
get_next_attempt(const struct cell *cell, struct value *value)
{
	value->number = seconds_left(cell, cell_delivery(cell)->next_ms);
	return delivery_is_waiting(cell_delivery(cell));
}

static bool
get_useful_left(const struct cell *cell, struct value *value)
{
	value->number = seconds_left(cell, cell_delivery(cell)->useful_until_ms);
	return !delivery_is_final(cell_delivery(cell));
}

static bool
get_result(const struct cell *cell, struct value *value)
{
	value->integer = cell_delivery(cell)->result;
	return cell_delivery(cell)->has_result;
}

static bool
get_code(const struct cell *cell, struct value *value)
{
	value->integer = cell_delivery(cell)->code;
	return value->integer != 0;
}

static bool
get_reply(const struct cell *cell, struct value *value)
{
	const struct delivery *delivery = cell_delivery(cell);

	if (delivery->reply[0] == '\0' && delivery->has_result && delivery->result != RESULT_OK)
		return value_text(value, result_text(delivery->result));
	return value_text(value, delivery->reply);
}

static bool
get_relay(const struct cell *cell, struct value *value)
{
	return value_text(value, cell_delivery(cell)->relay);
}

static bool
get_phase(const struct cell *cell, struct value *value)
{
	const struct delivery *delivery = cell_delivery(cell);

	return value_text(value, delivery->phase != NULL ? delivery->phase : "");
}

static bool
get_enhanced(const struct cell *cell, struct value *value)
{
	return value_text(value, cell_delivery(cell)->enhanced);
}

static bool
get_latency(const struct cell *cell, struct value *value)
{
	value->number = cell_delivery(cell)->took_ms;
	return cell_delivery(cell)->is_fresh;
}

static const struct column columns[] = {
	{ 2, "envsDeliveryChannel", VALUE_INTEGER, ACCESS_READ_ONLY, get_channel },
	{ 3, "envsDeliveryDestination", VALUE_OCTETS, ACCESS_READ_ONLY, get_destination },
	{ 4, "envsDeliveryEventSeq", VALUE_UNSIGNED, ACCESS_READ_ONLY, get_event_seq },
	{ 5, "envsDeliveryState", VALUE_INTEGER, ACCESS_READ_ONLY, get_state },
	{ 6, "envsDeliveryAttempts", VALUE_GAUGE, ACCESS_READ_ONLY, get_attempts },
	{ 7, "envsDeliveryCreated", VALUE_OCTETS, ACCESS_READ_ONLY, get_created },
	{ 8, "envsDeliveryNextAttempt", VALUE_GAUGE, ACCESS_READ_ONLY, get_next_attempt },
	{ 9, "envsDeliveryUsefulLeft", VALUE_GAUGE, ACCESS_READ_ONLY, get_useful_left },
	{ 10, "envsDeliveryResult", VALUE_INTEGER, ACCESS_READ_ONLY, get_result },
	{ 11, "envsDeliveryCode", VALUE_INTEGER, ACCESS_READ_ONLY, get_code },
	{ 12, "envsDeliveryReply", VALUE_OCTETS, ACCESS_READ_ONLY, get_reply },
	{ 13, "envsDeliveryRelay", VALUE_OCTETS, ACCESS_READ_ONLY, get_relay },
	{ 14, "envsDeliveryAction", VALUE_INTEGER, ACCESS_READ_WRITE, get_nothing_asked },
	{ 15, "envsDeliveryPhase", VALUE_OCTETS, ACCESS_READ_ONLY, get_phase },
	{ 16, "envsDeliveryEnhancedCode", VALUE_OCTETS, ACCESS_READ_ONLY, get_enhanced },
	{ 17, "envsDeliveryLatency", VALUE_GAUGE, ACCESS_READ_ONLY, get_latency },
};

static size_t
row_count(const struct snapshot *snapshot)
{
	return snapshot->deliveries != NULL ? snapshot->deliveries->count : 0;
}

static uint32_t
row_index(const struct snapshot *snapshot, size_t row)
{
	return snapshot->deliveries->rows[row].id;
}

static const uint32_t place[] = { 1, 8, 2, 1 };

static const struct column_operation operations[] = {
	{ 14, OPERATION_DELIVERY_ACTION },
};

const struct table table_delivery = {
	.name = "envsDeliveryTable",
	.place = place,
	.place_length = COLUMN_COUNT(place),
	.columns = columns,
	.column_count = COLUMN_COUNT(columns),
	.row_count = row_count,
	.row_index = row_index,
	.operations = operations,
	.operation_count = COLUMN_COUNT(operations),
};

/* ---- settings ---- */

static bool
get_delivery_setting(const struct cell *cell, struct value *value)
{
	return get_setting(cell, CONF_DELIVERY, &cell->snapshot->conf->delivery, value);
}

static const struct column settings[] = {
	{ 3, "envsDeliveryMaximum", VALUE_UNSIGNED, ACCESS_READ_WRITE, get_delivery_setting },
	{ 4, "envsDeliveryRetryBase", VALUE_UNSIGNED, ACCESS_READ_WRITE, get_delivery_setting },
	{ 5, "envsDeliveryRetryCap", VALUE_UNSIGNED, ACCESS_READ_WRITE, get_delivery_setting },
	{ 6, "envsDeliveryUsefulFor", VALUE_UNSIGNED, ACCESS_READ_WRITE, get_delivery_setting },
};

static const uint32_t settings_place[] = { 1, 8 };
static const enum conf_object settings_object = CONF_DELIVERY;

#define SETTING_TABLE(title, nth)                                                             \
	{                                                                                     \
		.name = title, .place = settings_place,                                       \
		.place_length = COLUMN_COUNT(settings_place), .is_one_scalar = true,          \
		.columns = &settings[nth], .column_count = 1, .row_count = scalars_row_count, \
		.row_index = scalars_row_index, .settings = &settings_object,                 \
	}

const struct table table_delivery_maximum = SETTING_TABLE("envsDeliveryMaximum", 0);
const struct table table_delivery_retry_base = SETTING_TABLE("envsDeliveryRetryBase", 1);
const struct table table_delivery_retry_cap = SETTING_TABLE("envsDeliveryRetryCap", 2);
const struct table table_delivery_useful_for = SETTING_TABLE("envsDeliveryUsefulFor", 3);
