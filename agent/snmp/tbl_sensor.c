/* SPDX-License-Identifier: BSD-2-Clause */
/* envsSensorTable. */
#include "conf/conf_idle.h"
#include "core/reading.h"
#include "core/text.h"
#include "core/units.h"
#include "snmp/tables.h"

/* Rows that are not active lie among the others; nothing has been measured of them. */
static const struct conf_sensor *
sensor_of(const struct cell *cell)
{
	return conf_row_at(cell->snapshot->conf, CONF_SENSOR, cell->row);
}

static const struct live_sensor *
live_of(const struct cell *cell)
{
	static const struct live_sensor nothing = {
		.quality = QUALITY_UNKNOWN,
		.reason = FAULT_NONE,
		.severity = SEVERITY_UNKNOWN,
		.zone = ZONE_NORMAL,
		.suppression = SUPPRESSION_NONE,
	};
	size_t at;

	if (conf_idle_at(cell->snapshot->conf, CONF_SENSOR, cell->row, &at) != NULL)
		return &nothing;
	return &cell->snapshot->live->sensors[at];
}

static bool
has_value(const struct live_sensor *live)
{
	return live->quality == QUALITY_GOOD || live->quality == QUALITY_SUSPECT;
}

static bool
get_sensor_setting(const struct cell *cell, struct value *value)
{
	return get_setting(cell, CONF_SENSOR, sensor_of(cell), value);
}

/* What is not set yet has to read as something. */
static bool
get_quantity(const struct cell *cell, struct value *value)
{
	enum quantity quantity = sensor_of(cell)->quantity;

	value->integer = quantity != 0 ? quantity : QUANTITY_OTHER;
	return true;
}

static bool
get_deadband(const struct cell *cell, struct value *value)
{
	value->integer = conf_limit_rule(sensor_of(cell)).deadband_milli;
	return true;
}

static bool
get_unit(const struct cell *cell, struct value *value)
{
	const struct quantity_info *info = quantity_info(sensor_of(cell)->quantity);

	return value_text(value, info != NULL ? info->unit : "");
}

static bool
get_value(const struct cell *cell, struct value *value)
{
	value->integer = live_of(cell)->value_milli;
	return has_value(live_of(cell));
}

static bool
get_value_text(const struct cell *cell, struct value *value)
{
	if (!has_value(live_of(cell)))
		return value_text(value, "");
	text_format_milli(live_of(cell)->value_milli, value->room, sizeof(value->room));
	return value_text(value, value->room);
}

static bool
get_quality(const struct cell *cell, struct value *value)
{
	value->integer = live_of(cell)->quality;
	return true;
}

static bool
get_fault_reason(const struct cell *cell, struct value *value)
{
	value->integer = live_of(cell)->reason;
	return true;
}

static bool
get_severity(const struct cell *cell, struct value *value)
{
	value->integer = live_of(cell)->severity;
	return true;
}

static bool
get_zone(const struct cell *cell, struct value *value)
{
	value->integer = live_of(cell)->zone;
	return true;
}

static bool
get_last_good_value(const struct cell *cell, struct value *value)
{
	value->integer = live_of(cell)->last_good_milli;
	return live_of(cell)->has_good;
}

static int64_t
last_good_age_ms(const struct cell *cell)
{
	int64_t age_ms = cell->now_ms - live_of(cell)->last_good_ms;

	return age_ms > 0 ? age_ms : 0;
}

static bool
get_last_good_age(const struct cell *cell, struct value *value)
{
	int64_t age_ms = last_good_age_ms(cell);

	value->number = age_ms < UINT32_MAX ? (uint32_t)age_ms : UINT32_MAX;
	return live_of(cell)->has_good;
}

static bool
get_last_good_time(const struct cell *cell, struct value *value)
{
	return live_of(cell)->has_good &&
	       value_date(value, cell->now_wall_ms - last_good_age_ms(cell));
}

static bool
get_minimum(const struct cell *cell, struct value *value)
{
	value->integer = live_of(cell)->minimum_milli;
	return live_of(cell)->has_extremes;
}

static bool
get_maximum(const struct cell *cell, struct value *value)
{
	value->integer = live_of(cell)->maximum_milli;
	return live_of(cell)->has_extremes;
}

static bool
get_shelve(const struct cell *cell, struct value *value)
{
	int64_t left_ms = live_of(cell)->shelved_until_ms - cell->now_ms;

	value->number = left_ms > 0 ? (uint32_t)((left_ms + 999) / 1000) : 0;
	return true;
}

static bool
get_suppression(const struct cell *cell, struct value *value)
{
	value->integer = live_of(cell)->suppression;
	return true;
}

static bool
get_hardware_id(const struct cell *cell, struct value *value)
{
	return value_text(value, sensor_of(cell)->hardware_id);
}

static bool
get_reads(const struct cell *cell, struct value *value)
{
	value->counter = live_of(cell)->reads;
	return true;
}

static bool
get_errors(const struct cell *cell, struct value *value)
{
	value->counter = live_of(cell)->errors;
	return true;
}

static bool
get_excursions(const struct cell *cell, struct value *value)
{
	value->number = live_of(cell)->excursions;
	return true;
}

static bool
get_storage_type(const struct cell *cell, struct value *value)
{
	value->integer = sensor_of(cell)->storage;
	return true;
}

static bool
get_row_status(const struct cell *cell, struct value *value)
{
	return get_status(cell, CONF_SENSOR, value);
}

static const struct column columns[] = {
	{ 2, "envsSensorName", VALUE_OCTETS, ACCESS_READ_CREATE, get_sensor_setting },
	{ 3, "envsSensorBus", VALUE_OCTETS, ACCESS_READ_CREATE, get_sensor_setting },
	{ 4, "envsSensorAddress", VALUE_OCTETS, ACCESS_READ_CREATE, get_sensor_setting },
	{ 5, "envsSensorQuantity", VALUE_INTEGER, ACCESS_READ_CREATE, get_quantity },
	{ 6, "envsSensorUnit", VALUE_OCTETS, ACCESS_READ_ONLY, get_unit },
	{ 7, "envsSensorValue", VALUE_INTEGER, ACCESS_READ_ONLY, get_value },
	{ 8, "envsSensorValueText", VALUE_OCTETS, ACCESS_READ_ONLY, get_value_text },
	{ 9, "envsSensorQuality", VALUE_INTEGER, ACCESS_READ_ONLY, get_quality },
	{ 10, "envsSensorFaultReason", VALUE_INTEGER, ACCESS_READ_ONLY, get_fault_reason },
	{ 11, "envsSensorSeverity", VALUE_INTEGER, ACCESS_READ_ONLY, get_severity },
	{ 12, "envsSensorZone", VALUE_INTEGER, ACCESS_READ_ONLY, get_zone },
	{ 13, "envsSensorLastGoodValue", VALUE_INTEGER, ACCESS_READ_ONLY, get_last_good_value },
	{ 14, "envsSensorLastGoodAge", VALUE_GAUGE, ACCESS_READ_ONLY, get_last_good_age },
	{ 15, "envsSensorLastGoodTime", VALUE_OCTETS, ACCESS_READ_ONLY, get_last_good_time },
	{ 16, "envsSensorMinimum", VALUE_INTEGER, ACCESS_READ_ONLY, get_minimum },
	{ 17, "envsSensorMaximum", VALUE_INTEGER, ACCESS_READ_ONLY, get_maximum },
	{ 18, "envsSensorMinMaxReset", VALUE_INTEGER, ACCESS_READ_CREATE, get_nothing_asked },
	{ 19, "envsSensorLowCritical", VALUE_INTEGER, ACCESS_READ_CREATE, get_sensor_setting },
	{ 20, "envsSensorLowWarning", VALUE_INTEGER, ACCESS_READ_CREATE, get_sensor_setting },
	{ 21, "envsSensorHighWarning", VALUE_INTEGER, ACCESS_READ_CREATE, get_sensor_setting },
	{ 22, "envsSensorHighCritical", VALUE_INTEGER, ACCESS_READ_CREATE, get_sensor_setting },
	{ 23, "envsSensorLimitsEnabled", VALUE_OCTETS, ACCESS_READ_CREATE, get_sensor_setting },
	{ 24, "envsSensorDeadband", VALUE_INTEGER, ACCESS_READ_CREATE, get_deadband },
	{ 25, "envsSensorOnDelay", VALUE_UNSIGNED, ACCESS_READ_CREATE, get_sensor_setting },
	{ 26, "envsSensorOffDelay", VALUE_UNSIGNED, ACCESS_READ_CREATE, get_sensor_setting },
	{ 27, "envsSensorMinSamples", VALUE_UNSIGNED, ACCESS_READ_CREATE, get_sensor_setting },
	{ 28, "envsSensorRateLimit", VALUE_INTEGER, ACCESS_READ_CREATE, get_sensor_setting },
	{ 29, "envsSensorStaleAfter", VALUE_UNSIGNED, ACCESS_READ_CREATE, get_sensor_setting },
	{ 30, "envsSensorFaultCount", VALUE_UNSIGNED, ACCESS_READ_CREATE, get_sensor_setting },
	{ 31, "envsSensorLatch", VALUE_INTEGER, ACCESS_READ_CREATE, get_sensor_setting },
	{ 32, "envsSensorAckRequired", VALUE_INTEGER, ACCESS_READ_CREATE, get_sensor_setting },
	{ 33, "envsSensorReminder", VALUE_UNSIGNED, ACCESS_READ_CREATE, get_sensor_setting },
	{ 34, "envsSensorPollInterval", VALUE_UNSIGNED, ACCESS_READ_CREATE, get_sensor_setting },
	{ 35, "envsSensorGain", VALUE_INTEGER, ACCESS_READ_CREATE, get_sensor_setting },
	{ 36, "envsSensorOffset", VALUE_INTEGER, ACCESS_READ_CREATE, get_sensor_setting },
	{ 37, "envsSensorShelve", VALUE_UNSIGNED, ACCESS_READ_CREATE, get_shelve },
	{ 38, "envsSensorSuppression", VALUE_INTEGER, ACCESS_READ_ONLY, get_suppression },
	{ 39, "envsSensorLocation", VALUE_OCTETS, ACCESS_READ_CREATE, get_sensor_setting },
	{ 40, "envsSensorHardwareId", VALUE_OCTETS, ACCESS_READ_ONLY, get_hardware_id },
	{ 41, "envsSensorReads", VALUE_COUNTER64, ACCESS_READ_ONLY, get_reads },
	{ 42, "envsSensorErrors", VALUE_COUNTER64, ACCESS_READ_ONLY, get_errors },
	{ 43, "envsSensorExcursions", VALUE_COUNTER32, ACCESS_READ_ONLY, get_excursions },
	{ 44, "envsSensorAdminState", VALUE_INTEGER, ACCESS_READ_CREATE, get_sensor_setting },
	{ 45, "envsSensorStorageType", VALUE_INTEGER, ACCESS_READ_ONLY, get_storage_type },
	{ 46, "envsSensorRowStatus", VALUE_INTEGER, ACCESS_READ_CREATE, get_row_status },
	{ 47, "envsSensorFaultDelay", VALUE_UNSIGNED, ACCESS_READ_CREATE, get_sensor_setting },
};

static size_t
row_count(const struct snapshot *snapshot)
{
	return conf_row_count(snapshot->conf, CONF_SENSOR);
}

static uint32_t
row_index(const struct snapshot *snapshot, size_t row)
{
	const struct conf_sensor *sensor = conf_row_at(snapshot->conf, CONF_SENSOR, row);

	return sensor->index;
}

static const uint32_t place[] = { 1, 3, 1, 1 };

static const enum conf_object settings = CONF_SENSOR;
static const struct column_operation operations[] = {
	{ 18, OPERATION_RESET_EXTREMES },
	{ 37, OPERATION_SHELVE },
	{ 46, OPERATION_ROW_STATUS },
};

const struct table table_sensor = {
	.name = "envsSensorTable",
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
