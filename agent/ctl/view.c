/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *const words_severity[] = { "?", "ok", "warning", "critical", "unknown", NULL };
const char *const words_storage[] = { "?", "ok", "degraded", "failed", NULL };
const char *const words_path[] = { "?", "disabled", "ok", "unknown", "degraded", "failed", NULL };
const char *const words_result[] = { "ok", "timeout", "serverNotReady", "heloRejected",
	"senderRejected", "recipientUnavailable", "relayDenied", "dataRejected", "dataNotFinished",
	"authNotSupported", "badUserName", "badPassword", "recipientInvalid", "connectFailed",
	"busy", "syntaxError", "dnsFailed", "tlsFailed", "certificateInvalid", "rateLimited",
	"masterUnavailable", "expired", "queueFull", "notAllowed", "internalError", NULL };

static const char *const words_quality[] = { "?", "unknown", "good", "suspect", "fault", NULL };
static const char *const words_reason[] = { "?", "", "noReply", "badReply", "deviceError",
	"implausible", "outOfRange", "stale", "busDown", "badAddress", NULL };
static const char *const words_zone[] = { "?", "lowCritical", "lowWarning", "normal", "highWarning",
	"highCritical", NULL };
static const char *const words_suppression[] = { "?", "", "shelved", "outOfService", "byParent",
	NULL };
static const char *const words_bus[] = { "?", "up", "degraded", "down", "disabled", "unknown",
	NULL };
static const char *const words_alarm_kind[] = { "?", "limit", "fault", "rate", "bus", "path",
	"storage", NULL };
static const char *const words_alarm_state[] = { "?", "active", "acknowledged",
	"clearedUnacknowledged", "latched", NULL };
static const char *const words_event[] = { "?", "raise", "escalate", "deescalate", "clear",
	"faultRaise", "faultClear", "rateRaise", "rateClear", "acknowledge", "reannounce",
	"reminder", "chatter", "suppressionSummary", "agentStart", "agentStop", "deliveryFailed",
	"pathDown", "pathUp", "rateBlocked", "storageTrouble", "storageOk", "clockStep",
	"configChange", "test", "heartbeat", "busRaise", "busClear", "reset", NULL };
static const char *const words_channel[] = { "?", "snmp", "mail", NULL };
static const char *const words_delivery[] = { "?", "delivered", "held", "ready", "sending",
	"inDoubt", "deferred", "superseded", "expired", "failed", NULL };
static const char *const words_relay[] = { "?", "ok", "unknown", "probing", "down", NULL };
static const char *const words_security[] = { "?", "tls", "starttls", "none", NULL };
static const char *const words_truth[] = { "?", "yes", "no", NULL };

/* ---- the tables ---- */

static const struct view_column sensor_columns[] = {
	{ { "ID", "index", SHEET_NUMBER }, 0, VIEW_INDEX, NULL },
	{ { "SENSOR", "name", SHEET_TEXT }, 2, VIEW_TEXT, NULL },
	{ { "VALUE", "value", SHEET_NUMBER }, 7, VIEW_MILLI, NULL },
	{ { "UNIT", "unit", SHEET_TEXT }, 6, VIEW_TEXT, NULL },
	{ { "SEVERITY", "severity", SHEET_STATE }, 11, VIEW_LABEL, words_severity },
	{ { "QUALITY", "quality", SHEET_STATE }, 9, VIEW_LABEL, words_quality },
	{ { "REASON", "reason", SHEET_TEXT }, 10, VIEW_LABEL, words_reason },
	{ { "ZONE", "zone", SHEET_TEXT }, 12, VIEW_LABEL, words_zone },
	{ { "SUPPRESSED", "suppression", SHEET_TEXT }, 38, VIEW_LABEL, words_suppression },
	{ { "BUS", "bus", SHEET_TEXT }, 3, VIEW_TEXT, NULL },
	{ { "ADDRESS", "address", SHEET_TEXT }, 4, VIEW_TEXT, NULL },
	{ { "LOCATION", "location", SHEET_TEXT }, 39, VIEW_TEXT, NULL },
};

static const struct view_column bus_columns[] = {
	{ { "ID", "index", SHEET_NUMBER }, 0, VIEW_INDEX, NULL },
	{ { "BUS", "name", SHEET_TEXT }, 2, VIEW_TEXT, NULL },
	{ { "STATE", "state", SHEET_STATE }, 6, VIEW_LABEL, words_bus },
	{ { "DRIVER", "driver", SHEET_TEXT }, 3, VIEW_TEXT, NULL },
	{ { "SENSORS", "sensors", SHEET_NUMBER }, 17, VIEW_NUMBER, NULL },
	{ { "REQUESTS", "requests", SHEET_NUMBER }, 10, VIEW_NUMBER, NULL },
	{ { "TIMEOUTS", "timeouts", SHEET_NUMBER }, 11, VIEW_NUMBER, NULL },
	{ { "CYCLE MS", "cycleMs", SHEET_NUMBER }, 15, VIEW_NUMBER, NULL },
	{ { "LAST ERROR", "lastError", SHEET_TEXT }, 9, VIEW_TEXT, NULL },
};

static const struct view_column alarm_columns[] = {
	{ { "ID", "id", SHEET_NUMBER }, 0, VIEW_INDEX, NULL },
	{ { "SEVERITY", "severity", SHEET_STATE }, 5, VIEW_LABEL, words_severity },
	{ { "STATE", "state", SHEET_TEXT }, 12, VIEW_LABEL, words_alarm_state },
	{ { "KIND", "kind", SHEET_TEXT }, 4, VIEW_LABEL, words_alarm_kind },
	{ { "SOURCE", "source", SHEET_TEXT }, 3, VIEW_TEXT, NULL },
	{ { "SINCE", "since", SHEET_TEXT }, 7, VIEW_DATE, NULL },
	{ { "VALUE", "value", SHEET_NUMBER }, 9, VIEW_MILLI, NULL },
	{ { "PEAK", "peak", SHEET_NUMBER }, 10, VIEW_MILLI, NULL },
	{ { "LIMIT", "limit", SHEET_NUMBER }, 11, VIEW_MILLI, NULL },
	{ { "NOTE", "note", SHEET_TEXT }, 14, VIEW_TEXT, NULL },
	{ { "TEXT", "text", SHEET_TEXT }, 16, VIEW_TEXT, NULL },
};

static const struct view_column event_columns[] = {
	{ { "SEQ", "seq", SHEET_NUMBER }, 0, VIEW_INDEX, NULL },
	{ { "TIME", "time", SHEET_TEXT }, 11, VIEW_DATE, NULL },
	{ { "KIND", "kind", SHEET_TEXT }, 2, VIEW_LABEL, words_event },
	{ { "SEVERITY", "severity", SHEET_STATE }, 6, VIEW_LABEL, words_severity },
	{ { "ALARM", "alarm", SHEET_NUMBER }, 3, VIEW_NUMBER, NULL },
	{ { "SOURCE", "source", SHEET_TEXT }, 5, VIEW_TEXT, NULL },
	{ { "TEXT", "text", SHEET_TEXT }, 13, VIEW_TEXT, NULL },
};

static const struct view_column queue_columns[] = {
	{ { "ID", "id", SHEET_NUMBER }, 0, VIEW_INDEX, NULL },
	{ { "CHANNEL", "channel", SHEET_TEXT }, 2, VIEW_LABEL, words_channel },
	{ { "TO", "destination", SHEET_TEXT }, 3, VIEW_TEXT, NULL },
	{ { "EVENT", "event", SHEET_NUMBER }, 4, VIEW_NUMBER, NULL },
	{ { "STATE", "state", SHEET_STATE }, 5, VIEW_LABEL, words_delivery },
	{ { "TRIES", "attempts", SHEET_NUMBER }, 6, VIEW_NUMBER, NULL },
	{ { "CREATED", "created", SHEET_TEXT }, 7, VIEW_DATE, NULL },
	{ { "NEXT", "nextAttempt", SHEET_NUMBER }, 8, VIEW_SECONDS, NULL },
	{ { "RESULT", "result", SHEET_TEXT }, 10, VIEW_LABEL, words_result },
	{ { "CODE", "code", SHEET_NUMBER }, 11, VIEW_NUMBER, NULL },
	{ { "REPLY", "reply", SHEET_TEXT }, 12, VIEW_TEXT, NULL },
};

static const struct view_column channel_columns[] = {
	{ { "CHANNEL", "channel", SHEET_TEXT }, 2, VIEW_TEXT, NULL },
	{ { "WAITING", "pending", SHEET_NUMBER }, 10, VIEW_NUMBER, NULL },
	{ { "OLDEST", "oldestAge", SHEET_NUMBER }, 11, VIEW_SECONDS, NULL },
	{ { "DELIVERED", "delivered", SHEET_NUMBER }, 4, VIEW_NUMBER, NULL },
	{ { "FAILED", "failed", SHEET_NUMBER }, 7, VIEW_NUMBER, NULL },
	{ { "EXPIRED", "expired", SHEET_NUMBER }, 6, VIEW_NUMBER, NULL },
	{ { "LAST RESULT", "lastResult", SHEET_TEXT }, 12, VIEW_LABEL, words_result },
	{ { "LAST TEXT", "lastText", SHEET_TEXT }, 13, VIEW_TEXT, NULL },
};

static const struct view_column relay_columns[] = {
	{ { "ID", "index", SHEET_NUMBER }, 0, VIEW_INDEX, NULL },
	{ { "RELAY", "host", SHEET_TEXT }, 2, VIEW_TEXT, NULL },
	{ { "PORT", "port", SHEET_NUMBER }, 3, VIEW_NUMBER, NULL },
	{ { "SECURITY", "security", SHEET_TEXT }, 4, VIEW_LABEL, words_security },
	{ { "STATE", "state", SHEET_STATE }, 8, VIEW_LABEL, words_relay },
	{ { "LAST RESULT", "lastResult", SHEET_TEXT }, 9, VIEW_LABEL, words_result },
	{ { "LAST TEXT", "lastText", SHEET_TEXT }, 11, VIEW_TEXT, NULL },
	{ { "CERT DAYS", "certificateDays", SHEET_NUMBER }, 14, VIEW_NUMBER, NULL },
};

static const struct view_column contact_columns[] = {
	{ { "ID", "index", SHEET_NUMBER }, 0, VIEW_INDEX, NULL },
	{ { "CONTACT", "name", SHEET_TEXT }, 2, VIEW_TEXT, NULL },
	{ { "ADDRESS", "address", SHEET_TEXT }, 3, VIEW_TEXT, NULL },
	{ { "FROM", "minSeverity", SHEET_TEXT }, 4, VIEW_LABEL, words_severity },
	{ { "SENSORS", "sensors", SHEET_TEXT }, 5, VIEW_TEXT, NULL },
	{ { "ENABLED", "enabled", SHEET_TEXT }, 6, VIEW_LABEL, words_truth },
	{ { "SENT", "sent", SHEET_NUMBER }, 10, VIEW_NUMBER, NULL },
	{ { "LAST RESULT", "lastResult", SHEET_TEXT }, 11, VIEW_LABEL, words_result },
};

#define VIEW(columns_, ...)                                                                        \
	{                                                                                          \
		{ { __VA_ARGS__ }, sizeof((int[]){ __VA_ARGS__ }) / 4 }, columns_, COUNT(columns_) \
	}
const struct view view_sensors = VIEW(sensor_columns, 1, 3, 1, 1);
const struct view view_buses = VIEW(bus_columns, 1, 2, 1, 1);
const struct view view_alarms = VIEW(alarm_columns, 1, 5, 1, 1);
const struct view view_events = VIEW(event_columns, 1, 6, 3, 1);
const struct view view_queue = VIEW(queue_columns, 1, 8, 2, 1);
const struct view view_channels = VIEW(channel_columns, 1, 8, 1, 1);
const struct view view_relays = VIEW(relay_columns, 1, 7, 9, 1);
const struct view view_contacts = VIEW(contact_columns, 1, 7, 10, 1);

/* ---- values ---- */

const char *
view_word(const char *const *labels, int64_t number)
{
	for (int64_t i = 0; labels[i] != NULL; i++)
		if (i == number)
			return labels[i];
	return "?"; /* of a newer agent */
}

static const char *
date_text(const struct client_value *value, char *to, size_t size)
{
	const unsigned char *octets = (const unsigned char *)value->text;

	if (value->length < 8)
		return NULL;
	snprintf(to, size, "%04d-%02d-%02d %02d:%02d:%02d", octets[0] * 256 + octets[1], octets[2],
	    octets[3], octets[4], octets[5], octets[6]);
	return to;
}

/* Who reads it has one duration in mind: at most an hour over, whole minutes and so on. */
static const char *
seconds_text(int64_t seconds, char *to, size_t size)
{
	if (seconds < 120)
		snprintf(to, size, "%ds", (int)seconds);
	else if (seconds < 7200)
		snprintf(to, size, "%dm", (int)(seconds / 60));
	else if (seconds < 172800)
		snprintf(to, size, "%dh", (int)(seconds / 3600));
	else
		snprintf(to, size, "%dd", (int)(seconds / 86400));
	return to;
}

/* The agent sends what such a column has. */
static bool
is_of_form(const struct client_value *value, enum view_form form)
{
	bool is_octets = form == VIEW_TEXT || form == VIEW_DATE;

	return value->type != CLIENT_NOTHING && (value->type == CLIENT_OCTETS) == is_octets;
}

const char *
view_text(const struct view_column *column, uint32_t index, const struct client_value *value,
    enum sheet_form form, char to[VIEW_TEXT_SIZE])
{
	const size_t size = VIEW_TEXT_SIZE;

	if (column->form == VIEW_INDEX) {
		snprintf(to, size, "%u", (unsigned)index);
		return to;
	}
	if (!is_of_form(value, column->form))
		return NULL;
	switch (column->form) {
	case VIEW_INDEX:
		break;
	case VIEW_TEXT:
		return client_text(value, to);
	case VIEW_NUMBER:
		snprintf(to, size, "%lld", (long long)value->number);
		return to;
	case VIEW_MILLI:
		text_format_fixed((int32_t)value->number, 3, to, size);
		return to;
	case VIEW_LABEL:
		return view_word(column->labels, value->number);
	case VIEW_DATE:
		return date_text(value, to, size);
	case VIEW_SECONDS:
		if (form == SHEET_ALIGNED)
			return seconds_text(value->number, to, size);
		snprintf(to, size, "%lld", (long long)value->number);
		return to;
	}
	return NULL;
}

static int
fill(const struct view *view, const struct client_rows *rows, enum sheet_form form,
    struct sheet *sheet)
{
	for (size_t row = 0; row < rows->count; row++) {
		if (!sheet_add_row(sheet))
			return -ENOMEM;
		for (size_t i = 0, at = 0; i < view->column_count; i++) {
			const struct view_column *column = &view->columns[i];
			static const struct client_value nothing;
			const struct client_value *value = &nothing;
			char text[VIEW_TEXT_SIZE];

			if (column->form != VIEW_INDEX)
				value = client_cell(rows, row, at++);
			if (!sheet_put(
				sheet, i, view_text(column, rows->indices[row], value, form, text)))
				return -ENOMEM;
		}
	}
	return 0;
}

int
view_fetch(struct client *client, const struct view *view, enum sheet_form form,
    struct sheet_column *columns, struct sheet *sheet, struct err *err)
{
	unsigned numbers[VIEW_COLUMNS_MAX];
	struct client_rows rows;
	size_t count = 0;
	int r;

	for (size_t i = 0; i < view->column_count; i++) {
		columns[i] = view->columns[i].sheet;
		if (view->columns[i].form != VIEW_INDEX)
			numbers[count++] = view->columns[i].column;
	}
	sheet_init(sheet, columns, view->column_count);
	r = client_walk(client, &view->entry, numbers, count, &rows, err);
	if (r == 0 && rows.count == 0)
		r = client_find_agent(client, err);
	if (r == 0 && fill(view, &rows, form, sheet) < 0)
		r = err_set(err, -ENOMEM, "out of memory");
	client_rows_done(&rows);
	return r;
}
