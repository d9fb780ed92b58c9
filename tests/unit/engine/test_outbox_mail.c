/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "core/text.h"
#include "tests/unit/engine/mail_bench.h"
#include "tests/unit/unit.h"

/*
 * Channel mail: from events to mails, and what becomes of them.  Event 1 is the agent's start,
 * sensors s0001.. then have alarms.
 */

/* ---- from the event to its end ---- */

static void
a_raise_is_told_after_its_window_and_stored_before_the_dot(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_READY);
	bench_pass(bench, 9000);
	assert_int_equal(bench->mail_count, 0);
	bench_pass(bench, 1000);
	assert_int_equal(bench->mail_count, 1);
	assert_int_equal(bench->mails[0]->recipient_count, 1);
	assert_string_equal(bench->mails[0]->recipients[0].address, "ops@example.org");
	assert_string_equal(bench->mails[0]->from, "sensors@example.org");
	assert_int_equal(bench->mails[0]->relay, 1);
	assert_string_equal(bench_header(bench, 0, "To"), "ops@example.org");
	mail_assert_subject(bench, 0, "[WARNING] Prague 1: s0001 28.0 ");
	assert_string_equal(bench_header(bench, 0, "References"), "");
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_SENDING);
	assert_int_equal(bench_mail_go(bench), 0);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_IN_DOUBT);
	bench_mail_answer(bench, RESULT_OK, RESULT_DONE);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_DELIVERED);
	assert_string_equal(bench_mail_row(bench, 2, "ops")->relay, "mail.example.org");
	assert_int_equal(bench_mail_row(bench, 2, "ops")->code, 250);
	assert_int_equal(mail_contact(bench, 0)->books.sent, 1);
	assert_int_equal(mail_contact(bench, 1)->books.sent, 0);
	bench_restart(bench);
	assert_int_equal(mail_contact(bench, 0)->books.sent, 1);
	assert_int_equal(mail_contact(bench, 0)->books.last_result, RESULT_OK);
	assert_false(mail_contact(bench, 1)->books.has_result);
}

static void
a_clear_goes_to_those_who_know_into_the_same_thread(void **state)
{
	struct bench *bench = *state;
	char thread[256];

	mail_begin(bench, 1);
	bench_mail_accept(bench);
	bench_reads(bench, 1, 28000);
	bench_pass(bench, 11000);
	bench_reads(bench, 1, 31000); /* worse: for the boss, too */
	bench_pass(bench, 11000);
	mail_restart(bench, 31000);
	bench_pass(bench, 11000);
	bench_reads(bench, 1, 20000);
	bench_pass(bench, 11000);
	assert_int_equal(bench->mail_count, 3);
	text_copy(thread, sizeof(thread), bench_header(bench, 0, "Message-ID"));
	assert_int_equal(bench->mails[1]->recipient_count, 2);
	assert_string_equal(bench_header(bench, 1, "References"), thread);
	mail_assert_subject(bench, 1, "[CRITICAL] Prague 1: s0001 31.0 ");
	assert_int_equal(bench->mails[2]->recipient_count, 2);
	assert_string_equal(bench_header(bench, 2, "References"), thread);
	mail_assert_subject(bench, 2, "[CLEAR] Prague 1: s0001 normal again, 20.0 ");
}

static void
who_was_not_told_of_it_does_not_hear_that_it_is_over(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_mail_accept(bench);
	bench_reads(bench, 1, 28000);
	bench_pass(bench, 11000);
	bench_reads(bench, 1, 20000);
	bench_pass(bench, 11000);
	assert_int_equal(bench->mail_count, 2);
	assert_int_equal(bench->mails[1]->recipient_count, 1);
}

static void
a_raise_that_is_over_at_once_is_one_mail(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_mail_accept(bench);
	bench_reads(bench, 1, 28000);
	bench_pass(bench, 2000);
	bench_reads(bench, 1, 20000);
	bench_pass(bench, 20000);
	assert_int_equal(bench->mail_count, 1);
	mail_assert_subject(bench, 0, "[CLEAR] Prague 1: s0001 28.0 ");
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_SUPERSEDED);
	assert_int_equal(bench_mail_row(bench, 3, "ops")->state, DELIVERY_DELIVERED);
}

static void
one_recipient_that_fails_does_not_hold_up_the_other(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_reads(bench, 1, 31000);
	bench_pass(bench, 10000);
	assert_int_equal(bench->mails[0]->recipient_count, 2);
	assert_int_equal(bench_mail_go(bench), 0);
	bench_mail_answer_one(bench, 0, RESULT_OK, RESULT_DONE);
	bench_mail_answer_one(bench, 1, RESULT_RECIPIENT_INVALID, RESULT_PERMANENT);
	bench_turn(bench);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_DELIVERED);
	assert_int_equal(bench_mail_row(bench, 2, "boss")->state, DELIVERY_FAILED);
	assert_int_equal(mail_contact(bench, 1)->books.last_result, RESULT_RECIPIENT_INVALID);
	bench_pass(bench, 2000);
	assert_int_equal(bench_event(bench, 3)->kind, EVENT_DELIVERY_FAILED);
	assert_string_equal(bench_event(bench, 3)->source, "boss");
	assert_int_equal(bench_row(bench, 3)->channel, CHANNEL_SNMP); /* by the other channel */
	bench_pass(bench, HOUR);
	assert_int_equal(bench->mail_count, 1);
}

static void
one_that_knows_its_end_first_does_not_go_again_before_the_relay_is_judged(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_reads(bench, 1, 31000);
	bench_pass(bench, 10000);
	bench_mail_answer_one(bench, 0, RESULT_SENDER_REJECTED, RESULT_CONFIGURATION);
	bench_turn(bench);
	assert_int_equal(bench->mail_count, 1);
	bench_mail_answer_one(bench, 1, RESULT_SENDER_REJECTED, RESULT_CONFIGURATION);
	bench_pass(bench, 14 * MINUTE);
	assert_int_equal(bench->mail_count, 1);
	bench_pass(bench, 2 * MINUTE);
	assert_int_equal(bench->mail_count, 2);
	assert_int_equal(bench->mails[1]->recipient_count, 2);
	bench_mail_accept(bench);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->attempts, 2);
	assert_int_equal(bench_mail_row(bench, 2, "boss")->attempts, 2);
}

/* ---- crashes and doubt ---- */

static void
a_crash_before_the_dot_is_no_doubt(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	bench_pass(bench, 10000);
	assert_int_equal(bench->mail_count, 1);
	mail_restart(bench, 28000);
	bench_mail_accept(bench);
	bench_pass(bench, 10000);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->in_doubt, 0);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_DELIVERED);
	assert_int_equal(bench->mail_count, 2);
}

static void
a_crash_behind_the_dot_repeats_it_once_under_its_name(void **state)
{
	struct bench *bench = *state;
	char name[256];

	mail_begin(bench, 2);
	bench_reads(bench, 2, 28000);
	bench_pass(bench, 10000);
	assert_int_equal(bench_mail_go(bench), 0);
	bench_reads(bench, 1, 31000); /* is not put into the one that may have arrived */
	bench_restart(bench);
	bench_up(bench, true);
	bench_mailer(bench, true);
	bench_mail_accept(bench);
	bench_pass(bench, 40000);
	assert_int_equal(bench_mail_row(bench, 3, "ops")->in_doubt, 1);
	text_copy(name, sizeof(name), bench_header(bench, 0, "Message-ID"));
	assert_int_equal(bench->mail_count, 4); /* that, and what is worse: ops and the boss */
	assert_string_equal(bench_header(bench, 1, "Message-ID"), name);
	assert_string_not_equal(bench_header(bench, 2, "Message-ID"), name);
	assert_int_equal(bench_mail_row(bench, 3, "ops")->state, DELIVERY_DELIVERED);
}

static void
a_lost_reply_is_a_doubt(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	bench_pass(bench, 10000);
	assert_int_equal(bench_mail_go(bench), 0);
	bench_mail_answer(bench, RESULT_DATA_NOT_FINISHED, RESULT_IN_DOUBT);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_DEFERRED);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->in_doubt, 1);
	bench_mail_accept(bench);
	bench_pass(bench, 20000);
	assert_int_equal(bench->mail_count, 2);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_DELIVERED);
	bench_pass(bench, HOUR);
	assert_int_equal(bench->mail_count, 2);
}

static void
no_dot_while_nothing_can_be_stored(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	bench_pass(bench, 10000);
	bench_fill_disk(true);
	assert_int_equal(bench_mail_go(bench), -EIO);
	bench_mail_answer(bench, RESULT_INTERNAL_ERROR, RESULT_TEMPORARY);
	bench_fill_disk(false);
	bench_mail_accept(bench);
	bench_pass(bench, 30000);
	assert_int_equal(bench->mail_count, 3); /* the disk is worth a mail, too */
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_DELIVERED);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->in_doubt, 0);
}

/* Sensors 1 to 9, with the relay's answers to the first only; the last two wait for room. */
static void
begin_backlog(struct bench *bench)
{
	mail_begin(bench, 9);
	bench_reads(bench, 1, 31000);
	bench_pass(bench, 11000);
	assert_int_equal(bench_mail_go(bench), 0);
	bench_mail_answer(bench, RESULT_OK, RESULT_DONE);
	for (unsigned sensor = 2; sensor <= 9; sensor++) {
		bench_reads(bench, sensor, 31000);
		bench_pass(bench, 11000);
	}
	assert_int_equal(bench->mail_count, 7);
}

static void
one_mail_is_in_doubt_just_before_its_dot_and_a_lot_at_once(void **state)
{
	struct bench *bench = *state;

	begin_backlog(bench);
	assert_false(bench->mails[6]->is_in_doubt);
	assert_int_equal(bench_mail_row(bench, 8, "ops")->state, DELIVERY_SENDING);
	assert_int_equal(bench_mail_go(bench), 0);
	bench_mail_answer(bench, RESULT_OK, RESULT_DONE);
	assert_int_equal(bench->mail_count, 9);
	for (uint32_t n = 7; n < 9; n++) {
		assert_true(bench->mails[n]->is_in_doubt);
		assert_int_equal(bench_mail_row(bench, n + 2, "ops")->state, DELIVERY_IN_DOUBT);
	}
	bench_restart(bench); /* all that is known of them is stored */
	assert_int_equal(bench_mail_row(bench, 8, "ops")->in_doubt, 0);
	assert_int_equal(bench_mail_row(bench, 9, "ops")->in_doubt, 1);
	assert_int_equal(bench_mail_row(bench, 10, "ops")->in_doubt, 1);
}

static void
what_a_relay_refuses_of_a_lot_is_no_doubt(void **state)
{
	struct bench *bench = *state;

	begin_backlog(bench);
	for (int n = 0; n < 6; n++) {
		assert_int_equal(bench_mail_go(bench), 0);
		bench_mail_answer(bench, RESULT_OK, RESULT_DONE);
	}
	bench_mail_answer(bench, RESULT_RECIPIENT_UNAVAILABLE, RESULT_TEMPORARY);
	bench_pass(bench, 1000); /* what ended is stored with the next, or a little later */
	assert_int_equal(bench_mail_row(bench, 9, "ops")->state, DELIVERY_DEFERRED);
	assert_int_equal(bench_mail_row(bench, 9, "ops")->in_doubt, 0);
	bench_mail_answer(bench, RESULT_OK, RESULT_DONE);
	assert_int_equal(bench_mail_row(bench, 10, "ops")->state, DELIVERY_DELIVERED);
}

static void
a_mailer_that_takes_no_more_is_asked_again(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench->mail_places = 0;
	bench_reads(bench, 1, 28000);
	bench_pass(bench, 20000);
	assert_int_equal(bench->mail_count, 0);
	bench->mail_places = 9;
	bench_pass(bench, 1000);
	assert_int_equal(bench->mail_count, 1);
	bench_mailer(bench, false);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_HELD);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->in_doubt, 0);
	bench->mail_answered = 1;
	bench_mailer(bench, true);
	bench_mail_accept(bench);
	assert_int_equal(bench->mail_count, 2);
}

static void
one_under_way_does_not_hold_up_the_end(void **state)
{
	struct bench *bench = *state;
	struct chan_message stop = { .kind = ENGINE_STOP };

	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	bench_pass(bench, 10000);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_SENDING);
	engine_step(bench->engine, &stop, &bench->now);
	bench_turn(bench);
	assert_false(engine_is_sending(bench->engine));
}

#define ON_A_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_set_up, bench_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_BENCH(a_raise_is_told_after_its_window_and_stored_before_the_dot),
		ON_A_BENCH(a_clear_goes_to_those_who_know_into_the_same_thread),
		ON_A_BENCH(who_was_not_told_of_it_does_not_hear_that_it_is_over),
		ON_A_BENCH(a_raise_that_is_over_at_once_is_one_mail),
		ON_A_BENCH(one_recipient_that_fails_does_not_hold_up_the_other),
		ON_A_BENCH(
		    one_that_knows_its_end_first_does_not_go_again_before_the_relay_is_judged),
		ON_A_BENCH(a_crash_before_the_dot_is_no_doubt),
		ON_A_BENCH(a_crash_behind_the_dot_repeats_it_once_under_its_name),
		ON_A_BENCH(a_lost_reply_is_a_doubt),
		ON_A_BENCH(no_dot_while_nothing_can_be_stored),
		ON_A_BENCH(one_mail_is_in_doubt_just_before_its_dot_and_a_lot_at_once),
		ON_A_BENCH(what_a_relay_refuses_of_a_lot_is_no_doubt),
		ON_A_BENCH(a_mailer_that_takes_no_more_is_asked_again),
		ON_A_BENCH(one_under_way_does_not_hold_up_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
