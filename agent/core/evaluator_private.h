/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_EVALUATOR_PRIVATE_H
#define CORE_EVALUATOR_PRIVATE_H

#include "core/evaluator.h"

/* Shared by evaluator.c (samples and time) and evaluator_operate.c (people and configuration). */

/* What an event is due to. */
struct cause {
	int64_t now_ms;
	bool has_value;
	int32_t value_milli;
	bool is_config_change;
	bool during_downtime;
};

void verdict_begin(struct verdict *verdict);

/* One more event about `alarm` as it is now. */
struct event *evaluator_tell(const struct evaluator *evaluator, struct verdict *verdict,
    enum event_kind kind, const struct alarm *alarm, const struct cause *cause);

/* The alarm clears; `rule` NULL: it is not to stay listed. */
void evaluator_clear(struct evaluator *evaluator, const struct evaluator_rule *rule,
    struct alarm *alarm, const struct cause *cause, struct verdict *verdict);

/* The comparators have moved from `before` to where they are: the table of rule R2. */
void evaluator_zone_moved(struct evaluator *evaluator, const struct evaluator_rule *rule,
    enum zone before, const struct cause *cause, struct verdict *verdict);

/* Suppression was `before`: if it is over, what is to be told of it. */
void evaluator_returned(
    struct evaluator *evaluator, enum suppression before, int64_t now_ms, struct verdict *verdict);

/* Nothing of before counts for the next value: quality unknown, no delay runs. */
void evaluator_afresh(struct evaluator *evaluator, int64_t now_ms);

#endif
