/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdint.h>

#include "conf/conf.h"
#include "conf/conf_check.h"
#include "core/elapsed.h"
#include "core/err.h"
#include "core/report.h"
#include "engine/change.h"
#include "engine/channel.h"
#include "engine/mail_job.h"
#include "engine/snapshot.h"
#include "store/store.h"
#include "sys/chan.h"

/*
 * The sole owner of changing state and of the database.  No thread, no clock in here: engine_thread
 * brings messages and the time.  One thread at a time.
 */
struct engine;

/* What the engine sets off outside itself; called after the database and the snapshot say so. */
struct engine_effects {
	/* This configuration is in force now.  Must not block. */
	void (*conf_in_force)(void *context, const struct conf *conf);

	/* One attempt for the carrier of that channel; the job is copied.  False: as many are under
	 * way as it takes; it is offered again.  Must not block.  NULL: there is no carrier. */
	bool (*deliver)(void *context, enum channel channel, const struct delivery_job *job);

	/* Likewise one mail, or a check of a relay; the job is taken unless this is false. */
	bool (*mail)(void *context, struct mail_job *job);

	/* The carrier of that channel stands still, and cannot say so itself.  Asked each second;
	 * must not block.  NULL: none ever does. */
	bool (*stands_still)(void *context, enum channel channel);
	void *context;
	const struct conf_drivers *drivers; /* for what a change by SNMP asks of them */
};

/* Messages to the engine's inbox. */
enum engine_message {
	ENGINE_REPORT,  /* data: struct bus_report, taken; replaceable */
	ENGINE_CONF,    /* data: struct engine_conf_request, taken */
	ENGINE_CHANGE,  /* data: struct change, taken: engine_change */
	ENGINE_UNDO,    /* data: struct change, taken; only its id counts: engine_undo */
	ENGINE_KEEP,    /* data: struct change, taken: engine_keep */
	ENGINE_OUTCOME, /* data: struct delivery_outcome, taken */
	ENGINE_CHANNEL, /* data: struct channel_news, taken */
	ENGINE_MAIL_GO, /* data: struct mail_go_request, taken */
	ENGINE_RELAY,   /* data: struct relay_outcome, taken */
	ENGINE_NETWORK, /* no data: a link or an address has come up */
	ENGINE_STOP,    /* no data */
};

/* A new configuration (from a file: without indices).  The answer's code is 0 or a negative errno,
 * its data NULL or a malloc'ed struct err. */
struct engine_conf_request {
	struct chan_request request; /* first */
	struct conf *conf;           /* taken */
};

/* Frees the data of a message that nobody will handle (for chan_new). */
void engine_drop(struct chan_message *message);

int engine_new(struct store *store, struct hub *hub, const struct engine_effects *effects,
    const struct moment *now, struct engine **ret_engine);
void engine_free(struct engine *engine); /* copes with NULL; store and hub stay */

/*
 * Puts a configuration in force as one difference: gives indices (stored first), keeps the state of
 * what did not change, publishes, tells the buses.  On failure everything stays as it was. `conf`
 * is taken in any case.
 */
int engine_configure(
    struct engine *engine, struct conf *conf, const struct moment *now, struct err *err);

/*
 * A change by SNMP: in one transaction on disk, then in force and published, when it returns 0.
 * Else nothing has changed: -EINVAL, it does not fit what has come in force since it was made;
 * -EIO, the database; -ENOMEM; -ETIMEDOUT, its deadline has passed.
 *
 * It can be taken back, by a change of its own, until it is kept or the next one comes: a change
 * that the engine knows nothing of is not in force.  What is asked for with the keeping is done.
 */
int engine_change(
    struct engine *engine, struct change *change, const struct moment *now, struct err *err);
void engine_undo(struct engine *engine, uint64_t id, const struct moment *now);
void engine_keep(struct engine *engine, const struct change *late, const struct moment *now);

/* Handles one message and owns its data.  Nothing is visible outside before engine_turn_end. */
void engine_step(struct engine *engine, struct chan_message *message, const struct moment *now);

/* Timers (stale sensors) and the heartbeat; call it when engine_tick_due_ms has come and the inbox
 * is empty: a sample that waits must be counted before its sensor is called silent. */
void engine_tick(struct engine *engine, const struct moment *now);
int64_t engine_tick_due_ms(const struct engine *engine);

/* After all have been answered: writes state-dir/effective.conf if it is old, at most each second.
 */
void engine_write_effective(struct engine *engine, const struct moment *now);

/* Ends a turn: stores, publishes at once what changed state and mere values at most every 100 ms,
 * sends. */
void engine_turn_end(struct engine *engine, const struct moment *now);

/* When engine_turn_end has values to publish that it held back; INT64_MAX: none. */
int64_t engine_publish_due_ms(const struct engine *engine);

/* When engine_turn_end has something to send though nobody says anything; INT64_MAX: nothing. */
int64_t engine_send_due_ms(const struct engine *engine);

/* An attempt is under way, or its end is not stored: worth a moment before the end. */
bool engine_is_sending(const struct engine *engine);

#endif
