/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "core/text.h"
#include "store/store_private.h"

#define COLUMNS                                                                                \
	"seq, kind, alarm, alarm_kind, sensor, source, quantity, severity, previous_severity," \
	" zone_from, zone_to, reason, suppression, is_config_change, during_downtime, value,"  \
	" bound, first_number, second_number, wall_ms, boottime_ms, sensor_severity,"          \
	" sensor_value, channel, detail"

int
events_init(struct store *store, struct err *err)
{
	const struct store_statement statements[] = {
		{ &store->event.add,
		    "INSERT INTO event (" COLUMNS ", boot_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
		    " ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,"
		    " ?23, ?24, ?25, ?26)" },
		/* the states between delivered and superseded are those that have not ended */
		{ &store->event.drop,
		    "DELETE FROM event WHERE seq < ?1 AND NOT EXISTS (SELECT 1 FROM delivery"
		    " WHERE delivery.seq = event.seq AND state BETWEEN 2 AND 6)" },
		{ &store->event.drop_held,
		    "DELETE FROM event WHERE seq < (SELECT value FROM number WHERE key = 5)" },
		{ &store->event.load,
		    "SELECT " COLUMNS " FROM event"
		    " WHERE seq >= (SELECT value FROM number WHERE key = 5) ORDER BY seq" },
		{ &store->event.get, "SELECT " COLUMNS " FROM event WHERE seq = ?1" },
	};

	return store_prepare_all(
	    store, statements, sizeof(statements) / sizeof(statements[0]), err);
}

static void
bind_or_null(sqlite3_stmt *statement, int at, bool is_there, int32_t number)
{
	if (is_there)
		sqlite3_bind_int(statement, at, number);
	else
		sqlite3_bind_null(statement, at);
}

int
store_add_event(
    struct store *store, const struct record *record, const char *boot_id, struct err *err)
{
	sqlite3_stmt *statement = store->event.add;
	int r = store_check_transaction(store, err), at = 1;

	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, at++, record->seq);
	sqlite3_bind_int(statement, at++, record->kind);
	sqlite3_bind_int64(statement, at++, record->alarm_id);
	sqlite3_bind_int(statement, at++, record->alarm_kind);
	sqlite3_bind_int64(statement, at++, record->sensor);
	sqlite3_bind_text(statement, at++, record->source, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int(statement, at++, record->quantity);
	sqlite3_bind_int(statement, at++, record->severity);
	sqlite3_bind_int(statement, at++, record->previous_severity);
	sqlite3_bind_int(statement, at++, record->from);
	sqlite3_bind_int(statement, at++, record->to);
	sqlite3_bind_int(statement, at++, record->reason);
	sqlite3_bind_int(statement, at++, record->suppression);
	sqlite3_bind_int(statement, at++, record->is_config_change);
	sqlite3_bind_int(statement, at++, record->during_downtime);
	bind_or_null(statement, at++, record->has_value, record->value_milli);
	bind_or_null(statement, at++, record->has_limit, record->limit_milli);
	sqlite3_bind_int64(statement, at++, record->numbers[0]);
	sqlite3_bind_int64(statement, at++, record->numbers[1]);
	sqlite3_bind_int64(statement, at++, record->wall_ms);
	sqlite3_bind_int64(statement, at++, record->boottime_ms);
	sqlite3_bind_int(statement, at++, record->sensor_severity);
	bind_or_null(statement, at++, record->has_sensor_value, record->sensor_value_milli);
	sqlite3_bind_int(statement, at++, record->channel);
	sqlite3_bind_text(statement, at++, record->detail, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(statement, at++, boot_id, -1, SQLITE_TRANSIENT);
	return store_run(store, statement, "cannot store an event", err);
}

int
store_drop_events(struct store *store, uint32_t below_seq, struct err *err)
{
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	r = store_put_number(store, STORE_FIRST_EVENT, below_seq, err);
	if (r < 0)
		return r;
	sqlite3_bind_int64(store->event.drop, 1, below_seq);
	return store_run(store, store->event.drop, "cannot drop events", err);
}

int
store_drop_held_events(struct store *store, struct err *err)
{
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	return store_run(store, store->event.drop_held, "cannot drop events", err);
}

int
store_last_event(struct store *store, uint32_t *ret_seq, struct err *err)
{
	int64_t seq = 0;
	int r = store_number(store, "SELECT coalesce(max(seq), 0) FROM event", &seq, err);

	if (r == 0)
		*ret_seq = (uint32_t)seq;
	return r;
}

struct event_loader {
	sqlite3_stmt *statement;
	int (*take)(void *context, const struct record *record, struct err *err);
	void *context;
};

/* All but the detail, whose column it returns: that is there only as long as the row is. */
static int
read_event(sqlite3_stmt *statement, struct record *record)
{
	int at = 0;

	*record = (struct record){ 0 };
	record->seq = (uint32_t)sqlite3_column_int64(statement, at++);
	record->kind = (uint8_t)sqlite3_column_int(statement, at++);
	record->alarm_id = (uint32_t)sqlite3_column_int64(statement, at++);
	record->alarm_kind = (uint8_t)sqlite3_column_int(statement, at++);
	record->sensor = (uint32_t)sqlite3_column_int64(statement, at++);
	store_column_text(statement, at++, record->source, sizeof(record->source));
	record->quantity = (uint8_t)sqlite3_column_int(statement, at++);
	record->severity = (uint8_t)sqlite3_column_int(statement, at++);
	record->previous_severity = (uint8_t)sqlite3_column_int(statement, at++);
	record->from = (uint8_t)sqlite3_column_int(statement, at++);
	record->to = (uint8_t)sqlite3_column_int(statement, at++);
	record->reason = (uint8_t)sqlite3_column_int(statement, at++);
	record->suppression = (uint8_t)sqlite3_column_int(statement, at++);
	record->is_config_change = sqlite3_column_int(statement, at++) != 0;
	record->during_downtime = sqlite3_column_int(statement, at++) != 0;
	record->has_value = sqlite3_column_type(statement, at) != SQLITE_NULL;
	record->value_milli = sqlite3_column_int(statement, at++);
	record->has_limit = sqlite3_column_type(statement, at) != SQLITE_NULL;
	record->limit_milli = sqlite3_column_int(statement, at++);
	record->numbers[0] = (uint32_t)sqlite3_column_int64(statement, at++);
	record->numbers[1] = (uint32_t)sqlite3_column_int64(statement, at++);
	record->wall_ms = sqlite3_column_int64(statement, at++);
	record->boottime_ms = sqlite3_column_int64(statement, at++);
	record->sensor_severity = (uint8_t)sqlite3_column_int(statement, at++);
	record->has_sensor_value = sqlite3_column_type(statement, at) != SQLITE_NULL;
	record->sensor_value_milli = sqlite3_column_int(statement, at++);
	record->channel = (uint8_t)sqlite3_column_int(statement, at++);
	return at;
}

static int
take_event(void *context, struct err *err)
{
	const struct event_loader *loader = context;
	struct record record;
	int at = read_event(loader->statement, &record);

	record.detail = (const char *)sqlite3_column_text(loader->statement, at);
	if (record.detail != NULL && !text_is_clean(record.detail, strlen(record.detail)))
		record.detail = NULL;
	return loader->take(loader->context, &record, err);
}

int
store_load_events(struct store *store,
    int (*take)(void *context, const struct record *record, struct err *err), void *context,
    struct err *err)
{
	struct event_loader loader = { store->event.load, take, context };

	return store_each_row(
	    store, loader.statement, "cannot read the events", take_event, &loader, err);
}

int
store_get_event(struct store *store, uint32_t seq, struct record *ret_record, struct err *err)
{
	sqlite3_stmt *statement = store->event.get;
	int r = 0;

	sqlite3_bind_int64(statement, 1, seq);
	switch (sqlite3_step(statement)) {
	case SQLITE_ROW:
		read_event(statement, ret_record);
		break;
	case SQLITE_DONE:
		r = err_set(err, -ENOENT, "%s: there is no event %u", store->path, (unsigned)seq);
		break;
	default:
		r = store_error(store, "cannot read an event", err);
		break;
	}
	sqlite3_reset(statement);
	return r;
}

int
store_keep_event(
    struct store *store, const struct record *record, const char *boot_id, struct err *err)
{
	struct record there;
	int r = store_get_event(store, record->seq, &there, err);

	return r == -ENOENT ? store_add_event(store, record, boot_id, err) : r;
}
