/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "conf/conf_idle.h"
#include "core/text.h"
#include "snmp/tables.h"
#include "tests/unit/snmp/set_fixture.h"

/* Rows by SET, over set_fixture.h with two more sensors: 8 is active, 9 lacks its address. */

static int
set_up(void **state)
{
	struct conf *conf;
	struct conf_idle *idle;

	set_fixture_up(state);
	conf = (struct conf *)snapshot.conf;
	conf_add_idle(conf, CONF_SENSOR, 8);
	idle = conf_find_idle(conf, CONF_SENSOR, 8);
	text_copy(idle->settings.sensor.name, CONF_NAME_SIZE, "eight");
	text_copy(idle->settings.sensor.bus, CONF_NAME_SIZE, "line");
	text_copy(idle->settings.sensor.address, CONF_ADDRESS_SIZE, "eight");
	idle->settings.sensor.quantity = QUANTITY_TEMPERATURE;
	assert_int_equal(conf_activate(conf, CONF_SENSOR, 8), 0);
	idle = conf_add_idle(conf, CONF_SENSOR, 9);
	text_copy(idle->settings.sensor.name, CONF_NAME_SIZE, "nine");
	text_copy(idle->settings.sensor.bus, CONF_NAME_SIZE, "line");
	idle->settings.sensor.quantity = QUANTITY_TEMPERATURE;
	conf_seal(conf);
	return 0;
}

#define STATUS(index, value)   number(&table_sensor, 46, (index), VALUE_INTEGER, (value))
#define NAME(index, value)     text(&table_sensor, 2, (index), (value))
#define BUS(index, value)      text(&table_sensor, 3, (index), (value))
#define ADDRESS(index, value)  text(&table_sensor, 4, (index), (value))
#define QUANTITY(index, value) number(&table_sensor, 5, (index), VALUE_INTEGER, (value))
#define SHELVE(index, value)   number(&table_sensor, 37, (index), VALUE_UNSIGNED, (value))
#define WHOLE(index, name) \
	NAME(index, name), BUS(index, "line"), ADDRESS(index, "x"), QUANTITY(index, 2)

static void
each_row_status_in_each_state(void **state)
{
	const struct {
		const char *what;
		struct set_varbind varbinds[7];
		enum set_error error;
		unsigned at;
	} list[] = {
		{ "createAndGo", { WHOLE(12, "twelve"), STATUS(12, 4) }, SET_OK, 0 },
		{ "in any order", { STATUS(12, 4), WHOLE(12, "twelve") }, SET_OK, 0 },
		{ "beyond the next index", { STATUS(40, 4), WHOLE(40, "forty") }, SET_OK, 0 },
		{ "without a quantity",
		    { STATUS(12, 4), NAME(12, "x"), BUS(12, "line"), ADDRESS(12, "x") },
		    SET_INCONSISTENT_VALUE, 1 },
		{ "with a name that is taken", { STATUS(12, 4), WHOLE(12, "seven") },
		    SET_INCONSISTENT_VALUE, 2 },
		{ "with a bad address",
		    { STATUS(12, 4), NAME(12, "x"), BUS(12, "line"), ADDRESS(12, "!"),
			QUANTITY(12, 2) },
		    SET_INCONSISTENT_VALUE, 4 },
		{ "createAndWait", { STATUS(12, 5) }, SET_OK, 0 },
		{ "with a part", { STATUS(12, 5), NAME(12, "x") }, SET_OK, 0 },
		{ "whole, and with a bad bus",
		    { STATUS(12, 5), NAME(12, "x"), BUS(12, "lane"), ADDRESS(12, "x"),
			QUANTITY(12, 2) },
		    SET_INCONSISTENT_VALUE, 3 },
		{ "active, not there", { STATUS(12, 1) }, SET_INCONSISTENT_VALUE, 1 },
		{ "notInService, not there", { STATUS(12, 2) }, SET_INCONSISTENT_VALUE, 1 },
		{ "notReady", { STATUS(12, 3) }, SET_WRONG_VALUE, 1 },
		{ "destroy, not there", { STATUS(12, 6) }, SET_OK, 0 },
		{ "destroy, once more", { STATUS(11, 6) }, SET_OK, 0 },
		{ "destroy, index 0", { STATUS(0, 6) }, SET_NO_CREATION, 1 },
		{ "7", { STATUS(12, 7) }, SET_WRONG_VALUE, 1 },
		{ "a column of what is not there", { NAME(12, "x") }, SET_INCONSISTENT_NAME, 1 },
		{ "beside its destruction", { NAME(12, "x"), STATUS(12, 6) }, SET_INCONSISTENT_NAME,
		    1 },
		{ "an index that was used", { STATUS(11, 5) }, SET_NO_CREATION, 1 },
		{ "index 0", { STATUS(0, 5) }, SET_NO_CREATION, 1 },
		{ "too great an index", { STATUS(0x80000000, 5) }, SET_NO_CREATION, 1 },

		{ "of the file: active", { STATUS(3, 1) }, SET_OK, 0 },
		{ "of the file: notInService", { STATUS(3, 2) }, SET_INCONSISTENT_VALUE, 1 },
		{ "of the file: createAndGo", { STATUS(3, 4) }, SET_INCONSISTENT_VALUE, 1 },
		{ "of the file: createAndWait", { STATUS(3, 5) }, SET_INCONSISTENT_VALUE, 1 },
		{ "of the file: destroy", { STATUS(3, 6) }, SET_INCONSISTENT_VALUE, 1 },

		{ "by SET: active", { STATUS(8, 1) }, SET_OK, 0 },
		{ "by SET: notInService", { STATUS(8, 2) }, SET_OK, 0 },
		{ "by SET: createAndGo", { STATUS(8, 4) }, SET_INCONSISTENT_VALUE, 1 },
		{ "by SET: destroy", { STATUS(8, 6) }, SET_OK, 0 },
		{ "by SET: another address", { ADDRESS(8, "y") }, SET_OK, 0 },

		{ "notReady: active", { STATUS(9, 1) }, SET_INCONSISTENT_VALUE, 1 },
		{ "notReady: active, with what it lacks", { STATUS(9, 1), ADDRESS(9, "y") }, SET_OK,
		    0 },
		{ "notReady: notInService", { STATUS(9, 2) }, SET_INCONSISTENT_VALUE, 1 },
		{ "notReady: notInService, with what it lacks", { STATUS(9, 2), ADDRESS(9, "y") },
		    SET_OK, 0 },
		{ "notReady: notInService, with what another lacks",
		    { STATUS(9, 2), ADDRESS(8, "y") }, SET_INCONSISTENT_VALUE, 1 },
		{ "notReady: createAndGo", { STATUS(9, 4) }, SET_INCONSISTENT_VALUE, 1 },
		{ "notReady: destroy", { STATUS(9, 6) }, SET_OK, 0 },
		{ "notReady: what it lacks", { ADDRESS(9, "y") }, SET_OK, 0 },
		{ "notReady: that, bad", { ADDRESS(9, "!") }, SET_INCONSISTENT_VALUE, 1 },
		{ "notReady: that, and a name that is taken", { ADDRESS(9, "y"), NAME(9, "seven") },
		    SET_INCONSISTENT_VALUE, 2 },
		{ "notReady: shelve", { SHELVE(9, 60) }, SET_INCONSISTENT_VALUE, 1 },
		{ "notReady: shelve no more", { SHELVE(9, 0) }, SET_OK, 0 },

		{ "one goes, another gets its name", { STATUS(8, 6), NAME(3, "eight") }, SET_OK,
		    0 },
		{ "made and shelved", { STATUS(12, 4), WHOLE(12, "x"), SHELVE(12, 60) }, SET_OK,
		    0 },
		{ "goes, shelved no more", { STATUS(8, 6), SHELVE(8, 0) }, SET_OK, 0 },
		{ "goes, shelved", { STATUS(8, 6), SHELVE(8, 60) }, SET_INCONSISTENT_VALUE, 2 },
		{ "two are made", { STATUS(12, 5), STATUS(13, 5) }, SET_OK, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		struct txn *txn = begin();
		unsigned at = 0;
		enum set_error error = judge(txn, list[i].varbinds, &at);

		if (error != list[i].error || at != list[i].at)
			fail_msg("%s: error %d at %u", list[i].what, error, at);
		txn_free(txn);
	}
}

/* Of that PDU: the candidate; the caller frees the change. */
static struct change *
change_of(const struct set_varbind *varbinds)
{
	struct txn *txn = begin();
	struct change *change;
	unsigned at;

	assert_int_equal(judge(txn, varbinds, &at), SET_OK);
	change = txn_take_change(txn);
	txn_free(txn);
	return change;
}

static void
a_new_row_has_the_defaults(void **state)
{
	struct change *change =
	    change_of((const struct set_varbind[]){ STATUS(12, 4), WHOLE(12, "x"), { 0 } });
	const struct conf_sensor *sensor;

	(void)state;
	conf_seal(change->candidate);
	sensor = conf_sensor(change->candidate, 12);
	assert_non_null(sensor);
	assert_int_equal(sensor->storage, STORAGE_NON_VOLATILE);
	assert_int_equal(sensor->on_delay_ms, 30000);
	assert_int_equal(conf_limit_rule(sensor).deadband_milli, 1000);
	assert_string_equal(sensor->hardware_id, "x");
	assert_null(conf_find_idle(change->candidate, CONF_SENSOR, 12));
	change_free(change);
}

static void
a_row_that_stops_keeps_its_settings(void **state)
{
	struct change *change =
	    change_of((const struct set_varbind[]){ STATUS(8, 2), NAME(8, "stopped"), { 0 } });
	const struct conf_idle *idle = conf_find_idle(change->candidate, CONF_SENSOR, 8);

	(void)state;
	assert_non_null(idle);
	assert_string_equal(idle->settings.sensor.name, "stopped");
	assert_int_equal(idle->since_ms, NOW);
	conf_seal(change->candidate);
	assert_null(conf_sensor(change->candidate, 8));
	assert_int_equal(change->candidate->sensor_count, 2);
	change_free(change);
}

/* There would be no sensor to do it to. */
static void
the_end_of_a_shelving_goes_with_its_sensor(void **state)
{
	for (enum row_status status = ROW_STATUS_NOT_IN_SERVICE; status <= ROW_STATUS_DESTROY;
	     status += ROW_STATUS_DESTROY - ROW_STATUS_NOT_IN_SERVICE) {
		struct change *change = change_of(
		    (const struct set_varbind[]){ SHELVE(8, 0), STATUS(8, status), { 0 } });

		assert_int_equal(change->count, 1);
		assert_int_equal(change->items[0].kind, CHANGE_MOVE_ROW);
		change_free(change);
	}
	(void)state;
}

/* Rows that are not active lie among the others. */
static void
the_table_shows_all_rows_by_index(void **state)
{
	static const uint32_t indices[] = { 3, 7, 8, 9 };
	static const enum row_status statuses[] = { ROW_STATUS_ACTIVE, ROW_STATUS_ACTIVE,
		ROW_STATUS_ACTIVE, ROW_STATUS_NOT_READY };
	struct cell cell = { .snapshot = &snapshot };

	(void)state;
	assert_int_equal(table_sensor.row_count(&snapshot), COUNT(indices));
	for (size_t i = 0; i < COUNT(indices); i++) {
		const struct position position = { 46, indices[i] };
		const struct column *column;
		struct value value;

		assert_int_equal(table_sensor.row_index(&snapshot, i), indices[i]);
		assert_int_equal(
		    table_get(&table_sensor, &cell, &position, &column, &value), TABLE_OK);
		assert_int_equal(value.integer, statuses[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_status_in_each_state),
		cmocka_unit_test(a_new_row_has_the_defaults),
		cmocka_unit_test(a_row_that_stops_keeps_its_settings),
		cmocka_unit_test(the_end_of_a_shelving_goes_with_its_sensor),
		cmocka_unit_test(the_table_shows_all_rows_by_index),
	};

	return cmocka_run_group_tests(tests, set_up, set_fixture_down);
}
