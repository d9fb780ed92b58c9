/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "core/reading.h"
#include "core/text.h"
#include "snmp/tables.h"
#include "tests/unit/fixture.h"
#include "tests/unit/unit.h"

/* The real tables over a snapshot made by hand: sensors 3 (good), 7 (fault), 20 (humidity). */
#define NOW 1000000

static struct hub *hub;

static struct live_sensor
good(int32_t milli)
{
	return (struct live_sensor){
		.value_milli = milli,
		.last_good_milli = milli,
		.last_good_ms = NOW - 250,
		.minimum_milli = milli,
		.maximum_milli = milli,
		.quality = QUALITY_GOOD,
		.reason = FAULT_NONE,
		.severity = SEVERITY_OK,
		.zone = ZONE_NORMAL,
		.suppression = SUPPRESSION_NONE,
		.has_good = true,
		.has_extremes = true,
	};
}

/* Alarms 5 (a limit) and 9 (a fault); events 300 to 700. */
static void
publish_alarms(void)
{
	struct alarms *alarms = alarms_new(2);
	struct event_log log = { 0 };

	alarms->rows[0] = (struct alarm_row){
		.alarm = { .id = 5,
		    .kind = ALARM_LIMIT,
		    .state = ALARM_LATCHED,
		    .severity = SEVERITY_WARNING,
		    .zone = ZONE_HIGH_WARNING,
		    .peak_milli = 28000,
		    .limit_milli = 27000 },
		.sensor = 3,
		.has_value = true,
		.quantity = QUANTITY_TEMPERATURE,
		.source = "three",
	};
	alarms->rows[1] = (struct alarm_row){
		.alarm = { .id = 9,
		    .kind = ALARM_FAULT,
		    .state = ALARM_ACTIVE,
		    .severity = SEVERITY_CRITICAL,
		    .zone = ZONE_NORMAL,
		    .reason = FAULT_STALE },
		.source = "seven",
	};
	hub_take_alarms(hub, alarms);
	assert_int_equal(event_log_reserve(&log, 401), 0);
	for (uint32_t seq = 300; seq <= 700; seq++)
		event_log_add(&log, &(struct record){ .seq = seq, .kind = EVENT_AGENT_STOP });
	hub_take_events(hub, event_log_view(&log));
	event_log_done(&log);
}

/* Deliveries 4 (deferred), 6 (delivered) and 9 (given up) of channel snmp. */
static void
publish_deliveries(void)
{
	struct deliveries *deliveries = deliveries_new(3);

	deliveries->channel_count = 1;
	deliveries->channels[0] = (struct channel_view){
		.channel = CHANNEL_SNMP,
		.name = "snmp",
		.books = { .accepted = 7, .in_doubt = 2, .late_count = 5 },
		.pending = 6,
		.has_oldest = true,
		.oldest_ms = NOW - 4999,
	};
	deliveries->rows[0] = (struct delivery){
		.id = 4,
		.seq = 300,
		.channel = CHANNEL_SNMP,
		.state = DELIVERY_DEFERRED,
		.attempts = 3,
		.created_ms = NOW - 4999,
		.created_wall_ms = INT64_C(1700000000250),
		.useful_until_ms = NOW - 1,
		.next_ms = NOW + 2001,
		.has_result = true,
		.result = RESULT_SERVER_NOT_READY,
		.code = 421,
		.enhanced = "4.3.2",
		.reply = "busy",
		.is_fresh = true,
		.phase = "greeting",
		.took_ms = 17,
		.destination = "somebody",
	};
	deliveries->rows[1] = (struct delivery){
		.id = 6,
		.state = DELIVERY_DELIVERED,
		.has_result = true,
		.result = RESULT_OK,
	};
	deliveries->rows[2] = (struct delivery){
		.id = 9,
		.state = DELIVERY_FAILED,
		.has_result = true,
		.result = RESULT_QUEUE_FULL,
	};
	hub_take_deliveries(hub, deliveries);
}

/* Relay 2, which works, and 5, which is new; contact 4. */
static void
add_mail(struct conf *conf)
{
	struct conf_contact *contact = conf_add_contact(conf);

	assert_non_null(contact);
	contact->index = 4;
	for (uint32_t index = 2; index <= 5; index += 3) {
		struct conf_relay *relay = conf_add_relay(conf);

		assert_non_null(relay);
		relay->index = index;
		text_copy(relay->password, sizeof(relay->password), index == 2 ? "secret" : "");
	}
}

static struct mail_view *
mail_view(void)
{
	struct mail_view *mail = mail_view_new(1, 1);

	assert_non_null(mail);
	mail->path_state = MAIL_PATH_OK;
	mail->has_test = true;
	mail->test_result = RESULT_SERVER_NOT_READY;
	mail->contacts[0] = (struct contact_view){
		.index = 4,
		.books = { .sent = 12, .has_result = true, .last_result = RESULT_OK },
	};
	mail->relays[0] = (struct relay_view){
		.index = 2,
		.state = RELAY_STATE_OK,
		.has_result = true,
		.code = 250,
		.latency_ms = 80,
		.last_success_wall_ms = 1,
		.has_days = true,
		.days = -3,
	};
	return mail;
}

static int
publish(void **state)
{
	struct conf *conf = fixture_conf("", 1000);
	struct live_agent agent = { .uuid = "u", .overall = SEVERITY_OK };
	struct live *live;

	(void)state;
	fixture_sensor(conf, 3, "three")->limit_milli[LIMIT_HIGH_WARNING] = 27000;
	conf->sensors[0].limit_milli[LIMIT_LOW_CRITICAL] = -10500;
	conf->sensors[0].limits_enabled =
	    LIMIT_BIT(LIMIT_LOW_CRITICAL) | LIMIT_BIT(LIMIT_HIGH_WARNING);
	fixture_sensor(conf, 20, "twenty")->quantity = QUANTITY_HUMIDITY;
	fixture_sensor(conf, 7, "seven");
	add_mail(conf);
	conf_seal(conf);
	conf->entity_index = 1;
	conf->buses[0].entity_index = 2;
	for (size_t i = 0; i < 3; i++)
		conf->sensors[i].entity_index = 3 + (uint32_t)i;
	assert_int_equal(conf_entity_list(conf), 0);
	setenv("TZ", "Nowhere+3:30", 1); /* three and a half hours west */
	assert_int_equal(hub_new(&hub), 0);
	hub_take_mail(hub, mail_view());
	live = hub_take_live(hub, 3, 1);
	live->sensors[0] = good(-500);
	live->sensors[1] = (struct live_sensor){ .quality = QUALITY_FAULT,
		.reason = FAULT_NO_REPLY,
		.severity = SEVERITY_UNKNOWN,
		.zone = ZONE_NORMAL };
	live->sensors[2] = good(45000);
	for (size_t i = 0; i < 3; i++) { /* of a humidity nobody asks */
		live->sensors[i].has_day = true;
		live->sensors[i].day_minimum_milli = -700;
		live->sensors[i].day_maximum_milli = 900;
		live->sensors[i].has_trend = true;
		live->sensors[i].trend_milli = -2000;
	}
	live->buses[0].state = BUS_UP;
	publish_alarms();
	publish_deliveries();
	assert_int_equal(hub_publish(hub, conf, live, &agent), 0);
	conf_unref(conf);
	return 0;
}

static int
withdraw(void **state)
{
	(void)state;
	hub_free(hub);
	return 0;
}

static void
get_tells_no_object_from_no_instance(void **state)
{
	static const struct {
		const char *what;
		struct position at;
		enum table_result result;
		int32_t integer;
	} cases[] = {
		{ "a value", { 7, 3 }, TABLE_OK, -500 },
		{ "a limit", { 21, 3 }, TABLE_OK, 27000 },
		{ "a limit never set", { 22, 3 }, TABLE_OK, 0 },
		{ "no value in fault", { 7, 7 }, TABLE_NO_INSTANCE, 0 },
		{ "the quality of that one", { 9, 7 }, TABLE_OK, QUALITY_FAULT },
		{ "no such row", { 7, 4 }, TABLE_NO_INSTANCE, 0 },
		{ "no index 0", { 7, 0 }, TABLE_NO_INSTANCE, 0 },
		{ "beyond all rows", { 7, UINT64_MAX }, TABLE_NO_INSTANCE, 0 },
		{ "the index column is not accessible", { 1, 3 }, TABLE_NO_OBJECT, 0 },
		{ "no such column", { 48, 3 }, TABLE_NO_OBJECT, 0 },
	};
	struct cell cell = { .snapshot = hub_get(hub), .now_ms = NOW };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct column *column;
		struct value value;
		enum table_result result =
		    table_get(&table_sensor, &cell, &cases[i].at, &column, &value);

		if (result != cases[i].result)
			fail_msg("%s: result %d", cases[i].what, result);
		if (result == TABLE_OK)
			assert_int_equal(value.integer, cases[i].integer);
	}
	hub_put(hub, cell.snapshot);
}

static void
next_passes_over_missing_cells_and_goes_on_in_the_next_column(void **state)
{
	static const struct {
		const char *what;
		struct position from, to;
	} cases[] = {
		{ "the very first", { 0, 0 }, { 2, 3 } },
		{ "the index column is passed over", { 1, 20 }, { 2, 3 } },
		{ "a row that is there may be meant", { 2, 3 }, { 2, 3 } },
		{ "the next row", { 2, 4 }, { 2, 7 } },
		{ "behind the last row", { 2, 21 }, { 3, 3 } },
		{ "no value in fault", { 7, 4 }, { 7, 20 } },
		{ "an index beyond 32 bits", { 7, UINT64_C(1) << 40 }, { 8, 3 } },
	};
	struct cell cell = { .snapshot = hub_get(hub), .now_ms = NOW };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct position position = cases[i].from;
		const struct column *column;
		struct value value;

		assert_int_equal(
		    table_next(&table_sensor, &cell, &position, &column, &value), TABLE_OK);
		if (position.column != cases[i].to.column || position.index != cases[i].to.index)
			fail_msg("%s: went to %d.%d", cases[i].what, (int)position.column,
			    (int)position.index);
	}
	hub_put(hub, cell.snapshot);
}

static void
a_walk_of_each_table_rises_and_ends(void **state)
{
	struct cell cell = { .snapshot = hub_get(hub), .now_ms = NOW };

	(void)state;
	for (size_t t = 0; tables[t] != NULL; t++) {
		struct position position = { 0, 0 }, last = { 0, 0 };
		const struct column *column;
		struct value value;
		size_t cells = 0;

		while (table_next(tables[t], &cell, &position, &column, &value) == TABLE_OK) {
			assert_true(
			    position.column > last.column ||
			    (position.column == last.column && position.index > last.index));
			assert_int_equal(column->number, position.column);
			last = position;
			position.index++;
			cells++;
		}
		assert_true(cells > 0);
	}
	hub_put(hub, cell.snapshot);
}

static void
a_walk_of_rows_in_disorder_ends(void **state)
{
	static const uint32_t ids[] = { 4294967243, 1, 2, 3, 4294967244, 0 };
	const struct snapshot *snapshot = hub_get(hub);
	struct deliveries *deliveries = deliveries_new(COUNT(ids));
	struct snapshot disorder = *snapshot;
	struct cell cell = { .snapshot = &disorder, .now_ms = NOW };
	struct position position = { 0, 0 }, last = { 0, 0 };
	const struct column *column;
	struct value value;

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++)
		deliveries->rows[i].id = ids[i];
	disorder.deliveries = deliveries;
	while (table_next(&table_delivery, &cell, &position, &column, &value) == TABLE_OK) {
		assert_true(position.column > last.column || position.index > last.index);
		last = position;
		position.index++;
	}
	free(deliveries);
	hub_put(hub, snapshot);
}

static void
only_temperatures_have_a_row_in_the_temperature_table(void **state)
{
	static const struct {
		struct position at;
		enum table_result result;
		int32_t want;
	} cases[] = {
		{ { 1, 20 }, TABLE_NO_INSTANCE, 0 },
		{ { 3, 3 }, TABLE_OK, -5 },
		{ { 4, 3 }, TABLE_OK, 31100 },
		{ { 6, 3 }, TABLE_OK, -700 },
		{ { 7, 3 }, TABLE_OK, 900 },
		{ { 8, 3 }, TABLE_OK, -2000 },
		{ { 9, 3 }, TABLE_OK, 300 },
		{ { 6, 7 }, TABLE_OK, -700 },       /* in a fault the past stays, */
		{ { 8, 7 }, TABLE_NO_INSTANCE, 0 }, /* but nobody knows what comes */
		{ { 9, 7 }, TABLE_NO_INSTANCE, 0 },
		{ { 6, 20 }, TABLE_NO_INSTANCE, 0 },
		{ { 7, 20 }, TABLE_NO_INSTANCE, 0 },
		{ { 8, 20 }, TABLE_NO_INSTANCE, 0 },
	};
	struct cell cell = { .snapshot = hub_get(hub), .now_ms = NOW };
	const struct column *column;
	struct value value;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum table_result result =
		    table_get(&table_temperature, &cell, &cases[i].at, &column, &value);

		assert_int_equal(result, cases[i].result);
		if (result == TABLE_OK)
			assert_int_equal(
			    column->type == VALUE_GAUGE ? (int32_t)value.number : value.integer,
			    cases[i].want);
	}
	hub_put(hub, cell.snapshot);
}

static void
texts_times_and_bits_have_the_shape_of_the_mib(void **state)
{
	struct cell cell = {
		.snapshot = hub_get(hub), .now_ms = NOW, .now_wall_ms = INT64_C(1700000000250)
	};
	static const unsigned char date[11] = { 0x07, 0xe7, 11, 14, 18, 43, 20, 0, '-', 3, 30 };
	const struct column *column;
	struct value value;

	(void)state;
	assert_int_equal(
	    table_get(&table_sensor, &cell, &(struct position){ 8, 3 }, &column, &value), TABLE_OK);
	assert_int_equal(value.length, 6);
	assert_memory_equal(value.octets, "-0.500", 6);
	assert_int_equal(
	    table_get(&table_sensor, &cell, &(struct position){ 8, 7 }, &column, &value), TABLE_OK);
	assert_int_equal(value.length, 0);
	assert_int_equal(
	    table_get(&table_sensor, &cell, &(struct position){ 23, 3 }, &column, &value),
	    TABLE_OK);
	assert_int_equal(value.length, 1);
	assert_int_equal(*(const unsigned char *)value.octets, 0xa0);
	assert_int_equal(
	    table_get(&table_sensor, &cell, &(struct position){ 14, 3 }, &column, &value),
	    TABLE_OK);
	assert_int_equal(value.number, 250);
	assert_int_equal(
	    table_get(&table_sensor, &cell, &(struct position){ 15, 3 }, &column, &value),
	    TABLE_OK);
	assert_int_equal(value.length, 11);
	assert_memory_equal(value.octets, date, 11);
	hub_put(hub, cell.snapshot);
}

static void
assert_text(const struct table *table, uint64_t column, uint64_t index, const char *text)
{
	struct cell cell = { .snapshot = hub_get(hub), .now_ms = NOW };
	const struct position at = { column, index };
	const struct column *ret_column;
	struct value value;

	assert_int_equal(table_get(table, &cell, &at, &ret_column, &value), TABLE_OK);
	assert_int_equal(value.length, strlen(text));
	assert_memory_equal(value.octets, text, value.length);
	hub_put(hub, cell.snapshot);
}

static void
channels_and_deliveries_have_rows(void **state)
{
	static const struct {
		const struct table *table;
		struct position at;
		enum table_result result;
		int32_t integer;
	} cases[] = {
		{ &table_channel, { 3, 1 }, TABLE_OK, 7 },
		{ &table_channel, { 9, 1 }, TABLE_OK, 2 },
		{ &table_channel, { 10, 1 }, TABLE_OK, 6 },
		{ &table_channel, { 11, 1 }, TABLE_OK, 4 },
		{ &table_channel, { 12, 1 }, TABLE_NO_INSTANCE, 0 },
		{ &table_channel, { 14, 1 }, TABLE_NO_INSTANCE, 0 },
		{ &table_channel, { 15, 1 }, TABLE_OK, 1 },
		{ &table_channel, { 3, 2 }, TABLE_NO_INSTANCE, 0 },
		{ &table_delivery, { 2, 4 }, TABLE_OK, CHANNEL_SNMP },
		{ &table_delivery, { 4, 4 }, TABLE_OK, 300 },
		{ &table_delivery, { 5, 4 }, TABLE_OK, DELIVERY_DEFERRED },
		{ &table_delivery, { 6, 4 }, TABLE_OK, 3 },
		{ &table_delivery, { 8, 4 }, TABLE_OK, 3 }, /* not before it */
		{ &table_delivery, { 9, 4 }, TABLE_OK, 0 }, /* an alarm that is active */
		{ &table_delivery, { 10, 4 }, TABLE_OK, RESULT_SERVER_NOT_READY },
		{ &table_delivery, { 11, 4 }, TABLE_OK, 421 },
		{ &table_delivery, { 8, 6 }, TABLE_NO_INSTANCE, 0 },
		{ &table_delivery, { 9, 6 }, TABLE_NO_INSTANCE, 0 },
		{ &table_delivery, { 10, 6 }, TABLE_OK, RESULT_OK },
		{ &table_delivery, { 11, 6 }, TABLE_NO_INSTANCE, 0 },
		{ &table_delivery, { 14, 6 }, TABLE_OK, 1 },
		{ &table_delivery, { 17, 4 }, TABLE_OK, 17 },
		{ &table_delivery, { 17, 6 }, TABLE_NO_INSTANCE, 0 }, /* before our start */
		{ &table_delivery, { 5, 5 }, TABLE_NO_INSTANCE, 0 },
		{ &table_delivery_maximum, { 3, 0 }, TABLE_OK, 2000 },
		{ &table_delivery_retry_base, { 4, 0 }, TABLE_OK, 15000 },
		{ &table_delivery_retry_cap, { 5, 0 }, TABLE_OK, 600000 },
		{ &table_delivery_useful_for, { 6, 0 }, TABLE_OK, 14400 },
		{ &table_system, { 12, 0 }, TABLE_OK, 6 },
		{ &table_system, { 14, 0 }, TABLE_OK, MAIL_PATH_OK },
		{ &table_mail_test, { 3, 0 }, TABLE_OK, 1 },
		{ &table_mail_test_result, { 5, 0 }, TABLE_OK, RESULT_SERVER_NOT_READY },
		{ &table_contact, { 10, 4 }, TABLE_OK, 12 },
		{ &table_contact, { 11, 4 }, TABLE_OK, RESULT_OK },
		{ &table_contact, { 13, 4 }, TABLE_OK, 1 },
		{ &table_relay, { 7, 2 }, TABLE_OK, 1 },
		{ &table_relay, { 8, 2 }, TABLE_OK, RELAY_STATE_OK },
		{ &table_relay, { 9, 2 }, TABLE_OK, RESULT_OK },
		{ &table_relay, { 10, 2 }, TABLE_OK, 250 },
		{ &table_relay, { 13, 2 }, TABLE_OK, 80 },
		{ &table_relay, { 14, 2 }, TABLE_OK, -3 },
		{ &table_relay, { 7, 5 }, TABLE_OK, 2 },
		{ &table_relay, { 8, 5 }, TABLE_OK, RELAY_STATE_UNKNOWN },
		{ &table_relay, { 9, 5 }, TABLE_NO_INSTANCE, 0 },
		{ &table_relay, { 10, 5 }, TABLE_NO_INSTANCE, 0 },
		{ &table_relay, { 12, 5 }, TABLE_NO_INSTANCE, 0 },
		{ &table_relay, { 13, 5 }, TABLE_NO_INSTANCE, 0 },
		{ &table_relay, { 14, 5 }, TABLE_NO_INSTANCE, 0 },
		{ &table_system, { 13, 0 }, TABLE_OK, 4 },
		{ &table_system, { 18, 0 }, TABLE_OK, 0 },
	};
	struct cell cell = { .snapshot = hub_get(hub), .now_ms = NOW };
	const struct column *column;
	struct value value;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum table_result result =
		    table_get(cases[i].table, &cell, &cases[i].at, &column, &value);
		int32_t got;

		if (result != cases[i].result)
			fail_msg("case %zu: result %d", i, result);
		if (result != TABLE_OK)
			continue;
		got = column->type == VALUE_INTEGER ? value.integer : (int32_t)value.number;
		if (got != cases[i].integer)
			fail_msg("case %zu: %d", i, got);
	}
	hub_put(hub, cell.snapshot);
	assert_text(&table_channel, 2, 1, "snmp");
	assert_text(&table_channel, 13, 1, "");
	assert_text(&table_relay, 6, 2, "");
	assert_text(&table_relay, 11, 5, "");
	assert_text(&table_delivery, 3, 4, "somebody");
	assert_text(&table_delivery, 12, 4, "busy");
	assert_text(&table_delivery, 12, 6, "");
	assert_text(&table_delivery, 12, 9, "the queue was full");
	assert_text(&table_delivery, 13, 4, "");
	assert_text(&table_delivery, 15, 4, "greeting");
	assert_text(&table_delivery, 15, 6, "");
	assert_text(&table_delivery, 16, 4, "4.3.2");
}

static void
alarms_and_events_have_rows(void **state)
{
	static const struct {
		const struct table *table;
		struct position at;
		enum table_result result;
		int32_t integer;
	} cases[] = {
		{ &table_alarm, { 6, 5 }, TABLE_OK, ZONE_NORMAL }, /* it is over */
		{ &table_alarm, { 10, 5 }, TABLE_OK, 28000 },
		{ &table_alarm, { 10, 9 }, TABLE_NO_INSTANCE, 0 },
		{ &table_alarm, { 12, 9 }, TABLE_OK, ALARM_ACTIVE },
		{ &table_alarm, { 12, 6 }, TABLE_NO_INSTANCE, 0 },
		{ &table_event, { 2, 300 }, TABLE_OK, EVENT_AGENT_STOP },
		{ &table_event, { 2, 700 }, TABLE_OK, EVENT_AGENT_STOP },
		{ &table_event, { 2, 299 }, TABLE_NO_INSTANCE, 0 },
		{ &table_event, { 2, 701 }, TABLE_NO_INSTANCE, 0 },
		{ &table_event, { 8, 300 }, TABLE_NO_INSTANCE, 0 },
	};
	struct cell cell = { .snapshot = hub_get(hub), .now_ms = NOW };
	const struct column *column;
	struct value value;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(table_get(cases[i].table, &cell, &cases[i].at, &column, &value),
		    cases[i].result);
		if (cases[i].result == TABLE_OK)
			assert_int_equal(value.integer, cases[i].integer);
	}
	hub_put(hub, cell.snapshot);
	assert_text(&table_alarm, 16, 5,
	    "three is too high: 28.000 C has reached the warning limit 27.000 C.");
	assert_text(&table_alarm, 16, 9, "seven gives no valid reading: stale.");
	assert_text(&table_event, 13, 555, "The agent stops.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(get_tells_no_object_from_no_instance),
		cmocka_unit_test(next_passes_over_missing_cells_and_goes_on_in_the_next_column),
		cmocka_unit_test(a_walk_of_each_table_rises_and_ends),
		cmocka_unit_test(a_walk_of_rows_in_disorder_ends),
		cmocka_unit_test(only_temperatures_have_a_row_in_the_temperature_table),
		cmocka_unit_test(alarms_and_events_have_rows),
		cmocka_unit_test(channels_and_deliveries_have_rows),
		cmocka_unit_test(texts_times_and_bits_have_the_shape_of_the_mib),
	};

	return cmocka_run_group_tests(tests, publish, withdraw);
}
