/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DRIVERS_OWSERVER_MESSAGE_H
#define DRIVERS_OWSERVER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Messages of the owserver protocol: a header of six 32-bit numbers in network order, then a
 * payload.  Pure: bytes in, verdict out; the bytes may come from anybody.
 */
#define OW_HEADER 24

enum ow_request { /* numbers of the protocol */
	OW_READ = 2,
	OW_PRESENT = 6,
	OW_DIRALLSLASH = 9,
};

struct ow_reply {
	int32_t result;      /* negative: an error of owserver's own numbering, mostly an errno */
	bool is_kept;        /* the server leaves the connection open */
	const uint8_t *data; /* inside the bytes that were parsed */
	size_t size;
};

enum ow_verdict {
	OW_NEED_MORE,     /* so far it may be a message */
	OW_STILL_WORKING, /* a message that only says: wait */
	OW_REPLY,
	OW_GARBAGE, /* no message, or a greater one than was asked for */
};

/* Asks the server to keep the connection, and for Celsius, mbar and ids like 28.000028D70000,
 * whatever it was started with.  `value_max`: of a READ.  The size; 0: `room` is too small. */
size_t ow_message_request(
    enum ow_request type, const char *path, size_t value_max, uint8_t *to, size_t room);

/* The message at the start of `bytes`; OW_STILL_WORKING and OW_REPLY tell its length, OW_REPLY
 * fills *ret_reply. */
enum ow_verdict ow_message_parse(const uint8_t *bytes, size_t len, size_t payload_max,
    struct ow_reply *ret_reply, size_t *ret_used);

#endif
