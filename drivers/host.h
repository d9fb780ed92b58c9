/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DRIVERS_HOST_H
#define DRIVERS_HOST_H

/*
 * The endpoint of a bus that is reached over TCP: "host", "host:port" or "[IPv6 address]:port".
 * Pure; the name is not looked up.
 */
struct host {
	char name[256];
	char port[6];
};

/* Without a port the default one; NULL: a port must stand there.  0 or -EINVAL. */
int host_parse(const char *text, const char *default_port, struct host *ret_host);

#endif
