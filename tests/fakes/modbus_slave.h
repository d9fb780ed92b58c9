/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_FAKES_MODBUS_SLAVE_H
#define TESTS_FAKES_MODBUS_SLAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * The slaves, without their wires: slave_answer() makes the answer to one request, slave_command()
 * obeys one line of the control channel, slave_frame_*() put an answer into a frame.
 */

#define SLAVE_UNITS     256
#define SLAVE_PDU_MAX   253
#define SLAVE_REPLY_MAX 544 /* two frames */

struct slave_unit {
	bool is_present;
	bool is_silent, has_bad_crc, is_short, is_garbage, is_wrong_unit, is_doubled;
	int exception;
	int max_registers; /* 0: as the standard */
	int delay_us;
	int late_us;         /* the next answer only */
	int behind;          /* the next answer only: until so many more requests have come */
	int drops;           /* requests that end the TCP connection, instead of an answer */
	uint16_t *values[5]; /* by function code, made by the first `set`; NULL: the default */
};

struct slave_counters {
	unsigned long requests, registers, exceptions, connections;
};

struct slave_hole {
	int unit, function;
	unsigned from, to; /* both included */
};

extern struct slave_unit slave_units[SLAVE_UNITS];
extern struct slave_counters slave_counters;

/* How the wires deliver an answer. */
struct slave_reply {
	uint8_t unit;
	uint8_t pdu[SLAVE_PDU_MAX];
	size_t size; /* of the PDU; 0: no answer */
	bool has_bad_crc, is_short, is_garbage, is_doubled;
	bool is_drop; /* close the connection */
	int delay_us;
	int behind;
};

void slave_init(void);
void slave_answer(uint8_t unit, const uint8_t *pdu, size_t size, struct slave_reply *ret_reply);

/* ---- modbus_slave_frames.c ---- */

#define SLAVE_MBAP_SIZE 7

/* Into SLAVE_REPLY_MAX bytes, spoilt as the unit was told to; the size. */
size_t slave_frame_rtu(const struct slave_reply *reply, uint8_t *frame);
size_t slave_frame_tcp(const uint8_t *request, const struct slave_reply *reply, uint8_t *frame);
uint16_t slave_crc(const uint8_t *bytes, size_t size);

/* ---- modbus_slave_listen.c ---- */

enum slave_listen { SLAVE_LISTEN_TCP, SLAVE_LISTEN_RTUTCP, SLAVE_LISTENERS };

struct slave_listener {
	const char *said_as; /* on standard output, before the port */
	const char *port;    /* as asked for; NULL: not at all */
	int fd;              /* -1: closed */
	int silent_fd;       /* -1: open; in its place, to keep the port */
	struct sockaddr_storage address;
	socklen_t address_size;
};

extern struct slave_listener slave_listeners[SLAVE_LISTENERS];

void slave_listen_start(bool is_ipv6); /* those with a port */
void slave_listen_switch(bool on);
_Noreturn void slave_die(const char *what);

/* What the wires do for `close` and `listen`. */
struct slave_wires {
	void (*close_connections)(void);
	void (*listen)(bool on);
};

/* Writes the answer ("ok", "error: ...", the counters), without a newline. */
void slave_command(const char *line, const struct slave_wires *wires, char *answer, size_t size);

extern const char slave_command_help[];

#endif
