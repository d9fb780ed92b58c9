/* SPDX-License-Identifier: BSD-2-Clause */
#include "smtp/body.h"

/* The end of a line at the start of `from`: its bytes, 0: there is none. */
static size_t
line_end(const char *from, size_t len)
{
	if (from[0] == '\r')
		return len > 1 && from[1] == '\n' ? 2 : 1;
	return from[0] == '\n';
}

/* Both in one, so that they cannot differ; `to` may be NULL. */
static size_t
convert(const char *from, size_t len, char *to)
{
	size_t length = 0, at = 0, end = 0;

	while (at < len) {
		end = line_end(from + at, len - at);
		if (to != NULL)
			to[length] = end > 0 ? '\r' : from[at] == '\0' ? '?' : from[at];
		if (to != NULL && end > 0)
			to[length + 1] = '\n';
		length += end > 0 ? 2 : 1;
		at += end > 0 ? end : 1;
	}
	if (len > 0 && end == 0) {
		if (to != NULL) {
			to[length] = '\r';
			to[length + 1] = '\n';
		}
		length += 2;
	}
	return length;
}

size_t
body_length(const char *from, size_t len)
{
	return convert(from, len, NULL);
}

void
body_write(const char *from, size_t len, char *to)
{
	convert(from, len, to);
}
