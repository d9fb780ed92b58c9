/* SPDX-License-Identifier: BSD-2-Clause */
/* Is the database whole?  Its pages, and what can be said of its content without knowing it. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/result.h"
#include "core/strbuf.h"
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

/* Sums of times do not end, and far beyond every clock. */
#define TIME_MAX (INT64_C(1) << 60)

/* Words are looked up in tables by whoever reads them, and times added up; in the order of the
 * tables that they are in. */
static const struct range {
	const char *table, *column;
	int64_t least, greatest;
} ranges[] = {
	{ "event", "seq", 1, STORE_NUMBER_MAX },
	{ "event", "kind", 1, EVENT_LAST },
	{ "event", "alarm_kind", 0, ALARM_KIND_LAST },
	{ "event", "severity", 0, SEVERITY_UNKNOWN },
	{ "event", "previous_severity", 0, SEVERITY_UNKNOWN },
	{ "event", "zone_from", 0, ZONE_HIGH_CRITICAL },
	{ "event", "zone_to", 0, ZONE_HIGH_CRITICAL },
	{ "event", "reason", 0, FAULT_BAD_ADDRESS },
	{ "event", "quantity", 0, QUANTITY_LAST },
	{ "event", "suppression", 0, SUPPRESSION_LAST },
	{ "event", "sensor_severity", 0, SEVERITY_UNKNOWN },
	{ "event", "wall_ms", -TIME_MAX, TIME_MAX },
	{ "event", "boottime_ms", -TIME_MAX, TIME_MAX },
	{ "alarm", "id", 1, STORE_NUMBER_MAX },
	{ "alarm", "kind", 1, ALARM_KIND_LAST },
	{ "alarm", "state", ALARM_UNLISTED, ALARM_LATCHED },
	{ "alarm", "severity", 0, SEVERITY_UNKNOWN },
	{ "alarm", "zone", 0, ZONE_HIGH_CRITICAL },
	{ "alarm", "reason", 0, FAULT_BAD_ADDRESS },
	{ "alarm", "quantity", 0, QUANTITY_LAST },
	{ "alarm", "raised_wall_ms", -TIME_MAX, TIME_MAX },
	{ "sensor_state", "boottime_ms", -TIME_MAX, TIME_MAX },
	{ "sensor_state", "wall_ms", -TIME_MAX, TIME_MAX },
	{ "delivery", "id", 1, STORE_NUMBER_MAX },
	{ "delivery", "created_ms", -TIME_MAX, TIME_MAX },
	{ "delivery", "created_wall_ms", -TIME_MAX, TIME_MAX },
	{ "delivery", "useful_until_ms", -TIME_MAX, TIME_MAX },
	{ "delivery", "ended_ms", -TIME_MAX, TIME_MAX },
	{ "delivery", "result", 0, RESULT_COUNT - 1 },
	{ "channel", "last_result", 0, RESULT_COUNT - 1 },
	{ "contact", "last_result", 0, RESULT_COUNT - 1 },
	{ "number", "value", 0, STORE_NUMBER_MAX },
};
#define RANGE_COUNT (sizeof(ranges) / sizeof(ranges[0]))

/* All of one table by one look at it. */
static size_t
ask_for_ranges(const struct range *first, size_t left, struct strbuf *sql)
{
	size_t count = 0;

	strbuf_add(sql, "SELECT count(*) FROM %s WHERE", first->table);
	for (; count < left && strcmp(first[count].table, first->table) == 0; count++)
		strbuf_add(sql, "%s %s NOT BETWEEN %lld AND %lld", count > 0 ? " OR" : "",
		    first[count].column, (long long)first[count].least,
		    (long long)first[count].greatest);
	return count;
}

static int
check_ranges(struct store *store, struct err *err)
{
	char text[2048];
	struct strbuf sql;
	int64_t bad_rows = 0;
	int r = 0;

	for (size_t i = 0; i < RANGE_COUNT && r == 0;) {
		const char *table = ranges[i].table;

		strbuf_init(&sql, text, sizeof(text));
		i += ask_for_ranges(&ranges[i], RANGE_COUNT - i, &sql);
		assert(!strbuf_is_cut(&sql));
		r = store_number(store, text, &bad_rows, err);
		if (r == 0 && bad_rows != 0)
			r = err_set(err, -EUCLEAN, "%s: is damaged: its table %s holds nonsense",
			    store->path, table);
	}
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
		{ "has lost counters",
		    "SELECT count(*) < 5 FROM counter WHERE kind BETWEEN 1 AND 5" },
		{ "holds an index that cannot be",
		    "SELECT (SELECT count(*) FROM identity WHERE idx NOT " STORE_INDEX_RANGE ")"
		    " + (SELECT count(*) FROM counter WHERE next NOT " STORE_INDEX_RANGE " + 1)" },
		{ "would give an index twice",
		    "SELECT count(*) FROM identity"
		    " WHERE idx >= (SELECT next FROM counter WHERE counter.kind = identity.kind)" },
		{ "has lost numbers",
		    "SELECT count(*) < 5 FROM number WHERE key IN (1, 3, 4, 5, 16)" },
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
	return r == 0 ? check_ranges(store, err) : r;
}
