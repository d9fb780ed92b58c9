/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "drivers/modbus/modbus_driver.h"

/* The frame is checked here: libmodbus accepts an answer of another unit. */

#define HEADER         7 /* transaction, protocol, length (two bytes each), unit */
#define HEADER_COUNTED 6 /* bytes that its length does not count */
#define UNIT_AT        6

/* Still connected, and nothing there that nobody asked for. */
static bool
is_fit(const struct mb_bus *bus)
{
	int fd = modbus_get_socket(bus->context);

	return fd >= 0 && mb_line_wait(fd, 0) == 0;
}

static int
frame_send(struct mb_bus *bus, uint8_t unit, const uint8_t pdu[MB_REQUEST_PDU])
{
	uint8_t request[HEADER + MB_REQUEST_PDU] = { 0 };
	ssize_t n;

	bus->transaction++;
	request[0] = (uint8_t)(bus->transaction >> 8);
	request[1] = (uint8_t)bus->transaction;
	request[5] = sizeof(request) - HEADER_COUNTED;
	request[UNIT_AT] = unit;
	memcpy(request + HEADER, pdu, MB_REQUEST_PDU);
	bus->base.counters.requests++;
	n = send(modbus_get_socket(bus->context), request, sizeof(request), MSG_NOSIGNAL);
	return n == sizeof(request) ? 0 : -ECONNRESET;
}

static bool
is_answer(const struct mb_bus *bus, uint8_t unit, int size)
{
	const uint8_t *frame = bus->frame;

	return size > HEADER && (frame[0] << 8 | frame[1]) == bus->transaction && frame[2] == 0 &&
	       frame[3] == 0 && (frame[4] << 8 | frame[5]) == size - HEADER_COUNTED &&
	       frame[UNIT_AT] == unit;
}

/* -ECONNRESET: the peer closed the connection instead. */
static int
frame_receive(struct mb_bus *bus, uint8_t unit)
{
	uint64_t limit_us = (uint64_t)bus->timeout_ms * 1000;
	int r = mb_line_wait(modbus_get_socket(bus->context), limit_us);

	if (r <= 0)
		return r < 0 ? -ECONNRESET : 0;
	r = mb_line_receive(bus->context, limit_us, bus->frame);
	if (r < 0)
		return r == -EBADMSG ? r : -ECONNRESET;
	return is_answer(bus, unit, r) ? r - HEADER : -EBADMSG;
}

static int
line_tcp_ask(struct mb_bus *bus, uint8_t unit, const uint8_t pdu[MB_REQUEST_PDU],
    const uint8_t **ret_pdu, struct err *err)
{
	bool is_fresh = false;
	int r;

	*ret_pdu = bus->frame + HEADER;
	do {
		if (!is_fit(bus)) {
			mb_line_hang_up(bus);
			r = mb_line_dial(bus, err);
			if (r < 0)
				return r;
			is_fresh = true;
		}
		r = frame_send(bus, unit, pdu);
		if (r == 0)
			r = frame_receive(bus, unit);
		if (r != -ECONNRESET)
			return r;
		mb_line_hang_up(bus);
		/* A peer may close an idle connection at any time; a fresh one it closes on
		 * purpose. */
	} while (!is_fresh);
	return 0;
}

/* Whatever comes late comes to a connection that is no more; the next request opens another. */
static void
line_tcp_distrust(struct mb_bus *bus)
{
	mb_line_hang_up(bus);
}

static void
line_tcp_close(struct mb_bus *bus)
{
	mb_line_hang_up(bus);
	modbus_free(bus->context);
}

static const struct mb_line line_tcp = {
	.ask = line_tcp_ask,
	.distrust = line_tcp_distrust,
	.close = line_tcp_close,
};

int
mb_line_tcp_open(struct mb_bus *bus, const struct driver_settings *settings, struct err *err)
{
	int r;

	bus->line = &line_tcp;
	r = mb_options_host(settings->endpoint, MB_TCP_PORT, &bus->host, err);
	if (r < 0)
		return r;
	bus->context = modbus_new_tcp_pi(bus->host.name, bus->host.port);
	if (bus->context == NULL)
		return err_set(err, -errno, "%s: %s", bus->where, modbus_strerror(errno));
	r = mb_line_tame(bus->context, err);
	if (r < 0)
		return r;
	return mb_line_dial(bus, err);
}
