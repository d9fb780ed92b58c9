/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "core/smtp_result.h"
#include "tests/unit/unit.h"

#define TEMPORARY     RESULT_TEMPORARY
#define CONFIGURATION RESULT_CONFIGURATION
#define PERMANENT     RESULT_PERMANENT
#define IN_DOUBT      RESULT_IN_DOUBT
#define DONE          RESULT_DONE

static void
check(const struct smtp_outcome *outcome, bool has_others, enum result result,
    enum result_class class)
{
	struct smtp_verdict verdict = smtp_verdict(outcome, has_others);

	if (verdict.result != result || verdict.class != class)
		print_message("%s %d %s \"%s\", ending %d\n", smtp_phase_name(outcome->phase),
		    outcome->reply.code, outcome->reply.enhanced, outcome->reply.text,
		    outcome->ending);
	assert_string_equal(result_name(verdict.result), result_name(result));
	assert_int_equal(verdict.class, class);
}

/* DELIVERY.md, line by line. */
static void
judges_each_reply_by_phase_and_code(void **state)
{
	static const struct {
		enum smtp_phase phase;
		int code;
		const char *enhanced, *text;
		enum result result;
		enum result_class class;
	} cases[] = {
		{ SMTP_GREETING, 220, "", "ready", RESULT_OK, DONE },
		{ SMTP_GREETING, 421, "", "busy", RESULT_SERVER_NOT_READY, TEMPORARY },
		{ SMTP_GREETING, 450, "", "", RESULT_SERVER_NOT_READY, TEMPORARY },
		{ SMTP_GREETING, 554, "", "no", RESULT_SERVER_NOT_READY, TEMPORARY },
		{ SMTP_EHLO, 250, "", "", RESULT_OK, DONE },
		{ SMTP_EHLO, 421, "", "", RESULT_SERVER_NOT_READY, TEMPORARY },
		{ SMTP_EHLO, 450, "", "", RESULT_HELO_REJECTED, TEMPORARY },
		{ SMTP_EHLO, 501, "", "", RESULT_HELO_REJECTED, CONFIGURATION },
		{ SMTP_EHLO, 550, "", "", RESULT_HELO_REJECTED, CONFIGURATION },
		{ SMTP_TLS, 220, "", "", RESULT_OK, DONE },
		{ SMTP_TLS, 421, "", "", RESULT_SERVER_NOT_READY, TEMPORARY },
		{ SMTP_TLS, 454, "4.7.0", "", RESULT_TLS_FAILED, TEMPORARY },
		{ SMTP_TLS, 502, "", "", RESULT_TLS_FAILED, CONFIGURATION },
		{ SMTP_AUTH, 235, "", "", RESULT_OK, DONE },
		{ SMTP_AUTH, 421, "", "", RESULT_SERVER_NOT_READY, TEMPORARY },
		{ SMTP_AUTH, 454, "4.7.0", "", RESULT_BAD_PASSWORD, TEMPORARY },
		{ SMTP_AUTH, 504, "5.5.4", "", RESULT_AUTH_NOT_SUPPORTED, CONFIGURATION },
		{ SMTP_AUTH, 535, "5.7.8", "", RESULT_BAD_PASSWORD, CONFIGURATION },
		{ SMTP_AUTH, 550, "", "", RESULT_BAD_PASSWORD, CONFIGURATION },
		{ SMTP_AUTH_USER, 421, "", "", RESULT_SERVER_NOT_READY, TEMPORARY },
		{ SMTP_AUTH_USER, 454, "", "", RESULT_BAD_USER_NAME, TEMPORARY },
		{ SMTP_AUTH_USER, 535, "", "", RESULT_BAD_USER_NAME, CONFIGURATION },
		{ SMTP_MAIL, 250, "", "", RESULT_OK, DONE },
		{ SMTP_MAIL, 421, "", "", RESULT_SERVER_NOT_READY, TEMPORARY },
		{ SMTP_MAIL, 451, "", "", RESULT_SENDER_REJECTED, TEMPORARY },
		{ SMTP_MAIL, 501, "", "", RESULT_SYNTAX_ERROR, PERMANENT },
		{ SMTP_MAIL, 530, "", "", RESULT_BAD_PASSWORD, CONFIGURATION },
		{ SMTP_MAIL, 550, "", "", RESULT_SENDER_REJECTED, CONFIGURATION },
		{ SMTP_MAIL, 553, "", "", RESULT_SENDER_REJECTED, CONFIGURATION },
		{ SMTP_MAIL, 554, "5.7.1", "", RESULT_SENDER_REJECTED, CONFIGURATION },
		{ SMTP_RCPT, 250, "", "", RESULT_OK, DONE },
		{ SMTP_RCPT, 251, "", "will forward", RESULT_OK, DONE },
		{ SMTP_RCPT, 421, "4.7.1", "", RESULT_SERVER_NOT_READY, TEMPORARY },
		{ SMTP_RCPT, 450, "", "", RESULT_RECIPIENT_UNAVAILABLE, TEMPORARY },
		{ SMTP_RCPT, 450, "4.7.1", "grey", RESULT_RECIPIENT_UNAVAILABLE, TEMPORARY },
		{ SMTP_RCPT, 451, "", "", RESULT_RECIPIENT_UNAVAILABLE, TEMPORARY },
		{ SMTP_RCPT, 452, "4.2.2", "", RESULT_RECIPIENT_UNAVAILABLE, TEMPORARY },
		{ SMTP_RCPT, 454, "4.7.1", "", RESULT_RELAY_DENIED, TEMPORARY },
		{ SMTP_RCPT, 432, "", "", RESULT_RECIPIENT_UNAVAILABLE, TEMPORARY },
		{ SMTP_RCPT, 501, "", "", RESULT_SYNTAX_ERROR, PERMANENT },
		{ SMTP_RCPT, 503, "", "", RESULT_RECIPIENT_UNAVAILABLE, PERMANENT },
		{ SMTP_RCPT, 550, "", "", RESULT_RECIPIENT_INVALID, PERMANENT },
		{ SMTP_RCPT, 550, "5.1.1", "", RESULT_RECIPIENT_INVALID, PERMANENT },
		{ SMTP_RCPT, 550, "5.2.2", "", RESULT_RECIPIENT_UNAVAILABLE, TEMPORARY },
		{ SMTP_RCPT, 552, "5.2.2", "", RESULT_RECIPIENT_UNAVAILABLE, TEMPORARY },
		{ SMTP_RCPT, 554, "5.2.2", "", RESULT_RECIPIENT_UNAVAILABLE, TEMPORARY },
		{ SMTP_RCPT, 552, "", "", RESULT_RECIPIENT_UNAVAILABLE, PERMANENT },
		{ SMTP_RCPT, 551, "", "", RESULT_RELAY_DENIED, CONFIGURATION },
		{ SMTP_RCPT, 554, "", "", RESULT_RELAY_DENIED, CONFIGURATION },
		{ SMTP_RCPT, 550, "5.7.1", "", RESULT_RELAY_DENIED, CONFIGURATION },
		{ SMTP_RCPT, 553, "5.7.1", "", RESULT_RELAY_DENIED, CONFIGURATION },
		{ SMTP_RCPT, 550, "5.7.10", "", RESULT_RECIPIENT_INVALID, PERMANENT },
		{ SMTP_RCPT, 550, "", "Relay not permitted", RESULT_RELAY_DENIED, CONFIGURATION },
		{ SMTP_RCPT, 550, "", "we do not rerelay", RESULT_RELAY_DENIED, CONFIGURATION },
		{ SMTP_RCPT, 550, "", "<relay@x>: unknown", RESULT_RECIPIENT_INVALID, PERMANENT },
		{ SMTP_RCPT, 553, "", "", RESULT_SYNTAX_ERROR, PERMANENT },
		{ SMTP_RCPT, 555, "", "", RESULT_RECIPIENT_UNAVAILABLE, PERMANENT },
		{ SMTP_DATA, 354, "", "", RESULT_OK, DONE },
		{ SMTP_DATA, 421, "", "", RESULT_SERVER_NOT_READY, TEMPORARY },
		{ SMTP_DATA, 451, "", "", RESULT_DATA_REJECTED, TEMPORARY },
		{ SMTP_DATA, 554, "", "", RESULT_DATA_REJECTED, PERMANENT },
		{ SMTP_DOT, 250, "", "", RESULT_OK, DONE },
		{ SMTP_DOT, 421, "", "", RESULT_SERVER_NOT_READY, TEMPORARY },
		{ SMTP_DOT, 452, "", "", RESULT_DATA_NOT_FINISHED, TEMPORARY },
		{ SMTP_DOT, 552, "", "", RESULT_DATA_NOT_FINISHED, PERMANENT },
		{ SMTP_QUIT, 221, "", "", RESULT_OK, DONE },
		{ SMTP_QUIT, 421, "", "", RESULT_OK, DONE },
		{ SMTP_QUIT, 500, "", "", RESULT_OK, DONE },
		/* in the wrong place: as garbage */
		{ SMTP_GREETING, 354, "", "", RESULT_SERVER_NOT_READY, TEMPORARY },
		{ SMTP_AUTH, 334, "", "", RESULT_BAD_PASSWORD, TEMPORARY },
		{ SMTP_MAIL, 354, "", "", RESULT_SENDER_REJECTED, TEMPORARY },
		{ SMTP_DATA, 250, "", "", RESULT_DATA_REJECTED, TEMPORARY },
		{ SMTP_DOT, 354, "", "", RESULT_DATA_NOT_FINISHED, IN_DOUBT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct smtp_outcome outcome = { .phase = cases[i].phase };

		outcome.reply.code = cases[i].code;
		snprintf(outcome.reply.enhanced, sizeof(outcome.reply.enhanced), "%s",
		    cases[i].enhanced);
		snprintf(outcome.reply.text, sizeof(outcome.reply.text), "%s", cases[i].text);
		check(&outcome, false, cases[i].result, cases[i].class);
	}
}

static void
judges_no_reply_by_phase(void **state)
{
	static const struct {
		enum smtp_phase phase;
		enum result lost, silent;
		enum result_class class;
	} cases[] = {
		{ SMTP_RESOLVE, RESULT_DNS_FAILED, RESULT_TIMEOUT, TEMPORARY },
		{ SMTP_CONNECT, RESULT_CONNECT_FAILED, RESULT_TIMEOUT, TEMPORARY },
		{ SMTP_GREETING, RESULT_SERVER_NOT_READY, RESULT_TIMEOUT, TEMPORARY },
		{ SMTP_EHLO, RESULT_HELO_REJECTED, RESULT_TIMEOUT, TEMPORARY },
		{ SMTP_TLS, RESULT_TLS_FAILED, RESULT_TIMEOUT, TEMPORARY },
		{ SMTP_AUTH, RESULT_BAD_PASSWORD, RESULT_TIMEOUT, TEMPORARY },
		{ SMTP_AUTH_USER, RESULT_BAD_PASSWORD, RESULT_TIMEOUT, TEMPORARY },
		{ SMTP_MAIL, RESULT_SENDER_REJECTED, RESULT_TIMEOUT, TEMPORARY },
		{ SMTP_RCPT, RESULT_RECIPIENT_UNAVAILABLE, RESULT_TIMEOUT, TEMPORARY },
		{ SMTP_DATA, RESULT_DATA_REJECTED, RESULT_TIMEOUT, TEMPORARY },
		{ SMTP_DOT, RESULT_DATA_NOT_FINISHED, RESULT_DATA_NOT_FINISHED, IN_DOUBT },
		{ SMTP_QUIT, RESULT_OK, RESULT_OK, DONE },
	};

	(void)state;
	assert_int_equal(COUNT(cases), SMTP_PHASE_COUNT);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct smtp_outcome outcome = { .phase = cases[i].phase, .ending = SMTP_LOST };

		check(&outcome, false, cases[i].lost, cases[i].class);
		outcome.ending = SMTP_GARBLED;
		check(&outcome, false, cases[i].lost, cases[i].class);
		outcome.ending = SMTP_SILENT;
		check(&outcome, false, cases[i].silent, cases[i].class);
	}
}

static void
judges_what_we_find_ourselves(void **state)
{
	static const struct {
		enum smtp_phase phase;
		enum smtp_ending ending;
		enum result result;
		enum result_class class;
	} cases[] = {
		{ SMTP_RESOLVE, SMTP_UNKNOWN_HOST, RESULT_DNS_FAILED, TEMPORARY },
		{ SMTP_CONNECT, SMTP_UNREACHABLE, RESULT_CONNECT_FAILED, TEMPORARY },
		{ SMTP_TLS, SMTP_NO_TLS, RESULT_TLS_FAILED, CONFIGURATION },
		{ SMTP_TLS, SMTP_BAD_HANDSHAKE, RESULT_TLS_FAILED, CONFIGURATION },
		{ SMTP_TLS, SMTP_BAD_CERTIFICATE, RESULT_CERTIFICATE_INVALID, CONFIGURATION },
		{ SMTP_AUTH, SMTP_NO_MECHANISM, RESULT_AUTH_NOT_SUPPORTED, CONFIGURATION },
		{ SMTP_MAIL, SMTP_BAD_ADDRESS, RESULT_SYNTAX_ERROR, PERMANENT },
		{ SMTP_RCPT, SMTP_BAD_ADDRESS, RESULT_SYNTAX_ERROR, PERMANENT },
		{ SMTP_DATA, SMTP_BROKEN, RESULT_INTERNAL_ERROR, TEMPORARY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct smtp_outcome outcome = { cases[i].phase, cases[i].ending, { 0 } };

		check(&outcome, false, cases[i].result, cases[i].class);
	}
}

static void
blames_one_recipient_if_another_was_accepted(void **state)
{
	struct smtp_outcome outcome = { .phase = SMTP_RCPT, .reply = { .code = 554 } };

	(void)state;
	check(&outcome, false, RESULT_RELAY_DENIED, CONFIGURATION);
	check(&outcome, true, RESULT_RELAY_DENIED, PERMANENT);
	outcome.reply.code = 454;
	snprintf(outcome.reply.enhanced, sizeof(outcome.reply.enhanced), "4.7.1");
	check(&outcome, true, RESULT_RELAY_DENIED, TEMPORARY);
	outcome = (struct smtp_outcome){ .phase = SMTP_MAIL, .reply = { .code = 550 } };
	check(&outcome, true, RESULT_SENDER_REJECTED, CONFIGURATION);
}

static void
takes_a_4xx_for_temporary_everywhere(void **state)
{
	(void)state;
	for (int phase = 0; phase < SMTP_QUIT; phase++)
		for (int code = 400; code <= 499; code++) {
			struct smtp_outcome outcome = { .phase = (enum smtp_phase)phase };
			struct smtp_verdict verdict;

			outcome.reply.code = code;
			verdict = smtp_verdict(&outcome, false);
			assert_int_equal(verdict.class, TEMPORARY);
			assert_int_equal(verdict.result == RESULT_SERVER_NOT_READY,
			    code == 421 || phase == SMTP_GREETING);
			assert_false(smtp_is_auth_try(&verdict));
		}
}

static void
counts_the_tries_of_a_password(void **state)
{
	static const struct {
		struct smtp_verdict verdict;
		bool is_try;
	} cases[] = {
		{ { RESULT_BAD_PASSWORD, CONFIGURATION }, true },
		{ { RESULT_BAD_USER_NAME, CONFIGURATION }, true },
		{ { RESULT_BAD_PASSWORD, TEMPORARY }, false },
		{ { RESULT_AUTH_NOT_SUPPORTED, CONFIGURATION }, false },
		{ { RESULT_TLS_FAILED, CONFIGURATION }, false },
		{ { RESULT_OK, DONE }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(smtp_is_auth_try(&cases[i].verdict), cases[i].is_try);
}

static void
names_each_phase(void **state)
{
	enum smtp_phase phase = SMTP_QUIT;

	(void)state;
	for (int i = 0; i < SMTP_PHASE_COUNT; i++) {
		assert_int_equal(
		    smtp_phase_from_name(smtp_phase_name((enum smtp_phase)i), &phase), 0);
		assert_int_equal(phase, i);
	}
	assert_int_equal(smtp_phase_from_name("helo", &phase), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_each_reply_by_phase_and_code),
		cmocka_unit_test(judges_no_reply_by_phase),
		cmocka_unit_test(judges_what_we_find_ourselves),
		cmocka_unit_test(blames_one_recipient_if_another_was_accepted),
		cmocka_unit_test(takes_a_4xx_for_temporary_everywhere),
		cmocka_unit_test(counts_the_tries_of_a_password),
		cmocka_unit_test(names_each_phase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
