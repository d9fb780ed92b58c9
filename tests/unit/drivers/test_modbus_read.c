/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/drivers/modbus_fake.h"
#include "tests/unit/unit.h"

/* What the driver makes of answers, over either kind of line: here over TCP, which is faster. */

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
assert_reasons(const struct fake *fake, const enum fault_reason *reasons)
{
	for (size_t i = 0; i < fake->count; i++)
		if (fake->readings[i].reason != reasons[i])
			fail_msg("%s: reason %d, not %d", fake->texts[i], fake->readings[i].reason,
			    reasons[i]);
}

/* All good, and register n holds what the fake says by default. */
static void
assert_all_good(const struct fake *fake)
{
	for (size_t i = 0; i < fake->count; i++) {
		assert_int_equal(fake->readings[i].reason, FAULT_NONE);
		assert_int_equal(
		    fake->readings[i].raw.u, 2000 + (fake->points[i].place & 0xffff) % 100);
	}
}

/* Reads and returns how many requests that took. */
static unsigned long
requests_of_read(struct fake *fake)
{
	unsigned long before = fake_counter(fake, "requests");

	if (fake_read(fake) < 0)
		fail_msg("read: %s", fake->err.text);
	return fake_counter(fake, "requests") - before;
}

static void
reads_every_table_type_and_order(void **state)
{
	static const struct {
		const char *address;
		enum raw_kind kind;
		double value;
	} cases[] = {
		{ "1:coil:4:bool", RAW_UINT, 0 },
		{ "1:coil:5:bool", RAW_UINT, 1 },
		{ "1:coil:13:bool", RAW_UINT, 1 },
		{ "1:discrete:65535:bool", RAW_UINT, 1 },
		{ "1:input:7:uint16", RAW_UINT, 2007 },
		{ "1:holding:65535:uint16", RAW_UINT, 2035 },
		{ "1:holding:0:int16", RAW_INT, -2 },
		{ "1:holding:0:bool", RAW_UINT, 1 },
		{ "1:holding:1:bool", RAW_UINT, 0 },
		{ "1:holding:0:int32", RAW_INT, -131072 },
		{ "1:holding:10:float32", RAW_REAL, 21.5 },
		{ "1:holding:12:float32:cdab", RAW_REAL, 21.5 },
		{ "1:holding:14:float32:dcba", RAW_REAL, 21.5 },
		{ "1:holding:20:uint64", RAW_UINT, 4294967298.0 },
		{ "0:input:7:uint16", RAW_UINT, 2007 },
		{ "250:input:7:uint16", RAW_UINT, 2007 },
		{ "255:input:7:uint16", RAW_UINT, 2007 },
	};
	static const char *const sets[] = { "0 -2", "1 0", "10 0x41AC", "11 0", "12 0", "13 0x41AC",
		"14 0", "15 0xAC41", "20 0", "21 1", "22 0", "23 2" };
	struct fake *fake = *state;

	for (size_t i = 0; i < COUNT(sets); i++)
		fake_tell(fake, "set 1 holding %s", sets[i]);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading = fake_read_one(fake, cases[i].address);
		double value = reading.raw.kind == RAW_REAL  ? reading.raw.d
		               : reading.raw.kind == RAW_INT ? (double)reading.raw.i
		                                             : (double)reading.raw.u;

		if (reading.reason != FAULT_NONE || reading.raw.kind != cases[i].kind ||
		    value != cases[i].value)
			fail_msg("%s: reason %d, kind %d, value %f", cases[i].address,
			    reading.reason, reading.raw.kind, value);
	}
}

static void
values_are_found_in_a_merged_answer(void **state)
{
	struct fake *fake = *state;

	fake_range(fake, "3:input:#:uint16", 90, 300, 3);
	requests_of_read(fake);
	assert_all_good(fake);
}

static void
merges_into_the_fewest_requests(void **state)
{
	static const struct {
		const char *form;
		unsigned count;
		unsigned long requests;
	} cases[] = {
		{ "1:holding:#:uint16", 100, 1 },
		{ "1:holding:#:uint16", 1000, 8 },
		{ "1:holding:#:uint16", 5000, 40 },
		{ "1:discrete:#:bool", 2000, 1 },
		{ "1:coil:#:bool", 5000, 3 },
	};
	struct fake *fake = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		fake_range(fake, cases[i].form, 0, cases[i].count, 1);
		assert_int_equal(requests_of_read(fake), cases[i].requests);
		for (size_t p = 0; p < fake->count; p++)
			assert_int_equal(fake->readings[p].reason, FAULT_NONE);
	}
	assert_int_equal(fake_counter(fake, "connections"), 1);
	assert_int_equal(fake->bus->counters.requests, fake_counter(fake, "requests"));
}

static void
a_bad_address_does_not_drag_down_its_neighbours(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "hole 1 holding 63 63");
	fake_range(fake, "1:holding:#:uint16", 0, 100, 1);
	requests_of_read(fake);
	for (size_t i = 0; i < fake->count; i++)
		assert_int_equal(
		    fake->readings[i].reason, i == 63 ? FAULT_BAD_ADDRESS : FAULT_NONE);
	assert_true(fake->bus->counters.exceptions > 1);
	assert_int_equal(fake->bus->counters.exceptions, fake_counter(fake, "exceptions"));
}

static void
the_split_is_remembered(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "hole 1 holding 63 63");
	fake_range(fake, "1:holding:#:uint16", 0, 100, 1);
	assert_in_range(requests_of_read(fake), 4, 20);
	/* Before it, itself, behind it. */
	for (int round = 0; round < 3; round++)
		assert_int_equal(requests_of_read(fake), 3);
	assert_int_equal(fake->readings[63].reason, FAULT_BAD_ADDRESS);
	/* Other points are not affected, and nor is another unit. */
	fake_range(fake, "1:holding:#:uint16", 64, 100, 1);
	assert_int_equal(requests_of_read(fake), 1);
	fake_range(fake, "2:holding:#:uint16", 0, 100, 1);
	assert_int_equal(requests_of_read(fake), 1);
}

static void
a_gap_that_cannot_be_bridged_is_remembered(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "hole 1 input 31 31");
	/* 0, 3, 6, ... 60: each gap is bridged, one of them in vain. */
	fake_range(fake, "1:input:#:uint16", 0, 21, 3);
	assert_in_range(requests_of_read(fake), 3, 12);
	assert_all_good(fake);
	assert_int_equal(requests_of_read(fake), 2);
	assert_all_good(fake);
}

static void
a_device_that_reads_less_at_once_is_split(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "maxregs 1 60");
	fake_range(fake, "1:holding:#:uint16", 0, 100, 1);
	assert_int_equal(requests_of_read(fake), 3);
	assert_all_good(fake);
	assert_int_equal(requests_of_read(fake), 2);
	assert_all_good(fake);
}

static void
a_dead_block_costs_one_request_a_round(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "hole 1 holding 50 99");
	fake_range(fake, "1:holding:#:uint16", 0, 100, 1);
	requests_of_read(fake);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(requests_of_read(fake), 2);
		for (size_t i = 0; i < fake->count; i++)
			assert_int_equal(
			    fake->readings[i].reason, i < 50 ? FAULT_NONE : FAULT_BAD_ADDRESS);
	}
}

static void
an_address_that_comes_to_be_is_found(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "hole 1 holding 0 9");
	fake_range(fake, "1:holding:#:uint16", 0, 10, 1);
	requests_of_read(fake);
	for (size_t i = 0; i < fake->count; i++)
		assert_int_equal(fake->readings[i].reason, FAULT_BAD_ADDRESS);
	fake_tell(fake, "restore");
	requests_of_read(fake);
	/* One was asked and is there, so all are asked again, as one. */
	assert_int_equal(requests_of_read(fake), 1);
	assert_all_good(fake);
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
		{ 3, FAULT_DEVICE_ERROR },
		{ 4, FAULT_DEVICE_ERROR },
		{ 5, FAULT_DEVICE_ERROR },
		{ 6, FAULT_DEVICE_ERROR },
		{ 8, FAULT_DEVICE_ERROR },
		{ 10, FAULT_DEVICE_ERROR },
		{ 11, FAULT_NO_REPLY },
		{ 200, FAULT_DEVICE_ERROR },
	};
	struct fake *fake = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		fake_tell(fake, "exception 1 %d", cases[i].exception);
		assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").reason, cases[i].reason);
		assert_int_equal(fake->bus->counters.exceptions, i + 1);
	}
	fake_tell(fake, "exception 1 0");
	assert_int_equal(fake_read_one(fake, "1:holding:0:uint16").reason, FAULT_NONE);
	assert_int_equal(fake_counter(fake, "connections"), 1);
}

static void
a_unit_that_the_gateway_misses_is_given_up(void **state)
{
	static const char *const points[] = { "1:holding:0:uint16", "1:holding:500:uint16",
		"1:input:0:uint16", NULL };
	static const enum fault_reason reasons[] = { FAULT_NO_REPLY, FAULT_NO_REPLY,
		FAULT_NO_REPLY };
	struct fake *fake = *state;

	fake_tell(fake, "exception 1 11");
	fake_points(fake, points);
	assert_int_equal(requests_of_read(fake), 1);
	assert_reasons(fake, reasons);
}

static void
the_rest_of_a_silent_unit_is_not_asked(void **state)
{
	static const char *const points[] = { "1:coil:0:bool", "1:holding:0:uint16",
		"1:holding:500:uint16", NULL };
	static const enum fault_reason reasons[] = { FAULT_NO_REPLY, FAULT_NO_REPLY,
		FAULT_NO_REPLY };
	struct fake *fake = *state;

	fake_tell(fake, "silent 1 1");
	fake_points(fake, points);
	assert_int_equal(requests_of_read(fake), 1);
	assert_reasons(fake, reasons);
	assert_int_equal(fake->bus->counters.timeouts, 1);
}

static void
a_unit_that_dies_is_not_kept_alive_by_memory(void **state)
{
	static const char *const points[] = { "1:holding:0:uint16", "1:holding:1:uint16", NULL };
	static const enum fault_reason reasons[] = { FAULT_NO_REPLY, FAULT_NO_REPLY };
	struct fake *fake = *state;

	fake_tell(fake, "hole 1 holding 0 1");
	fake_points(fake, points);
	requests_of_read(fake);
	requests_of_read(fake); /* asks 0, 1 or the other: both are known */
	fake_tell(fake, "silent 1 1");
	requests_of_read(fake);
	assert_reasons(fake, reasons);
	requests_of_read(fake);
	assert_reasons(fake, reasons);
}

static void
a_unit_that_garbles_is_not_asked_for_ever(void **state)
{
	struct fake *fake = *state;

	fake_tell(fake, "wrong-unit 1 1");
	fake_range(fake, "1:holding:#:uint16", 0, 10, 50);
	assert_int_equal(requests_of_read(fake), 3);
	for (size_t i = 0; i < fake->count; i++)
		assert_int_equal(fake->readings[i].reason, FAULT_BAD_REPLY);
}

#define WITH_FAKE(test) cmocka_unit_test_setup_teardown(test, start, fake_tear_down)
#define SOON(test)      cmocka_unit_test_setup_teardown(test, start_soon, fake_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FAKE(reads_every_table_type_and_order),
		WITH_FAKE(values_are_found_in_a_merged_answer),
		WITH_FAKE(merges_into_the_fewest_requests),
		WITH_FAKE(a_bad_address_does_not_drag_down_its_neighbours),
		WITH_FAKE(the_split_is_remembered),
		WITH_FAKE(a_gap_that_cannot_be_bridged_is_remembered),
		WITH_FAKE(a_device_that_reads_less_at_once_is_split),
		WITH_FAKE(a_dead_block_costs_one_request_a_round),
		WITH_FAKE(an_address_that_comes_to_be_is_found),
		WITH_FAKE(exceptions_are_told_apart),
		WITH_FAKE(a_unit_that_the_gateway_misses_is_given_up),
		SOON(the_rest_of_a_silent_unit_is_not_asked),
		SOON(a_unit_that_dies_is_not_kept_alive_by_memory),
		WITH_FAKE(a_unit_that_garbles_is_not_asked_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
