/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DRIVERS_MODBUS_MODBUS_DRIVER_H
#define DRIVERS_MODBUS_MODBUS_DRIVER_H

#include <modbus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/driver.h"
#include "drivers/host.h"

/*
 * Private to this folder.  A point is a register or bit and its type:
 *   unit     unit id
 *   place    table << 16 | PDU address, so that points sorted by place are sorted by table first
 *   type     enum codec_type
 *   variant  enum codec_order
 * address.c, options.c, plan.c, refused.c and pdu.c are pure; line_rtu.c, line_rtutcp.c and
 * line_tcp.c move frames, with what they share in line.c, line_dial.c and rtu.c; modbus.c puts them
 * together.
 */

enum mb_table { /* numbers of the function codes that read them */
	MB_COIL = MODBUS_FC_READ_COILS,
	MB_DISCRETE = MODBUS_FC_READ_DISCRETE_INPUTS,
	MB_HOLDING = MODBUS_FC_READ_HOLDING_REGISTERS,
	MB_INPUT = MODBUS_FC_READ_INPUT_REGISTERS,
};

#define MB_UNITS 256 /* unit ids that fit a frame */

static inline uint32_t
mb_place(enum mb_table table, uint32_t address)
{
	return (uint32_t)table << 16 | address;
}

static inline enum mb_table
mb_place_table(uint32_t place)
{
	return (enum mb_table)(place >> 16);
}

static inline bool
mb_table_is_bits(enum mb_table table)
{
	return table == MB_COIL || table == MB_DISCRETE;
}

/* ---- address.c ---- */

struct mb_units {
	uint32_t min, max;
};

extern const struct mb_units mb_units_rtu; /* the serial specification: 1..247 */
extern const struct mb_units mb_units_tcp; /* all that the field holds: 0..255 */

/* "unit:table:register:type[:order]".  As driver.parse. */
int mb_address_parse(const char *text, const struct mb_units *units, struct driver_point *ret_point,
    struct err *err);
void mb_address_unit_name(const struct driver_point *point, char *to, size_t size);
void mb_address_place_name(const struct driver_point *point, char *to, size_t size);

/* ---- options.c ---- */

struct mb_serial {
	int baud;
	char parity; /* N, E, O */
	int stop_bits;
};

/* "9600,8N1"; "" or NULL is that.  0 or -EINVAL. */
int mb_options_serial(const char *text, struct mb_serial *ret_serial, struct err *err);

#define MB_TCP_PORT "502"

/* "host", "host:502", "[::1]:502"; without a default (NULL) the port must stand there.  0 or
 * -EINVAL. */
int
mb_options_host(const char *text, const char *default_port, struct host *ret_host, struct err *err);

/* Start bit, 8 data bits, parity, stop bits: the time of `count` characters, rounded up. */
uint64_t mb_serial_us(const struct mb_serial *serial, size_t count);

/* The silence that separates two frames. */
uint64_t mb_serial_silence_us(const struct mb_serial *serial);

/* ---- refused.c ---- */

/*
 * What devices refused: a range that holds an address which does not exist, or that spans what the
 * device does not read at once.  No request of more than one point may cover a refused range.
 * Ranges are of places, `to` excluded, sorted, and none holds another of its unit.
 */
struct mb_range {
	uint64_t unit;
	uint32_t from, to;
	enum fault_reason reason; /* of the point that is this range; FAULT_NONE: only a cut */
};

struct mb_refused { /* all zero: empty */
	struct mb_range *ranges;
	size_t count, room;
};

/* Forgets everything rather than grow beyond a cap; out of memory, the range is not remembered and
 * only costs a request again. */
void mb_refused_add(struct mb_refused *refused, const struct mb_range *range);
bool mb_refused_covers(const struct mb_refused *refused, uint64_t unit, uint32_t from, uint32_t to);

/* Why the point that is exactly this range was refused; FAULT_NONE: it was not. */
enum fault_reason
mb_refused_reason(const struct mb_refused *refused, uint64_t unit, uint32_t from, uint32_t to);
void mb_refused_forget(struct mb_refused *refused, uint64_t unit);
void mb_refused_done(struct mb_refused *refused);

/* ---- plan.c ---- */

/* Registers or bits that the point takes, from its place on. */
uint32_t mb_point_width(const struct driver_point *point);

struct mb_span { /* places of one table, `to` excluded */
	uint32_t from, to;
};

/* What one request for these points (at least one) asks for. */
struct mb_span mb_plan_span(const struct driver_point *const *points, size_t count);

/* How many of the points, sorted and of one unit, the first request takes: at least 1. */
size_t mb_plan_take(
    const struct driver_point *const *points, size_t count, const struct mb_refused *refused);

/* Where to cut a request (of at least two points) that was refused: the points before the result
 * go first.  At a gap if there is one, else between two values, as near the middle as can be. */
size_t mb_plan_split(const struct driver_point *const *points, size_t count);

/* ---- pdu.c ---- */

#define MB_REQUEST_PDU 5 /* function, address, count */

enum mb_answer_kind {
	MB_ANSWER_GOOD,
	MB_ANSWER_EXCEPTION,
	MB_ANSWER_BAD,
	MB_ANSWER_SILENCE,
};

struct mb_answer {
	enum mb_answer_kind kind;
	uint8_t exception;
	const uint8_t *data; /* GOOD: registers, big-endian, or packed bits; borrowed */
};

void mb_pdu_request(struct mb_span span, uint8_t pdu[MB_REQUEST_PDU]);

/* Bytes of the PDU that answers it. */
size_t mb_pdu_expected(const uint8_t request[MB_REQUEST_PDU]);

/* GOOD, EXCEPTION or BAD. */
struct mb_answer
mb_pdu_check(const uint8_t request[MB_REQUEST_PDU], const uint8_t *reply, size_t size);

/* The value of one point of a good answer to `span`. */
struct raw mb_pdu_value(struct mb_span span, const uint8_t *data, const struct driver_point *point);

/* ---- lines ---- */

struct mb_bus;

struct mb_line {
	/*
	 * Sends a request and waits for its answer.  Returns the size of the answer's PDU, which
	 * *ret_pdu borrows from bus->frame; 0: silence; -EBADMSG: something came, but not the
	 * answer; another negative errno, with `err`: the bus is lost.
	 */
	int (*ask)(struct mb_bus *bus, uint8_t unit, const uint8_t pdu[MB_REQUEST_PDU],
	    const uint8_t **ret_pdu, struct err *err);

	/* What arrives from now on may answer the request before; the next must not get it. */
	void (*distrust)(struct mb_bus *bus);

	void (*close)(struct mb_bus *bus); /* frees what the line owns, copes with the half-made */
};

struct mb_bus {
	struct driver_bus base; /* first */
	const struct mb_line *line;
	modbus_t *context;
	unsigned timeout_ms;
	struct mb_refused refused;
	uint32_t probed[MB_UNITS]; /* place of the refused point that was asked last */
	char where[300];           /* the endpoint, for messages */
	uint8_t frame[MODBUS_MAX_ADU_LENGTH];

	/* rtu.c */
	struct mb_serial serial;
	int silence_fd;  /* timerfd: readable when the line has been silent long enough */
	bool is_suspect; /* something late may still come */
	size_t expected; /* bytes of the frame that was awaited last */

	/* line_rtu.c */
	int lock_fd;
	uint8_t asked;          /* the unit of the last request */
	bool is_silence;        /* it did not answer */
	bool is_past_dead;      /* nor did anybody expect it to */
	bool is_dead[MB_UNITS]; /* silent the last time, and nothing came late */

	/* line_dial.c */
	struct host host;

	/* line_tcp.c */
	uint16_t transaction;
};

/* Set bus->line first thing and open it; on error the caller calls line->close. */
int mb_line_rtu_open(struct mb_bus *bus, const struct driver_settings *settings, struct err *err);
int
mb_line_rtutcp_open(struct mb_bus *bus, const struct driver_settings *settings, struct err *err);
int mb_line_tcp_open(struct mb_bus *bus, const struct driver_settings *settings, struct err *err);

/* libmodbus waits with select(2): a greater descriptor would be written beyond its set. */
int mb_line_check_fd(int fd, struct err *err);

/* No debug output; no error recovery, which sleeps and repeats without end; no limit from byte to
 * byte, with which a device that trickles would hold the bus for minutes. */
int mb_line_tame(modbus_t *context, struct err *err);

/* A frame whose first byte has come: all of it within `limit_us`.  Its size; 0: of another unit;
 * -EBADMSG: spoilt or cut short; another negative errno: the line is gone. */
int mb_line_receive(modbus_t *context, uint64_t limit_us, uint8_t *frame);

/* poll(2) for input: 1, 0 (time-out) or a negative errno; a hang-up is input. */
int mb_line_wait(int fd, uint64_t timeout_us);

/* ---- line_dial.c ---- */

/* A connection to bus->host becomes the context's: one address after the other, each of which may
 * take timeout_ms, the resolver as long as it likes. */
int mb_line_dial(struct mb_bus *bus, struct err *err);
void mb_line_hang_up(struct mb_bus *bus); /* copes with the half-made */

/* ---- rtu.c: frames of RTU and the silences around them, over whatever wire ---- */

#define MB_RTU_HEADER  1                                    /* unit */
#define MB_RTU_REQUEST (MB_RTU_HEADER + MB_REQUEST_PDU + 2) /* bytes of a request, with its CRC */

/* First thing in open, so that `done` finds what it expects. */
int mb_rtu_init(struct mb_bus *bus, const char *options, struct err *err);
void mb_rtu_done(struct mb_bus *bus);

/* The silence between frames: from now on; and sleeping for what is left of one. */
void mb_rtu_begin_silence(struct mb_bus *bus);
void mb_rtu_keep_silence(struct mb_bus *bus);

/* As mb_line.distrust: a longer silence. */
void mb_rtu_distrust(struct mb_bus *bus);

/* Bytes of the frame that answers a request. */
size_t mb_rtu_expected(const uint8_t pdu[MB_REQUEST_PDU]);

/* An answer that begins within `wait_us` and then takes at most `limit_us`.  As mb_line.ask, but
 * that it has no words for a lost line. */
int mb_rtu_receive(struct mb_bus *bus, uint8_t unit, uint64_t wait_us, uint64_t limit_us);

#endif
