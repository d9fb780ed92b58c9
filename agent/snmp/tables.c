/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/tables.h"

#include <stddef.h>
#include <string.h>

const struct table *const tables[] = {
	&table_system,
	&table_bus,
	&table_sensor,
	&table_temperature,
	&table_alarm,
	&table_event_first_seq,
	&table_event_maximum,
	&table_event,
	&table_channel,
	&table_delivery,
	&table_delivery_maximum,
	&table_delivery_retry_base,
	&table_delivery_retry_cap,
	&table_delivery_useful_for,
	&table_entity,
	&table_entity_contains,
	&table_entity_general,
	&table_entity_sensor,
	NULL,
};

bool
get_setting(
    const struct cell *cell, enum conf_object object, const void *settings, struct value *value)
{
	const struct field *field = schema_column(object, cell->column->number);
	const void *at = (const char *)settings + field->offset;
	bool is_true;

	if ((field->flags & FIELD_SECRET) != 0)
		return value_text(value, "");
	switch (field->type) {
	case FIELD_NAME:
	case FIELD_TEXT:
		return value_text(value, at);
	case FIELD_NUMBER:
	case FIELD_DURATION:
	case FIELD_SECONDS:
		memcpy(&value->number, at, sizeof(value->number));
		return true;
	case FIELD_ENUM:
	case FIELD_QUANTITY:
	case FIELD_MILLI:
	case FIELD_MICRO:
		memcpy(&value->integer, at, sizeof(value->integer));
		return true;
	case FIELD_BOOL:
		memcpy(&is_true, at, sizeof(is_true));
		value->integer = is_true ? 1 : 2; /* TruthValue */
		return true;
	case FIELD_LIMITS:
		value->octets = at;
		value->length = 1;
		return true;
	}
	return false;
}

size_t
scalars_row_count(const struct snapshot *snapshot)
{
	(void)snapshot;
	return 1;
}

uint32_t
scalars_row_index(const struct snapshot *snapshot, size_t row)
{
	(void)snapshot;
	(void)row;
	return 0;
}
