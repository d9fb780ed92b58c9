/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "sys/chan.h"
#include "sys/thread.h"
#include "tests/unit/unit.h"

struct seen {
	char name[16];
	sigset_t blocked;
};

static void
look_around(void *context)
{
	struct seen *seen = context;

	prctl(PR_GET_NAME, seen->name);
	pthread_sigmask(SIG_SETMASK, NULL, &seen->blocked);
}

static void
has_a_name_and_no_signals(void **state)
{
	/* clang-format off */
	static const struct {
		const char *name, *kept;
	} cases[] = {
		{ "engine",                  "engine"          },
		{ "fifteen bytes..",         "fifteen bytes.." },
		{ "rack-line of the attic",  "rack-line of th" },
	};
	/* clang-format on */
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD, SIGUSR1 };
	sigset_t before, after;
	size_t i, n;

	(void)state;
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	for (i = 0; i < COUNT(cases); i++) {
		struct thread *thread;
		struct seen seen;

		assert_int_equal(thread_start(cases[i].name, look_around, &seen, &thread), 0);
		assert_int_equal(thread_join(thread, 60000), 0);
		assert_string_equal(seen.name, cases[i].kept);
		for (n = 0; n < COUNT(signals); n++)
			assert_true(sigismember(&seen.blocked, signals[n]));
	}
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (n = 0; n < COUNT(signals); n++)
		assert_int_equal(sigismember(&before, signals[n]), sigismember(&after, signals[n]));
}

static void
wait_for_a_message(void *context)
{
	struct chan_message message;

	chan_get(context, -1, &message);
}

static void
a_join_is_bounded_and_can_be_repeated(void **state)
{
	struct thread *thread;
	struct chan *chan;

	(void)state;
	assert_int_equal(chan_new(1, NULL, &chan), 0);
	assert_int_equal(thread_start("stuck", wait_for_a_message, chan, &thread), 0);
	assert_int_equal(thread_join(thread, 0), -ETIMEDOUT);
	assert_int_equal(thread_join(thread, 20), -ETIMEDOUT);
	chan_put(chan, (struct chan_message){ .kind = 1 });
	assert_int_equal(thread_join(thread, 60000), 0);
	chan_free(chan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_a_name_and_no_signals),
		cmocka_unit_test(a_join_is_bounded_and_can_be_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
