/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/delivery.h"
#include "core/elapsed.h"
#include "core/err.h"
#include "core/evaluator.h"
#include "core/mail_limits.h"
#include "core/record.h"

/*
 * The one database: state-dir/envsensord.db (SQLite, WAL, synchronous=FULL, exclusive, mode 0600).
 * Only SQL lives here, no policy.  Opened before the engine starts, then the engine thread's alone.
 *
 * Schema version 1: meta (agent uuid) and identity (stable indices).  Version 2: number, the state
 * of sensors, alarms, events.  Version 3: the delivery queue.  Version 4: what SNMP has set, and
 * rows that it has made.  Version 5: the source of a state.  Version 6: what contacts got.  Version
 * 7: how much of it lately.
 */
struct store;

enum store_kind {
	STORE_BUS = 1,
	STORE_SENSOR = 2,
	STORE_ENTITY = 3, /* entPhysicalIndex, from STORE_ENTITY_FIRST */
	STORE_RELAY = 4,
	STORE_CONTACT = 5,
	STORE_AGENT = 6, /* from here on: settings that are scalars, without indices */
	STORE_MAIL = 7,
	STORE_DELIVERY = 8,
	STORE_EVENT = 9,
};
#define STORE_ENTITY_FIRST 1000000

/*
 * Takes the lock of `state_dir` (flock on its file "lock"; -EBUSY with the holder's pid if another
 * instance has it), opens or makes the database, looks whether it is whole, brings its schema up to
 * date.  The directory is made (0700) if it is missing, its parents are not.  Refused: a newer
 * schema than ours (-EPROTO), a database that is not ours (-EINVAL), a directory that we may not
 * write.  Errors name the path.
 *
 * A database that is damaged, or gone though there are copies, is set aside
 * (envsensord.db.damaged-TIME) and the newest good copy, or else a new one, takes its place.  If
 * the disk is full, read-only or does not answer, what is opened is an image in memory.
 */
int store_open(const char *state_dir, struct store **ret_store, struct err *err);
void store_close(struct store *store); /* copes with NULL; gives the lock back */

/* The folder that it is in. */
const char *store_folder(const struct store *store);

/* What the database has been through, kept in it until store_forget_story (inside a transaction).
 */
struct store_story {
	enum storage_story story;
	int64_t copy_wall_ms; /* of STORAGE_STORY_RESTORED */
};
int store_story(struct store *store, struct store_story *ret_story, struct err *err);
int store_forget_story(struct store *store, struct err *err);

/* One line about that for the log, or about the disk; "": all is well. */
const char *store_damage(const struct store *store);

/* It has reached the greatest size that we let it have: only what goes makes room. */
bool store_is_at_cap(struct store *store);

/*
 * While the disk is away an image of the database can be read; store_begin tries to come back to
 * the disk and fails.  Indices are given in the image (store_begin_image, which always works): they
 * are stored when the disk is back.  store_leave does the same to a disk that fails early.
 */
bool store_is_away(const struct store *store);
bool store_is_disk_error(int code); /* -ENOSPC, -EROFS, -EIO */
int store_leave(struct store *store, struct err *err);
int store_begin_image(struct store *store, struct err *err);

/*
 * The database has turned out to be damaged (-EUCLEAN, with the reason) while it was in use: as in
 * store_open, also when the disk is away.  The caller writes all that it knows into the other one.
 */
int store_replace(struct store *store, const struct err *damage, struct err *err);

/* A copy of the database beside it, envsensord.db.1; the one before becomes envsensord.db.2.  Takes
 * about as long as reading and writing it once.  Not inside a transaction. */
int store_copy(struct store *store, struct err *err);
int64_t store_copy_wall_ms(const struct store *store); /* when .1 was made; -1: there is none */

/* 36 characters, made with the database; another one when it was replaced.  store_put_uuid, inside
 * a transaction: for who writes all anew that had happened under that uuid. */
const char *store_uuid(const struct store *store);
int store_put_uuid(struct store *store, const char *uuid, struct err *err);

/* One transaction around what follows; a commit that fails has rolled back.  0 or -EIO, -ENOSPC,
 * -EROFS (the disk), -EUCLEAN (the database is damaged), -ENOMEM. */
int store_begin(struct store *store, struct err *err);
int store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store);

/*
 * The stable index of an identity: the one it always had, or the next that was never used, which is
 * stored.  Inside a transaction; a rollback forgets it.  `key` is the name in the file, of a relay
 * conf_relay_key.
 */
int store_identity(struct store *store, enum store_kind kind, const char *key, uint32_t *ret_index,
    struct err *err);

/* Stores the index that an identity has, where the database has lost it.  If either is known there
 * already it stays as it is. */
int store_put_identity(
    struct store *store, enum store_kind kind, const char *key, uint32_t index, struct err *err);

/* Like store_identity, but only looks: 0 if it has none. */
int store_find_identity(struct store *store, enum store_kind kind, const char *key,
    uint32_t *ret_index, struct err *err);

/* The index goes on under another key, which has none. */
int store_rename_identity(
    struct store *store, enum store_kind kind, uint32_t index, const char *key, struct err *err);

/* The next index that store_identity would give (envsSensorNextIndex); 0: none is left, or the
 * database cannot be read. */
uint32_t store_next_index(const struct store *store, enum store_kind kind);

/*
 * What follows is written inside a transaction of the caller, who rolls back if one call fails.
 * Each function that loads calls `take` once for each row, in rising order; what it returns below 0
 * ends the loading.
 */

/* Numbers rise, and beyond 32 bits they would begin anew: one a second needs 127 years to here.
 * A database that holds a greater one is damaged. */
#define STORE_NUMBER_MAX UINT32_C(0xf0000000)

/* Single numbers. */
enum store_number {
	STORE_NEXT_ALARM_ID = 1,
	/* 2 was the number of events that are kept: a setting now */
	STORE_IS_RUNNING = 3, /* 1 from the start to an end in order */
	STORE_NEXT_DELIVERY_ID = 4,
	STORE_FIRST_EVENT = 5,  /* by store_drop_events; put by nobody else */
	STORE_CONFIG_LOCK = 16, /* envsConfigLock, 0..2^31-1 */
};
int store_get_number(
    struct store *store, enum store_number which, uint32_t *ret_number, struct err *err);
int
store_put_number(struct store *store, enum store_number which, uint32_t number, struct err *err);

/*
 * Events.  A sequence number is given once: -EIO if there is such a row.  What is dropped is not
 * loaded any more, but stays for store_get_event while a delivery of it waits.
 */
int store_add_event(
    struct store *store, const struct record *record, const char *boot_id, struct err *err);
int store_drop_events(struct store *store, uint32_t below_seq, struct err *err);
int store_drop_held_events(struct store *store, struct err *err); /* those that stay for it, too */
int store_last_event(struct store *store, uint32_t *ret_seq, struct err *err); /* 0: none */
int store_load_events(struct store *store,
    int (*take)(void *context, const struct record *record, struct err *err), void *context,
    struct err *err);

/* Likewise an event whose number is below those that are loaded; nothing if it is there. */
int store_keep_event(
    struct store *store, const struct record *record, const char *boot_id, struct err *err);

/* -ENOENT: it is not there. */
int store_get_event(struct store *store, uint32_t seq, struct record *ret_record, struct err *err);

/* Alarms that are listed. */
int store_put_alarm(struct store *store, const struct alarm_row *row, struct err *err);
int store_remove_alarm(struct store *store, uint32_t id, struct err *err);
int store_clear_alarms(struct store *store, struct err *err);
int store_load_alarms(struct store *store,
    int (*take)(void *context, const struct alarm_row *row, struct err *err), void *context,
    struct err *err);

/* Rows of the delivery queue; their times are of that boot. */
int store_put_delivery(
    struct store *store, const struct delivery *delivery, const char *boot_id, struct err *err);
int store_remove_delivery(struct store *store, uint32_t id, struct err *err);
int store_clear_deliveries(struct store *store, struct err *err);

/* `created` tells the boot of all times. */
int store_load_deliveries(struct store *store,
    int (*take)(void *context, const struct delivery *delivery, const struct moment *created,
	struct err *err),
    void *context, struct err *err);

/* What a channel (enum channel) has done; all 0 if it is not stored yet. */
int store_put_books(
    struct store *store, uint8_t channel, const struct delivery_books *books, struct err *err);
int store_get_books(
    struct store *store, uint8_t channel, struct delivery_books *ret_books, struct err *err);

/* Likewise a contact, by its index; the times of its limits are of `now`, or of `*ret_then`, whose
 * boot is "" if nothing is stored that can be understood. */
int store_put_contact(struct store *store, uint32_t index, const struct contact_books *books,
    const struct mail_limits *limits, const struct moment *now, struct err *err);
int store_get_contact(struct store *store, uint32_t index, struct contact_books *ret_books,
    struct mail_limits *ret_limits, struct moment *ret_then, struct err *err);

/* What the evaluator of a sensor keeps; its times are of the boot of `now`.  `source` says what it
 * is of: the state of another source is none (conf_sensor_source); "" when loaded: of before that.
 */
int store_put_state(struct store *store, uint32_t sensor, const char *source,
    const struct evaluator_kept *kept, const struct moment *now, struct err *err);
int store_clear_states(struct store *store, struct err *err);

/* `kept` is NULL if it cannot be understood. */
int store_load_states(struct store *store,
    int (*take)(void *context, uint32_t sensor, const char *source,
	const struct evaluator_kept *kept, const struct moment *then, struct err *err),
    void *context, struct err *err);

/*
 * One setting by SNMP: what is in force, and what the file said of it when it was set, both as the
 * file would write them (field_format).  A setting whose value is again that of the file is not
 * kept.  Secrets are here as they are; the database is private.
 */
struct store_setting {
	enum store_kind kind;
	uint32_t index;  /* 0: of scalars */
	const char *key; /* of the schema */
	const char *value;
	const char *file_value; /* NULL: the file has no such row; counts only for a setting that is
	                           not stored yet: of one that is, the file's value stays */
};
int store_put_setting(struct store *store, const struct store_setting *setting, struct err *err);
int store_remove_setting(
    struct store *store, enum store_kind kind, uint32_t index, const char *key, struct err *err);
int store_remove_settings(
    struct store *store, enum store_kind kind, uint32_t index, struct err *err); /* of a row */
int store_clear_settings(struct store *store, struct err *err);                  /* and rows */
int store_load_settings(struct store *store,
    int (*take)(void *context, const struct store_setting *setting, struct err *err), void *context,
    struct err *err);

/*
 * A row by SET and its RowStatus.  A new one takes its index, which is never given again: -EEXIST
 * if something else has or had it, -EINVAL beyond 2^31-1.  The row that had it may come back.
 */
int store_put_row(struct store *store, enum store_kind kind, uint32_t index, uint32_t row_status,
    struct err *err);
int store_remove_row(struct store *store, enum store_kind kind, uint32_t index, struct err *err);
int store_restore_row(struct store *store, enum store_kind kind, uint32_t index,
    uint32_t row_status, struct err *err); /* in a database that has lost it */
int store_load_rows(struct store *store,
    int (*take)(
	void *context, enum store_kind kind, uint32_t index, uint32_t row_status, struct err *err),
    void *context, struct err *err);

#endif
