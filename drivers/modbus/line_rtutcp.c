/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "drivers/modbus/modbus_driver.h"

/*
 * RTU frames over TCP, to a gateway that passes bytes on to a serial line.  Nothing in a frame
 * tells which request it answers.  So after a time-out or a bad answer the connection is given up,
 * the line is left alone for as long as a serial one, and only then another connection opened; by
 * then a gateway that serves one at a time has noticed the end of the last one, too.
 */

/* A gateway may keep what came while nobody was connected, and then sends it at once: the time that
 * this may take through the network. */
#define SETTLE_US 100000

/* Pieces that are thrown away while waiting for silence, before the line is asked anyway. */
#define NOISE_MAX 20

static uint16_t
crc_of(const uint8_t *bytes, size_t size)
{
	uint16_t crc = 0xffff;

	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (uint16_t)((crc & 1) != 0 ? crc >> 1 ^ 0xa001 : crc >> 1);
	}
	return crc;
}

/* Throws away what nobody asked for.  0, or a negative errno: the connection has ended. */
static int
noise_drain(struct mb_bus *bus)
{
	int fd = modbus_get_socket(bus->context);
	uint64_t settle_us = SETTLE_US + mb_serial_silence_us(&bus->serial);

	for (int pieces = 0; pieces < NOISE_MAX; pieces++) {
		int r = mb_line_wait(fd, bus->is_suspect ? settle_us : 0);
		ssize_t n;

		if (r < 0)
			return r;
		if (r == 0) {
			bus->is_suspect = false;
			return 0;
		}
		n = recv(fd, bus->frame, sizeof(bus->frame), MSG_DONTWAIT);
		if (n == 0)
			return -ECONNRESET;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		bus->is_suspect = true; /* more of it may be on its way */
	}
	return 0;
}

/* A connection, and silence on it.  A peer may close an idle one at any time; one that closes a
 * fresh one does not want us. */
static int
line_clear(struct mb_bus *bus, struct err *err)
{
	bool is_fresh = false;
	int r;

	mb_rtu_keep_silence(bus);
	for (;;) {
		if (modbus_get_socket(bus->context) < 0) {
			r = mb_line_dial(bus, err);
			if (r < 0)
				return r;
			is_fresh = true;
			bus->is_suspect = true;
		}
		r = noise_drain(bus);
		if (r == 0)
			return 0;
		mb_line_hang_up(bus);
		if (is_fresh)
			return err_set(err, r, "%s: the gateway ends the connection: %s",
			    bus->where, strerror(-r));
	}
}

/* Not by libmodbus: a write(2) to a connection that has ended is a signal. */
static int
frame_send(struct mb_bus *bus, uint8_t unit, const uint8_t pdu[MB_REQUEST_PDU])
{
	uint8_t request[MB_RTU_REQUEST];
	size_t size = MB_RTU_HEADER + MB_REQUEST_PDU;
	uint16_t crc;

	request[0] = unit;
	memcpy(request + MB_RTU_HEADER, pdu, MB_REQUEST_PDU);
	crc = crc_of(request, size);
	request[size] = (uint8_t)crc;
	request[size + 1] = (uint8_t)(crc >> 8);
	bus->base.counters.requests++;
	if (modbus_set_slave(bus->context, unit) < 0 ||
	    send(modbus_get_socket(bus->context), request, sizeof(request), MSG_NOSIGNAL) !=
		sizeof(request))
		return -ECONNRESET;
	return 0;
}

/* Gateways pass an answer on when they have all of it, so that its time comes before its begin. */
static int
frame_receive(struct mb_bus *bus, uint8_t unit)
{
	uint64_t answering_us =
	    (uint64_t)bus->timeout_ms * 1000 + mb_serial_us(&bus->serial, bus->expected);
	uint64_t sending_us = mb_serial_us(&bus->serial, MB_RTU_REQUEST);

	return mb_rtu_receive(bus, unit, sending_us + answering_us, answering_us);
}

/* A connection that ends under a request counts as silence, and the request is not sent again: both
 * may be answered, and the second answer would be taken for the next request's. */
static int
line_rtutcp_ask(struct mb_bus *bus, uint8_t unit, const uint8_t pdu[MB_REQUEST_PDU],
    const uint8_t **ret_pdu, struct err *err)
{
	int r = line_clear(bus, err);

	if (r < 0)
		return r;
	bus->expected = mb_rtu_expected(pdu);
	r = frame_send(bus, unit, pdu);
	if (r == 0)
		r = frame_receive(bus, unit);
	mb_rtu_begin_silence(bus);
	*ret_pdu = bus->frame + MB_RTU_HEADER;
	return r < 0 && r != -EBADMSG ? 0 : r;
}

static void
line_rtutcp_distrust(struct mb_bus *bus)
{
	mb_line_hang_up(bus);
	mb_rtu_distrust(bus);
}

static void
line_rtutcp_close(struct mb_bus *bus)
{
	mb_line_hang_up(bus);
	modbus_free(bus->context);
	mb_rtu_done(bus);
}

static const struct mb_line line_rtutcp = {
	.ask = line_rtutcp_ask,
	.distrust = line_rtutcp_distrust,
	.close = line_rtutcp_close,
};

int
mb_line_rtutcp_open(struct mb_bus *bus, const struct driver_settings *settings, struct err *err)
{
	int r;

	bus->line = &line_rtutcp;
	r = mb_rtu_init(bus, settings->options, err);
	if (r < 0)
		return r;
	r = mb_options_host(settings->endpoint, NULL, &bus->host, err);
	if (r < 0)
		return r;
	/* The context is never connected by libmodbus, nor flushed or closed: it takes its socket
	 * for a terminal. */
	bus->context = modbus_new_rtu(
	    "/dev/null", bus->serial.baud, bus->serial.parity, 8, bus->serial.stop_bits);
	if (bus->context == NULL)
		return err_set(err, -errno, "%s: %s", bus->where, modbus_strerror(errno));
	r = mb_line_tame(bus->context, err);
	if (r < 0)
		return r;
	bus->is_suspect = true;
	return mb_line_dial(bus, err);
}
