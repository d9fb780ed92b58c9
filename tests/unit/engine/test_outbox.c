/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "engine/outbox.h"
#include "tests/unit/engine/outbox_bench.h"
#include "tests/unit/unit.h"

/*
 * Deliveries from their event to their end: order, attempts, crashes.  Event 1 is the agent's
 * start; sensor 1 then has alarms.
 */

static void
an_event_leaves_when_it_is_stored_and_ends_delivered(void **state)
{
	struct bench *bench = *state;
	const struct delivery *row;

	bench_begin(bench, 1);
	bench_reads(bench, 1, 31000);
	ASSERT_JOBS(bench, 0, 2);
	assert_int_equal(bench->jobs[0].record.kind, EVENT_RAISE);
	assert_int_equal(bench->jobs[0].record.sensor_severity, SEVERITY_CRITICAL);
	row = bench_row(bench, 2);
	assert_int_equal(row->id, bench->jobs[0].delivery);
	assert_int_equal(row->state, DELIVERY_IN_DOUBT);
	assert_int_equal(row->attempts, 1);
	assert_int_equal(row->class, DELIVERY_CRITICAL);
	assert_int_equal(row->alarm_id, 1);
	assert_string_equal(row->destination, "master agent");
	assert_false(row->has_result);
	assert_int_equal(bench_channel(bench)->pending, 1);
	assert_int_equal(bench_look(bench)->alarms->rows[0].notified, 0);
	bench_answer(bench, RESULT_OK, RESULT_DONE);
	row = bench_row(bench, 2);
	assert_int_equal(row->state, DELIVERY_DELIVERED);
	assert_true(row->has_result);
	assert_int_equal(row->result, RESULT_OK);
	assert_int_equal(row->code, 0);
	assert_string_equal(row->relay, "");
	assert_int_equal(bench_channel(bench)->pending, 0);
	assert_false(bench_channel(bench)->has_oldest);
	assert_int_equal(bench_channel(bench)->books.delivered, 2);
	assert_int_equal(bench_channel(bench)->books.last_success_wall_ms, bench->now.wall_ms);
	assert_string_equal(bench_channel(bench)->books.last_text, "delivered");
	assert_int_equal(bench_look(bench)->alarms->rows[0].notified, 1);
	bench_assert_books(bench);
	bench_pass(bench, 100000);
	assert_int_equal(bench->job_count, 1);
	bench_restart(bench);
	assert_int_equal(bench_look(bench)->alarms->rows[0].notified, 1);
	assert_int_equal(bench_channel(bench)->books.delivered, 2);
}

static void
what_nobody_is_told_of_has_no_row(void **state)
{
	struct bench *bench = *state;
	struct conf *conf;

	bench_begin(bench, 1);
	conf = bench_conf(1);
	conf->sensors[0].admin_state = ADMIN_DISABLED;
	bench_configure(bench, conf); /* configChange */
	conf = bench_conf(1);
	conf->sensors[0].admin_state = ADMIN_DISABLED;
	conf->sensors[0].limit_milli[LIMIT_HIGH_WARNING] = 10000;
	bench_configure(bench, conf);
	assert_int_equal(bench->job_count, 0);
	assert_int_equal(bench_look(bench)->events->last_seq, 3);
	assert_int_equal(bench_channel(bench)->books.accepted, 1);
}

static void
rows_wait_for_the_channel_and_leave_in_order(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 1);
	bench_up(bench, false);
	bench_reads(bench, 1, 31000);
	bench_pass(bench, 2000);
	bench_reads(bench, 1, 20000);
	bench_reads(bench, 1, 31000);
	assert_int_equal(bench->job_count, 0);
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_HELD);
	assert_true(bench_row(bench, 2)->has_result);
	assert_int_equal(bench_row(bench, 2)->result, RESULT_MASTER_UNAVAILABLE);
	assert_int_equal(bench_channel(bench)->pending, 3);
	assert_int_equal(bench_channel(bench)->oldest_ms, bench_row(bench, 2)->created_ms);
	bench_up(bench, true);
	ASSERT_JOBS(bench, 0, 2, 3, 4);
	assert_int_equal(bench_row(bench, 4)->state, DELIVERY_IN_DOUBT);
	bench_accept_all(bench);
	assert_int_equal(bench_row(bench, 4)->state, DELIVERY_DELIVERED);
	bench_assert_books(bench);
}

/* Random numbers vary each wait by a fifth. */
static void
assert_waits(struct bench *bench, uint32_t seq, int64_t ms)
{
	int64_t wait_ms = bench_row(bench, seq)->next_ms - bench->now.boottime_ms;

	if (wait_ms < ms * 8 / 10 || wait_ms > ms * 12 / 10)
		fail_msg("it waits %lld ms, not %lld", (long long)wait_ms, (long long)ms);
}

static void
a_refused_row_is_tried_again_and_those_behind_it_wait(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 1);
	bench_reads(bench, 1, 31000);
	bench_answer(bench, RESULT_MASTER_UNAVAILABLE, RESULT_TEMPORARY);
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_DEFERRED);
	assert_int_equal(bench_row(bench, 2)->in_doubt, 0);
	assert_waits(bench, 2, 15000);
	bench_reads(bench, 1, 20000);
	assert_int_equal(bench->job_count, 1);
	assert_int_equal(bench_row(bench, 3)->state, DELIVERY_READY);
	bench_pass(bench, 11000);
	assert_int_equal(bench->job_count, 1);
	bench_pass(bench, 8000);
	ASSERT_JOBS(bench, 1, 2, 3);
	assert_int_equal(bench_row(bench, 2)->attempts, 2);
	bench_answer(bench, RESULT_MASTER_UNAVAILABLE, RESULT_TEMPORARY);
	bench_answer(bench, RESULT_OK, RESULT_DONE); /* it was on its way already */
	assert_waits(bench, 2, 30000);
	assert_int_equal(bench_row(bench, 3)->state, DELIVERY_DELIVERED);
	bench_pass(bench, 36000);
	ASSERT_JOBS(bench, 3, 2);
	bench_accept_all(bench);
	assert_int_equal(bench_channel(bench)->books.deferred, 2);
	assert_int_equal(bench_channel(bench)->books.in_doubt, 0);
	bench_assert_books(bench);
}

static void
an_unanswered_row_is_in_doubt_and_repeated_once(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 1);
	bench_reads(bench, 1, 31000);
	bench_answer(bench, RESULT_MASTER_UNAVAILABLE, RESULT_IN_DOUBT);
	assert_int_equal(bench_row(bench, 2)->in_doubt, 1);
	assert_int_equal(bench_channel(bench)->books.in_doubt, 1);
	assert_int_equal(bench_channel(bench)->books.deferred, 0);
	bench_pass(bench, 19000);
	ASSERT_JOBS(bench, 1, 2);
	assert_int_equal(bench->jobs[0].delivery, bench->jobs[1].delivery);
	bench_accept_all(bench);
	bench_pass(bench, 3600000);
	assert_int_equal(bench->job_count, 2);
}

static void
a_session_that_ends_leaves_doubt_and_the_next_begins_at_once(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 3);
	bench_reads(bench, 3, 31000);
	ASSERT_JOBS(bench, 0, 2, 3, 4);
	bench_answer(bench, RESULT_OK, RESULT_DONE);
	bench_up(bench, false);
	assert_int_equal(bench_row(bench, 3)->state, DELIVERY_HELD);
	assert_int_equal(bench_row(bench, 3)->in_doubt, 1);
	bench_reads(bench, 3, 20000);
	bench_pass(bench, 1000);
	assert_int_equal(bench->job_count, 3);
	bench_up(bench, true);
	bench_accept_all(bench);
	ASSERT_JOBS(bench, 3, 3, 4, 5, 6, 7);
	assert_int_equal(bench_channel(bench)->books.in_doubt, 2);
	bench_assert_books(bench);
}

/* A carrier that breaks its word loses nothing either. */
static void
an_answer_that_never_comes_is_a_doubt(void **state)
{
	struct bench *bench = *state;
	const struct channel_news gone = { CHANNEL_SNMP, false };
	struct chan_message message = { .kind = ENGINE_CHANNEL, .data = malloc(sizeof(gone)) };

	bench_begin(bench, 1);
	bench_reads(bench, 1, 31000);
	bench_pass(bench, 120000);
	assert_int_equal(bench->job_count, 1);
	bench_pass(bench, 1000);
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_DEFERRED);
	bench_pass(bench, 19000);
	ASSERT_JOBS(bench, 1, 2);
	memcpy(message.data, &gone, sizeof(gone));
	engine_step(bench->engine, &message, &bench->now);
	bench_turn(bench);
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_HELD);
	assert_int_equal(bench_row(bench, 2)->in_doubt, 2);
	bench_answer(bench, RESULT_OK, RESULT_DONE); /* nobody waits for it any more */
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_HELD);
}

static void
a_refusal_for_good_ends_failed_and_is_one_event(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 3);
	bench_reads(bench, 3, 31000);
	for (int i = 0; i < 3; i++)
		bench_answer(bench, RESULT_SYNTAX_ERROR, RESULT_PERMANENT);
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_FAILED);
	bench_pass(bench, 1000);
	assert_int_equal(bench_event(bench, 5)->kind, EVENT_DELIVERY_FAILED);
	assert_int_equal(bench_event(bench, 5)->channel, CHANNEL_SNMP);
	assert_int_equal(bench_event(bench, 5)->numbers[0], 3);
	assert_int_equal(bench_event(bench, 5)->numbers[1], RESULT_SYNTAX_ERROR);
	assert_string_equal(bench_event(bench, 5)->source, "master agent");
	/* it goes by another channel only */
	assert_int_equal(bench->job_count, 3);
	bench_reads(bench, 2, 20000);
	bench_answer(bench, RESULT_SYNTAX_ERROR, RESULT_PERMANENT);
	bench_answer(bench, RESULT_SYNTAX_ERROR, RESULT_PERMANENT);
	bench_pass(bench, 500000);
	assert_int_equal(bench_look(bench)->events->last_seq, 7);
	bench_pass(bench, 101000);
	assert_int_equal(bench_event(bench, 8)->kind, EVENT_DELIVERY_FAILED);
	assert_int_equal(bench_event(bench, 8)->numbers[0], 2);
	bench_pass(bench, 3600000);
	assert_int_equal(bench_look(bench)->events->last_seq, 8);
	assert_int_equal(bench_channel(bench)->books.failed, 5);
	bench_assert_books(bench);
}

/* ---- crashes ---- */

static void
a_crash_repeats_only_what_may_not_have_arrived(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 4);
	bench_reads(bench, 1, 31000);
	bench_answer(bench, RESULT_OK, RESULT_DONE); /* nothing else is out: stored at once */
	bench->places = 1;
	bench_reads(bench, 4, 31000);
	ASSERT_JOBS(bench, 1, 3);
	bench_restart(bench);
	/* one was out; the others were stored as handed over, so nobody can tell */
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_DELIVERED);
	assert_int_equal(bench_row(bench, 3)->state, DELIVERY_HELD);
	assert_int_equal(bench_row(bench, 3)->in_doubt, 1);
	assert_int_equal(bench_channel(bench)->books.in_doubt, 3);
	bench->places = 32;
	bench_up(bench, true);
	ASSERT_JOBS(bench, 2, 3, 4, 5, 6);
	assert_int_equal(bench->jobs[5].record.kind, EVENT_AGENT_START);
	bench_accept_all(bench);
	bench_assert_books(bench);
	bench_restart(bench);
	bench_up(bench, true);
	bench_accept_all(bench);
	ASSERT_JOBS(bench, 6, 7);
	bench_assert_books(bench);
}

static void
a_crash_before_the_end_of_a_lot_is_stored_is_a_doubt(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 3);
	bench_reads(bench, 3, 31000);
	bench_answer(bench, RESULT_OK, RESULT_DONE); /* two more are out: stored with them */
	bench_restart(bench);
	bench_up(bench, true);
	bench_accept_all(bench);
	ASSERT_JOBS(bench, 3, 2, 3, 4, 5);
	assert_int_equal(bench_channel(bench)->books.in_doubt, 3);
	bench_assert_books(bench);
}

/* However long others are under way. */
static void
that_something_was_delivered_is_stored_after_a_while(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 2);
	bench_reads(bench, 2, 31000);
	bench_answer(bench, RESULT_OK, RESULT_DONE);
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_IN_DOUBT);
	bench_pass(bench, 5000);
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_DELIVERED);
	bench_restart(bench);
	bench_up(bench, true);
	bench_accept_all(bench);
	ASSERT_JOBS(bench, 2, 3, 4);
}

static void
held_rows_outlive_a_crash_and_a_reboot(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 2);
	bench_up(bench, false);
	bench_reads(bench, 2, 31000);
	text_copy(bench->now.boot_id, sizeof(bench->now.boot_id), "another");
	bench->now.boottime_ms = 1000;
	bench->now.wall_ms += 60000;
	bench_restart(bench);
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_HELD);
	assert_int_equal(bench_row(bench, 2)->attempts, 0);
	assert_true(bench_row(bench, 2)->useful_until_ms > 14000000);
	assert_true(bench_row(bench, 2)->useful_until_ms <= 14401000);
	bench_up(bench, true);
	bench_accept_all(bench);
	ASSERT_JOBS(bench, 0, 2, 3, 4);
	assert_string_equal(bench->jobs[0].record.source, "s0001");
	bench_assert_books(bench);
}

/* ---- a master that hangs ---- */

static void
a_destination_that_does_not_answer_is_probed_and_comes_back_by_steps(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 50);
	bench_reads(bench, 50, 31000);
	assert_int_equal(bench->job_count, 32); /* the window */
	while (bench->answered < bench->job_count)
		bench_answer(bench, RESULT_MASTER_UNAVAILABLE, RESULT_IN_DOUBT);
	assert_int_equal(bench->job_count, 34); /* two more before the third was unanswered */
	assert_int_equal(bench_row(bench, 40)->state, DELIVERY_READY); /* not sent: no doubt */
	bench_pass(bench, 19000);
	ASSERT_JOBS(bench, 34, 2);
	bench_answer(bench, RESULT_MASTER_UNAVAILABLE, RESULT_IN_DOUBT);
	bench_pass(bench, 22000);
	assert_int_equal(bench->job_count, 35);
	bench_pass(bench, 16000);
	ASSERT_JOBS(bench, 35, 2);
	bench_answer(bench, RESULT_OK, RESULT_DONE);
	ASSERT_JOBS(bench, 36, 3);
	bench_answer(bench, RESULT_OK, RESULT_DONE);
	ASSERT_JOBS(bench, 37, 4, 5);
	bench_answer(bench, RESULT_OK, RESULT_DONE);
	bench_answer(bench, RESULT_OK, RESULT_DONE);
	ASSERT_JOBS(bench, 39, 6, 7, 8, 9);
	for (int i = 0; i < 4; i++)
		bench_answer(bench, RESULT_OK, RESULT_DONE);
	assert_int_equal(bench->job_count, 43 + 32);
	bench_accept_all(bench);
	bench_pass(bench, 1000);
	bench_accept_all(bench);
	assert_int_equal(bench_channel(bench)->pending, 0);
	assert_int_equal(bench_channel(bench)->books.in_doubt, 35);
	bench_assert_books(bench);
}

/* Each has its own time, but what has stopped one has stopped all. */
static void
one_that_gets_through_takes_the_others_with_it(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 20);
	bench_reads(bench, 20, 31000);
	while (bench->answered < 20)
		bench_answer(bench, RESULT_MASTER_UNAVAILABLE, RESULT_TEMPORARY);
	while (bench->job_count == 20)
		bench_pass(bench, 100);
	ASSERT_JOBS(bench, 20, 2);
	bench_accept_all(bench);
	assert_int_equal(bench->job_count, 40);
	assert_int_equal(bench_channel(bench)->pending, 0);
}

static void
a_carrier_that_is_full_is_asked_again(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 3);
	bench->places = 0;
	bench_reads(bench, 3, 31000);
	bench_pass(bench, 3000);
	assert_int_equal(bench->job_count, 0);
	bench->places = 2;
	bench_pass(bench, 50);
	ASSERT_JOBS(bench, 0, 2, 3);
	bench_answer(bench, RESULT_OK, RESULT_DONE);
	bench_pass(bench, 50);
	ASSERT_JOBS(bench, 2, 4);
	assert_int_equal(bench_row(bench, 4)->attempts, 1);
}

/* ---- what people do ---- */

static void
people_flush_retry_and_cancel(void **state)
{
	struct bench *bench = *state;
	uint32_t first, second;

	bench_begin(bench, 2);
	bench_reads(bench, 1, 31000);
	first = bench_row(bench, 2)->id;
	assert_int_equal(outbox_retry(bench->engine, first), -EINVAL); /* under way */
	assert_int_equal(outbox_cancel(bench->engine, first), -EINVAL);
	assert_int_equal(outbox_retry(bench->engine, 4000), -ENOENT);
	assert_int_equal(outbox_cancel(bench->engine, 4000), -ENOENT);
	assert_int_equal(outbox_flush(bench->engine, (enum channel)7), -ENOENT);
	bench_answer(bench, RESULT_MASTER_UNAVAILABLE, RESULT_TEMPORARY);
	assert_int_equal(outbox_retry(bench->engine, first), 0);
	bench_turn(bench);
	ASSERT_JOBS(bench, 1, 2);
	bench_answer(bench, RESULT_MASTER_UNAVAILABLE, RESULT_TEMPORARY);
	assert_waits(bench, 2, 15000); /* from the beginning */
	bench_reads(bench, 2, 31000);
	second = bench_row(bench, 3)->id;
	assert_int_equal(outbox_cancel(bench->engine, first), 0);
	bench_turn(bench);
	ASSERT_JOBS(bench, 2, 3);
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_SUPERSEDED);
	assert_int_equal(outbox_cancel(bench->engine, first), -EINVAL);
	assert_int_equal(outbox_retry(bench->engine, first), -EINVAL);
	bench_answer(bench, RESULT_MASTER_UNAVAILABLE, RESULT_TEMPORARY); /* the third: open */
	assert_int_equal(bench_row(bench, 3)->id, second);
	bench_pass(bench, 5000);
	assert_int_equal(bench->job_count, 3);
	assert_int_equal(outbox_flush(bench->engine, CHANNEL_SNMP), 0);
	bench_turn(bench);
	ASSERT_JOBS(bench, 3, 3);
	bench_accept_all(bench);
	assert_int_equal(bench_channel(bench)->books.superseded, 1);
	bench_assert_books(bench);
	bench_restart(bench);
	assert_int_equal(bench_row(bench, 2)->state, DELIVERY_SUPERSEDED);
	bench_assert_books(bench);
}

/* ---- the agent itself ---- */

static void
the_end_of_the_agent_is_told_before_it_ends(void **state)
{
	struct bench *bench = *state;
	struct chan_message stop = { .kind = ENGINE_STOP };

	bench_begin(bench, 1);
	engine_step(bench->engine, &stop, &bench->now);
	bench_turn(bench);
	ASSERT_JOBS(bench, 0, 2);
	assert_int_equal(bench->jobs[0].record.kind, EVENT_AGENT_STOP);
	assert_true(engine_is_sending(bench->engine));
	bench_reads(bench, 1, 31000); /* too late */
	bench_answer(bench, RESULT_OK, RESULT_DONE);
	assert_false(engine_is_sending(bench->engine));
	bench_restart(bench);
	bench_up(bench, true);
	ASSERT_JOBS(bench, 1, 3);
	assert_int_equal(bench->jobs[1].record.kind, EVENT_AGENT_START);
	assert_int_equal(bench->jobs[1].record.numbers[1], 0);
}

static struct conf *
conf_with_heartbeat(unsigned sensors)
{
	struct conf *conf = bench_conf(sensors);

	conf->agent.heartbeat_interval_s = 60;
	return conf;
}

static void
a_heartbeat_is_an_event_like_any_other(void **state)
{
	struct bench *bench = *state;

	bench->make_conf = conf_with_heartbeat;
	bench_begin(bench, 1);
	bench_pass(bench, 59000);
	assert_int_equal(bench->job_count, 0);
	bench_pass(bench, 1000);
	ASSERT_JOBS(bench, 0, 2);
	assert_int_equal(bench->jobs[0].record.kind, EVENT_HEARTBEAT);
	bench_accept_all(bench);
	bench_pass(bench, 60000);
	ASSERT_JOBS(bench, 1, 3);
	bench_accept_all(bench);
	bench_configure(bench, bench_conf(1));
	bench_pass(bench, 600000);
	bench_configure(bench, conf_with_heartbeat(1));
	bench_pass(bench, 59000); /* counts from when it was wanted */
	assert_int_equal(bench->job_count, 2);
	bench_pass(bench, 1000);
	ASSERT_JOBS(bench, 2, 6);
}

static void
a_path_that_is_down_is_an_alarm_that_goes_by_another(void **state)
{
	struct bench *bench = *state;
	const struct alarm_row *alarm;

	bench_begin(bench, 1);
	bench_up(bench, false);
	bench_pass(bench, 29000); /* a master that is started anew is no trouble */
	assert_int_equal(bench_look(bench)->events->last_seq, 1);
	bench_pass(bench, 1000);
	assert_int_equal(bench_event(bench, 2)->kind, EVENT_PATH_DOWN);
	assert_int_equal(bench_event(bench, 2)->channel, CHANNEL_SNMP);
	assert_int_equal(bench_event(bench, 2)->numbers[1], RESULT_MASTER_UNAVAILABLE);
	alarm = &bench_look(bench)->alarms->rows[0];
	assert_int_equal(alarm->alarm.kind, ALARM_PATH);
	assert_int_equal(alarm->alarm.severity, SEVERITY_WARNING);
	assert_int_equal(alarm->raised_seq, 2);
	assert_string_equal(alarm->source, "snmp");
	bench_restart(bench);
	bench_pass(bench, 50000); /* it is open already */
	assert_int_equal(bench_look(bench)->events->last_seq, 3);
	assert_int_equal(bench_look(bench)->alarms->count, 1);
	bench_up(bench, true);
	bench_pass(bench, 1000);
	assert_int_equal(bench_event(bench, 4)->kind, EVENT_PATH_UP);
	assert_int_equal(bench_event(bench, 4)->alarm_id, bench_event(bench, 2)->alarm_id);
	assert_int_equal(bench_look(bench)->alarms->count, 0);
	bench_accept_all(bench);
	ASSERT_JOBS(bench, 0, 3); /* neither down nor up */
}

static void
an_event_that_is_not_stored_is_told_without_a_number_and_again_with_it(void **state)
{
	struct bench *bench = *state;

	bench_begin(bench, 1);
	bench_up(bench, false);
	bench_reads(bench, 1, 31000);
	bench_fill_disk(true);
	bench_reads(bench, 1, 20000);
	bench_up(bench, true);
	/* what was stored before goes as ever */
	bench_pass(bench, 3000);
	assert_int_equal(bench->job_count, 3);
	assert_int_equal(bench->jobs[0].record.kind, EVENT_CLEAR);
	assert_int_equal(bench->jobs[0].record.seq, 0);
	assert_int_equal(bench->jobs[0].delivery, 0);
	assert_int_equal(bench->jobs[1].record.kind, EVENT_STORAGE_TROUBLE);
	assert_int_equal(bench->jobs[1].record.seq, 0);
	assert_int_equal(bench->jobs[2].record.seq, 2);
	bench_accept_all(bench);
	bench_reads(bench, 1, 28000);
	assert_int_equal(bench->job_count, 4);
	assert_int_equal(bench->jobs[3].record.seq, 0);
	assert_int_equal(bench->jobs[3].record.kind, EVENT_RAISE);
	bench_pass(bench, 60000);
	assert_int_equal(bench->job_count, 4); /* once */
	bench_fill_disk(false);
	bench_pass(bench, 2000);
	bench_accept_all(bench);
	ASSERT_JOBS(bench, 4, 3, 4, 5, 6);
	assert_int_equal(bench->jobs[4].record.kind, EVENT_CLEAR);
	assert_int_equal(bench->jobs[7].record.kind, EVENT_STORAGE_OK);
	bench_pass(bench, 2000);
	assert_int_equal(bench_channel(bench)->pending, 0);
	bench_assert_books(bench);
	bench_restart(bench);
	bench_up(bench, true);
	bench_accept_all(bench);
	ASSERT_JOBS(bench, 8, 7); /* nothing of it once more */
	bench_assert_books(bench);
}

#define OUTBOX_TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OUTBOX_TEST(an_event_leaves_when_it_is_stored_and_ends_delivered),
		OUTBOX_TEST(what_nobody_is_told_of_has_no_row),
		OUTBOX_TEST(rows_wait_for_the_channel_and_leave_in_order),
		OUTBOX_TEST(a_refused_row_is_tried_again_and_those_behind_it_wait),
		OUTBOX_TEST(an_unanswered_row_is_in_doubt_and_repeated_once),
		OUTBOX_TEST(a_session_that_ends_leaves_doubt_and_the_next_begins_at_once),
		OUTBOX_TEST(an_answer_that_never_comes_is_a_doubt),
		OUTBOX_TEST(a_refusal_for_good_ends_failed_and_is_one_event),
		OUTBOX_TEST(a_crash_repeats_only_what_may_not_have_arrived),
		OUTBOX_TEST(a_crash_before_the_end_of_a_lot_is_stored_is_a_doubt),
		OUTBOX_TEST(that_something_was_delivered_is_stored_after_a_while),
		OUTBOX_TEST(held_rows_outlive_a_crash_and_a_reboot),
		OUTBOX_TEST(a_destination_that_does_not_answer_is_probed_and_comes_back_by_steps),
		OUTBOX_TEST(one_that_gets_through_takes_the_others_with_it),
		OUTBOX_TEST(a_carrier_that_is_full_is_asked_again),
		OUTBOX_TEST(people_flush_retry_and_cancel),
		OUTBOX_TEST(the_end_of_the_agent_is_told_before_it_ends),
		OUTBOX_TEST(a_heartbeat_is_an_event_like_any_other),
		OUTBOX_TEST(a_path_that_is_down_is_an_alarm_that_goes_by_another),
		OUTBOX_TEST(an_event_that_is_not_stored_is_told_without_a_number_and_again_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
