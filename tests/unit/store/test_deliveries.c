/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "tests/unit/store/state_folder.h"
#include "tests/unit/unit.h"

static struct delivery
delivery_of(uint32_t id)
{
	return (struct delivery){
		.id = id,
		.seq = 4000000000,
		.alarm_id = 3000000000,
		.channel = 2,
		.state = DELIVERY_DEFERRED,
		.class = DELIVERY_CRITICAL,
		.step = id,
		.attempts = 3,
		.failures = 2,
		.in_doubt = 1,
		.lead = 3999999999,
		.created_ms = -5,
		.created_wall_ms = 1700000000123,
		.useful_until_ms = 14400000,
		.next_ms = INT64_MAX,
		.has_result = true,
		.result = RESULT_RECIPIENT_UNAVAILABLE,
		.code = 451,
		.enhanced = "4.7.1",
		.reply = "try again later'); --",
		.relay = "mail.example.org",
		.destination = "ops@example.org",
	};
}

struct seen {
	size_t count;
	struct delivery last;
	struct moment created;
};

static int
see(void *context, const struct delivery *delivery, const struct moment *created, struct err *err)
{
	struct seen *seen = context;

	(void)err;
	assert_true(delivery->id > seen->last.id);
	seen->count++;
	seen->last = *delivery;
	seen->created = *created;
	return 0;
}

static struct seen
deliveries_of(struct store *store)
{
	struct seen seen = { 0 };

	assert_int_equal(store_load_deliveries(store, see, &seen, NULL), 0);
	return seen;
}

static void
assert_same(const struct delivery *a, const struct delivery *b)
{
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->alarm_id, b->alarm_id);
	assert_int_equal(a->channel, b->channel);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->class, b->class);
	assert_int_equal(a->step, b->step);
	assert_int_equal(a->attempts, b->attempts);
	assert_int_equal(a->failures, b->failures);
	assert_int_equal(a->in_doubt, b->in_doubt);
	assert_int_equal(a->lead, b->lead);
	assert_int_equal(a->created_ms, b->created_ms);
	assert_int_equal(a->created_wall_ms, b->created_wall_ms);
	assert_int_equal(a->useful_until_ms, b->useful_until_ms);
	assert_int_equal(a->next_ms, b->next_ms);
	assert_int_equal(a->ended_ms, b->ended_ms);
	assert_int_equal(a->has_result, b->has_result);
	assert_int_equal(a->result, b->result);
	assert_int_equal(a->code, b->code);
	assert_string_equal(a->enhanced, b->enhanced);
	assert_string_equal(a->reply, b->reply);
	assert_string_equal(a->relay, b->relay);
	assert_string_equal(a->destination, b->destination);
}

static void
put(struct store *store, const struct delivery *delivery, const char *boot_id)
{
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_put_delivery(store, delivery, boot_id, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
}

static void
a_delivery_comes_back_as_it_last_was(void **state)
{
	struct delivery delivery = delivery_of(1), untried = { .id = 2, .state = DELIVERY_READY };
	struct store *store = store_opened();
	struct seen seen;

	(void)state;
	put(store, &delivery, "one boot");
	store_close(store);
	store = store_opened();
	seen = deliveries_of(store);
	assert_int_equal(seen.count, 1);
	assert_same(&seen.last, &delivery);
	assert_string_equal(seen.created.boot_id, "one boot");
	assert_int_equal(seen.created.boottime_ms, -5);
	assert_int_equal(seen.created.wall_ms, 1700000000123);
	delivery.state = DELIVERY_DELIVERED;
	delivery.attempts = 4;
	delivery.failures = 0;
	delivery.in_doubt = 2;
	delivery.created_ms = 77;
	delivery.useful_until_ms = 78;
	delivery.next_ms = 79;
	delivery.ended_ms = 80;
	delivery.result = RESULT_OK;
	delivery.code = 250;
	text_copy(delivery.enhanced, sizeof(delivery.enhanced), "2.0.0");
	text_copy(delivery.reply, sizeof(delivery.reply), "ok");
	text_copy(delivery.relay, sizeof(delivery.relay), "backup.example.org");
	put(store, &delivery, "another");
	seen = deliveries_of(store);
	assert_same(&seen.last, &delivery);
	assert_string_equal(seen.created.boot_id, "another");
	put(store, &untried, "another");
	seen = deliveries_of(store);
	assert_int_equal(seen.count, 2);
	assert_same(&seen.last, &untried);
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_remove_delivery(store, 2, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	assert_int_equal(deliveries_of(store).count, 1);
	store_close(store);
}

/* A bug that would tell somebody twice is refused by the database. */
static void
an_event_goes_once_to_a_destination(void **state)
{
	struct delivery delivery = delivery_of(1);
	struct store *store = store_opened();

	(void)state;
	put(store, &delivery, "boot");
	delivery.id = 2;
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_put_delivery(store, &delivery, "boot", NULL), -EIO);
	store_rollback(store);
	delivery.step++;
	put(store, &delivery, "boot");
	text_copy(delivery.destination, sizeof(delivery.destination), "boss@example.org");
	delivery.id = 3;
	put(store, &delivery, "boot");
	delivery.channel = 1;
	delivery.id = 4;
	put(store, &delivery, "boot");
	assert_int_equal(deliveries_of(store).count, 4);
	store_close(store);
}

static void
books_begin_empty_and_hold(void **state)
{
	const struct delivery_books books = {
		.accepted = UINT32_MAX,
		.delivered = 1,
		.deferred = 2,
		.expired = 3,
		.failed = 4,
		.superseded = 5,
		.in_doubt = 6,
		.has_result = true,
		.last_result = RESULT_EXPIRED,
		.last_text = "too old",
		.last_success_wall_ms = 1700000000000,
		.late_next = 7,
		.late_count = 8,
		.replay_next = 9,
		.replay_last = 10,
		.replay_step = 11,
	};
	const struct delivery_books none = { 0 };
	struct delivery_books back;
	struct store *store = store_opened();

	(void)state;
	assert_int_equal(store_get_books(store, 1, &back, NULL), 0);
	assert_memory_equal(&back, &none, sizeof(none));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(store_begin(store, NULL), 0);
		assert_int_equal(store_put_books(store, 1, i == 0 ? &none : &books, NULL), 0);
		assert_int_equal(store_commit(store, NULL), 0);
	}
	store_close(store);
	store = store_opened();
	assert_int_equal(store_get_books(store, 1, &back, NULL), 0);
	assert_int_equal(back.accepted, UINT32_MAX);
	assert_int_equal(back.delivered, 1);
	assert_int_equal(back.deferred, 2);
	assert_int_equal(back.expired, 3);
	assert_int_equal(back.failed, 4);
	assert_int_equal(back.superseded, 5);
	assert_int_equal(back.in_doubt, 6);
	assert_true(back.has_result);
	assert_int_equal(back.last_result, RESULT_EXPIRED);
	assert_string_equal(back.last_text, "too old");
	assert_int_equal(back.last_success_wall_ms, 1700000000000);
	assert_int_equal(back.late_next, 7);
	assert_int_equal(back.late_count, 8);
	assert_int_equal(back.replay_next, 9);
	assert_int_equal(back.replay_last, 10);
	assert_int_equal(back.replay_step, 11);
	assert_int_equal(store_get_books(store, 2, &back, NULL), 0);
	assert_memory_equal(&back, &none, sizeof(none));
	store_close(store);
}

static int
count_events(void *context, const struct record *record, struct err *err)
{
	(void)err;
	assert_int_equal(record->seq, 6 + *(unsigned *)context);
	++*(unsigned *)context;
	return 0;
}

/* Events 1 to 5 are dropped while deliveries of 2 (waits) and 3 (ended) are there. */
static void
an_event_stays_for_a_delivery_that_waits(void **state)
{
	struct delivery waits = delivery_of(1), ended = delivery_of(2);
	struct record record = { .kind = EVENT_RAISE, .source = "inlet" };
	struct store *store = store_opened();
	unsigned count = 0;

	(void)state;
	waits.seq = 2;
	ended.seq = 3;
	ended.state = DELIVERY_FAILED;
	assert_int_equal(store_begin(store, NULL), 0);
	for (record.seq = 1; record.seq <= 9; record.seq++)
		assert_int_equal(store_add_event(store, &record, "boot", NULL), 0);
	assert_int_equal(store_put_delivery(store, &waits, "boot", NULL), 0);
	assert_int_equal(store_put_delivery(store, &ended, "boot", NULL), 0);
	assert_int_equal(store_drop_events(store, 6, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	assert_int_equal(store_load_events(store, count_events, &count, NULL), 0);
	assert_int_equal(count, 4); /* of the log it is none */
	assert_int_equal(store_get_event(store, 2, &record, NULL), 0);
	assert_int_equal(record.seq, 2);
	assert_string_equal(record.source, "inlet");
	assert_int_equal(store_get_event(store, 1, &record, NULL), -ENOENT);
	assert_int_equal(store_get_event(store, 3, &record, NULL), -ENOENT);
	record.seq = 2;
	for (int how = 0; how < 2; how++) {
		assert_int_equal(store_begin(store, NULL), 0);
		if (how == 1)
			waits.state = DELIVERY_DELIVERED;
		assert_int_equal(store_put_delivery(store, &waits, "boot", NULL), 0);
		assert_int_equal(store_drop_events(store, 6, NULL), 0);
		if (how == 0)
			assert_int_equal(store_drop_held_events(store, NULL), 0);
		assert_int_equal(store_get_event(store, 2, &record, NULL), -ENOENT);
		assert_int_equal(store_keep_event(store, &record, "boot", NULL), 0);
		assert_int_equal(store_keep_event(store, &record, "boot", NULL), 0);
		assert_int_equal(store_get_event(store, 2, &record, NULL), 0);
		assert_int_equal(store_commit(store, NULL), 0);
	}
	store_close(store);
}

static void
nothing_is_written_outside_a_transaction(void **state)
{
	const struct delivery delivery = delivery_of(1);
	const struct delivery_books books = { 0 };
	struct store *store = store_opened();

	(void)state;
	assert_int_equal(store_put_delivery(store, &delivery, "boot", NULL), -EIO);
	assert_int_equal(store_remove_delivery(store, 1, NULL), -EIO);
	assert_int_equal(store_put_books(store, 1, &books, NULL), -EIO);
	assert_int_equal(deliveries_of(store).count, 0);
	store_close(store);
}

static void
keeps_what_a_contact_got(void **state)
{
	const struct contact_books put = { 4000000000, 12, true, RESULT_BAD_PASSWORD };
	const struct contact_books silent = { .sent = 1 };
	const struct mail_limits nothing = { 0 };
	const struct mail_limits limits = { .flood = { .is_on = true, .digest_ms = 77 } };
	const struct moment now = { "a boot", 5, INT64_C(1700000000000) };
	struct store *store = store_opened();
	struct contact_books got;
	struct mail_limits kept;
	struct moment then;

	(void)state;
	assert_int_equal(store_put_contact(store, 3, &put, &limits, &now, NULL), -EIO);
	assert_int_equal(store_begin(store, NULL), 0); /* not without */
	assert_int_equal(store_put_contact(store, 3, &silent, &nothing, &now, NULL), 0);
	assert_int_equal(store_put_contact(store, 3, &put, &limits, &now, NULL), 0);
	assert_int_equal(store_put_contact(store, 4, &silent, &nothing, &now, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);
	store = store_opened();
	assert_int_equal(store_get_contact(store, 3, &got, &kept, &then, NULL), 0);
	assert_true(kept.flood.is_on);
	assert_int_equal(kept.flood.digest_ms, 77);
	assert_string_equal(then.boot_id, "a boot");
	assert_int_equal(then.boottime_ms, 5);
	assert_true(then.wall_ms == INT64_C(1700000000000));
	assert_int_equal(got.sent, 4000000000);
	assert_int_equal(got.undelivered, 12);
	assert_true(got.has_result);
	assert_int_equal(got.last_result, RESULT_BAD_PASSWORD);
	assert_int_equal(store_get_contact(store, 4, &got, &kept, &then, NULL), 0);
	assert_false(kept.flood.is_on);
	assert_int_equal(got.sent, 1);
	assert_false(got.has_result);
	assert_int_equal(store_get_contact(store, 5, &got, &kept, &then, NULL), 0);
	assert_string_equal(then.boot_id, "");
	assert_int_equal(got.sent, 0);
	store_close(store);
}

int
main(void)
{
#define IN_A_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, state_folder_make, state_folder_remove)
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(a_delivery_comes_back_as_it_last_was),
		IN_A_FOLDER(an_event_goes_once_to_a_destination),
		IN_A_FOLDER(books_begin_empty_and_hold),
		IN_A_FOLDER(keeps_what_a_contact_got),
		IN_A_FOLDER(an_event_stays_for_a_delivery_that_waits),
		IN_A_FOLDER(nothing_is_written_outside_a_transaction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
