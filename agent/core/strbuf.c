/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/strbuf.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/text.h"

void
strbuf_init(struct strbuf *strbuf, char *buffer, size_t size)
{
	*strbuf = (struct strbuf){ .text = buffer, .size = size };
	if (size > 0)
		buffer[0] = '\0';
}

void
strbuf_add(struct strbuf *strbuf, const char *format, ...)
{
	size_t room = strbuf->size - strbuf->length;
	char *end = strbuf->text + strbuf->length;
	va_list args;
	int wanted;

	if (strbuf->is_cut)
		return;
	va_start(args, format);
	wanted = vsnprintf(end, room, format, args);
	va_end(args);
	if (wanted >= 0 && (size_t)wanted < room) {
		strbuf->length += (size_t)wanted;
		return;
	}
	strbuf->is_cut = wanted != 0; /* nothing fits into no room */
	if (room == 0)
		return;
	if (wanted > 0)
		strbuf->length += text_whole(end, room - 1);
	strbuf->text[strbuf->length] = '\0';
}

bool
strbuf_is_cut(const struct strbuf *strbuf)
{
	return strbuf->is_cut;
}
