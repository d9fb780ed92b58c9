/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
sheet_init(struct sheet *sheet, const struct sheet_column *columns, size_t column_count)
{
	*sheet = (struct sheet){ .columns = columns, .column_count = column_count };
}

void
sheet_done(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->count * sheet->column_count; i++)
		free(sheet->cells[i]);
	free(sheet->cells);
	sheet->cells = NULL;
	sheet->count = sheet->room = 0;
}

bool
sheet_add_row(struct sheet *sheet)
{
	size_t room = sheet->room == 0 ? 32 : 2 * sheet->room;
	char **cells;

	if (sheet->count == sheet->room) {
		cells = reallocarray(sheet->cells, room * sheet->column_count, sizeof(*cells));
		if (cells == NULL)
			return false;
		sheet->cells = cells;
		sheet->room = room;
	}
	memset(&sheet->cells[sheet->count * sheet->column_count], 0,
	    sheet->column_count * sizeof(sheet->cells[0]));
	sheet->count++;
	return true;
}

bool
sheet_put(struct sheet *sheet, size_t column, const char *text)
{
	char **cell = &sheet->cells[(sheet->count - 1) * sheet->column_count + column];

	free(*cell);
	*cell = text != NULL ? strdup(text) : NULL;
	return text == NULL || *cell != NULL;
}

/* ---- for people ---- */

/* How many columns of a terminal, for the scripts that have one a character. */
static size_t
width_of(const char *text)
{
	size_t width = 0;

	for (; text != NULL && *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

const char *
sheet_colour(const char *state)
{
	static const struct {
		const char *state, *colour;
	} colours[] = {
		{ "ok", "\033[32m" },
		{ "good", "\033[32m" },
		{ "up", "\033[32m" },
		{ "warning", "\033[33m" },
		{ "degraded", "\033[33m" },
		{ "suspect", "\033[33m" },
		{ "critical", "\033[31m" },
		{ "fault", "\033[31m" },
		{ "down", "\033[31m" },
		{ "failed", "\033[31m" },
		{ "unknown", "\033[35m" },
	};

	if (!isatty(STDOUT_FILENO) || getenv("NO_COLOR") != NULL)
		return "";
	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
		if (strcmp(state, colours[i].state) == 0)
			return colours[i].colour;
	return "";
}

const char *
sheet_plain(const char *colour)
{
	return colour[0] != '\0' ? "\033[0m" : "";
}

static const char *
cell_text(const struct sheet *sheet, size_t row, size_t column)
{
	return sheet->cells[row * sheet->column_count + column];
}

static size_t
column_width(const struct sheet *sheet, size_t column, bool has_headings)
{
	size_t widest = has_headings ? width_of(sheet->columns[column].heading) : 0;

	for (size_t row = 0; row < sheet->count; row++) {
		const char *text = cell_text(sheet, row, column);
		size_t width = text != NULL ? width_of(text) : 1;

		if (width > widest)
			widest = width;
	}
	return widest;
}

static void
print_padded(const char *text, size_t width, enum sheet_kind kind, bool is_last)
{
	const char *colour = kind == SHEET_STATE ? sheet_colour(text) : "";
	size_t used = width_of(text);
	int blanks = (int)(width > used ? width - used : 0);

	if (kind == SHEET_NUMBER)
		printf("%*s%s", blanks, "", text);
	else
		printf("%s%s%s%*s", colour, text, sheet_plain(colour), is_last ? 0 : blanks, "");
	fputs(is_last ? "\n" : "  ", stdout);
}

static void
print_aligned(const struct sheet *sheet, bool has_headings)
{
	size_t *widths = calloc(sheet->column_count, sizeof(*widths));

	for (size_t i = 0; widths != NULL && i < sheet->column_count; i++)
		widths[i] = column_width(sheet, i, has_headings);
	for (size_t i = 0; has_headings && i < sheet->column_count; i++)
		print_padded(sheet->columns[i].heading, widths != NULL ? widths[i] : 0,
		    sheet->columns[i].kind == SHEET_NUMBER ? SHEET_NUMBER : SHEET_TEXT,
		    i + 1 == sheet->column_count);
	for (size_t row = 0; row < sheet->count; row++)
		for (size_t i = 0; i < sheet->column_count; i++) {
			const char *text = cell_text(sheet, row, i);

			print_padded(text != NULL ? text : "-", widths != NULL ? widths[i] : 0,
			    sheet->columns[i].kind, i + 1 == sheet->column_count);
		}
	free(widths);
}

/* ---- for programs ---- */

void
sheet_print_json_text(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < ' ')
			printf("\\u%04x", (unsigned)*text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void
print_json(const struct sheet *sheet)
{
	printf("[");
	for (size_t row = 0; row < sheet->count; row++) {
		printf("%s\n  {", row > 0 ? "," : "");
		for (size_t i = 0; i < sheet->column_count; i++) {
			const char *text = cell_text(sheet, row, i);

			printf("%s\"%s\": ", i > 0 ? ", " : "", sheet->columns[i].key);
			if (text == NULL)
				printf("null");
			else if (sheet->columns[i].kind == SHEET_NUMBER)
				printf("%s", text);
			else
				sheet_print_json_text(text);
		}
		printf("}");
	}
	printf("%s]\n", sheet->count > 0 ? "\n" : "");
}

static void
print_csv_cell(const char *text, bool is_last)
{
	if (text != NULL && strpbrk(text, ",\"\r\n") != NULL) {
		putchar('"');
		for (; *text != '\0'; text++) {
			if (*text == '"')
				putchar('"');
			putchar(*text);
		}
		putchar('"');
	} else if (text != NULL) {
		fputs(text, stdout);
	}
	fputs(is_last ? "\r\n" : ",", stdout);
}

static void
print_csv(const struct sheet *sheet, bool has_headings)
{
	for (size_t i = 0; has_headings && i < sheet->column_count; i++)
		print_csv_cell(sheet->columns[i].key, i + 1 == sheet->column_count);
	for (size_t row = 0; row < sheet->count; row++)
		for (size_t i = 0; i < sheet->column_count; i++)
			print_csv_cell(cell_text(sheet, row, i), i + 1 == sheet->column_count);
}

void
sheet_print(const struct sheet *sheet, enum sheet_form form, bool has_headings)
{
	switch (form) {
	case SHEET_ALIGNED:
		print_aligned(sheet, has_headings);
		break;
	case SHEET_JSON:
		print_json(sheet);
		break;
	case SHEET_CSV:
		print_csv(sheet, has_headings);
		break;
	}
	fflush(stdout);
}
