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
 * Connections are dialled here, not by libmodbus, which would put a descriptor of any size into an
 * fd_set, hides why a name was not found, does not find ::1 on a host without other IPv6, and does
 * not know RTU frames over TCP.
 */

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

int
mb_line_dial(struct mb_bus *bus, struct err *err)
{
	int fd = host_connect(bus, err);

	if (fd < 0)
		return fd;
	modbus_set_socket(bus->context, fd);
	return 0;
}

void
mb_line_hang_up(struct mb_bus *bus)
{
	int fd = bus->context == NULL ? -1 : modbus_get_socket(bus->context);

	if (fd < 0)
		return;
	close(fd);
	modbus_set_socket(bus->context, -1);
}
