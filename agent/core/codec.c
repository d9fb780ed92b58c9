/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/codec.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name;
	unsigned words;
} types[] = {
	[CODEC_BOOL] = { "bool", 1 },
	[CODEC_INT16] = { "int16", 1 },
	[CODEC_UINT16] = { "uint16", 1 },
	[CODEC_INT32] = { "int32", 2 },
	[CODEC_UINT32] = { "uint32", 2 },
	[CODEC_INT64] = { "int64", 4 },
	[CODEC_UINT64] = { "uint64", 4 },
	[CODEC_FLOAT32] = { "float32", 2 },
	[CODEC_FLOAT64] = { "float64", 4 },
};

static const struct {
	const char *name;
	bool has_swapped_words, has_swapped_bytes;
} orders[] = {
	[CODEC_ABCD] = { "abcd", false, false },
	[CODEC_CDAB] = { "cdab", true, false },
	[CODEC_BADC] = { "badc", false, true },
	[CODEC_DCBA] = { "dcba", true, true },
};

static bool
is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

int
codec_type_parse(const char *text, size_t len, enum codec_type *ret_type)
{
	for (size_t i = 0; i < COUNT(types); i++) {
		if (is_word(text, len, types[i].name)) {
			*ret_type = (enum codec_type)i;
			return 0;
		}
	}
	return -EINVAL;
}

int
codec_order_parse(const char *text, size_t len, enum codec_order *ret_order)
{
	for (size_t i = 0; i < COUNT(orders); i++) {
		if (is_word(text, len, orders[i].name)) {
			*ret_order = (enum codec_order)i;
			return 0;
		}
	}
	return -EINVAL;
}

unsigned
codec_words(enum codec_type type)
{
	return types[type].words;
}

/* The bits of the value, most significant first, whatever their order on the wire. */
static uint64_t
gather(const uint16_t *words, unsigned count, enum codec_order order)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < count; i++) {
		uint16_t word = words[orders[order].has_swapped_words ? count - 1 - i : i];

		if (orders[order].has_swapped_bytes)
			word = (uint16_t)(word << 8 | word >> 8);
		bits = bits << 16 | word;
	}
	return bits;
}

static double
float32_value(uint32_t bits)
{
	float value;

	_Static_assert(sizeof(value) == sizeof(bits), "float is IEEE 754 binary32");
	memcpy(&value, &bits, sizeof(value));
	return (double)value;
}

static double
float64_value(uint64_t bits)
{
	double value;

	_Static_assert(sizeof(value) == sizeof(bits), "double is IEEE 754 binary64");
	memcpy(&value, &bits, sizeof(value));
	return value;
}

struct raw
codec_decode(const uint16_t *words, enum codec_type type, enum codec_order order)
{
	uint64_t bits = gather(words, types[type].words, order);

	switch (type) {
	case CODEC_BOOL:
		return (struct raw){ .kind = RAW_UINT, .u = bits != 0 };
	case CODEC_INT16:
		return (struct raw){ .kind = RAW_INT, .i = (int16_t)bits };
	case CODEC_INT32:
		return (struct raw){ .kind = RAW_INT, .i = (int32_t)bits };
	case CODEC_INT64:
		return (struct raw){ .kind = RAW_INT, .i = (int64_t)bits };
	case CODEC_UINT16:
	case CODEC_UINT32:
	case CODEC_UINT64:
		return (struct raw){ .kind = RAW_UINT, .u = bits };
	case CODEC_FLOAT32:
		return (struct raw){ .kind = RAW_REAL, .d = float32_value((uint32_t)bits) };
	case CODEC_FLOAT64:
		return (struct raw){ .kind = RAW_REAL, .d = float64_value(bits) };
	}
	return (struct raw){ .kind = RAW_UINT, .u = bits };
}
