/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CODEC_H
#define CORE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "core/reading.h"

/*
 * From 16-bit registers to a number.  The order names the bytes of a 32-bit value as they arrive:
 * abcd big-endian, cdab words swapped, badc bytes swapped inside each word, dcba little-endian.
 * 64-bit values follow the same rule over four words.  A 16-bit value has no word order: abcd and
 * cdab are the same for it, badc and dcba swap its two bytes.
 */
enum codec_type {
	CODEC_BOOL, /* any bit set = 1 */
	CODEC_INT16,
	CODEC_UINT16,
	CODEC_INT32,
	CODEC_UINT32,
	CODEC_INT64,
	CODEC_UINT64,
	CODEC_FLOAT32, /* IEEE 754 */
	CODEC_FLOAT64,
};

enum codec_order {
	CODEC_ABCD,
	CODEC_CDAB,
	CODEC_BADC,
	CODEC_DCBA,
};

/* Names as in the file: "int16", "cdab".  0 or -EINVAL. `len` bytes of `text` count. */
int codec_type_parse(const char *text, size_t len, enum codec_type *ret_type);
int codec_order_parse(const char *text, size_t len, enum codec_order *ret_order);

/* Registers that the type takes: 1, 2 or 4. */
unsigned codec_words(enum codec_type type);

/* `words` are in host order, codec_words(type) of them. NaN and infinity pass: scale refuses
 * them. */
struct raw codec_decode(const uint16_t *words, enum codec_type type, enum codec_order order);

#endif
