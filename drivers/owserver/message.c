/* SPDX-License-Identifier: BSD-2-Clause */
#include "drivers/owserver/message.h"

#include <string.h>

/* The first word of a server's messages.  Other ones are for servers that ask servers. */
#define VERSION 0

#define PAYLOAD_WAIT (-1)

/* Control flags.  Scales and the format of ids are fields in which 0 means what we want. */
#define FLAG_KEEP   UINT32_C(0x00000004)
#define FLAG_CLIENT UINT32_C(0x00000100) /* from a program, not from another server */

enum word { /* of a header */
	WORD_VERSION,
	WORD_PAYLOAD,
	WORD_TYPE, /* of a request; of a reply, its result */
	WORD_FLAGS,
	WORD_SIZE,
	WORD_OFFSET,
};

static void
word_put(uint8_t *header, enum word word, uint32_t number)
{
	uint8_t *to = header + 4 * word;

	to[0] = (uint8_t)(number >> 24);
	to[1] = (uint8_t)(number >> 16);
	to[2] = (uint8_t)(number >> 8);
	to[3] = (uint8_t)number;
}

static uint32_t
word_get(const uint8_t *header, enum word word)
{
	const uint8_t *at = header + 4 * word;

	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

size_t
ow_message_request(
    enum ow_request type, const char *path, size_t value_max, uint8_t *to, size_t room)
{
	size_t payload = strlen(path) + 1; /* with its NUL */

	if (room < OW_HEADER || payload > room - OW_HEADER)
		return 0;
	word_put(to, WORD_VERSION, VERSION);
	word_put(to, WORD_PAYLOAD, (uint32_t)payload);
	word_put(to, WORD_TYPE, type);
	word_put(to, WORD_FLAGS, FLAG_KEEP | FLAG_CLIENT);
	word_put(to, WORD_SIZE, (uint32_t)value_max);
	word_put(to, WORD_OFFSET, 0);
	memcpy(to + OW_HEADER, path, payload);
	return OW_HEADER + payload;
}

enum ow_verdict
ow_message_parse(const uint8_t *bytes, size_t len, size_t payload_max, struct ow_reply *ret_reply,
    size_t *ret_used)
{
	int32_t payload;

	if (len < OW_HEADER)
		return OW_NEED_MORE;
	payload = (int32_t)word_get(bytes, WORD_PAYLOAD);
	if (word_get(bytes, WORD_VERSION) != VERSION)
		return OW_GARBAGE;
	if (payload == PAYLOAD_WAIT) {
		*ret_used = OW_HEADER;
		return OW_STILL_WORKING;
	}
	if (payload < 0 || (size_t)payload > payload_max)
		return OW_GARBAGE;
	if ((size_t)payload > len - OW_HEADER)
		return OW_NEED_MORE;
	*ret_reply = (struct ow_reply){
		.result = (int32_t)word_get(bytes, WORD_TYPE),
		.is_kept = (word_get(bytes, WORD_FLAGS) & FLAG_KEEP) != 0,
		.data = bytes + OW_HEADER,
		.size = (size_t)payload,
	};
	*ret_used = OW_HEADER + (size_t)payload;
	return OW_REPLY;
}
