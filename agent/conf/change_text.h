/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_CHANGE_TEXT_H
#define CONF_CHANGE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "conf/schema.h"

/*
 * What became of a setting or a row, as one whole sentence, for an event and the log.  Long values
 * are shortened; those of secrets are not told.
 */
#define CHANGE_TEXT_SIZE 256

enum changed {
	CHANGED_BY_SNMP, /* from `old` to `new` */
	CHANGED_BY_FILE, /* what SNMP had set is `old`, what the file says now is `new` */
	CHANGED_BACK,    /* `old` by SNMP does not fit any more, the file says `new` */
};

/* `name`: of the object; "" if it has none.  Values are as the file would write them. */
void change_text(enum changed changed, const struct field *field, const char *name, const char *old,
    const char *new, char *to, size_t size);

enum row_changed {
	ROW_MADE,
	ROW_ACTIVE,
	ROW_IDLE, /* not in service */
	ROW_DESTROYED,
	ROW_UNFIT,   /* not in service, since it does not fit the file any more */
	ROW_ADOPTED, /* of that name, by SNMP: the file has it now */
};

void change_text_row(enum row_changed changed, enum conf_object object, uint32_t index,
    const char *name, char *to, size_t size);

#endif
