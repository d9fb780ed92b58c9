/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DRIVERS_DRIVER_H
#define DRIVERS_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "core/reading.h"

/*
 * The contract of a driver.  It opens one bus, answers "read these points of this unit now", and
 * closes.  A unit is what answers alone: a Modbus slave, a 1-Wire ROM id.
 *
 * A driver does not retry, sleep (except for a silence that its line demands), scale, compare, log,
 * start threads, or know what a sensor or an OID is.  A silent device is a reading with a bad
 * reason; only a lost bus is an error.  One thread uses a bus; different buses are independent.
 */

/* One address, understood.  All but `text` is the driver's own business. */
struct driver_point {
	uint64_t unit;  /* equal units are one device */
	uint32_t place; /* inside the unit; the worker hands points over sorted by it */
	uint16_t type;
	uint16_t variant;
	const char *text; /* the address as written; the caller keeps it alive */
};

/* What has happened on the wire since the bus was opened. */
struct driver_counters {
	uint64_t requests;
	uint64_t timeouts;
	uint64_t bad_replies;
	uint64_t exceptions;
};

/* The base of each driver's own bus structure: its first member. */
struct driver_bus {
	struct driver_counters counters;
};

struct driver_settings {
	const char *endpoint;
	const char *options;
	unsigned timeout_ms; /* for one request on the wire */
};

/* One thing that a scan found: an address that `parse` takes, and what is known about it. Return
 * non-zero to stop the scan. */
typedef int driver_found_fn(void *context, const char *address, const char *what);

enum driver_flags {
	DRIVER_SLOW = 1 << 0,   /* read() may take as long as the kernel does, not timeout_ms */
	DRIVER_UNIQUE = 1 << 1, /* unit_name is unique in the world (1-Wire ROM ids) */
};

struct driver {
	const char *name; /* as in the file: "modbus-rtu" */
	unsigned flags;
	char unit_separator; /* unit_name, this, place: an address; '\0': a unit has one place */
	const char *endpoint_help; /* what is allowed, for error messages and the man page */
	const char *options_help;
	const char *address_help;

	/* Pure: is this a bus that open() could try?  0 or -EINVAL with what is allowed. */
	int (*check)(const struct driver_settings *settings, struct err *err);

	/* Pure: text to point; `ret_point->text` = text.  0 or -EINVAL with what is allowed. */
	int (*parse)(const char *text, struct driver_point *ret_point, struct err *err);

	/* 0, or a negative errno: nothing is left open. May take timeout_ms. */
	int (*open)(
	    const struct driver_settings *settings, struct driver_bus **ret_bus, struct err *err);

	/* Optional: so long a request may take from now on, while the bus stays open. */
	void (*set_timeout)(struct driver_bus *bus, unsigned timeout_ms);

	/* Optional: once before the reads of a round, with all points that are due, of any unit
	 * (1-Wire starts a conversion on all devices here).  Errors as read(). */
	int (*prepare)(struct driver_bus *bus, const struct driver_point *const *points,
	    size_t count, struct err *err);

	/*
	 * Reads `count` points of one unit, sorted by place, into `readings`, one each.  Blocks at
	 * most timeout_ms for each request; after the first silent request the rest are
	 * FAULT_NO_REPLY without asking.  0 whenever the bus itself works; a negative errno if the
	 * bus is lost: the readings are void, the worker closes the bus and opens it again later.
	 */
	int (*read)(struct driver_bus *bus, const struct driver_point *const *points, size_t count,
	    struct reading *readings, struct err *err);

	/* Optional: finds units, bounded and polite.  0 or a negative errno. */
	int (*scan)(struct driver_bus *bus, driver_found_fn *found, void *context, struct err *err);

	/* Optional: for a person, the unit of a point ("2", "28-000005e2fdc3") and the place inside
	 * it (register "17").  Both make envsSensorHardwareId.  `size` is at least 24. */
	void (*unit_name)(const struct driver_point *point, char *to, size_t size);
	void (*place_name)(const struct driver_point *point, char *to, size_t size);

	void (*close)(struct driver_bus *bus); /* copes with NULL */
};

/* registry.c: NULL if no driver of this build has that name. */
const struct driver *driver_find(const char *name);

/* The n-th driver of this build, NULL behind the last. */
const struct driver *driver_at(size_t n);

#endif
