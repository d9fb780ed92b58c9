/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_TABLE_H
#define SNMP_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/snapshot.h"

/*
 * One generic handler for all tables and groups of scalars.  A table is data: where it hangs, how
 * its rows are found in a snapshot, and its columns with a getter each.  Rows have one index, an
 * Unsigned32, and lie sorted by it; a group of scalars is a table with one row of index 0.  A
 * request takes one snapshot, whatever its number of varbinds; nothing else is touched.
 *
 * No type of Net-SNMP appears here, so tests and tools can include it.
 */

enum value_type {
	VALUE_INTEGER, /* Integer32 and enumerations */
	VALUE_UNSIGNED,
	VALUE_GAUGE,
	VALUE_COUNTER32,
	VALUE_COUNTER64,
	VALUE_OCTETS,
};

enum access {
	ACCESS_READ_ONLY,
	ACCESS_READ_WRITE,
	ACCESS_READ_CREATE,
};

struct column;

struct value {
	int32_t integer;
	uint32_t number; /* unsigned, gauge, counter32 */
	uint64_t counter;
	const void *octets; /* in the snapshot, in static memory, or in `room` */
	size_t length;
	char room[32];
};

/* Where a getter looks: one row of one snapshot. */
struct cell {
	const struct snapshot *snapshot;
	const struct column *column;
	size_t row;
	int64_t now_ms; /* CLOCK_BOOTTIME */
	int64_t now_wall_ms;
};

struct column {
	unsigned number;
	const char *name;
	enum value_type type;
	enum access access;
	/* False: there is no instance.  `value` comes zeroed but for nothing. */
	bool (*get)(const struct cell *cell, struct value *value);
};

struct table {
	const char *name;
	const uint32_t *place; /* below the root of the MIB; the entry, or the group of scalars */
	size_t place_length;
	const struct column *columns; /* by rising number; no not-accessible ones */
	size_t column_count;
	size_t (*row_count)(const struct snapshot *snapshot);
	uint32_t (*row_index)(const struct snapshot *snapshot, size_t row);
};

/* All tables that are served, in no order; NULL behind the last. */
extern const struct table *const tables[];

/*
 * The pure part of the handler, for GET and GETNEXT: the cell at a column and an index, or the next
 * one behind it in lexicographic order (column first).  For table_next the position is where to
 * begin: a column number (which need not exist) and the first index that may be returned there.
 */
struct position {
	uint64_t column;
	uint64_t index; /* may be one above the largest index */
};
enum table_result {
	TABLE_OK,
	TABLE_NO_OBJECT,
	TABLE_NO_INSTANCE,
	TABLE_END,
};
enum table_result table_get(const struct table *table, struct cell *cell,
    const struct position *position, const struct column **ret_column, struct value *ret_value);
enum table_result table_next(const struct table *table, struct cell *cell,
    struct position *position, const struct column **ret_column, struct value *ret_value);

/* Helpers for getters. */
bool value_text(struct value *value, const char *text);
bool value_date(struct value *value, int64_t wall_ms); /* DateAndTime: 11 octets, local time */

#endif
