/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/glob.h"
#include "tests/unit/unit.h"

static void
a_name_fits_one_of_the_patterns(void **state)
{
	static const struct {
		const char *patterns, *name;
		bool fits;
	} cases[] = {
		{ "*", "rack-a inlet", true },
		{ "*", "", true },
		{ "", "rack-a", false },
		{ "", "", false },
		{ " , ,", "", false },
		{ "rack-a", "rack-a", true },
		{ "rack-a", "rack-ab", false },
		{ "rack-a", "Rack-a", false },
		{ "rack-*", "rack-a inlet", true },
		{ "rack-*", "rack-", true },
		{ "rack-*", "rack", false },
		{ "*inlet", "rack-a inlet", true },
		{ "*inlet", "rack-a inlet 2", false },
		{ "*a*a*b", "aaaab", true },
		{ "*a*a*b", "aaaba", false },
		{ "**", "x", true },
		{ "rack-?", "rack-a", true },
		{ "rack-?", "rack-", false },
		{ "rack-?", "rack-ab", false },
		{ "r?m", "r\xc3\xbcm", true },
		{ "*?", "", false },
		{ "cold*, rack-b*", "rack-b inlet", true },
		{ "cold*,rack-b inlet ", "rack-b inlet", true },
		{ "cold*, rack-b", "rack-b inlet", false },
		{ ", rack-a", "rack-a", true },
		{ "[a-z]*", "rack", false },
		{ "[a]", "[a]", true },
		{ "\\*", "*", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (glob_matches(cases[i].patterns, cases[i].name) != cases[i].fits)
			fail_msg("\"%s\" and \"%s\"", cases[i].patterns, cases[i].name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_fits_one_of_the_patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
