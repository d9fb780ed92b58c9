/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_EVALUATOR_H
#define CORE_EVALUATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"
#include "core/event.h"
#include "core/limits.h"
#include "core/rate.h"
#include "core/recent.h"
#include "core/sensor.h"

/*
 * The evaluator of one sensor: (state, rule, input, now) -> (state, events), after the alarm rules
 * R1 to R4, rate of change and chatter.  Pure, allocates nothing; the caller owns all.  Times are
 * milliseconds of one monotonic clock that never goes back.
 */
struct evaluator_rule {
	struct sensor_rule quality;
	struct limit_rule limits;
	struct rate_rule rate;
	enum severity fault_severity;
	bool latch, ack_required;
	bool has_damping, has_chatter; /* true but for tests that hold a rule against a model */
};

/* What has to be stored with each change, and all that a restart finds again. */
struct evaluator_kept {
	struct limits limits;
	struct alarm limit_alarm, fault_alarm, rate_alarm; /* open, or all 0 */
	struct recent raises;                              /* of the limit alarm */
	struct recent faults;
	bool is_chattering;
	bool is_damped; /* of an open fault alarm: it wants a longer good run */
	struct suppression_state suppression;
};

struct evaluator {
	struct evaluator_kept kept;

	/* not stored */
	struct sensor_state quality;
	struct limit_timers timers;
	struct rate_window *rate; /* the caller's; NULL: the rate rule is off */
	bool is_good_run;         /* no bad sample and no fault since good_since_ms */
	int64_t good_since_ms;
	uint32_t excursions; /* since the start: envsSensorExcursions */
};

/*
 * What one call says.  The caller sets next_alarm_id once, from what it stored: each new alarm
 * takes one and counts it up; if the transaction fails for good, it is the caller's to put it back.
 * The rest is filled afresh by each call.
 */
#define VERDICT_EVENTS_MAX 12

struct verdict {
	uint32_t next_alarm_id; /* never 0 */
	bool is_kept_changed; /* evaluator->kept has to be stored (a new peak or value alone not) */
	unsigned count;
	struct event events[VERDICT_EVENTS_MAX];
};

/* The defaults of the alarm rules; no limit enabled, deadband 0, poll interval 1 s. */
void evaluator_rule_init(struct evaluator_rule *rule);

/* 0 or -EINVAL with a reason; *ret_level as limits_check. */
int evaluator_check(const struct evaluator_rule *rule, enum level *ret_level, struct err *err);

/* A sensor that nobody has seen before.  `rate` may be NULL. */
void evaluator_init(struct evaluator *evaluator, struct rate_window *rate, int64_t now_ms);

/*
 * After a restart: `kept` is what was stored, its times in the clock of now (evaluator_shift after
 * a reboot).  Prints nothing: quality unknown, no delay runs.  Follow it by evaluator_configure
 * with `before` NULL, since the file may have changed meanwhile.
 */
void evaluator_restart(struct evaluator *evaluator, const struct evaluator_kept *kept,
    struct rate_window *rate, int64_t now_ms);

/*
 * Moves the times that are not after `until_ms` by `by_ms`: after a reboot by (now - elapsed -
 * boottime when it was stored), and once more by the rest when the clock turns out to be
 * synchronised later.
 */
void evaluator_shift(struct evaluator_kept *kept, int64_t until_ms, int64_t by_ms);

/* Time has passed.  evaluator_due_ms: the first moment at which that can matter; INT64_MAX: never.
 */
void evaluator_tick(struct evaluator *evaluator, const struct evaluator_rule *rule, int64_t now_ms,
    struct verdict *verdict);
int64_t evaluator_due_ms(const struct evaluator *evaluator, const struct evaluator_rule *rule);

/* One sample; `value_milli` holds if reason is FAULT_NONE.  Timers fire first. */
void evaluator_sample(struct evaluator *evaluator, const struct evaluator_rule *rule,
    enum fault_reason reason, int32_t value_milli, int64_t now_ms, struct verdict *verdict);

/* Another rule is in force; `before` NULL: it is not known which one was. */
void evaluator_configure(struct evaluator *evaluator, const struct evaluator_rule *before,
    const struct evaluator_rule *after, int64_t now_ms, struct verdict *verdict);

/* Before the sensor goes: what is open clears and is not listed any more. */
void evaluator_remove(struct evaluator *evaluator, const struct evaluator_rule *rule,
    int64_t now_ms, struct verdict *verdict);

/* Rule R4.  Each does nothing if it is so already; `until_ms` is after now. */
void evaluator_set_in_service(struct evaluator *evaluator, const struct evaluator_rule *rule,
    bool is_in_service, int64_t now_ms, struct verdict *verdict);
void evaluator_set_parent_lost(
    struct evaluator *evaluator, bool is_lost, int64_t now_ms, struct verdict *verdict);
void evaluator_shelve(
    struct evaluator *evaluator, int64_t until_ms, int64_t now_ms, struct verdict *verdict);
void evaluator_unshelve(struct evaluator *evaluator, int64_t now_ms, struct verdict *verdict);

/*
 * Rule R3, for an alarm that is open here; those that are only listed are the caller's, who has
 * alarm_acknowledge and alarm_reset.  -ENOENT: no alarm of that id is open; -EINVAL: it cannot take
 * that.
 */
int evaluator_acknowledge(
    struct evaluator *evaluator, uint32_t alarm_id, int64_t now_ms, struct verdict *verdict);

enum zone evaluator_zone(const struct evaluator *evaluator);
enum suppression evaluator_suppression(const struct evaluator *evaluator);

/* envsSensorSeverity: unknown while there is no reading. */
enum severity evaluator_severity(const struct evaluator *evaluator);

#endif
