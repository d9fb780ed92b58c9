/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "core/ds18x20.h"
#include "core/rom.h"
#include "drivers/owserver/owserver_driver.h"

/* Families with numbers to read: the property that a scan proposes, and others. */
static const struct family {
	unsigned family;
	const char *chip;
	const char *property;
	const char *more;
} families[] = {
	{ 0x05, "DS2405", "sensed", "PIO" },
	{ 0x12, "DS2406", "sensed.A", "sensed.B" },
	{ 0x1d, "DS2423", "counters.A", "counters.B" },
	{ 0x20, "DS2450", "volt.A", "volt.B, volt.C, volt.D" },
	{ 0x21, "DS1921", "temperature", NULL },
	{ 0x26, "DS2438", "temperature", "humidity, pressure of a module, VAD, VDD" },
	{ 0x29, "DS2408", "sensed.0", "sensed.1 to sensed.7, sensed.BYTE" },
	{ 0x30, "DS2760", "temperature", "volt" },
	{ 0x3a, "DS2413", "sensed.A", "sensed.B" },
	{ 0x41, "DS1922", "temperature", "humidity" },
	{ 0x7e, "EDS", "EDS0068/temperature", "other properties of its type" },
};

/* "/28.000028D70000/" or with a folder before it; "/settings/" is none. */
static bool
entry_parse(const char *at, size_t len, uint64_t *ret_rom)
{
	if (len > 0 && at[len - 1] == '/')
		len--;
	return len > ROM_LEN && at[len - ROM_LEN - 1] == '/' &&
	       rom_parse(at + len - ROM_LEN, ROM_LEN, ROM_OWFS, ret_rom);
}

bool
ow_directory_next(const char **at, const char *end, uint64_t *ret_rom)
{
	while (*at < end) {
		const char *entry = *at;
		const char *comma = memchr(entry, ',', (size_t)(end - entry));
		const char *stop = comma != NULL ? comma : end;

		*at = comma != NULL ? comma + 1 : end;
		while (stop > entry && stop[-1] == '\0') /* the list's own terminator */
			stop--;
		if (entry_parse(entry, (size_t)(stop - entry), ret_rom))
			return true;
	}
	return false;
}

void
ow_directory_describe(
    uint64_t rom, char address[static OW_ADDRESS_MAX], char *what, size_t what_size)
{
	const char *chip = ds18x20_chip(rom_family(rom));
	char id[ROM_LEN + 1];

	rom_format(rom, ROM_OWFS, id, sizeof(id));
	snprintf(address, OW_ADDRESS_MAX, "%s", id);
	if (chip != NULL) {
		snprintf(what, what_size, "%s", chip);
		return;
	}
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const struct family *family = &families[i];

		if (family->family != rom_family(rom))
			continue;
		snprintf(address, OW_ADDRESS_MAX, "%s/%s", id, family->property);
		snprintf(what, what_size, "%s%s%s", family->chip,
		    family->more != NULL ? "; also " : "",
		    family->more != NULL ? family->more : "");
		return;
	}
	snprintf(what, what_size, "family %02X", rom_family(rom));
}
