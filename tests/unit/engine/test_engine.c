/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "conf/conf_entity.h"
#include "core/scale.h"
#include "core/text.h"
#include "tests/unit/engine/engine_bench.h"
#include "tests/unit/fixture.h"
#include "tests/unit/unit.h"

/* What a file with these sensors gives: names, no indices. */
static struct conf *
conf_of(const char *const *names)
{
	struct conf *conf = fixture_conf("", 1000);

	for (; *names != NULL; names++)
		fixture_sensor(conf, 0, *names);
	return conf;
}

static uint32_t
index_of(struct bench *bench, const char *name)
{
	const struct snapshot *snapshot = hub_get(bench->hub);
	uint32_t index = 0;

	for (size_t i = 0; i < snapshot->conf->sensor_count; i++)
		if (strcmp(snapshot->conf->sensors[i].name, name) == 0)
			index = snapshot->conf->sensors[i].index;
	hub_put(bench->hub, snapshot);
	return index;
}

static struct live_sensor
live_of(struct bench *bench, uint32_t index)
{
	const struct snapshot *snapshot = hub_get(bench->hub);
	const struct conf_sensor *sensor = conf_sensor(snapshot->conf, index);
	struct live_sensor live;

	assert_non_null(sensor);
	live = snapshot->live->sensors[sensor - snapshot->conf->sensors];
	hub_put(bench->hub, snapshot);
	return live;
}

static struct live_agent
agent_of(struct bench *bench)
{
	const struct snapshot *snapshot = hub_get(bench->hub);
	struct live_agent agent = snapshot->agent;

	hub_put(bench->hub, snapshot);
	return agent;
}

/* One report with one sample, taken now, under the configuration of `generation`; a turn. */
static void
report(struct bench *bench, uint32_t generation, uint32_t sensor, struct reading reading)
{
	struct bus_report *report = fixture_report(sensor, 1, reading, bench->now.boottime_ms);

	report->generation = generation;
	bench_report(bench, report);
}

static void
indices_hold_over_reordering_and_are_never_reused(void **state)
{
	struct bench *bench = *state;
	uint32_t a, b, c;

	bench_configure(bench, conf_of((const char *const[]){ "a", "b", "c", NULL }));
	a = index_of(bench, "a");
	b = index_of(bench, "b");
	c = index_of(bench, "c");
	assert_true(a != b && b != c && a != c && a != 0);
	assert_int_equal(bench->applied_generation, 1);
	bench_configure(bench, conf_of((const char *const[]){ "c", "d", "a", NULL }));
	assert_int_equal(index_of(bench, "a"), a);
	assert_int_equal(index_of(bench, "c"), c);
	assert_int_equal(index_of(bench, "b"), 0);
	assert_int_not_equal(index_of(bench, "d"), b);
	assert_int_equal(agent_of(bench).next_sensor_index, index_of(bench, "d") + 1);
	bench_configure(bench, conf_of((const char *const[]){ "b", NULL }));
	assert_int_equal(index_of(bench, "b"), b);
	assert_int_equal(bench->applied_generation, 3);
}

static struct conf *
conf_with_mail(const char *const *hosts, const char *const *contacts)
{
	struct conf *conf = conf_of((const char *const[]){ NULL });

	for (; *hosts != NULL; hosts++)
		text_copy(conf_add_relay(conf)->host, CONF_TEXT_SIZE, *hosts);
	for (; *contacts != NULL; contacts++)
		text_copy(conf_add_contact(conf)->name, CONF_NAME_SIZE, *contacts);
	return conf;
}

/* The letters of the hosts by index, from 1; a dash: none. */
static void
relays_are(struct bench *bench, const char *wanted)
{
	const struct snapshot *snapshot = hub_get(bench->hub);
	char hosts[5] = "";

	for (uint32_t index = 1; index <= 4; index++) {
		const struct conf_relay *relay = conf_relay(snapshot->conf, index);

		hosts[index - 1] = relay != NULL ? relay->host[0] : '-';
	}
	assert_string_equal(hosts, wanted);
	hub_put(bench->hub, snapshot);
}

static void
relays_and_contacts_keep_their_indices(void **state)
{
	struct bench *bench = *state;
	const struct snapshot *snapshot;
	struct conf *copy;

	bench_configure(bench, conf_with_mail((const char *const[]){ "a", "b", "a", NULL },
				   (const char *const[]){ "ops", "on call", NULL }));
	relays_are(bench, "aba-");
	bench_configure(bench, conf_with_mail((const char *const[]){ "c", "a", NULL },
				   (const char *const[]){ "on call", NULL }));
	relays_are(bench, "a--c");
	snapshot = hub_get(bench->hub);
	assert_int_equal(conf_relay(snapshot->conf, 4)->rank, 1);
	assert_string_equal(conf_contact(snapshot->conf, 2)->name, "on call");
	assert_null(conf_contact(snapshot->conf, 1));
	copy = conf_copy(snapshot->conf);
	hub_put(bench->hub, snapshot);
	text_copy(copy->relays[0].host, CONF_TEXT_SIZE, "d"); /* as by SET */
	bench_configure(bench, copy);
	relays_are(bench, "d--c");
}

static uint32_t
events_listed(struct bench *bench)
{
	const struct snapshot *snapshot = hub_get(bench->hub);
	uint32_t count = snapshot->events->last_seq - snapshot->events->first_seq + 1;

	hub_put(bench->hub, snapshot);
	return count;
}

/* Each configuration is an event. */
static void
as_many_events_are_kept_as_the_setting_says(void **state)
{
	struct bench *bench = *state;
	struct conf *conf;

	for (int i = 0; i < 150; i++)
		bench_configure(bench, conf_of((const char *const[]){ NULL }));
	assert_int_equal(events_listed(bench), 150);
	for (uint32_t maximum = 110; maximum >= 100; maximum -= 10) {
		conf = conf_of((const char *const[]){ NULL });
		conf->event.maximum = maximum;
		bench_configure(bench, conf);
		assert_int_equal(events_listed(bench), maximum);
	}
}

/* Of the snapshot: the one of this index; NULL: none. */
static const struct conf_entity *
entity_of(const struct snapshot *snapshot, uint32_t index)
{
	for (size_t i = 0; i < snapshot->conf->entity_count; i++)
		if (snapshot->conf->entities[i].index == index)
			return &snapshot->conf->entities[i];
	return NULL;
}

static uint32_t
entity_index_of(struct bench *bench, const char *name)
{
	const struct snapshot *snapshot = hub_get(bench->hub);
	uint32_t index = 0;

	for (size_t i = 0; i < snapshot->conf->sensor_count; i++) {
		const struct conf_sensor *sensor = &snapshot->conf->sensors[i];

		if (strcmp(sensor->name, name) != 0)
			continue;
		index = sensor->entity_index;
		assert_non_null(entity_of(snapshot, index));
		assert_int_equal(entity_of(snapshot, index)->at, i);
	}
	hub_put(bench->hub, snapshot);
	return index;
}

static void
entities_count_from_a_million_or_another_base(void **state)
{
	struct bench *bench = *state;
	const struct snapshot *snapshot;
	struct conf *conf;

	bench_configure(bench, conf_of((const char *const[]){ "a", "b", NULL }));
	snapshot = hub_get(bench->hub);
	assert_int_equal(snapshot->conf->entity_index, 1000000);
	assert_int_equal(snapshot->conf->buses[0].entity_index, 1000001);
	hub_put(bench->hub, snapshot);
	assert_int_equal(entity_index_of(bench, "a"), 1000002);
	assert_int_equal(entity_index_of(bench, "b"), 1000003);
	bench_configure(bench, conf_of((const char *const[]){ "c", "b", NULL }));
	assert_int_equal(entity_index_of(bench, "b"), 1000003);
	assert_int_equal(entity_index_of(bench, "c"), 1000004);
	conf = conf_of((const char *const[]){ "b", "a", "d", NULL });
	conf->agent.entity_base = 500;
	bench_configure(bench, conf);
	assert_int_equal(entity_index_of(bench, "a"), 502);
	assert_int_equal(entity_index_of(bench, "b"), 503);
	assert_int_equal(entity_index_of(bench, "c"), 0);
	assert_int_equal(entity_index_of(bench, "d"), 505);
}

static void
only_what_entities_show_is_a_change_of_them(void **state)
{
	struct bench *bench = *state;
	struct conf *conf;

	bench_configure(bench, conf_of((const char *const[]){ "a", NULL }));
	assert_int_equal(agent_of(bench).entities_changed_ms, BENCH_START_MS);
	bench_tick(bench, 1000);
	conf = conf_of((const char *const[]){ "a", NULL });
	conf->sensors[0].limit_milli[LIMIT_HIGH_WARNING] = 27000;
	bench_configure(bench, conf);
	assert_int_equal(agent_of(bench).entities_changed_ms, BENCH_START_MS);
	bench_tick(bench, 1000);
	bench_configure(bench, conf_of((const char *const[]){ "a", "b", NULL }));
	assert_int_equal(agent_of(bench).entities_changed_ms, BENCH_START_MS + 2000);
}

static void
a_sample_becomes_a_value(void **state)
{
	static const struct {
		const char *what;
		struct reading reading;
		enum quantity quantity;
		enum fault_reason reason;
		int32_t value;
	} cases[] = {
		{ "raw x gain + offset", { FAULT_NONE, { RAW_INT, { .i = 215 } } },
		    QUANTITY_TEMPERATURE, FAULT_NONE, 22500 },
		{ "below absolute zero", { FAULT_NONE, { RAW_INT, { .i = -2800 } } },
		    QUANTITY_TEMPERATURE, FAULT_OUT_OF_RANGE, 0 },
		{ "too humid", { FAULT_NONE, { RAW_INT, { .i = 1015 } } }, QUANTITY_HUMIDITY,
		    FAULT_OUT_OF_RANGE, 0 },
		{ "not a number", { FAULT_NONE, { RAW_REAL, { .d = __builtin_nan("") } } },
		    QUANTITY_TEMPERATURE, FAULT_IMPLAUSIBLE, 0 },
		{ "the driver's word", { .reason = FAULT_BAD_REPLY }, QUANTITY_TEMPERATURE,
		    FAULT_BAD_REPLY, 0 },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf *conf = fixture_conf("", 1000);
		struct conf_sensor *sensor;
		struct live_sensor live;
		char name[16];

		snprintf(name, sizeof(name), "case %zu", i);
		sensor = fixture_sensor(conf, 0, name);
		sensor->quantity = cases[i].quantity;
		sensor->gain_micro = SCALE_GAIN_ONE / 10;
		sensor->offset_milli = 1000;
		sensor->fault_count = 1;
		sensor->fault_delay_ms = 0;
		bench_configure(bench, conf);
		report(bench, bench->applied_generation, index_of(bench, name), cases[i].reading);
		live = live_of(bench, index_of(bench, name));
		assert_int_equal(live.reason, cases[i].reason);
		assert_int_equal(
		    live.quality, cases[i].reason == FAULT_NONE ? QUALITY_GOOD : QUALITY_FAULT);
		assert_int_equal(live.errors, cases[i].reason != FAULT_NONE);
		assert_int_equal(live.reads, 1);
		if (cases[i].reason == FAULT_NONE)
			assert_int_equal(live.value_milli, cases[i].value);
	}
}

static void
a_reload_leaves_alone_what_stays_the_same(void **state)
{
	struct bench *bench = *state;
	struct conf *conf;
	uint32_t a, b;

	bench_configure(bench, conf_of((const char *const[]){ "a", "b", NULL }));
	a = index_of(bench, "a");
	b = index_of(bench, "b");
	report(bench, 1, a, fixture_milli(21500));
	report(bench, 1, b, fixture_milli(22500));
	conf = conf_of((const char *const[]){ "b", "a", NULL });
	conf->sensors[1].limit_milli[LIMIT_HIGH_WARNING] = 27000;
	text_copy(conf->sensors[0].address, CONF_ADDRESS_SIZE, "elsewhere");
	bench_configure(bench, conf);
	assert_int_equal(live_of(bench, a).quality, QUALITY_GOOD);
	assert_int_equal(live_of(bench, a).reads, 1);
	assert_int_equal(live_of(bench, a).value_milli, 21500);
	assert_int_equal(live_of(bench, b).quality, QUALITY_UNKNOWN);
	assert_int_equal(live_of(bench, b).reads, 0);
	report(bench, 1, b, fixture_milli(22500)); /* was under way: it is of the old address */
	assert_int_equal(live_of(bench, b).quality, QUALITY_UNKNOWN);
	bench->now.boottime_ms += 200;
	report(
	    bench, 1, a, fixture_milli(21600)); /* was under way too: a means the same as before */
	assert_int_equal(live_of(bench, a).reads, 2);
	report(bench, 2, b, fixture_milli(-3000));
	assert_int_equal(live_of(bench, b).value_milli, -3000);
}

static void
silence_ends_in_fault_and_out_of_service_does_not(void **state)
{
	struct bench *bench = *state;
	struct conf *conf = conf_of((const char *const[]){ "a", "b", NULL });
	uint32_t a, b;

	conf->sensors[1].admin_state = ADMIN_DISABLED;
	bench_configure(bench, conf);
	a = index_of(bench, "a");
	b = index_of(bench, "b");
	assert_int_equal(agent_of(bench).overall, SEVERITY_UNKNOWN);
	report(bench, 1, a, fixture_milli(21500));
	assert_int_equal(agent_of(bench).overall, SEVERITY_OK);
	assert_int_equal(live_of(bench, b).suppression, SUPPRESSION_OUT_OF_SERVICE);
	bench_tick(bench, 30000);
	assert_int_equal(live_of(bench, a).quality, QUALITY_GOOD);
	bench_tick(bench, 1000);
	assert_int_equal(live_of(bench, a).quality, QUALITY_FAULT);
	assert_int_equal(live_of(bench, a).reason, FAULT_STALE);
	assert_int_equal(live_of(bench, a).severity, SEVERITY_UNKNOWN);
	assert_int_equal(agent_of(bench).sensors_in_fault, 1);
	assert_int_equal(agent_of(bench).overall, SEVERITY_CRITICAL); /* of the fault's alarm */
	bench_tick(bench, 600000);
	assert_int_equal(live_of(bench, b).quality, QUALITY_UNKNOWN);
}

static void
back_in_service_starts_afresh(void **state)
{
	struct bench *bench = *state;
	struct conf *conf;
	uint32_t a;

	bench_configure(bench, conf_of((const char *const[]){ "a", NULL }));
	a = index_of(bench, "a");
	report(bench, 1, a, fixture_milli(21500));
	conf = conf_of((const char *const[]){ "a", NULL });
	conf->sensors[0].admin_state = ADMIN_DISABLED;
	bench_configure(bench, conf);
	assert_int_equal(live_of(bench, a).quality, QUALITY_UNKNOWN);
	report(bench, 2, a, fixture_milli(30000));
	assert_int_equal(live_of(bench, a).reads, 1);
	bench_tick(bench, 100000);
	bench_configure(bench, conf_of((const char *const[]){ "a", NULL }));
	bench_tick(bench, 59000);
	assert_int_equal(live_of(bench, a).quality, QUALITY_UNKNOWN);
	report(bench, 3, a, fixture_milli(20000));
	assert_int_equal(live_of(bench, a).quality, QUALITY_GOOD);
	assert_int_equal(live_of(bench, a).reads, 2);
}

static void
values_are_published_every_100_ms_and_news_at_once(void **state)
{
	struct bench *bench = *state;
	uint32_t a;

	bench_configure(bench, conf_of((const char *const[]){ "a", NULL }));
	a = index_of(bench, "a");
	report(bench, 1, a, fixture_milli(21000)); /* unknown -> good: news */
	assert_int_equal(live_of(bench, a).value_milli, 21000);
	bench->now.boottime_ms += 50;
	report(bench, 1, a, fixture_milli(22000));
	assert_int_equal(live_of(bench, a).value_milli, 21000);
	assert_int_equal(engine_publish_due_ms(bench->engine), BENCH_START_MS + 100);
	bench->now.boottime_ms += 10;
	report(bench, 1, a, reading_bad(FAULT_NO_REPLY)); /* good -> suspect: news */
	assert_int_equal(live_of(bench, a).value_milli, 22000);
	assert_int_equal(live_of(bench, a).quality, QUALITY_SUSPECT);
	assert_int_equal(engine_publish_due_ms(bench->engine), INT64_MAX);
}

static void
a_snapshot_that_somebody_holds_never_changes(void **state)
{
	struct bench *bench = *state;
	const struct snapshot *held;
	uint32_t a;

	bench_configure(bench, conf_of((const char *const[]){ "a", NULL }));
	a = index_of(bench, "a");
	report(bench, 1, a, fixture_milli(21000));
	held = hub_get(bench->hub);
	for (int i = 0; i < 5; i++) {
		bench->now.boottime_ms += 200;
		report(bench, 1, a, fixture_milli(22000 + i));
	}
	bench_configure(bench, conf_of((const char *const[]){ "b", NULL }));
	assert_int_equal(held->live->sensors[0].value_milli, 21000);
	assert_string_equal(held->conf->sensors[0].name, "a");
	hub_put(bench->hub, held);
}

static void
the_heartbeat_counts_seconds(void **state)
{
	struct bench *bench = *state;

	bench_configure(bench, conf_of((const char *const[]){ "a", NULL }));
	assert_int_equal(engine_tick_due_ms(bench->engine), BENCH_START_MS + 1000);
	for (int i = 0; i < 7; i++)
		bench_tick(bench, 1000);
	assert_int_equal(agent_of(bench).heartbeat, 7);
	assert_int_equal(engine_tick_due_ms(bench->engine), BENCH_START_MS + 8000);
}

static enum bus_state
bus_state_of(struct bench *bench)
{
	const struct snapshot *snapshot = hub_get(bench->hub);
	enum bus_state bus_state = snapshot->live->buses[0].state;

	hub_put(bench->hub, snapshot);
	return bus_state;
}

static void
a_bus_whose_driver_hangs_is_down(void **state)
{
	struct bench *bench = *state;
	uint32_t a;

	bench_configure(bench, conf_of((const char *const[]){ "a", NULL }));
	a = index_of(bench, "a");
	report(bench, 1, a, fixture_milli(21000));
	bench_tick(bench, 120000);
	assert_int_equal(bus_state_of(bench), BUS_UP); /* one slow request may take as long */
	bench_tick(bench, 1000);
	assert_int_equal(bus_state_of(bench), BUS_DOWN);
	report(bench, 1, a, fixture_milli(21000));
	assert_int_equal(bus_state_of(bench), BUS_UP);
}

static void
minimum_and_maximum_follow(void **state)
{
	struct bench *bench = *state;
	uint32_t a;

	bench_configure(bench, conf_of((const char *const[]){ "a", NULL }));
	a = index_of(bench, "a");
	assert_false(live_of(bench, a).has_good);
	report(bench, 1, a, fixture_milli(21000));
	bench->now.boottime_ms += 200;
	report(bench, 1, a, fixture_milli(-5000));
	bench->now.boottime_ms += 200;
	report(bench, 1, a, fixture_milli(30000));
	assert_int_equal(live_of(bench, a).minimum_milli, -5000);
	assert_int_equal(live_of(bench, a).maximum_milli, 30000);
}

/* Kept over a reload that leaves the sensor what it is; a humidity has none. */
static void
a_temperature_has_a_day_and_a_trend(void **state)
{
	struct bench *bench = *state;
	const char *const names[] = { "a", NULL };
	struct conf *conf;
	uint32_t a;

	bench_configure(bench, conf_of(names));
	a = index_of(bench, "a");
	for (int32_t minute = 0; minute <= 20; minute++) {
		report(bench, 1, a, fixture_milli(20000 + 100 * minute));
		assert_int_equal(live_of(bench, a).has_trend, minute >= 15);
		bench_tick(bench, 60000);
	}
	bench_configure(bench, conf_of(names));
	assert_true(live_of(bench, a).has_trend);
	assert_int_equal(live_of(bench, a).trend_milli, 6000);
	report(bench, 2, a, fixture_milli(30000));
	assert_int_equal(live_of(bench, a).day_minimum_milli, 20000);
	assert_int_equal(live_of(bench, a).day_maximum_milli, 30000);
	bench_tick(bench, 25 * 3600000);
	assert_false(live_of(bench, a).has_trend);
	assert_false(live_of(bench, a).has_day);

	conf = conf_of(names);
	conf->sensors[0].quantity = QUANTITY_HUMIDITY;
	bench_configure(bench, conf);
	report(bench, 3, a, fixture_milli(30000));
	assert_true(live_of(bench, a).has_good);
	assert_false(live_of(bench, a).has_day);
}

#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ENGINE_TEST(indices_hold_over_reordering_and_are_never_reused),
		ENGINE_TEST(relays_and_contacts_keep_their_indices),
		ENGINE_TEST(as_many_events_are_kept_as_the_setting_says),
		ENGINE_TEST(entities_count_from_a_million_or_another_base),
		ENGINE_TEST(only_what_entities_show_is_a_change_of_them),
		ENGINE_TEST(a_sample_becomes_a_value),
		ENGINE_TEST(a_reload_leaves_alone_what_stays_the_same),
		ENGINE_TEST(silence_ends_in_fault_and_out_of_service_does_not),
		ENGINE_TEST(back_in_service_starts_afresh),
		ENGINE_TEST(values_are_published_every_100_ms_and_news_at_once),
		ENGINE_TEST(a_snapshot_that_somebody_holds_never_changes),
		ENGINE_TEST(the_heartbeat_counts_seconds),
		ENGINE_TEST(a_bus_whose_driver_hangs_is_down),
		ENGINE_TEST(minimum_and_maximum_follow),
		ENGINE_TEST(a_temperature_has_a_day_and_a_trend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
