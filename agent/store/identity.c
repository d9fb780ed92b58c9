/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "store/store_private.h"

#define INDEX_MAX INT32_MAX /* of a table index and of entPhysicalIndex */

int
identity_init(struct store *store, struct err *err)
{
	const struct store_statement statements[] = {
		{ &store->identity.find, "SELECT idx FROM identity WHERE kind = ?1 AND key = ?2" },
		{ &store->identity.add,
		    "INSERT INTO identity (kind, key, idx) VALUES (?1, ?2, ?3)" },
		{ &store->identity.rename,
		    "UPDATE identity SET key = ?3 WHERE kind = ?1 AND idx = ?2" },
		/* A kind that never had an index has no row. */
		{ &store->identity.next,
		    "SELECT coalesce((SELECT next FROM counter WHERE kind = ?1), 1)" },
		{ &store->identity.advance,
		    "INSERT INTO counter (kind, next) VALUES (?1, ?2 + 1) "
		    "ON CONFLICT (kind) DO UPDATE SET next = excluded.next" },
		{ &store->identity.restore,
		    "INSERT OR IGNORE INTO identity (kind, key, idx) VALUES (?1, ?3, ?2)" },
		{ &store->identity.pass,
		    "INSERT INTO counter (kind, next) VALUES (?1, ?2 + 1)"
		    " ON CONFLICT (kind) DO UPDATE SET next = max(next, excluded.next)" },
	};

	return store_prepare_all(
	    store, statements, sizeof(statements) / sizeof(statements[0]), err);
}

/* An index from the first row of a statement with its parameters bound; 0: there is no row. */
static int
read_index(const struct store *store, sqlite3_stmt *statement, uint32_t *ret_index, struct err *err)
{
	int64_t value = 0;
	int r = 0;

	switch (sqlite3_step(statement)) {
	case SQLITE_ROW:
		value = sqlite3_column_int64(statement, 0);
		break;
	case SQLITE_DONE:
		break;
	default:
		r = store_error(store, "cannot read an index", err);
		break;
	}
	sqlite3_reset(statement);
	if (r < 0)
		return r;
	if (value < 0 || value > (int64_t)INDEX_MAX + 1)
		return err_set(err, -EIO, "%s: holds an index that cannot be", store->path);
	*ret_index = (uint32_t)value;
	return 0;
}

static int
find(struct store *store, enum store_kind kind, const char *key, uint32_t *ret_index,
    struct err *err)
{
	sqlite3_stmt *statement = store->identity.find;
	int r;

	sqlite3_bind_int(statement, 1, (int)kind);
	sqlite3_bind_text(statement, 2, key, -1, SQLITE_STATIC);
	r = read_index(store, statement, ret_index, err);
	sqlite3_bind_null(statement, 2); /* `key` is the caller's */
	return r;
}

static int
next(const struct store *store, enum store_kind kind, uint32_t *ret_index, struct err *err)
{
	sqlite3_bind_int(store->identity.next, 1, (int)kind);
	return read_index(store, store->identity.next, ret_index, err);
}

static int
add(struct store *store, enum store_kind kind, const char *key, uint32_t index, struct err *err)
{
	sqlite3_stmt *statement = store->identity.advance;
	int r;

	sqlite3_bind_int(statement, 1, (int)kind);
	sqlite3_bind_int64(statement, 2, index);
	r = store_run(store, statement, "cannot store an index", err);
	if (r < 0)
		return r;
	statement = store->identity.add; /* refers to the counter */
	sqlite3_bind_int(statement, 1, (int)kind);
	sqlite3_bind_text(statement, 2, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 3, index);
	r = store_run(store, statement, "cannot store an index", err);
	sqlite3_bind_null(statement, 2);
	return r;
}

int
store_identity(struct store *store, enum store_kind kind, const char *key, uint32_t *ret_index,
    struct err *err)
{
	uint32_t index;
	int r;

	r = store_check_transaction(store, err);
	if (r < 0)
		return r;
	r = find(store, kind, key, &index, err);
	if (r < 0)
		return r;
	if (index == 0) {
		r = next(store, kind, &index, err);
		if (r < 0)
			return r;
		if (index == 0 || index > INDEX_MAX)
			return err_set(err, -ENOSPC, "%s: no index is left", store->path);
		r = add(store, kind, key, index, err);
		if (r < 0)
			return r;
	}
	*ret_index = index;
	return 0;
}

int
store_put_identity(
    struct store *store, enum store_kind kind, const char *key, uint32_t index, struct err *err)
{
	sqlite3_stmt *statements[] = { store->identity.pass, store->identity.restore };
	int r = store_check_transaction(store, err);

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]) && r == 0; i++) {
		sqlite3_bind_int(statements[i], 1, (int)kind);
		sqlite3_bind_int64(statements[i], 2, index);
		if (i == 1)
			sqlite3_bind_text(statements[i], 3, key, -1, SQLITE_TRANSIENT);
		r = store_run(store, statements[i], "cannot store an index", err);
	}
	return r;
}

int
store_find_identity(struct store *store, enum store_kind kind, const char *key, uint32_t *ret_index,
    struct err *err)
{
	return find(store, kind, key, ret_index, err);
}

int
store_rename_identity(
    struct store *store, enum store_kind kind, uint32_t index, const char *key, struct err *err)
{
	sqlite3_stmt *statement = store->identity.rename;
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	sqlite3_bind_int(statement, 1, (int)kind);
	sqlite3_bind_int64(statement, 2, index);
	sqlite3_bind_text(statement, 3, key, -1, SQLITE_STATIC);
	r = store_run(store, statement, "cannot rename an index", err);
	sqlite3_bind_null(statement, 3);
	return r;
}

/* It can be no name: '=' is not in their grammar. */
static const char *
row_key(uint32_t index, char key[12])
{
	snprintf(key, 12, "=%u", (unsigned)index);
	return key;
}

int
identity_restore_row(struct store *store, enum store_kind kind, uint32_t index, struct err *err)
{
	char key[12];

	return store_put_identity(store, kind, row_key(index, key), index, err);
}

int
identity_claim(struct store *store, enum store_kind kind, uint32_t index, struct err *err)
{
	uint32_t found = 0, first_free = 0;
	char key[12];
	int r;

	if (index == 0 || index > INDEX_MAX)
		return err_set(err, -EINVAL, "%u is no index: want 1 to %d", index, INDEX_MAX);
	row_key(index, key);
	r = find(store, kind, key, &found, err);
	if (r < 0 || found == index)
		return r;
	r = next(store, kind, &first_free, err);
	if (r < 0)
		return r;
	if (index < first_free)
		return err_set(
		    err, -EEXIST, "index %u was used before: want %u or above", index, first_free);
	return add(store, kind, key, index, err);
}

uint32_t
store_next_index(const struct store *store, enum store_kind kind)
{
	uint32_t index;

	if (next(store, kind, &index, NULL) < 0 || index > INDEX_MAX)
		return 0;
	return index;
}
