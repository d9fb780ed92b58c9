/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/mailbox.h"
#include "tests/unit/unit.h"

#define A31 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A63 A31 A31 "a"
#define A64 A63 "a"

static void
knows_a_mailbox(void **state)
{
	static const struct {
		const char *text;
		bool is_good;
	} cases[] = {
		{ "ops@example.org", true },
		{ "o@e", true },
		{ "first.last+alarm@mail-1.example.org", true },
		{ "!#$%&'*+-/=?^_`{|}~@example.org", true },
		{ A64 "@" A63 ".org", true },
		{ A64 "@" A63 "." A63 "." A31 "." A31 "bcdefgh", false },
		{ A64 "a@example.org", false },
		{ "a@" A64, false },
		{ "", false },
		{ "ops", false },
		{ "@example.org", false },
		{ "ops@", false },
		{ "ops@example.org@example.net", false },
		{ "ops@@example.org", false },
		{ ".ops@example.org", false },
		{ "ops.@example.org", false },
		{ "o..s@example.org", false },
		{ "ops@.example.org", false },
		{ "ops@example.org.", false },
		{ "ops@example..org", false },
		{ "ops@-example.org", false },
		{ "ops@example-.org", false },
		{ "ops@exam_ple.org", false },
		{ "ops@[192.0.2.1]", false },
		{ "<ops@example.org>", false },
		{ "ops@example.org,", false },
		{ "a,b@example.org", false },
		{ "\"a b\"@example.org", false },
		{ "o ps@example.org", false },
		{ "ops@example.org ", false },
		{ "ops@example.org\r\nRCPT TO:<x@example.net>", false },
		{ "ops\n@example.org", false },
		{ "pl\xc5\xbe@example.org", false },
		{ "ops@pl\xc5\xbe.example.org", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (mailbox_is_good(cases[i].text) != cases[i].is_good)
			fail_msg("%s", cases[i].text);
}

static void
knows_a_domain(void **state)
{
	(void)state;
	assert_true(mailbox_is_domain("example.org"));
	assert_true(mailbox_is_domain("localhost"));
	assert_true(mailbox_is_domain("192.0.2.1"));
	assert_false(mailbox_is_domain(""));
	assert_false(mailbox_is_domain("ops@example.org"));
	assert_false(mailbox_is_domain("example.org "));
	assert_string_equal(mailbox_domain("ops@example.org"), "example.org");
}

static void
compares_as_people_do(void **state)
{
	(void)state;
	assert_true(mailbox_is_equal("Ops@Example.ORG", "ops@example.org"));
	assert_false(mailbox_is_equal("ops@example.org", "ops@example.or"));
	assert_false(mailbox_is_equal("ops@example.org", "opz@example.org"));
}

static void
finds_a_mailbox_by_itself_or_by_its_domain(void **state)
{
	static const struct {
		const char *mailbox, *list;
		bool is_in;
	} cases[] = {
		{ "ops@example.org", "example.org", true },
		{ "ops@example.org", "example.net, example.org", true },
		{ "ops@example.org", "ops@example.org", true },
		{ "OPS@EXAMPLE.org", " ,Example.Org ,", true },
		{ "ops@example.org", "example.net ops@example.org", true },
		{ "ops@example.org", "", false },
		{ "ops@example.org", "oncall@example.org", false },
		{ "ops@sub.example.org", "example.org", false },
		{ "ops@example.org", "sub.example.org", false },
		{ "ops@badexample.org", "example.org", false },
		{ "ops@example.org", "example.or, example.orga", false },
		{ "ops@example.org", "ps@example.org", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (mailbox_is_in_list(cases[i].mailbox, cases[i].list) != cases[i].is_in)
			fail_msg("%s in %s", cases[i].mailbox, cases[i].list);
}

static void
knows_a_list(void **state)
{
	static const struct {
		const char *list;
		bool is_good;
	} cases[] = {
		{ "", true },
		{ "example.org", true },
		{ "example.org, oncall@example.net", true },
		{ "example.org oncall@example.net ,", true },
		{ "*", false },
		{ "*.example.org", false },
		{ "@example.org", false },
		{ "example.org; example.net", false },
		{ "example.org, a@b@c", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (mailbox_is_good_list(cases[i].list) != cases[i].is_good)
			fail_msg("%s", cases[i].list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_a_mailbox),
		cmocka_unit_test(knows_a_domain),
		cmocka_unit_test(compares_as_people_do),
		cmocka_unit_test(finds_a_mailbox_by_itself_or_by_its_domain),
		cmocka_unit_test(knows_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
