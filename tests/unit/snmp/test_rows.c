/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "snmp/rows.h"
#include "snmp/tables.h"
#include "tests/unit/fixture.h"
#include "tests/unit/unit.h"

/* A master of clay: which rows it has given to somebody else, and what we asked it for. */
#define AGAIN_MS 10000

struct bench {
	struct hub *hub;
	struct rows rows;
	uint64_t taken; /* by another agent; 0: none */
	int64_t now_ms;
	char asked[256];
};

/* Sensors with the indices of ENTITY-MIB that are listed, up to a 0; the agent is 1, the bus 2. */
static void
configure(struct bench *bench, uint32_t generation, const uint32_t *sensors)
{
	struct conf *conf = fixture_conf("", 1000);
	struct live_agent agent = { .uuid = "" };
	size_t count = 0;

	conf->generation = generation;
	conf->entity_index = 1;
	conf->buses[0].entity_index = 2;
	for (; sensors[count] != 0; count++)
		fixture_sensor(conf, (uint32_t)count + 1, "x")->entity_index = sensors[count];
	conf_seal(conf);
	assert_int_equal(conf_entity_list(conf), 0);
	assert_int_equal(
	    hub_publish(bench->hub, conf, hub_take_live(bench->hub, count, 1), &agent), 0);
	conf_unref(conf);
}

static struct bench *
bench_new(const struct table *table)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	assert_int_equal(hub_new(&bench->hub), 0);
	rows_init(&bench->rows, table);
	return bench;
}

static void
bench_free(struct bench *bench)
{
	rows_done(&bench->rows);
	hub_free(bench->hub);
	free(bench);
}

/* Asks until all is settled; what was asked for, as "+3 -4". */
static const char *
settle(struct bench *bench, bool is_wanted)
{
	const struct snapshot *snapshot = hub_get(bench->hub);
	enum rows_want want;
	uint64_t index;
	size_t n = 0;

	bench->asked[0] = '\0';
	while ((want = rows_next(&bench->rows, snapshot, is_wanted, bench->now_ms, &index)) !=
	       ROWS_NOTHING) {
		bool is_refused = want == ROWS_REGISTER && index == bench->taken;

		assert_true(n < sizeof(bench->asked) - 30);
		n += (size_t)snprintf(bench->asked + n, sizeof(bench->asked) - n, "%s%c",
		    n == 0 ? "" : " ", want == ROWS_REGISTER ? '+' : '-');
		if (index >> 32 != 0)
			n += (size_t)snprintf(bench->asked + n, sizeof(bench->asked) - n, "%u.",
			    (uint32_t)(index >> 32));
		n += (size_t)snprintf(
		    bench->asked + n, sizeof(bench->asked) - n, "%u", (uint32_t)index);
		rows_answer(&bench->rows, want, index, is_refused ? ASK_REFUSED : ASK_GRANTED,
		    bench->now_ms);
	}
	hub_put(bench->hub, snapshot);
	return bench->asked;
}

static void
follows_the_configuration_and_asks_for_nothing_twice(void **state)
{
	/* clang-format off */
	static const struct {
		const char *what;
		uint32_t sensors[8];
		bool is_wanted;
		const char *asked;
	} cases[] = {
		{ "all rows",                  { 3, 5, 7 },       true,  "+1 +2 +3 +5 +7" },
		{ "the same once more",        { 3, 5, 7 },       true,  "" },
		{ "one between, one behind",   { 3, 4, 5, 7, 9 }, true,  "+4 +9" },
		{ "some are gone",             { 4, 9 },          true,  "-3 -5 -7" },
		{ "one comes back",            { 9, 5, 4 },       true,  "+5" },
		{ "all others",                { 10, 11 },        true,  "-4 -5 -9 +10 +11" },
		{ "not wanted any more",       { 10, 11 },        false, "-1 -2 -10 -11" },
		{ "still not",                 { 10, 11, 12 },    false, "" },
		{ "and wanted",                { 10 },            true,  "+1 +2 +10" },
	};
	/* clang-format on */
	struct bench *bench = bench_new(&table_entity);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].what);
		configure(bench, (uint32_t)i + 1, cases[i].sensors);
		assert_string_equal(settle(bench, cases[i].is_wanted), cases[i].asked);
		assert_string_equal(settle(bench, cases[i].is_wanted), "");
	}
	bench_free(bench);
}

static void
only_rows_that_are_there_are_registered(void **state)
{
	static const struct {
		const struct table *table;
		const char *asked;
	} cases[] = {
		{ &table_entity_sensor, "+3 +5" },
		{ &table_entity_contains, "+1.2 +2.3 +2.5" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *bench = bench_new(cases[i].table);

		configure(bench, 1, (const uint32_t[]){ 3, 5, 0 });
		assert_string_equal(settle(bench, true), cases[i].asked);
		bench_free(bench);
	}
}

static void
a_row_that_another_agent_has_is_asked_for_again_later(void **state)
{
	struct bench *bench = bench_new(&table_entity_sensor);

	(void)state;
	bench->taken = 5;
	configure(bench, 1, (const uint32_t[]){ 3, 5, 7, 0 });
	assert_string_equal(settle(bench, true), "+3 +5 +7");
	assert_int_equal(bench->rows.refused, 1);
	bench->now_ms += AGAIN_MS - 1;
	assert_string_equal(settle(bench, true), "");
	bench->now_ms += 1;
	assert_string_equal(settle(bench, true), "+5");
	assert_int_equal(bench->rows.refused, 1);
	bench->taken = 0;
	bench->now_ms += AGAIN_MS;
	assert_string_equal(settle(bench, true), "+5");
	assert_int_equal(bench->rows.refused, 0);
	bench->now_ms += AGAIN_MS;
	assert_string_equal(settle(bench, true), "");
	bench_free(bench);
}

static void
what_was_refused_is_never_given_back(void **state)
{
	struct bench *bench = bench_new(&table_entity_sensor);

	(void)state;
	bench->taken = 5;
	configure(bench, 1, (const uint32_t[]){ 3, 5, 7, 0 });
	assert_string_equal(settle(bench, true), "+3 +5 +7");
	configure(bench, 2, (const uint32_t[]){ 7, 0 });
	assert_string_equal(settle(bench, true), "-3");
	assert_int_equal(bench->rows.refused, 0);
	bench_free(bench);
}

static void
a_region_is_a_row_over_all_columns(void **state)
{
	/* clang-format off */
	static const struct {
		const struct table *table;
		uint64_t index;
		uint32_t arcs[16];
		size_t length, range_at;
		uint32_t range_end;
	} cases[] = {
		{ &table_entity, 1000000,
		  { 1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 2, 1000000 }, 13, 11, 19 },
		{ &table_entity_sensor, 7,
		  { 1, 3, 6, 1, 2, 1, 99, 1, 1, 1, 1, 7 },          12, 10, 8 },
		{ &table_entity_contains, UINT64_C(2) << 32 | 5, /* a single column: no range */
		  { 1, 3, 6, 1, 2, 1, 47, 1, 3, 3, 1, 1, 2, 5 },    14, 0,  1 },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ask ask = { 0 };

		rows_region(cases[i].table, cases[i].index, &ask);
		assert_int_equal(ask.length, cases[i].length);
		assert_memory_equal(ask.arcs, cases[i].arcs, cases[i].length * sizeof(ask.arcs[0]));
		assert_int_equal(ask.range_at, cases[i].range_at);
		assert_int_equal(ask.range_end, cases[i].range_end);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_configuration_and_asks_for_nothing_twice),
		cmocka_unit_test(only_rows_that_are_there_are_registered),
		cmocka_unit_test(a_row_that_another_agent_has_is_asked_for_again_later),
		cmocka_unit_test(what_was_refused_is_never_given_back),
		cmocka_unit_test(a_region_is_a_row_over_all_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
