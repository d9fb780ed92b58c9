/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_ENTITIES_H
#define ENGINE_ENTITIES_H

#include "conf/conf.h"
#include "core/err.h"
#include "store/store.h"

/*
 * Gives the agent, its buses and its sensors their entPhysicalIndex: the one they always had, or
 * the next that was never used.  What is stored counts from STORE_ENTITY_FIRST, the configuration's
 * entity_base takes its place: another base moves all rows alike.  Names are those of the file:
 * call it before others are laid over them.  Inside a transaction.
 */
int entities_give_indices(struct store *store, struct conf *conf, struct err *err);

/* The same for sensors made by SET, which keep theirs whatever their name is. */
int entities_give_row_indices(struct store *store, struct conf *conf, struct err *err);

/* Stores them as they are, in a database that does not know them any more. */
int entities_put_indices(struct store *store, const struct conf *conf, struct err *err);

/* The sensor of that index goes on under another name of the file (old_name NULL: made by SET). */
int entities_rename_sensor(struct store *store, uint32_t index, const char *old_name,
    const char *new_name, struct err *err);

#endif
