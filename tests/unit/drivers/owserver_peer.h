/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_DRIVERS_OWSERVER_PEER_H
#define TESTS_UNIT_DRIVERS_OWSERVER_PEER_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "drivers/driver.h"

/*
 * An owserver, real or tests/fakes/owserver_fake.py, and a bus of the driver on it.  What cannot
 * fail in a healthy build ends the test where it fails.
 */

extern const struct driver driver_owserver;

#define PEER_POINTS_MAX 8

struct peer {
	pid_t pid; /* 0: not running */
	unsigned port;
	char endpoint[64];
	FILE *tells, *says; /* the fake's ears and mouth */
	struct driver_bus *bus;
	struct err err;
};

/* For the set-up of a test: one that is not started yet is its state; and the tear-down. */
struct peer *peer_new(void **state);
int peer_tear_down(void **state);

/* False: there is no owserver on this machine. */
bool peer_has_real(void);

/* A real one with these arguments, NULL-ended; with a port it had before, or 0. */
void peer_start_real(struct peer *peer, unsigned port, const char *const *arguments);
void peer_start_fake(struct peer *peer, bool is_ipv6);

/* Ends the process; peer_stop the bus, too. */
void peer_kill(struct peer *peer);
void peer_stop(struct peer *peer);

/* One command to the fake, which must be answered "ok". */
void peer_tell(struct peer *peer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "connections", "requests", "strays": of the fake. */
unsigned long peer_counter(struct peer *peer, const char *name);

/* Whether that was the path of the fake's last request. */
bool peer_was_asked(struct peer *peer, const char *path);

void peer_open(struct peer *peer, const char *options, unsigned timeout_ms);

/* driver.read of these addresses, NULL-ended, all of one unit; its result. */
int peer_read(struct peer *peer, const char *const *addresses, struct reading *readings);

/* The same for one address, which has to work. */
struct reading peer_read_one(struct peer *peer, const char *address);

/* It is good, and this in thousandths; else the test ends. */
void peer_expect(struct peer *peer, const char *address, int32_t milli);

#endif
