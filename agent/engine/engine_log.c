/* SPDX-License-Identifier: BSD-2-Clause */
/* Events as lines of the log. */
#include "core/event_text.h"
#include "engine/engine_private.h"
#include "sys/log.h"

/* What whoever noticed it does not log with more words: what happens to sensors and their alarms.
 * Repetition (a reminder) is no line. */
static const struct {
	bool is_line, is_news; /* bad news are as bad as the alarm */
} kinds[] = {
	[EVENT_RAISE] = { true, true },
	[EVENT_ESCALATE] = { true, true },
	[EVENT_DEESCALATE] = { true, true },
	[EVENT_CLEAR] = { true, false },
	[EVENT_FAULT_RAISE] = { true, true },
	[EVENT_FAULT_CLEAR] = { true, false },
	[EVENT_RATE_RAISE] = { true, true },
	[EVENT_RATE_CLEAR] = { true, false },
	[EVENT_ACKNOWLEDGE] = { true, false },
	[EVENT_REANNOUNCE] = { true, true },
	[EVENT_CHATTER] = { true, false },
	[EVENT_SUPPRESSION_SUMMARY] = { true, false },
	[EVENT_RATE_BLOCKED] = { true, false },
	[EVENT_RESET] = { true, false },
};

static enum log_level
level_of(const struct record *record)
{
	if (!kinds[record->kind].is_news || record->suppression != SUPPRESSION_NONE)
		return LOG_LEVEL_INFO;
	return record->severity == SEVERITY_CRITICAL ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING;
}

static const char *
bus_of(const struct conf *conf, const struct record *record)
{
	const struct conf_sensor *sensor = conf_sensor(conf, record->sensor);
	const struct conf_bus *bus = sensor != NULL ? conf_bus(conf, sensor->bus_index) : NULL;

	return bus != NULL ? bus->name : NULL;
}

static bool
is_line(const struct record *record)
{
	return record->kind < sizeof(kinds) / sizeof(kinds[0]) && kinds[record->kind].is_line;
}

/* A flood of one kind, of faults when a bus is lost for example, does not hold back another. */
static void
log_event(const struct conf *conf, const struct record *record)
{
	const struct log_about about = {
		.sensor = record->sensor != 0 ? record->source : NULL,
		.bus = bus_of(conf, record),
		.alarm = record->alarm_id,
		.event = record->seq,
		.kind = &kinds[record->kind],
	};
	char text[EVENT_TEXT_SIZE];

	event_text(record, text, sizeof(text));
	log_at(level_of(record), &about, "%s", text);
}

void
engine_log_events(struct engine *engine)
{
	for (; engine->logged_count < engine->waiting_count; engine->logged_count++) {
		const struct record *record = engine_waiting(engine, engine->logged_count);

		if (is_line(record))
			log_event(engine->conf, record);
	}
}
