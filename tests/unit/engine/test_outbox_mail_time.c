/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "engine/outbox.h"
#include "tests/unit/engine/mail_bench.h"
#include "tests/unit/unit.h"

/* Channel mail over hours and days: relays that fail, floods, limits, reminders. */

/* The number of the last event of that kind. */
static uint32_t
last_of(struct bench *bench, enum event_kind kind)
{
	uint32_t seq = bench_look(bench)->events->last_seq;

	while (bench_event(bench, seq)->kind != kind)
		seq--;
	return seq;
}

/* ---- relays ---- */

static void
fail_until(struct bench *bench, int64_t ms)
{
	bench->relay_answers = true;
	bench->relay_result = RESULT_CONNECT_FAILED;
	bench->relay_class = RESULT_TEMPORARY;
	bench_pass(bench, ms);
}

static void
the_next_relay_takes_over_after_a_while_and_gives_back(void **state)
{
	struct bench *bench = *state;
	size_t before;

	bench->make_conf = two_relays_conf;
	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	fail_until(bench, 4 * MINUTE);
	for (size_t i = 0; i < bench->mail_count; i++)
		assert_int_equal(bench->mails[i]->relay, 1);
	before = bench->mail_count;
	assert_in_range(before, 4, 8);
	bench_pass(bench, 3 * MINUTE);
	while (before < bench->mail_count && bench->mails[before]->relay == 1)
		before++;
	assert_true(before < bench->mail_count);
	assert_int_equal(bench->mails[before]->relay, 2);
	assert_int_equal(bench_look(bench)->mail->path_state, MAIL_PATH_FAILED);
	bench_mail_accept(bench);
	bench_pass(bench, 11 * MINUTE);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_DELIVERED);
	bench_reads(bench, 1, 20000);
	bench_pass(bench, 11000);
	bench_reads(bench, 1, 28000);
	bench_pass(bench, 11000);
	assert_int_equal(bench->mails[bench->mail_count - 1]->relay, 1); /* the probe went well */
	assert_int_equal(bench_look(bench)->mail->path_state, MAIL_PATH_OK);
}

static void
what_a_relay_refuses_for_good_the_next_is_asked_once(void **state)
{
	struct bench *bench = *state;

	bench->make_conf = two_relays_conf;
	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	bench_pass(bench, 10000);
	bench_mail_answer(bench, RESULT_DATA_REJECTED, RESULT_PERMANENT);
	bench_pass(bench, 1000);
	assert_int_equal(bench->mail_count, 2);
	assert_int_equal(bench->mails[1]->relay, 2);
	bench_mail_answer(bench, RESULT_DATA_REJECTED, RESULT_PERMANENT);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_FAILED);
	bench_pass(bench, HOUR);
	assert_int_equal(bench->mail_count, 2);
}

static void
a_wrong_setting_is_told_at_once_and_tried_rarely(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	bench_pass(bench, 10000);
	bench_mail_answer(bench, RESULT_TLS_FAILED, RESULT_CONFIGURATION);
	bench_turn(bench);
	assert_int_equal(bench_event(bench, 3)->kind, EVENT_PATH_DOWN);
	assert_int_equal(bench_event(bench, 3)->channel, CHANNEL_MAIL);
	assert_int_equal(bench_event(bench, 3)->numbers[1], RESULT_TLS_FAILED);
	assert_int_equal(bench_row(bench, 3)->channel, CHANNEL_SNMP);
	assert_string_equal(bench_event(bench, 3)->detail,
	    "Messages do not get out by mail: no encrypted connection.");
	assert_string_equal(
	    bench->jobs[bench->job_count - 1].detail, bench_event(bench, 3)->detail);
	assert_null(bench->jobs[bench->job_count - 1].record.detail);
	assert_int_equal(bench_look(bench)->mail->path_state, MAIL_PATH_FAILED);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_HELD);
	assert_int_equal(
	    bench_mail_row(bench, 2, "ops")->next_ms, bench->now.boottime_ms + 15 * MINUTE);
	bench_pass(bench, 14 * MINUTE);
	assert_int_equal(bench->mail_count, 1);
	bench_pass(bench, 2 * MINUTE);
	assert_int_equal(bench->mail_count, 2);
	bench_mail_answer(bench, RESULT_TLS_FAILED, RESULT_CONFIGURATION);
	bench_configure(bench, mail_conf(1)); /* somebody has changed something */
	bench_turn(bench);
	assert_int_equal(bench->mail_count, 3);
	assert_int_equal(bench->mails_by_conf, 2); /* it goes as that says */
	bench_mail_accept(bench);
	bench_turn(bench);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_DELIVERED);
	assert_int_equal(bench_event(bench, 4)->kind, EVENT_CONFIG_CHANGE);
	assert_int_equal(bench_event(bench, 5)->kind, EVENT_PATH_UP);
}

/* A refused setting ends nothing; time does, as always.  Sensor 1 stays bad, sensor 2 recovers. */
static void
while_a_setting_is_wrong_only_what_is_useless_ends(void **state)
{
	struct bench *bench = *state;
	uint32_t clear;

	mail_begin(bench, 2);
	bench->relay_answers = true;
	bench->relay_result = RESULT_BAD_PASSWORD;
	bench->relay_class = RESULT_CONFIGURATION;
	bench_reads(bench, 2, 28000);
	bench_pass(bench, 11000);
	bench_reads_from(bench, 2, 1, 20000);
	bench_pass(bench, 3 * HOUR);
	clear = last_of(bench, EVENT_CLEAR);
	assert_int_equal(bench_mail_row(bench, clear, "ops")->result, RESULT_BAD_PASSWORD);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_HELD);
	assert_int_equal(bench_mail_row(bench, clear, "ops")->state, DELIVERY_HELD);
	bench_pass(bench, 24 * HOUR);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_HELD);
	assert_int_equal(bench_mail_row(bench, clear, "ops")->state, DELIVERY_EXPIRED);
	assert_int_equal(bench_mail_row(bench, clear, "ops")->result, RESULT_EXPIRED);
	bench_configure(bench, mail_conf(2));
	bench_mail_accept(bench);
	bench_pass(bench, MINUTE);
	assert_int_equal(bench_mail_row(bench, 2, "ops")->state, DELIVERY_DELIVERED);
	mail_assert_subject(bench, bench->mail_count - 1, "[BACKLOG] Prague 1: ");
}

static void
a_wrong_password_is_tried_three_times_then_each_hour(void **state)
{
	struct bench *bench = *state;
	size_t tried[3];

	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	bench->relay_answers = true;
	bench->relay_result = RESULT_BAD_PASSWORD;
	bench->relay_class = RESULT_CONFIGURATION;
	bench_pass(bench, 35 * MINUTE);
	tried[0] = bench->mail_count;
	bench_pass(bench, 55 * MINUTE);
	tried[1] = bench->mail_count;
	bench_pass(bench, HOUR);
	tried[2] = bench->mail_count;
	assert_int_equal(tried[0], 3);
	assert_int_equal(tried[1], 3);
	assert_int_equal(tried[2], 4);
}

static void
end_check(struct bench *bench, enum result result, enum result_class class, uint32_t took_ms)
{
	const struct relay_outcome outcome = { .relay = 1,
		.result = result,
		.class = class,
		.took_ms = took_ms,
		.has_days = true,
		.days = 71,
		.text = "how it is" };
	struct chan_message message = { .kind = ENGINE_RELAY, .data = malloc(sizeof(outcome)) };

	assert_non_null(message.data);
	memcpy(message.data, &outcome, sizeof(outcome));
	engine_step(bench->engine, &message, &bench->now);
	bench_pass(bench, 1000);
}

/* A connection that is refused ends all that waited for it. */
static void
mails_that_a_password_holds_up_together_are_one_try(void **state)
{
	struct bench *bench = *state;
	size_t before;

	mail_begin(bench, 5);
	bench_mail_accept(bench);
	bench_reads(bench, 1, 28000);
	bench_pass(bench, 11000);
	bench->relay_answers = false;
	for (unsigned sensor = 2; sensor <= 5; sensor++) {
		bench_reads_from(bench, sensor, 1, 28000);
		bench_pass(bench, 11000);
	}
	assert_int_equal(bench->mail_count - bench->mail_answered, 4);
	bench->relay_result = RESULT_BAD_PASSWORD;
	bench->relay_class = RESULT_CONFIGURATION;
	bench->relay_answers = true;
	bench_turn(bench);
	before = bench->mail_count;
	bench_pass(bench, 16 * MINUTE);
	assert_int_equal(bench->mail_count, before + 1);
	bench_pass(bench, 15 * MINUTE);
	assert_int_equal(bench->mail_count, before + 2);
	bench_pass(bench, 58 * MINUTE); /* that was the third */
	assert_int_equal(bench->mail_count, before + 2);
	bench_pass(bench, 2 * MINUTE);
	assert_int_equal(bench->mail_count, before + 3);
}

static void
relays_are_checked_while_nothing_is_sent(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_pass(bench, 2000);
	assert_int_equal(bench->check_count, 1);
	end_check(bench, RESULT_OK, RESULT_DONE, 12);
	assert_int_equal(bench_look(bench)->mail->path_state, MAIL_PATH_OK);
	bench_pass(bench, 59 * MINUTE);
	assert_int_equal(bench->check_count, 1);
	bench_pass(bench, 2 * MINUTE);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(bench->check_count, 2 + i);
		assert_int_equal(bench_look(bench)->mail->path_state,
		    i == 0 ? MAIL_PATH_OK : MAIL_PATH_DEGRADED);
		end_check(bench, RESULT_CONNECT_FAILED, RESULT_TEMPORARY, 34);
		assert_int_equal(bench_look(bench)->alarms->count, i == 2 ? 1 : 0);
		bench_pass(bench, 14 * MINUTE);
		assert_int_equal(bench->check_count, 2 + i);
		bench_pass(bench, 2 * MINUTE);
	}
	assert_int_equal(bench_look(bench)->mail->path_state, MAIL_PATH_FAILED);
	assert_int_equal(bench_look(bench)->mail->relays[0].days, 71);
	assert_int_equal(bench_look(bench)->mail->relays[0].latency_ms, 12); /* of a success */
	assert_int_equal(bench_event(bench, 2)->kind, EVENT_PATH_DOWN);
	assert_string_equal(bench_event(bench, 2)->detail,
	    "Messages do not get out by mail: the mail server cannot be reached: how it is.");

	mail_restart(bench, 20000); /* that nothing is known of it any more is no good news */
	bench_pass(bench, MINUTE);
	assert_int_equal(bench_event(bench, 3)->kind, EVENT_AGENT_START);
	assert_int_equal(bench_look(bench)->events->last_seq, 3);
	assert_int_equal(bench_look(bench)->alarms->count, 1);
	end_check(bench, RESULT_OK, RESULT_DONE, 56);
	assert_int_equal(bench_event(bench, 4)->kind, EVENT_PATH_UP);
	assert_null(bench_event(bench, 4)->detail);
	assert_int_equal(bench_event(bench, 4)->alarm_id, bench_event(bench, 2)->alarm_id);
	assert_int_equal(bench_look(bench)->mail->path_state, MAIL_PATH_OK);
	assert_int_equal(bench_look(bench)->alarms->count, 0);
}

/* Whoever has changed a setting wants to know whether that helps, but SETs may be many. */
static void
relays_are_checked_when_the_configuration_changes(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_pass(bench, 2000);
	end_check(bench, RESULT_OK, RESULT_DONE, 12);
	for (int i = 0; i < 40; i++) {
		bench_configure(bench, mail_conf(1));
		bench_pass(bench, 1000);
		assert_int_equal(bench->check_count, 1);
	}
	bench_pass(bench, 22000);
	assert_int_equal(bench->check_count, 2);
	end_check(bench, RESULT_BAD_PASSWORD, RESULT_CONFIGURATION, 0);
	bench_pass(bench, MINUTE);
	assert_int_equal(bench->check_count, 2);
	bench_configure(bench, mail_conf(1)); /* it fails: at once */
	bench_pass(bench, 2000);
	assert_int_equal(bench->check_count, 3);
}

static void
a_check_does_not_try_a_refused_password_more_often(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	for (int i = 0; i < 3; i++) {
		bench_pass(bench, i == 0 ? 2000 : 15 * MINUTE);
		assert_int_equal(bench->check_count, 1 + i);
		end_check(bench, RESULT_BAD_PASSWORD, RESULT_CONFIGURATION, 0);
	}
	bench_pass(bench, 59 * MINUTE);
	assert_int_equal(bench->check_count, 3);
	bench_pass(bench, 2 * MINUTE);
	assert_int_equal(bench->check_count, 4);
}

/* It ends at the log-in: of what the relay refuses behind that it knows nothing. */
static void
a_check_is_no_proof_against_what_a_mail_was_told(void **state)
{
	struct bench *bench = *state;
	uint32_t last;

	mail_begin(bench, 1);
	bench_pass(bench, 2000);
	end_check(bench, RESULT_OK, RESULT_DONE, 12);
	bench->relay_answers = true;
	bench->relay_result = RESULT_SENDER_REJECTED;
	bench->relay_class = RESULT_CONFIGURATION;
	bench->relay_phase = "mail";
	assert_int_equal(outbox_test_mail(bench->engine, 1), 0); /* one attempt: nothing waits */
	bench_pass(bench, 2000);
	assert_int_equal(bench_look(bench)->mail->path_state, MAIL_PATH_FAILED);
	last = bench_look(bench)->events->last_seq;
	for (size_t i = 0; i < 3; i++) {
		bench_pass(bench, 15 * MINUTE); /* as while it fails */
		assert_int_equal(bench->check_count, 2 + i);
		end_check(bench, RESULT_OK, RESULT_DONE, 34);
		assert_int_equal(bench_look(bench)->mail->path_state, MAIL_PATH_FAILED);
		assert_int_equal(bench_look(bench)->mail->relays[0].result, RESULT_SENDER_REJECTED);
		assert_int_equal(bench_look(bench)->events->last_seq, last);
	}
	bench_mail_accept(bench);
	assert_int_equal(outbox_test_mail(bench->engine, 1), 0);
	bench_pass(bench, 2000);
	assert_int_equal(bench_look(bench)->mail->path_state, MAIL_PATH_OK);
	assert_int_equal(bench_event(bench, last_of(bench, EVENT_PATH_UP))->alarm_id,
	    bench_event(bench, last_of(bench, EVENT_PATH_DOWN))->alarm_id);
}

/* ---- too much, too late ---- */

static void
the_sensor_that_causes_most_is_named(void **state)
{
	struct bench *bench = *state;
	const struct record *blocked;
	uint32_t last;

	mail_begin(bench, 9);
	bench_mail_accept(bench);
	for (unsigned i = 1; i <= 9; i++) {
		bench_reads(bench, i, 28000);
		bench_pass(bench, 11000);
	}
	assert_int_equal(bench->mail_count, 6); /* one by one; then the limit */
	assert_true(bench_mail_row(bench, last_of(bench, EVENT_RAISE), "ops")->has_result);
	assert_int_equal(
	    bench_mail_row(bench, last_of(bench, EVENT_RAISE), "ops")->result, RESULT_RATE_LIMITED);
	last = bench_look(bench)->events->last_seq;
	assert_int_equal(last, 11);
	for (uint32_t seq = 2; (blocked = bench_event(bench, seq))->kind != EVENT_RATE_BLOCKED;)
		seq++;
	assert_int_equal(blocked->channel, CHANNEL_MAIL);
	assert_int_equal(bench_row(bench, blocked->seq)->channel, CHANNEL_SNMP);
	bench_pass(bench, 10 * MINUTE);
	assert_int_equal(bench->mail_count, 7);
	mail_assert_subject(bench, 6, "[DIGEST] Prague 1: 3 messages, first [WARNING] s0007 28.0 ");
	bench_pass(bench, 2 * HOUR);
	assert_int_equal(bench_look(bench)->events->last_seq, 11); /* it is told once */
}

static void
a_flush_lifts_the_limit(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 9);
	bench_mail_accept(bench);
	for (unsigned i = 1; i <= 9; i++) {
		bench_reads(bench, i, 28000);
		bench_pass(bench, 11000);
	}
	assert_int_equal(bench->mail_count, 6);
	assert_int_equal(outbox_flush(bench->engine, CHANNEL_MAIL), 0);
	bench_turn(bench);
	bench_turn(bench);
	assert_int_equal(bench->mail_count, 9);
}

static void
a_flood_is_one_digest_at_once(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 40);
	bench_mail_accept(bench);
	bench_reads(bench, 40, 31000);
	bench_pass(bench, 1000);
	assert_int_equal(bench->mail_count, 1);
	assert_int_equal(bench->mails[0]->recipient_count, 2);
	mail_assert_subject(
	    bench, 0, "[DIGEST] Prague 1: 40 messages, first [CRITICAL] s0001 31.0 ");
	bench_reads(bench, 40, 20000);
	bench_pass(bench, 4 * MINUTE);
	assert_int_equal(bench->mail_count, 1);
	bench_pass(bench, MINUTE);
	assert_int_equal(bench->mail_count, 2);
}

/* 500 alarms, of which the seven of the first batch's half stay; the others clear after 20 min. */
static void
alarms_of_six_hours(struct bench *bench)
{
	for (unsigned i = 0; i < 36; i++) {
		unsigned count = i == 35 ? 10 : 14;

		bench_reads_from(bench, 14 * i + 1, count, 31000);
		if (i > 1)
			bench_reads_from(
			    bench, 14 * (i - 2) + (i == 2 ? 8 : 1), i == 2 ? 7 : 14, 20000);
		bench_pass(bench, 10 * MINUTE);
	}
}

static void
check_ends(struct bench *bench, const char *contact)
{
	const struct deliveries *deliveries = bench_look(bench)->deliveries;
	unsigned told = 0;

	for (size_t i = 0; i < deliveries->count; i++) {
		const struct delivery *row = &deliveries->rows[i];

		if (row->channel != CHANNEL_MAIL || strcmp(row->destination, contact) != 0)
			continue;
		assert_true(delivery_is_final(row));
		told +=
		    row->alarm_id >= 1 && row->alarm_id <= 7 && row->state == DELIVERY_DELIVERED;
	}
	assert_int_equal(told, 7); /* once */
}

static void
six_hours_without_a_relay(void **state)
{
	struct bench *bench = *state;
	size_t connections, backlogs = 0;

	mail_begin(bench, 500);
	bench->relay_answers = true;
	bench->relay_result = RESULT_CONNECT_FAILED;
	bench->relay_class = RESULT_TEMPORARY;
	alarms_of_six_hours(bench);
	connections = bench->mail_count;
	assert_in_range(connections, 30, 45);
	bench_mail_accept(bench);
	bench_pass(bench, 6 * HOUR);
	for (size_t i = connections; i < bench->mail_count; i++)
		backlogs += strstr(bench_header(bench, i, "Subject"), "BACKLOG") != NULL;
	assert_int_equal(backlogs, 2); /* one for each contact */
	assert_in_range(bench->mail_count - connections, 4, 30);
	check_ends(bench, "ops");
	check_ends(bench, "boss");
	assert_int_equal(mail_contact(bench, 0)->books.undelivered, 0);
}

/* ---- time ---- */

static struct conf *
escalating_conf(unsigned sensors)
{
	struct conf *conf = mail_conf(sensors);

	conf->contacts[1].escalate_after_s = 1800;
	conf->sensors[0].reminder_s = 14400;
	return conf;
}

static void
the_boss_is_told_of_what_nobody_has_acknowledged(void **state)
{
	struct bench *bench = *state;

	bench->make_conf = escalating_conf;
	mail_begin(bench, 2);
	bench_mail_accept(bench);
	bench_reads(bench, 1, 31000);
	bench_pass(bench, 29 * MINUTE);
	assert_int_equal(bench->mail_count, 1);
	bench_pass(bench, MINUTE);
	assert_int_equal(bench->mail_count, 2);
	assert_string_equal(bench->mails[1]->recipients[0].address, "boss@example.org");
	mail_assert_subject(bench, 1, "[CRITICAL] Prague 1: s0001 31.0 "); /* it is not late */
	bench_pass(bench, 3 * HOUR + 29 * MINUTE);
	assert_int_equal(bench->mail_count, 2);
	bench_pass(bench, MINUTE + 11000);
	assert_int_equal(bench->mail_count, 3);
	mail_assert_subject(bench, 2, "[REMINDER] Prague 1: s0001 31.0 ");
	assert_int_equal(bench->mails[2]->recipient_count, 2);
	mail_restart(bench, 31000);
	bench_pass(bench, 4 * HOUR - MINUTE);
	assert_int_equal(bench->mail_count, 3); /* the time goes on over a restart */
	bench_pass(bench, 2 * MINUTE);
	assert_int_equal(bench->mail_count, 4);
}

static void
a_master_that_is_gone_is_told_by_mail(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_mail_accept(bench);
	bench_up(bench, false);
	bench_pass(bench, 41000);
	assert_int_equal(bench->mail_count, 1);
	mail_assert_subject(bench, 0, "[WARNING] Prague 1: SNMP master agent unreachable");
	assert_string_equal(
	    bench_header(bench, 0, "Subject"), "[WARNING] Prague 1: SNMP master agent unreachable");
	bench_up(bench, true);
	bench_pass(bench, 11000);
	assert_int_equal(bench->mail_count, 2);
	mail_assert_subject(bench, 1, "[CLEAR] Prague 1: SNMP master agent reachable again");
}

static struct conf *
beating_conf(unsigned sensors)
{
	struct conf *conf = mail_conf(sensors);

	conf->contacts[0].wants_heartbeat = true;
	return conf;
}

static void
a_carrier_that_stands_still_is_a_path_that_is_down(void **state)
{
	static const struct {
		enum channel channel;
		enum result result;
		const char *text;
	} cases[] = {
		{ CHANNEL_SNMP, RESULT_MASTER_UNAVAILABLE,
		    "Messages do not get out by snmp: the SNMP master agent cannot be reached: "
		    "the thread that carries them stands still." },
		{ CHANNEL_MAIL, RESULT_INTERNAL_ERROR,
		    "Messages do not get out by mail: the mail helper failed: the thread that "
		    "carries them stands still." },
	};
	struct bench *bench = *state;

	mail_begin(bench, 1);
	bench_reads(bench, 1, 28000);
	bench_mail_accept(bench);
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t last = bench_look(bench)->events->last_seq;

		bench->still = (int)cases[i].channel;
		bench_pass(bench, 29000);
		assert_int_equal(bench_look(bench)->events->last_seq, last);
		bench_pass(bench, 2000);
		assert_int_equal(bench_event(bench, last + 1)->kind, EVENT_PATH_DOWN);
		assert_int_equal(bench_event(bench, last + 1)->channel, cases[i].channel);
		assert_int_equal(bench_event(bench, last + 1)->numbers[1], cases[i].result);
		assert_string_equal(bench_event(bench, last + 1)->detail, cases[i].text);
		bench->still = 0;
		bench_pass(bench, 1000);
		assert_int_equal(bench_event(bench, last + 2)->kind, EVENT_PATH_UP);
	}
}

static void
a_sign_of_life_each_day(void **state)
{
	struct bench *bench = *state;

	bench->make_conf = beating_conf;
	mail_begin(bench, 1);
	bench_mail_accept(bench);
	bench_pass(bench, 24 * HOUR - MINUTE);
	assert_int_equal(bench->mail_count, 0);
	bench_pass(bench, 2 * MINUTE);
	assert_int_equal(bench->mail_count, 1);
	mail_assert_subject(bench, 0, "[OK] Prague 1: alive, no alarm active");
	assert_int_equal(bench->job_count, 0); /* not by SNMP */
	mail_restart(bench, 20000);
	bench_pass(bench, 23 * HOUR);
	assert_int_equal(bench->mail_count, 1);
	bench_pass(bench, HOUR);
	assert_int_equal(bench->mail_count, 2);
}

#define ON_A_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_set_up, bench_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_BENCH(the_next_relay_takes_over_after_a_while_and_gives_back),
		ON_A_BENCH(what_a_relay_refuses_for_good_the_next_is_asked_once),
		ON_A_BENCH(a_wrong_setting_is_told_at_once_and_tried_rarely),
		ON_A_BENCH(while_a_setting_is_wrong_only_what_is_useless_ends),
		ON_A_BENCH(a_wrong_password_is_tried_three_times_then_each_hour),
		ON_A_BENCH(mails_that_a_password_holds_up_together_are_one_try),
		ON_A_BENCH(relays_are_checked_while_nothing_is_sent),
		ON_A_BENCH(relays_are_checked_when_the_configuration_changes),
		ON_A_BENCH(a_check_does_not_try_a_refused_password_more_often),
		ON_A_BENCH(a_check_is_no_proof_against_what_a_mail_was_told),
		ON_A_BENCH(the_sensor_that_causes_most_is_named),
		ON_A_BENCH(a_flush_lifts_the_limit),
		ON_A_BENCH(a_flood_is_one_digest_at_once),
		ON_A_BENCH(six_hours_without_a_relay),
		ON_A_BENCH(the_boss_is_told_of_what_nobody_has_acknowledged),
		ON_A_BENCH(a_master_that_is_gone_is_told_by_mail),
		ON_A_BENCH(a_carrier_that_stands_still_is_a_path_that_is_down),
		ON_A_BENCH(a_sign_of_life_each_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
