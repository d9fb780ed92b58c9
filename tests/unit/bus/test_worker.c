/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bus/buses.h"
#include "drivers/driver.h"
#include "sys/chan.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "tests/unit/fixture.h"
#include "tests/unit/unit.h"

/* The real worker with the driver sim; its reports are taken from a channel as the engine would. */
#define PATIENCE_MS 120000

static char folder[] = "/tmp/test_worker.XXXXXX";
static char script[sizeof(folder) + 16];

static void
drop_report(struct chan_message *message)
{
	free(message->data);
}

static void
put_report(void *context, struct bus_report *report)
{
	if (chan_put(context, (struct chan_message){ .data = report }) == CHAN_FULL)
		free(report);
}

static struct bus_report *
next_report(struct chan *reports)
{
	struct chan_message message;

	assert_true(chan_get(reports, PATIENCE_MS, &message));
	return message.data;
}

/* Waits for a sample of the sensor with that reason; the report's bus state goes to *ret_state. */
static struct sample
await_sample(
    struct chan *reports, uint32_t sensor, enum fault_reason reason, enum bus_state *ret_state)
{
	int64_t until_ms = clock_boottime_ms() + PATIENCE_MS;

	while (clock_boottime_ms() < until_ms) {
		struct bus_report *report = next_report(reports);
		struct sample sample = { 0 };

		for (size_t i = 0; i < report->count; i++)
			if (report->samples[i].sensor == sensor &&
			    report->samples[i].reading.reason == reason)
				sample = report->samples[i];
		*ret_state = report->state;
		free(report);
		if (sample.sensor != 0)
			return sample;
	}
	fail_msg("no such sample of sensor %u", sensor);
	return (struct sample){ 0 };
}

static void
await_state(struct chan *reports, enum bus_state state)
{
	enum bus_state seen = BUS_UNKNOWN;
	int64_t until_ms = clock_boottime_ms() + PATIENCE_MS;

	while (seen != state) {
		struct bus_report *report = next_report(reports);

		seen = report->state;
		free(report);
		assert_true(clock_boottime_ms() < until_ms);
	}
}

static void
write_script(const char *text)
{
	char fresh[sizeof(script) + 8];
	FILE *file;

	snprintf(fresh, sizeof(fresh), "%s.new", script);
	file = fopen(fresh, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(rename(fresh, script), 0);
}

static struct buses *
start(struct conf *conf, struct chan **ret_reports)
{
	struct worker_sink sink = { .report = put_report };
	struct buses *buses;

	assert_int_equal(chan_new(4096, drop_report, ret_reports), 0);
	sink.context = *ret_reports;
	conf_seal(conf);
	assert_int_equal(buses_new(&sink, &buses), 0);
	buses_apply(buses, conf);
	return buses;
}

static void
finish(struct buses *buses, struct chan *reports, struct conf *conf)
{
	assert_int_equal(buses_free(buses, PATIENCE_MS), 0);
	chan_free(reports);
	conf_unref(conf);
}

static void
reports_samples_with_their_own_time(void **state)
{
	struct conf *conf = fixture_conf(script, 50);
	struct chan *reports;
	struct buses *buses;
	struct sample sample;
	enum bus_state bus_state;
	int64_t before_ms = clock_boottime_ms();

	(void)state;
	write_script("a 21.5\nb -3\n");
	fixture_sensor(conf, 7, "a");
	fixture_sensor(conf, 9, "b");
	buses = start(conf, &reports);
	sample = await_sample(reports, 9, FAULT_NONE, &bus_state);
	assert_int_equal(sample.reading.raw.i, -3000);
	assert_true(sample.time_ms >= before_ms && sample.time_ms <= clock_boottime_ms());
	assert_int_equal(bus_state, BUS_UP);
	finish(buses, reports, conf);
}

static void
a_silent_unit_degrades_the_bus_and_nothing_else(void **state)
{
	struct conf *conf = fixture_conf(script, 50);
	struct chan *reports;
	struct buses *buses;
	enum bus_state bus_state;

	(void)state;
	write_script("x/a 1\ny/b silent\n");
	fixture_sensor(conf, 1, "x/a");
	fixture_sensor(conf, 2, "y/b");
	buses = start(conf, &reports);
	await_sample(reports, 2, FAULT_NO_REPLY, &bus_state);
	await_sample(reports, 1, FAULT_NONE, &bus_state);
	assert_int_equal(bus_state, BUS_DEGRADED);
	write_script("x/a 1\ny/b 2\n");
	await_sample(reports, 2, FAULT_NONE, &bus_state); /* tried again a second later */
	assert_int_equal(bus_state, BUS_UP);
	finish(buses, reports, conf);
}

static void
a_lost_bus_says_so_for_each_sensor_and_is_opened_again(void **state)
{
	struct conf *conf = fixture_conf(script, 50);
	struct chan *reports;
	struct buses *buses;
	struct bus_report *report;
	enum bus_state bus_state;

	(void)state;
	write_script("a 1\nb 2\n");
	fixture_sensor(conf, 1, "a");
	fixture_sensor(conf, 2, "b");
	buses = start(conf, &reports);
	await_sample(reports, 1, FAULT_NONE, &bus_state);
	unlink(script);
	await_sample(reports, 2, FAULT_BUS_DOWN, &bus_state);
	assert_int_equal(bus_state, BUS_DOWN);
	write_script("a 5\nb 6\n");
	await_sample(reports, 2, FAULT_NONE, &bus_state);
	assert_int_equal(bus_state, BUS_UP);
	report = next_report(reports);
	assert_int_equal(report->counters.reopens, 1);
	assert_string_not_equal(report->last_error, "");
	free(report);
	finish(buses, reports, conf);
}

static void
a_bus_that_opens_and_dies_at_once_stays_down(void **state)
{
	struct conf *conf = fixture_conf(script, 50);
	struct chan *reports;
	struct buses *buses;
	enum bus_state bus_state;
	uint32_t reopens = 0;

	(void)state;
	write_script("a 1\n");
	fixture_sensor(conf, 1, "a");
	buses = start(conf, &reports);
	await_sample(reports, 1, FAULT_NONE, &bus_state);
	write_script("a lost\n");
	await_sample(reports, 1, FAULT_BUS_DOWN, &bus_state);
	while (reopens < 2) {
		struct bus_report *report = next_report(reports);

		assert_int_equal(report->state, BUS_DOWN);
		reopens = report->counters.reopens;
		free(report);
	}
	write_script("a 5\n");
	await_sample(reports, 1, FAULT_NONE, &bus_state);
	assert_int_equal(bus_state, BUS_UP);
	finish(buses, reports, conf);
}

static void
a_bus_that_never_was_there_is_down(void **state)
{
	struct conf *conf = fixture_conf("/nonexistent/script", 50);
	struct chan *reports;
	struct buses *buses;
	enum bus_state bus_state;

	(void)state;
	fixture_sensor(conf, 1, "a");
	buses = start(conf, &reports);
	await_sample(reports, 1, FAULT_BUS_DOWN, &bus_state);
	assert_int_equal(bus_state, BUS_DOWN);
	finish(buses, reports, conf);
}

/* As a gateway that comes up a little later than we do. */
static void
a_bus_that_is_back_is_read_at_once(void **state)
{
	struct conf *conf = fixture_conf(script, 3600000);
	struct chan *reports;
	struct buses *buses;
	enum bus_state bus_state;

	(void)state;
	unlink(script);
	fixture_sensor(conf, 1, "a");
	buses = start(conf, &reports);
	await_sample(reports, 1, FAULT_BUS_DOWN, &bus_state);
	write_script("a 5\n");
	await_sample(reports, 1, FAULT_NONE, &bus_state);
	assert_int_equal(bus_state, BUS_UP);
	finish(buses, reports, conf);
}

static void
a_new_configuration_changes_what_is_read(void **state)
{
	struct conf *conf = fixture_conf(script, 50), *next = fixture_conf(script, 50);
	struct conf *without = conf_new();
	struct chan *reports;
	struct buses *buses;
	enum bus_state bus_state;
	struct bus_report *report;
	bool has_new = false;

	(void)state;
	write_script("a 1\nb 2\n");
	fixture_sensor(conf, 1, "a");
	buses = start(conf, &reports);
	await_sample(reports, 1, FAULT_NONE, &bus_state);
	fixture_sensor(next, 2, "b");
	next->generation = 2;
	conf_seal(next);
	buses_apply(buses, next);
	while (!has_new) {
		report = next_report(reports);
		has_new = report->generation == 2 && report->count > 0;
		for (size_t i = 0; has_new && i < report->count; i++)
			assert_int_equal(report->samples[i].sensor, 2);
		free(report);
	}
	next->buses[0].admin_state = ADMIN_ENABLED;
	buses_apply(buses, without); /* the bus is gone: its worker ends by itself */
	conf_unref(next);
	conf_unref(without);
	finish(buses, reports, conf);
}

static void
a_disabled_bus_rests(void **state)
{
	struct conf *conf = fixture_conf(script, 50), *next = fixture_conf(script, 50);
	struct chan *reports;
	struct buses *buses;
	enum bus_state bus_state;

	(void)state;
	write_script("a 1\n");
	fixture_sensor(conf, 1, "a");
	buses = start(conf, &reports);
	await_sample(reports, 1, FAULT_NONE, &bus_state);
	fixture_sensor(next, 1, "a");
	next->buses[0].admin_state = ADMIN_DISABLED;
	conf_seal(next);
	buses_apply(buses, next);
	await_state(reports, BUS_DISABLED);
	buses_apply(buses, conf);
	await_sample(reports, 1, FAULT_NONE, &bus_state);
	conf_unref(next);
	finish(buses, reports, conf);
}

/* Waits for a report of that state and, if it is up, with samples: its overruns. */
static uint32_t
await_overruns(struct chan *reports, enum bus_state state)
{
	struct bus_report *report = next_report(reports);
	uint32_t overruns;

	while (report->state != state || (state == BUS_UP && report->count == 0)) {
		free(report);
		report = next_report(reports);
	}
	overruns = report->counters.overruns;
	free(report);
	return overruns;
}

/* Rests for two rounds: how many are missed then. */
static uint32_t
overruns_of_a_rest(struct buses *buses, struct chan *reports, struct conf *on, struct conf *off)
{
	int64_t due_again_ms;
	uint32_t before;

	buses_apply(buses, off);
	before = await_overruns(reports, BUS_DISABLED);
	due_again_ms = clock_boottime_ms() + 1000;
	while (clock_boottime_ms() < due_again_ms)
		usleep(10000);
	buses_apply(buses, on);
	return await_overruns(reports, BUS_UP) - before;
}

/* A worker that the machine holds up just then misses one of its own, but not each time. */
static void
what_a_disabled_bus_did_not_read_is_no_overrun(void **state)
{
	struct conf *conf = fixture_conf(script, 500), *next = fixture_conf(script, 500);
	struct chan *reports;
	struct buses *buses;
	int tries = 10;

	(void)state;
	write_script("a 1\n");
	fixture_sensor(conf, 1, "a");
	buses = start(conf, &reports);
	await_overruns(reports, BUS_UP);
	fixture_sensor(next, 1, "a");
	next->buses[0].admin_state = ADMIN_DISABLED;
	conf_seal(next);
	while (overruns_of_a_rest(buses, reports, conf, next) > 0)
		assert_true(--tries > 0);
	conf_unref(next);
	finish(buses, reports, conf);
}

/* A gateway that takes connections and says nothing; its socket. */
static int
make_mute_gateway(char *endpoint, size_t size)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	snprintf(endpoint, size, "127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
	return fd;
}

static struct conf *
gateway_conf(const char *driver, const char *address, const char *endpoint, uint32_t timeout_ms)
{
	struct conf *conf = fixture_conf(endpoint, 50);

	snprintf(conf->buses[0].driver, sizeof(conf->buses[0].driver), "%s", driver);
	conf->buses[0].timeout_ms = timeout_ms;
	fixture_sensor(conf, 1, address);
	conf_seal(conf);
	return conf;
}

/* Until a round has waited that long; nothing is lost on the way. */
static void
await_cycle(struct chan *reports, uint32_t least_ms)
{
	int64_t until_ms = clock_boottime_ms() + PATIENCE_MS;
	uint32_t cycle_ms = 0;

	while (cycle_ms < least_ms) {
		struct bus_report *report = next_report(reports);

		cycle_ms = report->cycle_ms;
		assert_int_not_equal(report->state, BUS_DOWN);
		assert_int_equal(report->counters.reopens, 0);
		free(report);
		assert_true(clock_boottime_ms() < until_ms);
	}
}

static void
a_changed_time_out_is_in_force_at_once(void **state)
{
	static const struct {
		const char *driver, *address;
	} cases[] = {
		{ "modbus-tcp", "1:input:1:int16" },
		{ "modbus-rtutcp", "1:input:1:int16" },
		{ "owserver", "28.000028D70000" },
	};
	const uint32_t longer_ms = 1000;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *driver = cases[i].driver, *address = cases[i].address;
		enum bus_state bus_state = BUS_UNKNOWN;
		struct conf *conf, *next;
		struct chan *reports;
		struct buses *buses;
		char endpoint[32];
		int fd;

		if (driver_find(driver) == NULL)
			continue; /* this build is without it */
		fd = make_mute_gateway(endpoint, sizeof(endpoint));
		conf = gateway_conf(driver, address, endpoint, 50);
		next = gateway_conf(driver, address, endpoint, longer_ms);
		buses = start(conf, &reports);
		await_sample(reports, 1, FAULT_NO_REPLY, &bus_state);
		buses_apply(buses, next);
		await_cycle(reports, longer_ms * 3 / 4);
		conf_unref(next);
		finish(buses, reports, conf);
		close(fd);
	}
}

static void
a_driver_that_hangs_is_left_behind(void **state)
{
	struct conf *conf = fixture_conf(script, 50);
	struct chan *reports;
	struct buses *buses;

	(void)state;
	write_script("a hang:600000\n");
	fixture_sensor(conf, 1, "a");
	buses = start(conf, &reports);
	await_state(reports, BUS_UP); /* open; the first read follows and does not come back */
	assert_true(buses_free(buses, 300) < 0);
	/* its thread still uses reports and conf: they stay */
}

static int
make_folder(void **state)
{
	(void)state;
	log_init("test_worker", LOG_LEVEL_ERROR);
	assert_non_null(mkdtemp(folder));
	snprintf(script, sizeof(script), "%s/script", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	unlink(script);
	rmdir(folder);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_samples_with_their_own_time),
		cmocka_unit_test(a_silent_unit_degrades_the_bus_and_nothing_else),
		cmocka_unit_test(a_lost_bus_says_so_for_each_sensor_and_is_opened_again),
		cmocka_unit_test(a_bus_that_opens_and_dies_at_once_stays_down),
		cmocka_unit_test(a_bus_that_never_was_there_is_down),
		cmocka_unit_test(a_bus_that_is_back_is_read_at_once),
		cmocka_unit_test(a_new_configuration_changes_what_is_read),
		cmocka_unit_test(a_disabled_bus_rests),
		cmocka_unit_test(what_a_disabled_bus_did_not_read_is_no_overrun),
		cmocka_unit_test(a_changed_time_out_is_in_force_at_once),
		cmocka_unit_test(a_driver_that_hangs_is_left_behind),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
