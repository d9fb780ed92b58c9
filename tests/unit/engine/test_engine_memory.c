/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/engine/engine_life.h"
#include "tests/unit/store/failing_memory.h"
#include "tests/unit/unit.h"

/*
 * The n-th allocation fails, of ours or of SQLite's, for every n until none does.  The linker puts
 * these wrappers in the place of the library's functions (--wrap) for all that is linked here.
 */
static struct {
	bool is_sqlite; /* whose are counted */
	int nth, calls; /* nth 0: none fails */
} plan;

static bool
fails(bool is_sqlite)
{
	return plan.nth != 0 && !bench_is_building && plan.is_sqlite == is_sqlite &&
	       ++plan.calls == plan.nth;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
int __wrap_asprintf(char **ret_text, const char *format, ...) __attribute__((format(printf, 2, 3)));

void *
__wrap_malloc(size_t size)
{
	return fails(false) ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails(false) ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return fails(false) ? NULL : __real_realloc(old, size);
}

void *
__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return fails(false) ? NULL : __real_reallocarray(old, count, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails(false) ? NULL : __real_strdup(text);
}

int
__wrap_asprintf(char **ret_text, const char *format, ...)
{
	va_list arguments;
	int length;

	if (fails(false))
		return -1;
	va_start(arguments, format);
	length = vasprintf(ret_text, format, arguments);
	va_end(arguments);
	return length;
}

static bool
fails_for_sqlite(void)
{
	return fails(true);
}

static int
wrap_sqlite(void **state)
{
	(void)state;
	return failing_memory_use(fails_for_sqlite);
}

/* ---- lives ---- */

#define STRIDE 37 /* of SQLite's thousands, unless CHECK_LONG wants them all */

/* Want of memory may keep it from starting, and nothing more. */
static void
try_all(struct bench *bench, bool is_sqlite)
{
	int step = !is_sqlite || getenv("CHECK_LONG") != NULL ? 1 : STRIDE, refused = 0;
	bool has_failed = true;
	int n;

	for (n = 1; has_failed; n += step) {
		plan.is_sqlite = is_sqlite;
		plan.calls = 0;
		plan.nth = n;
		refused += !engine_live(bench);
		plan.nth = 0;
		has_failed = plan.calls >= n;
		engine_assert_consistent(bench);
		engine_start_over(bench);
	}
	print_message("%d allocations of %s, of which %d tries kept it from starting\n", n - step,
	    is_sqlite ? "SQLite" : "ours", refused);
	assert_true(n > 50);
	assert_true(refused < n / step);
}

static void
the_nth_allocation_of_ours_fails(void **state)
{
	struct bench *bench = *state;

	bench_end(bench);
	engine_start_over(bench);
	try_all(bench, false);
	bench_begin(bench);
}

static void
the_nth_allocation_of_sqlite_fails(void **state)
{
	struct bench *bench = *state;

	bench_end(bench);
	engine_start_over(bench);
	try_all(bench, true);
	bench_begin(bench);
}

#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ENGINE_TEST(the_nth_allocation_of_ours_fails),
		ENGINE_TEST(the_nth_allocation_of_sqlite_fails),
	};

	return cmocka_run_group_tests(tests, wrap_sqlite, NULL);
}
