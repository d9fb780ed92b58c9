/* SPDX-License-Identifier: BSD-2-Clause */
#include "bus/propose.h"

#include <string.h>

#include "core/units.h"

struct propose_score
propose_score(const struct conf_sensor *sensors, const struct reading *readings, size_t count)
{
	struct propose_score score = { .points = (unsigned)count };
	int32_t milli;

	for (size_t i = 0; i < count; i++) {
		bool is_state = quantity_info(sensors[i].quantity)->is_state;

		score.states += is_state;
		if (readings[i].reason != FAULT_NONE)
			continue;
		score.answered++;
		if (conf_sensor_value(&sensors[i], &readings[i], &milli) != FAULT_NONE)
			continue;
		score.in_range++;
		score.telling += !is_state && milli != 0;
	}
	return score;
}

bool
propose_is_plausible(const struct propose_score *score)
{
	if (score->telling == 0)
		return score->states == score->points && score->in_range == score->points;
	return score->answered == score->points || 2 * score->in_range >= score->points;
}

static int
more_first(unsigned a, unsigned b)
{
	return (a < b) - (a > b);
}

int
propose_compare(const struct propose_score *a, const struct propose_score *b)
{
	bool is_a_whole = a->in_range == a->points, is_b_whole = b->in_range == b->points;
	int order = more_first(a->telling, b->telling);

	if (order != 0)
		return order;
	if (is_a_whole != is_b_whole)
		return is_a_whole ? -1 : 1;
	/* Of two that fit, the one that has nothing superfluous; of two that do not, the one whose
	 * registers are there, if only to say that no probe is. */
	return is_a_whole ? more_first(b->points, a->points) : more_first(a->answered, b->answered);
}

enum quantity
propose_quantity(const char *address, const char *unit, enum quantity otherwise)
{
	const char *place = strstr(address, unit);
	enum quantity quantity;

	place = place != NULL ? place + strlen(unit) : address;
	if (place[0] == '\0')
		return otherwise;
	return quantity_parse(place + (place[0] == '/'), &quantity) == 0 ? quantity
	                                                                 : QUANTITY_OTHER;
}
