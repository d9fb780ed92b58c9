/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_TABLE_H
#define SNMP_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/schema.h"
#include "engine/snapshot.h"
#include "snmp/uptime.h"

/*
 * One generic handler for all tables and groups of scalars.  A table is data: where it hangs, how
 * its rows are found in a snapshot, and its columns with a getter each.  Rows have one index or
 * two, each an Unsigned32, and lie sorted by them; a group of scalars is a table with one row of
 * index 0.  A request takes one snapshot, whatever its number of varbinds; nothing else is touched.
 *
 * No type of Net-SNMP appears here, so tests and tools can include it.
 */

enum value_type {
	VALUE_INTEGER, /* Integer32 and enumerations */
	VALUE_UNSIGNED,
	VALUE_GAUGE,
	VALUE_COUNTER32,
	VALUE_COUNTER64,
	VALUE_TIMETICKS,
	VALUE_OCTETS,
	VALUE_OID,
};

enum access {
	ACCESS_READ_ONLY,
	ACCESS_READ_WRITE,
	ACCESS_READ_CREATE,
};

struct column;

struct value {
	int32_t integer;
	uint32_t number; /* unsigned, gauge, counter32, timeticks */
	uint64_t counter;
	const void *octets; /* in the snapshot, in static memory, or in `room`; an OID: uint32_t */
	size_t length;      /* how many of these */
	char room[256];     /* for a whole EnvsText */
};

/* Where a getter looks: one row of one snapshot. */
struct cell {
	const struct snapshot *snapshot;
	const struct column *column;
	size_t row;
	const struct record *event; /* that a notification tells of; NULL: the row has it */
	int64_t now_ms;             /* CLOCK_BOOTTIME */
	int64_t now_wall_ms;
	struct uptime master; /* for time stamps */
};

struct column {
	unsigned number;
	const char *name;
	enum value_type type;
	enum access access;
	/* False: there is no instance.  `value` comes zeroed but for nothing. */
	bool (*get)(const struct cell *cell, struct value *value);
};

/* Columns that can be set and are no settings of the schema: what a SET of them means. */
enum operation {
	OPERATION_NONE,
	OPERATION_CONFIG_LOCK,
	OPERATION_ALARM_ACTION,
	OPERATION_ALARM_NOTE,
	OPERATION_SHELVE,
	OPERATION_RESET_EXTREMES,
	OPERATION_ROW_STATUS,
	OPERATION_FLUSH,
	OPERATION_DELIVERY_ACTION,
	OPERATION_REPLAY,
	OPERATION_MAIL_TEST,
	OPERATION_MAIL_TEST_CONTACT,
};

struct column_operation {
	unsigned column;
	enum operation operation;
};

/* How it goes if another agent of the same master serves such a table, too. */
enum table_sharing {
	TABLE_OURS,   /* there should be no other */
	TABLE_ROWS,   /* each has rows of its own */
	TABLE_ANYONE, /* the other's will do */
};

struct table {
	const char *name;
	const uint32_t *place; /* below the root of the MIB; the entry, or the group of scalars */
	size_t place_length;
	bool is_standard;   /* `place` is the whole OID, of another MIB than ours */
	bool is_one_scalar; /* alone registered: other tables hang beside it below `place` */
	enum table_sharing sharing;
	const struct column *columns; /* by rising number; no not-accessible ones */
	size_t column_count;
	size_t (*row_count)(const struct snapshot *snapshot);
	uint32_t (*row_index)(const struct snapshot *snapshot, size_t row);
	uint32_t (*row_second)(const struct snapshot *snapshot, size_t row); /* NULL: one index */

	/* SET; none of it: all is read-only.  Of a table with one index. */
	const enum conf_object *settings; /* columns are settings of that; NULL: none is */
	const struct column_operation *operations;
	size_t operation_count;
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
	uint64_t index; /* may be one above the largest index; of two the first is the upper half */
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

/* The whole index of a row, as in a position. */
static inline uint64_t
table_index(const struct table *table, const struct snapshot *snapshot, size_t row)
{
	uint64_t index = table->row_index(snapshot, row);

	if (table->row_second == NULL)
		return index;
	return index << 32 | table->row_second(snapshot, row);
}

/* The column of that number; NULL: there is none. */
const struct column *table_column(const struct table *table, uint64_t number);

/* True: something of it can be set. */
bool table_is_writable(const struct table *table);

/* The first row whose index is not below `index`; row_count: none. */
size_t table_find(const struct table *table, const struct snapshot *snapshot, uint64_t index);

/* True: its first column has an instance there. */
bool table_has_row(const struct table *table, const struct snapshot *snapshot, size_t row);

/* The OID of the entry or group, at most `room` arcs; how many they are. */
size_t table_base(const struct table *table, uint32_t *arcs, size_t room);

/* What is registered with the master: that, or the scalar itself. */
size_t table_region(const struct table *table, uint32_t *arcs, size_t room);

/* Helpers for getters. */
bool value_text(struct value *value, const char *text);
bool value_date(struct value *value, int64_t wall_ms); /* DateAndTime: 11 octets, local time */
bool value_age(struct value *value, const struct cell *cell, int64_t time_ms);   /* in seconds */
bool value_stamp(struct value *value, const struct cell *cell, int64_t time_ms); /* TimeStamp */

#endif
