/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/core/alarm_story.h"
#include "tests/unit/unit.h"

/* One bad sample is a fault; stale after 20 min, so that only they are. */
#define BRISK "config fault-count=1 fault-delay=0 stale=1200000\n"

static const struct alarm_story faults[] = {
	{ "no sample at all: the grace of a start, then stale",
	    "config\ntick 0\ntick 60000\ntick 60001\ntick 90000\n",
	    "1 fault-raise 1 0 0 60001 - ok>critical reason=stale active\n" },
	{ "the grace begins at the first command, whenever that is",
	    "tick 500000\ntick 560000\ntick 560001\n",
	    "1 fault-raise 1 0 0 560001 - ok>critical reason=stale active\n" },
	{ "the grace of a slow bus is three rounds",
	    "config poll=30000\ntick 0\ntick 90000\ntick 90001\n",
	    "1 fault-raise 1 0 0 90001 - ok>critical reason=stale active\n" },
	{ "at the start stale does not hold", "config stale=1000\ntick 0\ntick 60000\ntick 60001\n",
	    "1 fault-raise 1 0 0 60001 - ok>critical reason=stale active\n" },
	{ "stale: three rounds, at least 30 s", "sample 0 1 good\ntick 30000\ntick 30001\n",
	    "1 fault-raise 1 0 0 30001 - ok>critical reason=stale active\n" },
	{ "stale of a slow bus",
	    "config poll=20000 stale=0\nsample 0 1 good\ntick 60000\ntick 60001\n",
	    "1 fault-raise 1 0 0 60001 - ok>critical reason=stale active\n" },
	{ "a good sample after a silent gap: fault-raise, then fault-clear",
	    "sample 0 1 good\nsample 30001 2 good\n",
	    "1 fault-raise 1 0 0 30001 - ok>critical reason=stale active\n"
	    "2 fault-clear 1 0 0 30001 2 critical>ok reason=stale unlisted\n" },
	{ "the reason of a timer is that of the last bad sample",
	    "config stale=5000\nsample 0 1 good\nsample 1000 0 bad\ntick 5001\n",
	    "1 fault-raise 1 0 0 5001 - ok>critical reason=noReply active\n" },
	{ "so many bad samples that span the delay",
	    "config stale=60000\nsample 0 1 good\nsample 1000 - bad\nsample 2000 - bad\n"
	    "sample 10999 - bad\nsample 11000 - bad\nsample 20000 - bad\nsample 21000 5 good\n",
	    "1 fault-raise 1 0 0 11000 - ok>critical reason=noReply active\n"
	    "2 fault-clear 1 0 0 21000 5 critical>ok reason=noReply unlisted\n" },
	{ "not fewer, however long",
	    "config stale=60000\nsample 0 1 good\nsample 1000 - bad\nsample 50000 - bad\n"
	    "sample 50001 - bad\n",
	    "1 fault-raise 1 0 0 50001 - ok>critical reason=noReply active\n" },
	{ "a good one between starts the count and the span again",
	    "config stale=60000\nsample 0 1 good\nsample 1000 - bad\nsample 2000 - bad\n"
	    "sample 3000 1 good\nsample 11000 - bad\nsample 12000 - bad\nsample 20999 - bad\n"
	    "sample 21000 - bad\n",
	    "1 fault-raise 1 0 0 21000 - ok>critical reason=noReply active\n" },
	{ "from unknown, too", "config\nsample 0 - bad\nsample 1 - bad\nsample 10000 - bad\n",
	    "1 fault-raise 1 0 0 10000 - ok>critical reason=noReply active\n" },
	{ "a bad sample lets timers fire first, and is not another fault",
	    BRISK "sample 0 1 good\nsample 1200001 - bad\nsample 1200002 1 good\n",
	    "1 fault-raise 1 0 0 1200001 - ok>critical reason=stale active\n"
	    "2 fault-clear 1 0 0 1200002 1 critical>ok reason=stale unlisted\n" },
	{ "back to good: the limits, behind the fault-clear",
	    "config high-warning=10 deadband=0 on=0 off=0 min-samples=1 fault-count=1 "
	    "fault-delay=0\nsample 0 - bad\nsample 1 10 good\n",
	    "1 fault-raise 1 0 0 0 - ok>critical reason=noReply active\n"
	    "2 fault-clear 1 0 0 1 10 critical>ok reason=noReply unlisted\n"
	    "3 raise 2 0 1 1 10 ok>warning limit=10 active\n" },
};

static const struct alarm_story restarts[] = {
	{ "an open fault stays open and clears at the first good sample",
	    BRISK "sample 0 - bad\nrestart 1000\nsample 1001 - bad\nsample 1002 3 good\n",
	    "1 fault-raise 1 0 0 0 -\n2 fault-clear 1 0 0 1002 3\n" },
	{ "the grace that passes meanwhile is not one more",
	    BRISK "sample 0 - bad\nrestart 1000\ntick 61001\nsample 61002 3 good\n",
	    "1 fault-raise 1 0 0 0 -\n2 fault-clear 1 0 0 61002 3\n" },
	{ "unknown begins anew, no timer fires at the restart itself",
	    "sample 0 1 good\nrestart 90000\ntick 150000\ntick 150001\n",
	    "1 fault-raise 1 0 0 150001 -\n" },
	{ "bad samples of before do not count",
	    "sample 0 - bad\nsample 5000 - bad\nrestart 9000\nsample 10000 - bad\n"
	    "sample 19999 - bad\nsample 20000 - bad\n",
	    "1 fault-raise 1 0 0 20000 -\n" },
};

static const struct alarm_story damping[] = {
	{ "the third fault in 15 min clears after 5 min of good samples",
	    BRISK "sample 0 - bad\nsample 1 1 good\nsample 1000 - bad\nsample 1001 1 good\n"
		  "sample 899999 - bad\nsample 900000 1 good\nsample 1199999 1 good\n"
		  "sample 1200000 1 good\n",
	    "1 fault-raise 1 0 0 0 -\n2 fault-clear 1 0 0 1 1\n3 fault-raise 2 0 0 1000 -\n"
	    "4 fault-clear 2 0 0 1001 1\n5 fault-raise 3 0 0 899999 -\n"
	    "6 fault-clear 3 0 0 1200000 1\n" },
	{ "15 min after the first it is the second",
	    BRISK "sample 0 - bad\nsample 1 1 good\nsample 1000 - bad\nsample 1001 1 good\n"
		  "sample 900000 - bad\nsample 900001 1 good\n",
	    "1 fault-raise 1 0 0 0 -\n2 fault-clear 1 0 0 1 1\n3 fault-raise 2 0 0 1000 -\n"
	    "4 fault-clear 2 0 0 1001 1\n5 fault-raise 3 0 0 900000 -\n"
	    "6 fault-clear 3 0 0 900001 1\n" },
	{ "it rests on a sample, not on a timer",
	    BRISK "sample 0 - bad\nsample 1 1 good\nsample 2 - bad\nsample 3 1 good\n"
		  "sample 4 - bad\nsample 5 1 good\ntick 300005\ntick 300006\n"
		  "sample 300007 1 good\n",
	    "1 fault-raise 1 0 0 0 -\n2 fault-clear 1 0 0 1 1\n3 fault-raise 2 0 0 2 -\n"
	    "4 fault-clear 2 0 0 3 1\n5 fault-raise 3 0 0 4 -\n"
	    "6 fault-clear 3 0 0 300007 1\n" },
	{ "one bad sample starts the run again, without one more fault",
	    BRISK "sample 0 - bad\nsample 1 1 good\nsample 2 - bad\nsample 3 1 good\n"
		  "sample 4 - bad\nsample 5 1 good\nsample 200000 - bad\nsample 200001 1 good\n"
		  "sample 500000 1 good\nsample 500001 1 good\n",
	    "1 fault-raise 1 0 0 0 -\n2 fault-clear 1 0 0 1 1\n3 fault-raise 2 0 0 2 -\n"
	    "4 fault-clear 2 0 0 3 1\n5 fault-raise 3 0 0 4 -\n"
	    "6 fault-clear 3 0 0 500001 1\n" },
	{ "also one that is only suspect",
	    "config fault-delay=0 stale=1200000\nsample 0 - bad\nsample 0 - bad\nsample 0 - bad\n"
	    "sample 1 1 good\nsample 2 - bad\nsample 2 - bad\nsample 2 - bad\nsample 3 1 good\n"
	    "sample 4 - bad\nsample 4 - bad\nsample 4 - bad\nsample 5 1 good\n"
	    "sample 100000 - bad\nsample 100001 1 good\nsample 400000 1 good\n"
	    "sample 400001 1 good\n",
	    "1 fault-raise 1 0 0 0 -\n2 fault-clear 1 0 0 1 1\n3 fault-raise 2 0 0 2 -\n"
	    "4 fault-clear 2 0 0 3 1\n5 fault-raise 3 0 0 4 -\n"
	    "6 fault-clear 3 0 0 400001 1\n" },
	{ "a silence does, too; a gap that is none does not",
	    "config fault-count=1 fault-delay=0 stale=200000\nsample 0 - bad\nsample 1 1 good\n"
	    "sample 2 - bad\nsample 3 1 good\nsample 4 - bad\nsample 5 1 good\n"
	    "sample 200006 1 good\nsample 400006 1 good\nsample 500005 1 good\n"
	    "sample 500006 1 good\n",
	    "1 fault-raise 1 0 0 0 -\n2 fault-clear 1 0 0 1 1\n3 fault-raise 2 0 0 2 -\n"
	    "4 fault-clear 2 0 0 3 1\n5 fault-raise 3 0 0 4 -\n"
	    "6 fault-clear 3 0 0 500006 1\n" },
	{ "what a bad one was under it does not count as a fault later",
	    BRISK "sample 0 - bad\nsample 1 1 good\nsample 2 - bad\nsample 3 1 good\n"
		  "sample 4 - bad\nsample 5 1 good\nsample 590000 - bad\nsample 595000 1 good\n"
		  "sample 595001 - bad\nsample 600000 1 good\nsample 900000 1 good\n"
		  "sample 900004 - bad\nsample 900005 1 good\n",
	    "1 fault-raise 1 0 0 0 -\n2 fault-clear 1 0 0 1 1\n3 fault-raise 2 0 0 2 -\n"
	    "4 fault-clear 2 0 0 3 1\n5 fault-raise 3 0 0 4 -\n6 fault-clear 3 0 0 900000 1\n"
	    "7 fault-raise 4 0 0 900004 -\n8 fault-clear 4 0 0 900005 1\n" },
	{ "it holds the alarm only: limits are evaluated at once",
	    "config high-warning=10 deadband=0 on=0 off=0 min-samples=1 fault-count=1 "
	    "fault-delay=0 stale=1200000\nsample 0 - bad\nsample 1 1 good\nsample 2 - bad\n"
	    "sample 3 1 good\nsample 4 - bad\nsample 5 10 good\nsample 300005 1 good\n",
	    "1 fault-raise 1 0 0 0 -\n2 fault-clear 1 0 0 1 1\n3 fault-raise 2 0 0 2 -\n"
	    "4 fault-clear 2 0 0 3 1\n5 fault-raise 3 0 0 4 -\n6 raise 4 0 1 5 10\n"
	    "7 fault-clear 3 0 0 300005 1\n8 clear 4 1 0 300005 1\n" },
	{ "history is stored",
	    BRISK "sample 0 - bad\nsample 1 1 good\nsample 2 - bad\nsample 3 1 good\nrestart 4\n"
		  "sample 5 - bad\nsample 6 1 good\nsample 300006 1 good\n",
	    "1 fault-raise 1 0 0 0 -\n2 fault-clear 1 0 0 1 1\n3 fault-raise 2 0 0 2 -\n"
	    "4 fault-clear 2 0 0 3 1\n5 fault-raise 3 0 0 5 -\n"
	    "6 fault-clear 3 0 0 300006 1\n" },
	{ "the mark, too; the good run is not",
	    BRISK "sample 0 - bad\nsample 1 1 good\nsample 2 - bad\nsample 3 1 good\n"
		  "sample 4 - bad\nsample 5 1 good\nrestart 200000\nsample 200001 1 good\n"
		  "sample 300005 1 good\nsample 500000 1 good\nsample 500001 1 good\n",
	    "1 fault-raise 1 0 0 0 -\n2 fault-clear 1 0 0 1 1\n3 fault-raise 2 0 0 2 -\n"
	    "4 fault-clear 2 0 0 3 1\n5 fault-raise 3 0 0 4 -\n"
	    "6 fault-clear 3 0 0 500001 1\n" },
	{ "a silent gap can be the third: raised, and not cleared by the sample that ends it",
	    "config stale=30000\nsample 0 1 good\nsample 30001 1 good\nsample 60002 1 good\n"
	    "sample 90003 1 good\nsample 90004 1 good\n",
	    "1 fault-raise 1 0 0 30001 -\n2 fault-clear 1 0 0 30001 1\n"
	    "3 fault-raise 2 0 0 60002 -\n4 fault-clear 2 0 0 60002 1\n"
	    "5 fault-raise 3 0 0 90003 -\n" },
	{ "a fourth within 15 min as well",
	    BRISK "sample 0 - bad\nsample 1 1 good\nsample 2 - bad\nsample 3 1 good\n"
		  "sample 4 - bad\nsample 5 1 good\nsample 300005 1 good\nsample 300006 - bad\n"
		  "sample 300007 1 good\nsample 600007 1 good\n",
	    "1 fault-raise 1 0 0 0 -\n2 fault-clear 1 0 0 1 1\n3 fault-raise 2 0 0 2 -\n"
	    "4 fault-clear 2 0 0 3 1\n5 fault-raise 3 0 0 4 -\n6 fault-clear 3 0 0 300005 1\n"
	    "7 fault-raise 4 0 0 300006 -\n8 fault-clear 4 0 0 600007 1\n" },
	{ "switched off",
	    "config fault-count=1 fault-delay=0 fault-damping=0\nsample 0 - bad\nsample 1 1 good\n"
	    "sample 2 - bad\nsample 3 1 good\nsample 4 - bad\nsample 5 1 good\n",
	    "1 fault-raise 1 0 0 0 -\n2 fault-clear 1 0 0 1 1\n3 fault-raise 2 0 0 2 -\n"
	    "4 fault-clear 2 0 0 3 1\n5 fault-raise 3 0 0 4 -\n6 fault-clear 3 0 0 5 1\n" },
};

static void
a_fault_is_an_alarm_with_a_reason(void **state)
{
	(void)state;
	tell_alarm_stories(faults, COUNT(faults), true);
}

static void
a_fault_outlives_a_restart(void **state)
{
	(void)state;
	tell_alarm_stories(restarts, COUNT(restarts), false);
}

static void
the_third_fault_is_damped(void **state)
{
	(void)state;
	tell_alarm_stories(damping, COUNT(damping), false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_is_an_alarm_with_a_reason),
		cmocka_unit_test(a_fault_outlives_a_restart),
		cmocka_unit_test(the_third_fault_is_damped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
