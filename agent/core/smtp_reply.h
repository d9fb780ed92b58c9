/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SMTP_REPLY_H
#define CORE_SMTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/strbuf.h"

/*
 * What a mail server says (RFC 5321 §4.2), from bytes that may come in any pieces and from anybody.
 * A reply is believed when it is whole; one that breaks the rules or the limits is garbage, after
 * which the connection is good for nothing.
 */
#define SMTP_LINE_MAX  4096  /* bytes of a line, with its end */
#define SMTP_REPLY_MAX 65536 /* bytes of a reply */
#define SMTP_TEXT_SIZE 201   /* of the server's own words, cleaned */

struct smtp_reply {
	int code;          /* 200..599 */
	char enhanced[12]; /* "5.1.1" (RFC 3463); "": none */
	char text[SMTP_TEXT_SIZE];
};

enum smtp_read {
	SMTP_READ_MORE, /* not whole yet */
	SMTP_READ_WHOLE,
	SMTP_READ_GARBAGE,
};

struct smtp_reader {
	int code; /* of the lines so far; 0: none yet */
	bool is_done;
	size_t size;    /* bytes taken of this reply */
	size_t line_at; /* where the line begins that is not whole yet */
	size_t length;
	char text[SMTP_REPLY_MAX + 1]; /* the lines without code, '\n' behind each but the last */
};

/* As new: what was read of a reply is forgotten. */
void smtp_reader_reset(struct smtp_reader *reader);

/* Takes bytes up to the end of a reply and says how many that were.  After a whole reply, or after
 * garbage, the next call begins a new one. */
enum smtp_read
smtp_reader_put(struct smtp_reader *reader, const char *bytes, size_t len, size_t *ret_used);

/* The reply that was whole just now. */
void smtp_reply_read(const struct smtp_reader *reader, struct smtp_reply *ret_reply);

/* What a server offers in its reply to EHLO, as far as it concerns us. */
struct smtp_offer {
	bool has_starttls, has_size, has_dsn, has_8bitmime, has_deliverby, has_auth;
	uint32_t size_max;    /* bytes; 0: no limit told */
	uint32_t by_min_s;    /* least time that DELIVERBY takes; 0: any */
	char mechanisms[256]; /* of AUTH, upper case, a blank between: "PLAIN LOGIN" */
};

void smtp_offer_read(const struct smtp_reader *reader, struct smtp_offer *ret_offer);

/* Is this mechanism, in upper case, offered? */
bool smtp_offer_has(const struct smtp_offer *offer, const char *mechanism);

/* The reply to EHLO that libesmtp gets: SIZE, DSN, 8BITMIME where offered, no more.  DELIVERBY is
 * ours: libesmtp 1.1 looks up its letter beyond the end of a table. */
void smtp_offer_write(const struct smtp_offer *offer, struct strbuf *to);

#endif
