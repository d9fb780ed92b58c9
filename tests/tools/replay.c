/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/tools/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r"

/* ---- numbers ---- */

static bool
parse_number(const char *text, int64_t min, int64_t max, int64_t *ret_number)
{
	const char *digits = text + (*text == '-');
	char *end;
	long long number;

	if (digits[0] < '0' || digits[0] > '9')
		return false;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0' || number < min || number > max)
		return false;
	*ret_number = number;
	return true;
}

/* ---- config ---- */

enum key {
	KEY_LEVEL, /* and the three that follow: enum level */
	KEY_DEADBAND = LEVEL_COUNT,
	KEY_ON,
	KEY_OFF,
	KEY_MIN_SAMPLES,
	KEY_STALE,
	KEY_FAULT_COUNT,
	KEY_FAULT_DELAY,
	KEY_POLL,
	KEY_FAULT_DAMPING,
	KEY_CHATTER,
	KEY_RATE,
	KEY_RATE_DEADBAND,
	KEY_LATCH,
	KEY_ACK_REQUIRED,
	KEY_COUNT,
};

static const struct replay_key {
	const char *name;
	int64_t min, max;
} replay_keys[KEY_COUNT] = {
	[LEVEL_LOW_CRITICAL] = { "low-critical", INT32_MIN, INT32_MAX },
	[LEVEL_LOW_WARNING] = { "low-warning", INT32_MIN, INT32_MAX },
	[LEVEL_HIGH_WARNING] = { "high-warning", INT32_MIN, INT32_MAX },
	[LEVEL_HIGH_CRITICAL] = { "high-critical", INT32_MIN, INT32_MAX },
	[KEY_DEADBAND] = { "deadband", INT32_MIN, INT32_MAX }, /* below 0 the rule is refused */
	[KEY_ON] = { "on", 0, UINT32_MAX },
	[KEY_OFF] = { "off", 0, UINT32_MAX },
	[KEY_MIN_SAMPLES] = { "min-samples", 0, UINT32_MAX },
	[KEY_STALE] = { "stale", 0, UINT32_MAX },
	[KEY_FAULT_COUNT] = { "fault-count", 0, UINT32_MAX },
	[KEY_FAULT_DELAY] = { "fault-delay", 0, UINT32_MAX },
	[KEY_POLL] = { "poll", 0, UINT32_MAX },
	[KEY_FAULT_DAMPING] = { "fault-damping", 0, 1 },
	[KEY_CHATTER] = { "chatter", 0, 1 },
	[KEY_RATE] = { "rate", 1, INT32_MAX },
	[KEY_RATE_DEADBAND] = { "rate-deadband", 0, INT32_MAX },
	[KEY_LATCH] = { "latch", 0, 1 },
	[KEY_ACK_REQUIRED] = { "ack-required", 0, 1 },
};

static int
parse_key(char *word, int64_t numbers[KEY_COUNT], bool is_set[KEY_COUNT], struct err *err)
{
	char *value = strchr(word, '=');

	if (value == NULL)
		return err_set(err, -EINVAL, "\"%.40s\": want KEY=VALUE", word);
	*value++ = '\0';
	for (unsigned key = 0; key < KEY_COUNT; key++) {
		const struct replay_key *known = &replay_keys[key];

		if (strcmp(known->name, word) != 0)
			continue;
		if (is_set[key])
			return err_set(err, -EINVAL, "%s is given twice", word);
		if (!parse_number(value, known->min, known->max, &numbers[key]))
			return err_set(err, -EINVAL,
			    "%s=%.40s: want a number from %" PRId64 " to %" PRId64, word, value,
			    known->min, known->max);
		is_set[key] = true;
		return 0;
	}
	return err_set(err, -EINVAL, "\"%.40s\": there is no such key", word);
}

static int64_t
or_default(const int64_t *number, const bool *is_set, enum key key, int64_t fallback)
{
	return is_set[key] ? number[key] : fallback;
}

/* No quantity is known here, so the deadband is that of one that has none of its own. */
static void
make_rule(const int64_t *n, const bool *is_set, struct evaluator_rule *rule)
{
	struct limit_rule *limits = &rule->limits;
	struct sensor_rule *quality = &rule->quality;

	evaluator_rule_init(rule);
	for (unsigned level = 0; level < LEVEL_COUNT; level++) {
		limits->is_enabled[level] = is_set[level];
		limits->limit_milli[level] = is_set[level] ? (int32_t)n[level] : 0;
	}
	limits->deadband_milli = (int32_t)or_default(
	    n, is_set, KEY_DEADBAND, limits_default_deadband(limits, QUANTITY_OTHER));
	limits->on_delay_ms = or_default(n, is_set, KEY_ON, limits->on_delay_ms);
	limits->off_delay_ms = or_default(n, is_set, KEY_OFF, limits->off_delay_ms);
	limits->min_samples = (uint32_t)or_default(n, is_set, KEY_MIN_SAMPLES, limits->min_samples);
	quality->stale_after_ms = or_default(n, is_set, KEY_STALE, 0);
	quality->fault_count =
	    (uint32_t)or_default(n, is_set, KEY_FAULT_COUNT, quality->fault_count);
	quality->fault_delay_ms = or_default(n, is_set, KEY_FAULT_DELAY, quality->fault_delay_ms);
	quality->poll_ms = or_default(n, is_set, KEY_POLL, quality->poll_ms);
	rule->has_damping = or_default(n, is_set, KEY_FAULT_DAMPING, 1) != 0;
	rule->has_chatter = or_default(n, is_set, KEY_CHATTER, 1) != 0;
	rule->rate.is_enabled = is_set[KEY_RATE];
	rule->rate.limit_milli = (int32_t)or_default(n, is_set, KEY_RATE, 0);
	rule->rate.deadband_milli = (int32_t)or_default(
	    n, is_set, KEY_RATE_DEADBAND, rate_default_deadband(rule->rate.limit_milli));
	rule->latch = or_default(n, is_set, KEY_LATCH, 0) != 0;
	rule->ack_required = or_default(n, is_set, KEY_ACK_REQUIRED, 0) != 0;
}

static int
parse_rule(char **words, struct evaluator_rule *ret_rule, struct err *err)
{
	int64_t numbers[KEY_COUNT];
	bool is_set[KEY_COUNT] = { false };
	struct evaluator_rule rule;
	enum level level;
	char *word;
	int r;

	while ((word = strtok_r(NULL, BLANKS, words)) != NULL) {
		r = parse_key(word, numbers, is_set, err);
		if (r < 0)
			return r;
	}
	make_rule(numbers, is_set, &rule);
	r = evaluator_check(&rule, &level, err);
	if (r < 0)
		return r;
	*ret_rule = rule;
	return 0;
}

/* ---- output ---- */

static const struct {
	enum event_kind kind;
	const char *name;
} kind_names[] = {
	{ EVENT_RAISE, "raise" },
	{ EVENT_ESCALATE, "escalate" },
	{ EVENT_DEESCALATE, "deescalate" },
	{ EVENT_CLEAR, "clear" },
	{ EVENT_FAULT_RAISE, "fault-raise" },
	{ EVENT_FAULT_CLEAR, "fault-clear" },
	{ EVENT_RATE_RAISE, "rate-raise" },
	{ EVENT_RATE_CLEAR, "rate-clear" },
	{ EVENT_ACKNOWLEDGE, "acknowledge" },
	{ EVENT_REANNOUNCE, "reannounce" },
	{ EVENT_CHATTER, "chatter" },
	{ EVENT_SUPPRESSION_SUMMARY, "suppression-summary" },
};

static const char *
kind_name(enum event_kind kind)
{
	for (size_t i = 0; i < sizeof(kind_names) / sizeof(kind_names[0]); i++)
		if (kind_names[i].kind == kind)
			return kind_names[i].name;
	return "?";
}

static void
print_more(FILE *out, const struct event *event)
{
	static const char *const severities[] = { "?", "ok", "warning", "critical", "unknown" };
	static const char *const states[] = { "unlisted", "active", "acknowledged",
		"cleared-unacknowledged", "latched" };
	static const char *const suppressions[] = { "?", "", " shelved", " out-of-service",
		" by-parent" };

	fprintf(out, " %s>%s", severities[event->previous_severity], severities[event->severity]);
	if (event->has_limit)
		fprintf(out, " limit=%" PRId32, event->limit_milli);
	if (event->alarm.kind == ALARM_FAULT)
		fprintf(out, " reason=%s", fault_reason_name(event->alarm.reason));
	if (event->kind == EVENT_SUPPRESSION_SUMMARY)
		fprintf(out, " raised=%" PRIu32 " cleared=%" PRIu32, event->raised, event->cleared);
	else
		fprintf(out, " %s", states[event->alarm.state]);
	fprintf(out, "%s%s%s", suppressions[event->suppression],
	    event->is_config_change ? " config-change" : "",
	    event->during_downtime ? " during-downtime" : "");
}

static void
print_events(struct replay *replay)
{
	for (unsigned i = 0; i < replay->verdict.count; i++) {
		const struct event *event = &replay->verdict.events[i];

		replay->seq++;
		fprintf(replay->out, "%u %s %" PRIu32 " %d %d %" PRId64, replay->seq,
		    kind_name(event->kind), event->alarm.id, (int)event->from - ZONE_NORMAL,
		    (int)event->to - ZONE_NORMAL, event->time_ms);
		if (event->has_value)
			fprintf(replay->out, " %" PRId32, event->value_milli);
		else
			fprintf(replay->out, " -");
		if (replay->is_long)
			print_more(replay->out, event);
		fprintf(replay->out, "\n");
	}
}

/* ---- commands: the time is parsed and in force ---- */

static char *
next_word(char **words)
{
	return strtok_r(NULL, BLANKS, words);
}

static int
end_of_line(char **words, struct err *err)
{
	const char *word = next_word(words);

	return word == NULL ? 0 : err_set(err, -EINVAL, "\"%.40s\" is too much", word);
}

static int
do_sample(struct replay *replay, char **words, struct err *err)
{
	const char *value = next_word(words), *verdict = next_word(words);
	bool is_good;
	int64_t milli = 0;
	int r;

	if (verdict == NULL || (strcmp(verdict, "good") != 0 && strcmp(verdict, "bad") != 0))
		return err_set(err, -EINVAL, "want sample TIME VALUE good|bad");
	is_good = strcmp(verdict, "good") == 0;
	if ((is_good || strcmp(value, "-") != 0) &&
	    !parse_number(value, INT32_MIN, INT32_MAX, &milli))
		return err_set(err, -EINVAL, "value %.40s: want thousandths in 32 bits", value);
	r = end_of_line(words, err);
	if (r < 0)
		return r;
	evaluator_sample(&replay->evaluator, &replay->rule, is_good ? FAULT_NONE : FAULT_NO_REPLY,
	    (int32_t)milli, replay->now_ms, &replay->verdict);
	return 0;
}

static int
do_configure(struct replay *replay, char **words, struct err *err)
{
	struct evaluator_rule rule;
	int r = parse_rule(words, &rule, err);

	if (r < 0)
		return r;
	evaluator_configure(
	    &replay->evaluator, &replay->rule, &rule, replay->now_ms, &replay->verdict);
	replay->rule = rule;
	return 0;
}

static int
do_shelve(struct replay *replay, char **words, struct err *err)
{
	const char *word = next_word(words);
	int64_t until_ms;

	if (word == NULL || !parse_number(word, replay->now_ms + 1, INT64_MAX / 2, &until_ms))
		return err_set(err, -EINVAL, "want shelve TIME UNTIL, a time after that");
	evaluator_shelve(&replay->evaluator, until_ms, replay->now_ms, &replay->verdict);
	return end_of_line(words, err);
}

static int
do_acknowledge(struct replay *replay, char **words, struct err *err)
{
	const char *word = next_word(words);
	int64_t id;
	int r;

	if (word == NULL || !parse_number(word, 1, UINT32_MAX, &id))
		return err_set(err, -EINVAL, "want acknowledge TIME ALARM-ID");
	r = evaluator_acknowledge(
	    &replay->evaluator, (uint32_t)id, replay->now_ms, &replay->verdict);
	if (r < 0)
		return err_set(err, r, "alarm %s: %s", word,
		    r == -ENOENT ? "there is none that is open" : "it cannot take that");
	return end_of_line(words, err);
}

enum command {
	COMMAND_SAMPLE,
	COMMAND_TICK,
	COMMAND_RESTART,
	COMMAND_CONFIGURE,
	COMMAND_DISABLE,
	COMMAND_ENABLE,
	COMMAND_SHELVE,
	COMMAND_UNSHELVE,
	COMMAND_PARENT_LOST,
	COMMAND_PARENT_BACK,
	COMMAND_ACKNOWLEDGE,
	COMMAND_REMOVE,
	COMMAND_COUNT,
};

static const char *const command_names[COMMAND_COUNT] = {
	[COMMAND_SAMPLE] = "sample",
	[COMMAND_TICK] = "tick",
	[COMMAND_RESTART] = "restart",
	[COMMAND_CONFIGURE] = "configure",
	[COMMAND_DISABLE] = "disable",
	[COMMAND_ENABLE] = "enable",
	[COMMAND_SHELVE] = "shelve",
	[COMMAND_UNSHELVE] = "unshelve",
	[COMMAND_PARENT_LOST] = "parent-lost",
	[COMMAND_PARENT_BACK] = "parent-back",
	[COMMAND_ACKNOWLEDGE] = "acknowledge",
	[COMMAND_REMOVE] = "remove",
};

static int
do_command(struct replay *replay, enum command command, char **words, struct err *err)
{
	struct evaluator *evaluator = &replay->evaluator;
	const struct evaluator_rule *rule = &replay->rule;
	struct verdict *verdict = &replay->verdict;
	int64_t now_ms = replay->now_ms;

	switch (command) {
	case COMMAND_SAMPLE:
		return do_sample(replay, words, err);
	case COMMAND_CONFIGURE:
		return do_configure(replay, words, err);
	case COMMAND_SHELVE:
		return do_shelve(replay, words, err);
	case COMMAND_ACKNOWLEDGE:
		return do_acknowledge(replay, words, err);
	case COMMAND_TICK:
		evaluator_tick(evaluator, rule, now_ms, verdict);
		break;
	case COMMAND_RESTART:
		evaluator_restart(evaluator, &evaluator->kept, &replay->rate, now_ms);
		break;
	case COMMAND_DISABLE:
	case COMMAND_ENABLE:
		evaluator_set_in_service(
		    evaluator, rule, command == COMMAND_ENABLE, now_ms, verdict);
		break;
	case COMMAND_UNSHELVE:
		evaluator_unshelve(evaluator, now_ms, verdict);
		break;
	case COMMAND_PARENT_LOST:
	case COMMAND_PARENT_BACK:
		evaluator_set_parent_lost(
		    evaluator, command == COMMAND_PARENT_LOST, now_ms, verdict);
		break;
	case COMMAND_REMOVE:
		evaluator_remove(evaluator, rule, now_ms, verdict);
		break;
	case COMMAND_COUNT:
		break;
	}
	return end_of_line(words, err);
}

/* Quality is unknown from the first command on, whatever its time. */
static int
parse_time(struct replay *replay, char **words, struct err *err)
{
	const char *word = next_word(words);
	int64_t now_ms;

	if (word == NULL || !parse_number(word, 0, INT64_MAX / 2, &now_ms))
		return err_set(err, -EINVAL, "time %.40s: want ms, 0 or more",
		    word == NULL ? "is missing" : word);
	if (replay->has_begun && now_ms < replay->now_ms)
		return err_set(err, -EINVAL, "time %s is before %" PRId64 ": it cannot go back",
		    word, replay->now_ms);
	if (!replay->has_begun)
		evaluator_init(&replay->evaluator, &replay->rate, now_ms);
	replay->has_begun = true;
	replay->now_ms = now_ms;
	return 0;
}

static int
do_config(struct replay *replay, char **words, struct err *err)
{
	if (replay->has_config)
		return err_set(err, -EINVAL, "a second config; want one");
	if (replay->has_begun)
		return err_set(err, -EINVAL, "config comes too late; want it first");
	replay->has_config = true;
	return parse_rule(words, &replay->rule, err);
}

void
replay_init(struct replay *replay, FILE *out)
{
	memset(replay, 0, sizeof(*replay));
	evaluator_rule_init(&replay->rule);
	replay->out = out;
	replay->verdict.next_alarm_id = 1;
}

int
replay_line(struct replay *replay, char *text, struct err *err)
{
	char *words, *name;
	int r = -EINVAL;

	replay->line++;
	text[strcspn(text, "#")] = '\0';
	name = strtok_r(text, BLANKS, &words);
	if (name == NULL)
		return 0;
	if (strcmp(name, "config") == 0) {
		r = do_config(replay, &words, err);
		goto done;
	}
	for (enum command command = 0; command < COMMAND_COUNT; command++) {
		if (strcmp(name, command_names[command]) != 0)
			continue;
		r = parse_time(replay, &words, err);
		replay->verdict.count = 0;
		if (r == 0)
			r = do_command(replay, command, &words, err);
		if (r == 0)
			print_events(replay);
		goto done;
	}
	err_set(err, -EINVAL, "\"%.40s\": there is no such command", name);
done:
	if (r < 0)
		err_prefix(err, "line %u: ", replay->line);
	return r;
}

int
replay_stream(struct replay *replay, FILE *in, struct err *err)
{
	char *text = NULL;
	size_t room = 0;
	ssize_t len;
	int r = 0;

	while (r == 0 && (len = getline(&text, &room, in)) >= 0) {
		if (len > 0 && text[len - 1] == '\n')
			text[--len] = '\0';
		if (strlen(text) != (size_t)len)
			r = err_set(err, -EINVAL, "line %u: a NUL in it", replay->line + 1);
		else
			r = replay_line(replay, text, err);
	}
	if (r == 0 && ferror(in))
		r = err_set(err, -EIO, "cannot read: %s", strerror(errno));
	free(text);
	return r;
}
