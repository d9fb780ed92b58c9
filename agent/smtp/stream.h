/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMTP_STREAM_H
#define SMTP_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The bytes between us and a relay, in clear or in TLS.  The socket does not block; each call has a
 * moment at which it gives up, on CLOCK_BOOTTIME in milliseconds, however the bytes trickle.
 */
struct tls;

struct stream {
	int fd;          /* -1: none */
	struct tls *tls; /* NULL: in clear; the stream's */
};

/* Waits for `events`. 0, -ETIMEDOUT, or another negative errno. */
int stream_wait(int fd, short events, int64_t until_ms);

/* Some bytes, at least one.  -ETIMEDOUT; -ECONNRESET: none will come. */
ssize_t stream_read(struct stream *stream, char *to, size_t size, int64_t until_ms);

/* What is there; 0: nothing yet.  -ECONNRESET. */
ssize_t stream_read_now(struct stream *stream, char *to, size_t size);

/* All of it: 0.  -ETIMEDOUT, -ECONNRESET. */
int stream_write(struct stream *stream, const char *bytes, size_t len, int64_t until_ms);

/* Without a word to the other side. */
void stream_close(struct stream *stream);

#endif
