/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "snmp/notify.h"
#include "snmp/varbinds.h"
#include "tests/unit/fixture.h"
#include "tests/unit/unit.h"

/*
 * The library's sending is played here: what would have gone to the master lies in sent[], and the
 * test answers.  What the engine would have been told is written down as words.
 */
#define NOT_OPEN 257 /* RFC 2741 §6.2.16 */

static struct {
	netsnmp_pdu *pdu;
	netsnmp_callback callback;
	void *magic;
} sent[64];
static int sent_count;
static bool can_send;
static bool can_tell;
static char told[1024];
static struct delivery_outcome last;
static struct hub *hub;
static struct notify *notify;
static netsnmp_session session;

int
snmp_async_send(netsnmp_session *to, netsnmp_pdu *pdu, netsnmp_callback callback, void *magic)
{
	assert_ptr_equal(to, &session);
	if (!can_send)
		return 0;
	assert_true(sent_count < 64);
	sent[sent_count].pdu = pdu;
	sent[sent_count].callback = callback;
	sent[sent_count].magic = magic;
	return ++sent_count;
}

static void
answer_as(int request, int operation, long error)
{
	netsnmp_pdu response = { .errstat = error };

	sent[request - 1].callback(
	    operation, &session, request, &response, sent[request - 1].magic);
}

static void
answer(int request, long error)
{
	answer_as(request, NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, error);
}

/* "5:done 6:in-doubt down up" */
static void
note(const char *text)
{
	size_t n = strlen(told);

	snprintf(told + n, sizeof(told) - n, "%s%s", n == 0 ? "" : " ", text);
}

static struct notify_job *
job_of(uint32_t delivery)
{
	const struct delivery_job job = {
		.delivery = delivery,
		.record = { .seq = delivery, .kind = EVENT_AGENT_START, .severity = 1 },
	};

	return notify_job_new(notify, &job);
}

static void
take_outcome(void *context, struct delivery_outcome *outcome)
{
	static const char *const classes[] = {
		[RESULT_DONE] = "done",
		[RESULT_TEMPORARY] = "temporary",
		[RESULT_CONFIGURATION] = "configuration",
		[RESULT_PERMANENT] = "permanent",
		[RESULT_IN_DOUBT] = "in-doubt",
	};
	struct notify_job *next = job_of(99);
	char text[32];

	(void)context;
	assert_non_null(next); /* there is a place again */
	notify_job_free(next);
	snprintf(text, sizeof(text), "%u:%s", outcome->delivery, classes[outcome->class]);
	note(text);
	last = *outcome;
	free(outcome);
}

static bool
take_news(void *context, const struct channel_news *news)
{
	(void)context;
	assert_int_equal(news->channel, CHANNEL_SNMP);
	if (can_tell)
		note(news->is_up ? "up" : "down");
	return can_tell;
}

/* What was told since the last time. */
static const char *
hear(void)
{
	static char copy[sizeof(told)];

	memcpy(copy, told, sizeof(copy));
	told[0] = '\0';
	return copy;
}

static void
deliver(uint32_t delivery)
{
	struct notify_job *job = job_of(delivery);

	assert_non_null(job);
	notify_send(notify, job);
}

static int
begin(void **state)
{
	const struct agentx_listener listener = { .outcome = take_outcome, .news = take_news };
	struct conf *conf = fixture_conf("", 1000);
	struct live_agent agent = { .uuid = "123e4567-e89b-12d3-a456-426614174000" };

	(void)state;
	conf_seal(conf);
	assert_int_equal(hub_new(&hub), 0);
	assert_int_equal(hub_publish(hub, conf, hub_take_live(hub, 0, 1), &agent), 0);
	conf_unref(conf);
	notify = notify_new(hub, &listener, "unix:/var/agentx/master");
	assert_non_null(notify);
	can_send = can_tell = true;
	session = (netsnmp_session){ .sessid = 77 };
	hear();
	return 0;
}

static int
begin_with_session(void **state)
{
	begin(state);
	notify_begin(notify, &session);
	notify_step(notify);
	assert_string_equal(hear(), "up");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	notify_free(notify);
	hub_free(hub);
	while (sent_count > 0)
		snmp_free_pdu(sent[--sent_count].pdu);
	return 0;
}

/* ---- answers ---- */

static void
an_answer_without_error_is_delivered(void **state)
{
	(void)state;
	deliver(5);
	deliver(6);
	assert_int_equal(sent_count, 2);
	assert_int_equal(sent[0].pdu->command, 12);
	assert_int_equal(sent[0].pdu->sessid, 77);
	assert_string_equal(hear(), "");
	answer(2, SNMP_ERR_NOERROR);
	assert_string_equal(hear(), "6:done");
	answer(1, SNMP_ERR_NOERROR);
	assert_string_equal(hear(), "5:done");
	assert_int_equal(last.result, RESULT_OK);
	assert_string_equal(last.relay, "unix:/var/agentx/master");
	assert_int_equal(notify_out(notify), 0);
}

static void
an_answer_with_an_error_says_which(void **state)
{
	static const struct {
		long error;
		const char *text;
	} cases[] = {
		{ 256, "the SNMP master agent answers openFailed" },
		{ NOT_OPEN, "the SNMP master agent answers notOpen" },
		{ 268, "the SNMP master agent answers processingError" },
		{ 269, "the SNMP master agent answers an error" },
		{ SNMP_ERR_GENERR, "the SNMP master agent answers an error" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].text);
		deliver(5);
		answer(sent_count, cases[i].error);
		assert_string_equal(hear(), "5:temporary");
		assert_int_equal(last.result, RESULT_MASTER_UNAVAILABLE);
		assert_int_equal(last.code, cases[i].error);
		assert_string_equal(last.text, cases[i].text);
	}
}

static void
no_answer_is_in_doubt(void **state)
{
	static const int operations[] = { NETSNMP_CALLBACK_OP_TIMED_OUT,
		NETSNMP_CALLBACK_OP_SEND_FAILED, NETSNMP_CALLBACK_OP_DISCONNECT };

	(void)state;
	for (size_t i = 0; i < COUNT(operations); i++) {
		deliver(5);
		answer_as(sent_count, operations[i], 0);
		assert_string_equal(hear(), "5:in-doubt");
		assert_int_equal(last.result, RESULT_MASTER_UNAVAILABLE);
	}
}

static void
each_job_is_answered_once(void **state)
{
	(void)state;
	deliver(5);
	answer_as(1, NETSNMP_CALLBACK_OP_RESEND, 0);
	assert_string_equal(hear(), "");
	answer(1, SNMP_ERR_NOERROR);
	answer(1, SNMP_ERR_NOERROR);
	answer_as(1, NETSNMP_CALLBACK_OP_TIMED_OUT, 0);
	assert_string_equal(hear(), "5:done");
}

static void
what_could_not_be_sent_is_not_in_doubt(void **state)
{
	(void)state;
	can_send = false;
	deliver(5);
	assert_string_equal(hear(), "5:temporary");
	assert_int_equal(last.result, RESULT_MASTER_UNAVAILABLE);
	assert_int_equal(notify_out(notify), 0);
}

static void
nobody_hears_of_what_is_not_stored(void **state)
{
	(void)state;
	deliver(0);
	assert_int_equal(sent_count, 1);
	answer(1, SNMP_ERR_NOERROR);
	deliver(0);
	notify_end(notify);
	deliver(0);
	assert_string_equal(hear(), "");
}

/* ---- sessions ---- */

static void
the_end_of_a_session_answers_all_that_is_out_in_order_before_it_is_told(void **state)
{
	(void)state;
	for (uint32_t delivery = 1; delivery <= 4; delivery++)
		deliver(delivery);
	answer(2, SNMP_ERR_NOERROR);
	hear();
	notify_end(notify);
	notify_step(notify);
	assert_string_equal(hear(), "1:in-doubt 3:in-doubt 4:in-doubt down");
	for (int request = 1; request <= 4; request++)
		answer(request, SNMP_ERR_NOERROR);
	notify_step(notify);
	assert_string_equal(hear(), "");
}

static void
without_a_session_nothing_is_sent(void **state)
{
	(void)state;
	notify_step(notify);
	deliver(5);
	assert_string_equal(hear(), "5:temporary");
	notify_begin(notify, &session);
	deliver(6); /* its tables are not registered yet */
	notify_step(notify);
	assert_string_equal(hear(), "6:temporary up");
	deliver(7);
	assert_int_equal(sent_count, 1);
}

static void
a_session_that_follows_in_the_same_turn_is_another_one(void **state)
{
	(void)state;
	deliver(5);
	notify_end(notify);
	notify_begin(notify, &session);
	deliver(6); /* meant for the one before */
	notify_step(notify);
	assert_string_equal(hear(), "5:in-doubt 6:temporary down up");
}

static void
a_session_that_ends_before_it_is_told_never_was(void **state)
{
	(void)state;
	notify_begin(notify, &session);
	notify_end(notify);
	notify_step(notify);
	assert_string_equal(hear(), "");
}

static void
what_could_not_be_told_is_told_again(void **state)
{
	(void)state;
	can_tell = false;
	notify_end(notify);
	notify_step(notify);
	notify_begin(notify, &session);
	notify_step(notify);
	can_tell = true;
	notify_step(notify);
	notify_step(notify);
	assert_string_equal(hear(), "down up");
}

/* ---- how many ---- */

static void
as_many_are_out_as_may_be(void **state)
{
	struct notify_job *job;

	(void)state;
	for (uint32_t delivery = 1; delivery <= NOTIFY_OUT_MAX; delivery++)
		deliver(delivery);
	assert_int_equal(notify_out(notify), NOTIFY_OUT_MAX);
	assert_null(job_of(33));
	answer(7, SNMP_ERR_NOERROR);
	job = job_of(33);
	assert_non_null(job);
	assert_null(job_of(34));
	notify_job_free(job);
	deliver(34);
	hear();
	notify_end(notify);
	assert_non_null(strstr(hear(), "34:in-doubt"));
	job = job_of(35);
	assert_non_null(job);
	notify_job_free(job);
}

/* ---- how long ---- */

/* What it would have if each text were as long as the MIB lets it be. */
static size_t
length_at_most(const netsnmp_pdu *pdu)
{
	static const struct {
		int varbind;
		size_t most;
	} texts[] = { { 5, 64 }, { 11, 16 }, { 12, 128 }, { 13, 255 } };
	netsnmp_pdu copy = *pdu;
	u_char *octets = NULL;
	size_t size = 0, length = 0;
	int n = 0;

	copy.command = SNMP_MSG_INFORM;
	assert_int_equal(snmp_pdu_realloc_rbuild(&octets, &size, &length, &copy), 1);
	free(octets);
	for (netsnmp_variable_list *varbind = pdu->variables; varbind != NULL;
	     varbind = varbind->next_variable, n++)
		for (size_t i = 0; i < COUNT(texts); i++) {
			if (texts[i].varbind != n)
				continue;
			assert_int_equal(varbind->type, ASN_OCTET_STR);
			assert_in_range(varbind->val_len, 0, texts[i].most);
			length += texts[i].most - varbind->val_len + 4; /* longer lengths, too */
		}
	assert_int_equal(n, VARBINDS_MAX);
	return length;
}

/* In an SNMPv3 message with authentication and privacy, over IPv6. */
static void
the_longest_is_below_1400_octets(void **state)
{
	const size_t around = 17             /* sysUpTime */
	                      + 4 + 3 + 20   /* message, version, global header */
	                      + 4 + 4        /* security parameters: */
	                      + 34 + 6 + 6   /* engine, boots, time, */
	                      + 34 + 50 + 10 /* user, authentication (SHA-512), privacy */
	                      + 4 + 4 + 34   /* scoped PDU: context engine, no context */
	                      + 40 + 8;
	struct delivery_job job = {
		.delivery = 1,
		.record = { .seq = UINT32_MAX,
		    .alarm_id = UINT32_MAX,
		    .sensor = UINT32_MAX,
		    .numbers = { UINT32_MAX, UINT32_MAX },
		    .value_milli = INT32_MIN,
		    .limit_milli = INT32_MIN,
		    .sensor_value_milli = INT32_MIN,
		    .severity = SEVERITY_CRITICAL,
		    .previous_severity = SEVERITY_CRITICAL,
		    .alarm_kind = ALARM_RATE,
		    .from = ZONE_LOW_CRITICAL,
		    .to = ZONE_HIGH_CRITICAL,
		    .reason = FAULT_OUT_OF_RANGE,
		    .has_value = true,
		    .has_limit = true,
		    .sensor_severity = SEVERITY_CRITICAL,
		    .has_sensor_value = true },
	};
	size_t longest = 0;

	(void)state;
	memset(job.record.source, 'x', sizeof(job.record.source) - 1);
	for (uint8_t kind = EVENT_RAISE; kind <= EVENT_RESET; kind++) {
		for (uint8_t quantity = 1; quantity <= QUANTITY_LEVEL; quantity++) {
			size_t length;

			job.record.kind = kind;
			job.record.quantity = quantity;
			notify_send(notify, notify_job_new(notify, &job));
			assert_int_equal(sent_count, 1);
			length = length_at_most(sent[0].pdu);
			longest = length > longest ? length : longest;
			answer(1, SNMP_ERR_NOERROR);
			snmp_free_pdu(sent[--sent_count].pdu);
		}
	}
	print_message("at most %zu octets\n", longest + around);
	assert_in_range(longest + around, 1000, 1399);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    an_answer_without_error_is_delivered, begin_with_session, end),
		cmocka_unit_test_setup_teardown(
		    an_answer_with_an_error_says_which, begin_with_session, end),
		cmocka_unit_test_setup_teardown(no_answer_is_in_doubt, begin_with_session, end),
		cmocka_unit_test_setup_teardown(each_job_is_answered_once, begin_with_session, end),
		cmocka_unit_test_setup_teardown(
		    what_could_not_be_sent_is_not_in_doubt, begin_with_session, end),
		cmocka_unit_test_setup_teardown(
		    nobody_hears_of_what_is_not_stored, begin_with_session, end),
		cmocka_unit_test_setup_teardown(
		    the_end_of_a_session_answers_all_that_is_out_in_order_before_it_is_told,
		    begin_with_session, end),
		cmocka_unit_test_setup_teardown(without_a_session_nothing_is_sent, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_session_that_follows_in_the_same_turn_is_another_one, begin_with_session,
		    end),
		cmocka_unit_test_setup_teardown(
		    a_session_that_ends_before_it_is_told_never_was, begin, end),
		cmocka_unit_test_setup_teardown(
		    what_could_not_be_told_is_told_again, begin_with_session, end),
		cmocka_unit_test_setup_teardown(as_many_are_out_as_may_be, begin_with_session, end),
		cmocka_unit_test_setup_teardown(
		    the_longest_is_below_1400_octets, begin_with_session, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
