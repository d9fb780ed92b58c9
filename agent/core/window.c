/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/window.h"

#define RING (WINDOW_SLOTS + 1)

static int64_t
slot_ms(const struct window *window)
{
	return (window->length_ms + WINDOW_SLOTS - 1) / WINDOW_SLOTS;
}

/* Rounded down. */
static int64_t
divide(int64_t number, int64_t by)
{
	return number / by - (number % by < 0);
}

static uint32_t *
count_of(struct window *window, int64_t slot)
{
	return &window->counts[slot - divide(slot, RING) * RING];
}

static void
advance(struct window *window, int64_t length_ms, int64_t now_ms)
{
	int64_t slot;

	if (length_ms < 1)
		length_ms = 1;
	if (window->length_ms != length_ms)
		*window = (struct window){ .length_ms = length_ms };
	slot = now_ms / slot_ms(window);
	if (slot - window->slot >= RING)
		*window = (struct window){ .length_ms = length_ms, .slot = slot };
	while (window->slot < slot) {
		uint32_t *oldest = count_of(window, ++window->slot);

		window->total -= *oldest;
		*oldest = 0;
	}
}

void
window_add(struct window *window, int64_t length_ms, int64_t now_ms)
{
	advance(window, length_ms, now_ms);
	++*count_of(window, window->slot);
	window->total++;
}

uint32_t
window_count(struct window *window, int64_t length_ms, int64_t now_ms)
{
	advance(window, length_ms, now_ms);
	return window->total;
}

int64_t
window_below_ms(struct window *window, int64_t length_ms, uint32_t limit, int64_t now_ms)
{
	uint32_t left;

	advance(window, length_ms, now_ms);
	left = window->total;
	if (left < limit)
		return now_ms;
	for (int64_t slot = window->slot - WINDOW_SLOTS; slot <= window->slot; slot++) {
		left -= *count_of(window, slot);
		if (left < limit)
			return (slot + RING) * slot_ms(window);
	}
	return now_ms;
}

void
window_shift(struct window *window, int64_t until_ms, int64_t by_ms)
{
	struct window old = *window;
	int64_t until, by;

	if (old.length_ms == 0)
		return;
	until = divide(until_ms, slot_ms(&old));
	by = -divide(-by_ms, slot_ms(&old));
	*window = (struct window){
		.length_ms = old.length_ms,
		.slot = old.slot <= until ? old.slot + by : old.slot,
	};
	for (int64_t slot = old.slot - WINDOW_SLOTS; slot <= old.slot; slot++) {
		int64_t to = slot <= until ? slot + by : slot;

		if (to <= window->slot - RING)
			continue; /* that is over */
		if (to > window->slot)
			to = window->slot;
		*count_of(window, to) += *count_of(&old, slot);
		window->total += *count_of(&old, slot);
	}
}
