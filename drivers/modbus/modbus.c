/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "drivers/modbus/modbus_driver.h"

/* A unit that answers garbage is not asked for the rest: each time the line has to fall silent. */
#define BAD_ANSWERS_MAX 3

#define SCAN_FIRST 1
#define SCAN_LAST  247

#define NOBODY SIZE_MAX

/* One call of driver.read. */
struct call {
	struct mb_bus *bus;
	const struct driver_point *const *points;
	size_t count;
	struct reading *readings;
	struct err *err;
	uint8_t unit;
	size_t probe;    /* index of the refused point that is asked again in this call */
	size_t good;     /* points that got a value */
	size_t refusals; /* requests that were refused for what they ask */
	bool is_alive;   /* the unit has said something */
	unsigned bad_answers;
	enum fault_reason given_up; /* FAULT_NONE: not yet; else why the rest is not asked */
};

static int
ask(struct mb_bus *bus, uint8_t unit, struct mb_span span, struct mb_answer *ret_answer,
    struct err *err)
{
	struct driver_counters *counters = &bus->base.counters;
	uint8_t request[MB_REQUEST_PDU];
	const uint8_t *reply;
	int r;

	mb_pdu_request(span, request);
	r = bus->line->ask(bus, unit, request, &reply, err);
	if (r < 0 && r != -EBADMSG)
		return r;
	if (r > 0)
		*ret_answer = mb_pdu_check(request, reply, (size_t)r);
	else
		ret_answer->kind = r == 0 ? MB_ANSWER_SILENCE : MB_ANSWER_BAD;
	switch (ret_answer->kind) {
	case MB_ANSWER_GOOD:
		break;
	case MB_ANSWER_EXCEPTION:
		counters->exceptions++;
		break;
	case MB_ANSWER_BAD:
		counters->bad_replies++;
		bus->line->distrust(bus);
		break;
	case MB_ANSWER_SILENCE:
		counters->timeouts++;
		bus->line->distrust(bus);
		break;
	}
	return 0;
}

static void
set_all(struct call *call, size_t first, size_t count, enum fault_reason reason)
{
	for (size_t i = 0; i < count; i++)
		call->readings[first + i] = reading_bad(reason);
}

static void
take_values(struct call *call, size_t first, size_t count, struct mb_span span, const uint8_t *data)
{
	for (size_t i = first; i < first + count; i++)
		call->readings[i] = reading_good(mb_pdu_value(span, data, call->points[i]));
	call->good += count;
	/* What was refused is there now: the device is another than it was. */
	if (first == call->probe)
		mb_refused_forget(&call->bus->refused, call->unit);
}

/* A single point was refused: by itself from now on. */
static void
take_refusal(struct call *call, size_t at, struct mb_span span, uint8_t exception)
{
	struct mb_range range = {
		.unit = call->unit,
		.from = span.from,
		.to = span.to,
		.reason = exception == MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS ? FAULT_BAD_ADDRESS
		                                                             : FAULT_DEVICE_ERROR,
	};

	call->readings[at] = reading_bad(range.reason);
	mb_refused_add(&call->bus->refused, &range);
}

static int read_group(struct call *call, size_t first, size_t count);

static int
read_halves(struct call *call, size_t first, size_t count)
{
	const struct driver_point *const *points = call->points + first;
	size_t half = mb_plan_split(points, count);
	size_t good = call->good, refusals = call->refusals;
	struct mb_span left = mb_plan_span(points, half);
	struct mb_range cut = {
		.unit = call->unit,
		.from = left.to - 1,
		.to = points[half]->place + 1,
		.reason = FAULT_NONE,
	};
	int r = read_group(call, first, half);

	if (r == 0)
		r = read_group(call, first + half, count - half);
	/* Each half can be read at once, so it is the cut that cannot be crossed; where a half was
	 * refused, too, that is reason enough. */
	if (r == 0 && call->good - good == count && call->refusals == refusals &&
	    cut.from < cut.to - 1)
		mb_refused_add(&call->bus->refused, &cut);
	return r;
}

static int
take_exception(
    struct call *call, size_t first, size_t count, struct mb_span span, uint8_t exception)
{
	switch (exception) {
	case MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS:
	case MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE: /* of the count: more than it reads at once */
		call->refusals++;
		if (count > 1)
			return read_halves(call, first, count);
		take_refusal(call, first, span, exception);
		return 0;
	case MODBUS_EXCEPTION_GATEWAY_TARGET:
		call->given_up = FAULT_NO_REPLY;
		set_all(call, first, count, FAULT_NO_REPLY);
		return 0;
	default:
		set_all(call, first, count, FAULT_DEVICE_ERROR);
		return 0;
	}
}

static int
take_answer(struct call *call, size_t first, size_t count, struct mb_span span,
    const struct mb_answer *answer)
{
	switch (answer->kind) {
	case MB_ANSWER_GOOD:
		take_values(call, first, count, span, answer->data);
		return 0;
	case MB_ANSWER_EXCEPTION:
		return take_exception(call, first, count, span, answer->exception);
	case MB_ANSWER_BAD:
		if (++call->bad_answers >= BAD_ANSWERS_MAX)
			call->given_up = FAULT_BAD_REPLY;
		set_all(call, first, count, FAULT_BAD_REPLY);
		return 0;
	case MB_ANSWER_SILENCE:
		call->given_up = FAULT_NO_REPLY;
		set_all(call, first, count, FAULT_NO_REPLY);
		return 0;
	}
	return 0;
}

static enum fault_reason
known_refusal(const struct call *call, size_t at)
{
	struct mb_span span = mb_plan_span(call->points + at, 1);

	return mb_refused_reason(&call->bus->refused, call->unit, span.from, span.to);
}

static int
read_group(struct call *call, size_t first, size_t count)
{
	struct mb_span span = mb_plan_span(call->points + first, count);
	enum fault_reason known = FAULT_NONE;
	struct mb_answer answer;
	int r;

	/* From memory, without asking. */
	if (count == 1 && first != call->probe)
		known = known_refusal(call, first);
	if (call->given_up != FAULT_NONE || known != FAULT_NONE) {
		set_all(call, first, count, call->given_up != FAULT_NONE ? call->given_up : known);
		return 0;
	}
	r = ask(call->bus, call->unit, span, &answer, call->err);
	if (r < 0)
		return r;
	r = take_answer(call, first, count, span, &answer);
	call->is_alive |= call->given_up != FAULT_NO_REPLY;
	return r;
}

/*
 * A point that was refused alone would cost a request in each round, for ever.  So they take turns:
 * one of a unit is asked in each call, the others keep their answer.
 */
static size_t
probe_choose(struct call *call)
{
	uint32_t *probed = &call->bus->probed[call->unit];
	size_t first = NOBODY;

	for (size_t i = 0; call->bus->refused.count > 0 && i < call->count; i++) {
		if (known_refusal(call, i) == FAULT_NONE)
			continue;
		if (first == NOBODY)
			first = i;
		if (call->points[i]->place > *probed) {
			first = i;
			break;
		}
	}
	if (first != NOBODY)
		*probed = call->points[first]->place;
	return first;
}

static int
read_points(struct driver_bus *base, const struct driver_point *const *points, size_t count,
    struct reading *readings, struct err *err)
{
	struct mb_bus *bus = (struct mb_bus *)base;
	struct call call = {
		.bus = bus,
		.points = points,
		.count = count,
		.readings = readings,
		.err = err,
		.given_up = FAULT_NONE,
	};
	int r = 0;

	if (count == 0)
		return 0;
	call.unit = (uint8_t)points[0]->unit;
	call.probe = probe_choose(&call);
	for (size_t first = 0; first < count && r == 0;) {
		size_t taken = mb_plan_take(points + first, count - first, &bus->refused);

		r = read_group(&call, first, taken);
		first += taken;
	}
	/* What stands here from memory would make a dead unit look alive. */
	if (call.given_up == FAULT_NO_REPLY && !call.is_alive)
		set_all(&call, 0, count, FAULT_NO_REPLY);
	return r;
}

/* What register 0 of a table says about a unit; false: nobody is there. */
static bool
scan_describe(const struct mb_answer *answer, char *to, size_t size)
{
	switch (answer->kind) {
	case MB_ANSWER_GOOD:
		snprintf(
		    to, size, "answers: %u", (unsigned)(answer->data[0] << 8 | answer->data[1]));
		return true;
	case MB_ANSWER_EXCEPTION:
		if (answer->exception == MODBUS_EXCEPTION_GATEWAY_PATH ||
		    answer->exception == MODBUS_EXCEPTION_GATEWAY_TARGET)
			return false; /* the gateway speaks, not the unit */
		snprintf(to, size, "answers: exception %u", (unsigned)answer->exception);
		return true;
	case MB_ANSWER_BAD:
		snprintf(to, size, "answers garbage: two units of one id, or wrong options?");
		return true;
	case MB_ANSWER_SILENCE:
		return false;
	}
	return false;
}

struct scan {
	struct mb_bus *bus;
	driver_found_fn *found;
	void *context;
	struct err *err;
};

/* Holding register 0, or input register 0 of a unit that is there but has no such register.  1: go
 * on; 0: who asked has heard enough; a negative errno: the bus is lost. */
static int
scan_unit(const struct scan *scan, unsigned unit)
{
	static const struct {
		enum mb_table table;
		const char *name;
	} tables[] = { { MB_HOLDING, "holding" }, { MB_INPUT, "input" } };
	char address[32] = "", what[80] = "";

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		uint32_t place = mb_place(tables[i].table, 0);
		struct mb_answer answer;
		int r = ask(scan->bus, (uint8_t)unit, (struct mb_span){ place, place + 1 }, &answer,
		    scan->err);

		if (r < 0)
			return r;
		if (!scan_describe(&answer, what, sizeof(what)))
			break;
		snprintf(address, sizeof(address), "%u:%s:0:uint16", unit, tables[i].name);
		if (answer.kind != MB_ANSWER_EXCEPTION)
			break;
	}
	return address[0] == '\0' || scan->found(scan->context, address, what) == 0;
}

static int
scan_units(struct driver_bus *base, driver_found_fn *found, void *context, struct err *err)
{
	const struct scan scan = { (struct mb_bus *)base, found, context, err };
	int r = 1;

	for (unsigned unit = SCAN_FIRST; unit <= SCAN_LAST && r > 0; unit++)
		r = scan_unit(&scan, unit);
	return r < 0 ? r : 0;
}

static void
close_bus(struct driver_bus *base)
{
	struct mb_bus *bus = (struct mb_bus *)base;

	if (bus == NULL)
		return;
	bus->line->close(bus);
	mb_refused_done(&bus->refused);
	free(bus);
}

static int
open_bus(int (*line_open)(struct mb_bus *, const struct driver_settings *, struct err *),
    const struct driver_settings *settings, struct driver_bus **ret_bus, struct err *err)
{
	struct mb_bus *bus = calloc(1, sizeof(*bus));
	int r;

	if (bus == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	bus->timeout_ms = settings->timeout_ms;
	snprintf(bus->where, sizeof(bus->where), "%s", settings->endpoint);
	r = line_open(bus, settings, err);
	if (r < 0) {
		close_bus(&bus->base);
		return r;
	}
	*ret_bus = &bus->base;
	return 0;
}

/* What an earlier request was given has set the silence that follows it already. */
static void
set_timeout(struct driver_bus *base, unsigned timeout_ms)
{
	struct mb_bus *bus = (struct mb_bus *)base;

	bus->timeout_ms = timeout_ms;
}

static int
check_timeout(const struct driver_settings *settings, struct err *err)
{
	if (settings->timeout_ms == 0)
		return err_set(err, -EINVAL, "timeout 0: want at least 1 ms");
	return 0;
}

static int
rtu_check(const struct driver_settings *settings, struct err *err)
{
	struct mb_serial serial;

	if (settings->endpoint == NULL || settings->endpoint[0] != '/')
		return err_set(err, -EINVAL,
		    "endpoint \"%.64s\": want the path of a serial device, as /dev/ttyUSB0",
		    settings->endpoint == NULL ? "" : settings->endpoint);
	if (mb_options_serial(settings->options, &serial, err) < 0)
		return -EINVAL;
	return check_timeout(settings, err);
}

static int
rtutcp_check(const struct driver_settings *settings, struct err *err)
{
	struct host host;
	struct mb_serial serial;

	if (mb_options_host(settings->endpoint, NULL, &host, err) < 0)
		return -EINVAL;
	if (mb_options_serial(settings->options, &serial, err) < 0)
		return -EINVAL;
	return check_timeout(settings, err);
}

static int
tcp_check(const struct driver_settings *settings, struct err *err)
{
	struct host host;

	if (mb_options_host(settings->endpoint, MB_TCP_PORT, &host, err) < 0)
		return -EINVAL;
	if (settings->options != NULL && settings->options[0] != '\0')
		return err_set(
		    err, -EINVAL, "options \"%.64s\": modbus-tcp has none", settings->options);
	return check_timeout(settings, err);
}

static int
rtu_parse(const char *text, struct driver_point *ret_point, struct err *err)
{
	return mb_address_parse(text, &mb_units_rtu, ret_point, err);
}

static int
tcp_parse(const char *text, struct driver_point *ret_point, struct err *err)
{
	return mb_address_parse(text, &mb_units_tcp, ret_point, err);
}

static int
rtu_open(const struct driver_settings *settings, struct driver_bus **ret_bus, struct err *err)
{
	return open_bus(mb_line_rtu_open, settings, ret_bus, err);
}

static int
rtutcp_open(const struct driver_settings *settings, struct driver_bus **ret_bus, struct err *err)
{
	return open_bus(mb_line_rtutcp_open, settings, ret_bus, err);
}

static int
tcp_open(const struct driver_settings *settings, struct driver_bus **ret_bus, struct err *err)
{
	return open_bus(mb_line_tcp_open, settings, ret_bus, err);
}

#define ADDRESS_HELP                                                                    \
	"unit:table:register:type[:order]; tables coil, discrete, holding, input; "     \
	"registers as in the frame, from 0; types bool, int16, uint16, int32, uint32, " \
	"int64, uint64, float32, float64; orders abcd (default), cdab, badc, dcba"

#define SERIAL_HELP "baud,8N1 or 8E1, 8O1, 8N2, 8E2, 8O2; default 9600,8N1"

extern const struct driver driver_modbus_rtu;
extern const struct driver driver_modbus_rtutcp;
extern const struct driver driver_modbus_tcp;

const struct driver driver_modbus_rtu = {
	.name = "modbus-rtu",
	.unit_separator = ':',
	.endpoint_help = "a serial device, as /dev/ttyUSB0",
	.options_help = SERIAL_HELP,
	.address_help = "units 1 to 247; " ADDRESS_HELP,
	.check = rtu_check,
	.parse = rtu_parse,
	.open = rtu_open,
	.set_timeout = set_timeout,
	.read = read_points,
	.scan = scan_units,
	.unit_name = mb_address_unit_name,
	.place_name = mb_address_place_name,
	.close = close_bus,
};

const struct driver driver_modbus_rtutcp = {
	.name = "modbus-rtutcp",
	.unit_separator = ':',
	.endpoint_help = "host:port or [IPv6 address]:port of a gateway to a serial line",
	.options_help = "as of the serial line: " SERIAL_HELP,
	.address_help = "units 1 to 247; " ADDRESS_HELP,
	.check = rtutcp_check,
	.parse = rtu_parse,
	.open = rtutcp_open,
	.set_timeout = set_timeout,
	.read = read_points,
	.scan = scan_units,
	.unit_name = mb_address_unit_name,
	.place_name = mb_address_place_name,
	.close = close_bus,
};

const struct driver driver_modbus_tcp = {
	.name = "modbus-tcp",
	.unit_separator = ':',
	.endpoint_help = "host, host:port or [IPv6 address]:port; default port 502",
	.options_help = "none",
	.address_help = "units 0 to 255; " ADDRESS_HELP,
	.check = tcp_check,
	.parse = tcp_parse,
	.open = tcp_open,
	.set_timeout = set_timeout,
	.read = read_points,
	.scan = scan_units,
	.unit_name = mb_address_unit_name,
	.place_name = mb_address_place_name,
	.close = close_bus,
};
