/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/set.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/engine.h"
#include "sys/log.h"

/* snmpd holds back all managers meanwhile, and sends the request again after a second. */
#define ENGINE_WAIT_MS 800

enum phase {
	PHASE_IDLE,
	PHASE_RESERVED, /* varbinds are coming in */
	PHASE_CHECKED,
	PHASE_ACTED, /* the engine has done it, or may do it yet */
	PHASE_FAILED,
};

struct setter {
	struct hub *hub;
	struct set_link link;
	uint64_t changes; /* that were sent; the last one's id */

	/* the SET under way */
	enum phase phase;
	long id;
	struct txn *txn;
	const struct snapshot *snapshot;
	enum set_error error;   /* of the check or the action */
	unsigned error_varbind; /* of the check */
	bool is_sent;           /* there is a change to be kept or taken back */
};

struct setter *
setter_new(struct hub *hub, const struct set_link *link)
{
	struct setter *setter = calloc(1, sizeof(*setter));

	if (setter == NULL)
		return NULL;
	setter->hub = hub;
	setter->link = *link;
	return setter;
}

static void
forget(struct setter *setter)
{
	txn_free(setter->txn);
	if (setter->snapshot != NULL)
		hub_put(setter->hub, setter->snapshot);
	setter->txn = NULL;
	setter->snapshot = NULL;
	setter->phase = PHASE_IDLE;
	setter->is_sent = false;
}

/* Not waited for: the inbox is in order, so whatever the engine has done by then is meant. */
static void
post(struct setter *setter, enum engine_message kind, struct change *change)
{
	struct chan_message message = { .kind = kind, .data = change };

	if (change != NULL) {
		change->id = setter->changes;
		if (chan_put(setter->link.engine, message) != CHAN_FULL)
			return;
	}
	change_free(change);
	log_error("the engine cannot be told how a SET has ended");
}

static void
take_back(struct setter *setter)
{
	if (setter->is_sent)
		post(setter, ENGINE_UNDO, change_new());
	forget(setter);
}

/* What comes before it has been given up by the master. */
static bool
begin(struct setter *setter, long id, int64_t now_ms)
{
	take_back(setter);
	setter->snapshot = hub_get(setter->hub);
	if (setter->snapshot == NULL)
		return false;
	setter->txn = txn_new(setter->snapshot, setter->link.drivers, now_ms);
	if (setter->txn == NULL) {
		forget(setter);
		return false;
	}
	setter->id = id;
	setter->phase = PHASE_RESERVED;
	return true;
}

static bool
is_under_way(const struct setter *setter, long id)
{
	return setter->phase != PHASE_IDLE && setter->id == id;
}

/* A master that got no answer in time sends it all once more. */
enum set_error
setter_reserve(struct setter *setter, long id, const struct set_varbind *varbind, int64_t now_ms)
{
	bool is_open = is_under_way(setter, id) && setter->phase <= PHASE_CHECKED;

	if (!is_open && !begin(setter, id, now_ms))
		return SET_RESOURCE_UNAVAILABLE;
	setter->phase = PHASE_RESERVED;
	return txn_add(setter->txn, varbind);
}

enum set_error
setter_check(struct setter *setter, long id, unsigned *ret_varbind)
{
	struct err err = { .text = "out of memory" };

	if (!is_under_way(setter, id))
		return SET_RESOURCE_UNAVAILABLE;
	if (setter->phase == PHASE_RESERVED) {
		setter->phase = PHASE_CHECKED;
		setter->error = txn_check(setter->txn, &setter->error_varbind, &err);
		if (setter->error != SET_OK)
			log_info("a SET is refused: %s", err.text);
	}
	*ret_varbind = setter->error_varbind;
	return setter->error;
}

/* 0 or a negative errno; without an answer the engine may have done it, or do it yet. */
static int
ask_engine(struct setter *setter, struct change *change, int64_t now_ms)
{
	struct chan_reply reply;
	int r;

	change->id = ++setter->changes;
	change->deadline_ms = now_ms + ENGINE_WAIT_MS;
	r = chan_call(setter->link.engine, ENGINE_CHANGE, &change->request, setter->link.replies,
	    ENGINE_WAIT_MS, &reply);
	if (r == -EAGAIN)
		change_free(change);
	if (r == -ETIMEDOUT)
		log_error("a SET fails: the engine does not answer within %d ms", ENGINE_WAIT_MS);
	setter->is_sent = r == -ETIMEDOUT || (r == 0 && reply.code == 0);
	return r < 0 ? r : reply.code;
}

enum set_error
setter_act(struct setter *setter, long id, int64_t now_ms)
{
	struct change *change;

	if (!is_under_way(setter, id))
		return SET_COMMIT_FAILED;
	if (setter->phase != PHASE_CHECKED)
		return setter->phase == PHASE_ACTED ? SET_OK : SET_COMMIT_FAILED;
	setter->phase = PHASE_ACTED;
	change = txn_take_change(setter->txn);
	if (change->count == 0)
		change_free(change);
	else if (ask_engine(setter, change, now_ms) < 0)
		setter->phase = PHASE_FAILED;
	return setter->phase == PHASE_ACTED ? SET_OK : SET_COMMIT_FAILED;
}

void
setter_commit(struct setter *setter, long id)
{
	struct change *late;

	if (!is_under_way(setter, id) || setter->phase != PHASE_ACTED)
		return;
	late = txn_take_late(setter->txn);
	if (setter->is_sent || late->count > 0)
		post(setter, ENGINE_KEEP, late);
	else
		change_free(late);
	forget(setter);
}

void
setter_undo(struct setter *setter, long id)
{
	if (is_under_way(setter, id))
		take_back(setter);
}

void
setter_forget(struct setter *setter, long id)
{
	if (is_under_way(setter, id))
		forget(setter);
}

void
setter_end(struct setter *setter)
{
	take_back(setter);
}

void
setter_free(struct setter *setter)
{
	if (setter == NULL)
		return;
	setter_end(setter);
	free(setter);
}
