/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_ROM_H
#define CORE_ROM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The ROM id of a 1-Wire device: its family and its serial number, without the checksum.  As a
 * number: the family above the twelve digits of the serial number as they are written.  The kernel
 * and OWFS write the bytes of the latter in opposite order, so a number means one device in one
 * form only.
 */
enum rom_form {
	ROM_KERNEL, /* 28-000005e2fdc3 */
	ROM_OWFS,   /* 28.C3FDE2050000 */
};

#define ROM_LEN        15
#define ROM_FAMILY_BIT 48

static inline unsigned
rom_family(uint64_t rom)
{
	return (unsigned)(rom >> ROM_FAMILY_BIT) & 0xff;
}

/* `len` bytes, all of them; digits in either case. */
bool rom_parse(const char *text, size_t len, enum rom_form form, uint64_t *ret_rom);

/* Needs ROM_LEN + 1 bytes. */
void rom_format(uint64_t rom, enum rom_form form, char *to, size_t size);

#endif
