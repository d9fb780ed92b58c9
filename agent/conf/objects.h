/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_OBJECTS_H
#define CONF_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "conf/schema.h"

/*
 * What a configuration consists of, for those who treat all settings alike: objects of several
 * kinds, in the order of enum conf_object, each a structure that the schema describes.  Of a kind
 * that has no rows there is one object, with index 0.  Kinds that stand in a file only (devices,
 * profiles) have none.
 */
#define OBJECT_SIZE_MAX 4096 /* of none more */

bool objects_has_rows(enum conf_object kind); /* false: there is one object */
size_t objects_size(enum conf_object kind);   /* of one */
size_t objects_count(const struct conf *conf, enum conf_object kind);
void *objects_at(const struct conf *conf, enum conf_object kind, size_t n);

/* By index, in any order; NULL: none.  Looks first at *guess, and leaves there where it was. */
void *objects_find(const struct conf *conf, enum conf_object kind, uint32_t index, size_t *guess);

uint32_t objects_index(enum conf_object kind, const void *object); /* 0: not a row */
enum conf_storage objects_storage(enum conf_object kind, const void *object);

/* What people know it by: its title in the file, the host of a relay; "" without one. */
const char *objects_name(enum conf_object kind, const void *object);

/* One more with the defaults, or as a row by SET; NULL: out of memory, or a kind of which SET can
 * make none. */
void *objects_add(struct conf *conf, enum conf_object kind);
void *objects_add_row(struct conf *conf, enum conf_object kind, uint32_t index);
void objects_set_storage(enum conf_object kind, void *object, enum conf_storage storage);

/* Nothing of it is left behind. */
void objects_remove(struct conf *conf, enum conf_object kind, size_t n);

/*
 * A configuration that shares all with `conf` but has of `kind` only the n-th object, and sensors
 * only if that is one: to check that object alone.  Not to be kept, changed or unreferenced.
 */
void
objects_alone(const struct conf *conf, enum conf_object kind, size_t n, struct conf *ret_alone);

#endif
