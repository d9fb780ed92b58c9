/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "drivers/owserver/owserver_driver.h"
#include "tests/unit/unit.h"

#define PAYLOAD_MAX 16

/* Words of a header, byte by byte. */
#define W(number) 0, 0, 0, number
#define ALL_ONES  0xff, 0xff, 0xff, 0xff
#define KEPT      0, 0, 1, 4
#define UNKEPT    0, 0, 1, 0

struct message_case {
	const char *name;
	uint8_t bytes[48];
	size_t size;
	enum ow_verdict verdict;
	int32_t result;
	bool is_kept;
	size_t payload;
};

static const struct message_case messages[] = {
	{ "a value", { W(0), W(2), W(2), KEPT, W(2), W(0), '4', '2' }, 26, OW_REPLY, 2, true, 2 },
	{ "not kept", { W(0), W(1), W(1), UNKEPT, W(1), W(0), '4' }, 25, OW_REPLY, 1, false, 1 },
	{ "an error", { W(0), W(0), ALL_ONES, KEPT, W(0), W(0) }, 24, OW_REPLY, -1, true, 0 },
	{ "nothing", { W(0), W(0), W(0), UNKEPT, W(0), W(0) }, 24, OW_REPLY, 0, false, 0 },
	{ "the least result", { W(0), W(0), 0x80, 0, 0, 0, KEPT, W(0), W(0) }, 24, OW_REPLY,
	    INT32_MIN, true, 0 },
	{ "the greatest payload", { W(0), W(16), W(16), KEPT, W(16), W(0), '1' }, 40, OW_REPLY, 16,
	    true, 16 },
	{ "bytes behind it", { W(0), W(1), W(1), KEPT, W(1), W(0), '4', '4' }, 26, OW_REPLY, 1,
	    true, 1 },
	{ "still working", { W(0), ALL_ONES, W(0), W(0), W(0), W(0) }, 24, OW_STILL_WORKING, 0,
	    false, 0 },
	{ "a payload too great", { W(0), W(17), W(17), KEPT, W(17), W(0) }, 24, OW_GARBAGE, 0,
	    false, 0 },
	{ "a huge payload", { W(0), 0x7f, 0xff, 0xff, 0xff, W(1), KEPT, W(1), W(0) }, 24,
	    OW_GARBAGE, 0, false, 0 },
	{ "another negative payload", { W(0), 0xff, 0xff, 0xff, 0xfe, W(0), W(0), W(0), W(0) }, 24,
	    OW_GARBAGE, 0, false, 0 },
	{ "the least payload", { W(0), 0x80, 0, 0, 0, W(0), W(0), W(0), W(0) }, 24, OW_GARBAGE, 0,
	    false, 0 },
	{ "another version", { W(1), W(1), W(1), KEPT, W(1), W(0), '4' }, 25, OW_GARBAGE, 0, false,
	    0 },
	{ "another version that waits", { 0, 1, 0, 0, ALL_ONES, W(0), W(0), W(0), W(0) }, 24,
	    OW_GARBAGE, 0, false, 0 },
	{ "another protocol", "HTTP/1.1 400 Bad Request\r\n", 26, OW_GARBAGE, 0, false, 0 },
};

static void
tells_messages_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(messages); i++) {
		const struct message_case *one = &messages[i];
		struct ow_reply reply = { 0 };
		size_t used = 0;
		enum ow_verdict verdict =
		    ow_message_parse(one->bytes, one->size, PAYLOAD_MAX, &reply, &used);

		if (verdict != one->verdict)
			fail_msg("%s: verdict %d", one->name, verdict);
		if (verdict == OW_STILL_WORKING)
			assert_int_equal(used, OW_HEADER);
		if (verdict != OW_REPLY)
			continue;
		assert_int_equal(reply.result, one->result);
		assert_int_equal(reply.is_kept, one->is_kept);
		assert_int_equal(reply.size, one->payload);
		assert_ptr_equal(reply.data, one->bytes + OW_HEADER);
		assert_int_equal(used, OW_HEADER + one->payload);
	}
}

static void
wants_more_of_a_message_that_is_cut(void **state)
{
	const struct message_case *whole = &messages[0];
	uint8_t bytes[sizeof(whole->bytes)];
	struct ow_reply reply;
	size_t used;

	(void)state;
	memcpy(bytes, whole->bytes, whole->size);
	for (size_t len = 0; len < whole->size; len++)
		assert_int_equal(
		    ow_message_parse(bytes, len, PAYLOAD_MAX, &reply, &used), OW_NEED_MORE);
}

static void
writes_a_request(void **state)
{
	static const uint8_t want[] = { W(0), W(4), W(2), KEPT, W(64), W(0), '/', 'a', 'b', 0 };
	uint8_t bytes[64];

	(void)state;
	assert_int_equal(
	    ow_message_request(OW_READ, "/ab", 64, bytes, sizeof(bytes)), sizeof(want));
	assert_memory_equal(bytes, want, sizeof(want));
	assert_int_equal(ow_message_request(OW_READ, "/ab", 64, bytes, sizeof(want)), sizeof(want));
	assert_int_equal(ow_message_request(OW_READ, "/ab", 64, bytes, sizeof(want) - 1), 0);
	assert_int_equal(ow_message_request(OW_READ, "", 64, bytes, OW_HEADER - 1), 0);
}

static void
reads_numbers_among_blanks(void **state)
{
	static const struct {
		const char *text;
		size_t size; /* 0: up to its end */
		enum fault_reason reason;
		enum raw_kind kind;
		int64_t milli;
		double real;
	} cases[] = {
		{ "           4", 0, FAULT_NONE, RAW_MILLI, 4000, 0 },
		{ "         4.1", 0, FAULT_NONE, RAW_MILLI, 4100, 0 },
		{ "      -0.125", 0, FAULT_NONE, RAW_MILLI, -125, 0 },
		{ "1", 0, FAULT_NONE, RAW_MILLI, 1000, 0 },
		{ "4.1   ", 0, FAULT_NONE, RAW_MILLI, 4100, 0 },
		{ "4.1\0\0", 5, FAULT_NONE, RAW_MILLI, 4100, 0 },
		{ "     23.0625", 0, FAULT_NONE, RAW_REAL, 0, 23.0625 },
		{ "  4294967295", 0, FAULT_NONE, RAW_REAL, 0, 4294967295.0 },
		{ " 1.23457E+07", 0, FAULT_NONE, RAW_REAL, 0, 12345700 },
		{ "       1E-05", 0, FAULT_NONE, RAW_REAL, 0, 0.00001 },
		{ "         NAN", 0, FAULT_IMPLAUSIBLE, RAW_REAL, 0, 0 },
		{ "        -nan", 0, FAULT_IMPLAUSIBLE, RAW_REAL, 0, 0 },
		{ "         INF", 0, FAULT_IMPLAUSIBLE, RAW_REAL, 0, 0 },
		{ "        -inf", 0, FAULT_IMPLAUSIBLE, RAW_REAL, 0, 0 },
		{ "", 0, FAULT_BAD_REPLY, RAW_REAL, 0, 0 },
		{ "            ", 0, FAULT_BAD_REPLY, RAW_REAL, 0, 0 },
		{ "\0\0", 2, FAULT_BAD_REPLY, RAW_REAL, 0, 0 },
		{ "DS18B20", 0, FAULT_BAD_REPLY, RAW_REAL, 0, 0 },
		{ "4 5", 0, FAULT_BAD_REPLY, RAW_REAL, 0, 0 },
		{ "4\0005", 3, FAULT_BAD_REPLY, RAW_REAL, 0, 0 },
		{ "\0004", 2, FAULT_BAD_REPLY, RAW_REAL, 0, 0 },
		{ "4,5", 0, FAULT_BAD_REPLY, RAW_REAL, 0, 0 },
		{ "33,          34", 0, FAULT_BAD_REPLY, RAW_REAL, 0, 0 },
		{ "4.1C", 0, FAULT_BAD_REPLY, RAW_REAL, 0, 0 },
		{ "4\n", 0, FAULT_BAD_REPLY, RAW_REAL, 0, 0 },
		{ "0x1F", 0, FAULT_BAD_REPLY, RAW_REAL, 0, 0 },
		{ "1E+999", 0, FAULT_BAD_REPLY, RAW_REAL, 0, 0 },
		{ "0000000000000000000000000000000000000000000000000000000000000004", 0, FAULT_NONE,
		    RAW_MILLI, 4000, 0 },
		{ "00000000000000000000000000000000000000000000000000000000000000004", 0,
		    FAULT_BAD_REPLY, RAW_REAL, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t size = cases[i].size > 0 ? cases[i].size : strlen(cases[i].text);
		struct reading reading = ow_value_parse((const uint8_t *)cases[i].text, size);

		if (reading.reason != cases[i].reason)
			fail_msg("\"%s\": reason %d", cases[i].text, reading.reason);
		if (reading.reason != FAULT_NONE)
			continue;
		assert_int_equal(reading.raw.kind, cases[i].kind);
		if (cases[i].kind == RAW_MILLI)
			assert_int_equal(reading.raw.i, cases[i].milli);
		else if (reading.raw.d != cases[i].real)
			fail_msg("\"%s\": %.17g", cases[i].text, reading.raw.d);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_messages_apart),
		cmocka_unit_test(wants_more_of_a_message_that_is_cut),
		cmocka_unit_test(writes_a_request),
		cmocka_unit_test(reads_numbers_among_blanks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
