/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "core/result.h"
#include "tests/unit/unit.h"

/* The MIB's numbers are an interface: spelled out here once more, on purpose. */
static void
has_the_codes_of_the_mib(void **state)
{
	static const char *const names[] = { "ok", "timeout", "serverNotReady", "heloRejected",
		"senderRejected", "recipientUnavailable", "relayDenied", "dataRejected",
		"dataNotFinished", "authNotSupported", "badUserName", "badPassword",
		"recipientInvalid", "connectFailed", "busy", "syntaxError", "dnsFailed",
		"tlsFailed", "certificateInvalid", "rateLimited", "masterUnavailable", "expired",
		"queueFull", "notAllowed", "internalError" };

	(void)state;
	assert_int_equal(sizeof(names) / sizeof(names[0]), RESULT_COUNT);
	for (int i = 0; i < RESULT_COUNT; i++) {
		assert_string_equal(result_name((enum result)i), names[i]);
		assert_int_equal(result_from_name(names[i]), i);
		assert_true(result_text((enum result)i)[0] != '\0');
	}
	assert_int_equal(result_from_name("oK"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(has_the_codes_of_the_mib) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
