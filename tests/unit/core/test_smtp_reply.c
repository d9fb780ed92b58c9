/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/smtp_reply.h"
#include "core/text.h"
#include "tests/unit/unit.h"

static struct smtp_reader reader;

/* All of it in pieces of `step` bytes; how much was taken. */
static enum smtp_read
put(const char *bytes, size_t len, size_t step, size_t *ret_used)
{
	enum smtp_read read = SMTP_READ_MORE;
	size_t used;

	*ret_used = 0;
	while (*ret_used < len && read == SMTP_READ_MORE) {
		size_t left = len - *ret_used;

		read =
		    smtp_reader_put(&reader, bytes + *ret_used, left < step ? left : step, &used);
		*ret_used += used;
	}
	return read;
}

static void
reads_replies_in_any_pieces(void **state)
{
	static const struct {
		const char *bytes;
		int code;
		const char *enhanced, *text;
	} cases[] = {
		{ "220 mail.example.org ready\r\n", 220, "", "mail.example.org ready" },
		{ "250\r\n", 250, "", "" },
		{ "250 \r\n", 250, "", "" },
		{ "250 by LF alone\n", 250, "", "by LF alone" },
		{ "250-one\r\n250-two\r\n250 three\r\n", 250, "", "one two three" },
		{ "250-\r\n250 end\r\n", 250, "", "end" },
		{ "250-\r\n250\r\n", 250, "", "" },
		{ "550 5.1.1 no such user\r\n", 550, "5.1.1", "no such user" },
		{ "550-5.1.1 no such\r\n550-5.1.1 user\r\n550 5.1.1\r\n", 550, "5.1.1",
		    "no such user" },
		{ "550-5.1.1 one\r\n550 5.1.10 two\r\n", 550, "5.1.1", "one 5.1.10 two" },
		{ "550-5.1.1 one\r\n550 two\r\n", 550, "5.1.1", "one two" },
		{ "451 4.7.650 wait\r\n", 451, "4.7.650", "wait" },
		{ "550 5.1.1234 x\r\n", 550, "", "5.1.1234 x" },
		{ "550 4.1.1 of another class\r\n", 550, "", "4.1.1 of another class" },
		{ "550 5.1.1: x\r\n", 550, "", "5.1.1: x" },
		{ "550 5.1. x\r\n", 550, "", "5.1. x" },
		{ "354 3.0.0 go\r\n", 354, "", "3.0.0 go" },
		{ "550 \x1b[2Ja\xff\tb\r\r\n", 550, "", "[2Ja? b" },
	};
	size_t used;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t step = 1; step <= 40; step += 13) {
			struct smtp_reply reply;
			size_t len = strlen(cases[i].bytes);

			assert_int_equal(put(cases[i].bytes, len, step, &used), SMTP_READ_WHOLE);
			assert_int_equal(used, len);
			smtp_reply_read(&reader, &reply);
			assert_int_equal(reply.code, cases[i].code);
			assert_string_equal(reply.enhanced, cases[i].enhanced);
			assert_string_equal(reply.text, cases[i].text);
		}
}

static void
believes_no_part_of_a_reply(void **state)
{
	static const char bytes[] = "250-one\r\n250-two\r\n250 three\r\n";
	size_t used;

	(void)state;
	for (size_t len = 0; len < sizeof(bytes) - 1; len++) {
		assert_int_equal(put(bytes, len, 64, &used), SMTP_READ_MORE);
		assert_int_equal(used, len);
		smtp_reader_reset(&reader);
	}
}

static void
refuses_what_is_no_reply(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		{ "\r\n", 2 },
		{ "25\r\n", 4 },
		{ "hello\r\n", 7 },
		{ "2500 hello\r\n", 12 },
		{ "250hello\r\n", 10 },
		{ "250_hello\r\n", 11 },
		{ "150 hello\r\n", 11 },
		{ "650 hello\r\n", 11 },
		{ "-25 hello\r\n", 11 },
		{ " 250 hello\r\n", 12 },
		{ "250-one\r\n251 two\r\n", 18 },
		{ "250-one\r\n550 two\r\n", 18 },
		{ "250-one\r\n\r\n", 11 },
		{ "250 he\0llo\r\n", 7 },
		{ "\0", 1 },
		{ "\x16\x03\x01\x02\x00", 5 },
	};
	size_t used;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t step = 1; step <= 32; step += 31) {
			assert_int_equal(
			    put(cases[i].bytes, cases[i].len, step, &used), SMTP_READ_GARBAGE);
			assert_int_equal(used, cases[i].len);
		}
	assert_int_equal(put("250 ok\r\n", 8, 8, &used), SMTP_READ_WHOLE); /* begins afresh */
}

/* `lines` lines of `width` bytes each, of code 250. */
static char *
make_lines(size_t lines, size_t width, size_t *ret_len)
{
	char *bytes = malloc(lines * width);

	assert_non_null(bytes);
	memset(bytes, 'x', lines * width);
	for (size_t i = 0; i < lines; i++) {
		memcpy(bytes + i * width, i + 1 == lines ? "250 " : "250-", 4);
		memcpy(bytes + (i + 1) * width - 2, "\r\n", 2);
	}
	*ret_len = lines * width;
	return bytes;
}

static void
keeps_its_limits(void **state)
{
	static const struct {
		size_t lines, width;
		enum smtp_read want;
	} cases[] = {
		{ 1, SMTP_LINE_MAX, SMTP_READ_WHOLE },
		{ 1, SMTP_LINE_MAX + 1, SMTP_READ_GARBAGE },
		{ 1, 100000, SMTP_READ_GARBAGE },
		{ 16, 4096, SMTP_READ_WHOLE },
		{ 17, 4096, SMTP_READ_GARBAGE },
		{ 1000, 65, SMTP_READ_WHOLE },
		{ 1000, 66, SMTP_READ_GARBAGE },
		{ SMTP_REPLY_MAX / 8, 8, SMTP_READ_WHOLE },
		{ SMTP_REPLY_MAX / 8 + 1, 8, SMTP_READ_GARBAGE },
	};
	struct smtp_reply reply;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len, used;
		char *bytes = make_lines(cases[i].lines, cases[i].width, &len);

		assert_int_equal(put(bytes, len, 1000, &used), cases[i].want);
		free(bytes);
		if (cases[i].want != SMTP_READ_WHOLE)
			continue;
		smtp_reply_read(&reader, &reply);
		assert_int_equal(strnlen(reply.text, sizeof(reply.text)), SMTP_TEXT_SIZE - 1);
	}
}

static void
leaves_the_next_reply_alone(void **state)
{
	static const char bytes[] = "250 one\r\n421 two\r\n";
	size_t used;

	(void)state;
	assert_int_equal(put(bytes, sizeof(bytes) - 1, 64, &used), SMTP_READ_WHOLE);
	assert_int_equal(used, 9);
	assert_int_equal(put(bytes + used, 9, 64, &used), SMTP_READ_WHOLE);
	assert_int_equal(reader.code, 421);
}

/* Whatever comes: the words are clean and fit. */
static void
cleans_the_words_of_anybody(void **state)
{
	uint32_t seed = 1;
	struct smtp_reply reply;

	(void)state;
	for (int run = 0; run < 2000; run++) {
		char bytes[600] = "550-";
		size_t len = sizeof(bytes), used;

		for (size_t i = 4; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (char)(1 + (seed >> 16) % 255);
			if (bytes[i] == '\n')
				bytes[i] = '\r';
		}
		memcpy(bytes + 300, "\r\n550 5.1.1 ", 12);
		memcpy(bytes + len - 2, "\r\n", 2);
		assert_int_equal(put(bytes, len, len, &used), SMTP_READ_WHOLE);
		smtp_reply_read(&reader, &reply);
		assert_true(text_is_clean(reply.text, strlen(reply.text)));
		assert_true(strlen(reply.text) < sizeof(reply.text));
	}
}

#define EHLO(lines) "250-mail.example.org STARTTLS\r\n" lines "250 HELP\r\n"

static void
finds_what_a_server_offers(void **state)
{
	static const struct {
		const char *bytes;
		struct smtp_offer want;
	} cases[] = {
		{ "250 mail SIZE DSN\r\n", { 0 } }, /* a greeting, not an offer */
		{ EHLO(""), { 0 } },
		{ EHLO("250-STARTTLS\r\n"), { .has_starttls = true } },
		{ EHLO("250-starttls\r\n"), { .has_starttls = true } },
		{ EHLO("250-STARTTLSX\r\n250-XSTARTTLS\r\n"), { 0 } },
		{ EHLO("250-SIZE\r\n"), { .has_size = true } },
		{ EHLO("250-SIZE 10240000\r\n250-DSN\r\n250-8BITMIME\r\n"),
		    { .has_size = true,
			.size_max = 10240000,
			.has_dsn = true,
			.has_8bitmime = true } },
		{ EHLO("250-SIZE 99999999999999999999\r\n"),
		    { .has_size = true, .size_max = UINT32_MAX } },
		{ EHLO("250-SIZE -1\r\n"), { .has_size = true } },
		{ EHLO("250-DELIVERBY\r\n"), { .has_deliverby = true } },
		{ EHLO("250-DELIVERBY 240\r\n"), { .has_deliverby = true, .by_min_s = 240 } },
		{ EHLO("250-AUTH PLAIN LOGIN\r\n"),
		    { .has_auth = true, .mechanisms = "PLAIN LOGIN" } },
		{ EHLO("250-AUTH  plain\tLogin \r\n250-AUTH=PLAIN XOAUTH2\r\n"),
		    { .has_auth = true, .mechanisms = "PLAIN LOGIN XOAUTH2" } },
		{ EHLO("250-AUTH\r\n"), { .has_auth = true } },
		{ EHLO("250-AUTH BAD!NAME ABCDEFGHIJKLMNOPQRSTU SCRAM-SHA-256\r\n"),
		    { .has_auth = true, .mechanisms = "SCRAM-SHA-256" } },
	};
	size_t used;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct smtp_offer offer;

		memset(&offer, 0xff, sizeof(offer));
		assert_int_equal(
		    put(cases[i].bytes, strlen(cases[i].bytes), 64, &used), SMTP_READ_WHOLE);
		smtp_offer_read(&reader, &offer);
		assert_int_equal(offer.has_starttls, cases[i].want.has_starttls);
		assert_int_equal(offer.has_size, cases[i].want.has_size);
		assert_int_equal(offer.size_max, cases[i].want.size_max);
		assert_int_equal(offer.has_dsn, cases[i].want.has_dsn);
		assert_int_equal(offer.has_8bitmime, cases[i].want.has_8bitmime);
		assert_int_equal(offer.has_deliverby, cases[i].want.has_deliverby);
		assert_int_equal(offer.by_min_s, cases[i].want.by_min_s);
		assert_int_equal(offer.has_auth, cases[i].want.has_auth);
		assert_string_equal(offer.mechanisms, cases[i].want.mechanisms);
	}
}

static void
keeps_whole_names_of_mechanisms_only(void **state)
{
	char bytes[2048] = "250-x\r\n250 AUTH";
	struct smtp_offer offer;
	size_t used;

	(void)state;
	for (size_t at = strlen(bytes); at < sizeof(bytes) - 64; at += 12)
		snprintf(bytes + at, 13, " MECH%07zu", at);
	memcpy(bytes + strlen(bytes), "\r\n", 3);
	assert_int_equal(put(bytes, strlen(bytes), 64, &used), SMTP_READ_WHOLE);
	smtp_offer_read(&reader, &offer);
	assert_int_equal(strlen(offer.mechanisms) % 12, 11);
	assert_true(strlen(offer.mechanisms) > 200);
}

static void
knows_a_mechanism_by_its_whole_name(void **state)
{
	static const struct smtp_offer offer = { .mechanisms = "SCRAM-SHA-256-PLUS PLAIN" };
	static const struct smtp_offer none;

	(void)state;
	assert_true(smtp_offer_has(&offer, "PLAIN"));
	assert_true(smtp_offer_has(&offer, "SCRAM-SHA-256-PLUS"));
	assert_false(smtp_offer_has(&offer, "SCRAM-SHA-256"));
	assert_false(smtp_offer_has(&offer, "PLAI"));
	assert_false(smtp_offer_has(&offer, ""));
	assert_false(smtp_offer_has(&none, "PLAIN"));
	assert_false(smtp_offer_has(&none, ""));
}

static void
offers_the_library_no_more_than_it_may_use(void **state)
{
	static const struct {
		struct smtp_offer offer;
		const char *want;
	} cases[] = {
		{ { .has_starttls = true, .has_auth = true, .mechanisms = "PLAIN" }, "250 OK\r\n" },
		{ { .has_size = true, .size_max = 1000, .has_8bitmime = true },
		    "250-SIZE 1000\r\n250-8BITMIME\r\n250 OK\r\n" },
		{ { .has_dsn = true, .has_deliverby = true, .by_min_s = 9 },
		    "250-DSN\r\n250 OK\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char buffer[256];
		struct strbuf text;

		strbuf_init(&text, buffer, sizeof(buffer));
		smtp_offer_write(&cases[i].offer, &text);
		assert_string_equal(buffer, cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_replies_in_any_pieces),
		cmocka_unit_test(believes_no_part_of_a_reply),
		cmocka_unit_test(refuses_what_is_no_reply),
		cmocka_unit_test(keeps_its_limits),
		cmocka_unit_test(leaves_the_next_reply_alone),
		cmocka_unit_test(cleans_the_words_of_anybody),
		cmocka_unit_test(finds_what_a_server_offers),
		cmocka_unit_test(keeps_whole_names_of_mechanisms_only),
		cmocka_unit_test(knows_a_mechanism_by_its_whole_name),
		cmocka_unit_test(offers_the_library_no_more_than_it_may_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
