/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "store/store_private.h"

#define COLUMNS                                                                                \
	"id, kind, state, severity, zone, reason, is_latching, sensor, bus, source, quantity," \
	" raised_seq, raised_wall_ms, value, peak, bound, notified, note"

int
alarms_init(struct store *store, struct err *err)
{
	const struct store_statement statements[] = {
		{ &store->alarm.put,
		    "INSERT INTO alarm (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
		    " ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18) ON CONFLICT (id) DO UPDATE SET"
		    " state = ?3, severity = ?4, zone = ?5, reason = ?6, is_latching = ?7,"
		    " source = ?10, quantity = ?11, raised_seq = ?12, value = ?14, peak = ?15,"
		    " bound = ?16, notified = ?17, note = ?18" },
		{ &store->alarm.remove, "DELETE FROM alarm WHERE id = ?1" },
		{ &store->alarm.load, "SELECT " COLUMNS " FROM alarm ORDER BY id" },
	};

	return store_prepare_all(
	    store, statements, sizeof(statements) / sizeof(statements[0]), err);
}

int
store_put_alarm(struct store *store, const struct alarm_row *row, struct err *err)
{
	sqlite3_stmt *statement = store->alarm.put;
	const struct alarm *alarm = &row->alarm;
	int r = store_check_transaction(store, err), at = 1;

	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, at++, alarm->id);
	sqlite3_bind_int(statement, at++, (int)alarm->kind);
	sqlite3_bind_int(statement, at++, (int)alarm->state);
	sqlite3_bind_int(statement, at++, (int)alarm->severity);
	sqlite3_bind_int(statement, at++, (int)alarm->zone);
	sqlite3_bind_int(statement, at++, (int)alarm->reason);
	sqlite3_bind_int(statement, at++, alarm->is_latching);
	sqlite3_bind_int64(statement, at++, row->sensor);
	sqlite3_bind_int64(statement, at++, row->bus);
	sqlite3_bind_text(statement, at++, row->source, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int(statement, at++, row->quantity);
	sqlite3_bind_int64(statement, at++, row->raised_seq);
	sqlite3_bind_int64(statement, at++, row->raised_wall_ms);
	if (row->has_value)
		sqlite3_bind_int(statement, at++, alarm->value_milli);
	else
		sqlite3_bind_null(statement, at++);
	sqlite3_bind_int(statement, at++, alarm->peak_milli);
	sqlite3_bind_int(statement, at++, alarm->limit_milli);
	sqlite3_bind_int64(statement, at++, row->notified);
	sqlite3_bind_text(statement, at++, row->note, -1, SQLITE_TRANSIENT);
	return store_run(store, statement, "cannot store an alarm", err);
}

int
store_remove_alarm(struct store *store, uint32_t id, struct err *err)
{
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	sqlite3_bind_int64(store->alarm.remove, 1, id);
	return store_run(store, store->alarm.remove, "cannot remove an alarm", err);
}

int
store_clear_alarms(struct store *store, struct err *err)
{
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	return store_exec(store, "DELETE FROM alarm", "cannot clear the alarms", err);
}

struct alarm_loader {
	sqlite3_stmt *statement;
	int (*take)(void *context, const struct alarm_row *row, struct err *err);
	void *context;
};

static int
take_alarm(void *context, struct err *err)
{
	const struct alarm_loader *loader = context;
	sqlite3_stmt *statement = loader->statement;
	struct alarm_row row = { 0 };
	struct alarm *alarm = &row.alarm;
	int at = 0;

	alarm->id = (uint32_t)sqlite3_column_int64(statement, at++);
	alarm->kind = (enum alarm_kind)sqlite3_column_int(statement, at++);
	alarm->state = (enum alarm_state)sqlite3_column_int(statement, at++);
	alarm->severity = (enum severity)sqlite3_column_int(statement, at++);
	alarm->zone = (enum zone)sqlite3_column_int(statement, at++);
	alarm->reason = (enum fault_reason)sqlite3_column_int(statement, at++);
	alarm->is_latching = sqlite3_column_int(statement, at++) != 0;
	row.sensor = (uint32_t)sqlite3_column_int64(statement, at++);
	row.bus = (uint32_t)sqlite3_column_int64(statement, at++);
	store_column_text(statement, at++, row.source, sizeof(row.source));
	row.quantity = (uint8_t)sqlite3_column_int(statement, at++);
	row.raised_seq = (uint32_t)sqlite3_column_int64(statement, at++);
	row.raised_wall_ms = sqlite3_column_int64(statement, at++);
	row.has_value = sqlite3_column_type(statement, at) != SQLITE_NULL;
	alarm->value_milli = sqlite3_column_int(statement, at++);
	alarm->peak_milli = sqlite3_column_int(statement, at++);
	alarm->limit_milli = sqlite3_column_int(statement, at++);
	row.notified = (uint32_t)sqlite3_column_int64(statement, at++);
	store_column_text(statement, at++, row.note, sizeof(row.note));
	return loader->take(loader->context, &row, err);
}

int
store_load_alarms(struct store *store,
    int (*take)(void *context, const struct alarm_row *row, struct err *err), void *context,
    struct err *err)
{
	struct alarm_loader loader = { store->alarm.load, take, context };

	return store_each_row(
	    store, loader.statement, "cannot read the alarms", take_alarm, &loader, err);
}
