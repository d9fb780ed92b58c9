/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 1-Wire devices behind an owserver, the daemon of OWFS: each property of a device is a text under
 * a path.  One bus is one owserver, whatever lines that has.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ds18x20.h"
#include "core/rom.h"
#include "core/scale.h"
#include "drivers/owserver/owserver_driver.h"

#define UNCACHED "uncached"

struct ow_bus {
	struct driver_bus base;
	struct ow_link link;
	bool is_uncached;
	uint64_t round; /* calls of read */
	struct ds18x20 probes[DS18X20_REMEMBERED];
};

/* One call of driver.read. */
struct call {
	struct ow_bus *bus;
	struct err *err;
	bool is_present; /* owserver says that the device is there */
};

/* owserver's numbers for "there is no such thing to read". */
static const int32_t no_property[] = {
	-1,  /* the path cannot be understood */
	-21, /* it is a folder */
	-32, /* unrecognized property */
	-59, /* not a property */
	-60, /* not a readable property */
	-95, /* not supported: to be written only */
};

static enum fault_reason
error_reason(int32_t result)
{
	for (size_t i = 0; i < sizeof(no_property) / sizeof(no_property[0]); i++)
		if (no_property[i] == result)
			return FAULT_BAD_ADDRESS;
	return FAULT_DEVICE_ERROR;
}

/* As ow_link_ask, and counts. */
static int
ask(struct ow_bus *bus, enum ow_request type, const char *path, uint8_t *buffer, size_t size,
    struct ow_reply *ret_reply, struct err *err)
{
	int r;

	bus->base.counters.requests++;
	r = ow_link_ask(&bus->link, type, path, buffer, size, ret_reply, err);
	if (r == 0)
		bus->base.counters.timeouts++;
	else if (r == -EBADMSG)
		bus->base.counters.bad_replies++;
	return r;
}

/* What it means that ask() had no reply. */
static int
take_failure(int r, struct reading *ret_reading)
{
	if (r < 0 && r != -EBADMSG)
		return r;
	*ret_reading = reading_bad(r == 0 ? FAULT_NO_REPLY : FAULT_BAD_REPLY);
	return 0;
}

/*
 * A device that is gone and a property that cannot be read give the same errors, and others in
 * other versions of owserver: it has to be asked.
 */
static int
take_error(struct call *call, const struct driver_point *point, int32_t result,
    struct reading *ret_reading)
{
	struct ow_bus *bus = call->bus;
	uint8_t buffer[OW_BUFFER_SIZE];
	char path[OW_PATH_MAX];
	struct ow_reply reply;
	int r;

	if (!call->is_present) {
		ow_address_device(point, bus->is_uncached, path);
		r = ask(bus, OW_PRESENT, path, buffer, sizeof(buffer), &reply, call->err);
		if (r <= 0)
			return take_failure(r, ret_reading);
		if (reply.result < 0) {
			if (ds18x20_chip(rom_family(point->unit)) != NULL)
				ds18x20_forget(ds18x20_get(bus->probes, point->unit));
			bus->base.counters.timeouts++;
			*ret_reading = reading_bad(FAULT_NO_REPLY);
			return 0;
		}
		call->is_present = true;
	}
	bus->base.counters.exceptions++;
	*ret_reading = reading_bad(error_reason(result));
	return 0;
}

static struct reading
take_value(struct ow_bus *bus, const struct driver_point *point, const struct ow_reply *reply)
{
	struct reading reading = ow_value_parse(reply->data, reply->size);
	enum fault_reason reason;
	struct ds18x20 *probe;
	int32_t milli;

	if (reading.reason == FAULT_BAD_REPLY)
		bus->base.counters.bad_replies++;
	if (reading.reason != FAULT_NONE || point->type != OW_DS18X20)
		return reading;
	if (!scale_apply(&reading.raw, SCALE_GAIN_ONE, 0, &milli))
		return reading_bad(FAULT_IMPLAUSIBLE);
	probe = ds18x20_get(bus->probes, point->unit);
	probe->round = bus->round;
	reason = ds18x20_judge(probe, milli);
	return reason == FAULT_NONE ? reading : reading_bad(reason);
}

static int
read_point(struct call *call, const struct driver_point *point, struct reading *ret_reading)
{
	uint8_t buffer[OW_BUFFER_SIZE];
	char path[OW_PATH_MAX];
	struct ow_reply reply;
	int r;

	ow_address_path(point, call->bus->is_uncached, path);
	r = ask(call->bus, OW_READ, path, buffer, sizeof(buffer), &reply, call->err);
	if (r <= 0)
		return take_failure(r, ret_reading);
	if (reply.result < 0)
		return take_error(call, point, reply.result, ret_reading);
	*ret_reading = take_value(call->bus, point, &reply);
	return 0;
}

static int
ow_read(struct driver_bus *base, const struct driver_point *const *points, size_t count,
    struct reading *readings, struct err *err)
{
	struct call call = { .bus = (struct ow_bus *)base, .err = err };
	bool is_silent = false;
	int r = 0;

	call.bus->round++;
	for (size_t i = 0; i < count && r == 0; i++) {
		if (is_silent)
			readings[i] = reading_bad(FAULT_NO_REPLY);
		else
			r = read_point(&call, points[i], &readings[i]);
		is_silent = r == 0 && readings[i].reason == FAULT_NO_REPLY;
	}
	return r;
}

static void
report_devices(const struct ow_reply *reply, driver_found_fn *found, void *context)
{
	const char *at = (const char *)reply->data, *end = at + reply->size;
	char address[OW_ADDRESS_MAX], what[128];
	uint64_t rom;

	while (ow_directory_next(&at, end, &rom)) {
		ow_directory_describe(rom, address, what, sizeof(what));
		if (found(context, address, what) != 0)
			return;
	}
}

static int
ow_scan(struct driver_bus *base, driver_found_fn *found, void *context, struct err *err)
{
	struct ow_bus *bus = (struct ow_bus *)base;
	size_t size = OW_HEADER + OW_DIRECTORY_MAX;
	uint8_t *buffer = malloc(size);
	struct ow_reply reply;
	int r;

	if (buffer == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	r = ask(
	    bus, OW_DIRALLSLASH, bus->is_uncached ? "/" UNCACHED : "/", buffer, size, &reply, err);
	if (r == 0)
		r = err_set(
		    err, -ETIMEDOUT, "%s: no list of devices within the time-out", bus->link.where);
	else if (r == -EBADMSG)
		r = err_set(err, r, "%s: no list of devices but garbage", bus->link.where);
	else if (r > 0 && reply.result < 0)
		r = err_set(err, -EIO, "%s: no list of devices: owserver's error %" PRId64,
		    bus->link.where, -(int64_t)reply.result);
	else if (r > 0)
		report_devices(&reply, found, context);
	free(buffer);
	return r < 0 ? r : 0;
}

static int
ow_check(const struct driver_settings *settings, struct err *err)
{
	struct host host;

	if (ow_link_host(settings->endpoint, &host, err) < 0)
		return -EINVAL;
	if (settings->options[0] != '\0' && strcmp(settings->options, UNCACHED) != 0)
		return err_set(err, -EINVAL,
		    "options \"%.64s\": owserver knows only \"" UNCACHED "\"", settings->options);
	if (settings->timeout_ms == 0)
		return err_set(err, -EINVAL, "timeout 0: want at least 1 ms");
	return 0;
}

static void
ow_close(struct driver_bus *base)
{
	struct ow_bus *bus = (struct ow_bus *)base;

	if (bus == NULL)
		return;
	ow_link_close(&bus->link);
	free(bus);
}

static int
ow_open(const struct driver_settings *settings, struct driver_bus **ret_bus, struct err *err)
{
	struct ow_bus *bus = calloc(1, sizeof(*bus));
	int r;

	if (bus == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	bus->is_uncached = settings->options[0] != '\0';
	r = ow_link_open(&bus->link, settings->endpoint, settings->timeout_ms, err);
	if (r < 0) {
		ow_close(&bus->base);
		return r;
	}
	*ret_bus = &bus->base;
	return 0;
}

static void
ow_set_timeout(struct driver_bus *base, unsigned timeout_ms)
{
	struct ow_bus *bus = (struct ow_bus *)base;

	bus->link.timeout_ms = timeout_ms;
}

static void
ow_unit_name(const struct driver_point *point, char *to, size_t size)
{
	rom_format(point->unit, ROM_OWFS, to, size);
}

extern const struct driver driver_owserver;

const struct driver driver_owserver = {
	.name = "owserver",
	.unit_separator = '/',
	.flags = DRIVER_UNIQUE,
	.endpoint_help = "host, host:port or [IPv6 address]:port; default port 4304",
	.options_help = "\"\", or \"uncached\": no value out of owserver's cache",
	.address_help = "ID or ID/property, as 28.000028D70000 or 26.000026D90300/VAD; default "
			"property temperature",
	.check = ow_check,
	.parse = ow_address_parse,
	.open = ow_open,
	.set_timeout = ow_set_timeout,
	.read = ow_read,
	.scan = ow_scan,
	.unit_name = ow_unit_name,
	.close = ow_close,
};
