/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers, durations, dates, patterns, mailboxes and people's text, each held against another way
 * to find the same. */
#include "config.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "core/date.h"
#include "core/glob.h"
#include "core/mailbox.h"
#include "core/text.h"
#include "core/units.h"
#include "tests/fuzz/fuzz.h"

const struct fuzz_target fuzz_target = { "text", 100000 };

#define TEXT_MAX 300

/* ---- numbers ---- */

static void
try_u32(const char *text)
{
	uint32_t number;
	char *end;

	if (text_parse_u32(text, 7, 4000000000, &number) < 0)
		return;
	MUST(isdigit((unsigned char)text[0]));
	MUST(strtoull(text, &end, 10) == number && *end == '\0');
	MUST(number >= 7 && number <= 4000000000);
}

static void
try_fixed(const char *text, unsigned places)
{
	int32_t number, again;
	char form[32];

	if (text_parse_fixed(text, places, &number) == 0) {
		text_format_fixed(number, places, form, sizeof(form));
		MUST(strlen(form) <= strlen(text));
		MUST(text_parse_fixed(form, places, &again) == 0 && again == number);
	}
}

/* Not far from the nearest double. */
static void
try_real(const char *text)
{
	double number, nearest;

	if (text_parse_real(text, &number) < 0)
		return;
	MUST(sscanf(text, "%lf", &nearest) == 1);
	MUST(isfinite(number));
	MUST(fabs(number - nearest) <= fabs(nearest) * 1e-14 + 64 * DBL_TRUE_MIN);
}

static void
try_duration(const char *text)
{
	uint32_t ms, again;
	char form[32];

	if (text_parse_duration(text, &ms) < 0)
		return;
	text_format_duration(ms, form, sizeof(form));
	MUST(strlen(form) <= strlen(text) + 1); /* "0" is "0s" */
	MUST(text_parse_duration(form, &again) == 0 && again == ms);
}

/* ---- the same from numbers ---- */

static void
try_formats(struct fuzz_input *input)
{
	int32_t number = (int32_t)fuzz_u32(input), back;
	uint32_t ms = fuzz_u32(input), ms_back;
	char form[32];

	for (unsigned places = 0; places <= 9; places++) {
		text_format_fixed(number, places, form, sizeof(form));
		MUST(text_parse_fixed(form, places, &back) == 0 && back == number);
	}
	text_format_milli(number, form, sizeof(form));
	MUST(strlen(form) < 13 && text_parse_fixed(form, 3, &back) == 0 && back == number);
	text_format_duration(ms, form, sizeof(form));
	MUST(text_parse_duration(form, &ms_back) == 0 && ms_back == ms);
}

static void
try_date(struct fuzz_input *input)
{
	int64_t seconds = (int64_t)((uint64_t)fuzz_u32(input) << 32 | fuzz_u32(input)) / 1000;
	time_t time = (time_t)(seconds / (fuzz_byte(input) + 1));
	struct date date = date_of(time);
	struct tm tm;

	if (gmtime_r(&time, &tm) == NULL)
		return; /* the year does not fit in its int */
	MUST(date.year == (int64_t)tm.tm_year + 1900);
	MUST(date.month == tm.tm_mon + 1 && date.day == tm.tm_mday);
	MUST(date.weekday == tm.tm_wday);
	MUST(date.hour == tm.tm_hour && date.minute == tm.tm_min && date.second == tm.tm_sec);
}

/* ---- text ---- */

static void
try_clean(const char *from, size_t length)
{
	static const size_t sizes[] = { 1, 2, 7, 64, 2 * TEXT_MAX };
	char to[2 * TEXT_MAX];

	for (size_t i = 0; i < FUZZ_COUNT(sizes); i++) {
		text_clean(from, length, to, sizes[i]);
		MUST(strlen(to) < sizes[i] && text_is_clean(to, strlen(to)));
		MUST(to[0] != ' ' && strstr(to, "  ") == NULL);
		MUST(to[0] == '\0' || to[strlen(to) - 1] != ' ' || i + 1 < FUZZ_COUNT(sizes));
	}
	if (text_is_clean(from, length)) {
		MUST(text_is_utf8(from, length));
		for (size_t cut = 0; cut <= length; cut++)
			MUST(text_is_clean(from, text_whole(from, cut)));
	}
}

static void
try_copy(const char *text)
{
	char to[16];
	bool is_whole = text_copy(to, sizeof(to), text);

	MUST(strlen(to) < sizeof(to) && strncmp(to, text, strlen(to)) == 0);
	MUST(is_whole == (strcmp(to, text) == 0));
	if (text_is_clean(text, strlen(text)))
		MUST(text_is_clean(to, strlen(to)));
}

static void
try_words(const char *text)
{
	enum quantity quantity;
	bool is_true;

	if (text_is_name(text))
		MUST(strlen(text) <= TEXT_NAME_MAX && text_is_clean(text, strlen(text)));
	if (text_parse_bool(text, &is_true) == 0)
		MUST(strchr(is_true ? "ty" : "fn", text[0]) != NULL);
	if (quantity_parse(text, &quantity) == 0)
		MUST(quantity_info(quantity) != NULL);
}

/* ---- patterns: the plain way, which may take as long as it likes ---- */

static bool
fits(const char *pattern, const char *end, const char *name)
{
	if (pattern == end)
		return *name == '\0';
	if (*pattern == '*') {
		for (;; name++) {
			if (fits(pattern + 1, end, name))
				return true;
			if (*name == '\0')
				return false;
		}
	}
	return *name != '\0' && (*pattern == '?' || *pattern == *name) &&
	       fits(pattern + 1, end, name + 1);
}

static bool
is_matched(const char *patterns, const char *name)
{
	for (;;) {
		size_t length = strcspn(patterns, ",");
		const char *from = patterns, *end = patterns + length;

		while (from < end && *from == ' ')
			from++;
		while (end > from && end[-1] == ' ')
			end--;
		if (from < end && fits(from, end, name))
			return true;
		if (patterns[length] == '\0')
			return false;
		patterns += length + 1;
	}
}

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text > 0x7f)
			return false;
	return true;
}

/* The name stands before the patterns, on a line of its own. */
static void
try_glob(char *text)
{
	char *newline = strchr(text, '\n');
	bool matches;

	if (newline == NULL || newline - text > 12 || strlen(newline) > 16)
		return;
	*newline = '\0';
	matches = glob_matches(newline + 1, text);
	if (is_ascii(text) && is_ascii(newline + 1))
		MUST(matches == is_matched(newline + 1, text));
	*newline = '\n';
}

/* ---- mailboxes ---- */

static void
try_mailbox(const char *text)
{
	bool is_good = mailbox_is_good(text);

	if (is_good || mailbox_is_domain(text)) {
		MUST(strlen(text) <= MAILBOX_MAX);
		MUST(text[strcspn(text, " \t\r\n<>\"(),:;\\[]")] == '\0');
		MUST(is_ascii(text) && text_is_clean(text, strlen(text)));
	}
	if (!is_good)
		return;
	MUST(strchr(text, '@') != NULL && strchr(text, '@') == strrchr(text, '@'));
	MUST(mailbox_is_domain(mailbox_domain(text)));
	MUST(mailbox_is_equal(text, text));
	MUST(mailbox_is_good_list(text) && mailbox_is_in_list(text, text));
	MUST(mailbox_is_in_list(text, mailbox_domain(text)));
}

static void
try_list(const char *text)
{
	static const char mailbox[] = "ops@example.org";

	if (!mailbox_is_good_list(text))
		return;
	MUST(is_ascii(text));
	if (mailbox_is_in_list(mailbox, text))
		MUST(strcasestr(text, "example.org") != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, data + size };
	char text[TEXT_MAX + 1];

	try_formats(&input);
	try_date(&input);
	if (size > TEXT_MAX)
		size = TEXT_MAX;
	try_clean((const char *)data, size);
	memcpy(text, data, size);
	text[size] = '\0';
	try_u32(text);
	for (unsigned places = 0; places <= 9; places += 3)
		try_fixed(text, places);
	try_real(text);
	try_duration(text);
	try_copy(text);
	try_words(text);
	try_glob(text);
	try_mailbox(text);
	try_list(text);
	return 0;
}
