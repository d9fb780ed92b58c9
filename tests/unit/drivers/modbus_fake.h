/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_DRIVERS_MODBUS_FAKE_H
#define TESTS_UNIT_DRIVERS_MODBUS_FAKE_H

#include <stdio.h>
#include <sys/types.h>

#include "drivers/driver.h"

/*
 * Runs tests/fakes/modbus-slave and a bus of the real driver against it.  What cannot fail in a
 * healthy build ends the test where it fails.
 */

extern const struct driver driver_modbus_rtu;
extern const struct driver driver_modbus_rtutcp;
extern const struct driver driver_modbus_tcp;

#define FAKE_POINTS_MAX 8192

/* Long enough for a busy machine to answer in; where silence is told, short enough to wait for; and
 * for a line whose silence between two requests takes as long. */
#define PATIENT_MS 20000
#define SOON_MS    1000
#define TIMEOUT_MS 700

struct fake {
	pid_t pid;
	char directory[64];
	char control_path[96];
	FILE *control;
	char endpoint[64]; /* of the driver: "127.0.0.1:41234", "/dev/pts/7" */
	const struct driver *driver;
	struct driver_bus *bus;
	char texts[FAKE_POINTS_MAX][32];
	struct driver_point points[FAKE_POINTS_MAX];
	const struct driver_point *pointers[FAKE_POINTS_MAX];
	struct reading readings[FAKE_POINTS_MAX];
	size_t count; /* points */
	struct err err;
};

/* `arguments` of the fake behind --control, NULL-ended. */
struct fake *fake_start(const struct driver *driver, const char *const *arguments);
void fake_stop(struct fake *fake); /* closes the bus, too */

/* The set-up of a test: a fake with the bus open, and the tear-down. */
int fake_set_up(void **state, const struct driver *driver, const char *const *arguments,
    const char *options, unsigned timeout_ms);
int fake_tear_down(void **state);

/* Ends the fake's process, so that its far end of the line goes. */
void fake_kill(struct fake *fake);

/* One command, which must be answered "ok". */
void fake_tell(struct fake *fake, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "requests", "registers", "exceptions", "connections". */
unsigned long fake_counter(struct fake *fake, const char *name);

void fake_open(struct fake *fake, const char *options, unsigned timeout_ms);

/* Points: addresses in order, or `count` of one form ("1:holding:#:uint16") at `step`. */
void fake_points(struct fake *fake, const char *const *addresses);
void
fake_range(struct fake *fake, const char *format, unsigned first, unsigned count, unsigned step);

/* driver.read of those points: its result. */
int fake_read(struct fake *fake);

/* The same for one address, which has to work; the reading. */
struct reading fake_read_one(struct fake *fake, const char *address);

/* It is good, and that; else the test ends. */
void fake_expect(struct fake *fake, const char *address, uint64_t value);

#endif
