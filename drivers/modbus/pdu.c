/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/codec.h"
#include "drivers/modbus/modbus_driver.h"

#define EXCEPTION_BIT  0x80
#define EXCEPTION_SIZE 2

static uint16_t
word_get(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void
word_put(uint32_t word, uint8_t *bytes)
{
	bytes[0] = (uint8_t)(word >> 8);
	bytes[1] = (uint8_t)word;
}

void
mb_pdu_request(struct mb_span span, uint8_t pdu[MB_REQUEST_PDU])
{
	pdu[0] = (uint8_t)mb_place_table(span.from);
	word_put(span.from & 0xffff, pdu + 1);
	word_put(span.to - span.from, pdu + 3);
}

size_t
mb_pdu_expected(const uint8_t request[MB_REQUEST_PDU])
{
	size_t count = word_get(request + 3);

	return 2 + (mb_table_is_bits((enum mb_table)request[0]) ? (count + 7) / 8 : 2 * count);
}

struct mb_answer
mb_pdu_check(const uint8_t request[MB_REQUEST_PDU], const uint8_t *reply, size_t size)
{
	size_t expected = mb_pdu_expected(request);

	if (size == EXCEPTION_SIZE && reply[0] == (request[0] | EXCEPTION_BIT))
		return (struct mb_answer){ .kind = MB_ANSWER_EXCEPTION, .exception = reply[1] };
	if (size != expected || reply[0] != request[0] || reply[1] != expected - 2)
		return (struct mb_answer){ .kind = MB_ANSWER_BAD };
	return (struct mb_answer){ .kind = MB_ANSWER_GOOD, .data = reply + 2 };
}

struct raw
mb_pdu_value(struct mb_span span, const uint8_t *data, const struct driver_point *point)
{
	uint32_t at = point->place - span.from;
	uint16_t words[4] = { 0 };

	if (mb_table_is_bits(mb_place_table(span.from))) {
		words[0] = data[at / 8] >> at % 8 & 1;
	} else {
		for (uint32_t i = 0; i < mb_point_width(point); i++)
			words[i] = word_get(data + 2 * (at + i));
	}
	return codec_decode(words, (enum codec_type)point->type, (enum codec_order)point->variant);
}
