/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/core/alarm_story.h"
#include "tests/unit/unit.h"

/* Each sample decides at once, and nothing goes stale meanwhile. */
#define SWIFT                                                                                  \
	"config low-critical=-20 low-warning=-10 high-warning=10 high-critical=20 deadband=1 " \
	"on=0 off=0 min-samples=1 stale=4000000\n"

/* Raises 1 to 3 at 0, 2 and 4, all cleared. */
#define THREE                                                                          \
	SWIFT "sample 0 10 good\nsample 1 0 good\nsample 2 10 good\nsample 3 0 good\n" \
	      "sample 4 10 good\nsample 5 0 good\n"
#define SAID_OF_THREE                                                                    \
	"1 raise 1 0 1 0 10\n2 clear 1 1 0 1 0\n3 raise 2 0 1 2 10\n4 clear 2 1 0 3 0\n" \
	"5 raise 3 0 1 4 10\n6 clear 3 1 0 5 0\n"

static const struct alarm_story stories[] = {
	{ "the fourth raise in 15 min: marked, told right behind it; the end takes 15 min",
	    THREE "sample 899999 15 good\nsample 900000 0 good\nsample 1799999 0 good\n"
		  "sample 1800000 0 good\n",
	    SAID_OF_THREE "7 raise 4 0 1 899999 15\n8 chatter 4 1 1 899999 15\n"
			  "9 clear 4 1 0 1800000 0\n" },
	{ "15 min after the first it is the third",
	    THREE "sample 900000 10 good\nsample 900001 0 good\n",
	    SAID_OF_THREE "7 raise 4 0 1 900000 10\n8 clear 4 1 0 900001 0\n" },
	{ "straight to the deepest is one raise, and the mark names that zone",
	    THREE "sample 6 20 good\n",
	    SAID_OF_THREE "7 raise 4 0 2 6 20\n8 chatter 4 2 2 6 20\n" },
	{ "the flip that ends the alarm, no other: a deescalation goes on at its own pace",
	    THREE "sample 6 20 good\nsample 7 15 good\nsample 8 20 good\nsample 9 0 good\n"
		  "sample 900008 0 good\nsample 900009 0 good\n",
	    SAID_OF_THREE "7 raise 4 0 2 6 20\n8 chatter 4 2 2 6 20\n9 deescalate 4 2 1 7 15\n"
			  "10 escalate 4 1 2 8 20\n11 deescalate 4 2 1 9 0\n"
			  "12 clear 4 1 0 900009 0\n" },
	{ "without a warning level the critical one ends it",
	    "config high-critical=20 deadband=1 on=0 off=0 min-samples=1 stale=4000000\n"
	    "sample 0 20 good\nsample 1 0 good\nsample 2 20 good\nsample 3 0 good\n"
	    "sample 4 20 good\nsample 5 0 good\nsample 6 20 good\nsample 7 0 good\n"
	    "sample 900006 0 good\nsample 900007 0 good\n",
	    "1 raise 1 0 2 0 20\n2 clear 1 2 0 1 0\n3 raise 2 0 2 2 20\n4 clear 2 2 0 3 0\n"
	    "5 raise 3 0 2 4 20\n6 clear 3 2 0 5 0\n7 raise 4 0 2 6 20\n"
	    "8 chatter 4 2 2 6 20\n9 clear 4 2 0 900007 0\n" },
	{ "one look above the deadband starts the 15 min again",
	    THREE "sample 6 10 good\nsample 7 0 good\nsample 800000 9 good\n"
		  "sample 800001 0 good\nsample 1700000 0 good\nsample 1700001 0 good\n",
	    SAID_OF_THREE "7 raise 4 0 1 6 10\n8 chatter 4 1 1 6 10\n"
			  "9 clear 4 1 0 1700001 0\n" },
	{ "the other side does not wait, keeps the mark and is not told again",
	    THREE "sample 6 10 good\nsample 7 -10 good\nsample 8 0 good\nsample 900007 0 good\n"
		  "sample 900008 0 good\n",
	    SAID_OF_THREE "7 raise 4 0 1 6 10\n8 chatter 4 1 1 6 10\n9 clear 4 1 0 7 -10\n"
			  "10 raise 5 0 -1 7 -10\n11 clear 5 -1 0 900008 0\n" },
	{ "raises of both sides count together",
	    SWIFT "sample 0 10 good\nsample 1 -10 good\nsample 2 10 good\nsample 3 -20 good\n",
	    "1 raise 1 0 1 0 10\n2 clear 1 1 0 1 -10\n3 raise 2 0 -1 1 -10\n"
	    "4 clear 2 -1 0 2 10\n5 raise 3 0 1 2 10\n6 clear 3 1 0 3 -20\n"
	    "7 raise 4 0 -2 3 -20\n8 chatter 4 -2 -2 3 -20\n" },
	{ "an escalation is no raise",
	    SWIFT "sample 0 10 good\nsample 1 20 good\nsample 2 10 good\nsample 3 20 good\n"
		  "sample 4 10 good\nsample 5 20 good\nsample 6 0 good\nsample 7 10 good\n",
	    "1 raise 1 0 1 0 10\n2 escalate 1 1 2 1 20\n3 deescalate 1 2 1 2 10\n"
	    "4 escalate 1 1 2 3 20\n5 deescalate 1 2 1 4 10\n6 escalate 1 1 2 5 20\n"
	    "7 clear 1 2 0 6 0\n8 raise 2 0 1 7 10\n" },
	{ "a fault is none either",
	    "config high-warning=10 deadband=1 on=0 off=0 min-samples=1 stale=4000000 "
	    "fault-count=1 fault-delay=0\nsample 0 10 good\nsample 1 0 good\nsample 2 - bad\n"
	    "sample 3 0 good\nsample 4 10 good\nsample 5 0 good\nsample 6 10 good\n"
	    "sample 7 0 good\n",
	    "1 raise 1 0 1 0 10\n2 clear 1 1 0 1 0\n3 fault-raise 2 0 0 2 -\n"
	    "4 fault-clear 2 0 0 3 0\n5 raise 3 0 1 4 10\n6 clear 3 1 0 5 0\n"
	    "7 raise 4 0 1 6 10\n8 clear 4 1 0 7 0\n" },
	{ "a clear to 0 ends the mark",
	    THREE "sample 6 10 good\nsample 7 0 good\nsample 900007 0 good\n"
		  "sample 900008 10 good\nsample 900009 0 good\n",
	    SAID_OF_THREE "7 raise 4 0 1 6 10\n8 chatter 4 1 1 6 10\n9 clear 4 1 0 900007 0\n"
			  "10 raise 5 0 1 900008 10\n11 clear 5 1 0 900009 0\n" },
	{ "so does one by configuration; soon after it is marked again, and told",
	    THREE "sample 6 10 good\nconfigure 7 stale=4000000\n"
		  "configure 8 high-warning=10 deadband=1 on=0 off=0 min-samples=1 "
		  "stale=4000000\nsample 9 10 good\nsample 10 0 good\nsample 900010 0 good\n",
	    SAID_OF_THREE "7 raise 4 0 1 6 10\n8 chatter 4 1 1 6 10\n9 clear 4 1 0 7 -\n"
			  "10 raise 5 0 1 9 10\n11 chatter 5 1 1 9 10\n"
			  "12 clear 5 1 0 900010 0\n" },
	{ "raise times are stored", THREE "restart 6\nsample 7 10 good\n",
	    SAID_OF_THREE "7 raise 4 0 1 7 10\n8 chatter 4 1 1 7 10\n" },
	{ "the mark, too; the wait is not",
	    THREE "sample 6 10 good\nsample 7 0 good\nrestart 500000\nsample 500001 0 good\n"
		  "sample 900007 0 good\nsample 1400000 0 good\nsample 1400001 0 good\n",
	    SAID_OF_THREE "7 raise 4 0 1 6 10\n8 chatter 4 1 1 6 10\n"
			  "9 clear 4 1 0 1400001 0\n" },
	{ "15 min instead of the off delay, be it shorter or longer",
	    "config low-warning=-10 high-warning=10 deadband=1 on=0 off=3000000 min-samples=1 "
	    "stale=4000000\nsample 0 10 good\nsample 1 -10 good\nsample 2 10 good\n"
	    "sample 3 -10 good\nsample 4 0 good\nsample 900003 0 good\nsample 900004 0 good\n",
	    "1 raise 1 0 1 0 10\n2 clear 1 1 0 1 -10\n3 raise 2 0 -1 1 -10\n"
	    "4 clear 2 -1 0 2 10\n5 raise 3 0 1 2 10\n6 clear 3 1 0 3 -10\n"
	    "7 raise 4 0 -1 3 -10\n8 chatter 4 -1 -1 3 -10\n9 clear 4 -1 0 900004 0\n" },
	{ "the least number of samples still holds",
	    "config low-warning=-10 high-warning=10 deadband=1 on=0 off=0 min-samples=2 "
	    "stale=4000000\nsample 0 10 good\nsample 0 10 good\nsample 1 -10 good\n"
	    "sample 1 -10 good\nsample 2 10 good\nsample 2 10 good\nsample 3 -10 good\n"
	    "sample 3 -10 good\nsample 4 -10 good\nsample 900004 0 good\n"
	    "sample 1800003 0 good\nsample 1800004 0 good\n",
	    "1 raise 1 0 1 0 10\n2 clear 1 1 0 1 -10\n3 raise 2 0 -1 1 -10\n"
	    "4 clear 2 -1 0 2 10\n5 raise 3 0 1 2 10\n6 clear 3 1 0 3 -10\n"
	    "7 raise 4 0 -1 3 -10\n8 chatter 4 -1 -1 3 -10\n9 clear 4 -1 0 1800004 0\n" },
	{ "switched off",
	    "config high-warning=10 deadband=1 on=0 off=0 min-samples=1 stale=4000000 chatter=0\n"
	    "sample 0 10 good\nsample 1 0 good\nsample 2 10 good\nsample 3 0 good\n"
	    "sample 4 10 good\nsample 5 0 good\nsample 6 10 good\nsample 7 0 good\n",
	    SAID_OF_THREE "7 raise 4 0 1 6 10\n8 clear 4 1 0 7 0\n" },
};

static void
the_fourth_raise_marks_a_sensor(void **state)
{
	(void)state;
	tell_alarm_stories(stories, COUNT(stories), false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fourth_raise_marks_a_sensor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
