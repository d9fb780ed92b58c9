/* SPDX-License-Identifier: BSD-2-Clause */
/* envsChannelTable: the ways of telling, and what has become of the messages on each. */
#include "snmp/tables.h"

static const struct channel_view *
cell_channel(const struct cell *cell)
{
	return &cell->snapshot->deliveries->channels[cell->row];
}

static bool
get_name(const struct cell *cell, struct value *value)
{
	return value_text(value, cell_channel(cell)->name);
}

static bool
get_accepted(const struct cell *cell, struct value *value)
{
	value->number = cell_channel(cell)->books.accepted;
	return true;
}

static bool
get_delivered(const struct cell *cell, struct value *value)
{
	value->number = cell_channel(cell)->books.delivered;
	return true;
}

static bool
get_deferred(const struct cell *cell, struct value *value)
{
	value->number = cell_channel(cell)->books.deferred;
	return true;
}

static bool
get_expired(const struct cell *cell, struct value *value)
{
	value->number = cell_channel(cell)->books.expired;
	return true;
}

static bool
get_failed(const struct cell *cell, struct value *value)
{
	value->number = cell_channel(cell)->books.failed;
	return true;
}

static bool
get_superseded(const struct cell *cell, struct value *value)
{
	value->number = cell_channel(cell)->books.superseded;
	return true;
}

static bool
get_in_doubt(const struct cell *cell, struct value *value)
{
	value->number = cell_channel(cell)->books.in_doubt;
	return true;
}

static bool
get_pending(const struct cell *cell, struct value *value)
{
	value->number = cell_channel(cell)->pending;
	return true;
}

static bool
get_oldest_age(const struct cell *cell, struct value *value)
{
	const struct channel_view *channel = cell_channel(cell);

	return channel->has_oldest && value_age(value, cell, channel->oldest_ms);
}

static bool
get_last_result(const struct cell *cell, struct value *value)
{
	value->integer = cell_channel(cell)->books.last_result;
	return cell_channel(cell)->books.has_result;
}

static bool
get_last_text(const struct cell *cell, struct value *value)
{
	return value_text(value, cell_channel(cell)->books.last_text);
}

static bool
get_last_success(const struct cell *cell, struct value *value)
{
	int64_t wall_ms = cell_channel(cell)->books.last_success_wall_ms;

	return wall_ms != 0 && value_date(value, wall_ms);
}

static const struct column columns[] = {
	{ 2, "envsChannelName", VALUE_OCTETS, ACCESS_READ_ONLY, get_name },
	{ 3, "envsChannelAccepted", VALUE_COUNTER32, ACCESS_READ_ONLY, get_accepted },
	{ 4, "envsChannelDelivered", VALUE_COUNTER32, ACCESS_READ_ONLY, get_delivered },
	{ 5, "envsChannelDeferred", VALUE_COUNTER32, ACCESS_READ_ONLY, get_deferred },
	{ 6, "envsChannelExpired", VALUE_COUNTER32, ACCESS_READ_ONLY, get_expired },
	{ 7, "envsChannelFailed", VALUE_COUNTER32, ACCESS_READ_ONLY, get_failed },
	{ 8, "envsChannelSuperseded", VALUE_COUNTER32, ACCESS_READ_ONLY, get_superseded },
	{ 9, "envsChannelInDoubt", VALUE_COUNTER32, ACCESS_READ_ONLY, get_in_doubt },
	{ 10, "envsChannelPending", VALUE_GAUGE, ACCESS_READ_ONLY, get_pending },
	{ 11, "envsChannelOldestAge", VALUE_GAUGE, ACCESS_READ_ONLY, get_oldest_age },
	{ 12, "envsChannelLastResult", VALUE_INTEGER, ACCESS_READ_ONLY, get_last_result },
	{ 13, "envsChannelLastText", VALUE_OCTETS, ACCESS_READ_ONLY, get_last_text },
	{ 14, "envsChannelLastSuccess", VALUE_OCTETS, ACCESS_READ_ONLY, get_last_success },
	{ 15, "envsChannelFlush", VALUE_INTEGER, ACCESS_READ_WRITE, get_nothing_asked },
};

static size_t
row_count(const struct snapshot *snapshot)
{
	return snapshot->deliveries != NULL ? snapshot->deliveries->channel_count : 0;
}

static uint32_t
row_index(const struct snapshot *snapshot, size_t row)
{
	return snapshot->deliveries->channels[row].channel;
}

static const uint32_t place[] = { 1, 8, 1, 1 };

static const struct column_operation operations[] = {
	{ 15, OPERATION_FLUSH },
};

const struct table table_channel = {
	.name = "envsChannelTable",
	.place = place,
	.place_length = COLUMN_COUNT(place),
	.columns = columns,
	.column_count = COLUMN_COUNT(columns),
	.row_count = row_count,
	.row_index = row_index,
	.operations = operations,
	.operation_count = COLUMN_COUNT(operations),
};
