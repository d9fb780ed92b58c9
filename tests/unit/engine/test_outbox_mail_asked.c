/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "conf/conf_idle.h"
#include "core/text.h"
#include "engine/outbox.h"
#include "tests/unit/engine/mail_bench.h"
#include "tests/unit/unit.h"

/* Channel mail: mails that somebody asks for, and contacts that come and go. */

/* ---- tests ---- */

static void
a_test_is_one_attempt_and_its_worst_end_shows(void **state)
{
	struct bench *bench = *state;
	const struct mail_view *view;

	mail_begin(bench, 1);
	assert_int_equal(outbox_test_mail(bench->engine, 9), -ENOENT);
	assert_int_equal(outbox_test_mail(bench->engine, 0), 0);
	bench_turn(bench);
	assert_int_equal(bench->mail_count, 1);
	mail_assert_subject(bench, 0, "[TEST] Prague 1: test mail");
	assert_int_equal(bench->mails[0]->recipient_count, 2);
	assert_int_equal(bench_mail_go(bench), 0);
	bench_mail_answer_one(bench, 0, RESULT_RECIPIENT_UNAVAILABLE, RESULT_TEMPORARY);
	bench_mail_answer_one(bench, 1, RESULT_OK, RESULT_DONE);
	assert_true(bench_look(bench)->mail->is_testing);
	bench_turn(bench);
	bench_turn(bench);
	view = bench_look(bench)->mail;
	assert_false(view->is_testing);
	assert_true(view->has_test);
	assert_int_equal(view->test_result, RESULT_RECIPIENT_UNAVAILABLE);
	bench_pass(bench, HOUR);
	assert_int_equal(bench->mail_count, 1);
	assert_int_equal(outbox_test_mail(bench->engine, 0), 0);
	bench_turn(bench);
	bench_mail_answer_one(bench, 0, RESULT_RECIPIENT_UNAVAILABLE, RESULT_TEMPORARY);
	bench_mail_answer_one(bench, 1, RESULT_RECIPIENT_INVALID, RESULT_PERMANENT);
	bench_turn(bench);
	bench_turn(bench);
	assert_int_equal(bench_look(bench)->mail->test_result, RESULT_RECIPIENT_INVALID);
	assert_int_equal(outbox_test_mail(bench->engine, 2), 0);
	bench_mail_accept(bench);
	bench_turn(bench);
	bench_turn(bench);
	assert_int_equal(bench_look(bench)->mail->test_result, RESULT_OK);
}

/* Each look at what cannot leave would cost a flush of the disk. */
static void
a_test_goes_at_once_though_the_relay_has_all_it_takes(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 10);
	bench_reads_from(bench, 1, 1, 31000);
	bench_pass(bench, 11000);
	assert_int_equal(bench_mail_go(bench), 0);
	bench_mail_answer(bench, RESULT_OK, RESULT_DONE); /* it works, from now on slowly */
	for (unsigned i = 2; i <= 10; i++) {
		bench_reads_from(bench, i, 1, 31000);
		bench_pass(bench, 11000);
	}
	assert_int_equal(bench_mail_go(bench), 0);
	bench_mail_answer(bench, RESULT_OK, RESULT_DONE);
	bench_turn(bench);
	assert_int_equal(bench->mail_count, 10);
	assert_int_equal(outbox_test_mail(bench->engine, 1), 0);
	bench_pass(bench, 1000);
	assert_int_equal(bench->mail_count, 11);
	mail_assert_subject(bench, 10, "[TEST] Prague 1: test mail");
}

static struct change *
change_with(enum change_kind kind, int64_t number)
{
	struct change *change = change_new();
	struct change_item *item;

	assert_non_null(change);
	item = change_add(change, kind);
	assert_non_null(item);
	item->number = number;
	change->id = 77;
	change->deadline_ms = INT64_MAX;
	return change;
}

/* Until it has begun nobody may take the end of an older one for its own. */
static void
a_test_runs_from_the_moment_a_set_asks_for_it(void **state)
{
	struct bench *bench = *state;
	struct change *ask = change_with(CHANGE_ASK_TEST, 2);
	struct change *late = change_with(CHANGE_TEST_MAIL, 2);

	mail_begin(bench, 1);
	assert_int_equal(outbox_test_mail(bench->engine, 0), 0);
	bench_turn(bench);
	bench_mail_answer_one(bench, 0, RESULT_OK, RESULT_DONE);
	bench_mail_answer_one(bench, 1, RESULT_OK, RESULT_DONE);
	bench_turn(bench);
	bench_turn(bench);
	assert_true(bench_look(bench)->mail->has_test);
	for (int i = 0; i < 2; i++) {
		ask->generation = bench_look(bench)->conf->generation;
		assert_int_equal(engine_change(bench->engine, ask, &bench->now, NULL), 0);
		assert_true(bench_look(bench)->mail->is_testing);
		assert_false(bench_look(bench)->mail->has_test);
		if (i > 0)
			break;
		engine_undo(bench->engine, 77, &bench->now);
		bench_turn(bench);
		assert_false(bench_look(bench)->mail->is_testing);
		assert_int_equal(bench_look(bench)->mail->test_result, RESULT_OK);
	}
	engine_keep(bench->engine, late, &bench->now);
	bench_turn(bench);
	assert_true(bench_look(bench)->mail->is_testing);
	bench_mail_answer_one(bench, 0, RESULT_RECIPIENT_INVALID, RESULT_PERMANENT);
	bench_mail_answer_one(bench, 1, RESULT_OK, RESULT_DONE);
	bench_turn(bench);
	bench_turn(bench);
	assert_false(bench_look(bench)->mail->is_testing);
	assert_int_equal(bench_look(bench)->mail->test_result, RESULT_RECIPIENT_INVALID);
	change_free(ask);
	change_free(late);
}

static void
a_second_test_meanwhile_shows_busy_and_disturbs_nothing(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	assert_int_equal(outbox_test_mail(bench->engine, 0), 0);
	bench_turn(bench);
	assert_false(bench_look(bench)->mail->has_test);
	assert_string_equal(bench_look(bench)->mail->test_text, "");
	assert_int_equal(outbox_test_mail(bench->engine, 1), -EBUSY);
	bench_turn(bench);
	assert_true(bench_look(bench)->mail->is_testing);
	assert_true(bench_look(bench)->mail->has_test);
	assert_int_equal(bench_look(bench)->mail->test_result, RESULT_BUSY);
	assert_string_equal(bench_look(bench)->mail->test_text, "a test is running already");
	bench_mail_accept(bench);
	bench_turn(bench);
	assert_int_equal(bench->mail_count, 1);
	assert_false(bench_look(bench)->mail->is_testing);
	assert_int_equal(bench_look(bench)->mail->test_result, RESULT_OK);
}

static void
a_test_does_not_wait_for_a_relay_that_is_left_alone(void **state)
{
	static const struct {
		enum result result;
		enum result_class class;
	} cases[] = {
		{ RESULT_BAD_PASSWORD, RESULT_CONFIGURATION },
		{ RESULT_CONNECT_FAILED, RESULT_TEMPORARY },
	};
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t before;

		bench->relay_answers = true;
		bench->relay_result = cases[i].result;
		bench->relay_class = cases[i].class;
		bench_pass(bench, HOUR);
		before = bench->mail_count;
		assert_int_equal(outbox_test_mail(bench->engine, 1), 0);
		bench_turn(bench);
		bench_turn(bench);
		assert_int_equal(bench->mail_count, before + 1);
		mail_assert_subject(bench, before, "[TEST] Prague 1: test mail");
		assert_int_equal(bench_look(bench)->mail->test_result, cases[i].result);
	}
	bench->relay_result = RESULT_OK;
	bench->relay_class = RESULT_DONE;
	assert_int_equal(outbox_test_mail(bench->engine, 1), 0);
	bench_pass(bench, 1000);
	assert_int_equal(bench_look(bench)->mail->test_result, RESULT_OK);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_DELIVERED); /* all well */
}

static void
a_test_that_cannot_leave_ends_with_the_reason(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_mailer(bench, false);
	assert_int_equal(outbox_test_mail(bench->engine, 1), 0);
	bench_pass(bench, 9 * MINUTE);
	assert_true(bench_look(bench)->mail->is_testing);
	bench_pass(bench, 2 * MINUTE);
	assert_false(bench_look(bench)->mail->is_testing);
	assert_int_equal(bench_look(bench)->mail->test_result, RESULT_EXPIRED);
	assert_string_equal(bench_look(bench)->mail->test_text, "too old to be useful");
}

/* However long the relay is left alone, and whatever else waits. */
static void
a_test_goes_before_all_that_waits(void **state)
{
	static const struct {
		enum result result;
		enum result_class class;
	} ends[] = {
		{ RESULT_CONNECT_FAILED, RESULT_TEMPORARY },
		{ RESULT_BAD_PASSWORD, RESULT_CONFIGURATION },
	};
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_reads(bench, 1, 31000); /* critical: both are to know */
	bench->relay_answers = true;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t before;

		bench->relay_result = ends[i].result;
		bench->relay_class = ends[i].class;
		bench_pass(bench, HOUR);
		before = bench->mail_count;
		assert_int_equal(outbox_test_mail(bench->engine, 2), 0);
		bench_turn(bench);
		assert_true(bench->mail_count > before);
		mail_assert_subject(bench, before, "[TEST] Prague 1: test mail");
		bench_turn(bench);
		assert_false(bench_look(bench)->mail->is_testing);
		assert_int_equal(bench_look(bench)->mail->test_result, ends[i].result);
	}
}

/* ---- contacts come and go ---- */

static void
a_contact_that_is_gone_gets_nothing_more(void **state)
{
	struct bench *bench = *state;
	struct conf *conf;

	mail_begin(bench, 1);
	bench_reads(bench, 1, 31000);
	conf = mail_conf(1);
	conf->contacts[1].is_enabled = false;
	bench_configure(bench, conf);
	bench_pass(bench, 11000);
	assert_int_equal(bench->mails[0]->recipient_count, 1);
	assert_int_equal(bench_mail_row(bench, 2, "boss")->state, DELIVERY_SUPERSEDED);
	bench_mail_accept(bench);
	bench_reads(bench, 1, 20000);
	conf = mail_conf(1);
	text_copy(conf->mail.allow_recipients, sizeof(conf->mail.allow_recipients), "other.org");
	bench_configure(bench, conf);
	bench_pass(bench, 11000);
	assert_int_equal(bench_mail_row(bench, 4, "ops")->state, DELIVERY_FAILED);
	assert_int_equal(bench_mail_row(bench, 4, "ops")->result, RESULT_NOT_ALLOWED);
}

/* A row by SET that the file's list does not allow any more is not active, and gets nothing. */
static void
what_waits_for_one_who_is_not_allowed_any_more_ends_so(void **state)
{
	struct bench *bench = *state;
	struct conf *conf;

	mail_begin(bench, 1);
	bench_reads(bench, 1, 31000);
	conf = mail_conf(1);
	assert_int_equal(conf_deactivate(conf, CONF_CONTACT, 2, bench->now.boottime_ms), 0);
	text_copy(conf->idle[0].settings.contact.address,
	    sizeof(conf->idle[0].settings.contact.address), "boss@other.org");
	bench_configure(bench, conf);
	bench_pass(bench, 11000);
	assert_int_equal(bench_mail_row(bench, 2, "boss")->state, DELIVERY_FAILED);
	assert_int_equal(bench_mail_row(bench, 2, "boss")->result, RESULT_NOT_ALLOWED);
	assert_int_equal(bench->mails[0]->recipient_count, 1);
}

#define ON_A_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_set_up, bench_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_BENCH(a_test_is_one_attempt_and_its_worst_end_shows),
		ON_A_BENCH(a_test_goes_at_once_though_the_relay_has_all_it_takes),
		ON_A_BENCH(a_test_runs_from_the_moment_a_set_asks_for_it),
		ON_A_BENCH(a_second_test_meanwhile_shows_busy_and_disturbs_nothing),
		ON_A_BENCH(a_test_does_not_wait_for_a_relay_that_is_left_alone),
		ON_A_BENCH(a_test_that_cannot_leave_ends_with_the_reason),
		ON_A_BENCH(a_test_goes_before_all_that_waits),
		ON_A_BENCH(a_contact_that_is_gone_gets_nothing_more),
		ON_A_BENCH(what_waits_for_one_who_is_not_allowed_any_more_ends_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
