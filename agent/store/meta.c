/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/text.h"
#include "store/store_private.h"
#include "sys/clock.h"

/* RFC 4122 §4.4: version 4, random. */
static int
uuid_make(char *to, size_t size, struct err *err)
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		return err_set(err, -EIO, "no random numbers: %s", strerror(errno));
	b[6] = (unsigned char)(0x40 | (b[6] & 0x0f));
	b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
	snprintf(to, size, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
	    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
	    b[14], b[15]);
	return 0;
}

int
meta_create(struct store *store, struct err *err)
{
	char uuid[sizeof(store->uuid)];
	sqlite3_stmt *statement;
	int r;

	r = uuid_make(uuid, sizeof(uuid), err);
	if (r < 0)
		return r;
	r = store_prepare(store,
	    "INSERT INTO meta (key, value) VALUES ('uuid', ?1),"
	    " ('created', strftime('%Y-%m-%dT%H:%M:%SZ', ?2, 'unixepoch'))",
	    &statement, err);
	if (r < 0)
		return r;
	sqlite3_bind_text(statement, 1, uuid, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, clock_wall_ms() / 1000);
	r = store_run(store, statement, "cannot write", err);
	sqlite3_finalize(statement);
	return r;
}

int
meta_init(struct store *store, struct err *err)
{
	const unsigned char *uuid;
	sqlite3_stmt *statement;
	int r, step;

	r = store_prepare(store, "SELECT value FROM meta WHERE key = 'uuid'", &statement, err);
	if (r < 0)
		return r;
	step = sqlite3_step(statement);
	uuid = step == SQLITE_ROW ? sqlite3_column_text(statement, 0) : NULL;
	if (uuid != NULL && strlen((const char *)uuid) == sizeof(store->uuid) - 1)
		memcpy(store->uuid, uuid, sizeof(store->uuid));
	else if (step == SQLITE_ROW || step == SQLITE_DONE)
		r = err_set(err, -EIO, "%s: holds no uuid", store->path);
	else
		r = store_error(store, "cannot read", err);
	sqlite3_finalize(statement);
	return r;
}

/* Statements that run once in the life of a database. */
static int
put_text(struct store *store, const char *key, const char *value, struct err *err)
{
	sqlite3_stmt *statement;
	int r =
	    store_prepare(store, "REPLACE INTO meta (key, value) VALUES (?1, ?2)", &statement, err);

	if (r < 0)
		return r;
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, value, -1, SQLITE_STATIC);
	r = store_run(store, statement, "cannot write", err);
	sqlite3_finalize(statement);
	return r;
}

int
meta_tell_story(
    struct store *store, enum storage_story story, int64_t copy_wall_ms, struct err *err)
{
	char text[48], uuid[sizeof(store->uuid)];
	int r = uuid_make(uuid, sizeof(uuid), err);

	if (r == 0)
		r = store_begin_image(store, err);
	if (r < 0)
		return r;
	snprintf(text, sizeof(text), "%d %lld", (int)story, (long long)copy_wall_ms);
	r = put_text(store, "story", text, err);
	if (r == 0)
		r = store_put_uuid(store, uuid, err);
	if (r < 0) {
		store_rollback(store);
		return r;
	}
	return store_commit(store, err);
}

int
store_put_uuid(struct store *store, const char *uuid, struct err *err)
{
	int r = put_text(store, "uuid", uuid, err);

	if (r == 0)
		text_copy(store->uuid, sizeof(store->uuid), uuid);
	return r;
}

int
store_story(struct store *store, struct store_story *ret_story, struct err *err)
{
	struct store_story story = { STORAGE_STORY_UNWRITABLE, 0 };
	const char *text = "";
	sqlite3_stmt *statement;
	char *end;
	int r, step;

	r = store_prepare(store, "SELECT value FROM meta WHERE key = 'story'", &statement, err);
	if (r < 0)
		return r;
	step = sqlite3_step(statement);
	if (step == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(statement, 0);
	if ((step != SQLITE_ROW && step != SQLITE_DONE) || text == NULL) {
		r = store_error(store, "cannot read", err);
	} else {
		story.story = (enum storage_story)strtol(text, &end, 10);
		story.copy_wall_ms = strtoll(end, NULL, 10);
		*ret_story = story;
	}
	sqlite3_finalize(statement);
	return r;
}

int
store_forget_story(struct store *store, struct err *err)
{
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	return store_exec(
	    store, "DELETE FROM meta WHERE key = 'story'", "cannot forget the story", err);
}

const char *
store_uuid(const struct store *store)
{
	return store->uuid;
}
