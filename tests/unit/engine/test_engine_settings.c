/* SPDX-License-Identifier: BSD-2-Clause */
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf_entity.h"
#include "core/event_text.h"
#include "core/strbuf.h"
#include "core/text.h"
#include "tests/unit/conf/mock_drivers.h"
#include "tests/unit/engine/engine_bench.h"
#include "tests/unit/fixture.h"
#include "tests/unit/store/trouble.h"
#include "tests/unit/unit.h"

/* The database holds what SNMP has set. */
static int
set_up(void **state)
{
	return bench_set_up_with(state, &mock_drivers);
}

static struct conf_sensor *
add_sensor(struct conf *conf, const char *name, int32_t high_critical_milli)
{
	struct conf_sensor *sensor = fixture_sensor(conf, 0, name);

	sensor->limit_milli[LIMIT_HIGH_CRITICAL] = high_critical_milli;
	sensor->limits_enabled = LIMIT_BIT(LIMIT_HIGH_CRITICAL);
	return sensor;
}

/* What a file with sensors "a" and "b" gives. */
static struct conf *
file_conf(int32_t high_critical_milli)
{
	struct conf *conf = fixture_conf("", 1000);

	conf->buses[0].index = 0;
	add_sensor(conf, "a", high_critical_milli);
	add_sensor(conf, "b", 32000);
	return conf;
}

static void
set(struct bench *bench, uint32_t index, const char *key, const char *value, const char *file_value)
{
	const struct store_setting setting = { STORE_SENSOR, index, key, value, file_value };

	assert_int_equal(store_begin(bench->store, NULL), 0);
	assert_int_equal(store_put_setting(bench->store, &setting, NULL), 0);
	assert_int_equal(store_commit(bench->store, NULL), 0);
}

static void
unset(struct bench *bench, uint32_t index, const char *key)
{
	assert_int_equal(store_begin(bench->store, NULL), 0);
	assert_int_equal(store_remove_setting(bench->store, STORE_SENSOR, index, key, NULL), 0);
	assert_int_equal(store_commit(bench->store, NULL), 0);
}

static void
add_row(struct bench *bench, uint32_t index, const char *name, const char *bus)
{
	assert_int_equal(store_begin(bench->store, NULL), 0);
	assert_int_equal(store_put_row(bench->store, STORE_SENSOR, index, 1, NULL), 0);
	assert_int_equal(store_commit(bench->store, NULL), 0);
	set(bench, index, "name", name, NULL);
	set(bench, index, "bus", bus, NULL);
	set(bench, index, "address", "c", NULL);
	set(bench, index, "quantity", "humidity", NULL);
}

static int
count_setting(void *context, const struct store_setting *setting, struct err *err)
{
	(void)setting;
	(void)err;
	++*(unsigned *)context;
	return 0;
}

static int
see_row(void *context, enum store_kind kind, uint32_t index, uint32_t row_status, struct err *err)
{
	(void)kind;
	(void)err;
	strbuf_add(context, "%u:%u ", (unsigned)index, (unsigned)row_status);
	return 0;
}

static void
assert_stored(struct bench *bench, unsigned settings, const char *rows)
{
	unsigned count = 0;
	char seen[64];
	struct strbuf buffer;

	strbuf_init(&buffer, seen, sizeof(seen));
	assert_int_equal(store_load_settings(bench->store, count_setting, &count, NULL), 0);
	assert_int_equal(count, settings);
	assert_int_equal(store_load_rows(bench->store, see_row, &buffer, NULL), 0);
	assert_string_equal(seen, rows);
}

/* A copy of the sensor that is in force; index 0: it is not there. */
static struct conf_sensor
sensor_of(struct bench *bench, const char *name)
{
	const struct conf *conf = bench_look(bench)->conf;

	for (size_t i = 0; i < conf->sensor_count; i++)
		if (strcmp(conf->sensors[i].name, name) == 0)
			return conf->sensors[i];
	return (struct conf_sensor){ 0 };
}

static void
assert_last_event(struct bench *bench, enum event_kind kind, const char *text)
{
	const struct record *record = bench_last_event(bench);
	char said[EVENT_TEXT_SIZE];

	event_text(record, said, sizeof(said));
	assert_int_equal(record->kind, kind);
	if (text != NULL)
		assert_string_equal(said, text);
}

static void
what_snmp_has_set_holds_over_reload_and_restart(void **state)
{
	struct bench *bench = *state;

	bench_configure(bench, file_conf(32000));
	assert_int_equal(sensor_of(bench, "a").limit_milli[LIMIT_HIGH_CRITICAL], 32000);
	set(bench, 1, "high-critical", "40", "32");
	bench_configure(bench, file_conf(32000));
	assert_int_equal(sensor_of(bench, "a").limit_milli[LIMIT_HIGH_CRITICAL], 40000);
	bench_restart(bench, file_conf(32000));
	assert_int_equal(sensor_of(bench, "a").limit_milli[LIMIT_HIGH_CRITICAL], 40000);
	assert_int_equal(sensor_of(bench, "b").limit_milli[LIMIT_HIGH_CRITICAL], 32000);
	assert_last_event(bench, EVENT_AGENT_START, NULL);
	assert_stored(bench, 1, "");
}

static void
a_file_that_has_changed_holds_and_an_event_says_so(void **state)
{
	static const char text[] =
	    "The file has set high-critical of sensor \"a\" to 35; SNMP had set it to 40.";
	struct bench *bench = *state;
	char said[EVENT_TEXT_SIZE];

	bench_configure(bench, file_conf(32000));
	set(bench, 1, "high-critical", "40", "32");
	bench_configure(bench, file_conf(35000));
	assert_int_equal(sensor_of(bench, "a").limit_milli[LIMIT_HIGH_CRITICAL], 35000);
	assert_last_event(bench, EVENT_CONFIG_CHANGE, text);
	assert_stored(bench, 0, "");
	bench_end(bench);
	bench_begin(bench); /* the sentence is stored */
	bench_configure(bench, file_conf(35000));
	event_text(bench_event(bench, bench_last_event(bench)->seq - 1), said, sizeof(said));
	assert_string_equal(said, text);
	bench_configure(bench, file_conf(32000)); /* and what SNMP had set is over for good */
	assert_int_equal(sensor_of(bench, "a").limit_milli[LIMIT_HIGH_CRITICAL], 32000);
}

static void
what_does_not_fit_the_file_any_more_gives_way(void **state)
{
	struct bench *bench = *state;
	struct conf *conf = file_conf(32000);

	bench_configure(bench, file_conf(32000));
	set(bench, 1, "high-critical", "30", "32");
	conf->sensors[0].limit_milli[LIMIT_HIGH_WARNING] = 31000;
	conf->sensors[0].limits_enabled |= LIMIT_BIT(LIMIT_HIGH_WARNING);
	bench_restart(bench, conf);
	assert_int_equal(sensor_of(bench, "a").limit_milli[LIMIT_HIGH_CRITICAL], 32000);
	assert_last_event(bench, EVENT_CONFIG_CHANGE,
	    "SNMP had set high-critical of sensor \"a\" to 30; that does not fit any more, the "
	    "file's 32 does.");
	assert_stored(bench, 0, "");
}

static void
a_hundred_are_told_and_the_rest_counted(void **state)
{
	struct bench *bench = *state;
	struct conf *before = fixture_conf("", 1000), *after = fixture_conf("", 1000);
	char name[16];

	for (uint32_t n = 1; n <= 103; n++) {
		snprintf(name, sizeof(name), "n%u", (unsigned)n);
		add_sensor(before, name, 32000);
		add_sensor(after, name, 35000);
	}
	bench_configure(bench, before);
	for (uint32_t n = 1; n <= 103; n++)
		set(bench, n, "high-critical", "40", "32");
	bench_configure(bench, after);
	assert_last_event(
	    bench, EVENT_CONFIG_CHANGE, "The file has set 3 more settings that SNMP had set.");
	assert_stored(bench, 0, "");
}

static void
a_row_by_set_is_there_after_a_restart(void **state)
{
	struct bench *bench = *state;
	struct conf_sensor sensor;
	uint32_t entity_index;

	bench_configure(bench, file_conf(32000));
	add_row(bench, 3, "c", "line");
	set(bench, 3, "gain", "2", NULL);
	bench_restart(bench, file_conf(32000));
	sensor = sensor_of(bench, "c");
	assert_int_equal(sensor.index, 3);
	assert_int_equal(sensor.storage, STORAGE_NON_VOLATILE);
	assert_int_equal(sensor.gain_micro, 2000000);
	assert_int_equal(sensor.bus_index, 1);
	entity_index = sensor.entity_index;
	assert_int_not_equal(entity_index, 0);
	set(bench, 3, "name", "attic", NULL);
	bench_restart(bench, file_conf(32000));
	assert_int_equal(sensor_of(bench, "attic").entity_index, entity_index);
	assert_stored(bench, 5, "3:1 ");
}

static void
a_row_by_set_gives_way_to_a_sensor_of_its_name(void **state)
{
	struct bench *bench = *state;
	struct conf *conf = file_conf(32000);

	add_sensor(conf, "c", 32000); /* 3: it was there before */
	bench_configure(bench, conf);
	bench_configure(bench, file_conf(32000));
	add_row(bench, 4, "c", "line");
	bench_configure(bench, file_conf(32000));
	assert_int_equal(sensor_of(bench, "c").index, 4);
	conf = file_conf(32000);
	add_sensor(conf, "c", 32000);
	bench_restart(bench, conf);
	assert_int_equal(sensor_of(bench, "c").index, 3);
	assert_last_event(bench, EVENT_CONFIG_CHANGE,
	    "Sensor 4 \"c\", made by SNMP, does not fit the file any more and is out of service.");
	assert_stored(bench, 4, "4:2 ");
}

static void
the_file_takes_over_a_row_by_set_with_its_index(void **state)
{
	struct bench *bench = *state;
	struct conf *conf = file_conf(32000);
	uint32_t entity_index;

	bench_configure(bench, file_conf(32000));
	add_row(bench, 7, "c", "line");
	bench_configure(bench, file_conf(32000));
	entity_index = sensor_of(bench, "c").entity_index;
	add_sensor(conf, "c", 32000);
	bench_configure(bench, conf);
	assert_int_equal(sensor_of(bench, "c").index, 7);
	assert_int_equal(sensor_of(bench, "c").storage, STORAGE_PERMANENT);
	assert_int_equal(sensor_of(bench, "c").quantity, QUANTITY_TEMPERATURE);
	assert_int_equal(sensor_of(bench, "c").entity_index, entity_index);
	assert_stored(bench, 0, "");
}

static void
the_file_takes_over_a_name_with_its_index(void **state)
{
	struct bench *bench = *state;
	struct conf *conf = file_conf(32000);

	bench_configure(bench, file_conf(32000));
	set(bench, 1, "name", "inlet", "a");
	bench_configure(bench, file_conf(32000));
	assert_int_equal(sensor_of(bench, "inlet").index, 1);
	assert_int_equal(sensor_of(bench, "a").index, 0);
	text_copy(conf->sensors[0].name, sizeof(conf->sensors[0].name), "inlet");
	bench_restart(bench, conf);
	assert_int_equal(sensor_of(bench, "inlet").index, 1);
	assert_stored(bench, 0, "");
	bench_configure(bench, file_conf(32000)); /* "a" is another one now */
	assert_int_equal(sensor_of(bench, "a").index, 3);
}

/* ---- effective.conf ---- */

/* Its text, in a static buffer; NULL: there is no file. */
static const char *
effective(const struct bench *bench, mode_t *ret_mode)
{
	static char text[4096];
	struct stat status;
	char path[64];
	FILE *file;
	size_t length;

	snprintf(path, sizeof(path), "%s/effective.conf", bench->folder);
	file = fopen(path, "r");
	if (file == NULL)
		return NULL;
	assert_int_equal(fstat(fileno(file), &status), 0);
	*ret_mode = status.st_mode & 0777;
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

static void
what_is_in_force_is_written_at_most_each_second(void **state)
{
	struct bench *bench = *state;
	mode_t mode;

	engine_write_effective(bench->engine, &bench->now);
	assert_null(effective(bench, &mode));
	bench_configure(bench, file_conf(32000));
	engine_write_effective(bench->engine, &bench->now);
	assert_non_null(strstr(effective(bench, &mode), "\thigh-critical = 32\n"));
	assert_int_equal(mode, 0600);
	set(bench, 1, "high-critical", "40", "32");
	bench_configure(bench, file_conf(32000));
	engine_write_effective(bench->engine, &bench->now);
	assert_null(strstr(effective(bench, &mode), "= 40"));
	bench->now.boottime_ms += 1000;
	engine_write_effective(bench->engine, &bench->now);
	assert_non_null(strstr(
	    effective(bench, &mode), "\thigh-critical = 40 # set by SNMP; the file has 32\n"));
}

static void
it_is_tried_again_when_it_cannot_be_written(void **state)
{
	struct bench *bench = *state;
	char path[64];
	mode_t mode;

	snprintf(path, sizeof(path), "%s/effective.conf.new", bench->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	bench_configure(bench, file_conf(32000));
	engine_write_effective(bench->engine, &bench->now);
	assert_null(effective(bench, &mode));
	assert_int_equal(rmdir(path), 0);
	bench->now.boottime_ms += 1000;
	engine_write_effective(bench->engine, &bench->now);
	assert_non_null(effective(bench, &mode));
}

/* ---- another database ---- */

/* A turn with a sample of sensor 2, a second after the last. */
static void
reads(struct bench *bench, int32_t value_milli)
{
	bench_pass(bench, 1000);
	bench_report(
	    bench, fixture_report(2, 1, fixture_milli(value_milli), bench->now.boottime_ms));
	engine_write_effective(bench->engine, &bench->now);
}

static int
damaged_count(const struct bench *bench)
{
	char pattern[80];
	glob_t found;
	int count;

	snprintf(pattern, sizeof(pattern), "%s/*.damaged-*Z", bench->folder);
	count = glob(pattern, 0, NULL, &found) == 0 ? (int)found.gl_pathc : 0;
	globfree(&found);
	return count;
}

static void
assert_outlives_damage(struct bench *bench, bool has_copy)
{
	bench_configure(bench, file_conf(32000));
	if (has_copy) { /* of an older state */
		set(bench, 1, "high-critical", "50", "32");
		set(bench, 1, "gain", "3", "1");
		assert_int_equal(store_copy(bench->store, NULL), 0);
		unset(bench, 1, "gain");
	}
	set(bench, 1, "high-critical", "40", "32");
	set(bench, 2, "name", "outlet", "b");
	add_row(bench, 7, "c", "line");
	bench_configure(bench, file_conf(32000));
	reads(bench, 20000);
	trouble_damage(bench->store);
	for (int i = 0; i < 120; i++)
		reads(bench, i / 40 % 2 == 0 ? 50000 : 20000);
	assert_int_equal(damaged_count(bench), 1);
	bench_restart(bench, file_conf(32000));
	assert_int_equal(sensor_of(bench, "a").limit_milli[LIMIT_HIGH_CRITICAL], 40000);
	assert_int_equal(sensor_of(bench, "a").gain_micro, 1000000);
	assert_int_equal(sensor_of(bench, "outlet").index, 2);
	assert_int_equal(sensor_of(bench, "c").index, 7);
	assert_stored(bench, 6, "7:1 ");
}

static void
what_snmp_has_set_outlives_a_damaged_database(void **state)
{
	assert_outlives_damage(*state, false);
}

static void
a_copy_does_not_bring_back_what_was_set_before(void **state)
{
	assert_outlives_damage(*state, true);
}

int
main(void)
{
#define ON_A_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, bench_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_BENCH(what_snmp_has_set_holds_over_reload_and_restart),
		ON_A_BENCH(a_file_that_has_changed_holds_and_an_event_says_so),
		ON_A_BENCH(what_does_not_fit_the_file_any_more_gives_way),
		ON_A_BENCH(a_hundred_are_told_and_the_rest_counted),
		ON_A_BENCH(a_row_by_set_is_there_after_a_restart),
		ON_A_BENCH(a_row_by_set_gives_way_to_a_sensor_of_its_name),
		ON_A_BENCH(the_file_takes_over_a_row_by_set_with_its_index),
		ON_A_BENCH(the_file_takes_over_a_name_with_its_index),
		ON_A_BENCH(what_is_in_force_is_written_at_most_each_second),
		ON_A_BENCH(what_snmp_has_set_outlives_a_damaged_database),
		ON_A_BENCH(a_copy_does_not_bring_back_what_was_set_before),
		ON_A_BENCH(it_is_tried_again_when_it_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
