/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/pace.h"

static int64_t
interval_us(const struct pace_rule *rule)
{
	return 1000000 / rule->per_second;
}

int64_t
pace_due_ms(const struct pace *pace, const struct pace_rule *rule)
{
	return (pace->full_us - (rule->burst - 1) * interval_us(rule) + 999) / 1000;
}

bool
pace_take(struct pace *pace, const struct pace_rule *rule, int64_t now_ms)
{
	if (now_ms < pace_due_ms(pace, rule))
		return false;
	if (pace->full_us < now_ms * 1000)
		pace->full_us = now_ms * 1000;
	pace->full_us += interval_us(rule);
	return true;
}
