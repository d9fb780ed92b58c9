/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "store/store_private.h"

#define COLUMNS                                                                              \
	"id, seq, channel, destination, step, alarm, class, created_wall_ms, created_ms,"    \
	" useful_until_ms, state, attempts, failures, in_doubt, next_ms, ended_ms, boot_id," \
	" result, code, enhanced, reply, relay, lead"

#define BOOKS                                                                                \
	"accepted, delivered, deferred, expired, failed, superseded, in_doubt, last_result," \
	" last_text, last_success_wall_ms, late_next, late_count, replay_next, replay_last," \
	" replay_step"

int
deliveries_init(struct store *store, struct err *err)
{
	const struct store_statement statements[] = {
		{ &store->delivery.put,
		    "INSERT INTO delivery (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
		    " ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)"
		    " ON CONFLICT (id) DO UPDATE SET created_ms = ?9, useful_until_ms = ?10,"
		    " state = ?11, attempts = ?12, failures = ?13, in_doubt = ?14, next_ms = ?15,"
		    " ended_ms = ?16, boot_id = ?17, result = ?18, code = ?19, enhanced = ?20,"
		    " reply = ?21, relay = ?22, lead = ?23" },
		{ &store->delivery.remove, "DELETE FROM delivery WHERE id = ?1" },
		{ &store->delivery.load, "SELECT " COLUMNS " FROM delivery ORDER BY id" },
		{ &store->delivery.put_books,
		    "REPLACE INTO channel (channel, " BOOKS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
		    " ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)" },
		{ &store->delivery.get_books, "SELECT " BOOKS " FROM channel WHERE channel = ?1" },
		{ &store->delivery.put_contact,
		    "REPLACE INTO contact (idx, sent, undelivered, last_result, limits, boot_id,"
		    " boottime_ms, wall_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)" },
		{ &store->delivery.get_contact,
		    "SELECT sent, undelivered, last_result, limits, boot_id, boottime_ms, wall_ms"
		    " FROM contact WHERE idx = ?1" },
	};

	return store_prepare_all(
	    store, statements, sizeof(statements) / sizeof(statements[0]), err);
}

/* ---- rows ---- */

int
store_put_delivery(
    struct store *store, const struct delivery *delivery, const char *boot_id, struct err *err)
{
	sqlite3_stmt *statement = store->delivery.put;
	int r = store_check_transaction(store, err), at = 1;

	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, at++, delivery->id);
	sqlite3_bind_int64(statement, at++, delivery->seq);
	sqlite3_bind_int(statement, at++, delivery->channel);
	sqlite3_bind_text(statement, at++, delivery->destination, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(statement, at++, delivery->step);
	sqlite3_bind_int64(statement, at++, delivery->alarm_id);
	sqlite3_bind_int(statement, at++, delivery->class);
	sqlite3_bind_int64(statement, at++, delivery->created_wall_ms);
	sqlite3_bind_int64(statement, at++, delivery->created_ms);
	sqlite3_bind_int64(statement, at++, delivery->useful_until_ms);
	sqlite3_bind_int(statement, at++, delivery->state);
	sqlite3_bind_int64(statement, at++, delivery->attempts);
	sqlite3_bind_int64(statement, at++, delivery->failures);
	sqlite3_bind_int64(statement, at++, delivery->in_doubt);
	sqlite3_bind_int64(statement, at++, delivery->next_ms);
	sqlite3_bind_int64(statement, at++, delivery->ended_ms);
	sqlite3_bind_text(statement, at++, boot_id, -1, SQLITE_TRANSIENT);
	if (delivery->has_result)
		sqlite3_bind_int(statement, at++, delivery->result);
	else
		sqlite3_bind_null(statement, at++);
	sqlite3_bind_int(statement, at++, delivery->code);
	sqlite3_bind_text(statement, at++, delivery->enhanced, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(statement, at++, delivery->reply, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(statement, at++, delivery->relay, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(statement, at++, delivery->lead);
	return store_run(store, statement, "cannot store a delivery", err);
}

int
store_remove_delivery(struct store *store, uint32_t id, struct err *err)
{
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	sqlite3_bind_int64(store->delivery.remove, 1, id);
	return store_run(store, store->delivery.remove, "cannot remove a delivery", err);
}

int
store_clear_deliveries(struct store *store, struct err *err)
{
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	return store_exec(store, "DELETE FROM delivery", "cannot clear the deliveries", err);
}

struct delivery_loader {
	sqlite3_stmt *statement;
	int (*take)(void *context, const struct delivery *delivery, const struct moment *created,
	    struct err *err);
	void *context;
};

static int
take_delivery(void *context, struct err *err)
{
	const struct delivery_loader *loader = context;
	sqlite3_stmt *statement = loader->statement;
	struct delivery delivery = { 0 };
	struct moment created;
	int at = 0;

	delivery.id = (uint32_t)sqlite3_column_int64(statement, at++);
	delivery.seq = (uint32_t)sqlite3_column_int64(statement, at++);
	delivery.channel = (uint8_t)sqlite3_column_int(statement, at++);
	store_column_text(statement, at++, delivery.destination, sizeof(delivery.destination));
	delivery.step = (uint32_t)sqlite3_column_int64(statement, at++);
	delivery.alarm_id = (uint32_t)sqlite3_column_int64(statement, at++);
	delivery.class = (uint8_t)sqlite3_column_int(statement, at++);
	delivery.created_wall_ms = sqlite3_column_int64(statement, at++);
	delivery.created_ms = sqlite3_column_int64(statement, at++);
	delivery.useful_until_ms = sqlite3_column_int64(statement, at++);
	delivery.state = (uint8_t)sqlite3_column_int(statement, at++);
	delivery.attempts = (uint32_t)sqlite3_column_int64(statement, at++);
	delivery.failures = (uint32_t)sqlite3_column_int64(statement, at++);
	delivery.in_doubt = (uint32_t)sqlite3_column_int64(statement, at++);
	delivery.next_ms = sqlite3_column_int64(statement, at++);
	delivery.ended_ms = sqlite3_column_int64(statement, at++);
	store_column_text(statement, at++, created.boot_id, sizeof(created.boot_id));
	delivery.has_result = sqlite3_column_type(statement, at) != SQLITE_NULL;
	delivery.result = (uint8_t)sqlite3_column_int(statement, at++);
	delivery.code = sqlite3_column_int(statement, at++);
	store_column_text(statement, at++, delivery.enhanced, sizeof(delivery.enhanced));
	store_column_text(statement, at++, delivery.reply, sizeof(delivery.reply));
	store_column_text(statement, at++, delivery.relay, sizeof(delivery.relay));
	delivery.lead = (uint32_t)sqlite3_column_int64(statement, at++);
	created.boottime_ms = delivery.created_ms;
	created.wall_ms = delivery.created_wall_ms;
	return loader->take(loader->context, &delivery, &created, err);
}

int
store_load_deliveries(struct store *store,
    int (*take)(void *context, const struct delivery *delivery, const struct moment *created,
	struct err *err),
    void *context, struct err *err)
{
	struct delivery_loader loader = { store->delivery.load, take, context };

	return store_each_row(
	    store, loader.statement, "cannot read the deliveries", take_delivery, &loader, err);
}

/* ---- channels ---- */

int
store_put_books(
    struct store *store, uint8_t channel, const struct delivery_books *books, struct err *err)
{
	sqlite3_stmt *statement = store->delivery.put_books;
	int r = store_check_transaction(store, err), at = 1;

	if (r < 0)
		return r;
	sqlite3_bind_int(statement, at++, channel);
	sqlite3_bind_int64(statement, at++, books->accepted);
	sqlite3_bind_int64(statement, at++, books->delivered);
	sqlite3_bind_int64(statement, at++, books->deferred);
	sqlite3_bind_int64(statement, at++, books->expired);
	sqlite3_bind_int64(statement, at++, books->failed);
	sqlite3_bind_int64(statement, at++, books->superseded);
	sqlite3_bind_int64(statement, at++, books->in_doubt);
	if (books->has_result)
		sqlite3_bind_int(statement, at++, books->last_result);
	else
		sqlite3_bind_null(statement, at++);
	sqlite3_bind_text(statement, at++, books->last_text, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(statement, at++, books->last_success_wall_ms);
	sqlite3_bind_int64(statement, at++, books->late_next);
	sqlite3_bind_int64(statement, at++, books->late_count);
	sqlite3_bind_int64(statement, at++, books->replay_next);
	sqlite3_bind_int64(statement, at++, books->replay_last);
	sqlite3_bind_int64(statement, at++, books->replay_step);
	return store_run(store, statement, "cannot store the books of a channel", err);
}

static void
read_books(sqlite3_stmt *statement, struct delivery_books *books)
{
	int at = 0;

	books->accepted = (uint32_t)sqlite3_column_int64(statement, at++);
	books->delivered = (uint32_t)sqlite3_column_int64(statement, at++);
	books->deferred = (uint32_t)sqlite3_column_int64(statement, at++);
	books->expired = (uint32_t)sqlite3_column_int64(statement, at++);
	books->failed = (uint32_t)sqlite3_column_int64(statement, at++);
	books->superseded = (uint32_t)sqlite3_column_int64(statement, at++);
	books->in_doubt = (uint32_t)sqlite3_column_int64(statement, at++);
	books->has_result = sqlite3_column_type(statement, at) != SQLITE_NULL;
	books->last_result = (uint8_t)sqlite3_column_int(statement, at++);
	store_column_text(statement, at++, books->last_text, sizeof(books->last_text));
	books->last_success_wall_ms = sqlite3_column_int64(statement, at++);
	books->late_next = (uint32_t)sqlite3_column_int64(statement, at++);
	books->late_count = (uint32_t)sqlite3_column_int64(statement, at++);
	books->replay_next = (uint32_t)sqlite3_column_int64(statement, at++);
	books->replay_last = (uint32_t)sqlite3_column_int64(statement, at++);
	books->replay_step = (uint32_t)sqlite3_column_int64(statement, at++);
}

int
store_get_books(
    struct store *store, uint8_t channel, struct delivery_books *ret_books, struct err *err)
{
	sqlite3_stmt *statement = store->delivery.get_books;
	struct delivery_books books = { 0 };
	int r = 0;

	sqlite3_bind_int(statement, 1, channel);
	switch (sqlite3_step(statement)) {
	case SQLITE_ROW:
		read_books(statement, &books);
		break;
	case SQLITE_DONE:
		break;
	default:
		r = store_error(store, "cannot read the books of a channel", err);
		break;
	}
	sqlite3_reset(statement);
	if (r == 0)
		*ret_books = books;
	return r;
}

/* ---- contacts ---- */

int
store_put_contact(struct store *store, uint32_t index, const struct contact_books *books,
    const struct mail_limits *limits, const struct moment *now, struct err *err)
{
	sqlite3_stmt *statement = store->delivery.put_contact;
	unsigned char octets[MAIL_LIMITS_OCTETS];
	int r = store_check_transaction(store, err);

	if (r < 0)
		return r;
	mail_limits_encode(limits, octets);
	sqlite3_bind_int64(statement, 1, index);
	sqlite3_bind_int64(statement, 2, books->sent);
	sqlite3_bind_int64(statement, 3, books->undelivered);
	if (books->has_result)
		sqlite3_bind_int(statement, 4, books->last_result);
	else
		sqlite3_bind_null(statement, 4);
	sqlite3_bind_blob(statement, 5, octets, sizeof(octets), SQLITE_TRANSIENT);
	sqlite3_bind_text(statement, 6, now->boot_id, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(statement, 7, now->boottime_ms);
	sqlite3_bind_int64(statement, 8, now->wall_ms);
	return store_run(store, statement, "cannot store the books of a contact", err);
}

static void
read_contact(sqlite3_stmt *statement, struct contact_books *books, struct mail_limits *limits,
    struct moment *then)
{
	const void *octets;

	books->sent = (uint32_t)sqlite3_column_int64(statement, 0);
	books->undelivered = (uint32_t)sqlite3_column_int64(statement, 1);
	books->has_result = sqlite3_column_type(statement, 2) != SQLITE_NULL;
	books->last_result = (uint8_t)sqlite3_column_int(statement, 2);
	octets = sqlite3_column_blob(statement, 3);
	if (octets == NULL ||
	    mail_limits_decode(octets, (size_t)sqlite3_column_bytes(statement, 3), limits) < 0)
		return;
	store_column_text(statement, 4, then->boot_id, sizeof(then->boot_id));
	then->boottime_ms = sqlite3_column_int64(statement, 5);
	then->wall_ms = sqlite3_column_int64(statement, 6);
}

int
store_get_contact(struct store *store, uint32_t index, struct contact_books *ret_books,
    struct mail_limits *ret_limits, struct moment *ret_then, struct err *err)
{
	sqlite3_stmt *statement = store->delivery.get_contact;
	struct contact_books books = { 0 };
	struct mail_limits limits = { 0 };
	struct moment then = { 0 };
	int r = 0;

	sqlite3_bind_int64(statement, 1, index);
	switch (sqlite3_step(statement)) {
	case SQLITE_ROW:
		read_contact(statement, &books, &limits, &then);
		break;
	case SQLITE_DONE:
		break;
	default:
		r = store_error(store, "cannot read the books of a contact", err);
		break;
	}
	sqlite3_reset(statement);
	if (r < 0)
		return r;
	*ret_books = books;
	*ret_limits = limits;
	*ret_then = then;
	return 0;
}
