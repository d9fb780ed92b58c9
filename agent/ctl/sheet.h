/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_SHEET_H
#define CTL_SHEET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Rows of text with headings, printed for people (aligned columns, colours only where a terminal
 * shows them), as JSON (RFC 8259: an array of objects) or as CSV (RFC 4180).
 */
enum sheet_form {
	SHEET_ALIGNED,
	SHEET_JSON,
	SHEET_CSV,
};

enum sheet_kind {
	SHEET_TEXT,
	SHEET_NUMBER, /* right-aligned; in JSON without quotes */
	SHEET_STATE,  /* text; "ok", "warning", "critical" and the like have a colour */
};

struct sheet_column {
	const char *heading; /* for people and CSV */
	const char *key;     /* in JSON */
	enum sheet_kind kind;
};

struct sheet {
	const struct sheet_column *columns;
	size_t column_count;
	size_t count, room;
	char **cells; /* row by row; NULL: there is no value */
};

void sheet_init(struct sheet *sheet, const struct sheet_column *columns, size_t column_count);
void sheet_done(struct sheet *sheet);

/* Begins a row; false: no memory. */
bool sheet_add_row(struct sheet *sheet);

/* A cell of the last row; "" is a text, NULL no value.  False: no memory. */
bool sheet_put(struct sheet *sheet, size_t column, const char *text);

/* To standard output, the headings of aligned columns only with `has_headings`. */
void sheet_print(const struct sheet *sheet, enum sheet_form form, bool has_headings);

/* The escape sequence that colours this state, "" for none or where there is no terminal; and the
 * one that ends it. */
const char *sheet_colour(const char *state);
const char *sheet_plain(const char *colour);

/* A JSON string, with its quotes. */
void sheet_print_json_text(const char *text);

#endif
