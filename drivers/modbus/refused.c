/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "drivers/modbus/modbus_driver.h"

#define RANGES_MAX \
	16384 /* no sane bus comes near; a device that refuses at random must not grow us */
#define ROOM_FIRST 16

/* The first range of the unit that begins at or behind `from`, or of a later unit. */
static size_t
lower_bound(const struct mb_refused *refused, uint64_t unit, uint32_t from)
{
	size_t low = 0, high = refused->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct mb_range *range = &refused->ranges[middle];

		if (range->unit < unit || (range->unit == unit && range->from < from))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct mb_range *
first_within(const struct mb_refused *refused, uint64_t unit, uint32_t from, uint32_t to)
{
	size_t at = lower_bound(refused, unit, from);
	const struct mb_range *range = refused->ranges + at;

	/* No range holds another, so the first one that begins inside also ends first. */
	if (at == refused->count || range->unit != unit || range->to > to)
		return NULL;
	return range;
}

bool
mb_refused_covers(const struct mb_refused *refused, uint64_t unit, uint32_t from, uint32_t to)
{
	return refused->count > 0 && first_within(refused, unit, from, to) != NULL;
}

enum fault_reason
mb_refused_reason(const struct mb_refused *refused, uint64_t unit, uint32_t from, uint32_t to)
{
	const struct mb_range *range;

	if (refused->count == 0)
		return FAULT_NONE;
	range = first_within(refused, unit, from, to);
	if (range == NULL || range->from != from || range->to != to)
		return FAULT_NONE;
	return range->reason;
}

static void
remove_ranges(struct mb_refused *refused, size_t at, size_t count)
{
	if (count == 0)
		return;
	memmove(refused->ranges + at, refused->ranges + at + count,
	    (refused->count - at - count) * sizeof(refused->ranges[0]));
	refused->count -= count;
}

/* Those that hold `range`: what they said follows from it. */
static void
remove_wider(struct mb_refused *refused, const struct mb_range *range)
{
	size_t end = lower_bound(refused, range->unit, range->from + 1);
	size_t at = end;

	while (at > 0 && refused->ranges[at - 1].unit == range->unit &&
	       refused->ranges[at - 1].to >= range->to)
		at--;
	remove_ranges(refused, at, end - at);
}

static bool
make_room(struct mb_refused *refused)
{
	size_t room = refused->room == 0 ? ROOM_FIRST : 2 * refused->room;
	struct mb_range *ranges;

	if (refused->count < refused->room)
		return true;
	if (refused->count >= RANGES_MAX) {
		refused->count = 0;
		return true;
	}
	ranges = reallocarray(refused->ranges, room, sizeof(ranges[0]));
	if (ranges == NULL)
		return false;
	refused->ranges = ranges;
	refused->room = room;
	return true;
}

void
mb_refused_add(struct mb_refused *refused, const struct mb_range *range)
{
	size_t at;

	remove_wider(refused, range); /* one that is equal, too: the newer reason counts */
	if (mb_refused_covers(refused, range->unit, range->from, range->to))
		return;
	if (!make_room(refused))
		return;
	at = lower_bound(refused, range->unit, range->from);
	memmove(refused->ranges + at + 1, refused->ranges + at,
	    (refused->count - at) * sizeof(refused->ranges[0]));
	refused->ranges[at] = *range;
	refused->count++;
}

void
mb_refused_forget(struct mb_refused *refused, uint64_t unit)
{
	size_t at, end;

	if (refused->count == 0)
		return;
	at = lower_bound(refused, unit, 0);
	end = lower_bound(refused, unit + 1, 0);
	remove_ranges(refused, at, end - at);
}

void
mb_refused_done(struct mb_refused *refused)
{
	free(refused->ranges);
	*refused = (struct mb_refused){ 0 };
}
