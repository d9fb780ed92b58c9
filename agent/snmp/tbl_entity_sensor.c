/* SPDX-License-Identifier: BSD-2-Clause */
/* ENTITY-SENSOR-MIB (RFC 3433), read-only.  Its rows are those of entPhysicalTable; in a row that
 * is no sensor no cell has an instance. */
#include "core/entity_sensor.h"
#include "snmp/tables.h"

static bool
is_row(const struct cell *cell)
{
	return cell_entity(cell)->kind == CONF_ENTITY_SENSOR;
}

/* These two: of a row that is one. */
static const struct conf_sensor *
sensor_of(const struct cell *cell)
{
	return &cell->snapshot->conf->sensors[cell_entity(cell)->at];
}

static const struct live_sensor *
live_of(const struct cell *cell)
{
	return &cell->snapshot->live->sensors[cell_entity(cell)->at];
}

static bool
get_type(const struct cell *cell, struct value *value)
{
	if (!is_row(cell))
		return false;
	value->integer = (int32_t)entity_sensor_type(sensor_of(cell)->quantity);
	return true;
}

static bool
get_scale(const struct cell *cell, struct value *value)
{
	value->integer = ENTITY_SCALE_UNITS;
	return is_row(cell);
}

static bool
get_precision(const struct cell *cell, struct value *value)
{
	if (!is_row(cell))
		return false;
	value->integer = entity_sensor_precision(sensor_of(cell)->quantity);
	return true;
}

/* "The most recent measurement obtained", in a fault too; the status tells that it is old.  While
 * there was none at all, there is no instance. */
static bool
get_value(const struct cell *cell, struct value *value)
{
	if (!is_row(cell) || !live_of(cell)->has_good)
		return false;
	value->integer =
	    entity_sensor_value(sensor_of(cell)->quantity, live_of(cell)->last_good_milli);
	return true;
}

static bool
get_oper_status(const struct cell *cell, struct value *value)
{
	if (!is_row(cell))
		return false;
	value->integer = (int32_t)entity_sensor_status((enum quality)live_of(cell)->quality);
	return true;
}

static bool
get_units_display(const struct cell *cell, struct value *value)
{
	return is_row(cell) && value_text(value, quantity_info(sensor_of(cell)->quantity)->unit);
}

static bool
get_value_time_stamp(const struct cell *cell, struct value *value)
{
	return is_row(cell) && live_of(cell)->has_good &&
	       value_stamp(value, cell, live_of(cell)->last_good_ms);
}

static bool
get_value_update_rate(const struct cell *cell, struct value *value)
{
	const struct conf *conf = cell->snapshot->conf;
	const struct conf_bus *bus;

	if (!is_row(cell))
		return false;
	bus = conf_bus(conf, sensor_of(cell)->bus_index);
	if (bus == NULL)
		return false;
	value->number = conf_poll_interval_ms(sensor_of(cell), bus);
	return true;
}

static const struct column columns[] = {
	{ 1, "entPhySensorType", VALUE_INTEGER, ACCESS_READ_ONLY, get_type },
	{ 2, "entPhySensorScale", VALUE_INTEGER, ACCESS_READ_ONLY, get_scale },
	{ 3, "entPhySensorPrecision", VALUE_INTEGER, ACCESS_READ_ONLY, get_precision },
	{ 4, "entPhySensorValue", VALUE_INTEGER, ACCESS_READ_ONLY, get_value },
	{ 5, "entPhySensorOperStatus", VALUE_INTEGER, ACCESS_READ_ONLY, get_oper_status },
	{ 6, "entPhySensorUnitsDisplay", VALUE_OCTETS, ACCESS_READ_ONLY, get_units_display },
	{ 7, "entPhySensorValueTimeStamp", VALUE_TIMETICKS, ACCESS_READ_ONLY,
	    get_value_time_stamp },
	{ 8, "entPhySensorValueUpdateRate", VALUE_UNSIGNED, ACCESS_READ_ONLY,
	    get_value_update_rate },
};

static const uint32_t place[] = { 1, 3, 6, 1, 2, 1, 99, 1, 1, 1 };

const struct table table_entity_sensor = {
	.name = "entPhySensorTable",
	.place = place,
	.place_length = COLUMN_COUNT(place),
	.is_standard = true,
	.sharing = TABLE_ROWS,
	.columns = columns,
	.column_count = COLUMN_COUNT(columns),
	.row_count = entity_row_count,
	.row_index = entity_row_index,
};
