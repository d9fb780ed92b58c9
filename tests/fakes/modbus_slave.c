/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fakes/modbus_slave.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ADDRESSES 65536
#define HOLES_MAX 256
#define BITS_MAX  2000
#define WORDS_MAX 125

struct slave_unit slave_units[SLAVE_UNITS];
struct slave_counters slave_counters;
static struct slave_hole holes[HOLES_MAX];
static size_t hole_count;
static FILE *request_log;

/* ---- what a slave holds ---- */

static bool
is_bits(int function)
{
	return function <= 2;
}

static uint16_t
default_value(int function, unsigned address)
{
	return (uint16_t)(is_bits(function) ? address % 2 : 2000 + address % 100);
}

static uint16_t
value_get(int unit, int function, unsigned address)
{
	const uint16_t *values = slave_units[unit].values[function];

	return values != NULL ? values[address] : default_value(function, address);
}

static bool
value_set(int unit, int function, unsigned address, uint16_t value)
{
	uint16_t **values = &slave_units[unit].values[function];

	if (*values == NULL) {
		*values = calloc(ADDRESSES, sizeof(**values));
		if (*values == NULL)
			return false;
		for (unsigned i = 0; i < ADDRESSES; i++)
			(*values)[i] = default_value(function, i);
	}
	(*values)[address] = value;
	return true;
}

static void
units_forget(void)
{
	for (int unit = 0; unit < SLAVE_UNITS; unit++) {
		for (int function = 1; function <= 4; function++)
			free(slave_units[unit].values[function]);
		memset(&slave_units[unit], 0, sizeof(slave_units[unit]));
		slave_units[unit].is_present = true;
	}
	hole_count = 0;
}

void
slave_init(void)
{
	units_forget();
	memset(&slave_counters, 0, sizeof(slave_counters));
}

/* ---- how it answers ---- */

static int
refuse(int unit, const uint8_t *pdu, size_t size)
{
	const struct slave_unit *slave = &slave_units[unit];
	unsigned from, count;

	if (slave->exception != 0)
		return slave->exception;
	if (size != 5 || pdu[0] < 1 || pdu[0] > 4)
		return 1;
	from = (unsigned)(pdu[1] << 8 | pdu[2]);
	count = (unsigned)(pdu[3] << 8 | pdu[4]);
	if (count == 0 || count > (is_bits(pdu[0]) ? BITS_MAX : WORDS_MAX) ||
	    (slave->max_registers != 0 && count > (unsigned)slave->max_registers))
		return 3;
	if (from + count > ADDRESSES)
		return 2;
	for (size_t i = 0; i < hole_count; i++)
		if (holes[i].unit == unit && holes[i].function == pdu[0] && from <= holes[i].to &&
		    from + count > holes[i].from)
			return 2;
	return 0;
}

static size_t
fill(int unit, const uint8_t *pdu, uint8_t *to)
{
	unsigned from = (unsigned)(pdu[1] << 8 | pdu[2]);
	unsigned count = (unsigned)(pdu[3] << 8 | pdu[4]);
	size_t size = is_bits(pdu[0]) ? (count + 7) / 8 : 2 * count;

	to[0] = pdu[0];
	to[1] = (uint8_t)size;
	memset(to + 2, 0, size);
	for (unsigned i = 0; i < count; i++) {
		uint16_t value = value_get(unit, pdu[0], from + i);

		if (is_bits(pdu[0])) {
			to[2 + i / 8] |= (uint8_t)((value != 0) << i % 8);
		} else {
			to[2 + 2 * i] = (uint8_t)(value >> 8);
			to[3 + 2 * i] = (uint8_t)value;
		}
	}
	slave_counters.registers += count;
	return 2 + size;
}

static void
log_request(int unit, const uint8_t *pdu, size_t size)
{
	struct timespec now;

	if (request_log == NULL || size != 5)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	fprintf(request_log, "%lld.%06ld %d %d %d %d\n", (long long)now.tv_sec, now.tv_nsec / 1000,
	    unit, pdu[0], pdu[1] << 8 | pdu[2], pdu[3] << 8 | pdu[4]);
}

void
slave_answer(uint8_t unit, const uint8_t *pdu, size_t size, struct slave_reply *ret_reply)
{
	struct slave_unit *slave = &slave_units[unit];
	int code;

	slave_counters.requests++;
	log_request(unit, pdu, size);
	memset(ret_reply, 0, sizeof(*ret_reply));
	if (slave->is_silent || (!slave->is_present && slave->exception == 0) || size == 0)
		return;
	ret_reply->unit = slave->is_wrong_unit ? (uint8_t)(unit + 1) : unit;
	ret_reply->has_bad_crc = slave->has_bad_crc;
	ret_reply->is_short = slave->is_short;
	ret_reply->is_garbage = slave->is_garbage;
	ret_reply->is_doubled = slave->is_doubled;
	ret_reply->delay_us = slave->late_us != 0 ? slave->late_us : slave->delay_us;
	ret_reply->behind = slave->behind;
	slave->late_us = 0;
	slave->behind = 0;
	if (slave->drops > 0) {
		slave->drops--;
		ret_reply->is_drop = true;
		return;
	}
	code = refuse(unit, pdu, size);
	if (code == 0) {
		ret_reply->size = fill(unit, pdu, ret_reply->pdu);
		return;
	}
	slave_counters.exceptions++;
	ret_reply->pdu[0] = pdu[0] | 0x80;
	ret_reply->pdu[1] = (uint8_t)code;
	ret_reply->size = 2;
}

/* ---- the control channel ---- */

const char slave_command_help[] =
    "TABLE is coil, discrete, holding or input; UNIT 0 to 255; ADDRESS 0 to 65535.\n"
    "  set UNIT TABLE ADDRESS VALUE   a register or bit; the default is 2000 + ADDRESS % 100,\n"
    "                                 for bits ADDRESS % 2\n"
    "  units FIRST-LAST               only these are there (default 0-255)\n"
    "  delay UNIT MS                  answer each request after that time\n"
    "  late UNIT MS                   answer the next request after that time, once\n"
    "  behind UNIT N                  answer the next request just before the answer to the Nth\n"
    "                                 request that comes after it, once\n"
    "  silent UNIT 0|1                do not answer\n"
    "  crc UNIT 0|1                   wrong CRC (TCP: wrong transaction)\n"
    "  short UNIT 0|1                 leave out the second half of the frame\n"
    "  garbage UNIT 0|1               random bytes instead of the frame\n"
    "  wrong-unit UNIT 0|1            answer under UNIT + 1\n"
    "  twice UNIT 0|1                 each answer two times\n"
    "  drop UNIT N                    close the TCP connection at the next N requests\n"
    "  exception UNIT CODE            answer each request with it; 0: no more\n"
    "  hole UNIT TABLE FROM TO        these answer exception 2, also inside a larger request\n"
    "  maxregs UNIT N                 more at once: exception 3; 0: as the standard\n"
    "  close                          drop the TCP connections\n"
    "  listen 0|1                     refuse new TCP connections, or accept again\n"
    "  stats                          requests=N registers=N exceptions=N connections=N\n"
    "  reset                          the counters to 0\n"
    "  log PATH                       from now on a line for each request, answered or not:\n"
    "                                 seconds (CLOCK_MONOTONIC) unit function address count\n"
    "  restore                        all else as at the start: values, faults, holes, units\n";

enum argument {
	NONE,
	UNIT,
	TABLE,
	ADDRESS,
	VALUE,
	FLAG,
	MS,
	CODE,
};

static const struct {
	const char *name;
	long min, max;
} arguments[] = {
	[UNIT] = { "unit", 0, 255 },
	[TABLE] = { "table", 1, 4 },
	[ADDRESS] = { "address", 0, 65535 },
	[VALUE] = { "value", -32768, 65535 },
	[FLAG] = { "flag", 0, 1 },
	[MS] = { "time", 0, 600000 },
	[CODE] = { "number", 0, 255 },
};

static bool
argument_parse(enum argument kind, const char *text, long *ret_number)
{
	static const char *const tables[] = { "", "coil", "discrete", "holding", "input" };
	char *end;
	long number = 0;

	if (kind == TABLE) {
		for (number = 1; number <= 4 && strcmp(tables[number], text) != 0;)
			number++;
	} else {
		number = strtol(text, &end, 0);
		if (end == text || *end != '\0')
			return false;
	}
	*ret_number = number;
	return number >= arguments[kind].min && number <= arguments[kind].max;
}

static bool
command_set(const long *a)
{
	return value_set((int)a[0], (int)a[1], (unsigned)a[2], (uint16_t)a[3]);
}

static bool
command_hole(const long *a)
{
	if (hole_count == HOLES_MAX)
		return false;
	holes[hole_count++] =
	    (struct slave_hole){ (int)a[0], (int)a[1], (unsigned)a[2], (unsigned)a[3] };
	return true;
}

static bool
command_delay(const long *a)
{
	slave_units[a[0]].delay_us = (int)a[1] * 1000;
	return true;
}

static bool
command_late(const long *a)
{
	slave_units[a[0]].late_us = (int)a[1] * 1000;
	return true;
}

static bool
command_behind(const long *a)
{
	slave_units[a[0]].behind = (int)a[1];
	return true;
}

static bool
command_silent(const long *a)
{
	slave_units[a[0]].is_silent = a[1];
	return true;
}

static bool
command_crc(const long *a)
{
	slave_units[a[0]].has_bad_crc = a[1];
	return true;
}

static bool
command_short(const long *a)
{
	slave_units[a[0]].is_short = a[1];
	return true;
}

static bool
command_garbage(const long *a)
{
	slave_units[a[0]].is_garbage = a[1];
	return true;
}

static bool
command_wrong_unit(const long *a)
{
	slave_units[a[0]].is_wrong_unit = a[1];
	return true;
}

static bool
command_twice(const long *a)
{
	slave_units[a[0]].is_doubled = a[1];
	return true;
}

static bool
command_drop(const long *a)
{
	slave_units[a[0]].drops = (int)a[1];
	return true;
}

static bool
command_exception(const long *a)
{
	slave_units[a[0]].exception = (int)a[1];
	return true;
}

static bool
command_maxregs(const long *a)
{
	slave_units[a[0]].max_registers = (int)a[1];
	return true;
}

static bool
command_reset(const long *a)
{
	(void)a;
	memset(&slave_counters, 0, sizeof(slave_counters));
	return true;
}

static bool
command_restore(const long *a)
{
	(void)a;
	units_forget();
	return true;
}

static const struct {
	const char *name;
	enum argument arguments[4];
	bool (*run)(const long *numbers);
} commands[] = {
	{ "set", { UNIT, TABLE, ADDRESS, VALUE }, command_set },
	{ "delay", { UNIT, MS }, command_delay },
	{ "late", { UNIT, MS }, command_late },
	{ "behind", { UNIT, CODE }, command_behind },
	{ "silent", { UNIT, FLAG }, command_silent },
	{ "crc", { UNIT, FLAG }, command_crc },
	{ "short", { UNIT, FLAG }, command_short },
	{ "garbage", { UNIT, FLAG }, command_garbage },
	{ "wrong-unit", { UNIT, FLAG }, command_wrong_unit },
	{ "twice", { UNIT, FLAG }, command_twice },
	{ "drop", { UNIT, CODE }, command_drop },
	{ "exception", { UNIT, CODE }, command_exception },
	{ "hole", { UNIT, TABLE, ADDRESS, ADDRESS }, command_hole },
	{ "maxregs", { UNIT, CODE }, command_maxregs },
	{ "reset", { NONE }, command_reset },
	{ "restore", { NONE }, command_restore },
};

static void
command_run(size_t which, char **words, size_t count, char *answer, size_t size)
{
	long numbers[4] = { 0 };
	size_t i;

	for (i = 0; i < 4 && commands[which].arguments[i] != NONE; i++) {
		enum argument kind = commands[which].arguments[i];

		if (i + 1 >= count || !argument_parse(kind, words[i + 1], &numbers[i])) {
			snprintf(answer, size, "error: %s: bad %s", words[0], arguments[kind].name);
			return;
		}
	}
	if (count != i + 1 || !commands[which].run(numbers))
		snprintf(answer, size, "error: %s: too many words, or no room", words[0]);
}

static bool
command_units(const char *text)
{
	int first, last, used = 0;

	if (sscanf(text, "%d-%d%n", &first, &last, &used) != 2 || text[used] != '\0' || first < 0 ||
	    last >= SLAVE_UNITS)
		return false;
	for (int unit = 0; unit < SLAVE_UNITS; unit++)
		slave_units[unit].is_present = unit >= first && unit <= last;
	return true;
}

static bool
command_log(const char *path)
{
	if (request_log != NULL)
		fclose(request_log);
	request_log = fopen(path, "we");
	if (request_log != NULL)
		setvbuf(request_log, NULL, _IOLBF, BUFSIZ);
	return request_log != NULL;
}

/* Those whose form or effect is of its own. */
static bool
command_special(
    char **words, size_t count, const struct slave_wires *wires, char *answer, size_t size)
{
	if (strcmp(words[0], "stats") == 0)
		snprintf(answer, size, "requests=%lu registers=%lu exceptions=%lu connections=%lu",
		    slave_counters.requests, slave_counters.registers, slave_counters.exceptions,
		    slave_counters.connections);
	else if (strcmp(words[0], "close") == 0)
		wires->close_connections();
	else if (strcmp(words[0], "listen") == 0 && count == 2)
		wires->listen(strcmp(words[1], "0") != 0);
	else if (strcmp(words[0], "log") == 0 && count == 2)
		return command_log(words[1]);
	else
		return strcmp(words[0], "units") == 0 && count == 2 && command_units(words[1]);
	return true;
}

void
slave_command(const char *line, const struct slave_wires *wires, char *answer, size_t size)
{
	char copy[256];
	char *words[8], *rest = copy, *word;
	size_t count = 0, which;

	snprintf(copy, sizeof(copy), "%s", line);
	while (count < 8 && (word = strtok_r(rest, " \t\r", &rest)) != NULL)
		words[count++] = word;
	snprintf(answer, size, "ok");
	if (count == 0)
		return;
	for (which = 0; which < sizeof(commands) / sizeof(commands[0]); which++) {
		if (strcmp(commands[which].name, words[0]) == 0) {
			command_run(which, words, count, answer, size);
			return;
		}
	}
	if (!command_special(words, count, wires, answer, size))
		snprintf(
		    answer, size, "error: %s: not a command, or bad words behind it", words[0]);
}
