/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/core/alarm_model.h"
#include "tests/unit/unit.h"

/*
 * A million samples over random rules, values, gaps, bad samples, changes of rule, kills before and
 * after the commit, and reboots.  Each step is held against the model, its events against the
 * guarantees G1 to G7.  What fails is printed as commands for alarm-replay.
 */
#define SAMPLES       1000000
#define STORY_SAMPLES 2000
#define RULES         8 /* of one story */
#define FIRST_SEED    20240229

static uint64_t seed;

static uint64_t
luck(uint64_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 33) % below;
}

static int64_t
between(int64_t low, int64_t high)
{
	return low + (int64_t)luck((uint64_t)(high - low + 1));
}

#define PICK(array) ((array)[luck(COUNT(array))])

/* What an NMS makes of the events: nothing else is known to it. */
struct listener {
	uint32_t last_id, limit_id, fault_id;
	int zone;
	bool has_raised[2]; /* by side: low, high */
	int64_t raised_ms[2];
};

/* How the values come, for a while. */
struct mood {
	int left;
	int kind;
	int64_t at, to;
	unsigned bad_of_10;
};

struct story {
	struct evaluator_rule rules[RULES];
	unsigned rule_count;
	const struct evaluator_rule *rule;
	int64_t now_ms, origin_ms; /* the evaluator's clock began at origin */
	struct mood mood;
	struct evaluator evaluator;
	struct verdict verdict;
	struct evaluator_kept stored;
	uint32_t stored_id;
	struct listener listener;
	struct model model;
	struct past script[MODEL_PAST_MAX]; /* for the print */
	size_t script_count;
};

static unsigned seen[EVENT_RESET + 1];
static unsigned seen_downtime, seen_damped, seen_reboots, seen_kills;

/* ---- printing ---- */

static void
print_rule(const struct evaluator_rule *rule)
{
	static const char *const levels[] = { "low-critical", "low-warning", "high-warning",
		"high-critical" };

	for (int n = 0; n < LEVEL_COUNT; n++)
		if (rule->limits.is_enabled[n])
			fprintf(stderr, " %s=%" PRId32, levels[n], rule->limits.limit_milli[n]);
	fprintf(stderr,
	    " deadband=%" PRId32 " on=%" PRId64 " off=%" PRId64 " min-samples=%" PRIu32
	    " stale=%" PRId64 " fault-count=%" PRIu32 " fault-delay=%" PRId64 " poll=%" PRId64
	    " fault-damping=%d chatter=%d\n",
	    rule->limits.deadband_milli, rule->limits.on_delay_ms, rule->limits.off_delay_ms,
	    rule->limits.min_samples, rule->quality.stale_after_ms, rule->quality.fault_count,
	    rule->quality.fault_delay_ms, rule->quality.poll_ms, rule->has_damping,
	    rule->has_chatter);
}

static void
print_story(const struct story *story)
{
	fprintf(stderr, "config");
	print_rule(&story->rules[0]);
	for (size_t i = 0; i < story->script_count; i++) {
		const struct past *past = &story->script[i];

		switch (past->kind) {
		case PAST_GOOD:
			fprintf(stderr, "sample %" PRId64 " %" PRId32 " good\n", past->time_ms,
			    past->value_milli);
			break;
		case PAST_BAD:
			fprintf(stderr, "sample %" PRId64 " - bad\n", past->time_ms);
			break;
		case PAST_TICK:
			fprintf(stderr, "tick %" PRId64 "\n", past->time_ms);
			break;
		case PAST_RESTART:
			fprintf(stderr, "restart %" PRId64 "\n", past->time_ms);
			break;
		case PAST_RULE:
			fprintf(stderr, "configure %" PRId64, past->time_ms);
			print_rule(past->rule);
			break;
		case PAST_FAULT:
			break;
		}
	}
}

static void
print_events(const struct story *story)
{
	const struct model *model = &story->model;

	for (unsigned i = 0; i < story->verdict.count; i++) {
		const struct event *event = &story->verdict.events[i];

		fprintf(stderr, "# evaluator: kind %d id %" PRIu32 " %d %d %" PRId32 "\n",
		    (int)event->kind, event->alarm.id, (int)event->from - ZONE_NORMAL,
		    (int)event->to - ZONE_NORMAL, event->value_milli);
	}
	for (size_t i = 0; i < model->event_count; i++)
		fprintf(stderr, "# model: kind %d id %" PRIu32 " %d %d %" PRId32 "\n",
		    (int)model->events[i].kind, model->events[i].id, model->events[i].from,
		    model->events[i].to, model->events[i].value_milli);
}

#define CHECK(story, condition)                                               \
	do {                                                                  \
		if (!(condition)) {                                           \
			print_story(story);                                   \
			print_events(story);                                  \
			fail_msg("after that sequence: want %s", #condition); \
		}                                                             \
	} while (0)

/* ---- guarantees ---- */

static void
listen_to_raise(struct story *story, struct listener *listener, const struct event *event)
{
	const struct limit_rule *rule = &story->rule->limits;
	int side = event->to > ZONE_NORMAL;

	CHECK(story, listener->limit_id == 0); /* G2 */
	CHECK(story, event->alarm.id == listener->last_id + 1);
	/* G5; a raise of the other side meanwhile cleared this one by its on delay alone. */
	if (listener->has_raised[side]) {
		int64_t apart_ms = story->now_ms - listener->raised_ms[side];
		bool is_through_other = listener->has_raised[!side] &&
		                        listener->raised_ms[!side] >= listener->raised_ms[side];

		CHECK(story,
		    apart_ms >= rule->on_delay_ms +
				    (is_through_other ? rule->on_delay_ms : rule->off_delay_ms));
	}
	listener->has_raised[side] = true;
	listener->raised_ms[side] = story->now_ms;
	listener->last_id = event->alarm.id;
	listener->limit_id = event->alarm.id;
	listener->zone = (int)event->to - ZONE_NORMAL;
}

static void
listen_to_fault(struct story *story, struct listener *listener, const struct event *event)
{
	if (event->kind == EVENT_FAULT_CLEAR) {
		CHECK(story, event->alarm.id == listener->fault_id && listener->fault_id != 0);
		listener->fault_id = 0;
		return;
	}
	CHECK(story, listener->fault_id == 0);
	CHECK(story, event->alarm.id == listener->last_id + 1);
	listener->last_id = event->alarm.id;
	listener->fault_id = event->alarm.id;
}

static void
listen(struct story *story, struct listener *listener, const struct event *event)
{
	if (event->alarm.kind == ALARM_FAULT) {
		listen_to_fault(story, listener, event);
		return;
	}
	CHECK(story, event->alarm.kind == ALARM_LIMIT);
	if (event->kind == EVENT_RAISE) {
		listen_to_raise(story, listener, event);
		return;
	}
	CHECK(story, event->alarm.id == listener->limit_id && listener->limit_id != 0);
	CHECK(story, (int)event->from - ZONE_NORMAL == listener->zone);
	listener->zone = (int)event->to - ZONE_NORMAL;
	if (event->kind == EVENT_CLEAR) {
		CHECK(story, event->alarm.state == ALARM_UNLISTED && listener->zone == 0);
		listener->limit_id = 0;
	}
}

static void
check_against_model(struct story *story, enum past_kind input)
{
	const struct model *model = &story->model;
	const struct verdict *verdict = &story->verdict;

	CHECK(story, verdict->count == model->event_count);
	for (unsigned i = 0; i < verdict->count; i++) {
		const struct event *event = &verdict->events[i];
		const struct model_event *want = &model->events[i];

		CHECK(story, event->kind == want->kind && event->alarm.id == want->id);
		CHECK(story, (int)event->from - ZONE_NORMAL == want->from);
		CHECK(story, (int)event->to - ZONE_NORMAL == want->to);
		CHECK(story, event->has_value == want->has_value);
		CHECK(story, !want->has_value || event->value_milli == want->value_milli);
		CHECK(story, event->time_ms == story->now_ms - story->origin_ms);
		CHECK(
		    story, event->kind != EVENT_FAULT_RAISE || event->alarm.reason == want->reason);
		CHECK(story, event->is_config_change == (input == PAST_RULE));
		CHECK(story, event->suppression == SUPPRESSION_NONE);
		/* G6 */
		CHECK(story,
		    input == PAST_GOOD || input == PAST_RULE || event->kind == EVENT_FAULT_RAISE);
		seen[event->kind]++;
		seen_downtime += event->during_downtime;
	}
}

static void
check_state(struct story *story)
{
	const struct evaluator_kept *kept = &story->evaluator.kept;
	const struct listener *listener = &story->listener;
	const struct model *model = &story->model;
	const bool *c = kept->limits.is_beyond, *enabled = story->rule->limits.is_enabled;

	CHECK(story, memcmp(c, model->is_beyond, sizeof(kept->limits.is_beyond)) == 0);
	CHECK(story, story->evaluator.quality.quality == model->quality);
	CHECK(story, kept->is_chattering == model->is_chattering);
	CHECK(story, !alarm_is_open(&kept->fault_alarm) || kept->is_damped == model->is_damped);
	/* G3 */
	CHECK(story, (int)evaluator_zone(&story->evaluator) - ZONE_NORMAL == listener->zone);
	CHECK(story, kept->limit_alarm.id == listener->limit_id);
	CHECK(story, kept->fault_alarm.id == listener->fault_id);
	CHECK(story, alarm_is_open(&kept->limit_alarm) == (listener->zone != 0));
	CHECK(story, story->verdict.next_alarm_id == listener->last_id + 1);
	/* G7 */
	CHECK(story, !c[LEVEL_HIGH_CRITICAL] || c[LEVEL_HIGH_WARNING] || !enabled[2]);
	CHECK(story, !c[LEVEL_LOW_CRITICAL] || c[LEVEL_LOW_WARNING] || !enabled[1]);
	CHECK(story, !((c[0] || c[1]) && (c[2] || c[3])));
	for (int n = 0; n < LEVEL_COUNT; n++)
		CHECK(story, enabled[n] || !c[n]);
	seen_damped += kept->is_damped;
}

/* ---- steps ---- */

static void
forget_raises(struct listener *listener)
{
	memset(listener->has_raised, 0, sizeof(listener->has_raised));
}

static void
evaluate(struct story *story, const struct past *input)
{
	int64_t now_ms = input->time_ms - story->origin_ms;

	story->verdict.count = 0;
	switch (input->kind) {
	case PAST_GOOD:
	case PAST_BAD:
		evaluator_sample(&story->evaluator, story->rule, input->reason, input->value_milli,
		    now_ms, &story->verdict);
		break;
	case PAST_TICK:
		evaluator_tick(&story->evaluator, story->rule, now_ms, &story->verdict);
		break;
	case PAST_RULE:
		evaluator_configure(
		    &story->evaluator, story->rule, input->rule, now_ms, &story->verdict);
		story->rule = input->rule;
		forget_raises(&story->listener);
		break;
	case PAST_RESTART: /* of memory nothing is left */
		story->verdict.next_alarm_id = story->stored_id;
		memset(&story->evaluator, 0x5a, sizeof(story->evaluator));
		evaluator_restart(&story->evaluator, &story->stored, NULL, now_ms);
		forget_raises(&story->listener);
		break;
	case PAST_FAULT:
		break;
	}
}

static void
step(struct story *story, const struct past *input)
{
	story->now_ms = input->time_ms;
	story->script[story->script_count++] = *input;
	evaluate(story, input);
	model_step(&story->model, input);
	check_against_model(story, input->kind);
	for (unsigned i = 0; i < story->verdict.count; i++)
		listen(story, &story->listener, &story->verdict.events[i]);
	check_state(story);
	if (input->kind != PAST_RESTART && story->verdict.is_kept_changed) {
		story->stored = story->evaluator.kept;
		story->stored_id = story->verdict.next_alarm_id;
	}
}

/* The sample was evaluated, but killed before its commit: nobody will ever have heard of it. */
static void
kill_before_commit(struct story *story, const struct past *lost)
{
	struct past restart = { .kind = PAST_RESTART, .time_ms = lost->time_ms };

	evaluate(story, lost);
	step(story, &restart);
	seen_kills++;
}

/* The clock starts over somewhere; what is stored is put into the new one, ages kept. */
static void
reboot(struct story *story, int64_t time_ms)
{
	struct past restart = { .kind = PAST_RESTART, .time_ms = time_ms };
	int64_t origin_ms = time_ms - between(0, 100000);

	evaluator_shift(&story->stored, time_ms - story->origin_ms, story->origin_ms - origin_ms);
	story->origin_ms = origin_ms;
	step(story, &restart);
	seen_reboots++;
}

/* ---- luck ---- */

static void
any_limits(struct limit_rule *rule)
{
	static const int64_t delays_ms[] = { 0, 0, 1000, 5000, 30000, 60000 };
	int32_t at = (int32_t)between(-50000, 20000);
	enum level level;

	do {
		rule->deadband_milli = luck(4) == 0 ? 0 : (int32_t)between(0, 3000);
		for (int n = 0; n < LEVEL_COUNT; n++) {
			at += (int32_t)between(1, n == LEVEL_HIGH_WARNING ? 12000 : 5000);
			rule->is_enabled[n] = luck(4) != 0;
			rule->limit_milli[n] = at;
		}
	} while (limits_check(rule, &level, NULL) < 0);
	rule->on_delay_ms = PICK(delays_ms);
	rule->off_delay_ms = PICK(delays_ms);
	rule->min_samples = (uint32_t)between(1, luck(3) == 0 ? 5 : 2);
}

static void
any_rule(struct evaluator_rule *rule)
{
	static const int64_t polls_ms[] = { 500, 1000, 1000, 5000, 20000 };
	static const int64_t stales_ms[] = { 0, 0, 3000, 30000, 300000 };
	static const int64_t fault_delays_ms[] = { 0, 1000, 10000 };
	enum level level;

	evaluator_rule_init(rule);
	rule->limits.min_samples = 1;
	any_limits(&rule->limits);
	rule->quality = (struct sensor_rule){
		.poll_ms = PICK(polls_ms),
		.stale_after_ms = PICK(stales_ms),
		.fault_count = (uint32_t)between(1, 4),
		.fault_delay_ms = PICK(fault_delays_ms),
	};
	rule->has_damping = luck(8) != 0;
	rule->has_chatter = luck(8) != 0;
	assert_int_equal(evaluator_check(rule, &level, NULL), 0);
}

/* A value at which something is about to be decided. */
static int64_t
any_edge(const struct limit_rule *rule)
{
	int n = (int)luck(LEVEL_COUNT);
	int64_t band = rule->deadband_milli;

	return rule->limit_milli[n] + between(-1, 1) * band + between(-1, 1);
}

static void
any_mood(struct story *story)
{
	static const unsigned bad_of_10[] = { 0, 0, 0, 0, 1, 1, 3, 9, 10 };
	const struct limit_rule *rule = &story->rule->limits;
	struct mood *mood = &story->mood;

	mood->left = (int)between(1, luck(20) == 0 ? 1200 : 90);
	mood->kind = (int)luck(5);
	mood->at = any_edge(rule);
	mood->to = luck(2) == 0 ? any_edge(rule) : mood->at;
	if (luck(4) == 0) {
		mood->at = rule->limit_milli[LEVEL_LOW_CRITICAL] - 10000;
		mood->to = rule->limit_milli[LEVEL_HIGH_CRITICAL] + 10000;
	}
	mood->bad_of_10 = PICK(bad_of_10);
}

static int32_t
any_value(struct story *story)
{
	struct mood *mood = &story->mood;
	int64_t band = story->rule->limits.deadband_milli;

	if (mood->left-- <= 0)
		any_mood(story);
	switch (mood->kind) {
	case 0:
		return (int32_t)mood->at;
	case 1: /* noise */
		return (int32_t)(mood->at + between(-band, band) * 9 / 10);
	case 2: /* a square wave, of long halves */
		return (int32_t)(mood->left % 128 < 64 ? mood->at : mood->to);
	case 3: /* a ramp */
		return (int32_t)(mood->at + (mood->to - mood->at) * (mood->left % 100) / 100);
	}
	return (int32_t)(luck(2) == 0 ? mood->at : mood->to);
}

static int64_t
any_gap_ms(const struct story *story)
{
	const struct sensor_rule *rule = &story->rule->quality;
	const struct limit_rule *limits = &story->rule->limits;
	int64_t due_ms = evaluator_due_ms(&story->evaluator, story->rule);
	int64_t left_ms = due_ms - (story->now_ms - story->origin_ms);

	switch (luck(200)) {
	case 0: /* at and around the next timer */
		return due_ms == INT64_MAX || left_ms < 1 ? 0 : left_ms + between(-1, 1);
	case 1:
		return limits->on_delay_ms;
	case 2:
		return limits->off_delay_ms;
	case 3:
		return between(0, 200000);
	case 4:
		return 0;
	case 5:
		return luck(4) == 0 ? between(0, 1000000) : 299999 + between(0, 2);
	}
	return luck(10) == 0 ? between(0, 2 * rule->poll_ms) : rule->poll_ms;
}

static struct past
any_input(struct story *story)
{
	struct past input = { .time_ms = story->now_ms + any_gap_ms(story) };

	input.value_milli = any_value(story);
	if (luck(8) == 0)
		input.kind = PAST_TICK;
	else if (luck(10) < story->mood.bad_of_10)
		input.kind = PAST_BAD;
	else
		input.kind = PAST_GOOD;
	input.reason = FAULT_NONE;
	if (input.kind == PAST_BAD)
		input.reason = FAULT_NO_REPLY + (enum fault_reason)luck(5);
	return input;
}

static void
any_change(struct story *story)
{
	struct past input = { .kind = PAST_RULE, .time_ms = story->now_ms };
	struct evaluator_rule *rule = &story->rules[story->rule_count];
	const struct limit_rule *before = &story->rule->limits, *after = &rule->limits;

	if (story->rule_count == RULES)
		return;
	story->rule_count++;
	*rule = *story->rule;
	/* If the whole cannot take it, nothing changes. */
	switch (luck(4)) {
	case 0:
		any_limits(&rule->limits);
		break;
	case 1:
		rule->limits.is_enabled[luck(LEVEL_COUNT)] = false;
		break;
	case 2:
		rule->limits.is_enabled[luck(LEVEL_COUNT)] = true;
		break;
	case 3:
		rule->limits.limit_milli[luck(LEVEL_COUNT)] += (int32_t)between(-100, 100);
		break;
	}
	if (limits_check(&rule->limits, &(enum level){ 0 }, NULL) < 0)
		rule->limits = *before;
	for (int n = 0; n < LEVEL_COUNT; n++)
		input.is_of_level[n] = before->is_enabled[n] != after->is_enabled[n] ||
		                       before->limit_milli[n] != after->limit_milli[n] ||
		                       before->deadband_milli != after->deadband_milli ||
		                       before->on_delay_ms != after->on_delay_ms ||
		                       before->off_delay_ms != after->off_delay_ms ||
		                       before->min_samples != after->min_samples;
	input.rule = rule;
	step(story, &input);
}

static unsigned
live(struct story *story)
{
	unsigned samples = 0;

	memset(story, 0, sizeof(*story));
	any_rule(&story->rules[0]);
	story->rule_count = 1;
	story->rule = &story->rules[0];
	story->now_ms = between(0, 1) * between(0, 1000000);
	evaluator_init(&story->evaluator, NULL, story->now_ms);
	model_init(&story->model, story->rule, story->now_ms);
	story->script[story->script_count++] =
	    (struct past){ .kind = PAST_TICK, .time_ms = story->now_ms };
	story->verdict.next_alarm_id = 1;
	story->stored = story->evaluator.kept;
	story->stored_id = 1;
	while (samples < STORY_SAMPLES) {
		struct past input = any_input(story);

		samples += input.kind != PAST_TICK;
		switch (luck(1500)) {
		case 0:
			kill_before_commit(story, &input);
			break;
		case 1:
			reboot(story, input.time_ms);
			break;
		case 2:
			step(story,
			    &(struct past){ .kind = PAST_RESTART, .time_ms = input.time_ms });
			break;
		case 3:
			any_change(story);
			break;
		default:
			step(story, &input);
			break;
		}
	}
	return samples;
}

static void
a_million_samples_do_what_the_rules_say(void **state)
{
	struct story *story = calloc(1, sizeof(*story));
	unsigned samples = 0;

	(void)state;
	assert_non_null(story);
	for (seed = FIRST_SEED; samples < SAMPLES; seed++)
		samples += live(story);
	free(story);
	/* The walk went everywhere. */
	for (enum event_kind kind = EVENT_RAISE; kind <= EVENT_FAULT_CLEAR; kind++)
		assert_true(seen[kind] > 500);
	assert_true(seen[EVENT_CHATTER] > 100);
	assert_true(seen_downtime > 20);
	assert_true(seen_damped > 1000);
	assert_true(seen_kills > 100);
	assert_true(seen_reboots > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_million_samples_do_what_the_rules_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
