/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "engine/engine_thread.h"
#include "sys/clock.h"
#include "sys/thread.h"
#include "tests/unit/fixture.h"
#include "tests/unit/unit.h"

/* Engine, bus and reader threads at once: made for the thread sanitizer. */
#define PATIENCE_MS 300000
#define REPORTS     20000
#define SENSORS     50

struct parties {
	struct hub *hub;
	struct chan *inbox;
	uint64_t seen; /* snapshots that the reader looked at */
	bool is_done;  /* under no lock: written and read with atomics */
};

static void
put_reports(void *context)
{
	struct parties *parties = context;

	for (int i = 0; i < REPORTS; i++) {
		struct bus_report *report = calloc(1, sizeof(*report) + sizeof(struct sample));
		struct chan_message message = {
			.kind = ENGINE_REPORT,
			.is_replaceable = true,
			.data = report,
		};

		assert_non_null(report);
		report->bus = 1;
		report->generation = 1;
		report->state = i % 2 == 0 ? BUS_UP : BUS_DEGRADED;
		report->count = 1;
		report->samples[0] = (struct sample){
			.sensor = (uint32_t)(i % SENSORS) + 1,
			.reading = reading_good((struct raw){
			    .kind = RAW_MILLI,
			    .i = i / SENSORS % 2 == 0 ? 20000 : 30000,
			}),
			.time_ms = clock_boottime_ms(),
		};
		if (chan_put(parties->inbox, message) == CHAN_FULL)
			free(report);
	}
}

static void
look(void *context)
{
	struct parties *parties = context;

	/* in the end there is something to see, however late this thread came */
	while (!__atomic_load_n(&parties->is_done, __ATOMIC_RELAXED) || parties->seen == 0) {
		const struct snapshot *snapshot = hub_get(parties->hub);
		uint64_t reads = 0;

		for (size_t i = 0; i < snapshot->live->sensor_count; i++)
			reads += snapshot->live->sensors[i].reads;
		for (size_t i = 0; i < snapshot->alarms->count; i++)
			assert_true(snapshot->alarms->rows[i].alarm.id != 0);
		for (size_t i = 0; i < event_view_count(snapshot->events); i++)
			assert_int_equal(event_view_at(snapshot->events, i)->seq,
			    snapshot->events->first_seq + i);
		parties->seen += reads > 0;
		hub_put(parties->hub, snapshot);
	}
}

static struct conf *
fifty_sensors(void)
{
	struct conf *conf = fixture_conf("", 1000);
	struct conf_sensor *sensor;
	char name[8];

	for (int i = 0; i < SENSORS; i++) {
		snprintf(name, sizeof(name), "s%02d", i);
		sensor = fixture_sensor(conf, 0, name);
		sensor->limit_milli[LIMIT_HIGH_WARNING] = 27000;
		sensor->limits_enabled = LIMIT_BIT(LIMIT_HIGH_WARNING);
		sensor->on_delay_ms = 0;
		sensor->off_delay_ms = 0;
		sensor->min_samples = 1;
	}
	return conf;
}

static uint64_t
reads_in(struct hub *hub)
{
	const struct snapshot *snapshot = hub_get(hub);
	uint64_t reads = 0;

	for (size_t i = 0; i < snapshot->live->sensor_count; i++)
		reads += snapshot->live->sensors[i].reads;
	hub_put(hub, snapshot);
	return reads;
}

static void
drop_reply(struct chan_message *message)
{
	free(message->data);
}

/* As SIGHUP does. */
static void
reload(struct chan *inbox, struct chan *replies)
{
	struct engine_conf_request *request = calloc(1, sizeof(*request));
	struct chan_reply reply;

	assert_non_null(request);
	request->conf = fifty_sensors();
	assert_int_equal(
	    chan_call(inbox, ENGINE_CONF, &request->request, replies, PATIENCE_MS, &reply), 0);
	assert_int_equal(reply.code, 0);
	free(reply.data);
}

static void
reports_reloads_and_readers_do_not_disturb_each_other(void **state)
{
	char folder[] = "/tmp/test_engine_thread.XXXXXX", command[64];
	struct engine_effects effects = { 0 };
	struct parties parties = { 0 };
	struct engine_thread *engine_thread;
	struct thread *putter, *reader;
	struct engine *engine;
	struct store *store;
	struct chan *replies;
	struct moment now;
	struct err err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(store_open(folder, &store, &err), 0);
	assert_int_equal(hub_new(&parties.hub), 0);
	assert_int_equal(engine_inbox_new(&parties.inbox), 0);
	assert_int_equal(chan_new(4, drop_reply, &replies), 0);
	clock_moment(&now);
	assert_int_equal(engine_new(store, parties.hub, &effects, &now, &engine), 0);
	assert_int_equal(engine_configure(engine, fifty_sensors(), &now, &err), 0);
	assert_int_equal(engine_thread_start(engine, parties.inbox, &engine_thread), 0);
	assert_int_equal(thread_start("reader", look, &parties, &reader), 0);
	assert_int_equal(thread_start("bus", put_reports, &parties, &putter), 0);
	for (int i = 0; i < 5; i++)
		reload(parties.inbox, replies);
	assert_int_equal(thread_join(putter, PATIENCE_MS), 0);
	assert_int_equal(engine_thread_stop(engine_thread, PATIENCE_MS), 0);
	now.boottime_ms += 60000;
	engine_turn_end(engine, &now); /* what the last turn held back */
	__atomic_store_n(&parties.is_done, true, __ATOMIC_RELAXED);
	assert_int_equal(thread_join(reader, PATIENCE_MS), 0);
	/* every report was counted or pushed out */
	assert_int_equal(reads_in(parties.hub) + chan_replaced(parties.inbox), REPORTS);
	engine_free(engine);
	chan_free(parties.inbox);
	chan_free(replies);
	hub_free(parties.hub);
	store_close(store);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_reloads_and_readers_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
