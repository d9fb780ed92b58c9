/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that only look. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/view.h"

#define WATCH_S  2
#define FOLLOW_S 1
#define CLEAR    "\033[H\033[J"

static enum ctl_exit
print_view(struct ctl *ctl, const struct view *view, const char *title, struct err *err)
{
	struct sheet_column columns[VIEW_COLUMNS_MAX];
	struct sheet sheet;
	int r = view_fetch(ctl->client, view, ctl->form, columns, &sheet, err);

	if (r == 0 && ctl->is_watching)
		fputs(isatty(STDOUT_FILENO) ? CLEAR : "", stdout);
	if (r == 0 && title != NULL && sheet.count > 0)
		printf("\n%s\n", title);
	if (r == 0 && (title == NULL || sheet.count > 0))
		sheet_print(&sheet, ctl->form, true);
	sheet_done(&sheet);
	return r < 0 ? CTL_FAILED : CTL_OK;
}

static enum ctl_exit
list(struct ctl *ctl, const struct view *view, struct err *err)
{
	enum ctl_exit end = print_view(ctl, view, NULL, err);

	while (end == CTL_OK && ctl->is_watching) {
		sleep(WATCH_S);
		end = print_view(ctl, view, NULL, err);
	}
	return end;
}

enum ctl_exit
ctl_sensors(struct ctl *ctl, struct err *err)
{
	return list(ctl, &view_sensors, err);
}

enum ctl_exit
ctl_buses(struct ctl *ctl, struct err *err)
{
	return list(ctl, &view_buses, err);
}

enum ctl_exit
ctl_alarms(struct ctl *ctl, struct err *err)
{
	return list(ctl, &view_alarms, err);
}

enum ctl_exit
ctl_queue(struct ctl *ctl, struct err *err)
{
	return list(ctl, &view_queue, err);
}

enum ctl_exit
ctl_relays(struct ctl *ctl, struct err *err)
{
	return list(ctl, &view_relays, err);
}

enum ctl_exit
ctl_contacts(struct ctl *ctl, struct err *err)
{
	return list(ctl, &view_contacts, err);
}

/* ---- events ---- */

static const struct client_place last_seq = { { 1, 1, 11, 0 }, 4 };

/* Row by row, since there may be thousands and only the last are new: seq is the index. */
static int
add_event(struct ctl *ctl, uint32_t seq, struct sheet *sheet, struct err *err)
{
	struct client_place places[VIEW_COLUMNS_MAX];
	struct client_value values[VIEW_COLUMNS_MAX];
	size_t count = view_events.column_count;
	int r;

	for (size_t i = 0; i < count; i++) {
		places[i] = view_events.entry;
		/* that of the index is not accessible: the kind, once more */
		places[i].arcs[places[i].length++] =
		    view_events.columns[i].column != 0 ? view_events.columns[i].column : 2;
		places[i].arcs[places[i].length++] = seq;
	}
	r = client_get(ctl->client, places, count, values, err);
	if (r < 0 || values[0].type == CLIENT_NOTHING)
		return r; /* nothing: it has gone meanwhile */
	if (!sheet_add_row(sheet))
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < count && r == 0; i++) {
		char text[VIEW_TEXT_SIZE];

		if (!sheet_put(sheet, i,
			view_text(&view_events.columns[i], seq, &values[i], ctl->form, text)))
			r = err_set(err, -ENOMEM, "out of memory");
	}
	return r;
}

static enum ctl_exit
print_events(struct ctl *ctl, uint32_t from, uint32_t last, bool has_headings, struct err *err)
{
	struct sheet_column columns[VIEW_COLUMNS_MAX];
	struct sheet sheet;
	int r = 0;

	for (size_t i = 0; i < view_events.column_count; i++)
		columns[i] = view_events.columns[i].sheet;
	sheet_init(&sheet, columns, view_events.column_count);
	for (uint32_t seq = from; seq <= last && seq != 0 && r == 0; seq++)
		r = add_event(ctl, seq, &sheet, err);
	if (r == 0)
		sheet_print(&sheet, ctl->form, has_headings);
	sheet_done(&sheet);
	return r < 0 ? CTL_FAILED : CTL_OK;
}

static enum ctl_exit
follow(struct ctl *ctl, uint32_t from, struct err *err)
{
	struct client_value last;
	enum ctl_exit end = CTL_OK;

	while (end == CTL_OK) {
		if (client_get(ctl->client, &last_seq, 1, &last, err) < 0)
			return CTL_FAILED;
		if (last.number >= from) {
			end = print_events(ctl, from, (uint32_t)last.number, false, err);
			from = (uint32_t)last.number + 1;
		}
		sleep(FOLLOW_S);
	}
	return end;
}

enum ctl_exit
ctl_events(struct ctl *ctl, struct err *err)
{
	static const struct client_place first_seq = { { 1, 6, 1, 0 }, 4 };
	const struct client_place places[] = { first_seq, last_seq };
	struct client_value values[2];
	enum ctl_exit end;
	uint32_t from, last;

	if (client_get(ctl->client, places, 2, values, err) < 0)
		return CTL_FAILED;
	if (values[1].type == CLIENT_NOTHING && client_find_agent(ctl->client, err) < 0)
		return CTL_FAILED;
	last = (uint32_t)values[1].number;
	from = ctl->since != 0 ? ctl->since : last > 20 ? last - 19 : 1;
	if (from < values[0].number)
		from = (uint32_t)values[0].number;
	end = print_events(ctl, from, last, true, err);
	return end == CTL_OK && ctl->is_following ? follow(ctl, last + 1, err) : end;
}

/* ---- status ---- */

enum scalar {
	SCALAR_VERSION,
	SCALAR_START,
	SCALAR_SENSORS,
	SCALAR_IN_FAULT,
	SCALAR_ALARMS,
	SCALAR_UNACKNOWLEDGED,
	SCALAR_SEVERITY,
	SCALAR_LAST_SEQ,
	SCALAR_PENDING,
	SCALAR_OLDEST,
	SCALAR_PATH,
	SCALAR_STORAGE,
	SCALAR_SILENCE,
	SCALAR_SITE,
	SCALAR_COUNT,
};

static const struct view_column scalars[SCALAR_COUNT] = {
	[SCALAR_VERSION] = { { "version", "version", SHEET_TEXT }, 2, VIEW_TEXT, NULL },
	[SCALAR_START] = { { "running since", "start", SHEET_TEXT }, 3, VIEW_DATE, NULL },
	[SCALAR_SENSORS] = { { "sensors", "sensors", SHEET_NUMBER }, 6, VIEW_NUMBER, NULL },
	[SCALAR_IN_FAULT] = { { "in fault", "sensorsInFault", SHEET_NUMBER }, 7, VIEW_NUMBER,
	    NULL },
	[SCALAR_ALARMS] = { { "active alarms", "alarms", SHEET_NUMBER }, 8, VIEW_NUMBER, NULL },
	[SCALAR_UNACKNOWLEDGED] = { { "unacknowledged", "unacknowledged", SHEET_NUMBER }, 9,
	    VIEW_NUMBER, NULL },
	[SCALAR_SEVERITY] = { { "worst", "severity", SHEET_STATE }, 10, VIEW_LABEL,
	    words_severity },
	[SCALAR_LAST_SEQ] = { { "last event", "lastEvent", SHEET_NUMBER }, 11, VIEW_NUMBER, NULL },
	[SCALAR_PENDING] = { { "waiting messages", "pending", SHEET_NUMBER }, 12, VIEW_NUMBER,
	    NULL },
	[SCALAR_OLDEST] = { { "oldest of them", "oldestAge", SHEET_NUMBER }, 13, VIEW_SECONDS,
	    NULL },
	[SCALAR_PATH] = { { "mail", "mailPath", SHEET_STATE }, 14, VIEW_LABEL, words_path },
	[SCALAR_STORAGE] = { { "database", "storage", SHEET_STATE }, 15, VIEW_LABEL,
	    words_storage },
	[SCALAR_SILENCE] = { { "last sample ago", "sinceLastSample", SHEET_NUMBER }, 17,
	    VIEW_SECONDS, NULL },
	[SCALAR_SITE] = { { "site", "site", SHEET_TEXT }, 21, VIEW_TEXT, NULL },
};

/* For people one below the other, for programs one row. */
static enum ctl_exit
print_scalars(struct ctl *ctl, const struct client_value *values, struct err *err)
{
	struct sheet_column columns[SCALAR_COUNT];
	struct sheet sheet;
	bool is_whole;

	for (size_t i = 0; i < SCALAR_COUNT; i++)
		columns[i] = scalars[i].sheet;
	sheet_init(&sheet, columns, SCALAR_COUNT);
	is_whole = sheet_add_row(&sheet);
	for (size_t i = 0; i < SCALAR_COUNT && is_whole; i++) {
		char buffer[VIEW_TEXT_SIZE];
		const char *text = view_text(&scalars[i], 0, &values[i], ctl->form, buffer);
		const char *colour =
		    text != NULL && columns[i].kind == SHEET_STATE ? sheet_colour(text) : "";

		is_whole = sheet_put(&sheet, i, text);
		if (ctl->form == SHEET_ALIGNED && text != NULL)
			printf("%-17s %s%s%s\n", columns[i].heading, colour, text,
			    sheet_plain(colour));
	}
	if (is_whole && ctl->form != SHEET_ALIGNED)
		sheet_print(&sheet, ctl->form, true);
	sheet_done(&sheet);
	if (!is_whole)
		err_set(err, -ENOMEM, "out of memory");
	return is_whole ? CTL_OK : CTL_FAILED;
}

enum ctl_exit
ctl_status(struct ctl *ctl, struct err *err)
{
	static const struct {
		const struct view *view;
		const char *title;
	} parts[] = {
		{ &view_buses, "BUSES" },
		{ &view_alarms, "ALARMS" },
		{ &view_channels, "QUEUE" },
		{ &view_relays, "RELAYS" },
	};
	struct client_place places[SCALAR_COUNT];
	struct client_value values[SCALAR_COUNT];
	enum ctl_exit end;

	for (size_t i = 0; i < SCALAR_COUNT; i++)
		places[i] = (struct client_place){ { 1, 1, scalars[i].column, 0 }, 4 };
	if (client_find_agent(ctl->client, err) < 0 ||
	    client_get(ctl->client, places, SCALAR_COUNT, values, err) < 0)
		return CTL_FAILED;
	end = print_scalars(ctl, values, err);
	for (size_t i = 0;
	     i < sizeof(parts) / sizeof(parts[0]) && ctl->form == SHEET_ALIGNED && end == CTL_OK;
	     i++)
		end = print_view(ctl, parts[i].view, parts[i].title, err);
	return end;
}
