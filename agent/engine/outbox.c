/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of the delivery queue: who gets one, who gives way, what is kept. */
#include "engine/outbox.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/route.h"
#include "core/text.h"
#include "engine/engine_private.h"

/* ---- channels ---- */

/* Whom the master tells is its own business: to us it is one destination. */
static int
route_snmp(struct engine *engine, struct outbox_channel *channel, const struct record *record,
    uint32_t step)
{
	return outbox_add(engine, channel, record, "master agent", step);
}

static const struct channel_kind kinds[] = {
	{
	    .channel = CHANNEL_SNMP,
	    .name = "snmp",
	    .down = RESULT_MASTER_UNAVAILABLE,
	    .is_in_order = true,
	    .is_final_at_once = true,
	    .has_replay = true,
	    .is_paced = true,
	    .tells_unstored = true,
	    .window = 32,
	    .lost_after_ms = 120000,
	    .route = route_snmp,
	},
	{
	    .channel = CHANNEL_MAIL,
	    .name = "mail",
	    .down = RESULT_INTERNAL_ERROR, /* there is no mailer */
	    .has_replies = true,
	    .lost_after_ms = 3 * 86400 * INT64_C(1000), /* a mailer has deadlines of its own */
	    .route = outbox_mail_route,
	    .way = &outbox_mail_way,
	},
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))
_Static_assert(KIND_COUNT <= CHANNEL_COUNT, "there is room for all channels");

void
outbox_init(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;

	outbox->next_id = 1;
	outbox->due_ms = INT64_MAX;
	outbox->random = (uint32_t)engine->now.wall_ms | 1;
	outbox->channel_count = KIND_COUNT;
	for (size_t i = 0; i < KIND_COUNT; i++)
		outbox->channels[i] = (struct outbox_channel){
			.kind = &kinds[i],
			.is_in_trouble = true, /* until its carrier says that it works */
			.trouble_ms = engine->now.boottime_ms,
		};
}

void
outbox_done(struct engine *engine)
{
	outbox_mail_done(engine);
	free(engine->outbox.rows);
}

struct outbox_channel *
outbox_channel(struct engine *engine, uint8_t channel)
{
	for (size_t i = 0; i < engine->outbox.channel_count; i++)
		if (engine->outbox.channels[i].kind->channel == channel)
			return &engine->outbox.channels[i];
	return NULL;
}

/* ---- rows ---- */

struct outbox_row *
outbox_row(struct engine *engine, uint32_t id)
{
	struct outbox *outbox = &engine->outbox;
	size_t low = 0, high = outbox->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (outbox->rows[middle].delivery.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == outbox->count || outbox->rows[low].delivery.id != id)
		return NULL;
	return &outbox->rows[low];
}

size_t
outbox_pending_of(const struct engine *engine, const struct outbox_channel *channel)
{
	const struct outbox *outbox = &engine->outbox;
	size_t count = 0;

	for (size_t i = 0; i < outbox->count; i++)
		count += outbox->rows[i].delivery.channel == channel->kind->channel &&
		         !delivery_is_final(&outbox->rows[i].delivery);
	return count;
}

size_t
outbox_maximum(const struct engine *engine)
{
	const struct conf_delivery *conf = &engine->conf->delivery;
	size_t bytes = conf->maximum_bytes / sizeof(struct outbox_row);

	return conf->maximum < bytes ? conf->maximum : bytes;
}

void
outbox_say_why(struct engine *engine, struct outbox_row *row, enum result result)
{
	if (row->delivery.attempts > 0 ||
	    (row->delivery.has_result && row->delivery.result == (uint8_t)result))
		return;
	row->delivery.has_result = true;
	row->delivery.result = (uint8_t)result;
	engine->outbox.is_shown = false;
}

bool
outbox_is_full(const struct engine *engine)
{
	return engine->outbox.pending >= outbox_maximum(engine);
}

bool
outbox_flows(const struct engine *engine, const struct outbox_channel *channel, unsigned more)
{
	size_t maximum = outbox_maximum(engine);
	size_t share = maximum < OUTBOX_SHARE ? maximum : OUTBOX_SHARE;

	return channel->kind->is_in_order && channel->is_up &&
	       outbox_pending_of(engine, channel) + more <= share;
}

/* Not stored: whether a row is held is found again by the state of its channel. */
static bool
is_kept(enum delivery_input input)
{
	return input != DELIVERY_BLOCK && input != DELIVERY_RELEASE;
}

static void
count_end(struct delivery_books *books, enum delivery_state state)
{
	switch (state) {
	case DELIVERY_DELIVERED:
		books->delivered++;
		break;
	case DELIVERY_SUPERSEDED:
		books->superseded++;
		break;
	case DELIVERY_EXPIRED:
		books->expired++;
		break;
	case DELIVERY_FAILED:
		books->failed++;
		break;
	case DELIVERY_HELD:
	case DELIVERY_READY:
	case DELIVERY_SENDING:
	case DELIVERY_IN_DOUBT:
	case DELIVERY_DEFERRED:
		break;
	}
}

void
outbox_apply(struct engine *engine, struct outbox_row *row, enum delivery_input input)
{
	struct delivery *delivery = &row->delivery;
	struct outbox_channel *channel = outbox_channel(engine, delivery->channel);
	uint32_t in_doubt = delivery->in_doubt;
	int r = delivery_apply(delivery, input);

	assert(r == 0);
	(void)r;
	if (!is_kept(input))
		return;
	row->is_changed = true;
	channel->is_changed = true;
	if (delivery->in_doubt > in_doubt)
		channel->books.in_doubt++;
	else if (delivery->state == DELIVERY_DEFERRED)
		channel->books.deferred++;
	if (!delivery_is_final(delivery))
		return;
	delivery->ended_ms = engine->now.boottime_ms;
	count_end(&channel->books, delivery->state);
	engine->outbox.pending--;
}

void
outbox_give_up(
    struct engine *engine, struct outbox_row *row, enum delivery_input input, enum result result)
{
	outbox_apply(engine, row, input);
	row->delivery.has_result = true;
	row->delivery.result = (uint8_t)result;
	row->delivery.reply[0] = '\0'; /* of its last attempt */
}

/* ---- one more ---- */

/* The lowest class, the oldest of it. */
static struct outbox_row *
find_victim(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;
	struct outbox_row *victim = NULL;
	bool is_safe[CHANNEL_COUNT] = { false };

	for (size_t i = 0; i < outbox->channel_count; i++)
		is_safe[i] = outbox_flows(engine, &outbox->channels[i], 0);
	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];

		if (delivery_is_waiting(&row->delivery) &&
		    !is_safe[outbox_channel(engine, row->delivery.channel) - outbox->channels] &&
		    (victim == NULL || row->delivery.class < victim->delivery.class))
			victim = row;
	}
	return victim;
}

static void
evict(struct engine *engine)
{
	struct outbox_row *row = find_victim(engine);

	if (row == NULL)
		return; /* all are under way */
	outbox_give_up(engine, row, DELIVERY_EVICT, RESULT_QUEUE_FULL);
	row->is_evicted = true;
}

int
outbox_make_room(struct outbox *outbox)
{
	size_t room = outbox->room == 0 ? 64 : 2 * outbox->room;
	struct outbox_row *rows;

	if (outbox->count < outbox->room)
		return 0;
	rows = reallocarray(outbox->rows, room, sizeof(*rows));
	if (rows == NULL)
		return -ENOMEM;
	outbox->rows = rows;
	outbox->room = room;
	return 0;
}

static struct delivery_useful
useful_for(const struct conf_delivery *conf)
{
	return (struct delivery_useful){
		.raise_ms = conf->useful_for_s * INT64_C(1000),
		.reminder_ms = conf->useful_for_digest_s * INT64_C(1000),
		.test_ms = conf->useful_for_test_s * INT64_C(1000),
	};
}

void
outbox_keep_record(struct outbox_row *row, const struct record *record)
{
	row->record = *record;
	row->record.detail = NULL;
}

int
outbox_add(struct engine *engine, struct outbox_channel *channel, const struct record *record,
    const char *destination, uint32_t step)
{
	const struct delivery_useful useful = useful_for(&engine->conf->delivery);
	struct outbox *outbox = &engine->outbox;
	struct outbox_row *row;

	if (outbox_make_room(outbox) < 0)
		return -ENOMEM;
	row = &outbox->rows[outbox->count++];
	*row = (struct outbox_row){
		.delivery = {
			.id = outbox->next_id++,
			.seq = record->seq,
			.alarm_id = record->alarm_id,
			.channel = (uint8_t)channel->kind->channel,
			.state = channel->is_up ? DELIVERY_READY : DELIVERY_HELD,
			.class = (uint8_t)delivery_class_of(record->kind, record->severity),
			.step = step,
			.created_ms = engine->now.boottime_ms,
			.created_wall_ms = engine->now.wall_ms,
			.useful_until_ms = engine->now.boottime_ms +
			                   delivery_useful_ms(record->kind, &useful),
		},
		.is_changed = true,
	};
	outbox_keep_record(row, record);
	if (step != 0)
		row->delivery.class = DELIVERY_LOW;
	if (!channel->is_up)
		outbox_say_why(engine, row, channel->kind->down);
	text_copy(row->delivery.destination, sizeof(row->delivery.destination), destination);
	channel->books.accepted++;
	channel->is_changed = true;
	outbox->pending++;
	if (outbox->pending > outbox_maximum(engine) && !outbox_flows(engine, channel, 0))
		evict(engine);
	return 0;
}

/* ---- what has ended ---- */

static bool
has_waiting(const struct outbox *outbox, uint32_t alarm_id)
{
	for (size_t i = 0; i < outbox->count; i++)
		if (outbox->rows[i].delivery.alarm_id == alarm_id &&
		    outbox->rows[i].delivery.channel == CHANNEL_MAIL &&
		    !delivery_is_final(&outbox->rows[i].delivery))
			return true;
	return false;
}

/* Until an alarm is over, and its end told, it has to be known who was told of it. */
static bool
is_needed(struct engine *engine, const struct delivery *delivery)
{
	const struct alarm_row *alarm = engine_row(engine, delivery->alarm_id);

	if (delivery->channel != CHANNEL_MAIL || delivery->alarm_id == 0)
		return false;
	return (alarm != NULL && alarm_is_open(&alarm->alarm) &&
		   delivery->state == DELIVERY_DELIVERED) ||
	       has_waiting(&engine->outbox, delivery->alarm_id);
}

void
outbox_retire(struct engine *engine)
{
	const struct conf_delivery *conf = &engine->conf->delivery;
	const int64_t kept_ms = conf->retention_s * INT64_C(1000);
	struct outbox *outbox = &engine->outbox;
	/* A database at its greatest size has no room for what is over. */
	size_t most = engine->care.event_cap != 0 ? 0 : conf->retention_rows;
	size_t ended = outbox->count - outbox->pending;

	for (size_t i = 0; i < outbox->count && ended > 0; i++) {
		struct outbox_row *row = &outbox->rows[i];

		if (!delivery_is_final(&row->delivery))
			continue;
		row->is_gone =
		    (ended > most || engine->now.boottime_ms - row->delivery.ended_ms > kept_ms) &&
		    !is_needed(engine, &row->delivery);
		ended--;
	}
}

/* ---- what people do ---- */

int
outbox_flush(struct engine *engine, enum channel channel)
{
	struct outbox_channel *found = outbox_channel(engine, (uint8_t)channel);

	if (found == NULL)
		return -ENOENT;
	if (channel == CHANNEL_MAIL)
		outbox_mail_free_limits(engine);
	outbox_wake(engine, found);
	return 0;
}

static int
find_waiting(struct engine *engine, uint32_t id, struct outbox_row **ret_row)
{
	struct outbox_row *row = outbox_row(engine, id);

	if (row == NULL)
		return -ENOENT;
	if (!delivery_is_waiting(&row->delivery))
		return -EINVAL;
	*ret_row = row;
	return 0;
}

int
outbox_retry(struct engine *engine, uint32_t id)
{
	struct outbox_row *row;
	int r = find_waiting(engine, id, &row);

	if (r < 0)
		return r;
	row->delivery.failures = 0;
	row->delivery.next_ms = engine->now.boottime_ms;
	if (outbox_channel(engine, row->delivery.channel)->is_up)
		outbox_apply(engine, row, DELIVERY_RELEASE);
	engine->outbox.has_news = true;
	engine->outbox.is_shown = false;
	return 0;
}

int
outbox_cancel(struct engine *engine, uint32_t id)
{
	struct outbox_row *row;
	int r = find_waiting(engine, id, &row);

	if (r < 0)
		return r;
	outbox_apply(engine, row, DELIVERY_SUPERSEDE);
	engine->has_changed = true;
	return 0;
}

void
outbox_replay(struct engine *engine, uint32_t behind_seq)
{
	for (size_t i = 0; i < engine->outbox.channel_count; i++) {
		struct outbox_channel *channel = &engine->outbox.channels[i];

		if (!channel->kind->has_replay)
			continue;
		channel->books.replay_next = behind_seq + 1;
		channel->books.replay_last = engine->log.last_seq;
		channel->books.replay_step++;
		if (behind_seq >= engine->log.last_seq)
			channel->books.replay_next = 0;
		channel->is_changed = true;
	}
	engine->has_changed = true;
}
