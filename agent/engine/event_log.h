/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_EVENT_LOG_H
#define ENGINE_EVENT_LOG_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "core/record.h"

/*
 * The events that are kept, in chunks that only grow: a view of them is a list of pointers, shared
 * by snapshots, and is never written to again.  The log is the engine's; views are anybody's.
 */
#define EVENT_CHUNK 256

struct event_chunk {
	atomic_int references;
	struct record records[EVENT_CHUNK]; /* record n is of a seq with seq % EVENT_CHUNK == n */
};

struct event_view {
	atomic_int references;
	uint32_t first_seq, last_seq; /* 0: there is none */
	size_t chunk_count;
	struct event_chunk *chunks[]; /* the first holds first_seq */
};

/* The engine's; all 0 is an empty one. */
struct event_log {
	uint32_t first_seq, last_seq;
	size_t chunk_count, chunk_room;
	struct event_chunk **chunks;
	struct event_view *view; /* of what the log is now; NULL: to be made */
};

void event_log_done(struct event_log *log);

/* Makes room for `count` more events. 0 or -ENOMEM. */
int event_log_reserve(struct event_log *log, size_t count);

/* The next event (in an empty log: any); there is room.  Its detail is copied. */
void event_log_add(struct event_log *log, const struct record *record);

/* The event of that number; NULL: it is not there. */
const struct record *event_log_get(const struct event_log *log, uint32_t seq);

/* Events below that number go. */
void event_log_drop(struct event_log *log, uint32_t below_seq);

/* What is in it now; the reference is the caller's.  NULL: no memory. */
struct event_view *event_log_view(struct event_log *log);

struct event_view *event_view_ref(struct event_view *view); /* copes with NULL */
void event_view_unref(struct event_view *view);             /* likewise */

/* How many; the n-th, the oldest first. */
size_t event_view_count(const struct event_view *view);
const struct record *event_view_at(const struct event_view *view, size_t n);

#endif
