/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/evaluator.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "core/evaluator_private.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)

#define CHATTER_RAISES    4 /* within the window mark a sensor */
#define CHATTER_WINDOW_MS (15 * MINUTE_MS)
#define CHATTER_HOLD_MS   (15 * MINUTE_MS) /* then the end of its alarm takes this long */
#define DAMPING_FAULTS    3                /* within the window */
#define DAMPING_WINDOW_MS (15 * MINUTE_MS)
#define DAMPING_GOOD_MS   (5 * MINUTE_MS) /* then this long a good run clears the last one */

/* ---- rule and state ---- */

void
evaluator_rule_init(struct evaluator_rule *rule)
{
	*rule = (struct evaluator_rule){
		.quality = {
			.poll_ms = SECOND_MS,
			.fault_count = 3,
			.fault_delay_ms = 10 * SECOND_MS,
		},
		.limits = {
			.on_delay_ms = 30 * SECOND_MS,
			.off_delay_ms = 60 * SECOND_MS,
			.min_samples = 2,
		},
		.rate = { .window_ms = RATE_WINDOW_MS },
		.fault_severity = SEVERITY_CRITICAL,
		.has_damping = true,
		.has_chatter = true,
	};
}

static int
check_times(const struct sensor_rule *rule, struct err *err)
{
	if (rule->fault_count < 1)
		return err_set(err, -EINVAL, "fault count is 0: want 1 or more");
	if (rule->poll_ms < 0 || rule->stale_after_ms < 0 || rule->fault_delay_ms < 0)
		return err_set(err, -EINVAL, "a time is negative: want 0 or more");
	return 0;
}

static int
check_rate(const struct rate_rule *rule, struct err *err)
{
	if (!rule->is_enabled)
		return 0;
	if (rule->limit_milli <= 0)
		return err_set(err, -EINVAL, "rate limit is 0: want more while it is enabled");
	if (rule->deadband_milli < 0 || rule->deadband_milli >= rule->limit_milli)
		return err_set(
		    err, -EINVAL, "rate deadband is out of range: want 0 to below its limit");
	return 0;
}

int
evaluator_check(const struct evaluator_rule *rule, enum level *ret_level, struct err *err)
{
	int r = limits_check(&rule->limits, ret_level, err);

	if (r < 0)
		return r;
	r = check_times(&rule->quality, err);
	if (r == 0)
		r = check_rate(&rule->rate, err);
	if (r < 0)
		*ret_level = LEVEL_COUNT;
	return r;
}

void
evaluator_afresh(struct evaluator *evaluator, int64_t now_ms)
{
	sensor_init(&evaluator->quality, now_ms);
	limits_forget(&evaluator->timers);
	evaluator->is_good_run = false;
	if (evaluator->rate != NULL)
		rate_restart(evaluator->rate);
}

void
evaluator_init(struct evaluator *evaluator, struct rate_window *rate, int64_t now_ms)
{
	memset(evaluator, 0, sizeof(*evaluator));
	evaluator->rate = rate;
	evaluator_afresh(evaluator, now_ms);
}

void
evaluator_restart(struct evaluator *evaluator, const struct evaluator_kept *kept,
    struct rate_window *rate, int64_t now_ms)
{
	const struct evaluator_kept copy = *kept; /* it may be the evaluator's own */

	evaluator_init(evaluator, rate, now_ms);
	evaluator->kept = copy;
	evaluator->timers.is_after_restart = true;
}

static void
shift(int64_t *time_ms, int64_t until_ms, int64_t by_ms)
{
	if (*time_ms <= until_ms)
		*time_ms += by_ms;
}

void
evaluator_shift(struct evaluator_kept *kept, int64_t until_ms, int64_t by_ms)
{
	struct suppression_state *suppression = &kept->suppression;

	for (unsigned i = 0; i < RECENT_MAX; i++) {
		shift(&kept->raises.at_ms[i], until_ms, by_ms);
		shift(&kept->faults.at_ms[i], until_ms, by_ms);
	}
	shift(&kept->limit_alarm.raised_ms, until_ms, by_ms);
	shift(&kept->fault_alarm.raised_ms, until_ms, by_ms);
	shift(&kept->rate_alarm.raised_ms, until_ms, by_ms);
	if (suppression->since_ms <= until_ms) {
		suppression->since_ms += by_ms;
		suppression->until_ms += by_ms;
	}
}

enum zone
evaluator_zone(const struct evaluator *evaluator)
{
	return limits_zone(&evaluator->kept.limits);
}

enum suppression
evaluator_suppression(const struct evaluator *evaluator)
{
	return suppression_now(&evaluator->kept.suppression);
}

static enum severity
severity_in(const struct evaluator *evaluator, enum zone zone)
{
	enum severity severity = zone_severity(zone);

	if (!sensor_has_value(&evaluator->quality))
		return SEVERITY_UNKNOWN;
	if (severity == SEVERITY_OK && alarm_is_open(&evaluator->kept.rate_alarm))
		return evaluator->kept.rate_alarm.severity;
	return severity;
}

enum severity
evaluator_severity(const struct evaluator *evaluator)
{
	return severity_in(evaluator, evaluator_zone(evaluator));
}

/* ---- events ---- */

void
verdict_begin(struct verdict *verdict)
{
	assert(verdict->next_alarm_id != 0);
	verdict->is_kept_changed = false;
	verdict->count = 0;
}

struct event *
evaluator_tell(const struct evaluator *evaluator, struct verdict *verdict, enum event_kind kind,
    const struct alarm *alarm, const struct cause *cause)
{
	struct event *event = &verdict->events[verdict->count];
	enum zone zone = evaluator_zone(evaluator);

	assert(verdict->count < VERDICT_EVENTS_MAX);
	verdict->count++;
	verdict->is_kept_changed = true;
	*event = (struct event){
		.kind = kind,
		.alarm = *alarm,
		.from = alarm->kind == ALARM_LIMIT ? zone : ZONE_NORMAL,
		.to = alarm->kind == ALARM_LIMIT ? zone : ZONE_NORMAL,
		.severity = alarm->severity,
		.previous_severity = alarm->severity,
		.time_ms = cause->now_ms,
		.has_value = cause->has_value,
		.value_milli = cause->value_milli,
		.has_limit = alarm->kind != ALARM_FAULT,
		.limit_milli = alarm->limit_milli,
		.is_config_change = cause->is_config_change,
		.during_downtime = cause->during_downtime,
		.suppression = evaluator_suppression(evaluator),
		.sensor_severity = evaluator_severity(evaluator),
		.has_sensor_value = sensor_has_value(&evaluator->quality),
	};
	if (event->has_sensor_value)
		event->sensor_value_milli = evaluator->quality.last_good_milli;
	return event;
}

static struct event *
evaluator_raise(struct evaluator *evaluator, struct alarm *alarm, enum event_kind kind,
    const struct cause *cause, struct verdict *verdict)
{
	struct event *event = evaluator_tell(evaluator, verdict, kind, alarm, cause);

	suppression_count_raise(&evaluator->kept.suppression);
	event->previous_severity = SEVERITY_OK;
	event->from = ZONE_NORMAL;
	return event;
}

static uint32_t
take_id(struct verdict *verdict)
{
	uint32_t id = verdict->next_alarm_id++;

	if (verdict->next_alarm_id == 0)
		verdict->next_alarm_id = 1;
	return id;
}

static enum event_kind
clear_kind(enum alarm_kind kind)
{
	switch (kind) {
	case ALARM_LIMIT:
		return EVENT_CLEAR;
	case ALARM_RATE:
		return EVENT_RATE_CLEAR;
	case ALARM_BUS:
		return EVENT_BUS_CLEAR;
	case ALARM_FAULT:
	case ALARM_PATH:
	case ALARM_STORAGE:
		break;
	}
	return EVENT_FAULT_CLEAR;
}

void
evaluator_clear(struct evaluator *evaluator, const struct evaluator_rule *rule, struct alarm *alarm,
    const struct cause *cause, struct verdict *verdict)
{
	struct event *event;

	alarm_clear(alarm, rule != NULL && rule->latch, rule != NULL && rule->ack_required);
	suppression_count_clear(&evaluator->kept.suppression, alarm->id);
	event = evaluator_tell(evaluator, verdict, clear_kind(alarm->kind), alarm, cause);
	event->from = alarm->zone;
	event->to = ZONE_NORMAL; /* to the other side, too: the new alarm begins at normal */
	event->severity = SEVERITY_OK;
	if (alarm->kind == ALARM_LIMIT)
		event->sensor_severity = severity_in(evaluator, ZONE_NORMAL);
	memset(alarm, 0, sizeof(*alarm));
}

/* ---- suppression ends ---- */

/* One for each alarm that is active: whoever listens has to know every id that will clear. */
static void
reannounce(const struct evaluator *evaluator, const struct alarm *alarm, int64_t now_ms,
    struct verdict *verdict)
{
	const struct cause cause = {
		.now_ms = now_ms,
		.has_value = alarm->kind != ALARM_FAULT && sensor_has_value(&evaluator->quality),
		.value_milli = alarm->value_milli,
	};

	if (alarm_is_open(alarm))
		evaluator_tell(evaluator, verdict, EVENT_REANNOUNCE, alarm, &cause);
}

/*
 * An alarm that was raised before and cleared meanwhile went, too: its clear was told to nobody.
 */
void
evaluator_returned(
    struct evaluator *evaluator, enum suppression before, int64_t now_ms, struct verdict *verdict)
{
	const struct evaluator_kept *kept = &evaluator->kept;
	const struct suppression_state *suppression = &kept->suppression;

	if (before == SUPPRESSION_NONE || suppression_now(suppression) != SUPPRESSION_NONE)
		return;
	if (suppression->cleared > 0) {
		const struct cause cause = { .now_ms = now_ms };
		struct alarm gone = { 0 };
		struct event *event;

		gone.id = suppression->last_cleared_id;
		event =
		    evaluator_tell(evaluator, verdict, EVENT_SUPPRESSION_SUMMARY, &gone, &cause);
		event->severity = evaluator_severity(evaluator);
		event->previous_severity = event->severity;
		event->has_limit = false;
		event->raised = suppression->raised;
		event->cleared = suppression->cleared;
	}
	reannounce(evaluator, &kept->limit_alarm, now_ms, verdict);
	reannounce(evaluator, &kept->fault_alarm, now_ms, verdict);
	reannounce(evaluator, &kept->rate_alarm, now_ms, verdict);
}

/* ---- limits ---- */

static void
raise_limit(struct evaluator *evaluator, const struct evaluator_rule *rule, enum zone zone,
    const struct cause *cause, struct verdict *verdict)
{
	struct evaluator_kept *kept = &evaluator->kept;
	struct alarm *alarm = &kept->limit_alarm;
	bool is_often = recent_add(&kept->raises, CHATTER_RAISES, CHATTER_WINDOW_MS, cause->now_ms);

	alarm_raise(alarm, ALARM_LIMIT, take_id(verdict), zone_severity(zone), cause->now_ms);
	alarm_move(alarm, zone_severity(zone), zone);
	alarm_first_value(alarm, cause->value_milli);
	alarm->limit_milli = rule->limits.limit_milli[zone_level(zone)];
	evaluator_raise(evaluator, alarm, EVENT_RAISE, cause, verdict);
	if (!is_often || !rule->has_chatter || kept->is_chattering)
		return;
	kept->is_chattering = true;
	evaluator_tell(evaluator, verdict, EVENT_CHATTER, alarm, cause);
}

static void
move_limit(struct evaluator *evaluator, const struct evaluator_rule *rule, enum zone zone,
    const struct cause *cause, struct verdict *verdict)
{
	struct alarm *alarm = &evaluator->kept.limit_alarm;
	const struct alarm was = *alarm;
	bool is_deeper = zone_depth(zone) > zone_depth(was.zone);
	struct event *event;

	alarm_move(alarm, zone_severity(zone), zone);
	alarm->limit_milli = rule->limits.limit_milli[zone_level(zone)];
	event = evaluator_tell(
	    evaluator, verdict, is_deeper ? EVENT_ESCALATE : EVENT_DEESCALATE, alarm, cause);
	event->from = was.zone;
	event->previous_severity = was.severity;
	if (!is_deeper)
		event->limit_milli = was.limit_milli; /* the one that is not crossed any more */
}

void
evaluator_zone_moved(struct evaluator *evaluator, const struct evaluator_rule *rule,
    enum zone before, const struct cause *cause, struct verdict *verdict)
{
	enum zone after = evaluator_zone(evaluator);

	if (after == before)
		return;
	if (zone_side(after) == zone_side(before)) {
		move_limit(evaluator, rule, after, cause, verdict);
		return;
	}
	if (before != ZONE_NORMAL)
		evaluator_clear(evaluator, rule, &evaluator->kept.limit_alarm, cause, verdict);
	/* A clear to 0 ends the mark; one to the other side does not. */
	if (after == ZONE_NORMAL)
		evaluator->kept.is_chattering = false;
	else
		raise_limit(evaluator, rule, after, cause, verdict);
}

/*
 * No comparator flips without moving the zone, so each change of what is kept comes with an event.
 *
 * The mark takes the place of the off delay, even of a longer one: the rule says "instead".  A flip
 * to the other side is no off delay, so it goes on taking the on delay.
 */
static void
evaluate_limits(struct evaluator *evaluator, const struct evaluator_rule *rule,
    const struct cause *sample, struct verdict *verdict)
{
	struct alarm *alarm = &evaluator->kept.limit_alarm;
	enum zone before = evaluator_zone(evaluator);
	struct cause cause = *sample;
	struct limit_step step;

	if (alarm_is_open(alarm))
		alarm_next_value(alarm, sample->value_milli);
	step = limits_sample(&evaluator->kept.limits, &evaluator->timers, &rule->limits,
	    evaluator->kept.is_chattering ? CHATTER_HOLD_MS : rule->limits.off_delay_ms,
	    sample->value_milli, sample->now_ms);
	evaluator->excursions += step.is_excursion;
	cause.during_downtime = step.during_downtime;
	evaluator_zone_moved(evaluator, rule, before, &cause, verdict);
}

/* ---- rate of change: a good sample decides, without delays (the window is one) ---- */

static void
evaluate_rate(struct evaluator *evaluator, const struct evaluator_rule *rule,
    const struct cause *sample, struct verdict *verdict)
{
	struct alarm *alarm = &evaluator->kept.rate_alarm;
	bool is_open = alarm_is_open(alarm);
	struct cause cause = *sample;

	if (evaluator->rate == NULL || !rule->rate.is_enabled)
		return;
	rate_sample(evaluator->rate, &rule->rate, sample->value_milli, sample->now_ms);
	if (!rate_slope(evaluator->rate, &rule->rate, sample->now_ms, &cause.value_milli))
		return;
	if (is_open)
		alarm_next_value(alarm, cause.value_milli);
	if (rate_is_beyond(&rule->rate, is_open, cause.value_milli) == is_open)
		return;
	if (is_open) {
		evaluator_clear(evaluator, rule, alarm, &cause, verdict);
		return;
	}
	alarm_raise(alarm, ALARM_RATE, take_id(verdict), SEVERITY_WARNING, cause.now_ms);
	alarm_first_value(alarm, cause.value_milli);
	alarm->limit_milli = rule->rate.limit_milli;
	evaluator_raise(evaluator, alarm, EVENT_RATE_RAISE, &cause, verdict);
}

/* ---- quality ---- */

/*
 * Quality has become fault.  That is an alarm unless one is open (a damped one, or one from before
 * a restart: then it is not one more fault) or the alarm of the bus stands for it.
 */
static void
fault_began(struct evaluator *evaluator, const struct evaluator_rule *rule, int64_t now_ms,
    struct verdict *verdict)
{
	const struct cause cause = { .now_ms = now_ms };
	struct evaluator_kept *kept = &evaluator->kept;
	struct alarm *alarm = &kept->fault_alarm;

	evaluator->is_good_run = false;
	if (evaluator->rate != NULL)
		rate_restart(evaluator->rate);
	if (alarm_is_open(alarm) || kept->suppression.is_by_parent)
		return;
	kept->is_damped = recent_add(&kept->faults, DAMPING_FAULTS, DAMPING_WINDOW_MS, now_ms) &&
	                  rule->has_damping;
	alarm_raise(alarm, ALARM_FAULT, take_id(verdict), rule->fault_severity, now_ms);
	alarm->reason = evaluator->quality.reason;
	evaluator_raise(evaluator, alarm, EVENT_FAULT_RAISE, &cause, verdict);
}

/* The good run rests on samples: it is over at the sample that finds it long enough. */
static void
fault_ends(struct evaluator *evaluator, const struct evaluator_rule *rule,
    const struct cause *sample, struct verdict *verdict)
{
	struct evaluator_kept *kept = &evaluator->kept;

	if (!evaluator->is_good_run)
		evaluator->good_since_ms = sample->now_ms;
	evaluator->is_good_run = true;
	if (!alarm_is_open(&kept->fault_alarm))
		return;
	if (kept->is_damped && sample->now_ms - evaluator->good_since_ms < DAMPING_GOOD_MS)
		return;
	evaluator_clear(evaluator, rule, &kept->fault_alarm, sample, verdict);
}

static void
let_timers_fire(struct evaluator *evaluator, const struct evaluator_rule *rule, int64_t now_ms,
    struct verdict *verdict)
{
	struct suppression_state *suppression = &evaluator->kept.suppression;
	enum suppression before = suppression_now(suppression);

	/* Of what falls due unseen between two calls, the shelving ends first: so it is told. */
	if (suppression_is_due(suppression, now_ms)) {
		suppression_unshelve(suppression);
		verdict->is_kept_changed = true;
		evaluator_returned(evaluator, before, now_ms, verdict);
	}
	if (!suppression->is_out_of_service &&
	    sensor_tick(&evaluator->quality, &rule->quality, now_ms))
		fault_began(evaluator, rule, now_ms, verdict);
}

void
evaluator_tick(struct evaluator *evaluator, const struct evaluator_rule *rule, int64_t now_ms,
    struct verdict *verdict)
{
	verdict_begin(verdict);
	let_timers_fire(evaluator, rule, now_ms, verdict);
}

int64_t
evaluator_due_ms(const struct evaluator *evaluator, const struct evaluator_rule *rule)
{
	const struct suppression_state *suppression = &evaluator->kept.suppression;
	int64_t due_ms = INT64_MAX;

	if (!suppression->is_out_of_service)
		due_ms = sensor_due_ms(&evaluator->quality, &rule->quality);
	if (suppression->is_shelved && suppression->until_ms < due_ms)
		due_ms = suppression->until_ms;
	return due_ms;
}

static void
good_sample(struct evaluator *evaluator, const struct evaluator_rule *rule,
    const struct cause *sample, struct verdict *verdict)
{
	const struct sensor_state *quality = &evaluator->quality;

	if (quality->has_good &&
	    sample->now_ms - quality->last_good_ms > sensor_stale_after_ms(&rule->quality))
		limits_forget(&evaluator->timers);
	sensor_good(&evaluator->quality, sample->value_milli, sample->now_ms);
	fault_ends(evaluator, rule, sample, verdict);
	evaluate_limits(evaluator, rule, sample, verdict);
	evaluate_rate(evaluator, rule, sample, verdict);
}

void
evaluator_sample(struct evaluator *evaluator, const struct evaluator_rule *rule,
    enum fault_reason reason, int32_t value_milli, int64_t now_ms, struct verdict *verdict)
{
	const struct cause sample = {
		.now_ms = now_ms,
		.has_value = true,
		.value_milli = value_milli,
	};

	verdict_begin(verdict);
	let_timers_fire(evaluator, rule, now_ms, verdict);
	if (evaluator->kept.suppression.is_out_of_service)
		return;
	if (reason == FAULT_NONE) {
		good_sample(evaluator, rule, &sample, verdict);
		return;
	}
	evaluator->is_good_run = false;
	if (sensor_bad(&evaluator->quality, &rule->quality, reason, now_ms) &&
	    evaluator->quality.quality == QUALITY_FAULT)
		fault_began(evaluator, rule, now_ms, verdict);
}
