/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "core/sensor.h"
#include "tests/unit/unit.h"

#define NONE        FAULT_NONE
#define NO_REPLY    FAULT_NO_REPLY
#define BAD_REPLY   FAULT_BAD_REPLY
#define OUT         FAULT_OUT_OF_RANGE
#define STALE       FAULT_STALE
#define UNKNOWN     QUALITY_UNKNOWN
#define FINE        QUALITY_GOOD
#define SUSPECT     QUALITY_SUSPECT
#define BROKEN      QUALITY_FAULT
#define STEPS_MAX   12
#define AT_START_MS 1000000 /* steps count from here */

enum op {
	END,
	TICK,
	GOOD,
	BAD,
};

/* The timers fire first, as in the engine; then the sample. */
struct step {
	const char *what;
	enum op op;
	int64_t at_ms;
	enum fault_reason sample;
	bool want_timer, want_change;
	enum quality quality;
	enum fault_reason reason;
};

/* Rules: poll, stale after, fault count, fault delay. */
static const struct story {
	const char *name;
	struct sensor_rule rule;
	struct step steps[STEPS_MAX];
} stories[] = {
	{ "start-up", { 1000, 0, 3, 10000 },
	    {
		{ "nothing yet", TICK, 0, NONE, 0, 0, UNKNOWN, NONE },
		{ "grace is 60 s", TICK, 60000, NONE, 0, 0, UNKNOWN, NONE },
		{ "and not a moment more", TICK, 60001, NONE, 1, 0, BROKEN, STALE },
		{ "once", TICK, 99999, NONE, 0, 0, BROKEN, STALE },
		{ "it comes late", GOOD, 100000, NONE, 0, 1, FINE, NONE },
	    } },
	{ "start-up of a slow bus", { 30000, 0, 3, 10000 },
	    {
		{ "grace is three rounds", TICK, 90000, NONE, 0, 0, UNKNOWN, NONE },
		{ "and no more", TICK, 90001, NONE, 1, 0, BROKEN, STALE },
	    } },
	{ "stale does not hold at the start", { 1000, 5000, 3, 10000 },
	    {
		{ "longer than stale", TICK, 60000, NONE, 0, 0, UNKNOWN, NONE },
		{ "first value", GOOD, 60000, NONE, 0, 1, FINE, NONE },
		{ "now it holds", TICK, 65001, NONE, 1, 0, BROKEN, STALE },
	    } },
	{ "grace names the bad sample", { 1000, 0, 100, 0 },
	    {
		{ "bad", BAD, 1000, OUT, 0, 0, UNKNOWN, NONE },
		{ "another", BAD, 2000, NO_REPLY, 0, 0, UNKNOWN, NONE },
		{ "grace is over", TICK, 60001, NONE, 1, 0, BROKEN, NO_REPLY },
	    } },
	{ "bad from the start", { 1000, 0, 3, 10000 },
	    {
		{ "one", BAD, 1000, NO_REPLY, 0, 0, UNKNOWN, NONE },
		{ "two", BAD, 6000, NO_REPLY, 0, 0, UNKNOWN, NONE },
		{ "three, too soon", BAD, 10999, NO_REPLY, 0, 0, UNKNOWN, NONE },
		{ "ten seconds", BAD, 11000, BAD_REPLY, 0, 1, BROKEN, BAD_REPLY },
	    } },
	{ "one bad sample", { 1000, 0, 3, 10000 },
	    {
		{ "first value", GOOD, 1000, NONE, 0, 1, FINE, NONE },
		{ "another", GOOD, 2000, NONE, 0, 0, FINE, NONE },
		{ "bad", BAD, 3000, OUT, 0, 1, SUSPECT, OUT },
		{ "good again", GOOD, 4000, NONE, 0, 1, FINE, NONE },
	    } },
	{ "count and delay must both be there", { 1000, 0, 3, 10000 },
	    {
		{ "first value", GOOD, 0, NONE, 0, 1, FINE, NONE },
		{ "one", BAD, 1000, NO_REPLY, 0, 1, SUSPECT, NO_REPLY },
		{ "two, long after", BAD, 21000, OUT, 0, 0, SUSPECT, OUT },
		{ "three", BAD, 22000, BAD_REPLY, 0, 1, BROKEN, BAD_REPLY },
		{ "the reason follows", BAD, 23000, NO_REPLY, 0, 0, BROKEN, NO_REPLY },
		{ "good again", GOOD, 24000, NONE, 0, 1, FINE, NONE },
	    } },
	{ "a good sample starts the count again", { 1000, 0, 2, 0 },
	    {
		{ "first value", GOOD, 0, NONE, 0, 1, FINE, NONE },
		{ "one", BAD, 1000, NO_REPLY, 0, 1, SUSPECT, NO_REPLY },
		{ "good", GOOD, 2000, NONE, 0, 1, FINE, NONE },
		{ "one", BAD, 3000, NO_REPLY, 0, 1, SUSPECT, NO_REPLY },
		{ "two", BAD, 3000, NO_REPLY, 0, 1, BROKEN, NO_REPLY },
	    } },
	{ "a good sample starts the delay again", { 1000, 0, 2, 10000 },
	    {
		{ "one", BAD, 1000, NO_REPLY, 0, 0, UNKNOWN, NONE },
		{ "good", GOOD, 2000, NONE, 0, 1, FINE, NONE },
		{ "one", BAD, 10000, NO_REPLY, 0, 1, SUSPECT, NO_REPLY },
		{ "two", BAD, 11000, NO_REPLY, 0, 0, SUSPECT, NO_REPLY },
		{ "three", BAD, 20000, NO_REPLY, 0, 1, BROKEN, NO_REPLY },
	    } },
	{ "the first bad sample may be enough", { 1000, 0, 1, 0 },
	    {
		{ "first value", GOOD, 0, NONE, 0, 1, FINE, NONE },
		{ "bad", BAD, 1000, OUT, 0, 1, BROKEN, OUT },
	    } },
	{ "silence", { 1000, 0, 3, 10000 },
	    {
		{ "first value", GOOD, 0, NONE, 0, 1, FINE, NONE },
		{ "stale is 30 s", TICK, 30000, NONE, 0, 0, FINE, NONE },
		{ "and not a moment more", TICK, 30001, NONE, 1, 0, BROKEN, STALE },
		{ "then it answers badly", BAD, 31000, OUT, 0, 0, BROKEN, OUT },
	    } },
	{ "silence on a slow bus", { 20000, 0, 3, 10000 },
	    {
		{ "first value", GOOD, 0, NONE, 0, 1, FINE, NONE },
		{ "stale is three rounds", TICK, 60000, NONE, 0, 0, FINE, NONE },
		{ "and no more", TICK, 60001, NONE, 1, 0, BROKEN, STALE },
	    } },
	{ "a good sample after a silent gap is fault, then good", { 1000, 2000, 3, 10000 },
	    {
		{ "first value", GOOD, 0, NONE, 0, 1, FINE, NONE },
		{ "in time", GOOD, 2000, NONE, 0, 0, FINE, NONE },
		{ "late", GOOD, 4001, NONE, 1, 1, FINE, NONE },
	    } },
	{ "bad samples do not stop the clock", { 1000, 5000, 100, 0 },
	    {
		{ "first value", GOOD, 0, NONE, 0, 1, FINE, NONE },
		{ "bad", BAD, 5000, OUT, 0, 1, SUSPECT, OUT },
		{ "the reason is its own", TICK, 5001, NONE, 1, 0, BROKEN, OUT },
		{ "good", GOOD, 5002, NONE, 0, 1, FINE, NONE },
		{ "the old reason is gone", TICK, 10003, NONE, 1, 0, BROKEN, STALE },
	    } },
};

static void
tell(const struct story *story)
{
	struct sensor_state sensor;

	sensor_init(&sensor, AT_START_MS);
	for (const struct step *step = story->steps; step->op != END; step++) {
		int64_t now_ms = AT_START_MS + step->at_ms;
		bool timer = sensor_tick(&sensor, &story->rule, now_ms), change = false;

		if (step->op == GOOD)
			change = sensor_good(&sensor, (int32_t)step->at_ms, now_ms);
		if (step->op == BAD)
			change = sensor_bad(&sensor, &story->rule, step->sample, now_ms);
		if (timer != step->want_timer || change != step->want_change ||
		    sensor.quality != step->quality || sensor.reason != step->reason)
			fail_msg("%s: %s: timer %d, change %d, %s, %s", story->name, step->what,
			    timer, change, quality_name(sensor.quality),
			    fault_reason_name(sensor.reason));
		if (step->op == GOOD)
			assert_int_equal(sensor.last_good_milli, step->at_ms);
	}
}

static void
quality_follows_rule_r1(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(stories); i++)
		tell(&stories[i]);
}

static void
only_good_and_suspect_have_a_value(void **state)
{
	(void)state;
	assert_false(sensor_has_value(&(struct sensor_state){ .quality = UNKNOWN }));
	assert_true(sensor_has_value(&(struct sensor_state){ .quality = FINE }));
	assert_true(sensor_has_value(&(struct sensor_state){ .quality = SUSPECT }));
	assert_false(sensor_has_value(&(struct sensor_state){ .quality = BROKEN }));
}

static void
the_last_good_value_outlives_the_fault(void **state)
{
	const struct sensor_rule rule = { 1000, 5000, 1, 0 };
	struct sensor_state sensor;

	(void)state;
	sensor_init(&sensor, 0);
	assert_false(sensor.has_good);
	sensor_good(&sensor, 21500, 1000);
	sensor_bad(&sensor, &rule, NO_REPLY, 2000);
	assert_int_equal(sensor.quality, BROKEN);
	assert_true(sensor.has_good);
	assert_int_equal(sensor.last_good_milli, 21500);
	assert_int_equal(sensor.last_good_ms, 1000);
	sensor_init(&sensor, 3000);
	assert_false(sensor.has_good);
}

static void
an_endless_wait_is_never_due(void **state)
{
	const struct sensor_rule rule = { 1000, INT64_MAX, 3, 10000 };
	struct sensor_state sensor;

	(void)state;
	sensor_init(&sensor, 0);
	sensor_good(&sensor, 0, 5);
	assert_true(sensor_due_ms(&sensor, &rule) == INT64_MAX);
	assert_false(sensor_tick(&sensor, &rule, INT64_MAX));
}

/* What the property test knows by itself about the past. */
struct past {
	int64_t start_ms, last_good_ms, first_bad_ms;
	unsigned bad_count;
	enum fault_reason last_bad;
};

static uint64_t seed;

static uint64_t
luck(uint64_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 33) % below;
}

static int64_t
max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static struct sensor_rule
any_rule(void)
{
	return (struct sensor_rule){
		.poll_ms = 1 + (int64_t)luck(40000),
		.stale_after_ms = luck(2) == 0 ? 0 : 1 + (int64_t)luck(100000),
		.fault_count = 1 + (uint32_t)luck(5),
		.fault_delay_ms = (int64_t)luck(3) * (int64_t)luck(20000),
	};
}

/* Gaps that meet the edges, too. */
static int64_t
any_gap(const struct sensor_state *sensor, const struct sensor_rule *rule, int64_t now_ms)
{
	int64_t due_ms = sensor_due_ms(sensor, rule);
	int64_t edge_ms = sensor->first_bad_ms + rule->fault_delay_ms;

	switch (luck(6)) {
	case 0:
		return 0;
	case 1:
		return due_ms == INT64_MAX ? 1 : max64(0, due_ms - now_ms - (int64_t)luck(3) + 1);
	case 2:
		return max64(0, edge_ms - now_ms - (int64_t)luck(3) + 1);
	case 3:
		return (int64_t)luck(150000);
	}
	return (int64_t)luck((uint64_t)rule->poll_ms * 2);
}

static void
check_state(const struct sensor_state *sensor, const struct past *past)
{
	switch (sensor->quality) {
	case QUALITY_UNKNOWN:
	case QUALITY_GOOD:
		assert_int_equal(sensor->reason, FAULT_NONE);
		break;
	case QUALITY_SUSPECT:
		assert_int_equal(sensor->reason, past->last_bad);
		assert_int_not_equal(sensor->reason, FAULT_NONE);
		break;
	case QUALITY_FAULT:
		assert_int_equal(
		    sensor->reason, past->last_bad == FAULT_NONE ? FAULT_STALE : past->last_bad);
		break;
	}
}

/* The due moment is the first at which a tick changes something. */
static void
check_due(const struct sensor_state *sensor, const struct sensor_rule *rule)
{
	int64_t due_ms = sensor_due_ms(sensor, rule);
	struct sensor_state copy;

	memcpy(&copy, sensor, sizeof(copy));
	if (sensor->quality == QUALITY_FAULT) {
		assert_true(due_ms == INT64_MAX);
		assert_false(sensor_tick(&copy, rule, INT64_MAX));
		assert_memory_equal(&copy, sensor, sizeof(copy));
		return;
	}
	assert_false(sensor_tick(&copy, rule, due_ms - 1));
	assert_memory_equal(&copy, sensor, sizeof(copy));
	assert_true(sensor_tick(&copy, rule, due_ms));
	assert_int_equal(copy.quality, QUALITY_FAULT);
	assert_false(sensor_tick(&copy, rule, due_ms));
}

static void
any_tick(struct sensor_state *sensor, const struct sensor_rule *rule, const struct past *past,
    int64_t now_ms)
{
	int64_t stale_ms = rule->stale_after_ms;
	enum quality before = sensor->quality;
	bool want = false;

	if (stale_ms == 0)
		stale_ms = max64(3 * rule->poll_ms, 30000);
	if (before == QUALITY_UNKNOWN) /* never by stale */
		want = now_ms - past->start_ms > max64(3 * rule->poll_ms, 60000);
	else if (before != QUALITY_FAULT)
		want = now_ms - past->last_good_ms > stale_ms;
	assert_int_equal(sensor_tick(sensor, rule, now_ms), want);
	assert_int_equal(sensor->quality, want ? QUALITY_FAULT : before);
}

static void
any_good(struct sensor_state *sensor, struct past *past, int64_t now_ms)
{
	enum quality before = sensor->quality;
	int32_t value = (int32_t)luck(UINT32_MAX);

	assert_int_equal(sensor_good(sensor, value, now_ms), before != QUALITY_GOOD);
	assert_int_equal(sensor->quality, QUALITY_GOOD);
	assert_true(sensor->has_good);
	assert_int_equal(sensor->last_good_milli, value);
	*past = (struct past){ past->start_ms, now_ms, 0, 0, FAULT_NONE };
}

static void
any_bad(
    struct sensor_state *sensor, const struct sensor_rule *rule, struct past *past, int64_t now_ms)
{
	enum quality before = sensor->quality;
	enum quality want = before == QUALITY_GOOD ? QUALITY_SUSPECT : before;

	if (past->bad_count++ == 0)
		past->first_bad_ms = now_ms;
	past->last_bad = FAULT_NO_REPLY + (enum fault_reason)luck(5);
	if (past->bad_count >= rule->fault_count &&
	    now_ms - past->first_bad_ms >= rule->fault_delay_ms)
		want = QUALITY_FAULT;
	assert_int_equal(sensor_bad(sensor, rule, past->last_bad, now_ms), want != before);
	assert_int_equal(sensor->quality, want);
}

static void
the_invariants_hold_for_100000_random_steps(void **state)
{
	struct sensor_rule rule = { 0 };
	struct sensor_state sensor = { 0 };
	struct past past = { 0 };
	unsigned seen[QUALITY_FAULT + 1] = { 0 };
	int64_t now_ms = 0;

	(void)state;
	seed = 20240229;
	for (int step = 0; step < 100000; step++) {
		if (step % 50 == 0) {
			rule = any_rule();
			sensor_init(&sensor, now_ms);
			past = (struct past){ .start_ms = now_ms, .last_bad = FAULT_NONE };
		}
		now_ms += any_gap(&sensor, &rule, now_ms);
		any_tick(&sensor, &rule, &past, now_ms);
		check_state(&sensor, &past);
		switch (luck(3)) {
		case 0:
			any_good(&sensor, &past, now_ms);
			break;
		case 1:
			any_bad(&sensor, &rule, &past, now_ms);
			break;
		}
		check_state(&sensor, &past);
		check_due(&sensor, &rule);
		seen[sensor.quality]++;
	}
	for (int quality = QUALITY_UNKNOWN; quality <= QUALITY_FAULT; quality++)
		assert_true(seen[quality] > 1000); /* the walk went everywhere */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quality_follows_rule_r1),
		cmocka_unit_test(only_good_and_suspect_have_a_value),
		cmocka_unit_test(the_last_good_value_outlives_the_fault),
		cmocka_unit_test(an_endless_wait_is_never_due),
		cmocka_unit_test(the_invariants_hold_for_100000_random_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
