/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/tables.h"

#include <stddef.h>
#include <string.h>

#include "conf/conf_idle.h"

const struct table *const tables[] = {
	&table_system,
	&table_bus,
	&table_sensor,
	&table_temperature,
	&table_alarm,
	&table_event_first_seq,
	&table_event_maximum,
	&table_event,
	&table_mail_enabled,
	&table_mail_from,
	&table_mail_test,
	&table_mail_test_contact,
	&table_mail_test_result,
	&table_mail_test_text,
	&table_mail_check_interval,
	&table_mail_heartbeat_interval,
	&table_relay,
	&table_contact,
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

bool
get_nothing_asked(const struct cell *cell, struct value *value)
{
	(void)cell;
	value->integer = 1;
	return true;
}

bool
get_status(const struct cell *cell, enum conf_object object, struct value *value)
{
	size_t at;
	const struct conf_idle *idle = conf_idle_at(cell->snapshot->conf, object, cell->row, &at);

	value->integer = ROW_STATUS_ACTIVE;
	if (idle != NULL)
		value->integer =
		    conf_idle_is_complete(idle) ? ROW_STATUS_NOT_IN_SERVICE : ROW_STATUS_NOT_READY;
	return true;
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
