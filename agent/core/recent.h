/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_RECENT_H
#define CORE_RECENT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * When the last few things of one kind happened, the oldest first: enough to tell the third fault
 * or the fourth raise within a window.  It is stored, so no time in it is special: `count` tells
 * how many hold.
 */
#define RECENT_MAX 4

struct recent {
	uint32_t count;
	int64_t at_ms[RECENT_MAX];
};

/*
 * It happened again.  True: for at least the n-th time (1..RECENT_MAX) within the window, which is
 * open: what happened exactly window_ms ago is out of it.
 */
bool recent_add(struct recent *recent, unsigned nth, int64_t window_ms, int64_t now_ms);

#endif
