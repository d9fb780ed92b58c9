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

/* Of 4 KiB, so 64 MiB: twice what 50,000 sensors and 100,000 events take.  A disk that we share is
 * not ours to fill. */
#define PAGES_MAX "16384"

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
	("PRAGMA max_page_count = " PAGES_MAX),
};

/* The primary result codes that mean something to a caller or a person. */
static int
errno_of(const struct store *store)
{
	static const struct {
		int sqlite_code, code;
	} codes[] = {
		{ SQLITE_CORRUPT, -EUCLEAN },
		{ SQLITE_NOTADB, -EUCLEAN },
		{ SQLITE_FULL, -ENOSPC },
		{ SQLITE_NOMEM, -ENOMEM },
		{ SQLITE_BUSY, -EBUSY },
		{ SQLITE_LOCKED, -EBUSY },
		{ SQLITE_READONLY, -EROFS },
		{ SQLITE_PERM, -EACCES },
	};
	int sqlite_code = sqlite3_errcode(store->db) & 0xff;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (sqlite_code == codes[i].sqlite_code)
			return codes[i].code;
	/* Of an I/O error or a file that cannot be opened: what the system said. */
	switch (sqlite3_system_errno(store->db)) {
	case ENOSPC:
	case EDQUOT:
		return -ENOSPC;
	case EROFS:
		return -EROFS;
	case EACCES:
		return sqlite_code == SQLITE_CANTOPEN ? -EACCES : -EIO;
	}
	return -EIO;
}

/* SQLite has one text for all that keeps a file from being opened; "": there is no more to say. */
static const char *
cause_of(const struct store *store)
{
	int cause = sqlite3_system_errno(store->db);

	if ((sqlite3_errcode(store->db) & 0xff) != SQLITE_CANTOPEN || cause == 0)
		return "";
	return strerror(cause);
}

bool
store_is_disk_error(int code)
{
	return code == -ENOSPC || code == -EROFS || code == -EIO;
}

int
store_error(const struct store *store, const char *what, struct err *err)
{
	const char *cause;

	if (store->db == NULL)
		return err_set(err, -EIO, "%s: %s: it is not open", store->path, what);
	cause = cause_of(store);
	return err_set(err, errno_of(store), "%s: %s: %s%s%s", store->path, what,
	    sqlite3_errmsg(store->db), cause[0] != '\0' ? ": " : "", cause);
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
	if (store->db == NULL || sqlite3_get_autocommit(store->db))
		return err_set(err, -EIO, "%s: no transaction is open", store->path);
	return 0;
}

void
store_column_text(sqlite3_stmt *statement, int column, char *to, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	if (text == NULL)
		text = "";
	if (text_is_clean(text, strlen(text)))
		text_copy(to, size, text);
	else
		text_clean(text, strlen(text), to, size);
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

int
store_connect_bare(struct store *store, const char *file, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	size_t i;
	int r = 0;

	if (sqlite3_open_v2(file, &store->db, flags, NULL) != SQLITE_OK) {
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
prepare(struct store *store, struct err *err)
{
	static int (*const inits[])(struct store * store, struct err * err) = {
		meta_init,
		identity_init,
		numbers_init,
		events_init,
		alarms_init,
		state_init,
		deliveries_init,
		settings_init,
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(inits) / sizeof(inits[0]) && r == 0; i++)
		r = inits[i](store, err);
	return r;
}

int
store_make_ready(struct store *store, struct err *err)
{
	int r = prepare_transactions(store, err);

	if (r == 0)
		r = schema_update(store, err);
	if (r == 0)
		r = check_content(store, err);
	return r == 0 ? prepare(store, err) : r;
}

int
store_connect(struct store *store, const char *file, struct err *err)
{
	int r = file_make_private(file, err);

	if (r == 0)
		r = store_connect_bare(store, file, err);
	return r == 0 ? store_make_ready(store, err) : r;
}

void
store_disconnect(struct store *store)
{
	sqlite3_stmt *statement;

	while (store->db != NULL && (statement = sqlite3_next_stmt(store->db, NULL)) != NULL)
		sqlite3_finalize(statement);
	sqlite3_close(store->db);
	memset((char *)store + STORE_CONNECTION, 0, sizeof(*store) - STORE_CONNECTION);
}

static int
take_state_dir(struct store *store, const char *state_dir, struct err *err)
{
	if (mkdir(state_dir, 0700) < 0 && errno != EEXIST)
		return err_set(err, -errno, "%s: cannot make the state directory: %s", state_dir,
		    strerror(errno));
	return lock_take(store->lock_path, &store->lock_fd, err);
}

int
store_open(const char *state_dir, struct store **ret_store, struct err *err)
{
	struct store *store = calloc(1, sizeof(*store));
	int r;

	if (store == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	store->lock_fd = -1;
	store->folder = strdup(state_dir);
	if (asprintf(&store->lock_path, "%s/lock", state_dir) < 0)
		store->lock_path = NULL;
	if (asprintf(&store->path, "%s/envsensord.db", state_dir) < 0)
		store->path = NULL;
	r = store->folder == NULL || store->lock_path == NULL || store->path == NULL
	        ? err_set(err, -ENOMEM, "out of memory")
	        : take_state_dir(store, state_dir, err);
	if (r == 0)
		r = care_open(store, err);
	if (store_is_disk_error(r))
		r = away_open(store, err);
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
	if (store == NULL)
		return;
	store_disconnect(store);
	if (store->lock_fd >= 0)
		lock_release(store->lock_fd);
	free(store->folder);
	free(store->lock_path);
	free(store->path);
	free(store);
}

const char *
store_folder(const struct store *store)
{
	return store->folder;
}

int
store_replace(struct store *store, const struct err *damage, struct err *err)
{
	int r = care_replace(store, damage, err);

	return store_is_disk_error(r) ? away_open(store, err) : r;
}

bool
store_is_away(const struct store *store)
{
	return store->is_away;
}

int
store_leave(struct store *store, struct err *err)
{
	return store->is_away ? 0 : away_open(store, err);
}

/* What found no room has been rolled back, so near is near enough.  Free pages are room. */
bool
store_is_at_cap(struct store *store)
{
	int64_t is_near = 0;

	return store_number(store,
		   "SELECT max_page_count - page_count + freelist_count < max_page_count / 16"
		   " FROM pragma_max_page_count, pragma_page_count, pragma_freelist_count",
		   &is_near, NULL) == 0 &&
	       is_near != 0;
}

const char *
store_damage(const struct store *store)
{
	return store->damage;
}

int
store_begin(struct store *store, struct err *err)
{
	int r = store->is_away ? away_come_back(store, err) : 0;

	return r == 0 ? store_begin_image(store, err) : r;
}

int
store_begin_image(struct store *store, struct err *err)
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
	if (store->db != NULL && !sqlite3_get_autocommit(store->db))
		store_run(store, store->transaction.rollback, "cannot roll back", NULL);
}
