/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "drivers/host.h"
#include "tests/unit/unit.h"

#define LABEL "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."

static void
takes_a_host_and_a_port(void **state)
{
	static const struct {
		const char *text, *name, *port; /* name NULL: refused */
	} cases[] = {
		{ "127.0.0.1:4304", "127.0.0.1", "4304" },
		{ "127.0.0.1", "127.0.0.1", "77" },
		{ "attic.example.org:1", "attic.example.org", "1" },
		{ "attic_2-b", "attic_2-b", "77" },
		{ "[::1]:65535", "::1", "65535" },
		{ "[fe80::1%eth0]", "fe80::1%eth0", "77" },
		{ "host:007", "host", "7" },
		{ "", NULL, NULL },
		{ ":4304", NULL, NULL },
		{ "host:", NULL, NULL },
		{ "host:0", NULL, NULL },
		{ "host:65536", NULL, NULL },
		{ "host:4304x", NULL, NULL },
		{ "host:43:04", NULL, NULL },
		{ "ho st:4304", NULL, NULL },
		{ "host/4304", NULL, NULL },
		{ "::1", NULL, NULL },
		{ "[::1", NULL, NULL },
		{ "[::1]4304", NULL, NULL },
		{ "[]:4304", NULL, NULL },
		{ "[host]:4304", NULL, NULL },
		{ "[::1%]:4304", NULL, NULL },
		{ LABEL LABEL LABEL LABEL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct host host = { "none", "0" };
		int r = host_parse(cases[i].text, "77", &host);

		if (r != (cases[i].name != NULL ? 0 : -EINVAL))
			fail_msg("\"%s\": %d", cases[i].text, r);
		assert_string_equal(host.name, cases[i].name != NULL ? cases[i].name : "none");
		assert_string_equal(host.port, cases[i].name != NULL ? cases[i].port : "0");
	}
}

static void
wants_a_port_if_there_is_no_default(void **state)
{
	struct host host;

	(void)state;
	assert_int_equal(host_parse("host:1", NULL, &host), 0);
	assert_int_equal(host_parse("host", NULL, &host), -EINVAL);
	assert_int_equal(host_parse("[::1]", NULL, &host), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_host_and_a_port),
		cmocka_unit_test(wants_a_port_if_there_is_no_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
