/* SPDX-License-Identifier: BSD-2-Clause */
/* Is the database whole?  Its pages, and what can be said of its content without knowing it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_private.h"

/* The first line says only of which database it is. */
static const char *
last_line(const char *text)
{
	const char *newline = strrchr(text, '\n');

	return newline != NULL ? newline + 1 : text;
}

/* A page that could not be read says nothing about the others: the disk, or memory. */
static int
code_of(const char *text)
{
	static const char words[] = "error code=";
	const char *code = strstr(text, words);

	switch (code != NULL ? strtol(code + strlen(words), NULL, 10) & 0xff : 0) {
	case SQLITE_IOERR:
		return -EIO;
	case SQLITE_NOMEM:
		return -ENOMEM;
	}
	return -EUCLEAN;
}

int
check_pages(struct store *store, struct err *err)
{
	const char *text = NULL;
	sqlite3_stmt *statement;
	int r = store_prepare(store, "PRAGMA quick_check(1)", &statement, err);

	if (r < 0)
		return r;
	if (sqlite3_step(statement) == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(statement, 0);
	if (text == NULL)
		r = store_error(store, "cannot check it", err);
	else if (strcmp(text, "ok") != 0)
		r = err_set(err, code_of(text), "%s: is damaged: %s", store->path, last_line(text));
	sqlite3_finalize(statement);
	return r;
}

/* What would keep the engine from starting; each gives 0 if it is well. */
int
check_content(struct store *store, struct err *err)
{
	static const struct {
		const char *what, *sql;
	} rules[] = {
		{ "has lost its uuid",
		    "SELECT count(*) <> 1 FROM meta WHERE key = 'uuid' AND length(value) = 36" },
		{ "has lost counters", "SELECT count(*) < 3 FROM counter" },
		{ "holds an index that cannot be",
		    "SELECT (SELECT count(*) FROM identity WHERE idx NOT BETWEEN 1 AND 2147483647)"
		    " + (SELECT count(*) FROM counter WHERE next NOT BETWEEN 1 AND 2147483648)" },
		{ "has lost numbers", "SELECT count(*) < 3 FROM number" },
		{ "holds a number that cannot be",
		    "SELECT count(*) FROM number WHERE value NOT BETWEEN 0 AND 4294967295" },
		{ "has a gap between events",
		    "SELECT coalesce(max(seq) - min(seq) + 1 <> count(*), 0) FROM event"
		    " WHERE seq >= (SELECT value FROM number WHERE key = 5)" },
	};
	int64_t is_bad = 0;
	int r = 0;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && r == 0; i++) {
		r = store_number(store, rules[i].sql, &is_bad, err);
		if (r == 0 && is_bad != 0)
			r = err_set(
			    err, -EUCLEAN, "%s: is damaged: it %s", store->path, rules[i].what);
	}
	return r;
}
