/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings and rows: what is to be set is read as the file would write it, and sent as one SET. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "core/limits.h"
#include "core/text.h"
#include "ctl/ctl.h"
#include "ctl/target.h"

#define CHANGES_MAX    40
#define ACTIVE         1 /* RowStatus */
#define CREATE_AND_GO  4
#define DESTROY        6
#define INDEX_ATTEMPTS 16 /* others may make rows, too */

/* Room for the settings of any object. */
union settings {
	struct conf_agent agent;
	struct conf_bus bus;
	struct conf_sensor sensor;
	struct conf_event event;
	struct conf_delivery delivery;
	struct conf_mail mail;
	struct conf_relay relay;
	struct conf_contact contact;
};

/* What a command changes, the names of its parts for a refusal. */
struct changes {
	const struct target_kind *kind;
	uint32_t index;
	const char *name;
	size_t count;
	struct client_assignment assignments[CHANGES_MAX + 1]; /* the last: the RowStatus */
	const struct field *fields[CHANGES_MAX + 1];           /* NULL: the RowStatus */
	union settings after[CHANGES_MAX];                     /* the one setting in each */
};

static int
add_change(struct changes *changes, const char *key, const char *text, struct err *err)
{
	const struct target_kind *kind = changes->kind;
	size_t at = changes->count;
	const struct field *field;
	int r;

	if (at == CHANGES_MAX)
		return err_set(err, -E2BIG, "at most %d settings at once", CHANGES_MAX);
	r = target_field(&kind, key, &field, err);
	if (r < 0)
		return r;
	memset(&changes->after[at], 0, sizeof(changes->after[at]));
	r = field_parse(field, text, &changes->after[at], err);
	if (r < 0)
		return r;
	changes->fields[at] = field;
	changes->assignments[at].place = target_cell(kind, field->column, changes->index);
	target_encode(field, &changes->after[at], &changes->assignments[at].value);
	changes->count++;
	return 0;
}

/* "KEY=VALUE"; the text is cut at the sign. */
static int
add_pair(struct changes *changes, char *pair, struct err *err)
{
	char *sign = strchr(pair, '=');

	if (sign == NULL)
		return err_set(err, -EINVAL, "\"%s\": want KEY=VALUE", pair);
	*sign = '\0';
	return add_change(changes, pair, sign + 1, err);
}

static void
add_status(struct changes *changes, int status)
{
	changes->fields[changes->count] = NULL;
	changes->assignments[changes->count++] = (struct client_assignment){
		.place = target_cell(changes->kind, changes->kind->status_column, changes->index),
		.value = { .type = CLIENT_INTEGER, .number = status },
	};
}

/* ---- refusals ---- */

static int
fetch(struct ctl *ctl, const struct changes *changes, union settings *settings, struct err *err)
{
	struct client_place places[SCHEMA_KEYS_MAX];
	const struct field *fields[SCHEMA_KEYS_MAX];
	struct client_value values[SCHEMA_KEYS_MAX];
	size_t count = 0;
	int r;

	for (size_t n = 0; schema_at(n) != NULL && count < SCHEMA_KEYS_MAX; n++) {
		const struct field *field = schema_at(n);

		if (field->object != changes->kind->object || field->column == 0)
			continue;
		fields[count] = field;
		places[count++] = target_cell(changes->kind, field->column, changes->index);
	}
	r = client_get(ctl->client, places, count, values, err);
	for (size_t i = 0; i < count && r == 0; i++)
		target_decode(fields[i], &values[i], settings);
	return r;
}

/* Which rule of the alarms the limits of a sensor would break; 0: none that is known here. */
static int
explain_limits(struct ctl *ctl, const struct changes *changes, struct err *err)
{
	union settings settings = { 0 };
	struct conf_sensor *sensor = &settings.sensor;
	struct limit_rule rule;
	enum level level;

	if (fetch(ctl, changes, &settings, err) < 0)
		return 0;
	for (size_t i = 0; i < changes->count; i++) {
		const struct field *field = changes->fields[i];

		if (field == NULL)
			continue;
		field_copy(field, &changes->after[i], sensor);
		if (field->limit >= 0)
			sensor->limits_enabled |= (uint8_t)LIMIT_BIT(field->limit);
	}
	rule = conf_limit_rule(sensor);
	rule.min_samples = 1;
	return limits_check(&rule, &level, err);
}

/* What else can be wrong with that setting (NULL: the row as a whole) beside the others. */
static const char *
explain(const struct field *field)
{
	static const struct {
		const char *key, *text;
	} reasons[] = {
		{ "name", "the name is taken" },
		{ "bus", "there is no bus of that name" },
		{ "address", "the driver of the bus does not understand it" },
	};

	if (field == NULL)
		return "it stands in the agent's file, or something it needs is missing or wrong";
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(field->key, reasons[i].key) == 0)
			return reasons[i].text;
	return "it does not fit the other settings";
}

static int
refused(struct ctl *ctl, const struct changes *changes, enum client_refusal refusal, size_t at,
    struct err *err)
{
	const struct field *field = changes->fields[at];
	char what[128];

	snprintf(what, sizeof(what), "%s: %s", changes->name,
	    field != NULL ? field->key : changes->kind->noun);
	if (refusal == CLIENT_INCONSISTENT_VALUE && changes->kind->object == CONF_SENSOR &&
	    explain_limits(ctl, changes, err) < 0)
		return err_prefix(err, "%s: refused: ", what), -EINVAL;
	if (refusal == CLIENT_INCONSISTENT_VALUE)
		return err_set(err, -EINVAL, "%s: refused: %s", what, explain(field));
	return target_refused(refusal, what, field, err);
}

/* ---- the commands ---- */

static void
say_change(const struct field *field, const void *before, const void *after)
{
	char old[FIELD_FORMAT_SIZE], new[FIELD_FORMAT_SIZE];

	field_format(field, before, old, sizeof(old));
	field_format(field, after, new, sizeof(new));
	if ((field->flags & FIELD_SECRET) != 0)
		printf("  %s is set\n", field->key);
	else if (strcmp(old, new) == 0)
		printf("  %s is %s already\n", field->key, new);
	else
		printf("  %s: %s -> %s\n", field->key, old[0] != '\0' ? old : "\"\"", new);
}

static int
read_before(struct ctl *ctl, const struct changes *changes, union settings *before, struct err *err)
{
	struct client_place places[CHANGES_MAX];
	struct client_value values[CHANGES_MAX];
	int r;

	for (size_t i = 0; i < changes->count; i++)
		places[i] = changes->assignments[i].place;
	r = client_get(ctl->client, places, changes->count, values, err);
	for (size_t i = 0; i < changes->count && r == 0; i++) {
		memset(&before[i], 0, sizeof(before[i]));
		r = target_decode(changes->fields[i], &values[i], &before[i]);
		if (r == -ENOENT && client_find_agent(ctl->client, err) < 0)
			return -ENOTCONN;
		if (r == -ENOENT)
			err_set(err, r, "%s: the agent has no %s", changes->name,
			    changes->fields[i]->key);
		else if (r < 0)
			err_set(err, r,
			    "%s: the agent's %s is none of those known here; is it newer?",
			    changes->name, changes->fields[i]->key);
	}
	return r;
}

static int
apply(struct ctl *ctl, const struct changes *changes, enum client_refusal *ret_refusal,
    struct err *err)
{
	size_t at;
	int r =
	    client_set(ctl->client, changes->assignments, changes->count, ret_refusal, &at, err);

	return r < 0 ? r : refused(ctl, changes, *ret_refusal, at, err);
}

enum ctl_exit
ctl_set(struct ctl *ctl, struct err *err)
{
	static struct changes changes;
	static union settings before[CHANGES_MAX];
	enum client_refusal refusal;
	int first = 0;

	changes.kind = target_kind(ctl->object);
	changes.name = "agent";
	if (changes.kind->name_column != 0)
		first = 1;
	if (ctl->argc <= first) {
		err_set(err, -EINVAL, first > 0 ? "want a name and KEY=VALUE" : "want KEY=VALUE");
		return CTL_USAGE;
	}
	if (first > 0) {
		changes.name = ctl->argv[0];
		if (target_find(ctl->client, changes.kind, changes.name, &changes.index, err) < 0)
			return CTL_FAILED;
	}
	for (int i = first; i < ctl->argc; i++)
		if (add_pair(&changes, ctl->argv[i], err) < 0)
			return CTL_USAGE;
	if (read_before(ctl, &changes, before, err) < 0 || apply(ctl, &changes, &refusal, err) < 0)
		return CTL_FAILED;
	printf("%s:\n", changes.name);
	for (size_t i = 0; i < changes.count; i++)
		say_change(changes.fields[i], &before[i], &changes.after[i]);
	return CTL_OK;
}

/* Whether a row of that index can be made.  A RowStatus of active alone makes none: it is refused,
 * but otherwise than an index that was used. */
static int
is_free(struct ctl *ctl, const struct target_kind *kind, uint32_t index, bool *ret_is_free,
    struct err *err)
{
	const struct client_assignment probe = {
		.place = target_cell(kind, kind->status_column, index),
		.value = { .type = CLIENT_INTEGER, .number = ACTIVE },
	};
	enum client_refusal refusal;
	size_t at;
	int r = client_set(ctl->client, &probe, 1, &refusal, &at, err);

	*ret_is_free = r == 0 && refusal != CLIENT_NO_CREATION;
	return r;
}

/* The least index from `low` on that was never used: those of removed rows are not free again. */
static int
seek_index(struct ctl *ctl, struct changes *changes, uint32_t low, struct err *err)
{
	uint32_t high = low, step = 1;
	bool is_found = false;
	int r = 0;

	while (r == 0 && !is_found && high < INT32_MAX) {
		r = is_free(ctl, changes->kind, high, &is_found, err);
		if (is_found)
			break;
		low = high + 1;
		high = INT32_MAX - high > step ? high + step : INT32_MAX;
		step *= 2;
	}
	while (r == 0 && low < high) {
		uint32_t middle = low + (high - low) / 2;

		r = is_free(ctl, changes->kind, middle, &is_found, err);
		if (is_found)
			high = middle;
		else
			low = middle + 1;
	}
	changes->index = low;
	return r;
}

/* Where the agent tells none, behind the last. */
static int
free_index(struct ctl *ctl, struct changes *changes, struct err *err)
{
	struct client_value value;
	struct client_rows rows;
	int r;

	if (changes->kind->next_index.length > 0) {
		r = client_get(ctl->client, &changes->kind->next_index, 1, &value, err);
		if (r == 0 && value.number == 0)
			r = client_find_agent(ctl->client, err);
		if (r == 0 && value.number == 0)
			r = err_set(err, -ENOSPC, "the agent has no index left");
		changes->index = (uint32_t)value.number;
		return r;
	}
	r = client_walk(
	    ctl->client, &changes->kind->place, &changes->kind->name_column, 1, &rows, err);
	if (r == 0)
		r = seek_index(
		    ctl, changes, rows.count > 0 ? rows.indices[rows.count - 1] + 1 : 1, err);
	client_rows_done(&rows);
	return r;
}

static int
make_row(struct ctl *ctl, struct changes *changes, struct err *err)
{
	const struct field *title =
	    schema_column(changes->kind->object, changes->kind->name_column);
	int r;

	changes->count = 0;
	r = add_change(changes, title->key, changes->name, err);
	for (int i = 1; i < ctl->argc && r == 0; i++) {
		char pair[FIELD_FORMAT_SIZE];

		text_copy(pair, sizeof(pair), ctl->argv[i]);
		r = add_pair(changes, pair, err);
	}
	if (r == 0)
		add_status(changes, CREATE_AND_GO);
	return r;
}

static bool
has_rows(const struct ctl *ctl, struct err *err)
{
	const struct target_kind *kind = target_kind(ctl->object);

	if (kind->status_column == 0)
		err_set(err, -EINVAL, "%ses stand in the agent's file only", kind->noun);
	else if (ctl->argc < 1)
		err_set(err, -EINVAL, "want the name of a %s", kind->noun);
	return kind->status_column != 0 && ctl->argc >= 1;
}

enum ctl_exit
ctl_add(struct ctl *ctl, struct err *err)
{
	static struct changes changes;
	enum client_refusal refusal = CLIENT_NO_CREATION;
	int r;

	if (!has_rows(ctl, err))
		return CTL_USAGE;
	changes.kind = target_kind(ctl->object);
	changes.name = ctl->argv[0];
	if (free_index(ctl, &changes, err) < 0)
		return CTL_FAILED;
	for (int i = 0; i < INDEX_ATTEMPTS && refusal == CLIENT_NO_CREATION; i++) {
		if (make_row(ctl, &changes, err) < 0)
			return CTL_USAGE;
		r = apply(ctl, &changes, &refusal, err);
		if (r < 0 && refusal != CLIENT_NO_CREATION)
			return CTL_FAILED;
		changes.index += r < 0;
	}
	if (refusal != CLIENT_DONE)
		return CTL_FAILED;
	printf("%s: added as %s %u\n", changes.name, changes.kind->noun, (unsigned)changes.index);
	return CTL_OK;
}

enum ctl_exit
ctl_remove(struct ctl *ctl, struct err *err)
{
	static struct changes changes;
	enum client_refusal refusal;

	if (!has_rows(ctl, err))
		return CTL_USAGE;
	changes.kind = target_kind(ctl->object);
	changes.name = ctl->argv[0];
	if (target_find(ctl->client, changes.kind, changes.name, &changes.index, err) < 0)
		return CTL_FAILED;
	add_status(&changes, DESTROY);
	if (apply(ctl, &changes, &refusal, err) < 0)
		return CTL_FAILED;
	printf("%s: removed\n", changes.name);
	return CTL_OK;
}
