/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel may write about a 1-Wire probe, and names of probes. */
#include <string.h>
#include <strings.h>

#include "core/ds18x20.h"
#include "core/rom.h"
#include "drivers/w1/w1_text.h"
#include "tests/fuzz/fuzz.h"

const struct fuzz_target fuzz_target = { "w1", 200000 };

#define UNTOUCHED 12345678 /* more than seven digits */

typedef enum w1_verdict parse_fn(const char *text, size_t len, int32_t *ret_milli);

/* What was cut short is no value. */
static void
try_parts(parse_fn *parse, const char *text, size_t size)
{
	int32_t ignored;

	for (size_t len = 0; len < size; len++)
		MUST(parse(text, len, &ignored) != W1_VALUE);
}

static void
try_value(parse_fn *parse, const char *text, size_t size)
{
	struct ds18x20 probe = { .unit = 1 };
	int32_t milli = UNTOUCHED;

	switch (parse(text, size, &milli)) {
	case W1_VALUE:
		MUST(text[size - 1] == '\n');
		MUST(milli > -10000000 && milli < 10000000);
		try_parts(parse, text, size);
		ds18x20_judge(&probe, milli);
		MUST(ds18x20_judge(&probe, milli) != FAULT_NONE || probe.last_milli == milli);
		break;
	case W1_EMPTY:
		MUST(size == 0);
		break;
	case W1_BAD_CRC:
	case W1_GARBAGE:
		MUST(milli == UNTOUCHED);
		break;
	case W1_GONE:
		MUST(false);
	}
}

static void
try_rom(const char *text, size_t size, enum rom_form form)
{
	char again[ROM_LEN + 1];
	uint64_t rom, same;

	if (!rom_parse(text, size, form, &rom))
		return;
	MUST(size == ROM_LEN && rom >> 56 == 0);
	rom_format(rom, form, again, sizeof(again));
	MUST(strncasecmp(again, text, ROM_LEN) == 0);
	MUST(rom_parse(again, ROM_LEN, form, &same) && same == rom);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	try_value(w1_text_slave, text, size);
	try_value(w1_text_temperature, text, size);
	try_rom(text, size, ROM_KERNEL);
	try_rom(text, size, ROM_OWFS);
	return 0;
}
