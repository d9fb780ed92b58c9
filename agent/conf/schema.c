/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/schema.h"

#include <assert.h>
#include <string.h>

#include "conf/conf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define MS     INT64_C(1)
#define SECOND (1000 * MS)
#define MINUTE (60 * SECOND)
#define DAY    (24 * 60 * MINUTE)

#define MEMBER(kind, type, member) \
	.object = (kind), .offset = offsetof(type, member), .size = sizeof(((type *)0)->member)
#define AGENT(member)   MEMBER(CONF_AGENT, struct conf_agent, member), .limit = -1
#define BUS(member)     MEMBER(CONF_BUS, struct conf_bus, member), .limit = -1
#define SENSOR(member)  MEMBER(CONF_SENSOR, struct conf_sensor, member), .limit = -1
#define DEVICE(member)  MEMBER(CONF_DEVICE, struct conf_device, member), .limit = -1
#define PROFILE(member) MEMBER(CONF_PROFILE, struct conf_profile, member), .limit = -1
#define LEVEL(limit_) \
	MEMBER(CONF_SENSOR, struct conf_sensor, limit_milli[limit_]), .limit = (limit_)
#define BYTES(least, size_) .min = (least), .max = (size_)-1
#define ANY_INT32           .min = INT32_MIN, .max = INT32_MAX
#define POSITIVE_INT32      .min = 0, .max = INT32_MAX

static const struct field_choice log_levels[] = {
	{ "error", 0 },
	{ "warning", 1 },
	{ "info", 2 },
	{ "debug", 3 },
	{ NULL, 0 },
};

static const struct field_choice admin_states[] = {
	{ "enabled", ADMIN_ENABLED },
	{ "disabled", ADMIN_DISABLED },
	{ NULL, 0 },
};

/* Defaults and columns: MIB.md. */
static const struct field rows[] = {
	{ AGENT(agentx), .key = "agentx", .type = FIELD_TEXT, BYTES(1, CONF_TEXT_SIZE),
	    .fallback = "unix:/var/agentx/master",
	    .help = "Where the SNMP master agent listens for AgentX subagents: unix:PATH or "
		    "tcp:HOST:PORT." },
	{ AGENT(state_dir), .key = "state-dir", .type = FIELD_TEXT, BYTES(1, CONF_TEXT_SIZE),
	    .fallback = STATE_DIR,
	    .help = "The folder of the database; it must be writable for the daemon alone." },
	{ AGENT(site), .key = "site", .type = FIELD_TEXT, .column = 21, BYTES(0, 65),
	    .fallback = "",
	    .help = "The name of this place in events and messages; empty is the host name." },
	{ AGENT(log_level), .key = "log-level", .type = FIELD_TEXT, BYTES(1, 8),
	    .choices = log_levels, .fallback = "info", .help = "What is logged." },
	{ AGENT(entity_base), .key = "entity-base", .type = FIELD_NUMBER, .min = 1,
	    .max = 2000000000, .fallback = "1000000",
	    .help = "The first entPhysicalIndex in ENTITY-MIB. Agents that share one master need "
		    "numbers that lie apart; changing it moves all rows." },

	{ BUS(name), .key = "name", .type = FIELD_NAME, .flags = FIELD_REQUIRED | FIELD_TITLE,
	    .column = 2, BYTES(1, CONF_NAME_SIZE), .help = "The title of the section; unique." },
	{ BUS(driver), .key = "driver", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .column = 3,
	    BYTES(1, CONF_DRIVER_SIZE), .help = "The driver that speaks on this bus." },
	{ BUS(endpoint), .key = "endpoint", .type = FIELD_TEXT, .column = 4,
	    BYTES(0, CONF_TEXT_SIZE), .fallback = "",
	    .help = "The device, host or folder that the driver opens." },
	{ BUS(options), .key = "options", .type = FIELD_TEXT, BYTES(0, CONF_OPTIONS_SIZE),
	    .fallback = "", .help = "What else the driver wants to know." },
	{ BUS(poll_interval_ms), .key = "poll-interval", .type = FIELD_DURATION,
	    .flags = FIELD_WRITABLE, .column = 7, .min = 50 * MS, .max = DAY, .fallback = "1s",
	    .help = "How often each sensor of the bus is read, unless it has its own interval." },
	{ BUS(timeout_ms), .key = "timeout", .type = FIELD_DURATION, .flags = FIELD_WRITABLE,
	    .column = 8, .min = 10 * MS, .max = MINUTE, .fallback = "500ms",
	    .help = "How long one request waits for its answer." },
	{ BUS(admin_state), .key = "admin-state", .type = FIELD_ENUM, .flags = FIELD_WRITABLE,
	    .column = 5, .choices = admin_states, .fallback = "enabled",
	    .help = "A disabled bus is closed; its sensors are not read." },

	{ DEVICE(name), .key = "name", .type = FIELD_NAME, .flags = FIELD_REQUIRED | FIELD_TITLE,
	    BYTES(1, CONF_NAME_SIZE), .help = "The title of the section; unique." },
	{ DEVICE(bus), .key = "bus", .type = FIELD_NAME, .flags = FIELD_REQUIRED,
	    BYTES(1, CONF_NAME_SIZE), .help = "The name of the bus it hangs on." },
	{ DEVICE(unit), .key = "unit", .type = FIELD_NAME, .flags = FIELD_REQUIRED,
	    BYTES(1, CONF_NAME_SIZE),
	    .help = "Which unit of the bus it is, as the addresses of the bus begin: the unit id "
		    "of a Modbus device." },
	{ DEVICE(profile), .key = "profile", .type = FIELD_TEXT, BYTES(0, CONF_NAME_SIZE),
	    .fallback = "",
	    .help = "The profile that says which sensors it has. Without one it has those whose "
		    "sections stand in it." },
	{ DEVICE(sensors), .key = "sensors", .type = FIELD_TEXT, BYTES(1, CONF_TEXT_SIZE),
	    .fallback = "*",
	    .help = "Which sensors of the profile it has: names or patterns with * and ?, with "
		    "commas between them." },

	{ PROFILE(name), .key = "name", .type = FIELD_NAME, .flags = FIELD_REQUIRED | FIELD_TITLE,
	    BYTES(1, CONF_NAME_SIZE), .help = "The title of the section; the file's name." },
	{ PROFILE(source), .key = "source", .type = FIELD_TEXT, .flags = FIELD_REQUIRED,
	    BYTES(1, CONF_TEXT_SIZE),
	    .help = "Where the map of the registers comes from: the maker's manual and its "
		    "version." },
	{ PROFILE(drivers), .key = "drivers", .type = FIELD_TEXT, BYTES(1, CONF_OPTIONS_SIZE),
	    .fallback = "modbus-*",
	    .help = "The drivers whose addresses it has: names or patterns, with commas between "
		    "them." },

	{ SENSOR(name), .key = "name", .type = FIELD_NAME,
	    .flags = FIELD_REQUIRED | FIELD_TITLE | FIELD_WRITABLE, .column = 2,
	    BYTES(1, CONF_NAME_SIZE), .help = "The title of the section; unique." },
	{ SENSOR(bus), .key = "bus", .type = FIELD_NAME, .flags = FIELD_REQUIRED | FIELD_WRITABLE,
	    .column = 3, BYTES(1, CONF_NAME_SIZE), .help = "The name of the bus it hangs on." },
	{ SENSOR(address), .key = "address", .type = FIELD_TEXT,
	    .flags = FIELD_REQUIRED | FIELD_WRITABLE, .column = 4, BYTES(1, CONF_ADDRESS_SIZE),
	    .help = "Where it is on the bus, in the form of the driver." },
	{ SENSOR(quantity), .key = "quantity", .type = FIELD_QUANTITY,
	    .flags = FIELD_REQUIRED | FIELD_WRITABLE, .column = 5,
	    .help = "What it measures; this decides the unit and the physical range." },
	{ SENSOR(gain_micro), .key = "gain", .type = FIELD_MICRO,
	    .flags = FIELD_WRITABLE | FIELD_NOT_ZERO, .column = 35, ANY_INT32, .fallback = "1",
	    .help = "The raw value is multiplied by it." },
	{ SENSOR(offset_milli), .key = "offset", .type = FIELD_MILLI, .flags = FIELD_WRITABLE,
	    .column = 36, ANY_INT32, .fallback = "0",
	    .help = "Added after the gain: the calibration, in the sensor's unit." },
	{ SENSOR(poll_interval_ms), .key = "poll-interval", .type = FIELD_DURATION,
	    .flags = FIELD_WRITABLE | FIELD_SHARED | FIELD_OR_ZERO, .column = 34, .min = 50 * MS,
	    .max = DAY, .fallback = "0",
	    .help = "How often it is read; 0 is the interval of the bus." },
	{ SENSOR(location), .key = "location", .type = FIELD_TEXT,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 39, BYTES(0, CONF_TEXT_SIZE),
	    .fallback = "", .help = "Where it hangs, for people." },
	{ SENSOR(admin_state), .key = "admin-state", .type = FIELD_ENUM,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 44, .choices = admin_states,
	    .fallback = "enabled",
	    .help = "A disabled sensor is out of service: not read, its alarms frozen." },

	{ LEVEL(LIMIT_LOW_CRITICAL), .key = "low-critical", .type = FIELD_MILLI,
	    .flags = FIELD_WRITABLE, .column = 19, ANY_INT32, .fallback = "0",
	    .help = "Critical at and below this value." },
	{ LEVEL(LIMIT_LOW_WARNING), .key = "low-warning", .type = FIELD_MILLI,
	    .flags = FIELD_WRITABLE, .column = 20, ANY_INT32, .fallback = "0",
	    .help = "Warning at and below this value." },
	{ LEVEL(LIMIT_HIGH_WARNING), .key = "high-warning", .type = FIELD_MILLI,
	    .flags = FIELD_WRITABLE, .column = 21, ANY_INT32, .fallback = "0",
	    .help = "Warning at and above this value." },
	{ LEVEL(LIMIT_HIGH_CRITICAL), .key = "high-critical", .type = FIELD_MILLI,
	    .flags = FIELD_WRITABLE, .column = 22, ANY_INT32, .fallback = "0",
	    .help = "Critical at and above this value." },
	{ MEMBER(CONF_SENSOR, struct conf_sensor, rate_limit_milli), .limit = LIMIT_RATE,
	    .key = "rate-limit", .type = FIELD_MILLI, .flags = FIELD_WRITABLE, .column = 28,
	    POSITIVE_INT32, .fallback = "0",
	    .help = "The fastest change, up or down, in the sensor's unit per minute." },
	{ SENSOR(limits_enabled), .key = "limits-enabled", .type = FIELD_LIMITS,
	    .flags = FIELD_WRITABLE, .column = 23, .fallback = "none",
	    .help = "The limits that are in force. Without this key those that the section sets." },
	{ SENSOR(deadband_milli), .key = "deadband", .type = FIELD_MILLI,
	    .flags = FIELD_WRITABLE | FIELD_AUTO, .column = 24, POSITIVE_INT32, .fallback = "auto",
	    .help =
		"How far a value must come back from a limit before it counts as inside. auto is "
		"1 for temperatures, 3 for humidity, else 1 % of the span of the limits." },
	{ SENSOR(on_delay_ms), .key = "on-delay", .type = FIELD_DURATION,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 25, .min = 0, .max = DAY,
	    .fallback = "30s",
	    .help = "How long a limit must be crossed before the alarm is raised." },
	{ SENSOR(off_delay_ms), .key = "off-delay", .type = FIELD_DURATION,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 26, .min = 0, .max = DAY,
	    .fallback = "60s",
	    .help = "How long a value must be inside again before the alarm clears." },
	{ SENSOR(min_samples), .key = "min-samples", .type = FIELD_NUMBER,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 27, .min = 1, .max = 100,
	    .fallback = "2",
	    .help = "How many samples must agree before an alarm is raised or clears." },
	{ SENSOR(stale_after_ms), .key = "stale-after", .type = FIELD_DURATION,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 29, .min = 0, .max = 7 * DAY,
	    .fallback = "0",
	    .help = "A value older than this is a fault; 0 is three intervals, at least 30s." },
	{ SENSOR(fault_count), .key = "fault-count", .type = FIELD_NUMBER,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 30, .min = 1, .max = 100,
	    .fallback = "3", .help = "So many bad samples in a row are a fault." },
	{ SENSOR(fault_delay_ms), .key = "fault-delay", .type = FIELD_DURATION,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 47, .min = 0, .max = DAY,
	    .fallback = "10s", .help = "The bad samples must span at least this time." },
	{ SENSOR(latch), .key = "latch", .type = FIELD_BOOL, .flags = FIELD_WRITABLE | FIELD_SHARED,
	    .column = 31, .fallback = "false",
	    .help = "An alarm that clears stays listed until it is reset." },
	{ SENSOR(ack_required), .key = "ack-required", .type = FIELD_BOOL,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 32, .fallback = "false",
	    .help = "An alarm that clears stays listed until it is acknowledged." },
	{ SENSOR(reminder_s), .key = "reminder", .type = FIELD_SECONDS,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 33, .min = 0,
	    .max = 30 * DAY / SECOND, .fallback = "4h",
	    .help = "How often an open alarm nobody has acknowledged is told again; 0 is never." },
	{ SENSOR(range_low_milli), .key = "range-low", .type = FIELD_MILLI, ANY_INT32,
	    .fallback = "-2147483.648",
	    .help = "What the device cannot measure: a value below is a fault. The range of the "
		    "quantity holds in any case." },
	{ SENSOR(range_high_milli), .key = "range-high", .type = FIELD_MILLI, ANY_INT32,
	    .fallback = "2147483.647", .help = "Likewise: a value above is a fault." },
};

const struct field *
schema_at(size_t n)
{
	return n < COUNT(rows) ? &rows[n] : NULL;
}

size_t
schema_number(const struct field *field)
{
	size_t number = 0;

	for (const struct field *row = rows; row < field; row++)
		if (row->object == field->object)
			number++;
	return number;
}

const struct field *
schema_find(enum conf_object object, const char *key)
{
	for (size_t n = 0; n < COUNT(rows); n++)
		if (rows[n].object == object && strcmp(rows[n].key, key) == 0)
			return &rows[n];
	return NULL;
}

const struct field *
schema_column(enum conf_object object, unsigned column)
{
	for (size_t n = 0; n < COUNT(rows); n++)
		if (rows[n].object == object && rows[n].column == column && column != 0)
			return &rows[n];
	return NULL;
}

const char *
schema_object_name(enum conf_object object)
{
	switch (object) {
	case CONF_AGENT:
		return "";
	case CONF_BUS:
		return "bus";
	case CONF_SENSOR:
		return "sensor";
	case CONF_DEVICE:
		return "device";
	case CONF_PROFILE:
		return "profile";
	}
	return "";
}

bool
schema_is_key(const struct field *field, enum schema_section section)
{
	enum conf_object object = field->object;

	if ((field->flags & FIELD_TITLE) != 0)
		return false;
	switch (section) {
	case SECTION_TOP:
		return object == CONF_AGENT;
	case SECTION_BUS:
		return object == CONF_BUS;
	case SECTION_SENSOR:
		return object == CONF_SENSOR;
	case SECTION_DEVICE:
		return object == CONF_DEVICE || (field->flags & FIELD_SHARED) != 0;
	case SECTION_PROFILE:
		return object == CONF_PROFILE;
	case SECTION_PART: /* what the device itself has, its sensors have not */
		return object == CONF_SENSOR && schema_find(CONF_DEVICE, field->key) == NULL;
	}
	return false;
}

void
schema_set_defaults(enum conf_object object_kind, void *object)
{
	for (size_t n = 0; n < COUNT(rows); n++) {
		if (rows[n].object != object_kind || rows[n].fallback == NULL)
			continue;
		if (field_parse(&rows[n], rows[n].fallback, object, NULL) < 0)
			assert(!"a default of the schema does not parse"); /* test_schema */
	}
}
