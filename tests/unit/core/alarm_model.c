/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/core/alarm_model.h"

#include <assert.h>
#include <string.h>

#define QUARTER_MS (15 * 60 * 1000)
#define RUN_MS     (5 * 60 * 1000)

static int64_t
most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
stale_ms(const struct model *model)
{
	const struct sensor_rule *rule = &model->rule->quality;

	return rule->stale_after_ms != 0 ? rule->stale_after_ms : most(3 * rule->poll_ms, 30000);
}

static struct model_event *
say(struct model *model, enum event_kind kind, uint32_t id, int from, int to)
{
	struct model_event *event = &model->events[model->event_count++];
	const struct past *now = &model->past[model->past_count - 1];

	assert(model->event_count <= MODEL_EVENTS_MAX);
	*event = (struct model_event){
		.kind = kind,
		.id = id,
		.from = from,
		.to = to,
		.has_value = kind != EVENT_FAULT_RAISE && now->kind == PAST_GOOD,
		.value_milli = now->value_milli,
	};
	return event;
}

/* ---- quality ---- */

/* The last entry of that kind since the restart; NULL: none. */
static const struct past *
last(const struct model *model, enum past_kind kind)
{
	for (size_t i = model->past_count; i-- > 0;) {
		if (model->past[i].kind == kind)
			return &model->past[i];
		if (model->past[i].kind == PAST_RESTART)
			break;
	}
	return NULL;
}

static unsigned
within_quarter(const int64_t *times, size_t count, int64_t now_ms)
{
	unsigned within = 0;

	while (count-- > 0)
		within += now_ms - times[count] < QUARTER_MS;
	return within;
}

static enum fault_reason
fault_reason(const struct model *model)
{
	for (size_t i = model->past_count; i-- > 0;) {
		const struct past *past = &model->past[i];

		if (past->kind == PAST_BAD)
			return past->reason;
		if (past->kind == PAST_GOOD || past->kind == PAST_RESTART)
			break;
	}
	return FAULT_STALE;
}

static void
begin_fault(struct model *model, int64_t now_ms)
{
	struct past fault = { .kind = PAST_FAULT, .time_ms = now_ms };

	model->quality = QUALITY_FAULT;
	if (model->fault_id == 0) {
		model->faults[model->fault_count++] = now_ms;
		model->fault_id = ++model->last_id;
		model->is_damped = model->rule->has_damping &&
		                   within_quarter(model->faults, model->fault_count, now_ms) >= 3;
		say(model, EVENT_FAULT_RAISE, model->fault_id, 0, 0)->reason = fault_reason(model);
	}
	model->past[model->past_count++] = fault;
}

static void
fire(struct model *model, int64_t now_ms)
{
	const struct past *good = last(model, PAST_GOOD);
	int64_t grace_ms = most(3 * model->rule->quality.poll_ms, 60000);

	if (model->quality == QUALITY_UNKNOWN &&
	    now_ms - last(model, PAST_RESTART)->time_ms > grace_ms)
		begin_fault(model, now_ms);
	if ((model->quality == QUALITY_GOOD || model->quality == QUALITY_SUSPECT) &&
	    now_ms - good->time_ms > stale_ms(model))
		begin_fault(model, now_ms);
}

static void
be_bad(struct model *model, int64_t now_ms)
{
	int64_t first_ms = now_ms;
	unsigned count = 0;

	for (size_t i = model->past_count; i-- > 0;) {
		const struct past *past = &model->past[i];

		if (past->kind == PAST_GOOD || past->kind == PAST_RESTART)
			break;
		if (past->kind == PAST_BAD) {
			count++;
			first_ms = past->time_ms;
		}
	}
	if (model->quality == QUALITY_GOOD)
		model->quality = QUALITY_SUSPECT;
	if (model->quality != QUALITY_FAULT && count >= model->rule->quality.fault_count &&
	    now_ms - first_ms >= model->rule->quality.fault_delay_ms)
		begin_fault(model, now_ms);
}

static void
be_good(struct model *model, int64_t now_ms)
{
	int64_t run_ms = now_ms;

	model->quality = QUALITY_GOOD;
	if (model->fault_id == 0)
		return;
	for (size_t i = model->past_count; i-- > 0;) {
		const struct past *past = &model->past[i];

		if (past->kind == PAST_GOOD)
			run_ms = past->time_ms;
		else if (past->kind != PAST_TICK && past->kind != PAST_RULE)
			break;
	}
	if (model->is_damped && now_ms - run_ms < RUN_MS)
		return;
	say(model, EVENT_FAULT_CLEAR, model->fault_id, 0, 0);
	model->fault_id = 0;
}

/* ---- limits ---- */

int
model_zone(const struct model *model)
{
	const bool *c = model->is_beyond;

	if (c[0] || c[1])
		return c[0] ? -2 : -1;
	return c[3] ? 2 : c[2];
}

static bool
raw(const struct model *model, int n, int64_t v)
{
	const struct limit_rule *rule = &model->rule->limits;
	int64_t lim = rule->limit_milli[n], db = rule->deadband_milli;

	if (!rule->is_enabled[n])
		return false;
	if (n >= 2)
		return model->is_beyond[n] ? v >= lim - db : v >= lim;
	return model->is_beyond[n] ? v <= lim + db : v <= lim;
}

/* Whether all good samples of late, long enough and enough of them, say that n should flip. */
static bool
is_due(const struct model *model, int n, int64_t now_ms)
{
	const struct limit_rule *rule = &model->rule->limits;
	int beside = n >= 2 ? 2 : 1;
	bool ends_alarm = model->is_beyond[n] && (n == beside || !model->is_beyond[beside]);
	int64_t delay_ms = model->is_beyond[n] ? rule->off_delay_ms : rule->on_delay_ms;
	int64_t since_ms = now_ms;
	unsigned count = 0;

	if (ends_alarm && model->is_chattering)
		delay_ms = QUARTER_MS;
	for (size_t i = model->past_count; i-- > model->flipped_at[n];) {
		const struct past *past = &model->past[i];

		if (past->kind == PAST_RESTART)
			break;
		if (past->kind == PAST_RULE && past->is_of_level[n])
			break;
		if (past->kind != PAST_GOOD)
			continue;
		if (raw(model, n, past->value_milli) == model->is_beyond[n])
			break;
		if (since_ms - past->time_ms > stale_ms(model))
			break;
		since_ms = past->time_ms;
		count++;
	}
	return count >= rule->min_samples && count > 0 && now_ms - since_ms >= delay_ms;
}

static void
set(struct model *model, int n, bool is_beyond)
{
	if (model->is_beyond[n] != is_beyond)
		model->flipped_at[n] = model->past_count;
	model->is_beyond[n] = is_beyond;
}

static void
move(struct model *model, int from, int64_t now_ms)
{
	int to = model_zone(model);

	if (from == to)
		return;
	if (from * to > 0) {
		say(model, to * to > from * from ? EVENT_ESCALATE : EVENT_DEESCALATE,
		    model->limit_id, from, to);
		return;
	}
	if (from != 0)
		say(model, EVENT_CLEAR, model->limit_id, from, 0);
	model->limit_id = 0;
	if (to == 0) {
		model->is_chattering = false;
		return;
	}
	model->limit_id = ++model->last_id;
	say(model, EVENT_RAISE, model->limit_id, 0, to);
	model->raises[model->raise_count++] = now_ms;
	if (model->is_chattering || !model->rule->has_chatter ||
	    within_quarter(model->raises, model->raise_count, now_ms) < 4)
		return;
	model->is_chattering = true;
	say(model, EVENT_CHATTER, model->limit_id, to, to);
}

static void
compare(struct model *model, int64_t now_ms)
{
	const bool *enabled = model->rule->limits.is_enabled;
	const int beside[] = { 1, 1, 2, 2 }, beyond[] = { 0, 0, 3, 3 };
	int from = model_zone(model);
	bool was[LEVEL_COUNT], due[LEVEL_COUNT];

	memcpy(was, model->is_beyond, sizeof(was));
	for (int n = 0; n < LEVEL_COUNT; n++)
		due[n] = is_due(model, n, now_ms);
	/* First what ends, then what begins. */
	for (int n = 0; n < LEVEL_COUNT; n++) {
		if (!due[n] || !was[n])
			continue;
		set(model, n, false);
		if (n == beside[n])
			set(model, beyond[n], false);
	}
	for (int n = 0; n < LEVEL_COUNT; n++) {
		if (!due[n] || was[n])
			continue;
		set(model, n, true);
		if (enabled[beside[n]])
			set(model, beside[n], true);
		for (int other = 0; other < LEVEL_COUNT; other++)
			if (beside[other] != beside[n])
				set(model, other, false);
	}
	move(model, from, now_ms);
}

static void
change(struct model *model, const struct past *input)
{
	const bool *enabled = input->rule->limits.is_enabled;
	int from = model_zone(model);

	model->rule = input->rule;
	for (int n = 0; n < LEVEL_COUNT; n++)
		if (!enabled[n])
			set(model, n, false);
	if (model->is_beyond[0] && enabled[1])
		set(model, 1, true);
	if (model->is_beyond[3] && enabled[2])
		set(model, 2, true);
	move(model, from, input->time_ms);
}

void
model_init(struct model *model, const struct evaluator_rule *rule, int64_t now_ms)
{
	memset(model, 0, sizeof(*model));
	model->rule = rule;
	model->quality = QUALITY_UNKNOWN;
	model->past[model->past_count++] = (struct past){ .kind = PAST_RESTART, .time_ms = now_ms };
}

void
model_step(struct model *model, const struct past *input)
{
	assert(model->past_count + 2 < MODEL_PAST_MAX);
	model->event_count = 0;
	if (input->kind == PAST_GOOD || input->kind == PAST_BAD || input->kind == PAST_TICK)
		fire(model, input->time_ms);
	model->past[model->past_count++] = *input;
	switch (input->kind) {
	case PAST_GOOD:
		be_good(model, input->time_ms);
		compare(model, input->time_ms);
		break;
	case PAST_BAD:
		be_bad(model, input->time_ms);
		break;
	case PAST_RESTART:
		model->quality = QUALITY_UNKNOWN;
		break;
	case PAST_RULE:
		change(model, input);
		break;
	case PAST_TICK:
	case PAST_FAULT:
		break;
	}
}
