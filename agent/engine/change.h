/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_CHANGE_H
#define ENGINE_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "conf/conf_check.h"
#include "conf/conf_idle.h"
#include "conf/schema.h"
#include "core/err.h"
#include "core/record.h"
#include "sys/chan.h"

/*
 * What one SET wants: a list, made from the configuration of one generation, that takes effect as a
 * whole or not at all.  The SNMP thread makes it, the engine takes it.  In here what both do with
 * it, pure.
 */
enum change_kind {           /* in the order in which they are done */
	CHANGE_MAKE_ROW,     /* of `object`, not active, at `number` (CLOCK_BOOTTIME, ms) */
	CHANGE_SETTING,      /* `field` of the row `index` becomes `text` */
	CHANGE_MOVE_ROW,     /* `number`: active, notInService, destroy (enum row_status) */
	CHANGE_CONFIG_LOCK,  /* counts up from `number` */
	CHANGE_NOTE,         /* of alarm `index`: `text` */
	CHANGE_ACKNOWLEDGE,  /* alarm `index` */
	CHANGE_RESET,        /* alarm `index` */
	CHANGE_SHELVE,       /* sensor `index` until `number` (CLOCK_BOOTTIME, ms); 0: ends */
	CHANGE_TEST_CONTACT, /* a test mail goes to contact `number`; 0: to all */
	CHANGE_ASK_TEST,     /* shown as running (`number` 1) until CHANGE_TEST_MAIL begins it */

	/* These cannot be taken back: they are asked for when all else is certain. */
	CHANGE_RESET_EXTREMES, /* of sensor `index` */
	CHANGE_FLUSH,          /* channel `index` (enum channel) */
	CHANGE_RETRY,          /* delivery `index` */
	CHANGE_CANCEL,         /* delivery `index` */
	CHANGE_REPLAY,         /* the events behind `number` */
	CHANGE_TEST_MAIL,
};

static inline bool
change_is_for_good(enum change_kind kind)
{
	return kind >= CHANGE_RESET_EXTREMES;
}

struct change_item {
	enum change_kind kind;
	unsigned varbind;        /* that wants it, from 1 */
	enum conf_object object; /* of rows and settings */
	uint32_t index;
	const struct field *field;
	int64_t number;
	char text[FIELD_FORMAT_SIZE]; /* of a setting: as the file would write it */
	bool is_unset;                /* of one that a row that is not ready lacks again: undone */
};

/* The data of ENGINE_CHANGE (answered by 0 or a negative errno, without data) and ENGINE_KEEP. */
struct change {
	struct chan_request request; /* first */
	uint64_t id;                 /* by which it is kept or taken back */
	int64_t deadline_ms;         /* nobody waits for it any more: it is not done then */
	uint32_t generation;         /* of the configuration that it was made from */
	struct conf *candidate;      /* that one with all settings, checked; NULL: none changes */
	size_t count, room;
	struct change_item *items;

	/* the engine's own: to take one back */
	bool is_undo;
	size_t row_count;
	struct alarm_row *rows; /* alarms as they were */
};

/* NULL: out of memory. */
struct change *change_new(void);
void change_free(struct change *change); /* copes with NULL */

/* The item, all 0 but for its kind, to be filled; behind those that are done before it.  NULL: out
 * of memory.  It holds until the next. */
struct change_item *change_add(struct change *change, enum change_kind kind);

/* Something of it changes the configuration. */
bool change_is_of_conf(const struct change *change);

/* The row has come from the file, or is none that a SET could have made. */
bool change_is_permanent(const struct conf *conf, enum conf_object object, uint32_t index);

/*
 * `conf`, which is sealed, with the rows and settings of the change, checked; to be sealed again.
 * -EINVAL: *ret_item is the item at fault (an item of the same row, if the fault lies in none
 * alone); -ENOMEM.
 */
int change_apply(const struct change *change, const struct conf *conf,
    const struct conf_drivers *drivers, int64_t now_ms, struct conf **ret_conf, size_t *ret_item,
    struct err *err);

#endif
