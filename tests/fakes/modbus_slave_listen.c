/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fakes/modbus_slave.h"

#define BACKLOG 64

struct slave_listener slave_listeners[SLAVE_LISTENERS] = {
	[SLAVE_LISTEN_TCP] = { .said_as = "port", .fd = -1, .silent_fd = -1 },
	[SLAVE_LISTEN_RTUTCP] = { .said_as = "rtutcp", .fd = -1, .silent_fd = -1 },
};

void
slave_die(const char *what)
{
	fprintf(stderr, "modbus-slave: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Whoever connects is refused until it listens. */
static void
listener_bind(struct slave_listener *listener)
{
	int one = 1;
	int fd = socket(listener->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		slave_die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&listener->address, listener->address_size) < 0)
		slave_die("bind");
	/* The port that 0 became is the one to come back to. */
	getsockname(fd, (struct sockaddr *)&listener->address, &listener->address_size);
	listener->silent_fd = fd;
}

static void
listener_listen(struct slave_listener *listener)
{
	listener->fd = listener->silent_fd;
	listener->silent_fd = -1;
	if (listen(listener->fd, BACKLOG) < 0)
		slave_die("listen");
}

static void
listener_start(struct slave_listener *listener, bool is_ipv6)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&listener->address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&listener->address;
	uint16_t number = htons((uint16_t)strtoul(listener->port, NULL, 10));

	if (is_ipv6) {
		*in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
			.sin6_port = number,
			.sin6_addr = IN6ADDR_LOOPBACK_INIT };
		listener->address_size = sizeof(*in6);
	} else {
		*in = (struct sockaddr_in){ .sin_family = AF_INET,
			.sin_port = number,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		listener->address_size = sizeof(*in);
	}
	listener_bind(listener);
	listener_listen(listener);
	printf(
	    "%s %u\n", listener->said_as, (unsigned)ntohs(is_ipv6 ? in6->sin6_port : in->sin_port));
}

void
slave_listen_start(bool is_ipv6)
{
	for (size_t i = 0; i < SLAVE_LISTENERS; i++)
		if (slave_listeners[i].port != NULL)
			listener_start(&slave_listeners[i], is_ipv6);
}

/* The port stays ours: another test would soon have it. */
void
slave_listen_switch(bool on)
{
	for (size_t i = 0; i < SLAVE_LISTENERS; i++) {
		struct slave_listener *listener = &slave_listeners[i];

		if (on && listener->silent_fd >= 0) {
			listener_listen(listener);
		} else if (!on && listener->fd >= 0) {
			close(listener->fd);
			listener->fd = -1;
			listener_bind(listener);
		}
	}
}
