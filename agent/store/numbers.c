/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "store/store_private.h"

int
numbers_init(struct store *store, struct err *err)
{
	const struct store_statement statements[] = {
		{ &store->number.get, "SELECT value FROM number WHERE key = ?1" },
		{ &store->number.put, "REPLACE INTO number (key, value) VALUES (?1, ?2)" },
	};

	return store_prepare_all(
	    store, statements, sizeof(statements) / sizeof(statements[0]), err);
}

int
store_get_number(
    struct store *store, enum store_number which, uint32_t *ret_number, struct err *err)
{
	sqlite3_stmt *statement = store->number.get;
	int64_t number = -1;
	int r = 0;

	sqlite3_bind_int(statement, 1, (int)which);
	if (sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	else
		r = store_error(store, "cannot read a number", err);
	sqlite3_reset(statement);
	if (r < 0)
		return r;
	if (number < 0 || number > STORE_NUMBER_MAX)
		return err_set(err, -EIO, "%s: holds a number that cannot be", store->path);
	*ret_number = (uint32_t)number;
	return 0;
}

int
store_put_number(struct store *store, enum store_number which, uint32_t number, struct err *err)
{
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	sqlite3_bind_int(store->number.put, 1, (int)which);
	sqlite3_bind_int64(store->number.put, 2, number);
	return store_run(store, store->number.put, "cannot store a number", err);
}
