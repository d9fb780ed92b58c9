/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_FAKES_MODBUS_SLAVE_H
#define TESTS_FAKES_MODBUS_SLAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The slaves, without their wires: slave_answer() makes the answer to one request, slave_command()
 * obeys one line of the control channel.
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
};

void slave_init(void);
void slave_answer(uint8_t unit, const uint8_t *pdu, size_t size, struct slave_reply *ret_reply);

/* What the wires do for `close` and `listen`. */
struct slave_wires {
	void (*close_connections)(void);
	void (*listen)(bool on);
};

/* Writes the answer ("ok", "error: ...", the counters), without a newline. */
void slave_command(const char *line, const struct slave_wires *wires, char *answer, size_t size);

extern const char slave_command_help[];

#endif
