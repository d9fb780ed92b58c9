/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "engine/outbox.h"
#include "tests/unit/engine/mail_bench.h"
#include "tests/unit/unit.h"

/* Channel mail: news that has become old before it is told. */

static void
what_waited_is_told_as_it_is_now(void **state)
{
	struct bench *bench = *state;
	size_t first;

	mail_begin(bench, 4);
	bench->relay_answers = true;
	bench->relay_result = RESULT_CONNECT_FAILED;
	bench->relay_class = RESULT_TEMPORARY;
	bench_reads_from(bench, 1, 1, 28000);
	bench_pass(bench, MINUTE);
	bench_reads_from(bench, 1, 1, 31000);
	bench_pass(bench, MINUTE);
	bench_reads_from(bench, 2, 1, 28000);
	bench_reads_from(bench, 1, 1, 28500);
	bench_pass(bench, MINUTE);
	bench_reads_from(bench, 3, 1, 28000);
	bench_pass(bench, MINUTE);
	bench_reads_from(bench, 1, 1, 33000); /* two escalations: the latest is told */
	bench_reads_from(bench, 2, 1, 20000); /* over before anybody knew */
	bench_pass(bench, 17 * MINUTE);
	bench_reads_from(bench, 4, 1, 28000); /* of now */
	first = bench->mail_count;
	bench_mail_accept(bench);
	assert_int_equal(outbox_flush(bench->engine, CHANNEL_MAIL), 0);
	bench_pass(bench, 11000);
	assert_int_equal(bench->mail_count, first + 4);
	mail_assert_subject(bench, first, "[DELAYED 17m] [CRITICAL] Prague 1: s0001 33.0 ");
	mail_assert_subject(bench, first + 1, "[DELAYED 18m] [WARNING] Prague 1: s0003 28.0 ");
	mail_assert_subject(bench, first + 3, "[WARNING] Prague 1: s0004 28.0 ");
	mail_assert_subject(bench, first + 2, "[DELAYED 17m] [CLEAR] Prague 1: s0002 28.0 ");
}

static void
what_is_too_late_is_counted_in_one_mail(void **state)
{
	struct bench *bench = *state;
	size_t first;

	mail_begin(bench, 20);
	bench->relay_answers = true;
	bench->relay_result = RESULT_CONNECT_FAILED;
	bench->relay_class = RESULT_TEMPORARY;
	bench_reads(bench, 9, 28000);
	bench_pass(bench, MINUTE);
	bench_reads(bench, 8, 20000);
	bench_pass(bench, 5 * HOUR); /* the ninth is still active */
	first = bench->mail_count;
	bench_mail_accept(bench);
	assert_int_equal(outbox_flush(bench->engine, CHANNEL_MAIL), 0);
	bench_pass(bench, HOUR);
	assert_int_equal(bench->mail_count, first + 2);
	mail_assert_subject(bench, first, "[DELAYED 5h1m] [WARNING] Prague 1: s0009 28.0 ");
	mail_assert_subject(bench, first + 1, "[BACKLOG] Prague 1: 8 messages undelivered");
}

/* The relay is slow: what was true when the mail was made may not be at its last byte. */
static void
a_mail_is_looked_at_again_before_its_dot(void **state)
{
	static const struct {
		const char *what;
		int64_t took_ms;
		int64_t milli;
		int code;
	} cases[] = {
		{ "it is over", 3 * MINUTE, 20000, -ESTALE },
		{ "it is worse", 3 * MINUTE, 31000, -ESTALE },
		{ "nothing has changed", 3 * MINUTE, 28100, 0 },
		{ "it is over, just now", MINUTE, 20000, 0 },
	};
	struct bench *bench = *state;

	mail_begin(bench, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		bench->relay_answers = false;
		bench_reads(bench, 1, 28000);
		bench_pass(bench, 10000);
		bench_pass(bench, cases[i].took_ms);
		bench_reads(bench, 1, cases[i].milli);
		if (bench_mail_go(bench) != cases[i].code)
			fail_msg("%s", cases[i].what);
		if (cases[i].code == 0)
			bench_mail_answer(bench, RESULT_OK, RESULT_DONE);
		else
			bench_mail_answer(bench, RESULT_TIMEOUT, RESULT_TEMPORARY);
		bench_mail_accept(bench);
		bench_pass(bench, 2 * MINUTE);
		if (i == 0)
			mail_assert_subject(bench, 1, "[CLEAR] Prague 1: s0001 28.0 ");
		bench_reads(bench, 1, 20000);
		bench_pass(bench, 2 * HOUR);
	}
}

/* Of several that leave together the last may wait long for the others. */
static void
of_a_lot_each_is_looked_at_again(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 3);
	bench_mail_accept(bench);
	bench_reads_from(bench, 1, 1, 28000);
	bench_pass(bench, MINUTE); /* the relay takes what it gets */
	bench->relay_answers = false;
	bench_mailer(bench, false);
	for (unsigned i = 2; i <= 3; i++) {
		bench_reads_from(bench, i, 1, 28000);
		bench_pass(bench, 11000);
	}
	bench_mailer(bench, true);
	bench_pass(bench, 1000);
	assert_int_equal(bench->mail_count, 3);
	assert_true(bench->mails[1]->is_in_doubt && bench->mails[2]->is_in_doubt);
	assert_int_equal(bench_mail_go(bench), 0);
	bench_mail_answer(bench, RESULT_OK, RESULT_DONE);
	bench_pass(bench, 3 * MINUTE);
	bench_reads_from(bench, 3, 1, 20000);
	assert_int_equal(bench_mail_go(bench), -ESTALE);
	bench_mail_answer(bench, RESULT_TIMEOUT, RESULT_TEMPORARY);
	assert_int_equal(bench_look(bench)->deliveries->channels[1].books.in_doubt, 0);
}

#define ON_A_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_set_up, bench_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_BENCH(what_waited_is_told_as_it_is_now),
		ON_A_BENCH(what_is_too_late_is_counted_in_one_mail),
		ON_A_BENCH(a_mail_is_looked_at_again_before_its_dot),
		ON_A_BENCH(of_a_lot_each_is_looked_at_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
