/* SPDX-License-Identifier: BSD-2-Clause */
/* ENTITY-MIB (RFC 6933): the agent as a chassis, its buses, their sensors.  Read-only. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "core/uuid.h"
#include "snmp/tables.h"

#include "config.h"

#define SHORT_TEXT_MAX 32 /* of entPhysicalSerialNum and entPhysicalAlias */

enum physical_class { /* IANAPhysicalClass */
	CLASS_CHASSIS = 3,
	CLASS_CONTAINER = 5, /* a bus holds what can be taken off and put on */
	CLASS_SENSOR = 8,
};

#define FALSE_TRUTH_VALUE 2

static const struct conf_bus *
bus_of(const struct cell *cell)
{
	return &cell->snapshot->conf->buses[cell_entity(cell)->at];
}

static const struct conf_sensor *
sensor_of(const struct cell *cell)
{
	return &cell->snapshot->conf->sensors[cell_entity(cell)->at];
}

/* Never empty, and with the name in it: some pollers name a sensor by this. */
static bool
get_descr(const struct cell *cell, struct value *value)
{
	size_t size = sizeof(value->room);

	switch (cell_entity(cell)->kind) {
	case CONF_ENTITY_CHASSIS:
		return value_text(value, PACKAGE_NAME " " PACKAGE_VERSION);
	case CONF_ENTITY_BUS:
		snprintf(
		    value->room, size, "%s (%s bus)", bus_of(cell)->name, bus_of(cell)->driver);
		break;
	case CONF_ENTITY_SENSOR:
		snprintf(value->room, size, "%s (%s)", sensor_of(cell)->name,
		    quantity_info(sensor_of(cell)->quantity)->name);
		break;
	}
	return value_text(value, value->room);
}

static bool
get_vendor_type(const struct cell *cell, struct value *value)
{
	static const uint32_t zero_dot_zero[] = { 0, 0 };

	(void)cell;
	value->octets = zero_dot_zero;
	value->length = 2;
	return true;
}

static bool
get_contained_in(const struct cell *cell, struct value *value)
{
	value->integer = (int32_t)cell_entity(cell)->parent;
	return true;
}

static bool
get_class(const struct cell *cell, struct value *value)
{
	static const enum physical_class classes[] = {
		[CONF_ENTITY_CHASSIS] = CLASS_CHASSIS,
		[CONF_ENTITY_BUS] = CLASS_CONTAINER,
		[CONF_ENTITY_SENSOR] = CLASS_SENSOR,
	};

	value->integer = (int32_t)classes[cell_entity(cell)->kind];
	return true;
}

/* The index in our own MIB: it never moves, as the standard wants it. */
static bool
get_parent_rel_pos(const struct cell *cell, struct value *value)
{
	switch (cell_entity(cell)->kind) {
	case CONF_ENTITY_CHASSIS:
		value->integer = -1;
		break;
	case CONF_ENTITY_BUS:
		value->integer = (int32_t)bus_of(cell)->index;
		break;
	case CONF_ENTITY_SENSOR:
		value->integer = (int32_t)sensor_of(cell)->index;
		break;
	}
	return true;
}

static const char *
name_of(const struct cell *cell)
{
	const char *site = cell->snapshot->conf->agent.site;

	switch (cell_entity(cell)->kind) {
	case CONF_ENTITY_CHASSIS:
		return site[0] != '\0' ? site : PACKAGE_NAME;
	case CONF_ENTITY_BUS:
		return bus_of(cell)->name;
	case CONF_ENTITY_SENSOR:
		return sensor_of(cell)->name;
	}
	return "";
}

static bool
get_name(const struct cell *cell, struct value *value)
{
	return value_text(value, name_of(cell));
}

static bool
get_alias(const struct cell *cell, struct value *value)
{
	value_text(value, name_of(cell));
	if (value->length > SHORT_TEXT_MAX)
		value->length = text_whole(value->octets, SHORT_TEXT_MAX);
	return true;
}

static bool
get_empty(const struct cell *cell, struct value *value)
{
	(void)cell;
	return value_text(value, "");
}

static bool
get_software_rev(const struct cell *cell, struct value *value)
{
	return value_text(
	    value, cell_entity(cell)->kind == CONF_ENTITY_CHASSIS ? PACKAGE_VERSION : "");
}

/* Of a hardware id that is too long the end: it tells registers of one unit apart. */
static bool
get_serial_num(const struct cell *cell, struct value *value)
{
	const char *id =
	    cell_entity(cell)->kind == CONF_ENTITY_SENSOR ? sensor_of(cell)->hardware_id : "";
	size_t length = strlen(id);

	if (length > SHORT_TEXT_MAX)
		id += length - SHORT_TEXT_MAX;
	while (((unsigned char)*id & 0xc0) == 0x80) /* the rest of a UTF-8 character */
		id++;
	return value_text(value, id);
}

static bool
get_model_name(const struct cell *cell, struct value *value)
{
	switch (cell_entity(cell)->kind) {
	case CONF_ENTITY_CHASSIS:
		return value_text(value, PACKAGE_NAME);
	case CONF_ENTITY_BUS:
		return value_text(value, bus_of(cell)->driver);
	case CONF_ENTITY_SENSOR:
		break;
	}
	return value_text(value, "");
}

static bool
get_is_fru(const struct cell *cell, struct value *value)
{
	(void)cell;
	value->integer = FALSE_TRUTH_VALUE;
	return true;
}

/* Not known: RFC 6933 wants no instance. */
static bool
get_nothing(const struct cell *cell, struct value *value)
{
	(void)cell;
	(void)value;
	return false;
}

/* The agent has its own; what belongs to it one made of that and its place in the stored order,
 * which outlives a new name of it and another entity-base. */
static bool
get_uuid(const struct cell *cell, struct value *value)
{
	unsigned char agent[UUID_OCTETS], *uuid = (unsigned char *)value->room;
	const struct conf *conf = cell->snapshot->conf;
	char number[12];

	if (uuid_parse(cell->snapshot->agent.uuid, agent) < 0)
		return value_text(value, "");
	snprintf(
	    number, sizeof(number), "%" PRIu32, cell_entity(cell)->index - conf->agent.entity_base);
	if (cell_entity(cell)->kind == CONF_ENTITY_CHASSIS)
		memcpy(uuid, agent, UUID_OCTETS);
	else
		uuid_of_name(agent, number, uuid);
	value->octets = uuid;
	value->length = UUID_OCTETS;
	return true;
}

static const struct column columns[] = {
	{ 2, "entPhysicalDescr", VALUE_OCTETS, ACCESS_READ_ONLY, get_descr },
	{ 3, "entPhysicalVendorType", VALUE_OID, ACCESS_READ_ONLY, get_vendor_type },
	{ 4, "entPhysicalContainedIn", VALUE_INTEGER, ACCESS_READ_ONLY, get_contained_in },
	{ 5, "entPhysicalClass", VALUE_INTEGER, ACCESS_READ_ONLY, get_class },
	{ 6, "entPhysicalParentRelPos", VALUE_INTEGER, ACCESS_READ_ONLY, get_parent_rel_pos },
	{ 7, "entPhysicalName", VALUE_OCTETS, ACCESS_READ_ONLY, get_name },
	{ 8, "entPhysicalHardwareRev", VALUE_OCTETS, ACCESS_READ_ONLY, get_empty },
	{ 9, "entPhysicalFirmwareRev", VALUE_OCTETS, ACCESS_READ_ONLY, get_empty },
	{ 10, "entPhysicalSoftwareRev", VALUE_OCTETS, ACCESS_READ_ONLY, get_software_rev },
	{ 11, "entPhysicalSerialNum", VALUE_OCTETS, ACCESS_READ_ONLY, get_serial_num },
	{ 12, "entPhysicalMfgName", VALUE_OCTETS, ACCESS_READ_ONLY, get_empty },
	{ 13, "entPhysicalModelName", VALUE_OCTETS, ACCESS_READ_ONLY, get_model_name },
	{ 14, "entPhysicalAlias", VALUE_OCTETS, ACCESS_READ_ONLY, get_alias },
	{ 15, "entPhysicalAssetID", VALUE_OCTETS, ACCESS_READ_ONLY, get_empty },
	{ 16, "entPhysicalIsFRU", VALUE_INTEGER, ACCESS_READ_ONLY, get_is_fru },
	{ 17, "entPhysicalMfgDate", VALUE_OCTETS, ACCESS_READ_ONLY, get_nothing },
	{ 18, "entPhysicalUris", VALUE_OCTETS, ACCESS_READ_ONLY, get_nothing },
	{ 19, "entPhysicalUUID", VALUE_OCTETS, ACCESS_READ_ONLY, get_uuid },
};

size_t
entity_row_count(const struct snapshot *snapshot)
{
	return snapshot->conf->entity_count;
}

uint32_t
entity_row_index(const struct snapshot *snapshot, size_t row)
{
	return snapshot->conf->entities[row].index;
}

static const uint32_t place[] = { 1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1 };

const struct table table_entity = {
	.name = "entPhysicalTable",
	.place = place,
	.place_length = COLUMN_COUNT(place),
	.is_standard = true,
	.sharing = TABLE_ROWS,
	.columns = columns,
	.column_count = COLUMN_COUNT(columns),
	.row_count = entity_row_count,
	.row_index = entity_row_index,
};

/* ---- entPhysicalContainsTable ---- */

static const struct conf_containment *
containment(const struct snapshot *snapshot, size_t row)
{
	return &snapshot->conf->containments[row];
}

static bool
get_child(const struct cell *cell, struct value *value)
{
	value->integer = (int32_t)containment(cell->snapshot, cell->row)->child;
	return true;
}

static const struct column contains_columns[] = {
	{ 1, "entPhysicalChildIndex", VALUE_INTEGER, ACCESS_READ_ONLY, get_child },
};

static size_t
contains_row_count(const struct snapshot *snapshot)
{
	return snapshot->conf->containment_count;
}

static uint32_t
contains_row_parent(const struct snapshot *snapshot, size_t row)
{
	return containment(snapshot, row)->parent;
}

static uint32_t
contains_row_child(const struct snapshot *snapshot, size_t row)
{
	return containment(snapshot, row)->child;
}

static const uint32_t contains_place[] = { 1, 3, 6, 1, 2, 1, 47, 1, 3, 3, 1 };

const struct table table_entity_contains = {
	.name = "entPhysicalContainsTable",
	.place = contains_place,
	.place_length = COLUMN_COUNT(contains_place),
	.is_standard = true,
	.sharing = TABLE_ROWS,
	.columns = contains_columns,
	.column_count = COLUMN_COUNT(contains_columns),
	.row_count = contains_row_count,
	.row_index = contains_row_parent,
	.row_second = contains_row_child,
};

/* ---- entityGeneral ---- */

static bool
get_last_change_time(const struct cell *cell, struct value *value)
{
	return value_stamp(value, cell, cell->snapshot->agent.entities_changed_ms);
}

static const struct column general_columns[] = {
	{ 1, "entLastChangeTime", VALUE_TIMETICKS, ACCESS_READ_ONLY, get_last_change_time },
};

static const uint32_t general_place[] = { 1, 3, 6, 1, 2, 1, 47, 1, 4 };

const struct table table_entity_general = {
	.name = "entityGeneral",
	.place = general_place,
	.place_length = COLUMN_COUNT(general_place),
	.is_standard = true,
	.sharing = TABLE_ANYONE,
	.columns = general_columns,
	.column_count = COLUMN_COUNT(general_columns),
	.row_count = scalars_row_count,
	.row_index = scalars_row_index,
};
