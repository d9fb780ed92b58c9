/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "core/text.h"
#include "engine/outbox.h"
#include "tests/unit/engine/mail_bench.h"
#include "tests/unit/unit.h"

/* Channel mail: how much of it one contact gets, also from a daemon that is started again and
 * again. */

/* The first `raised` sensors are as they were, too warm. */
static void
restart(struct bench *bench, unsigned raised)
{
	bench_restart(bench);
	bench_up(bench, true);
	bench_mailer(bench, true);
	bench_reads_from(bench, 1, raised, 28000);
	bench_reads_from(bench, raised + 1, bench->sensors - raised, 20000);
}

/* Of one sensor after the other, each beyond the group of the one before. */
static void
raise_each(struct bench *bench, unsigned first, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		bench_reads_from(bench, first + i, 1, 28000);
		bench_pass(bench, 11000);
	}
}

static unsigned
told_limits(struct bench *bench)
{
	const struct event_view *view = bench_look(bench)->events;
	unsigned count = 0;

	for (uint32_t seq = view->first_seq; seq <= view->last_seq; seq++)
		count += bench_event(bench, seq)->kind == EVENT_RATE_BLOCKED;
	return count;
}

static void
a_restart_does_not_begin_the_limit_anew(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 12);
	bench_mail_accept(bench);
	raise_each(bench, 1, 7);
	assert_int_equal(bench->mail_count, 6);
	assert_int_equal(told_limits(bench), 1);
	for (unsigned i = 0; i < 3; i++) {
		restart(bench, 7 + i);
		raise_each(bench, 8 + i, 1);
	}
	assert_int_equal(bench->mail_count, 6);
	assert_int_equal(told_limits(bench), 1); /* it is still the same limit */
	bench_pass(bench, 10 * MINUTE);
	assert_int_equal(bench->mail_count, 7);
	mail_assert_subject(bench, 6, "[DIGEST] Prague 1: 4 messages, first [WARNING] s0007 28.0 ");
}

static size_t
count_names(struct bench *bench)
{
	size_t count = 0;

	for (size_t i = 0; i < bench->mail_count; i++) {
		char name[256];
		bool is_new = true;

		text_copy(name, sizeof(name), bench_header(bench, i, "Message-ID"));
		for (size_t n = 0; n < i && is_new; n++)
			is_new = strcmp(bench_header(bench, n, "Message-ID"), name) != 0;
		count += is_new;
	}
	return count;
}

/* Killed each time between the final dot and its answer, which is the worst moment. */
static void
a_loop_of_crashes_sends_no_more_than_the_limits_allow(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 30);
	for (unsigned i = 1; i < 30; i++) {
		size_t before = bench->mail_count;

		bench_reads_from(bench, i, 1, 28000);
		bench_pass(bench, 11000);
		if (bench->mail_count > before)
			assert_int_equal(bench_mail_go(bench), 0);
		restart(bench, i);
		bench_mail_accept(bench); /* what is in doubt goes once more */
		bench_pass(bench, 20000);
		bench->relay_answers = false;
	}
	assert_in_range(count_names(bench), 7, 8); /* six, and one after 10 min */
}

static void
a_flood_goes_on_over_a_restart(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 40);
	bench_mail_accept(bench);
	bench_reads(bench, 20, 28000);
	bench_pass(bench, 1000);
	assert_int_equal(bench->mail_count, 1);
	mail_assert_subject(bench, 0, "[DIGEST] Prague 1: 20 messages, first [WARNING] s0001 ");
	restart(bench, 20);
	raise_each(bench, 21, 4);
	assert_int_equal(bench->mail_count, 1);
	restart(bench, 24);
	bench_pass(bench, 4 * MINUTE + 20000);
	assert_int_equal(bench->mail_count, 2);
	mail_assert_subject(bench, 1, "[DIGEST] Prague 1: 4 messages, first [WARNING] s0021 ");
}

static void
a_flood_is_stored_with_its_alarms(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 20);
	bench_reads(bench, 20, 28000);
	bench_pass(bench, 1000);
	restart(bench, 20);
	bench_mail_accept(bench);
	bench_pass(bench, 1000); /* no group is waited for */
	assert_int_equal(bench->mail_count, 2);
	mail_assert_subject(bench, 1, "[DIGEST] Prague 1: 20 messages, first [WARNING] s0001 ");
}

static void
what_is_critical_passes_a_flood_and_its_digest(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 40);
	bench_mail_accept(bench);
	bench_reads(bench, 20, 28000);
	bench_pass(bench, 1000);
	assert_int_equal(bench->mail_count, 1);
	bench_reads_from(bench, 30, 5, 28000);
	bench_reads_from(bench, 21, 2, 31000);
	bench_pass(bench, 11000);
	assert_int_equal(bench->mail_count, 2); /* both in one mail, to both contacts */
	assert_int_equal(bench->mails[1]->recipient_count, 2);
	mail_assert_subject(bench, 1, "[CRITICAL] Prague 1: s0021 31.0 ");
	assert_int_equal(told_limits(bench), 1); /* the others wait */
	bench_pass(bench, 4 * MINUTE + 50000);
	assert_int_equal(bench->mail_count, 3);
	mail_assert_subject(bench, 2, "[DIGEST] Prague 1: 5 messages, first [WARNING] s0030 ");
}

static struct conf *
few_a_day(unsigned sensors)
{
	struct conf *conf = mail_conf(sensors);

	conf->limiter.per_day = 2;
	return conf;
}

static void
a_limit_is_lifted_when_nothing_is_held_back_for_an_hour(void **state)
{
	struct bench *bench = *state;

	bench->make_conf = few_a_day;
	mail_begin(bench, 6);
	bench_mail_accept(bench);
	raise_each(bench, 1, 3);
	assert_int_equal(bench->mail_count, 2);
	assert_int_equal(told_limits(bench), 1);
	mail_assert_subject(bench, 1, "[WARNING] Prague 1: s0002 28.0 ");
	bench_pass(bench, 20 * HOUR); /* it is held back all the time */
	restart(bench, 3);
	bench_pass(bench, 2 * HOUR);
	assert_int_equal(bench->mail_count, 2);
	assert_int_equal(told_limits(bench), 1);
	bench_pass(bench, 3 * HOUR);
	assert_int_equal(bench->mail_count, 3);
	mail_assert_subject(bench, 2, "[DELAYED 1d] [WARNING] Prague 1: s0003 28.0 ");
	bench_pass(bench, HOUR);
	raise_each(bench, 4, 1);
	assert_int_equal(bench->mail_count, 4);
	raise_each(bench, 5, 1);
	assert_int_equal(bench->mail_count, 4);
	assert_int_equal(told_limits(bench), 2); /* an hour later it is another one */
}

static void
a_flush_lifts_it_for_good(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 14);
	bench_mail_accept(bench);
	raise_each(bench, 1, 7);
	assert_int_equal(bench->mail_count, 6);
	bench->relay_answers = false;
	assert_int_equal(outbox_flush(bench->engine, CHANNEL_MAIL), 0);
	bench_turn(bench);
	assert_int_equal(bench->mail_count, 7);
	restart(bench, 7);
	bench_mail_accept(bench);
	raise_each(bench, 8, 5);
	assert_int_equal(bench->mail_count, 13); /* the seventh once more */
	assert_int_equal(told_limits(bench), 1);
	raise_each(bench, 13, 1);
	assert_int_equal(told_limits(bench), 2);
}

/* ---- another name ---- */

static struct conf *
renamed_conf(unsigned sensors)
{
	struct conf *conf = mail_conf(sensors);

	text_copy(conf->contacts[0].name, sizeof(conf->contacts[0].name), "night");
	return conf;
}

/* The answer finds nobody of the name that its mail went to; the next mail is none too many. */
static void
a_contact_that_is_renamed_meanwhile_still_gets_digests(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 41);
	bench_reads_from(bench, 41, 1, 28000);
	bench_pass(bench, 11000);
	assert_int_equal(bench->mail_count, 1);
	bench_configure(bench, renamed_conf(41));
	bench_pass(bench, 1000);
	bench_mail_accept(bench);
	bench_reads(bench, 40, 28000);
	bench_pass(bench, 10 * MINUTE);
	assert_int_equal(bench->mail_count, 2);
	mail_assert_subject(bench, 1, "[DIGEST] Prague 1: 40 messages, ");
}

/* "ops" as "boss", and "boss" as "ops". */
static struct conf *
exchanged_conf(unsigned sensors)
{
	struct conf *conf = mail_conf(sensors);

	text_copy(conf->contacts[0].name, sizeof(conf->contacts[0].name), "boss");
	text_copy(conf->contacts[1].name, sizeof(conf->contacts[1].name), "ops");
	return conf;
}

/* What waits for it, and that it was told of an alarm, is not lost with its old name. */
static void
what_a_contact_has_and_knows_goes_with_it_to_another_name(void **state)
{
	static struct conf *(*const makes[])(
	    unsigned sensors) = { renamed_conf, exchanged_conf, mail_conf };
	struct bench *bench = *state;
	unsigned sensor;

	mail_begin(bench, 4);
	for (sensor = 1; sensor <= 3; sensor++) {
		bench->relay_answers = true;
		bench->relay_result = RESULT_DATA_REJECTED;
		bench->relay_class = RESULT_TEMPORARY;
		bench_reads_from(bench, sensor, 1, 28000); /* for "ops" alone, as it was */
		bench_pass(bench, MINUTE);
		bench_configure(bench, makes[sensor - 1](4));
		bench_pass(bench, 2000);
		bench_mail_accept(bench);
		bench_pass(bench, MINUTE);
		mail_assert_subject(bench, bench->mail_count - 1, "[WARNING] Prague 1: s000");
		assert_string_equal(
		    bench->mails[bench->mail_count - 1]->recipients[0].address, "ops@example.org");
		assert_int_equal(mail_contact(bench, 0)->books.sent, 2 * sensor - 1);
		bench_configure(bench, makes[sensor % 3](4)); /* between an alarm and its end */
		bench_reads_from(bench, sensor, 1, 20000);
		bench_pass(bench, MINUTE);
		assert_int_equal(mail_contact(bench, 0)->books.sent, 2 * sensor);
	}
	assert_int_equal(mail_contact(bench, 1)->books.sent, 0);
}

/* So it does over a restart: also if the event of a mail is told to both. */
static void
another_name_is_stored(void **state)
{
	static struct conf *(*const makes[])(unsigned sensors) = { renamed_conf, exchanged_conf };
	struct bench *bench = *state;

	mail_begin(bench, 2);
	for (unsigned i = 0; i < 2; i++) {
		size_t before = bench->mail_count;

		bench_reads_from(bench, i + 1, 1, 31000); /* critical */
		bench->make_conf = makes[i];
		bench_configure(bench, makes[i](2));
		mail_restart(bench, 31000);
		bench_mail_accept(bench);
		bench_pass(bench, 11000);
		assert_int_equal(bench->mail_count, before + 1);
		assert_int_equal(bench->mails[before]->recipient_count, 2);
		bench->relay_answers = false;
	}
}

static struct conf *
small_conf(unsigned sensors)
{
	struct conf *conf = mail_conf(sensors);

	conf->delivery.maximum = 10;
	return conf;
}

/* What waits for a relay that takes nothing is no reason not to tell the master, which works. */
static void
a_queue_full_of_mails_holds_up_no_notification(void **state)
{
	struct bench *bench = *state;

	bench->make_conf = small_conf;
	mail_begin(bench, 30);
	for (unsigned i = 1; i <= 30; i++) {
		bench_reads_from(bench, i, 1, 31000); /* to both contacts */
		bench_accept_all(bench);
	}
	bench_reads(bench, 20, 20000); /* at once, and worth less than what waits */
	bench_accept_all(bench);
	assert_true(bench_look(bench)->deliveries->channels[1].books.failed > 0); /* it is full */
	assert_int_equal(bench_channel(bench)->pending, 0);
	assert_int_equal(bench_channel(bench)->books.failed, 0);
	assert_int_equal(
	    bench_channel(bench)->books.delivered, bench_channel(bench)->books.accepted);
	bench_assert_books(bench);
}

/* "ops" is gone, and "boss" takes over its name. */
static struct conf *
heir_conf(unsigned sensors)
{
	struct conf *conf = mail_conf(sensors);

	conf->contacts[0] = conf->contacts[1];
	conf->contact_count = 1;
	text_copy(conf->contacts[0].name, sizeof(conf->contacts[0].name), "ops");
	return conf;
}

static void
a_name_that_was_another_contacts_can_be_stored(void **state)
{
	struct bench *bench = *state;

	mail_begin(bench, 4);
	bench_mail_accept(bench);
	bench_reads_from(bench, 1, 1, 31000); /* both are told */
	bench_pass(bench, 11000);
	bench->relay_answers = false;
	bench_reads_from(bench, 2, 2, 31000); /* both are being told, of two alarms */
	bench_pass(bench, 11000);
	bench_reads_from(bench, 4, 1, 31000); /* both are to be told */
	bench->make_conf = heir_conf;
	bench_configure(bench, heir_conf(4));
	bench_pass(bench, 2000);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
	bench_mail_accept(bench);
	bench_pass(bench, 11000);
	assert_int_equal(bench->mail_count, 3);
	assert_int_equal(bench->mails[2]->recipient_count, 1);
	assert_int_equal(bench_look(bench)->deliveries->channels[1].pending, 0);
	mail_restart(bench, 31000);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
}

#define ON_A_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_set_up, bench_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_BENCH(a_restart_does_not_begin_the_limit_anew),
		ON_A_BENCH(a_loop_of_crashes_sends_no_more_than_the_limits_allow),
		ON_A_BENCH(a_flood_goes_on_over_a_restart),
		ON_A_BENCH(a_flood_is_stored_with_its_alarms),
		ON_A_BENCH(what_is_critical_passes_a_flood_and_its_digest),
		ON_A_BENCH(a_limit_is_lifted_when_nothing_is_held_back_for_an_hour),
		ON_A_BENCH(a_flush_lifts_it_for_good),
		ON_A_BENCH(a_contact_that_is_renamed_meanwhile_still_gets_digests),
		ON_A_BENCH(what_a_contact_has_and_knows_goes_with_it_to_another_name),
		ON_A_BENCH(another_name_is_stored),
		ON_A_BENCH(a_name_that_was_another_contacts_can_be_stored),
		ON_A_BENCH(a_queue_full_of_mails_holds_up_no_notification),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
