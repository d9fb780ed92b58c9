/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sys/chan.h"
#include "sys/clock.h"
#include "tests/unit/unit.h"

/* Data that lives here; `dropped` counts what drop was called with. */
static char letters[] = "abcdefghijklmnopqrstuvwxyz";
static char dropped[64];

/* In the place of sys/clock.c. */
static int64_t passed_us;

int64_t
clock_monotonic_us(void)
{
	return passed_us;
}

static void
drop_letter(struct chan_message *message)
{
	strncat(dropped, message->data, 1);
}

static struct chan *
channel(size_t capacity)
{
	struct chan *chan;

	dropped[0] = '\0';
	assert_int_equal(chan_new(capacity, drop_letter, &chan), 0);
	return chan;
}

/* A small letter is not replaceable, a capital is: "aBc". */
static enum chan_result
put_letter(struct chan *chan, char letter)
{
	bool is_replaceable = letter < 'a';
	struct chan_message message = {
		.kind = letter,
		.is_replaceable = is_replaceable,
		.data = &letters[letter - (is_replaceable ? 'A' : 'a')],
	};

	return chan_put(chan, message);
}

static void
get_all(struct chan *chan, char *to)
{
	struct chan_message message;

	while (chan_get(chan, 0, &message))
		*to++ = (char)message.kind;
	*to = '\0';
}

static bool
fd_is_readable(struct chan *chan)
{
	struct pollfd poll_fd = { .fd = chan_fd(chan), .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 1;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
keeps_order_and_capacity(void **state)
{
	/* clang-format off */
	static const struct {
		const char *what;
		const char *put;     /* capitals are replaceable */
		const char *results; /* one per put: . ok, r replaced, F full */
		const char *got, *dropped;
		uint64_t replaced;
	} cases[] = {
		{ "in order",                        "abc",    "...",    "abc", "",   0 },
		{ "full refuses the newest",         "abcd",   "...F",   "abc", "",   0 },
		{ "a sample finds no room",          "abcD",   "...F",   "abc", "",   0 },
		{ "the oldest sample goes",          "ABCD",   "...r",   "BCD", "a",  1 },
		{ "and so on",                       "ABCDE",  "...rr",  "CDE", "ab", 2 },
		{ "never an event before it",        "aBCD",   "...r",   "aCD", "b",  1 },
		{ "nor one behind it",               "AbcD",   "...r",   "bcD", "a",  1 },
		{ "nor one in the middle",           "AbCDE",  "...rr",  "bDE", "ac", 2 },
		{ "an event may push out a sample",  "aBcd",   "...r",   "acd", "b",  1 },
		{ "until only events are left",      "aBcdE",  "...rF",  "acd", "b",  1 },
	};
	/* clang-format on */
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct chan *chan = channel(3);
		char got[8], results[8] = "";

		for (n = 0; cases[i].put[n] != '\0'; n++)
			results[n] = ".rF"[put_letter(chan, cases[i].put[n])];
		get_all(chan, got);
		print_message("%s\n", cases[i].what);
		assert_string_equal(results, cases[i].results);
		assert_string_equal(got, cases[i].got);
		assert_string_equal(dropped, cases[i].dropped);
		assert_int_equal(chan_replaced(chan), cases[i].replaced);
		chan_free(chan);
	}
}

static void
room_comes_back_for_ever(void **state)
{
	struct chan *chan = channel(3);
	char got[8];
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		assert_int_equal(put_letter(chan, 'a'), CHAN_OK);
		assert_int_equal(put_letter(chan, 'B'), CHAN_OK);
		assert_int_equal(put_letter(chan, 'C'), CHAN_OK);
		assert_int_equal(put_letter(chan, 'D'), CHAN_REPLACED);
		get_all(chan, got);
		assert_string_equal(got, "aCD");
	}
	chan_free(chan);
}

static void
drops_what_is_left_when_freed(void **state)
{
	struct chan *chan = channel(3);

	(void)state;
	put_letter(chan, 'x');
	put_letter(chan, 'Y');
	chan_free(chan);
	assert_string_equal(dropped, "xy");
	chan_free(NULL);
}

static void
get_waits_no_shorter_than_asked(void **state)
{
	struct chan *chan = channel(1);
	struct chan_message message = { .kind = 42 };
	int64_t start_ms = now_ms();

	(void)state;
	assert_false(chan_get(chan, 0, &message));
	assert_false(chan_get(chan, 30, &message));
	assert_true(now_ms() - start_ms >= 29); /* both ends are rounded down */
	assert_int_equal(message.kind, 42);
	chan_free(chan);
}

static void *
put_z(void *argument)
{
	put_letter(argument, 'z');
	return NULL;
}

static void
get_wakes_up_for_a_message(void **state)
{
	static const int64_t timeouts_ms[] = { -1, INT32_MAX };
	struct chan *chan = channel(1);
	struct chan_message message;
	pthread_t thread;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(timeouts_ms); i++) {
		assert_int_equal(pthread_create(&thread, NULL, put_z, chan), 0);
		assert_true(chan_get(chan, timeouts_ms[i], &message));
		assert_int_equal(message.kind, 'z');
		pthread_join(thread, NULL);
	}
	chan_free(chan);
}

static void
fd_is_readable_exactly_while_messages_wait(void **state)
{
	struct chan *chan = channel(2);
	struct chan_message message;

	(void)state;
	put_letter(chan, 'A'); /* before anybody asked for the descriptor */
	assert_true(fd_is_readable(chan));
	assert_int_equal(chan_fd(chan), chan_fd(chan));
	put_letter(chan, 'B');
	assert_int_equal(put_letter(chan, 'C'), CHAN_REPLACED);
	assert_true(chan_get(chan, 0, &message));
	assert_true(fd_is_readable(chan));
	assert_true(chan_get(chan, 0, &message));
	assert_false(fd_is_readable(chan));
	assert_false(chan_get(chan, 0, &message));
	assert_false(fd_is_readable(chan));
	put_letter(chan, 'D');
	assert_true(fd_is_readable(chan));
	assert_true(chan_get(chan, -1, &message));
	assert_false(fd_is_readable(chan));
	chan_free(chan);
}

/* A receiver for calls: answers each request with its number plus one, until it gets kind 0. */
struct number {
	struct chan_request request;
	int number;
};

static void *
answer_all(void *argument)
{
	struct chan_message message;

	while (chan_get(argument, -1, &message) && message.kind != 0) {
		struct number *number = message.data;

		chan_answer(&number->request, number->number + 1, NULL);
	}
	return NULL;
}

static void
a_call_gets_its_own_answer(void **state)
{
	struct chan *requests = channel(4), *replies = channel(1);
	struct number number;
	struct chan_reply reply;
	pthread_t thread;
	int i;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, answer_all, requests), 0);
	for (i = 0; i < 1000; i++) {
		number.number = i;
		assert_int_equal(
		    chan_call(requests, 1, &number.request, replies, 60000, &reply), 0);
		assert_int_equal(reply.code, i + 1);
		assert_int_equal(reply.id, number.request.id);
	}
	chan_put(requests, (struct chan_message){ .kind = 0 });
	pthread_join(thread, NULL);
	chan_free(requests);
	chan_free(replies);
}

static void
a_call_gives_up_in_time_and_when_full(void **state)
{
	struct chan *requests = channel(1), *replies = channel(1);
	struct number first, second;
	struct chan_reply reply = { .code = 42 };
	struct chan_message message;

	(void)state;
	assert_int_equal(chan_call(requests, 7, &first.request, replies, 0, &reply), -ETIMEDOUT);
	assert_int_equal(chan_call(requests, 7, &second.request, replies, 0, &reply), -EAGAIN);
	assert_int_equal(reply.code, 42);
	assert_true(chan_get(requests, 0, &message));
	assert_int_equal(message.kind, 7);
	assert_ptr_equal(message.data, &first);
	assert_false(message.is_replaceable);
	chan_free(requests);
	chan_free(replies);
}

/* Answers the late first request and then the second, before or behind which the caller waits. */
static void *
answer_two(void *argument)
{
	struct chan *requests = argument;
	struct chan_message first, second;

	assert_true(chan_get(requests, -1, &first));
	assert_true(chan_get(requests, -1, &second));
	chan_answer(first.data, 1, &letters[0]);
	chan_answer(second.data, 2, &letters[1]);
	return NULL;
}

static void
answers_come_to_one_that_does_not_wait(void **state)
{
	struct chan *requests = channel(2), *replies = channel(2);
	struct chan_request first = { 7, replies }, second = { 8, replies };
	struct chan_reply reply = { .code = 42 };

	(void)state;
	assert_false(chan_get_reply(replies, &reply));
	assert_int_equal(reply.code, 42);
	chan_answer(&second, -5, NULL);
	chan_answer(&first, 0, &letters[0]);
	assert_true(chan_get_reply(replies, &reply));
	assert_int_equal(reply.id, 8);
	assert_int_equal(reply.code, -5);
	assert_true(chan_get_reply(replies, &reply));
	assert_int_equal(reply.id, 7);
	assert_int_equal(reply.code, 0);
	assert_ptr_equal(reply.data, &letters[0]);
	assert_false(chan_get_reply(replies, &reply));
	chan_free(requests);
	chan_free(replies);
}

static void
drops_a_late_answer(void **state)
{
	size_t capacity;

	(void)state;
	for (capacity = 1; capacity <= 2; capacity++) {
		struct chan *requests = channel(2), *replies = channel(capacity);
		struct number first, second;
		struct chan_reply reply;
		pthread_t thread;

		assert_int_equal(
		    chan_call(requests, 1, &first.request, replies, 0, &reply), -ETIMEDOUT);
		assert_int_equal(pthread_create(&thread, NULL, answer_two, requests), 0);
		assert_int_equal(
		    chan_call(requests, 1, &second.request, replies, 60000, &reply), 0);
		pthread_join(thread, NULL);
		assert_int_equal(reply.code, 2);
		assert_ptr_equal(reply.data, &letters[1]);
		assert_string_equal(dropped, "a");
		chan_free(requests);
		chan_free(replies);
	}
}

static void
knows_whether_somebody_gets(void **state)
{
	enum { NUDGE = 'n' };
	struct chan *chan = channel(4);
	struct chan_message message;

	(void)state;
	assert_false(chan_is_neglected(chan, NUDGE, 5000)); /* nothing waited */
	passed_us += 5000000;
	assert_false(chan_is_neglected(chan, NUDGE, 5000));
	passed_us += 1;
	assert_true(chan_is_neglected(chan, NUDGE, 5000));
	assert_true(chan_get(chan, 0, &message));
	assert_int_equal(message.kind, NUDGE);
	assert_null(message.data);
	assert_false(chan_get(chan, 0, &message)); /* one is enough */
	put_letter(chan, 'a');
	put_letter(chan, 'b');
	passed_us += 6000000;
	assert_true(chan_is_neglected(chan, NUDGE, 5000));
	assert_true(chan_get(chan, 0, &message));
	assert_false(chan_is_neglected(chan, NUDGE, 5000)); /* slow, but at work */
	chan_free(chan);
	assert_string_equal(dropped, "b");
}

/* The storm: each putter sends numbers in order, now and then a sample. */
enum { PUTTERS = 4, EVENTS = 20000 };

struct putter {
	struct chan *chan;
	int kind;
	uint64_t samples_sent;
};

static void *
put_storm(void *argument)
{
	struct putter *putter = argument;
	uintptr_t n;

	for (n = 1; n <= EVENTS; n++) {
		struct chan_message message = { .kind = putter->kind, .data = (void *)n };

		while (chan_put(putter->chan, message) == CHAN_FULL)
			sched_yield();
		if (n % 3 != 0)
			continue;
		message.is_replaceable = true;
		if (chan_put(putter->chan, message) != CHAN_FULL)
			putter->samples_sent++;
	}
	return NULL;
}

static void
loses_nothing_in_a_storm(void **state)
{
	uintptr_t last_event[PUTTERS] = { 0 }, last_sample[PUTTERS] = { 0 };
	uint64_t events = 0, samples_got = 0, samples_sent = 0;
	struct putter putters[PUTTERS];
	pthread_t threads[PUTTERS];
	struct chan_message message;
	struct chan *chan;
	int i;

	(void)state;
	assert_int_equal(chan_new(16, NULL, &chan), 0);
	for (i = 0; i < PUTTERS; i++) {
		putters[i] = (struct putter){ .chan = chan, .kind = i };
		assert_int_equal(pthread_create(&threads[i], NULL, put_storm, &putters[i]), 0);
	}
	while (events < (uint64_t)PUTTERS * EVENTS) {
		assert_true(chan_get(chan, 60000, &message));
		if (message.is_replaceable) {
			assert_true((uintptr_t)message.data > last_sample[message.kind]);
			last_sample[message.kind] = (uintptr_t)message.data;
			samples_got++;
		} else {
			assert_int_equal((uintptr_t)message.data, ++last_event[message.kind]);
			events++;
		}
	}
	for (i = 0; i < PUTTERS; i++) {
		pthread_join(threads[i], NULL);
		samples_sent += putters[i].samples_sent;
	}
	while (chan_get(chan, 0, &message))
		samples_got++;
	assert_int_equal(samples_sent, samples_got + chan_replaced(chan));
	chan_free(chan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_order_and_capacity),
		cmocka_unit_test(room_comes_back_for_ever),
		cmocka_unit_test(drops_what_is_left_when_freed),
		cmocka_unit_test(get_waits_no_shorter_than_asked),
		cmocka_unit_test(get_wakes_up_for_a_message),
		cmocka_unit_test(fd_is_readable_exactly_while_messages_wait),
		cmocka_unit_test(a_call_gets_its_own_answer),
		cmocka_unit_test(a_call_gives_up_in_time_and_when_full),
		cmocka_unit_test(answers_come_to_one_that_does_not_wait),
		cmocka_unit_test(drops_a_late_answer),
		cmocka_unit_test(knows_whether_somebody_gets),
		cmocka_unit_test(loses_nothing_in_a_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
