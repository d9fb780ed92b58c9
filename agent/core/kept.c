/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/kept.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define VERSION 1

/* Of 1 octet: a bool; of 4: not above `max` (0: any); of 8: any. */
struct member {
	uint16_t offset;
	uint8_t size;
	uint8_t max;
};

#define MEMBER(path, max_)                                                                         \
	{                                                                                          \
		offsetof(struct evaluator_kept, path), sizeof(((struct evaluator_kept *)0)->path), \
		    max_                                                                           \
	}
#define ANY(path) MEMBER(path, 0)
#define ALARM(path)                                                                             \
	ANY(path.id), MEMBER(path.kind, ALARM_STORAGE), MEMBER(path.state, ALARM_LATCHED),      \
	    MEMBER(path.severity, SEVERITY_UNKNOWN), MEMBER(path.zone, ZONE_HIGH_CRITICAL),     \
	    MEMBER(path.reason, FAULT_BAD_ADDRESS), ANY(path.is_latching), ANY(path.raised_ms), \
	    ANY(path.value_milli), ANY(path.peak_milli), ANY(path.limit_milli)
#define RECENT(path)                                                            \
	MEMBER(path.count, RECENT_MAX), ANY(path.at_ms[0]), ANY(path.at_ms[1]), \
	    ANY(path.at_ms[2]), ANY(path.at_ms[3])

/* The order is that of version 1 for ever. */
static const struct member members[] = {
	ANY(limits.is_beyond[LEVEL_LOW_CRITICAL]),
	ANY(limits.is_beyond[LEVEL_LOW_WARNING]),
	ANY(limits.is_beyond[LEVEL_HIGH_WARNING]),
	ANY(limits.is_beyond[LEVEL_HIGH_CRITICAL]),
	ALARM(limit_alarm),
	ALARM(fault_alarm),
	ALARM(rate_alarm),
	RECENT(raises),
	RECENT(faults),
	ANY(is_chattering),
	ANY(is_damped),
	ANY(suppression.is_shelved),
	ANY(suppression.is_out_of_service),
	ANY(suppression.is_by_parent),
	ANY(suppression.since_ms),
	ANY(suppression.until_ms),
	ANY(suppression.raised),
	ANY(suppression.cleared),
	ANY(suppression.last_cleared_id),
};

#define MEMBER_COUNT (sizeof(members) / sizeof(members[0]))

_Static_assert(sizeof(bool) == 1 && sizeof(enum alarm_state) == 4, "members are of 1, 4 or 8");
_Static_assert(RECENT_MAX == 4, "RECENT names each");

static uint64_t
member_load(const struct evaluator_kept *kept, const struct member *member)
{
	const char *at = (const char *)kept + member->offset;
	uint64_t wide;
	uint32_t word;

	switch (member->size) {
	case sizeof(wide):
		memcpy(&wide, at, sizeof(wide));
		return wide;
	case sizeof(word):
		memcpy(&word, at, sizeof(word));
		return word;
	}
	return *(const bool *)at;
}

static int
member_store(struct evaluator_kept *kept, const struct member *member, uint64_t number)
{
	char *at = (char *)kept + member->offset;
	uint32_t word = (uint32_t)number;

	if (member->max != 0 && number > member->max)
		return -EINVAL;
	switch (member->size) {
	case sizeof(number):
		memcpy(at, &number, sizeof(number));
		return 0;
	case sizeof(word):
		memcpy(at, &word, sizeof(word));
		return 0;
	}
	if (number > 1)
		return -EINVAL;
	*(bool *)at = number == 1;
	return 0;
}

size_t
kept_encode(const struct evaluator_kept *kept, unsigned char octets[KEPT_OCTETS_MAX])
{
	size_t count = 0;

	octets[count++] = VERSION;
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		uint64_t number = member_load(kept, &members[i]);

		for (unsigned n = 0; n < members[i].size; n++)
			octets[count++] = (unsigned char)(number >> (8 * n));
	}
	return count;
}

/* ---- what belongs together ---- */

/* Far beyond every clock, and far from where sums of times would end. */
static bool
is_time(int64_t time_ms)
{
	return time_ms > -(INT64_C(1) << 60) && time_ms < INT64_C(1) << 60;
}

static bool
is_recent_sound(const struct recent *recent)
{
	for (unsigned i = 0; i < RECENT_MAX; i++)
		if (!is_time(recent->at_ms[i]))
			return false;
	return true;
}

/* Open, or nothing. */
static bool
is_alarm_sound(const struct alarm *alarm, enum alarm_kind kind, enum zone zone)
{
	if (!is_time(alarm->raised_ms))
		return false;
	if (alarm->state == ALARM_UNLISTED)
		return alarm->id == 0;
	return alarm_is_open(alarm) && alarm->id != 0 && alarm->kind == kind &&
	       alarm->zone == zone && alarm->severity != 0;
}

/* Beyond a limit there is an alarm, and of that zone. */
static bool
is_sound(const struct evaluator_kept *kept)
{
	enum zone zone = limits_zone(&kept->limits);

	return alarm_is_open(&kept->limit_alarm) == (zone != ZONE_NORMAL) &&
	       is_alarm_sound(&kept->limit_alarm, ALARM_LIMIT, zone) &&
	       is_alarm_sound(&kept->fault_alarm, ALARM_FAULT, ZONE_NORMAL) &&
	       is_alarm_sound(&kept->rate_alarm, ALARM_RATE, ZONE_NORMAL) &&
	       is_recent_sound(&kept->raises) && is_recent_sound(&kept->faults) &&
	       is_time(kept->suppression.since_ms) && is_time(kept->suppression.until_ms);
}

int
kept_decode(const unsigned char *octets, size_t count, struct evaluator_kept *ret_kept)
{
	struct evaluator_kept kept = { 0 };
	size_t at = 1;

	if (count < 1 || octets[0] != VERSION)
		return -EINVAL;
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		uint64_t number = 0;

		if (count - at < members[i].size)
			return -EINVAL;
		for (unsigned n = 0; n < members[i].size; n++)
			number |= (uint64_t)octets[at++] << (8 * n);
		if (member_store(&kept, &members[i], number) < 0)
			return -EINVAL;
	}
	if (at != count || !is_sound(&kept))
		return -EINVAL;
	*ret_kept = kept;
	return 0;
}
