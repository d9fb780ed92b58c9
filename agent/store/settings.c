/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "store/store_private.h"

int
settings_init(struct store *store, struct err *err)
{
	const struct store_statement statements[] = {
		{ &store->setting.put,
		    "INSERT INTO setting (kind, idx, key, value, file_value)"
		    " VALUES (?1, ?2, ?3, ?4, ?5)"
		    " ON CONFLICT (kind, idx, key) DO UPDATE SET value = excluded.value" },
		{ &store->setting.tidy,
		    "DELETE FROM setting"
		    " WHERE kind = ?1 AND idx = ?2 AND key = ?3 AND value = file_value" },
		{ &store->setting.remove,
		    "DELETE FROM setting WHERE kind = ?1 AND idx = ?2 AND key = ?3" },
		{ &store->setting.remove_all, "DELETE FROM setting WHERE kind = ?1 AND idx = ?2" },
		{ &store->setting.clear, "DELETE FROM setting" },
		{ &store->setting.load, "SELECT kind, idx, key, value, file_value FROM setting"
					" ORDER BY kind, idx, key" },
		{ &store->row.put,
		    "REPLACE INTO added_row (kind, idx, status) VALUES (?1, ?2, ?3)" },
		{ &store->row.remove, "DELETE FROM added_row WHERE kind = ?1 AND idx = ?2" },
		{ &store->row.clear, "DELETE FROM added_row" },
		{ &store->row.load, "SELECT kind, idx, status FROM added_row ORDER BY kind, idx" },
	};

	return store_prepare_all(
	    store, statements, sizeof(statements) / sizeof(statements[0]), err);
}

static void
bind_row(sqlite3_stmt *statement, enum store_kind kind, uint32_t index)
{
	sqlite3_bind_int(statement, 1, (int)kind);
	sqlite3_bind_int64(statement, 2, index);
}

/* Of the caller's texts no statement keeps a pointer: a value may be a secret. */
static int
run(struct store *store, sqlite3_stmt *statement, const char *what, struct err *err)
{
	int r = store_run(store, statement, what, err);

	sqlite3_clear_bindings(statement);
	return r;
}

int
store_put_setting(struct store *store, const struct store_setting *setting, struct err *err)
{
	static const char what[] = "cannot store a setting";
	sqlite3_stmt *statement = store->setting.put;
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	bind_row(statement, setting->kind, setting->index);
	sqlite3_bind_text(statement, 3, setting->key, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 4, setting->value, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 5, setting->file_value, -1, SQLITE_STATIC);
	r = run(store, statement, what, err);
	if (r < 0)
		return r;
	statement = store->setting.tidy;
	bind_row(statement, setting->kind, setting->index);
	sqlite3_bind_text(statement, 3, setting->key, -1, SQLITE_STATIC);
	return run(store, statement, what, err);
}

int
store_remove_setting(
    struct store *store, enum store_kind kind, uint32_t index, const char *key, struct err *err)
{
	sqlite3_stmt *statement = store->setting.remove;
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	bind_row(statement, kind, index);
	sqlite3_bind_text(statement, 3, key, -1, SQLITE_STATIC);
	return run(store, statement, "cannot remove a setting", err);
}

int
store_remove_settings(struct store *store, enum store_kind kind, uint32_t index, struct err *err)
{
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	bind_row(store->setting.remove_all, kind, index);
	return run(store, store->setting.remove_all, "cannot remove the settings of a row", err);
}

int
store_clear_settings(struct store *store, struct err *err)
{
	int r = store_check_transaction(store, err);

	if (r == 0)
		r = store_run(store, store->setting.clear, "cannot clear the settings", err);
	if (r == 0)
		r = store_run(store, store->row.clear, "cannot clear the rows by SET", err);
	return r;
}

struct setting_loader {
	sqlite3_stmt *statement;
	int (*take)(void *context, const struct store_setting *setting, struct err *err);
	void *context;
};

static int
take_setting(void *context, struct err *err)
{
	const struct setting_loader *loader = context;
	sqlite3_stmt *statement = loader->statement;
	const struct store_setting setting = {
		.kind = (enum store_kind)sqlite3_column_int(statement, 0),
		.index = (uint32_t)sqlite3_column_int64(statement, 1),
		.key = (const char *)sqlite3_column_text(statement, 2),
		.value = (const char *)sqlite3_column_text(statement, 3),
		.file_value = (const char *)sqlite3_column_text(statement, 4),
	};

	if (setting.key == NULL || setting.value == NULL)
		return err_set(err, -ENOMEM, "out of memory"); /* neither can be NULL */
	return loader->take(loader->context, &setting, err);
}

int
store_load_settings(struct store *store,
    int (*take)(void *context, const struct store_setting *setting, struct err *err), void *context,
    struct err *err)
{
	struct setting_loader loader = { store->setting.load, take, context };

	return store_each_row(
	    store, loader.statement, "cannot read the settings", take_setting, &loader, err);
}

static int
put_row(
    struct store *store, enum store_kind kind, uint32_t index, uint32_t row_status, struct err *err)
{
	bind_row(store->row.put, kind, index);
	sqlite3_bind_int64(store->row.put, 3, row_status);
	return run(store, store->row.put, "cannot store a row", err);
}

int
store_put_row(
    struct store *store, enum store_kind kind, uint32_t index, uint32_t row_status, struct err *err)
{
	int r = store_check_transaction(store, err);

	if (r == 0)
		r = identity_claim(store, kind, index, err);
	return r == 0 ? put_row(store, kind, index, row_status, err) : r;
}

int
store_restore_row(
    struct store *store, enum store_kind kind, uint32_t index, uint32_t row_status, struct err *err)
{
	int r = identity_restore_row(store, kind, index, err);

	return r == 0 ? put_row(store, kind, index, row_status, err) : r;
}

int
store_remove_row(struct store *store, enum store_kind kind, uint32_t index, struct err *err)
{
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	bind_row(store->row.remove, kind, index);
	return run(store, store->row.remove, "cannot remove a row", err);
}

struct row_loader {
	sqlite3_stmt *statement;
	int (*take)(void *context, enum store_kind kind, uint32_t index, uint32_t row_status,
	    struct err *err);
	void *context;
};

static int
take_row(void *context, struct err *err)
{
	const struct row_loader *loader = context;
	sqlite3_stmt *statement = loader->statement;

	return loader->take(loader->context, (enum store_kind)sqlite3_column_int(statement, 0),
	    (uint32_t)sqlite3_column_int64(statement, 1),
	    (uint32_t)sqlite3_column_int64(statement, 2), err);
}

int
store_load_rows(struct store *store,
    int (*take)(
	void *context, enum store_kind kind, uint32_t index, uint32_t row_status, struct err *err),
    void *context, struct err *err)
{
	struct row_loader loader = { store->row.load, take, context };

	return store_each_row(
	    store, loader.statement, "cannot read the rows by SET", take_row, &loader, err);
}
