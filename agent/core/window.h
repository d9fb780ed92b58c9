/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_WINDOW_H
#define CORE_WINDOW_H

#include <stdint.h>

/*
 * How often something happened lately, in fixed memory: counted in slots of a 60th of the window,
 * so that the window is up to a 60th longer than asked for, never shorter.  All 0 is an empty one.
 * Now is 0 or later; what was before that can only come by window_shift.
 */
#define WINDOW_SLOTS 60

struct window {
	int64_t length_ms;
	int64_t slot; /* the newest */
	uint32_t total;
	uint32_t counts[WINDOW_SLOTS + 1]; /* slot n at n mod (WINDOW_SLOTS + 1) */
};

/* It happened; another length than before forgets what was. */
void window_add(struct window *window, int64_t length_ms, int64_t now_ms);

uint32_t window_count(struct window *window, int64_t length_ms, int64_t now_ms);

/* What happened until `until_ms` happened `by_ms` later, by the clock that is told from now on.
 * Rather a slot too late than too early. */
void window_shift(struct window *window, int64_t until_ms, int64_t by_ms);

/* The first moment at which fewer than `limit` (1 or more) are in it, if no more happen; `now_ms`:
 * fewer are. */
int64_t window_below_ms(struct window *window, int64_t length_ms, uint32_t limit, int64_t now_ms);

#endif
