/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/schema.h"
#include "core/alarm.h"
#include "core/limits.h"
#include "core/mailbox.h"
#include "core/reading.h"
#include "core/text.h"
#include "core/units.h"

/*
 * The configuration in force: one immutable object, counted, shared by all threads.  Buses,
 * sensors, relays and contacts are sorted by index.  Made by conf_file (or, later, by a SET on a
 * copy), checked by conf_check, given its indices by the engine, then never changed.  It holds
 * passwords: they are wiped when it goes.
 */
#define CONF_NAME_SIZE     (TEXT_NAME_MAX + 1)
#define CONF_ADDRESS_SIZE  65
#define CONF_DRIVER_SIZE   16
#define CONF_OPTIONS_SIZE  64
#define CONF_TEXT_SIZE     256
#define CONF_HARDWARE_SIZE 64
#define CONF_MAILBOX_SIZE  (MAILBOX_MAX + 1)
#define CONF_LIST_SIZE     1024
#define CONF_REMARK_SIZE   512

enum conf_admin { /* envsBusAdminState, envsSensorAdminState */
	ADMIN_ENABLED = 1,
	ADMIN_DISABLED,
};

enum conf_storage { /* StorageType */
	STORAGE_NON_VOLATILE = 3,
	STORAGE_PERMANENT = 4,
};

enum conf_limit { /* bit n of envsSensorLimitsEnabled; LIMIT_BIT() is its mask in the octet */
	LIMIT_LOW_CRITICAL,
	LIMIT_LOW_WARNING,
	LIMIT_HIGH_WARNING,
	LIMIT_HIGH_CRITICAL,
	LIMIT_RATE,
	LIMIT_LEVELS = 4, /* the first four are levels */
};
#define LIMIT_BIT(limit) (0x80u >> (limit))

struct conf_bus {
	uint32_t index;
	uint32_t entity_index; /* entPhysicalIndex */
	char name[CONF_NAME_SIZE];
	char driver[CONF_DRIVER_SIZE];
	char endpoint[CONF_TEXT_SIZE];
	char options[CONF_OPTIONS_SIZE];
	uint32_t poll_interval_ms;
	uint32_t timeout_ms;
	enum conf_admin admin_state;
};

struct conf_sensor {
	uint32_t index;
	uint32_t entity_index; /* entPhysicalIndex */
	char name[CONF_NAME_SIZE];
	char bus[CONF_NAME_SIZE];
	char address[CONF_ADDRESS_SIZE];
	char hardware_id[CONF_HARDWARE_SIZE]; /* filled by conf_check through the driver */
	char location[CONF_TEXT_SIZE];
	enum quantity quantity;
	enum conf_admin admin_state;
	enum conf_storage storage;
	uint32_t bus_index;                /* filled by conf_seal */
	uint32_t poll_interval_ms;         /* 0 = the bus's */
	int32_t limit_milli[LIMIT_LEVELS]; /* by enum conf_limit */
	uint8_t limits_enabled;            /* LIMIT_BIT()s */
	int32_t deadband_milli;            /* -1: by quantity and limits (conf_limit_rule) */
	uint32_t on_delay_ms;
	uint32_t off_delay_ms;
	uint32_t min_samples;
	int32_t rate_limit_milli; /* per minute */
	uint32_t stale_after_ms;
	uint32_t fault_count;
	uint32_t fault_delay_ms;
	bool latch;
	bool ack_required;
	uint32_t reminder_s;
	int32_t gain_micro;
	int32_t offset_milli;
	int32_t range_low_milli; /* what the device can measure; the quantity's range holds, too */
	int32_t range_high_milli;
};

/* Sections of the file from which sensors are made (conf_device.h); not in the MIB. */
struct conf_device {
	char name[CONF_NAME_SIZE];
	char bus[CONF_NAME_SIZE];
	char unit[CONF_NAME_SIZE];
	char profile[CONF_NAME_SIZE]; /* "": none */
	char sensors[CONF_TEXT_SIZE]; /* patterns over the titles of the profile */
};

struct conf_profile {
	char name[CONF_NAME_SIZE];
	char source[CONF_TEXT_SIZE];
	char drivers[CONF_OPTIONS_SIZE]; /* patterns over the names of drivers */
};

struct conf_agent {
	char agentx[CONF_TEXT_SIZE];
	char state_dir[CONF_TEXT_SIZE];
	char site[65];
	char log_level[8];
	uint32_t entity_base;          /* the first entPhysicalIndex */
	uint32_t max_shelve_s;         /* the longest shelving of a sensor */
	uint32_t heartbeat_interval_s; /* of the notification; 0: none */
};

struct conf_event {
	uint32_t maximum; /* rows kept */
};

/* The queue of deliveries, the same for each channel.  DELIVERY: what the numbers do. */
struct conf_delivery {
	uint32_t maximum; /* rows that are not ended */
	uint32_t maximum_bytes;
	uint32_t warning_percent; /* of either maximum */
	uint32_t retry_base_ms, retry_cap_ms;
	uint32_t retry_jitter_percent;
	uint32_t retry_blocked_s; /* of a channel that waits for another configuration */
	uint32_t useful_for_s;    /* a raise or escalation; a clear as its raise */
	uint32_t useful_for_digest_s, useful_for_test_s;
	uint32_t look_again_after_s;
	uint32_t down_after_s;      /* a channel that does not work for so long is an alarm */
	uint32_t report_interval_s; /* one event about rows that ended badly in this time */
	uint32_t retention_s, retention_rows;
	uint32_t pace, pace_burst; /* notifications a second, at once */
	uint32_t replay_rows;
};

struct conf_breaker {
	uint32_t failures; /* temporary results in a row that open it */
};

/* Mails to one recipient, and the digest that takes what is too much. */
struct conf_limiter {
	uint32_t burst;
	uint32_t interval_s; /* one more in this time */
	uint32_t per_hour, per_day;
	uint32_t digest_interval_s;
	uint32_t release_after_s; /* below the limits for so long */
	uint32_t flood_raises;    /* more in the window: a flood */
	uint32_t flood_window_s;
	uint32_t flood_end; /* fewer in the window: its end */
};

struct conf_mail {
	bool is_enabled; /* false unless the file has the section, or SNMP says so */
	char from[CONF_MAILBOX_SIZE];
	char allow_recipients[CONF_LIST_SIZE]; /* mailbox_is_in_list; conf_file fills the default */
	bool allow_secret_set;
	uint32_t group_window_ms;
	uint32_t delayed_after_s;
	uint32_t check_interval_s; /* 0: never */
	uint32_t check_interval_failed_s;
	uint32_t check_failures;
	uint32_t heartbeat_interval_s; /* 0: none */
	uint32_t fallback_after_s;     /* the breaker of the better relay open for so long */
	uint32_t auth_tries;
	uint32_t auth_retry_s; /* once those are used up */
	uint32_t connection_mails;
};

enum conf_security { /* envsRelaySecurity */
	SECURITY_TLS = 1,
	SECURITY_STARTTLS,
	SECURITY_NONE,
};

enum conf_auth {
	AUTH_AUTO,
	AUTH_SCRAM_SHA_256,
	AUTH_PLAIN,
	AUTH_LOGIN,
	AUTH_XOAUTH2,
};

struct conf_relay {
	uint32_t index;
	uint32_t rank; /* order of preference: the least first; places in the file, then (conf_seal)
	                  those by SET by index */
	enum conf_storage storage;
	char host[CONF_TEXT_SIZE];
	uint32_t port;
	enum conf_security security;
	char user[CONF_TEXT_SIZE];
	char password[CONF_TEXT_SIZE]; /* that of password_file, too; secret */
	char password_file[CONF_TEXT_SIZE];
	char ca_file[CONF_TEXT_SIZE]; /* "": the system's */
	enum conf_auth auth;
	char token_command[CONF_TEXT_SIZE];
	uint32_t connect_timeout_ms, command_timeout_ms, data_timeout_ms, block_timeout_ms,
	    dot_timeout_ms;
	uint32_t deadline_ms; /* for all of it */
	bool allow_insecure;
};

struct conf_contact {
	uint32_t index;
	enum conf_storage storage;
	char name[CONF_NAME_SIZE];
	char address[CONF_MAILBOX_SIZE];
	enum severity min_severity;   /* not SEVERITY_UNKNOWN */
	char sensors[CONF_TEXT_SIZE]; /* a pattern over names of sensors */
	bool is_enabled;
	bool wants_clears;
	uint32_t escalate_after_s; /* 0: told at once */
	bool wants_heartbeat;
};

struct conf {
	atomic_int references; /* conf_ref and conf_unref only */
	uint32_t generation;   /* grows with each configuration put in force */
	struct conf_agent agent;
	struct conf_event event;
	struct conf_delivery delivery;
	struct conf_breaker breaker;
	struct conf_limiter limiter;
	struct conf_mail mail;
	size_t bus_count, bus_room; /* room: conf_add_bus only */
	struct conf_bus *buses;
	size_t sensor_count, sensor_room;
	struct conf_sensor *sensors;
	size_t relay_count, relay_room;
	struct conf_relay *relays;
	size_t contact_count, contact_room;
	struct conf_contact *contacts;
	size_t idle_count, idle_room;
	struct conf_idle *idle; /* rows by SET that are not active: conf_idle.h */
	uint32_t entity_index;  /* entPhysicalIndex of the agent itself */
	size_t entity_count;
	struct conf_entity *entities; /* by index: conf_entity.h */
	size_t containment_count;
	struct conf_containment *containments;
	char remark[CONF_REMARK_SIZE]; /* conf_file.h */
};

/* An empty configuration with the defaults of the schema, one reference.  NULL: out of memory. */
struct conf *conf_new(void);
struct conf *conf_ref(const struct conf *conf);
void conf_unref(const struct conf *conf); /* copes with NULL */

/* All of it with one reference, its arrays in the same order; NULL: out of memory.  What changes in
 * the copy leaves the original as it is. */
struct conf *conf_copy(const struct conf *conf);

/* Append a row with the schema's defaults; NULL: out of memory. The pointer holds until the next
 * append of its kind. */
struct conf_bus *conf_add_bus(struct conf *conf);
struct conf_sensor *conf_add_sensor(struct conf *conf);
struct conf_relay *conf_add_relay(struct conf *conf);
struct conf_contact *conf_add_contact(struct conf *conf);

/* After indices are given: sorts by index, resolves bus_index, ranks relays. */
void conf_seal(struct conf *conf);

/* By index, in a sealed configuration: binary search; NULL: none. */
const struct conf_bus *conf_bus(const struct conf *conf, uint32_t index);
const struct conf_sensor *conf_sensor(const struct conf *conf, uint32_t index);
const struct conf_relay *conf_relay(const struct conf *conf, uint32_t index);
const struct conf_contact *conf_contact(const struct conf *conf, uint32_t index);

/* What a relay of the file is known by, before conf_seal: host and port; of several such also which
 * of them it is. */
#define CONF_RELAY_KEY_SIZE (CONF_TEXT_SIZE + 24)
void conf_relay_key(const struct conf *conf, size_t position, char *to, size_t size);

/* The structure of that object that holds its settings (index 0 of what there is only one of), in
 * a sealed configuration, also of a row that is not active; NULL: there is none. */
const void *conf_settings(const struct conf *conf, enum conf_object object, uint32_t index);

/* The sensor's own interval or its bus's. */
uint32_t conf_poll_interval_ms(const struct conf_sensor *sensor, const struct conf_bus *bus);

/* Its limits as they are judged: a deadband that nobody has set is the default for its quantity and
 * limits. */
struct limit_rule conf_limit_rule(const struct conf_sensor *sensor);

/* What a driver says of a sensor, in the sensor's unit.  FAULT_NONE: *ret_milli holds. */
enum fault_reason conf_sensor_value(
    const struct conf_sensor *sensor, const struct reading *reading, int32_t *ret_milli);

/* What of a sensor or a bus decides whether its readings go on meaning the same: false = it starts
 * afresh (bus, address, quantity; driver, endpoint, options). */
bool conf_sensor_is_same_source(const struct conf_sensor *a, const struct conf_sensor *b);

/* The same as a text: equal for two sensors if they are of the same source. */
#define CONF_SOURCE_SIZE (CONF_NAME_SIZE + CONF_ADDRESS_SIZE + 16)
void conf_sensor_source(const struct conf_sensor *sensor, char to[CONF_SOURCE_SIZE]);
bool conf_bus_is_same_line(const struct conf_bus *a, const struct conf_bus *b);

#endif
