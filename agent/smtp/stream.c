/* SPDX-License-Identifier: BSD-2-Clause */
#include "smtp/stream.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "smtp/tls.h"
#include "sys/clock.h"

int
stream_wait(int fd, short events, int64_t until_ms)
{
	for (;;) {
		struct pollfd pollfd = { .fd = fd, .events = events };
		int64_t left = until_ms - clock_boottime_ms();
		int r = poll(&pollfd, 1, left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left);

		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
		if (left <= 0)
			return -ETIMEDOUT;
	}
}

static ssize_t
error_of(int code)
{
	return code == EAGAIN || code == EWOULDBLOCK || code == EINTR ? -EAGAIN : -ECONNRESET;
}

static ssize_t
read_some(struct stream *stream, char *to, size_t size, short *ret_events)
{
	ssize_t n;

	if (stream->tls != NULL)
		return tls_read(stream->tls, to, size, ret_events);
	*ret_events = POLLIN;
	n = recv(stream->fd, to, size, 0);
	return n > 0 ? n : n == 0 ? -ECONNRESET : error_of(errno);
}

static ssize_t
write_some(struct stream *stream, const char *bytes, size_t len, short *ret_events)
{
	ssize_t n;

	if (stream->tls != NULL)
		return tls_write(stream->tls, bytes, len, ret_events);
	*ret_events = POLLOUT;
	n = send(stream->fd, bytes, len, MSG_NOSIGNAL);
	return n >= 0 ? n : error_of(errno);
}

ssize_t
stream_read(struct stream *stream, char *to, size_t size, int64_t until_ms)
{
	for (;;) {
		short events = 0;
		ssize_t n = read_some(stream, to, size, &events);
		int r;

		if (n != -EAGAIN)
			return n;
		r = stream_wait(stream->fd, events, until_ms);
		if (r < 0)
			return r;
	}
}

ssize_t
stream_read_now(struct stream *stream, char *to, size_t size)
{
	short events = 0;
	ssize_t n = read_some(stream, to, size, &events);

	return n == -EAGAIN ? 0 : n;
}

int
stream_write(struct stream *stream, const char *bytes, size_t len, int64_t until_ms)
{
	while (len > 0) {
		short events = 0;
		ssize_t n = write_some(stream, bytes, len, &events);
		int r;

		if (n >= 0) {
			bytes += n;
			len -= (size_t)n;
			continue;
		}
		if (n != -EAGAIN)
			return (int)n;
		r = stream_wait(stream->fd, events, until_ms);
		if (r < 0)
			return r;
	}
	return 0;
}

void
stream_close(struct stream *stream)
{
	tls_close(stream->tls);
	stream->tls = NULL;
	if (stream->fd >= 0)
		close(stream->fd);
	stream->fd = -1;
}
