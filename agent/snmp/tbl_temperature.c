/* SPDX-License-Identifier: BSD-2-Clause */
/* envsTemperatureTable: a row for each sensor whose quantity is a temperature.  Its rows are those
 * of the sensor table; in a row that is something else no cell has an instance. */
#include "core/extremes.h"
#include "core/reading.h"
#include "core/scale.h"
#include "core/units.h"
#include "snmp/tables.h"

static bool
is_row(const struct cell *cell)
{
	return quantity_is_temperature(cell_sensor(cell)->quantity);
}

static bool
has_value(const struct cell *cell)
{
	uint8_t quality = cell_live_sensor(cell)->quality;

	return is_row(cell) && (quality == QUALITY_GOOD || quality == QUALITY_SUSPECT);
}

static bool
get_name(const struct cell *cell, struct value *value)
{
	return is_row(cell) && value_text(value, cell_sensor(cell)->name);
}

static bool
get_celsius(const struct cell *cell, struct value *value)
{
	value->integer = cell_live_sensor(cell)->value_milli;
	return has_value(cell);
}

static bool
get_celsius_tenths(const struct cell *cell, struct value *value)
{
	value->integer = scale_tenths(cell_live_sensor(cell)->value_milli);
	return has_value(cell);
}

static bool
get_fahrenheit(const struct cell *cell, struct value *value)
{
	value->integer = scale_fahrenheit_milli(cell_live_sensor(cell)->value_milli);
	return has_value(cell);
}

static bool
get_severity(const struct cell *cell, struct value *value)
{
	value->integer = cell_live_sensor(cell)->severity;
	return is_row(cell);
}

static bool
get_day_minimum(const struct cell *cell, struct value *value)
{
	value->integer = cell_live_sensor(cell)->day_minimum_milli;
	return is_row(cell) && cell_live_sensor(cell)->has_day;
}

static bool
get_day_maximum(const struct cell *cell, struct value *value)
{
	value->integer = cell_live_sensor(cell)->day_maximum_milli;
	return is_row(cell) && cell_live_sensor(cell)->has_day;
}

static bool
get_trend(const struct cell *cell, struct value *value)
{
	value->integer = cell_live_sensor(cell)->trend_milli;
	return has_value(cell) && cell_live_sensor(cell)->has_trend;
}

static const int32_t *
enabled_limit(const struct conf_sensor *sensor, enum conf_limit limit)
{
	return (sensor->limits_enabled & LIMIT_BIT(limit)) != 0 ? &sensor->limit_milli[limit]
	                                                        : NULL;
}

static bool
get_minutes_to_limit(const struct cell *cell, struct value *value)
{
	const struct conf_sensor *sensor = cell_sensor(cell);
	const struct live_sensor *live = cell_live_sensor(cell);

	return has_value(cell) && live->has_trend &&
	       extremes_minutes_to(live->value_milli, live->trend_milli,
		   enabled_limit(sensor, LIMIT_LOW_CRITICAL),
		   enabled_limit(sensor, LIMIT_HIGH_CRITICAL), &value->number);
}

static const struct column columns[] = {
	{ 1, "envsTemperatureName", VALUE_OCTETS, ACCESS_READ_ONLY, get_name },
	{ 2, "envsTemperatureCelsius", VALUE_INTEGER, ACCESS_READ_ONLY, get_celsius },
	{ 3, "envsTemperatureCelsiusTenths", VALUE_INTEGER, ACCESS_READ_ONLY, get_celsius_tenths },
	{ 4, "envsTemperatureFahrenheit", VALUE_INTEGER, ACCESS_READ_ONLY, get_fahrenheit },
	{ 5, "envsTemperatureSeverity", VALUE_INTEGER, ACCESS_READ_ONLY, get_severity },
	{ 6, "envsTemperatureMin24h", VALUE_INTEGER, ACCESS_READ_ONLY, get_day_minimum },
	{ 7, "envsTemperatureMax24h", VALUE_INTEGER, ACCESS_READ_ONLY, get_day_maximum },
	{ 8, "envsTemperatureTrend", VALUE_INTEGER, ACCESS_READ_ONLY, get_trend },
	{ 9, "envsTemperatureMinutesToLimit", VALUE_GAUGE, ACCESS_READ_ONLY, get_minutes_to_limit },
};

static size_t
row_count(const struct snapshot *snapshot)
{
	return snapshot->conf->sensor_count;
}

static uint32_t
row_index(const struct snapshot *snapshot, size_t row)
{
	return snapshot->conf->sensors[row].index;
}

static const uint32_t place[] = { 1, 4, 1, 1 };

const struct table table_temperature = {
	.name = "envsTemperatureTable",
	.place = place,
	.place_length = COLUMN_COUNT(place),
	.columns = columns,
	.column_count = COLUMN_COUNT(columns),
	.row_count = row_count,
	.row_index = row_index,
};
