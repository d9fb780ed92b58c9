/* SPDX-License-Identifier: BSD-2-Clause */
/* What leaves the queue, and when. */
#include "core/route.h"
#include "core/text.h"
#include "engine/engine_private.h"

#define BUSY_MS 50 /* a carrier that takes no more is asked again then, at the latest */

static struct pace_rule
pace_rule(const struct conf *conf)
{
	return (struct pace_rule){ conf->delivery.pace, conf->delivery.pace_burst };
}

/* ---- which is next ---- */

/* A probe does not wait for the row's own time. */
static bool
is_due(
    const struct engine *engine, const struct outbox_channel *channel, const struct outbox_row *row)
{
	return channel->breaker.state != BREAKER_CLOSED ||
	       row->delivery.next_ms <= engine->now.boottime_ms;
}

/* In order: events of now, then those that are told again.  Else the most severe, the oldest. */
static bool
goes_before(const struct channel_kind *kind, const struct delivery *a, const struct delivery *b)
{
	if (!kind->is_in_order)
		return a->class != b->class ? a->class > b->class : a->id < b->id;
	if ((a->step == 0) != (b->step == 0))
		return a->step == 0;
	return a->seq < b->seq;
}

static struct outbox_row *
next_row(const struct engine *engine, const struct outbox_channel *channel, bool is_waiting)
{
	const struct outbox *outbox = &engine->outbox;
	struct outbox_row *best = NULL;

	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];

		if (!outbox_is_of(row, channel) ||
		    !(is_waiting ? delivery_is_waiting(&row->delivery) : outbox_is_marked(row)))
			continue;
		if (is_waiting && !channel->kind->is_in_order && !is_due(engine, channel, row))
			continue;
		if (best == NULL || goes_before(channel->kind, &row->delivery, &best->delivery))
			best = row;
	}
	return best;
}

static unsigned
room(const struct engine *engine, const struct outbox_channel *channel)
{
	return breaker_room(
	    &channel->breaker, channel->out, channel->kind->window, engine->now.boottime_ms);
}

/* When the next may leave, if there is room. */
static int64_t
gate_ms(const struct engine *engine, const struct outbox_channel *channel)
{
	const struct pace_rule rule = pace_rule(engine->conf);
	int64_t gate = channel->busy_ms;

	if (channel->kind->is_paced && pace_due_ms(&channel->pace, &rule) > gate)
		gate = pace_due_ms(&channel->pace, &rule);
	return gate;
}

/* ---- a turn ---- */

static bool
is_under_way(const struct engine *engine)
{
	const struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->count; i++)
		if (delivery_is_under_way(&outbox->rows[i].delivery))
			return true;
	return false;
}

/* Mail is not waited for: its carrier has ended before, and has said all that it had to say. */
bool
outbox_is_busy(const struct engine *engine)
{
	const struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->count; i++) {
		const struct delivery *delivery = &outbox->rows[i].delivery;

		if (delivery_is_under_way(delivery) && delivery->channel != CHANNEL_MAIL)
			return true;
	}
	return outbox->has_results;
}

/* Something could leave, but has to be stored as handed over first. */
static bool
wants_lot(struct engine *engine, struct outbox_channel *channel)
{
	const struct outbox_row *row;

	if (engine->is_stopping || !channel->is_up)
		return false;
	if (channel->kind->way != NULL)
		return channel->kind->way->wants(engine, channel);
	if (room(engine, channel) == 0 || gate_ms(engine, channel) > engine->now.boottime_ms ||
	    next_row(engine, channel, false) != NULL)
		return false;
	row = next_row(engine, channel, true);
	return row != NULL ? is_due(engine, channel, row) : outbox_is_behind(engine, channel);
}

void
outbox_turn(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;
	int64_t now_ms = engine->now.boottime_ms;

	if (!outbox->has_news && now_ms < outbox->due_ms &&
	    outbox->generation == engine->conf->generation)
		return;
	outbox->has_news = true; /* until it is looked at again, when it was sent */
	if (outbox->generation != engine->conf->generation)
		outbox_wake_all(engine);
	for (size_t i = 0; i < outbox->channel_count; i++) {
		outbox_forget_late(engine, &outbox->channels[i]);
		if (wants_lot(engine, &outbox->channels[i]))
			engine->has_changed = true;
	}
	if (outbox->has_results &&
	    (now_ms >= outbox->results_due_ms || !is_under_way(engine) || engine->is_stopping))
		engine->has_changed = true;
}

static void
mark_channel(struct engine *engine, struct outbox_channel *channel)
{
	const struct outbox *outbox = &engine->outbox;
	unsigned most = OUTBOX_LOT, marked = 0;
	struct outbox_row *row;

	for (size_t i = 0; i < outbox->count; i++)
		marked +=
		    outbox_is_of(&outbox->rows[i], channel) && outbox_is_marked(&outbox->rows[i]);
	if (channel->breaker.state != BREAKER_CLOSED)
		most = room(engine, channel);
	while (marked < most && (row = next_row(engine, channel, true)) != NULL &&
	       is_due(engine, channel, row)) {
		outbox_apply(engine, row, DELIVERY_RELEASE);
		outbox_apply(engine, row, DELIVERY_PICK);
		if (channel->kind->is_final_at_once)
			outbox_apply(engine, row, DELIVERY_HAND_OVER);
		marked++;
	}
}

void
outbox_mark(struct engine *engine)
{
	for (size_t i = 0; i < engine->outbox.channel_count; i++) {
		struct outbox_channel *channel = &engine->outbox.channels[i];

		if (!channel->is_up)
			continue;
		if (channel->kind->way != NULL)
			channel->kind->way->mark(engine, channel);
		else
			mark_channel(engine, channel);
	}
}

/* ---- sending ---- */

/* False: the carrier takes nothing now. */
static bool
hand_over(struct engine *engine, struct outbox_channel *channel, const struct delivery_job *job)
{
	const struct pace_rule rule = pace_rule(engine->conf);

	if (!engine->effects.deliver(engine->effects.context, channel->kind->channel, job)) {
		channel->busy_ms = engine->now.boottime_ms + BUSY_MS;
		return false;
	}
	if (channel->kind->is_paced)
		pace_take(&channel->pace, &rule, engine->now.boottime_ms);
	return true;
}

/* With a copy of the sentence: its owner may drop it before the carrier is done. */
static struct delivery_job
make_job(uint32_t delivery, const struct record *record, const char *detail)
{
	struct delivery_job job = { .delivery = delivery, .record = *record };

	job.record.detail = NULL;
	if (detail != NULL)
		text_copy(job.detail, sizeof(job.detail), detail);
	return job;
}

/* What is not stored has no number and no row. */
static void
send_unstored(struct engine *engine, struct outbox_channel *channel)
{
	size_t *told = &engine->outbox.unstored_told;

	while (
	    *told < engine->waiting_count && gate_ms(engine, channel) <= engine->now.boottime_ms) {
		const struct record *record = engine_waiting(engine, *told);
		const struct delivery_job job = make_job(0, record, record->detail);

		if (route_is_told(&job.record, (uint8_t)channel->kind->channel) &&
		    !hand_over(engine, channel, &job))
			return;
		++*told;
	}
}

static void
send_rows(struct engine *engine, struct outbox_channel *channel)
{
	bool is_stored = engine->agent.storage == STORAGE_OK;
	struct outbox_row *row;

	while (room(engine, channel) > 0 && gate_ms(engine, channel) <= engine->now.boottime_ms &&
	       (row = next_row(engine, channel, false)) != NULL &&
	       (!is_stored || !row->is_changed)) {
		const struct record *logged = event_log_get(&engine->log, row->delivery.seq);
		const struct delivery_job job = make_job(
		    row->delivery.id, &row->record, logged != NULL ? logged->detail : NULL);

		if (!hand_over(engine, channel, &job))
			return;
		row->is_out = true;
		row->left_ms = engine->now.boottime_ms;
		channel->out++;
		breaker_leaves(&channel->breaker);
	}
}

/* The first moment at which this channel has something to do though nobody says anything. */
static int64_t
channel_due_ms(const struct engine *engine, const struct outbox_channel *channel)
{
	bool is_stored = engine->agent.storage == STORAGE_OK;
	int64_t due_ms = gate_ms(engine, channel);
	const struct outbox_row *row;

	if (!channel->is_up)
		return INT64_MAX;
	if (channel->kind->way != NULL)
		return channel->kind->way->due_ms(engine, channel);
	if (!is_stored && channel->kind->tells_unstored &&
	    engine->outbox.unstored_told < engine->waiting_count)
		return due_ms;
	if (channel->breaker.state == BREAKER_OPEN && channel->out == 0) {
		if (breaker_due_ms(&channel->breaker) > due_ms)
			due_ms = breaker_due_ms(&channel->breaker);
	} else if (room(engine, channel) == 0) {
		return INT64_MAX;
	}
	if (next_row(engine, channel, false) != NULL)
		return due_ms;
	if (!is_stored && engine->retry_ms > due_ms)
		due_ms = engine->retry_ms;
	row = next_row(engine, channel, true);
	if (row == NULL)
		return outbox_is_behind(engine, channel) ? due_ms : INT64_MAX;
	if (!is_due(engine, channel, row) && row->delivery.next_ms > due_ms)
		due_ms = row->delivery.next_ms;
	return due_ms;
}

static int64_t
find_due_ms(const struct engine *engine)
{
	const struct outbox *outbox = &engine->outbox;
	int64_t due_ms = INT64_MAX;

	for (size_t i = 0; i < outbox->channel_count; i++) {
		int64_t channel_ms = channel_due_ms(engine, &outbox->channels[i]);

		if (channel_ms < due_ms)
			due_ms = channel_ms;
	}
	if (engine->agent.storage == STORAGE_OK && outbox->has_results &&
	    outbox->results_due_ms < due_ms)
		due_ms = outbox->results_due_ms;
	return due_ms;
}

void
outbox_send(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;

	if (!outbox->has_news)
		return;
	for (size_t i = 0; i < outbox->channel_count; i++) {
		struct outbox_channel *channel = &outbox->channels[i];

		if (!channel->is_up)
			continue;
		if (channel->kind->way != NULL) {
			channel->kind->way->send(engine, channel);
			continue;
		}
		if (channel->kind->tells_unstored && engine->agent.storage != STORAGE_OK)
			send_unstored(engine, channel);
		send_rows(engine, channel);
	}
	outbox->has_news = false;
	outbox->due_ms = find_due_ms(engine);
}

int64_t
outbox_due_ms(const struct engine *engine)
{
	return engine->outbox.has_news ? engine->now.boottime_ms : engine->outbox.due_ms;
}
