/* SPDX-License-Identifier: BSD-2-Clause */
/* The queue's part of the transaction of a turn. */
#include <string.h>

#include "engine/engine_private.h"
#include "sys/log.h"

static int
route_events(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;
	int r = 0;

	for (size_t i = 0; i < engine->waiting_count && r == 0; i++)
		for (size_t n = 0; n < outbox->channel_count && r == 0; n++)
			r = outbox_route_event(
			    engine, &outbox->channels[n], engine_waiting(engine, i));
	return r;
}

int
outbox_prepare(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;
	int r = 0;

	outbox->first_new = outbox->count;
	outbox->first_unkept = outbox->count;
	outbox->id_before = outbox->next_id;
	for (size_t i = 0; i < outbox->channel_count; i++)
		outbox->books_before[i] = outbox->channels[i].books;
	outbox_retire(engine);
	for (size_t i = 0; i < outbox->channel_count && r == 0; i++)
		r = outbox_catch_up(engine, &outbox->channels[i]);
	if (r == 0)
		r = route_events(engine);
	if (r == 0)
		outbox_mark(engine);
	return r;
}

void
outbox_rewrite(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->count; i++)
		outbox->rows[i].is_changed = true;
	for (size_t i = 0; i < outbox->channel_count; i++)
		outbox->channels[i].is_changed = true;
	outbox_mail_rewrite(engine);
	outbox->first_unkept = 0;
	outbox->id_before = 0; /* the next one is to be stored in any case */
}

/* The log may drop the event of a row that is made of the log in the very same transaction. */
static int
write_row(struct engine *engine, const struct outbox_row *row, bool is_kept, struct err *err)
{
	const struct delivery *delivery = &row->delivery;
	int r = 0;

	if (row->is_gone)
		return store_remove_delivery(engine->store, delivery->id, err);
	if (!row->is_changed)
		return 0;
	if (!is_kept && !delivery_is_final(delivery) && delivery->seq <= engine->log.last_seq)
		r = store_keep_event(engine->store, &row->record, engine->now.boot_id, err);
	if (r < 0)
		return r;
	return store_put_delivery(engine->store, delivery, engine->now.boot_id, err);
}

/* Before any is stored by its new one: two contacts may have exchanged theirs. */
static int
remove_old_names(struct engine *engine, struct err *err)
{
	const struct outbox *outbox = &engine->outbox;
	int r = 0;

	for (size_t i = 0; i < outbox->count && r == 0; i++)
		if (outbox->rows[i].is_renamed)
			r = store_remove_delivery(engine->store, outbox->rows[i].delivery.id, err);
	return r;
}

int
outbox_write(struct engine *engine, struct err *err)
{
	struct outbox *outbox = &engine->outbox;
	int r = remove_old_names(engine, err);

	for (size_t i = 0; i < outbox->count && r == 0; i++)
		r = write_row(engine, &outbox->rows[i], i < outbox->first_unkept, err);
	for (size_t i = 0; i < outbox->channel_count && r == 0; i++)
		if (outbox->channels[i].is_changed)
			r = store_put_books(engine->store,
			    (uint8_t)outbox->channels[i].kind->channel, &outbox->channels[i].books,
			    err);
	if (r == 0)
		r = outbox_mail_write(engine, err);
	if (r == 0 && outbox->next_id != outbox->id_before)
		r = store_put_number(engine->store, STORE_NEXT_DELIVERY_ID, outbox->next_id, err);
	return r;
}

/* Nobody watches a queue until it is too late. */
static void
warn(struct engine *engine)
{
	const struct conf_delivery *conf = &engine->conf->delivery;
	struct outbox *outbox = &engine->outbox;
	size_t maximum = outbox_maximum(engine), percent = outbox->pending * 100 / maximum;

	if (!outbox->is_warned && percent >= conf->warning_percent)
		log_warning("%zu deliveries wait, of at most %zu; when it is full the least "
			    "important are given up",
		    outbox->pending, maximum);
	else if (!(outbox->is_warned && percent + 10 < conf->warning_percent))
		return;
	outbox->is_warned = !outbox->is_warned;
}

void
outbox_committed(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;
	size_t kept = 0;

	outbox_mail_committed(engine);
	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];

		row->is_changed = row->is_renamed = false;
		row->state_before = 0;
		if (row->is_evicted)
			outbox_lost(engine, row);
		row->is_evicted = false;
		if (row->is_gone)
			continue;
		if (kept != i)
			outbox->rows[kept] = *row;
		kept++;
	}
	outbox->count = kept;
	for (size_t i = 0; i < outbox->channel_count; i++)
		outbox->channels[i].is_changed = false;
	outbox->unstored_told = 0;
	outbox->has_results = false;
	outbox->has_news = true;
	outbox->is_shown = false;
	warn(engine);
}

/* What was handed over stays so: it goes out as far as it can while nothing can be stored. */
void
outbox_take_back(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->channel_count; i++)
		if (outbox->channels[i].kind->way != NULL)
			outbox->channels[i].kind->way->take_back(engine, &outbox->channels[i]);
	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];
		bool is_up = outbox_channel(engine, row->delivery.channel)->is_up;

		row->is_gone = false;
		if (i >= outbox->first_new) {
			outbox->pending -= !delivery_is_final(&row->delivery);
		} else if (row->is_evicted) {
			row->delivery.state = is_up ? DELIVERY_READY : DELIVERY_HELD;
			row->delivery.has_result = false;
			row->is_evicted = false;
			outbox->pending++;
		} else if (row->state_before != 0) {
			row->delivery.state = row->state_before;
			outbox->pending++;
		}
		row->state_before = 0;
	}
	outbox->count = outbox->first_new;
	outbox->next_id = outbox->id_before;
	for (size_t i = 0; i < outbox->channel_count; i++)
		outbox->channels[i].books = outbox->books_before[i];
	outbox->has_news = true;
	outbox->is_shown = false;
}
