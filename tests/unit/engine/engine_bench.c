/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/engine/engine_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/fixture.h"
#include "tests/unit/unit.h"

volatile bool bench_is_building;

static void
in_force(void *context, const struct conf *conf)
{
	struct bench *bench = context;

	bench->applied++;
	bench->applied_generation = conf->generation;
}

static int
start_engine(struct bench *bench)
{
	const struct engine_effects effects = {
		.conf_in_force = in_force,
		.context = bench,
		.drivers = bench->drivers,
	};

	return engine_new(bench->store, bench->hub, &effects, &bench->now, &bench->engine);
}

void
bench_begin(struct bench *bench)
{
	struct err err;

	if (store_open(bench->folder, &bench->store, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(hub_new(&bench->hub), 0);
	assert_int_equal(start_engine(bench), 0);
}

bool
bench_try_begin(struct bench *bench)
{
	bench->store = NULL;
	bench->hub = NULL;
	bench->engine = NULL;
	return store_open(bench->folder, &bench->store, NULL) == 0 && hub_new(&bench->hub) == 0 &&
	       start_engine(bench) == 0;
}

void
bench_end(struct bench *bench)
{
	hub_put(bench->hub, bench->seen);
	bench->seen = NULL;
	engine_free(bench->engine);
	hub_free(bench->hub);
	store_close(bench->store);
}

int
bench_set_up_with(void **state, const struct conf_drivers *drivers)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	bench->drivers = drivers;
	/* thousands of times synced: not to a disk, if that can be */
	snprintf(bench->folder, sizeof(bench->folder), "%s/test_engine.XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(bench->folder));
	bench->now = (struct moment){
		.boot_id = "boot",
		.boottime_ms = BENCH_START_MS,
		.wall_ms = 1700000000000,
	};
	bench_begin(bench);
	*state = bench;
	return 0;
}

int
bench_set_up(void **state)
{
	return bench_set_up_with(state, NULL);
}

int
bench_tear_down(void **state)
{
	struct bench *bench = *state;
	char command[64];

	bench_end(bench);
	snprintf(command, sizeof(command), "rm -rf %s", bench->folder);
	assert_int_equal(system(command), 0);
	free(bench);
	return 0;
}

struct conf *
bench_conf(unsigned count)
{
	struct conf *conf;

	bench_is_building = true;
	conf = fixture_quick_conf(count);
	bench_is_building = false;
	return conf;
}

int
bench_try_configure(struct bench *bench, struct conf *conf)
{
	return engine_configure(bench->engine, conf, &bench->now, NULL);
}

void
bench_configure(struct bench *bench, struct conf *conf)
{
	struct err err;

	if (engine_configure(bench->engine, conf, &bench->now, &err) < 0)
		fail_msg("%s", err.text);
}

void
bench_restart(struct bench *bench, struct conf *conf)
{
	bench_end(bench);
	bench_begin(bench);
	bench_configure(bench, conf);
}

void
bench_pass(struct bench *bench, int64_t ms)
{
	bench->now.boottime_ms += ms;
	bench->now.wall_ms += ms;
}

void
bench_tick(struct bench *bench, int64_t ms)
{
	bench_pass(bench, ms);
	engine_tick(bench->engine, &bench->now);
	engine_turn_end(bench->engine, &bench->now);
}

void
bench_report(struct bench *bench, struct bus_report *report)
{
	struct chan_message message = { .kind = ENGINE_REPORT, .data = report };

	engine_step(bench->engine, &message, &bench->now);
	engine_turn_end(bench->engine, &bench->now);
}

void
bench_reads(struct bench *bench, unsigned count, int32_t value_milli)
{
	struct bus_report *report;

	bench_pass(bench, 1000);
	bench_is_building = true;
	report = fixture_report(1, count, fixture_milli(value_milli), bench->now.boottime_ms);
	bench_is_building = false;
	bench_report(bench, report);
}

const struct snapshot *
bench_look(struct bench *bench)
{
	hub_put(bench->hub, bench->seen);
	bench->seen = hub_get(bench->hub);
	return bench->seen;
}

const struct record *
bench_event(struct bench *bench, uint32_t seq)
{
	const struct event_view *view = bench_look(bench)->events;

	if (seq < view->first_seq || seq > view->last_seq)
		fail_msg("there is no event %u, the last is %u", seq, view->last_seq);
	assert_int_equal(event_view_at(view, seq - view->first_seq)->seq, seq);
	return event_view_at(view, seq - view->first_seq);
}

const struct record *
bench_last_event(struct bench *bench)
{
	return bench_event(bench, bench_look(bench)->events->last_seq);
}

void
bench_assert_events(struct bench *bench, uint32_t seq, const enum event_kind *kinds)
{
	for (; *kinds != 0; kinds++, seq++)
		assert_int_equal(bench_event(bench, seq)->kind, *kinds);
	assert_int_equal(bench_look(bench)->events->last_seq, seq - 1);
}
