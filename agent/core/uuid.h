/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_UUID_H
#define CORE_UUID_H

#include <stddef.h>

/* Universally unique identifiers (RFC 4122), as 16 octets. */
#define UUID_OCTETS 16

/* The text form, 36 characters, hex digits of either case. 0 or -EINVAL, nothing written. */
int uuid_parse(const char *text, unsigned char ret_uuid[UUID_OCTETS]);

/* Version 5 (§4.3): always the same one for a name within a name space. */
void uuid_of_name(
    const unsigned char space[UUID_OCTETS], const char *name, unsigned char ret_uuid[UUID_OCTETS]);

#endif
