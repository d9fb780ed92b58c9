/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/alarm.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int
zone_side(enum zone zone)
{
	return (zone > ZONE_NORMAL) - (zone < ZONE_NORMAL);
}

int
zone_depth(enum zone zone)
{
	return abs((int)zone - ZONE_NORMAL);
}

enum severity
zone_severity(enum zone zone)
{
	switch (zone) {
	case ZONE_NORMAL:
		return SEVERITY_OK;
	case ZONE_LOW_WARNING:
	case ZONE_HIGH_WARNING:
		return SEVERITY_WARNING;
	case ZONE_LOW_CRITICAL:
	case ZONE_HIGH_CRITICAL:
		return SEVERITY_CRITICAL;
	}
	return SEVERITY_UNKNOWN;
}

bool
alarm_is_open(const struct alarm *alarm)
{
	return alarm->state == ALARM_ACTIVE || alarm->state == ALARM_ACTIVE_ACKNOWLEDGED;
}

void
alarm_raise(
    struct alarm *alarm, enum alarm_kind kind, uint32_t id, enum severity severity, int64_t now_ms)
{
	assert(!alarm_is_open(alarm) && id != 0);
	*alarm = (struct alarm){
		.id = id,
		.kind = kind,
		.state = ALARM_ACTIVE,
		.severity = severity,
		.zone = ZONE_NORMAL,
		.reason = FAULT_NONE,
		.raised_ms = now_ms,
	};
}

void
alarm_move(struct alarm *alarm, enum severity severity, enum zone zone)
{
	assert(alarm_is_open(alarm));
	if (zone_depth(zone) > zone_depth(alarm->zone))
		alarm->state = ALARM_ACTIVE;
	alarm->severity = severity;
	alarm->zone = zone;
}

void
alarm_first_value(struct alarm *alarm, int32_t value_milli)
{
	alarm->value_milli = value_milli;
	alarm->peak_milli = value_milli;
}

void
alarm_next_value(struct alarm *alarm, int32_t value_milli)
{
	bool is_worse;

	/* Of a slope, up or down is the same: the steeper is the worse. */
	if (alarm->kind == ALARM_RATE)
		is_worse = llabs(value_milli) > llabs(alarm->peak_milli);
	else if (zone_side(alarm->zone) < 0)
		is_worse = value_milli < alarm->peak_milli;
	else
		is_worse = value_milli > alarm->peak_milli;
	if (is_worse)
		alarm->peak_milli = value_milli;
	alarm->value_milli = value_milli;
}

void
alarm_clear(struct alarm *alarm, bool latch, bool ack_required)
{
	assert(alarm_is_open(alarm));
	alarm->is_latching = latch;
	if (alarm->state == ALARM_ACTIVE && ack_required)
		alarm->state = ALARM_CLEARED_UNACKNOWLEDGED;
	else
		alarm->state = latch ? ALARM_LATCHED : ALARM_UNLISTED;
}

int
alarm_acknowledge(struct alarm *alarm)
{
	switch (alarm->state) {
	case ALARM_ACTIVE:
		alarm->state = ALARM_ACTIVE_ACKNOWLEDGED;
		return 0;
	case ALARM_CLEARED_UNACKNOWLEDGED:
		/* With both rules, each has its say: acknowledged, it still waits for its reset. */
		alarm->state = alarm->is_latching ? ALARM_LATCHED : ALARM_UNLISTED;
		return 0;
	case ALARM_UNLISTED:
	case ALARM_ACTIVE_ACKNOWLEDGED:
	case ALARM_LATCHED:
		break;
	}
	return -EINVAL;
}

int
alarm_reset(struct alarm *alarm)
{
	if (alarm->state != ALARM_LATCHED)
		return -EINVAL;
	alarm->state = ALARM_UNLISTED;
	return 0;
}
