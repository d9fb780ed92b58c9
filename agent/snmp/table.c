/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "snmp/oids.h"

size_t
table_base(const struct table *table, uint32_t *arcs, size_t room)
{
	static const uint32_t root[] = { OIDS_ROOT };
	size_t root_length = table->is_standard ? 0 : OIDS_ROOT_LEN, length = 0;

	assert(root_length + table->place_length <= room);
	for (size_t i = 0; i < root_length; i++)
		arcs[length++] = root[i];
	for (size_t i = 0; i < table->place_length; i++)
		arcs[length++] = table->place[i];
	return length;
}

size_t
table_region(const struct table *table, uint32_t *arcs, size_t room)
{
	size_t length = table_base(table, arcs, room);

	assert(length < room);
	if (table->is_one_scalar)
		arcs[length++] = table->columns[0].number;
	return length;
}

const struct column *
table_column(const struct table *table, uint64_t number)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (table->columns[i].number == number)
			return &table->columns[i];
	return NULL;
}

bool
table_is_writable(const struct table *table)
{
	return table->settings != NULL || table->operation_count > 0;
}

size_t
table_find(const struct table *table, const struct snapshot *snapshot, uint64_t index)
{
	size_t low = 0, high = table->row_count(snapshot);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table_index(table, snapshot, middle) < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
get_cell(const struct column *column, struct cell *cell, struct value *value)
{
	cell->column = column;
	memset(value, 0, offsetof(struct value, room));
	return column->get(cell, value);
}

bool
table_has_row(const struct table *table, const struct snapshot *snapshot, size_t row)
{
	struct cell cell = { .snapshot = snapshot, .row = row };
	struct value value;

	return get_cell(&table->columns[0], &cell, &value);
}

enum table_result
table_get(const struct table *table, struct cell *cell, const struct position *position,
    const struct column **ret_column, struct value *ret_value)
{
	const struct column *column = table_column(table, position->column);

	if (column == NULL)
		return TABLE_NO_OBJECT;
	cell->row = table_find(table, cell->snapshot, position->index);
	if (cell->row == table->row_count(cell->snapshot) ||
	    table_index(table, cell->snapshot, cell->row) != position->index ||
	    !get_cell(column, cell, ret_value))
		return TABLE_NO_INSTANCE;
	*ret_column = column;
	return TABLE_OK;
}

enum table_result
table_next(const struct table *table, struct cell *cell, struct position *position,
    const struct column **ret_column, struct value *ret_value)
{
	size_t rows = table->row_count(cell->snapshot);

	for (size_t i = 0; i < table->column_count; i++) {
		const struct column *column = &table->columns[i];
		uint64_t least = column->number == position->column ? position->index : 0;

		if (column->number < position->column)
			continue;
		for (cell->row = table_find(table, cell->snapshot, least); cell->row < rows;
		     cell->row++) {
			uint64_t index = table_index(table, cell->snapshot, cell->row);

			/* never back, or a walk does not end */
			if (index < least || !get_cell(column, cell, ret_value))
				continue;
			position->column = column->number;
			position->index = index;
			*ret_column = column;
			return TABLE_OK;
		}
	}
	return TABLE_END;
}

bool
value_text(struct value *value, const char *text)
{
	value->octets = text;
	value->length = strlen(text);
	return true;
}

bool
value_date(struct value *value, int64_t wall_ms)
{
	unsigned char *octets = (unsigned char *)value->room;
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;
	long east_min;

	if (localtime_r(&seconds, &tm) == NULL)
		return false;
	east_min = tm.tm_gmtoff / 60;
	octets[0] = (unsigned char)((tm.tm_year + 1900) >> 8);
	octets[1] = (unsigned char)((tm.tm_year + 1900) & 0xff);
	octets[2] = (unsigned char)(tm.tm_mon + 1);
	octets[3] = (unsigned char)tm.tm_mday;
	octets[4] = (unsigned char)tm.tm_hour;
	octets[5] = (unsigned char)tm.tm_min;
	octets[6] = (unsigned char)tm.tm_sec;
	octets[7] = (unsigned char)(wall_ms % 1000 / 100);
	octets[8] = east_min < 0 ? '-' : '+';
	octets[9] = (unsigned char)(labs(east_min) / 60);
	octets[10] = (unsigned char)(labs(east_min) % 60);
	value->octets = octets;
	value->length = 11;
	return true;
}

bool
value_age(struct value *value, const struct cell *cell, int64_t time_ms)
{
	value->number = time_ms < cell->now_ms ? (uint32_t)((cell->now_ms - time_ms) / 1000) : 0;
	return true;
}

bool
value_stamp(struct value *value, const struct cell *cell, int64_t time_ms)
{
	value->number = uptime_at(&cell->master, time_ms);
	return true;
}
