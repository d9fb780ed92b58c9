/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The disk is away: full, read-only, or it does not answer.  What can be read of the database is
 * loaded into memory, so that all goes on as it was; what is written there is only indices.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/store_private.h"
#include "sys/lock.h"

/* ---- leaving ---- */

/* "file:PATH?immutable=1": what a URI reads in another way is escaped. */
static void
immutable_uri(const char *path, char *uri, size_t size)
{
	size_t length = (size_t)snprintf(uri, size, "file:");

	for (; *path != '\0' && length + 16 < size; path++)
		if (strchr("?#%", *path) != NULL)
			length += (size_t)snprintf(uri + length, size - length, "%%%02x", *path);
		else
			uri[length++] = *path;
	snprintf(uri + length, size - length, "?immutable=1");
}

static sqlite3 *
try_to_read(const char *name, int flags, const char *vfs)
{
	static const char look[] =
	    "PRAGMA locking_mode = EXCLUSIVE; SELECT count(*) FROM sqlite_schema";
	sqlite3 *db;

	flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
	if (sqlite3_open_v2(name, &db, flags, vfs) == SQLITE_OK &&
	    sqlite3_exec(db, look, NULL, NULL, NULL) == SQLITE_OK)
		return db;
	sqlite3_close(db);
	return NULL;
}

/*
 * With its log, the index of which is in memory only for an exclusive connection; that wants a lock
 * for writing, which no file can have on a read-only disk.  We have our own.  Without a log, SQLite
 * cannot open a database that had one where none can be made, unless nobody else is said to change
 * it.
 */
static sqlite3 *
open_to_read(const struct store *store, const char *path)
{
	char uri[2 * PATH_MAX];
	struct store_path wal;
	sqlite3 *db = try_to_read(path, 0, "unix-none");

	if (db != NULL ||
	    (strcmp(path, store->path) == 0 && file_is_there(store_beside(store, "-wal", &wal))))
		return db;
	immutable_uri(path, uri, sizeof(uri));
	return try_to_read(uri, SQLITE_OPEN_URI, NULL);
}

static int
copy_pages(struct store *store, sqlite3 *to, sqlite3 *from, struct err *err)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	int code;

	if (backup == NULL)
		return err_set(err, -EIO, "%s: %s", store->path, sqlite3_errmsg(to));
	sqlite3_backup_step(backup, -1);
	code = sqlite3_backup_finish(backup);
	if (code == SQLITE_OK)
		return 0;
	return err_set(err, (code & 0xff) == SQLITE_FULL ? -ENOSPC : -EIO, "%s: cannot copy it: %s",
	    store->path, sqlite3_errstr(code));
}

static int
load_image(struct store *store, const char *path)
{
	sqlite3 *from = open_to_read(store, path);
	int r;

	if (from == NULL)
		return -EIO;
	r = store_connect_bare(store, ":memory:", NULL);
	if (r == 0)
		r = copy_pages(store, store->db, from, NULL);
	sqlite3_close(from);
	if (r == 0)
		r = store_make_ready(store, NULL);
	if (r < 0)
		store_disconnect(store);
	return r;
}

static int
load_copy(struct store *store, const char *suffix)
{
	struct store_path path;
	int r;

	if (!file_is_there(store_beside(store, suffix, &path)))
		return -ENOENT;
	r = load_image(store, path.text);
	if (r == 0)
		r = meta_tell_story(store, STORAGE_STORY_RESTORED, file_wall_ms(path.text), NULL);
	return r;
}

static int
make_image(struct store *store, struct err *err)
{
	bool is_lost = file_is_there(store->path);
	int r = store_connect_bare(store, ":memory:", err);

	if (r == 0)
		r = store_make_ready(store, err);
	if (r == 0 && is_lost)
		r = meta_tell_story(store, STORAGE_STORY_ANEW, 0, err);
	return r;
}

int
away_open(struct store *store, struct err *err)
{
	int r;

	store_disconnect(store);
	store->is_away = true;
	store->is_image_of_file = false;
	r = file_is_there(store->path) ? load_image(store, store->path) : -ENOENT;
	store->is_image_of_file = r == 0;
	for (size_t i = 0; i < sizeof(store_copies) / sizeof(store_copies[0]) && r < 0; i++)
		r = load_copy(store, store_copies[i]);
	return r < 0 ? make_image(store, err) : 0;
}

/* ---- coming back ---- */

/* Indices that were given meanwhile. */
static int
merge_indices(struct store *to, struct store *from, struct err *err)
{
	int r = store_merge(to, from, "SELECT kind, next FROM counter",
	    "INSERT INTO counter (kind, next) VALUES (?1, ?2)"
	    " ON CONFLICT (kind) DO UPDATE SET next = max(next, excluded.next)",
	    err);

	if (r < 0)
		return r;
	return store_merge(to, from, "SELECT kind, key, idx FROM identity",
	    "INSERT OR IGNORE INTO identity (kind, key, idx) VALUES (?1, ?2, ?3)", err);
}

static int
merge_into_file(struct store *store, struct store *fresh, struct err *err)
{
	int r = store_begin_image(fresh, err);

	if (r < 0)
		return r;
	r = merge_indices(fresh, store, err);
	if (r < 0) {
		store_rollback(fresh);
		return r;
	}
	return store_commit(fresh, err);
}

/* The file is not that of the image: the image takes its place. */
static int
write_image(struct store *store, struct store *fresh, struct err *err)
{
	struct store_path path;
	int r;

	store_disconnect(fresh);
	care_remove(store, STORE_NEW);
	r = file_make_private(store_beside(store, STORE_NEW, &path), err);
	if (r == 0)
		r = store_connect_bare(fresh, path.text, err);
	if (r == 0)
		r = copy_pages(store, fresh->db, store->db, err);
	if (r == 0)
		r = store_make_ready(fresh, err);
	if (r == 0)
		r = care_finish_new(fresh, err);
	if (r == 0)
		r = care_put_in_place(fresh, err);
	return r == 0 ? store_connect(fresh, store->path, err) : r;
}

/* Who took it in between is the one who may write. */
static int
take_lock_again(struct store *store, struct err *err)
{
	int fd, r;

	if (!lock_is_on_folder(store->lock_fd))
		return 0;
	r = lock_take(store->lock_path, &fd, NULL);
	if (r == 0 && !lock_is_on_folder(fd)) {
		lock_release(store->lock_fd);
		store->lock_fd = fd;
		return 0;
	}
	if (r == 0)
		lock_release(fd);
	return err_set(err, -EROFS, "%s: cannot be made", store->lock_path);
}

static int
come_back(struct store *store, struct store *fresh, struct err *err)
{
	int r;

	if (!store->is_image_of_file)
		return write_image(store, fresh, err);
	r = store_connect(fresh, store->path, err);
	if (r == -EUCLEAN || (r == 0 && strcmp(fresh->uuid, store->uuid) != 0))
		return write_image(store, fresh, err);
	return r == 0 ? merge_into_file(store, fresh, err) : r;
}

int
away_come_back(struct store *store, struct err *err)
{
	struct store fresh;
	int r = take_lock_again(store, err);

	if (r < 0)
		return r;
	fresh = *store;
	memset((char *)&fresh + STORE_CONNECTION, 0, sizeof(fresh) - STORE_CONNECTION);
	fresh.is_away = false;
	r = come_back(store, &fresh, err);
	if (r < 0) {
		store_disconnect(&fresh);
		care_remove(store, STORE_NEW);
		return r;
	}
	store_disconnect(store);
	*store = fresh;
	return 0;
}
