/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "tests/fakes/modbus_slave.h"

/* Spoils a finished frame as the unit was told to; returns its size. */
static size_t
frame_spoil(uint8_t *frame, size_t size, const struct slave_reply *reply)
{
	if (reply->is_garbage)
		for (size_t i = 0; i < size; i++)
			frame[i] = (uint8_t)(rand() | 0x40);
	if (reply->is_doubled) {
		memcpy(frame + size, frame, size);
		size *= 2;
	}
	return reply->is_short ? size / 2 : size;
}

uint16_t
slave_crc(const uint8_t *bytes, size_t size)
{
	uint16_t crc = 0xffff;

	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1);
	}
	return crc;
}

size_t
slave_frame_rtu(const struct slave_reply *reply, uint8_t *frame)
{
	size_t size = 0;
	uint16_t crc;

	frame[size++] = reply->unit;
	memcpy(frame + size, reply->pdu, reply->size);
	size += reply->size;
	crc = slave_crc(frame, size);
	if (reply->has_bad_crc)
		crc ^= 0x5555;
	frame[size++] = (uint8_t)crc;
	frame[size++] = (uint8_t)(crc >> 8);
	return frame_spoil(frame, size, reply);
}

size_t
slave_frame_tcp(const uint8_t *request, const struct slave_reply *reply, uint8_t *frame)
{
	size_t size = SLAVE_MBAP_SIZE + reply->size;

	memset(frame, 0, SLAVE_MBAP_SIZE);
	frame[0] = request[0];
	frame[1] = reply->has_bad_crc ? (uint8_t)~request[1] : request[1];
	frame[4] = (uint8_t)((reply->size + 1) >> 8);
	frame[5] = (uint8_t)(reply->size + 1);
	frame[6] = reply->unit;
	memcpy(frame + SLAVE_MBAP_SIZE, reply->pdu, reply->size);
	return frame_spoil(frame, size, reply);
}
