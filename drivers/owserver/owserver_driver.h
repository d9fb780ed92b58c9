/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DRIVERS_OWSERVER_OWSERVER_DRIVER_H
#define DRIVERS_OWSERVER_OWSERVER_DRIVER_H

#include <stdbool.h>
#include <sys/socket.h>

#include "drivers/driver.h"
#include "drivers/host.h"
#include "drivers/owserver/message.h"

/*
 * Private to this folder.  A point is one property of one device:
 *   unit     ROM id, as OWFS writes it
 *   type     enum ow_kind
 *   variant  length of the part of `text` that names the device
 * address.c, directory.c, message.c and value.c are pure; link.c has the socket; owserver.c puts
 * them together.
 */

enum ow_kind {
	OW_NUMBER,
	OW_DS18X20, /* the temperature of a probe that core/ds18x20.h knows */
};

/* ---- address.c ---- */

#define OW_ADDRESS_MAX 96
#define OW_PATH_MAX    (OW_ADDRESS_MAX + 32)

/* "28.000028D70000", "26.000026D90300/VAD".  As driver.parse. */
int ow_address_parse(const char *text, struct driver_point *ret_point, struct err *err);

/* What owserver calls the point, or only its device. */
void
ow_address_path(const struct driver_point *point, bool is_uncached, char to[static OW_PATH_MAX]);
void
ow_address_device(const struct driver_point *point, bool is_uncached, char to[static OW_PATH_MAX]);

/* ---- directory.c ---- */

#define OW_DIRECTORY_MAX 100050 /* the protocol's limit to a payload */

/* The next device of a list like "/28.000028D70000/,/settings/", which begins at *at; moves *at
 * behind it.  False: none is left. */
bool ow_directory_next(const char **at, const char *end, uint64_t *ret_rom);

/* For a person: an address that parse takes, with the first property of the device's family, and
 * what the device is. */
void ow_directory_describe(
    uint64_t rom, char address[static OW_ADDRESS_MAX], char *what, size_t what_size);

/* ---- value.c ---- */

#define OW_VALUE_MAX 64 /* a number takes 12 bytes, an exponent some more */

/* A decimal number among blanks: RAW_MILLI if thousandths hold it, else RAW_REAL.  FAULT_BAD_REPLY;
 * FAULT_IMPLAUSIBLE: not a number, and says so. */
struct reading ow_value_parse(const uint8_t *data, size_t size);

/* ---- link.c ---- */

struct ow_link {
	int fd;       /* -1: not connected */
	int timer_fd; /* readable when the time of a request is over */
	unsigned timeout_ms;
	struct sockaddr_storage address; /* where somebody answered when the bus was opened */
	socklen_t address_size;
	char where[sizeof(((struct host *)0)->name) + 8]; /* for messages */
};

/* The endpoint; 0 or -EINVAL with what is allowed. */
int ow_link_host(const char *endpoint, struct host *ret_host, struct err *err);

/* 0 or a negative errno.  In both cases ow_link_close. */
int ow_link_open(struct ow_link *link, const char *endpoint, unsigned timeout_ms, struct err *err);
void ow_link_close(struct ow_link *link);

/*
 * Sends a request and waits for its reply, all in all timeout_ms.  1: *ret_reply, whose data lie in
 * `buffer`; 0: silence; -EBADMSG: something came, but no reply that fits the buffer; another
 * negative errno, with `err`: the server is not there.
 */
int ow_link_ask(struct ow_link *link, enum ow_request type, const char *path, uint8_t *buffer,
    size_t size, struct ow_reply *ret_reply, struct err *err);

/* Enough for READ and PRESENT. */
#define OW_BUFFER_SIZE (OW_HEADER + OW_VALUE_MAX)

#endif
