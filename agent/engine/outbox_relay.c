/* SPDX-License-Identifier: BSD-2-Clause */
/* Which relay takes the next mail, and how it is with each of them. */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "engine/engine_private.h"
#include "sys/log.h"

#define CHECK_PAUSE_MS 60000 /* however often settings change */

static struct outbox_relay *
find(struct engine *engine, uint32_t index)
{
	struct outbox_mail *mail = &engine->outbox.mail;

	for (size_t i = 0; i < mail->relay_count; i++)
		if (mail->relays[i].index == index)
			return &mail->relays[i];
	return NULL;
}

struct outbox_relay *
outbox_relay(struct engine *engine, uint32_t index)
{
	struct outbox_mail *mail = &engine->outbox.mail;
	struct outbox_relay *relays, *found = find(engine, index);

	if (found != NULL)
		return found;
	relays = reallocarray(mail->relays, mail->relay_count + 1, sizeof(*relays));
	if (relays == NULL)
		return NULL;
	mail->relays = relays;
	relays[mail->relay_count] = (struct outbox_relay){
		.index = index,
		.check_ms = engine->now.boottime_ms,
	};
	return &relays[mail->relay_count++];
}

/* In the order of preference; the first behind NULL, NULL behind the last. */
static const struct conf_relay *
next_choice(const struct conf *conf, const struct conf_relay *before)
{
	const struct conf_relay *next = NULL;

	for (size_t i = 0; i < conf->relay_count; i++) {
		const struct conf_relay *relay = &conf->relays[i];

		if ((before == NULL || relay->rank > before->rank) &&
		    (next == NULL || relay->rank < next->rank))
			next = relay;
	}
	return next;
}

struct outbox_relay *
outbox_relay_first(struct engine *engine)
{
	const struct conf_relay *first = next_choice(engine->conf, NULL);

	return first != NULL ? outbox_relay(engine, first->index) : NULL;
}

bool
outbox_relay_has_next(const struct engine *engine, uint32_t index)
{
	const struct conf_relay *relay = conf_relay(engine->conf, index);

	return relay != NULL && next_choice(engine->conf, relay) != NULL;
}

/* ---- the choice ---- */

static bool
has_room(const struct outbox_relay *relay, int64_t now_ms)
{
	unsigned window = relay->is_proven ? MAIL_WINDOW : 1;

	return now_ms >= relay->blocked_ms &&
	       breaker_room(&relay->breaker, relay->out, window, now_ms) > 0;
}

/* When it may be tried again; INT64_MAX: when what is under way has ended. */
static int64_t
retry_ms(const struct outbox_relay *relay, int64_t now_ms)
{
	int64_t due_ms = breaker_due_ms(&relay->breaker);

	if (relay->blocked_ms > now_ms)
		return relay->blocked_ms;
	return relay->out > 0 || due_ms <= now_ms ? INT64_MAX : due_ms;
}

struct outbox_relay *
outbox_relay_choose(struct engine *engine, uint32_t refused_by, int64_t *ret_due_ms)
{
	int64_t now_ms = engine->now.boottime_ms, due_ms = INT64_MAX;
	int64_t patience_ms = engine->conf->mail.fallback_after_s * INT64_C(1000);
	const struct conf_relay *choice = NULL;
	struct outbox_relay *found = NULL;

	if (refused_by != 0)
		choice = conf_relay(engine->conf, refused_by);
	while (found == NULL && (choice = next_choice(engine->conf, choice)) != NULL) {
		struct outbox_relay *relay = outbox_relay(engine, choice->index);

		if (relay == NULL)
			break;
		if (has_room(relay, now_ms)) {
			found = relay;
			break;
		}
		if (retry_ms(relay, now_ms) < due_ms)
			due_ms = retry_ms(relay, now_ms);
		if (!relay->is_failing)
			break; /* it is only busy */
		if (now_ms - relay->failing_ms < patience_ms) {
			if (relay->failing_ms + patience_ms < due_ms &&
			    next_choice(engine->conf, choice) != NULL)
				due_ms = relay->failing_ms + patience_ms;
			break;
		}
	}
	*ret_due_ms = found != NULL ? now_ms : due_ms;
	return found;
}

bool
outbox_relay_has_enough(const struct outbox_relay *relay)
{
	return relay->out > MAIL_REFILL;
}

/* What waits for its own time does not when a relay is tried whose time has come, or another. */
bool
outbox_relay_is_probe(const struct engine *engine, const struct outbox_relay *relay)
{
	const struct conf_relay *first = next_choice(engine->conf, NULL);

	return relay->breaker.state != BREAKER_CLOSED || first == NULL ||
	       first->index != relay->index;
}

/* ---- how it went ---- */

void
outbox_relay_leaves(struct outbox_relay *relay)
{
	breaker_leaves(&relay->breaker);
	relay->out++;
}

static void
fails(struct engine *engine, struct outbox_relay *relay)
{
	int64_t now_ms = engine->now.boottime_ms;
	int64_t check_ms = now_ms + engine->conf->mail.check_interval_failed_s * INT64_C(1000);

	if (relay->is_failing)
		return;
	relay->is_failing = true;
	relay->failing_ms = now_ms;
	if (relay->check_ms > check_ms)
		relay->check_ms = check_ms;
}

static void
passes(struct engine *engine, struct outbox_relay *relay)
{
	bool was_failing = relay->is_failing;

	relay->is_proven = true;
	relay->is_failing = relay->needs_mail = false;
	relay->blocked_ms = 0;
	relay->auth_failures = 0;
	relay->check_failures = 0;
	relay->last_success_wall_ms = engine->now.wall_ms;
	if (was_failing)
		outbox_wake_rows(engine, outbox_channel(engine, CHANNEL_MAIL));
}

/* Nothing gets better by itself: rarely tried, and at once when a setting changes.  What was under
 * way as it was refused is no other try: one login that fails ends all that waited for it. */
static void
block(struct engine *engine, struct outbox_relay *relay, const struct relay_outcome *outcome)
{
	const struct conf *conf = engine->conf;
	uint32_t wait_s = conf->delivery.retry_blocked_s;

	if (outcome->left_ms != 0 && outcome->left_ms < relay->refused_ms)
		return;
	if (outcome->result == RESULT_BAD_PASSWORD &&
	    ++relay->auth_failures >= conf->mail.auth_tries)
		wait_s = conf->mail.auth_retry_s;
	relay->refused_ms = engine->now.boottime_ms;
	relay->blocked_ms = engine->now.boottime_ms + wait_s * INT64_C(1000);
	fails(engine, relay);
}

void
outbox_relay_ends(struct engine *engine, struct outbox_relay *relay, bool has_passed,
    const struct relay_outcome *outcome)
{
	const struct breaker_rule rule = outbox_breaker_rule(engine->conf);
	bool is_blocked = !has_passed && outcome->class == RESULT_CONFIGURATION;

	relay->is_known = true;
	relay->result = outcome->result;
	relay->code = outcome->code;
	text_copy(relay->text, sizeof(relay->text), outcome->text);
	if (has_passed) {
		relay->latency_ms = outcome->took_ms;
		passes(engine, relay);
	} else {
		relay->is_proven = false;
		if (is_blocked)
			block(engine, relay, outcome);
	}
	breaker_result(&relay->breaker, &rule, !has_passed && !is_blocked, engine->now.boottime_ms,
	    outbox_random(&engine->outbox));
	if (relay->breaker.state != BREAKER_CLOSED && !has_passed)
		fails(engine, relay);
	relay->needs_mail |= outcome->is_of_mail && relay->is_failing;
	outbox_watch_path(engine, outbox_channel(engine, CHANNEL_MAIL));
	engine->outbox.has_news = true;
	engine->outbox.is_shown = false;
}

/* Settings may be other ones: a relay that fails is checked at once, the others soon. */
static void
hurry(const struct engine *engine, struct outbox_relay *relay)
{
	int64_t now_ms = engine->now.boottime_ms;
	int64_t due_ms = now_ms + engine->conf->mail.check_interval_s * INT64_C(1000);

	if (due_ms > relay->checked_ms + CHECK_PAUSE_MS)
		due_ms = relay->checked_ms + CHECK_PAUSE_MS;
	if (due_ms < now_ms || relay->is_failing)
		due_ms = now_ms;
	if (relay->check_ms > due_ms)
		relay->check_ms = due_ms;
}

void
outbox_relay_wake(struct engine *engine)
{
	struct outbox_mail *mail = &engine->outbox.mail;

	for (size_t i = 0; i < mail->relay_count; i++) {
		breaker_wake(&mail->relays[i].breaker, engine->now.boottime_ms);
		mail->relays[i].blocked_ms = 0;
		mail->relays[i].auth_failures = 0;
		mail->relays[i].needs_mail = false;
		hurry(engine, &mail->relays[i]);
	}
}

/* ---- checks ---- */

/* How the way is, not each look at it; what a relay says of a mail is told with that. */
static void
log_check(const struct engine *engine, const struct outbox_relay *relay,
    const struct relay_outcome *outcome)
{
	const struct conf_relay *conf = conf_relay(engine->conf, relay->index);
	bool is_good = outcome->class == RESULT_DONE;

	if (conf == NULL || (relay->is_known && relay->result == outcome->result))
		return;
	log_at(is_good ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
	    LOG_ABOUT(.result = result_name(outcome->result)),
	    "relay %s: the check of the way: %s%s%s", conf->host, result_text(outcome->result),
	    outcome->text[0] != '\0' ? ": " : "", outcome->text);
}

/* A password that was refused too often is tried as rarely by checks as by mails. */
int64_t
outbox_relay_check_ms(const struct engine *engine, const struct outbox_relay *relay)
{
	bool is_locked_out = relay->auth_failures >= engine->conf->mail.auth_tries;

	return is_locked_out && relay->blocked_ms > relay->check_ms ? relay->blocked_ms
	                                                            : relay->check_ms;
}

/* It lets us in as far as that goes: no more was tried, and what it said of a mail still holds. */
static void
keep_login(struct engine *engine, struct outbox_relay *relay, const struct relay_outcome *outcome)
{
	relay->auth_failures = 0;
	relay->check_failures = 0;
	relay->latency_ms = outcome->took_ms;
	engine->outbox.is_shown = false;
}

void
outbox_relay_outcome(struct engine *engine, const struct relay_outcome *outcome)
{
	const struct conf_mail *conf = &engine->conf->mail;
	struct outbox_relay *relay = outbox_relay(engine, outcome->relay);
	bool has_passed = outcome->class == RESULT_DONE;
	uint32_t wait_s = conf->check_interval_failed_s;

	if (relay == NULL)
		return;
	if (has_passed && !relay->needs_mail)
		wait_s = conf->check_interval_s;
	if (outcome->has_days) {
		relay->has_days = true;
		relay->days = outcome->days;
	}
	relay->checked_ms = engine->now.boottime_ms;
	relay->check_ms = relay->checked_ms + wait_s * INT64_C(1000);
	if (!relay->is_checking) {
		engine->outbox.is_shown = false;
		return; /* what a mail found out; how that ended is told with the mail */
	}
	relay->is_checking = false;
	if (has_passed && relay->needs_mail) {
		keep_login(engine, relay, outcome);
		return;
	}
	log_check(engine, relay, outcome);
	if (!has_passed && ++relay->check_failures >= conf->check_failures)
		fails(engine, relay);
	outbox_relay_ends(engine, relay, has_passed, outcome);
}

/* ---- the path ---- */

/* What needs a person, or was tried often enough, does not get better by waiting. */
static bool
is_given_up(const struct engine *engine, const struct outbox_relay *relay)
{
	return relay->blocked_ms != 0 || relay->check_failures >= engine->conf->mail.check_failures;
}

/* Of what is not known nothing bad is thought, but it is no proof that the path is up again. */
bool
outbox_relays_fail(struct engine *engine, struct path_trouble *ret_trouble)
{
	static const struct outbox_relay unknown = { .text = "" };
	bool was_down = outbox_channel(engine, CHANNEL_MAIL)->path_alarm != 0;
	const struct conf_relay *choice = NULL;
	struct path_trouble trouble = { .is_certain = true };
	bool has_one = false;

	while ((choice = next_choice(engine->conf, choice)) != NULL) {
		const struct outbox_relay *relay = find(engine, choice->index);

		if (relay != NULL && relay->is_proven)
			return false;
		if (relay == NULL || !relay->is_failing) {
			if (!was_down)
				return false;
			relay = &unknown;
		}
		trouble.is_certain &= is_given_up(engine, relay);
		if (!has_one) {
			trouble.result = relay->result;
			trouble.code = relay->code;
			trouble.words = relay->text;
		}
		has_one = true;
	}
	if (has_one)
		*ret_trouble = trouble;
	return has_one;
}
