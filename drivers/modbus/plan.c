/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/codec.h"
#include "drivers/modbus/modbus_driver.h"

/*
 * A request of its own costs, in characters on a serial line, 8 for the request, 5 for the frame of
 * the answer and two silences of 3.5, beside the time that the device takes to think: 20.  A
 * register that nobody wants costs 2, a bit 1/8.  Modbus TCP gets the same rule: its far end is
 * often a gateway to a serial line, and bytes are cheaper still where it is not.
 */
#define REQUEST_COST  (8 + 5 + 7)
#define GAP_REGISTERS (REQUEST_COST / 2)
#define GAP_BITS      (REQUEST_COST * 8)

uint32_t
mb_point_width(const struct driver_point *point)
{
	if (mb_table_is_bits(mb_place_table(point->place)))
		return 1;
	return codec_words((enum codec_type)point->type);
}

static uint32_t
point_end(const struct driver_point *point)
{
	return point->place + mb_point_width(point);
}

struct mb_span
mb_plan_span(const struct driver_point *const *points, size_t count)
{
	struct mb_span span = { points[0]->place, point_end(points[0]) };

	for (size_t i = 1; i < count; i++)
		if (point_end(points[i]) > span.to)
			span.to = point_end(points[i]);
	return span;
}

size_t
mb_plan_take(
    const struct driver_point *const *points, size_t count, const struct mb_refused *refused)
{
	struct mb_span span = mb_plan_span(points, 1);
	enum mb_table table = mb_place_table(span.from);
	bool is_bits = mb_table_is_bits(table);
	uint32_t most = is_bits ? MODBUS_MAX_READ_BITS : MODBUS_MAX_READ_REGISTERS;
	uint32_t gap = is_bits ? GAP_BITS : GAP_REGISTERS;
	size_t taken;

	for (taken = 1; taken < count; taken++) {
		const struct driver_point *point = points[taken];
		uint32_t end = point_end(point);

		if (mb_place_table(point->place) != table || point->place > span.to + gap)
			break;
		if (end < span.to)
			end = span.to;
		if (end - span.from > most ||
		    mb_refused_covers(refused, point->unit, span.from, end))
			break;
		span.to = end;
	}
	return taken;
}

size_t
mb_plan_split(const struct driver_point *const *points, size_t count)
{
	uint32_t end = point_end(points[0]);
	size_t best = count / 2, best_distance = SIZE_MAX;
	bool best_is_gap = false;

	for (size_t i = 1; i < count; i++) {
		size_t distance = i > count / 2 ? i - count / 2 : count / 2 - i;
		bool is_gap = points[i]->place > end;

		/* Only there are the two apart; an overlap is cut only where all overlap. */
		if (points[i]->place >= end && (is_gap || !best_is_gap) &&
		    (is_gap != best_is_gap || distance < best_distance)) {
			best = i;
			best_distance = distance;
			best_is_gap = is_gap;
		}
		if (point_end(points[i]) > end)
			end = point_end(points[i]);
	}
	return best;
}
