/* SPDX-License-Identifier: BSD-2-Clause */
#include "drivers/w1/w1_text.h"

#include <stdbool.h>
#include <string.h>

#define SCRATCHPAD_BYTES 9
#define MILLI_DIGITS     7

struct cursor {
	const char *at, *end;
};

static bool
take(struct cursor *cursor, const char *literal)
{
	size_t len = strlen(literal);

	if ((size_t)(cursor->end - cursor->at) < len || memcmp(cursor->at, literal, len) != 0)
		return false;
	cursor->at += len;
	return true;
}

static bool
take_hex_byte(struct cursor *cursor, unsigned *ret_byte)
{
	static const char digits[] = "0123456789abcdef";
	unsigned byte = 0;

	if (cursor->end - cursor->at < 2)
		return false;
	for (int i = 0; i < 2; i++) {
		const char *digit = memchr(digits, cursor->at[i], sizeof(digits) - 1);

		if (digit == NULL)
			return false;
		byte = byte << 4 | (unsigned)(digit - digits);
	}
	cursor->at += 2;
	*ret_byte = byte;
	return true;
}

/* "72 01 4b 46 7f ff 0e 10 57 " */
static bool
take_scratchpad(struct cursor *cursor, bool *ret_is_blank)
{
	unsigned any = 0;

	for (int i = 0; i < SCRATCHPAD_BYTES; i++) {
		unsigned byte;

		if (!take_hex_byte(cursor, &byte) || !take(cursor, " "))
			return false;
		any |= byte;
	}
	*ret_is_blank = any == 0;
	return true;
}

/* "-62\n", and nothing behind it. */
static bool
take_last_number(struct cursor *cursor, int32_t *ret_number)
{
	bool is_negative = take(cursor, "-");
	int32_t number = 0;
	int digits = 0;

	while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9') {
		if (++digits > MILLI_DIGITS)
			return false;
		number = number * 10 + (*cursor->at++ - '0');
	}
	if (digits == 0 || !take(cursor, "\n") || cursor->at != cursor->end)
		return false;
	*ret_number = is_negative ? -number : number;
	return true;
}

enum w1_verdict
w1_text_slave(const char *text, size_t len, int32_t *ret_milli)
{
	struct cursor cursor = { text, text + len };
	bool is_blank, is_old_blank;
	unsigned crc;

	if (len == 0)
		return W1_EMPTY;
	if (!take_scratchpad(&cursor, &is_blank) || !take(&cursor, ": crc=") ||
	    !take_hex_byte(&cursor, &crc) || !take(&cursor, " "))
		return W1_GARBAGE;
	if (take(&cursor, "NO\n"))
		return W1_BAD_CRC;
	if (is_blank || !take(&cursor, "YES\n") || !take_scratchpad(&cursor, &is_old_blank) ||
	    !take(&cursor, "t=") || !take_last_number(&cursor, ret_milli))
		return W1_GARBAGE;
	return W1_VALUE;
}

enum w1_verdict
w1_text_temperature(const char *text, size_t len, int32_t *ret_milli)
{
	struct cursor cursor = { text, text + len };

	if (len == 0)
		return W1_EMPTY;
	return take_last_number(&cursor, ret_milli) ? W1_VALUE : W1_GARBAGE;
}
