/* SPDX-License-Identifier: BSD-2-Clause */
/* Mails of any facts and any texts: what the composer writes is read again by the standards. */
#include "config.h"

#include <string.h>

#include "core/event_text.h"
#include "core/mail_text.h"
#include "core/mailbox.h"
#include "core/message.h"
#include "core/result.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

const struct fuzz_target fuzz_target = { "mail", 8000 };

#define ITEMS_MAX  12
#define TEXT_SIZE  256
#define BODY_SIZE  MAIL_BODY_SIZE(ITEMS_MAX)
#define BYTES_SIZE (4 * BODY_SIZE)

/* ---- what was written, read again (RFC 5322, 2045, 2047) ---- */

/* The text as a reader may see it: controls are blanks, what is no UTF-8 is U+FFFD. */
static void
make_seen(const char *text, bool is_body, char *to)
{
	while (*text != '\0') {
		size_t length = 1, room = strlen(text) < 4 ? strlen(text) : 4;

		while (length <= room && !text_is_clean(text, length))
			length++;
		if (length <= room) {
			memcpy(to, text, length);
			to += length;
			text += length;
			continue;
		}
		if (*text == '\n' && is_body)
			*to++ = '\n';
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			*to++ = ' ';
		else
			to = mempcpy(to, "\xef\xbf\xbd", 3);
		text++;
	}
	*to = '\0';
}

static int
hex(const char *at)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *high = strchr(digits, at[0]),
		   *low = at[0] == '\0' ? NULL : strchr(digits, at[1]);

	MUST(at[0] != '\0' && at[1] != '\0' && high != NULL && low != NULL);
	return (int)((high - digits) << 4 | (low - digits));
}

/* Quoted-printable, the lines already ended by LF. */
static void
decode_body(const char *at, char *to)
{
	for (; *at != '\0'; at++) {
		if (*at == '=' && at[1] == '\n') {
			at++;
		} else if (*at == '=') {
			*to++ = (char)hex(at + 1);
			at += 2;
		} else {
			MUST(*at != ' ' || at[1] != '\n');
			*to++ = *at;
		}
	}
	*to = '\0';
}

/* Unfolded; encoded words and nothing else, or plain words. */
static void
decode_phrase(const char *at, char *to)
{
	static const char begin[] = "=?UTF-8?Q?";

	if (strstr(at, "=?") == NULL) {
		memcpy(to, at, strlen(at) + 1);
		return;
	}
	while (*at != '\0') {
		const char *end, *from = to;

		MUST(strncmp(at, begin, strlen(begin)) == 0);
		end = strstr(at + strlen(begin), "?=");
		MUST(end != NULL && end + 2 - at <= 75);
		for (at += strlen(begin); at < end; at++) {
			MUST(*at > ' ' && *at <= '~' && *at != '?');
			if (*at == '=')
				*to++ = (char)hex(at + 1);
			else
				*to++ = *at == '_' ? ' ' : *at;
			at += *at == '=' ? 2 : 0;
		}
		*to = '\0';
		MUST(text_is_clean(from, (size_t)(to - from)));
		at = end + 2;
		MUST(*at == '\0' || (*at == ' ' && at[1] != '\0'));
		at += *at == ' ';
	}
	*to = '\0';
}

/* CRLF becomes LF; there is no other CR or LF, and nothing but ASCII. */
static void
check_lines(char *bytes, size_t length, size_t longest)
{
	char *to = bytes;
	size_t line = 0;

	MUST(length >= 2 && bytes[length - 1] == '\n');
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\r') {
			MUST(i + 1 < length && bytes[i + 1] == '\n');
			MUST(line <= longest);
			line = 0;
			*to++ = '\n';
			i++;
			continue;
		}
		MUST(bytes[i] >= ' ' && bytes[i] <= '~');
		line++;
		*to++ = bytes[i];
	}
	MUST(line == 0);
	*to = '\0';
}

/* One header, unfolded; NULL: the body begins at *at. */
static char *
next_header(char **at)
{
	char *header = *at, *end;

	if (*header == '\n') {
		(*at)++;
		return NULL;
	}
	for (;;) {
		end = strchr(*at, '\n');
		MUST(end != NULL && end != *at);
		*at = end + 1;
		if (**at != ' ')
			break;
		memmove(end, end + 1, strlen(end));
		*at = end;
	}
	*end = '\0';
	return header;
}

/* Just these, in this order: no text makes another. */
static void
check_headers(const struct message *message, char **at)
{
	static const char *const names[] = { "Date: ", "From: ", "To: ", "Subject: ",
		"Message-ID: ", "In-Reply-To: ", "References: ", "Auto-Submitted: auto-generated",
		"MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
		"Content-Transfer-Encoding: quoted-printable" };
	static char seen[4 * BODY_SIZE], decoded[BYTES_SIZE];
	const char *header;

	for (size_t i = 0; i < FUZZ_COUNT(names); i++) {
		size_t length = strlen(names[i]);

		if (message->references == NULL && (i == 5 || i == 6))
			continue;
		header = next_header(at);
		MUST(header != NULL && strncmp(header, names[i], length) == 0);
		header += length;
		if (i == 1)
			MUST(strcmp(header, message->from) == 0);
		if (i == 2)
			MUST(strncmp(header, message->to[0], strlen(message->to[0])) == 0);
		if (i != 3)
			continue;
		make_seen(message->subject, false, seen);
		decode_phrase(header, decoded);
		MUST(strcmp(seen, decoded) == 0);
	}
	MUST(next_header(at) == NULL);
}

static void
try_message(const struct message *message)
{
	static char bytes[BYTES_SIZE], decoded[BYTES_SIZE], seen[4 * BODY_SIZE];
	int length = message_write(message, bytes, sizeof(bytes));
	char *at = bytes;
	size_t size;

	MUST(length > 0 && strlen(bytes) == (size_t)length);
	MUST(message_write(message, decoded, (size_t)length + 1) == length);
	MUST(message_write(message, decoded, (size_t)length) < 0);
	check_lines(bytes, (size_t)length, 998);
	check_headers(message, &at);
	for (const char *line = at; *line != '\0'; line = strchr(line, '\n') + 1)
		MUST(strcspn(line, "\n") <= 76);
	decode_body(at, decoded);
	make_seen(message->body, true, seen);
	size = strlen(seen);
	if (size > 0 && seen[size - 1] != '\n')
		memcpy(seen + size, "\n", 2);
	MUST(strcmp(decoded, seen) == 0);
}

/* ---- facts ---- */

struct facts {
	struct mail_facts facts;
	struct mail_item items[ITEMS_MAX];
	struct record records[ITEMS_MAX];
	struct alarm_row rows[ITEMS_MAX];
	char site[TEXT_SIZE], locations[ITEMS_MAX][TEXT_SIZE];
};

/* Some are not far from each other, others anywhere. */
static int64_t
time_of(struct fuzz_input *input)
{
	int64_t wall_ms = INT64_C(1700000000000) + fuzz_u32(input);

	if (fuzz_below(input, 8) == 0)
		wall_ms = (int64_t)((uint64_t)fuzz_u32(input) << 32 | fuzz_u32(input)) / 4;
	return wall_ms;
}

static void
make_record(struct fuzz_input *input, struct record *record)
{
	char text[sizeof(record->source)];
	size_t length;

	*record = (struct record){
		.seq = fuzz_u32(input),
		.alarm_id = fuzz_below(input, 3),
		.sensor = fuzz_below(input, 3),
		.numbers = { fuzz_below(input, RESULT_COUNT), fuzz_u32(input) },
		.wall_ms = time_of(input),
		.value_milli = (int32_t)fuzz_u32(input),
		.limit_milli = (int32_t)fuzz_u32(input),
		.kind = (uint8_t)(1 + fuzz_below(input, EVENT_RESET)),
		.alarm_kind = (uint8_t)fuzz_below(input, ALARM_STORAGE + 1),
		.severity = (uint8_t)(1 + fuzz_below(input, SEVERITY_UNKNOWN)),
		.previous_severity = (uint8_t)fuzz_below(input, SEVERITY_UNKNOWN + 1),
		.from = (uint8_t)fuzz_below(input, ZONE_HIGH_CRITICAL + 1),
		.to = (uint8_t)fuzz_below(input, ZONE_HIGH_CRITICAL + 1),
		.reason = (uint8_t)(1 + fuzz_below(input, FAULT_BAD_ADDRESS)),
		.quantity = (uint8_t)(1 + fuzz_below(input, QUANTITY_LAST)),
		.suppression = (uint8_t)(1 + fuzz_below(input, SUPPRESSION_BY_PARENT)),
		.has_value = fuzz_below(input, 2) == 1,
		.has_limit = fuzz_below(input, 2) == 1,
		.during_downtime = fuzz_below(input, 2) == 1,
	};
	if (record->kind == EVENT_STORAGE_TROUBLE || record->kind == EVENT_STORAGE_OK)
		record->numbers[0] %= STORAGE_STORY_FULL + 1;
	length = fuzz_octets(input, text, sizeof(text));
	text_clean(text, length, record->source, sizeof(record->source));
}

static void
make_row(struct fuzz_input *input, const struct record *record, struct alarm_row *row)
{
	*row = (struct alarm_row){
		.alarm = { .id = record->alarm_id,
		    .kind = record->alarm_kind == 0 ? ALARM_LIMIT : record->alarm_kind,
		    .state = fuzz_below(input, ALARM_LATCHED + 1),
		    .severity = record->severity,
		    .zone = record->to == 0 ? ZONE_NORMAL : record->to,
		    .reason = record->reason,
		    .value_milli = (int32_t)fuzz_u32(input),
		    .peak_milli = (int32_t)fuzz_u32(input),
		    .limit_milli = record->limit_milli },
		.raised_wall_ms = time_of(input),
		.raised_seq = record->seq,
		.quantity = record->quantity,
		.has_value = record->has_value,
	};
	memcpy(row->source, record->source, sizeof(row->source));
	fuzz_text(input, row->note, sizeof(row->note));
}

static void
make_item(struct fuzz_input *input, struct facts *all, size_t i)
{
	struct mail_item *item = &all->items[i];
	unsigned choice;

	make_record(input, &all->records[i]);
	make_row(input, &all->records[i], &all->rows[i]);
	choice = fuzz_byte(input);
	*item = (struct mail_item){
		.record = &all->records[i],
		.raise = choice & 1 ? &all->records[i / 2] : NULL,
		.alarm = choice & 2 ? &all->rows[i] : NULL,
		.was_raised = choice & 4,
		.has_now = choice & 8,
		.has_hour = choice & 16,
		.age_ms = (int64_t)fuzz_u32(input) * 1000,
		.location = fuzz_text(input, all->locations[i], TEXT_SIZE),
		.hardware = "line/7/holding:3",
		.now_milli = (int32_t)fuzz_u32(input),
		.hour_low_milli = (int32_t)fuzz_u32(input),
		.hour_high_milli = (int32_t)fuzz_u32(input),
	};
}

/* Of a test, a heartbeat or a backlog there are none. */
static size_t
count_items(struct fuzz_input *input, enum mail_kind kind)
{
	if (kind != MAIL_ALERT && kind != MAIL_DIGEST)
		return 0;
	return 1 + fuzz_below(input, ITEMS_MAX);
}

static void
make_facts(struct fuzz_input *input, struct facts *all)
{
	enum mail_kind kind = MAIL_ALERT + fuzz_below(input, MAIL_HEARTBEAT);
	size_t count = count_items(input, kind);

	all->facts = (struct mail_facts){
		.kind = kind,
		.now_wall_ms = time_of(input),
		.east_min = (int)fuzz_below(input, 113) * 15 - 14 * 60,
		.delayed_after_ms = (int64_t)fuzz_u32(input) * 1000,
		.site = fuzz_text(input, all->site, sizeof(all->site)),
		.items = all->items,
		.count = count,
		.active = all->rows,
		.active_count = count,
		.sensors = fuzz_u32(input),
		.sensors_in_fault = fuzz_u32(input),
		.undelivered = fuzz_u32(input),
	};
	for (size_t i = 0; i < count; i++)
		make_item(input, all, i);
}

/* Whatever the facts: a sentence, clean, not more than there is room for. */
static void
check_sentences(const struct facts *all)
{
	char text[EVENT_TEXT_SIZE], reason[EVENT_REASON_SIZE], unit[EVENT_UNIT_SIZE];

	for (size_t i = 0; i < all->facts.count; i++) {
		event_text(&all->records[i], text, sizeof(text));
		MUST(text[0] != '\0' && strpbrk(text, "\r\n\t") == NULL);
		alarm_text(&all->rows[i], text, sizeof(text));
		MUST(text[0] != '\0' && strpbrk(text, "\r\n\t") == NULL);
		event_reason(&all->records[i], reason, sizeof(reason));
		event_unit(&all->records[i], unit, sizeof(unit));
		MUST(strlen(unit) < sizeof(unit));
	}
}

static const char *
mailbox_of(struct fuzz_input *input, char *text, size_t size)
{
	fuzz_text(input, text, size);
	return mailbox_is_good(text) ? text : "sensors@example.org";
}

/* First a mail of texts as they are, then one of facts. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct facts all;
	static char subject[MAIL_SUBJECT_SIZE], body[BODY_SIZE];
	struct fuzz_input input = { data, data + size };
	char from[TEXT_SIZE], to[TEXT_SIZE], id[MAIL_ID_SIZE];
	const char *recipients[] = { NULL, "ops@example.org" };
	struct message message = { .to = recipients, .id = id, .subject = subject, .body = body };

	message.from = mailbox_of(&input, from, sizeof(from));
	recipients[0] = mailbox_of(&input, to, sizeof(to));
	message.to_count = 1 + fuzz_below(&input, 2);
	message.date_wall_ms = time_of(&input);
	message.date_east_min = (int)fuzz_below(&input, 113) * 15 - 14 * 60;
	message.references = fuzz_below(&input, 2) == 1 ? id : NULL;
	mail_id("12345678-1234-1234-1234-123456789abc", fuzz_u32(&input), fuzz_byte(&input),
	    message.from, id, sizeof(id));
	fuzz_text(&input, subject, TEXT_SIZE);
	fuzz_text(&input, body, TEXT_SIZE);
	try_message(&message);

	make_facts(&input, &all);
	check_sentences(&all);
	mail_subject(&all.facts, subject, sizeof(subject));
	mail_body(&all.facts, body, sizeof(body));
	MUST(strlen(subject) < sizeof(subject) - 1 && strlen(body) < sizeof(body) - 1);
	MUST(body[0] != '\0' && body[strlen(body) - 1] == '\n');
	MUST(strpbrk(subject, "\r\n") == NULL && strchr(body, '\r') == NULL);
	(void)mail_thread(&all.facts);
	try_message(&message);
	return 0;
}
