/* SPDX-License-Identifier: BSD-2-Clause */
/* envsAlarmTable: what is active or still listed. */
#include "core/event_text.h"
#include "snmp/tables.h"

static const struct alarm_row *
cell_alarm(const struct cell *cell)
{
	return &cell->snapshot->alarms->rows[cell->row];
}

static bool
get_sensor(const struct cell *cell, struct value *value)
{
	value->number = cell_alarm(cell)->sensor;
	return true;
}

static bool
get_source(const struct cell *cell, struct value *value)
{
	return value_text(value, cell_alarm(cell)->source);
}

static bool
get_kind(const struct cell *cell, struct value *value)
{
	value->integer = cell_alarm(cell)->alarm.kind;
	return true;
}

static bool
get_severity(const struct cell *cell, struct value *value)
{
	value->integer = cell_alarm(cell)->alarm.severity;
	return true;
}

static bool
get_zone(const struct cell *cell, struct value *value)
{
	const struct alarm *alarm = &cell_alarm(cell)->alarm;

	value->integer = alarm_is_open(alarm) ? alarm->zone : ZONE_NORMAL;
	return true;
}

static bool
get_raised_time(const struct cell *cell, struct value *value)
{
	return value_date(value, cell_alarm(cell)->raised_wall_ms);
}

static bool
get_raised_seq(const struct cell *cell, struct value *value)
{
	value->number = cell_alarm(cell)->raised_seq;
	return true;
}

static bool
get_value(const struct cell *cell, struct value *value)
{
	value->integer = cell_alarm(cell)->alarm.value_milli;
	return cell_alarm(cell)->has_value;
}

static bool
get_peak(const struct cell *cell, struct value *value)
{
	value->integer = cell_alarm(cell)->alarm.peak_milli;
	return cell_alarm(cell)->has_value;
}

static bool
get_limit(const struct cell *cell, struct value *value)
{
	value->integer = cell_alarm(cell)->alarm.limit_milli;
	return cell_alarm(cell)->has_value;
}

static bool
get_state(const struct cell *cell, struct value *value)
{
	value->integer = cell_alarm(cell)->alarm.state;
	return true;
}

static bool
get_note(const struct cell *cell, struct value *value)
{
	return value_text(value, cell_alarm(cell)->note);
}

static bool
get_notified(const struct cell *cell, struct value *value)
{
	value->number = cell_alarm(cell)->notified;
	return true;
}

static bool
get_text(const struct cell *cell, struct value *value)
{
	alarm_text(cell_alarm(cell), value->room, sizeof(value->room));
	return value_text(value, value->room);
}

static const struct column columns[] = {
	{ 2, "envsAlarmSensor", VALUE_UNSIGNED, ACCESS_READ_ONLY, get_sensor },
	{ 3, "envsAlarmSource", VALUE_OCTETS, ACCESS_READ_ONLY, get_source },
	{ 4, "envsAlarmKind", VALUE_INTEGER, ACCESS_READ_ONLY, get_kind },
	{ 5, "envsAlarmSeverity", VALUE_INTEGER, ACCESS_READ_ONLY, get_severity },
	{ 6, "envsAlarmZone", VALUE_INTEGER, ACCESS_READ_ONLY, get_zone },
	{ 7, "envsAlarmRaisedTime", VALUE_OCTETS, ACCESS_READ_ONLY, get_raised_time },
	{ 8, "envsAlarmRaisedSeq", VALUE_UNSIGNED, ACCESS_READ_ONLY, get_raised_seq },
	{ 9, "envsAlarmValue", VALUE_INTEGER, ACCESS_READ_ONLY, get_value },
	{ 10, "envsAlarmPeak", VALUE_INTEGER, ACCESS_READ_ONLY, get_peak },
	{ 11, "envsAlarmLimit", VALUE_INTEGER, ACCESS_READ_ONLY, get_limit },
	{ 12, "envsAlarmState", VALUE_INTEGER, ACCESS_READ_ONLY, get_state },
	{ 13, "envsAlarmAction", VALUE_INTEGER, ACCESS_READ_WRITE, get_nothing_asked },
	{ 14, "envsAlarmNote", VALUE_OCTETS, ACCESS_READ_WRITE, get_note },
	{ 15, "envsAlarmNotified", VALUE_GAUGE, ACCESS_READ_ONLY, get_notified },
	{ 16, "envsAlarmText", VALUE_OCTETS, ACCESS_READ_ONLY, get_text },
};

static size_t
row_count(const struct snapshot *snapshot)
{
	return snapshot->alarms != NULL ? snapshot->alarms->count : 0;
}

static uint32_t
row_index(const struct snapshot *snapshot, size_t row)
{
	return snapshot->alarms->rows[row].alarm.id;
}

static const uint32_t place[] = { 1, 5, 1, 1 };

static const struct column_operation operations[] = {
	{ 13, OPERATION_ALARM_ACTION },
	{ 14, OPERATION_ALARM_NOTE },
};

const struct table table_alarm = {
	.name = "envsAlarmTable",
	.place = place,
	.place_length = COLUMN_COUNT(place),
	.columns = columns,
	.column_count = COLUMN_COUNT(columns),
	.row_count = row_count,
	.row_index = row_index,
	.operations = operations,
	.operation_count = COLUMN_COUNT(operations),
};
