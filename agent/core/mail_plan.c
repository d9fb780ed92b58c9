/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/mail_plan.h"

#include <stdlib.h>
#include <string.h>

#include "core/route.h"

#define NOBODY SIZE_MAX

struct planning {
	const struct mail_rule *rule;
	struct mail_recipient *recipient;
	struct mail_row *rows;
	size_t count;
	int64_t now_ms;
	struct mail_plan *plan;
};

/* ---- rows ---- */

static enum mail_kind
kind_of(const struct mail_rule *rule, const struct record *record)
{
	if (record->kind == EVENT_TEST)
		return MAIL_TEST;
	if (record->kind == EVENT_HEARTBEAT)
		return MAIL_HEARTBEAT;
	if (record->kind == EVENT_DELIVERY_FAILED && record->channel == rule->channel)
		return MAIL_BACKLOG;
	return MAIL_ALERT;
}

static bool
is_waiting(const struct mail_row *row)
{
	return delivery_is_waiting(row->delivery);
}

/* One of those that together say how it stands with one alarm. */
static bool
is_of_alarm(const struct mail_row *row)
{
	switch (route_sort_of(row->record->kind)) {
	case ROUTE_RAISE:
	case ROUTE_END:
	case ROUTE_STATE:
		return row->record->alarm_id != 0;
	case ROUTE_NOTE:
	case ROUTE_OWN:
		break;
	}
	return false;
}

/* Those of one alarm together, in the order of their events; what is of none first. */
static int
compare_alarms(const void *a, const void *b)
{
	const struct mail_row *x = a, *y = b;
	uint32_t x_id = is_of_alarm(x) ? x->record->alarm_id : 0;
	uint32_t y_id = is_of_alarm(y) ? y->record->alarm_id : 0;

	if (x_id != y_id)
		return x_id < y_id ? -1 : 1;
	return (x->delivery->id > y->delivery->id) - (x->delivery->id < y->delivery->id);
}

/* The order of a digest: what came first is the likely cause. */
static int
compare_events(const void *a, const void *b)
{
	const struct mail_row *x = a, *y = b;

	if ((x->fate == MAIL_GOES) != (y->fate == MAIL_GOES))
		return x->fate == MAIL_GOES ? -1 : 1;
	return (x->delivery->id > y->delivery->id) - (x->delivery->id < y->delivery->id);
}

static int
compare_classes(const void *a, const void *b)
{
	const struct mail_row *x = a, *y = b;

	if ((x->fate == MAIL_GOES) == (y->fate == MAIL_GOES) &&
	    x->delivery->class != y->delivery->class)
		return x->delivery->class > y->delivery->class ? -1 : 1;
	return compare_events(a, b);
}

static bool
goes_before(const struct mail_row *a, const struct mail_row *b)
{
	if (a->delivery->class != b->delivery->class)
		return a->delivery->class > b->delivery->class;
	return a->delivery->id < b->delivery->id;
}

/* ---- what is to be said of one alarm ---- */

struct chain {
	struct mail_row *rows;
	size_t count;
	struct mail_row *last[ROUTE_OWN + 1]; /* that waits, by sort */
	bool is_over, is_out, is_told, may_be_told, has_raise;
	int64_t since_ms; /* the first that waits */
};

static struct chain
look_at(struct mail_row *rows, size_t count)
{
	const struct alarm_row *alarm = rows[0].alarm;
	struct chain chain = {
		.rows = rows,
		.count = count,
		.is_over = alarm == NULL || !alarm_is_open(&alarm->alarm),
		.since_ms = INT64_MAX,
	};

	for (size_t i = 0; i < count; i++) {
		const struct delivery *delivery = rows[i].delivery;

		chain.is_told |= delivery->state == DELIVERY_DELIVERED;
		chain.is_out |= delivery_is_under_way(delivery);
		chain.may_be_told |= chain.is_told || delivery->in_doubt > 0;
		chain.has_raise |= route_sort_of(rows[i].record->kind) == ROUTE_RAISE;
		if (!is_waiting(&rows[i]))
			continue;
		chain.last[route_sort_of(rows[i].record->kind)] = &rows[i];
		if (delivery->created_ms < chain.since_ms)
			chain.since_ms = delivery->created_ms;
	}
	return chain;
}

/* Somebody has dealt with it before this contact had to know. */
static bool
is_spared(const struct planning *planning, const struct chain *chain)
{
	const struct alarm_row *alarm = chain->rows[0].alarm;

	return planning->recipient->escalate_after_ms > 0 && !chain->may_be_told &&
	       chain->last[ROUTE_RAISE] != NULL &&
	       (chain->is_over || alarm->alarm.state == ALARM_ACTIVE_ACKNOWLEDGED);
}

/* The one row that says it all; NULL: there is nothing to say any more. */
static struct mail_row *
find_speaker(const struct planning *planning, const struct chain *chain)
{
	if (is_spared(planning, chain))
		return NULL;
	if (chain->is_over && chain->last[ROUTE_END] != NULL)
		return chain->last[ROUTE_END];
	if (chain->last[ROUTE_RAISE] != NULL)
		return chain->last[ROUTE_RAISE];
	return chain->is_over ? NULL : chain->last[ROUTE_STATE];
}

static void
hold(const struct planning *planning, struct mail_row *row, int64_t base_ms, int64_t wait_ms)
{
	const struct delivery *delivery = row->delivery;

	row->is_candidate = true;
	row->base_ms = base_ms;
	row->hold_ms = base_ms + wait_ms;
	row->age_ms = planning->now_ms - delivery->created_ms - wait_ms;
	if ((!planning->rule->is_probe || row->is_patient) && delivery->next_ms > row->hold_ms)
		row->hold_ms = delivery->next_ms;
}

static void
resolve_alarm(const struct planning *planning, struct mail_row *rows, size_t count)
{
	const struct chain chain = look_at(rows, count);
	struct mail_row *speaker = find_speaker(planning, &chain);
	int64_t wait_ms = 0;

	if (chain.is_out)
		return;
	for (size_t i = 0; i < count; i++) {
		if (!is_waiting(&rows[i]))
			continue;
		rows[i].fate = speaker == NULL ? MAIL_OBSOLETE : MAIL_STAYS;
		if (speaker != NULL && speaker != &rows[i])
			rows[i].said_by = (size_t)(speaker - planning->rows);
	}
	if (speaker == NULL)
		return;
	if (route_sort_of(rows[0].record->kind) == ROUTE_RAISE)
		speaker->raise = rows[0].record;
	speaker->was_raised = chain.is_over && !chain.is_told && chain.has_raise;
	if (speaker == chain.last[ROUTE_RAISE] && !chain.may_be_told)
		wait_ms = planning->recipient->escalate_after_ms;
	hold(planning, speaker, chain.since_ms, wait_ms);
}

static void
resolve(const struct planning *planning)
{
	struct mail_row *rows = planning->rows;
	size_t end;

	for (size_t i = 0; i < planning->count; i++) {
		rows[i].fate = MAIL_STAYS;
		rows[i].was_raised = rows[i].is_candidate = false;
		rows[i].raise = NULL;
		rows[i].said_by = NOBODY;
	}
	qsort(rows, planning->count, sizeof(rows[0]), compare_alarms);
	for (size_t i = 0; i < planning->count; i = end) {
		end = i + 1;
		if (!is_of_alarm(&rows[i])) {
			if (is_waiting(&rows[i]))
				hold(planning, &rows[i], rows[i].delivery->created_ms, 0);
			continue;
		}
		while (
		    end < planning->count && rows[end].record->alarm_id == rows[i].record->alarm_id)
			end++;
		resolve_alarm(planning, &rows[i], end - i);
	}
}

/* ---- what goes ---- */

static bool
is_of_kind(const struct planning *planning, const struct mail_row *row, enum mail_kind kind)
{
	return row->is_candidate && kind_of(planning->rule, row->record) == kind;
}

static int64_t
due_of(const struct planning *planning, const struct mail_row *row, enum mail_kind kind)
{
	int64_t due_ms = row->base_ms + planning->rule->window_ms;

	return kind != MAIL_ALERT || row->hold_ms > due_ms ? row->hold_ms : due_ms;
}

/* The most severe, the oldest of those that are due; what is not is waited for. */
static struct mail_row *
find_first(const struct planning *planning, enum mail_kind kind)
{
	struct mail_row *first = NULL;

	for (size_t i = 0; i < planning->count; i++) {
		struct mail_row *row = &planning->rows[i];
		int64_t due_ms;

		if (!is_of_kind(planning, row, kind))
			continue;
		due_ms = due_of(planning, row, kind);
		if (due_ms > planning->now_ms) {
			if (due_ms < planning->plan->due_ms)
				planning->plan->due_ms = due_ms;
		} else if (first == NULL || goes_before(row, first)) {
			first = row;
		}
	}
	return first;
}

static void
wait_until(const struct planning *planning, int64_t due_ms)
{
	if (due_ms < planning->plan->due_ms)
		planning->plan->due_ms = due_ms;
}

static void
take(const struct planning *planning, struct mail_row *row, enum mail_kind kind)
{
	struct mail_plan *plan = planning->plan;

	if (row->fate == MAIL_GOES)
		return;
	row->fate = MAIL_GOES;
	plan->kind = kind;
	plan->count++;
	if (row->delivery->class > plan->class)
		plan->class = row->delivery->class;
	if (row->delivery->created_ms < plan->oldest_ms)
		plan->oldest_ms = row->delivery->created_ms;
}

/* What may have arrived goes again as it was: other things under its name could be taken for it. */
static bool
take_repeat(const struct planning *planning)
{
	struct mail_row *first = NULL;

	for (size_t i = 0; i < planning->count; i++) {
		struct mail_row *row = &planning->rows[i];

		if (is_of_kind(planning, row, MAIL_ALERT) && row->delivery->in_doubt > 0 &&
		    row->hold_ms <= planning->now_ms && (first == NULL || goes_before(row, first)))
			first = row;
	}
	if (first == NULL)
		return false;
	take(planning, first, MAIL_ALERT);
	for (size_t i = 0; i < planning->count; i++) {
		struct mail_row *row = &planning->rows[i];

		if (is_of_kind(planning, row, MAIL_ALERT) && row->delivery->in_doubt > 0 &&
		    row->lead == first->lead)
			take(planning, row, MAIL_ALERT);
	}
	planning->plan->is_repeat = true;
	planning->plan->lead = first->lead;
	return true;
}

static bool
is_in_window(const struct planning *planning, const struct mail_row *a, const struct mail_row *b)
{
	int64_t apart_ms = a->base_ms - b->base_ms;

	return llabs(apart_ms) < planning->rule->window_ms;
}

/* With `first` what came at about the same time. */
static void
take_group(const struct planning *planning, struct mail_row *first, uint8_t least_class)
{
	take(planning, first, MAIL_ALERT);
	for (size_t i = 0; i < planning->count; i++) {
		struct mail_row *row = &planning->rows[i];

		if (is_of_kind(planning, row, MAIL_ALERT) && row->delivery->in_doubt == 0 &&
		    row->delivery->class >= least_class && row->hold_ms <= planning->now_ms &&
		    is_in_window(planning, row, first))
			take(planning, row, MAIL_ALERT);
	}
}

/* All that could go; what only waits for its group does not any more. */
static size_t
count_rest(const struct planning *planning, bool take_them)
{
	size_t count = 0;

	for (size_t i = 0; i < planning->count; i++) {
		struct mail_row *row = &planning->rows[i];

		if (!is_of_kind(planning, row, MAIL_ALERT) || row->hold_ms > planning->now_ms ||
		    row->fate == MAIL_GOES)
			continue;
		count++;
		if (take_them)
			take(planning, row, MAIL_DIGEST);
	}
	return count;
}

static void
take_digest(const struct planning *planning)
{
	count_rest(planning, true);
	planning->plan->kind = MAIL_DIGEST;
}

/* In a flood nothing waits for its group. */
static struct mail_row *
find_first_held(const struct planning *planning)
{
	struct mail_row *first = NULL;

	for (size_t i = 0; i < planning->count; i++) {
		struct mail_row *row = &planning->rows[i];

		if (is_of_kind(planning, row, MAIL_ALERT) && row->hold_ms <= planning->now_ms &&
		    (first == NULL || goes_before(row, first)))
			first = row;
	}
	return first;
}

static unsigned
less(unsigned from, unsigned by)
{
	return from > by ? from - by : 0;
}

/* Something that is not critical could go, but for the limits. */
static bool
holds_back(const struct planning *planning)
{
	for (size_t i = 0; i < planning->count; i++) {
		const struct mail_row *row = &planning->rows[i];

		if (is_of_kind(planning, row, MAIL_ALERT) && row->hold_ms <= planning->now_ms &&
		    row->fate != MAIL_GOES && row->delivery->class < DELIVERY_CRITICAL)
			return true;
	}
	return false;
}

/* `due`: the first that has waited for its group; NULL: there is none. */
static void
take_flood(const struct planning *planning, struct mail_row *due)
{
	struct mail_recipient *recipient = planning->recipient;
	const struct limiter_rule *rule = &planning->rule->limiter;
	const struct mail_row *held = find_first_held(planning);
	int64_t digest_ms = recipient->limits.flood.digest_ms;

	if (held == NULL)
		return;
	if (limiter_room_long(&recipient->limits.limiter, rule, planning->now_ms) == 0 &&
	    held->delivery->class < DELIVERY_CRITICAL) {
		int64_t long_ms =
		    limiter_due_long_ms(&recipient->limits.limiter, rule, planning->now_ms);

		if (long_ms > digest_ms)
			digest_ms = long_ms;
	}
	if (digest_ms <= planning->now_ms && recipient->out == 0) {
		take_digest(planning);
		return;
	}
	if (due != NULL && due->delivery->class == DELIVERY_CRITICAL)
		take_group(planning, due, DELIVERY_CRITICAL);
	planning->plan->is_limited = holds_back(planning);
	if (recipient->out == 0)
		wait_until(planning, digest_ms);
}

static void
take_alerts(const struct planning *planning)
{
	struct mail_recipient *recipient = planning->recipient;
	const struct limiter_rule *rule = &planning->rule->limiter;
	bool is_flood =
	    flood_is_on(&recipient->limits.flood, &planning->rule->flood, planning->now_ms);
	struct mail_row *first = find_first(planning, MAIL_ALERT);
	unsigned room;

	if (is_flood) {
		take_flood(planning, first);
		return;
	}
	if (first == NULL)
		return;
	room =
	    less(limiter_room(&recipient->limits.limiter, rule, planning->now_ms), recipient->out);
	if (room == 0 && first->delivery->class < DELIVERY_CRITICAL) {
		planning->plan->is_limited = true;
		if (recipient->out == 0)
			wait_until(planning,
			    limiter_due_ms(&recipient->limits.limiter, rule, planning->now_ms));
		return;
	}
	take_group(planning, first, room > 0 ? 0 : DELIVERY_CRITICAL);
	/* The last that may go takes all the others along. */
	if (room < 2 && count_rest(planning, false) > 0) {
		planning->plan->is_limited = true;
		if (room == 1)
			take_digest(planning);
	}
}

/* What is not an alarm goes by itself, without limits: it is rare, and somebody waits for it. */
static void
take_own(const struct planning *planning, enum mail_kind kind)
{
	struct mail_row *first = find_first(planning, kind);

	if (first != NULL)
		take(planning, first, kind);
}

static void
finish(const struct planning *planning)
{
	struct mail_plan *plan = planning->plan;
	struct mail_row *rows = planning->rows;

	for (size_t i = 0; i < planning->count; i++)
		if (rows[i].said_by != NOBODY && rows[rows[i].said_by].fate == MAIL_GOES)
			rows[i].fate = MAIL_SAID;
	qsort(rows, planning->count, sizeof(rows[0]),
	    plan->kind == MAIL_DIGEST ? compare_events : compare_classes);
	if (plan->kind != MAIL_NONE && !plan->is_repeat)
		plan->lead = rows[0].record->seq;
}

void
mail_plan(const struct mail_rule *rule, struct mail_recipient *recipient, struct mail_row *rows,
    size_t count, int64_t now_ms, struct mail_plan *ret_plan)
{
	const struct planning planning = { rule, recipient, rows, count, now_ms, ret_plan };

	*ret_plan = (struct mail_plan){ .oldest_ms = INT64_MAX, .due_ms = INT64_MAX };
	if (count == 0)
		return;
	resolve(&planning);
	take_own(&planning, MAIL_TEST);
	if (ret_plan->kind == MAIL_NONE && !take_repeat(&planning))
		take_alerts(&planning);
	if (ret_plan->kind == MAIL_NONE)
		take_own(&planning, MAIL_HEARTBEAT);
	if (ret_plan->kind == MAIL_NONE)
		take_own(&planning, MAIL_BACKLOG);
	finish(&planning);
}

void
mail_plan_count(const struct mail_rule *rule, struct mail_recipient *recipient,
    const struct mail_plan *plan, int64_t now_ms)
{
	if (plan->is_repeat || (plan->kind != MAIL_ALERT && plan->kind != MAIL_DIGEST))
		return;
	mail_plan_count_one(rule, &recipient->limits, plan->kind == MAIL_DIGEST, now_ms);
}

bool
mail_plan_is_counted(const struct mail_rule *rule, const struct record *record)
{
	return kind_of(rule, record) == MAIL_ALERT;
}

void
mail_plan_count_one(
    const struct mail_rule *rule, struct mail_limits *limits, bool is_digest, int64_t now_ms)
{
	limiter_count(&limits->limiter, &rule->limiter, now_ms);
	if (is_digest)
		flood_digest(&limits->flood, &rule->flood, now_ms);
}

/* ---- whom to look at ---- */

static int
compare_sources(const void *a, const void *b)
{
	const struct mail_row *x = a, *y = b;

	if (is_waiting(x) != is_waiting(y))
		return is_waiting(x) ? -1 : 1;
	return strcmp(x->record->source, y->record->source);
}

const struct record *
mail_plan_worst(struct mail_row *rows, size_t count)
{
	const struct record *worst = NULL;
	size_t most = 0, first = 0;

	if (count == 0)
		return NULL;
	qsort(rows, count, sizeof(rows[0]), compare_sources);
	for (size_t i = 0; i < count && is_waiting(&rows[i]); i++) {
		if (strcmp(rows[i].record->source, rows[first].record->source) != 0)
			first = i;
		if (i - first + 1 <= most)
			continue;
		most = i - first + 1;
		worst = rows[i].record;
	}
	return worst;
}
