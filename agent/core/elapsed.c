/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/elapsed.h"

#include <string.h>

/* Longer than any outage worth counting, shorter than the lie of a clock that starts in 1970. */
#define BELIEVED_MS (INT64_C(30) * 24 * 60 * 60 * 1000)

#define STEP_MS 2000

static bool
is_same_boot(const struct moment *a, const struct moment *b)
{
	return a->boot_id[0] != '\0' && strncmp(a->boot_id, b->boot_id, sizeof(a->boot_id)) == 0;
}

/* Never below 0; what was stored may be anything. */
static int64_t
difference(int64_t later, int64_t earlier)
{
	int64_t result;

	if (later < earlier || __builtin_sub_overflow(later, earlier, &result))
		return 0;
	return result;
}

int64_t
elapsed_ms(const struct moment *then, const struct moment *now, bool clock_is_synchronised)
{
	int64_t wall_ms;

	if (is_same_boot(then, now))
		return difference(now->boottime_ms, then->boottime_ms);
	if (!clock_is_synchronised)
		return 0;
	wall_ms = difference(now->wall_ms, then->wall_ms);
	return wall_ms <= BELIEVED_MS ? wall_ms : 0;
}

int64_t
clock_step_ms(const struct moment *before, const struct moment *now)
{
	int64_t wall_ms, step_ms;

	if (!is_same_boot(before, now) ||
	    __builtin_sub_overflow(now->wall_ms, before->wall_ms, &wall_ms) ||
	    __builtin_sub_overflow(wall_ms, now->boottime_ms - before->boottime_ms, &step_ms))
		return 0;
	return step_ms > STEP_MS || step_ms < -STEP_MS ? step_ms : 0;
}
