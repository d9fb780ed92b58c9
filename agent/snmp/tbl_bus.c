/* SPDX-License-Identifier: BSD-2-Clause */
/* envsBusTable. */
#include "snmp/tables.h"

static const struct live_bus *
cell_live_bus(const struct cell *cell)
{
	return &cell->snapshot->live->buses[cell->row];
}

static bool
get_bus_setting(const struct cell *cell, struct value *value)
{
	return get_setting(cell, CONF_BUS, &cell->snapshot->conf->buses[cell->row], value);
}

static bool
get_state(const struct cell *cell, struct value *value)
{
	value->integer = cell_live_bus(cell)->state;
	return true;
}

static bool
get_last_error(const struct cell *cell, struct value *value)
{
	return value_text(value, cell_live_bus(cell)->last_error);
}

static bool
get_requests(const struct cell *cell, struct value *value)
{
	value->counter = cell_live_bus(cell)->counters.requests;
	return true;
}

static bool
get_timeouts(const struct cell *cell, struct value *value)
{
	value->counter = cell_live_bus(cell)->counters.timeouts;
	return true;
}

static bool
get_bad_replies(const struct cell *cell, struct value *value)
{
	value->counter = cell_live_bus(cell)->counters.bad_replies;
	return true;
}

static bool
get_exceptions(const struct cell *cell, struct value *value)
{
	value->counter = cell_live_bus(cell)->counters.exceptions;
	return true;
}

static bool
get_reopens(const struct cell *cell, struct value *value)
{
	value->number = cell_live_bus(cell)->counters.reopens;
	return true;
}

static bool
get_cycle_time(const struct cell *cell, struct value *value)
{
	value->number = cell_live_bus(cell)->cycle_ms;
	return cell_live_bus(cell)->has_cycle;
}

static bool
get_cycle_overruns(const struct cell *cell, struct value *value)
{
	value->number = cell_live_bus(cell)->counters.overruns;
	return true;
}

static bool
get_sensor_count(const struct cell *cell, struct value *value)
{
	value->number = cell_live_bus(cell)->sensor_count;
	return true;
}

static bool
get_storage_type(const struct cell *cell, struct value *value)
{
	(void)cell;
	value->integer = STORAGE_PERMANENT; /* buses stand in the file only */
	return true;
}

static const struct column columns[] = {
	{ 2, "envsBusName", VALUE_OCTETS, ACCESS_READ_ONLY, get_bus_setting },
	{ 3, "envsBusDriver", VALUE_OCTETS, ACCESS_READ_ONLY, get_bus_setting },
	{ 4, "envsBusEndpoint", VALUE_OCTETS, ACCESS_READ_ONLY, get_bus_setting },
	{ 5, "envsBusAdminState", VALUE_INTEGER, ACCESS_READ_WRITE, get_bus_setting },
	{ 6, "envsBusState", VALUE_INTEGER, ACCESS_READ_ONLY, get_state },
	{ 7, "envsBusPollInterval", VALUE_UNSIGNED, ACCESS_READ_WRITE, get_bus_setting },
	{ 8, "envsBusTimeout", VALUE_UNSIGNED, ACCESS_READ_WRITE, get_bus_setting },
	{ 9, "envsBusLastError", VALUE_OCTETS, ACCESS_READ_ONLY, get_last_error },
	{ 10, "envsBusRequests", VALUE_COUNTER64, ACCESS_READ_ONLY, get_requests },
	{ 11, "envsBusTimeouts", VALUE_COUNTER64, ACCESS_READ_ONLY, get_timeouts },
	{ 12, "envsBusBadReplies", VALUE_COUNTER64, ACCESS_READ_ONLY, get_bad_replies },
	{ 13, "envsBusExceptions", VALUE_COUNTER64, ACCESS_READ_ONLY, get_exceptions },
	{ 14, "envsBusReopens", VALUE_COUNTER32, ACCESS_READ_ONLY, get_reopens },
	{ 15, "envsBusCycleTime", VALUE_GAUGE, ACCESS_READ_ONLY, get_cycle_time },
	{ 16, "envsBusCycleOverruns", VALUE_COUNTER32, ACCESS_READ_ONLY, get_cycle_overruns },
	{ 17, "envsBusSensorCount", VALUE_GAUGE, ACCESS_READ_ONLY, get_sensor_count },
	{ 18, "envsBusStorageType", VALUE_INTEGER, ACCESS_READ_ONLY, get_storage_type },
};

static size_t
row_count(const struct snapshot *snapshot)
{
	return snapshot->conf->bus_count;
}

static uint32_t
row_index(const struct snapshot *snapshot, size_t row)
{
	return snapshot->conf->buses[row].index;
}

static const uint32_t place[] = { 1, 2, 1, 1 };

static const enum conf_object settings = CONF_BUS;

const struct table table_bus = {
	.name = "envsBusTable",
	.place = place,
	.place_length = COLUMN_COUNT(place),
	.columns = columns,
	.column_count = COLUMN_COUNT(columns),
	.row_count = row_count,
	.row_index = row_index,
	.settings = &settings,
};
