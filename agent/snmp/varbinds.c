/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/varbinds.h"

#include <assert.h>
#include <string.h>

#include "core/notification.h"
#include "core/text.h"
#include "snmp/oids.h"
#include "snmp/tables.h"

/* Values as they were at the event, not as the live table has them now. */
static bool
get_sensor_severity(const struct cell *cell, struct value *value)
{
	value->integer = cell->event->sensor_severity;
	return true;
}

static bool
get_sensor_value_text(const struct cell *cell, struct value *value)
{
	value->room[0] = '\0';
	if (cell->event->has_sensor_value)
		text_format_milli(
		    cell->event->sensor_value_milli, value->room, sizeof(value->room));
	return value_text(value, value->room);
}

enum instance {
	INSTANCE_EVENT,
	INSTANCE_SCALAR,
	INSTANCE_SENSOR,
};

static const struct object {
	const struct table *table;
	unsigned column;
	enum instance instance;
	bool (*get)(const struct cell *cell, struct value *value); /* NULL: the column's own */
} objects[] = {
	{ &table_event, 14, INSTANCE_EVENT, NULL },
	{ &table_event, 3, INSTANCE_EVENT, NULL },
	{ &table_system, 1, INSTANCE_SCALAR, NULL },
	{ &table_event, 11, INSTANCE_EVENT, NULL },
	{ &table_event, 5, INSTANCE_EVENT, NULL },
	{ &table_event, 2, INSTANCE_EVENT, NULL },
	{ &table_event, 6, INSTANCE_EVENT, NULL },
	{ &table_event, 7, INSTANCE_EVENT, NULL },
	{ &table_event, 8, INSTANCE_EVENT, NULL },
	{ &table_event, 9, INSTANCE_EVENT, NULL },
	{ &table_event, 10, INSTANCE_EVENT, NULL },
	{ &table_event, 12, INSTANCE_EVENT, NULL },
	{ &table_event, 13, INSTANCE_EVENT, NULL },
	{ &table_sensor, 11, INSTANCE_SENSOR, get_sensor_severity },
	{ &table_sensor, 8, INSTANCE_SENSOR, get_sensor_value_text },
};
#define OBJECT_COUNT (sizeof(objects) / sizeof(objects[0]))
_Static_assert(OBJECT_COUNT + 1 == VARBINDS_MAX, "and snmpTrapOID");

static uint32_t
instance_of(const struct record *record, enum instance instance)
{
	switch (instance) {
	case INSTANCE_EVENT:
		return record->seq;
	case INSTANCE_SCALAR:
		return 0;
	case INSTANCE_SENSOR:
		return record->sensor;
	}
	return 0;
}

/* snmpTrapOID.0 = envsNotifications.n */
static void
name_notification(const struct record *record, struct varbind *varbind)
{
	static const uint32_t name[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };
	static const uint32_t root[] = { OIDS_ROOT };
	uint32_t arcs[OIDS_ROOT_LEN + 2];

	memcpy(varbind->name, name, sizeof(name));
	varbind->name_length = COLUMN_COUNT(name);
	varbind->type = VALUE_OID;
	memcpy(arcs, root, sizeof(root));
	arcs[OIDS_ROOT_LEN] = 0;
	arcs[OIDS_ROOT_LEN + 1] = notification_of(record->kind);
	memcpy(varbind->value.room, arcs, sizeof(arcs));
	varbind->value.octets = varbind->value.room;
	varbind->value.length = COLUMN_COUNT(arcs);
}

static void
get_object(const struct object *object, const struct cell *cell, struct varbind *varbind)
{
	const struct column *column = table_column(object->table, object->column);
	size_t length = table_base(object->table, varbind->name, VARBIND_ARCS_MAX - 2);

	varbind->name[length++] = object->column;
	varbind->name[length++] = instance_of(cell->event, object->instance);
	varbind->name_length = length;
	varbind->type = column->type;
	if (!(object->get != NULL ? object->get : column->get)(cell, &varbind->value))
		memset(&varbind->value, 0, sizeof(varbind->value));
}

bool
varbinds_get(const struct record *record, const struct snapshot *snapshot, size_t n,
    struct varbind *ret_varbind)
{
	struct cell cell = { .snapshot = snapshot, .event = record };

	memset(ret_varbind, 0, sizeof(*ret_varbind));
	if (n == 0) {
		name_notification(record, ret_varbind);
		return true;
	}
	if (n > OBJECT_COUNT)
		return false;
	if (objects[n - 1].instance == INSTANCE_SENSOR && record->sensor == 0)
		return false;
	get_object(&objects[n - 1], &cell, ret_varbind);
	return true;
}
