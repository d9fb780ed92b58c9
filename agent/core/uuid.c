/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/uuid.h"

#include <errno.h>
#include <string.h>

#include "core/sha1.h"

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
uuid_parse(const char *text, unsigned char ret_uuid[UUID_OCTETS])
{
	unsigned char uuid[UUID_OCTETS];

	for (size_t i = 0; i < UUID_OCTETS; i++) {
		int high, low;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
			return -EINVAL;
		high = digit(text[0]);
		low = high < 0 ? -1 : digit(text[1]);
		if (low < 0)
			return -EINVAL;
		uuid[i] = (unsigned char)(high << 4 | low);
		text += 2;
	}
	if (*text != '\0')
		return -EINVAL;
	memcpy(ret_uuid, uuid, sizeof(uuid));
	return 0;
}

void
uuid_of_name(
    const unsigned char space[UUID_OCTETS], const char *name, unsigned char ret_uuid[UUID_OCTETS])
{
	unsigned char digest[SHA1_OCTETS];
	struct sha1 sha1;

	sha1_init(&sha1);
	sha1_add(&sha1, space, UUID_OCTETS);
	sha1_add(&sha1, name, strlen(name));
	sha1_end(&sha1, digest);
	memcpy(ret_uuid, digest, UUID_OCTETS);
	ret_uuid[6] = (unsigned char)(0x50 | (digest[6] & 0x0f));
	ret_uuid[8] = (unsigned char)(0x80 | (digest[8] & 0x3f));
}
