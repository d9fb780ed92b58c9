/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/event_text.h"

#include "core/date.h"
#include "core/strbuf.h"

/*
 * $s source, $v value, $l limit (both with unit), $h high or low, $w warning or critical, $i alarm
 * id, $r fault reason, $a and $b the numbers, $A and $B the same as times, $d the second as a
 * result of a delivery, $t when it was.
 */
struct sentence {
	const char *text;
	const char *valueless; /* where there is no value; NULL: `text` names none */
};

static const struct sentence sentences[] = {
	[EVENT_RAISE] = { "$s is too $h: $v has reached the $w limit $l.",
	    "$s is too $h: it has reached the $w limit $l." },
	[EVENT_ESCALATE] = { "$s is still worse, too $h: $v has reached the $w limit $l.",
	    "$s is still worse, too $h: it has reached the $w limit $l." },
	[EVENT_DEESCALATE] = { "$s is better, but still too $h: $v has left the limit $l.",
	    "$s is better, but still too $h: the limit $l does not hold any more." },
	[EVENT_CLEAR] = { "$s is normal again: $v.", "$s counts as normal again." },
	[EVENT_FAULT_RAISE] = { "$s gives no valid reading: $r.", NULL },
	[EVENT_FAULT_CLEAR] = { "$s gives valid readings again: $v.",
	    "$s does not count as faulty any more." },
	[EVENT_RATE_RAISE] = { "$s changes too fast: $v has reached the limit $l.",
	    "$s changes too fast: it has reached the limit $l." },
	[EVENT_RATE_CLEAR] = { "$s does not change too fast any more: $v.",
	    "$s does not count as changing too fast any more." },
	[EVENT_ACKNOWLEDGE] = { "Alarm $i of $s was acknowledged.", NULL },
	[EVENT_REANNOUNCE] = { "$s is watched again and alarm $i is still active: $v.",
	    "$s is watched again and alarm $i is still active." },
	[EVENT_REMINDER] = { "Alarm $i of $s is still active: $v.",
	    "Alarm $i of $s is still active." },
	[EVENT_CHATTER] = { "$s raises alarms so often that each now takes 15 minutes to clear.",
	    NULL },
	[EVENT_SUPPRESSION_SUMMARY] = { "While $s was suppressed, $a alarms were raised and $b "
					"cleared.",
	    NULL },
	[EVENT_AGENT_START] = { "The agent has started; alarms that are active: $a.", NULL },
	[EVENT_AGENT_STOP] = { "The agent stops.", NULL },
	[EVENT_DELIVERY_FAILED] = { "Messages to $s that were given up: $a ($d).", NULL },
	[EVENT_PATH_DOWN] = { "Messages do not get out by $s: $d.", NULL },
	[EVENT_PATH_UP] = { "Messages get out by $s again.", NULL },
	[EVENT_RATE_BLOCKED] = { "Messages by $s wait, since there were too many.", NULL },
	/* of the database: see stories */
	[EVENT_CLOCK_STEP] = { "The system clock was set from $A to $t.", NULL },
	[EVENT_CONFIG_CHANGE] = { "Another configuration is in force.", NULL },
	[EVENT_TEST] = { "This is a test.", NULL },
	[EVENT_HEARTBEAT] = { "The agent is alive; alarms that are active: $a.", NULL },
	[EVENT_BUS_RAISE] = { "Bus $s is lost, and all sensors on it with it.", NULL },
	[EVENT_BUS_CLEAR] = { "Bus $s is back.", NULL },
	[EVENT_RESET] = { "Alarm $i of $s was reset.", NULL },
};

#define NO_WAY "Messages do not get out by $s."

/* What storageTrouble and storageOk say. */
static const struct {
	const char *trouble, *ok;
} stories[] = {
	[STORAGE_STORY_UNWRITABLE] = { "The database cannot be written.",
	    "The database can be written again." },
	[STORAGE_STORY_RESTORED] = { "The database was damaged and is set aside; its copy of $B "
				     "takes its place.",
	    "The database is whole again, but what happened after $B is lost." },
	[STORAGE_STORY_ANEW] = { "The database was damaged or lost, and there is no good copy.",
	    "The database has begun anew; what was stored before is lost." },
	[STORAGE_STORY_REWRITTEN] = { "The database is damaged.",
	    "The database was damaged and is set aside; another one was written from memory." },
	[STORAGE_STORY_DROPPED] = { "The database cannot be written.",
	    "The database can be written again, but $b events meanwhile found no room and are "
	    "lost." },
	[STORAGE_STORY_FULL] = { "The database has reached its greatest size.",
	    "The database had reached its greatest size; the oldest events are dropped." },
};

#define UNCLEAN "The agent has started after it had not ended well; alarms that are active: $a."

static const char *
unit_of(const struct record *record)
{
	const struct quantity_info *info = quantity_info(record->quantity);

	return info != NULL ? info->unit : "";
}

/* Of a delivery or a path. */
static enum result
result_of(const struct record *record)
{
	return record->numbers[1] < RESULT_COUNT ? (enum result)record->numbers[1]
	                                         : RESULT_INTERNAL_ERROR;
}

static void
add_milli(struct strbuf *buffer, const struct record *record, int32_t milli)
{
	const char *unit = unit_of(record);
	char number[16];

	text_format_milli(milli, number, sizeof(number));
	strbuf_add(buffer, "%s%s%s%s", number, unit[0] != '\0' ? " " : "", unit,
	    record->alarm_kind == ALARM_RATE ? " per minute" : "");
}

/* Time zones are the reader's business. */
static void
add_time(struct strbuf *buffer, int64_t seconds)
{
	struct date date = date_of(seconds);

	strbuf_add(buffer, "%04lld-%02d-%02d %02d:%02d:%02d UTC", (long long)date.year, date.month,
	    date.day, date.hour, date.minute, date.second);
}

static void
add_word(struct strbuf *buffer, const struct record *record, char which)
{
	switch (which) {
	case 's':
		strbuf_add(buffer, "%s", record->source);
		break;
	case 'v':
		add_milli(buffer, record, record->value_milli);
		break;
	case 'l':
		add_milli(buffer, record, record->limit_milli);
		break;
	case 'h':
		strbuf_add(buffer, "%s", record->to < ZONE_NORMAL ? "low" : "high");
		break;
	case 'w':
		strbuf_add(
		    buffer, "%s", record->severity == SEVERITY_CRITICAL ? "critical" : "warning");
		break;
	case 'i':
		strbuf_add(buffer, "%u", (unsigned)record->alarm_id);
		break;
	case 'r':
		strbuf_add(buffer, "%s", fault_reason_name(record->reason));
		break;
	case 'a':
		strbuf_add(buffer, "%u", (unsigned)record->numbers[0]);
		break;
	case 'b':
		strbuf_add(buffer, "%u", (unsigned)record->numbers[1]);
		break;
	case 'd':
		strbuf_add(buffer, "%s", result_text(result_of(record)));
		break;
	case 'A':
		add_time(buffer, record->numbers[0]);
		break;
	case 'B':
		add_time(buffer, record->numbers[1]);
		break;
	case 't':
		add_time(buffer, record->wall_ms / 1000);
		break;
	}
}

static const char *
storage_text(const struct record *record)
{
	size_t story = record->numbers[0];

	if (story >= sizeof(stories) / sizeof(stories[0]))
		story = STORAGE_STORY_UNWRITABLE;
	return record->kind == EVENT_STORAGE_OK ? stories[story].ok : stories[story].trouble;
}

void
event_text(const struct record *record, char *to, size_t size)
{
	const struct sentence *sentence = &sentences[0];
	struct strbuf buffer;
	const char *text;

	strbuf_init(&buffer, to, size);
	if (record->detail != NULL) {
		strbuf_add(&buffer, "%s", record->detail);
		return;
	}
	if (record->kind < sizeof(sentences) / sizeof(sentences[0]))
		sentence = &sentences[record->kind];
	text = sentence->text;
	if (!record->has_value && sentence->valueless != NULL)
		text = sentence->valueless;
	if (record->kind == EVENT_AGENT_START && record->numbers[1] != 0)
		text = UNCLEAN;
	else if (record->kind == EVENT_PATH_DOWN && record->numbers[1] == RESULT_OK)
		text = NO_WAY; /* of an alarm, which does not know why */
	else if (record->kind == EVENT_STORAGE_TROUBLE || record->kind == EVENT_STORAGE_OK)
		text = storage_text(record);
	for (; text != NULL && *text != '\0'; text++) {
		if (*text == '$')
			add_word(&buffer, record, *++text);
		else
			strbuf_add(&buffer, "%c", *text);
	}
}

void
path_text(
    const char *channel, enum result result, int32_t code, const char *words, char *to, size_t size)
{
	struct strbuf buffer;

	strbuf_init(&buffer, to, size);
	strbuf_add(&buffer, "Messages do not get out by %s: %s", channel, result_text(result));
	if (code != 0)
		strbuf_add(&buffer, ": %d", (int)code);
	if (words[0] != '\0')
		strbuf_add(&buffer, "%s %s", code == 0 ? ":" : "", words);
	strbuf_add(&buffer, ".");
}

/* What is wrong: the sentence of the event that would raise it as it stands. */
static enum event_kind
raise_kind(enum alarm_kind kind)
{
	switch (kind) {
	case ALARM_LIMIT:
		return EVENT_RAISE;
	case ALARM_FAULT:
		return EVENT_FAULT_RAISE;
	case ALARM_RATE:
		return EVENT_RATE_RAISE;
	case ALARM_BUS:
		return EVENT_BUS_RAISE;
	case ALARM_PATH:
		return EVENT_PATH_DOWN;
	case ALARM_STORAGE:
		break;
	}
	return EVENT_STORAGE_TROUBLE;
}

void
alarm_text(const struct alarm_row *row, char *to, size_t size)
{
	struct record record = {
		.kind = (uint8_t)raise_kind(row->alarm.kind),
		.alarm_kind = (uint8_t)row->alarm.kind,
		.severity = (uint8_t)row->alarm.severity,
		.to = (uint8_t)row->alarm.zone,
		.reason = (uint8_t)row->alarm.reason,
		.quantity = row->quantity,
		.has_value = row->has_value,
		.value_milli = row->alarm.peak_milli,
		.limit_milli = row->alarm.limit_milli,
	};

	text_copy(record.source, sizeof(record.source), row->source);
	event_text(&record, to, size);
}

void
event_reason(const struct record *record, char *to, size_t size)
{
	const char *text = "";
	struct strbuf buffer;

	if (record->kind == EVENT_DELIVERY_FAILED || record->kind == EVENT_PATH_DOWN)
		text = result_name(result_of(record));
	else if (record->is_config_change)
		text = "configChange";
	else if (record->alarm_kind == ALARM_FAULT && record->reason != FAULT_NONE)
		text = fault_reason_name(record->reason);
	else if (record->during_downtime)
		text = "during_downtime";
	strbuf_init(&buffer, to, size);
	strbuf_add(&buffer, "%s", text);
	if (record->seq == 0)
		strbuf_add(&buffer, "%snot stored", text[0] != '\0' ? ", " : "");
}

void
event_unit(const struct record *record, char *to, size_t size)
{
	struct strbuf buffer;

	strbuf_init(&buffer, to, size);
	strbuf_add(
	    &buffer, "%s%s", unit_of(record), record->alarm_kind == ALARM_RATE ? "/min" : "");
}
