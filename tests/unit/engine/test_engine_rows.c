/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf_idle.h"
#include "core/text.h"
#include "tests/unit/engine/change_bench.h"
#include "tests/unit/fixture.h"

/* Rows by SET in the engine and in the database. */

static void
add_row(struct bench *bench, struct change *change, enum change_kind kind, int64_t value)
{
	struct change_item *item = change_add(change, kind);

	(void)bench;
	item->object = CONF_SENSOR;
	item->index = 3;
	item->number = value;
}

/* Sensor 3, which reads what the quick one reads. */
static struct change *
new_row(struct bench *bench, bool is_complete)
{
	struct change *change = new_change(bench);

	add_row(bench, change, CHANGE_MAKE_ROW, bench->now.boottime_ms);
	add_setting(change, 3, "name", "third");
	add_setting(change, 3, "bus", "line");
	add_setting(change, 3, "quantity", "temperature");
	if (!is_complete)
		return change;
	add_setting(change, 3, "address", "quick");
	add_setting(change, 3, "location", "here");
	add_row(bench, change, CHANGE_MOVE_ROW, ROW_STATUS_ACTIVE);
	return change;
}

static struct change *
moved_row(struct bench *bench, enum row_status status)
{
	struct change *change = new_change(bench);

	add_row(bench, change, CHANGE_MOVE_ROW, status);
	return change;
}

static int
take_row(void *context, enum store_kind kind, uint32_t index, uint32_t row_status, struct err *err)
{
	uint32_t *status = context;

	(void)err;
	assert_int_equal(kind, STORE_SENSOR);
	assert_int_equal(index, 3);
	*status = row_status;
	return 0;
}

/* 0: it is not stored. */
static uint32_t
stored_status(struct bench *bench)
{
	uint32_t status = 0;
	struct err err;

	assert_int_equal(store_load_rows(bench->store, take_row, &status, &err), 0);
	return status;
}

static void
a_row_comes_and_goes(void **state)
{
	struct bench *bench = *state;
	const struct conf_sensor *sensor;
	uint32_t entity_index;

	assert_int_equal(bench_look(bench)->agent.next_sensor_index, 3);
	assert_int_equal(try_change(bench, new_row(bench, true)), 0);
	sensor = conf_sensor(bench_look(bench)->conf, 3);
	assert_non_null(sensor);
	assert_string_equal(sensor->location, "here");
	entity_index = sensor->entity_index;
	assert_int_not_equal(entity_index, 0);
	assert_int_equal(bench->seen->live->sensors[2].quality, QUALITY_UNKNOWN);
	assert_int_equal(bench->seen->agent.next_sensor_index, 4);
	assert_int_equal(stored_status(bench), ROW_STATUS_ACTIVE);
	assert_int_equal(try_change(bench, moved_row(bench, ROW_STATUS_NOT_IN_SERVICE)), 0);
	assert_null(conf_sensor(bench_look(bench)->conf, 3));
	assert_non_null(conf_find_idle(bench->seen->conf, CONF_SENSOR, 3));
	assert_int_equal(stored_status(bench), ROW_STATUS_NOT_IN_SERVICE);
	assert_int_equal(try_change(bench, moved_row(bench, ROW_STATUS_ACTIVE)), 0);
	assert_int_equal(conf_sensor(bench_look(bench)->conf, 3)->entity_index, entity_index);
	assert_int_equal(try_change(bench, moved_row(bench, ROW_STATUS_DESTROY)), 0);
	assert_null(conf_settings(bench_look(bench)->conf, CONF_SENSOR, 3));
	assert_int_equal(stored_status(bench), 0);
	assert_int_equal(bench->seen->agent.next_sensor_index, 4);
}

static void
no_setting_stays_stored_of_a_row_that_is_destroyed(void **state)
{
	struct bench *bench = *state;
	struct err err;

	assert_int_equal(try_change(bench, new_row(bench, true)), 0);
	assert_int_equal(try_change(bench, moved_row(bench, ROW_STATUS_DESTROY)), 0);
	assert_int_equal(store_load_settings(bench->store, bench_take_no_setting, NULL, &err), 0);
}

static void
a_row_that_is_made_or_destroyed_can_be_taken_back(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(try_change(bench, new_row(bench, true)), 0);
	engine_undo(bench->engine, 77, &bench->now);
	assert_null(conf_settings(bench_look(bench)->conf, CONF_SENSOR, 3));
	assert_int_equal(stored_status(bench), 0);
	assert_int_equal(try_change(bench, new_row(bench, true)), 0);
	assert_int_equal(try_change(bench, moved_row(bench, ROW_STATUS_DESTROY)), 0);
	engine_undo(bench->engine, 77, &bench->now);
	assert_non_null(conf_sensor(bench_look(bench)->conf, 3));
	assert_string_equal(conf_sensor(bench->seen->conf, 3)->location, "here");
	assert_int_equal(stored_status(bench), ROW_STATUS_ACTIVE);
}

/* What it lacked could not be set again as it was: nothing is no value. */
static void
a_row_that_is_not_ready_lacks_again_what_is_taken_back(void **state)
{
	struct bench *bench = *state;
	struct change *change;
	struct err err;

	change = new_change(bench);
	add_row(bench, change, CHANGE_MAKE_ROW, bench->now.boottime_ms);
	assert_int_equal(try_change(bench, change), 0);
	change = new_change(bench);
	add_setting(change, 3, "name", "third");
	add_setting(change, 3, "quantity", "temperature");
	assert_int_equal(try_change(bench, change), 0);
	engine_undo(bench->engine, 77, &bench->now);
	assert_string_equal(
	    conf_find_idle(bench_look(bench)->conf, CONF_SENSOR, 3)->settings.sensor.name, "");
	assert_int_equal(store_load_settings(bench->store, bench_take_no_setting, NULL, &err), 0);
	assert_int_equal(try_change(bench, moved_row(bench, ROW_STATUS_DESTROY)), 0);
	engine_undo(bench->engine, 77, &bench->now);
	assert_int_equal(stored_status(bench), ROW_STATUS_NOT_READY);
}

/* A default that is a part of the span of the limits is not frozen by the first limits. */
static void
a_deadband_that_was_left_to_us_stays_so(void **state)
{
	struct bench *bench = *state;
	struct change *change = new_row(bench, false);

	add_setting(change, 3, "address", "quick");
	add_setting(change, 3, "quantity", "pressure");
	assert_int_equal(try_change(bench, change), 0);
	assert_int_equal(try_change(bench, moved_row(bench, ROW_STATUS_ACTIVE)), 0);
	assert_int_equal(
	    conf_limit_rule(conf_sensor(bench_look(bench)->conf, 3)).deadband_milli, 0);
	change = new_change(bench);
	add_setting(change, 3, "low-warning", "900");
	add_setting(change, 3, "high-warning", "1100");
	add_setting(change, 3, "limits-enabled", "low-warning, high-warning");
	assert_int_equal(try_change(bench, change), 0);
	assert_int_equal(
	    conf_limit_rule(conf_sensor(bench_look(bench)->conf, 3)).deadband_milli, 2000);
	engine_undo(bench->engine, 77, &bench->now);
	assert_int_equal(
	    conf_limit_rule(conf_sensor(bench_look(bench)->conf, 3)).deadband_milli, 0);
}

/* Meanwhile an active one has taken its name. */
static void
a_row_that_could_not_be_put_in_service_comes_back_all_the_same(void **state)
{
	struct bench *bench = *state;
	struct change *change;

	assert_int_equal(try_change(bench, new_row(bench, true)), 0);
	assert_int_equal(try_change(bench, moved_row(bench, ROW_STATUS_NOT_IN_SERVICE)), 0);
	change = new_change(bench);
	add_setting(change, 1, "name", "third");
	assert_int_equal(try_change(bench, change), 0);
	assert_int_equal(try_change(bench, moved_row(bench, ROW_STATUS_DESTROY)), 0);
	assert_null(conf_find_idle(bench_look(bench)->conf, CONF_SENSOR, 3));
	engine_undo(bench->engine, 77, &bench->now);
	assert_non_null(conf_find_idle(bench_look(bench)->conf, CONF_SENSOR, 3));
	assert_int_equal(stored_status(bench), ROW_STATUS_NOT_IN_SERVICE);
}

static void
a_row_that_is_not_ready_goes_after_five_minutes(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(try_change(bench, new_row(bench, false)), 0);
	assert_int_equal(stored_status(bench), ROW_STATUS_NOT_READY);
	bench->now.boottime_ms += 299000;
	engine_tick(bench->engine, &bench->now);
	assert_non_null(conf_find_idle(bench_look(bench)->conf, CONF_SENSOR, 3));
	bench->now.boottime_ms += 1000;
	engine_tick(bench->engine, &bench->now);
	assert_null(conf_find_idle(bench_look(bench)->conf, CONF_SENSOR, 3));
	assert_int_equal(stored_status(bench), 0);
}

/* Its five minutes go on. */
static void
a_row_whose_end_is_taken_back_is_as_old_as_it_was(void **state)
{
	struct bench *bench = *state;

	bench->now.boottime_ms += 600000;
	assert_int_equal(try_change(bench, new_row(bench, false)), 0);
	assert_int_equal(try_change(bench, moved_row(bench, ROW_STATUS_DESTROY)), 0);
	engine_undo(bench->engine, 77, &bench->now);
	bench_tick(bench, 299000);
	assert_int_equal(stored_status(bench), ROW_STATUS_NOT_READY);
	bench_tick(bench, 1000);
	assert_int_equal(stored_status(bench), 0);
}

static int
count_row(void *context, enum store_kind kind, uint32_t index, uint32_t row_status, struct err *err)
{
	size_t *count = context;

	(void)kind, (void)index, (void)row_status, (void)err;
	(*count)++;
	return 0;
}

static void
rows_are_made_in_any_order(void **state)
{
	static const uint32_t order[] = { 5, 3, 4, 9, 8 };
	struct bench *bench = *state;
	struct change *change = new_change(bench);
	size_t count = 0;
	struct err err;

	for (size_t i = 0; i < COUNT(order); i++) {
		add_row(bench, change, CHANGE_MAKE_ROW, bench->now.boottime_ms);
		change->items[i].index = order[i];
	}
	assert_int_equal(try_change(bench, change), 0);
	assert_int_equal(store_load_rows(bench->store, count_row, &count, &err), 0);
	assert_int_equal(count, COUNT(order));
	assert_int_equal(bench_look(bench)->agent.next_sensor_index, 10);
	assert_int_equal(bench->seen->agent.storage, STORAGE_OK);
}

/* Beside one of that name that is out of service. */
static void
the_file_takes_over_the_row_that_is_active(void **state)
{
	struct bench *bench = *state;
	struct change *change;
	struct conf *conf;

	assert_int_equal(try_change(bench, new_row(bench, true)), 0);
	assert_int_equal(try_change(bench, moved_row(bench, ROW_STATUS_NOT_IN_SERVICE)), 0);
	change = new_row(bench, true);
	for (size_t i = 0; i < change->count; i++)
		change->items[i].index = 4;
	assert_int_equal(try_change(bench, change), 0);
	conf = change_conf();
	fixture_sensor(conf, 0, "third");
	bench_configure(bench, conf);
	assert_int_equal(bench_look(bench)->conf->sensor_count, 3);
	assert_non_null(conf_sensor(bench->seen->conf, 4));
	assert_int_equal(conf_sensor(bench->seen->conf, 4)->storage, STORAGE_PERMANENT);
	assert_non_null(conf_find_idle(bench->seen->conf, CONF_SENSOR, 3));
	assert_int_equal(stored_status(bench), ROW_STATUS_NOT_IN_SERVICE);
}

static void
a_row_that_is_not_in_service_stays(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(try_change(bench, new_row(bench, true)), 0);
	assert_int_equal(try_change(bench, moved_row(bench, ROW_STATUS_NOT_IN_SERVICE)), 0);
	bench->now.boottime_ms += 3600000;
	engine_tick(bench->engine, &bench->now);
	assert_non_null(conf_find_idle(bench_look(bench)->conf, CONF_SENSOR, 3));
}

/* ---- relays ---- */

static void
set_relay(struct change *change, const char *key, const char *value)
{
	struct change_item *item = change_add(change, CHANGE_SETTING);

	item->object = CONF_RELAY;
	item->index = 1;
	item->field = schema_find(CONF_RELAY, key);
	text_copy(item->text, sizeof(item->text), value);
}

static void
move_relay(struct change *change, enum change_kind kind, int64_t value)
{
	struct change_item *item = change_add(change, kind);

	item->object = CONF_RELAY;
	item->index = 1;
	item->number = value;
}

static const char *
password(struct bench *bench)
{
	const struct conf_relay *relay = conf_relay(bench_look(bench)->conf, 1);

	assert_non_null(relay);
	return relay->password;
}

static void
a_password_comes_back_with_what_is_taken_back(void **state)
{
	struct bench *bench = *state;
	struct change *change = new_change(bench);

	move_relay(change, CHANGE_MAKE_ROW, bench->now.boottime_ms);
	set_relay(change, "host", "mail.example.org");
	set_relay(change, "user", "sensors");
	set_relay(change, "password", "horse");
	move_relay(change, CHANGE_MOVE_ROW, ROW_STATUS_ACTIVE);
	assert_int_equal(try_change(bench, change), 0);
	assert_string_equal(password(bench), "horse");
	assert_int_equal(bench->seen->agent.next_relay_index, 2);
	change = new_change(bench);
	set_relay(change, "password", "staple");
	assert_int_equal(try_change(bench, change), 0);
	assert_string_equal(password(bench), "staple");
	engine_undo(bench->engine, 77, &bench->now);
	assert_string_equal(password(bench), "horse");
	change = new_change(bench);
	move_relay(change, CHANGE_MOVE_ROW, ROW_STATUS_DESTROY);
	assert_int_equal(try_change(bench, change), 0);
	assert_null(conf_relay(bench_look(bench)->conf, 1));
	engine_undo(bench->engine, 77, &bench->now);
	assert_string_equal(password(bench), "horse");
}

/* Nobody takes that back. */
static void
a_row_that_goes_by_itself_keeps_no_events(void **state)
{
	struct bench *bench = *state;
	struct change kept = { .id = 77 };
	struct conf *conf = change_conf();

	assert_int_equal(try_change(bench, new_row(bench, false)), 0);
	engine_keep(bench->engine, &kept, &bench->now);
	bench_tick(bench, 300000);
	assert_int_equal(stored_status(bench), 0);
	for (unsigned i = 0; i < 110; i++)
		bench_configure(bench, change_conf());
	conf->event.maximum = 100;
	bench_configure(bench, conf);
	assert_int_equal(event_view_count(bench_look(bench)->events), 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, change_set_up, bench_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_row_comes_and_goes),
		TEST(no_setting_stays_stored_of_a_row_that_is_destroyed),
		TEST(a_row_that_is_made_or_destroyed_can_be_taken_back),
		TEST(a_row_that_is_not_ready_lacks_again_what_is_taken_back),
		TEST(a_deadband_that_was_left_to_us_stays_so),
		TEST(a_row_that_could_not_be_put_in_service_comes_back_all_the_same),
		TEST(a_row_that_is_not_ready_goes_after_five_minutes),
		TEST(a_row_whose_end_is_taken_back_is_as_old_as_it_was),
		TEST(a_row_that_goes_by_itself_keeps_no_events),
		TEST(the_file_takes_over_the_row_that_is_active),
		TEST(rows_are_made_in_any_order),
		TEST(a_row_that_is_not_in_service_stays),
		TEST(a_password_comes_back_with_what_is_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
