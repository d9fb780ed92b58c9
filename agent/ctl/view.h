/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_VIEW_H
#define CTL_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "ctl/client.h"
#include "ctl/sheet.h"

/*
 * The tables of ENVSENSOR-MIB as people read them: which columns, under which heading, in what
 * form.  Data, but for how a value becomes text.
 */
enum view_form {
	VIEW_INDEX,   /* the row's own */
	VIEW_TEXT,    /* as it is, but for controls */
	VIEW_NUMBER,  /* digits */
	VIEW_MILLI,   /* thousandths: 32.5 */
	VIEW_LABEL,   /* a word of `labels` */
	VIEW_DATE,    /* DateAndTime: 2026-11-22 08:15:00 */
	VIEW_SECONDS, /* 90s, 4h; to programs 14400 */
};

struct view_column {
	struct sheet_column sheet;
	unsigned column; /* in the MIB */
	enum view_form form;
	const char *const *labels; /* by number, from 0 on; NULL behind the last */
};

struct view {
	struct client_place entry;
	const struct view_column *columns;
	size_t column_count;
};

extern const struct view view_sensors, view_buses, view_alarms, view_events, view_queue;
extern const struct view view_channels, view_relays, view_contacts;

/* Words for the numbers of the MIB; index 0 is not used unless it is one. */
extern const char *const words_severity[], *const words_storage[], *const words_path[];
extern const char *const words_result[];
const char *view_word(const char *const *labels, int64_t number);

#define VIEW_TEXT_SIZE (CLIENT_TEXT_MAX + 1)

/* One value as text; `index` for VIEW_INDEX.  Durations read well for people and are plain seconds
 * for programs.  NULL: there is none, or none of that
 * form. */
const char *view_text(const struct view_column *column, uint32_t index,
    const struct client_value *value, enum sheet_form form, char to[VIEW_TEXT_SIZE]);

/* Walks the table and fills the sheet, whose columns it sets.  `columns` needs room for those of
 * the view. */
int view_fetch(struct client *client, const struct view *view, enum sheet_form form,
    struct sheet_column *columns, struct sheet *sheet, struct err *err);

#define VIEW_COLUMNS_MAX 16

#endif
