/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "core/evaluator.h"
#include "tests/unit/core/alarm_story.h"
#include "tests/unit/unit.h"

#define LEVELS  "low-critical=-5000 low-warning=0 high-warning=27000 high-critical=32000"
#define PATIENT "config " LEVELS " deadband=1000 on=30000 off=60000 min-samples=2 stale=100000\n"
#define QUICK   "config " LEVELS " deadband=1000 on=0 off=0 min-samples=1 stale=100000\n"

static const struct alarm_story table[] = {
	{ "0 to each level is one raise, by its own value",
	    QUICK "sample 0 26999 good\nsample 1 27000 good\nsample 2 25999 good\n"
		  "sample 3 32000 good\nsample 4 10000 good\nsample 5 1 good\nsample 6 0 good\n"
		  "sample 7 1001 good\nsample 8 -5000 good\n",
	    "1 raise 1 0 1 1 27000\n2 clear 1 1 0 2 25999\n3 raise 2 0 2 3 32000\n"
	    "4 clear 2 2 0 4 10000\n5 raise 3 0 -1 6 0\n6 clear 3 -1 0 7 1001\n"
	    "7 raise 4 0 -2 8 -5000\n8 chatter 4 -2 -2 8 -5000\n" },
	{ "deeper is escalate, shallower is deescalate, of the same alarm",
	    QUICK "sample 0 27000 good\nsample 1 31999 good\nsample 2 32000 good\n"
		  "sample 3 31000 good\nsample 4 30999 good\nsample 5 32000 good\n"
		  "sample 6 25999 good\n",
	    "1 raise 1 0 1 0 27000\n2 escalate 1 1 2 2 32000\n3 deescalate 1 2 1 4 30999\n"
	    "4 escalate 1 1 2 5 32000\n5 clear 1 2 0 6 25999\n" },
	{ "the same on the low side",
	    QUICK "sample 0 0 good\nsample 1 -4999 good\nsample 2 -5000 good\n"
		  "sample 3 -4000 good\nsample 4 -3999 good\nsample 5 1000 good\n"
		  "sample 6 1001 good\n",
	    "1 raise 1 0 -1 0 0\n2 escalate 1 -1 -2 2 -5000\n3 deescalate 1 -2 -1 4 -3999\n"
	    "4 clear 1 -1 0 6 1001\n" },
	{ "to the other side is clear, then raise of another alarm",
	    QUICK "sample 0 27000 good\nsample 1 -9000 good\nsample 2 33000 good\n",
	    "1 raise 1 0 1 0 27000\n2 clear 1 1 0 1 -9000\n3 raise 2 0 -2 1 -9000\n"
	    "4 clear 2 -2 0 2 33000\n5 raise 3 0 2 2 33000\n" },
	{ "a side that comes ends the other by its on delay alone",
	    PATIENT "sample 0 30000 good\nsample 30000 30000 good\nsample 31000 -1000 good\n"
		    "sample 60999 -1000 good\nsample 61000 -1000 good\n"
		    "sample 91000 -1000 good\nsample 151000 -1000 good\n",
	    "1 raise 1 0 1 30000 30000\n2 clear 1 1 0 61000 -1000\n"
	    "3 raise 2 0 -1 61000 -1000\n" },
	{ "a level that is not enabled is false",
	    "config high-critical=32000 deadband=1000 on=0 off=0 min-samples=1\n"
	    "sample 0 31999 good\nsample 1 32000 good\nsample 2 31000 good\n"
	    "sample 3 30999 good\n",
	    "1 raise 1 0 2 1 32000\n2 clear 1 2 0 3 30999\n" },
	{ "a bad sample moves no zone, whatever it says",
	    QUICK "sample 0 99000 bad\nsample 1 27000 good\nsample 2 0 bad\nsample 3 -9000 bad\n"
		  "sample 9999 0 bad\nsample 10001 0 bad\nsample 20000 0 bad\n"
		  "sample 20001 27000 good\n",
	    "1 raise 1 0 1 1 27000\n2 fault-raise 2 0 0 20000 -\n"
	    "3 fault-clear 2 0 0 20001 27000\n" },
	{ "in fault the zone is what it was",
	    QUICK "sample 0 27000 good\ntick 100001\ntick 900000\nsample 900001 26000 good\n",
	    "1 raise 1 0 1 0 27000\n2 fault-raise 2 0 0 100001 -\n"
	    "3 fault-clear 2 0 0 900001 26000\n" },
	{ "values at the ends of 32 bits",
	    "config low-warning=-2147483648 high-warning=2147483647 deadband=2147483646 on=0 off=0 "
	    "min-samples=1\nsample 0 2147483647 good\nsample 1 1 good\nsample 2 0 good\n"
	    "sample 3 -2147483648 good\nsample 4 -2 good\nsample 5 -1 good\n",
	    "1 raise 1 0 1 0 2147483647\n2 clear 1 1 0 2 0\n3 raise 2 0 -1 3 -2147483648\n"
	    "4 clear 2 -1 0 5 -1\n" },
};

static const struct alarm_story delays[] = {
	{ "on delay: not a moment before", PATIENT "sample 0 27000 good\nsample 29999 27000 good\n",
	    "" },
	{ "on delay: at that moment",
	    PATIENT "sample 0 27000 good\nsample 29999 27000 good\nsample 30000 27000 good\n",
	    "1 raise 1 0 1 30000 27000\n" },
	{ "a flip rests on a sample, never on a timer",
	    PATIENT "sample 0 27000 good\nsample 29999 27000 good\ntick 30000\ntick 90000\n"
		    "sample 90001 27000 good\n",
	    "1 raise 1 0 1 90001 27000\n" },
	{ "two samples are wanted, however long it is",
	    PATIENT "sample 0 20000 good\nsample 90000 27000 good\nsample 120000 27000 good\n",
	    "1 raise 1 0 1 120000 27000\n" },
	{ "the first sample that disagrees counts as one",
	    "config high-warning=27000 deadband=0 on=0 off=0 min-samples=3\n"
	    "sample 0 27000 good\nsample 1 27000 good\nsample 2 27000 good\nsample 3 26999 good\n"
	    "sample 4 26999 good\nsample 5 26999 good\n",
	    "1 raise 1 0 1 2 27000\n2 clear 1 1 0 5 26999\n" },
	{ "one sample inside starts it over",
	    PATIENT "sample 0 27000 good\nsample 29999 26999 good\nsample 30000 27000 good\n"
		    "sample 59999 27000 good\nsample 60000 27000 good\n",
	    "1 raise 1 0 1 60000 27000\n" },
	{ "off delay: below the deadband, for that long",
	    PATIENT "sample 0 27000 good\nsample 30000 27000 good\nsample 40000 25999 good\n"
		    "sample 99999 25999 good\nsample 100000 25999 good\n",
	    "1 raise 1 0 1 30000 27000\n2 clear 1 1 0 100000 25999\n" },
	{ "off delay: the edge of the deadband is beyond still",
	    PATIENT "sample 0 27000 good\nsample 30000 27000 good\nsample 40000 25999 good\n"
		    "sample 99999 26000 good\nsample 100000 25999 good\nsample 159999 25999 good\n"
		    "sample 160000 25999 good\n",
	    "1 raise 1 0 1 30000 27000\n2 clear 1 1 0 160000 25999\n" },
	{ "each level has its own delay",
	    PATIENT "sample 0 27000 good\nsample 20000 32000 good\nsample 30000 32000 good\n"
		    "sample 49999 32000 good\nsample 50000 32000 good\n",
	    "1 raise 1 0 1 30000 32000\n2 escalate 1 1 2 50000 32000\n" },
	{ "straight to the deepest: both at once, one raise",
	    PATIENT "sample 0 33000 good\nsample 30000 33000 good\n",
	    "1 raise 1 0 2 30000 33000\n" },
	{ "straight back: both at once, one clear",
	    PATIENT "sample 0 33000 good\nsample 30000 33000 good\nsample 40000 20000 good\n"
		    "sample 100000 20000 good\n",
	    "1 raise 1 0 2 30000 33000\n2 clear 1 2 0 100000 20000\n" },
	{ "bad samples neither count nor start, stop or reset",
	    "config high-warning=27000 deadband=0 on=30000 off=60000 min-samples=3 stale=100000 "
	    "fault-count=100\nsample 0 27000 good\nsample 1 0 bad\nsample 29000 0 bad\n"
	    "sample 30000 27000 good\nsample 30001 0 bad\nsample 30002 27000 good\n",
	    "1 raise 1 0 1 30002 27000\n" },
	{ "nor does a fault by bad samples",
	    "config high-warning=27000 deadband=0 on=30000 off=60000 stale=100000\n"
	    "sample 0 27000 good\nsample 1 0 bad\nsample 10000 0 bad\nsample 10001 0 bad\n"
	    "sample 30000 27000 good\n",
	    "1 fault-raise 1 0 0 10001 -\n2 fault-clear 1 0 0 30000 27000\n"
	    "3 raise 2 0 1 30000 27000\n" },
	{ "a gap of just stale_after between good samples is none",
	    PATIENT "sample 0 27000 good\nsample 100000 27000 good\n",
	    "1 raise 1 0 1 100000 27000\n" },
	{ "a longer one drops what pends; the sample behind it is the first again",
	    PATIENT "sample 0 27000 good\nsample 100001 27000 good\nsample 130000 27000 good\n"
		    "sample 130001 27000 good\n",
	    "1 fault-raise 1 0 0 100001 -\n2 fault-clear 1 0 0 100001 27000\n"
	    "3 raise 2 0 1 130001 27000\n" },
	{ "so does one that bad samples fill",
	    "config high-warning=27000 deadband=0 on=30000 off=60000 stale=30000 fault-count=100\n"
	    "sample 0 27000 good\nsample 15000 0 bad\nsample 30000 0 bad\n"
	    "sample 30001 27000 good\nsample 60000 27000 good\nsample 60001 27000 good\n",
	    "1 fault-raise 1 0 0 30001 -\n2 fault-clear 1 0 0 30001 27000\n"
	    "3 raise 2 0 1 60001 27000\n" },
	{ "and a gap while the alarm is about to clear",
	    PATIENT "sample 0 27000 good\nsample 30000 27000 good\nsample 31000 20000 good\n"
		    "sample 131001 20000 good\nsample 191000 20000 good\n"
		    "sample 191001 20000 good\n",
	    "1 raise 1 0 1 30000 27000\n2 fault-raise 2 0 0 131001 -\n"
	    "3 fault-clear 2 0 0 131001 20000\n4 clear 1 1 0 191001 20000\n" },
};

static const struct alarm_story restarts[] = {
	{ "a restart drops what pends",
	    PATIENT "sample 0 27000 good\nrestart 10000\nsample 29000 27000 good\n"
		    "sample 30000 27000 good\nsample 58999 27000 good\nsample 59000 27000 good\n",
	    "1 raise 1 0 1 59000 27000 ok>warning limit=27000 active during-downtime\n" },
	{ "same zone: silent",
	    PATIENT "sample 0 27000 good\nsample 30000 27000 good\nrestart 40000\n"
		    "sample 41000 27000 good\nsample 80000 26000 good\nsample 150000 26000 good\n",
	    "1 raise 1 0 1 30000 27000 ok>warning limit=27000 active\n" },
	{ "deeper: escalate of the alarm as stored",
	    PATIENT "sample 0 27000 good\nsample 30000 27000 good\nrestart 40000\n"
		    "sample 41000 33000 good\nsample 71000 33000 good\n",
	    "1 raise 1 0 1 30000 27000 ok>warning limit=27000 active\n"
	    "2 escalate 1 1 2 71000 33000 warning>critical limit=32000 active during-downtime\n" },
	{ "cleared while down: clear after the off delay",
	    PATIENT "sample 0 27000 good\nsample 30000 27000 good\nrestart 40000\n"
		    "sample 41000 20000 good\nsample 100999 20000 good\nsample 101000 20000 good\n",
	    "1 raise 1 0 1 30000 27000 ok>warning limit=27000 active\n"
	    "2 clear 1 1 0 101000 20000 warning>ok limit=27000 unlisted during-downtime\n" },
	{ "what is seen to begin later is none of the downtime",
	    PATIENT "restart 0\nsample 1000 20000 good\nsample 2000 27000 good\n"
		    "sample 32000 27000 good\n",
	    "1 raise 1 0 1 32000 27000 ok>warning limit=27000 active\n" },
	{ "bad samples do not make the first good one late",
	    PATIENT "restart 0\nsample 1000 20000 bad\nsample 2000 27000 good\n"
		    "sample 32000 27000 good\n",
	    "1 raise 1 0 1 32000 27000 ok>warning limit=27000 active during-downtime\n" },
	{ "alarm ids go on",
	    QUICK "sample 0 27000 good\nsample 1 20000 good\nrestart 2\nsample 3 27000 good\n",
	    "1 raise 1 0 1 0 27000 ok>warning limit=27000 active\n"
	    "2 clear 1 1 0 1 20000 warning>ok limit=27000 unlisted\n"
	    "3 raise 2 0 1 3 27000 ok>warning limit=27000 active during-downtime\n" },
};

/* Limits of a changed configuration; the line of the change prints what it does by itself. */
static const struct alarm_story changes[] = {
	{ "a level disabled: clear without a sample",
	    QUICK "sample 0 27000 good\nconfigure 5 high-critical=32000\n",
	    "1 raise 1 0 1 0 27000 ok>warning limit=27000 active\n"
	    "2 clear 1 1 0 5 - warning>ok limit=27000 unlisted config-change\n" },
	{ "the critical level disabled while the warning holds: deescalate",
	    QUICK "sample 0 33000 good\nconfigure 5 high-warning=27000 deadband=1000 stale=100000\n"
		  "sample 6 33000 good\nsample 50000 33000 good\n",
	    "1 raise 1 0 2 0 33000 ok>critical limit=32000 active\n"
	    "2 deescalate 1 2 1 5 - critical>warning limit=32000 active config-change\n" },
	{ "the warning level disabled while the critical holds: nothing",
	    QUICK "sample 0 33000 good\n"
		  "configure 5 high-critical=32000 deadband=1000 on=0 off=0 min-samples=1\n"
		  "sample 6 31000 good\nsample 7 30999 good\n",
	    "1 raise 1 0 2 0 33000 ok>critical limit=32000 active\n"
	    "2 clear 1 2 0 7 30999 critical>ok limit=32000 unlisted\n" },
	{ "a warning level enabled below a critical one that holds, holds",
	    "config high-critical=32000 deadband=1000 on=0 off=0 min-samples=1\n"
	    "sample 0 33000 good\nconfigure 5 high-warning=27000 high-critical=32000 deadband=1000 "
	    "on=60000 off=0 min-samples=1\nsample 6 30000 good\n",
	    "1 raise 1 0 2 0 33000 ok>critical limit=32000 active\n"
	    "2 deescalate 1 2 1 6 30000 critical>warning limit=32000 active\n" },
	{ "a changed limit drops what pends at it, and only there",
	    PATIENT "sample 0 33000 good\n"
		    "configure 20000 low-critical=-5000 low-warning=0 high-warning=26000 "
		    "high-critical=32000 deadband=1000 stale=100000\n"
		    "sample 30000 33000 good\nsample 59999 33000 good\nsample 60000 33000 good\n",
	    "1 raise 1 0 2 30000 33000 ok>critical limit=32000 active\n" },
	{ "its own level starts over",
	    PATIENT "sample 0 30000 good\n"
		    "configure 20000 low-critical=-5000 low-warning=0 high-warning=26000 "
		    "high-critical=32000 deadband=1000 stale=100000\n"
		    "sample 30000 30000 good\nsample 59999 30000 good\nsample 60000 30000 good\n",
	    "1 raise 1 0 1 60000 30000 ok>warning limit=26000 active\n" },
	{ "delays, deadband and the number of samples belong to each level",
	    PATIENT "sample 0 33000 good\nconfigure 20000 " LEVELS
		    " deadband=999 stale=100000\nsample 30000 33000 good\n"
		    "configure 40000 " LEVELS " deadband=999 on=29999 stale=100000\n"
		    "sample 60000 33000 good\n"
		    "configure 61000 " LEVELS " deadband=999 on=29999 min-samples=1 stale=100000\n"
		    "sample 90000 33000 good\n"
		    "configure 91000 " LEVELS
		    " deadband=999 on=29999 off=1 min-samples=1 stale=100000\n"
		    "sample 119999 33000 good\nsample 149997 33000 good\n"
		    "sample 149998 33000 good\n",
	    "1 raise 1 0 2 149998 33000 ok>critical limit=32000 active\n" },
	{ "what ends the warning ends the critical, too, though that had to start over",
	    PATIENT "sample 0 33000 good\nsample 30000 33000 good\nsample 40000 0 good\n"
		    "configure 50000 low-critical=-5000 high-warning=27000 "
		    "high-critical=33000 deadband=1000 stale=100000\nsample 70000 1 good\n"
		    "sample 100000 1 good\n",
	    "1 raise 1 0 2 30000 33000 ok>critical limit=32000 active\n"
	    "2 clear 1 2 0 100000 1 critical>ok limit=33000 unlisted\n" },
	{ "what begins the critical begins the warning, too, though that had to start over",
	    "config high-warning=27000 high-critical=32000 deadband=0 off=0 min-samples=1\n"
	    "sample 0 33000 good\n"
	    "configure 1 high-warning=26000 high-critical=32000 deadband=0 off=0 min-samples=1\n"
	    "sample 30000 33000 good\nsample 30001 27000 good\n",
	    "1 raise 1 0 2 30000 33000 ok>critical limit=32000 active\n"
	    "2 deescalate 1 2 1 30001 27000 critical>warning limit=32000 active\n" },
	{ "off and on again between two samples is a change",
	    "config high-warning=0 stale=100000\nsample 0 5 good\nconfigure 1 stale=100000\n"
	    "configure 2 high-warning=0 stale=100000\nsample 30000 5 good\n"
	    "sample 59999 5 good\nsample 60000 5 good\n",
	    "1 raise 1 0 1 60000 5 ok>warning limit=0 active\n" },
	{ "a change that is none drops nothing",
	    PATIENT "sample 0 33000 good\nconfigure 20000 " LEVELS
		    " deadband=1000 stale=99000\nsample 30000 33000 good\n",
	    "1 raise 1 0 2 30000 33000 ok>critical limit=32000 active\n" },
	{ "a limit moved away clears by sample and delay",
	    PATIENT "sample 0 27000 good\nsample 30000 27000 good\n"
		    "configure 40000 high-warning=31000 high-critical=32000 deadband=1000 "
		    "stale=100000\nsample 41000 27000 good\nsample 100999 27000 good\n"
		    "sample 101000 27000 good\n",
	    "1 raise 1 0 1 30000 27000 ok>warning limit=27000 active\n"
	    "2 clear 1 1 0 101000 27000 warning>ok limit=31000 unlisted\n" },
};

static void
each_row_of_the_table(void **state)
{
	(void)state;
	tell_alarm_stories(table, COUNT(table), false);
}

static void
delays_hold_at_their_edges(void **state)
{
	(void)state;
	tell_alarm_stories(delays, COUNT(delays), false);
}

static void
a_restart_keeps_what_is_stored_and_no_more(void **state)
{
	(void)state;
	tell_alarm_stories(restarts, COUNT(restarts), true);
}

static void
a_change_of_limits_moves_the_zone_at_once(void **state)
{
	(void)state;
	tell_alarm_stories(changes, COUNT(changes), true);
}

static const struct {
	const char *name;
	bool is_enabled[LEVEL_COUNT];
	int32_t limit_milli[LEVEL_COUNT];
	int32_t deadband_milli;
	int64_t on_ms, off_ms;
	uint32_t min_samples;
	int want;
	enum level level;
	const char *words;
} checks[] = {
	{ "no limit", { 0, 0, 0, 0 }, { 0, 0, 0, 0 }, 9, 0, 0, 1, 0, 0, NULL },
	{ "rising", { 1, 1, 1, 1 }, { 1, 2, 8, 9 }, 2, 0, 0, 1, 0, 0, NULL },
	{ "one", { 0, 1, 0, 0 }, { 9, 2, 1, 0 }, 99, 0, 0, 1, 0, 0, NULL },
	{ "LL = L", { 1, 1, 0, 0 }, { 2, 2, 0, 0 }, 0, 0, 0, 1, -22, LEVEL_LOW_WARNING,
	    "low warning limit 0.002 is not above low critical limit 0.002: want them rising" },
	{ "L = H", { 0, 1, 1, 0 }, { 0, 2, 2, 0 }, 0, 0, 0, 1, -22, LEVEL_HIGH_WARNING, NULL },
	{ "H > HH", { 0, 0, 1, 1 }, { 0, 0, 3, 2 }, 0, 0, 0, 1, -22, LEVEL_HIGH_CRITICAL, NULL },
	{ "HH below LL, what is between disabled", { 1, 0, 0, 1 }, { 3, 0, 0, 2 }, 0, 0, 0, 1, -22,
	    LEVEL_HIGH_CRITICAL, NULL },
	{ "a disabled one may stand anywhere", { 1, 0, 1, 0 }, { 1, 9, 2, 0 }, 0, 0, 0, 1, 0, 0,
	    NULL },
	{ "room for the deadband", { 0, 1, 1, 0 }, { 0, 0, 9, 0 }, 4, 0, 0, 1, 0, 0, NULL },
	{ "the clear points meet", { 0, 1, 1, 0 }, { 0, 0, 8, 0 }, 4, 0, 0, 1, -22, LEVEL_COUNT,
	    "deadband 0.004 leaves nothing between the low and the high limits: want at most "
	    "0.003" },
	{ "the inner levels decide", { 1, 1, 1, 1 }, { -90, 0, 8, 90 }, 4, 0, 0, 1, -22,
	    LEVEL_COUNT, NULL },
	{ "of outer ones alone", { 1, 0, 0, 1 }, { -90, 0, 8, 90 }, 89, 0, 0, 1, 0, 0, NULL },
	{ "one side needs no room", { 0, 0, 1, 1 }, { 0, 0, 8, 9 }, 99, 0, 0, 1, 0, 0, NULL },
	{ "the whole range", { 1, 0, 0, 1 }, { INT32_MIN, 0, 0, INT32_MAX }, INT32_MAX, 0, 0, 1, 0,
	    0, NULL },
	{ "deadband below 0", { 0, 0, 0, 0 }, { 0, 0, 0, 0 }, -1, 0, 0, 1, -22, LEVEL_COUNT, NULL },
	{ "on below 0", { 0, 0, 0, 0 }, { 0, 0, 0, 0 }, 0, -1, 0, 1, -22, LEVEL_COUNT, NULL },
	{ "off below 0", { 0, 0, 0, 0 }, { 0, 0, 0, 0 }, 0, 0, -1, 1, -22, LEVEL_COUNT, NULL },
	{ "no samples", { 0, 0, 0, 0 }, { 0, 0, 0, 0 }, 0, 0, 0, 0, -22, LEVEL_COUNT, NULL },
};

static void
limits_are_checked_as_a_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(checks); i++) {
		enum level level = 0;
		struct err err = { 0 };
		struct limit_rule rule = {
			.deadband_milli = checks[i].deadband_milli,
			.on_delay_ms = checks[i].on_ms,
			.off_delay_ms = checks[i].off_ms,
			.min_samples = checks[i].min_samples,
		};

		memcpy(rule.is_enabled, checks[i].is_enabled, sizeof(rule.is_enabled));
		memcpy(rule.limit_milli, checks[i].limit_milli, sizeof(rule.limit_milli));
		if (limits_check(&rule, &level, &err) != checks[i].want || level != checks[i].level)
			fail_msg("%s: level %d, %s", checks[i].name, (int)level, err.text);
		if (checks[i].words != NULL)
			assert_string_equal(err.text, checks[i].words);
	}
}

static void
the_deadband_defaults_by_quantity(void **state)
{
	struct limit_rule rule = { .limit_milli = { -1000, 0, 5099, 9000 } };

	(void)state;
	assert_int_equal(limits_default_deadband(&rule, QUANTITY_TEMPERATURE), 1000);
	assert_int_equal(limits_default_deadband(&rule, QUANTITY_HUMIDITY), 3000);
	assert_int_equal(limits_default_deadband(&rule, QUANTITY_OTHER), 0);
	rule.is_enabled[LEVEL_LOW_WARNING] = true;
	assert_int_equal(limits_default_deadband(&rule, QUANTITY_OTHER), 0);
	rule.is_enabled[LEVEL_HIGH_WARNING] = true;
	assert_int_equal(limits_default_deadband(&rule, QUANTITY_OTHER), 50);
	rule.is_enabled[LEVEL_LOW_CRITICAL] = rule.is_enabled[LEVEL_HIGH_CRITICAL] = true;
	assert_int_equal(limits_default_deadband(&rule, QUANTITY_OTHER), 100);
	rule.limit_milli[LEVEL_HIGH_CRITICAL] = -2000; /* will be refused, not here */
	assert_int_equal(limits_default_deadband(&rule, QUANTITY_OTHER), 0);
}

static uint64_t seed;

static int32_t
luck(int32_t low, int32_t high)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return low + (int32_t)((seed >> 33) % (uint64_t)(high - low + 1));
}

/* G4: from either side of each limit, in 10^5 samples of every delay. */
static void
noise_inside_the_deadband_gives_no_event(void **state)
{
	static const int64_t delays_ms[] = { 0, 1000, 30000 };
	struct evaluator_rule rule;
	struct evaluator evaluator;
	struct verdict verdict = { .next_alarm_id = 1 };

	(void)state;
	seed = 4;
	evaluator_rule_init(&rule);
	rule.limits.deadband_milli = 1000;
	rule.limits.min_samples = 1;
	for (unsigned n = 0; n < 2 * LEVEL_COUNT * COUNT(delays_ms); n++) {
		enum level level = n % LEVEL_COUNT;
		int sign = level < LEVEL_HIGH_WARNING ? 1 : -1;
		int64_t now_ms = 0;
		bool is_beyond = n / LEVEL_COUNT % 2;

		rule.limits.on_delay_ms = rule.limits.off_delay_ms = delays_ms[n / LEVEL_COUNT / 2];
		memset(rule.limits.is_enabled, 0, sizeof(rule.limits.is_enabled));
		rule.limits.is_enabled[level] = true;
		evaluator_init(&evaluator, NULL, 0);
		for (unsigned i = 0; i < 100; i++, now_ms += 1000)
			evaluator_sample(&evaluator, &rule, FAULT_NONE, is_beyond ? 0 : 5000 * sign,
			    now_ms, &verdict);
		assert_int_equal(evaluator_zone(&evaluator) != ZONE_NORMAL, is_beyond);
		for (unsigned i = 0; i < 4000; i++, now_ms += 1000) {
			evaluator_sample(
			    &evaluator, &rule, FAULT_NONE, sign * luck(1, 1000), now_ms, &verdict);
			assert_int_equal(verdict.count, 0);
			assert_false(verdict.is_kept_changed);
		}
	}
}

static void
a_crossing_that_never_confirms_is_counted(void **state)
{
	static const int32_t values[] = { 0, 27000, 33000, 0, 33000, 33000, 26000, 0, 0 };
	struct evaluator_rule rule;
	struct evaluator evaluator;
	struct verdict verdict = { .next_alarm_id = 1 };

	(void)state;
	evaluator_rule_init(&rule);
	rule.limits.is_enabled[LEVEL_HIGH_WARNING] = true;
	rule.limits.is_enabled[LEVEL_HIGH_CRITICAL] = true;
	rule.limits.limit_milli[LEVEL_HIGH_WARNING] = 27000;
	rule.limits.limit_milli[LEVEL_HIGH_CRITICAL] = 32000;
	evaluator_init(&evaluator, NULL, 0);
	for (size_t i = 0; i < COUNT(values); i++)
		evaluator_sample(
		    &evaluator, &rule, FAULT_NONE, values[i], (int64_t)i * 1000, &verdict);
	assert_int_equal(evaluator.excursions, 2);
	/* One that confirms is none, nor is its end. */
	for (size_t i = 0; i < 200; i++)
		evaluator_sample(&evaluator, &rule, FAULT_NONE, i < 100 ? 33000 : 0,
		    10000 + (int64_t)i * 1000, &verdict);
	assert_int_equal(verdict.next_alarm_id, 2);
	assert_int_equal(evaluator.excursions, 2);
	/* An end that never confirms is none. */
	for (size_t i = 0; i < 50; i++)
		evaluator_sample(&evaluator, &rule, FAULT_NONE, i % 40 < 35 ? 33000 : 0,
		    210000 + (int64_t)i * 1000, &verdict);
	assert_int_equal(evaluator_zone(&evaluator), ZONE_HIGH_CRITICAL);
	assert_int_equal(evaluator.excursions, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_of_the_table),
		cmocka_unit_test(delays_hold_at_their_edges),
		cmocka_unit_test(a_restart_keeps_what_is_stored_and_no_more),
		cmocka_unit_test(a_change_of_limits_moves_the_zone_at_once),
		cmocka_unit_test(limits_are_checked_as_a_whole),
		cmocka_unit_test(the_deadband_defaults_by_quantity),
		cmocka_unit_test(noise_inside_the_deadband_gives_no_event),
		cmocka_unit_test(a_crossing_that_never_confirms_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
