/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "core/evaluator.h"
#include "tests/unit/core/alarm_story.h"
#include "tests/unit/unit.h"

/* Each sample decides at once; a bad one is a fault. */
#define SWIFT_KEYS                                                                            \
	"high-warning=10 high-critical=20 deadband=1 on=0 off=0 min-samples=1 stale=1000000 " \
	"fault-count=1 fault-delay=0"
#define SWIFT  "config " SWIFT_KEYS "\n"
#define RAISED "1 raise 1 0 1 0 10 ok>warning limit=10 active\n"

static const struct alarm_story acknowledging[] = {
	{ "an open alarm is acknowledged", SWIFT "sample 0 10 good\nacknowledge 1 1\n",
	    RAISED "2 acknowledge 1 1 1 1 10 warning>warning limit=10 acknowledged\n" },
	{ "once", SWIFT "sample 0 10 good\nacknowledge 1 1\nacknowledge 2 1\n",
	    RAISED "2 acknowledge 1 1 1 1 10 warning>warning limit=10 acknowledged\n"
		   "error: line 4: alarm 1: it cannot take that\n" },
	{ "an escalation un-acknowledges, a deescalation does not",
	    SWIFT "sample 0 10 good\nacknowledge 1 1\nsample 2 20 good\nacknowledge 3 1\n"
		  "sample 4 15 good\n",
	    RAISED "2 acknowledge 1 1 1 1 10 warning>warning limit=10 acknowledged\n"
		   "3 escalate 1 1 2 2 20 warning>critical limit=20 active\n"
		   "4 acknowledge 1 2 2 3 20 critical>critical limit=20 acknowledged\n"
		   "5 deescalate 1 2 1 4 15 critical>warning limit=20 acknowledged\n" },
	{ "it outlives a restart",
	    SWIFT "sample 0 10 good\nacknowledge 1 1\nrestart 2\nsample 3 10 good\n"
		  "acknowledge 4 1\n",
	    RAISED "2 acknowledge 1 1 1 1 10 warning>warning limit=10 acknowledged\n"
		   "error: line 6: alarm 1: it cannot take that\n" },
	{ "a fault alarm, by its own id",
	    SWIFT "sample 0 10 good\nsample 1 - bad\nacknowledge 2 2\nacknowledge 3 1\n",
	    RAISED "2 fault-raise 2 0 0 1 - ok>critical reason=noReply active\n"
		   "3 acknowledge 2 0 0 2 - critical>critical reason=noReply acknowledged\n"
		   "4 acknowledge 1 1 1 3 - warning>warning limit=10 acknowledged\n" },
	{ "no other id", SWIFT "sample 0 10 good\nacknowledge 1 2\n",
	    RAISED "error: line 3: alarm 2: there is none that is open\n" },
	{ "not once it is cleared", SWIFT "sample 0 10 good\nsample 1 0 good\nacknowledge 1 1\n",
	    RAISED "2 clear 1 1 0 1 0 warning>ok limit=10 unlisted\n"
		   "error: line 4: alarm 1: there is none that is open\n" },
	{ "cleared, unacknowledged: listed if that is required",
	    "config " SWIFT_KEYS " ack-required=1\nsample 0 10 good\nsample 1 0 good\n",
	    RAISED "2 clear 1 1 0 1 0 warning>ok limit=10 cleared-unacknowledged\n" },
	{ "acknowledged before: gone",
	    "config " SWIFT_KEYS " ack-required=1\nsample 0 10 good\nacknowledge 0 1\n"
	    "sample 1 0 good\n",
	    RAISED "2 acknowledge 1 1 1 0 10 warning>warning limit=10 acknowledged\n"
		   "3 clear 1 1 0 1 0 warning>ok limit=10 unlisted\n" },
	{ "with latch it stays listed, acknowledged or not",
	    "config " SWIFT_KEYS " latch=1\nsample 0 10 good\nsample 1 0 good\nsample 2 10 good\n"
	    "acknowledge 2 2\nsample 3 0 good\n",
	    RAISED "2 clear 1 1 0 1 0 warning>ok limit=10 latched\n"
		   "3 raise 2 0 1 2 10 ok>warning limit=10 active\n"
		   "4 acknowledge 2 1 1 2 10 warning>warning limit=10 acknowledged\n"
		   "5 clear 2 1 0 3 0 warning>ok limit=10 latched\n" },
	{ "with both it is first to be acknowledged",
	    "config " SWIFT_KEYS " latch=1 ack-required=1\nsample 0 10 good\nsample 1 0 good\n",
	    RAISED "2 clear 1 1 0 1 0 warning>ok limit=10 cleared-unacknowledged\n" },
};

static const struct alarm_story shelving[] = {
	{ "events go on, marked; ends by itself, at that moment; the active one is told again",
	    SWIFT "shelve 0 100\nsample 0 10 good\ntick 99\ntick 100\nsample 101 20 good\n",
	    "1 raise 1 0 1 0 10 ok>warning limit=10 active shelved\n"
	    "2 reannounce 1 1 1 100 10 warning>warning limit=10 active\n"
	    "3 escalate 1 1 2 101 20 warning>critical limit=20 active\n" },
	{ "a sample lets it end first", SWIFT "shelve 0 100\nsample 0 0 good\nsample 100 10 good\n",
	    "1 raise 1 0 1 100 10 ok>warning limit=10 active\n" },
	{ "alarms came and went: one summary",
	    SWIFT "shelve 0 100\nsample 0 10 good\nsample 1 0 good\nsample 2 10 good\n"
		  "sample 3 0 good\ntick 100\n",
	    "1 raise 1 0 1 0 10 ok>warning limit=10 active shelved\n"
	    "2 clear 1 1 0 1 0 warning>ok limit=10 unlisted shelved\n"
	    "3 raise 2 0 1 2 10 ok>warning limit=10 active shelved\n"
	    "4 clear 2 1 0 3 0 warning>ok limit=10 unlisted shelved\n"
	    "5 suppression-summary 2 0 0 100 - ok>ok raised=2 cleared=2\n" },
	{ "one that was told before and cleared meanwhile went, too",
	    SWIFT "sample 0 10 good\nshelve 0 100\nsample 1 0 good\ntick 100\n",
	    RAISED "2 clear 1 1 0 1 0 warning>ok limit=10 unlisted shelved\n"
		   "3 suppression-summary 1 0 0 100 - ok>ok raised=0 cleared=1\n" },
	{ "some went, one is here: both",
	    SWIFT "shelve 0 100\nsample 0 10 good\nsample 1 0 good\nsample 2 20 good\n"
		  "unshelve 50\n",
	    "1 raise 1 0 1 0 10 ok>warning limit=10 active shelved\n"
	    "2 clear 1 1 0 1 0 warning>ok limit=10 unlisted shelved\n"
	    "3 raise 2 0 2 2 20 ok>critical limit=20 active shelved\n"
	    "4 suppression-summary 1 0 0 50 - critical>critical raised=2 cleared=1\n"
	    "5 reannounce 2 2 2 50 20 critical>critical limit=20 active\n" },
	{ "nothing was, nothing is: nothing",
	    SWIFT "shelve 0 100\nsample 1 0 good\nunshelve 50\nunshelve 51\ntick 100\n", "" },
	{ "each active alarm is told again",
	    SWIFT "sample 0 10 good\nshelve 0 100\nsample 1 - bad\ntick 100\n",
	    RAISED "2 fault-raise 2 0 0 1 - ok>critical reason=noReply active shelved\n"
		   "3 reannounce 1 1 1 100 - warning>warning limit=10 active\n"
		   "4 reannounce 2 0 0 100 - critical>critical reason=noReply active\n" },
	{ "it outlives a restart, and what it counted, too",
	    SWIFT "shelve 0 100\nsample 0 10 good\nsample 1 0 good\nrestart 2\n"
		  "sample 3 10 good\ntick 99\ntick 100\n",
	    "1 raise 1 0 1 0 10 ok>warning limit=10 active shelved\n"
	    "2 clear 1 1 0 1 0 warning>ok limit=10 unlisted shelved\n"
	    "3 raise 2 0 1 3 10 ok>warning limit=10 active shelved during-downtime\n"
	    "4 suppression-summary 1 0 0 100 - warning>warning raised=2 cleared=1\n"
	    "5 reannounce 2 1 1 100 10 warning>warning limit=10 active\n" },
	{ "shelved again: the new time holds, counts go on",
	    SWIFT "shelve 0 100\nsample 0 10 good\nsample 1 0 good\nshelve 50 200\ntick 150\n"
		  "tick 200\n",
	    "1 raise 1 0 1 0 10 ok>warning limit=10 active shelved\n"
	    "2 clear 1 1 0 1 0 warning>ok limit=10 unlisted shelved\n"
	    "3 suppression-summary 1 0 0 200 - ok>ok raised=1 cleared=1\n" },
	{ "counts begin anew the next time",
	    SWIFT "shelve 0 100\nsample 0 10 good\nsample 1 0 good\nunshelve 2\nshelve 3 100\n"
		  "unshelve 4\nsample 5 10 good\nshelve 6 100\nsample 7 0 good\nunshelve 8\n",
	    "1 raise 1 0 1 0 10 ok>warning limit=10 active shelved\n"
	    "2 clear 1 1 0 1 0 warning>ok limit=10 unlisted shelved\n"
	    "3 suppression-summary 1 0 0 2 - ok>ok raised=1 cleared=1\n"
	    "4 raise 2 0 1 5 10 ok>warning limit=10 active\n"
	    "5 clear 2 1 0 7 0 warning>ok limit=10 unlisted shelved\n"
	    "6 suppression-summary 2 0 0 8 - ok>ok raised=0 cleared=1\n" },
};

static const struct alarm_story service[] = {
	{ "out of service: zone and limit alarm frozen, no sample counts, no fault comes",
	    SWIFT "sample 0 10 good\ndisable 1\nsample 2 0 good\nsample 3 - bad\ntick 9000000\n"
		  "enable 9000001\nsample 9000002 10 good\n",
	    RAISED "2 reannounce 1 1 1 9000001 - warning>warning limit=10 active\n" },
	{ "what pends is dropped, quality starts anew",
	    "config high-warning=10 deadband=1 on=50 off=0 min-samples=1\nsample 0 10 good\n"
	    "disable 10\nenable 20\nsample 60 10 good\nsample 109 10 good\nsample 110 10 good\n"
	    "tick 30110\ntick 30111\n",
	    "1 raise 1 0 1 110 10 ok>warning limit=10 active\n"
	    "2 fault-raise 2 0 0 30111 - ok>critical reason=stale active\n" },
	{ "the grace of a start holds behind it",
	    SWIFT "sample 0 0 good\ndisable 10\nenable 1000\ntick 61000\ntick 61001\n",
	    "1 fault-raise 1 0 0 61001 - ok>critical reason=stale active\n" },
	{ "an open fault ends with it, and that is still told",
	    SWIFT "sample 0 - bad\ndisable 1\nenable 2\nsample 3 0 good\n",
	    "1 fault-raise 1 0 0 0 - ok>critical reason=noReply active\n"
	    "2 fault-clear 1 0 0 1 - critical>ok reason=noReply unlisted config-change\n" },
	{ "twice is once", SWIFT "sample 0 10 good\ndisable 1\ndisable 2\nenable 3\nenable 4\n",
	    RAISED "2 reannounce 1 1 1 3 - warning>warning limit=10 active\n" },
	{ "it outlives a restart", SWIFT "disable 1\nrestart 2\ntick 90000\nsample 90001 - bad\n",
	    "" },
	{ "a level disabled meanwhile clears what is frozen",
	    SWIFT "sample 0 10 good\ndisable 1\nconfigure 2\nenable 3\n",
	    RAISED "2 clear 1 1 0 2 - warning>ok limit=10 unlisted out-of-service config-change\n"
		   "3 suppression-summary 1 0 0 3 - unknown>unknown raised=0 cleared=1\n" },
	{ "it is over when the last reason is",
	    SWIFT "sample 0 10 good\nshelve 0 100\ndisable 1\ntick 100\nparent-lost 101\n"
		  "enable 102\nparent-back 103\n",
	    RAISED "2 reannounce 1 1 1 103 - warning>warning limit=10 active\n" },
	{ "shown is out of service, then shelved, then by parent",
	    SWIFT "parent-lost 0\nsample 0 10 good\nshelve 1 100\nsample 2 20 good\ndisable 3\n"
		  "configure 4 high-warning=10\nenable 5\nunshelve 6\nconfigure 7\n",
	    "1 raise 1 0 1 0 10 ok>warning limit=10 active by-parent\n"
	    "2 escalate 1 1 2 2 20 warning>critical limit=20 active shelved\n"
	    "3 deescalate 1 2 1 4 - critical>warning limit=20 active out-of-service "
	    "config-change\n"
	    "4 clear 1 1 0 7 - warning>ok limit=10 unlisted by-parent config-change\n" },
};

static const struct alarm_story parents[] = {
	{ "while the bus is lost its alarm stands for all: no fault, and nothing on return",
	    SWIFT "sample 0 0 good\nparent-lost 1\nsample 2 - bad\ntick 2000000\n"
		  "parent-back 2000001\nsample 2000002 0 good\n",
	    "" },
	{ "who stays silent then has its own",
	    SWIFT "sample 0 0 good\nparent-lost 1\nsample 2 - bad\nparent-back 100000\n"
		  "tick 160000\ntick 160001\n",
	    "1 fault-raise 1 0 0 160001 - ok>critical reason=stale active\n" },
	{ "lost since the start: the grace begins when it is back",
	    SWIFT "parent-lost 0\nparent-back 59999\ntick 119999\ntick 120000\n",
	    "1 fault-raise 1 0 0 120000 - ok>critical reason=stale active\n" },
	{ "a fault from before stays, and is told again",
	    SWIFT "sample 0 - bad\nparent-lost 1\nsample 2 - bad\nparent-back 3\n"
		  "sample 4 0 good\n",
	    "1 fault-raise 1 0 0 0 - ok>critical reason=noReply active\n"
	    "2 reannounce 1 0 0 3 - critical>critical reason=noReply active\n"
	    "3 fault-clear 1 0 0 4 0 critical>ok reason=noReply unlisted\n" },
	{ "an active limit alarm is told again",
	    SWIFT "sample 0 10 good\nparent-lost 1\nparent-lost 2\nparent-back 3\n"
		  "parent-back 4\n",
	    RAISED "2 reannounce 1 1 1 3 10 warning>warning limit=10 active\n" },
	{ "faults under it are none of the three",
	    SWIFT "parent-lost 0\nsample 1 - bad\nsample 2 0 good\nsample 3 - bad\n"
		  "sample 4 0 good\nparent-back 5\nsample 6 - bad\nsample 7 0 good\n",
	    "1 fault-raise 1 0 0 6 - ok>critical reason=noReply active\n"
	    "2 fault-clear 1 0 0 7 0 critical>ok reason=noReply unlisted\n" },
	{ "it outlives a restart", SWIFT "parent-lost 0\nrestart 1\nsample 2 - bad\n", "" },
};

static const struct alarm_story removing[] = {
	{ "all that is open clears, and is not listed",
	    "config " SWIFT_KEYS " latch=1 ack-required=1 rate=100\nsample 0 20 good\n"
	    "sample 1 - bad\nremove 2\nremove 3\n",
	    "1 raise 1 0 2 0 20 ok>critical limit=20 active\n"
	    "2 fault-raise 2 0 0 1 - ok>critical reason=noReply active\n"
	    "3 clear 1 2 0 2 - critical>ok limit=20 unlisted config-change\n"
	    "4 fault-clear 2 0 0 2 - critical>ok reason=noReply unlisted config-change\n" },
	{ "nothing open, nothing said", SWIFT "sample 0 0 good\nremove 2\n", "" },
};

static void
an_alarm_is_acknowledged_and_listed(void **state)
{
	(void)state;
	tell_alarm_stories(acknowledging, COUNT(acknowledging), true);
}

static void
a_shelved_sensor_goes_on_unheard(void **state)
{
	(void)state;
	tell_alarm_stories(shelving, COUNT(shelving), true);
}

static void
out_of_service_is_frozen(void **state)
{
	(void)state;
	tell_alarm_stories(service, COUNT(service), true);
}

static void
a_lost_bus_is_one_alarm(void **state)
{
	(void)state;
	tell_alarm_stories(parents, COUNT(parents), true);
}

static void
a_removed_sensor_leaves_no_alarm(void **state)
{
	(void)state;
	tell_alarm_stories(removing, COUNT(removing), true);
}

/* Rule R3 for the alarms that are only listed. */
static void
a_listed_alarm_takes_what_it_can(void **state)
{
	static const struct {
		enum alarm_state from;
		bool is_latching;
		int acknowledge;
		enum alarm_state acknowledged;
		int reset;
	} rows[] = {
		{ ALARM_UNLISTED, false, -EINVAL, ALARM_UNLISTED, -EINVAL },
		{ ALARM_ACTIVE, false, 0, ALARM_ACTIVE_ACKNOWLEDGED, -EINVAL },
		{ ALARM_ACTIVE_ACKNOWLEDGED, false, -EINVAL, ALARM_ACTIVE_ACKNOWLEDGED, -EINVAL },
		{ ALARM_CLEARED_UNACKNOWLEDGED, false, 0, ALARM_UNLISTED, -EINVAL },
		{ ALARM_CLEARED_UNACKNOWLEDGED, true, 0, ALARM_LATCHED, -EINVAL },
		{ ALARM_LATCHED, true, -EINVAL, ALARM_LATCHED, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct alarm alarm = { .state = rows[i].from, .is_latching = rows[i].is_latching };
		struct alarm other = alarm;

		assert_int_equal(alarm_acknowledge(&alarm), rows[i].acknowledge);
		assert_int_equal(alarm.state, rows[i].acknowledged);
		assert_int_equal(alarm_reset(&other), rows[i].reset);
		assert_int_equal(other.state, rows[i].reset == 0 ? ALARM_UNLISTED : rows[i].from);
	}
}

static void
the_peak_is_the_worst_value_since_the_raise(void **state)
{
	struct alarm low = { 0 }, high = { 0 }, rate = { 0 };

	(void)state;
	alarm_raise(&low, ALARM_LIMIT, 1, SEVERITY_WARNING, 0);
	alarm_move(&low, SEVERITY_WARNING, ZONE_LOW_WARNING);
	alarm_raise(&high, ALARM_LIMIT, 2, SEVERITY_WARNING, 0);
	alarm_move(&high, SEVERITY_WARNING, ZONE_HIGH_WARNING);
	alarm_raise(&rate, ALARM_RATE, 3, SEVERITY_WARNING, 0);
	alarm_first_value(&low, 5);
	alarm_first_value(&high, 5);
	alarm_first_value(&rate, 5);
	for (int32_t value = -9; value <= 8; value += 17) {
		alarm_next_value(&low, value);
		alarm_next_value(&high, value);
		alarm_next_value(&rate, value);
	}
	assert_int_equal(low.peak_milli, -9);
	assert_int_equal(high.peak_milli, 8);
	assert_int_equal(rate.peak_milli, -9);
	assert_int_equal(low.value_milli, 8);
}

static void
the_ready_made_severity_knows_the_reading(void **state)
{
	struct evaluator evaluator;

	(void)state;
	evaluator_init(&evaluator, NULL, 0);
	assert_int_equal(evaluator_severity(&evaluator), SEVERITY_UNKNOWN);
	evaluator.kept.limits.is_beyond[LEVEL_HIGH_WARNING] = true;
	assert_int_equal(evaluator_severity(&evaluator), SEVERITY_UNKNOWN);
	sensor_good(&evaluator.quality, 0, 0);
	assert_int_equal(evaluator_severity(&evaluator), SEVERITY_WARNING);
	evaluator.kept.limits.is_beyond[LEVEL_HIGH_CRITICAL] = true;
	assert_int_equal(evaluator_severity(&evaluator), SEVERITY_CRITICAL);
	memset(&evaluator.kept.limits, 0, sizeof(evaluator.kept.limits));
	assert_int_equal(evaluator_severity(&evaluator), SEVERITY_OK);
	alarm_raise(&evaluator.kept.rate_alarm, ALARM_RATE, 1, SEVERITY_WARNING, 0);
	assert_int_equal(evaluator_severity(&evaluator), SEVERITY_WARNING);
}

/* Ages hold over a reboot: what is stored moves into the new clock, later times do not. */
static void
times_move_into_the_clock_of_another_boot(void **state)
{
	struct evaluator_kept kept = {
		.limit_alarm = { .raised_ms = 500 },
		.fault_alarm = { .raised_ms = 1001 },
		.raises = { .count = 2, .at_ms = { 100, 1000 } },
		.faults = { .count = 2, .at_ms = { 200, 1001 } },
		.suppression = { .is_shelved = true, .since_ms = 1000, .until_ms = 9000 },
	};

	(void)state;
	evaluator_shift(&kept, 1000, -700);
	assert_int_equal(kept.limit_alarm.raised_ms, -200);
	assert_int_equal(kept.fault_alarm.raised_ms, 1001);
	assert_int_equal(kept.raises.at_ms[0], -600);
	assert_int_equal(kept.raises.at_ms[1], 300);
	assert_int_equal(kept.faults.at_ms[0], -500);
	assert_int_equal(kept.faults.at_ms[1], 1001);
	assert_int_equal(kept.suppression.since_ms, 300);
	assert_int_equal(kept.suppression.until_ms, 8300);
	evaluator_shift(&kept, 299, -1);
	assert_int_equal(kept.suppression.until_ms, 8300);
}

static void
it_tells_when_time_will_matter(void **state)
{
	struct evaluator_rule rule;
	struct evaluator evaluator;
	struct verdict verdict = { .next_alarm_id = 1 };

	(void)state;
	evaluator_rule_init(&rule);
	evaluator_init(&evaluator, NULL, 0);
	assert_int_equal(evaluator_due_ms(&evaluator, &rule), 60001);
	evaluator_shelve(&evaluator, 50000, 1, &verdict);
	assert_int_equal(evaluator_due_ms(&evaluator, &rule), 50000);
	evaluator_sample(&evaluator, &rule, FAULT_NONE, 0, 2, &verdict);
	assert_int_equal(evaluator_due_ms(&evaluator, &rule), 30003);
	evaluator_set_in_service(&evaluator, &rule, false, 3, &verdict);
	assert_int_equal(evaluator_due_ms(&evaluator, &rule), 50000);
	evaluator_unshelve(&evaluator, 4, &verdict);
	assert_true(evaluator_due_ms(&evaluator, &rule) == INT64_MAX);
}

/* Unlike one without an alarm, which starts afresh. */
static void
a_fault_that_was_told_stays_one_when_the_bus_is_back(void **state)
{
	struct evaluator_rule rule;
	struct evaluator evaluator;
	struct verdict verdict = { .next_alarm_id = 1 };

	(void)state;
	evaluator_rule_init(&rule);
	for (int is_told = 0; is_told < 2; is_told++) {
		evaluator_init(&evaluator, NULL, 0);
		if (is_told)
			evaluator_tick(&evaluator, &rule, 60001, &verdict);
		evaluator_set_parent_lost(&evaluator, true, 60002, &verdict);
		evaluator_tick(&evaluator, &rule, 60003, &verdict);
		assert_int_equal(evaluator.quality.quality, QUALITY_FAULT);
		evaluator_set_parent_lost(&evaluator, false, 60004, &verdict);
		assert_int_equal(
		    evaluator.quality.quality, is_told ? QUALITY_FAULT : QUALITY_UNKNOWN);
	}
}

static void
alarm_ids_wrap_past_zero(void **state)
{
	struct evaluator_rule rule;
	struct evaluator evaluator;
	struct verdict verdict = { .next_alarm_id = UINT32_MAX };

	(void)state;
	evaluator_rule_init(&rule);
	rule.quality.fault_count = 1;
	rule.quality.fault_delay_ms = 0;
	evaluator_init(&evaluator, NULL, 0);
	evaluator_sample(&evaluator, &rule, FAULT_NO_REPLY, 0, 0, &verdict);
	assert_int_equal(verdict.events[0].alarm.id, UINT32_MAX);
	assert_int_equal(verdict.next_alarm_id, 1);
}

static void
the_severity_of_a_fault_can_be_set(void **state)
{
	struct evaluator_rule rule;
	struct evaluator evaluator;
	struct verdict verdict = { .next_alarm_id = 1 };

	(void)state;
	evaluator_rule_init(&rule);
	rule.fault_severity = SEVERITY_WARNING;
	evaluator_init(&evaluator, NULL, 0);
	evaluator_tick(&evaluator, &rule, 60001, &verdict);
	assert_int_equal(verdict.count, 1);
	assert_int_equal(verdict.events[0].severity, SEVERITY_WARNING);
	assert_int_equal(evaluator_severity(&evaluator), SEVERITY_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_alarm_is_acknowledged_and_listed),
		cmocka_unit_test(a_shelved_sensor_goes_on_unheard),
		cmocka_unit_test(out_of_service_is_frozen),
		cmocka_unit_test(a_lost_bus_is_one_alarm),
		cmocka_unit_test(a_removed_sensor_leaves_no_alarm),
		cmocka_unit_test(a_listed_alarm_takes_what_it_can),
		cmocka_unit_test(the_peak_is_the_worst_value_since_the_raise),
		cmocka_unit_test(the_ready_made_severity_knows_the_reading),
		cmocka_unit_test(times_move_into_the_clock_of_another_boot),
		cmocka_unit_test(it_tells_when_time_will_matter),
		cmocka_unit_test(a_fault_that_was_told_stays_one_when_the_bus_is_back),
		cmocka_unit_test(alarm_ids_wrap_past_zero),
		cmocka_unit_test(the_severity_of_a_fault_can_be_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
