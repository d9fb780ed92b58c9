/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_CORE_ALARM_MODEL_H
#define TESTS_UNIT_CORE_ALARM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/evaluator.h"

/*
 * The alarm rules a second time, as slowly and simply as they can be written: nothing pends, each
 * question is answered by reading the past backwards.  Shares no code with the evaluator, only its
 * rule and the names of its events.  Quality, limits, damping, chatter; not rate and suppression.
 */
enum past_kind {
	PAST_GOOD,
	PAST_BAD,
	PAST_TICK,
	PAST_RESTART,
	PAST_RULE,  /* another rule came into force */
	PAST_FAULT, /* quality became fault: made by the model */
};

struct past {
	enum past_kind kind;
	int64_t time_ms;
	int32_t value_milli;
	enum fault_reason reason;
	const struct evaluator_rule *rule;
	bool is_of_level[LEVEL_COUNT]; /* PAST_RULE: that level's configuration has changed */
};

struct model_event {
	enum event_kind kind;
	uint32_t id;
	int from, to;
	bool has_value;
	int32_t value_milli;
	enum fault_reason reason; /* of a raised fault */
};

#define MODEL_PAST_MAX   20000
#define MODEL_EVENTS_MAX 12

struct model {
	const struct evaluator_rule *rule;
	size_t past_count;
	struct past past[MODEL_PAST_MAX];
	bool is_beyond[LEVEL_COUNT];
	size_t flipped_at[LEVEL_COUNT]; /* past_count then */
	enum quality quality;
	uint32_t limit_id, fault_id, last_id; /* 0: not open */
	bool is_chattering, is_damped;
	size_t raise_count, fault_count;
	int64_t raises[MODEL_PAST_MAX], faults[MODEL_PAST_MAX];

	size_t event_count; /* of the last step */
	struct model_event events[MODEL_EVENTS_MAX];
};

void model_init(struct model *model, const struct evaluator_rule *rule, int64_t now_ms);

/* One more input; fills events. */
void model_step(struct model *model, const struct past *input);

int model_zone(const struct model *model);

#endif
