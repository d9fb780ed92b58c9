/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_STORE_PRIVATE_H
#define STORE_STORE_PRIVATE_H

#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"
#include "store/store.h"

/* SQL, of tables that have a kind: what a manager cannot choose is given one by one, and stays far
 * from the end. */
#define STORE_INDEX_RANGE                                  \
	"BETWEEN CASE kind WHEN 3 THEN 1000000 ELSE 1 END" \
	" AND CASE WHEN kind IN (1, 3) THEN 1000000000 ELSE 2147483647 END"

/*
 * Inside agent/store only.  Each file that owns tables has its statements in a structure here and
 * prepares them once, in NAME_init, which store_open calls; all are finalized with the database.
 */
struct store {
	int lock_fd; /* -1: not taken yet */
	char *folder;
	char *lock_path;
	char *path;       /* of the database */
	char damage[320]; /* what was wrong and what was done; "": nothing */

	/* the disk is away: what is connected is an image in memory */
	bool is_away;
	bool is_image_of_file; /* and not of a copy, or new */

	/* From here on (STORE_CONNECTION) of the connection; store_disconnect makes all of it 0. */
	sqlite3 *db;
	char uuid[37];
	struct {
		sqlite3_stmt *begin, *commit, *rollback;
	} transaction;
	struct {
		sqlite3_stmt *find, *add, *next, *advance, *restore, *pass, *rename;
	} identity;
	struct {
		sqlite3_stmt *get, *put;
	} number;
	struct {
		sqlite3_stmt *add, *drop, *drop_held, *load, *get;
	} event;
	struct {
		sqlite3_stmt *put, *remove, *load;
	} alarm;
	struct {
		sqlite3_stmt *put, *clear, *load;
	} state;
	struct {
		sqlite3_stmt *put, *remove, *load, *put_books, *get_books, *put_contact,
		    *get_contact;
	} delivery;
	struct {
		sqlite3_stmt *put, *tidy, *remove, *remove_all, *clear, *load;
	} setting;
	struct {
		sqlite3_stmt *put, *remove, *clear, *load;
	} row;
};

#define STORE_CONNECTION offsetof(struct store, db)

/* The path of a file beside the database: SUFFIX is added to its name. */
struct store_path {
	char text[PATH_MAX];
};
const char *store_beside(const struct store *store, const char *suffix, struct store_path *path);

#define STORE_NEW  ".new"  /* a database that is being made to take the place of another */
#define STORE_COPY ".copy" /* a copy that is being made */
extern const char *const store_copies[2]; /* the newest first */

/* store.c */

/* Opens that file as the database, makes it if it is not there, and makes it ready.  Errors name
 * store->path.  store_disconnect copes with any state. */
int store_connect(struct store *store, const char *file, struct err *err);
void store_disconnect(struct store *store);

/* Its halves: the connection alone; is it whole? the schema, the statements. */
int store_connect_bare(struct store *store, const char *file, struct err *err);
int store_make_ready(struct store *store, struct err *err);

/* The last SQLite error as "PATH: WHAT: why"; returns its negative errno. */
int store_error(const struct store *store, const char *what, struct err *err);

int store_exec(struct store *store, const char *sql, const char *what, struct err *err);
int
store_prepare(struct store *store, const char *sql, sqlite3_stmt **ret_statement, struct err *err);

/* Prepares all of a table of statements. */
struct store_statement {
	sqlite3_stmt **statement;
	const char *sql;
};
int store_prepare_all(
    struct store *store, const struct store_statement *statements, size_t count, struct err *err);

/* Calls `take` for each row of the statement, resets it. */
int store_each_row(struct store *store, sqlite3_stmt *statement, const char *what,
    int (*take)(void *context, struct err *err), void *context, struct err *err);

/* 0; -EIO: no transaction is open, as after SQLite has rolled back for a full disk. */
int store_check_transaction(const struct store *store, struct err *err);

/* Copies a text of at most size-1 octets, clean whatever was stored. */
void store_column_text(sqlite3_stmt *statement, int column, char *to, size_t size);

/* Runs a statement that gives no rows, and resets it. */
int store_run(struct store *store, sqlite3_stmt *statement, const char *what, struct err *err);

/* One whole number from the first row of `sql`. */
int store_number(struct store *store, const char *sql, int64_t *ret_number, struct err *err);

/* schema.c: brings the database to our version, or refuses it. */
int schema_update(struct store *store, struct err *err);

/* meta.c: reads the uuid; makes it first in a new database.  Inside schema_update's transaction. */
int meta_create(struct store *store, struct err *err);
int meta_init(struct store *store, struct err *err);

/* identity.c: the index of a row by SET, which has no name in a file.  See store_put_row. */
int identity_claim(struct store *store, enum store_kind kind, uint32_t index, struct err *err);
int
identity_restore_row(struct store *store, enum store_kind kind, uint32_t index, struct err *err);

/* What the database has been through, kept in it until store_forget_story.  It gets another uuid:
 * what happened after a copy was made had numbers, too. */
int meta_tell_story(
    struct store *store, enum storage_story story, int64_t copy_wall_ms, struct err *err);

/* check.c: 0; -EUCLEAN: damaged, with the reason. */
int check_pages(struct store *store, struct err *err);
int check_content(struct store *store, struct err *err);

/* files.c: files of the state directory, all of mode 0600. */
int file_make_private(const char *path, struct err *err);
int file_copy(const char *from, const char *to, struct err *err); /* whole and on the disk */
int file_sync(const char *path, struct err *err);
int file_sync_folder(const char *path, struct err *err); /* that the file is in */
bool file_is_there(const char *path);                    /* and is not empty */
int64_t file_wall_ms(const char *path);                  /* last written; -1: not there */

/* care.c: opens the database; if it is damaged or lost, the newest good copy, or a new one, takes
 * its place, with another uuid. */
int care_open(struct store *store, struct err *err);
int care_replace(struct store *store, const struct err *damage, struct err *err);

/* STORE_NEW, which is connected, is closed and on the disk, with nothing left in its log; it takes
 * the place of the database, which is set aside. */
int care_finish_new(struct store *store, struct err *err);
int care_put_in_place(struct store *store, struct err *err);
void care_remove(const struct store *store, const char *suffix); /* the file and its logs */

/* salvage.c: runs a statement of `to` for each row of one of `from`, with the columns as its
 * parameters. */
int store_merge(
    struct store *to, struct store *from, const char *rows, const char *put, struct err *err);

/* What a damaged database still tells of what no copy has yet and nobody knows by heart: indices,
 * and what was set by SNMP. */
void salvage(struct store *to, struct store *damaged);

/* away.c: the disk is away: connects to an image in memory of the database, or of its newest good
 * copy, or a new one.  What went wrong stays in `err`. -ENOMEM */
int away_open(struct store *store, struct err *err);

/* Connects to the disk again: what the image has beyond the file goes there.  Else it stays. */
int away_come_back(struct store *store, struct err *err);

/* Of the file of that name. */
int identity_init(struct store *store, struct err *err);
int numbers_init(struct store *store, struct err *err);
int events_init(struct store *store, struct err *err);
int alarms_init(struct store *store, struct err *err);
int state_init(struct store *store, struct err *err);
int deliveries_init(struct store *store, struct err *err);
int settings_init(struct store *store, struct err *err);

#endif
