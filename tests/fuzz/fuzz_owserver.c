/* SPDX-License-Identifier: BSD-2-Clause */
/* What a connection to an owserver may say. */
#include <stdlib.h>
#include <string.h>

#include "drivers/owserver/owserver_driver.h"
#include "tests/fuzz/fuzz.h"

const struct fuzz_target fuzz_target = { "owserver", 200000 };

static void
try_value(const uint8_t *data, size_t size)
{
	struct reading reading = ow_value_parse(data, size);

	switch (reading.reason) {
	case FAULT_NONE:
		MUST(reading.raw.kind == RAW_MILLI || reading.raw.kind == RAW_REAL);
		MUST(reading.raw.kind == RAW_MILLI || reading.raw.d - reading.raw.d == 0);
		break;
	case FAULT_BAD_REPLY:
	case FAULT_IMPLAUSIBLE:
		break;
	default:
		MUST(false);
	}
}

static void
try_directory(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	char address[OW_ADDRESS_MAX], what[128];
	struct driver_point point;
	uint64_t rom;

	while (ow_directory_next(&at, end, &rom)) {
		MUST(at <= end);
		ow_directory_describe(rom, address, what, sizeof(what));
		MUST(ow_address_parse(address, &point, NULL) == 0);
		MUST(point.unit == rom);
	}
	MUST(at == end);
}

static void
try_address(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), path[OW_PATH_MAX];
	struct driver_point point;

	MUST(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	if (ow_address_parse(text, &point, NULL) == 0) {
		ow_address_path(&point, true, path);
		MUST(strstr(path, "/../") == NULL);
		MUST(strlen(path) + 1 < sizeof(path));
	}
	free(text);
}

/* No part of a message is taken for the whole. */
static void
try_parts(const uint8_t *bytes, size_t used, size_t payload_max)
{
	struct ow_reply reply;
	size_t ignored;

	for (size_t len = 0; len < used; len++)
		MUST(ow_message_parse(bytes, len, payload_max, &reply, &ignored) == OW_NEED_MORE);
}

static void
try_stream(const uint8_t *bytes, size_t len, size_t payload_max)
{
	struct ow_reply reply;
	size_t used;

	for (;;) {
		switch (ow_message_parse(bytes, len, payload_max, &reply, &used)) {
		case OW_NEED_MORE:
			MUST(len < OW_HEADER + payload_max);
			return;
		case OW_GARBAGE:
			return;
		case OW_STILL_WORKING:
			MUST(used == OW_HEADER && used <= len);
			break;
		case OW_REPLY:
			MUST(used == OW_HEADER + reply.size && used <= len);
			MUST(reply.data == bytes + OW_HEADER && reply.size <= payload_max);
			try_value(reply.data, reply.size);
			try_directory(reply.data, reply.size);
			try_parts(bytes, used, payload_max);
			break;
		}
		bytes += used;
		len -= used;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_stream(data, size, OW_VALUE_MAX);
	try_stream(data, size, OW_DIRECTORY_MAX);
	try_value(data, size);
	try_directory(data, size);
	try_address(data, size);
	return 0;
}
