/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_ALARM_H
#define CORE_ALARM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/reading.h"

/*
 * One alarm from its raise until nobody has to see it any more: rule R3 of the alarm rules
 * (acknowledge, latch, what stays listed).  Who raises and clears it is decided elsewhere.  The
 * numbers of the enumerations are those of ENVSENSOR-MIB.
 */
enum severity { /* EnvsSeverity */
	SEVERITY_OK = 1,
	SEVERITY_WARNING,
	SEVERITY_CRITICAL,
	SEVERITY_UNKNOWN,
};

enum zone { /* EnvsZone; zone - ZONE_NORMAL is the signed depth, -2..2 */
	ZONE_LOW_CRITICAL = 1,
	ZONE_LOW_WARNING,
	ZONE_NORMAL,
	ZONE_HIGH_WARNING,
	ZONE_HIGH_CRITICAL,
};

enum alarm_kind { /* envsAlarmKind */
	ALARM_LIMIT = 1,
	ALARM_FAULT,
	ALARM_RATE,
	ALARM_BUS,
	ALARM_PATH,
	ALARM_STORAGE,
	ALARM_KIND_LAST = ALARM_STORAGE,
};

enum alarm_state {          /* envsAlarmState */
	ALARM_UNLISTED = 0, /* never raised, or over and done with: no row */
	ALARM_ACTIVE,
	ALARM_ACTIVE_ACKNOWLEDGED,
	ALARM_CLEARED_UNACKNOWLEDGED,
	ALARM_LATCHED,
};

struct alarm {
	uint32_t id; /* 0 while unlisted */
	enum alarm_kind kind;
	enum alarm_state state;
	enum severity severity; /* once cleared: the last one */
	enum zone zone;         /* likewise; ZONE_NORMAL unless kind is ALARM_LIMIT */
	enum fault_reason reason;
	bool is_latching; /* an acknowledgement of the cleared alarm leaves it latched */
	int64_t raised_ms;
	int32_t value_milli; /* now or last; of ALARM_RATE the slope, per minute */
	int32_t peak_milli;  /* the worst value since the raise */
	int32_t limit_milli; /* of its zone */
};

/* Active, acknowledged or not. */
bool alarm_is_open(const struct alarm *alarm);

/* A new alarm, active; all else that is known of it is 0. */
void alarm_raise(
    struct alarm *alarm, enum alarm_kind kind, uint32_t id, enum severity severity, int64_t now_ms);

/* A deeper zone un-acknowledges, a shallower one does not. */
void alarm_move(struct alarm *alarm, enum severity severity, enum zone zone);

/* The first value since the raise, or one more. */
void alarm_first_value(struct alarm *alarm, int32_t value_milli);
void alarm_next_value(struct alarm *alarm, int32_t value_milli);

/* An open alarm clears: ALARM_UNLISTED unless it has to stay listed. */
void alarm_clear(struct alarm *alarm, bool latch, bool ack_required);

/* What an operator does to a listed alarm.  -EINVAL: it cannot take that (inconsistentValue). */
int alarm_acknowledge(struct alarm *alarm);
int alarm_reset(struct alarm *alarm);

/* Of a limit alarm in that zone; ZONE_NORMAL is ok. */
enum severity zone_severity(enum zone zone);

/* -1 low, 0 normal, 1 high; how far from normal, 0..2. */
int zone_side(enum zone zone);
int zone_depth(enum zone zone);

#endif
