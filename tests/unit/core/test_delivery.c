/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "core/delivery.h"
#include "core/route.h"
#include "tests/unit/unit.h"

/* The numbers are those of the MIB: 1 delivered, 2 held, 3 ready, 4 sending, 5 in doubt, 6
 * deferred, 7 superseded, 8 expired, 9 failed; 0: not taken. */
static const uint8_t after[10][DELIVERY_INPUT_COUNT] = {
	/*       block release pick over back accept now refuse misc. lose crash merge expire evict
	 */
	[1] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	[2] = { 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9 },
	[3] = { 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9 },
	[4] = { 0, 0, 0, 5, 3, 1, 6, 9, 2, 6, 3, 0, 0, 0 },
	[5] = { 0, 0, 0, 0, 3, 1, 6, 9, 2, 6, 6, 0, 0, 0 },
	[6] = { 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9 },
	[7] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	[8] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	[9] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
};

static void
moves_by_the_table(void **state)
{
	(void)state;
	for (uint8_t from = 1; from <= 9; from++) {
		for (int input = 0; input < DELIVERY_INPUT_COUNT; input++) {
			struct delivery delivery = { .state = from, .attempts = 1 };
			uint8_t to = after[from][input];
			int r = delivery_apply(&delivery, (enum delivery_input)input);

			assert_int_equal(r, to == 0 ? -EINVAL : 0);
			assert_int_equal(delivery.state, to == 0 ? from : to);
		}
	}
}

static void
ends_once(void **state)
{
	(void)state;
	for (uint8_t at = 1; at <= 9; at++) {
		struct delivery delivery = { .state = at };
		bool can_move = false;

		for (int input = 0; input < DELIVERY_INPUT_COUNT; input++)
			can_move |= after[at][input] != 0;
		assert_int_equal(delivery_is_final(&delivery), !can_move);
		assert_int_equal(delivery_is_waiting(&delivery), at == 2 || at == 3 || at == 6);
		assert_int_equal(delivery_is_under_way(&delivery), at == 4 || at == 5);
	}
}

/* What a row goes through, and what it counts. */
static void
counts_attempts_failures_and_doubts(void **state)
{
	static const struct {
		const char *what;
		enum delivery_input input;
		uint32_t attempts, failures, in_doubt;
	} steps[] = {
		{ "the channel is blocked", DELIVERY_BLOCK, 0, 0, 0 },
		{ "and works", DELIVERY_RELEASE, 0, 0, 0 },
		{ "an attempt", DELIVERY_PICK, 1, 0, 0 },
		{ "not begun after all", DELIVERY_TAKE_BACK, 0, 0, 0 },
		{ "an attempt", DELIVERY_PICK, 1, 0, 0 },
		{ "refused before it was in doubt", DELIVERY_REFUSE_NOW, 1, 1, 0 },
		{ "its time has come", DELIVERY_RELEASE, 1, 1, 0 },
		{ "the second", DELIVERY_PICK, 2, 1, 0 },
		{ "is handed over", DELIVERY_HAND_OVER, 2, 1, 0 },
		{ "and refused: no doubt", DELIVERY_REFUSE_NOW, 2, 2, 0 },
		{ "again", DELIVERY_RELEASE, 2, 2, 0 },
		{ "the third", DELIVERY_PICK, 3, 2, 0 },
		{ "lost before it was in doubt", DELIVERY_LOSE, 3, 3, 0 },
		{ "again", DELIVERY_RELEASE, 3, 3, 0 },
		{ "the fourth", DELIVERY_PICK, 4, 3, 0 },
		{ "a crash before it is in doubt: as if never begun", DELIVERY_CRASH, 4, 3, 0 },
		{ "the fifth", DELIVERY_PICK, 5, 3, 0 },
		{ "is handed over", DELIVERY_HAND_OVER, 5, 3, 0 },
		{ "and lost", DELIVERY_LOSE, 5, 4, 1 },
		{ "again", DELIVERY_RELEASE, 5, 4, 1 },
		{ "the sixth", DELIVERY_PICK, 6, 4, 1 },
		{ "is handed over", DELIVERY_HAND_OVER, 6, 4, 1 },
		{ "a crash", DELIVERY_CRASH, 6, 5, 2 },
		{ "again", DELIVERY_RELEASE, 6, 5, 2 },
		{ "the seventh", DELIVERY_PICK, 7, 5, 2 },
		{ "is handed over", DELIVERY_HAND_OVER, 7, 5, 2 },
		{ "and taken", DELIVERY_ACCEPT, 7, 5, 2 },
	};
	struct delivery delivery = { .state = DELIVERY_READY };

	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++) {
		assert_int_equal(delivery_apply(&delivery, steps[i].input), 0);
		if (delivery.attempts != steps[i].attempts ||
		    delivery.failures != steps[i].failures ||
		    delivery.in_doubt != steps[i].in_doubt)
			fail_msg("%s: %u, %u, %u", steps[i].what, delivery.attempts,
			    delivery.failures, delivery.in_doubt);
	}
	assert_int_equal(delivery.state, DELIVERY_DELIVERED);
}

static void
each_class_of_result_is_an_input(void **state)
{
	(void)state;
	assert_int_equal(delivery_input_of(RESULT_DONE), DELIVERY_ACCEPT);
	assert_int_equal(delivery_input_of(RESULT_TEMPORARY), DELIVERY_REFUSE_NOW);
	assert_int_equal(delivery_input_of(RESULT_CONFIGURATION), DELIVERY_MISCONFIGURED);
	assert_int_equal(delivery_input_of(RESULT_PERMANENT), DELIVERY_REFUSE);
	assert_int_equal(delivery_input_of(RESULT_IN_DOUBT), DELIVERY_LOSE);
}

static void
events_have_their_worth_and_their_time(void **state)
{
	static const struct {
		enum event_kind kind;
		enum severity severity;
		enum delivery_class class;
		int64_t useful_ms;
	} cases[] = {
		{ EVENT_RAISE, SEVERITY_CRITICAL, DELIVERY_CRITICAL, 5 },
		{ EVENT_RAISE, SEVERITY_WARNING, DELIVERY_WARNING, 5 },
		{ EVENT_ESCALATE, SEVERITY_CRITICAL, DELIVERY_CRITICAL, 5 },
		{ EVENT_BUS_RAISE, SEVERITY_CRITICAL, DELIVERY_CRITICAL, 5 },
		{ EVENT_FAULT_RAISE, SEVERITY_UNKNOWN, DELIVERY_WARNING, 5 },
		{ EVENT_RATE_RAISE, SEVERITY_WARNING, DELIVERY_WARNING, 5 },
		{ EVENT_REANNOUNCE, SEVERITY_CRITICAL, DELIVERY_CRITICAL, 5 },
		{ EVENT_CLEAR, SEVERITY_OK, DELIVERY_CLEAR, 5 },
		{ EVENT_DEESCALATE, SEVERITY_WARNING, DELIVERY_NOTE, 5 },
		{ EVENT_REMINDER, SEVERITY_CRITICAL, DELIVERY_NOTE, 6 },
		{ EVENT_AGENT_START, SEVERITY_OK, DELIVERY_NOTE, 5 },
		{ EVENT_TEST, SEVERITY_OK, DELIVERY_LOW, 7 },
		{ EVENT_HEARTBEAT, SEVERITY_OK, DELIVERY_LOW, 7 },
	};
	static const struct delivery_useful useful = { 5, 6, 7 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(
		    delivery_class_of(cases[i].kind, cases[i].severity), cases[i].class);
		assert_int_equal(delivery_useful_ms(cases[i].kind, &useful), cases[i].useful_ms);
	}
}

static void
only_a_raise_of_an_active_alarm_does_not_expire(void **state)
{
	static const struct {
		enum event_kind kind;
		bool is_active;
		bool is_too_old;
	} cases[] = {
		{ EVENT_RAISE, true, false },
		{ EVENT_RAISE, false, true },
		{ EVENT_ESCALATE, true, false },
		{ EVENT_FAULT_RAISE, true, false },
		{ EVENT_BUS_RAISE, true, false },
		{ EVENT_DEESCALATE, true, true },
		{ EVENT_CHATTER, true, true },
		{ EVENT_CLEAR, false, true },
		{ EVENT_HEARTBEAT, false, true },
	};
	const struct delivery delivery = { .useful_until_ms = 1000 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_false(
		    delivery_is_too_old(&delivery, cases[i].kind, cases[i].is_active, 999));
		assert_int_equal(
		    delivery_is_too_old(&delivery, cases[i].kind, cases[i].is_active, 1000),
		    cases[i].is_too_old);
	}
}

static void
nobody_is_told_of_what_is_suppressed_or_has_no_notification(void **state)
{
	static const struct {
		const char *what;
		struct record record;
		bool snmp, mail;
	} cases[] = {
		{ "a raise", { .kind = EVENT_RAISE, .suppression = SUPPRESSION_NONE }, true, true },
		{ "a raise while shelved",
		    { .kind = EVENT_RAISE, .suppression = SUPPRESSION_SHELVED }, false, false },
		{ "an acknowledgement",
		    { .kind = EVENT_ACKNOWLEDGE, .suppression = SUPPRESSION_NONE }, false, false },
		{ "a reset", { .kind = EVENT_RESET, .suppression = SUPPRESSION_NONE }, false,
		    false },
		{ "another configuration",
		    { .kind = EVENT_CONFIG_CHANGE, .suppression = SUPPRESSION_NONE }, false,
		    false },
		{ "the master is gone",
		    { .kind = EVENT_PATH_DOWN, .suppression = SUPPRESSION_NONE, .channel = 1 },
		    false, true },
		{ "mails are lost",
		    { .kind = EVENT_DELIVERY_FAILED,
			.suppression = SUPPRESSION_NONE,
			.channel = 2 },
		    true, false },
		{ "the disk is full",
		    { .kind = EVENT_STORAGE_TROUBLE, .suppression = SUPPRESSION_NONE }, true,
		    true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (route_is_told(&cases[i].record, 1) != cases[i].snmp ||
		    route_is_told(&cases[i].record, 2) != cases[i].mail)
			fail_msg("%s", cases[i].what);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves_by_the_table),
		cmocka_unit_test(ends_once),
		cmocka_unit_test(counts_attempts_failures_and_doubts),
		cmocka_unit_test(each_class_of_result_is_an_input),
		cmocka_unit_test(events_have_their_worth_and_their_time),
		cmocka_unit_test(only_a_raise_of_an_active_alarm_does_not_expire),
		cmocka_unit_test(nobody_is_told_of_what_is_suppressed_or_has_no_notification),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
