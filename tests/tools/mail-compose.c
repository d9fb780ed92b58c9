/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mail-compose: writes the mail that standard input describes to standard output, so that another
 * parser can be held against core/message.  Lines "KEY VALUE" with the keys from, to (once or
 * more), date (milliseconds), east (minutes), id, references, subject; behind an empty line the
 * body.  In a value \n and \r stand for themselves as octets, and \xHH for any octet but NUL.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/message.h"

#define INPUT_MAX 65536
#define TO_MAX    16

static int
hex(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = digit != '\0' ? strchr(digits, digit) : NULL;

	return at != NULL ? (int)(at - digits) : 0;
}

static void
unescape(char *text)
{
	char *to = text;

	while (*text != '\0') {
		if (text[0] != '\\' || text[1] == '\0') {
			*to++ = *text++;
		} else if (text[1] == 'x' && text[2] != '\0' && text[3] != '\0') {
			*to++ = (char)(hex(text[2]) * 16 + hex(text[3]));
			text += 4;
		} else {
			*to++ = text[1] == 'n' ? '\n' : text[1] == 'r' ? '\r' : text[1];
			text += 2;
		}
	}
	*to = '\0';
}

static bool
take(struct message *message, const char **to, const char *key, char *value)
{
	const struct {
		const char *key;
		const char **text;
	} texts[] = {
		{ "from", &message->from },
		{ "id", &message->id },
		{ "references", &message->references },
		{ "subject", &message->subject },
	};

	unescape(value);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(key, texts[i].key) != 0)
			continue;
		*texts[i].text = value;
		return true;
	}
	if (strcmp(key, "to") == 0 && message->to_count < TO_MAX)
		to[message->to_count++] = value;
	else if (strcmp(key, "date") == 0)
		message->date_wall_ms = strtoll(value, NULL, 10);
	else if (strcmp(key, "east") == 0)
		message->date_east_min = (int)strtol(value, NULL, 10);
	else
		return false;
	return true;
}

int
main(void)
{
	static char input[INPUT_MAX + 1], output[4 * INPUT_MAX];
	const char *to[TO_MAX];
	struct message message = { .to = to, .from = "", .id = "", .subject = "", .body = "" };
	size_t length = fread(input, 1, INPUT_MAX, stdin);
	char *line = input, *end;
	int written;

	input[length] = '\0';
	for (; (end = strchr(line, '\n')) != NULL && end != line; line = end + 1) {
		char *value = memchr(line, ' ', (size_t)(end - line));

		*end = '\0';
		if (value == NULL)
			value = end;
		else
			*value++ = '\0';
		if (!take(&message, to, line, value)) {
			fprintf(stderr, "mail-compose: what is \"%s\"?\n", line);
			return 2;
		}
	}
	if (*line == '\n') {
		unescape(line + 1);
		message.body = line + 1;
	}
	if (message.to_count == 0) {
		fprintf(stderr, "mail-compose: to whom?\n");
		return 2;
	}
	written = message_write(&message, output, sizeof(output));
	if (written < 0 || fwrite(output, 1, (size_t)written, stdout) != (size_t)written)
		return 1;
	return 0;
}
