/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/recent.h"

#include <assert.h>
#include <string.h>

bool
recent_add(struct recent *recent, unsigned nth, int64_t window_ms, int64_t now_ms)
{
	assert(nth >= 1 && nth <= RECENT_MAX);
	if (recent->count == RECENT_MAX) {
		memmove(&recent->at_ms[0], &recent->at_ms[1],
		    (RECENT_MAX - 1) * sizeof(recent->at_ms[0]));
		recent->count--;
	}
	recent->at_ms[recent->count++] = now_ms;
	return recent->count >= nth && now_ms - recent->at_ms[recent->count - nth] < window_ms;
}
