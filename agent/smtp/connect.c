/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/strbuf.h"
#include "core/text.h"
#include "smtp/session.h"
#include "sys/clock.h"
#include "sys/thread.h"

static void
name_address(const struct addrinfo *address, char *to, size_t size)
{
	if (getnameinfo(address->ai_addr, address->ai_addrlen, to, (socklen_t)size, NULL, 0,
		NI_NUMERICHOST) != 0)
		snprintf(to, size, "?");
}

static bool
is_loopback(const struct sockaddr *address)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;

	if (address->sa_family == AF_INET) {
		memcpy(&four, address, sizeof(four));
		return ntohl(four.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	}
	memcpy(&six, address, sizeof(six));
	return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr) ||
	       (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr) &&
		   six.sin6_addr.s6_addr[12] == IN_LOOPBACKNET);
}

/* A socket that dials a port of this host where nobody listens may get that port and reach itself.
 */
static bool
is_self(int fd)
{
	struct sockaddr_storage own = { 0 }, peer = { 0 };
	socklen_t own_size = sizeof(own), peer_size = sizeof(peer);

	return getsockname(fd, (struct sockaddr *)&own, &own_size) == 0 &&
	       getpeername(fd, (struct sockaddr *)&peer, &peer_size) == 0 &&
	       own_size == peer_size && memcmp(&own, &peer, own_size) == 0;
}

static int
connect_end(int fd, int64_t until_ms)
{
	socklen_t size = sizeof(int);
	int error = 0, r;

	r = stream_wait(fd, POLLOUT, until_ms);
	if (r < 0)
		return r;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	if (error == ECONNRESET || error == EPIPE)
		return 0; /* it was there and left at once: no failure to connect */
	return error == 0 && is_self(fd) ? -ECONNREFUSED : -error;
}

static int
dial(const struct addrinfo *address, uint32_t timeout_ms, int *ret_fd)
{
	int64_t until_ms = clock_boottime_ms() + timeout_ms;
	int one = 1, r = 0, fd;

	fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, address->ai_addr, address->ai_addrlen) < 0)
		r = errno == EINPROGRESS ? connect_end(fd, until_ms) : -errno;
	if (r < 0)
		close(fd);
	else
		*ret_fd = fd;
	return r;
}

static bool
dial_one(struct session *session, const struct addrinfo *address)
{
	const struct smtp_relay *relay = session->relay;
	char *name = session->connected.address;
	int64_t began_ms = clock_boottime_ms();
	int r;

	name_address(address, name, sizeof(session->connected.address));
	if (relay->security == RELAY_NONE && !relay->allow_insecure &&
	    !is_loopback(address->ai_addr))
		return session_fail(session, SMTP_TLS, SMTP_NO_TLS,
		    "%s is not this machine: want TLS, or allow-insecure", name);
	r = dial(address, relay->connect_ms, &session->stream.fd);
	if (r == -ETIMEDOUT)
		return session_fail(session, SMTP_CONNECT, SMTP_SILENT,
		    "%s port %u: no answer in time", name, (unsigned)relay->port);
	if (r < 0)
		return session_fail(session, SMTP_CONNECT, SMTP_UNREACHABLE, "%s port %u: %s", name,
		    (unsigned)relay->port, strerror(-r));
	session_tell(session, "connected", "%s port %u in %d ms", name, (unsigned)relay->port,
	    (int)(clock_boottime_ms() - began_ms));
	return true;
}

static void
tell_addresses(struct session *session, const struct addrinfo *list)
{
	char buffer[256], name[64];
	struct strbuf text;

	strbuf_init(&text, buffer, sizeof(buffer));
	for (const struct addrinfo *address = list; address != NULL; address = address->ai_next) {
		name_address(address, name, sizeof(name));
		strbuf_add(&text, "%s%s", address == list ? "" : ", ", name);
	}
	session_tell(session, "resolved", "%s: %s", session->relay->host, buffer);
}

/* ---- the name ---- */

/* Static: a resolver that is left behind goes on with it. */
static struct lookup {
	char host[sizeof(((struct smtp_relay *)NULL)->host)];
	char port[8];
	struct addrinfo *list;
	int r;
} lookup;

static void
look_up(void *context)
{
	struct lookup *own = context;
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };

	own->r = getaddrinfo(own->host, own->port, &hints, &own->list);
}

/* getaddrinfo has no time-out, and that of the resolver's configuration may be minutes. */
static bool
resolve(struct session *session)
{
	const struct smtp_relay *relay = session->relay;
	struct thread *thread;
	int r;

	text_copy(lookup.host, sizeof(lookup.host), relay->host);
	snprintf(lookup.port, sizeof(lookup.port), "%u", (unsigned)relay->port);
	r = thread_start("resolve", look_up, &lookup, &thread);
	if (r < 0)
		return session_fail(
		    session, SMTP_RESOLVE, SMTP_BROKEN, "no thread: %s", strerror(-r));
	if (thread_join(thread, relay->connect_ms) < 0)
		return session_fail(session, SMTP_RESOLVE, SMTP_UNKNOWN_HOST,
		    "%s: the resolver does not answer", relay->host);
	if (lookup.r != 0)
		return session_fail(session, SMTP_RESOLVE, SMTP_UNKNOWN_HOST, "%s: %s", relay->host,
		    gai_strerror(lookup.r));
	return true;
}

bool
session_dial(struct session *session)
{
	const struct addrinfo *address;
	bool is_connected = false;

	if (!resolve(session))
		return false;
	tell_addresses(session, lookup.list);
	for (address = lookup.list; address != NULL && !is_connected; address = address->ai_next)
		is_connected = dial_one(session, address);
	freeaddrinfo(lookup.list);
	return is_connected;
}
