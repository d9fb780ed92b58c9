/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_SNAPSHOT_H
#define ENGINE_SNAPSHOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "core/delivery.h"
#include "core/event.h"
#include "core/reading.h"
#include "core/record.h"
#include "core/report.h"
#include "engine/channel.h"
#include "engine/event_log.h"

/*
 * What the world may see: an immutable picture, published by the engine, read by any thread.
 * snapshot_get and snapshot_put only count; nobody waits for more than a swap of pointers.  The
 * parts are counted on their own and shared between snapshots while unchanged.
 */

/* At most 96 bytes: there may be 50,000, several times over.  Times are CLOCK_BOOTTIME. */
struct live_sensor {
	int64_t last_good_ms;
	int64_t shelved_until_ms; /* 0: it is not shelved */
	uint64_t reads;
	uint64_t errors;
	int32_t value_milli; /* holds while quality is good or suspect */
	int32_t last_good_milli;
	int32_t minimum_milli, maximum_milli;
	int32_t day_minimum_milli, day_maximum_milli, trend_milli; /* core/extremes.h */
	uint32_t excursions;
	uint8_t quality;     /* enum quality */
	uint8_t reason;      /* enum fault_reason */
	uint8_t severity;    /* enum severity */
	uint8_t zone;        /* enum zone */
	uint8_t suppression; /* enum suppression */
	bool has_good;       /* last_good_* hold */
	bool has_extremes;   /* minimum and maximum hold */
	bool has_day, has_trend;
};

struct live_bus {
	int64_t last_report_ms;
	enum bus_state state;
	uint32_t cycle_ms;
	uint32_t sensor_count;
	bool has_cycle; /* cycle_ms holds */
	struct bus_counters counters;
	char last_error[128];
};

/* In the order of conf->sensors and conf->buses of the same snapshot. */
struct live {
	int references; /* under the hub's lock */
	size_t sensor_count, bus_count;
	struct live_sensor *sensors;
	struct live_bus *buses;
};

enum storage_state { /* envsStorageState */
	STORAGE_OK = 1,
	STORAGE_DEGRADED, /* the disk is slow: only seen while it is (snapshot_storage) */
	STORAGE_FAILED,   /* it cannot be written; what happens is kept until it can */
};

/* What is active or still listed, by alarm id. */
struct alarms {
	atomic_int references;
	size_t count;
	struct alarm_row rows[];
};

struct channel_view {
	enum channel channel;
	const char *name;
	struct delivery_books books;
	uint32_t pending;  /* neither delivered nor given up */
	bool has_oldest;   /* of them: oldest_ms holds */
	int64_t oldest_ms; /* boottime of its event */
	bool is_up;
};

/* The delivery queue, by id; its channels by their numbers. */
struct deliveries {
	atomic_int references;
	size_t channel_count;
	struct channel_view channels[CHANNEL_COUNT];
	size_t count;
	struct delivery rows[];
};

enum mail_path_state { /* envsMailPathState */
	MAIL_PATH_DISABLED = 1,
	MAIL_PATH_OK,
	MAIL_PATH_UNKNOWN,
	MAIL_PATH_DEGRADED, /* some relay does not work, or did not the last time */
	MAIL_PATH_FAILED,   /* none does */
};

enum relay_state { /* envsRelayState */
	RELAY_STATE_OK = 1,
	RELAY_STATE_UNKNOWN,
	RELAY_STATE_PROBING,
	RELAY_STATE_DOWN,
};

struct contact_view {
	uint32_t index;
	struct contact_books books;
};

struct relay_view {
	uint32_t index;
	enum relay_state state;
	bool has_result; /* how the last attempt ended: */
	enum result result;
	int32_t code;
	char text[DELIVERY_REPLY_SIZE];
	uint32_t latency_ms;
	int64_t last_success_wall_ms; /* 0: never */
	bool has_days;
	int32_t days; /* that its certificate has left */
};

/* Of channel mail; contacts and relays in the order of those of the configuration. */
struct mail_view {
	atomic_int references;
	enum mail_path_state path_state;
	bool is_testing, has_test; /* has_test: how the last test ended: */
	enum result test_result;
	char test_text[DELIVERY_REPLY_SIZE];
	size_t contact_count, relay_count;
	struct contact_view *contacts;
	struct relay_view *relays;
};

struct live_agent {
	char uuid[37];
	int64_t start_wall_ms;
	int64_t configured_wall_ms;
	int64_t entities_changed_ms; /* boottime */
	int64_t last_sample_ms;      /* boottime; 0: none yet */
	uint32_t heartbeat;          /* grows by one each second while the engine lives */
	uint32_t sensors_in_fault;
	enum severity overall;
	uint32_t next_sensor_index, next_relay_index, next_contact_index;
	uint32_t test_contact; /* 0: all */
	bool is_test_asked;    /* by a SET that is under way */
	uint32_t config_lock;
	uint32_t alarms_active, alarms_unacknowledged;
	enum storage_state storage;
};

struct snapshot {
	int references; /* under the hub's lock */
	const struct conf *conf;
	struct live *live;
	struct alarms *alarms;         /* NULL: none */
	struct event_view *events;     /* NULL: none */
	struct deliveries *deliveries; /* NULL: none */
	struct mail_view *mail;        /* NULL: none */
	struct live_agent agent;
	const atomic_llong *storing_since_ms; /* of the hub; NULL: none */
};

/* The storage as it is now: the engine cannot publish while it waits for the disk, so this is found
 * by whoever looks. */
#define SNAPSHOT_STALL_MS 2000
enum storage_state snapshot_storage(const struct snapshot *snapshot, int64_t now_ms);

/* The place where the newest snapshot hangs; one lock inside. */
struct hub;

int hub_new(struct hub **ret_hub);
void hub_free(struct hub *hub); /* copes with NULL; no snapshot may be out */

/* The newest; NULL before the first was published.  Each get needs a put. */
const struct snapshot *hub_get(struct hub *hub);
void hub_put(struct hub *hub, const struct snapshot *put);

/* For the engine: a live part of that size to fill, recycled if one is free.  NULL: no memory. */
struct live *hub_take_live(struct hub *hub, size_t sensor_count, size_t bus_count);

/*
 * For the engine: publishes `agent` with `conf` (counted here) and `live` (taken; NULL: the one
 * that is published already).  -ENOMEM: the old snapshot stays, `live` is still taken.
 */
int hub_publish(
    struct hub *hub, const struct conf *conf, struct live *live, const struct live_agent *agent);

/* For the engine: it waits for the disk from that moment on; 0: not any more. */
void hub_set_storing(struct hub *hub, int64_t since_ms);

/*
 * For the engine: the alarms, the events, the deliveries or the mail of all snapshots that are
 * published from now on; the reference is taken.
 */
void hub_take_alarms(struct hub *hub, struct alarms *alarms);
void hub_take_events(struct hub *hub, struct event_view *events);
void hub_take_deliveries(struct hub *hub, struct deliveries *deliveries);
void hub_take_mail(struct hub *hub, struct mail_view *mail);

/* With room for `count` rows, one reference.  NULL: no memory. */
struct alarms *alarms_new(size_t count);
struct deliveries *deliveries_new(size_t count);
struct mail_view *mail_view_new(size_t contact_count, size_t relay_count);

#endif
