/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/uptime.h"

#define MS_PER_TICK 10
#define BETTER_MS   20   /* two ticks: less is the rounding of ticks */
#define JUMP_MS     2000 /* later by more than any delay: suspended, drifted, wrapped round */

void
uptime_forget(struct uptime *uptime)
{
	*uptime = (struct uptime){ 0 };
}

void
uptime_learn(struct uptime *uptime, uint32_t ticks, int64_t now_ms)
{
	int64_t zero_ms = now_ms - (int64_t)ticks * MS_PER_TICK;

	if (uptime->is_known && zero_ms > uptime->zero_ms - BETTER_MS &&
	    zero_ms < uptime->zero_ms + JUMP_MS)
		return;
	uptime->is_known = true;
	uptime->zero_ms = zero_ms;
}

uint32_t
uptime_at(const struct uptime *uptime, int64_t time_ms)
{
	if (!uptime->is_known || time_ms < uptime->zero_ms)
		return 0;
	return (uint32_t)((time_ms - uptime->zero_ms) / MS_PER_TICK);
}
