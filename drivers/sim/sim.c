/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bus that is not there, with plausible values or those of a script.  And the skeleton of a
 * driver: copy this file, keep its order, replace what is simulated by your device
 * (docs/DRIVERS.md).
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "drivers/driver.h"
#include "drivers/sim/sim_script.h"

#define ADDRESS_MAX 64

/* One open bus.  The worker sees only `base`, which must come first; the rest is ours.  One thread
 * uses it: no locks. */
struct sim_bus {
	struct driver_bus base;
	char *endpoint;
	struct sim_script *script; /* NULL: without a script */
	uint32_t rounds;           /* stand for time: a driver looks at no clock */
};

/*
 * check: could open() try this?  Pure: no file, no device, so that `envsensord --check` can tell on
 * any machine.  The text says what is wrong and what is allowed.
 */
static int
sim_check(const struct driver_settings *settings, struct err *err)
{
	if (settings->options[0] != '\0')
		return err_set(err, -EINVAL, "options \"%s\": sim has none", settings->options);
	return 0;
}

/* FNV-1a: the same number for the same text on every machine. */
static uint64_t
hash(const char *text, size_t len)
{
	uint64_t sum = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	return sum;
}

/* "rack/inlet": 4; "inlet": 0, the one unit of all addresses without a slash. */
static size_t
unit_len(const char *address)
{
	const char *slash = strchr(address, '/');

	return slash != NULL ? (size_t)(slash - address) : 0;
}

/*
 * parse: the address, once, into what read() needs.  Pure.  Points of one `unit` come together in
 * one read(), sorted by `place`; `type` and `variant` are for what else a driver wants to keep.
 */
static int
sim_parse(const char *text, struct driver_point *ret_point, struct err *err)
{
	size_t len = strlen(text);

	if (len < 1 || len > ADDRESS_MAX || !text_is_clean(text, len))
		return err_set(
		    err, -EINVAL, "address: want 1 to %d bytes of clean text", ADDRESS_MAX);
	*ret_point = (struct driver_point){ .unit = hash(text, unit_len(text)), .text = text };
	return 0;
}

/* unit_name: what a person calls the device; for the log and the hardware id. */
static void
sim_unit_name(const struct driver_point *point, char *to, size_t size)
{
	size_t len = unit_len(point->text);

	if (len == 0)
		text_copy(to, size, "sim");
	else
		text_copy(to, len < size ? len + 1 : size, point->text);
}

/* close: copes with NULL and with the half-made, so that open() can use it. */
static void
sim_close(struct driver_bus *base)
{
	struct sim_bus *bus = (struct sim_bus *)base;

	if (bus == NULL)
		return;
	sim_script_free(bus->script);
	free(bus->endpoint);
	free(bus);
}

/*
 * open: one try, within timeout_ms; a negative errno: nothing is left open.  The worker tries again
 * later, at its own pace.  The settings do not outlive the call: copy what you keep.
 */
static int
sim_open(const struct driver_settings *settings, struct driver_bus **ret_bus, struct err *err)
{
	struct sim_bus *bus = calloc(1, sizeof(*bus));
	int r;

	if (bus == NULL || (bus->endpoint = strdup(settings->endpoint)) == NULL)
		r = err_set(err, -ENOMEM, "out of memory");
	else if (settings->endpoint[0] != '\0')
		r = sim_script_load(bus->endpoint, &bus->script, err);
	else
		r = 0;
	if (r < 0) {
		sim_close(&bus->base);
		return r;
	}
	*ret_bus = &bus->base;
	return 0;
}

/*
 * prepare: optional; once before the reads of a round, with all points that are due, for a bus that
 * can start something on all devices at once.  Here: takes a script anew when its file changed.
 */
static int
sim_prepare(struct driver_bus *base, const struct driver_point *const *points, size_t count,
    struct err *err)
{
	struct sim_bus *bus = (struct sim_bus *)base;
	struct sim_script *script;
	int r;

	(void)points;
	(void)count;
	bus->rounds++;
	if (bus->script == NULL || sim_script_is_current(bus->script, bus->endpoint))
		return 0;
	r = sim_script_load(bus->endpoint, &script, err);
	if (r < 0)
		return r; /* no script, or a bad one: as if somebody had pulled the adapter */
	sim_script_free(bus->script);
	bus->script = script;
	return 0;
}

/* A temperature of its own for each address, from 18 to 26 degrees, that goes up and down by two
 * degrees in 400 rounds. */
static struct reading
plausible(const char *address, uint32_t rounds)
{
	const int64_t half = 200, swing = 1000;
	uint64_t self = hash(address, strlen(address));
	int64_t phase = (int64_t)((rounds + self / 8000) % (uint64_t)(2 * half));
	int64_t climb = phase < half ? phase : 2 * half - phase; /* 0..half..0 */
	int64_t base = 19000 + (int64_t)(self % 6000);

	return reading_good(
	    (struct raw){ .kind = RAW_MILLI, .i = base - swing + climb * 2 * swing / half });
}

/* One request on the wire: -ENODEV if the bus is lost; silence is a reading. */
static int
ask(struct sim_bus *bus, const struct driver_point *point, struct reading *ret_reading)
{
	struct sim_step step = { .hang_ms = 0 };

	bus->base.counters.requests++;
	if (bus->script == NULL || !sim_script_next(bus->script, point->text, &step))
		step.reading = plausible(point->text, bus->rounds);
	if (step.is_lost)
		return -ENODEV;
	if (step.hang_ms > 0) /* what a driver must never do; for the tests of one that does */
		(void)poll(NULL, 0, (int)step.hang_ms);
	*ret_reading = step.reading;
	return 0;
}

/* The counters of the bus table; whoever is on call looks there first. */
static void
count_bad(struct driver_counters *counters, enum fault_reason reason)
{
	if (reason == FAULT_NO_REPLY)
		counters->timeouts++;
	else if (reason == FAULT_BAD_REPLY)
		counters->bad_replies++;
	else if (reason != FAULT_NONE)
		counters->exceptions++; /* the device answered, and refused */
}

/*
 * read: fills `readings`, one for each point; a point without a value is a reading with the reason.
 * After the first silent request the unit is given up for this call: a dead one costs one time-out.
 * Only the loss of the whole bus is an error.  No second try: the next round is one.
 */
static int
sim_read(struct driver_bus *base, const struct driver_point *const *points, size_t count,
    struct reading *readings, struct err *err)
{
	struct sim_bus *bus = (struct sim_bus *)base;
	bool is_silent = false;

	for (size_t i = 0; i < count; i++) {
		readings[i] = reading_bad(FAULT_NO_REPLY);
		if (is_silent)
			continue;
		if (ask(bus, points[i], &readings[i]) < 0)
			return err_set(err, -ENODEV, "the script says that the bus is lost");
		count_bad(&base->counters, readings[i].reason);
		is_silent = readings[i].reason == FAULT_NO_REPLY;
	}
	return 0;
}

/* scan: optional; finds addresses that parse() takes.  Stops when `found` says so. */
static int
sim_scan(struct driver_bus *base, driver_found_fn *found, void *context, struct err *err)
{
	const struct sim_bus *bus = (const struct sim_bus *)base;
	const char *address;

	(void)err;
	if (bus->script == NULL)
		return 0;
	for (size_t n = 0; (address = sim_script_address(bus->script, n)) != NULL; n++)
		if (found(context, address, "simulated") != 0)
			break;
	return 0;
}

/* The one thing that others see of this file; registry.c has a line for it. */
const struct driver driver_sim = {
	.name = "sim",
	.flags = 0,
	.unit_separator = '/', /* optional: UNIT/PLACE are addresses, so there can be devices */
	.endpoint_help = "a script file, or \"\" for plausible values",
	.options_help = "\"\"",
	.address_help = "any name of up to 64 bytes; UNIT/NAME puts it on a device of its own",
	.check = sim_check,
	.parse = sim_parse,
	.open = sim_open,
	.prepare = sim_prepare,
	.read = sim_read,
	.scan = sim_scan,
	.unit_name = sim_unit_name,
	.place_name = NULL, /* optional, a register or channel; without it: the whole address */
	.close = sim_close,
};
