/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "drivers/modbus/modbus_driver.h"
#include "tests/unit/drivers/modbus_fake.h"
#include "tests/unit/unit.h"

#define LATE_MS 1000 /* well within the silence that follows a time-out */
#define SLOW_MS 350  /* asked too early, the answer comes behind the late one */

/* What carries the frames; each story runs over each of them. */
struct wire {
	const struct driver *driver;
	const char *const *arguments;
	const char *gone; /* what the bus says when it is lost */
};

static struct wire terminal = {
	&driver_modbus_rtu,
	(const char *const[]){ "--pty", NULL },
	"the serial line is gone",
};

static struct wire gateway = {
	&driver_modbus_rtutcp,
	(const char *const[]){ "--rtutcp", "0", NULL },
	"cannot connect",
};

static const struct wire *wire; /* of the story that runs */

/* The initial state is the wire. */
static int
start_closed(void **state)
{
	wire = *state;
	*state = fake_start(wire->driver, wire->arguments);
	return 0;
}

static int
start(void **state)
{
	start_closed(state);
	fake_open(*state, "115200,8N1", PATIENT_MS);
	return 0;
}

static int
start_soon(void **state)
{
	start_closed(state);
	fake_open(*state, "115200,8N1", TIMEOUT_MS);
	return 0;
}

static void
assert_fails(struct fake *fake, const char *address, enum fault_reason reason)
{
	struct reading reading = fake_read_one(fake, address);

	if (reading.reason != reason)
		fail_msg("%s: reason %d, not %d", address, reading.reason, reason);
}

static void
reads_several_units_on_a_line(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "set 2 input 0 7");
	for (int round = 0; round < 3; round++) {
		fake_expect(fake, "1:input:0:uint16", 2000);
		fake_expect(fake, "2:input:0:uint16", 7);
		fake_expect(fake, "247:discrete:3:bool", 1);
		fake_expect(fake, "16:holding:99:uint16", 2099);
	}
	assert_int_equal(fake->bus->counters.requests, 12);
}

static void
merges_into_the_fewest_requests(void **state)
{
	static const struct {
		unsigned count;
		unsigned long requests;
	} cases[] = { { 100, 1 }, { 1000, 8 }, { 5000, 40 } };
	struct fake *fake = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		fake_tell(fake, "reset");
		fake_range(fake, "1:holding:#:uint16", 0, cases[i].count, 1);
		assert_int_equal(fake_read(fake), 0);
		assert_int_equal(fake_counter(fake, "requests"), cases[i].requests);
		for (size_t p = 0; p < fake->count; p++) {
			assert_int_equal(fake->readings[p].reason, FAULT_NONE);
			assert_int_equal(fake->readings[p].raw.u, 2000 + p % 100);
		}
	}
}

/* Same unit, same length: only its time tells that the answer is not the one to this request. */
static void
drops_a_late_answer(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "late 1 %d", LATE_MS);
	assert_fails(fake, "1:holding:90:uint16", FAULT_NO_REPLY);
	fake_tell(fake, "delay 1 %d", SLOW_MS);
	fake_expect(fake, "1:holding:1:uint16", 2001);
	fake_expect(fake, "1:holding:2:uint16", 2002);
	assert_int_equal(fake->bus->counters.timeouts, 1);
	assert_int_equal(fake->bus->counters.bad_replies, 0);
}

static void
a_late_answer_does_not_disturb_another_unit(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "late 1 %d", LATE_MS);
	assert_fails(fake, "1:holding:90:uint16", FAULT_NO_REPLY);
	fake_tell(fake, "delay 2 %d", SLOW_MS);
	fake_expect(fake, "2:holding:1:uint16", 2001);
	assert_int_equal(fake->bus->counters.bad_replies, 0);
}

static void
drops_a_late_answer_to_a_long_request(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "late 1 %d", LATE_MS);
	fake_range(fake, "1:holding:#:uint16", 0, 125, 1);
	assert_int_equal(fake_read(fake), 0);
	for (size_t i = 0; i < fake->count; i++)
		assert_int_equal(fake->readings[i].reason, FAULT_NO_REPLY);
	fake_tell(fake, "delay 1 %d", SLOW_MS);
	fake_range(fake, "1:holding:#:uint16", 33, 125, 1);
	assert_int_equal(fake_read(fake), 0);
	for (size_t i = 0; i < fake->count; i++)
		assert_int_equal(fake->readings[i].raw.u, 2000 + (33 + i) % 100);
}

static bool
goes_on_at_once(const struct fake *fake)
{
	return ((const struct mb_bus *)fake->bus)->is_past_dead;
}

/* The silence that a late answer needs is spent on a unit that may send one, not on a dead one. */
static void
a_dead_unit_costs_the_others_its_time_out_only(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "silent 1 1");
	assert_fails(fake, "1:holding:1:uint16", FAULT_NO_REPLY);
	assert_false(goes_on_at_once(fake));
	for (int round = 0; round < 2; round++) {
		assert_fails(fake, "1:holding:1:uint16", FAULT_NO_REPLY);
		assert_true(goes_on_at_once(fake));
		fake_expect(fake, "2:holding:2:uint16", 2002);
	}
	fake_tell(fake, "silent 1 0");
	fake_expect(fake, "1:holding:1:uint16", 2001);
	fake_tell(fake, "silent 1 1");
	assert_fails(fake, "1:holding:1:uint16", FAULT_NO_REPLY);
	assert_false(goes_on_at_once(fake));
}

static void
a_unit_that_answers_late_is_not_taken_for_dead(void **state)
{
	struct fake *fake = *state;

	for (int round = 0; round < 3; round++) {
		fake_tell(fake, "late 1 %d", LATE_MS);
		assert_fails(fake, "1:holding:90:uint16", FAULT_NO_REPLY);
		assert_false(goes_on_at_once(fake));
		fake_expect(fake, "2:holding:2:uint16", 2002);
	}
}

static void
drops_what_nobody_asked_for(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "twice 1 1");
	for (int round = 0; round < 3; round++) {
		fake_expect(fake, "1:holding:1:uint16", 2001);
		fake_expect(fake, "1:holding:2:uint16", 2002);
	}
	assert_int_equal(fake->bus->counters.bad_replies, 0);
}

static void
a_bad_answer_is_a_bad_reply_and_the_next_one_good(void **state)
{
	static const char *const faults[] = { "crc", "short", "garbage", "wrong-unit" };
	struct fake *fake = *state;

	for (size_t i = 0; i < COUNT(faults); i++) {
		fake_tell(fake, "%s 1 1", faults[i]);
		assert_fails(fake, "1:holding:0:uint16", FAULT_BAD_REPLY);
		assert_int_equal(fake->bus->counters.bad_replies, i + 1);
		fake_tell(fake, "%s 1 0", faults[i]);
		fake_expect(fake, "1:holding:5:uint16", 2005);
	}
	assert_int_equal(fake->bus->counters.timeouts, 0);
}

static void
a_long_answer_cut_short_is_a_bad_reply(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "short 1 1");
	fake_range(fake, "1:holding:#:uint16", 0, 125, 1);
	assert_int_equal(fake_read(fake), 0);
	for (size_t i = 0; i < fake->count; i++)
		assert_int_equal(fake->readings[i].reason, FAULT_BAD_REPLY);
	fake_expect(fake, "2:holding:5:uint16", 2005);
}

static void
a_silent_unit_leaves_the_others_alone(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "silent 1 1");
	fake_range(fake, "1:holding:#:uint16", 0, 10, 100);
	assert_int_equal(fake_read(fake), 0);
	for (size_t i = 0; i < fake->count; i++)
		assert_int_equal(fake->readings[i].reason, FAULT_NO_REPLY);
	assert_int_equal(fake_counter(fake, "requests"), 1);
	fake_expect(fake, "2:holding:0:uint16", 2000);
}

static void
exceptions_are_told_apart(void **state)
{
	static const struct {
		int exception;
		enum fault_reason reason;
	} cases[] = {
		{ 1, FAULT_DEVICE_ERROR },
		{ 2, FAULT_BAD_ADDRESS },
		{ 4, FAULT_DEVICE_ERROR },
		{ 6, FAULT_DEVICE_ERROR },
		{ 11, FAULT_NO_REPLY },
	};
	struct fake *fake = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		fake_tell(fake, "exception 1 %d", cases[i].exception);
		assert_fails(fake, "1:holding:0:uint16", cases[i].reason);
		assert_int_equal(fake->bus->counters.exceptions, i + 1);
	}
}

static void
the_split_is_remembered(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "hole 1 holding 63 63");
	fake_range(fake, "1:holding:#:uint16", 0, 100, 1);
	assert_int_equal(fake_read(fake), 0);
	for (size_t i = 0; i < fake->count; i++)
		assert_int_equal(
		    fake->readings[i].reason, i == 63 ? FAULT_BAD_ADDRESS : FAULT_NONE);
	fake_tell(fake, "reset");
	assert_int_equal(fake_read(fake), 0);
	assert_int_equal(fake_counter(fake, "requests"), 3);
}

static void
a_line_that_is_gone_is_a_lost_bus(void **state)
{
	struct fake *fake = *state;

	fake_expect(fake, "1:holding:0:uint16", 2000);
	fake_kill(fake);
	assert_true(fake_read(fake) < 0);
	assert_non_null(strstr(fake->err.text, wire->gone));
	assert_non_null(strstr(fake->err.text, fake->endpoint));
	assert_true(fake_read(fake) < 0);
}

static void
a_line_is_for_one_program(void **state)
{
	struct fake *fake = *state;
	struct driver_settings settings = { fake->endpoint, "115200,8N1", PATIENT_MS };
	struct driver_bus *bus = NULL;

	assert_int_equal(fake->driver->open(&settings, &bus, &fake->err), -EBUSY);
	assert_null(bus);
	assert_non_null(strstr(fake->err.text, "in use by "));
	fake_expect(fake, "1:holding:0:uint16", 2000);
	/* Given back when it is closed. */
	fake->driver->close(fake->bus);
	fake->bus = NULL;
	assert_int_equal(fake->driver->open(&settings, &fake->bus, &fake->err), 0);
	fake_expect(fake, "1:holding:0:uint16", 2000);
}

static void
what_cannot_be_opened_says_why(void **state)
{
	static const struct {
		const char *endpoint;
		int result;
		const char *says;
	} cases[] = {
		{ "/dev/null", -ENOTTY, "/dev/null: not a serial device" },
		{ "/nonexistent/tty", -ENOENT, "/nonexistent/tty: No such file or directory" },
	};
	struct driver_bus *bus = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct driver_settings settings = { cases[i].endpoint, "9600,8N1", TIMEOUT_MS };
		struct err err = { 0 };

		assert_int_equal(driver_modbus_rtu.open(&settings, &bus, &err), cases[i].result);
		assert_string_equal(err.text, cases[i].says);
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
		{ { "/dev/ttyUSB0", "9600,8N1", 200 }, 0 },
		{ { "/dev/ttyUSB0", "", 200 }, 0 },
		{ { "ttyUSB0", "9600,8N1", 200 }, -EINVAL },
		{ { "", "9600,8N1", 200 }, -EINVAL },
		{ { "/dev/ttyUSB0", "9600", 200 }, -EINVAL },
		{ { "/dev/ttyUSB0", "9600,8N1", 0 }, -EINVAL },
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    driver_modbus_rtu.check(&cases[i].settings, &err), cases[i].result);
}

static double
now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* 3.5 characters of 10 bits at 1,200 baud are 29 ms; the first request finds the line silent. */
static void
keeps_silent_between_frames(void **state)
{
	struct fake *fake = *state;
	double began;

	fake_open(fake, "1200,8N1", PATIENT_MS);
	began = now_s();
	for (int i = 0; i < 6; i++)
		fake_expect(fake, i % 2 ? "1:holding:0:uint16" : "2:holding:0:uint16", 2000);
	assert_true(now_s() - began >= 5 * 0.029);
}

static int
note_found(void *context, const char *address, const char *what)
{
	char *found = context;
	size_t used = strlen(found);

	snprintf(found + used, 256 - used, "%s %s\n", address, what);
	return strncmp(address, "4:", 2) == 0;
}

static void
a_scan_finds_the_units(void **state)
{
	struct fake *fake = *state;
	char found[256] = "";

	fake_open(fake, "115200,8N1", SOON_MS);
	fake_tell(fake, "units 2-4");
	fake_tell(fake, "hole 2 holding 0 0");
	fake_tell(fake, "crc 3 1");
	assert_int_equal(fake->driver->scan(fake->bus, note_found, found, &fake->err), 0);
	assert_string_equal(found,
	    "2:input:0:uint16 answers: 2000\n"
	    "3:holding:0:uint16 answers garbage: two units of one id, or wrong options?\n"
	    "4:holding:0:uint16 answers: 2000\n");
}

/* clang-format off */
#define OVER(wire, test, start) { #test " over a " #wire, test, start, fake_tear_down, &wire }
#define WITH_LINE(test)  OVER(terminal, test, start), OVER(gateway, test, start)
#define SOON(test)       OVER(terminal, test, start_soon), OVER(gateway, test, start_soon)
#define WITH_SLAVE(test) OVER(terminal, test, start_closed), OVER(gateway, test, start_closed)
/* clang-format on */

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LINE(reads_several_units_on_a_line),
		WITH_LINE(merges_into_the_fewest_requests),
		SOON(drops_a_late_answer),
		SOON(a_late_answer_does_not_disturb_another_unit),
		SOON(drops_a_late_answer_to_a_long_request),
		OVER(terminal, a_dead_unit_costs_the_others_its_time_out_only, start_soon),
		OVER(terminal, a_unit_that_answers_late_is_not_taken_for_dead, start_soon),
		WITH_LINE(drops_what_nobody_asked_for),
		SOON(a_bad_answer_is_a_bad_reply_and_the_next_one_good),
		SOON(a_long_answer_cut_short_is_a_bad_reply),
		SOON(a_silent_unit_leaves_the_others_alone),
		WITH_LINE(exceptions_are_told_apart),
		WITH_LINE(the_split_is_remembered),
		WITH_LINE(a_line_that_is_gone_is_a_lost_bus),
		OVER(terminal, a_line_is_for_one_program, start),
		WITH_SLAVE(keeps_silent_between_frames),
		WITH_SLAVE(a_scan_finds_the_units),
		cmocka_unit_test(what_cannot_be_opened_says_why),
		cmocka_unit_test(checks_settings_without_opening),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
