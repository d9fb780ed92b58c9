/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/flood.h"

void
flood_raise(struct flood *flood, const struct flood_rule *rule, int64_t now_ms)
{
	window_add(&flood->window, rule->window_ms, now_ms);
	if (flood->is_on || window_count(&flood->window, rule->window_ms, now_ms) <= rule->raises)
		return;
	flood->is_on = true;
	flood->digest_ms = now_ms;
}

bool
flood_is_on(struct flood *flood, const struct flood_rule *rule, int64_t now_ms)
{
	if (flood->is_on && window_count(&flood->window, rule->window_ms, now_ms) < rule->end)
		flood->is_on = false;
	return flood->is_on;
}

void
flood_digest(struct flood *flood, const struct flood_rule *rule, int64_t now_ms)
{
	flood->digest_ms = now_ms + rule->digest_ms;
}
