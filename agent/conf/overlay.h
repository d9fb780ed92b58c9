/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_OVERLAY_H
#define CONF_OVERLAY_H

#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "conf/conf_check.h"
#include "conf/schema.h"
#include "core/err.h"

/*
 * What SNMP has set, laid over what the file says.  The last change wins: a value by SNMP holds
 * until the file says something else of that very setting than it said when SNMP set it.  The
 * daemon is never kept from starting: what does not go together with the file gives way to it.
 * Pure; settings and rows are filled in from the database, and what became of them goes back there.
 */
enum overlay_fate {
	OVERLAY_HOLDS,     /* in force; a row: in the configuration */
	OVERLAY_ABSENT,    /* of a row that is not there, or not active: kept, it may come back */
	OVERLAY_OVERTAKEN, /* the file has changed, and holds */
	OVERLAY_UNKNOWN,   /* no such setting, or no such value any more; the file holds */
	OVERLAY_UNFIT, /* against a rule, together with the file as it is now; the file holds.  A
	                  row: must not be active any more */
};

struct overlay_setting {
	enum conf_object object;
	uint32_t index;         /* 0: of scalars */
	const char *key;        /* of the schema */
	const char *value;      /* as the file would write it */
	const char *file_value; /* what the file said when it was set; NULL: a row by SET */
	enum overlay_fate fate;
	char *why; /* of OVERLAY_UNKNOWN and OVERLAY_UNFIT: what it is against; may be NULL */
};

struct overlay_row {
	enum conf_object object;
	uint32_t index;
	uint32_t row_status; /* RowStatus */
	enum overlay_fate fate;
	char *why;
};
#define OVERLAY_ACTIVE 1 /* RowStatus */

/* All 0 is an empty one. */
struct overlay {
	size_t setting_count, setting_room, row_count, row_room;
	struct overlay_setting *settings; /* by object, index and key after overlay_apply */
	struct overlay_row *rows;         /* by object and index */
};

/* Texts are copied. 0 or -ENOMEM. */
int overlay_add_setting(struct overlay *overlay, const struct overlay_setting *setting);
int overlay_add_row(
    struct overlay *overlay, enum conf_object object, uint32_t index, uint32_t row_status);

/* Wipes the texts: secrets may be among them. */
void overlay_done(struct overlay *overlay);

/*
 * Makes of `conf`, which is what a file says, checked and with its indices, the configuration in
 * force, and says the fate of each setting and row.  `conf` gets the active rows by SET; it wants
 * conf_seal again.  0; -ENOMEM; -EINVAL: `conf` is not right by itself.  On an error `conf` is good
 * for nothing but conf_unref.
 */
int overlay_apply(struct overlay *overlay, struct conf *conf, const struct conf_drivers *drivers,
    struct err *err);

/* Says instead, and changes nothing: what of it `conf` has in force (OVERLAY_HOLDS) and what not
 * (OVERLAY_ABSENT). */
void overlay_compare(struct overlay *overlay, const struct conf *conf);

/* After either: the setting, whatever its fate; NULL: none. */
const struct overlay_setting *overlay_stored(
    const struct overlay *overlay, enum conf_object object, uint32_t index, const char *key);

/* Likewise the setting of an object that SNMP has set and that holds; NULL: none. */
const struct overlay_setting *overlay_find(
    const struct overlay *overlay, enum conf_object object, uint32_t index, const char *key);

#endif
