/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/smtp_reply.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

#define CODE_LEN       3
#define MECHANISM_MAX  20 /* RFC 4422 §3.1 */
#define MECHANISM_SIZE (MECHANISM_MAX + 1)

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

void
smtp_reader_reset(struct smtp_reader *reader)
{
	reader->code = 0;
	reader->is_done = false;
	reader->size = reader->line_at = reader->length = 0;
	reader->text[0] = '\0';
}

/* The code at the start of a line; 0: none. */
static int
line_code(const char *line, size_t len)
{
	int code;

	if (len < CODE_LEN || !is_digit(line[0]) || !is_digit(line[1]) || !is_digit(line[2]))
		return 0;
	code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
	return code >= 200 && code <= 599 ? code : 0;
}

/* A whole line, without its end, lies at line_at: its code goes, its text stays. */
static enum smtp_read
line_end(struct smtp_reader *reader)
{
	char *line = reader->text + reader->line_at;
	size_t len = reader->length - reader->line_at, skip;
	int code;
	bool is_last;

	if (len > 0 && line[len - 1] == '\r')
		len--;
	code = line_code(line, len);
	if (code == 0 || (reader->code != 0 && reader->code != code))
		return SMTP_READ_GARBAGE;
	if (len > CODE_LEN && line[CODE_LEN] != ' ' && line[CODE_LEN] != '-')
		return SMTP_READ_GARBAGE;
	reader->code = code;
	is_last = len == CODE_LEN || line[CODE_LEN] == ' ';
	skip = len > CODE_LEN ? CODE_LEN + 1 : CODE_LEN;
	memmove(line, line + skip, len - skip);
	reader->length = reader->line_at + len - skip;
	if (!is_last)
		reader->text[reader->length++] = '\n';
	reader->text[reader->length] = '\0';
	reader->line_at = reader->length;
	return is_last ? SMTP_READ_WHOLE : SMTP_READ_MORE;
}

static enum smtp_read
take_byte(struct smtp_reader *reader, char byte)
{
	reader->size++;
	if (byte == '\0' || reader->size > SMTP_REPLY_MAX)
		return SMTP_READ_GARBAGE;
	if (byte == '\n')
		return line_end(reader);
	if (reader->length - reader->line_at == SMTP_LINE_MAX - 1)
		return SMTP_READ_GARBAGE; /* no room for its end */
	reader->text[reader->length++] = byte;
	return SMTP_READ_MORE;
}

enum smtp_read
smtp_reader_put(struct smtp_reader *reader, const char *bytes, size_t len, size_t *ret_used)
{
	enum smtp_read read = SMTP_READ_MORE;
	size_t used = 0;

	if (reader->is_done)
		smtp_reader_reset(reader);
	while (used < len && read == SMTP_READ_MORE)
		read = take_byte(reader, bytes[used++]);
	reader->is_done = read != SMTP_READ_MORE;
	*ret_used = used;
	return read;
}

/* One to three digits; what follows them, or NULL. */
static const char *
skip_number(const char *at)
{
	size_t digits = 0;

	while (digits < 4 && is_digit(at[digits]))
		digits++;
	return digits > 0 && digits < 4 ? at + digits : NULL;
}

/* The length of the enhanced code of `class` at the start of a line; 0: none (RFC 2034 §4). */
static size_t
enhanced_length(const char *line, int class)
{
	const char *at = line;

	if (at[0] != '0' + class || (class != 2 && class != 4 && class != 5) || at[1] != '.')
		return 0;
	at = skip_number(at + 2);
	if (at == NULL || *at != '.')
		return 0;
	at = skip_number(at + 1);
	if (at == NULL || (*at != ' ' && *at != '\n' && *at != '\0'))
		return 0;
	return (size_t)(at - line);
}

void
smtp_reply_read(const struct smtp_reader *reader, struct smtp_reply *ret_reply)
{
	char words[4 * SMTP_TEXT_SIZE];
	const char *line = reader->text;
	size_t enhanced = enhanced_length(line, reader->code / 100), length = 0;

	ret_reply->code = reader->code;
	snprintf(ret_reply->enhanced, sizeof(ret_reply->enhanced), "%.*s", (int)enhanced, line);
	while (length < sizeof(words)) {
		size_t len = strcspn(line, "\n"), skip = 0, room = sizeof(words) - length;

		if (enhanced_length(line, reader->code / 100) == enhanced &&
		    strncmp(line, ret_reply->enhanced, enhanced) == 0)
			skip = enhanced; /* it stands in each line */
		memcpy(words + length, line + skip, len - skip < room ? len - skip : room);
		length += len - skip < room ? len - skip : room;
		line += len;
		if (*line == '\0')
			break;
		if (length < sizeof(words))
			words[length++] = *line++;
	}
	text_clean(words, length, ret_reply->text, sizeof(ret_reply->text));
}

/* The word at `*at`, in upper case, if it is a name and fits; moves behind it and its blanks. */
static bool
take_word(const char **at, const char *ends, char *to, size_t size)
{
	size_t len = strcspn(*at, ends);
	bool is_name = len > 0 && len < size;

	for (size_t i = 0; is_name && i < len; i++) {
		to[i] = upper((*at)[i]);
		is_name = (to[i] >= 'A' && to[i] <= 'Z') || is_digit(to[i]) ||
		          strchr("-_", to[i]) != NULL;
	}
	to[is_name ? len : 0] = '\0';
	*at += len;
	*at += strspn(*at, " \t");
	return is_name;
}

static void
add_mechanisms(const char *at, struct smtp_offer *offer)
{
	size_t length = strlen(offer->mechanisms);
	char name[MECHANISM_SIZE];
	struct strbuf list;

	strbuf_init(&list, offer->mechanisms + length, sizeof(offer->mechanisms) - length);
	while (*at != '\0' && *at != '\n') {
		if (!take_word(&at, " \t\n", name, sizeof(name)) || smtp_offer_has(offer, name))
			continue;
		if (list.size - list.length < strlen(name) + 2)
			return; /* a name is there as a whole, or not */
		strbuf_add(&list, "%s%s", offer->mechanisms[0] != '\0' ? " " : "", name);
	}
}

static uint32_t
parameter(const char *at)
{
	uint32_t number = 0;

	for (; is_digit(*at); at++)
		number = number > (UINT32_MAX - 9) / 10 ? UINT32_MAX
		                                        : number * 10 + (uint32_t)(*at - '0');
	return number;
}

static void
offer_line(const char *at, struct smtp_offer *offer)
{
	char word[MECHANISM_SIZE];

	if (!take_word(&at, " \t\n=", word, sizeof(word)))
		return;
	if (*at == '=') /* "AUTH=LOGIN", as before RFC 2554 */
		at++;
	if (strcmp(word, "AUTH") == 0) {
		offer->has_auth = true;
		add_mechanisms(at, offer);
	} else if (strcmp(word, "SIZE") == 0) {
		offer->has_size = true;
		offer->size_max = parameter(at);
	} else if (strcmp(word, "DELIVERBY") == 0) {
		offer->has_deliverby = true;
		offer->by_min_s = parameter(at);
	}
	offer->has_starttls |= strcmp(word, "STARTTLS") == 0;
	offer->has_dsn |= strcmp(word, "DSN") == 0;
	offer->has_8bitmime |= strcmp(word, "8BITMIME") == 0;
}

void
smtp_offer_read(const struct smtp_reader *reader, struct smtp_offer *ret_offer)
{
	const char *line = strchr(reader->text, '\n'); /* the first line is a greeting */

	*ret_offer = (struct smtp_offer){ 0 };
	for (; line != NULL; line = strchr(line, '\n'))
		offer_line(++line, ret_offer);
}

bool
smtp_offer_has(const struct smtp_offer *offer, const char *mechanism)
{
	size_t len = strlen(mechanism);
	const char *at = offer->mechanisms;

	for (;;) {
		size_t word = strcspn(at, " ");

		if (word == len && strncmp(at, mechanism, len) == 0)
			return len > 0;
		if (at[word] == '\0')
			return false;
		at += word + 1;
	}
}

void
smtp_offer_write(const struct smtp_offer *offer, struct strbuf *to)
{
	if (offer->has_size)
		strbuf_add(to, "250-SIZE %u\r\n", (unsigned)offer->size_max);
	if (offer->has_dsn)
		strbuf_add(to, "250-DSN\r\n");
	if (offer->has_8bitmime)
		strbuf_add(to, "250-8BITMIME\r\n");
	strbuf_add(to, "250 OK\r\n");
}
