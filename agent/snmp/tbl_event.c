/* SPDX-License-Identifier: BSD-2-Clause */
/* envsEvent: the log of what happened, and two scalars about it. */
#include "core/event_text.h"
#include "snmp/tables.h"

static const struct record *
cell_event(const struct cell *cell)
{
	if (cell->event != NULL)
		return cell->event;
	return event_view_at(cell->snapshot->events, cell->row);
}

static bool
get_kind(const struct cell *cell, struct value *value)
{
	value->integer = cell_event(cell)->kind;
	return true;
}

static bool
get_alarm_id(const struct cell *cell, struct value *value)
{
	value->number = cell_event(cell)->alarm_id;
	return true;
}

static bool
get_sensor(const struct cell *cell, struct value *value)
{
	value->number = cell_event(cell)->sensor;
	return true;
}

static bool
get_source(const struct cell *cell, struct value *value)
{
	return value_text(value, cell_event(cell)->source);
}

static bool
get_severity(const struct cell *cell, struct value *value)
{
	value->integer = cell_event(cell)->severity;
	return true;
}

static bool
get_previous_severity(const struct cell *cell, struct value *value)
{
	value->integer = cell_event(cell)->previous_severity;
	return true;
}

static bool
get_value(const struct cell *cell, struct value *value)
{
	value->integer = cell_event(cell)->value_milli;
	return cell_event(cell)->has_value;
}

static bool
get_limit(const struct cell *cell, struct value *value)
{
	value->integer = cell_event(cell)->limit_milli;
	return cell_event(cell)->has_limit;
}

static bool
get_unit(const struct cell *cell, struct value *value)
{
	event_unit(cell_event(cell), value->room, EVENT_UNIT_SIZE);
	return value_text(value, value->room);
}

static bool
get_time(const struct cell *cell, struct value *value)
{
	return value_date(value, cell_event(cell)->wall_ms);
}

static bool
get_reason(const struct cell *cell, struct value *value)
{
	event_reason(cell_event(cell), value->room, EVENT_REASON_SIZE);
	return value_text(value, value->room);
}

static bool
get_text(const struct cell *cell, struct value *value)
{
	event_text(cell_event(cell), value->room, sizeof(value->room));
	return value_text(value, value->room);
}

static bool
get_seq(const struct cell *cell, struct value *value)
{
	value->number = cell_event(cell)->seq;
	return true;
}

static const struct column columns[] = {
	{ 2, "envsEventKind", VALUE_INTEGER, ACCESS_READ_ONLY, get_kind },
	{ 3, "envsEventAlarmId", VALUE_UNSIGNED, ACCESS_READ_ONLY, get_alarm_id },
	{ 4, "envsEventSensor", VALUE_UNSIGNED, ACCESS_READ_ONLY, get_sensor },
	{ 5, "envsEventSource", VALUE_OCTETS, ACCESS_READ_ONLY, get_source },
	{ 6, "envsEventSeverity", VALUE_INTEGER, ACCESS_READ_ONLY, get_severity },
	{ 7, "envsEventPreviousSeverity", VALUE_INTEGER, ACCESS_READ_ONLY, get_previous_severity },
	{ 8, "envsEventValue", VALUE_INTEGER, ACCESS_READ_ONLY, get_value },
	{ 9, "envsEventLimit", VALUE_INTEGER, ACCESS_READ_ONLY, get_limit },
	{ 10, "envsEventUnit", VALUE_OCTETS, ACCESS_READ_ONLY, get_unit },
	{ 11, "envsEventTime", VALUE_OCTETS, ACCESS_READ_ONLY, get_time },
	{ 12, "envsEventReason", VALUE_OCTETS, ACCESS_READ_ONLY, get_reason },
	{ 13, "envsEventText", VALUE_OCTETS, ACCESS_READ_ONLY, get_text },
	{ 14, "envsEventSeq", VALUE_UNSIGNED, ACCESS_READ_ONLY, get_seq },
};

static size_t
row_count(const struct snapshot *snapshot)
{
	return event_view_count(snapshot->events);
}

static uint32_t
row_index(const struct snapshot *snapshot, size_t row)
{
	return snapshot->events->first_seq + (uint32_t)row;
}

static const uint32_t place[] = { 1, 6, 3, 1 };

const struct table table_event = {
	.name = "envsEventTable",
	.place = place,
	.place_length = COLUMN_COUNT(place),
	.columns = columns,
	.column_count = COLUMN_COUNT(columns),
	.row_count = row_count,
	.row_index = row_index,
};

static bool
get_first_seq(const struct cell *cell, struct value *value)
{
	const struct event_view *events = cell->snapshot->events;

	value->number = events != NULL ? events->first_seq : 0;
	return true;
}

static bool
get_maximum(const struct cell *cell, struct value *value)
{
	return get_setting(cell, CONF_EVENT, &cell->snapshot->conf->event, value);
}

static const struct column column_first_seq[] = {
	{ 1, "envsEventFirstSeq", VALUE_UNSIGNED, ACCESS_READ_ONLY, get_first_seq },
};
static const struct column column_maximum[] = {
	{ 2, "envsEventMaximum", VALUE_UNSIGNED, ACCESS_READ_WRITE, get_maximum },
};

static const uint32_t scalars_place[] = { 1, 6 };
static const enum conf_object settings = CONF_EVENT;

const struct table table_event_first_seq = {
	.name = "envsEventFirstSeq",
	.place = scalars_place,
	.place_length = COLUMN_COUNT(scalars_place),
	.is_one_scalar = true,
	.columns = column_first_seq,
	.column_count = COLUMN_COUNT(column_first_seq),
	.row_count = scalars_row_count,
	.row_index = scalars_row_index,
};

const struct table table_event_maximum = {
	.name = "envsEventMaximum",
	.place = scalars_place,
	.place_length = COLUMN_COUNT(scalars_place),
	.is_one_scalar = true,
	.columns = column_maximum,
	.column_count = COLUMN_COUNT(column_maximum),
	.row_count = scalars_row_count,
	.row_index = scalars_row_index,
	.settings = &settings,
};
