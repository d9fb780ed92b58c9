/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <unistd.h>

#include "engine/outbox.h"
#include "tests/unit/engine/outbox_bench.h"
#include "tests/unit/unit.h"

/* What does not fit, comes too late, or is too much at once. */

/* ---- too old ---- */

static void
what_is_too_old_expires_but_not_an_alarm_that_is_active(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 2);
	bench_up(bench, false);
	bench_reads(bench, 2, 28000);
	bench_reads(bench, 1, 31000); /* sensor 1 gets worse */
	bench_reads(bench, 1, 20000); /* and is over; sensor 2 stays */
	bench_pass(bench, 14400000 - 2000);
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_HELD);
	bench_pass(bench, 3000);
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_EXPIRED);
	assert_int_equal(bench_row(bench, 2)->result, RESULT_EXPIRED);
	assert_int_equal(bench_row(bench, 3)->state, DELIVERY_HELD);
	assert_int_equal(bench_row(bench, 4)->state, DELIVERY_EXPIRED);
	assert_int_equal(bench_row(bench, 5)->state, DELIVERY_EXPIRED);
	assert_int_equal(bench_channel(bench)->books.expired, 3);
	/* 6 was pathDown: by another channel only, as this */
	assert_int_equal(bench_event(bench, 7)->kind, EVENT_DELIVERY_FAILED);
	assert_int_equal(bench_event(bench, 7)->numbers[0], 3);
	assert_int_equal(bench_event(bench, 7)->numbers[1], RESULT_EXPIRED);
	bench_up(bench, true);
	bench_accept_all(bench);
	ASSERT_JOBS(bench, 0, 3);
	bench_assert_books(bench);
}

static struct conf *
heartbeat_conf(unsigned sensors)
{
	struct conf *conf = bench_conf(sensors);

	conf->agent.heartbeat_interval_s = 500;
	return conf;
}

static void
a_sign_of_life_is_useful_for_ten_minutes(void **state)
{
	struct bench *bench = *state;

	bench->make_conf = heartbeat_conf;
	bench_begin(bench, 1);
	bench_up(bench, false);
	bench_pass(bench, 505000);
	assert_int_equal(bench_event(bench, 3)->kind, EVENT_HEARTBEAT);
	bench_pass(bench, 594000);
	assert_int_equal(bench_row(bench, 3)->state, DELIVERY_HELD);
	bench_pass(bench, 2000);
	assert_int_equal(bench_row(bench, 3)->state, DELIVERY_EXPIRED);
}

/* ---- too much ---- */

static struct conf *
small_conf(unsigned sensors)
{
	struct conf *conf = bench_conf(sensors);

	conf->delivery.maximum = 10;
	return conf;
}

static void
a_full_queue_gives_up_the_least_and_the_oldest(void **state)
{
	struct bench *bench = *state;

	bench->make_conf = small_conf;
	bench_begin(bench, 12);
	bench_up(bench, false);
	bench_reads(bench, 4, 28000); /* 2 to 5: warnings */
	bench_reads(bench, 4, 20000); /* 6 to 9: clears */
	bench_reads(bench, 4, 31000); /* 10 to 13: critical; the first two clears give way */
	assert_int_equal(bench_row(bench, 5)->state, DELIVERY_HELD);
	assert_int_equal(bench_row(bench, 6)->state, DELIVERY_FAILED);
	assert_int_equal(bench_row(bench, 6)->result, RESULT_QUEUE_FULL);
	assert_int_equal(bench_row(bench, 7)->state, DELIVERY_FAILED);
	assert_int_equal(bench_row(bench, 8)->state, DELIVERY_HELD);
	assert_int_equal(bench_channel(bench)->pending, 10);
	bench_reads(bench, 12, 31000); /* 14 to 21 are 8 more of that */
	for (uint32_t seq = 2; seq <= 11; seq++)
		assert_int_equal(
		    bench_row(bench, seq)->state, seq < 12 ? DELIVERY_FAILED : DELIVERY_HELD);
	/* nothing less than critical is taken any more */
	bench_reads(bench, 1, 20000);
	assert_int_equal(bench_row(bench, 22)->state, DELIVERY_FAILED);
	assert_int_equal(bench_row(bench, 12)->state, DELIVERY_HELD);
	assert_int_equal(bench_channel(bench)->books.failed, 11);
	assert_int_equal(bench_channel(bench)->pending, 10);
	bench_assert_books(bench);
	bench_pass(bench, 1000);
	assert_int_equal(bench_event(bench, 23)->kind, EVENT_DELIVERY_FAILED);
	assert_int_equal(bench_event(bench, 23)->numbers[1], RESULT_QUEUE_FULL);
	assert_int_equal(bench_event(bench, 23)->numbers[0], 11);
	bench_restart(bench);
	bench_assert_books(bench);
	bench_up(bench, true);
	bench_accept_all(bench);
	/* the agent's start had no chance either */
	ASSERT_JOBS(bench, 0, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21);
	bench_assert_books(bench);
}

/* It is told at most each ten minutes, but nobody else knows how much it was. */
static void
what_was_given_up_is_told_before_the_agent_ends(void **state)
{
	struct bench *bench = *state;
	struct chan_message stop = { .kind = ENGINE_STOP };

	bench->make_conf = small_conf;
	bench_begin(bench, 13);
	bench_up(bench, false);
	bench_reads(bench, 12, 31000); /* 2 to 13 */
	bench_pass(bench, 1000);
	assert_int_equal(bench_event(bench, 14)->kind, EVENT_DELIVERY_FAILED);
	assert_int_equal(bench_event(bench, 14)->numbers[0], 2);
	bench_reads_from(bench, 13, 1, 31000);
	bench_pass(bench, 1000);
	assert_int_equal(bench_look(bench)->events->last_seq, 15);
	engine_step(bench->engine, &stop, &bench->now);
	bench_turn(bench);
	assert_int_equal(bench_event(bench, 16)->kind, EVENT_DELIVERY_FAILED);
	assert_int_equal(bench_event(bench, 16)->numbers[0], 1);
	assert_int_equal(bench_event(bench, 17)->kind, EVENT_AGENT_STOP);
}

static void
what_is_told_again_gives_way_first(void **state)
{
	struct bench *bench = *state;

	bench->make_conf = small_conf;
	bench_begin(bench, 4);
	bench->answers = true;
	bench_reads(bench, 4, 28000); /* 2 to 5 */
	bench->answers = false;
	bench->places = 0;
	outbox_replay(bench->engine, 1);
	bench_turn(bench);
	assert_int_equal(bench_row(bench, 2)->step, 1);
	bench_up(bench, false);
	bench_reads(bench, 4, 20000); /* 6 to 9: clears, worth less than a warning */
	bench_reads(bench, 4, 28000);
	assert_int_equal(bench_row(bench, 3)->state, DELIVERY_FAILED);
	assert_int_equal(bench_row(bench, 4)->state, DELIVERY_HELD);
	assert_int_equal(bench_row(bench, 6)->state, DELIVERY_HELD);
	bench_assert_books(bench);
}

/* Or the queue would feed itself. */
static void
the_end_of_what_tells_of_trouble_is_no_event(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 1);
	bench_up(bench, false);
	bench_fill_disk(true);
	bench_reads(bench, 1, 31000);
	bench_reads(bench, 1, 20000);
	bench_fill_disk(false);
	bench_pass(bench, 3000);
	bench_pass(bench, 14500000);
	/* of raise, storageTrouble, clear and storageOk two were worth it */
	assert_int_equal(bench_channel(bench)->books.expired, 4);
	assert_int_equal(bench_event(bench, 7)->kind, EVENT_DELIVERY_FAILED);
	assert_int_equal(bench_event(bench, 7)->numbers[0], 2);
	assert_int_equal(bench_event(bench, 8)->kind, EVENT_REMINDER); /* that it is still down */
	assert_int_equal(bench_look(bench)->events->last_seq, 8);
	bench_assert_books(bench);
}

static void
a_commit_that_fails_gives_nobody_up(void **state)
{
	struct bench *bench = *state;

	bench->make_conf = small_conf;
	bench_begin(bench, 12);
	bench_up(bench, false);
	bench_reads(bench, 10, 28000);
	bench_fill_disk(true);
	for (int i = 0; i < 5; i++) {
		bench_reads(bench, 2 + (unsigned)i, 31000);
		bench_pass(bench, 1000);
		assert_int_equal(bench_channel(bench)->pending, 10);
		assert_int_equal(bench_channel(bench)->books.failed, 0);
		assert_int_equal(bench_row(bench, 2)->state, DELIVERY_HELD);
		bench_assert_books(bench);
	}
	bench_fill_disk(false);
	bench_pass(bench, 2000);
	assert_int_equal(bench_channel(bench)->pending, 10);
	assert_true(bench_channel(bench)->books.failed > 0);
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_FAILED);
	bench_assert_books(bench);
	bench_restart(bench);
	bench_assert_books(bench);
}

static void
a_channel_that_works_gives_nothing_up(void **state)
{
	struct bench *bench = *state;
	uint32_t last;

	bench->make_conf = small_conf;
	bench_begin(bench, 300);
	bench->answers = true;
	bench_reads(bench, 300, 31000);
	assert_true(bench->job_count < 120); /* the burst */
	assert_in_range(bench_channel(bench)->pending, 180, 250);
	bench_pass(bench, 5000);
	bench_reads(bench, 100, 20000);
	/* a crash in the middle, and a master that is away */
	bench_up(bench, false);
	bench_reads(bench, 50, 31000);
	bench_restart(bench);
	bench_assert_books(bench);
	bench->answers = true;
	bench_up(bench, true);
	last = bench_look(bench)->events->last_seq;
	assert_int_equal(last, 1 + 300 + 100 + 50 + 1);
	bench_pass(bench, 60000);
	assert_int_equal(bench_channel(bench)->pending, 0);
	assert_int_equal(bench_channel(bench)->books.failed, 0);
	assert_int_equal(bench_channel(bench)->books.delivered, last);
	bench_assert_books(bench);
	for (size_t i = 1; i < bench->job_count; i++) /* in order, each once or twice */
		assert_true(bench->jobs[i].record.seq == bench->jobs[i - 1].record.seq + 1 ||
			    bench->jobs[i].record.seq < bench->jobs[i - 1].record.seq + 1);
	assert_int_equal(bench->jobs[bench->job_count - 1].record.seq, last);
	assert_in_range(
	    bench->job_count, last - 1, last - 1 + bench_channel(bench)->books.in_doubt);
}

static struct conf *
forgetful_conf(unsigned sensors)
{
	struct conf *conf = small_conf(sensors);

	conf->event.maximum = 100;
	return conf;
}

/* What the log has dropped before its turn came is counted and told. */
static void
what_nobody_knows_any_more_is_given_up(void **state)
{
	struct bench *bench = *state;
	uint32_t failed;

	bench->make_conf = forgetful_conf;
	bench_begin(bench, 300);
	bench_reads(bench, 300, 31000);
	bench_pass(bench, 1000);
	bench->answers = true;
	bench_accept_all(bench);
	bench_pass(bench, 60000);
	failed = bench_channel(bench)->books.failed;
	assert_true(failed > 100);
	assert_int_equal(bench_channel(bench)->pending, 0);
	bench_assert_books(bench);
	assert_int_equal(bench_event(bench, 302)->kind, EVENT_DELIVERY_FAILED);
	assert_int_equal(bench_event(bench, 302)->numbers[0], failed);
}

/* ---- too fast ---- */

static void
notifications_are_paced(void **state)
{
	struct bench *bench = *state;
	size_t burst;

	bench_begin(bench, 400);
	bench_pass(bench, 10000);
	bench->answers = true;
	bench_reads(bench, 400, 31000);
	assert_int_equal(bench->job_count, 100);
	bench_pass(bench, 1000);
	burst = bench->job_count;
	assert_in_range(burst, 119, 121);
	bench_pass(bench, 10000);
	assert_in_range(bench->job_count, burst + 199, burst + 201);
	bench_pass(bench, 10000);
	assert_int_equal(bench->job_count, 400);
	bench_assert_books(bench);
}

static unsigned flushes;

/* SQLite's, which is one for each transaction and a few for each checkpoint. */
int
fdatasync(int fd)
{
	flushes++;
	return fsync(fd);
}

static void
five_thousand_at_once_are_all_told_with_few_transactions(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 5000);
	bench->answers = true;
	flushes = 0;
	bench_reads(bench, 5000, 31000);
	bench_pass(bench, 260000);
	assert_int_equal(bench_channel(bench)->pending, 0);
	assert_int_equal(bench->job_count, 5000);
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(bench->jobs[i].record.seq, i + 2);
	assert_int_equal(bench_channel(bench)->books.failed, 0);
	assert_int_equal(bench_channel(bench)->books.delivered, 5001);
	bench_assert_books(bench);
	assert_in_range(flushes, 1, 100);
}

/* ---- once more ---- */

static void
a_replay_tells_stored_events_again_behind_those_of_now(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 2);
	bench_reads(bench, 1, 31000);
	bench_reads(bench, 1, 20000);
	bench_configure(bench, bench_conf(2)); /* 4: not told */
	bench_accept_all(bench);
	ASSERT_JOBS(bench, 0, 2, 3);
	outbox_replay(bench->engine, 2);
	bench_turn(bench);
	ASSERT_JOBS(bench, 2, 3);
	assert_int_equal(bench_row(bench, 3)->step, 1);
	assert_int_not_equal(bench->jobs[2].delivery, bench->jobs[1].delivery);
	bench_accept_all(bench);
	outbox_replay(bench->engine, 0);
	bench_turn(bench);
	ASSERT_JOBS(bench, 3, 1, 2, 3);
	bench_accept_all(bench);
	outbox_replay(bench->engine, 4); /* nothing is behind it */
	outbox_replay(bench->engine, UINT32_MAX);
	bench_pass(bench, 2000);
	assert_int_equal(bench->job_count, 6);
	/* what waits anyway is not told twice, and goes first */
	bench_up(bench, false);
	bench_reads(bench, 2, 31000); /* 5, 6 */
	outbox_replay(bench->engine, 1);
	bench_turn(bench);
	bench_up(bench, true);
	bench_accept_all(bench);
	ASSERT_JOBS(bench, 6, 5, 6, 2, 3);
	bench_assert_books(bench);
}

static void
a_long_replay_has_few_rows_and_outlives_a_crash(void **state)
{
	struct bench *bench = *state;
	size_t first;

	bench_begin(bench, 300);
	bench->answers = true;
	bench_reads(bench, 300, 31000);
	bench_pass(bench, 30000);
	assert_int_equal(bench->job_count, 300);
	bench->answers = false;
	outbox_replay(bench->engine, 100);
	bench_pass(bench, 10000);
	assert_int_equal(bench->job_count, 300 + 32);
	assert_int_equal(bench_channel(bench)->pending, 100);
	/* something new overtakes all that is not under way */
	bench_reads(bench, 1, 20000); /* 302 */
	bench->answers = true;
	bench_pass(bench, 1000);
	for (first = 332; bench->jobs[first].record.seq < 302; first++)
		;
	assert_true(first < 332 + 100);
	bench_restart(bench);
	bench->answers = true;
	bench_up(bench, true);
	bench_pass(bench, 60000);
	assert_int_equal(bench->jobs[bench->job_count - 1].record.seq, 301);
	assert_int_equal(bench_channel(bench)->pending, 0);
	assert_in_range(
	    bench->job_count, 300 + 201 + 2, 300 + 201 + 2 + bench_channel(bench)->books.in_doubt);
	bench_assert_books(bench);
}

/* ---- what has ended ---- */

static struct conf *
brief_conf(unsigned sensors)
{
	struct conf *conf = bench_conf(sensors);

	conf->delivery.retention_rows = 10;
	conf->delivery.retention_s = 3600;
	return conf;
}

static void
what_has_ended_stays_listed_for_a_while(void **state)
{
	struct bench *bench = *state;

	bench->make_conf = brief_conf;
	bench_begin(bench, 20);
	bench->answers = true;
	bench_reads(bench, 20, 31000);
	bench_reads(bench, 20, 20000);
	bench_reads(bench, 1, 31000);
	assert_in_range(bench_look(bench)->deliveries->count, 10, 11);
	assert_int_equal(bench_row(bench, 42)->state, DELIVERY_DELIVERED);
	bench_restart(bench);
	assert_in_range(bench_look(bench)->deliveries->count, 10, 12);
	bench->answers = true;
	bench_up(bench, true);
	bench_pass(bench, 50000);
	bench_reads(bench, 20, 20000);
	bench_pass(bench, 3700000);
	bench_reads(bench, 1, 31000);
	assert_int_equal(bench_look(bench)->deliveries->count, 1);
	assert_int_equal(
	    bench_channel(bench)->books.delivered, bench_channel(bench)->books.accepted);
	bench_assert_books(bench);
}

#define OUTBOX_TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OUTBOX_TEST(what_is_too_old_expires_but_not_an_alarm_that_is_active),
		OUTBOX_TEST(a_sign_of_life_is_useful_for_ten_minutes),
		OUTBOX_TEST(a_full_queue_gives_up_the_least_and_the_oldest),
		OUTBOX_TEST(what_was_given_up_is_told_before_the_agent_ends),
		OUTBOX_TEST(what_is_told_again_gives_way_first),
		OUTBOX_TEST(the_end_of_what_tells_of_trouble_is_no_event),
		OUTBOX_TEST(a_commit_that_fails_gives_nobody_up),
		OUTBOX_TEST(a_channel_that_works_gives_nothing_up),
		OUTBOX_TEST(what_nobody_knows_any_more_is_given_up),
		OUTBOX_TEST(notifications_are_paced),
		OUTBOX_TEST(five_thousand_at_once_are_all_told_with_few_transactions),
		OUTBOX_TEST(a_replay_tells_stored_events_again_behind_those_of_now),
		OUTBOX_TEST(a_long_replay_has_few_rows_and_outlives_a_crash),
		OUTBOX_TEST(what_has_ended_stays_listed_for_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
