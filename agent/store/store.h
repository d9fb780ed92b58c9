/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdint.h>

#include "core/err.h"

/*
 * The one database: state-dir/envsensord.db (SQLite, WAL, synchronous=FULL, exclusive, mode 0600).
 * Only SQL lives here, no policy.  Opened before the engine starts, then the engine thread's alone.
 *
 * Schema version 1: meta (agent uuid) and identity (stable indices).
 */
struct store;

enum store_kind {
	STORE_BUS = 1,
	STORE_SENSOR = 2,
	STORE_ENTITY = 3, /* entPhysicalIndex, from STORE_ENTITY_FIRST */
};
#define STORE_ENTITY_FIRST 1000000

/*
 * Takes the lock of `state_dir` (flock on its file "lock"; -EBUSY with the holder's pid if another
 * instance has it), opens or makes the database, brings its schema up to date.  The directory is
 * made (0700) if it is missing, its parents are not.  Refused: a newer schema than ours (-EPROTO),
 * a file that is no database of ours (-EINVAL).  Errors name the path.
 */
int store_open(const char *state_dir, struct store **ret_store, struct err *err);
void store_close(struct store *store); /* copes with NULL; gives the lock back */

/* 36 characters, made with the database. */
const char *store_uuid(const struct store *store);

/* One transaction around what follows; a commit that fails has rolled back. 0 or -EIO, -ENOSPC. */
int store_begin(struct store *store, struct err *err);
int store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store);

/*
 * The stable index of an identity: the one it always had, or the next that was never used, which is
 * stored.  Inside a transaction; a rollback forgets it.  `key` is the name in the file.
 */
int store_identity(struct store *store, enum store_kind kind, const char *key, uint32_t *ret_index,
    struct err *err);

/* The next index that store_identity would give (envsSensorNextIndex); 0: none is left, or the
 * database cannot be read. */
uint32_t store_next_index(const struct store *store, enum store_kind kind);

#endif
