/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drivers/driver.h"
#include "tests/unit/unit.h"

extern const struct driver driver_w1;

#define PROBE        "28-000005e2fdc3"
#define OTHER        "28-00000aaaaaaa"
#define THIRD        "10-000802b4ba0e"
#define BYTES        "72 01 4b 46 7f ff 0e 10 57 "
#define SAYS(number) BYTES ": crc=57 YES\n" BYTES "t=" #number "\n"
#define BAD_CRC      BYTES ": crc=12 NO\n" BYTES "t=23125\n"

/* A folder that looks like /sys/bus/w1/devices. */
static char tree[] = "/tmp/test_w1.XXXXXX";
static char root[sizeof(tree) + 8];

static char *
path_of(const char *folder, const char *file)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s%s%s", root, folder, file[0] != '\0' ? "/" : "", file);
	return path;
}

static void
put(const char *folder, const char *file, const char *text)
{
	size_t len = strlen(text);
	int fd;

	(void)mkdir(path_of(folder, ""), 0700);
	fd = open(path_of(folder, file), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

static void
get(const char *folder, const char *file, char *to, size_t size)
{
	int fd = open(path_of(folder, file), O_RDONLY);
	ssize_t len = read(fd, to, size - 1);

	assert_true(len >= 0);
	to[len] = '\0';
	close(fd);
}

static void
drop(const char *folder)
{
	(void)unlink(path_of(folder, "w1_slave"));
	(void)unlink(path_of(folder, "temperature"));
	(void)rmdir(path_of(folder, ""));
}

static int
remove_entry(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int
plant_tree(void **state)
{
	(void)state;
	memcpy(tree + sizeof(tree) - 7, "XXXXXX", 6);
	assert_non_null(mkdtemp(tree));
	snprintf(root, sizeof(root), "%s/devices", tree);
	return mkdir(root, 0700);
}

static int
fell_tree(void **state)
{
	(void)state;
	return nftw(tree, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static struct driver_bus *
open_bus(const char *options)
{
	struct driver_settings settings = { .endpoint = root, .options = options };
	struct driver_bus *bus = NULL;
	struct err err;

	assert_int_equal(driver_w1.open(&settings, &bus, &err), 0);
	assert_non_null(bus);
	return bus;
}

static struct driver_point
point_of(const char *address)
{
	struct driver_point point;

	assert_int_equal(driver_w1.parse(address, &point, NULL), 0);
	return point;
}

static int
prepare(struct driver_bus *bus, const char *first, const char *second)
{
	struct driver_point a = point_of(first), b = point_of(second);
	const struct driver_point *points[] = { &a, &b };

	return driver_w1.prepare(bus, points, COUNT(points), NULL);
}

static struct reading
read_one(struct driver_bus *bus, const char *address)
{
	struct driver_point point = point_of(address);
	const struct driver_point *points[] = { &point };
	struct reading reading;

	assert_int_equal(driver_w1.read(bus, points, 1, &reading, NULL), 0);
	return reading;
}

static void
checks_its_settings(void **state)
{
	static const struct {
		const char *endpoint, *options;
		int code;
	} cases[] = {
		{ "/sys/bus/w1/devices", "", 0 },
		{ "/not/there", "no-bulk", 0 },
		{ "", "", -EINVAL },
		{ "sys/bus/w1/devices", "", -EINVAL },
		{ "/sys/bus/w1/devices", "bulk", -EINVAL },
		{ "/sys/bus/w1/devices", "no-bulk,", -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct driver_settings settings = { cases[i].endpoint, cases[i].options, 200 };
		struct err err;

		if (driver_w1.check(&settings, &err) != cases[i].code)
			fail_msg("\"%s\" \"%s\"", cases[i].endpoint, cases[i].options);
	}
}

static void
takes_rom_ids_of_temperature_probes(void **state)
{
	static const struct {
		const char *text, *name; /* name NULL: refused */
		uint64_t unit;
	} cases[] = {
		{ "28-000005e2fdc3", "28-000005e2fdc3", 0x28000005e2fdc3 },
		{ "28-000005E2FDC3", "28-000005e2fdc3", 0x28000005e2fdc3 },
		{ "3B-ffffffffffff", "3b-ffffffffffff", 0x3bffffffffffff },
		{ "10-000802b4ba0e", "10-000802b4ba0e", 0x10000802b4ba0e },
		{ "22-000000000001", "22-000000000001", 0x22000000000001 },
		{ "42-000000000001", "42-000000000001", 0x42000000000001 },
		{ "26-000005e2fdc3", NULL, 0 },
		{ "00-000005e2fdc3", NULL, 0 },
		{ "28-000005e2fdc", NULL, 0 },
		{ "28-000005e2fdc33", NULL, 0 },
		{ "28.000005e2fdc3", NULL, 0 },
		{ "28-000005e2fdg3", NULL, 0 },
		{ "28-000005e2fd 3", NULL, 0 },
		{ "w1_bus_master1", NULL, 0 },
		{ "../../../../etc", NULL, 0 },
		{ "", NULL, 0 },
	};

	(void)state;
	assert_int_equal(driver_w1.flags, DRIVER_SLOW | DRIVER_UNIQUE);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct driver_point point = { .unit = 0 };
		char name[24];
		int r = driver_w1.parse(cases[i].text, &point, NULL);

		if (r != (cases[i].name != NULL ? 0 : -EINVAL) || point.unit != cases[i].unit)
			fail_msg("\"%s\": %d", cases[i].text, r);
		if (r < 0)
			continue;
		driver_w1.unit_name(&point, name, sizeof(name));
		assert_string_equal(name, cases[i].name);
		assert_ptr_equal(point.text, cases[i].text);
	}
}

/* One probe, one bus, one read for each line; the driver remembers from line to line. */
static void
tells_false_values_from_good_ones(void **state)
{
	static const struct {
		const char *name, *text; /* text NULL: the probe is gone */
		enum fault_reason reason;
		int32_t milli;
	} cases[] = {
		{ "power-on value at first", SAYS(85000), FAULT_IMPLAUSIBLE, 0 },
		{ "and again", SAYS(85000), FAULT_IMPLAUSIBLE, 0 },
		{ "a good one", SAYS(23125), FAULT_NONE, 23125 },
		{ "below zero", SAYS(-10125), FAULT_NONE, -10125 },
		{ "a jump to 85", SAYS(85000), FAULT_IMPLAUSIBLE, 0 },
		{ "a jump elsewhere", SAYS(85062), FAULT_NONE, 85062 },
		{ "85 from near above", SAYS(85000), FAULT_NONE, 85000 },
		{ "five degrees below", SAYS(80000), FAULT_NONE, 80000 },
		{ "85 from there", SAYS(85000), FAULT_NONE, 85000 },
		{ "a little more than five", SAYS(79999), FAULT_NONE, 79999 },
		{ "85 from there", SAYS(85000), FAULT_IMPLAUSIBLE, 0 },
		{ "wrong checksum", BAD_CRC, FAULT_BAD_REPLY, 0 },
		{ "near 85", SAYS(84000), FAULT_NONE, 84000 },
		{ "the kernel's error", "", FAULT_NO_REPLY, 0 },
		{ "85 after an error", SAYS(85000), FAULT_NONE, 85000 },
		{ "gone", NULL, FAULT_NO_REPLY, 0 },
		{ "still gone", NULL, FAULT_NO_REPLY, 0 },
		{ "back with 85", SAYS(85000), FAULT_IMPLAUSIBLE, 0 },
		{ "back with sense", SAYS(84500), FAULT_NONE, 84500 },
		{ "no such adapter value", SAYS(-127000), FAULT_IMPLAUSIBLE, 0 },
		{ "too little power", SAYS(127937), FAULT_IMPLAUSIBLE, 0 },
		{ "the same, rounded up", SAYS(127938), FAULT_IMPLAUSIBLE, 0 },
		{ "the hottest", SAYS(125000), FAULT_NONE, 125000 },
		{ "too hot", SAYS(125001), FAULT_OUT_OF_RANGE, 0 },
		{ "the coldest", SAYS(-55000), FAULT_NONE, -55000 },
		{ "too cold", SAYS(-55001), FAULT_OUT_OF_RANGE, 0 },
		{ "words", "hello\n", FAULT_BAD_REPLY, 0 },
	};
	struct driver_bus *bus = open_bus("");

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading;

		if (cases[i].text != NULL)
			put(PROBE, "w1_slave", cases[i].text);
		else
			drop(PROBE);
		reading = read_one(bus, PROBE);
		if (reading.reason != cases[i].reason)
			fail_msg("%zu, %s: reason %d", i, cases[i].name, reading.reason);
		if (reading.reason == FAULT_NONE &&
		    (reading.raw.kind != RAW_MILLI || reading.raw.i != cases[i].milli))
			fail_msg("%zu, %s: %d milli", i, cases[i].name, (int)reading.raw.i);
	}
	assert_int_equal(bus->counters.requests, COUNT(cases));
	assert_int_equal(bus->counters.timeouts, 3);
	assert_int_equal(bus->counters.bad_replies, 2);
	driver_w1.close(bus);
}

static void
remembers_each_probe_by_itself(void **state)
{
	struct driver_bus *bus = open_bus("");

	(void)state;
	put(PROBE, "w1_slave", SAYS(84000));
	put(OTHER, "w1_slave", SAYS(20000));
	assert_int_equal(read_one(bus, PROBE).reason, FAULT_NONE);
	assert_int_equal(read_one(bus, OTHER).reason, FAULT_NONE);
	put(PROBE, "w1_slave", SAYS(85000));
	put(OTHER, "w1_slave", SAYS(85000));
	assert_int_equal(read_one(bus, PROBE).reason, FAULT_NONE);
	assert_int_equal(read_one(bus, OTHER).reason, FAULT_IMPLAUSIBLE);
	driver_w1.close(bus);
}

static void
survives_more_probes_than_it_remembers(void **state)
{
	struct driver_bus *bus = open_bus("");

	(void)state;
	put(PROBE, "w1_slave", SAYS(20000));
	assert_int_equal(read_one(bus, PROBE).reason, FAULT_NONE);
	for (int i = 0; i < 600; i++) {
		char address[16];

		snprintf(address, sizeof(address), "28-%012x", i + 1);
		if (i % 64 == 0)
			assert_int_equal(prepare(bus, address, address), 0);
		assert_int_equal(read_one(bus, address).reason, FAULT_NO_REPLY);
	}
	assert_int_equal(read_one(bus, PROBE).raw.i, 20000);
	driver_w1.close(bus);
}

static void
falls_back_on_the_temperature_file_only_if_it_must(void **state)
{
	struct driver_bus *bus = open_bus("");

	(void)state;
	put(PROBE, "temperature", "-62\n");
	assert_int_equal(read_one(bus, PROBE).raw.i, -62);
	put(PROBE, "temperature", "");
	assert_int_equal(read_one(bus, PROBE).reason, FAULT_NO_REPLY);
	put(PROBE, "temperature", "21562\n");
	put(PROBE, "w1_slave", BAD_CRC);
	assert_int_equal(read_one(bus, PROBE).reason, FAULT_BAD_REPLY);
	assert_int_equal(unlink(path_of(PROBE, "w1_slave")), 0);
	assert_int_equal(mkdir(path_of(PROBE, "w1_slave"), 0700), 0); /* an error of its own */
	assert_int_equal(read_one(bus, PROBE).reason, FAULT_NO_REPLY);
	driver_w1.close(bus);
}

static void
gives_one_answer_to_all_points_of_a_probe(void **state)
{
	struct driver_bus *bus = open_bus("");
	struct driver_point point = point_of(PROBE);
	const struct driver_point *points[] = { &point, &point, &point };
	struct reading readings[COUNT(points)];

	(void)state;
	put(PROBE, "w1_slave", SAYS(23125));
	assert_int_equal(driver_w1.read(bus, points, COUNT(points), readings, NULL), 0);
	for (size_t i = 0; i < COUNT(points); i++)
		assert_int_equal(readings[i].raw.i, 23125);
	assert_int_equal(bus->counters.requests, 1);
	driver_w1.close(bus);
}

/* The second half comes when the first one was taken: the driver has to wait for it. */
static void
feed_in_two_halves(const char *fifo, const char *text)
{
	size_t half = strlen(text) / 2;
	int fd = open(fifo, O_WRONLY), waiting = 1;

	if (fd < 0 || write(fd, text, half) != (ssize_t)half)
		_exit(1);
	while (waiting > 0 && ioctl(fd, FIONREAD, &waiting) == 0)
		sched_yield();
	if (write(fd, text + half, strlen(text) - half) < 0)
		_exit(1);
	_exit(0);
}

static void
waits_for_a_slow_probe(void **state)
{
	struct driver_bus *bus = open_bus("");
	pid_t child;
	int status;

	(void)state;
	put(PROBE, "x", "");
	assert_int_equal(mkfifo(path_of(PROBE, "w1_slave"), 0600), 0);
	child = fork();
	if (child == 0)
		feed_in_two_halves(path_of(PROBE, "w1_slave"), SAYS(23125));
	assert_true(child > 0);
	assert_int_equal(read_one(bus, PROBE).raw.i, 23125);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	driver_w1.close(bus);
}

static void
does_not_trust_an_endless_file(void **state)
{
	struct driver_bus *bus = open_bus("");
	char big[5000];

	(void)state;
	memset(big, '1', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	put(PROBE, "w1_slave", big);
	assert_int_equal(read_one(bus, PROBE).reason, FAULT_BAD_REPLY);
	driver_w1.close(bus);
}

static void
converts_on_all_probes_when_two_are_due(void **state)
{
	static const struct {
		const char *name, *options, *first, *second, *written;
	} cases[] = {
		{ "two", "", PROBE, OTHER, "trigger\n" },
		{ "two of different families", "", PROBE, THIRD, "trigger\n" },
		{ "two points of one", "", PROBE, PROBE, "" },
		{ "switched off", "no-bulk", PROBE, OTHER, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct driver_bus *bus = open_bus(cases[i].options);
		char text[32];

		put("w1_bus_master1", "therm_bulk_read", "");
		put("w1_bus_master2", "therm_bulk_read", "");
		assert_int_equal(prepare(bus, cases[i].first, cases[i].second), 0);
		for (int master = 1; master <= 2; master++) {
			char folder[16];

			snprintf(folder, sizeof(folder), "w1_bus_master%d", master);
			get(folder, "therm_bulk_read", text, sizeof(text));
			if (strcmp(text, cases[i].written) != 0)
				fail_msg("%s: master %d got \"%s\"", cases[i].name, master, text);
		}
		driver_w1.close(bus);
	}
}

static void
lives_without_bulk_conversion(void **state)
{
	struct driver_bus *bus = open_bus("");

	(void)state;
	put("w1_bus_master1", "w1_master_name", "w1_bus_master1\n");
	put(PROBE, "w1_slave", SAYS(23125));
	assert_int_equal(prepare(bus, PROBE, OTHER), 0);
	assert_int_equal(read_one(bus, PROBE).raw.i, 23125);
	assert_int_equal(prepare(bus, PROBE, PROBE), 0);
	assert_int_equal(read_one(bus, PROBE).raw.i, 23125);
	assert_int_equal(bus->counters.requests, 2);
	driver_w1.close(bus);
}

/* In round 1 a bulk conversion; who is read later must not hand out what it measured then. */
static void
throws_away_what_an_old_bulk_conversion_left(void **state)
{
	static const struct {
		const char *name, *due, *also_due, *read;
		int files;
	} rounds[] = {
		{ "bulk", PROBE, OTHER, PROBE, 1 },
		{ "the same probe alone", PROBE, PROBE, PROBE, 1 },
		{ "one that was not read then", OTHER, OTHER, OTHER, 2 },
		{ "now it was", OTHER, OTHER, OTHER, 1 },
		{ "one never seen before", THIRD, THIRD, THIRD, 2 },
		{ "bulk again", PROBE, OTHER, OTHER, 1 },
		{ "one that missed two", PROBE, THIRD, THIRD, 1 },
		{ "the first, twice missed", PROBE, PROBE, PROBE, 2 },
	};
	struct driver_bus *bus = open_bus("");

	(void)state;
	put("w1_bus_master1", "therm_bulk_read", "");
	put(PROBE, "w1_slave", SAYS(23125));
	put(OTHER, "w1_slave", SAYS(23125));
	put(THIRD, "w1_slave", SAYS(23125));
	for (size_t i = 0; i < COUNT(rounds); i++) {
		int before = (int)bus->counters.requests;

		assert_int_equal(prepare(bus, rounds[i].due, rounds[i].also_due), 0);
		assert_int_equal(read_one(bus, rounds[i].read).raw.i, 23125);
		if ((int)bus->counters.requests - before != rounds[i].files)
			fail_msg(
			    "%s: %d files", rounds[i].name, (int)bus->counters.requests - before);
	}
	driver_w1.close(bus);
}

static void
loses_the_bus_with_its_folder(void **state)
{
	struct driver_settings settings = { .endpoint = root, .options = "" };
	struct driver_bus *bus = open_bus(""), *none = NULL;
	struct driver_point point = point_of(PROBE);
	const struct driver_point *points[] = { &point };
	struct reading reading;
	struct err err;

	(void)state;
	put(PROBE, "w1_slave", SAYS(23125));
	assert_int_equal(chdir(tree), 0);
	assert_int_equal(rename("devices", "away"), 0);
	assert_int_equal(prepare(bus, PROBE, OTHER), 0);
	assert_int_equal(driver_w1.read(bus, points, 1, &reading, &err), -ENOENT);
	assert_non_null(strstr(err.text, root));
	assert_int_equal(driver_w1.scan(bus, NULL, NULL, &err), -ENOENT);
	assert_int_equal(driver_w1.open(&settings, &none, &err), -ENOENT);
	assert_null(none);
	assert_int_equal(rename("away", "devices"), 0);
	assert_int_equal(read_one(bus, PROBE).raw.i, 23125);
	driver_w1.close(bus);

	settings.endpoint = path_of(PROBE, "w1_slave");
	assert_int_equal(driver_w1.open(&settings, &none, &err), -ENOTDIR);
	driver_w1.close(NULL);
}

struct found {
	char text[256];
	int count, stop_at;
};

static int
note_found(void *context, const char *address, const char *what)
{
	struct found *found = context;
	size_t used = strlen(found->text);

	snprintf(found->text + used, sizeof(found->text) - used, "%s %s;", address, what);
	return ++found->count == found->stop_at;
}

static void
scans_for_temperature_probes(void **state)
{
	struct found all = { .stop_at = 0 }, first = { .stop_at = 1 };
	struct driver_bus *bus = open_bus("");

	(void)state;
	put("w1_bus_master1", "therm_bulk_read", "");
	put("26-00000d930200", "name", "");
	put(PROBE, "w1_slave", "");
	put(THIRD, "w1_slave", "");
	assert_int_equal(driver_w1.scan(bus, note_found, &all, NULL), 0);
	assert_string_equal(all.text, THIRD " DS18S20;" PROBE " DS18B20;");
	assert_int_equal(driver_w1.scan(bus, note_found, &first, NULL), 0);
	assert_string_equal(first.text, THIRD " DS18S20;");
	driver_w1.close(bus);
}

#define IN_TREE(test) cmocka_unit_test_setup_teardown(test, plant_tree, fell_tree)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_its_settings),
		cmocka_unit_test(takes_rom_ids_of_temperature_probes),
		IN_TREE(tells_false_values_from_good_ones),
		IN_TREE(remembers_each_probe_by_itself),
		IN_TREE(survives_more_probes_than_it_remembers),
		IN_TREE(falls_back_on_the_temperature_file_only_if_it_must),
		IN_TREE(gives_one_answer_to_all_points_of_a_probe),
		IN_TREE(waits_for_a_slow_probe),
		IN_TREE(does_not_trust_an_endless_file),
		IN_TREE(converts_on_all_probes_when_two_are_due),
		IN_TREE(lives_without_bulk_conversion),
		IN_TREE(throws_away_what_an_old_bulk_conversion_left),
		IN_TREE(loses_the_bus_with_its_folder),
		IN_TREE(scans_for_temperature_probes),
	};

	alarm(600);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
