/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_OUTBOX_PRIVATE_H
#define ENGINE_OUTBOX_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/breaker.h"
#include "core/delivery.h"
#include "core/err.h"
#include "core/pace.h"
#include "core/record.h"
#include "engine/channel.h"
#include "engine/outbox_mail_private.h"
#include "engine/snapshot.h"

/*
 * Inside agent/engine/ only.  How the queue works in a turn:
 *
 *	outbox_turn      what is due becomes ready; does it want to be stored?
 *	outbox_prepare   at the begin of a commit: rows for the new events and for stored ones that
 *	                 have to catch up; who gives way; what will leave next is stored as handed
 *	                 over before it is
 *	outbox_write     within the transaction (and outbox_rewrite before it, once)
 *	outbox_committed, or outbox_take_back if it failed
 *	outbox_send      at the end of the turn, when everybody can see what was stored
 *
 * A commit costs a flush of the disk.  So what leaves is stored as handed over in lots, and how it
 * went is stored with the next lot, at once if nothing more is under way.
 */
#define OUTBOX_LOT   64
#define OUTBOX_SHARE (2 * OUTBOX_LOT) /* so that a line never runs dry between two commits */

struct engine;
struct outbox_channel;

/* Why nothing gets out by a channel. */
struct path_trouble {
	enum result result;
	int32_t code;      /* of the server's reply; 0: none */
	const char *words; /* its words, or ours; "": none.  Borrowed for this turn */
	bool is_certain;   /* it does not get better by waiting */
};

struct outbox_row {
	struct delivery delivery;
	struct record record; /* its event, which may be gone from the log; seq 0 if it has ended;
	                         without detail, which is the log's */
	bool is_changed;      /* is not stored as it is */
	bool is_renamed;      /* nor under its destination */
	bool is_out;          /* its carrier has it */
	bool is_evicted;      /* by the commit that is under way */
	bool is_gone;         /* with the next commit */
	bool waits_for_clock; /* of another boot: nobody knows yet how old it was when it was loaded
	                       */
	int64_t left_ms;      /* while it is out */

	/* of mail */
	uint32_t job;         /* the mail that it is in; 0: none */
	uint32_t contact;     /* envsContactIndex of whom that goes to, whatever its name is now */
	uint32_t refused_by;  /* a relay that will never take it; 0: none */
	uint32_t said;        /* of a backlog: how many the mail tells of */
	uint8_t told;         /* enum severity of its alarm as the mail tells it; ok: it is over */
	uint8_t tested;       /* enum result_class of its last attempt */
	bool is_of_mailbox;   /* what that ended by, and may be better later */
	bool is_of_crash;     /* it went into doubt with the process before */
	uint8_t state_before; /* the commit under way ends it: as it was; 0: it does not */
};

/* Of a channel whose rows do not leave one by one. */
struct channel_way {
	/* Something has to be stored, since it is to leave or has no sense any more. */
	bool (*wants)(struct engine *engine, struct outbox_channel *channel);
	void (*mark)(struct engine *engine, struct outbox_channel *channel);
	void (*take_back)(struct engine *engine, struct outbox_channel *channel);
	void (*send)(struct engine *engine, struct outbox_channel *channel);
	int64_t (*due_ms)(const struct engine *engine, const struct outbox_channel *channel);
	void (*outcome)(struct engine *engine, struct outbox_channel *channel,
	    struct outbox_row *row, const struct delivery_outcome *outcome);
	void (*wake)(struct engine *engine);

	/* What the channel itself tells that it could not tell. */
	int (*route_own)(
	    struct engine *engine, struct outbox_channel *channel, const struct record *record);
	bool (*is_wanted)(const struct engine *engine); /* it is configured to work */
	bool (*is_in_trouble)(struct engine *engine, struct path_trouble *ret_trouble);
};

/* What is particular to a channel: all else is the same for all. */
struct channel_kind {
	enum channel channel;
	const char *name;
	enum result down; /* what its path is then */

	/* One event after the other: the head of the line waits, the others behind it. */
	bool is_in_order;

	/* An attempt cannot be stopped half-way: from its begin on it is in doubt. */
	bool is_final_at_once;
	bool has_replies; /* of a server, with code and name */
	bool has_replay;  /* stored events are told again if somebody asks */
	bool is_paced;
	bool tells_unstored;           /* what cannot be stored is told all the same, as event 0 */
	unsigned window;               /* rows out at once */
	int64_t lost_after_ms;         /* a carrier that has not answered by then never will */
	const struct channel_way *way; /* NULL: row by row */

	/* Adds a row for each destination that the event is for (outbox_add).  0 or -ENOMEM. */
	int (*route)(struct engine *engine, struct outbox_channel *channel,
	    const struct record *record, uint32_t step);
};

struct outbox_channel {
	const struct channel_kind *kind;
	struct delivery_books books; /* stored */
	bool is_changed;
	bool is_up;
	struct breaker breaker;
	struct pace pace;
	unsigned out;
	int64_t busy_ms; /* its carrier takes nothing before that */

	uint32_t path_alarm; /* 0: the path is not known to be down */
	bool is_in_trouble;
	int64_t trouble_ms; /* since then */
};

/* Rows that ended badly and are not told yet. */
struct outbox_loss {
	uint8_t channel, result;
	char destination[DELIVERY_DESTINATION_SIZE];
	uint32_t count; /* since it was told */
	bool is_told;
	int64_t told_ms;
};
#define OUTBOX_LOSSES 16

struct outbox {
	struct outbox_row *rows; /* by id */
	size_t count, room;
	size_t pending; /* of them */
	uint32_t next_id;
	struct outbox_channel channels[CHANNEL_COUNT];
	size_t channel_count;
	struct outbox_loss losses[OUTBOX_LOSSES];
	struct outbox_mail mail;
	uint32_t random;
	uint32_t generation; /* of the configuration that it knows */

	/* while a commit is under way */
	size_t first_new;
	size_t first_unkept; /* of this and those behind it the events may be missing */
	uint32_t id_before;
	struct delivery_books books_before[CHANNEL_COUNT];

	size_t unstored_told;   /* of engine->waiting */
	bool has_results;       /* that are not stored */
	int64_t results_due_ms; /* then they have to be */
	bool has_news;          /* there may be something to do */
	int64_t due_ms;         /* then there is */
	bool is_warned;         /* it is filling up */
	bool is_shown;          /* the snapshot has it as it is */
};

static inline bool
outbox_is_of(const struct outbox_row *row, const struct outbox_channel *channel)
{
	return row->delivery.channel == channel->kind->channel;
}

/* Stored, or to be stored, as handed over, and still here. */
static inline bool
outbox_is_marked(const struct outbox_row *row)
{
	return delivery_is_under_way(&row->delivery) && !row->is_out;
}

/* outbox.c: rows. */

void outbox_init(struct engine *engine);
void outbox_done(struct engine *engine);
struct outbox_channel *outbox_channel(struct engine *engine, uint8_t channel); /* NULL: none */
struct outbox_row *outbox_row(struct engine *engine, uint32_t id);             /* NULL: none */

int outbox_make_room(struct outbox *outbox); /* for one more row; -ENOMEM */
void outbox_keep_record(struct outbox_row *row, const struct record *record);

/* A new row, which may itself be the one that gives way.  0 or -ENOMEM. */
int outbox_add(struct engine *engine, struct outbox_channel *channel, const struct record *record,
    const char *destination, uint32_t step);

/* Moves a row, and counts what follows.  The row has to take it. */
void outbox_apply(struct engine *engine, struct outbox_row *row, enum delivery_input input);

/* It ends without another attempt. */
void outbox_give_up(
    struct engine *engine, struct outbox_row *row, enum delivery_input input, enum result result);

/* Why it waits though it was not tried yet. */
void outbox_say_why(struct engine *engine, struct outbox_row *row, enum result result);

size_t outbox_maximum(const struct engine *engine); /* rows that may wait, by either maximum */
bool outbox_is_full(const struct engine *engine);

/* It works, one after the other, and with so many more rows has no more than its share, which is on
 * its way: a queue that others have filled neither holds it up nor gives it up. */
bool outbox_flows(const struct engine *engine, const struct outbox_channel *channel, unsigned more);
size_t outbox_pending_of(const struct engine *engine, const struct outbox_channel *channel);

/* Ages out what has ended. */
void outbox_retire(struct engine *engine);

/* outbox_commit.c */
int outbox_prepare(struct engine *engine);
int outbox_write(struct engine *engine, struct err *err);
void outbox_rewrite(struct engine *engine); /* it will be all: the database is another one */
void outbox_committed(struct engine *engine);
void outbox_take_back(struct engine *engine);

/* outbox_load.c */
int outbox_load(struct engine *engine, struct err *err);
void outbox_age(struct engine *engine, const struct moment *loaded); /* the clock is right now */
struct deliveries *outbox_view(struct engine *engine);               /* NULL: no memory */

/* outbox_send.c */
void outbox_turn(struct engine *engine);
void outbox_mark(struct engine *engine);
void outbox_send(struct engine *engine);
int64_t outbox_due_ms(const struct engine *engine); /* INT64_MAX: nothing to do */
bool outbox_is_busy(const struct engine *engine);   /* something is under way, or not stored */

/* outbox_outcome.c */
void outbox_outcome(struct engine *engine, const struct delivery_outcome *outcome);
void outbox_news(struct engine *engine, const struct channel_news *news);
void outbox_lose_old(struct engine *engine); /* what no carrier will answer any more */

void outbox_keep_result(
    struct engine *engine, struct outbox_row *row, const struct delivery_outcome *outcome);
void outbox_end_attempt(struct engine *engine, struct outbox_row *row, enum result_class class);
void outbox_wake_rows(struct engine *engine, const struct outbox_channel *channel);
uint32_t outbox_random(struct outbox *outbox);
struct breaker_rule outbox_breaker_rule(const struct conf *conf);

/* There is reason to hope: whatever waits is tried at once. */
void outbox_wake(struct engine *engine, struct outbox_channel *channel);
void outbox_wake_all(struct engine *engine); /* a new configuration may be what was missing */

/* outbox_late.c: stored events that are told in their turn, without a row until then. */

/* An event that is being stored: rows, or its turn later.  0 or -ENOMEM. */
int outbox_route_event(
    struct engine *engine, struct outbox_channel *channel, const struct record *record);

/* Rows for those whose turn has come, as far as there is room; whether it would do anything.  0 or
 * -ENOMEM. */
int outbox_catch_up(struct engine *engine, struct outbox_channel *channel);
bool outbox_is_behind(const struct engine *engine, const struct outbox_channel *channel);

/* Those that the log has dropped before their turn came. */
void outbox_forget_late(struct engine *engine, struct outbox_channel *channel);

/* outbox_path.c: what is wrong with the queue itself. */
void outbox_tick(struct engine *engine); /* each second */
void outbox_end(struct engine *engine);  /* of the agent: the next one knows of nothing untold */
void outbox_lost(struct engine *engine, const struct outbox_row *row); /* it ended badly */
void outbox_lost_late(struct engine *engine, const struct outbox_channel *channel, uint32_t count);
void outbox_watch_path(struct engine *engine, struct outbox_channel *channel);
void outbox_find_paths(struct engine *engine);

#endif
