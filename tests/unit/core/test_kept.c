/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/kept.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

#define LATEST ((INT64_C(1) << 60) - 1)

/* Each member another number, so that none can take the place of another. */
static struct evaluator_kept
full(void)
{
	const struct alarm alarm = { .id = 0xfffffff1,
		.kind = ALARM_LIMIT,
		.state = ALARM_ACTIVE_ACKNOWLEDGED,
		.severity = SEVERITY_CRITICAL,
		.zone = ZONE_HIGH_CRITICAL,
		.reason = FAULT_NONE,
		.is_latching = true,
		.raised_ms = -5,
		.value_milli = INT32_MIN,
		.peak_milli = INT32_MAX,
		.limit_milli = -1 };
	struct evaluator_kept kept;

	memset(&kept, 0, sizeof(kept));
	kept.limits.is_beyond[LEVEL_HIGH_WARNING] = true;
	kept.limits.is_beyond[LEVEL_HIGH_CRITICAL] = true;
	kept.limit_alarm = alarm;
	kept.fault_alarm = alarm;
	kept.fault_alarm.kind = ALARM_FAULT;
	kept.fault_alarm.reason = FAULT_BAD_ADDRESS;
	kept.fault_alarm.zone = ZONE_NORMAL;
	kept.rate_alarm = alarm;
	kept.rate_alarm.kind = ALARM_RATE;
	kept.rate_alarm.id = 7;
	kept.rate_alarm.zone = ZONE_NORMAL;
	kept.raises = (struct recent){ 4, { 1, 2, 3, LATEST } };
	kept.faults = (struct recent){ 2, { -LATEST, 6, 0, 0 } };
	kept.is_damped = true;
	kept.suppression.is_by_parent = true;
	kept.suppression.since_ms = 11;
	kept.suppression.until_ms = 12;
	kept.suppression.raised = 13;
	kept.suppression.cleared = 14;
	kept.suppression.last_cleared_id = 15;
	return kept;
}

static void
comes_back_as_it_was(void **state)
{
	unsigned char octets[KEPT_OCTETS_MAX], again[KEPT_OCTETS_MAX];
	struct evaluator_kept kept = full(), back;
	size_t count = kept_encode(&kept, octets);

	(void)state;
	assert_int_equal(kept_decode(octets, count, &back), 0);
	assert_int_equal(kept_encode(&back, again), count);
	assert_memory_equal(octets, again, count);
	assert_int_equal(back.limit_alarm.value_milli, INT32_MIN);
	assert_int_equal(back.fault_alarm.reason, FAULT_BAD_ADDRESS);
	assert_int_equal(back.rate_alarm.id, 7);
	assert_true(back.raises.at_ms[3] == LATEST);
	assert_true(back.faults.at_ms[0] == -LATEST);
	assert_true(back.is_damped && !back.is_chattering);
	assert_int_equal(back.suppression.last_cleared_id, 15);
	assert_true(back.limits.is_beyond[LEVEL_HIGH_CRITICAL]);
	assert_false(back.limits.is_beyond[LEVEL_LOW_WARNING]);
}

/* What was stored by this version must be found by all later ones. */
static void
the_form_of_version_1_never_changes(void **state)
{
	static const unsigned char begin[] = { 1, 0, 0, 1, 1, 0xf1, 0xff, 0xff, 0xff, 1, 0, 0, 0 };
	unsigned char octets[KEPT_OCTETS_MAX];
	struct evaluator_kept kept = full();

	(void)state;
	assert_int_equal(kept_encode(&kept, octets), 245);
	assert_memory_equal(octets, begin, sizeof(begin));
	assert_int_equal(octets[241], 15);
}

static void
what_cannot_be_is_refused(void **state)
{
	static const struct {
		const char *what;
		size_t at, count;
		unsigned char octet;
	} cases[] = {
		{ "another version", 0, 245, 2 },
		{ "too short", 0, 244, 1 },
		{ "too long", 0, 246, 1 },
		{ "nothing", 0, 0, 1 },
		{ "half a truth", 1, 245, 2 },
		{ "no such kind", 9, 245, 7 },
		{ "no such state", 13, 245, 5 },
		{ "beyond a limit, and no alarm", 13, 245, ALARM_UNLISTED },
		{ "listed, but not open", 13, 245, ALARM_LATCHED },
		{ "an alarm of another zone", 21, 245, ZONE_LOW_WARNING },
		{ "of another kind", 9, 245, ALARM_RATE },
		{ "raised at no time", 37, 245, 0x7f },
	};
	unsigned char octets[KEPT_OCTETS_MAX] = { 0 };
	struct evaluator_kept kept = full(), back = { .is_chattering = true };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].what);
		kept_encode(&kept, octets);
		octets[cases[i].at] = cases[i].octet;
		assert_int_equal(kept_decode(octets, cases[i].count, &back), -EINVAL);
		assert_true(back.is_chattering);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_was),
		cmocka_unit_test(the_form_of_version_1_never_changes),
		cmocka_unit_test(what_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
