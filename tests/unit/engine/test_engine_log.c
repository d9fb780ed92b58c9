/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens to sensors and alarms, as lines of the log: each once, whatever the disk does. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sys/log.h"
#include "tests/unit/engine/engine_bench.h"
#include "tests/unit/store/failing_vfs.h"
#include "tests/unit/unit.h"

#define MANY      2500 /* more than can wait, in one turn */
#define LINES_MAX (7 * MANY)

/* In the place of log_at. */
static struct line {
	enum log_level level;
	char sensor[33], bus[33];
	uint32_t alarm, event;
	const void *kind;
	char text[128];
} lines[LINES_MAX];
static size_t line_count;

void __wrap_log_at(enum log_level level, const struct log_about *about, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void
__wrap_log_at(enum log_level level, const struct log_about *about, const char *format, ...)
{
	struct line *line = &lines[line_count++];
	va_list args;

	assert_true(line_count <= LINES_MAX);
	line->level = level;
	line->alarm = about->alarm;
	line->event = about->event;
	line->kind = about->kind;
	snprintf(line->sensor, sizeof(line->sensor), "%s", about->sensor ? about->sensor : "");
	snprintf(line->bus, sizeof(line->bus), "%s", about->bus ? about->bus : "");
	va_start(args, format);
	vsnprintf(line->text, sizeof(line->text), format, args);
	va_end(args);
}

/* How many lines have that in their text; *ret_line is the last of them. */
static size_t
told(const char *text, const struct line **ret_line)
{
	size_t count = 0;

	for (size_t i = 0; i < line_count; i++)
		if (strstr(lines[i].text, text) != NULL) {
			*ret_line = &lines[i];
			count++;
		}
	return count;
}

static int
begin(void **state)
{
	line_count = 0;
	return bench_set_up(state);
}

static void
each_change_is_a_line_and_no_sample_is(void **state)
{
	/* clang-format off */
	static const struct {
		int32_t value_milli;
		enum log_level level;
		const char *text; /* NULL: none */
	} steps[] = {
		{ 20000, 0,                 NULL                                                },
		{ 28000, LOG_LEVEL_WARNING, "s0001 is too high: 28.000 C has reached the warn"  },
		{ 28500, 0,                 NULL                                                },
		{ 31000, LOG_LEVEL_ERROR,   "s0001 is still worse, too high: 31.000 C"          },
		{ 32000, 0,                 NULL                                                },
		{ 20000, LOG_LEVEL_INFO,    "s0001 is normal again: 20.000 C."                  },
		{ 20000, 0,                 NULL                                                },
	};
	/* clang-format on */
	struct bench *bench = *state;
	uint32_t alarm = 0;

	bench_configure(bench, bench_conf(1));
	for (size_t i = 0; i < COUNT(steps); i++) {
		size_t before = line_count;

		bench_reads(bench, 1, steps[i].value_milli);
		bench_tick(bench, 1000);
		assert_int_equal(line_count - before, steps[i].text != NULL);
		if (steps[i].text == NULL)
			continue;
		if (alarm == 0)
			alarm = lines[before].alarm;
		assert_memory_equal(lines[before].text, steps[i].text, strlen(steps[i].text));
		assert_int_equal(lines[before].level, steps[i].level);
		assert_string_equal(lines[before].sensor, "s0001");
		assert_string_equal(lines[before].bus, bench_look(bench)->conf->buses[0].name);
		assert_int_equal(lines[before].alarm, alarm);
		assert_int_equal(lines[before].event, bench_last_event(bench)->seq);
	}
	assert_int_not_equal(alarm, 0);
}

/* So that a flood of these does not hold back those. */
static void
each_kind_of_event_is_one_for_the_log(void **state)
{
	static const int32_t values_milli[] = { 28000, 31000, 20000 }; /* raise, escalate, clear */
	struct bench *bench = *state;

	bench_configure(bench, bench_conf(2));
	for (size_t i = 0; i < COUNT(values_milli); i++)
		for (uint32_t sensor = 1; sensor <= 2; sensor++) {
			bench_reads(bench, sensor, values_milli[i]);
			bench_tick(bench, 1000);
		}
	assert_int_equal(line_count, 6);
	for (size_t i = 0; i < line_count; i++) {
		assert_non_null(lines[i].kind);
		assert_ptr_equal(lines[i].kind, lines[i ^ 1].kind);
		assert_true(i < 2 || lines[i].kind != lines[i - 2].kind);
	}
}

static void
what_waits_for_the_disk_is_told_at_once_and_once(void **state)
{
	struct bench *bench = *state;
	const struct line *line = NULL;

	bench_configure(bench, bench_conf(1));
	bench_reads(bench, 1, 20000);
	failing_vfs_set(FAILING_WRITE, FAILING_FROM_ON, 1);
	bench_reads(bench, 1, 31000);
	assert_int_equal(told("s0001 is too high", &line), 1);
	assert_int_equal(line->event, 0); /* it has no number yet */
	for (int i = 0; i < 5; i++)
		bench_tick(bench, 1000);
	bench_reads(bench, 1, 20000);
	bench_tick(bench, 1000);
	assert_int_equal(told("s0001 is normal again", &line), 1);
	assert_int_equal(told("alarms go on", &line), 1);
	assert_int_not_equal(line->alarm, 0);
	failing_vfs_set(FAILING_NOTHING, FAILING_ONCE, 0);
	for (int i = 0; i < 5; i++)
		bench_tick(bench, 1000);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
	bench_reads(bench, 1, 31000);
	assert_int_equal(told("s0001 is too high", &line), 2);
	assert_int_equal(line->event, bench_last_event(bench)->seq);
	assert_int_equal(told("s0001 is normal again", &line), 1);
}

/* The ring of those that wait is full: what gives way was told, what comes is told, too. */
static void
what_finds_no_room_is_told_all_the_same(void **state)
{
	struct bench *bench = *state;
	const struct line *line = NULL;

	bench_configure(bench, bench_conf(MANY));
	bench_reads(bench, MANY, 20000);
	failing_vfs_set(FAILING_WRITE, FAILING_FROM_ON, 1);
	for (int i = 0; i < 3; i++) {
		bench_reads(bench, MANY, 31000);
		assert_int_equal(told("is too high", &line), MANY * (i + 1));
		bench_reads(bench, MANY, 20000);
		assert_int_equal(told("is normal again", &line), MANY * (i + 1));
	}
	failing_vfs_set(FAILING_NOTHING, FAILING_ONCE, 0);
	bench_tick(bench, 2000);
	bench_tick(bench, 2000);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
	assert_int_equal(told("is too high", &line), 3 * MANY);
	assert_int_equal(told("is normal again", &line), 3 * MANY);
}

int
main(void)
{
#define ENGINE_TEST(test) cmocka_unit_test_setup_teardown(test, begin, bench_tear_down)
	const struct CMUnitTest tests[] = {
		ENGINE_TEST(each_change_is_a_line_and_no_sample_is),
		ENGINE_TEST(each_kind_of_event_is_one_for_the_log),
		ENGINE_TEST(what_waits_for_the_disk_is_told_at_once_and_once),
		ENGINE_TEST(what_finds_no_room_is_told_all_the_same),
	};

	failing_vfs_use();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
