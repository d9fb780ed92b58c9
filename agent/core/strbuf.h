/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_STRBUF_H
#define CORE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Builds a text piece by piece in a buffer of the caller, who owns it and keeps it alive.  The text
 * always ends with NUL.  What does not fit is cut between two UTF-8 characters, and nothing is
 * added after a cut: a text is short, never with a hole.
 */
struct strbuf {
	char *text;
	size_t size;   /* of the buffer */
	size_t length; /* of the text */
	bool is_cut;
};

/* The empty text in `buffer` of `size` bytes; a size of 0 holds nothing at all. */
void strbuf_init(struct strbuf *strbuf, char *buffer, size_t size);

void
strbuf_add(struct strbuf *strbuf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Something did not fit. */
bool strbuf_is_cut(const struct strbuf *strbuf);

#endif
