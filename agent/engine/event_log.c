/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/event_log.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void
chunk_unref(struct event_chunk *chunk)
{
	if (atomic_fetch_sub(&chunk->references, 1) != 1)
		return;
	for (size_t i = 0; i < EVENT_CHUNK; i++)
		free((char *)chunk->records[i].detail);
	free(chunk);
}

void
event_log_done(struct event_log *log)
{
	event_view_unref(log->view);
	for (size_t i = 0; i < log->chunk_count; i++)
		chunk_unref(log->chunks[i]);
	free(log->chunks);
	*log = (struct event_log){ 0 };
}

/* The number of the chunk that an event lies in, counted from that of the first event. */
static size_t
chunk_of(uint32_t first_seq, uint32_t seq)
{
	return seq / EVENT_CHUNK - first_seq / EVENT_CHUNK;
}

static int
add_chunk(struct event_log *log)
{
	size_t room = log->chunk_room == 0 ? 8 : 2 * log->chunk_room;
	struct event_chunk *chunk, **chunks;

	if (log->chunk_count == log->chunk_room) {
		chunks = reallocarray(log->chunks, room, sizeof(*chunks));
		if (chunks == NULL)
			return -ENOMEM;
		log->chunks = chunks;
		log->chunk_room = room;
	}
	chunk = calloc(1, sizeof(*chunk));
	if (chunk == NULL)
		return -ENOMEM;
	atomic_init(&chunk->references, 1);
	log->chunks[log->chunk_count++] = chunk;
	return 0;
}

/* Of an empty log nobody knows where in its chunk the first event will lie. */
int
event_log_reserve(struct event_log *log, size_t count)
{
	size_t used = log->last_seq == 0 ? EVENT_CHUNK - 1 : log->last_seq % EVENT_CHUNK + 1;
	size_t before =
	    log->last_seq == 0 ? 0 : EVENT_CHUNK * chunk_of(log->first_seq, log->last_seq);
	int r = 0;

	while (r == 0 && log->chunk_count * EVENT_CHUNK < before + used + count)
		r = add_chunk(log);
	return r;
}

void
event_log_add(struct event_log *log, const struct record *record)
{
	struct record *mine;
	size_t at;

	assert(log->last_seq == 0 || record->seq == log->last_seq + 1);
	if (log->last_seq == 0)
		log->first_seq = record->seq;
	at = chunk_of(log->first_seq, record->seq);
	assert(at < log->chunk_count);
	mine = &log->chunks[at]->records[record->seq % EVENT_CHUNK];
	*mine = *record;
	if (record->detail != NULL)
		mine->detail = strdup(record->detail); /* without memory it says less */
	log->last_seq = record->seq;
	event_view_unref(log->view);
	log->view = NULL;
}

const struct record *
event_log_get(const struct event_log *log, uint32_t seq)
{
	if (log->last_seq == 0 || seq < log->first_seq || seq > log->last_seq)
		return NULL;
	return &log->chunks[chunk_of(log->first_seq, seq)]->records[seq % EVENT_CHUNK];
}

void
event_log_drop(struct event_log *log, uint32_t below_seq)
{
	size_t gone;

	if (below_seq <= log->first_seq || below_seq > log->last_seq)
		return;
	gone = chunk_of(log->first_seq, below_seq);
	for (size_t i = 0; i < gone; i++)
		chunk_unref(log->chunks[i]);
	log->chunk_count -= gone;
	memmove(log->chunks, log->chunks + gone, log->chunk_count * sizeof(*log->chunks));
	log->first_seq = below_seq;
	event_view_unref(log->view);
	log->view = NULL;
}

struct event_view *
event_log_view(struct event_log *log)
{
	size_t count = log->last_seq == 0 ? 0 : chunk_of(log->first_seq, log->last_seq) + 1;
	struct event_view *view;

	if (log->view == NULL) {
		view = calloc(1, sizeof(*view) + count * sizeof(view->chunks[0]));
		if (view == NULL)
			return NULL;
		atomic_init(&view->references, 1);
		view->first_seq = log->first_seq;
		view->last_seq = log->last_seq;
		view->chunk_count = count;
		for (size_t i = 0; i < count; i++) {
			view->chunks[i] = log->chunks[i];
			atomic_fetch_add(&view->chunks[i]->references, 1);
		}
		log->view = view;
	}
	return event_view_ref(log->view);
}

struct event_view *
event_view_ref(struct event_view *view)
{
	if (view != NULL)
		atomic_fetch_add(&view->references, 1);
	return view;
}

void
event_view_unref(struct event_view *view)
{
	if (view == NULL || atomic_fetch_sub(&view->references, 1) != 1)
		return;
	for (size_t i = 0; i < view->chunk_count; i++)
		chunk_unref(view->chunks[i]);
	free(view);
}

size_t
event_view_count(const struct event_view *view)
{
	return view == NULL || view->last_seq == 0 ? 0 : view->last_seq - view->first_seq + 1;
}

const struct record *
event_view_at(const struct event_view *view, size_t n)
{
	uint32_t seq = view->first_seq + (uint32_t)n;

	return &view->chunks[chunk_of(view->first_seq, seq)]->records[seq % EVENT_CHUNK];
}
