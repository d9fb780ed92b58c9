/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/engine/storage_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "tests/unit/fixture.h"
#include "tests/unit/unit.h"

#define START 5000000

volatile bool bench_is_building;

void
bench_begin(struct bench *bench)
{
	struct engine_effects effects = { 0 };
	struct err err;

	if (store_open(bench->folder, &bench->store, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(hub_new(&bench->hub), 0);
	assert_int_equal(
	    engine_new(bench->store, bench->hub, &effects, &bench->now, &bench->engine), 0);
}

bool
bench_try_begin(struct bench *bench)
{
	struct engine_effects effects = { 0 };

	bench->store = NULL;
	bench->hub = NULL;
	bench->engine = NULL;
	return store_open(bench->folder, &bench->store, NULL) == 0 && hub_new(&bench->hub) == 0 &&
	       engine_new(bench->store, bench->hub, &effects, &bench->now, &bench->engine) == 0;
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
bench_set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	snprintf(bench->folder, sizeof(bench->folder), "%s/test_engine.XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(bench->folder));
	bench->now =
	    (struct moment){ .boot_id = "boot", .boottime_ms = START, .wall_ms = 1700000000000 };
	bench_begin(bench);
	*state = bench;
	return 0;
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
	char name[16];

	bench_is_building = true;
	conf = fixture_conf("", 1000);
	for (unsigned i = 0; i < count; i++) {
		struct conf_sensor *sensor;

		snprintf(name, sizeof(name), "s%04u", i + 1);
		sensor = fixture_sensor(conf, 0, name);
		sensor->limit_milli[LIMIT_HIGH_WARNING] = 27000;
		sensor->limit_milli[LIMIT_HIGH_CRITICAL] = 30000;
		sensor->limits_enabled =
		    LIMIT_BIT(LIMIT_HIGH_WARNING) | LIMIT_BIT(LIMIT_HIGH_CRITICAL);
		sensor->on_delay_ms = 0;
		sensor->off_delay_ms = 0;
		sensor->min_samples = 1;
	}
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
bench_reads(struct bench *bench, unsigned count, int32_t value_milli)
{
	struct reading reading = reading_good((struct raw){ .kind = RAW_MILLI, .i = value_milli });
	struct chan_message message = { .kind = ENGINE_REPORT };
	struct bus_report *report;

	bench_is_building = true;
	report = calloc(1, sizeof(*report) + count * sizeof(report->samples[0]));
	bench_is_building = false;
	message.data = report;
	bench_pass(bench, 1000);
	report->bus = 1;
	report->generation = 1000;
	report->state = BUS_UP;
	report->count = count;
	for (unsigned i = 0; i < count; i++)
		report->samples[i] = (struct sample){ i + 1, reading, bench->now.boottime_ms };
	engine_step(bench->engine, &message, &bench->now);
	engine_turn_end(bench->engine, &bench->now);
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
