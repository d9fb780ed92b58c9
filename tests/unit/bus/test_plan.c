/* SPDX-License-Identifier: BSD-2-Clause */
#include "bus/plan.h"
#include "core/text.h"
#include "drivers/driver.h"
#include "tests/unit/fixture.h"
#include "tests/unit/unit.h"

#define START 1000000 /* any boottime; nothing may depend on it */

static struct plan *
plan_of(struct conf *conf, const struct plan *old, int64_t now_ms)
{
	struct plan *plan;
	struct err err;

	conf_seal(conf);
	assert_int_equal(
	    plan_new(conf, conf_bus(conf, 1), driver_find("sim"), old, now_ms, &plan, &err), 0);
	return plan;
}

/* Takes what is due of all units; returns how many points. */
static size_t
take_all(struct plan *plan, int64_t now_ms, uint32_t *missed)
{
	size_t which[16], count = 0;

	for (size_t u = 0; u < plan->unit_count; u++)
		if (plan->units[u].due_ms <= now_ms)
			count += plan_take(plan, &plan->units[u], now_ms, which, missed);
	return count;
}

static void
each_point_keeps_its_own_interval_without_drift(void **state)
{
	/* one point each second, one each 3 s; the worker comes a little late each time */
	static const struct {
		int64_t at_ms;
		size_t count;
		int64_t next_ms;
	} steps[] = {
		{ 0, 2, 1000 },
		{ 1007, 1, 2000 },
		{ 2001, 1, 3000 },
		{ 3999, 2, 4000 },
		{ 4000, 1, 5000 },
		{ 5900, 1, 6000 },
		{ 6050, 2, 7000 },
	};
	struct conf *conf = fixture_conf("", 1000);
	struct plan *plan;
	uint32_t missed = 0;

	(void)state;
	fixture_sensor(conf, 1, "a");
	fixture_sensor(conf, 2, "b")->poll_interval_ms = 3000;
	plan = plan_of(conf, NULL, START);
	assert_int_equal(plan_next_ms(plan), START);
	for (size_t i = 0; i < COUNT(steps); i++) {
		assert_int_equal(take_all(plan, START + steps[i].at_ms, &missed), steps[i].count);
		assert_int_equal(plan_next_ms(plan), START + steps[i].next_ms);
	}
	assert_int_equal(missed, 0);
	plan_free(plan);
	conf_unref(conf);
}

static void
polls_that_a_busy_bus_missed_are_counted_and_not_made_up_for(void **state)
{
	struct conf *conf = fixture_conf("", 1000);
	struct plan *plan;
	uint32_t missed = 0;

	(void)state;
	fixture_sensor(conf, 1, "a");
	plan = plan_of(conf, NULL, START);
	assert_int_equal(take_all(plan, START, &missed), 1);
	assert_int_equal(take_all(plan, START + 4300, &missed), 1);
	assert_int_equal(missed, 3);
	assert_int_equal(plan_next_ms(plan), START + 5000);
	plan_free(plan);
	conf_unref(conf);
}

static void
a_silent_unit_is_left_alone_ever_longer(void **state)
{
	static const int64_t waits_ms[] = { 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000 };
	struct conf *conf = fixture_conf("", 1000);
	struct plan *plan;
	struct plan_unit *unit;
	uint32_t missed = 0;
	int64_t now_ms = START;

	(void)state;
	fixture_sensor(conf, 1, "dead/a");
	plan = plan_of(conf, NULL, START);
	unit = &plan->units[0];
	for (size_t i = 0; i < COUNT(waits_ms); i++) {
		assert_int_equal(take_all(plan, now_ms, &missed), 1);
		now_ms += 150; /* the time-out */
		assert_int_equal(plan_answered(unit, false, now_ms), i == 0);
		assert_true(plan_is_degraded(plan));
		assert_true(plan_next_ms(plan) >= now_ms + waits_ms[i]);
		assert_true(plan_next_ms(plan) < now_ms + waits_ms[i] + 1000);
		now_ms = plan_next_ms(plan);
	}
	assert_int_equal(take_all(plan, now_ms, &missed), 1);
	assert_true(plan_answered(unit, true, now_ms));
	assert_false(plan_answered(unit, true, now_ms));
	assert_false(plan_is_degraded(plan));
	assert_true(plan_next_ms(plan) <= now_ms + 1000);
	assert_int_equal(missed, 0); /* skipped on purpose is not missed */
	plan_free(plan);
	conf_unref(conf);
}

static void
a_silent_unit_does_not_hold_up_its_neighbour(void **state)
{
	struct conf *conf = fixture_conf("", 1000);
	struct plan *plan;
	uint32_t missed = 0;

	(void)state;
	fixture_sensor(conf, 1, "dead/a");
	fixture_sensor(conf, 2, "good/a");
	fixture_sensor(conf, 3, "dead/b");
	plan = plan_of(conf, NULL, START);
	assert_int_equal(plan->unit_count, 2);
	assert_int_equal(take_all(plan, START, &missed), 3);
	for (size_t u = 0; u < plan->unit_count; u++) {
		bool is_dead = plan->units[u].count == 2;

		plan_answered(&plan->units[u], !is_dead, START);
		plan_answered(&plan->units[u], !is_dead, START);
	}
	assert_int_equal(take_all(plan, START + 1000, &missed), 1);
	assert_int_equal(take_all(plan, START + 2000, &missed), 3);
	plan_forgive(plan, START + 2100);
	assert_false(plan_is_degraded(plan));
	assert_int_equal(take_all(plan, START + 2100, &missed), 3);
	assert_int_equal(take_all(plan, START + 2999, &missed), 0); /* each at its own time again */
	assert_int_equal(take_all(plan, START + 3000, &missed), 3);
	assert_int_equal(missed, 0);
	plan_free(plan);
	conf_unref(conf);
}

static void
a_new_configuration_leaves_alone_what_stays(void **state)
{
	struct conf *conf = fixture_conf("", 1000), *next = fixture_conf("", 1000);
	struct plan *old, *plan;
	uint32_t missed = 0;

	(void)state;
	fixture_sensor(conf, 1, "a");
	fixture_sensor(conf, 2, "b");
	fixture_sensor(conf, 3, "dead/c");
	old = plan_of(conf, NULL, START);
	take_all(old, START, &missed);
	for (size_t u = 0; u < old->unit_count; u++)
		if (old->units[u].count == 1)
			plan_answered(&old->units[u], false, START);

	fixture_sensor(next, 2, "b");
	fixture_sensor(next, 3, "dead/c");
	fixture_sensor(next, 4, "d");
	plan = plan_of(next, old, START + 400);
	assert_true(plan_is_degraded(plan));
	assert_int_equal(plan_next_ms(plan), START + 400); /* the new one, at once */
	assert_int_equal(take_all(plan, START + 400, &missed), 1);
	assert_int_equal(plan_next_ms(plan), START + 1000); /* then on the common grid */
	plan_free(old);
	plan_free(plan);
	conf_unref(conf);
	conf_unref(next);
}

static void
what_is_out_of_service_or_on_another_bus_is_not_polled(void **state)
{
	struct conf *conf = fixture_conf("", 1000);
	struct conf_bus *other;
	struct plan *plan;

	(void)state;
	other = conf_add_bus(conf);
	*other = conf->buses[0];
	other->index = 2;
	text_copy(other->name, sizeof(other->name), "other");
	fixture_sensor(conf, 1, "a")->admin_state = ADMIN_DISABLED;
	text_copy(fixture_sensor(conf, 2, "b")->bus, CONF_NAME_SIZE, "other");
	plan = plan_of(conf, NULL, START);
	assert_int_equal(plan->point_count, 0);
	assert_int_equal(plan_next_ms(plan), INT64_MAX);
	plan_free(plan);
	conf_unref(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_point_keeps_its_own_interval_without_drift),
		cmocka_unit_test(polls_that_a_busy_bus_missed_are_counted_and_not_made_up_for),
		cmocka_unit_test(a_silent_unit_is_left_alone_ever_longer),
		cmocka_unit_test(a_silent_unit_does_not_hold_up_its_neighbour),
		cmocka_unit_test(a_new_configuration_leaves_alone_what_stays),
		cmocka_unit_test(what_is_out_of_service_or_on_another_bus_is_not_polled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
