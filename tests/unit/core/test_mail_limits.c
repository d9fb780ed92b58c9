/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/mail_limits.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)

static const struct limiter_rule usual = {
	.burst = 6,
	.interval_ms = 10 * MINUTE,
	.per_hour = 8,
	.per_day = 20,
	.release_ms = HOUR,
};
static const struct flood_rule flood_rule = { 10, 5, 10 * MINUTE, 5 * MINUTE };

/* As far as there is room. */
static unsigned
send_all(struct mail_limits *limits, int64_t now_ms)
{
	unsigned count = 0;

	for (; limiter_room(&limits->limiter, &usual, now_ms) > 0; count++)
		limiter_count(&limits->limiter, &usual, now_ms);
	return count;
}

static void
restart(struct mail_limits *limits)
{
	unsigned char octets[MAIL_LIMITS_OCTETS];
	struct mail_limits after;

	mail_limits_encode(limits, octets);
	memset(&after, 0xee, sizeof(after));
	assert_int_equal(mail_limits_decode(octets, sizeof(octets), &after), 0);
	*limits = after;
}

static void
comes_back_as_it_was(void **state)
{
	struct mail_limits limits = { 0 };

	(void)state;
	send_all(&limits, 3 * HOUR);
	for (int i = 0; i < 12; i++)
		flood_raise(&limits.flood, &flood_rule, 3 * HOUR);
	limiter_exceed(&limits.limiter, 3 * HOUR);
	restart(&limits);
	assert_int_equal(send_all(&limits, 3 * HOUR + MINUTE), 0);
	assert_true(flood_is_on(&limits.flood, &flood_rule, 3 * HOUR + 9 * MINUTE));
	assert_false(flood_is_on(&limits.flood, &flood_rule, 3 * HOUR + 11 * MINUTE));
	assert_false(limiter_exceed(&limits.limiter, 3 * HOUR + MINUTE)); /* it is told */
	assert_false(limiter_tick(&limits.limiter, &usual, 4 * HOUR));
	assert_true(limiter_tick(&limits.limiter, &usual, 4 * HOUR + MINUTE));
}

static void
a_loop_of_restarts_sends_no_more_than_one_run(void **state)
{
	struct mail_limits calm = { 0 }, looping = { 0 };
	unsigned sent[2] = { 0 };

	(void)state;
	for (int64_t now_ms = 0; now_ms < 24 * HOUR; now_ms += MINUTE) {
		restart(&looping);
		sent[0] += send_all(&calm, now_ms);
		sent[1] += send_all(&looping, now_ms);
		assert_int_equal(sent[0], sent[1]);
	}
	assert_int_equal(sent[0], 20);
}

/* Some mails at 1 h, eight at 4:40, stored at 5 h; then another boot, which is a minute old. */
static void
counts_over_a_boot(void **state)
{
	static const struct {
		const char *what;
		int64_t away_ms;
		unsigned earlier, room;
	} cases[] = {
		{ "at once", 0, 0, 0 },
		{ "half an hour later", 30 * MINUTE, 0, 0 },
		{ "when the hour is over", 50 * MINUTE, 0, 6 },
		{ "the day is not", 50 * MINUTE, 10, 2 },
		{ "not yet", 19 * HOUR, 10, 2 },
		{ "when the day is over", 21 * HOUR, 10, 6 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mail_limits limits = { 0 };
		unsigned room;

		for (unsigned n = 0; n < cases[i].earlier; n++)
			limiter_count(&limits.limiter, &usual, HOUR);
		for (unsigned n = 0; n < 8; n++)
			limiter_count(&limits.limiter, &usual, 4 * HOUR + 40 * MINUTE);
		mail_limits_shift(&limits, 5 * HOUR, MINUTE - cases[i].away_ms - 5 * HOUR);
		room = limiter_room(&limits.limiter, &usual, MINUTE);
		if (room != cases[i].room)
			fail_msg("%s: room for %u", cases[i].what, room);
	}
}

/* Loaded while nobody knew the time: what went since then stays where it is. */
static void
learns_later_how_long_it_was_away(void **state)
{
	struct mail_limits limits = { 0 };

	(void)state;
	for (unsigned n = 0; n < 7; n++)
		limiter_count(&limits.limiter, &usual, 5 * HOUR);
	mail_limits_shift(&limits, 5 * HOUR, MINUTE - 5 * HOUR);
	assert_int_equal(limiter_room_long(&limits.limiter, &usual, 30 * MINUTE), 1);
	limiter_count(&limits.limiter, &usual, 30 * MINUTE);
	assert_int_equal(limiter_room_long(&limits.limiter, &usual, 31 * MINUTE), 0);
	mail_limits_shift(&limits, MINUTE, -2 * HOUR);
	assert_int_equal(limiter_room_long(&limits.limiter, &usual, 31 * MINUTE), 7);
}

static void
what_cannot_be_is_refused(void **state)
{
	static const struct {
		const char *what;
		size_t at, count;
		unsigned char octet;
		int r;
	} cases[] = {
		{ "as it is", 0, MAIL_LIMITS_OCTETS, 1, 0 },
		{ "another version", 0, MAIL_LIMITS_OCTETS, 2, -EINVAL },
		{ "too short", 0, MAIL_LIMITS_OCTETS - 1, 1, -EINVAL },
		{ "too long", 0, MAIL_LIMITS_OCTETS + 1, 1, -EINVAL },
		{ "nothing", 0, 0, 1, -EINVAL },
		{ "a time after the end of days", 8, MAIL_LIMITS_OCTETS, 0x7f, -EINVAL },
		{ "a window of less than nothing", 16, MAIL_LIMITS_OCTETS, 0xff, -EINVAL },
		{ "no bool", 1 + 8 + 2 * (16 + 61 * 4), MAIL_LIMITS_OCTETS, 2, -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned char octets[MAIL_LIMITS_OCTETS + 1] = { 0 };
		struct mail_limits limits = { 0 };
		int r;

		send_all(&limits, HOUR);
		mail_limits_encode(&limits, octets);
		octets[cases[i].at] = cases[i].octet;
		r = mail_limits_decode(octets, cases[i].count, &limits);
		if (r != cases[i].r)
			fail_msg("%s: %d", cases[i].what, r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_was),
		cmocka_unit_test(a_loop_of_restarts_sends_no_more_than_one_run),
		cmocka_unit_test(counts_over_a_boot),
		cmocka_unit_test(learns_later_how_long_it_was_away),
		cmocka_unit_test(what_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
