/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/pace.h"

int64_t
pace_due_ms(const struct pace *pace, const struct pace_rule *rule)
{
	return pace->full_ms - (rule->burst - 1) * rule->interval_ms;
}

bool
pace_take(struct pace *pace, const struct pace_rule *rule, int64_t now_ms)
{
	if (now_ms < pace_due_ms(pace, rule))
		return false;
	if (pace->full_ms < now_ms)
		pace->full_ms = now_ms;
	pace->full_ms += rule->interval_ms;
	return true;
}
