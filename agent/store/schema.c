/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/store_private.h"

/* What file(1) and we know a database of ours by: "envs". */
#define APPLICATION_ID 0x656e7673

/*
 * The n-th entry makes version n+1 out of version n.  Released entries never change: a new version
 * is a new entry.
 */
static const char *const migrations[] = {
	/* 1: counter.next outlives the rows of identity: no index is ever used again. */
	"CREATE TABLE meta ("
	"	key TEXT NOT NULL PRIMARY KEY,"
	"	value TEXT NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE counter ("
	"	kind INTEGER NOT NULL PRIMARY KEY," /* enum store_kind */
	"	next INTEGER NOT NULL"
	") STRICT;"
	"CREATE TABLE identity ("
	"	kind INTEGER NOT NULL REFERENCES counter (kind),"
	"	key TEXT NOT NULL,"
	"	idx INTEGER NOT NULL,"
	"	PRIMARY KEY (kind, key),"
	"	UNIQUE (kind, idx)"
	") STRICT, WITHOUT ROWID;"
	"INSERT INTO counter (kind, next) VALUES (1, 1), (2, 1), (3, 1000000);",
	/* 2: number: enum store_number.  sensor_state.kept: core/kept.h; its times are those of
	 * the moment beside it. */
	"CREATE TABLE number ("
	"	key INTEGER NOT NULL PRIMARY KEY,"
	"	value INTEGER NOT NULL"
	") STRICT;"
	"INSERT INTO number (key, value) VALUES (1, 1), (2, 10000), (3, 0);"
	"CREATE TABLE sensor_state ("
	"	sensor INTEGER NOT NULL PRIMARY KEY,"
	"	boot_id TEXT NOT NULL,"
	"	boottime_ms INTEGER NOT NULL,"
	"	wall_ms INTEGER NOT NULL,"
	"	kept BLOB NOT NULL"
	") STRICT;"
	"CREATE TABLE alarm ("
	"	id INTEGER NOT NULL PRIMARY KEY,"
	"	kind INTEGER NOT NULL,"
	"	state INTEGER NOT NULL,"
	"	severity INTEGER NOT NULL,"
	"	zone INTEGER NOT NULL,"
	"	reason INTEGER NOT NULL,"
	"	is_latching INTEGER NOT NULL,"
	"	sensor INTEGER NOT NULL,"
	"	bus INTEGER NOT NULL,"
	"	source TEXT NOT NULL,"
	"	quantity INTEGER NOT NULL,"
	"	raised_seq INTEGER NOT NULL,"
	"	raised_wall_ms INTEGER NOT NULL,"
	"	value INTEGER," /* NULL: an alarm without values */
	"	peak INTEGER NOT NULL,"
	"	bound INTEGER NOT NULL,"
	"	notified INTEGER NOT NULL DEFAULT 0,"
	"	note TEXT NOT NULL DEFAULT ''"
	") STRICT;"
	"CREATE TABLE event ("
	"	seq INTEGER NOT NULL PRIMARY KEY,"
	"	kind INTEGER NOT NULL,"
	"	alarm INTEGER NOT NULL,"
	"	alarm_kind INTEGER NOT NULL,"
	"	sensor INTEGER NOT NULL,"
	"	source TEXT NOT NULL,"
	"	quantity INTEGER NOT NULL,"
	"	severity INTEGER NOT NULL,"
	"	previous_severity INTEGER NOT NULL,"
	"	zone_from INTEGER NOT NULL,"
	"	zone_to INTEGER NOT NULL,"
	"	reason INTEGER NOT NULL,"
	"	suppression INTEGER NOT NULL,"
	"	is_config_change INTEGER NOT NULL,"
	"	during_downtime INTEGER NOT NULL,"
	"	value INTEGER,"
	"	bound INTEGER,"
	"	first_number INTEGER NOT NULL,"
	"	second_number INTEGER NOT NULL,"
	"	wall_ms INTEGER NOT NULL,"
	"	boottime_ms INTEGER NOT NULL,"
	"	boot_id TEXT NOT NULL"
	") STRICT;",
	/* 3: what a notification says of the sensor; the delivery queue.  The times of a delivery
	 * are those of the boot beside them.  number 5: events below it are there only for
	 * deliveries that wait. */
	"ALTER TABLE event ADD COLUMN sensor_severity INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE event ADD COLUMN sensor_value INTEGER;"
	"ALTER TABLE event ADD COLUMN channel INTEGER NOT NULL DEFAULT 0;"
	"INSERT INTO number (key, value) VALUES (4, 1), (5, 1);"
	"UPDATE number SET value = coalesce((SELECT min(seq) FROM event), 1) WHERE key = 5;"
	"CREATE TABLE delivery ("
	"	id INTEGER NOT NULL PRIMARY KEY,"
	"	seq INTEGER NOT NULL,"
	"	channel INTEGER NOT NULL,"
	"	destination TEXT NOT NULL,"
	"	step INTEGER NOT NULL,"
	"	alarm INTEGER NOT NULL,"
	"	class INTEGER NOT NULL,"
	"	state INTEGER NOT NULL,"
	"	attempts INTEGER NOT NULL,"
	"	failures INTEGER NOT NULL,"
	"	in_doubt INTEGER NOT NULL,"
	"	created_wall_ms INTEGER NOT NULL,"
	"	created_ms INTEGER NOT NULL,"
	"	useful_until_ms INTEGER NOT NULL,"
	"	next_ms INTEGER NOT NULL,"
	"	ended_ms INTEGER NOT NULL,"
	"	boot_id TEXT NOT NULL,"
	"	result INTEGER," /* NULL: not tried yet */
	"	code INTEGER NOT NULL,"
	"	enhanced TEXT NOT NULL,"
	"	reply TEXT NOT NULL,"
	"	relay TEXT NOT NULL,"
	"	UNIQUE (seq, channel, destination, step)"
	") STRICT;"
	"CREATE TABLE channel ("
	"	channel INTEGER NOT NULL PRIMARY KEY,"
	"	accepted INTEGER NOT NULL,"
	"	delivered INTEGER NOT NULL,"
	"	deferred INTEGER NOT NULL,"
	"	expired INTEGER NOT NULL,"
	"	failed INTEGER NOT NULL,"
	"	superseded INTEGER NOT NULL,"
	"	in_doubt INTEGER NOT NULL,"
	"	last_result INTEGER," /* NULL: nothing was tried yet */
	"	last_text TEXT NOT NULL,"
	"	last_success_wall_ms INTEGER NOT NULL,"
	"	late_next INTEGER NOT NULL,"
	"	late_count INTEGER NOT NULL,"
	"	replay_next INTEGER NOT NULL,"
	"	replay_last INTEGER NOT NULL,"
	"	replay_step INTEGER NOT NULL"
	") STRICT;",
	/* 4: setting.file_value is NULL in a row by SET, which stands in added_row.  Scalars have
	 * no counter.  event.detail: what a configChange changed. */
	"INSERT INTO counter (kind, next) VALUES (4, 1), (5, 1);"
	"INSERT INTO number (key, value) VALUES (16, 0);"
	"CREATE TABLE setting ("
	"	kind INTEGER NOT NULL," /* enum store_kind */
	"	idx INTEGER NOT NULL,"
	"	key TEXT NOT NULL,"
	"	value TEXT NOT NULL,"
	"	file_value TEXT,"
	"	PRIMARY KEY (kind, idx, key)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE added_row ("
	"	kind INTEGER NOT NULL,"
	"	idx INTEGER NOT NULL,"
	"	status INTEGER NOT NULL," /* RowStatus */
	"	PRIMARY KEY (kind, idx)"
	") STRICT, WITHOUT ROWID;"
	"ALTER TABLE event ADD COLUMN detail TEXT;",
	/* 5: what the state is of; '' is not known. */
	"ALTER TABLE sensor_state ADD COLUMN source TEXT NOT NULL DEFAULT '';",
	/* 6: by which event the mail of a delivery in doubt is named; what a contact got. */
	"ALTER TABLE delivery ADD COLUMN lead INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE contact ("
	"	idx INTEGER NOT NULL PRIMARY KEY,"
	"	sent INTEGER NOT NULL,"
	"	undelivered INTEGER NOT NULL,"
	"	last_result INTEGER" /* NULL: nothing was tried yet */
	") STRICT;",
	/* 7: core/mail_limits.h of the contact; its times are those of the moment beside it. */
	"ALTER TABLE contact ADD COLUMN limits BLOB;"
	"ALTER TABLE contact ADD COLUMN boot_id TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE contact ADD COLUMN boottime_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE contact ADD COLUMN wall_ms INTEGER NOT NULL DEFAULT 0;",
};

#define SCHEMA_VERSION ((int64_t)(sizeof(migrations) / sizeof(migrations[0])))

/* Refuses what is not ours before anything is written to it. */
static int
check_origin(struct store *store, int64_t *ret_version, struct err *err)
{
	int64_t application_id, tables, version;
	int r;

	r = store_number(store, "PRAGMA application_id", &application_id, err);
	if (r == 0)
		r = store_number(store, "SELECT count(*) FROM sqlite_schema", &tables, err);
	if (r == 0)
		r = store_number(store, "PRAGMA user_version", &version, err);
	if (r != 0)
		return r;
	if (application_id == 0 && tables == 0 && version == 0) {
		*ret_version = 0; /* new */
		return 0;
	}
	if (application_id != APPLICATION_ID || version < 1)
		return err_set(err, -EINVAL, "%s: is not a database of envsensord", store->path);
	if (version > SCHEMA_VERSION)
		return err_set(err, -EPROTO,
		    "%s: has schema version %lld, made by a newer envsensord; this one knows %lld",
		    store->path, (long long)version, (long long)SCHEMA_VERSION);
	*ret_version = version;
	return 0;
}

static int
migrate(struct store *store, int64_t from, struct err *err)
{
	char pragmas[96];
	int64_t version;
	int r = 0;

	for (version = from; version < SCHEMA_VERSION && r == 0; version++)
		r = store_exec(store, migrations[version], "cannot update the schema", err);
	if (r == 0 && from == 0)
		r = meta_create(store, err);
	if (r < 0)
		return r;
	snprintf(pragmas, sizeof(pragmas), "PRAGMA application_id = %d; PRAGMA user_version = %lld",
	    APPLICATION_ID, (long long)SCHEMA_VERSION);
	return store_exec(store, pragmas, "cannot update the schema", err);
}

/* A refusal is no error for SQLite: it answers with the mode that stays. */
static int
use_write_ahead_log(struct store *store, struct err *err)
{
	const unsigned char *mode = NULL;
	sqlite3_stmt *statement;
	int r, step;

	r = store_prepare(store, "PRAGMA journal_mode = WAL", &statement, err);
	if (r < 0)
		return r;
	step = sqlite3_step(statement);
	if (step == SQLITE_ROW)
		mode = sqlite3_column_text(statement, 0);
	if (step != SQLITE_ROW)
		r = store_error(store, "cannot use a write-ahead log", err);
	else if (!store->is_away && (mode == NULL || strcmp((const char *)mode, "wal") != 0))
		r = err_set(err, -EIO, "%s: cannot use a write-ahead log", store->path);
	sqlite3_finalize(statement);
	return r;
}

int
schema_update(struct store *store, struct err *err)
{
	int64_t version = 0;
	int r;

	r = check_origin(store, &version, err);
	if (r == 0)
		r = check_pages(store, err);
	if (r == 0)
		r = use_write_ahead_log(store, err);
	if (r < 0 || version == SCHEMA_VERSION)
		return r;
	r = store_begin_image(store, err);
	if (r < 0)
		return r;
	r = migrate(store, version, err);
	if (r < 0) {
		store_rollback(store);
		return r;
	}
	return store_commit(store, err);
}
