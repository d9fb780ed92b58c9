/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Temperature probes on 1-Wire, through the kernel: a folder for each probe, in it files whose
 * reading makes the kernel talk to the probe.  One bus is the folder of all probes.
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/ds18x20.h"
#include "core/rom.h"
#include "drivers/driver.h"
#include "drivers/w1/w1_text.h"

#define MASTER  "w1_bus_master"
#define TRIGGER "trigger\n" /* just these 8 bytes: others are ignored without an error */

struct w1_bus {
	struct driver_bus base;
	char *endpoint;
	bool use_bulk;
	uint64_t round;      /* calls of prepare, from 1 */
	uint64_t bulk_round; /* the last one that converted on all probes; 0: none */
	struct ds18x20 probes[DS18X20_REMEMBERED];
};

static bool
is_rom(const char *text, uint64_t *ret_unit)
{
	return rom_parse(text, strlen(text), ROM_KERNEL, ret_unit);
}

static int
w1_check(const struct driver_settings *settings, struct err *err)
{
	if (settings->endpoint[0] != '/')
		return err_set(err, -EINVAL,
		    "endpoint \"%s\": want the path of a folder, normally /sys/bus/w1/devices",
		    settings->endpoint);
	if (settings->options[0] != '\0' && strcmp(settings->options, "no-bulk") != 0)
		return err_set(
		    err, -EINVAL, "options \"%s\": w1 knows only \"no-bulk\"", settings->options);
	return 0;
}

static int
w1_parse(const char *text, struct driver_point *ret_point, struct err *err)
{
	uint64_t unit;

	if (!is_rom(text, &unit))
		return err_set(err, -EINVAL,
		    "address \"%.64s\": want the ROM id of a probe, like 28-000005e2fdc3", text);
	if (ds18x20_chip(rom_family(unit)) == NULL)
		return err_set(err, -EINVAL,
		    "address \"%s\": no temperature probe; want family 10, 22, 28, 3b or 42", text);
	*ret_point = (struct driver_point){ .unit = unit, .text = text };
	return 0;
}

static void
w1_unit_name(const struct driver_point *point, char *to, size_t size)
{
	rom_format(point->unit, ROM_KERNEL, to, size);
}

static int
open_folder(const char *path, struct err *err)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return err_set(err, -errno, "%s: %s (is the driver of the 1-Wire adapter loaded?)",
		    path, strerror(errno));
	return folder;
}

static void
w1_close(struct driver_bus *base)
{
	struct w1_bus *bus = (struct w1_bus *)base;

	if (bus == NULL)
		return;
	free(bus->endpoint);
	free(bus);
}

static int
w1_open(const struct driver_settings *settings, struct driver_bus **ret_bus, struct err *err)
{
	struct w1_bus *bus;
	int folder = open_folder(settings->endpoint, err);

	if (folder < 0)
		return folder;
	close(folder);
	bus = calloc(1, sizeof(*bus));
	if (bus == NULL || (bus->endpoint = strdup(settings->endpoint)) == NULL) {
		w1_close(&bus->base);
		return err_set(err, -ENOMEM, "out of memory");
	}
	bus->use_bulk = settings->options[0] == '\0';
	bus->round = 1;
	*ret_bus = &bus->base;
	return 0;
}

static bool
trigger(int folder, const char *master)
{
	char path[NAME_MAX + 32];
	bool is_done;
	int fd;

	snprintf(path, sizeof(path), "%s/therm_bulk_read", master);
	fd = openat(folder, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	is_done = write(fd, TRIGGER, strlen(TRIGGER)) == (ssize_t)strlen(TRIGGER);
	close(fd);
	return is_done;
}

/*
 * One conversion on all probes of a line takes as long as one on a single probe.  Where it cannot
 * be had (an old kernel, no right to write), each probe converts when it is read, so nothing here
 * is an error; a lost bus shows itself in the reads.
 */
static int
w1_prepare(struct driver_bus *base, const struct driver_point *const *points, size_t count,
    struct err *err)
{
	struct w1_bus *bus = (struct w1_bus *)base;
	const struct dirent *entry;
	bool are_many = false;
	DIR *folder;

	(void)err;
	bus->round++;
	for (size_t i = 1; i < count; i++)
		are_many = are_many || points[i]->unit != points[0]->unit;
	if (!bus->use_bulk || !are_many)
		return 0;
	folder = opendir(bus->endpoint);
	if (folder == NULL)
		return 0;
	while ((entry = readdir(folder)) != NULL)
		if (strncmp(entry->d_name, MASTER, strlen(MASTER)) == 0 &&
		    trigger(dirfd(folder), entry->d_name))
			bus->bulk_round = bus->round;
	closedir(folder);
	return 0;
}

/* The kernel gives a file in as many pieces as it likes, and always says that it has 4096 bytes. */
static int
read_file(int folder, const char *path, char *text, size_t size, size_t *ret_len)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got = 1;
	int r = 0;

	if (fd < 0)
		return -errno;
	while (len < size && got != 0) {
		got = read(fd, text + len, size - len);
		if (got > 0)
			len += (size_t)got;
		else if (got < 0 && errno != EINTR) {
			r = -errno;
			break;
		}
	}
	close(fd);
	if (r == 0)
		*ret_len = len;
	return r;
}

/* w1_slave tells the checksum's verdict, temperature does not: it is for kernels without the
 * former. */
static enum w1_verdict
ask(struct w1_bus *bus, int folder, uint64_t unit, int32_t *ret_milli)
{
	static const struct {
		const char *name;
		enum w1_verdict (*parse)(const char *text, size_t len, int32_t *ret_milli);
	} files[] = {
		{ "w1_slave", w1_text_slave },
		{ "temperature", w1_text_temperature },
	};
	char rom[ROM_LEN + 1], path[ROM_LEN + 16], text[W1_TEXT_MAX];
	size_t len = 0;
	int r = -ENOENT;

	bus->base.counters.requests++;
	rom_format(unit, ROM_KERNEL, rom, sizeof(rom));
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", rom, files[i].name);
		r = read_file(folder, path, text, sizeof(text), &len);
		if (r == 0)
			return files[i].parse(text, len, ret_milli);
		if (r != -ENOENT)
			break;
	}
	return r == -ENOENT || r == -ENODEV || r == -ENOTDIR ? W1_GONE : W1_EMPTY;
}

static struct reading
read_probe(struct w1_bus *bus, int folder, uint64_t unit)
{
	struct ds18x20 *probe = ds18x20_get(bus->probes, unit);
	enum fault_reason reason;
	int32_t milli = 0;

	/* A probe that was not read after a bulk conversion still holds its old result, and the
	 * kernel would give it to us as today's: fetch it and throw it away. */
	if (bus->bulk_round > probe->round && bus->bulk_round < bus->round)
		(void)ask(bus, folder, unit, &milli);
	probe->round = bus->round;

	switch (ask(bus, folder, unit, &milli)) {
	case W1_VALUE:
		break;
	case W1_GONE:
		ds18x20_forget(probe);
		bus->base.counters.timeouts++;
		return reading_bad(FAULT_NO_REPLY);
	case W1_EMPTY:
		bus->base.counters.timeouts++;
		return reading_bad(FAULT_NO_REPLY);
	case W1_BAD_CRC:
	case W1_GARBAGE:
		bus->base.counters.bad_replies++;
		return reading_bad(FAULT_BAD_REPLY);
	}
	reason = ds18x20_judge(probe, milli);
	if (reason != FAULT_NONE)
		return reading_bad(reason);
	return reading_good((struct raw){ .kind = RAW_MILLI, .i = milli });
}

static int
w1_read(struct driver_bus *base, const struct driver_point *const *points, size_t count,
    struct reading *readings, struct err *err)
{
	struct w1_bus *bus = (struct w1_bus *)base;
	struct reading reading;
	int folder;

	assert(count > 0);
	folder = open_folder(bus->endpoint, err);
	if (folder < 0)
		return folder;
	reading = read_probe(bus, folder, points[0]->unit);
	close(folder);
	for (size_t i = 0; i < count; i++)
		readings[i] = reading;
	return 0;
}

static int
is_probe(const struct dirent *entry)
{
	uint64_t unit;

	return is_rom(entry->d_name, &unit) && ds18x20_chip(rom_family(unit)) != NULL;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
w1_scan(struct driver_bus *base, driver_found_fn *found, void *context, struct err *err)
{
	const struct w1_bus *bus = (const struct w1_bus *)base;
	struct dirent **entries;
	bool is_stopped = false;
	int count = scandir(bus->endpoint, &entries, is_probe, by_name);

	if (count < 0)
		return err_set(err, -errno, "%s: %s", bus->endpoint, strerror(errno));
	for (int i = 0; i < count; i++) {
		uint64_t unit;

		if (!is_stopped && is_rom(entries[i]->d_name, &unit))
			is_stopped =
			    found(context, entries[i]->d_name, ds18x20_chip(rom_family(unit))) != 0;
		free(entries[i]);
	}
	free(entries);
	return 0;
}

const struct driver driver_w1 = {
	.name = "w1",
	.flags = DRIVER_SLOW | DRIVER_UNIQUE,
	.endpoint_help = "the folder of the kernel's 1-Wire devices, normally /sys/bus/w1/devices",
	.options_help = "\"\", or \"no-bulk\": never convert on all probes at once",
	.address_help = "the ROM id of a temperature probe, like 28-000005e2fdc3 "
			"(families 10, 22, 28, 3b, 42)",
	.check = w1_check,
	.parse = w1_parse,
	.open = w1_open,
	.prepare = w1_prepare,
	.read = w1_read,
	.scan = w1_scan,
	.unit_name = w1_unit_name,
	.close = w1_close,
};
