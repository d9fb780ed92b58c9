/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/sha1.h"

#include <string.h>

#define LENGTH_AT (SHA1_BLOCK - 8) /* of the last block: the length in bits */

void
sha1_init(struct sha1 *sha1)
{
	static const uint32_t begin[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
		0xc3d2e1f0 };

	memcpy(sha1->state, begin, sizeof(begin));
	sha1->length = 0;
}

static uint32_t
rotate(uint32_t word, unsigned by)
{
	return word << by | word >> (32 - by);
}

/* RFC 3174 §5: the functions f(t) and the constants K(t). */
static uint32_t
mix(unsigned t, uint32_t b, uint32_t c, uint32_t d)
{
	if (t < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (t < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (t < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void
take_block(struct sha1 *sha1)
{
	uint32_t words[80], v[5];

	for (unsigned t = 0; t < 16; t++) {
		const unsigned char *at = &sha1->block[4 * t];

		words[t] =
		    (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	}
	for (unsigned t = 16; t < 80; t++)
		words[t] = rotate(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1);
	memcpy(v, sha1->state, sizeof(v));
	for (unsigned t = 0; t < 80; t++) {
		uint32_t next = rotate(v[0], 5) + mix(t, v[1], v[2], v[3]) + v[4] + words[t];

		v[4] = v[3];
		v[3] = v[2];
		v[2] = rotate(v[1], 30);
		v[1] = v[0];
		v[0] = next;
	}
	for (unsigned i = 0; i < 5; i++)
		sha1->state[i] += v[i];
}

void
sha1_add(struct sha1 *sha1, const void *data, size_t length)
{
	const unsigned char *octets = data;

	for (size_t i = 0; i < length; i++) {
		sha1->block[sha1->length++ % SHA1_BLOCK] = octets[i];
		if (sha1->length % SHA1_BLOCK == 0)
			take_block(sha1);
	}
}

void
sha1_end(struct sha1 *sha1, unsigned char ret_digest[SHA1_OCTETS])
{
	uint64_t bits = sha1->length * 8;
	unsigned char length[8];

	sha1_add(sha1, "\x80", 1);
	while (sha1->length % SHA1_BLOCK != LENGTH_AT)
		sha1_add(sha1, "\0", 1);
	for (unsigned i = 0; i < 8; i++)
		length[i] = (unsigned char)(bits >> (56 - 8 * i));
	sha1_add(sha1, length, sizeof(length));
	for (unsigned i = 0; i < SHA1_OCTETS; i++)
		ret_digest[i] = (unsigned char)(sha1->state[i / 4] >> (24 - 8 * (i % 4)));
}
