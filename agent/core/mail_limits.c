/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/mail_limits.h"

#include <errno.h>
#include <stdbool.h>

#define VERSION 1

/* No time is further away, so that sums of times cannot overflow. */
#define TIME_MAX (INT64_C(1) << 52)

/* ---- octets: one walk over all numbers, which writes or reads ---- */

struct walk {
	unsigned char *octets;
	bool is_reading, is_bad;
};

static uint64_t
number(struct walk *walk, uint64_t value, unsigned size)
{
	if (!walk->is_reading) {
		for (unsigned n = 0; n < size; n++)
			*walk->octets++ = (unsigned char)(value >> (8 * n));
		return value;
	}
	value = 0;
	for (unsigned n = 0; n < size; n++)
		value |= (uint64_t)*walk->octets++ << (8 * n);
	return value;
}

static void
walk_time(struct walk *walk, int64_t *time_ms)
{
	*time_ms = (int64_t)number(walk, (uint64_t)*time_ms, 8);
	walk->is_bad |= *time_ms > TIME_MAX || *time_ms < -TIME_MAX;
}

static void
walk_bool(struct walk *walk, bool *is_so)
{
	uint64_t value = number(walk, *is_so, 1);

	walk->is_bad |= value > 1;
	*is_so = value == 1;
}

static void
walk_window(struct walk *walk, struct window *window)
{
	uint64_t total = 0;

	walk_time(walk, &window->length_ms);
	walk_time(walk, &window->slot);
	for (unsigned i = 0; i <= WINDOW_SLOTS; i++) {
		window->counts[i] = (uint32_t)number(walk, window->counts[i], 4);
		total += window->counts[i];
	}
	walk->is_bad |= window->length_ms < 0 || total > UINT32_MAX;
	walk->is_bad |= window->length_ms > 0 && (window->slot > TIME_MAX / window->length_ms ||
						     window->slot < -TIME_MAX / window->length_ms);
	window->total = (uint32_t)total;
}

/* The order is that of version 1 for ever. */
static void
walk_limits(struct walk *walk, struct mail_limits *limits)
{
	walk_time(walk, &limits->limiter.full_ms);
	walk_window(walk, &limits->limiter.hour);
	walk_window(walk, &limits->limiter.day);
	walk_bool(walk, &limits->limiter.is_engaged);
	walk_time(walk, &limits->limiter.exceeded_ms);
	walk_window(walk, &limits->flood.window);
	walk_bool(walk, &limits->flood.is_on);
	walk_time(walk, &limits->flood.digest_ms);
}

void
mail_limits_encode(const struct mail_limits *limits, unsigned char octets[MAIL_LIMITS_OCTETS])
{
	struct mail_limits copy = *limits;
	struct walk walk = { .octets = octets + 1 };

	octets[0] = VERSION;
	walk_limits(&walk, &copy);
}

int
mail_limits_decode(const unsigned char *octets, size_t count, struct mail_limits *ret_limits)
{
	struct mail_limits limits = { 0 };
	struct walk walk = { .octets = (unsigned char *)octets + 1, .is_reading = true };

	if (count != MAIL_LIMITS_OCTETS || octets[0] != VERSION)
		return -EINVAL;
	walk_limits(&walk, &limits);
	if (walk.is_bad)
		return -EINVAL;
	*ret_limits = limits;
	return 0;
}

/* ---- time ---- */

/* Times ahead of us are of what was, too. */
void
mail_limits_shift(struct mail_limits *limits, int64_t until_ms, int64_t by_ms)
{
	limits->limiter.full_ms += by_ms;
	if (limits->limiter.exceeded_ms <= until_ms)
		limits->limiter.exceeded_ms += by_ms;
	limits->flood.digest_ms += by_ms;
	window_shift(&limits->limiter.hour, until_ms, by_ms);
	window_shift(&limits->limiter.day, until_ms, by_ms);
	window_shift(&limits->flood.window, until_ms, by_ms);
}
