/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_ROWS_H
#define SNMP_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snmp/ask.h"
#include "snmp/table.h"

/*
 * The rows of one table that are registered one by one, since another agent of the same master has
 * the table or rows of it.  Pure: tells what to ask the master next, and takes the answer.  An
 * index is that of a position (table.h).
 */
struct row_held {
	uint64_t index;
	bool is_granted;  /* else another agent has it */
	int64_t again_ms; /* when to ask again then */
};

struct rows {
	const struct table *table;
	struct row_held *list; /* by index */
	size_t count, room;
	size_t refused; /* of them */

	/* the pass over what is and what should be */
	uint64_t from;
	bool is_settled; /* it came to its end */
	uint32_t generation;
	bool is_wanted;
	int64_t again_ms;
};

enum rows_want {
	ROWS_NOTHING,
	ROWS_REGISTER,
	ROWS_UNREGISTER,
};

void rows_init(struct rows *rows, const struct table *table);
void rows_done(struct rows *rows); /* the master has forgotten them, too */

/* What to ask for next, so that the rows of the snapshot are registered (not wanted: none). */
enum rows_want rows_next(struct rows *rows, const struct snapshot *snapshot, bool is_wanted,
    int64_t now_ms, uint64_t *ret_index);

void rows_answer(struct rows *rows, enum rows_want asked, uint64_t index, enum ask_answer answer,
    int64_t now_ms);

/* The region of that row: all columns of it. */
void rows_region(const struct table *table, uint64_t index, struct ask *ask);

#endif
