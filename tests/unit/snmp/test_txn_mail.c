/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/text.h"
#include "snmp/tables.h"
#include "tests/unit/snmp/set_fixture.h"

#include "config.h"

/* Relays and contacts by SET, over set_fixture.h. */

#define HOST(value)     text(&table_relay, 2, 3, (value))
#define SECURITY(value) number(&table_relay, 4, 3, VALUE_INTEGER, (value))
#define PASSWORD(value) text(&table_relay, 6, 3, (value))

static void
a_password_can_be_set_only_if_the_file_allows_it(void **state)
{
	struct conf_mail *mail = &((struct conf *)snapshot.conf)->mail;
	const struct set_varbind list[] = { PASSWORD("horse"), { 0 } };

	(void)state;
	for (int allows = 0; allows <= 1; allows++) {
		struct txn *txn = begin();
		unsigned at;

		mail->allow_secret_set = allows != 0;
		assert_int_equal(judge(txn, list, &at), allows ? SET_OK : SET_NOT_WRITABLE);
		txn_free(txn);
	}
}

static void
another_server_or_security_has_no_password_but_its_own(void **state)
{
	const struct {
		const char *what;
		struct set_varbind varbinds[4];
		size_t count;
		const char *password;
	} list[] = {
		{ "another host", { HOST("evil.example") }, 2, "" },
		{ "another security", { SECURITY(2) }, 2, "" },
		{ "both", { HOST("evil.example"), SECURITY(2) }, 3, "" },
		{ "another port", { number(&table_relay, 3, 3, VALUE_UNSIGNED, 587) }, 1,
		    "secret" },
		{ "what is so already", { HOST("mail.example.org"), SECURITY(1) }, 0, NULL },
		{ "with its own", { HOST("new.example"), PASSWORD("horse") }, 2, "horse" },
		{ "with its own before", { PASSWORD("horse"), SECURITY(2) }, 2, "horse" },
		{ "only that", { PASSWORD("horse") }, 1, "horse" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		struct txn *txn = begin();
		struct change *change;
		unsigned at;

		assert_int_equal(judge(txn, list[i].varbinds, &at), SET_OK);
		change = txn_take_change(txn);
		if (change->count != list[i].count)
			fail_msg("%s: %zu items", list[i].what, change->count);
		if (list[i].password != NULL)
			assert_string_equal(
			    change->candidate->relays[0].password, list[i].password);
		change_free(change);
		txn_free(txn);
	}
}

static void
a_relay_with_a_token_command_stays_where_it_is(void **state)
{
	const struct set_varbind list[] = { number(&table_relay, 3, 3, VALUE_UNSIGNED, 587),
		HOST("evil.example"), { 0 } };
	struct txn *txn = begin();
	unsigned at;

	(void)state;
	text_copy(
	    ((struct conf *)snapshot.conf)->relays[0].token_command, CONF_TEXT_SIZE, "/bin/x");
	assert_int_equal(judge(txn, list, &at), SET_INCONSISTENT_VALUE);
	assert_int_equal(at, 2);
	((struct conf *)snapshot.conf)->relays[0].token_command[0] = '\0';
	txn_free(txn);
}

static void
rows_are_what_the_file_and_the_rules_allow(void **state)
{
	const struct {
		const char *what;
		struct set_varbind varbinds[5];
		enum set_error error;
		unsigned at;
	} list[] = {
		{ "an address of the list", { text(&table_contact, 3, 3, "boss@example.org") },
		    SET_OK, 0 },
		{ "another", { text(&table_contact, 3, 7, "boss@example.com") },
		    SET_INCONSISTENT_VALUE, 1 },
		{ "no address", { text(&table_contact, 3, 7, "boss") }, SET_WRONG_VALUE, 1 },
		{ "a name that is taken", { text(&table_contact, 2, 3, "seven") },
		    SET_INCONSISTENT_VALUE, 1 },
		{ "a new one",
		    { number(&table_contact, 13, 12, VALUE_INTEGER, 4),
			text(&table_contact, 2, 12, "boss"),
			text(&table_contact, 3, 12, "boss@example.org") },
		    SET_OK, 0 },
		{ "a new one without an address",
		    { number(&table_contact, 13, 12, VALUE_INTEGER, 4),
			text(&table_contact, 2, 12, "boss") },
		    SET_INCONSISTENT_VALUE, 1 },
		{ "a new one with an index that was used",
		    { number(&table_contact, 13, 11, VALUE_INTEGER, 5) }, SET_NO_CREATION, 1 },
		{ "a new relay",
		    { number(&table_relay, 16, 12, VALUE_INTEGER, 4),
			text(&table_relay, 2, 12, "second.example") },
		    SET_OK, 0 },
		{ "a new relay with a password of nobody",
		    { number(&table_relay, 16, 12, VALUE_INTEGER, 4),
			text(&table_relay, 2, 12, "second.example"),
			text(&table_relay, 6, 12, "horse") },
		    SET_INCONSISTENT_VALUE, 1 },
		{ "no protection", { SECURITY(3) }, SET_INCONSISTENT_VALUE, 1 },
		{ "a relay of the file goes", { number(&table_relay, 16, 3, VALUE_INTEGER, 6) },
		    SET_INCONSISTENT_VALUE, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		struct txn *txn = begin();
		unsigned at = 0;
		enum set_error error = judge(txn, list[i].varbinds, &at);

		if (error != list[i].error || at != list[i].at)
			fail_msg("%s: error %d at %u", list[i].what, error, at);
		txn_free(txn);
	}
}

/* The result of an older test would look like that of this one. */
static void
a_test_mail_to_a_contact_that_is_gone_is_refused(void **state)
{
	const struct {
		uint32_t before, now; /* 0: not in the PDU */
		enum set_error error;
	} list[] = {
		{ 0, 0, SET_OK },
		{ 3, 0, SET_OK },
		{ 5, 0, SET_INCONSISTENT_VALUE },
		{ 5, 3, SET_OK },
		{ 3, 5, SET_INCONSISTENT_VALUE },
	};

	(void)state;
#ifndef WITH_MAIL
	skip();
#endif
	for (size_t i = 0; i < COUNT(list); i++) {
		const struct set_varbind varbinds[] = {
			number(&table_mail_test, 3, 0, VALUE_INTEGER, 2),
			number(list[i].now != 0 ? &table_mail_test_contact : NULL, 4, 0,
			    VALUE_UNSIGNED, list[i].now),
			{ 0 },
		};
		struct txn *txn = begin();
		unsigned at;

		snapshot.agent.test_contact = list[i].before;
		assert_int_equal(judge(txn, varbinds, &at), list[i].error);
		txn_free(txn);
	}
	snapshot.agent.test_contact = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_test_mail_to_a_contact_that_is_gone_is_refused),
		cmocka_unit_test(a_password_can_be_set_only_if_the_file_allows_it),
		cmocka_unit_test(another_server_or_security_has_no_password_but_its_own),
		cmocka_unit_test(a_relay_with_a_token_command_stays_where_it_is),
		cmocka_unit_test(rows_are_what_the_file_and_the_rules_allow),
	};

	return cmocka_run_group_tests(tests, set_fixture_up, set_fixture_down);
}
