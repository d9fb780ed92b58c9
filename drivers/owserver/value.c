/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "core/text.h"
#include "drivers/owserver/owserver_driver.h"

/* How printf writes what is no number, without its sign. */
static const char *const no_numbers[] = { "NAN", "nan", "INF", "inf" };

static bool
is_filler(uint8_t byte)
{
	return byte == ' ' || byte == '\0';
}

static bool
is_no_number(const char *text)
{
	if (*text == '-')
		text++;
	for (size_t i = 0; i < sizeof(no_numbers) / sizeof(no_numbers[0]); i++)
		if (strcmp(no_numbers[i], text) == 0)
			return true;
	return false;
}

struct reading
ow_value_parse(const uint8_t *data, size_t size)
{
	char text[OW_VALUE_MAX + 1];
	struct raw raw = { .kind = RAW_REAL };
	int32_t milli;

	for (; size > 0 && is_filler(data[size - 1]); size--)
		;
	for (; size > 0 && *data == ' '; size--)
		data++;
	if (size >= sizeof(text) || memchr(data, '\0', size) != NULL)
		return reading_bad(FAULT_BAD_REPLY);
	memcpy(text, data, size);
	text[size] = '\0';
	if (text_parse_fixed(text, 3, &milli) == 0)
		return reading_good((struct raw){ .kind = RAW_MILLI, .i = milli });
	if (text_parse_real(text, &raw.d) == 0)
		return reading_good(raw);
	return reading_bad(is_no_number(text) ? FAULT_IMPLAUSIBLE : FAULT_BAD_REPLY);
}
