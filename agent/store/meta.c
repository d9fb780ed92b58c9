/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

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

const char *
store_uuid(const struct store *store)
{
	return store->uuid;
}
