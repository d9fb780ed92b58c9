/* SPDX-License-Identifier: BSD-2-Clause */
/* What Modbus devices may answer, and addresses and options of their buses.  Frames and lines are
 * not in here: the first is libmodbus's, the second waits. */
#include <errno.h>
#include <string.h>

#include "core/codec.h"
#include "drivers/modbus/modbus_driver.h"
#include "tests/fuzz/fuzz.h"

const struct fuzz_target fuzz_target = { "modbus", 50000 };

extern const struct driver driver_modbus_tcp;

#define POINTS_MAX 24
#define ROUNDS     3
#define UNIT       7
#define REPLY_MAX  (MODBUS_MAX_PDU_LENGTH)

/* Requests that one call may take: each point alone and all that hold several, once. */
#define ASKED_MAX (2 * POINTS_MAX)

/* A device, as the input has it. */
struct device {
	struct mb_bus bus; /* first */
	struct fuzz_input *input;
	bool is_true; /* all its answers so far were what it holds */
	bool is_silent;
	unsigned asked;
	uint8_t reply[REPLY_MAX];
};

static uint16_t
word_at(uint32_t place)
{
	return (uint16_t)(place * UINT32_C(2654435761) >> 13);
}

static int
answer_truth(struct device *device, const uint8_t *request)
{
	uint32_t first = (uint32_t)request[0] << 16 | (uint32_t)request[1] << 8 | request[2];
	unsigned count = (unsigned)(request[3] << 8 | request[4]);
	bool is_bits = mb_table_is_bits((enum mb_table)request[0]);
	unsigned bytes = is_bits ? (count + 7) / 8 : 2 * count;

	memset(device->reply, 0, sizeof(device->reply));
	device->reply[0] = request[0];
	device->reply[1] = (uint8_t)bytes;
	for (unsigned i = 0; i < count; i++) {
		uint16_t word = word_at(first + i);

		if (is_bits) {
			device->reply[2 + i / 8] |= (uint8_t)((word & 1) << i % 8);
			continue;
		}
		device->reply[2 + 2 * i] = (uint8_t)(word >> 8);
		device->reply[3 + 2 * i] = (uint8_t)word;
	}
	return (int)(2 + bytes);
}

/* RFC-like limits of the application protocol, §6.1 to §6.4. */
static void
check_request(const uint8_t *request)
{
	unsigned first = (unsigned)(request[1] << 8 | request[2]);
	unsigned count = (unsigned)(request[3] << 8 | request[4]);

	MUST(request[0] >= MB_COIL && request[0] <= MB_INPUT);
	MUST(count >= 1 && first + count <= 65536);
	MUST(count <= (mb_table_is_bits((enum mb_table)request[0]) ? 2000 : 125));
}

static int
device_ask(struct mb_bus *bus, uint8_t unit, const uint8_t pdu[MB_REQUEST_PDU],
    const uint8_t **ret_pdu, struct err *err)
{
	struct device *device = (struct device *)bus;
	int size;

	MUST(unit == UNIT);
	MUST(!device->is_silent); /* the rest is not asked then */
	MUST(++device->asked <= ASKED_MAX);
	check_request(pdu);
	*ret_pdu = device->reply;
	switch (fuzz_below(device->input, 8)) {
	case 1:
		device->reply[0] = pdu[0] | 0x80;
		device->reply[1] = (uint8_t)fuzz_byte(device->input);
		return 2;
	case 2:
		device->is_true = false;
		size =
		    (int)fuzz_octets(device->input, (char *)device->reply, sizeof(device->reply));
		return size;
	case 3:
		device->is_true = false;
		size = answer_truth(device, pdu);
		device->reply[fuzz_below(device->input, (unsigned)size)] ^=
		    (uint8_t)fuzz_byte(device->input);
		return size;
	case 4:
		device->is_silent = true;
		return 0;
	case 5:
		return -EBADMSG;
	case 6:
		return err_set(err, -EIO, "gone");
	default:
		return answer_truth(device, pdu);
	}
}

static void
device_distrust(struct mb_bus *bus)
{
	(void)bus;
}

static const struct mb_line line = { .ask = device_ask, .distrust = device_distrust };

/* ---- points ---- */

static int
by_place(const void *a, const void *b)
{
	uint32_t left = ((const struct driver_point *)a)->place;
	uint32_t right = ((const struct driver_point *)b)->place;

	return left < right ? -1 : left > right;
}

static size_t
make_points(struct fuzz_input *input, struct driver_point *points)
{
	static const char *const tables[] = { "coil", "discrete", "holding", "input" };
	static const char *const types[] = { "bool", "int16", "uint16", "int32", "uint32", "int64",
		"uint64", "float32", "float64" };
	static const char *const orders[] = { "abcd", "cdab", "badc", "dcba" };
	size_t wanted = 1 + fuzz_below(input, POINTS_MAX), count = 0;
	uint32_t at = 0;

	for (size_t i = 0; i < wanted; i++) {
		const char *table = tables[fuzz_below(input, 4)];
		char text[64];

		/* mostly near each other */
		at = fuzz_below(input, 4) == 0 ? fuzz_u32(input) : at + fuzz_below(input, 256);
		snprintf(text, sizeof(text), "%d:%s:%u:%s:%s", UNIT, table, (unsigned)(at & 0xffff),
		    types[fuzz_below(input, FUZZ_COUNT(types))], orders[fuzz_below(input, 4)]);
		if (mb_address_parse(text, &mb_units_tcp, &points[count], NULL) == 0)
			count++;
	}
	qsort(points, count, sizeof(points[0]), by_place);
	return count;
}

static void
check_value(const struct driver_point *point, const struct reading *reading)
{
	uint16_t words[4];
	struct raw raw;

	for (uint32_t i = 0; i < 4; i++)
		words[i] = word_at(point->place + i);
	if (mb_table_is_bits(mb_place_table(point->place)))
		words[0] &= 1;
	raw = codec_decode(words, (enum codec_type)point->type, (enum codec_order)point->variant);
	MUST(raw.kind == reading->raw.kind && raw.u == reading->raw.u);
}

static void
check_readings(const struct device *device, const struct driver_point *points,
    const struct reading *readings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		switch (readings[i].reason) {
		case FAULT_NONE:
			if (device->is_true)
				check_value(&points[i], &readings[i]);
			break;
		case FAULT_NO_REPLY:
		case FAULT_BAD_REPLY:
		case FAULT_DEVICE_ERROR:
		case FAULT_BAD_ADDRESS:
			break;
		case FAULT_IMPLAUSIBLE:
		case FAULT_OUT_OF_RANGE:
		case FAULT_STALE:
		case FAULT_BUS_DOWN:
			MUST(false);
		}
	}
}

/* Some rounds of a bus, which remembers what was refused. */
static void
try_reads(struct fuzz_input *input)
{
	static struct device device;
	struct driver_point points[POINTS_MAX];
	const struct driver_point *pointers[POINTS_MAX];
	size_t count = make_points(input, points);
	struct err err;

	memset(&device, 0, sizeof(device));
	device.bus.line = &line;
	device.input = input;
	device.is_true = true;
	for (size_t i = 0; i < count; i++)
		pointers[i] = &points[i];
	for (int round = 0; round < ROUNDS; round++) {
		struct reading readings[POINTS_MAX] = { 0 }; /* no reason is 0 */

		device.asked = 0;
		device.is_silent = false;
		if (driver_modbus_tcp.read(&device.bus.base, pointers, count, readings, &err) < 0)
			break;
		check_readings(&device, points, readings, count);
	}
	mb_refused_done(&device.bus.refused);
}

/* ---- texts of the configuration ---- */

static void
try_address(const char *text)
{
	struct driver_point point, again;
	char unit[24], place[24];
	struct host host;
	struct mb_serial serial;

	if (mb_address_parse(text, &mb_units_rtu, &point, NULL) == 0) {
		MUST(point.unit >= 1 && point.unit <= 247);
		MUST((point.place & 0xffff) + mb_point_width(&point) <= 65536);
		MUST(mb_address_parse(text, &mb_units_tcp, &again, NULL) == 0);
		MUST(again.place == point.place && again.type == point.type);
		mb_address_unit_name(&point, unit, sizeof(unit));
		mb_address_place_name(&point, place, sizeof(place));
		MUST(unit[0] != '\0' && place[0] != '\0');
	}
	if (mb_options_serial(text, &serial, NULL) == 0)
		MUST(mb_serial_silence_us(&serial) > 0 && mb_serial_us(&serial, 256) < 10000000);
	if (mb_options_host(text, MB_TCP_PORT, &host, NULL) == 0)
		MUST(host.name[0] != '\0' && host.port[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, data + size };
	char *text = malloc(size + 1);

	MUST(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	try_address(text);
	free(text);
	try_reads(&input);
	return 0;
}
