/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_MESSAGE_H
#define CORE_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A mail as bytes (RFC 5322, MIME): headers, then one part of plain text in UTF-8,
 * quoted-printable, so that any path carries it.  Pure: date and ids are arguments.  Whatever a
 * text holds, it cannot end its header: controls become blanks, what is not UTF-8 becomes U+FFFD.
 */
struct message {
	const char *from;      /* mailbox: ASCII, checked by whoever configured it */
	const char *const *to; /* likewise */
	size_t to_count;       /* at least 1 */
	int64_t date_wall_ms;
	int date_east_min;      /* of the zone in which the date is written */
	const char *id;         /* of Message-ID, without the brackets */
	const char *references; /* the id that the thread began with; NULL: this one begins it */
	const char *subject;
	const char *body; /* lines end with LF */
};

/* Lines end with CRLF and have at most 78 octets, but for addresses and ids that are longer.  How
 * many octets it took, without the NUL behind them; -ENOSPC: `size` is too small. */
int message_write(const struct message *message, char *to, size_t size);

#endif
