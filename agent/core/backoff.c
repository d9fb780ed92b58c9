/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/backoff.h"

int64_t
backoff_ms(const struct backoff_rule *rule, uint32_t failures, uint32_t random)
{
	int64_t wait_ms = rule->base_ms, jitter_ms;

	if (failures == 0)
		return 0;
	while (--failures > 0 && wait_ms < rule->cap_ms)
		wait_ms *= 2;
	if (wait_ms > rule->cap_ms)
		wait_ms = rule->cap_ms;
	jitter_ms = wait_ms * rule->jitter_percent / 100;
	return wait_ms - jitter_ms + (int64_t)((uint64_t)jitter_ms * random / (UINT32_MAX / 2));
}
