/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/grants.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "snmp/ask.h"
#include "snmp/rows.h"
#include "snmp/serve.h"
#include "sys/clock.h"
#include "sys/log.h"

#define TABLES_MAX 32
#define AGAIN_MS   10000
/* snmpd takes a node for each cell and finds its place by looking at all before: 500 rows cost it
 * some 4 s and 30 MB, 1,000 rows 25 s. */
#define ROWS_MAX 500

enum hung_state {
	HUNG_HELD,    /* or not yet refused */
	HUNG_DOUBTED, /* refused; it can be shared, if it is refused once more */
	HUNG_REFUSED,
	HUNG_SHARED, /* row by row */
};

/* A table that hangs in the library, and how it stands with this master in this session. */
struct hung {
	struct served *served;
	const struct table *table;
	enum hung_state state;
	int64_t again_ms; /* when to ask again for the whole */
	struct rows rows;

	/* what the log said last */
	enum hung_state told;
	size_t told_refused;
	bool is_told_too_many;
};

enum claim_state {
	CLAIM_NONE,
	CLAIM_GRANTED,
	CLAIM_REFUSED,
};

/* Our first entPhysicalIndex, for all agents of the master to see. */
struct claim {
	enum claim_state state;
	uint32_t index;
	int64_t again_ms;
	bool is_told_refused; /* what the log said last */
};

struct grants {
	struct server server;
	struct hung tables[TABLES_MAX];
	size_t count;
	struct hung *registering; /* whose answer the library waits for */
	struct claim claim;
	bool has_ended; /* the session, and its SET is not settled yet */

	/* the request that is out */
	struct asker asker;
	struct hung *asking; /* NULL: the claim */
	enum rows_want asked_row;
	uint64_t asked_index;
};

/* ---- answers ---- */

static void
claim_answered(struct claim *claim, const struct ask *ask, enum ask_answer answer, int64_t now_ms)
{
	claim->again_ms = now_ms + AGAIN_MS;
	if (ask->kind == ASK_RELEASE_INDEX) {
		claim->state = CLAIM_NONE;
		claim->again_ms = now_ms;
	} else if (answer != ASK_LOST) {
		claim->state = answer == ASK_GRANTED ? CLAIM_GRANTED : CLAIM_REFUSED;
	}
}

static void
whole_answered(struct hung *hung, const struct claim *claim, enum ask_answer answer, int64_t now_ms)
{
	hung->again_ms = now_ms + AGAIN_MS;
	if (answer == ASK_GRANTED)
		hung->state = HUNG_HELD;
	else if (answer == ASK_REFUSED && hung->table->sharing == TABLE_ROWS &&
		 claim->state == CLAIM_GRANTED)
		hung->state = HUNG_SHARED;
	else
		hung->state = HUNG_REFUSED;
	if (answer != ASK_GRANTED)
		log_debug("asked again for %s: %s", hung->table->name,
		    answer == ASK_REFUSED ? "refused" : "no answer");
}

static void
answered(void *context, const struct ask *ask, enum ask_answer answer)
{
	struct grants *grants = context;
	struct hung *hung = grants->asking;
	int64_t now_ms = clock_boottime_ms();

	if (hung == NULL)
		claim_answered(&grants->claim, ask, answer, now_ms);
	else if (grants->asked_row != ROWS_NOTHING)
		rows_answer(&hung->rows, grants->asked_row, grants->asked_index, answer, now_ms);
	else
		whole_answered(hung, &grants->claim, answer, now_ms);
}

/* ---- the tables ---- */

struct grants *
grants_new(struct hub *hub, const struct set_link *link)
{
	struct grants *grants = calloc(1, sizeof(*grants));

	if (grants == NULL)
		return NULL;
	grants->server.hub = hub;
	grants->server.setter = setter_new(hub, link);
	if (grants->server.setter == NULL) {
		free(grants);
		return NULL;
	}
	grants->asker.answered = answered;
	grants->asker.context = grants;
	return grants;
}

void
grants_serve(struct grants *grants)
{
	for (size_t i = 0; i < TABLES_MAX && tables[i] != NULL; i++) {
		struct hung *hung = &grants->tables[grants->count];

		hung->table = tables[i];
		hung->served = serve_table(tables[i], &grants->server);
		rows_init(&hung->rows, tables[i]);
		if (hung->served == NULL)
			log_error("%s is not served: out of memory", tables[i]->name);
		else
			grants->count++;
	}
}

void
grants_free(struct grants *grants)
{
	if (grants == NULL)
		return;
	for (size_t i = 0; i < grants->count; i++) {
		rows_done(&grants->tables[i].rows);
		serve_end(grants->tables[i].served);
	}
	setter_free(grants->server.setter);
	free(grants);
}

/* ---- what the library tells ---- */

void
grants_begin(struct grants *grants, void *session)
{
	grants_settle(grants);
	asker_begin(&grants->asker, session);
	uptime_forget(&grants->server.master);
	grants->claim = (struct claim){ .is_told_refused = grants->claim.is_told_refused };
	for (size_t i = 0; i < grants->count; i++) {
		grants->tables[i].state = HUNG_HELD;
		rows_done(&grants->tables[i].rows);
	}
}

void
grants_end(struct grants *grants)
{
	asker_end(&grants->asker);
	grants->has_ended = true;
}

void
grants_settle(struct grants *grants)
{
	if (grants->has_ended)
		setter_end(grants->server.setter);
	grants->has_ended = false;
}

void
grants_registering(struct grants *grants, const unsigned long *name, size_t length)
{
	grants->registering = NULL;
	for (size_t i = 0; i < grants->count; i++)
		if (served_is_at(grants->tables[i].served, name, length))
			grants->registering = &grants->tables[i];
}

void
grants_refusal(struct grants *grants)
{
	struct hung *hung = grants->registering;

	if (hung == NULL)
		return;
	hung->state = hung->table->sharing == TABLE_ROWS ? HUNG_DOUBTED : HUNG_REFUSED;
	hung->again_ms = clock_boottime_ms() + AGAIN_MS;
}

/* ---- what to ask next; true: a request is out ---- */

static bool
ask(struct grants *grants, struct hung *hung, enum rows_want row, uint64_t index,
    const struct ask *what)
{
	grants->asking = hung;
	grants->asked_row = row;
	grants->asked_index = index;
	return asker_ask(&grants->asker, what);
}

static bool
ask_claim(struct grants *grants, uint32_t wanted, int64_t now_ms)
{
	static const uint32_t object[] = { 1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1,
		1 }; /* entPhysicalIndex */
	struct claim *claim = &grants->claim;
	struct ask what = {
		.kind = ASK_ALLOCATE_INDEX,
		.length = sizeof(object) / sizeof(object[0]),
		.index = wanted,
	};

	if (claim->index == wanted && (claim->state == CLAIM_GRANTED || claim->again_ms > now_ms))
		return false;
	memcpy(what.arcs, object, sizeof(object));
	if (claim->state == CLAIM_GRANTED) {
		what.kind = ASK_RELEASE_INDEX;
		what.index = claim->index;
	} else {
		claim->index = wanted;
	}
	claim->again_ms = now_ms + AGAIN_MS;
	return ask(grants, NULL, ROWS_NOTHING, 0, &what);
}

static bool
ask_whole(struct grants *grants, struct hung *hung, int64_t now_ms)
{
	struct ask what = { .kind = ASK_REGISTER };

	if (hung->state == HUNG_REFUSED && hung->again_ms > now_ms)
		return false;
	what.length = table_region(hung->table, what.arcs, ASK_ARCS_MAX);
	hung->again_ms = now_ms + AGAIN_MS;
	return ask(grants, hung, ROWS_NOTHING, 0, &what);
}

static bool
has_too_many_rows(const struct hung *hung, const struct snapshot *snapshot)
{
	return hung->table->row_count(snapshot) > ROWS_MAX;
}

static bool
ask_row(struct grants *grants, struct hung *hung, const struct snapshot *snapshot, int64_t now_ms)
{
	struct ask what = { 0 };
	uint64_t index = 0;
	bool is_wanted = grants->claim.state == CLAIM_GRANTED && !has_too_many_rows(hung, snapshot);
	enum rows_want row = rows_next(&hung->rows, snapshot, is_wanted, now_ms, &index);

	if (row == ROWS_NOTHING)
		return false;
	what.kind = row == ROWS_REGISTER ? ASK_REGISTER : ASK_UNREGISTER;
	rows_region(hung->table, index, &what);
	if (ask(grants, hung, row, index, &what))
		return true;
	rows_answer(&hung->rows, row, index, ASK_LOST, now_ms);
	return false;
}

static bool
ask_for(struct grants *grants, struct hung *hung, const struct snapshot *snapshot, int64_t now_ms)
{
	switch (hung->state) {
	case HUNG_HELD:
		break;
	case HUNG_DOUBTED:
	case HUNG_REFUSED:
		return ask_whole(grants, hung, now_ms);
	case HUNG_SHARED:
		return ask_row(grants, hung, snapshot, now_ms);
	}
	return false;
}

static void
ask_next(struct grants *grants, const struct snapshot *snapshot, int64_t now_ms)
{
	if (ask_claim(grants, snapshot->conf->entity_index, now_ms))
		return;
	for (size_t i = 0; i < grants->count; i++)
		if (ask_for(grants, &grants->tables[i], snapshot, now_ms))
			return;
}

/* ---- what to say ---- */

static void
tell_refused(const struct table *table)
{
	switch (table->sharing) {
	case TABLE_OURS:
	case TABLE_ROWS:
		log_at(LOG_LEVEL_ERROR, LOG_ABOUT(.is_paced = true),
		    "the SNMP master agent refuses %s, another agent seems to serve it; "
		    "trying again every %d s",
		    table->name, AGAIN_MS / 1000);
		break;
	case TABLE_ANYONE:
		log_info("another agent of the SNMP master serves %s; trying again every %d s",
		    table->name, AGAIN_MS / 1000);
		break;
	}
}

static void
tell_state(struct hung *hung)
{
	if (hung->state == hung->told || hung->state == HUNG_DOUBTED)
		return;
	hung->told = hung->state;
	switch (hung->state) {
	case HUNG_HELD:
		log_info("the SNMP master agent takes %s now", hung->table->name);
		break;
	case HUNG_REFUSED:
		tell_refused(hung->table);
		break;
	case HUNG_SHARED:
		log_info("another agent of the SNMP master serves %s, too; registering our rows "
			 "one by one",
		    hung->table->name);
		break;
	case HUNG_DOUBTED:
		break;
	}
}

static void
tell_rows(struct hung *hung, const struct snapshot *snapshot)
{
	bool is_too_many = hung->state == HUNG_SHARED && has_too_many_rows(hung, snapshot);

	if (is_too_many && !hung->is_told_too_many)
		log_error("%s is left to the other agent: more than %d rows are too many for "
			  "snmpd to take one by one",
		    hung->table->name, ROWS_MAX);
	hung->is_told_too_many = is_too_many;
	if (!hung->rows.is_settled || hung->rows.refused == hung->told_refused)
		return;
	hung->told_refused = hung->rows.refused;
	if (hung->told_refused > 0)
		log_error("the SNMP master agent refuses %zu rows of %s, another agent has them; "
			  "another entity-base would move ours",
		    hung->told_refused, hung->table->name);
}

static void
tell_claim(struct claim *claim)
{
	bool is_refused = claim->state == CLAIM_REFUSED;

	if (claim->state == CLAIM_NONE || is_refused == claim->is_told_refused)
		return;
	claim->is_told_refused = is_refused;
	if (is_refused)
		log_error(
		    "another agent of the SNMP master has entPhysicalIndex %" PRIu32
		    ", too: one of the two needs another entity-base; trying again every %d s",
		    claim->index, AGAIN_MS / 1000);
	else
		log_info("entPhysicalIndex %" PRIu32 " is ours now", claim->index);
}

void
grants_step(struct grants *grants, int64_t now_ms)
{
	const struct snapshot *snapshot;

	if (!asker_is_free(&grants->asker))
		return;
	snapshot = hub_get(grants->server.hub);
	if (snapshot == NULL)
		return;
	tell_claim(&grants->claim);
	for (size_t i = 0; i < grants->count; i++) {
		tell_state(&grants->tables[i]);
		tell_rows(&grants->tables[i], snapshot);
	}
	ask_next(grants, snapshot, now_ms);
	hub_put(grants->server.hub, snapshot);
}
