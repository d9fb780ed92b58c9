/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A path, an address or a reply in it may hold what would break the line. */
static void
make_one_line(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

int
err_set(struct err *err, int code, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return code;
	err->code = code;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	make_one_line(err->text);
	return code;
}

void
err_prefix(struct err *err, const char *format, ...)
{
	char rest[sizeof(err->text)];
	va_list args;
	size_t used;

	if (err == NULL)
		return;
	memcpy(rest, err->text, sizeof(rest));
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	make_one_line(err->text);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, "%s", rest);
}
