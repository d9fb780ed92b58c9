/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/mail_words.h"
#include "core/route.h"

/* ---- one field ---- */

struct detail {
	const struct mail_facts *facts;
	const struct mail_item *item;
	const struct record *record;
	const struct alarm *alarm; /* as it is; NULL: over, or of none */
	const struct record *told; /* its raise, or what there is */
};

static bool
is_about_value(const struct detail *detail)
{
	const struct quantity_info *info = quantity_info(detail->record->quantity);

	if (info != NULL && info->is_state)
		return false;
	return detail->record->alarm_kind == ALARM_LIMIT ||
	       detail->record->alarm_kind == ALARM_RATE;
}

static bool
add_value(struct strbuf *out, const struct detail *detail)
{
	const struct mail_item *item = detail->item;
	const struct record *record = detail->record;

	if (record->sensor == 0 || (!item->has_now && !record->has_value))
		return false;
	if (item->has_now)
		mail_add_value(out, record->quantity, 0, item->now_milli);
	else
		mail_add_value(out, record->quantity, record->alarm_kind, record->value_milli);
	return true;
}

static bool
add_worst(struct strbuf *out, const struct detail *detail)
{
	if (detail->alarm == NULL || !is_about_value(detail) || !detail->item->alarm->has_value)
		return false;
	mail_add_value(
	    out, detail->record->quantity, detail->alarm->kind, detail->alarm->peak_milli);
	return true;
}

static bool
add_limit(struct strbuf *out, const struct detail *detail)
{
	static const char *const names[] = {
		[0] = "",
		[ZONE_LOW_CRITICAL] = " (low, critical)",
		[ZONE_LOW_WARNING] = " (low, warning)",
		[ZONE_NORMAL] = "",
		[ZONE_HIGH_WARNING] = " (high, warning)",
		[ZONE_HIGH_CRITICAL] = " (high, critical)",
	};
	const struct alarm *alarm = detail->alarm;

	if (!is_about_value(detail) || (alarm == NULL && !detail->told->has_limit))
		return false;
	mail_add_value(out, detail->record->quantity, detail->record->alarm_kind,
	    alarm != NULL ? alarm->limit_milli : detail->told->limit_milli);
	strbuf_add(out, "%s", names[alarm != NULL ? alarm->zone : detail->told->to]);
	return true;
}

static bool
add_severity(struct strbuf *out, const struct detail *detail)
{
	static const char *const names[] = {
		[SEVERITY_OK] = "ok",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_CRITICAL] = "critical",
		[SEVERITY_UNKNOWN] = "unknown",
	};
	const struct record *record = detail->record;
	enum severity now = detail->alarm != NULL ? detail->alarm->severity : record->severity;

	if (record->alarm_kind == 0)
		return false;
	strbuf_add(out, "%s", names[now]);
	if (record->previous_severity > SEVERITY_OK && record->previous_severity != now)
		strbuf_add(out, ", was %s", names[record->previous_severity]);
	return true;
}

static bool
add_state(struct strbuf *out, const struct detail *detail)
{
	if (detail->record->alarm_id == 0 || route_sort_of(detail->record->kind) == ROUTE_NOTE)
		return false;
	if (detail->alarm == NULL)
		strbuf_add(out, "over");
	else
		strbuf_add(out, "%s",
		    detail->alarm->state == ALARM_ACTIVE ? "active, not acknowledged"
							 : "active, acknowledged");
	return true;
}

static int64_t
since_ms(const struct detail *detail)
{
	if (detail->alarm != NULL)
		return detail->item->alarm->raised_wall_ms;
	return detail->item->raise != NULL ? detail->item->raise->wall_ms : 0;
}

static bool
add_since(struct strbuf *out, const struct detail *detail)
{
	if (since_ms(detail) == 0)
		return false;
	mail_add_time(out, detail->facts, since_ms(detail));
	return true;
}

static bool
add_until(struct strbuf *out, const struct detail *detail)
{
	if (route_sort_of(detail->record->kind) != ROUTE_END)
		return false;
	mail_add_time(out, detail->facts, detail->record->wall_ms);
	return true;
}

static bool
add_length(struct strbuf *out, const struct detail *detail)
{
	int64_t end_ms = detail->facts->now_wall_ms;

	if (since_ms(detail) == 0)
		return false;
	if (route_sort_of(detail->record->kind) == ROUTE_END)
		end_ms = detail->record->wall_ms;
	else if (detail->alarm == NULL)
		return false; /* when it ended nobody has told us */
	mail_add_duration(out, end_ms - since_ms(detail));
	return true;
}

static bool
add_moment(struct strbuf *out, const struct detail *detail)
{
	if (since_ms(detail) == detail->record->wall_ms ||
	    route_sort_of(detail->record->kind) == ROUTE_END)
		return false; /* it is there already */
	mail_add_time(out, detail->facts, detail->record->wall_ms);
	return true;
}

static bool
add_location(struct strbuf *out, const struct detail *detail)
{
	mail_add_text(out, detail->item->location);
	return detail->item->location[0] != '\0';
}

static bool
add_hardware(struct strbuf *out, const struct detail *detail)
{
	mail_add_text(out, detail->item->hardware);
	return detail->item->hardware[0] != '\0';
}

static bool
add_hour(struct strbuf *out, const struct detail *detail)
{
	const struct mail_item *item = detail->item;

	if (!item->has_hour)
		return false;
	mail_add_value(out, detail->record->quantity, 0, item->hour_low_milli);
	strbuf_add(out, " to ");
	mail_add_value(out, detail->record->quantity, 0, item->hour_high_milli);
	return true;
}

static bool
add_alarm_id(struct strbuf *out, const struct detail *detail)
{
	if (detail->record->alarm_id == 0)
		return false;
	strbuf_add(out, "%u", (unsigned)detail->record->alarm_id);
	return true;
}

/* False: there is nothing to say. */
static const struct {
	const char *name;
	bool (*add)(struct strbuf *out, const struct detail *detail);
} fields[] = {
	{ "State", add_state },
	{ "Severity", add_severity },
	{ "Value", add_value },
	{ "Limit", add_limit },
	{ "Worst", add_worst },
	{ "Since", add_since },
	{ "Until", add_until },
	{ "Duration", add_length },
	{ "Event", add_moment },
	{ "Last hour", add_hour },
	{ "Location", add_location },
	{ "Hardware", add_hardware },
	{ "Alarm", add_alarm_id },
};

#define FIELD_SIZE 512

static void
add_fields(struct strbuf *out, const struct mail_facts *facts, const struct mail_item *item)
{
	const struct detail detail = {
		.facts = facts,
		.item = item,
		.record = item->record,
		.alarm = item->alarm != NULL && alarm_is_open(&item->alarm->alarm)
		             ? &item->alarm->alarm
		             : NULL,
		.told = item->raise != NULL ? item->raise : item->record,
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		char text[FIELD_SIZE];
		struct strbuf field;

		strbuf_init(&field, text, sizeof(text));
		if (fields[i].add(&field, &detail) && field.length > 0)
			strbuf_add(out, "%-11s%s\n", fields[i].name, text);
	}
}

/* ---- the parts ---- */

static void
add_delay(struct strbuf *out, const struct mail_facts *facts)
{
	int64_t delay_ms = mail_delay_ms(facts);
	const struct mail_item *oldest = facts->items;

	if (delay_ms == 0)
		return;
	for (size_t i = 1; i < facts->count; i++)
		if (facts->items[i].age_ms > oldest->age_ms)
			oldest = &facts->items[i];
	strbuf_add(out, "Delayed: this could not be sent for ");
	mail_add_duration(out, delay_ms);
	strbuf_add(out, ".\n%-11s", "Event");
	mail_add_time(out, facts, oldest->record->wall_ms);
	strbuf_add(out, "\n%-11s", "Now");
	mail_add_time(out, facts, facts->now_wall_ms);
	if (facts->count == 1 && oldest->record->alarm_id != 0)
		strbuf_add(out, "\n%-11s%s", "State now",
		    oldest->alarm != NULL && alarm_is_open(&oldest->alarm->alarm) ? "still active"
										  : "over");
	strbuf_add(out, "\n\n");
}

static void
add_items(struct strbuf *out, const struct mail_facts *facts)
{
	for (size_t i = 0; i < facts->count; i++) {
		strbuf_add(out, "[%s] ", mail_tag(&facts->items[i]));
		mail_add_summary(out, &facts->items[i]);
		strbuf_add(out, "\n\n");
		add_fields(out, facts, &facts->items[i]);
		strbuf_add(out, "\n");
	}
}

static void
add_lines(struct strbuf *out, const struct mail_facts *facts)
{
	strbuf_add(out,
	    "%zu messages in one mail, since there were many; the first alarm first.\n\n",
	    facts->count);
	for (size_t i = 0; i < facts->count && i < MAIL_LINES; i++) {
		const struct mail_item *item = &facts->items[i];

		mail_add_time(out, facts, item->record->wall_ms);
		strbuf_add(out, "  [%s] ", mail_tag(item));
		mail_add_summary(out, item);
		if (item->record->alarm_id != 0)
			strbuf_add(out, " (alarm %u)", (unsigned)item->record->alarm_id);
		strbuf_add(out, "\n");
	}
	if (facts->count > MAIL_LINES)
		strbuf_add(out, "and %zu more: envsensorctl events\n", facts->count - MAIL_LINES);
	strbuf_add(out, "\n");
}

static bool
is_among(const struct mail_facts *facts, uint32_t alarm_id)
{
	for (size_t i = 0; i < facts->count; i++)
		if (facts->items[i].record->alarm_id == alarm_id)
			return true;
	return false;
}

static void
add_active(struct strbuf *out, const struct mail_facts *facts)
{
	size_t count = 0;

	for (size_t i = 0; i < facts->active_count; i++) {
		const struct alarm_row *row = &facts->active[i];

		if (!alarm_is_open(&row->alarm) || is_among(facts, row->alarm.id))
			continue;
		if (count == 0)
			strbuf_add(out, facts->count > 0 && facts->items[0].record->alarm_id != 0
					    ? "Also active:\n"
					    : "Active:\n");
		if (++count > MAIL_ACTIVE_LINES)
			continue;
		strbuf_add(out, "  [%s] ", mail_severity_tag(row->alarm.severity));
		mail_add_alarm(out, row);
		strbuf_add(out, ", for ");
		mail_add_duration(out, facts->now_wall_ms - row->raised_wall_ms);
		strbuf_add(out, " (alarm %u)\n", (unsigned)row->alarm.id);
	}
	if (count > MAIL_ACTIVE_LINES)
		strbuf_add(out, "  and %zu more\n", count - MAIL_ACTIVE_LINES);
	if (count > 0)
		strbuf_add(out, "\n");
}

/* For the first that nobody has acknowledged. */
static void
add_what_to_do(struct strbuf *out, const struct mail_facts *facts)
{
	for (size_t i = 0; i < facts->count; i++) {
		const struct alarm_row *row = facts->items[i].alarm;

		if (row == NULL || row->alarm.state != ALARM_ACTIVE)
			continue;
		strbuf_add(out,
		    "To acknowledge: envsensorctl ack %u\n"
		    "or set ENVSENSOR-MIB::envsAlarmAction.%u to 2.\n\n",
		    (unsigned)row->alarm.id, (unsigned)row->alarm.id);
		return;
	}
}

static void
add_alerts(struct strbuf *out, const struct mail_facts *facts)
{
	add_delay(out, facts);
	if ((facts->kind == MAIL_DIGEST && facts->count > 1) || facts->count > MAIL_BLOCKS)
		add_lines(out, facts);
	else
		add_items(out, facts);
	add_active(out, facts);
	add_what_to_do(out, facts);
}

static void
add_heartbeat(struct strbuf *out, const struct mail_facts *facts)
{
	strbuf_add(out,
	    "The agent is alive, and mail gets through. When this mail does not come, find out "
	    "why.\n\n%-11s%u\n%-11s%u\n\n",
	    "Sensors", (unsigned)facts->sensors, "Faulty", (unsigned)facts->sensors_in_fault);
	add_active(out, facts);
}

void
mail_body(const struct mail_facts *facts, char *to, size_t size)
{
	struct strbuf out;

	strbuf_init(&out, to, size);
	switch (facts->kind) {
	case MAIL_NONE:
		break;
	case MAIL_ALERT:
	case MAIL_DIGEST:
		add_alerts(&out, facts);
		break;
	case MAIL_BACKLOG:
		strbuf_add(&out,
		    "%u message%s could not be sent in time and would be of no use now. The "
		    "events are in the log: envsensorctl events.\n\n",
		    (unsigned)facts->undelivered, facts->undelivered == 1 ? "" : "s");
		add_active(&out, facts);
		break;
	case MAIL_TEST:
		strbuf_add(&out, "This is a test: alarms would reach you by this way.\n\n");
		break;
	case MAIL_HEARTBEAT:
		add_heartbeat(&out, facts);
		break;
	}
	strbuf_add(&out, "envsensord, ");
	mail_add_text(&out, facts->site);
	strbuf_add(&out, ", ");
	mail_add_time(&out, facts, facts->now_wall_ms);
	strbuf_add(&out, "\n");
}
