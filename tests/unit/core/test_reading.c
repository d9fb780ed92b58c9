/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/reading.h"
#include "tests/unit/unit.h"

/* By the numbers of EnvsFaultReason and EnvsQuality. */
static const char *const reasons[] = { "?", "none", "noReply", "badReply", "deviceError",
	"implausible", "outOfRange", "stale", "busDown", "badAddress", "?" };
static const char *const qualities[] = { "?", "unknown", "good", "suspect", "fault", "?" };

static void
names_are_those_of_the_mib(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(reasons); i++)
		assert_string_equal(fault_reason_name((enum fault_reason)i), reasons[i]);
	for (size_t i = 0; i < COUNT(qualities); i++)
		assert_string_equal(quality_name((enum quality)i), qualities[i]);
}

static void
a_reading_is_a_value_or_a_reason(void **state)
{
	struct reading good = reading_good((struct raw){ .kind = RAW_INT, .i = -5 });

	(void)state;
	assert_int_equal(good.reason, FAULT_NONE);
	assert_int_equal(good.raw.i, -5);
	assert_int_equal(reading_bad(FAULT_NO_REPLY).reason, FAULT_NO_REPLY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_the_mib),
		cmocka_unit_test(a_reading_is_a_value_or_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
