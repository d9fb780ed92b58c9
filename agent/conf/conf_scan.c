/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf_scan.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/text.h"

struct scan {
	char *at, *end;
	unsigned line;
	unsigned depth, open_line; /* of braces; the line of the outermost */
	struct err *err;
};

static int
refuse_bytes(const char *text, size_t length, struct err *err)
{
	if (memchr(text, '\0', length) != NULL)
		return err_set(err, -EINVAL, "a NUL byte: want text in UTF-8");
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return err_set(err, -EINVAL,
			    "a control character (byte 0x%02x): want text in UTF-8",
			    (unsigned char)text[i]);
	return err_set(err, -EINVAL, "bytes that are not UTF-8: want text in UTF-8");
}

/* Bytes, line by line; tabs and carriage returns are blanks. */
static int
check_bytes(const char *text, size_t length, unsigned *ret_line, struct err *err)
{
	const char *end = text + length;
	unsigned line = 1;

	while (text < end) {
		const char *stop = text;

		while (stop < end && *stop != '\n' && *stop != '\t' && *stop != '\r')
			stop++;
		if (!text_is_clean(text, (size_t)(stop - text))) {
			*ret_line = line;
			return refuse_bytes(text, (size_t)(stop - text), err);
		}
		if (stop < end && *stop == '\n')
			line++;
		text = stop + 1;
	}
	return 0;
}

static char
next(const struct scan *scan)
{
	return scan->at + 1 < scan->end ? scan->at[1] : '\0';
}

/* "\0" and "\x0": a NUL that would cut the string; the rest libConfuse reads. */
static bool
is_nul_escape(const char *at)
{
	size_t digits;

	if (at[1] == 'x') {
		digits = strspn(at + 2, "0");
		return digits > 0 && (digits > 1 || at[3] == '\0' ||
					 strchr("123456789abcdefABCDEF", at[3]) == NULL);
	}
	digits = strspn(at + 1, "0");
	return digits > 0 &&
	       (digits > 2 || at[1 + digits] == '\0' || strchr("1234567", at[1 + digits]) == NULL);
}

static int
refuse_dollar(struct scan *scan)
{
	return err_set(
	    scan->err, -EINVAL, "${...} is not replaced here: put text with ${ in single quotes");
}

/* Moves over a quoted string, to its closing quote. */
static int
scan_string(struct scan *scan)
{
	char quote = *scan->at;

	for (scan->at++; scan->at < scan->end && *scan->at != '\n'; scan->at++) {
		if (*scan->at == quote)
			return 0;
		if (quote == '"' && *scan->at == '$' && next(scan) == '{')
			return refuse_dollar(scan);
		if (*scan->at != '\\' || next(scan) == '\0' || next(scan) == '\n')
			continue;
		if (quote == '"' && is_nul_escape(scan->at))
			return err_set(
			    scan->err, -EINVAL, "an escaped NUL in a string: want text in UTF-8");
		scan->at++;
	}
	return err_set(
	    scan->err, -EINVAL, "a string that does not end on its line: want a closing %c", quote);
}

/* Blanks to the end of the line, which stays. */
static void
blank_line(struct scan *scan)
{
	while (scan->at < scan->end && *scan->at != '\n')
		*scan->at++ = ' ';
	scan->at--;
}

/* Blanks a C comment; its newlines stay. */
static int
blank_block(struct scan *scan)
{
	unsigned first_line = scan->line;

	scan->at[0] = scan->at[1] = ' ';
	for (scan->at += 2; scan->at < scan->end; scan->at++) {
		if (*scan->at == '*' && next(scan) == '/') {
			scan->at[0] = scan->at[1] = ' ';
			scan->at++;
			return 0;
		}
		if (*scan->at == '\n')
			scan->line++;
		else
			*scan->at = ' ';
	}
	scan->line = first_line;
	return err_set(scan->err, -EINVAL, "a comment that does not end: want a closing */");
}

/* One character outside quotes.  A slash opens a comment only where no word is under way, so that
 * tcp://host needs no quotes. */
static int
scan_plain(struct scan *scan, bool *in_word)
{
	bool was_in_word = *in_word;
	char c = *scan->at;

	*in_word = strchr(" \t\r\n={}(),\"'#", c) == NULL;
	switch (c) {
	case '\n':
		scan->line++;
		return 0;
	case '"':
	case '\'':
		return scan_string(scan);
	case '#':
		blank_line(scan);
		return 0;
	case '/':
		if (was_in_word || (next(scan) != '/' && next(scan) != '*'))
			return 0;
		*in_word = false;
		if (next(scan) == '*')
			return blank_block(scan);
		blank_line(scan);
		return 0;
	case '{':
		if (scan->depth++ == 0)
			scan->open_line = scan->line;
		return 0;
	case '}':
		if (scan->depth > 0) /* one too many: libConfuse says so */
			scan->depth--;
		return 0;
	case '$':
		return next(scan) == '{' ? refuse_dollar(scan) : 0;
	case '*':
	case '+':
		return err_set(
		    scan->err, -EINVAL, "'%c' outside quotes: put the text in quotes", c);
	}
	return 0;
}

int
conf_scan(char *text, size_t length, unsigned *ret_line, struct err *err)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	struct scan scan = { .at = text, .end = text + length, .line = 1, .err = err };
	bool in_word = false;
	int r;

	r = check_bytes(text, length, ret_line, err);
	if (r < 0)
		return r;
	if (strncmp(text, byte_order_mark, 3) == 0)
		memset(text, ' ', 3);
	for (; scan.at < scan.end; scan.at++) {
		r = scan_plain(&scan, &in_word);
		if (r < 0) {
			*ret_line = scan.line;
			return r;
		}
	}
	if (scan.depth == 0)
		return 0;
	*ret_line = scan.open_line;
	return err_set(err, -EINVAL, "a { that is not closed: want a closing }");
}
