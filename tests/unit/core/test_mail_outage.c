/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A relay that is away for six hours while 500 alarms come and most go: what it costs, and what is
 * told when it is back.  A queue of one recipient, played with core/mail_plan, core/breaker,
 * core/backoff and core/delivery as the engine plays them; time is an argument.
 */
#include <stdlib.h>
#include <string.h>

#include "core/breaker.h"
#include "core/mail_plan.h"
#include "core/route.h"
#include "tests/unit/unit.h"

#define SECOND     INT64_C(1000)
#define MINUTE     (60 * SECOND)
#define HOUR       (60 * MINUTE)
#define MAIL       2
#define ALARMS     500
#define ROWS_MAX   (2 * ALARMS + 16)
#define AWAY_MS    (6 * HOUR)
#define END_MS     (12 * HOUR)
#define USEFUL_MS  (4 * HOUR)
#define STAY_EVERY 20 /* each so many alarms stays active */

static const struct mail_rule usual = {
	.channel = MAIL,
	.window_ms = 10 * SECOND,
	.limiter = { 6, 10 * MINUTE, 30, 200, HOUR },
	.flood = { 10, 5, 10 * MINUTE, 5 * MINUTE },
};
static const struct breaker_rule breaker_rule = {
	.failures = 3,
	.backoff = { .base_ms = 15000, .cap_ms = 600000, .jitter_percent = 20 },
};

struct world {
	uint32_t random;
	int64_t now_ms;
	int64_t raised_ms[ALARMS], cleared_ms[ALARMS]; /* INT64_MAX: it stays */
	struct alarm_row alarms[ALARMS];
	struct delivery deliveries[ROWS_MAX];
	struct record records[ROWS_MAX];
	unsigned told[ROWS_MAX];
	size_t count;
	struct mail_recipient recipient;
	struct breaker breaker;
	unsigned connections, mails, backlogs, backlog_count, expired;
};

static uint32_t
next_random(struct world *world)
{
	world->random = world->random * 1664525 + 1013904223;
	return world->random;
}

static void
add(struct world *world, enum event_kind kind, uint32_t alarm)
{
	enum severity severity = alarm % 3 == 0 ? SEVERITY_CRITICAL : SEVERITY_WARNING;
	size_t at = world->count++;

	assert_true(at < ROWS_MAX);
	world->records[at] = (struct record){
		.kind = (uint8_t)kind,
		.alarm_id = alarm,
		.severity = (uint8_t)severity,
		.channel = kind == EVENT_DELIVERY_FAILED ? MAIL : 0,
	};
	world->deliveries[at] = (struct delivery){
		.id = (uint32_t)at + 1,
		.alarm_id = alarm,
		.state = DELIVERY_READY,
		.class = (uint8_t)delivery_class_of(kind, severity),
		.created_ms = world->now_ms,
		.useful_until_ms = world->now_ms + USEFUL_MS,
	};
	if (route_sort_of(kind) == ROUTE_RAISE)
		flood_raise(&world->recipient.limits.flood, &usual.flood, world->now_ms);
}

/* What has happened until now. */
static void
happen(struct world *world, int64_t before_ms)
{
	for (uint32_t i = 0; i < ALARMS; i++) {
		if (world->raised_ms[i] > before_ms && world->raised_ms[i] <= world->now_ms) {
			world->alarms[i].alarm.state = ALARM_ACTIVE;
			add(world, EVENT_RAISE, i + 1);
		}
		if (world->cleared_ms[i] > before_ms && world->cleared_ms[i] <= world->now_ms) {
			world->alarms[i].alarm.state = ALARM_UNLISTED;
			add(world, EVENT_CLEAR, i + 1);
		}
	}
}

static bool
is_active(const struct world *world, uint32_t alarm)
{
	return alarm != 0 && alarm_is_open(&world->alarms[alarm - 1].alarm);
}

static void
expire(struct world *world)
{
	bool has_backlog = false;

	for (size_t i = 0; i < world->count; i++)
		has_backlog |= world->records[i].kind == EVENT_DELIVERY_FAILED &&
		               delivery_is_waiting(&world->deliveries[i]);
	for (size_t i = 0; i < world->count; i++) {
		struct delivery *delivery = &world->deliveries[i];
		enum event_kind kind = world->records[i].kind;

		if (!delivery_is_waiting(delivery))
			continue;
		if (kind == EVENT_DELIVERY_FAILED ||
		    !delivery_is_too_old(
			delivery, kind, is_active(world, delivery->alarm_id), world->now_ms))
			continue;
		delivery_apply(delivery, DELIVERY_EXPIRE);
		world->expired++;
		if (!has_backlog)
			add(world, EVENT_DELIVERY_FAILED, 0);
		has_backlog = true;
	}
}

static void
attempt(struct world *world, struct mail_row *rows, const struct mail_plan *plan)
{
	bool is_away = world->now_ms < AWAY_MS;

	world->connections += is_away;
	breaker_leaves(&world->breaker);
	for (size_t i = 0; i < world->count; i++) {
		struct delivery *delivery = &world->deliveries[rows[i].delivery->id - 1];

		if (rows[i].fate == MAIL_SAID)
			delivery_apply(delivery, DELIVERY_SUPERSEDE);
		if (rows[i].fate != MAIL_GOES)
			continue;
		delivery_apply(delivery, DELIVERY_RELEASE);
		delivery_apply(delivery, DELIVERY_PICK);
		delivery_apply(delivery, is_away ? DELIVERY_REFUSE_NOW : DELIVERY_ACCEPT);
		delivery->next_ms = world->now_ms + backoff_ms(&breaker_rule.backoff,
							delivery->failures, next_random(world));
		if (is_away)
			continue;
		world->told[delivery->id - 1]++;
		delivery->next_ms = 0;
	}
	breaker_result(&world->breaker, &breaker_rule, is_away, world->now_ms, next_random(world));
	if (is_away)
		return;
	world->mails++;
	mail_plan_count(&usual, &world->recipient, plan, world->now_ms);
	if (plan->kind == MAIL_BACKLOG) {
		world->backlogs++;
		world->backlog_count += world->expired;
	}
}

/* False: there is nothing to do before *ret_due_ms. */
static bool
work(struct world *world, int64_t *ret_due_ms)
{
	static struct mail_row rows[ROWS_MAX];
	struct mail_rule rule = usual;
	struct mail_plan plan;

	*ret_due_ms = breaker_due_ms(&world->breaker);
	if (breaker_room(&world->breaker, 0, 1, world->now_ms) == 0)
		return false;
	expire(world);
	rule.is_probe = world->breaker.state != BREAKER_CLOSED;
	for (size_t i = 0; i < world->count; i++) {
		uint32_t alarm = world->deliveries[i].alarm_id;

		rows[i] = (struct mail_row){
			.delivery = &world->deliveries[i],
			.record = &world->records[i],
			.alarm = is_active(world, alarm) ? &world->alarms[alarm - 1] : NULL,
		};
	}
	mail_plan(&rule, &world->recipient, rows, world->count, world->now_ms, &plan);
	*ret_due_ms = plan.due_ms;
	if (plan.kind == MAIL_NONE)
		return false;
	attempt(world, rows, &plan);
	return true;
}

static int64_t
next_event_ms(const struct world *world)
{
	int64_t next_ms = END_MS;

	for (size_t i = 0; i < ALARMS; i++) {
		if (world->raised_ms[i] > world->now_ms && world->raised_ms[i] < next_ms)
			next_ms = world->raised_ms[i];
		if (world->cleared_ms[i] > world->now_ms && world->cleared_ms[i] < next_ms)
			next_ms = world->cleared_ms[i];
	}
	return next_ms;
}

static void
play(struct world *world, uint32_t seed)
{
	int64_t due_ms, before_ms = -1;

	*world = (struct world){ .random = seed };
	for (size_t i = 0; i < ALARMS; i++) {
		world->raised_ms[i] = next_random(world) % (AWAY_MS - MINUTE);
		world->cleared_ms[i] = i % STAY_EVERY == 0 ? INT64_MAX
		                                           : world->raised_ms[i] + MINUTE +
		                                                 next_random(world) % (50 * MINUTE);
	}
	while (world->now_ms < END_MS) {
		happen(world, before_ms);
		before_ms = world->now_ms;
		while (work(world, &due_ms))
			;
		world->now_ms = next_event_ms(world);
		if (due_ms > before_ms && due_ms < world->now_ms)
			world->now_ms = due_ms;
	}
}

/* Each row has its one end, and what was told was worth it. */
static void
check_rows(const struct world *world)
{
	unsigned active_told = 0, expired = 0;

	for (size_t i = 0; i < world->count; i++) {
		const struct delivery *delivery = &world->deliveries[i];
		bool stays = delivery->alarm_id % STAY_EVERY == 1;

		assert_true(delivery_is_final(delivery));
		assert_int_equal(world->told[i], delivery->state == DELIVERY_DELIVERED);
		expired += delivery->state == DELIVERY_EXPIRED;
		if (delivery->alarm_id == 0 || world->told[i] == 0)
			continue;
		active_told += stays;
		if (!stays) /* useful when the relay came back */
			assert_true(delivery->useful_until_ms > AWAY_MS);
	}
	assert_int_equal(active_told, ALARMS / STAY_EVERY);
	assert_int_equal(expired, world->expired);
	assert_true(expired > 0);
}

static void
six_hours_away_cost_45_connections_at_most(void **state)
{
	static struct world world;

	(void)state;
	for (uint32_t seed = 1; seed <= 20; seed++) {
		play(&world, seed);
		if (world.connections > 45 || world.connections < 30)
			fail_msg("seed %u: %u connections", (unsigned)seed, world.connections);
		assert_int_equal(world.backlogs, 1);
		assert_int_equal(world.backlog_count, world.expired);
		assert_in_range(world.mails, 2, 25);
		check_rows(&world);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(six_hours_away_cost_45_connections_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
