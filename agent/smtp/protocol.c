/* SPDX-License-Identifier: BSD-2-Clause */
#include "smtp/protocol.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIELDS_MAX   17

enum kind { END, TEXT, NUMBER, SIGNED, FLAG, CHOICE };

struct field {
	enum kind kind;
	const char *name; /* "": the word without a name */
	size_t at, size;
	bool is_wanted;
	const char *(*name_of)(unsigned number); /* of a choice; NULL: no such */
};

struct verb {
	const char *name;
	struct field fields[FIELDS_MAX + 1];
};

const char *
relay_security_name(unsigned security)
{
	static const char *const names[] = { "tls", "starttls", "none" };

	return security >= 1 && security <= COUNT(names) ? names[security - 1] : NULL;
}

const char *
relay_auth_name(unsigned auth)
{
	static const char *const names[] = { "auto", "scram-sha-256", "plain", "login", "xoauth2" };

	return auth < COUNT(names) ? names[auth] : NULL;
}

static const char *
result_choice(unsigned result)
{
	return result < RESULT_COUNT ? result_name((enum result)result) : NULL;
}

static const char *
class_choice(unsigned class)
{
	static const char *const names[] = {
		[RESULT_DONE] = "done",
		[RESULT_TEMPORARY] = "temporary",
		[RESULT_CONFIGURATION] = "configuration",
		[RESULT_PERMANENT] = "permanent",
		[RESULT_IN_DOUBT] = "inDoubt",
	};

	return class < COUNT(names) ? names[class] : NULL;
}

static const char *
phase_choice(unsigned phase)
{
	return phase < SMTP_PHASE_COUNT ? smtp_phase_name((enum smtp_phase)phase) : NULL;
}

#define AT(member) offsetof(struct protocol_line, member)
#define FIELD(kind, name, member, is_wanted, name_of)                                              \
	{                                                                                          \
		kind, name, AT(member), sizeof(((struct protocol_line *)NULL)->member), is_wanted, \
		    name_of                                                                        \
	}
#define ID(member)                   FIELD(TEXT, "", member, true, NULL)
#define WANTED(kind, name, member)   FIELD(kind, name, member, true, NULL)
#define OPTIONAL(kind, name, member) FIELD(kind, name, member, false, NULL)
#define ONE_OF(name, member, names)  FIELD(CHOICE, name, member, false, names)
#define JUST(name, member, names)    FIELD(CHOICE, name, member, true, names)

#define VERDICT_FIELDS                                                                           \
	JUST("phase", report.phase, phase_choice), JUST("result", report.result, result_choice), \
	    JUST("class", report.class, class_choice), OPTIONAL(SIGNED, "code", report.code),    \
	    OPTIONAL(TEXT, "enhanced", report.enhanced), OPTIONAL(TEXT, "text", report.text),    \
	    OPTIONAL(NUMBER, "took-ms", report.took_ms)

static const struct verb verbs[] = {
	[PROTOCOL_RELAY] = { "relay",
	    {
		WANTED(TEXT, "host", relay.host),
		WANTED(NUMBER, "port", relay.port),
		ONE_OF("security", relay.security, relay_security_name),
		ONE_OF("auth", relay.auth, relay_auth_name),
		OPTIONAL(TEXT, "user", relay.user),
		OPTIONAL(TEXT, "secret", relay.secret),
		OPTIONAL(TEXT, "ca-file", relay.ca_file),
		OPTIONAL(TEXT, "helo", relay.helo),
		OPTIONAL(NUMBER, "connect-ms", relay.connect_ms),
		OPTIONAL(NUMBER, "command-ms", relay.command_ms),
		OPTIONAL(NUMBER, "data-ms", relay.data_ms),
		OPTIONAL(NUMBER, "block-ms", relay.block_ms),
		OPTIONAL(NUMBER, "dot-ms", relay.dot_ms),
		OPTIONAL(NUMBER, "mails", relay.mails),
		OPTIONAL(FLAG, "allow-insecure", relay.allow_insecure),
		OPTIONAL(FLAG, "clock-sure", relay.is_clock_sure),
	    } },
	[PROTOCOL_MESSAGE] = { "message",
	    {
		ID(mail.id),
		WANTED(TEXT, "from", mail.from),
		WANTED(NUMBER, "recipients", mail.recipients),
		WANTED(NUMBER, "size", mail.size),
		OPTIONAL(NUMBER, "by", mail.by_s),
	    } },
	[PROTOCOL_RECIPIENT] = { "recipient", { ID(recipient.address) } },
	[PROTOCOL_GO] = { "go", { ID(mark.id) } },
	[PROTOCOL_CONNECTED] = { "connected",
	    {
		OPTIONAL(TEXT, "address", connected.address),
		OPTIONAL(TEXT, "tls", connected.tls),
		OPTIONAL(TEXT, "cipher", connected.cipher),
		OPTIONAL(TEXT, "certificate", connected.certificate),
		OPTIONAL(FLAG, "has-days", connected.has_days),
		OPTIONAL(SIGNED, "days", connected.days),
		OPTIONAL(TEXT, "mechanisms", connected.mechanisms),
		OPTIONAL(TEXT, "auth", connected.auth),
		OPTIONAL(NUMBER, "took-ms", connected.took_ms),
	    } },
	[PROTOCOL_FAILED] = { "failed",
	    {
		VERDICT_FIELDS,
		OPTIONAL(FLAG, "has-days", report.has_days),
		OPTIONAL(SIGNED, "days", report.days),
	    } },
	[PROTOCOL_FINAL] = { "final", { ID(mark.id) } },
	[PROTOCOL_TOLD] = { "told",
	    { ID(report.id), OPTIONAL(NUMBER, "number", report.number), VERDICT_FIELDS } },
	[PROTOCOL_RESULT] = { "result", { ID(report.id), VERDICT_FIELDS } },
	[PROTOCOL_END] = { "end", { { .kind = END } } },
};
_Static_assert(COUNT(verbs) == PROTOCOL_VERB_COUNT, "each verb has its row");
_Static_assert(sizeof(enum relay_auth) == sizeof(uint32_t), "a choice is stored as a number");

void
protocol_line_init(enum protocol_verb verb, struct protocol_line *ret_line)
{
	memset(ret_line, 0, sizeof(*ret_line));
	ret_line->verb = verb;
	if (verb != PROTOCOL_RELAY)
		return;
	ret_line->relay.security = RELAY_TLS;
	ret_line->relay.connect_ms = 30000;
	ret_line->relay.command_ms = 60000;
	ret_line->relay.data_ms = 120000;
	ret_line->relay.block_ms = 180000;
	ret_line->relay.dot_ms = 600000;
	ret_line->relay.mails = 20;
}

/* ---- writing ---- */

static bool
is_plain(char c)
{
	return c > ' ' && c <= '~' && c != '%' && c != '=';
}

static void
write_text(const char *text, struct strbuf *to)
{
	for (; *text != '\0'; text++) {
		if (is_plain(*text))
			strbuf_add(to, "%c", *text);
		else
			strbuf_add(to, "%%%02X", (unsigned char)*text);
	}
}

static uint32_t
number_at(const void *at)
{
	uint32_t number;

	memcpy(&number, at, sizeof(number));
	return number;
}

static void
write_value(const struct field *field, const char *at, struct strbuf *to)
{
	switch (field->kind) {
	case TEXT:
		write_text(at, to);
		break;
	case NUMBER:
		strbuf_add(to, "%u", (unsigned)number_at(at));
		break;
	case SIGNED:
		strbuf_add(to, "%d", (int)number_at(at));
		break;
	case FLAG:
		strbuf_add(to, "%s", *(const bool *)at ? "yes" : "no");
		break;
	case CHOICE:
		strbuf_add(to, "%s", field->name_of(number_at(at)));
		break;
	case END:
		break;
	}
}

static bool
is_default(const struct field *field, const char *at, const char *fallback)
{
	return field->kind == TEXT ? strcmp(at, fallback) == 0
	                           : memcmp(at, fallback, field->size) == 0;
}

static void
write_fields(
    const struct protocol_line *line, const struct protocol_line *defaults, struct strbuf *to)
{
	const struct field *field = verbs[line->verb].fields;

	strbuf_add(to, "%s", verbs[line->verb].name);
	for (; field->kind != END; field++) {
		const char *at = (const char *)line + field->at;

		if (!field->is_wanted && is_default(field, at, (const char *)defaults + field->at))
			continue;
		strbuf_add(to, " %s%s", field->name, field->name[0] != '\0' ? "=" : "");
		write_value(field, at, to);
	}
	strbuf_add(to, "\n");
}

int
protocol_write(const struct protocol_line *line, char *to, size_t size)
{
	struct protocol_line defaults;
	struct strbuf text;

	assert(line->verb < PROTOCOL_VERB_COUNT);
	protocol_line_init(line->verb, &defaults);
	strbuf_init(&text, to, size);
	write_fields(line, &defaults, &text);
	return strbuf_is_cut(&text) ? -ENOSPC : (int)text.length;
}

/* ---- reading ---- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int
read_text(const char *from, size_t len, char *to, size_t size)
{
	size_t length = 0;

	for (size_t at = 0; at < len; at++) {
		char c = from[at];

		if (c == '%') {
			int high = len - at > 2 ? hex_digit(from[at + 1]) : -1;
			int low = len - at > 2 ? hex_digit(from[at + 2]) : -1;

			if (high < 0 || low < 0 || high + low == 0)
				return -EPROTO;
			c = (char)(high * 16 + low);
			at += 2;
		} else if (!is_plain(c)) {
			return -EPROTO;
		}
		if (length + 1 >= size)
			return -EPROTO;
		to[length++] = c;
	}
	to[length] = '\0';
	return 0;
}

static int
read_signed(const char *text, int32_t *ret_number)
{
	bool is_negative = text[0] == '-';
	uint32_t number;

	if (text_parse_u32(text + is_negative, 0, INT32_MAX, &number) < 0)
		return -EPROTO;
	*ret_number = is_negative ? -(int32_t)number : (int32_t)number;
	return 0;
}

static int
choice_from_name(const char *(*name_of)(unsigned), const char *name)
{
	for (unsigned i = 0; i < 64; i++)
		if (name_of(i) != NULL && strcmp(name_of(i), name) == 0)
			return (int)i;
	return -1;
}

int
relay_security_from_name(const char *name)
{
	return choice_from_name(relay_security_name, name);
}

int
relay_auth_from_name(const char *name)
{
	return choice_from_name(relay_auth_name, name);
}

static int
read_value(const struct field *field, const char *from, size_t len, char *at)
{
	char word[32];
	int choice;

	if (field->is_wanted && len == 0)
		return -EPROTO;
	if (field->kind == TEXT)
		return read_text(from, len, at, field->size);
	if (read_text(from, len, word, sizeof(word)) < 0)
		return -EPROTO;
	switch (field->kind) {
	case NUMBER:
		return text_parse_u32(word, 0, UINT32_MAX, (uint32_t *)(void *)at);
	case SIGNED:
		return read_signed(word, (int32_t *)(void *)at);
	case FLAG:
		return text_parse_bool(word, (bool *)at);
	case CHOICE:
		choice = choice_from_name(field->name_of, word);
		memcpy(at, &choice, sizeof(choice));
		return choice < 0 ? -EPROTO : 0;
	case TEXT:
	case END:
		break;
	}
	return -EPROTO;
}

/* The word `name=value`, or a value by itself. */
static int
read_field(const char *word, size_t len, struct protocol_line *line, unsigned *seen)
{
	const struct field *fields = verbs[line->verb].fields;
	const char *equals = memchr(word, '=', len);
	size_t name = equals != NULL ? (size_t)(equals - word) : 0;
	size_t skip = equals != NULL ? name + 1 : 0;

	for (size_t i = 0; fields[i].kind != END; i++) {
		if (strlen(fields[i].name) != name || memcmp(fields[i].name, word, name) != 0)
			continue;
		if ((*seen & 1u << i) != 0)
			return -EPROTO;
		*seen |= 1u << i;
		return read_value(&fields[i], word + skip, len - skip, (char *)line + fields[i].at);
	}
	return -EPROTO;
}

/* Up to the next blank; false: there is no more. */
static bool
next_word(const char **at, const char *end, const char **ret_word, size_t *ret_len)
{
	const char *blank;

	if (*at >= end)
		return false;
	blank = memchr(*at, ' ', (size_t)(end - *at));
	*ret_word = *at;
	*ret_len = (size_t)((blank != NULL ? blank : end) - *at);
	*at = blank != NULL ? blank + 1 : end;
	return true;
}

static int
read_verb(const char *word, size_t len)
{
	for (size_t i = 0; i < COUNT(verbs); i++)
		if (strlen(verbs[i].name) == len && memcmp(verbs[i].name, word, len) == 0)
			return (int)i;
	return -EPROTO;
}

static bool
is_within_bounds(const struct protocol_line *line)
{
	if (line->verb == PROTOCOL_RELAY)
		return line->relay.port >= 1 && line->relay.port <= UINT16_MAX;
	if (line->verb == PROTOCOL_MESSAGE)
		return line->mail.recipients >= 1 &&
		       line->mail.recipients <= PROTOCOL_RECIPIENTS_MAX &&
		       line->mail.size <= PROTOCOL_BODY_MAX;
	return true;
}

int
protocol_read(const char *text, size_t len, struct protocol_line *ret_line)
{
	const char *at = text, *end = text + len, *word;
	const struct field *fields;
	unsigned seen = 0;
	size_t word_len;
	int verb;

	if (len >= PROTOCOL_LINE_MAX || !next_word(&at, end, &word, &word_len))
		return -EPROTO;
	verb = read_verb(word, word_len);
	if (verb < 0)
		return verb;
	protocol_line_init((enum protocol_verb)verb, ret_line);
	while (next_word(&at, end, &word, &word_len))
		if (read_field(word, word_len, ret_line, &seen) < 0)
			return -EPROTO;
	fields = verbs[verb].fields;
	for (size_t i = 0; fields[i].kind != END; i++)
		if (fields[i].is_wanted && (seen & 1u << i) == 0)
			return -EPROTO;
	return is_within_bounds(ret_line) ? 0 : -EPROTO;
}
