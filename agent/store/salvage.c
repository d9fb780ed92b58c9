/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "store/store_private.h"

int
store_merge(
    struct store *to, struct store *from, const char *rows, const char *put, struct err *err)
{
	sqlite3_stmt *source, *target;
	int r = store_prepare(from, rows, &source, err), step = SQLITE_ROW;

	if (r < 0)
		return r;
	r = store_prepare(to, put, &target, err);
	while (r == 0 && (step = sqlite3_step(source)) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(source); i++)
			sqlite3_bind_value(target, i + 1, sqlite3_column_value(source, i));
		r = store_run(to, target, "cannot take over", err);
	}
	if (r == 0 && step != SQLITE_DONE)
		r = store_error(from, "cannot read", err);
	sqlite3_finalize(source);
	sqlite3_finalize(target);
	return r;
}

/*
 * Indices are taken one by one, and where the copy says otherwise it is right.  What was set by
 * SNMP takes the place of all that the copy has of it, or of nothing: half of it was never in
 * force.
 */
static const struct {
	const char *clear; /* NULL: one by one */
	const char *rows, *put;
	const char *then; /* NULL: nothing */
} tables[] = {
	{ NULL, "SELECT kind, next FROM counter WHERE next " STORE_INDEX_RANGE " + 1",
	    "INSERT INTO counter (kind, next) VALUES (?1, ?2)"
	    " ON CONFLICT (kind) DO UPDATE SET next = max(next, excluded.next)",
	    NULL },
	{ NULL, "SELECT kind, key, idx FROM identity WHERE idx " STORE_INDEX_RANGE,
	    "INSERT OR IGNORE INTO identity (kind, key, idx) VALUES (?1, ?2, ?3)",
	    "INSERT INTO counter (kind, next)"
	    " SELECT kind, max(idx) + 1 FROM identity WHERE true GROUP BY kind"
	    " ON CONFLICT (kind) DO UPDATE SET next = max(next, excluded.next)" },
	{ "DELETE FROM setting", "SELECT kind, idx, key, value, file_value FROM setting",
	    "INSERT INTO setting (kind, idx, key, value, file_value)"
	    " VALUES (?1, ?2, ?3, ?4, ?5)",
	    NULL },
	{ "DELETE FROM added_row", "SELECT kind, idx, status FROM added_row",
	    "INSERT INTO added_row (kind, idx, status) VALUES (?1, ?2, ?3)", NULL },
};

void
salvage(struct store *to, struct store *damaged)
{
	if (damaged->db == NULL)
		return;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		int r = store_begin_image(to, NULL);

		if (r == 0 && tables[i].clear != NULL)
			r = store_exec(to, tables[i].clear, "", NULL);
		if (r == 0)
			r = store_merge(to, damaged, tables[i].rows, tables[i].put, NULL);
		if (tables[i].then != NULL)
			store_exec(to, tables[i].then, "", NULL);
		if (r == 0 || tables[i].clear == NULL)
			store_commit(to, NULL);
		else
			store_rollback(to);
	}
}
