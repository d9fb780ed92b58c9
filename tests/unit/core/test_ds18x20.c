/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ds18x20.h"
#include "tests/unit/unit.h"

#define GONE INT32_MIN

/* One probe; it is remembered from line to line. */
static void
tells_false_values_from_good_ones(void **state)
{
	static const struct {
		const char *name;
		int32_t milli;
		enum fault_reason reason;
	} cases[] = {
		{ "power-on value at first", 85000, FAULT_IMPLAUSIBLE },
		{ "and again", 85000, FAULT_IMPLAUSIBLE },
		{ "a good one", 80000, FAULT_NONE },
		{ "five degrees up to 85", 85000, FAULT_NONE },
		{ "just further away", 79999, FAULT_NONE },
		{ "a jump up to 85", 85000, FAULT_IMPLAUSIBLE },
		{ "from above, too", 90001, FAULT_NONE },
		{ "a jump down to 85", 85000, FAULT_IMPLAUSIBLE },
		{ "a jump to near 85 is true", 85063, FAULT_NONE },
		{ "and so is 85 from there", 85000, FAULT_NONE },
		{ "false values do not count", -127000, FAULT_IMPLAUSIBLE },
		{ "as the last one", 85000, FAULT_NONE },
		{ "it went", GONE, FAULT_NONE },
		{ "and came back", 85000, FAULT_IMPLAUSIBLE },
		{ "too little power", 127937, FAULT_IMPLAUSIBLE },
		{ "rounded up", 127938, FAULT_IMPLAUSIBLE },
		{ "too hot", 125001, FAULT_OUT_OF_RANGE },
		{ "just not too hot", 125000, FAULT_NONE },
		{ "too cold", -55001, FAULT_OUT_OF_RANGE },
		{ "just not too cold", -55000, FAULT_NONE },
		{ "from far below to 85", 85000, FAULT_IMPLAUSIBLE },
		{ "the range's least number", INT32_MIN + 1, FAULT_OUT_OF_RANGE },
		{ "the range's greatest number", INT32_MAX, FAULT_OUT_OF_RANGE },
	};
	struct ds18x20 probe = { .unit = 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (cases[i].milli == GONE)
			ds18x20_forget(&probe);
		else if (ds18x20_judge(&probe, cases[i].milli) != cases[i].reason)
			fail_msg("%s", cases[i].name);
	}
}

static void
forgets_the_probe_that_was_read_longest_ago(void **state)
{
	static struct ds18x20 probes[DS18X20_REMEMBERED];
	struct ds18x20 *first, *second;
	uint64_t round = 0;

	(void)state;
	for (uint64_t unit = 1; unit <= DS18X20_REMEMBERED; unit++) {
		struct ds18x20 *probe = ds18x20_get(probes, unit);

		probe->round = ++round;
		assert_int_equal(ds18x20_judge(probe, 20000), FAULT_NONE);
	}
	first = ds18x20_get(probes, 1);
	assert_true(first->has_last);
	first->round = ++round;
	second = ds18x20_get(probes, 1000);
	assert_ptr_not_equal(second, first);
	assert_false(second->has_last);
	second->round = ++round;
	assert_true(ds18x20_get(probes, 3)->has_last);
	assert_false(ds18x20_get(probes, 2)->has_last);
}

static void
knows_its_families(void **state)
{
	(void)state;
	assert_string_equal(ds18x20_chip(0x28), "DS18B20");
	assert_string_equal(ds18x20_chip(0x10), "DS18S20");
	assert_string_equal(ds18x20_chip(0x22), "DS1822");
	assert_string_equal(ds18x20_chip(0x3b), "DS1825");
	assert_string_equal(ds18x20_chip(0x42), "DS28EA00");
	assert_null(ds18x20_chip(0x26));
	assert_null(ds18x20_chip(0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_false_values_from_good_ones),
		cmocka_unit_test(forgets_the_probe_that_was_read_longest_ago),
		cmocka_unit_test(knows_its_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
