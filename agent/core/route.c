/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/route.h"

#include "core/glob.h"
#include "core/notification.h"

#define DAY_MS INT64_C(86400000)

bool
route_is_told(const struct record *record, uint8_t channel)
{
	return notification_of(record->kind) != NOTIFICATION_NONE &&
	       record->suppression == SUPPRESSION_NONE &&
	       (record->channel == 0 || record->channel != channel);
}

/* `severity`: of what has no alarm whose severity it could be. */
static const struct {
	enum route_sort sort;
	enum severity severity;
} kinds[] = {
	[EVENT_RAISE] = { ROUTE_RAISE, 0 },
	[EVENT_ESCALATE] = { ROUTE_RAISE, 0 },
	[EVENT_DEESCALATE] = { ROUTE_STATE, 0 },
	[EVENT_CLEAR] = { ROUTE_END, 0 },
	[EVENT_FAULT_RAISE] = { ROUTE_RAISE, 0 },
	[EVENT_FAULT_CLEAR] = { ROUTE_END, 0 },
	[EVENT_RATE_RAISE] = { ROUTE_RAISE, 0 },
	[EVENT_RATE_CLEAR] = { ROUTE_END, 0 },
	[EVENT_ACKNOWLEDGE] = { ROUTE_NOTE, SEVERITY_OK },
	[EVENT_REANNOUNCE] = { ROUTE_RAISE, 0 },
	[EVENT_REMINDER] = { ROUTE_STATE, 0 },
	[EVENT_CHATTER] = { ROUTE_NOTE, 0 },
	[EVENT_SUPPRESSION_SUMMARY] = { ROUTE_NOTE, SEVERITY_WARNING },
	[EVENT_AGENT_START] = { ROUTE_NOTE, SEVERITY_OK },
	[EVENT_AGENT_STOP] = { ROUTE_NOTE, SEVERITY_OK },
	[EVENT_DELIVERY_FAILED] = { ROUTE_NOTE, SEVERITY_WARNING },
	[EVENT_PATH_DOWN] = { ROUTE_RAISE, 0 },
	[EVENT_PATH_UP] = { ROUTE_END, 0 },
	[EVENT_RATE_BLOCKED] = { ROUTE_NOTE, SEVERITY_WARNING },
	[EVENT_STORAGE_TROUBLE] = { ROUTE_NOTE, SEVERITY_CRITICAL },
	[EVENT_STORAGE_OK] = { ROUTE_NOTE, SEVERITY_CRITICAL },
	[EVENT_CLOCK_STEP] = { ROUTE_NOTE, SEVERITY_OK },
	[EVENT_CONFIG_CHANGE] = { ROUTE_NOTE, SEVERITY_OK },
	[EVENT_TEST] = { ROUTE_OWN, 0 },
	[EVENT_HEARTBEAT] = { ROUTE_OWN, 0 },
	[EVENT_BUS_RAISE] = { ROUTE_RAISE, 0 },
	[EVENT_BUS_CLEAR] = { ROUTE_END, 0 },
	[EVENT_RESET] = { ROUTE_NOTE, SEVERITY_OK },
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == EVENT_RESET + 1, "each kind has its sort");

enum route_sort
route_sort_of(enum event_kind kind)
{
	return kinds[kind].sort;
}

enum severity
route_severity(const struct record *record)
{
	enum severity fixed = kinds[record->kind].severity;

	return fixed != 0 ? fixed : record->severity;
}

/* Unknown is a fault whose severity nobody has set: as bad as can be. */
static bool
is_severe(const struct record *record, const struct route_contact *contact)
{
	return route_severity(record) >= contact->min_severity;
}

bool
route_is_for(const struct record *record, const struct route_contact *contact)
{
	if (!contact->is_enabled)
		return false;
	switch (kinds[record->kind].sort) {
	case ROUTE_NOTE:
	case ROUTE_RAISE:
		return contact->is_concerned && is_severe(record, contact);
	case ROUTE_END:
		return contact->is_told && contact->wants_clears;
	case ROUTE_STATE:
		if (record->kind == EVENT_DEESCALATE)
			return contact->is_told && contact->wants_clears;
		return contact->is_told && is_severe(record, contact);
	case ROUTE_OWN:
		return record->kind == EVENT_HEARTBEAT && contact->wants_heartbeat;
	}
	return false;
}

bool
route_is_concerned(const char *sensors, const char *sensor)
{
	return sensor == NULL || glob_matches(sensors, sensor);
}

int64_t
route_wait_ms(const struct record *record, const struct route_contact *contact)
{
	return kinds[record->kind].sort == ROUTE_RAISE ? contact->escalate_after_ms : 0;
}

int64_t
route_reminder_ms(uint32_t reminder_s, enum alarm_state state)
{
	int64_t interval_ms = reminder_s * INT64_C(1000);

	switch (state) {
	case ALARM_ACTIVE:
		return interval_ms;
	case ALARM_ACTIVE_ACKNOWLEDGED:
		return interval_ms == 0 || interval_ms > DAY_MS ? interval_ms : DAY_MS;
	case ALARM_UNLISTED:
	case ALARM_CLEARED_UNACKNOWLEDGED:
	case ALARM_LATCHED:
		break;
	}
	return 0;
}
