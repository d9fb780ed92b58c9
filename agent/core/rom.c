/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/rom.h"

#include <inttypes.h>
#include <stdio.h>

#define SEPARATOR_AT 2
#define SERIAL_MASK  ((UINT64_C(1) << ROM_FAMILY_BIT) - 1)

/* What it is worth, -1: no digit. */
static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
rom_parse(const char *text, size_t len, enum rom_form form, uint64_t *ret_rom)
{
	char separator = form == ROM_KERNEL ? '-' : '.';
	uint64_t rom = 0;

	if (len != ROM_LEN || text[SEPARATOR_AT] != separator)
		return false;
	for (size_t i = 0; i < len; i++) {
		int digit = hex_digit(text[i]);

		if (i == SEPARATOR_AT)
			continue;
		if (digit < 0)
			return false;
		rom = rom << 4 | (unsigned)digit;
	}
	*ret_rom = rom;
	return true;
}

void
rom_format(uint64_t rom, enum rom_form form, char *to, size_t size)
{
	switch (form) {
	case ROM_KERNEL:
		snprintf(to, size, "%02x-%012" PRIx64, rom_family(rom), rom & SERIAL_MASK);
		break;
	case ROM_OWFS:
		snprintf(to, size, "%02X.%012" PRIX64, rom_family(rom), rom & SERIAL_MASK);
		break;
	}
}
