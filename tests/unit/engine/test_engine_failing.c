/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "tests/unit/engine/engine_life.h"
#include "tests/unit/store/failing_vfs.h"
#include "tests/unit/unit.h"

/*
 * The n-th call of each sort that SQLite makes fails, for every n until none does.  All from the
 * n-th on fail, or it is only said that the n-th was done: CHECK_LONG tries each n of these, too.
 */
#define STRIDE 7

static const struct {
	const char *what;
	enum failing failing;
} sorts[] = {
	{ "write", FAILING_WRITE },
	{ "fsync", FAILING_SYNC },
	{ "open", FAILING_OPEN },
	{ "truncate", FAILING_TRUNCATE },
	{ "delete", FAILING_DELETE },
	{ "read", FAILING_READ },
};

static int
try_all(struct bench *bench, enum failing failing, enum failing_how how, bool is_used)
{
	int step = how == FAILING_ONCE || getenv("CHECK_LONG") != NULL ? 1 : STRIDE;

	for (int n = 1;; n += step) {
		bool has_failed;

		if (is_used)
			assert_true(engine_live(bench));
		failing_vfs_set(failing, how, n);
		assert_true(engine_live(bench)); /* no disk keeps it from starting */
		has_failed = failing_vfs_has_failed();
		failing_vfs_set(FAILING_NOTHING, how, 0);
		if (how == FAILING_SILENTLY)
			assert_true(engine_live(bench));
		else
			engine_assert_consistent(bench);
		engine_start_over(bench);
		if (!has_failed)
			return n - step;
	}
}

static void
no_error_of_the_disk_loses_a_transition(void **state)
{
	struct bench *bench = *state;

	bench_end(bench);
	engine_start_over(bench);
	for (size_t i = 0; i < COUNT(sorts); i++) {
		for (int how = FAILING_ONCE; how <= FAILING_FROM_ON; how++) {
			int new = try_all(bench, sorts[i].failing, (enum failing_how)how, false);
			int used = try_all(bench, sorts[i].failing, (enum failing_how)how, true);

			print_message("%s: %d and %d places\n", sorts[i].what, new, used);
			assert_true(how == FAILING_FROM_ON || (new > 0 && used > 0));
		}
	}
	bench_begin(bench);
}

/* What a disk forgets cannot be known, but it neither crashes nor keeps anything from starting. */
static void
a_dropped_write_is_no_crash(void **state)
{
	struct bench *bench = *state;

	bench_end(bench);
	engine_start_over(bench);
	for (int is_used = 0; is_used < 2; is_used++)
		print_message(
		    "writes: %d\n", try_all(bench, FAILING_WRITE, FAILING_SILENTLY, is_used != 0));
	bench_begin(bench);
}

static int
use_vfs(void **state)
{
	(void)state;
	failing_vfs_use();
	return 0;
}

#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ENGINE_TEST(no_error_of_the_disk_loses_a_transition),
		ENGINE_TEST(a_dropped_write_is_no_crash),
	};

	return cmocka_run_group_tests(tests, use_vfs, NULL);
}
