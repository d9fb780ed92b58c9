/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/evaluator.h"
#include "tests/unit/unit.h"

/* The sensor as each event leaves it: whoever follows sensors, not alarms, lives by this. */
#define NONE INT32_MIN /* no value */

struct told {
	enum event_kind kind;
	enum severity severity;
	int32_t value_milli;
};

struct step {
	enum fault_reason reason;
	int32_t value_milli;
	struct told told[4]; /* kind 0 behind the last */
};

static const struct step steps[] = {
	{ FAULT_NONE, 20, { { EVENT_RAISE, SEVERITY_WARNING, 20 } } },
	{ FAULT_NONE, 30, { { EVENT_ESCALATE, SEVERITY_CRITICAL, 30 } } },
	{ FAULT_NONE, -20,
	    { { EVENT_CLEAR, SEVERITY_OK, -20 }, { EVENT_RAISE, SEVERITY_WARNING, -20 } } },
	{ FAULT_NO_REPLY, 0, { { EVENT_FAULT_RAISE, SEVERITY_UNKNOWN, NONE } } },
	{ FAULT_NONE, 31,
	    { { EVENT_FAULT_CLEAR, SEVERITY_WARNING, 31 }, { EVENT_CLEAR, SEVERITY_OK, 31 },
		{ EVENT_RAISE, SEVERITY_CRITICAL, 31 } } },
	{ FAULT_NONE, 20, { { EVENT_DEESCALATE, SEVERITY_WARNING, 20 } } },
	{ FAULT_NONE, 0, { { EVENT_CLEAR, SEVERITY_OK, 0 } } },
};

static struct evaluator_rule
swift_rule(void)
{
	struct evaluator_rule rule;

	evaluator_rule_init(&rule);
	rule.quality.fault_count = 1;
	rule.quality.fault_delay_ms = 0;
	rule.limits = (struct limit_rule){
		.is_enabled = { false, true, true, true },
		.limit_milli = { 0, -20, 20, 30 },
		.min_samples = 1,
	};
	return rule;
}

static void
assert_told(const struct verdict *verdict, const struct told *told)
{
	unsigned count = 0;

	for (; count < 4 && told[count].kind != 0; count++) {
		const struct event *event = &verdict->events[count];

		assert_true(count < verdict->count);
		assert_int_equal(event->kind, told[count].kind);
		assert_int_equal(event->sensor_severity, told[count].severity);
		assert_int_equal(event->has_sensor_value, told[count].value_milli != NONE);
		if (event->has_sensor_value)
			assert_int_equal(event->sensor_value_milli, told[count].value_milli);
	}
	assert_int_equal(verdict->count, count);
}

static void
each_event_says_how_it_leaves_the_sensor(void **state)
{
	const struct evaluator_rule rule = swift_rule();
	struct verdict verdict = { .next_alarm_id = 1 };
	struct evaluator evaluator;

	(void)state;
	evaluator_init(&evaluator, NULL, 0);
	for (size_t i = 0; i < COUNT(steps); i++) {
		evaluator_sample(
		    &evaluator, &rule, steps[i].reason, steps[i].value_milli, (int64_t)i, &verdict);
		assert_told(&verdict, steps[i].told);
	}
}

static void
an_open_rate_alarm_shows_behind_a_clear(void **state)
{
	struct evaluator_rule rule = swift_rule();
	struct verdict verdict = { .next_alarm_id = 1 };
	struct evaluator evaluator;

	(void)state;
	evaluator_init(&evaluator, NULL, 0);
	evaluator_sample(&evaluator, &rule, FAULT_NONE, 20, 0, &verdict);
	alarm_raise(&evaluator.kept.rate_alarm, ALARM_RATE, 9, SEVERITY_WARNING, 1);
	evaluator_sample(&evaluator, &rule, FAULT_NONE, 0, 2, &verdict);
	assert_told(&verdict, (const struct told[]){ { EVENT_CLEAR, SEVERITY_WARNING, 0 }, { 0 } });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_says_how_it_leaves_the_sensor),
		cmocka_unit_test(an_open_rate_alarm_shows_behind_a_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
