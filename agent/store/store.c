/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"
#include "store/store_private.h"
#include "sys/lock.h"

/*
 * EXCLUSIVE is set before WAL is: so the index of the log stays in our memory, not in a third file.
 * The cache is small since the daemon must be; most of what is stored is read at start only.
 */
static const char *const settings[] = {
	"PRAGMA locking_mode = EXCLUSIVE",
	"PRAGMA trusted_schema = OFF",
	"PRAGMA cell_size_check = ON",
	"PRAGMA synchronous = FULL",
	"PRAGMA foreign_keys = ON",
	"PRAGMA secure_delete = ON", /* a password may be among what is removed */
	"PRAGMA cache_size = -256",  /* KiB */
	"PRAGMA temp_store = MEMORY",
	"PRAGMA journal_size_limit = 1048576",
};

/* The primary result codes that mean something to a caller or a person. */
static int
errno_of(int sqlite_code)
{
	static const struct {
		int sqlite_code, code;
	} codes[] = {
		{ SQLITE_FULL, -ENOSPC },
		{ SQLITE_NOMEM, -ENOMEM },
		{ SQLITE_BUSY, -EBUSY },
		{ SQLITE_LOCKED, -EBUSY },
		{ SQLITE_READONLY, -EROFS },
		{ SQLITE_PERM, -EACCES },
	};
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if ((sqlite_code & 0xff) == codes[i].sqlite_code)
			return codes[i].code;
	return -EIO;
}

int
store_error(const struct store *store, const char *what, struct err *err)
{
	int sqlite_code = sqlite3_errcode(store->db);

	if ((sqlite_code & 0xff) == SQLITE_NOTADB)
		return err_set(err, -EINVAL, "%s: is not a database of envsensord", store->path);
	return err_set(
	    err, errno_of(sqlite_code), "%s: %s: %s", store->path, what, sqlite3_errmsg(store->db));
}

int
store_exec(struct store *store, const char *sql, const char *what, struct err *err)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_error(store, what, err);
	return 0;
}

int
store_prepare(struct store *store, const char *sql, sqlite3_stmt **ret_statement, struct err *err)
{
	if (sqlite3_prepare_v3(
		store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_statement, NULL) != SQLITE_OK)
		return store_error(store, "cannot prepare a statement", err);
	return 0;
}

int
store_prepare_all(
    struct store *store, const struct store_statement *statements, size_t count, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = store_prepare(store, statements[i].sql, statements[i].statement, err);
	return r;
}

int
store_each_row(struct store *store, sqlite3_stmt *statement, const char *what,
    int (*take)(void *context, struct err *err), void *context, struct err *err)
{
	int r = 0, step = SQLITE_ROW;

	while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW)
		r = take(context, err);
	if (r == 0 && step != SQLITE_DONE)
		r = store_error(store, what, err);
	sqlite3_reset(statement);
	return r;
}

int
store_check_transaction(const struct store *store, struct err *err)
{
	if (sqlite3_get_autocommit(store->db))
		return err_set(err, -EIO, "%s: no transaction is open", store->path);
	return 0;
}

void
store_column_text(sqlite3_stmt *statement, int column, char *to, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	text_copy(to, size, text != NULL ? text : "");
}

int
store_run(struct store *store, sqlite3_stmt *statement, const char *what, struct err *err)
{
	int r = 0;

	if (sqlite3_step(statement) != SQLITE_DONE)
		r = store_error(store, what, err);
	sqlite3_reset(statement);
	return r;
}

int
store_number(struct store *store, const char *sql, int64_t *ret_number, struct err *err)
{
	sqlite3_stmt *statement;
	int r;

	r = store_prepare(store, sql, &statement, err);
	if (r < 0)
		return r;
	if (sqlite3_step(statement) == SQLITE_ROW)
		*ret_number = sqlite3_column_int64(statement, 0);
	else
		r = store_error(store, "cannot read", err);
	sqlite3_finalize(statement);
	return r;
}

static int
take_state_dir(struct store *store, const char *state_dir, struct err *err)
{
	if (mkdir(state_dir, 0700) < 0 && errno != EEXIST)
		return err_set(err, -errno, "%s: cannot make the state directory: %s", state_dir,
		    strerror(errno));
	return lock_take(store->lock_path, &store->lock_fd, err);
}

/* SQLite gives its other files the mode of the database. */
static int
make_private_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct stat status;
	int r = 0;

	if (fd < 0)
		return err_set(err, -errno, "%s: cannot open: %s", path, strerror(errno));
	if (fstat(fd, &status) < 0)
		r = err_set(err, -errno, "%s: %s", path, strerror(errno));
	else if ((status.st_mode & 0777) != 0600 && fchmod(fd, 0600) < 0)
		r = err_set(err, -errno, "%s: cannot make it private: %s", path, strerror(errno));
	close(fd);
	return r;
}

static int
set_up_connection(struct store *store, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	size_t i;
	int r = 0;

	if (sqlite3_open_v2(store->path, &store->db, flags, NULL) != SQLITE_OK) {
		if (store->db == NULL)
			return err_set(err, -ENOMEM, "out of memory");
		return store_error(store, "cannot open", err);
	}
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]) && r == 0; i++)
		r = store_exec(store, settings[i], "cannot open", err);
	return r;
}

static int
prepare_transactions(struct store *store, struct err *err)
{
	int r;

	r = store_prepare(store, "BEGIN IMMEDIATE", &store->transaction.begin, err);
	if (r == 0)
		r = store_prepare(store, "COMMIT", &store->transaction.commit, err);
	if (r == 0)
		r = store_prepare(store, "ROLLBACK", &store->transaction.rollback, err);
	return r;
}

static int
open_database(struct store *store, struct err *err)
{
	static int (*const inits[])(struct store * store, struct err * err) = {
		identity_init,
		numbers_init,
		events_init,
		alarms_init,
		state_init,
		deliveries_init,
		settings_init,
	};
	int r;

	r = make_private_file(store->path, err);
	if (r == 0)
		r = set_up_connection(store, err);
	if (r == 0)
		r = prepare_transactions(store, err);
	if (r == 0)
		r = schema_update(store, err);
	if (r == 0)
		r = meta_init(store, err);
	for (size_t i = 0; i < sizeof(inits) / sizeof(inits[0]) && r == 0; i++)
		r = inits[i](store, err);
	return r;
}

int
store_open(const char *state_dir, struct store **ret_store, struct err *err)
{
	struct store *store = calloc(1, sizeof(*store));
	int r;

	if (store == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	store->lock_fd = -1;
	if (asprintf(&store->lock_path, "%s/lock", state_dir) < 0)
		store->lock_path = NULL;
	if (asprintf(&store->path, "%s/envsensord.db", state_dir) < 0)
		store->path = NULL;
	r = store->lock_path == NULL || store->path == NULL ? err_set(err, -ENOMEM, "out of memory")
	                                                    : take_state_dir(store, state_dir, err);
	if (r == 0)
		r = open_database(store, err);
	if (r < 0)
		goto fail;
	*ret_store = store;
	return 0;

fail:
	store_close(store);
	return r;
}

void
store_close(struct store *store)
{
	sqlite3_stmt *statement;

	if (store == NULL)
		return;
	while (store->db != NULL && (statement = sqlite3_next_stmt(store->db, NULL)) != NULL)
		sqlite3_finalize(statement);
	sqlite3_close(store->db);
	if (store->lock_fd >= 0)
		lock_release(store->lock_fd);
	free(store->lock_path);
	free(store->path);
	free(store);
}

int
store_begin(struct store *store, struct err *err)
{
	return store_run(store, store->transaction.begin, "cannot begin a transaction", err);
}

int
store_commit(struct store *store, struct err *err)
{
	int r = store_run(store, store->transaction.commit, "cannot commit", err);

	if (r < 0)
		store_rollback(store);
	return r;
}

void
store_rollback(struct store *store)
{
	/* A heavy error has rolled back already; a rollback itself does not fail. */
	if (!sqlite3_get_autocommit(store->db))
		store_run(store, store->transaction.rollback, "cannot roll back", NULL);
}
