/* SPDX-License-Identifier: BSD-2-Clause */
/* The queue after a start, and as it is shown. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine_private.h"
#include "sys/clock.h"
#include "sys/log.h"

struct loader {
	struct engine *engine;
	bool is_clock_synchronised;
};

static void
shift_times(struct delivery *delivery, int64_t by_ms)
{
	delivery->created_ms += by_ms;
	delivery->useful_until_ms += by_ms;
	delivery->ended_ms += by_ms;
}

/* The times of another boot, in ours. */
static void
take_times(const struct loader *loader, const struct moment *created, struct outbox_row *row)
{
	const struct moment *now = &loader->engine->now;
	int64_t age_ms = elapsed_ms(created, now, loader->is_clock_synchronised);

	shift_times(&row->delivery, now->boottime_ms - age_ms - row->delivery.created_ms);
	row->waits_for_clock =
	    !loader->is_clock_synchronised && strcmp(created->boot_id, now->boot_id) != 0;
	loader->engine->care.waits_for_clock |= row->waits_for_clock;
}

void
outbox_age(struct engine *engine, const struct moment *loaded)
{
	struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];
		const struct moment created = { .wall_ms = row->delivery.created_wall_ms };

		if (!row->waits_for_clock)
			continue;
		row->waits_for_clock = false;
		shift_times(&row->delivery, -elapsed_ms(&created, loaded, true));
		row->is_changed = true;
		engine->has_changed = true;
	}
	outbox_mail_age(engine, loaded);
}

/* Its event: in the log, or kept for this row alone. */
static int
find_record(struct engine *engine, struct outbox_row *row, struct err *err)
{
	const struct record *record = event_log_get(&engine->log, row->delivery.seq);

	if (record != NULL) {
		outbox_keep_record(row, record);
		return 0;
	}
	return store_get_event(engine->store, row->delivery.seq, &row->record, err);
}

/* No channel works yet: what waits is tried as soon as one does. */
static int
go_on(struct engine *engine, struct outbox_row *row, struct err *err)
{
	int r = find_record(engine, row, err);

	if (r < 0 && r != -ENOENT)
		return r;
	if (delivery_is_under_way(&row->delivery)) {
		row->is_of_crash = row->delivery.state == DELIVERY_IN_DOUBT;
		outbox_apply(engine, row, DELIVERY_CRASH);
	}
	if (r == -ENOENT) { /* nobody knows any more what there was to say */
		outbox_give_up(engine, row, DELIVERY_EXPIRE, RESULT_EXPIRED);
		return 0;
	}
	row->delivery.next_ms = INT64_MAX;
	outbox_apply(engine, row, DELIVERY_BLOCK);
	return 0;
}

/* What a contact was told of an alarm counts for what it is told next. */
static void
remember(const struct engine *engine, struct outbox_row *row)
{
	const struct record *record = event_log_get(&engine->log, row->delivery.seq);

	if (row->delivery.channel == CHANNEL_MAIL && record != NULL)
		outbox_keep_record(row, record);
}

static bool
is_sound(const struct delivery *delivery)
{
	return delivery->state >= DELIVERY_DELIVERED && delivery->state <= DELIVERY_FAILED &&
	       delivery->result < RESULT_COUNT;
}

static int
take_row(
    void *context, const struct delivery *delivery, const struct moment *created, struct err *err)
{
	const struct loader *loader = context;
	struct engine *engine = loader->engine;
	struct outbox *outbox = &engine->outbox;
	struct outbox_row *row;

	if (!is_sound(delivery)) {
		log_at(LOG_LEVEL_WARNING,
		    LOG_ABOUT(.alarm = delivery->alarm_id, .event = delivery->seq),
		    "delivery %u: what is stored of it cannot be understood",
		    (unsigned)delivery->id);
		return 0;
	}
	if (outbox_channel(engine, delivery->channel) == NULL)
		return 0; /* of a channel that this program was built without */
	if (outbox_make_room(outbox) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	row = &outbox->rows[outbox->count++];
	*row = (struct outbox_row){ .delivery = *delivery };
	if (outbox->next_id <= delivery->id) /* rows are in the order of their numbers, whatever */
		outbox->next_id = delivery->id + 1;
	take_times(loader, created, row);
	if (delivery_is_final(&row->delivery)) {
		remember(engine, row);
		return 0;
	}
	outbox->pending++;
	return go_on(engine, row, err);
}

int
outbox_load(struct engine *engine, struct err *err)
{
	struct loader loader = { engine, clock_is_synchronised() };
	struct outbox *outbox = &engine->outbox;
	int r;

	outbox->count = 0;
	outbox->pending = 0;
	r = store_get_number(engine->store, STORE_NEXT_DELIVERY_ID, &outbox->next_id, err);
	for (size_t i = 0; i < outbox->channel_count && r == 0; i++)
		r = store_get_books(engine->store, (uint8_t)outbox->channels[i].kind->channel,
		    &outbox->channels[i].books, err);
	if (r == 0)
		r = store_load_deliveries(engine->store, take_row, &loader, err);
	outbox_find_paths(engine);
	return r;
}

/* ---- the snapshot ---- */

static void
show_channel(
    const struct engine *engine, const struct outbox_channel *channel, struct channel_view *view)
{
	const struct outbox *outbox = &engine->outbox;

	*view = (struct channel_view){
		.channel = channel->kind->channel,
		.name = channel->kind->name,
		.books = channel->books,
		.pending = channel->books.late_count,
		.is_up = channel->is_up,
	};
	for (size_t i = 0; i < outbox->count; i++) {
		const struct delivery *delivery = &outbox->rows[i].delivery;

		if (delivery->channel != channel->kind->channel || delivery_is_final(delivery))
			continue;
		view->pending++;
		if (!view->has_oldest || delivery->created_ms < view->oldest_ms)
			view->oldest_ms = delivery->created_ms;
		view->has_oldest = true;
	}
}

/* While no relay takes anything its time counts, not that of the row; if that does not get better
 * by waiting, what was not tried is held, and says why. */
static void
show_wait(struct engine *engine, struct deliveries *deliveries)
{
	struct path_trouble trouble;
	bool is_blocked;
	int64_t due_ms;

	if (!outbox_mail_is_wanted(engine) || outbox_relay_choose(engine, 0, &due_ms) != NULL ||
	    due_ms == INT64_MAX)
		return;
	is_blocked = outbox_relays_fail(engine, &trouble) && trouble.is_certain;
	for (size_t i = 0; i < deliveries->count; i++) {
		struct delivery *delivery = &deliveries->rows[i];

		if (delivery->channel != CHANNEL_MAIL || !delivery_is_waiting(delivery))
			continue;
		delivery->next_ms = due_ms;
		if (!is_blocked || delivery->state != DELIVERY_READY)
			continue;
		delivery->state = DELIVERY_HELD;
		if (!delivery->has_result)
			delivery->result = (uint8_t)trouble.result;
		delivery->has_result = true;
	}
}

struct deliveries *
outbox_view(struct engine *engine)
{
	const struct outbox *outbox = &engine->outbox;
	struct deliveries *deliveries = deliveries_new(outbox->count);

	if (deliveries == NULL)
		return NULL;
	for (size_t i = 0; i < outbox->count; i++)
		deliveries->rows[i] = outbox->rows[i].delivery;
	show_wait(engine, deliveries);
	deliveries->channel_count = outbox->channel_count;
	for (size_t i = 0; i < outbox->channel_count; i++)
		show_channel(engine, &outbox->channels[i], &deliveries->channels[i]);
	return deliveries;
}
