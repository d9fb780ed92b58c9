/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/mail_words.h"

#include <string.h>

#include "core/date.h"
#include "core/result.h"
#include "core/route.h"
#include "core/text.h"
#include "core/units.h"

#define SECOND_S 1
#define MINUTE_S 60
#define HOUR_S   3600
#define DAY_S    86400

#define TEXT_SIZE 256

void
mail_add_text(struct strbuf *out, const char *text)
{
	char clean[TEXT_SIZE];

	text_clean(text, strlen(text), clean, sizeof(clean));
	strbuf_add(out, "%s", clean);
}

/* ---- numbers ---- */

/* Mails are UTF-8: here units may look as they should. */
static const char *
unit_of(enum quantity quantity)
{
	const struct quantity_info *info = quantity_info(quantity);

	if (quantity_is_temperature(quantity))
		return "°C";
	if (quantity == QUANTITY_PARTICULATES)
		return "µg/m³";
	return info != NULL ? info->unit : "";
}

void
mail_add_value(struct strbuf *out, enum quantity quantity, enum alarm_kind kind, int32_t milli)
{
	const struct quantity_info *info = quantity_info(quantity);
	const char *unit = unit_of(quantity);
	char number[16];

	if (info != NULL && info->is_state && kind != ALARM_RATE) {
		strbuf_add(out, "%s", milli >= 500 ? "active" : "inactive");
		return;
	}
	text_format_fixed(milli, 3, number, sizeof(number));
	strbuf_add(out, "%s%s", number,
	    quantity_is_temperature(quantity) && strchr(number, '.') == NULL ? ".0" : "");
	if (unit[0] != '\0')
		strbuf_add(out, " %s", unit);
	if (kind == ALARM_RATE)
		strbuf_add(out, unit[0] != '\0' ? "/min" : " per minute");
}

void
mail_add_duration(struct strbuf *out, int64_t ms)
{
	static const struct {
		int64_t seconds;
		char letter;
	} units[] = { { DAY_S, 'd' }, { HOUR_S, 'h' }, { MINUTE_S, 'm' }, { SECOND_S, 's' } };
	int64_t seconds = ms > 0 ? ms / 1000 : 0;
	size_t at = 0;

	while (units[at].seconds > SECOND_S && seconds < units[at].seconds)
		at++;
	strbuf_add(out, "%lld%c", (long long)(seconds / units[at].seconds), units[at].letter);
	seconds %= units[at].seconds;
	if (units[at].seconds == SECOND_S)
		return;
	seconds /= units[++at].seconds;
	if (seconds > 0)
		strbuf_add(out, "%lld%c", (long long)seconds, units[at].letter);
}

void
mail_add_time(struct strbuf *out, const struct mail_facts *facts, int64_t wall_ms)
{
	int east = facts->east_min, distance = east < 0 ? -east : east;
	struct date at =
	    date_of((wall_ms >= 0 ? wall_ms : wall_ms - 999) / 1000 + (int64_t)east * 60);

	strbuf_add(out, "%04lld-%02d-%02d %02d:%02d:%02d %c%02d%02d", (long long)at.year, at.month,
	    at.day, at.hour, at.minute, at.second, east < 0 ? '-' : '+', distance / 60 % 100,
	    distance % 60);
}

int64_t
mail_delay_ms(const struct mail_facts *facts)
{
	int64_t oldest_ms = 0;

	if (facts->kind != MAIL_ALERT && facts->kind != MAIL_DIGEST)
		return 0;
	for (size_t i = 0; i < facts->count; i++)
		if (facts->items[i].age_ms > oldest_ms)
			oldest_ms = facts->items[i].age_ms;
	return oldest_ms > facts->delayed_after_ms ? oldest_ms : 0;
}

/* ---- what is wrong ---- */

/* A raise as it stands: facts of its event or of its alarm. */
struct trouble {
	enum alarm_kind kind;
	const char *source;
	enum quantity quantity;
	enum zone zone;
	enum fault_reason reason;
	bool has_value, has_limit;
	int32_t value_milli, limit_milli;
};

static const char *
reason_words(enum fault_reason reason)
{
	switch (reason) {
	case FAULT_NONE:
		break;
	case FAULT_NO_REPLY:
		return "no reply";
	case FAULT_BAD_REPLY:
		return "garbled replies";
	case FAULT_DEVICE_ERROR:
		return "the device reports an error";
	case FAULT_IMPLAUSIBLE:
		return "implausible readings";
	case FAULT_OUT_OF_RANGE:
		return "readings out of range";
	case FAULT_STALE:
		return "no new reading";
	case FAULT_BUS_DOWN:
		return "its bus is down";
	case FAULT_BAD_ADDRESS:
		return "the device does not know the address";
	}
	return "no valid reading";
}

static void
add_limit_trouble(struct strbuf *out, const struct trouble *trouble)
{
	const struct quantity_info *info = quantity_info(trouble->quantity);
	bool is_low = zone_side(trouble->zone) < 0;

	mail_add_text(out, trouble->source);
	strbuf_add(out, " ");
	if (info != NULL && info->is_state) {
		strbuf_add(out, "%s", is_low ? "inactive" : "active");
		return;
	}
	if (!trouble->has_value || !trouble->has_limit) {
		strbuf_add(out, "too %s", is_low ? "low" : "high");
		return;
	}
	mail_add_value(out, trouble->quantity, trouble->kind, trouble->value_milli);
	if (trouble->value_milli == trouble->limit_milli)
		strbuf_add(out, is_low ? " ≤ " : " ≥ ");
	else
		strbuf_add(out, is_low ? " < " : " > ");
	mail_add_value(out, trouble->quantity, trouble->kind, trouble->limit_milli);
}

static void
add_rate_trouble(struct strbuf *out, const struct trouble *trouble)
{
	mail_add_text(out, trouble->source);
	strbuf_add(out, " changes too fast");
	if (!trouble->has_value || !trouble->has_limit)
		return;
	strbuf_add(out, ": ");
	mail_add_value(out, trouble->quantity, trouble->kind, trouble->value_milli);
	strbuf_add(out, ", limit ");
	mail_add_value(out, trouble->quantity, trouble->kind, trouble->limit_milli);
}

static void
add_trouble(struct strbuf *out, const struct trouble *trouble)
{
	switch (trouble->kind) {
	case ALARM_LIMIT:
		add_limit_trouble(out, trouble);
		return;
	case ALARM_RATE:
		add_rate_trouble(out, trouble);
		return;
	case ALARM_FAULT:
		mail_add_text(out, trouble->source);
		strbuf_add(out, " faulty: %s", reason_words(trouble->reason));
		return;
	case ALARM_BUS:
		strbuf_add(out, "bus ");
		mail_add_text(out, trouble->source);
		strbuf_add(out, " lost, with all sensors on it");
		return;
	case ALARM_PATH:
		strbuf_add(out, "%s",
		    strcmp(trouble->source, "snmp") == 0 ? "SNMP master agent unreachable"
							 : "mail does not get out");
		return;
	case ALARM_STORAGE:
		break;
	}
	strbuf_add(out, "database cannot be written");
}

static struct trouble
trouble_of_record(const struct record *record)
{
	return (struct trouble){
		.kind = record->alarm_kind,
		.source = record->source,
		.quantity = record->quantity,
		.zone = record->to,
		.reason = record->reason,
		.has_value = record->has_value,
		.has_limit = record->has_limit,
		.value_milli = record->value_milli,
		.limit_milli = record->limit_milli,
	};
}

/* While it lasts the value may be on its way back: then the worst says better why. */
static int32_t
telling_value(const struct alarm *alarm)
{
	int side = zone_side(alarm->zone);
	bool is_beyond = side < 0 ? alarm->value_milli <= alarm->limit_milli
	                          : alarm->value_milli >= alarm->limit_milli;

	return alarm->kind == ALARM_LIMIT && !is_beyond ? alarm->peak_milli : alarm->value_milli;
}

static struct trouble
trouble_of_alarm(const struct alarm_row *row)
{
	return (struct trouble){
		.kind = row->alarm.kind,
		.source = row->source,
		.quantity = row->quantity,
		.zone = row->alarm.zone,
		.reason = row->alarm.reason,
		.has_value = row->has_value,
		.has_limit = row->has_value,
		.value_milli = telling_value(&row->alarm),
		.limit_milli = row->alarm.limit_milli,
	};
}

void
mail_add_alarm(struct strbuf *out, const struct alarm_row *row)
{
	const struct trouble trouble = trouble_of_alarm(row);

	add_trouble(out, &trouble);
}

/* ---- one item ---- */

static bool
is_live(const struct mail_item *item)
{
	return item->alarm != NULL && alarm_is_open(&item->alarm->alarm);
}

static void
add_live(struct strbuf *out, const struct mail_item *item)
{
	const struct trouble trouble =
	    is_live(item) ? trouble_of_alarm(item->alarm)
			  : trouble_of_record(item->raise != NULL ? item->raise : item->record);

	add_trouble(out, &trouble);
}

static void
add_over(struct strbuf *out, const struct mail_item *item, const char *words)
{
	const struct record *record = item->record;

	mail_add_text(out, record->source);
	strbuf_add(out, " %s", words);
	if (!record->has_value)
		return;
	strbuf_add(out, ", ");
	mail_add_value(out, record->quantity, record->alarm_kind, record->value_milli);
}

/* Texts of what is no alarm: $s source, $a and $b the numbers, $r the second as a result. */
static const char *
notice_of(const struct record *record)
{
	switch ((enum event_kind)record->kind) {
	case EVENT_CHATTER:
		return "$s raises alarms too often: each now takes 15 minutes to clear";
	case EVENT_SUPPRESSION_SUMMARY:
		return "$s: $a alarms raised and $b cleared while it was suppressed";
	case EVENT_AGENT_START:
		return record->numbers[1] != 0 ? "agent started, after it had not ended well"
		                               : "agent started";
	case EVENT_AGENT_STOP:
		return "agent stops";
	case EVENT_DELIVERY_FAILED:
		return "$a notifications not delivered: $r";
	case EVENT_RATE_BLOCKED:
		return "too many messages, most of $s";
	case EVENT_STORAGE_TROUBLE:
		return "database cannot be written";
	case EVENT_STORAGE_OK:
		return "database can be written again";
	case EVENT_CLOCK_STEP:
		return "system clock was set";
	case EVENT_CONFIG_CHANGE:
		return "another configuration is in force";
	case EVENT_ACKNOWLEDGE:
		return "$s: alarm acknowledged";
	case EVENT_RESET:
		return "$s: alarm reset";
	case EVENT_BUS_CLEAR:
		return "bus $s back";
	case EVENT_PATH_UP:
		return "SNMP master agent reachable again";
	case EVENT_TEST:
		return "test mail";
	case EVENT_RAISE:
	case EVENT_ESCALATE:
	case EVENT_DEESCALATE:
	case EVENT_CLEAR:
	case EVENT_FAULT_RAISE:
	case EVENT_FAULT_CLEAR:
	case EVENT_RATE_RAISE:
	case EVENT_RATE_CLEAR:
	case EVENT_REANNOUNCE:
	case EVENT_REMINDER:
	case EVENT_PATH_DOWN:
	case EVENT_HEARTBEAT:
	case EVENT_BUS_RAISE:
		break;
	}
	return "";
}

static void
add_notice(struct strbuf *out, const struct record *record)
{
	for (const char *text = notice_of(record); *text != '\0'; text++) {
		if (*text != '$')
			strbuf_add(out, "%c", *text);
		else if (*++text == 's')
			mail_add_text(out, record->source);
		else if (*text == 'r')
			strbuf_add(out, "%s",
			    record->numbers[1] < RESULT_COUNT ? result_text(record->numbers[1])
							      : "");
		else
			strbuf_add(out, "%u", (unsigned)record->numbers[*text - 'a']);
	}
}

void
mail_add_summary(struct strbuf *out, const struct mail_item *item)
{
	const struct record *record = item->record;

	if (item->was_raised) {
		add_live(out, item);
		strbuf_add(out, ": was raised, has cleared");
		return;
	}
	if (route_sort_of(record->kind) == ROUTE_RAISE || record->kind == EVENT_REMINDER)
		add_live(out, item);
	else if (record->kind == EVENT_DEESCALATE) {
		add_live(out, item);
		strbuf_add(out, ", better");
	} else if (record->kind == EVENT_CLEAR)
		add_over(out, item, "normal again");
	else if (record->kind == EVENT_FAULT_CLEAR)
		add_over(out, item, "valid again");
	else if (record->kind == EVENT_RATE_CLEAR)
		add_over(out, item, "does not change too fast any more");
	else
		add_notice(out, record);
}

const char *
mail_severity_tag(enum severity severity)
{
	switch (severity) {
	case SEVERITY_OK:
		break;
	case SEVERITY_WARNING:
		return "WARNING";
	case SEVERITY_CRITICAL:
	case SEVERITY_UNKNOWN: /* a fault whose severity nobody has set */
		return "CRITICAL";
	}
	return "NOTE";
}

const char *
mail_tag(const struct mail_item *item)
{
	if (item->was_raised)
		return "CLEAR";
	switch (route_sort_of(item->record->kind)) {
	case ROUTE_END:
		return "CLEAR";
	case ROUTE_RAISE:
	case ROUTE_STATE:
		if (item->record->kind == EVENT_REMINDER)
			return "REMINDER";
		return mail_severity_tag(
		    is_live(item) ? item->alarm->alarm.severity : item->record->severity);
	case ROUTE_NOTE:
		if (item->record->kind == EVENT_STORAGE_OK)
			return "CLEAR";
		return mail_severity_tag(route_severity(item->record));
	case ROUTE_OWN:
		break;
	}
	return item->record->kind == EVENT_TEST ? "TEST" : "OK";
}
