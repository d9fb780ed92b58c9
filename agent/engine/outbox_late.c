/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events that are told from the log, some rows at a time.  Late: a channel that works but is slower
 * than what happens (it is paced) takes in order what there was no room for; nothing is lost as
 * long as the log has it.  Replay: somebody has asked for what was told before.
 */
#include "core/route.h"
#include "engine/engine_private.h"

static bool
is_told(const struct outbox_channel *channel, const struct record *record)
{
	return route_is_told(record, (uint8_t)channel->kind->channel);
}

static bool
has_room(const struct engine *engine, const struct outbox_channel *channel)
{
	return !outbox_is_full(engine) || outbox_flows(engine, channel, 1);
}

int
outbox_route_event(
    struct engine *engine, struct outbox_channel *channel, const struct record *record)
{
	struct delivery_books *books = &channel->books;

	if (!is_told(channel, record))
		return channel->kind->way != NULL
		           ? channel->kind->way->route_own(engine, channel, record)
		           : 0;
	if (books->late_next == 0 &&
	    !(channel->kind->is_in_order && channel->is_up && !has_room(engine, channel)))
		return channel->kind->route(engine, channel, record, 0);
	if (books->late_next == 0)
		books->late_next = record->seq;
	books->late_count++;
	books->accepted++;
	channel->is_changed = true;
	return 0;
}

/* Rows that wait or are under way: told for the first time, or again. */
static size_t
count_rows(const struct engine *engine, const struct outbox_channel *channel, bool is_again)
{
	const struct outbox *outbox = &engine->outbox;
	size_t count = 0;

	for (size_t i = 0; i < outbox->count; i++) {
		const struct delivery *delivery = &outbox->rows[i].delivery;

		count += delivery->channel == channel->kind->channel &&
		         !delivery_is_final(delivery) && (delivery->step != 0) == is_again;
	}
	return count;
}

static bool
has_row(const struct engine *engine, const struct outbox_channel *channel, uint32_t seq)
{
	const struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->count; i++) {
		const struct delivery *delivery = &outbox->rows[i].delivery;

		if (delivery->seq == seq && delivery->channel == channel->kind->channel &&
		    !delivery_is_final(delivery))
			return true;
	}
	return false;
}

static int
take_late(struct engine *engine, struct outbox_channel *channel)
{
	struct delivery_books *books = &channel->books;
	size_t count = count_rows(engine, channel, false);
	const struct record *record;
	int r = 0;

	while (r == 0 && count < OUTBOX_SHARE && has_room(engine, channel)) {
		record = event_log_get(&engine->log, books->late_next);
		if (record == NULL) {
			if (books->late_next > engine->log.last_seq)
				books->late_next = 0;
			break;
		}
		books->late_next++;
		if (!is_told(channel, record))
			continue;
		books->late_count--;
		books->accepted--; /* it was already */
		r = channel->kind->route(engine, channel, record, 0);
		count++;
	}
	channel->is_changed = true;
	return r;
}

static int
take_again(struct engine *engine, struct outbox_channel *channel)
{
	struct delivery_books *books = &channel->books;
	size_t count = count_rows(engine, channel, true);
	const struct record *record;
	int r = 0;

	if (books->replay_next < engine->log.first_seq)
		books->replay_next = engine->log.first_seq;
	while (r == 0 && count < engine->conf->delivery.replay_rows && !outbox_is_full(engine)) {
		record = event_log_get(&engine->log, books->replay_next);
		if (record == NULL || record->seq > books->replay_last) {
			books->replay_next = 0;
			break;
		}
		books->replay_next++;
		if (!is_told(channel, record) || has_row(engine, channel, record->seq))
			continue;
		r = channel->kind->route(engine, channel, record, books->replay_step);
		count++;
	}
	channel->is_changed = true;
	return r;
}

bool
outbox_is_behind(const struct engine *engine, const struct outbox_channel *channel)
{
	if (channel->books.late_next != 0)
		return has_room(engine, channel) &&
		       count_rows(engine, channel, false) < OUTBOX_SHARE;
	return channel->books.replay_next != 0 && !outbox_is_full(engine) &&
	       count_rows(engine, channel, true) < engine->conf->delivery.replay_rows;
}

int
outbox_catch_up(struct engine *engine, struct outbox_channel *channel)
{
	int r = 0;

	if (!channel->is_up)
		return 0;
	if (channel->books.late_next != 0)
		r = take_late(engine, channel);
	if (r == 0 && channel->books.late_next == 0 && channel->books.replay_next != 0)
		r = take_again(engine, channel);
	return r;
}

void
outbox_forget_late(struct engine *engine, struct outbox_channel *channel)
{
	struct delivery_books *books = &channel->books;
	uint32_t left = 0, lost;

	if (books->late_next == 0 || books->late_next >= engine->log.first_seq)
		return;
	books->late_next = engine->log.first_seq;
	for (uint32_t seq = books->late_next; seq <= engine->log.last_seq; seq++)
		left += is_told(channel, event_log_get(&engine->log, seq));
	lost = books->late_count > left ? books->late_count - left : 0;
	books->late_count -= lost;
	books->failed += lost;
	channel->is_changed = true;
	engine->has_changed = true;
	outbox_lost_late(engine, channel, lost);
}
