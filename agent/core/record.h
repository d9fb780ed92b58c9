/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/alarm.h"
#include "core/event.h"
#include "core/text.h"
#include "core/units.h"

/* What happened to the database: numbers[0] of storageTrouble and storageOk. */
enum storage_story {
	STORAGE_STORY_UNWRITABLE, /* it cannot be written */
	STORAGE_STORY_RESTORED, /* damaged; the copy of numbers[1], seconds since 1970, is in use */
	STORAGE_STORY_ANEW,     /* damaged or lost, and there was no copy */
	STORAGE_STORY_REWRITTEN, /* damaged in use, and written anew from memory */
	STORAGE_STORY_DROPPED,   /* it could not be written, and numbers[1] events are lost */
	STORAGE_STORY_FULL,      /* it has reached its greatest size; the oldest events go */
};

/*
 * One row of envsEventTable: an event as it is stored and shown.  Facts only, small, since 10,000
 * are kept in memory: the sentences are made when somebody reads them (event_text.h).
 */
struct record {
	uint32_t seq;        /* 0: not stored yet */
	uint32_t alarm_id;   /* 0: none */
	uint32_t sensor;     /* envsSensorIndex; 0: not of a sensor */
	uint32_t numbers[2]; /* of a summary: alarms raised and cleared; of an agentStart: active
	                        alarms, and 1 if the agent had not ended well; of a delivery
	                        or a path: messages, and enum result; of storage events enum
	                        storage_story, and what it says; of a clockStep the time that
	                        it would have been, seconds since 1970 */
	const char *detail;  /* of a configChange or a pathDown: its sentence; NULL.  A copy borrows
	                        it from where the record is kept */
	int64_t wall_ms, boottime_ms;
	int32_t value_milli, limit_milli;
	int32_t sensor_value_milli;
	uint8_t kind;       /* enum event_kind */
	uint8_t alarm_kind; /* enum alarm_kind; 0: of no alarm */
	uint8_t severity, previous_severity;
	uint8_t from, to;    /* enum zone */
	uint8_t reason;      /* enum fault_reason */
	uint8_t quantity;    /* enum quantity: gives the unit */
	uint8_t suppression; /* enum suppression: not NONE, nobody is notified */
	uint8_t channel;     /* of a delivery or a path: enum channel; 0: of none */
	bool has_value, has_limit;

	/* Just after the event: what a notification says of the sensor, now and when it is sent
	 * again. */
	uint8_t sensor_severity; /* enum severity; 0: not of a sensor */
	bool has_sensor_value;

	bool is_config_change, during_downtime;
	char source[TEXT_NAME_MAX + 1];
};

/* One row of envsAlarmTable: active, or over but still listed. */
struct alarm_row {
	struct alarm alarm;
	uint32_t sensor, bus; /* index of the one that it is of; 0 */
	uint32_t raised_seq;  /* 0: not stored yet */
	uint32_t notified;
	int64_t raised_wall_ms;
	uint8_t quantity;
	bool has_value;
	char source[TEXT_NAME_MAX + 1];
	char note[256]; /* of people */

	/* the engine's */
	bool is_changed; /* has to be stored, or removed if it is unlisted */
	int64_t said_ms; /* its last event: boottime */
};

#endif
