/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of a sensor as the database may give it back, and a life that goes on from there. */
#include <string.h>

#include "core/kept.h"
#include "tests/fuzz/fuzz.h"

const struct fuzz_target fuzz_target = { "kept", 30000 };

#define START     INT64_C(5000000)
#define STEPS_MAX 64

static void
check_verdict(const struct verdict *verdict)
{
	MUST(verdict->next_alarm_id != 0);
	MUST(verdict->count <= VERDICT_EVENTS_MAX);
	for (unsigned i = 0; i < verdict->count; i++) {
		const struct event *event = &verdict->events[i];

		MUST(event->kind >= EVENT_RAISE && event->kind <= EVENT_LAST);
		MUST(event->from <= ZONE_HIGH_CRITICAL && event->to <= ZONE_HIGH_CRITICAL);
		MUST(event->severity <= SEVERITY_UNKNOWN);
		MUST(event->previous_severity <= SEVERITY_UNKNOWN);
	}
}

/* Stored and loaded it is the same. */
static bool
is_sound(const struct evaluator_kept *kept)
{
	unsigned char octets[KEPT_OCTETS_MAX], again[KEPT_OCTETS_MAX];
	struct evaluator_kept same;
	size_t count = kept_encode(kept, octets);

	if (kept_decode(octets, count, &same) < 0)
		return false;
	MUST(kept_encode(&same, again) == count && memcmp(again, octets, count) == 0);
	return true;
}

static void
make_rule(struct fuzz_input *input, struct evaluator_rule *rule)
{
	unsigned choice = fuzz_byte(input);

	evaluator_rule_init(rule);
	rule->latch = choice & 1;
	rule->ack_required = choice & 2;
	rule->limits.limit_milli[LEVEL_HIGH_WARNING] = 27000;
	rule->limits.limit_milli[LEVEL_HIGH_CRITICAL] = 30000;
	rule->limits.is_enabled[LEVEL_HIGH_WARNING] = choice & 4;
	rule->limits.is_enabled[LEVEL_HIGH_CRITICAL] = choice & 8;
	rule->limits.limit_milli[LEVEL_LOW_WARNING] = 5000;
	rule->limits.is_enabled[LEVEL_LOW_WARNING] = choice & 16;
}

static void
try_step(struct fuzz_input *input, struct evaluator *evaluator, struct evaluator_rule *rule,
    int64_t now_ms, struct verdict *verdict)
{
	struct evaluator_rule before = *rule;

	switch (fuzz_below(input, 8)) {
	case 0:
		evaluator_sample(
		    evaluator, rule, FAULT_NONE, (int32_t)fuzz_byte(input) * 200, now_ms, verdict);
		break;
	case 1:
		evaluator_sample(evaluator, rule, FAULT_NO_REPLY, 0, now_ms, verdict);
		break;
	case 2:
		evaluator_set_in_service(
		    evaluator, rule, fuzz_below(input, 2) == 1, now_ms, verdict);
		break;
	case 3:
		evaluator_set_parent_lost(evaluator, fuzz_below(input, 2) == 1, now_ms, verdict);
		break;
	case 4:
		evaluator_shelve(evaluator, now_ms + 1 + fuzz_byte(input) * 1000, now_ms, verdict);
		break;
	case 5:
		evaluator_unshelve(evaluator, now_ms, verdict);
		break;
	case 6:
		make_rule(input, rule);
		evaluator_configure(evaluator, &before, rule, now_ms, verdict);
		break;
	default:
		(void)evaluator_acknowledge(evaluator, fuzz_byte(input), now_ms, verdict);
		break;
	}
}

static void
live(struct fuzz_input *input, const struct evaluator_kept *kept)
{
	struct verdict verdict = { .next_alarm_id = 7 };
	struct evaluator evaluator;
	struct evaluator_rule rule;
	int64_t now_ms = START;

	make_rule(input, &rule);
	evaluator_restart(&evaluator, kept, NULL, now_ms);
	evaluator_configure(&evaluator, NULL, &rule, now_ms, &verdict);
	check_verdict(&verdict);
	for (int i = 0; i < STEPS_MAX && !fuzz_is_over(input); i++) {
		now_ms += (int64_t)fuzz_byte(input) * 1000;
		evaluator_tick(&evaluator, &rule, now_ms, &verdict);
		check_verdict(&verdict);
		(void)evaluator_due_ms(&evaluator, &rule);
		try_step(input, &evaluator, &rule, now_ms, &verdict);
		check_verdict(&verdict);
		MUST(evaluator_zone(&evaluator) <= ZONE_HIGH_CRITICAL);
		MUST(evaluator_severity(&evaluator) <= SEVERITY_UNKNOWN);
		MUST(evaluator_suppression(&evaluator) <= SUPPRESSION_LAST);
	}
	MUST(is_sound(&evaluator.kept));
	evaluator_remove(&evaluator, &rule, now_ms, &verdict);
	check_verdict(&verdict);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct evaluator_kept none;
	unsigned char octets[KEPT_OCTETS_MAX];
	size_t count = kept_encode(&none, octets);
	struct fuzz_input input = { data, data + size };
	struct evaluator_kept kept;

	if (size < count || kept_decode(data, count, &kept) < 0)
		return 0;
	input.at += count;
	evaluator_shift(&kept, INT64_MAX, (int64_t)(int32_t)fuzz_u32(&input));
	if (is_sound(&kept)) /* a time may have been at the edge */
		live(&input, &kept);
	return 0;
}
