/* SPDX-License-Identifier: BSD-2-Clause */
/* What a mail server may say, and what mailer and helper may say to each other. */
#include <stdlib.h>
#include <string.h>

#include "core/smtp_result.h"
#include "core/text.h"
#include "smtp/body.h"
#include "smtp/protocol.h"
#include "tests/fuzz/fuzz.h"

const struct fuzz_target fuzz_target = { "smtp", 200000 };

static void
try_reply(const struct smtp_reader *reader)
{
	struct smtp_outcome outcome = { 0 };
	struct smtp_offer offer;
	struct smtp_verdict verdict;

	smtp_reply_read(reader, &outcome.reply);
	MUST(outcome.reply.code >= 200 && outcome.reply.code <= 599);
	MUST(text_is_clean(outcome.reply.text, strlen(outcome.reply.text)));
	MUST(strlen(outcome.reply.enhanced) < sizeof(outcome.reply.enhanced));
	smtp_offer_read(reader, &offer);
	MUST(text_is_clean(offer.mechanisms, strlen(offer.mechanisms)));
	for (int phase = 0; phase < SMTP_PHASE_COUNT; phase++) {
		outcome.phase = (enum smtp_phase)phase;
		verdict = smtp_verdict(&outcome, false);
		MUST(verdict.result != RESULT_OK || phase == SMTP_QUIT ||
		     smtp_is_accepted(outcome.phase, outcome.reply.code));
		MUST(verdict.class != RESULT_DONE || verdict.result == RESULT_OK);
	}
}

/* All of it, and no more; in one piece as byte by byte. */
static void
try_stream(const uint8_t *data, size_t size, size_t step)
{
	static struct smtp_reader reader;
	size_t at = 0, used;

	smtp_reader_reset(&reader);
	while (at < size) {
		size_t part = size - at < step ? size - at : step;

		switch (smtp_reader_put(&reader, (const char *)data + at, part, &used)) {
		case SMTP_READ_MORE:
			MUST(used == part);
			break;
		case SMTP_READ_WHOLE:
			MUST(used > 0 && data[at + used - 1] == '\n');
			try_reply(&reader);
			break;
		case SMTP_READ_GARBAGE:
			return;
		}
		at += used;
	}
}

static void
try_lines(const char *at, const char *end)
{
	static struct protocol_line line, again;
	static char text[PROTOCOL_LINE_MAX + 1];
	const char *newline;
	int len;

	for (; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (newline == NULL)
			newline = end;
		if (protocol_read(at, (size_t)(newline - at), &line) < 0)
			continue;
		len = protocol_write(&line, text, sizeof(text));
		MUST(len > 0);
		MUST(protocol_read(text, (size_t)len - 1, &again) == 0);
		MUST(memcmp(&line, &again, sizeof(line)) == 0);
	}
}

static void
try_body(const char *from, size_t size)
{
	size_t len = body_length(from, size);
	char *to = malloc(len + 1);

	MUST(to != NULL);
	body_write(from, size, to);
	for (size_t i = 0; i < len; i++) {
		MUST(to[i] != '\0');
		MUST(to[i] != '\n' || (i > 0 && to[i - 1] == '\r'));
		MUST(to[i] != '\r' || (i + 1 < len && to[i + 1] == '\n'));
	}
	free(to);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_stream(data, size, size);
	try_stream(data, size, 1);
	try_lines((const char *)data, (const char *)data + size);
	try_body((const char *)data, size);
	return 0;
}
