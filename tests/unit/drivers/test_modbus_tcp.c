/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <unistd.h>

#include "tests/unit/drivers/modbus_fake.h"
#include "tests/unit/unit.h"

#define LATE_MS 1300

static const char *const over_tcp[] = { "--tcp", "0", NULL };

static int
start(void **state)
{
	return fake_set_up(state, &driver_modbus_tcp, over_tcp, "", PATIENT_MS);
}

static int
start_soon(void **state)
{
	return fake_set_up(state, &driver_modbus_tcp, over_tcp, "", SOON_MS);
}

static void
reconnects_after_a_timeout_and_drops_the_late_answer(void **state)
{
	struct fake *fake = *state;
	struct reading reading;

	fake_tell(fake, "late 1 %d", LATE_MS);
	assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").reason, FAULT_NO_REPLY);
	reading = fake_read_one(fake, "1:holding:1:uint16");
	assert_int_equal(reading.reason, FAULT_NONE);
	assert_int_equal(reading.raw.u, 2001);
	usleep((LATE_MS - SOON_MS) * 1000);
	reading = fake_read_one(fake, "1:holding:2:uint16");
	assert_int_equal(reading.reason, FAULT_NONE);
	assert_int_equal(reading.raw.u, 2002);
	assert_int_equal(fake_counter(fake, "connections"), 2);
}

static void
a_bad_answer_is_a_bad_reply_and_the_next_one_good(void **state)
{
	static const char *const faults[] = { "crc", "short", "garbage", "wrong-unit" };
	struct fake *fake = *state;

	for (size_t i = 0; i < COUNT(faults); i++) {
		fake_tell(fake, "%s 1 1", faults[i]);
		assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").reason, FAULT_BAD_REPLY);
		assert_int_equal(fake->bus->counters.bad_replies, i + 1);
		fake_tell(fake, "%s 1 0", faults[i]);
		assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").reason, FAULT_NONE);
		assert_int_equal(fake_counter(fake, "connections"), i + 2);
	}
	assert_int_equal(fake->bus->counters.timeouts, 0);
}

static void
an_idle_connection_that_was_closed_is_no_fault(void **state)
{
	struct fake *fake = *state;

	assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").reason, FAULT_NONE);
	fake_tell(fake, "close");
	assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").reason, FAULT_NONE);
	assert_int_equal(fake_counter(fake, "connections"), 2);
	assert_int_equal(fake->bus->counters.timeouts + fake->bus->counters.bad_replies, 0);
}

static void
a_connection_that_ends_under_a_request_is_tried_again_once(void **state)
{
	struct fake *fake = *state;

	assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").reason, FAULT_NONE);
	fake_tell(fake, "drop 1 1");
	assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").reason, FAULT_NONE);
	assert_int_equal(fake_counter(fake, "connections"), 2);
	fake_tell(fake, "drop 1 100");
	assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").reason, FAULT_NO_REPLY);
	assert_int_equal(fake_counter(fake, "requests"), 5);
	assert_int_equal(fake_read_one(fake, "2:holding:0:uint16").reason, FAULT_NONE);
}

static void
drops_what_nobody_asked_for(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "twice 1 1");
	for (int round = 0; round < 3; round++) {
		assert_int_equal(fake_read_one(fake, "1:holding:1:uint16").raw.u, 2001);
		assert_int_equal(fake_read_one(fake, "1:holding:2:uint16").raw.u, 2002);
	}
	assert_int_equal(fake->bus->counters.bad_replies, 0);
}

static void
a_peer_that_is_gone_is_a_lost_bus(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "listen 0");
	fake_tell(fake, "close");
	fake_points(fake, (const char *const[]){ "1:holding:0:uint16", NULL });
	assert_int_equal(fake_read(fake), -ECONNREFUSED);
	assert_non_null(strstr(fake->err.text, fake->endpoint));
	assert_int_equal(fake_read(fake), -ECONNREFUSED);
	fake_tell(fake, "listen 1");
	assert_int_equal(fake_read(fake), 0);
	assert_int_equal(fake->readings[0].raw.u, 2000);
}

static void
units_answer_for_themselves(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "set 2 holding 0 7");
	fake_tell(fake, "silent 3 1");
	assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").raw.u, 2000);
	assert_int_equal(fake_read_one(fake, "2:holding:0:uint16").raw.u, 7);
	assert_int_equal(fake_read_one(fake, "3:holding:0:uint16").reason, FAULT_NO_REPLY);
	assert_int_equal(fake_read_one(fake, "2:holding:0:uint16").raw.u, 7);
}

struct found {
	char text[1024];
	int stop_after;
};

static int
note_found(void *context, const char *address, const char *what)
{
	struct found *found = context;
	size_t used = strlen(found->text);
	struct driver_point point;

	assert_int_equal(driver_modbus_tcp.parse(address, &point, NULL), 0);
	snprintf(found->text + used, sizeof(found->text) - used, "%s %s\n", address, what);
	return --found->stop_after == 0;
}

static void
a_scan_finds_the_units(void **state)
{
	struct fake *fake = *state;
	struct found found = { "", 0 };

	for (int unit = 0; unit < 256; unit++)
		fake_tell(fake, "exception %d 11", unit);
	fake_tell(fake, "exception 3 0");
	fake_tell(fake, "exception 9 4");
	fake_tell(fake, "exception 12 0");
	fake_tell(fake, "hole 12 holding 0 0");
	fake_tell(fake, "exception 247 0");
	assert_int_equal(fake->driver->scan(fake->bus, note_found, &found, &fake->err), 0);
	assert_string_equal(found.text, "3:holding:0:uint16 answers: 2000\n"
					"9:input:0:uint16 answers: exception 4\n"
					"12:input:0:uint16 answers: 2000\n"
					"247:holding:0:uint16 answers: 2000\n");
	found = (struct found){ "", 1 };
	assert_int_equal(fake->driver->scan(fake->bus, note_found, &found, &fake->err), 0);
	assert_string_equal(found.text, "3:holding:0:uint16 answers: 2000\n");
}

static void
opens_by_name(void **state)
{
	struct fake *fake = *state;
	const char *port = strchr(fake->endpoint, ':');
	char endpoint[64];
	struct driver_settings settings = { endpoint, "", PATIENT_MS };

	snprintf(endpoint, sizeof(endpoint), "localhost%s", port);
	fake->driver->close(fake->bus);
	fake->bus = NULL;
	assert_int_equal(fake->driver->open(&settings, &fake->bus, &fake->err), 0);
	assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").reason, FAULT_NONE);
}

static void
what_cannot_be_opened_says_why(void **state)
{
	static const struct {
		const char *endpoint;
		int result;
		const char *says;
	} cases[] = {
		{ "127.0.0.1:1", -ECONNREFUSED, "127.0.0.1:1: cannot connect: " },
		{ "nowhere.invalid:502", -EHOSTUNREACH,
		    "nowhere.invalid:502: cannot find the host: " },
	};
	struct driver_bus *bus = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct driver_settings settings = { cases[i].endpoint, "", PATIENT_MS };
		struct err err = { 0 };

		assert_int_equal(driver_modbus_tcp.open(&settings, &bus, &err), cases[i].result);
		if (strncmp(err.text, cases[i].says, strlen(cases[i].says)) != 0)
			fail_msg("%s: it says: %s", cases[i].endpoint, err.text);
		assert_null(bus);
	}
}

static void
checks_settings_without_opening(void **state)
{
	static const struct {
		struct driver_settings settings;
		int result;
	} cases[] = {
		{ { "plc:502", "", 200 }, 0 },
		{ { "plc", NULL, 200 }, 0 },
		{ { "plc:502", "9600,8N1", 200 }, -EINVAL },
		{ { "plc:502", "", 0 }, -EINVAL },
		{ { "", "", 200 }, -EINVAL },
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    driver_modbus_tcp.check(&cases[i].settings, &err), cases[i].result);
}

static void
reads_over_ipv6(void **state)
{
	static const char *const over_ipv6[] = { "--tcp", "0", "--ipv6", NULL };
	struct fake *fake;
	char port[16];

	(void)state;
	if (access("/proc/net/if_inet6", R_OK) != 0)
		skip();
	fake = fake_start(&driver_modbus_tcp, over_ipv6);
	snprintf(port, sizeof(port), "%s", strchr(fake->endpoint, ':'));
	snprintf(fake->endpoint, sizeof(fake->endpoint), "[::1]%s", port);
	fake_open(fake, "", PATIENT_MS);
	assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").raw.u, 2000);
	fake_stop(fake);
}

/* libmodbus would write beyond its fd_set. */
static void
refuses_a_descriptor_that_select_cannot_hold(void **state)
{
	struct fake *fake = *state;
	const struct rlimit limit = { FD_SETSIZE + 64, FD_SETSIZE + 64 };
	struct driver_settings settings = { fake->endpoint, "", PATIENT_MS };
	struct driver_bus *bus = NULL;
	int fds[FD_SETSIZE], count = 0, fd;

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		skip();
	do {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		assert_return_code(fd, errno);
		fds[count++] = fd;
	} while (fd < FD_SETSIZE - 1);
	assert_int_equal(fake->driver->open(&settings, &bus, &fake->err), -EMFILE);
	assert_null(bus);
	while (count > 0)
		close(fds[--count]);
}

#define WITH_FAKE(test) cmocka_unit_test_setup_teardown(test, start, fake_tear_down)
#define SOON(test)      cmocka_unit_test_setup_teardown(test, start_soon, fake_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SOON(reconnects_after_a_timeout_and_drops_the_late_answer),
		SOON(a_bad_answer_is_a_bad_reply_and_the_next_one_good),
		WITH_FAKE(an_idle_connection_that_was_closed_is_no_fault),
		WITH_FAKE(a_connection_that_ends_under_a_request_is_tried_again_once),
		WITH_FAKE(drops_what_nobody_asked_for),
		WITH_FAKE(a_peer_that_is_gone_is_a_lost_bus),
		SOON(units_answer_for_themselves),
		WITH_FAKE(a_scan_finds_the_units),
		WITH_FAKE(opens_by_name),
		WITH_FAKE(refuses_a_descriptor_that_select_cannot_hold),
		cmocka_unit_test(what_cannot_be_opened_says_why),
		cmocka_unit_test(checks_settings_without_opening),
		cmocka_unit_test(reads_over_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
