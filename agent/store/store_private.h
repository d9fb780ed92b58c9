/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_STORE_PRIVATE_H
#define STORE_STORE_PRIVATE_H

#include <sqlite3.h>

#include "core/err.h"
#include "store/store.h"

/*
 * Inside agent/store only.  Each file that owns tables has its statements in a structure here and
 * prepares them once, in NAME_init, which store_open calls; all are finalized with the database.
 */
struct store {
	sqlite3 *db;
	int lock_fd;
	char *lock_path;
	char *path; /* of the database */
	char uuid[37];
	struct {
		sqlite3_stmt *begin, *commit, *rollback;
	} transaction;
	struct {
		sqlite3_stmt *find, *add, *next, *advance;
	} identity;
	struct {
		sqlite3_stmt *get, *put;
	} number;
	struct {
		sqlite3_stmt *add, *drop, *load, *get;
	} event;
	struct {
		sqlite3_stmt *put, *remove, *load;
	} alarm;
	struct {
		sqlite3_stmt *put, *clear, *load;
	} state;
	struct {
		sqlite3_stmt *put, *remove, *load, *put_books, *get_books;
	} delivery;
	struct {
		sqlite3_stmt *put, *tidy, *remove, *remove_all, *load;
	} setting;
	struct {
		sqlite3_stmt *put, *remove, *load;
	} row;
};

/* store.c */

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

/* Copies a text of at most size-1 octets. */
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

/* Of the file of that name. */
int identity_init(struct store *store, struct err *err);
int numbers_init(struct store *store, struct err *err);
int events_init(struct store *store, struct err *err);
int alarms_init(struct store *store, struct err *err);
int state_init(struct store *store, struct err *err);
int deliveries_init(struct store *store, struct err *err);
int settings_init(struct store *store, struct err *err);

#endif
