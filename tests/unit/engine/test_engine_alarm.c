/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/text.h"
#include "engine/engine.h"
#include "tests/unit/fixture.h"
#include "tests/unit/unit.h"

/* Alarms and events of the real engine on a real database; a restart is one as after kill -9. */
#define START 5000000

struct bench {
	char folder[32];
	struct store *store;
	struct hub *hub;
	struct engine *engine;
	struct moment now;
	const struct snapshot *seen; /* the last one that look() took */
};

static void
begin(struct bench *bench)
{
	struct engine_effects effects = { 0 };
	struct err err;

	if (store_open(bench->folder, &bench->store, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(hub_new(&bench->hub), 0);
	assert_int_equal(
	    engine_new(bench->store, bench->hub, &effects, &bench->now, &bench->engine), 0);
}

static void
end(struct bench *bench)
{
	hub_put(bench->hub, bench->seen);
	bench->seen = NULL;
	engine_free(bench->engine);
	hub_free(bench->hub);
	store_close(bench->store);
}

static int
set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	text_copy(bench->folder, sizeof(bench->folder), "/tmp/test_engine.XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	bench->now =
	    (struct moment){ .boot_id = "boot", .boottime_ms = START, .wall_ms = 1700000000000 };
	begin(bench);
	*state = bench;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench *bench = *state;
	char command[64];

	end(bench);
	snprintf(command, sizeof(command), "rm -rf %s", bench->folder);
	assert_int_equal(system(command), 0);
	free(bench);
	return 0;
}

static const struct snapshot *
look(struct bench *bench)
{
	hub_put(bench->hub, bench->seen);
	bench->seen = hub_get(bench->hub);
	return bench->seen;
}

/* Sensors that alarm at the first sample: critical at 30, warning at 27. */
static struct conf *
quick_conf(unsigned count)
{
	struct conf *conf = fixture_conf("", 1000);
	char name[16];

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
		sensor->fault_count = 1;
		sensor->fault_delay_ms = 0;
	}
	return conf;
}

static void
configure(struct bench *bench, struct conf *conf)
{
	struct err err;

	if (engine_configure(bench->engine, conf, &bench->now, &err) < 0)
		fail_msg("%s", err.text);
}

static void
restart(struct bench *bench, struct conf *conf)
{
	end(bench);
	begin(bench);
	configure(bench, conf);
}

static void
pass(struct bench *bench, int64_t ms)
{
	bench->now.boottime_ms += ms;
	bench->now.wall_ms += ms;
}

/* All sensors 1..count of the bus read the same; a turn, one second later than the last. */
static void
report(struct bench *bench, unsigned count, struct reading reading, enum bus_state state)
{
	struct bus_report *report = calloc(1, sizeof(*report) + count * sizeof(report->samples[0]));
	struct chan_message message = { .kind = ENGINE_REPORT, .data = report };

	pass(bench, 1000);
	report->bus = 1;
	report->generation = 1000;
	report->state = state;
	report->count = count;
	for (unsigned i = 0; i < count; i++)
		report->samples[i] = (struct sample){ i + 1, reading, bench->now.boottime_ms };
	engine_step(bench->engine, &message, &bench->now);
	engine_turn_end(bench->engine, &bench->now);
}

static void
reads(struct bench *bench, int64_t value)
{
	report(bench, 1, reading_good((struct raw){ .kind = RAW_MILLI, .i = value }), BUS_UP);
}

static const struct record *
event(struct bench *bench, uint32_t seq)
{
	const struct event_view *view = look(bench)->events;

	if (seq < view->first_seq || seq > view->last_seq)
		fail_msg("there is no event %u, the last is %u", seq, view->last_seq);
	assert_int_equal(event_view_at(view, seq - view->first_seq)->seq, seq);
	return event_view_at(view, seq - view->first_seq);
}

/* From `seq` on there are exactly events of these kinds; 0 behind the last. */
static void
assert_events(struct bench *bench, uint32_t seq, const enum event_kind *kinds)
{
	for (; *kinds != 0; kinds++, seq++)
		assert_int_equal(event(bench, seq)->kind, *kinds);
	assert_int_equal(look(bench)->events->last_seq, seq - 1);
}
#define ASSERT_EVENTS(bench, seq, ...) \
	assert_events(bench, seq, (const enum event_kind[]){ __VA_ARGS__, 0 })

static void
a_crossing_is_an_alarm_from_raise_to_clear(void **state)
{
	struct bench *bench = *state;
	const struct alarm_row *row;

	configure(bench, quick_conf(1));
	reads(bench, 25000);
	ASSERT_EVENTS(bench, 1, EVENT_AGENT_START);
	assert_int_equal(look(bench)->alarms->count, 0);
	reads(bench, 28000);
	ASSERT_EVENTS(bench, 2, EVENT_RAISE);
	assert_int_equal(event(bench, 2)->value_milli, 28000);
	assert_int_equal(event(bench, 2)->wall_ms, bench->now.wall_ms);
	assert_string_equal(event(bench, 2)->source, "s0001");
	row = &look(bench)->alarms->rows[0];
	assert_int_equal(row->alarm.id, 1);
	assert_int_equal(row->raised_seq, 2);
	assert_int_equal(row->raised_wall_ms, bench->now.wall_ms);
	assert_int_equal(look(bench)->agent.overall, SEVERITY_WARNING);
	assert_int_equal(look(bench)->agent.alarms_active, 1);
	assert_int_equal(look(bench)->agent.alarms_unacknowledged, 1);
	reads(bench, 31000);
	reads(bench, 30500);
	ASSERT_EVENTS(bench, 3, EVENT_ESCALATE);
	row = &look(bench)->alarms->rows[0];
	assert_int_equal(row->alarm.peak_milli, 31000);
	assert_int_equal(row->alarm.value_milli, 30500);
	assert_int_equal(row->alarm.severity, SEVERITY_CRITICAL);
	assert_int_equal(look(bench)->live->sensors[0].zone, ZONE_HIGH_CRITICAL);
	assert_int_equal(look(bench)->live->sensors[0].severity, SEVERITY_CRITICAL);
	reads(bench, 20000);
	ASSERT_EVENTS(bench, 4, EVENT_CLEAR);
	assert_int_equal(event(bench, 4)->alarm_id, 1);
	assert_int_equal(look(bench)->alarms->count, 0);
	assert_int_equal(look(bench)->agent.overall, SEVERITY_OK);
}

static void
a_restart_neither_repeats_nor_forgets(void **state)
{
	struct bench *bench = *state;

	configure(bench, quick_conf(1));
	reads(bench, 31000);
	ASSERT_EVENTS(bench, 1, EVENT_AGENT_START, EVENT_RAISE);
	restart(bench, quick_conf(1));
	ASSERT_EVENTS(bench, 3, EVENT_AGENT_START);
	assert_int_equal(event(bench, 3)->numbers[0], 1); /* active */
	assert_int_equal(event(bench, 3)->numbers[1], 1); /* had not ended well */
	assert_int_equal(look(bench)->alarms->rows[0].raised_seq, 2);
	assert_int_equal(look(bench)->live->sensors[0].zone, ZONE_HIGH_CRITICAL);
	assert_int_equal(look(bench)->live->sensors[0].severity, SEVERITY_UNKNOWN);
	reads(bench, 31000);
	ASSERT_EVENTS(bench, 3, EVENT_AGENT_START);
	restart(bench, quick_conf(1));
	reads(bench, 20000);
	ASSERT_EVENTS(bench, 4, EVENT_AGENT_START, EVENT_CLEAR);
	assert_true(event(bench, 5)->during_downtime);
	assert_int_equal(event(bench, 5)->alarm_id, 1);
	reads(bench, 31000);
	assert_int_equal(event(bench, 6)->alarm_id, 2); /* ids go on */
	assert_memory_equal(&event(bench, 2)->source, "s0001", 6);
}

/* The clock is another one; ids, zone, history and the time of the raise stay. */
static void
a_reboot_is_a_restart(void **state)
{
	struct bench *bench = *state;
	int64_t raised_ms;

	configure(bench, quick_conf(1));
	reads(bench, 31000);
	raised_ms = bench->now.wall_ms;
	text_copy(bench->now.boot_id, sizeof(bench->now.boot_id), "another boot");
	bench->now.boottime_ms = START + 3600000;
	bench->now.wall_ms += 60000;
	restart(bench, quick_conf(1));
	reads(bench, 31000);
	ASSERT_EVENTS(bench, 3, EVENT_AGENT_START);
	assert_int_equal(look(bench)->alarms->rows[0].raised_wall_ms, raised_ms);
	reads(bench, 20000);
	ASSERT_EVENTS(bench, 4, EVENT_CLEAR);
	assert_int_equal(event(bench, 4)->wall_ms, bench->now.wall_ms);
	for (int i = 0; i < 2; i++) {
		reads(bench, 31000);
		reads(bench, 20000);
	}
	/* the raise before the boot is the first of four within 15 minutes */
	reads(bench, 31000);
	ASSERT_EVENTS(bench, 9, EVENT_RAISE, EVENT_CHATTER);
}

static void
an_end_in_order_is_told(void **state)
{
	struct bench *bench = *state;
	struct chan_message stop = { .kind = ENGINE_STOP };

	configure(bench, quick_conf(1));
	engine_step(bench->engine, &stop, &bench->now);
	engine_turn_end(bench->engine, &bench->now);
	restart(bench, quick_conf(1));
	ASSERT_EVENTS(bench, 1, EVENT_AGENT_START, EVENT_AGENT_STOP, EVENT_AGENT_START);
	assert_int_equal(event(bench, 1)->numbers[1], 0);
	assert_int_equal(event(bench, 3)->numbers[1], 0);
}

/* As a notification will say it, whenever it is sent. */
static void
an_event_keeps_how_it_left_the_sensor(void **state)
{
	struct bench *bench = *state;
	struct conf *conf = quick_conf(1);

	configure(bench, quick_conf(1));
	reads(bench, 31000);
	reads(bench, 20000);
	reads(bench, 28000);
	restart(bench, quick_conf(1));
	assert_int_equal(event(bench, 1)->sensor_severity, 0);
	assert_int_equal(event(bench, 2)->sensor_severity, SEVERITY_CRITICAL);
	assert_int_equal(event(bench, 2)->sensor_value_milli, 31000);
	assert_int_equal(event(bench, 3)->sensor_severity, SEVERITY_OK);
	assert_int_equal(event(bench, 3)->sensor_value_milli, 20000);
	/* another address: nothing is known of it; gone: nobody has to wait for it */
	text_copy(conf->sensors[0].address, CONF_ADDRESS_SIZE, "elsewhere");
	configure(bench, conf);
	assert_int_equal(event(bench, 7)->kind, EVENT_CLEAR);
	assert_int_equal(event(bench, 7)->sensor_severity, SEVERITY_UNKNOWN);
	assert_false(event(bench, 7)->has_sensor_value);
	reads(bench, 28000);
	report(bench, 1, reading_good((struct raw){ .kind = RAW_MILLI, .i = 28000 }), BUS_UP);
	configure(bench, quick_conf(0));
	assert_int_equal(event(bench, 10)->kind, EVENT_CLEAR);
	assert_int_equal(event(bench, 10)->sensor_severity, SEVERITY_OK);
	assert_false(event(bench, 10)->has_sensor_value);
}

static struct conf *
with_levels(uint8_t enabled)
{
	struct conf *conf = quick_conf(1);

	conf->sensors[0].limits_enabled = enabled;
	return conf;
}

static struct conf *
elsewhere(void)
{
	struct conf *conf = quick_conf(1);

	text_copy(conf->sensors[0].address, CONF_ADDRESS_SIZE, "elsewhere");
	return conf;
}

static struct conf *
another(void)
{
	struct conf *conf = quick_conf(1);

	text_copy(conf->sensors[0].name, CONF_NAME_SIZE, "another");
	return conf;
}

/* At run time and over a restart alike. */
static void
what_is_configured_away_clears(void **state)
{
	struct bench *bench = *state;

	for (int is_restart = 0; is_restart < 2; is_restart++) {
		for (int way = 0; way < 4; way++) {
			struct conf *conf = way == 0   ? with_levels(LIMIT_BIT(LIMIT_HIGH_WARNING))
			                    : way == 1 ? with_levels(0)
			                    : way == 2 ? another()
			                               : elsewhere();
			uint32_t seq;

			restart(bench, quick_conf(1));
			reads(bench, 31000);
			seq = look(bench)->events->last_seq;
			assert_int_equal(look(bench)->alarms->count, 1);
			if (is_restart)
				restart(bench, conf);
			else
				configure(bench, conf);
			ASSERT_EVENTS(bench, seq + 1,
			    is_restart ? EVENT_AGENT_START : EVENT_CONFIG_CHANGE,
			    way == 0 ? EVENT_DEESCALATE : EVENT_CLEAR);
			assert_true(event(bench, seq + 2)->is_config_change);
			assert_string_equal(event(bench, seq + 2)->source, "s0001");
			assert_int_equal(look(bench)->alarms->count, way == 0);
			/* stored, too: not once more */
			restart(bench, another());
			ASSERT_EVENTS(
			    bench, seq + 3, EVENT_AGENT_START, way == 0 ? EVENT_CLEAR : 0);
		}
	}
}

static void
a_lost_bus_is_one_alarm(void **state)
{
	struct bench *bench = *state;

	configure(bench, quick_conf(40));
	report(bench, 40, reading_good((struct raw){ .kind = RAW_MILLI, .i = 20000 }), BUS_UP);
	report(bench, 40, reading_bad(FAULT_BUS_DOWN), BUS_DOWN);
	ASSERT_EVENTS(bench, 2, EVENT_BUS_RAISE);
	assert_string_equal(event(bench, 2)->source, "line");
	assert_int_equal(look(bench)->alarms->count, 1);
	assert_int_equal(look(bench)->alarms->rows[0].alarm.kind, ALARM_BUS);
	assert_int_equal(look(bench)->agent.overall, SEVERITY_CRITICAL);
	assert_int_equal(look(bench)->live->sensors[39].quality, QUALITY_FAULT);
	assert_int_equal(look(bench)->live->sensors[39].suppression, SUPPRESSION_BY_PARENT);
	restart(bench, quick_conf(40));
	report(bench, 40, reading_bad(FAULT_BUS_DOWN), BUS_DOWN);
	ASSERT_EVENTS(bench, 3, EVENT_AGENT_START);
	assert_int_equal(look(bench)->live->sensors[39].suppression, SUPPRESSION_BY_PARENT);
	report(bench, 40, reading_good((struct raw){ .kind = RAW_MILLI, .i = 20000 }), BUS_UP);
	ASSERT_EVENTS(bench, 4, EVENT_BUS_CLEAR);
	assert_int_equal(look(bench)->alarms->count, 0);
	assert_int_equal(look(bench)->live->sensors[39].suppression, SUPPRESSION_NONE);
	assert_int_equal(look(bench)->agent.overall, SEVERITY_OK);
}

static void
a_disabled_bus_has_no_alarm(void **state)
{
	struct bench *bench = *state;
	struct conf *conf = quick_conf(2);

	configure(bench, quick_conf(2));
	report(bench, 2, reading_bad(FAULT_BUS_DOWN), BUS_DOWN);
	conf->buses[0].admin_state = ADMIN_DISABLED;
	configure(bench, conf);
	ASSERT_EVENTS(bench, 3, EVENT_CONFIG_CHANGE, EVENT_BUS_CLEAR);
	assert_int_equal(look(bench)->live->sensors[1].suppression, SUPPRESSION_OUT_OF_SERVICE);
	configure(bench, quick_conf(2));
	assert_int_equal(look(bench)->live->sensors[1].suppression, SUPPRESSION_NONE);
}

static void
a_latched_alarm_stays_listed_over_a_restart(void **state)
{
	struct bench *bench = *state;

	for (int is_again = 0; is_again < 2; is_again++) {
		struct conf *conf = quick_conf(1);

		conf->sensors[0].latch = true;
		if (is_again) {
			restart(bench, conf);
		} else {
			configure(bench, conf);
			reads(bench, 31000);
			reads(bench, 20000);
		}
		assert_int_equal(look(bench)->alarms->count, 1);
		assert_int_equal(look(bench)->alarms->rows[0].alarm.state, ALARM_LATCHED);
		assert_int_equal(look(bench)->agent.alarms_active, 0);
		assert_int_equal(
		    look(bench)->agent.overall, is_again ? SEVERITY_UNKNOWN : SEVERITY_OK);
	}
}

/* More than wait at once: several transactions, and what is beyond the maximum goes. */
static void
a_storm_is_told_whole_and_the_oldest_go(void **state)
{
	struct bench *bench = *state;

	configure(bench, quick_conf(5000));
	report(bench, 5000, reading_good((struct raw){ .kind = RAW_MILLI, .i = 31000 }), BUS_UP);
	assert_int_equal(look(bench)->events->last_seq, 5001);
	assert_int_equal(look(bench)->alarms->count, 5000);
	assert_int_equal(look(bench)->agent.alarms_active, 5000);
	report(bench, 5000, reading_good((struct raw){ .kind = RAW_MILLI, .i = 20000 }), BUS_UP);
	assert_int_equal(look(bench)->alarms->count, 0);
	assert_int_equal(look(bench)->events->last_seq, 10001);
	assert_int_equal(look(bench)->events->first_seq, 2);
	restart(bench, quick_conf(1));
	assert_int_equal(look(bench)->events->last_seq, 10002);
	assert_int_equal(look(bench)->events->first_seq, 3);
	for (uint32_t seq = 3; seq <= 10002; seq++)
		event(bench, seq);
}

static void
a_quiet_sample_writes_nothing(void **state)
{
	struct bench *bench = *state;
	char path[64];
	FILE *wal;
	long before;

	configure(bench, quick_conf(10));
	snprintf(path, sizeof(path), "%s/envsensord.db-wal", bench->folder);
	wal = fopen(path, "r");
	assert_non_null(wal);
	fseek(wal, 0, SEEK_END);
	before = ftell(wal);
	for (int i = 0; i < 100; i++)
		report(bench, 10, reading_good((struct raw){ .kind = RAW_MILLI, .i = 20000 + i }),
		    BUS_UP);
	fseek(wal, 0, SEEK_END);
	assert_int_equal(ftell(wal), before);
	fclose(wal);
}

/* A disk that takes nothing more, by a limit on the size of a file. */
static void
trouble_of_the_disk_loses_nothing(void **state)
{
	struct bench *bench = *state;
	struct rlimit limit, none;

	signal(SIGXFSZ, SIG_IGN);
	configure(bench, quick_conf(1));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	none = limit;
	none.rlim_cur = 1;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	reads(bench, 31000);
	reads(bench, 20000);
	reads(bench, 31000);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(look(bench)->agent.storage, STORAGE_FAILED);
	assert_int_equal(look(bench)->events->last_seq, 1);
	assert_int_equal(look(bench)->alarms->count, 2); /* shown all the same */
	assert_int_equal(look(bench)->alarms->rows[0].alarm.kind, ALARM_STORAGE);
	assert_int_equal(look(bench)->alarms->rows[1].raised_seq, 0);
	reads(bench, 31000);
	assert_int_equal(look(bench)->agent.storage, STORAGE_OK);
	reads(bench, 31000);
	ASSERT_EVENTS(bench, 2, EVENT_RAISE, EVENT_STORAGE_TROUBLE, EVENT_CLEAR, EVENT_RAISE,
	    EVENT_STORAGE_OK);
	assert_int_equal(look(bench)->alarms->rows[0].raised_seq, 5);
	assert_int_equal(event(bench, 2)->wall_ms, event(bench, 3)->wall_ms);
	restart(bench, quick_conf(1));
	assert_int_equal(look(bench)->alarms->count, 1);
	ASSERT_EVENTS(bench, 7, EVENT_AGENT_START);
}

static void
a_fast_change_is_an_alarm_where_it_is_wanted(void **state)
{
	struct bench *bench = *state;
	struct conf *conf = with_levels(LIMIT_BIT(LIMIT_RATE));

	conf->sensors[0].rate_limit_milli = 1000;
	configure(bench, conf);
	for (int i = 0; i < 400; i++)
		reads(bench, 20000 + i * 100);
	ASSERT_EVENTS(bench, 2, EVENT_RATE_RAISE);
	conf = quick_conf(1);
	configure(bench, conf);
	ASSERT_EVENTS(bench, 3, EVENT_CONFIG_CHANGE, EVENT_RATE_CLEAR);
}

#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ENGINE_TEST(a_crossing_is_an_alarm_from_raise_to_clear),
		ENGINE_TEST(a_restart_neither_repeats_nor_forgets),
		ENGINE_TEST(a_reboot_is_a_restart),
		ENGINE_TEST(an_end_in_order_is_told),
		ENGINE_TEST(an_event_keeps_how_it_left_the_sensor),
		ENGINE_TEST(what_is_configured_away_clears),
		ENGINE_TEST(a_lost_bus_is_one_alarm),
		ENGINE_TEST(a_disabled_bus_has_no_alarm),
		ENGINE_TEST(a_latched_alarm_stays_listed_over_a_restart),
		ENGINE_TEST(a_storm_is_told_whole_and_the_oldest_go),
		ENGINE_TEST(a_quiet_sample_writes_nothing),
		ENGINE_TEST(trouble_of_the_disk_loses_nothing),
		ENGINE_TEST(a_fast_change_is_an_alarm_where_it_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
