/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/alarm.h"
#include "core/suppression.h"

enum event_kind { /* EnvsKind */
	EVENT_RAISE = 1,
	EVENT_ESCALATE,
	EVENT_DEESCALATE,
	EVENT_CLEAR,
	EVENT_FAULT_RAISE,
	EVENT_FAULT_CLEAR,
	EVENT_RATE_RAISE,
	EVENT_RATE_CLEAR,
	EVENT_ACKNOWLEDGE,
	EVENT_REANNOUNCE,
	EVENT_REMINDER,
	EVENT_CHATTER,
	EVENT_SUPPRESSION_SUMMARY,
	EVENT_AGENT_START,
	EVENT_AGENT_STOP,
	EVENT_DELIVERY_FAILED,
	EVENT_PATH_DOWN,
	EVENT_PATH_UP,
	EVENT_RATE_BLOCKED,
	EVENT_STORAGE_TROUBLE,
	EVENT_STORAGE_OK,
	EVENT_CLOCK_STEP,
	EVENT_CONFIG_CHANGE,
	EVENT_TEST,
	EVENT_HEARTBEAT,
	EVENT_BUS_RAISE,
	EVENT_BUS_CLEAR,
	EVENT_RESET,
	EVENT_LAST = EVENT_RESET,
};

/*
 * What the evaluator of one sensor says.  Facts only: the sequence number, the sensor, wall time
 * and text are added by whoever stores it.
 */
struct event {
	enum event_kind kind;
	struct alarm alarm; /* as it is after the event; a summary has only an id, that of the
	                       last alarm that cleared meanwhile */
	enum zone from, to; /* ZONE_NORMAL of what has no zones */
	enum severity severity, previous_severity; /* of the alarm; SEVERITY_OK: not raised */
	int64_t time_ms;
	bool has_value, has_limit;
	int32_t value_milli; /* of rate events the slope, per minute */
	int32_t limit_milli;
	bool is_config_change;        /* no sample did it */
	bool during_downtime;         /* it may have happened while the agent was down */
	enum suppression suppression; /* not SUPPRESSION_NONE: nobody is to be notified */

	/* The sensor just after the event, which a later event of the same moment may change. */
	enum severity sensor_severity; /* 0: the event is not of a sensor */
	bool has_sensor_value;
	int32_t sensor_value_milli;

	uint32_t raised, cleared; /* of EVENT_SUPPRESSION_SUMMARY: alarms meanwhile */
	const char *detail; /* its sentence, if that is no matter of facts alone; borrowed; NULL */
};

#endif
