/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "core/text.h"
#include "tests/unit/engine/engine_bench.h"
#include "tests/unit/fixture.h"
#include "tests/unit/unit.h"

/* Alarms and events. */

static struct conf *
quick_conf(unsigned count)
{
	struct conf *conf = bench_conf(count);

	for (unsigned i = 0; i < count; i++) {
		conf->sensors[i].fault_count = 1;
		conf->sensors[i].fault_delay_ms = 0;
	}
	return conf;
}

/* Sensors 1..count of the bus, one second later than the last. */
static void
report(struct bench *bench, unsigned count, struct reading reading, enum bus_state state)
{
	struct bus_report *report;

	bench_pass(bench, 1000);
	report = fixture_report(1, count, reading, bench->now.boottime_ms);
	report->state = state;
	bench_report(bench, report);
}

static void
a_crossing_is_an_alarm_from_raise_to_clear(void **state)
{
	struct bench *bench = *state;
	const struct alarm_row *row;

	bench_configure(bench, quick_conf(1));
	bench_reads(bench, 1, 25000);
	ASSERT_EVENTS(bench, 1, EVENT_AGENT_START);
	assert_int_equal(bench_look(bench)->alarms->count, 0);
	bench_reads(bench, 1, 28000);
	ASSERT_EVENTS(bench, 2, EVENT_RAISE);
	assert_int_equal(bench_event(bench, 2)->value_milli, 28000);
	assert_int_equal(bench_event(bench, 2)->wall_ms, bench->now.wall_ms);
	assert_string_equal(bench_event(bench, 2)->source, "s0001");
	row = &bench_look(bench)->alarms->rows[0];
	assert_int_equal(row->alarm.id, 1);
	assert_int_equal(row->raised_seq, 2);
	assert_int_equal(row->raised_wall_ms, bench->now.wall_ms);
	assert_int_equal(bench_look(bench)->agent.overall, SEVERITY_WARNING);
	assert_int_equal(bench_look(bench)->agent.alarms_active, 1);
	assert_int_equal(bench_look(bench)->agent.alarms_unacknowledged, 1);
	bench_reads(bench, 1, 31000);
	bench_reads(bench, 1, 30500);
	ASSERT_EVENTS(bench, 3, EVENT_ESCALATE);
	row = &bench_look(bench)->alarms->rows[0];
	assert_int_equal(row->alarm.peak_milli, 31000);
	assert_int_equal(row->alarm.value_milli, 30500);
	assert_int_equal(row->alarm.severity, SEVERITY_CRITICAL);
	assert_int_equal(bench_look(bench)->live->sensors[0].zone, ZONE_HIGH_CRITICAL);
	assert_int_equal(bench_look(bench)->live->sensors[0].severity, SEVERITY_CRITICAL);
	bench_reads(bench, 1, 20000);
	ASSERT_EVENTS(bench, 4, EVENT_CLEAR);
	assert_int_equal(bench_event(bench, 4)->alarm_id, 1);
	assert_int_equal(bench_look(bench)->alarms->count, 0);
	assert_int_equal(bench_look(bench)->agent.overall, SEVERITY_OK);
}

static void
a_restart_neither_repeats_nor_forgets(void **state)
{
	struct bench *bench = *state;

	bench_configure(bench, quick_conf(1));
	bench_reads(bench, 1, 31000);
	ASSERT_EVENTS(bench, 1, EVENT_AGENT_START, EVENT_RAISE);
	bench_restart(bench, quick_conf(1));
	ASSERT_EVENTS(bench, 3, EVENT_AGENT_START);
	assert_int_equal(bench_event(bench, 3)->numbers[0], 1); /* active */
	assert_int_equal(bench_event(bench, 3)->numbers[1], 1); /* had not ended well */
	assert_int_equal(bench_look(bench)->alarms->rows[0].raised_seq, 2);
	assert_int_equal(bench_look(bench)->live->sensors[0].zone, ZONE_HIGH_CRITICAL);
	assert_int_equal(bench_look(bench)->live->sensors[0].severity, SEVERITY_UNKNOWN);
	bench_reads(bench, 1, 31000);
	ASSERT_EVENTS(bench, 3, EVENT_AGENT_START);
	bench_restart(bench, quick_conf(1));
	bench_reads(bench, 1, 20000);
	ASSERT_EVENTS(bench, 4, EVENT_AGENT_START, EVENT_CLEAR);
	assert_true(bench_event(bench, 5)->during_downtime);
	assert_int_equal(bench_event(bench, 5)->alarm_id, 1);
	bench_reads(bench, 1, 31000);
	assert_int_equal(bench_event(bench, 6)->alarm_id, 2); /* ids go on */
	assert_memory_equal(&bench_event(bench, 2)->source, "s0001", 6);
}

/* The clock is another one; ids, zone, history and the time of the raise stay. */
static void
a_reboot_is_a_restart(void **state)
{
	struct bench *bench = *state;
	int64_t raised_ms;

	bench_configure(bench, quick_conf(1));
	bench_reads(bench, 1, 31000);
	raised_ms = bench->now.wall_ms;
	text_copy(bench->now.boot_id, sizeof(bench->now.boot_id), "another boot");
	bench->now.boottime_ms = BENCH_START_MS + 3600000;
	bench->now.wall_ms += 60000;
	bench_restart(bench, quick_conf(1));
	bench_reads(bench, 1, 31000);
	ASSERT_EVENTS(bench, 3, EVENT_AGENT_START);
	assert_int_equal(bench_look(bench)->alarms->rows[0].raised_wall_ms, raised_ms);
	bench_reads(bench, 1, 20000);
	ASSERT_EVENTS(bench, 4, EVENT_CLEAR);
	assert_int_equal(bench_event(bench, 4)->wall_ms, bench->now.wall_ms);
	for (int i = 0; i < 2; i++) {
		bench_reads(bench, 1, 31000);
		bench_reads(bench, 1, 20000);
	}
	/* the raise before the boot is the first of four within 15 minutes */
	bench_reads(bench, 1, 31000);
	ASSERT_EVENTS(bench, 9, EVENT_RAISE, EVENT_CHATTER);
}

static void
an_end_in_order_is_told(void **state)
{
	struct bench *bench = *state;
	struct chan_message stop = { .kind = ENGINE_STOP };

	bench_configure(bench, quick_conf(1));
	engine_step(bench->engine, &stop, &bench->now);
	engine_turn_end(bench->engine, &bench->now);
	bench_restart(bench, quick_conf(1));
	ASSERT_EVENTS(bench, 1, EVENT_AGENT_START, EVENT_AGENT_STOP, EVENT_AGENT_START);
	assert_int_equal(bench_event(bench, 1)->numbers[1], 0);
	assert_int_equal(bench_event(bench, 3)->numbers[1], 0);
}

/* As a notification will say it, whenever it is sent. */
static void
an_event_keeps_how_it_left_the_sensor(void **state)
{
	struct bench *bench = *state;
	struct conf *conf = quick_conf(1);

	bench_configure(bench, quick_conf(1));
	bench_reads(bench, 1, 31000);
	bench_reads(bench, 1, 20000);
	bench_reads(bench, 1, 28000);
	bench_restart(bench, quick_conf(1));
	assert_int_equal(bench_event(bench, 1)->sensor_severity, 0);
	assert_int_equal(bench_event(bench, 2)->sensor_severity, SEVERITY_CRITICAL);
	assert_int_equal(bench_event(bench, 2)->sensor_value_milli, 31000);
	assert_int_equal(bench_event(bench, 3)->sensor_severity, SEVERITY_OK);
	assert_int_equal(bench_event(bench, 3)->sensor_value_milli, 20000);
	/* another address: nothing is known of it; gone: nobody has to wait for it */
	text_copy(conf->sensors[0].address, CONF_ADDRESS_SIZE, "elsewhere");
	bench_configure(bench, conf);
	assert_int_equal(bench_event(bench, 7)->kind, EVENT_CLEAR);
	assert_int_equal(bench_event(bench, 7)->sensor_severity, SEVERITY_UNKNOWN);
	assert_false(bench_event(bench, 7)->has_sensor_value);
	bench_reads(bench, 1, 28000);
	bench_reads(bench, 1, 28000);
	bench_configure(bench, quick_conf(0));
	assert_int_equal(bench_event(bench, 10)->kind, EVENT_CLEAR);
	assert_int_equal(bench_event(bench, 10)->sensor_severity, SEVERITY_OK);
	assert_false(bench_event(bench, 10)->has_sensor_value);
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

			bench_restart(bench, quick_conf(1));
			bench_reads(bench, 1, 31000);
			seq = bench_look(bench)->events->last_seq;
			assert_int_equal(bench_look(bench)->alarms->count, 1);
			if (is_restart)
				bench_restart(bench, conf);
			else
				bench_configure(bench, conf);
			ASSERT_EVENTS(bench, seq + 1,
			    is_restart ? EVENT_AGENT_START : EVENT_CONFIG_CHANGE,
			    way == 0 ? EVENT_DEESCALATE : EVENT_CLEAR);
			assert_true(bench_event(bench, seq + 2)->is_config_change);
			assert_string_equal(bench_event(bench, seq + 2)->source, "s0001");
			assert_int_equal(bench_look(bench)->alarms->count, way == 0);
			/* stored, too: not once more */
			bench_restart(bench, another());
			ASSERT_EVENTS(
			    bench, seq + 3, EVENT_AGENT_START, way == 0 ? EVENT_CLEAR : 0);
		}
	}
}

static void
a_lost_bus_is_one_alarm(void **state)
{
	struct bench *bench = *state;

	bench_configure(bench, quick_conf(40));
	bench_reads(bench, 40, 20000);
	report(bench, 40, reading_bad(FAULT_BUS_DOWN), BUS_DOWN);
	ASSERT_EVENTS(bench, 2, EVENT_BUS_RAISE);
	assert_string_equal(bench_event(bench, 2)->source, "line");
	assert_int_equal(bench_look(bench)->alarms->count, 1);
	assert_int_equal(bench_look(bench)->alarms->rows[0].alarm.kind, ALARM_BUS);
	assert_int_equal(bench_look(bench)->agent.overall, SEVERITY_CRITICAL);
	assert_int_equal(bench_look(bench)->live->sensors[39].quality, QUALITY_FAULT);
	assert_int_equal(bench_look(bench)->live->sensors[39].suppression, SUPPRESSION_BY_PARENT);
	bench_restart(bench, quick_conf(40));
	report(bench, 40, reading_bad(FAULT_BUS_DOWN), BUS_DOWN);
	ASSERT_EVENTS(bench, 3, EVENT_AGENT_START);
	assert_int_equal(bench_look(bench)->live->sensors[39].suppression, SUPPRESSION_BY_PARENT);
	bench_reads(bench, 40, 20000);
	ASSERT_EVENTS(bench, 4, EVENT_BUS_CLEAR);
	assert_int_equal(bench_look(bench)->alarms->count, 0);
	assert_int_equal(bench_look(bench)->live->sensors[39].suppression, SUPPRESSION_NONE);
	assert_int_equal(bench_look(bench)->agent.overall, SEVERITY_OK);
}

static void
a_disabled_bus_has_no_alarm(void **state)
{
	struct bench *bench = *state;
	struct conf *conf = quick_conf(2);

	bench_configure(bench, quick_conf(2));
	report(bench, 2, reading_bad(FAULT_BUS_DOWN), BUS_DOWN);
	conf->buses[0].admin_state = ADMIN_DISABLED;
	bench_configure(bench, conf);
	ASSERT_EVENTS(bench, 3, EVENT_CONFIG_CHANGE, EVENT_BUS_CLEAR);
	assert_int_equal(
	    bench_look(bench)->live->sensors[1].suppression, SUPPRESSION_OUT_OF_SERVICE);
	bench_configure(bench, quick_conf(2));
	assert_int_equal(bench_look(bench)->live->sensors[1].suppression, SUPPRESSION_NONE);
	assert_int_equal(bench_look(bench)->live->buses[0].state, BUS_UNKNOWN);
}

static void
a_latched_alarm_stays_listed_over_a_restart(void **state)
{
	struct bench *bench = *state;

	for (int is_again = 0; is_again < 2; is_again++) {
		struct conf *conf = quick_conf(1);

		conf->sensors[0].latch = true;
		if (is_again) {
			bench_restart(bench, conf);
		} else {
			bench_configure(bench, conf);
			bench_reads(bench, 1, 31000);
			bench_reads(bench, 1, 20000);
		}
		assert_int_equal(bench_look(bench)->alarms->count, 1);
		assert_int_equal(bench_look(bench)->alarms->rows[0].alarm.state, ALARM_LATCHED);
		assert_int_equal(bench_look(bench)->agent.alarms_active, 0);
		assert_int_equal(
		    bench_look(bench)->agent.overall, is_again ? SEVERITY_UNKNOWN : SEVERITY_OK);
	}
}

/* More than wait at once: several transactions, and what is beyond the maximum goes. */
static void
a_storm_is_told_whole_and_the_oldest_go(void **state)
{
	struct bench *bench = *state;

	bench_configure(bench, quick_conf(5000));
	bench_reads(bench, 5000, 31000);
	assert_int_equal(bench_look(bench)->events->last_seq, 5001);
	assert_int_equal(bench_look(bench)->alarms->count, 5000);
	assert_int_equal(bench_look(bench)->agent.alarms_active, 5000);
	bench_reads(bench, 5000, 20000);
	assert_int_equal(bench_look(bench)->alarms->count, 0);
	assert_int_equal(bench_look(bench)->events->last_seq, 10001);
	assert_int_equal(bench_look(bench)->events->first_seq, 2);
	bench_restart(bench, quick_conf(1));
	assert_int_equal(bench_look(bench)->events->last_seq, 10002);
	assert_int_equal(bench_look(bench)->events->first_seq, 3);
	for (uint32_t seq = 3; seq <= 10002; seq++)
		bench_event(bench, seq);
}

static void
a_quiet_sample_writes_nothing(void **state)
{
	struct bench *bench = *state;
	char path[64];
	FILE *wal;
	long before;

	bench_configure(bench, quick_conf(10));
	snprintf(path, sizeof(path), "%s/envsensord.db-wal", bench->folder);
	wal = fopen(path, "r");
	assert_non_null(wal);
	fseek(wal, 0, SEEK_END);
	before = ftell(wal);
	for (int i = 0; i < 100; i++)
		bench_reads(bench, 10, 20000 + i);
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
	bench_configure(bench, quick_conf(1));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	none = limit;
	none.rlim_cur = 1;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	bench_reads(bench, 1, 31000);
	bench_reads(bench, 1, 20000);
	bench_reads(bench, 1, 31000);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_FAILED);
	assert_int_equal(bench_look(bench)->events->last_seq, 1);
	assert_int_equal(bench_look(bench)->alarms->count, 2); /* shown all the same */
	assert_int_equal(bench_look(bench)->alarms->rows[0].alarm.kind, ALARM_STORAGE);
	assert_int_equal(bench_look(bench)->alarms->rows[1].raised_seq, 0);
	bench_reads(bench, 1, 31000);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
	bench_reads(bench, 1, 31000);
	ASSERT_EVENTS(bench, 2, EVENT_RAISE, EVENT_STORAGE_TROUBLE, EVENT_CLEAR, EVENT_RAISE,
	    EVENT_STORAGE_OK);
	assert_int_equal(bench_look(bench)->alarms->rows[0].raised_seq, 5);
	assert_int_equal(bench_event(bench, 2)->wall_ms, bench_event(bench, 3)->wall_ms);
	bench_restart(bench, quick_conf(1));
	assert_int_equal(bench_look(bench)->alarms->count, 1);
	ASSERT_EVENTS(bench, 7, EVENT_AGENT_START);
}

static void
a_fast_change_is_an_alarm_where_it_is_wanted(void **state)
{
	struct bench *bench = *state;
	struct conf *conf = with_levels(LIMIT_BIT(LIMIT_RATE));

	conf->sensors[0].rate_limit_milli = 1000;
	bench_configure(bench, conf);
	for (int i = 0; i < 400; i++)
		bench_reads(bench, 1, 20000 + i * 100);
	ASSERT_EVENTS(bench, 2, EVENT_RATE_RAISE);
	conf = quick_conf(1);
	bench_configure(bench, conf);
	ASSERT_EVENTS(bench, 3, EVENT_CONFIG_CHANGE, EVENT_RATE_CLEAR);
}

/* None of them is the sensors' own, so no evaluator stores while they go. */
static void
what_goes_at_once_is_told_whole(void **state)
{
	struct bench *bench = *state;

	bench_configure(bench, quick_conf(1500));
	bench_reads(bench, 1500, 31000);
	bench_configure(bench, quick_conf(1));
	assert_int_equal(bench_look(bench)->alarms->count, 1);
	assert_int_equal(bench_look(bench)->events->last_seq, 1 + 1500 + 1 + 1499);
	for (uint32_t seq = 1503; seq <= 3001; seq++)
		assert_int_equal(bench_event(bench, seq)->kind, EVENT_CLEAR);
	bench_restart(bench, quick_conf(1));
	assert_int_equal(bench_look(bench)->alarms->count, 1);
}

static void
a_row_follows_the_settings_of_its_sensor(void **state)
{
	struct bench *bench = *state;

	bench_configure(bench, quick_conf(1));
	bench_reads(bench, 1, 28000);
	assert_int_equal(bench_look(bench)->alarms->rows[0].alarm.limit_milli, 27000);
	for (int is_again = 0; is_again < 2; is_again++) {
		struct conf *conf = quick_conf(1);

		conf->sensors[0].limit_milli[LIMIT_HIGH_WARNING] = 26000;
		if (is_again)
			bench_restart(bench, conf);
		else
			bench_configure(bench, conf);
		assert_int_equal(bench_look(bench)->alarms->rows[0].alarm.limit_milli, 26000);
	}
}

/* No sample says so: the driver does not come back. */
static void
a_bus_that_stands_still_suppresses_its_sensors(void **state)
{
	struct bench *bench = *state;

	bench_configure(bench, quick_conf(2));
	bench_reads(bench, 2, 20000);
	bench_tick(bench, 121000);
	assert_int_equal(bench_look(bench)->live->buses[0].state, BUS_DOWN);
	assert_int_equal(bench_look(bench)->live->sensors[1].suppression, SUPPRESSION_BY_PARENT);
	bench_reads(bench, 1, 20000);
	assert_int_equal(bench_look(bench)->live->buses[0].state, BUS_UP);
	assert_int_equal(bench_look(bench)->live->sensors[1].suppression, SUPPRESSION_NONE);
}

#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

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
		ENGINE_TEST(what_goes_at_once_is_told_whole),
		ENGINE_TEST(a_row_follows_the_settings_of_its_sensor),
		ENGINE_TEST(a_bus_that_stands_still_suppresses_its_sensors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
