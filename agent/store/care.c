/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A database that is damaged or lost is replaced.  The other one is made beside it, whole and on
 * the disk, and takes its place by a rename: a crash at any moment leaves something that the next
 * start can go on from.
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/store_private.h"
#include "sys/clock.h"

#define ASIDE        ".damaged-"
#define ASIDE_MAX    4 /* kept; each can be as large as the database */
#define STAMP_OCTETS sizeof("20261122T003344Z")
#define ASIDE_OCTETS (sizeof(ASIDE) + STAMP_OCTETS)

/* What is said of it leaves room for where it is. */
#define DAMAGE_OCTETS ((int)(sizeof(((struct store *)0)->damage) - 2 * ASIDE_OCTETS - 32))

const char *const store_copies[2] = { ".1", ".2" };

void
care_remove(const struct store *store, const char *suffix)
{
	static const char *const of[] = { "", "-wal", "-journal" };
	struct store_path path;
	char name[32];

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", suffix, of[i]);
		unlink(store_beside(store, name, &path));
	}
}

/* ---- setting aside ---- */

/* Room for one more; the names are in the order of time. */
static void
limit_aside(const struct store *store)
{
	struct store_path pattern, wal;
	glob_t found;
	size_t surplus;

	if (glob(store_beside(store, ASIDE "*Z", &pattern), 0, NULL, &found) != 0)
		return;
	surplus = found.gl_pathc >= ASIDE_MAX ? found.gl_pathc - ASIDE_MAX + 1 : 0;
	for (size_t i = 0; i < surplus; i++) {
		unlink(found.gl_pathv[i]);
		if ((size_t)snprintf(wal.text, sizeof(wal.text), "%s-wal", found.gl_pathv[i]) <
		    sizeof(wal.text))
			unlink(wal.text);
	}
	globfree(&found);
}

static int
move(const struct store *store, const char *from, const char *to, struct err *err)
{
	struct store_path old, new;
	int code;

	if (rename(store_beside(store, from, &old), store_beside(store, to, &new)) == 0 ||
	    errno == ENOENT)
		return 0;
	code = -errno;
	return err_set(
	    err, code, "%s: cannot rename to %s: %s", old.text, new.text, strerror(-code));
}

/* With its log, which belongs to it and to no other: SQLite finds the two together by their names.
 */
static int
set_aside(struct store *store, char *aside, size_t size, struct err *err)
{
	char stamp[STAMP_OCTETS], wal[64];
	time_t now = (time_t)(clock_wall_ms() / 1000);
	struct tm utc;
	int r;

	limit_aside(store);
	gmtime_r(&now, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	snprintf(aside, size, ASIDE "%s", stamp);
	snprintf(wal, sizeof(wal), ASIDE "%s-wal", stamp);
	r = file_is_there(store->path) ? move(store, "", aside, err) : 0;
	if (r == 0)
		r = move(store, "-wal", wal, err);
	if (r == 0)
		care_remove(store, "-journal");
	return r;
}

int
care_put_in_place(struct store *store, struct err *err)
{
	struct store_path path;
	bool was_there = file_is_there(store->path);
	size_t length = strlen(store->damage);
	char aside[ASIDE_OCTETS];
	int r = set_aside(store, aside, sizeof(aside), err);

	if (r == 0)
		r = move(store, STORE_NEW, "", err);
	if (r == 0)
		r = file_sync_folder(store_beside(store, "", &path), err);
	if (r == 0 && was_there)
		snprintf(store->damage + length, sizeof(store->damage) - length,
		    "; set aside as envsensord.db%s", aside);
	return r;
}

/* ---- making the other one ---- */

int
care_finish_new(struct store *store, struct err *err)
{
	struct store_path path, wal;

	store_disconnect(store);
	if (file_is_there(store_beside(store, STORE_NEW "-wal", &wal)))
		return err_set(err, -EIO, "%s: cannot be closed", wal.text);
	return file_sync(store_beside(store, STORE_NEW, &path), err);
}

static int
make_new(struct store *store, struct store *damaged, enum storage_story story, int64_t copy_wall_ms,
    struct err *err)
{
	struct store_path path;
	int r = store_connect(store, store_beside(store, STORE_NEW, &path), err);

	if (r == 0)
		r = meta_tell_story(store, story, copy_wall_ms, err);
	if (r < 0) {
		store_disconnect(store);
		return r;
	}
	salvage(store, damaged);
	return care_finish_new(store, err);
}

/* -EUCLEAN: this one is damaged, too, or not there. */
static int
make_from_copy(struct store *store, struct store *damaged, const char *suffix, struct err *err)
{
	struct store_path copy, new;
	int r;

	if (!file_is_there(store_beside(store, suffix, &copy)))
		return -EUCLEAN;
	care_remove(store, STORE_NEW);
	r = file_copy(copy.text, store_beside(store, STORE_NEW, &new), err);
	if (r < 0)
		return r;
	return make_new(store, damaged, STORAGE_STORY_RESTORED, file_wall_ms(copy.text), err);
}

static int
make_other(struct store *store, struct store *damaged, struct err *err)
{
	int r = -EUCLEAN;

	for (size_t i = 0; i < sizeof(store_copies) / sizeof(store_copies[0]) && r == -EUCLEAN; i++)
		r = make_from_copy(store, damaged, store_copies[i], err);
	if (r != -EUCLEAN)
		return r;
	care_remove(store, STORE_NEW);
	return make_new(store, damaged, STORAGE_STORY_ANEW, 0, err);
}

int
care_replace(struct store *store, const struct err *damage, struct err *err)
{
	struct store damaged = *store;
	int r;

	/* It is set aside as it was found: its log is not written into it. */
	if (damaged.db != NULL)
		sqlite3_db_config(damaged.db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	memset((char *)store + STORE_CONNECTION, 0, sizeof(*store) - STORE_CONNECTION);
	snprintf(store->damage, sizeof(store->damage), "%.*s", DAMAGE_OCTETS, damage->text);
	r = make_other(store, &damaged, err);
	store_disconnect(&damaged);
	if (r == 0)
		r = care_put_in_place(store, err);
	if (r == 0)
		r = store_connect(store, store->path, err);
	if (r < 0) {
		store_disconnect(store);
		care_remove(store, STORE_NEW);
	}
	return r;
}

/* ---- opening ---- */

/* Not there, or empty, and not because it never was; STORE_NEW: of a replacement that was cut off.
 */
static bool
is_lost(const struct store *store)
{
	struct store_path path;

	if (file_is_there(store->path))
		return false;
	if (file_is_there(store_beside(store, STORE_NEW, &path)))
		return true;
	for (size_t i = 0; i < sizeof(store_copies) / sizeof(store_copies[0]); i++)
		if (file_is_there(store_beside(store, store_copies[i], &path)))
			return true;
	return file_is_there(store_beside(store, "-wal", &path));
}

int
care_open(struct store *store, struct err *err)
{
	bool is_new = !file_is_there(store->path);
	struct err damage;
	int r;

	if (is_lost(store))
		r = err_set(&damage, -EUCLEAN, "%s: is gone", store->path);
	else
		r = store_connect(store, store->path, &damage);
	care_remove(store, STORE_NEW);
	care_remove(store, STORE_COPY);
	if (r == -EUCLEAN)
		return care_replace(store, &damage, err);
	if (r < 0) {
		store_disconnect(store);
		if (is_new) /* half made, and nothing in it */
			care_remove(store, "");
		return err_set(err, r, "%s", damage.text);
	}
	return 0;
}
