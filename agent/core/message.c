/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/message.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/date.h"
#include "core/strbuf.h"
#include "core/text.h"

#define LINE_MAX_OCTETS 76 /* RFC 2045 §6.7; CRLF comes on top */
#define WORD_MAX_OCTETS 75 /* RFC 2047 §2 */
#define WORD_BEGIN      "=?UTF-8?Q?"
#define WORD_END        "?="
#define CHARACTER_MAX   4

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* ---- characters ---- */

/* The next character of the text, which moves on; a header's has no controls, a body's only LF. */
static const char *
next_character(const char **text, bool is_body, size_t *ret_length)
{
	const char *at = *text;
	size_t room = strnlen(at, CHARACTER_MAX);

	for (size_t length = 1; length <= room; length++) {
		if (!text_is_clean(at, length))
			continue;
		*text = at + length;
		*ret_length = length;
		return at;
	}
	*text = at + 1;
	*ret_length = 1;
	if (*at == '\n' && is_body)
		return "\n";
	if ((unsigned char)*at < ' ' || *at == 0x7f)
		return " ";
	*ret_length = sizeof(replacement) - 1;
	return replacement;
}

static void
add_octet_encoded(struct strbuf *out, char octet)
{
	strbuf_add(out, "=%02X", (unsigned)(unsigned char)octet);
}

/* ---- headers ---- */

/* It can stand as it is, on lines that are not too long. */
static bool
is_plain_phrase(const char *text)
{
	size_t word = 0;

	if (strstr(text, "=?") != NULL || text[0] == ' ')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~' || (*text == ' ' && text[1] == ' ') ||
		    (*text == ' ' && text[1] == '\0'))
			return false;
		word = *text == ' ' ? 0 : word + 1;
		if (word > LINE_MAX_OCTETS / 2)
			return false;
	}
	return true;
}

static void
add_plain_phrase(struct strbuf *out, size_t column, const char *text)
{
	while (*text != '\0') {
		size_t word = strcspn(text + 1, " ") + 1; /* with the blank before it */

		if (column + word > LINE_MAX_OCTETS && *text == ' ') {
			strbuf_add(out, "\r\n");
			column = 0;
		}
		strbuf_add(out, "%.*s", (int)word, text);
		column += word;
		text += word;
	}
}

/* In an encoded word, also where a phrase may stand (RFC 2047 §5 (3)). */
static bool
is_literal(char octet)
{
	return (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'Z') ||
	       (octet >= 'a' && octet <= 'z') || strchr("!*+-/", octet) != NULL;
}

static size_t
encoded_length(const char *character, size_t length)
{
	return length == 1 && (is_literal(*character) || *character == ' ') ? 1 : 3 * length;
}

static void
add_encoded_character(struct strbuf *out, const char *character, size_t length)
{
	if (length == 1 && is_literal(*character))
		strbuf_add(out, "%c", *character);
	else if (length == 1 && *character == ' ')
		strbuf_add(out, "_");
	else
		for (size_t i = 0; i < length; i++)
			add_octet_encoded(out, character[i]);
}

/* A character is never spread over two words. */
static void
add_encoded_phrase(struct strbuf *out, size_t column, const char *text)
{
	size_t used = column + strlen(WORD_BEGIN);

	strbuf_add(out, WORD_BEGIN);
	while (*text != '\0') {
		size_t length, wanted;
		const char *character = next_character(&text, false, &length);

		wanted = encoded_length(character, length);
		if (used + wanted + strlen(WORD_END) > WORD_MAX_OCTETS) {
			strbuf_add(out, WORD_END "\r\n " WORD_BEGIN);
			used = 1 + strlen(WORD_BEGIN);
		}
		add_encoded_character(out, character, length);
		used += wanted;
	}
	strbuf_add(out, WORD_END);
}

static void
add_subject(struct strbuf *out, const char *subject)
{
	static const char name[] = "Subject: ";

	strbuf_add(out, "%s", name);
	if (is_plain_phrase(subject))
		add_plain_phrase(out, strlen(name), subject);
	else
		add_encoded_phrase(out, strlen(name), subject);
	strbuf_add(out, "\r\n");
}

/* RFC 5322 §3.3 */
static void
add_date(struct strbuf *out, const struct message *message)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec" };
	int east = message->date_east_min, distance = east < 0 ? -east : east;
	struct date date = date_of(message->date_wall_ms / 1000 + (int64_t)east * 60);

	strbuf_add(out, "Date: %s, %d %s %lld %02d:%02d:%02d %c%02d%02d\r\n", days[date.weekday],
	    date.day, months[date.month - 1], (long long)date.year, date.hour, date.minute,
	    date.second, east < 0 ? '-' : '+', distance / 60 % 100, distance % 60);
}

static void
add_recipients(struct strbuf *out, const struct message *message)
{
	strbuf_add(out, "To: %s", message->to[0]);
	for (size_t i = 1; i < message->to_count; i++)
		strbuf_add(out, ",\r\n %s", message->to[i]);
	strbuf_add(out, "\r\n");
}

static void
add_headers(struct strbuf *out, const struct message *message)
{
	add_date(out, message);
	strbuf_add(out, "From: %s\r\n", message->from);
	add_recipients(out, message);
	add_subject(out, message->subject);
	strbuf_add(out, "Message-ID: <%s>\r\n", message->id);
	if (message->references != NULL)
		strbuf_add(out, "In-Reply-To: <%s>\r\nReferences: <%s>\r\n", message->references,
		    message->references);
	strbuf_add(out, "Auto-Submitted: auto-generated\r\n"
			"MIME-Version: 1.0\r\n"
			"Content-Type: text/plain; charset=utf-8\r\n"
			"Content-Transfer-Encoding: quoted-printable\r\n"
			"\r\n");
}

/* ---- the body ---- */

/* A blank at the end of a line would be lost on the way. */
static bool
stands_for_itself(char octet, char next)
{
	if (octet == ' ')
		return next != '\n' && next != '\0';
	return octet > ' ' && octet <= '~' && octet != '=';
}

static void
add_body(struct strbuf *out, const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t length, wanted;
		const char *character = next_character(&text, true, &length);
		bool is_itself = length == 1 && stands_for_itself(*character, *text);

		if (*character == '\n') {
			strbuf_add(out, "\r\n");
			column = 0;
			continue;
		}
		wanted = is_itself ? 1 : 3 * length;
		if (column + wanted > LINE_MAX_OCTETS - 1) { /* room for the soft break */
			strbuf_add(out, "=\r\n");
			column = 0;
		}
		column += wanted;
		if (is_itself)
			strbuf_add(out, "%c", *character);
		for (size_t i = 0; i < length && !is_itself; i++)
			add_octet_encoded(out, character[i]);
	}
	if (column > 0)
		strbuf_add(out, "\r\n");
}

int
message_write(const struct message *message, char *to, size_t size)
{
	struct strbuf out;

	strbuf_init(&out, to, size);
	add_headers(&out, message);
	add_body(&out, message->body);
	return strbuf_is_cut(&out) ? -ENOSPC : (int)out.length;
}
