/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMTP_TLS_H
#define SMTP_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/err.h"
#include "core/smtp_result.h"
#include "smtp/protocol.h"

/*
 * TLS 1.2 and 1.3 as a client: the server's name is sent (SNI), its chain, dates and name, or IP
 * address, must be right.  No connection comes about without that.
 */
struct tls;

/*
 * The handshake over a socket that does not block.  SMTP_REPLIED: done, *ret_tls is yours.  Else
 * how it ended, and `err` says it for people: SMTP_LOST, SMTP_GARBLED, SMTP_SILENT,
 * SMTP_BAD_HANDSHAKE, SMTP_BAD_CERTIFICATE, SMTP_NO_TLS (a server that speaks in clear),
 * SMTP_BROKEN. Fills tls, cipher, certificate and days of `connected` as far as it comes, also of a
 * certificate that it refuses.
 */
enum smtp_ending tls_open(int fd, const struct smtp_relay *relay, int64_t until_ms,
    struct smtp_connected *connected, struct tls **ret_tls, struct err *err);

/* As read(2) and write(2); -EAGAIN: wait for *ret_events first, then again; -ECONNRESET. */
ssize_t tls_read(struct tls *tls, char *to, size_t size, short *ret_events);
ssize_t tls_write(struct tls *tls, const char *bytes, size_t len, short *ret_events);

void tls_close(struct tls *tls); /* NULL is fine */

#endif
