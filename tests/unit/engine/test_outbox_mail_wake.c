/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "engine/outbox.h"
#include "tests/unit/engine/mail_bench.h"
#include "tests/unit/unit.h"

/* Channel mail while relays fail: when it tries again, by which relay, and what lets it hope. */

static void
relay_fails(struct bench *bench, enum result result, enum result_class class)
{
	bench->relay_answers = true;
	bench->relay_result = result;
	bench->relay_class = class;
}

/* ---- reason to hope ---- */

static void
network_comes_up(struct bench *bench)
{
	struct chan_message message = { .kind = ENGINE_NETWORK };

	engine_step(bench->engine, &message, &bench->now);
	bench_turn(bench);
}

static void
clock_steps(struct bench *bench)
{
	bench->now.wall_ms += 3 * HOUR;
}

static void
somebody_flushes(struct bench *bench)
{
	assert_int_equal(outbox_flush(bench->engine, CHANNEL_MAIL), 0);
}

static void
somebody_changes_a_setting(struct bench *bench)
{
	bench_configure(bench, bench->make_conf(bench->sensors));
}

static void
the_mailer_is_back(struct bench *bench)
{
	bench_mailer(bench, false);
	bench_mailer(bench, true);
}

static void
what_waits_is_tried_at_once_when_there_is_reason_to_hope(void **state)
{
	static const struct {
		const char *what;
		void (*happens)(struct bench *bench);
	} cases[] = {
		{ "link up", network_comes_up },
		{ "clock step", clock_steps },
		{ "flush", somebody_flushes },
		{ "configuration", somebody_changes_a_setting },
		{ "mailer", the_mailer_is_back },
	};
	struct bench *bench = *state;
	size_t before;

	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	relay_fails(bench, RESULT_CONNECT_FAILED, RESULT_TEMPORARY);
	for (size_t i = 0; i < COUNT(cases); i++) {
		bench_pass(bench, HOUR);
		bench_pass(bench, 13 * MINUTE); /* up to one attempt */
		before = bench->mail_count;
		while (bench->mail_count == before)
			bench_pass(bench, 1000);
		before = bench->mail_count;
		cases[i].happens(bench);
		bench_pass(bench, 2000);
		if (bench->mail_count != before + 1)
			fail_msg("%s: %zu attempts", cases[i].what, bench->mail_count - before);
		bench_pass(bench, 30000); /* the schedule begins anew */
		assert_true(bench->mail_count > before + 1);
	}
}

/* An address comes after its link, and a bad cable comes and goes. */
static void
a_network_that_comes_again_and_again_wakes_it_rarely(void **state)
{
	struct bench *bench = *state;
	size_t before;

	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	relay_fails(bench, RESULT_CONNECT_FAILED, RESULT_TEMPORARY);
	bench_pass(bench, 3 * HOUR);
	before = bench->mail_count;
	for (int i = 0; i < 60; i++) {
		network_comes_up(bench);
		bench_pass(bench, 500);
	}
	assert_in_range(bench->mail_count - before, 5, 8); /* in 30 s */
}

/* ---- what needs a person ---- */

static unsigned
count_state(struct bench *bench, enum delivery_state state)
{
	const struct deliveries *deliveries = bench_look(bench)->deliveries;
	unsigned count = 0;

	for (size_t i = 0; i < deliveries->count; i++)
		count += deliveries->rows[i].channel == CHANNEL_MAIL &&
		         deliveries->rows[i].state == (uint8_t)state;
	return count;
}

static void
a_held_channel_is_probed_by_one_mail_in_a_quarter_of_an_hour(void **state)
{
	struct bench *bench = *state;
	unsigned waiting;

	mail_begin(bench, 30);
	relay_fails(bench, RESULT_SENDER_REJECTED, RESULT_CONFIGURATION);
	for (unsigned i = 1; i <= 30; i++) {
		bench_reads_from(bench, i, 1, i % 2 == 0 ? 28000 : 31000);
		bench_pass(bench, 2000);
	}
	bench_pass(bench, MINUTE);
	assert_int_equal(bench->mail_count, 1); /* one found it out */
	waiting = count_state(bench, DELIVERY_HELD) + count_state(bench, DELIVERY_READY);
	assert_int_equal(waiting, 45); /* nothing is thrown away */
	for (size_t i = 2; i <= 20; i++) {
		bench_pass(bench, 15 * MINUTE);
		assert_int_equal(bench->mail_count, i);
	}
	assert_int_equal(count_state(bench, DELIVERY_HELD) + count_state(bench, DELIVERY_READY),
	    waiting); /* five hours later, since the alarms are active */
	bench_configure(bench, mail_conf(30));
	bench_turn(bench);
	assert_int_equal(bench->mail_count, 21); /* at once, and one again */
	bench_pass(bench, 14 * MINUTE);
	assert_int_equal(bench->mail_count, 21);
	bench_mail_accept(bench);
	bench_pass(bench, 20 * MINUTE);
	assert_int_equal(count_state(bench, DELIVERY_HELD) + count_state(bench, DELIVERY_READY), 0);
	assert_int_equal(bench_look(bench)->mail->path_state, MAIL_PATH_OK);
}

static struct conf *
impatient_conf(unsigned sensors)
{
	struct conf *conf = mail_conf(sensors);

	conf->delivery.retry_blocked_s = 60;
	return conf;
}

static void
how_often_is_a_key_of_the_file(void **state)
{
	struct bench *bench = *state;

	bench->make_conf = impatient_conf;
	mail_begin(bench, 1);
	relay_fails(bench, RESULT_TLS_FAILED, RESULT_CONFIGURATION);
	bench_reads(bench, 1, 28000);
	bench_pass(bench, 10500);
	assert_int_equal(bench->mail_count, 1);
	bench_pass(bench, 10 * MINUTE);
	assert_int_equal(bench->mail_count, 11);
}

/* ---- the next relay ---- */

static struct conf *
exchanged_relays_conf(unsigned sensors)
{
	struct conf *conf = two_relays_conf(sensors);

	conf->relays[0].rank = 2;
	conf->relays[1].rank = 1;
	return conf;
}

/* By which relay the mails since `from` went. */
static size_t
count_by(const struct bench *bench, size_t from, uint32_t relay)
{
	size_t count = 0;

	for (size_t i = from; i < bench->mail_count; i++)
		count += bench->mails[i]->relay == relay;
	return count;
}

/* The oldest that is not answered, as its relay does: the first fails, the second takes all. */
static void
answer_by_relay(struct bench *bench, bool does_first_work)
{
	while (bench->mail_answered < bench->mail_count) {
		if (bench->mails[bench->mail_answered]->relay == 2 || does_first_work) {
			assert_int_equal(bench_mail_go(bench), 0);
			bench_mail_answer(bench, RESULT_OK, RESULT_DONE);
		} else
			bench_mail_answer(bench, RESULT_CONNECT_FAILED, RESULT_TEMPORARY);
		bench_turn(bench);
	}
}

static void
pass_by_relay(struct bench *bench, int64_t ms, bool does_first_work)
{
	for (int64_t passed = 0; passed < ms; passed += 1000) {
		bench_pass(bench, 1000);
		answer_by_relay(bench, does_first_work);
	}
}

static void
the_fallback_serves_until_a_probe_of_the_first_goes_well(void **state)
{
	struct bench *bench = *state;
	size_t before;

	bench->make_conf = two_relays_conf;
	mail_begin(bench, 20);
	bench_reads_from(bench, 1, 1, 28000);
	pass_by_relay(bench, 4 * MINUTE, false);
	assert_int_equal(count_by(bench, 0, 2), 0); /* not yet */
	pass_by_relay(bench, 3 * MINUTE, false);
	assert_int_equal(count_by(bench, 0, 2), 1);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_DELIVERED);
	for (unsigned i = 2; i <= 5; i++) { /* and from now on at once */
		before = bench->mail_count;
		bench_reads_from(bench, i, 1, 28000);
		pass_by_relay(bench, 90000, false);
		assert_int_equal(count_by(bench, before, 2), 1);
		assert_in_range(count_by(bench, before, 1), 0, 1); /* a probe, when it is due */
	}
	pass_by_relay(bench, 15 * MINUTE, true);
	before = bench->mail_count;
	bench_reads_from(bench, 10, 1, 28000);
	pass_by_relay(bench, 12000, true);
	assert_int_equal(count_by(bench, before, 1), 1);
	bench_reads_from(bench, 11, 1, 28000);
	pass_by_relay(bench, 12000, true);
	assert_int_equal(count_by(bench, before, 1), 2);
	assert_int_equal(count_by(bench, before, 2), 0);
}

static void
end_check(struct bench *bench, uint32_t relay)
{
	const struct relay_outcome outcome = { .relay = relay, .class = RESULT_DONE };
	struct chan_message message = { .kind = ENGINE_RELAY, .data = malloc(sizeof(outcome)) };

	assert_non_null(message.data);
	memcpy(message.data, &outcome, sizeof(outcome));
	engine_step(bench->engine, &message, &bench->now);
	bench_turn(bench);
}

/* Its log-in goes well each time: that is no reason to let mails wait for it again. */
static void
what_refuses_each_mail_does_not_delay_each_mail(void **state)
{
	struct bench *bench = *state;
	size_t before;

	bench->make_conf = two_relays_conf;
	bench->relay_phase = "mail";
	mail_begin(bench, 20);
	bench_pass(bench, 2000);
	for (uint32_t relay = 1; relay <= 2; relay++)
		end_check(bench, relay);
	bench_reads_from(bench, 1, 1, 28000);
	pass_by_relay(bench, 7 * MINUTE, false);
	assert_int_equal(count_by(bench, 0, 2), 1);
	for (unsigned i = 2; i <= 5; i++) {
		pass_by_relay(bench, 20 * MINUTE, false);
		for (uint32_t relay = 1; relay <= 2; relay++)
			end_check(bench, relay);
		before = bench->mail_count;
		bench_reads_from(bench, i, 1, 28000);
		pass_by_relay(bench, 15000, false);
		assert_int_equal(count_by(bench, before, 2), 1);
	}
}

/* What waits goes to the fallback at once, but not again and again. */
static void
what_the_fallback_defers_waits_for_its_time(void **state)
{
	struct bench *bench = *state;

	bench->make_conf = two_relays_conf;
	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	for (int second = 0; second < 20 * 60; second++) {
		bench_pass(bench, 1000);
		while (bench->mail_answered < bench->mail_count)
			if (bench->mails[bench->mail_answered]->relay == 1)
				bench_mail_answer(bench, RESULT_CONNECT_FAILED, RESULT_TEMPORARY);
			else
				bench_mail_answer(
				    bench, RESULT_RECIPIENT_UNAVAILABLE, RESULT_TEMPORARY);
	}
	assert_in_range(count_by(bench, 0, 2), 1, 3);
}

/* It waits for the second relay, which is gone, and is no probe of the first. */
static void
what_the_first_relay_refused_does_not_hold_up_its_probes(void **state)
{
	struct bench *bench = *state;
	size_t before = 0;

	bench->make_conf = two_relays_conf;
	mail_begin(bench, 2);
	bench_reads_from(bench, 1, 1, 31000);
	for (int second = 0; second < 9 * 60; second++) {
		if (second == 5 * 60) { /* from now on the first is gone, too */
			before = bench->mail_count;
			bench_reads_from(bench, 2, 1, 28000);
		}
		bench_pass(bench, 1000);
		while (bench->mail_answered < bench->mail_count)
			if (bench->mails[bench->mail_answered]->relay == 1 && before == 0)
				bench_mail_answer(bench, RESULT_DATA_REJECTED, RESULT_PERMANENT);
			else
				bench_mail_answer(bench, RESULT_CONNECT_FAILED, RESULT_TEMPORARY);
	}
	assert_in_range(count_by(bench, before, 1), 6, 8);
}

/* It was to go by the second, which is the first now, or is not there any more. */
static void
what_a_relay_refused_goes_by_it_when_there_is_no_next(void **state)
{
	static struct conf *(*const makes[])(
	    unsigned sensors) = { mail_conf, exchanged_relays_conf };
	struct bench *bench = *state;

	bench->make_conf = two_relays_conf;
	mail_begin(bench, 2);
	for (unsigned i = 0; i < 2; i++) {
		size_t before = bench->mail_count;
		uint32_t seq;

		bench_configure(bench, two_relays_conf(2));
		seq = bench_look(bench)->events->last_seq + 1;
		bench_reads_from(bench, i + 1, 1, 28000);
		bench_pass(bench, 11000);
		assert_int_equal(bench->mails[before]->relay, 1);
		bench_mail_answer(bench, RESULT_DATA_REJECTED, RESULT_PERMANENT);
		bench_pass(bench, 1000);
		assert_int_equal(bench->mails[before + 1]->relay, 2);
		bench_mail_answer(bench, RESULT_CONNECT_FAILED, RESULT_TEMPORARY);
		bench_configure(bench, makes[i](2));
		bench_mail_accept(bench);
		bench_pass(bench, 2 * MINUTE);
		assert_int_equal(bench_mail_row(bench, seq, "ops")->state, DELIVERY_DELIVERED);
		bench->relay_answers = false;
	}
}

/* What it says of one mailbox is another thing. */
static void
a_relay_that_hangs_up_on_recipients_does_not_work(void **state)
{
	struct bench *bench = *state;
	size_t before;

	bench->make_conf = two_relays_conf;
	bench->relay_phase = "rcpt";
	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	relay_fails(bench, RESULT_RECIPIENT_UNAVAILABLE, RESULT_TEMPORARY);
	bench_pass(bench, 30 * MINUTE);
	before = bench->mail_count;
	assert_int_equal(bench->mails[before - 1]->relay, 1);
	assert_int_equal(bench_look(bench)->mail->path_state, MAIL_PATH_OK);
	bench->relay_hangs_up = true;
	bench_pass(bench, HOUR);
	assert_true(count_by(bench, before, 2) > 0);
	assert_int_equal(bench_look(bench)->mail->path_state, MAIL_PATH_FAILED);
}

#define ON_A_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_set_up, bench_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_BENCH(what_waits_is_tried_at_once_when_there_is_reason_to_hope),
		ON_A_BENCH(a_network_that_comes_again_and_again_wakes_it_rarely),
		ON_A_BENCH(a_held_channel_is_probed_by_one_mail_in_a_quarter_of_an_hour),
		ON_A_BENCH(how_often_is_a_key_of_the_file),
		ON_A_BENCH(the_fallback_serves_until_a_probe_of_the_first_goes_well),
		ON_A_BENCH(what_refuses_each_mail_does_not_delay_each_mail),
		ON_A_BENCH(what_the_fallback_defers_waits_for_its_time),
		ON_A_BENCH(what_the_first_relay_refused_does_not_hold_up_its_probes),
		ON_A_BENCH(what_a_relay_refused_goes_by_it_when_there_is_no_next),
		ON_A_BENCH(a_relay_that_hangs_up_on_recipients_does_not_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
