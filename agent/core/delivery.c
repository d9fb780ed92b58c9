/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/delivery.h"

#include <errno.h>

/* 0: a row in that state does not take that input. */
static const uint8_t next[][DELIVERY_INPUT_COUNT] = {
	[DELIVERY_HELD] = {
		[DELIVERY_BLOCK] = DELIVERY_HELD,
		[DELIVERY_RELEASE] = DELIVERY_READY,
		[DELIVERY_SUPERSEDE] = DELIVERY_SUPERSEDED,
		[DELIVERY_EXPIRE] = DELIVERY_EXPIRED,
		[DELIVERY_EVICT] = DELIVERY_FAILED,
	},
	[DELIVERY_READY] = {
		[DELIVERY_BLOCK] = DELIVERY_HELD,
		[DELIVERY_RELEASE] = DELIVERY_READY,
		[DELIVERY_PICK] = DELIVERY_SENDING,
		[DELIVERY_SUPERSEDE] = DELIVERY_SUPERSEDED,
		[DELIVERY_EXPIRE] = DELIVERY_EXPIRED,
		[DELIVERY_EVICT] = DELIVERY_FAILED,
	},
	[DELIVERY_SENDING] = {
		[DELIVERY_HAND_OVER] = DELIVERY_IN_DOUBT,
		[DELIVERY_TAKE_BACK] = DELIVERY_READY,
		[DELIVERY_ACCEPT] = DELIVERY_DELIVERED,
		[DELIVERY_REFUSE_NOW] = DELIVERY_DEFERRED,
		[DELIVERY_REFUSE] = DELIVERY_FAILED,
		[DELIVERY_MISCONFIGURED] = DELIVERY_HELD,
		[DELIVERY_LOSE] = DELIVERY_DEFERRED,
		[DELIVERY_CRASH] = DELIVERY_READY,
	},
	[DELIVERY_IN_DOUBT] = {
		[DELIVERY_TAKE_BACK] = DELIVERY_READY,
		[DELIVERY_ACCEPT] = DELIVERY_DELIVERED,
		[DELIVERY_REFUSE_NOW] = DELIVERY_DEFERRED,
		[DELIVERY_REFUSE] = DELIVERY_FAILED,
		[DELIVERY_MISCONFIGURED] = DELIVERY_HELD,
		[DELIVERY_LOSE] = DELIVERY_DEFERRED,
		[DELIVERY_CRASH] = DELIVERY_DEFERRED,
	},
	[DELIVERY_DEFERRED] = {
		[DELIVERY_BLOCK] = DELIVERY_HELD,
		[DELIVERY_RELEASE] = DELIVERY_READY,
		[DELIVERY_SUPERSEDE] = DELIVERY_SUPERSEDED,
		[DELIVERY_EXPIRE] = DELIVERY_EXPIRED,
		[DELIVERY_EVICT] = DELIVERY_FAILED,
	},
	[DELIVERY_FAILED] = { 0 }, /* no end takes anything */
};

int
delivery_apply(struct delivery *delivery, enum delivery_input input)
{
	enum delivery_state after = next[delivery->state][input];

	if (after == 0)
		return -EINVAL;
	if (input == DELIVERY_PICK)
		delivery->attempts++;
	else if (input == DELIVERY_TAKE_BACK)
		delivery->attempts--;
	if (after == DELIVERY_DEFERRED)
		delivery->failures++;
	if (after == DELIVERY_DEFERRED && delivery->state == DELIVERY_IN_DOUBT &&
	    input != DELIVERY_REFUSE_NOW)
		delivery->in_doubt++;
	delivery->state = (uint8_t)after;
	return 0;
}

enum delivery_input delivery_input_of(enum result_class class)
{
	switch (class) {
	case RESULT_DONE:
		return DELIVERY_ACCEPT;
	case RESULT_TEMPORARY:
		return DELIVERY_REFUSE_NOW;
	case RESULT_CONFIGURATION:
		return DELIVERY_MISCONFIGURED;
	case RESULT_PERMANENT:
		return DELIVERY_REFUSE;
	case RESULT_IN_DOUBT:
		break;
	}
	return DELIVERY_LOSE;
}

bool
delivery_is_final(const struct delivery *delivery)
{
	return delivery->state == DELIVERY_DELIVERED || delivery->state >= DELIVERY_SUPERSEDED;
}

bool
delivery_is_waiting(const struct delivery *delivery)
{
	return next[delivery->state][DELIVERY_RELEASE] != 0;
}

bool
delivery_is_under_way(const struct delivery *delivery)
{
	return delivery->state == DELIVERY_SENDING || delivery->state == DELIVERY_IN_DOUBT;
}

/* ---- what an event is worth ---- */

enum worth { /* how long it is useful */
	AS_RAISE,
	AS_REMINDER,
	AS_TEST,
};

static const struct {
	bool is_alarm; /* something is wrong: the class is that of its severity */
	enum delivery_class class;
	enum worth worth;
} kinds[] = {
	[EVENT_RAISE] = { true, 0, AS_RAISE },
	[EVENT_ESCALATE] = { true, 0, AS_RAISE },
	[EVENT_DEESCALATE] = { false, DELIVERY_NOTE, AS_RAISE },
	[EVENT_CLEAR] = { false, DELIVERY_CLEAR, AS_RAISE },
	[EVENT_FAULT_RAISE] = { true, 0, AS_RAISE },
	[EVENT_FAULT_CLEAR] = { false, DELIVERY_CLEAR, AS_RAISE },
	[EVENT_RATE_RAISE] = { true, 0, AS_RAISE },
	[EVENT_RATE_CLEAR] = { false, DELIVERY_CLEAR, AS_RAISE },
	[EVENT_ACKNOWLEDGE] = { false, DELIVERY_NOTE, AS_RAISE },
	[EVENT_REANNOUNCE] = { true, 0, AS_RAISE },
	[EVENT_REMINDER] = { false, DELIVERY_NOTE, AS_REMINDER },
	[EVENT_CHATTER] = { false, DELIVERY_NOTE, AS_RAISE },
	[EVENT_SUPPRESSION_SUMMARY] = { false, DELIVERY_NOTE, AS_RAISE },
	[EVENT_AGENT_START] = { false, DELIVERY_NOTE, AS_RAISE },
	[EVENT_AGENT_STOP] = { false, DELIVERY_NOTE, AS_RAISE },
	[EVENT_DELIVERY_FAILED] = { false, DELIVERY_WARNING, AS_RAISE },
	[EVENT_PATH_DOWN] = { true, 0, AS_RAISE },
	[EVENT_PATH_UP] = { false, DELIVERY_CLEAR, AS_RAISE },
	[EVENT_RATE_BLOCKED] = { false, DELIVERY_NOTE, AS_RAISE },
	[EVENT_STORAGE_TROUBLE] = { false, DELIVERY_WARNING, AS_RAISE },
	[EVENT_STORAGE_OK] = { false, DELIVERY_CLEAR, AS_RAISE },
	[EVENT_CLOCK_STEP] = { false, DELIVERY_NOTE, AS_RAISE },
	[EVENT_CONFIG_CHANGE] = { false, DELIVERY_NOTE, AS_RAISE },
	[EVENT_TEST] = { false, DELIVERY_LOW, AS_TEST },
	[EVENT_HEARTBEAT] = { false, DELIVERY_LOW, AS_TEST },
	[EVENT_BUS_RAISE] = { true, 0, AS_RAISE },
	[EVENT_BUS_CLEAR] = { false, DELIVERY_CLEAR, AS_RAISE },
	[EVENT_RESET] = { false, DELIVERY_NOTE, AS_RAISE },
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == EVENT_RESET + 1, "each kind has its worth");

enum delivery_class
delivery_class_of(enum event_kind kind, enum severity severity)
{
	if (!kinds[kind].is_alarm)
		return kinds[kind].class;
	return severity == SEVERITY_CRITICAL ? DELIVERY_CRITICAL : DELIVERY_WARNING;
}

int64_t
delivery_useful_ms(enum event_kind kind, const struct delivery_useful *useful)
{
	switch (kinds[kind].worth) {
	case AS_RAISE:
		break;
	case AS_REMINDER:
		return useful->reminder_ms;
	case AS_TEST:
		return useful->test_ms;
	}
	return useful->raise_ms;
}

bool
delivery_is_too_old(
    const struct delivery *delivery, enum event_kind kind, bool is_alarm_active, int64_t now_ms)
{
	if (now_ms < delivery->useful_until_ms)
		return false;
	return !is_alarm_active || !kinds[kind].is_alarm;
}
