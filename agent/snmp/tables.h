/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_TABLES_H
#define SNMP_TABLES_H

#include "conf/schema.h"
#include "snmp/table.h"

extern const struct table table_system;
extern const struct table table_bus;
extern const struct table table_sensor;
extern const struct table table_temperature;

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

/* A setting of that object, as the schema describes the column of the cell. */
bool get_setting(
    const struct cell *cell, enum conf_object object, const void *settings, struct value *value);

#define COLUMN_COUNT(columns) (sizeof(columns) / sizeof((columns)[0]))

#endif
