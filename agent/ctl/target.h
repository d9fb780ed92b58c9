/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_TARGET_H
#define CTL_TARGET_H

#include <stdint.h>

#include "conf/schema.h"
#include "ctl/client.h"

/*
 * Where the settings of an object stand in the MIB: in the row of a table, or among the scalars of
 * a group.
 */
struct target_kind {
	enum conf_object object;
	const char *noun;               /* "sensor" */
	const char *prefix;             /* of its keys among those of the agent: "mail." */
	struct client_place place;      /* the entry, or the group */
	unsigned name_column;           /* 0: scalars */
	unsigned status_column;         /* RowStatus; 0: rows are neither added nor removed */
	struct client_place next_index; /* length 0: there is no such object */
};

/* The kind of that object; NULL: it is not in the MIB. */
const struct target_kind *target_kind(enum conf_object object);

/* The row of that name, or of that number if no name is all digits like it. -ENOENT with those that
 * are near. */
int target_find(struct client *client, const struct target_kind *kind, const char *name,
    uint32_t *ret_index, struct err *err);

/* The cell of a column, or the scalar (index is not used). */
struct client_place target_cell(const struct target_kind *kind, unsigned column, uint32_t index);

/* The field behind a key, where it can be set by SNMP: for scalars in any group (*kind is then the
 * group's), where the key has the name of its section before it: delivery.maximum.  -ENOENT with
 * the keys that there are. */
int target_field(const struct target_kind **kind, const char *key, const struct field **ret_field,
    struct err *err);

/* A setting as SNMP carries it, from the structure of the field's object and back.  -ENOENT: there
 * is no value; -EINVAL: a label that is not known here. */
void target_encode(const struct field *field, const void *object, struct client_value *ret_value);
int target_decode(const struct field *field, const struct client_value *value, void *object);

/* A SET that was refused, in words: which assignment, which rule, what is allowed. */
int target_refused(
    enum client_refusal refusal, const char *what, const struct field *field, struct err *err);

#endif
