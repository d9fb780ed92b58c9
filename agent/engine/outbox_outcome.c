/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of what has left, and channels that come and go. */
#include "core/text.h"
#include "engine/engine_private.h"
#include "sys/log.h"

#define RESULTS_MS 5000 /* how long it may not be stored that something was delivered */

struct breaker_rule
outbox_breaker_rule(const struct conf *conf)
{
	return (struct breaker_rule){
		.failures = conf->breaker.failures,
		.backoff = {
			.base_ms = conf->delivery.retry_base_ms,
			.cap_ms = conf->delivery.retry_cap_ms,
			.jitter_percent = conf->delivery.retry_jitter_percent,
		},
	};
}

/* Only so that what failed together does not come back together. */
uint32_t
outbox_random(struct outbox *outbox)
{
	outbox->random ^= outbox->random << 13;
	outbox->random ^= outbox->random >> 17;
	outbox->random ^= outbox->random << 5;
	return outbox->random;
}

void
outbox_wake_rows(struct engine *engine, const struct outbox_channel *channel)
{
	struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];

		if (!outbox_is_of(row, channel) || !delivery_is_waiting(&row->delivery))
			continue;
		row->delivery.failures = 0;
		row->delivery.next_ms = engine->now.boottime_ms;
		outbox_apply(engine, row, DELIVERY_RELEASE);
	}
}

static void
take_back_marked(struct engine *engine, const struct outbox_channel *channel)
{
	struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->count; i++)
		if (outbox_is_of(&outbox->rows[i], channel) && outbox_is_marked(&outbox->rows[i]))
			outbox_apply(engine, &outbox->rows[i], DELIVERY_TAKE_BACK);
}

static void
take_back(struct engine *engine, struct outbox_channel *channel)
{
	if (channel->kind->way != NULL)
		channel->kind->way->take_back(engine, channel);
	else
		take_back_marked(engine, channel);
}

static void
follow_breaker(struct engine *engine, struct outbox_channel *channel, bool is_temporary)
{
	const struct breaker_rule rule = outbox_breaker_rule(engine->conf);
	const struct breaker before = channel->breaker;

	breaker_result(&channel->breaker, &rule, is_temporary, engine->now.boottime_ms,
	    outbox_random(&engine->outbox));
	if (before.state != BREAKER_OPEN && channel->breaker.state == BREAKER_OPEN)
		take_back(engine, channel);
	if (!is_temporary && before.state != BREAKER_CLOSED && before.step == 0)
		outbox_wake_rows(engine, channel); /* the destination answers again */
}

static void
count_told(struct engine *engine, const struct delivery *delivery)
{
	struct alarm_row *row = engine_row(engine, delivery->alarm_id);

	if (row == NULL || row->alarm.state == ALARM_UNLISTED)
		return;
	row->notified++;
	row->is_changed = true;
	engine->has_new_alarms = true;
}

void
outbox_end_attempt(struct engine *engine, struct outbox_row *row, enum result_class class)
{
	const struct backoff_rule rule = outbox_breaker_rule(engine->conf).backoff;
	struct outbox *outbox = &engine->outbox;
	struct delivery *delivery = &row->delivery;
	int64_t now_ms = engine->now.boottime_ms;

	row->is_out = false;
	outbox_apply(engine, row, delivery_input_of(class));
	if (delivery->state == DELIVERY_DEFERRED)
		delivery->next_ms =
		    now_ms + backoff_ms(&rule, delivery->failures, outbox_random(outbox));
	else if (delivery->state == DELIVERY_HELD)
		delivery->next_ms = now_ms + engine->conf->delivery.retry_blocked_s * INT64_C(1000);
	else if (delivery->state == DELIVERY_DELIVERED)
		count_told(engine, delivery);
	else
		outbox_lost(engine, row);
	if (!outbox->has_results)
		outbox->results_due_ms = now_ms + RESULTS_MS;
	outbox->has_results = true;
	outbox->has_news = true;
}

void
outbox_keep_result(
    struct engine *engine, struct outbox_row *row, const struct delivery_outcome *outcome)
{
	struct outbox_channel *channel = outbox_channel(engine, row->delivery.channel);
	struct delivery_books *books = &channel->books;
	struct delivery *delivery = &row->delivery;
	const char *text = outcome->text[0] != '\0' ? outcome->text : result_text(outcome->result);

	delivery->has_result = true;
	delivery->result = (uint8_t)outcome->result;
	text_copy(delivery->reply, sizeof(delivery->reply), outcome->text);
	if (channel->kind->has_replies) {
		delivery->code = outcome->code;
		text_copy(delivery->enhanced, sizeof(delivery->enhanced), outcome->enhanced);
		text_copy(delivery->relay, sizeof(delivery->relay), outcome->relay);
		delivery->is_fresh = true;
		delivery->phase = outcome->phase;
		delivery->took_ms = outcome->took_ms;
	}
	books->has_result = true;
	books->last_result = (uint8_t)outcome->result;
	text_copy(books->last_text, sizeof(books->last_text), text);
	if (outcome->class == RESULT_DONE)
		books->last_success_wall_ms = engine->now.wall_ms;
}

void
outbox_outcome(struct engine *engine, const struct delivery_outcome *outcome)
{
	struct outbox_row *row = outbox_row(engine, outcome->delivery);
	struct outbox_channel *channel;

	if (row == NULL || !row->is_out) {
		log_debug(
		    "delivery %u: an answer that nobody waits for", (unsigned)outcome->delivery);
		return;
	}
	channel = outbox_channel(engine, row->delivery.channel);
	if (channel->kind->way != NULL) {
		channel->kind->way->outcome(engine, channel, row, outcome);
		return;
	}
	outbox_keep_result(engine, row, outcome);
	outbox_end_attempt(engine, row, outcome->class);
	channel->out--;
	follow_breaker(
	    engine, channel, outcome->class != RESULT_DONE && outcome->class != RESULT_PERMANENT);
}

/* A carrier owes an answer. */
static void
lose(struct engine *engine, struct outbox_row *row)
{
	const struct outbox_channel *channel = outbox_channel(engine, row->delivery.channel);
	const struct delivery_outcome outcome = {
		.delivery = row->delivery.id,
		.result = channel->kind->down,
		.class = RESULT_IN_DOUBT,
	};

	outbox_outcome(engine, &outcome);
}

void
outbox_lose_old(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];
		const struct outbox_channel *channel =
		    outbox_channel(engine, row->delivery.channel);

		if (row->is_out &&
		    engine->now.boottime_ms - row->left_ms > channel->kind->lost_after_ms)
			lose(engine, row);
	}
}

/* ---- channels come and go ---- */

void
outbox_wake(struct engine *engine, struct outbox_channel *channel)
{
	breaker_wake(&channel->breaker, engine->now.boottime_ms);
	if (channel->kind->way != NULL)
		channel->kind->way->wake(engine);
	channel->busy_ms = 0;
	if (channel->is_up)
		outbox_wake_rows(engine, channel);
	engine->outbox.has_news = true;
	engine->outbox.is_shown = false;
}

void
outbox_wake_all(struct engine *engine)
{
	struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->channel_count; i++)
		outbox_wake(engine, &outbox->channels[i]);
	outbox->generation = engine->conf->generation;
}

static void
block(struct engine *engine, struct outbox_channel *channel)
{
	struct outbox *outbox = &engine->outbox;

	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];

		if (outbox_is_of(row, channel) && row->is_out)
			lose(engine, row);
	}
	take_back(engine, channel);
	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = &outbox->rows[i];

		if (!outbox_is_of(row, channel) || !delivery_is_waiting(&row->delivery))
			continue;
		row->delivery.next_ms = INT64_MAX;
		outbox_apply(engine, row, DELIVERY_BLOCK);
		outbox_say_why(engine, row, channel->kind->down);
	}
}

void
outbox_news(struct engine *engine, const struct channel_news *news)
{
	struct outbox_channel *channel = outbox_channel(engine, (uint8_t)news->channel);

	if (channel == NULL || channel->is_up == news->is_up)
		return;
	channel->is_up = news->is_up;
	if (channel->is_up)
		outbox_wake(engine, channel);
	else
		block(engine, channel);
	outbox_watch_path(engine, channel);
	engine->outbox.has_news = true;
	engine->outbox.is_shown = false;
	engine->has_new_state = true;
}
