/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_TABLES_H
#define SNMP_TABLES_H

#include "conf/conf_entity.h"
#include "conf/schema.h"
#include "snmp/table.h"

extern const struct table table_system;
extern const struct table table_bus;
extern const struct table table_sensor;
extern const struct table table_temperature;
extern const struct table table_alarm;
extern const struct table table_event;
extern const struct table table_event_first_seq;
extern const struct table table_event_maximum;
extern const struct table table_mail_enabled;
extern const struct table table_mail_from;
extern const struct table table_mail_test;
extern const struct table table_mail_test_contact;
extern const struct table table_mail_test_result;
extern const struct table table_mail_test_text;
extern const struct table table_mail_check_interval;
extern const struct table table_mail_heartbeat_interval;
extern const struct table table_relay;
extern const struct table table_contact;
extern const struct table table_channel;
extern const struct table table_delivery;
extern const struct table table_delivery_maximum;
extern const struct table table_delivery_retry_base;
extern const struct table table_delivery_retry_cap;
extern const struct table table_delivery_useful_for;
extern const struct table table_entity;
extern const struct table table_entity_contains;
extern const struct table table_entity_general;
extern const struct table table_entity_sensor;

/* Getters that several tables share look at these. */
static inline const struct conf_sensor *
cell_sensor(const struct cell *cell)
{
	return &cell->snapshot->conf->sensors[cell->row];
}

static inline const struct live_sensor *
cell_live_sensor(const struct cell *cell)
{
	return &cell->snapshot->live->sensors[cell->row];
}

/* In the tables whose rows are all that ENTITY-MIB shows. */
static inline const struct conf_entity *
cell_entity(const struct cell *cell)
{
	return &cell->snapshot->conf->entities[cell->row];
}

/* The one row, of index 0, of a group of scalars. */
size_t scalars_row_count(const struct snapshot *snapshot);
uint32_t scalars_row_index(const struct snapshot *snapshot, size_t row);

size_t entity_row_count(const struct snapshot *snapshot);
uint32_t entity_row_index(const struct snapshot *snapshot, size_t row);

/* A setting of that object, as the schema describes the column of the cell. */
bool get_setting(
    const struct cell *cell, enum conf_object object, const void *settings, struct value *value);

/* Of what does something when it is set: none or idle, which are 1 alike. */
bool get_nothing_asked(const struct cell *cell, struct value *value);

/* RowStatus of a table whose rows are all of that object, not active ones, too. */
bool get_status(const struct cell *cell, enum conf_object object, struct value *value);

#define COLUMN_COUNT(columns) (sizeof(columns) / sizeof((columns)[0]))

#endif
