/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_ENGINE_PRIVATE_H
#define ENGINE_ENGINE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/overlay.h"
#include "core/evaluator.h"
#include "core/event_text.h"
#include "core/extremes.h"
#include "engine/change.h"
#include "engine/engine.h"
#include "engine/event_log.h"
#include "engine/outbox_private.h"

/* Inside agent/engine/engine*.c and outbox*.c only. */

#define ENGINE_TICK_MS      1000
#define ENGINE_NOT_READY_MS 300000 /* a row that lacks something goes then */
#define ENGINE_WAITING_MAX  1024   /* events that are not stored yet */

/* What the engine knows of a sensor beside what it shows; in the order of conf->sensors. */
struct private_sensor {
	struct evaluator evaluator;
	int64_t stored_wall_ms; /* of another boot, when the clock could not say how long ago; 0 */
	struct extremes *extremes; /* of a temperature; NULL: it is none */
	int64_t last_ms;           /* the evaluator's clock never goes back */
	uint32_t since_generation; /* samples from before it started afresh do not count */
	bool is_changed;           /* what it keeps has to be stored */
};

/* What of an engine goes with a configuration, in its order. */
struct engine_parts {
	const struct conf *conf;
	struct private_sensor *privates;
	struct live_sensor *sensors;
	struct live_bus *buses;
	uint32_t *bus_alarms;
};

/* A change by SNMP that is not stored yet, and what was before. */
struct change_attempt {
	const struct change *change;
	bool is_stored, is_failed;
	struct err err; /* of the failure */

	struct engine_parts parts;
	struct alarm_row *rows;
	size_t row_count, row_room;
	struct live_agent agent;
	uint32_t next_alarm_id;
	bool are_states_new;
};

struct engine {
	struct store *store;
	struct hub *hub;
	struct engine_effects effects;
	struct moment now; /* of the call that is under way */

	const struct conf *conf;
	struct private_sensor *privates;
	struct live_sensor *sensors;
	struct live_bus *buses;
	uint32_t *bus_alarms; /* in the order of conf->buses: the open alarm's id; 0: not lost */
	struct live_agent agent;

	struct verdict verdict; /* its next_alarm_id is the engine's */
	struct alarm_row *rows; /* by id; unlisted ones until that is stored */
	size_t row_count, row_room;
	struct event_log log;

	/* what the next commit has to store */
	struct record *waiting; /* a ring of ENGINE_WAITING_MAX, the oldest at waiting_first */
	char (*details)[EVENT_TEXT_SIZE]; /* those of the records in the same places */
	size_t waiting_first, waiting_count;
	size_t logged_count; /* the oldest so many are lines of the log */
	bool has_changed;    /* of all this anything */
	bool are_states_new; /* another configuration: all states take the place of all */
	bool is_running;     /* to be stored as STORE_IS_RUNNING */
	struct overlay laid; /* what became of settings by SNMP under another configuration */
	bool is_stopping;    /* the agent's stop was told; nothing more happens */
	int64_t retry_ms;    /* while the storage state is not ok: not before */

	/* engine_change.c */
	struct change_attempt *attempt; /* NULL: none is under way */
	struct change *undo;            /* what would take the last change back; NULL: it stays */
	uint32_t event_floor;           /* so many events stay, in case it is taken back */
	bool has_fewer_events;          /* and now they need not */

	struct outbox outbox;
	int64_t beat_ms; /* of the last heartbeat, or since when there could have been one */

	/* engine_care.c */
	struct {
		uint32_t alarm;           /* the open one of kind storage; 0 */
		uint32_t dropped;         /* events that found no room while they waited */
		uint32_t event_cap;       /* not more events than these; 0: as many as set */
		enum storage_story story; /* of the trouble that there is */
		bool has_story;           /* the database has one, which is told and has to go */
		bool is_damaged;          /* and why: */
		struct err damage;
		bool is_rewriting;  /* another one is there: the next commit stores all */
		int64_t replace_ms; /* not before */
		int64_t copy_ms;
		struct moment ticked, loaded;
		bool waits_for_clock; /* some sensor has a stored_wall_ms */
		int64_t wake_ms; /* the network has come up: then the queue is to be woken; 0: no */
		int64_t woken_ms; /* the last time */
	} care;
	/* engine_effective.c */
	bool is_effective_old, has_effective_failed;
	bool has_known;
	struct overlay known;     /* what of SNMP is stored, should the database be lost */
	int64_t effective_due_ms; /* not before */

	int64_t tick_due_ms;
	int64_t published_ms;
	bool has_new_values;
	bool has_new_state;  /* quality, a bus, the configuration: shown at once */
	bool has_new_alarms; /* the rows are not those that are shown */
	bool is_conf_new;    /* nobody outside knows that it is in force */
};

/* Of whom an event is. */
struct origin {
	uint32_t sensor, bus; /* indices; 0 */
	enum quantity quantity;
	const char *source;
	uint8_t channel; /* enum channel; 0 */
};

/* engine_conf.c */
void engine_free_privates(struct private_sensor *privates, const struct conf *conf);
bool engine_is_polled(const struct conf_sensor *sensor, const struct conf_bus *bus);
struct evaluator_rule engine_rule(const struct conf_sensor *sensor, const struct conf_bus *bus);

/*
 * Another configuration: the parts as they go on under it (those that are there stay as they are);
 * to put them in the place of those that are there, which are the caller's then; to let everybody
 * notice what is different.
 */
int engine_seal(
    const struct engine *engine, struct conf *conf, bool *ret_has_entity_news, struct err *err);
int engine_parts_new(
    const struct engine *engine, const struct conf *conf, struct engine_parts *ret_parts);
void engine_parts_free(struct engine_parts *parts); /* not the configuration */
struct engine_parts engine_take_parts(struct engine *engine, const struct engine_parts *parts);
void engine_tell_conf(struct engine *engine, const struct conf *before);
void engine_conf_is_new(struct engine *engine, bool has_entity_news);

/* engine.c */

int64_t engine_shelved_until_ms(const struct evaluator *evaluator); /* 0: it is not */

/* What the evaluator knows becomes what is shown. */
void engine_show(struct engine *engine, size_t at);

/*
 * engine_settings.c: what SNMP has set.  Before a configuration from the file gets its indices (and
 * in their transaction) names in it that SNMP has given; behind that, over what the file says, what
 * SNMP has set.  That which the file has overtaken is told when the configuration is in force, and
 * removed by the commit of those events.
 */
enum store_kind engine_store_kind(enum conf_object object); /* 0: nothing of it can be set */
int engine_load_overlay(struct engine *engine, struct overlay *overlay, struct err *err);
int engine_adopt_names(struct engine *engine, const struct conf *conf, struct err *err);
int engine_lay_settings(struct engine *engine, struct conf *conf, struct err *err);
int engine_lay_idle(struct engine *engine, struct conf *conf, struct err *err); /* rows by SET */
void engine_tell_laid(struct engine *engine);
int engine_write_laid(struct engine *engine, struct err *err);
int engine_rewrite_settings(struct engine *engine, struct err *err); /* in another database */

/* engine_load.c: what was stored, before the first configuration is in force. */
int engine_load(struct engine *engine, const struct conf *conf, struct private_sensor *privates,
    struct err *err);

/* engine_change.c: what the attempt that is under way stores of itself. */
int engine_write_change(struct engine *engine, struct err *err);
void engine_expire_rows(struct engine *engine);

/* engine_operate.c: what people do to alarms and sensors.  -EINVAL: it is not possible any more. */
int engine_operate(struct engine *engine, const struct change *change,
    const struct change_item *item, struct err *err);
int engine_put_back(struct engine *engine, const struct alarm_row *was);
void engine_say_changed(
    struct engine *engine, const struct change_item *item, const struct conf *before);

/* engine_alarm.c */

/* An event and what follows of it for the row of its alarm. */
void engine_tell(struct engine *engine, const struct origin *origin, const struct event *event);

uint32_t engine_take_alarm_id(struct engine *engine);

/* After each call of a sensor's evaluator with engine->verdict: its events, its state, its row. */
void engine_sensor_said(struct engine *engine, size_t at);

/* An event of the agent itself. */
void engine_say(struct engine *engine, enum event_kind kind, uint32_t first, uint32_t second);

/* A configChange of that object, in one whole sentence: conf/change_text.h. */
void engine_say_change(struct engine *engine, const struct origin *origin, const char *sentence);

void engine_bus_lost(struct engine *engine, size_t at);
void engine_bus_back(struct engine *engine, size_t at);

/* Alarms of what is not there any more end; finds engine->bus_alarms. */
void engine_reconcile(struct engine *engine);

struct alarm_row *engine_row(struct engine *engine, uint32_t alarm_id); /* NULL: none */
int engine_add_row(struct engine *engine, const struct alarm_row *row);
size_t engine_open_rows(const struct engine *engine);

/* engine_commit.c: stores what there is to store, or tries; later if it fails. */
void engine_commit(struct engine *engine);
struct record *engine_waiting(const struct engine *engine, size_t n); /* the oldest is 0 */

/* engine_log.c: each event that waits, once: numbered, or while the database is in trouble. */
void engine_log_events(struct engine *engine);

/* engine_care.c: at the first configuration; once a second when there is nothing else to do. */
void engine_care_begin(struct engine *engine);
void engine_care_tick(struct engine *engine);
void engine_network_up(struct engine *engine);

/* A commit has failed, or not; an event that was not stored yet found no room. */
void engine_storage_fails(struct engine *engine, const struct err *err); /* told once */
void engine_storage_works(struct engine *engine);
void engine_storage_drops(struct engine *engine);

/* Before a commit: another database in the place of a damaged one; in it: what was in that one. */
int engine_replace_database(struct engine *engine, struct err *err);
int engine_rewrite(struct engine *engine, struct err *err);

#endif
