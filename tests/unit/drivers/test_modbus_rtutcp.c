/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/drivers/modbus_fake.h"
#include "tests/unit/unit.h"

/* What is peculiar to a gateway; the stories of test_modbus_rtu.c run over one, too. */

#define SERIAL "115200,8N1"

#define KEPT_MS 1000 /* nobody is connected: the gateway keeps it for who comes next */
#define SLOW_MS 350  /* asked too early, the answer comes behind the late one */
#define TRIES   5    /* at what a machine that is busy for a moment may miss */

static const char *const over_a_gateway[] = { "--rtutcp", "0", NULL };

static int
start(void **state)
{
	return fake_set_up(state, &driver_modbus_rtutcp, over_a_gateway, SERIAL, TIMEOUT_MS);
}

static unsigned long
complaints(const struct fake *fake)
{
	return fake->bus->counters.timeouts + fake->bus->counters.bad_replies;
}

static void
dials_again_after_what_may_leave_something_behind(void **state)
{
	static const struct {
		const char *spoil, *cure;
		enum fault_reason reason;
	} cases[] = {
		{ "silent 1 1", "silent 1 0", FAULT_NO_REPLY },
		{ "crc 1 1", "crc 1 0", FAULT_BAD_REPLY },
		{ "short 1 1", "short 1 0", FAULT_BAD_REPLY },
		{ "wrong-unit 1 1", "wrong-unit 1 0", FAULT_BAD_REPLY },
	};
	struct fake *fake = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		fake_tell(fake, "%s", cases[i].spoil);
		assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").reason, cases[i].reason);
		assert_int_equal(fake_counter(fake, "connections"), i + 1);
		fake_tell(fake, "%s", cases[i].cure);
		fake_expect(fake, "1:holding:5:uint16", 2005);
		fake_expect(fake, "2:holding:6:uint16", 2006);
		assert_int_equal(fake_counter(fake, "connections"), i + 2);
	}
}

static void
keeps_its_connection_over_exceptions(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "hole 1 holding 0 0");
	assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").reason, FAULT_BAD_ADDRESS);
	fake_expect(fake, "1:holding:1:uint16", 2001);
	assert_int_equal(fake_counter(fake, "connections"), 1);
}

/* Same unit, same function, same length: nothing in the frame tells. */
static void
drops_what_the_gateway_kept(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "late 1 %d", KEPT_MS);
	assert_int_equal(fake_read_one(fake, "1:holding:90:uint16").reason, FAULT_NO_REPLY);
	fake_tell(fake, "delay 1 %d", SLOW_MS);
	fake_expect(fake, "1:holding:1:uint16", 2001);
	fake_expect(fake, "1:holding:2:uint16", 2002);
	assert_int_equal(complaints(fake), 1);
}

/* A bus that is closed forgets what it asked last; the gateway does not. */
static void
drops_what_was_asked_before_it_was_opened(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "late 1 %d", KEPT_MS);
	assert_int_equal(fake_read_one(fake, "1:holding:90:uint16").reason, FAULT_NO_REPLY);
	fake->driver->close(fake->bus);
	fake->bus = NULL;
	usleep((KEPT_MS - TIMEOUT_MS + 50) * 1000);
	fake_open(fake, SERIAL, TIMEOUT_MS);
	fake_tell(fake, "delay 1 %d", SLOW_MS);
	fake_expect(fake, "1:holding:1:uint16", 2001);
	assert_int_equal(complaints(fake), 0);
}

static void
an_idle_connection_that_was_closed_is_no_fault(void **state)
{
	struct fake *fake = *state;

	for (unsigned long round = 1; round <= 3; round++) {
		fake_expect(fake, "1:holding:0:uint16", 2000);
		assert_int_equal(fake_counter(fake, "connections"), round);
		fake_tell(fake, "close");
	}
	assert_int_equal(complaints(fake), 0);
}

/* Sent twice it could be answered twice. */
static void
a_request_is_not_sent_again_when_its_connection_ends(void **state)
{
	struct fake *fake = *state;

	fake_expect(fake, "1:holding:0:uint16", 2000);
	fake_tell(fake, "drop 1 1");
	assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").reason, FAULT_NO_REPLY);
	assert_int_equal(fake_counter(fake, "requests"), 2);
	fake_expect(fake, "1:holding:1:uint16", 2001);
	assert_int_equal(fake_counter(fake, "connections"), 2);
	assert_int_equal(fake->bus->counters.timeouts, 1);
}

static void
a_gateway_that_is_gone_is_a_lost_bus_until_it_is_back(void **state)
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

/* A gateway of this test's own: one connection after the other, each served by one function. */
struct far_end {
	int listener;
	void (*const *serve)(int fd); /* NULL-ended */
	pthread_t thread;
	struct driver_bus *bus;
};

static void *
far_end_run(void *context)
{
	const struct far_end *far = context;

	for (size_t i = 0; far->serve[i] != NULL; i++) {
		int fd = accept(far->listener, NULL, NULL);

		far->serve[i](fd);
		close(fd);
	}
	return NULL;
}

static void
far_end_start(struct far_end *far, void (*const *serve)(int fd))
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t length = sizeof(address);
	char endpoint[32];
	const struct driver_settings settings = { endpoint, SERIAL, TIMEOUT_MS };
	struct err err;

	far->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	far->serve = serve;
	assert_return_code(far->listener, errno);
	assert_return_code(bind(far->listener, (struct sockaddr *)&address, length), errno);
	assert_return_code(listen(far->listener, 4), errno);
	assert_return_code(getsockname(far->listener, (struct sockaddr *)&address, &length), errno);
	assert_int_equal(pthread_create(&far->thread, NULL, far_end_run, far), 0);
	snprintf(endpoint, sizeof(endpoint), "127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
	assert_int_equal(driver_modbus_rtutcp.open(&settings, &far->bus, &err), 0);
}

static void
far_end_stop(struct far_end *far)
{
	driver_modbus_rtutcp.close(far->bus);
	pthread_join(far->thread, NULL);
	close(far->listener);
}

static int
far_end_read(struct far_end *far, const char *address, struct reading *ret_reading, struct err *err)
{
	struct driver_point point;
	const struct driver_point *points[] = { &point };

	assert_int_equal(driver_modbus_rtutcp.parse(address, &point, err), 0);
	return driver_modbus_rtutcp.read(far->bus, points, 1, ret_reading, err);
}

static void
serve_not(int fd)
{
	(void)fd;
}

/* As one that serves others already.  More than once, as below. */
static void
a_gateway_that_hangs_up_on_us_is_a_lost_bus(void **state)
{
	static void (*const serve[])(int) = { serve_not, serve_not, NULL };
	uint64_t requests = 1;
	int r = 0;

	(void)state;
	for (int tries = 0; tries < TRIES && requests > 0; tries++) {
		struct reading reading;
		struct err err = { 0 };
		struct far_end far;

		far_end_start(&far, serve);
		r = far_end_read(&far, "1:holding:0:uint16", &reading, &err);
		requests = far.bus->counters.requests;
		if (requests == 0)
			assert_non_null(strstr(err.text, "the gateway ends the connection"));
		else
			far_end_read(&far, "1:holding:0:uint16", &reading, &err); /* its second */
		far_end_stop(&far);
	}
	assert_int_equal(requests, 0);
	assert_int_equal(r, -ECONNRESET);
}

static void
serve_example(int fd)
{
	static const uint8_t request[] = { 0x11, 3, 0, 0x6b, 0, 2, 0xb7, 0x47 };
	static const uint8_t answer[] = { 0x11, 3, 4, 0xae, 0x41, 0x56, 0x52, 0x25, 0x53 };
	uint8_t got[sizeof(request)];

	if (recv(fd, got, sizeof(got), MSG_WAITALL) != sizeof(got) ||
	    memcmp(got, request, sizeof(got)) != 0)
		return;
	/* In pieces, as they come from a serial line. */
	for (size_t i = 0; i < sizeof(answer); i++)
		send(fd, answer + i, 1, MSG_NOSIGNAL);
	recv(fd, got, 1, 0);
}

static void
speaks_the_frames_of_a_serial_line(void **state)
{
	static void (*const serve[])(int) = { serve_example, NULL };
	struct far_end far;
	struct reading reading;
	struct err err = { 0 };

	(void)state;
	far_end_start(&far, serve);
	assert_int_equal(far_end_read(&far, "17:holding:107:uint32", &reading, &err), 0);
	assert_int_equal(reading.reason, FAULT_NONE);
	assert_int_equal(reading.raw.u, 0xae415652);
	far_end_stop(&far);
}

/* First what somebody else asked for, of the same form; a moment late, as through a network. */
static void
serve_stale(int fd)
{
	static const uint8_t stale[] = { 0x11, 3, 4, 0, 1, 0, 2, 0x3b, 0xf3 };

	usleep(2000);
	send(fd, stale, sizeof(stale), MSG_NOSIGNAL);
	serve_example(fd);
}

static void
drops_what_comes_with_a_fresh_connection(void **state)
{
	static void (*const serve[])(int) = { serve_stale, NULL };
	struct reading reading = { 0 };
	struct err err = { 0 };

	(void)state;
	/* More than once, since on a busy machine a moment may be long. */
	for (int tries = 0; tries < TRIES && reading.raw.u != 0xae415652; tries++) {
		struct far_end far;

		far_end_start(&far, serve);
		assert_int_equal(far_end_read(&far, "17:holding:107:uint32", &reading, &err), 0);
		far_end_stop(&far);
	}
	assert_int_equal(reading.reason, FAULT_NONE);
	assert_int_equal(reading.raw.u, 0xae415652);
}

static void
serve_noise(int fd)
{
	while (send(fd, "noise", 5, MSG_NOSIGNAL) > 0)
		usleep(5000);
}

/* Asked all the same, and not for ever waited for. */
static void
a_gateway_that_never_falls_silent_is_a_bad_reply(void **state)
{
	static void (*const serve[])(int) = { serve_noise, NULL };
	struct far_end far;
	struct reading reading;
	struct err err = { 0 };

	(void)state;
	far_end_start(&far, serve);
	assert_int_equal(far_end_read(&far, "1:holding:0:uint16", &reading, &err), 0);
	assert_int_equal(reading.reason, FAULT_BAD_REPLY);
	assert_int_equal(far.bus->counters.requests, 1);
	far_end_stop(&far);
}

static void
opens_by_name(void **state)
{
	struct fake *fake = *state;
	char port[16];

	fake->driver->close(fake->bus);
	fake->bus = NULL;
	snprintf(port, sizeof(port), "%s", strchr(fake->endpoint, ':'));
	snprintf(fake->endpoint, sizeof(fake->endpoint), "localhost%s", port);
	fake_open(fake, "", TIMEOUT_MS);
	fake_expect(fake, "1:holding:0:uint16", 2000);
}

static void
reads_over_ipv6(void **state)
{
	static const char *const over_ipv6[] = { "--rtutcp", "0", "--ipv6", NULL };
	struct fake *fake;
	char port[16];

	(void)state;
	if (access("/proc/net/if_inet6", R_OK) != 0)
		skip();
	fake = fake_start(&driver_modbus_rtutcp, over_ipv6);
	snprintf(port, sizeof(port), "%s", strchr(fake->endpoint, ':'));
	snprintf(fake->endpoint, sizeof(fake->endpoint), "[::1]%s", port);
	fake_open(fake, SERIAL, TIMEOUT_MS);
	fake_expect(fake, "1:holding:0:uint16", 2000);
	fake_stop(fake);
}

static void
what_cannot_be_opened_says_why(void **state)
{
	static const struct driver_settings settings = { "127.0.0.1:1", "", TIMEOUT_MS };
	static const char says[] = "127.0.0.1:1: cannot connect: ";
	struct driver_bus *bus = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(driver_modbus_rtutcp.open(&settings, &bus, &err), -ECONNREFUSED);
	assert_memory_equal(err.text, says, strlen(says));
	assert_null(bus);
}

static void
checks_settings_without_opening(void **state)
{
	static const struct {
		struct driver_settings settings;
		int result;
	} cases[] = {
		{ { "gateway:4001", "9600,8N1", 200 }, 0 },
		{ { "[2001:db8::7]:4001", "", 200 }, 0 },
		{ { "gateway:4001", NULL, 200 }, 0 },
		{ { "gateway", "9600,8N1", 200 }, -EINVAL },
		{ { "/dev/ttyUSB0", "9600,8N1", 200 }, -EINVAL },
		{ { "gateway:4001", "9600", 200 }, -EINVAL },
		{ { "gateway:4001", "9600,8N1", 0 }, -EINVAL },
		{ { NULL, "9600,8N1", 200 }, -EINVAL },
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    driver_modbus_rtutcp.check(&cases[i].settings, &err), cases[i].result);
}

static void
units_are_those_of_a_serial_line(void **state)
{
	static const struct {
		const char *address;
		int result;
	} cases[] = {
		{ "0:holding:0:uint16", -EINVAL },
		{ "1:holding:0:uint16", 0 },
		{ "247:holding:0:uint16", 0 },
		{ "248:holding:0:uint16", -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct driver_point point;
		struct err err;

		assert_int_equal(
		    driver_modbus_rtutcp.parse(cases[i].address, &point, &err), cases[i].result);
	}
}

#define WITH_GATEWAY(test) cmocka_unit_test_setup_teardown(test, start, fake_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_GATEWAY(dials_again_after_what_may_leave_something_behind),
		WITH_GATEWAY(keeps_its_connection_over_exceptions),
		WITH_GATEWAY(drops_what_the_gateway_kept),
		WITH_GATEWAY(drops_what_was_asked_before_it_was_opened),
		WITH_GATEWAY(an_idle_connection_that_was_closed_is_no_fault),
		WITH_GATEWAY(a_request_is_not_sent_again_when_its_connection_ends),
		WITH_GATEWAY(a_gateway_that_is_gone_is_a_lost_bus_until_it_is_back),
		WITH_GATEWAY(opens_by_name),
		cmocka_unit_test(a_gateway_that_hangs_up_on_us_is_a_lost_bus),
		cmocka_unit_test(speaks_the_frames_of_a_serial_line),
		cmocka_unit_test(drops_what_comes_with_a_fresh_connection),
		cmocka_unit_test(a_gateway_that_never_falls_silent_is_a_bad_reply),
		cmocka_unit_test(reads_over_ipv6),
		cmocka_unit_test(what_cannot_be_opened_says_why),
		cmocka_unit_test(checks_settings_without_opening),
		cmocka_unit_test(units_are_those_of_a_serial_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
