/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_MS   10000
#define FIRST_ROOM 64

void
rows_init(struct rows *rows, const struct table *table)
{
	*rows = (struct rows){ .table = table };
}

void
rows_done(struct rows *rows)
{
	free(rows->list);
	rows_init(rows, rows->table);
}

/* The first in the list that is not below `index`. */
static size_t
find(const struct rows *rows, uint64_t index)
{
	size_t low = 0, high = rows->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (rows->list[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
make_room(struct rows *rows)
{
	size_t room = rows->room == 0 ? FIRST_ROOM : 2 * rows->room;
	struct row_held *list;

	if (rows->count < rows->room)
		return true;
	list = reallocarray(rows->list, room, sizeof(*list));
	if (list == NULL)
		return false;
	rows->list = list;
	rows->room = room;
	return true;
}

static void
put(struct rows *rows, size_t at, const struct row_held *row)
{
	if (at == rows->count || rows->list[at].index != row->index) {
		memmove(&rows->list[at + 1], &rows->list[at],
		    (rows->count - at) * sizeof(rows->list[0]));
		rows->count++;
	} else {
		rows->refused -= !rows->list[at].is_granted;
	}
	rows->list[at] = *row;
	rows->refused += !row->is_granted;
}

static void
drop(struct rows *rows, size_t at)
{
	rows->refused -= !rows->list[at].is_granted;
	rows->count--;
	memmove(&rows->list[at], &rows->list[at + 1], (rows->count - at) * sizeof(rows->list[0]));
}

/* True: there is something to look at. */
static bool
begin_pass(struct rows *rows, uint32_t generation, bool is_wanted, int64_t now_ms)
{
	bool is_news = generation != rows->generation || is_wanted != rows->is_wanted;

	if (rows->is_settled && !is_news && rows->again_ms > now_ms)
		return false;
	if (rows->is_settled || is_news) {
		rows->from = 0;
		rows->again_ms = INT64_MAX;
	}
	rows->is_settled = false;
	rows->generation = generation;
	rows->is_wanted = is_wanted;
	return true;
}

/* The next row that should be, from rows->from on; UINT64_MAX: none. */
static uint64_t
next_wanted(const struct rows *rows, const struct snapshot *snapshot)
{
	const struct table *table = rows->table;
	size_t count = rows->is_wanted ? table->row_count(snapshot) : 0;

	for (size_t row = count > 0 ? table_find(table, snapshot, rows->from) : 0; row < count;
	     row++)
		if (table_has_row(table, snapshot, row))
			return table_index(table, snapshot, row);
	return UINT64_MAX;
}

enum rows_want
rows_next(struct rows *rows, const struct snapshot *snapshot, bool is_wanted, int64_t now_ms,
    uint64_t *ret_index)
{
	if (!begin_pass(rows, snapshot->conf->generation, is_wanted, now_ms) || !make_room(rows))
		return ROWS_NOTHING;
	for (;;) {
		size_t at = find(rows, rows->from);
		uint64_t held = at < rows->count ? rows->list[at].index : UINT64_MAX;
		uint64_t wanted = next_wanted(rows, snapshot);

		if (held == UINT64_MAX && wanted == UINT64_MAX)
			break;
		*ret_index = held < wanted ? held : wanted;
		rows->from = *ret_index + 1;
		if (wanted < held)
			return ROWS_REGISTER;
		if (held < wanted && rows->list[at].is_granted)
			return ROWS_UNREGISTER;
		if (held < wanted)
			drop(rows, at);
		else if (!rows->list[at].is_granted && rows->list[at].again_ms <= now_ms)
			return ROWS_REGISTER;
		else if (!rows->list[at].is_granted && rows->list[at].again_ms < rows->again_ms)
			rows->again_ms = rows->list[at].again_ms;
	}
	rows->is_settled = true;
	return ROWS_NOTHING;
}

void
rows_answer(
    struct rows *rows, enum rows_want asked, uint64_t index, enum ask_answer answer, int64_t now_ms)
{
	const struct row_held row = {
		.index = index,
		.is_granted = answer == ASK_GRANTED,
		.again_ms = now_ms + AGAIN_MS,
	};
	size_t at = find(rows, index);

	switch (asked) {
	case ROWS_REGISTER:
		assert(rows->count < rows->room); /* rows_next has seen to it */
		put(rows, at, &row);
		if (!row.is_granted && row.again_ms < rows->again_ms)
			rows->again_ms = row.again_ms;
		break;
	case ROWS_UNREGISTER:
		if (at < rows->count && rows->list[at].index == index)
			drop(rows, at);
		break;
	case ROWS_NOTHING:
		break;
	}
}

void
rows_region(const struct table *table, uint64_t index, struct ask *ask)
{
	uint32_t first = table->columns[0].number;
	uint32_t last = table->columns[table->column_count - 1].number;
	size_t length = table_base(table, ask->arcs, ASK_ARCS_MAX - 3);

	ask->range_at = first == last ? 0 : length;
	ask->range_end = last;
	ask->arcs[length++] = first;
	if (table->row_second != NULL)
		ask->arcs[length++] = (uint32_t)(index >> 32);
	ask->arcs[length++] = (uint32_t)index;
	ask->length = length;
}
