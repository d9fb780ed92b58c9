/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SHA1_H
#define CORE_SHA1_H

#include <stddef.h>
#include <stdint.h>

/* SHA-1 (RFC 3174) for names, not for secrets. */
#define SHA1_OCTETS 20
#define SHA1_BLOCK  64

struct sha1 {
	uint32_t state[5];
	uint64_t length; /* octets so far */
	unsigned char block[SHA1_BLOCK];
};

void sha1_init(struct sha1 *sha1);
void sha1_add(struct sha1 *sha1, const void *data, size_t length);
void sha1_end(struct sha1 *sha1, unsigned char ret_digest[SHA1_OCTETS]);

#endif
