/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "drivers/owserver/owserver_driver.h"

#define DEFAULT_PORT "4304"
#define REQUEST_MAX  (OW_HEADER + OW_PATH_MAX)

/*
 * A timer of the kernel's is the deadline: it covers connecting, sending, messages that only say
 * "wait", and bytes that trickle, however many calls that takes.
 */
static void
deadline_set(struct ow_link *link)
{
	struct itimerspec when = {
		.it_value = { link->timeout_ms / 1000, (long)(link->timeout_ms % 1000) * 1000000 },
	};

	timerfd_settime(link->timer_fd, 0, &when, NULL);
}

/* 1: ready; 0: not within the deadline; a negative errno.  What is there when the time is over may
 * have been in time: *ret_is_over with 1. */
static int
link_wait(const struct ow_link *link, short events, bool *ret_is_over)
{
	struct pollfd fds[] = {
		{ .fd = link->fd, .events = events },
		{ .fd = link->timer_fd, .events = POLLIN },
	};
	int r;

	do
		r = poll(fds, sizeof(fds) / sizeof(fds[0]), -1);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	*ret_is_over = fds[1].revents != 0;
	return fds[0].revents != 0;
}

static void
hang_up(struct ow_link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
}

/* 0 or a negative errno. */
static int
connect_end(const struct ow_link *link)
{
	socklen_t size = sizeof(int);
	int error = 0, r;
	bool is_over;

	r = link_wait(link, POLLOUT, &is_over);
	if (r <= 0)
		return r < 0 ? r : -ETIMEDOUT;
	if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	return -error;
}

/* A socket that dials a port of its own host may get that very port and reach itself, if nobody
 * listens there: it would hear its own requests, and keep the server from its port. */
static bool
is_self(const struct ow_link *link)
{
	struct sockaddr_storage own = { 0 };
	socklen_t size = sizeof(own);

	return getsockname(link->fd, (struct sockaddr *)&own, &size) == 0 &&
	       size == link->address_size && memcmp(&own, &link->address, size) == 0;
}

/* Within the deadline that is set. */
static int
dial(struct ow_link *link)
{
	int one = 1, r = 0;

	link->fd = socket(link->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (link->fd < 0)
		return -errno;
	setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(link->fd, (const struct sockaddr *)&link->address, link->address_size) < 0)
		r = errno == EINPROGRESS ? connect_end(link) : -errno;
	if (r == 0 && is_self(link))
		r = -ECONNREFUSED;
	if (r < 0)
		hang_up(link);
	return r;
}

static int
dial_error(const struct ow_link *link, int code, struct err *err)
{
	return err_set(err, code, "%s: cannot connect: %s", link->where, strerror(-code));
}

/* One address of the host after the other.  Each may take timeout_ms; the resolver as it likes. */
static int
dial_host(struct ow_link *link, const struct host *host, struct err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	struct addrinfo *list, *address;
	int r = getaddrinfo(host->name, host->port, &hints, &list);

	if (r != 0)
		return err_set(err, -EHOSTUNREACH, "%s: cannot find the host: %s", link->where,
		    gai_strerror(r));
	r = -EHOSTUNREACH;
	for (address = list; address != NULL && r < 0; address = address->ai_next) {
		memcpy(&link->address, address->ai_addr, address->ai_addrlen);
		link->address_size = address->ai_addrlen;
		deadline_set(link);
		r = dial(link);
	}
	freeaddrinfo(list);
	return r < 0 ? dial_error(link, r, err) : 0;
}

int
ow_link_host(const char *endpoint, struct host *ret_host, struct err *err)
{
	if (host_parse(endpoint, DEFAULT_PORT, ret_host) < 0)
		return err_set(err, -EINVAL,
		    "endpoint \"%.64s\": want host, host:port or [IPv6 address]:port, as "
		    "127.0.0.1:" DEFAULT_PORT,
		    endpoint);
	return 0;
}

int
ow_link_open(struct ow_link *link, const char *endpoint, unsigned timeout_ms, struct err *err)
{
	struct host host;
	int r = ow_link_host(endpoint, &host, err);

	*link = (struct ow_link){ .fd = -1, .timer_fd = -1, .timeout_ms = timeout_ms };
	if (r < 0)
		return r;
	snprintf(link->where, sizeof(link->where), "%s", endpoint);
	link->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (link->timer_fd < 0)
		return err_set(err, -errno, "%s: no timer: %s", link->where, strerror(errno));
	return dial_host(link, &host, err);
}

void
ow_link_close(struct ow_link *link)
{
	hang_up(link);
	if (link->timer_fd >= 0)
		close(link->timer_fd);
}

/* Still connected, and nothing there that nobody asked for. */
static bool
is_fit(const struct ow_link *link)
{
	struct pollfd pollfd = { .fd = link->fd, .events = POLLIN };

	return link->fd >= 0 && poll(&pollfd, 1, 0) == 0;
}

static int
request_send(const struct ow_link *link, enum ow_request type, const char *path, size_t value_max)
{
	uint8_t request[REQUEST_MAX];
	size_t size = ow_message_request(type, path, value_max, request, sizeof(request));

	if (send(link->fd, request, size, MSG_NOSIGNAL) != (ssize_t)size)
		return -ECONNRESET;
	return 0;
}

/* Some bytes, if only 0 of them: 0.  -ETIMEDOUT; -ECONNRESET: none will come. */
static int
receive_some(const struct ow_link *link, uint8_t *buffer, size_t size, size_t *len, bool *is_over)
{
	ssize_t n;

	if (*is_over || link_wait(link, POLLIN, is_over) <= 0)
		return -ETIMEDOUT;
	n = recv(link->fd, buffer + *len, size - *len, 0);
	if (n > 0)
		*len += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		return -ECONNRESET;
	return 0;
}

/* As ow_link_ask; -ECONNRESET: the server closed the connection instead. */
static int
reply_receive(struct ow_link *link, uint8_t *buffer, size_t size, struct ow_reply *ret_reply)
{
	size_t len = 0, used = 0;
	bool is_over = false;
	int r = 0;

	while (r == 0) {
		switch (ow_message_parse(buffer, len, size - OW_HEADER, ret_reply, &used)) {
		case OW_NEED_MORE:
			r = receive_some(link, buffer, size, &len, &is_over);
			break;
		case OW_STILL_WORKING:
			len -= used;
			memmove(buffer, buffer + used, len);
			break;
		case OW_REPLY:
			if (used < len || !ret_reply->is_kept)
				hang_up(link);
			return 1;
		case OW_GARBAGE:
			return -EBADMSG;
		}
	}
	if (r == -ETIMEDOUT)
		return 0;
	return len > 0 ? -EBADMSG : -ECONNRESET; /* cut short, or nothing at all */
}

int
ow_link_ask(struct ow_link *link, enum ow_request type, const char *path, uint8_t *buffer,
    size_t size, struct ow_reply *ret_reply, struct err *err)
{
	bool is_fresh = false;
	int r;

	deadline_set(link);
	do {
		if (!is_fit(link)) {
			hang_up(link);
			r = dial(link);
			if (r < 0)
				return dial_error(link, r, err);
			is_fresh = true;
		}
		r = request_send(link, type, path, size - OW_HEADER);
		if (r == 0)
			r = reply_receive(link, buffer, size, ret_reply);
		if (r > 0)
			return r;
		/* What comes late comes to a connection that is no more. */
		hang_up(link);
		if (r != -ECONNRESET)
			return r;
		/* A server may close an idle connection at any time; a fresh one it closes on
		 * purpose. */
	} while (!is_fresh);
	return 0;
}
