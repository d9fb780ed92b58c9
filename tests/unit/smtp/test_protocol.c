/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smtp/protocol.h"
#include "tests/unit/unit.h"

#define FAILED "failed phase=mail result=ok class=done"

static struct protocol_line line, again;
static char text[PROTOCOL_LINE_MAX + 1];

/* What is written can be read, and is the same. */
static void
check_round_trip(const char *want)
{
	int len = protocol_write(&line, text, sizeof(text));

	assert_true(len > 0);
	assert_int_equal(len, strlen(text));
	assert_string_equal(text, want);
	assert_int_equal(protocol_read(text, (size_t)len - 1, &again), 0);
	assert_memory_equal(&again, &line, sizeof(line));
}

static void
writes_only_what_is_not_the_default(void **state)
{
	(void)state;
	protocol_line_init(PROTOCOL_RELAY, &line);
	snprintf(line.relay.host, sizeof(line.relay.host), "mail.example.org");
	line.relay.port = 465;
	check_round_trip("relay host=mail.example.org port=465\n");
	protocol_line_init(PROTOCOL_END, &line);
	check_round_trip("end\n");
}

static void
says_each_field_of_each_line(void **state)
{
	(void)state;
	protocol_line_init(PROTOCOL_RELAY, &line);
	line.relay = (struct smtp_relay){ "::1", 25, RELAY_STARTTLS, RELAY_AUTH_XOAUTH2, "me@x",
		"p w%=\xc3\xa9\n", "/etc/ca.pem", "box.example.org", 1, 2, 3, 4, 4294967295u, 6,
		true, true };
	check_round_trip("relay host=::1 port=25 security=starttls auth=xoauth2 user=me@x "
			 "secret=p%20w%25%3D%C3%A9%0A ca-file=/etc/ca.pem helo=box.example.org "
			 "connect-ms=1 command-ms=2 data-ms=3 block-ms=4 dot-ms=4294967295 mails=6 "
			 "allow-insecure=yes clock-sure=yes\n");
	protocol_line_init(PROTOCOL_MESSAGE, &line);
	line.mail = (struct smtp_mail){ "17", "a@example.org", 2, 840, 3600 };
	check_round_trip("message 17 from=a@example.org recipients=2 size=840 by=3600\n");
	protocol_line_init(PROTOCOL_RECIPIENT, &line);
	snprintf(line.recipient.address, sizeof(line.recipient.address), "b=c@example.org");
	check_round_trip("recipient b%3Dc@example.org\n");
	protocol_line_init(PROTOCOL_GO, &line);
	snprintf(line.mark.id, sizeof(line.mark.id), "17");
	check_round_trip("go 17\n");
	line.verb = PROTOCOL_FINAL;
	check_round_trip("final 17\n");
	protocol_line_init(PROTOCOL_CONNECTED, &line);
	line.connected = (struct smtp_connected){ "192.0.2.1", "TLSv1.3", "AES", "*.example.org",
		true, -3, "PLAIN LOGIN", "PLAIN", 12 };
	check_round_trip("connected address=192.0.2.1 tls=TLSv1.3 cipher=AES "
			 "certificate=*.example.org has-days=yes days=-3 mechanisms=PLAIN%20LOGIN "
			 "auth=PLAIN took-ms=12\n");
	protocol_line_init(PROTOCOL_FAILED, &line);
	line.report.phase = SMTP_TLS;
	line.report.result = RESULT_CERTIFICATE_INVALID;
	line.report.class = RESULT_CONFIGURATION;
	line.report.has_days = true;
	line.report.days = -1;
	check_round_trip("failed phase=tls result=certificateInvalid class=configuration "
			 "has-days=yes days=-1\n");
	protocol_line_init(PROTOCOL_TOLD, &line);
	line.report = (struct smtp_report){ "x", 1, SMTP_RCPT, RESULT_RECIPIENT_INVALID,
		RESULT_PERMANENT, 550, "5.1.1", "no \xe2\x82\xac", false, 0, 7 };
	check_round_trip("told x number=1 phase=rcpt result=recipientInvalid class=permanent "
			 "code=550 enhanced=5.1.1 text=no%20%E2%82%AC took-ms=7\n");
	line.verb = PROTOCOL_RESULT;
	line.report.number = 0;
	line.report.class = RESULT_IN_DOUBT;
	check_round_trip("result x phase=rcpt result=recipientInvalid class=inDoubt "
			 "code=550 enhanced=5.1.1 text=no%20%E2%82%AC took-ms=7\n");
}

static void
holds_the_longest_of_all_lines(void **state)
{
	(void)state;
	protocol_line_init(PROTOCOL_RELAY, &line);
	memset(line.relay.host, '%', sizeof(line.relay.host) - 1);
	memset(line.relay.user, '\x01', sizeof(line.relay.user) - 1);
	memset(line.relay.secret, '\xff', sizeof(line.relay.secret) - 1);
	memset(line.relay.ca_file, ' ', sizeof(line.relay.ca_file) - 1);
	memset(line.relay.helo, '=', sizeof(line.relay.helo) - 1);
	line.relay.port = 1;
	line.relay.connect_ms = line.relay.command_ms = line.relay.data_ms = line.relay.block_ms =
	    line.relay.dot_ms = line.relay.mails = UINT32_MAX;
	assert_true(protocol_write(&line, text, sizeof(text)) <= PROTOCOL_LINE_MAX);
	assert_int_equal(protocol_read(text, strlen(text) - 1, &again), 0);
	assert_memory_equal(&again, &line, sizeof(line));
	assert_int_equal(protocol_write(&line, text, 1000), -ENOSPC);
}

static void
assumes_the_rest(void **state)
{
	static const char words[] = "relay port=25 host=x";

	(void)state;
	assert_int_equal(protocol_read(words, sizeof(words) - 1, &line), 0);
	assert_int_equal(line.relay.security, RELAY_TLS);
	assert_int_equal(line.relay.auth, RELAY_AUTH_AUTO);
	assert_int_equal(line.relay.connect_ms, 30000);
	assert_int_equal(line.relay.command_ms, 60000);
	assert_int_equal(line.relay.data_ms, 120000);
	assert_int_equal(line.relay.block_ms, 180000);
	assert_int_equal(line.relay.dot_ms, 600000);
	assert_int_equal(line.relay.mails, 20);
	assert_false(line.relay.allow_insecure);
	assert_false(line.relay.is_clock_sure);
	assert_string_equal(line.relay.secret, "");
}

static void
refuses_what_is_no_line(void **state)
{
	static const char *const cases[] = { "", " ", "hello", "Relay host=x port=1", "relay",
		"relay host=x", "relay port=25", "relay host=x port=0", "relay host=x port=65536",
		"relay host=x port=-1", "relay host=x port= 1", "relay host=x port=1x",
		"relay host=x port=1 port=1", "relay host=x port=1 colour=red",
		"relay host=x port=1 security=ssl",
		"relay host=x port=1 security=", "relay host=x port=1 clock-sure=maybe",
		"relay host=x port=1 mails=4294967296", "relay host=x port=1 17",
		"relay host=x port=1 user=%", "relay host=x port=1 user=%4",
		"relay host=x port=1 user=%4g", "relay host=x port=1 user=%4e",
		"relay host=x port=1 user=%00", "relay host=x port=1 user=a=b",
		"relay host=x port=1 user=\xc3\xa9", "relay host=x port=1 user=a\tb", "go", "go ",
		"go  ", "go  17", "go 17 18", "go 17 x=1",
		"go 0123456789012345678901234567890123456789012345678901234567890123",
		"message 17 from=a@x recipients=0 size=1",
		"message 17 from=a@x recipients=101 size=1",
		"message 17 from=a@x recipients=1 size=1048577", "message 17 recipients=1 size=1",
		"message from=a@x recipients=1 size=1", "recipient", "end now", "failed phase=helo",
		"failed result=25", "failed class=later", "failed code=1.5", "failed code=-",
		"failed code=--1", "failed 17", "failed enhanced=123456789012 result=ok" };

	(void)state;
	assert_int_equal(protocol_read(FAILED, strlen(FAILED), &line), 0);
	for (size_t i = 0; i < COUNT(cases); i++)
		if (protocol_read(cases[i], strlen(cases[i]), &line) != -EPROTO)
			fail_msg("taken: %s", cases[i]);
	assert_int_equal(protocol_read("go 1\0007", 6, &line), -EPROTO);
	memset(text, 'x', sizeof(text));
	memcpy(text, "recipient ", 10);
	assert_int_equal(protocol_read(text, PROTOCOL_LINE_MAX, &line), -EPROTO);
}

/* Anything at all is refused, or is a line that can be written again. */
static void
survives_lines_of_anybody(void **state)
{
	static const char *const seeds[] = {
		"relay host=x port=25 security=none secret=%20 connect-ms=100",
		"message 17 from=a@example.org recipients=1 size=840 by=3600",
		"told x number=1 phase=rcpt result=recipientInvalid class=permanent code=550",
		"connected address=::1 has-days=yes days=-3",
	};
	static const char bytes[] = " =%=0123456789%41abc-\0\n\x80 yes";
	uint32_t seed = 7;
	int taken = 0;

	(void)state;
	for (int run = 0; run < 100000; run++) {
		char words[128];
		size_t len = strlen(seeds[run % COUNT(seeds)]);

		memcpy(words, seeds[run % COUNT(seeds)], len);
		for (int changes = run % 4; changes >= 0; changes--) {
			seed = seed * 1664525 + 1013904223;
			words[(seed >> 8) % len] = bytes[(seed >> 20) % (sizeof(bytes) - 1)];
		}
		if (protocol_read(words, len, &line) < 0)
			continue;
		taken++;
		assert_true(protocol_write(&line, text, sizeof(text)) > 0);
		assert_int_equal(protocol_read(text, strlen(text) - 1, &again), 0);
	}
	assert_true(taken > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_only_what_is_not_the_default),
		cmocka_unit_test(says_each_field_of_each_line),
		cmocka_unit_test(holds_the_longest_of_all_lines),
		cmocka_unit_test(assumes_the_rest),
		cmocka_unit_test(refuses_what_is_no_line),
		cmocka_unit_test(survives_lines_of_anybody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
