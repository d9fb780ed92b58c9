/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/conf_entity.h"
#include "conf/conf_idle.h"
#include "tests/unit/unit.h"

static struct conf *
make(const uint32_t *sensors, size_t count)
{
	struct conf *conf = conf_new();

	assert_non_null(conf);
	for (uint32_t index = 3; index > 0; index--) {
		struct conf_bus *bus = conf_add_bus(conf);

		assert_non_null(bus);
		bus->index = index * 10;
		snprintf(bus->name, sizeof(bus->name), "bus%u", index);
	}
	for (size_t i = 0; i < count; i++) {
		struct conf_sensor *sensor = conf_add_sensor(conf);

		assert_non_null(sensor);
		sensor->index = sensors[i];
		snprintf(sensor->bus, sizeof(sensor->bus), "bus%u", sensors[i] % 3 + 1);
	}
	return conf;
}

static void
begins_with_the_defaults(void **state)
{
	struct conf *conf = make((const uint32_t[]){ 1 }, 1);

	(void)state;
	assert_string_equal(conf->agent.agentx, "unix:/var/agentx/master");
	assert_string_equal(conf->agent.state_dir, STATE_DIR);
	assert_string_equal(conf->agent.site, "");
	assert_string_equal(conf->agent.log_level, "info");
	assert_int_equal(conf->buses[0].poll_interval_ms, 1000);
	assert_int_equal(conf->sensors[0].storage, STORAGE_PERMANENT);
	assert_int_equal(conf->sensors[0].gain_micro, 1000000);
	assert_int_equal(conf->event.maximum, 10000);
	assert_int_equal(conf->delivery.retry_base_ms, 15000);
	assert_int_equal(conf->breaker.failures, 3);
	assert_int_equal(conf->limiter.burst, 6);
	assert_int_equal(conf->mail.group_window_ms, 10000);
	assert_false(conf->mail.is_enabled);
	conf_unref(conf);
}

static void
is_found_by_index_once_sealed(void **state)
{
	static const uint32_t indices[] = { 9, 4, 4000000000u, 1, 17, 2, 100, 3, 7, 8 };
	struct conf *conf = make(indices, COUNT(indices));

	(void)state;
	conf_seal(conf);
	for (size_t i = 0; i < COUNT(indices); i++) {
		const struct conf_sensor *sensor = conf_sensor(conf, indices[i]);

		assert_non_null(sensor);
		assert_int_equal(sensor->index, indices[i]);
		assert_int_equal(sensor->bus_index, (indices[i] % 3 + 1) * 10);
	}
	for (size_t i = 1; i < conf->sensor_count; i++)
		assert_true(conf->sensors[i - 1].index < conf->sensors[i].index);
	assert_string_equal(conf_bus(conf, 20)->name, "bus2");
	assert_null(conf_bus(conf, 2));
	assert_null(conf_sensor(conf, 0));
	assert_null(conf_sensor(conf, 5));
	conf_unref(conf);
}

static void
may_be_empty(void **state)
{
	struct conf *conf = conf_new();

	(void)state;
	conf_seal(conf);
	assert_null(conf_bus(conf, 1));
	assert_null(conf_sensor(conf, 1));
	conf_unref(conf);
	conf_unref(NULL);
}

static void
grows_while_it_is_made_and_after_it_is_sealed(void **state)
{
	static uint32_t indices[1000];
	struct conf *conf;

	(void)state;
	for (uint32_t i = 0; i < COUNT(indices); i++)
		indices[i] = COUNT(indices) - i;
	conf = make(indices, COUNT(indices));
	conf_seal(conf);
	assert_non_null(conf_add_sensor(conf));
	assert_int_equal(conf->sensor_count, COUNT(indices) + 1);
	assert_int_equal(conf->sensors[COUNT(indices)].index, 0);
	assert_int_equal(conf->sensors[COUNT(indices) - 1].index, COUNT(indices));
	conf_unref(conf);
}

static void
lives_until_the_last_reference_goes(void **state)
{
	struct conf *conf = make(NULL, 0), *second = conf_ref(conf);

	(void)state;
	assert_ptr_equal(second, conf);
	conf_unref(conf);
	assert_string_equal(second->buses[0].name, "bus3"); /* the sanitizer looks */
	conf_unref(second);
}

static struct conf_relay *
add_relay(struct conf *conf, uint32_t index, const char *host, uint32_t port)
{
	struct conf_relay *relay = conf_add_relay(conf);

	assert_non_null(relay);
	relay->index = index;
	text_copy(relay->host, sizeof(relay->host), host);
	relay->port = port;
	text_copy(relay->password, sizeof(relay->password), "hunter2");
	return relay;
}

static void
relays_keep_their_order_of_preference(void **state)
{
	struct conf *conf = make(NULL, 0);

	(void)state;
	for (uint32_t i = 0; i < 20; i++)
		add_relay(conf, 40 - i, "a", i + 1);
	conf_seal(conf);
	for (uint32_t i = 0; i < 20; i++) {
		const struct conf_relay *relay = conf_relay(conf, 40 - i);

		assert_non_null(relay);
		assert_int_equal(relay->port, i + 1);
		assert_int_equal(relay->rank, i + 1);
		assert_string_equal(relay->password, "hunter2");
		assert_int_equal(conf->relays[i].index, 21 + i);
	}
	assert_null(conf_relay(conf, 20));
	assert_int_equal(add_relay(conf, 50, "b", 1)->rank, 21);
	conf_unref(conf);
}

static void
a_relay_back_in_service_has_its_old_place(void **state)
{
	static const uint32_t by_set[] = { 12, 10, 11 };
	struct conf *conf = make(NULL, 0);

	(void)state;
	add_relay(conf, 30, "first", 1);
	add_relay(conf, 20, "second", 1);
	for (size_t i = 0; i < COUNT(by_set); i++)
		add_relay(conf, by_set[i], "set", 1)->storage = STORAGE_NON_VOLATILE;
	conf_seal(conf);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(conf_relay(conf, 10 + i)->rank, 3 + i);
	assert_int_equal(conf_deactivate(conf, CONF_RELAY, 10, 0), 0);
	conf_seal(conf);
	assert_int_equal(conf_relay(conf, 11)->rank, 3);
	assert_int_equal(conf_activate(conf, CONF_RELAY, 10), 0);
	conf_seal(conf);
	assert_int_equal(conf_relay(conf, 30)->rank, 1);
	assert_int_equal(conf_relay(conf, 20)->rank, 2);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(conf_relay(conf, 10 + i)->rank, 3 + i);
	conf_unref(conf);
}

static void
contacts_are_found_by_index(void **state)
{
	struct conf *conf = make(NULL, 0);

	(void)state;
	for (uint32_t i = 9; i > 0; i--) {
		struct conf_contact *contact = conf_add_contact(conf);

		assert_non_null(contact);
		contact->index = 2 * i;
		snprintf(contact->name, sizeof(contact->name), "c%u", i);
	}
	conf_seal(conf);
	assert_string_equal(conf_contact(conf, 8)->name, "c4");
	assert_null(conf_contact(conf, 9));
	assert_null(conf_contact(conf, 0));
	conf_unref(conf);
}

static void
a_relay_is_known_by_host_and_port(void **state)
{
	static const struct {
		const char *host;
		uint32_t port;
		const char *key;
	} cases[] = {
		{ "mail.example.org", 465, "mail.example.org:465" },
		{ "mail.example.org", 587, "mail.example.org:587" },
		{ "Mail.Example.Org", 465, "mail.example.org:465#2" },
		{ "::1", 25, "::1:25" },
		{ "mail.example.org", 465, "mail.example.org:465#3" },
	};
	struct conf *conf = make(NULL, 0);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		add_relay(conf, 0, cases[i].host, cases[i].port);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char key[CONF_RELAY_KEY_SIZE];

		conf_relay_key(conf, i, key, sizeof(key));
		assert_string_equal(key, cases[i].key);
	}
	conf_unref(conf);
}

static void
a_copy_is_whole_and_its_own(void **state)
{
	struct conf *conf = make((const uint32_t[]){ 7, 3, 5 }, 3), *copy;

	(void)state;
	add_relay(conf, 2, "a", 25);
	assert_non_null(conf_add_contact(conf));
	text_copy(conf->agent.site, sizeof(conf->agent.site), "Prague 1");
	text_copy(conf->mail.from, sizeof(conf->mail.from), "a@b");
	conf->delivery.pace = 7;
	conf->generation = 4;
	assert_int_equal(conf_entity_list(conf), 0);
	copy = conf_copy(conf);
	assert_non_null(copy);
	assert_int_equal(copy->generation, 4);
	assert_string_equal(copy->agent.site, "Prague 1");
	assert_string_equal(copy->mail.from, "a@b");
	assert_int_equal(copy->delivery.pace, 7);
	assert_int_equal(copy->bus_count, 3);
	assert_memory_equal(copy->buses, conf->buses, 3 * sizeof(*conf->buses));
	assert_int_equal(copy->sensor_count, 3);
	assert_memory_equal(copy->sensors, conf->sensors, 3 * sizeof(*conf->sensors));
	assert_memory_equal(copy->relays, conf->relays, sizeof(*conf->relays));
	assert_memory_equal(copy->contacts, conf->contacts, sizeof(*conf->contacts));
	assert_true(conf_entity_is_equal(copy, conf));

	copy->sensors[0].index = 9;
	copy->relays[0].password[0] = 'H';
	assert_int_equal(conf->sensors[0].index, 7);
	assert_string_equal(conf->relays[0].password, "hunter2");
	conf_unref(conf);
	assert_string_equal(copy->relays[0].password, "Hunter2"); /* the sanitizer looks */
	assert_non_null(conf_add_sensor(copy));
	assert_non_null(conf_add_bus(copy));
	add_relay(copy, 3, "b", 25);
	assert_non_null(conf_add_contact(copy));
	conf_seal(copy);
	assert_int_equal(conf_sensor(copy, 9)->index, 9);
	assert_int_equal(conf_relay(copy, 2)->rank, 1);
	conf_unref(copy);
}

static void
a_copy_of_nothing_is_empty(void **state)
{
	struct conf *conf = conf_new(), *copy = conf_copy(conf);

	(void)state;
	conf_unref(conf);
	assert_non_null(copy);
	assert_null(copy->sensors);
	assert_non_null(conf_add_relay(copy));
	conf_unref(copy);
}

static void
a_sensor_has_its_own_interval_or_that_of_its_bus(void **state)
{
	struct conf_bus bus = { .poll_interval_ms = 1000 };
	struct conf_sensor sensor = { .poll_interval_ms = 0 };

	(void)state;
	assert_int_equal(conf_poll_interval_ms(&sensor, &bus), 1000);
	sensor.poll_interval_ms = 250;
	assert_int_equal(conf_poll_interval_ms(&sensor, &bus), 250);
}

static void
knows_what_starts_a_sensor_afresh(void **state)
{
	const struct conf_sensor one = { .bus = "a", .address = "1", .quantity = QUANTITY_LEVEL };
	struct conf_sensor other;

	(void)state;
	other = one;
	other.gain_micro = 7;
	other.name[0] = 'x';
	assert_true(conf_sensor_is_same_source(&one, &other));
	other.bus[0] = 'b';
	assert_false(conf_sensor_is_same_source(&one, &other));
	other = one;
	other.address[0] = '2';
	assert_false(conf_sensor_is_same_source(&one, &other));
	other = one;
	other.quantity = QUANTITY_FLOW;
	assert_false(conf_sensor_is_same_source(&one, &other));
}

static void
knows_what_opens_a_bus_again(void **state)
{
	const struct conf_bus one = { .driver = "a", .endpoint = "b", .options = "c" };
	struct conf_bus other;

	(void)state;
	other = one;
	other.poll_interval_ms = 7;
	assert_true(conf_bus_is_same_line(&one, &other));
	other.driver[0] = 'x';
	assert_false(conf_bus_is_same_line(&one, &other));
	other = one;
	other.endpoint[0] = 'x';
	assert_false(conf_bus_is_same_line(&one, &other));
	other = one;
	other.options[0] = 'x';
	assert_false(conf_bus_is_same_line(&one, &other));
}

static void
a_sensor_makes_a_value_of_what_its_driver_says(void **state)
{
	static const struct {
		const char *what;
		struct reading reading;
		enum quantity quantity;
		int32_t low, high;
		enum fault_reason reason;
		int32_t milli;
	} cases[] = {
		{ "in both ranges", { FAULT_NONE, { RAW_INT, { .i = 215 } } }, QUANTITY_TEMPERATURE,
		    -40000, 60000, FAULT_NONE, 21500 },
		{ "at the upper edge", { FAULT_NONE, { RAW_INT, { .i = 600 } } },
		    QUANTITY_TEMPERATURE, -40000, 60000, FAULT_NONE, 60000 },
		{ "at the lower edge", { FAULT_NONE, { RAW_INT, { .i = -400 } } },
		    QUANTITY_TEMPERATURE, -40000, 60000, FAULT_NONE, -40000 },
		{ "above the device's", { FAULT_NONE, { RAW_INT, { .i = 601 } } },
		    QUANTITY_TEMPERATURE, -40000, 60000, FAULT_OUT_OF_RANGE, 7 },
		{ "below the device's", { FAULT_NONE, { RAW_INT, { .i = -401 } } },
		    QUANTITY_TEMPERATURE, -40000, 60000, FAULT_OUT_OF_RANGE, 7 },
		{ "the quantity's counts, too", { FAULT_NONE, { RAW_INT, { .i = 1030 } } },
		    QUANTITY_HUMIDITY, -40000, 200000, FAULT_OUT_OF_RANGE, 7 },
		{ "not a number", { FAULT_NONE, { RAW_REAL, { .d = __builtin_nan("") } } },
		    QUANTITY_TEMPERATURE, -40000, 60000, FAULT_IMPLAUSIBLE, 7 },
		{ "the driver's word", { .reason = FAULT_NO_REPLY }, QUANTITY_TEMPERATURE, -40000,
		    60000, FAULT_NO_REPLY, 7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct conf_sensor sensor = {
			.quantity = cases[i].quantity,
			.gain_micro = 100000,
			.range_low_milli = cases[i].low,
			.range_high_milli = cases[i].high,
		};
		int32_t milli = 7;

		assert_int_equal(
		    conf_sensor_value(&sensor, &cases[i].reading, &milli), cases[i].reason);
		assert_int_equal(milli, cases[i].milli);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_with_the_defaults),
		cmocka_unit_test(is_found_by_index_once_sealed),
		cmocka_unit_test(may_be_empty),
		cmocka_unit_test(grows_while_it_is_made_and_after_it_is_sealed),
		cmocka_unit_test(lives_until_the_last_reference_goes),
		cmocka_unit_test(relays_keep_their_order_of_preference),
		cmocka_unit_test(a_relay_back_in_service_has_its_old_place),
		cmocka_unit_test(contacts_are_found_by_index),
		cmocka_unit_test(a_relay_is_known_by_host_and_port),
		cmocka_unit_test(a_copy_is_whole_and_its_own),
		cmocka_unit_test(a_copy_of_nothing_is_empty),
		cmocka_unit_test(a_sensor_has_its_own_interval_or_that_of_its_bus),
		cmocka_unit_test(a_sensor_makes_a_value_of_what_its_driver_says),
		cmocka_unit_test(knows_what_starts_a_sensor_afresh),
		cmocka_unit_test(knows_what_opens_a_bus_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
