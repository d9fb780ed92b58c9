/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/store_private.h"

/*
 * VACUUM INTO reads each row by way of its table, so that a damaged page ends it, and makes the
 * indices anew: what comes out is whole.  SQLite wants the file missing or empty, and does not sync
 * it.
 */
static int
write_copy(struct store *store, const char *path, struct err *err)
{
	sqlite3_stmt *statement;
	int r = file_make_private(path, err);

	if (r == 0)
		r = store_prepare(store, "VACUUM INTO ?1", &statement, err);
	if (r != 0)
		return r;
	sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
	r = store_run(store, statement, "cannot copy it", err);
	sqlite3_finalize(statement);
	return r == 0 ? file_sync(path, err) : r;
}

static int
fail(const char *path, struct err *err)
{
	int code = -errno;

	return err_set(err, code, "%s: cannot rename: %s", path, strerror(-code));
}

int
store_copy(struct store *store, struct err *err)
{
	struct store_path path, newest, older;
	int r;

	if (store->is_away || store->db == NULL)
		return err_set(err, -EIO, "%s: the disk is away", store->path);
	unlink(store_beside(store, STORE_COPY, &path));
	r = write_copy(store, path.text, err);
	if (r < 0)
		goto fail;
	if (rename(store_beside(store, store_copies[0], &newest),
		store_beside(store, store_copies[1], &older)) < 0 &&
	    errno != ENOENT)
		r = fail(newest.text, err);
	if (r == 0 && rename(path.text, newest.text) < 0)
		r = fail(path.text, err);
	if (r < 0)
		goto fail;
	return file_sync_folder(newest.text, err);

fail:
	unlink(path.text);
	return r;
}

int64_t
store_copy_wall_ms(const struct store *store)
{
	struct store_path path;

	return file_wall_ms(store_beside(store, store_copies[0], &path));
}
