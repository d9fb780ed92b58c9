/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "core/evaluator.h"
#include "core/evaluator_private.h"

/* What people and configuration do to a sensor, beside its samples. */

void
evaluator_configure(struct evaluator *evaluator, const struct evaluator_rule *before,
    const struct evaluator_rule *after, int64_t now_ms, struct verdict *verdict)
{
	const struct cause cause = { .now_ms = now_ms, .is_config_change = true };
	struct evaluator_kept *kept = &evaluator->kept;
	enum zone zone = evaluator_zone(evaluator);

	verdict_begin(verdict);
	limits_configure(&kept->limits, &evaluator->timers, before != NULL ? &before->limits : NULL,
	    &after->limits);
	verdict->is_kept_changed = true; /* seldom enough */
	evaluator_zone_moved(evaluator, after, zone, &cause, verdict);
	if (alarm_is_open(&kept->limit_alarm))
		kept->limit_alarm.limit_milli =
		    after->limits.limit_milli[zone_level(kept->limit_alarm.zone)];
	if (!after->rate.is_enabled && alarm_is_open(&kept->rate_alarm))
		evaluator_clear(evaluator, after, &kept->rate_alarm, &cause, verdict);
	if (alarm_is_open(&kept->rate_alarm))
		kept->rate_alarm.limit_milli = after->rate.limit_milli;
	if (evaluator->rate != NULL)
		rate_restart(evaluator->rate);
}

/* An alarm of what is no more does not wait for anybody: it is cleared and not listed. */
void
evaluator_remove(struct evaluator *evaluator, const struct evaluator_rule *rule, int64_t now_ms,
    struct verdict *verdict)
{
	const struct cause cause = { .now_ms = now_ms, .is_config_change = true };
	struct evaluator_kept *kept = &evaluator->kept;
	struct evaluator_rule unlisted = *rule;
	enum zone zone = evaluator_zone(evaluator);

	unlisted.latch = false;
	unlisted.ack_required = false;
	verdict_begin(verdict);
	verdict->is_kept_changed = true;
	memset(&kept->limits, 0, sizeof(kept->limits));
	evaluator_zone_moved(evaluator, &unlisted, zone, &cause, verdict);
	if (alarm_is_open(&kept->fault_alarm))
		evaluator_clear(evaluator, &unlisted, &kept->fault_alarm, &cause, verdict);
	if (alarm_is_open(&kept->rate_alarm))
		evaluator_clear(evaluator, &unlisted, &kept->rate_alarm, &cause, verdict);
	evaluator_afresh(evaluator, now_ms);
}

/*
 * Out of service there is no fault: an open fault alarm clears, and that is still told.  Zone,
 * limit alarm and rate alarm stay as they are.
 */
void
evaluator_set_in_service(struct evaluator *evaluator, const struct evaluator_rule *rule,
    bool is_in_service, int64_t now_ms, struct verdict *verdict)
{
	const struct cause cause = { .now_ms = now_ms, .is_config_change = true };
	struct suppression_state *suppression = &evaluator->kept.suppression;
	struct alarm *fault = &evaluator->kept.fault_alarm;
	enum suppression before = suppression_now(suppression);

	verdict_begin(verdict);
	if (suppression->is_out_of_service == !is_in_service)
		return;
	verdict->is_kept_changed = true;
	if (!is_in_service && alarm_is_open(fault))
		evaluator_clear(evaluator, rule, fault, &cause, verdict);
	suppression_set_out_of_service(suppression, !is_in_service);
	evaluator_afresh(evaluator, now_ms);
	evaluator_returned(evaluator, before, now_ms, verdict);
}

/*
 * While the parent is lost its alarm stands for this sensor's fault, which so has none.  When the
 * parent is back the sensor gets the grace of a start before its silence is its own.
 */
void
evaluator_set_parent_lost(
    struct evaluator *evaluator, bool is_lost, int64_t now_ms, struct verdict *verdict)
{
	struct suppression_state *suppression = &evaluator->kept.suppression;
	enum suppression before = suppression_now(suppression);

	verdict_begin(verdict);
	if (suppression->is_by_parent == is_lost)
		return;
	verdict->is_kept_changed = true;
	suppression_set_by_parent(suppression, is_lost);
	if (!is_lost && !sensor_has_value(&evaluator->quality) &&
	    !alarm_is_open(&evaluator->kept.fault_alarm))
		evaluator_afresh(evaluator, now_ms);
	evaluator_returned(evaluator, before, now_ms, verdict);
}

void
evaluator_shelve(
    struct evaluator *evaluator, int64_t until_ms, int64_t now_ms, struct verdict *verdict)
{
	verdict_begin(verdict);
	verdict->is_kept_changed = true;
	suppression_shelve(&evaluator->kept.suppression, until_ms, now_ms);
}

void
evaluator_unshelve(struct evaluator *evaluator, int64_t now_ms, struct verdict *verdict)
{
	struct suppression_state *suppression = &evaluator->kept.suppression;
	enum suppression before = suppression_now(suppression);

	verdict_begin(verdict);
	if (!suppression->is_shelved)
		return;
	verdict->is_kept_changed = true;
	suppression_unshelve(suppression);
	evaluator_returned(evaluator, before, now_ms, verdict);
}

static struct alarm *
open_alarm(struct evaluator_kept *kept, uint32_t id)
{
	struct alarm *alarms[] = { &kept->limit_alarm, &kept->fault_alarm, &kept->rate_alarm };

	for (unsigned i = 0; i < sizeof(alarms) / sizeof(alarms[0]); i++)
		if (alarm_is_open(alarms[i]) && alarms[i]->id == id)
			return alarms[i];
	return NULL;
}

int
evaluator_acknowledge(
    struct evaluator *evaluator, uint32_t alarm_id, int64_t now_ms, struct verdict *verdict)
{
	struct alarm *alarm = open_alarm(&evaluator->kept, alarm_id);
	struct cause cause = { .now_ms = now_ms };
	int r;

	verdict_begin(verdict);
	if (alarm == NULL)
		return -ENOENT;
	r = alarm_acknowledge(alarm);
	if (r < 0)
		return r;
	cause.has_value = alarm->kind != ALARM_FAULT && sensor_has_value(&evaluator->quality);
	cause.value_milli = cause.has_value ? alarm->value_milli : 0;
	evaluator_tell(evaluator, verdict, EVENT_ACKNOWLEDGE, alarm, &cause);
	return 0;
}
