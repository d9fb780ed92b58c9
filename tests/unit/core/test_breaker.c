/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/breaker.h"
#include "tests/unit/unit.h"

/* Random numbers are 0, so that waits are four fifths of the schedule. */
static const struct breaker_rule usual = { .failures = 3, .backoff = { 15000, 600000, 20 } };
#define WINDOW 32

struct story {
	const char *what;
	char does; /* l a row leaves, + it got through, - it did not, w a wake-up, . time passes */
	int64_t now_ms;
	unsigned room;
	int64_t due_ms; /* 0: none */
};

static void
play(const struct story *stories, size_t count)
{
	struct breaker breaker = { 0 };
	unsigned out = 0;

	for (size_t i = 0; i < count; i++) {
		const struct story *story = &stories[i];
		unsigned room;

		switch (story->does) {
		case 'l':
			breaker_leaves(&breaker);
			out++;
			break;
		case 'w':
			breaker_wake(&breaker, story->now_ms);
			break;
		case '+':
		case '-':
			out--;
			breaker_result(&breaker, &usual, story->does == '-', story->now_ms, 0);
			break;
		}
		room = breaker_room(&breaker, out, WINDOW, story->now_ms);
		if (room != story->room ||
		    breaker_due_ms(&breaker) != (story->due_ms != 0 ? story->due_ms : INT64_MAX))
			fail_msg("%s: room %u, due %lld", story->what, room,
			    (long long)breaker_due_ms(&breaker));
	}
}

static void
opens_probes_and_closes_by_steps(void **state)
{
	static const struct story stories[] = {
		{ "closed", '.', 0, 32, 0 },
		{ "one is out", 'l', 0, 31, 0 },
		{ "once", '-', 0, 32, 0 },
		{ "again", 'l', 0, 31, 0 },
		{ "twice", '-', 0, 32, 0 },
		{ "again", 'l', 0, 31, 0 },
		{ "three times: open", '-', 0, 0, 12000 },
		{ "not yet", '.', 11999, 0, 12000 },
		{ "one probe", '.', 12000, 1, 12000 },
		{ "no other beside it", 'l', 12000, 0, 0 },
		{ "in vain: twice as long", '-', 13000, 0, 37000 },
		{ "the next", '.', 37000, 1, 37000 },
		{ "is under way", 'l', 37000, 0, 0 },
		{ "got through: one", '+', 37000, 1, 0 },
		{ "it leaves", 'l', 37000, 0, 0 },
		{ "two", '+', 37000, 2, 0 },
		{ "the first of them", 'l', 37000, 1, 0 },
		{ "the second", 'l', 37000, 0, 0 },
		{ "one is back", '+', 37000, 0, 0 },
		{ "four", '+', 37000, 4, 0 },
		{ "the first of them", 'l', 37000, 3, 0 },
		{ "is back before the next leaves", '+', 37000, 3, 0 },
		{ "the second", 'l', 37000, 2, 0 },
		{ "the third", 'l', 37000, 1, 0 },
		{ "the fourth", 'l', 37000, 0, 0 },
		{ "back", '+', 37000, 0, 0 },
		{ "back", '+', 37000, 0, 0 },
		{ "closed", '+', 37000, 32, 0 },
		{ "it takes three once more", 'l', 37000, 31, 0 },
		{ "so one opens nothing", '-', 37000, 32, 0 },
	};

	(void)state;
	play(stories, COUNT(stories));
}

static void
a_failure_while_it_closes_opens_it_again(void **state)
{
	static const struct story stories[] = {
		{ "three", 'l', 0, 31, 0 },
		{ "are", 'l', 0, 30, 0 },
		{ "out", 'l', 0, 29, 0 },
		{ "one", '-', 0, 30, 0 },
		{ "two", '-', 0, 31, 0 },
		{ "open", '-', 0, 0, 12000 },
		{ "probe", 'l', 12000, 0, 0 },
		{ "one follows", '+', 12000, 1, 0 },
		{ "and", 'l', 12000, 0, 0 },
		{ "fails: open, the schedule goes on", '-', 12000, 0, 36000 },
		{ "a wake-up: at once", 'w', 20000, 1, 20000 },
		{ "the probe", 'l', 20000, 0, 0 },
		{ "fails: the schedule has begun anew", '-', 20000, 0, 32000 },
	};

	(void)state;
	play(stories, COUNT(stories));
}

static void
what_was_under_way_when_it_opened_counts_once(void **state)
{
	static const struct story stories[] = {
		{ "1", 'l', 0, 31, 0 },
		{ "2", 'l', 0, 30, 0 },
		{ "3", 'l', 0, 29, 0 },
		{ "4", 'l', 0, 28, 0 },
		{ "5", 'l', 0, 27, 0 },
		{ "a failure", '-', 0, 28, 0 },
		{ "a success between forgets it", '+', 0, 29, 0 },
		{ "one", '-', 0, 30, 0 },
		{ "two", '-', 0, 31, 0 },
		{ "one more leaves", 'l', 0, 30, 0 },
		{ "three: open", '-', 0, 0, 12000 },
		{ "no probe while one is out", '.', 12000, 0, 12000 },
		{ "which says nothing new", '-', 12000, 1, 12000 },
	};
	static const struct story late[] = {
		{ "1", 'l', 0, 31, 0 },
		{ "2", 'l', 0, 30, 0 },
		{ "3", 'l', 0, 29, 0 },
		{ "4", 'l', 0, 28, 0 },
		{ "one", '-', 0, 29, 0 },
		{ "two", '-', 0, 30, 0 },
		{ "three: open", '-', 0, 0, 12000 },
		{ "the fourth got through: as good as a probe", '+', 10, 1, 0 },
	};

	(void)state;
	play(stories, COUNT(stories));
	play(late, COUNT(late));
}

static void
a_small_window_closes_it_all_the_same(void **state)
{
	struct breaker breaker = { 0 };
	unsigned sent = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		breaker_leaves(&breaker);
		breaker_result(&breaker, &usual, true, 0, 0);
	}
	while (breaker.state != BREAKER_CLOSED) {
		assert_int_equal(breaker_room(&breaker, 0, 1, 12000), 1);
		assert_int_equal(breaker_room(&breaker, 1, 1, 12000), 0);
		breaker_leaves(&breaker);
		breaker_result(&breaker, &usual, false, 12000, 0);
		sent++;
	}
	assert_int_equal(sent, 1 + 1 + 2 + 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_probes_and_closes_by_steps),
		cmocka_unit_test(a_failure_while_it_closes_opens_it_again),
		cmocka_unit_test(what_was_under_way_when_it_opened_counts_once),
		cmocka_unit_test(a_small_window_closes_it_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
