/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_ROUTE_H
#define CORE_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/record.h"

/* Who is told of an event, and when. */

/*
 * True: people are to be told of the event by that channel (enum channel).  Not of what has no
 * notification or is suppressed; and what is wrong with a channel goes by the others only, so that
 * the queue never feeds itself.
 */
bool route_is_told(const struct record *record, uint8_t channel);

/* What an event is to those who are told of it. */
enum route_sort {
	ROUTE_NOTE,  /* neither of the others */
	ROUTE_RAISE, /* something is wrong, or worse than it was */
	ROUTE_END,   /* of what was raised */
	ROUTE_STATE, /* of what was raised and goes on: better, or still so */
	ROUTE_OWN,   /* asked for by itself: a test, a sign of life */
};
enum route_sort route_sort_of(enum event_kind kind);

/* How bad it is: as its alarm, or as is fixed for what has none. */
enum severity route_severity(const struct record *record);

/* One recipient: the settings of a contact, and how it stands with the alarm of the event. */
struct route_contact {
	bool is_enabled;
	bool is_concerned; /* by what the event is of: route_is_concerned() */
	bool wants_clears;
	bool wants_heartbeat;
	bool is_told; /* of this alarm, or is going to be */
	enum severity min_severity;
	int64_t escalate_after_ms;
};

/* Of an event that route_is_told by mail, this one is told to that contact.  A test goes to whom it
 * was asked for: not decided here. */
bool route_is_for(const struct record *record, const struct route_contact *contact);

/* `sensors`: the patterns of a contact (core/glob.h); `sensor`: the name of the one that the event
 * is of, NULL: of none, which concerns everybody. */
bool route_is_concerned(const char *sensors, const char *sensor);

/* How long after its raise a contact is told of an alarm that nobody has acknowledged; 0: at once.
 * Only a raise waits. */
int64_t route_wait_ms(const struct record *record, const struct route_contact *contact);

/*
 * How long after the last that was said of it an active alarm is said to be active still; 0: never.
 * `reminder_s`: the sensor's; once somebody has acknowledged, a day or that, whichever is longer.
 */
int64_t route_reminder_ms(uint32_t reminder_s, enum alarm_state state);

#endif
