/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/driver.h"
#include "tests/unit/unit.h"

extern const struct driver driver_sim;

static char folder[] = "/tmp/test_sim.XXXXXX";
static char script[sizeof(folder) + 16], fresh[sizeof(folder) + 16];

static int
make_folder(void **state)
{
	(void)state;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	assert_non_null(mkdtemp(folder));
	snprintf(script, sizeof(script), "%s/script", folder);
	snprintf(fresh, sizeof(fresh), "%s/script.tmp", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	(void)unlink(script);
	return rmdir(folder);
}

/* As a careful person does it: the new script takes the place of the old one at once. */
static void
write_script(const char *text)
{
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(rename(fresh, script), 0);
}

static struct driver_bus *
open_bus(const char *endpoint)
{
	struct driver_settings settings = { .endpoint = endpoint, .options = "" };
	struct driver_bus *bus = NULL;
	struct err err = { .text = "" };

	if (driver_sim.open(&settings, &bus, &err) < 0)
		fail_msg("%s", err.text);
	return bus;
}

static int
read_one(struct driver_bus *bus, const char *address, struct reading *ret_reading, struct err *err)
{
	struct driver_point point;
	const struct driver_point *points[] = { &point };
	int r;

	assert_int_equal(driver_sim.parse(address, &point, NULL), 0);
	r = driver_sim.prepare(bus, points, 1, err);
	return r < 0 ? r : driver_sim.read(bus, points, 1, ret_reading, err);
}

/* What was read, in the words of a script. */
static const char *
word_of(int r, const struct reading *reading)
{
	static const char *const words[] = {
		[FAULT_NO_REPLY] = "silent",
		[FAULT_BAD_REPLY] = "badReply",
		[FAULT_DEVICE_ERROR] = "deviceError",
		[FAULT_BAD_ADDRESS] = "badAddress",
	};
	static char number[32];

	if (r < 0)
		return "lost";
	if (reading->reason != FAULT_NONE)
		return words[reading->reason];
	if (reading->raw.kind == RAW_REAL)
		return isnan(reading->raw.d) ? "nan" : "real";
	snprintf(number, sizeof(number), "%d", (int)reading->raw.i);
	return number;
}

static void
plays_a_script(void **state)
{
	static const struct {
		const char *name, *script, *address,
		    *words; /* as word_of says, a blank after each */
	} cases[] = {
		{ "one value", "inlet 21.5\n", "inlet", "21500 21500 21500 " },
		{ "no last newline", "inlet 21.5", "inlet", "21500 21500 " },
		{ "the last one is held", "inlet 1 2 3\n", "inlet", "1000 2000 3000 3000 " },
		{ "repeat", "inlet 1 2 repeat\n", "inlet", "1000 2000 1000 2000 1000 " },
		{ "repeat of one", "inlet 1 repeat # x\n", "inlet", "1000 1000 " },
		{ "below zero", "inlet -0.125 -40\n", "inlet", "-125 -40000 " },
		{ "each fault", "inlet silent badReply deviceError badAddress nan 1\n", "inlet",
		    "silent badReply deviceError badAddress nan 1000 " },
		{ "a hang ends in silence", "inlet hang:1 2\n", "inlet", "silent 2000 " },
		{ "the bus is lost", "inlet 1 lost 2\n", "inlet", "1000 lost 2000 " },
		{ "comments and empty lines", "# a b\n\n  \n\tinlet\t7 # 8 9\n#", "inlet",
		    "7000 7000 " },
		{ "lines of a foreign editor", "inlet 7\r\noutlet 8\r\n", "inlet", "7000 7000 " },
		{ "a name with blanks", "\"cold room\" -18 -17\n", "cold room", "-18000 -17000 " },
		{ "a name with a sharp", "\"#1\" 5\n", "#1", "5000 " },
		{ "one among others", "b 2\nd 4\na 1\nc 3\n", "c", "3000 3000 " },
		{ "a unit", "rack/a 1\nrack/b 2\n", "rack/b", "2000 2000 " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *expected = cases[i].words;
		struct driver_bus *bus;

		write_script(cases[i].script);
		bus = open_bus(script);
		while (*expected != '\0') {
			size_t len = strcspn(expected, " ");
			struct reading reading;
			int r = read_one(bus, cases[i].address, &reading, NULL);
			const char *word = word_of(r, &reading);

			if (strlen(word) != len || strncmp(word, expected, len) != 0)
				fail_msg("%s: %s instead of %s", cases[i].name, word, expected);
			expected += len + 1;
		}
		driver_sim.close(bus);
	}
}

static void
refuses_a_bad_script_with_its_line(void **state)
{
	static const struct {
		const char *script, *text;
	} cases[] = {
		{ "inlet\n", "script:1: \"inlet\" has no values" },
		{ "inlet # 5\n", "script:1: \"inlet\" has no values" },
		{ "a 1\n\nb 1 quiet\n", "script:3: \"quiet\": want a number" },
		{ "a 1.0005\n", "script:1: \"1.0005\": want" },
		{ "a 99999999\n", "script:1: \"99999999\": want" },
		{ "a hang:\n", "script:1: \"hang:\": want" },
		{ "a hang:600001\n", "script:1: \"hang:600001\": want" },
		{ "a repeat\n", "script:1: \"repeat\": want" },
		{ "a 1 repeat 2\n", "script:1: \"repeat\" must be the last word" },
		{ "a 1\nb 2\na 3\n", "script: \"a\" is given twice" },
	};
	struct driver_settings settings = { .endpoint = script, .options = "" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct driver_bus *bus = NULL;
		struct err err;

		write_script(cases[i].script);
		assert_int_equal(driver_sim.open(&settings, &bus, &err), -EINVAL);
		assert_null(bus);
		if (strstr(err.text, cases[i].text) == NULL)
			fail_msg("\"%s\", not \"%s\"", err.text, cases[i].text);
	}
}

static void
follows_its_script_file(void **state)
{
	struct driver_bus *bus;
	struct reading reading;
	struct err err;

	(void)state;
	write_script("inlet 1 2 3\n");
	bus = open_bus(script);
	assert_int_equal(read_one(bus, "inlet", &reading, &err), 0);
	assert_int_equal(reading.raw.i, 1000);
	write_script("inlet 7 8 9\n");
	assert_int_equal(read_one(bus, "inlet", &reading, &err), 0);
	assert_int_equal(reading.raw.i, 7000);
	assert_int_equal(read_one(bus, "inlet", &reading, &err), 0);
	assert_int_equal(reading.raw.i, 8000);
	write_script("inlet what\n");
	assert_int_equal(read_one(bus, "inlet", &reading, &err), -EINVAL);
	assert_int_equal(unlink(script), 0);
	assert_int_equal(read_one(bus, "inlet", &reading, &err), -ENOENT);
	assert_non_null(strstr(err.text, script));
	driver_sim.close(bus);
}

static void
opens_no_script_that_is_none(void **state)
{
	struct driver_settings settings = { .endpoint = script, .options = "" };
	struct driver_bus *bus = NULL;
	struct err err;

	(void)state;
	assert_int_equal(driver_sim.open(&settings, &bus, &err), -ENOENT);
	settings.endpoint = folder;
	assert_int_equal(driver_sim.open(&settings, &bus, &err), -EINVAL);
	write_script("");
	assert_int_equal(truncate(script, 1024 * 1024 + 1), 0);
	settings.endpoint = script;
	assert_int_equal(driver_sim.open(&settings, &bus, &err), -EFBIG);
	assert_null(bus);
	driver_sim.close(NULL);
}

static void
gives_a_silent_unit_up_for_the_call(void **state)
{
	static const char *const addresses[] = { "a", "b", "c" };
	struct driver_point points[COUNT(addresses)];
	const struct driver_point *pointers[COUNT(addresses)];
	struct reading readings[COUNT(addresses)];
	struct driver_bus *bus;

	(void)state;
	write_script("a 1\nb silent badReply nan\nc 3 deviceError\n");
	bus = open_bus(script);
	for (size_t i = 0; i < COUNT(addresses); i++) {
		assert_int_equal(driver_sim.parse(addresses[i], &points[i], NULL), 0);
		pointers[i] = &points[i];
	}
	assert_int_equal(driver_sim.read(bus, pointers, COUNT(pointers), readings, NULL), 0);
	assert_int_equal(readings[0].raw.i, 1000);
	assert_int_equal(readings[1].reason, FAULT_NO_REPLY);
	assert_int_equal(readings[2].reason, FAULT_NO_REPLY);
	assert_int_equal(bus->counters.requests, 2);
	assert_int_equal(bus->counters.timeouts, 1);

	assert_int_equal(driver_sim.read(bus, pointers, COUNT(pointers), readings, NULL), 0);
	assert_int_equal(readings[1].reason, FAULT_BAD_REPLY);
	assert_int_equal(readings[2].raw.i, 3000); /* it was not asked before */
	assert_int_equal(driver_sim.read(bus, pointers, COUNT(pointers), readings, NULL), 0);
	assert_int_equal(readings[1].reason, FAULT_NONE);
	assert_int_equal(readings[2].reason, FAULT_DEVICE_ERROR);
	assert_int_equal(bus->counters.requests, 8);
	assert_int_equal(bus->counters.timeouts, 1);
	assert_int_equal(bus->counters.bad_replies, 1);
	assert_int_equal(bus->counters.exceptions, 1);
	driver_sim.close(bus);
}

static void
makes_plausible_values_without_a_script(void **state)
{
	static const char *const addresses[] = { "inlet", "outlet", "rack/a", "x" };
	struct driver_bus *bus = open_bus(""), *again = open_bus("");

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		int64_t before = 0, lowest = INT64_MAX, highest = INT64_MIN;

		for (int round = 0; round < 500; round++) {
			struct reading reading, same;

			assert_int_equal(read_one(bus, addresses[i], &reading, NULL), 0);
			assert_int_equal(read_one(again, addresses[i], &same, NULL), 0);
			assert_int_equal(reading.reason, FAULT_NONE);
			assert_int_equal(reading.raw.kind, RAW_MILLI);
			assert_true(reading.raw.i == same.raw.i);
			assert_in_range(reading.raw.i, 18000, 26000);
			if (round > 0)
				assert_true(llabs(reading.raw.i - before) <= 10);
			before = reading.raw.i;
			lowest = before < lowest ? before : lowest;
			highest = before > highest ? before : highest;
		}
		assert_int_equal(highest - lowest, 2000);
	}
	driver_sim.close(bus);
	driver_sim.close(again);
}

static void
leaves_what_the_script_does_not_name_plausible(void **state)
{
	struct driver_bus *bus;
	struct reading reading;

	(void)state;
	write_script("inlet 35\n");
	bus = open_bus(script);
	assert_int_equal(read_one(bus, "outlet", &reading, NULL), 0);
	assert_in_range(reading.raw.i, 18000, 26000);
	driver_sim.close(bus);
}

static void
takes_any_clean_name(void **state)
{
	static const char longest[] =
	    "1234567890123456789012345678901234567890123456789012345678901234";
	static const struct {
		const char *text, *unit; /* unit NULL: refused */
	} cases[] = {
		{ "inlet", "sim" },
		{ "cold room", "sim" },
		{ "rack/inlet", "rack" },
		{ "rack/inlet/left", "rack" },
		{ "/inlet", "sim" },
		{ "21°", "sim" },
		{ longest, "sim" },
		{ "", NULL },
		{ "a\nb", NULL },
		{ "\xff", NULL },
		{ "12345678901234567890123456789012345678901234567890123456789012345", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct driver_point point;
		struct err err;
		char name[24];
		int r = driver_sim.parse(cases[i].text, &point, &err);

		if (r != (cases[i].unit != NULL ? 0 : -EINVAL))
			fail_msg("\"%s\": %d", cases[i].text, r);
		if (r < 0)
			continue;
		driver_sim.unit_name(&point, name, sizeof(name));
		assert_string_equal(name, cases[i].unit);
	}
}

static void
knows_which_addresses_are_one_unit(void **state)
{
	static const struct {
		const char *a, *b;
		bool are_one;
	} cases[] = {
		{ "inlet", "outlet", true },
		{ "rack/inlet", "rack/outlet", true },
		{ "rack/inlet", "door/inlet", false },
		{ "rack/inlet", "inlet", false },
		{ "rack/inlet", "rackinlet", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct driver_point a, b;

		assert_int_equal(driver_sim.parse(cases[i].a, &a, NULL), 0);
		assert_int_equal(driver_sim.parse(cases[i].b, &b, NULL), 0);
		if ((a.unit == b.unit) != cases[i].are_one)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
	}
}

static void
has_no_options(void **state)
{
	struct driver_settings settings = { .endpoint = "", .options = "" };
	struct err err;

	(void)state;
	assert_int_equal(driver_sim.check(&settings, &err), 0);
	settings.endpoint = "not/there";
	assert_int_equal(driver_sim.check(&settings, &err), 0);
	settings.options = "fast";
	assert_int_equal(driver_sim.check(&settings, &err), -EINVAL);
	assert_non_null(strstr(err.text, "\"fast\""));
}

static int
note_found(void *context, const char *address, const char *what)
{
	char *text = context;
	size_t used = strlen(text);

	snprintf(text + used, 64 - used, "%s %s;", address, what);
	return strcmp(address, "b") == 0;
}

static void
scans_the_names_of_its_script(void **state)
{
	struct driver_bus *bus;
	char text[64] = "";

	(void)state;
	bus = open_bus("");
	assert_int_equal(driver_sim.scan(bus, note_found, text, NULL), 0);
	assert_string_equal(text, "");
	driver_sim.close(bus);
	write_script("c 3\nb 2\na 1\n");
	bus = open_bus(script);
	assert_int_equal(driver_sim.scan(bus, note_found, text, NULL), 0);
	assert_string_equal(text, "a simulated;b simulated;");
	driver_sim.close(bus);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(plays_a_script),
		IN_FOLDER(refuses_a_bad_script_with_its_line),
		IN_FOLDER(follows_its_script_file),
		IN_FOLDER(opens_no_script_that_is_none),
		IN_FOLDER(gives_a_silent_unit_up_for_the_call),
		cmocka_unit_test(makes_plausible_values_without_a_script),
		IN_FOLDER(leaves_what_the_script_does_not_name_plausible),
		cmocka_unit_test(takes_any_clean_name),
		cmocka_unit_test(knows_which_addresses_are_one_unit),
		cmocka_unit_test(has_no_options),
		IN_FOLDER(scans_the_names_of_its_script),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
