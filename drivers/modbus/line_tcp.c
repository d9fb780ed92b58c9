/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drivers/modbus/modbus_driver.h"

/*
 * The connection is dialled here, not by libmodbus, which would put a descriptor of any size into
 * an fd_set, hides why a name was not found, and does not find ::1 on a host without other IPv6.
 * The frame is checked here, too: libmodbus accepts an answer of another unit.
 */

#define HEADER         7 /* transaction, protocol, length (two bytes each), unit */
#define HEADER_COUNTED 6 /* bytes that its length does not count */
#define UNIT_AT        6

/* Waits for a connect(2) that is under way. 0 or a negative errno. */
static int
connect_wait(int fd, unsigned timeout_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };
	int error = 0, r;
	socklen_t size = sizeof(error);

	do
		r = poll(&pollfd, 1, (int)timeout_ms);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return -ETIMEDOUT;
	if (r < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	return -error;
}

/* A connected descriptor, or a negative errno. */
static int
address_connect(const struct addrinfo *address, unsigned timeout_ms)
{
	int one = 1, r = 0;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, address->ai_addr, address->ai_addrlen) < 0)
		r = errno == EINPROGRESS ? connect_wait(fd, timeout_ms) : -errno;
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

/* One address of the host after the other.  Each may take timeout_ms; the resolver as it likes. */
static int
host_connect(struct mb_bus *bus, struct err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	struct addrinfo *list, *address;
	int r = getaddrinfo(bus->host.name, bus->host.port, &hints, &list);
	int fd = -EHOSTUNREACH;

	if (r != 0)
		return err_set(err, -EHOSTUNREACH, "%s: cannot find the host: %s", bus->where,
		    gai_strerror(r));
	for (address = list; address != NULL && fd < 0; address = address->ai_next)
		fd = address_connect(address, bus->timeout_ms);
	freeaddrinfo(list);
	if (fd < 0)
		return err_set(err, fd, "%s: cannot connect: %s", bus->where, strerror(-fd));
	r = mb_line_check_fd(fd, err);
	if (r < 0)
		close(fd);
	return r < 0 ? r : fd;
}

static int
dial(struct mb_bus *bus, struct err *err)
{
	int fd = host_connect(bus, err);

	if (fd < 0)
		return fd;
	modbus_set_socket(bus->context, fd);
	return 0;
}

/* Still connected, and nothing there that nobody asked for. */
static bool
is_fit(const struct mb_bus *bus)
{
	int fd = modbus_get_socket(bus->context);

	return fd >= 0 && mb_line_wait(fd, 0) == 0;
}

static int
frame_send(struct mb_bus *bus, uint8_t unit, const uint8_t pdu[MB_REQUEST_PDU])
{
	uint8_t request[HEADER + MB_REQUEST_PDU] = { 0 };
	ssize_t n;

	bus->transaction++;
	request[0] = (uint8_t)(bus->transaction >> 8);
	request[1] = (uint8_t)bus->transaction;
	request[5] = sizeof(request) - HEADER_COUNTED;
	request[UNIT_AT] = unit;
	memcpy(request + HEADER, pdu, MB_REQUEST_PDU);
	bus->base.counters.requests++;
	n = send(modbus_get_socket(bus->context), request, sizeof(request), MSG_NOSIGNAL);
	return n == sizeof(request) ? 0 : -ECONNRESET;
}

static bool
is_answer(const struct mb_bus *bus, uint8_t unit, int size)
{
	const uint8_t *frame = bus->frame;

	return size > HEADER && (frame[0] << 8 | frame[1]) == bus->transaction && frame[2] == 0 &&
	       frame[3] == 0 && (frame[4] << 8 | frame[5]) == size - HEADER_COUNTED &&
	       frame[UNIT_AT] == unit;
}

/* -ECONNRESET: the peer closed the connection instead. */
static int
frame_receive(struct mb_bus *bus, uint8_t unit)
{
	uint64_t limit_us = (uint64_t)bus->timeout_ms * 1000;
	int r = mb_line_wait(modbus_get_socket(bus->context), limit_us);

	if (r <= 0)
		return r < 0 ? -ECONNRESET : 0;
	r = mb_line_receive(bus->context, limit_us, bus->frame);
	if (r < 0)
		return errno > MODBUS_ENOBASE || errno == ETIMEDOUT || errno == EAGAIN
		           ? -EBADMSG
		           : -ECONNRESET;
	return is_answer(bus, unit, r) ? r - HEADER : -EBADMSG;
}

static int
line_tcp_ask(struct mb_bus *bus, uint8_t unit, const uint8_t pdu[MB_REQUEST_PDU],
    const uint8_t **ret_pdu, struct err *err)
{
	bool is_fresh = false;
	int r;

	*ret_pdu = bus->frame + HEADER;
	do {
		if (!is_fit(bus)) {
			modbus_close(bus->context);
			r = dial(bus, err);
			if (r < 0)
				return r;
			is_fresh = true;
		}
		r = frame_send(bus, unit, pdu);
		if (r == 0)
			r = frame_receive(bus, unit);
		if (r != -ECONNRESET)
			return r;
		modbus_close(bus->context);
		/* A peer may close an idle connection at any time; a fresh one it closes on
		 * purpose. */
	} while (!is_fresh);
	return 0;
}

/* Whatever comes late comes to a connection that is no more; the next request opens another. */
static void
line_tcp_distrust(struct mb_bus *bus)
{
	modbus_close(bus->context);
}

static void
line_tcp_close(struct mb_bus *bus)
{
	if (bus->context != NULL)
		modbus_close(bus->context);
	modbus_free(bus->context);
}

static const struct mb_line line_tcp = {
	.ask = line_tcp_ask,
	.distrust = line_tcp_distrust,
	.close = line_tcp_close,
};

int
mb_line_tcp_open(struct mb_bus *bus, const struct driver_settings *settings, struct err *err)
{
	int r;

	bus->line = &line_tcp;
	r = mb_options_host(settings->endpoint, &bus->host, err);
	if (r < 0)
		return r;
	bus->context = modbus_new_tcp_pi(bus->host.name, bus->host.port);
	if (bus->context == NULL)
		return err_set(err, -errno, "%s: %s", bus->where, modbus_strerror(errno));
	r = mb_line_tame(bus->context, err);
	if (r < 0)
		return r;
	return dial(bus, err);
}
