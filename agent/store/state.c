/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "core/kept.h"
#include "store/store_private.h"

int
state_init(struct store *store, struct err *err)
{
	const struct store_statement statements[] = {
		{ &store->state.put, "REPLACE INTO sensor_state"
				     " (sensor, boot_id, boottime_ms, wall_ms, kept, source)"
				     " VALUES (?1, ?2, ?3, ?4, ?5, ?6)" },
		{ &store->state.clear, "DELETE FROM sensor_state" },
		{ &store->state.load,
		    "SELECT sensor, boot_id, boottime_ms, wall_ms, kept, source FROM sensor_state"
		    " ORDER BY sensor" },
	};

	return store_prepare_all(
	    store, statements, sizeof(statements) / sizeof(statements[0]), err);
}

int
store_put_state(struct store *store, uint32_t sensor, const char *source,
    const struct evaluator_kept *kept, const struct moment *now, struct err *err)
{
	sqlite3_stmt *statement = store->state.put;
	unsigned char octets[KEPT_OCTETS_MAX];
	size_t count = kept_encode(kept, octets);
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, 1, sensor);
	sqlite3_bind_text(statement, 2, now->boot_id, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(statement, 3, now->boottime_ms);
	sqlite3_bind_int64(statement, 4, now->wall_ms);
	sqlite3_bind_blob(statement, 5, octets, (int)count, SQLITE_TRANSIENT);
	sqlite3_bind_text(statement, 6, source, -1, SQLITE_TRANSIENT);
	return store_run(store, statement, "cannot store the state of a sensor", err);
}

int
store_clear_states(struct store *store, struct err *err)
{
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	return store_run(store, store->state.clear, "cannot clear the state of sensors", err);
}

struct state_loader {
	sqlite3_stmt *statement;
	int (*take)(void *context, uint32_t sensor, const char *source,
	    const struct evaluator_kept *kept, const struct moment *then, struct err *err);
	void *context;
};

static int
take_state(void *context, struct err *err)
{
	const struct state_loader *loader = context;
	sqlite3_stmt *statement = loader->statement;
	struct evaluator_kept kept;
	struct moment then;
	const void *octets;
	const char *source;
	bool is_whole;

	store_column_text(statement, 1, then.boot_id, sizeof(then.boot_id));
	then.boottime_ms = sqlite3_column_int64(statement, 2);
	then.wall_ms = sqlite3_column_int64(statement, 3);
	octets = sqlite3_column_blob(statement, 4);
	is_whole = octets != NULL &&
	           kept_decode(octets, (size_t)sqlite3_column_bytes(statement, 4), &kept) == 0;
	source = (const char *)sqlite3_column_text(statement, 5);
	return loader->take(loader->context, (uint32_t)sqlite3_column_int64(statement, 0),
	    source != NULL ? source : "", is_whole ? &kept : NULL, &then, err);
}

int
store_load_states(struct store *store,
    int (*take)(void *context, uint32_t sensor, const char *source,
	const struct evaluator_kept *kept, const struct moment *then, struct err *err),
    void *context, struct err *err)
{
	struct state_loader loader = { store->state.load, take, context };

	return store_each_row(
	    store, loader.statement, "cannot read the state of sensors", take_state, &loader, err);
}
