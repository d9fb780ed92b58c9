/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/strbuf.h"
#include "core/text.h"

#define PLACE(...)                                                            \
	{                                                                     \
		{ __VA_ARGS__ }, sizeof((int[]){ __VA_ARGS__ }) / sizeof(int) \
	}
#define NO_PLACE         \
	{                \
		{ 0 }, 0 \
	}

static const struct target_kind kinds[] = {
	{ CONF_SENSOR, "sensor", "", PLACE(1, 3, 1, 1), 2, 46, PLACE(1, 1, 19, 0) },
	{ CONF_BUS, "bus", "", PLACE(1, 2, 1, 1), 2, 0, NO_PLACE },
	{ CONF_RELAY, "relay", "", PLACE(1, 7, 9, 1), 2, 16, NO_PLACE },
	{ CONF_CONTACT, "contact", "", PLACE(1, 7, 10, 1), 2, 13, NO_PLACE },
	{ CONF_AGENT, "agent", "", PLACE(1, 1), 0, 0, NO_PLACE },
	{ CONF_EVENT, "agent", "", PLACE(1, 6), 0, 0, NO_PLACE },
	{ CONF_MAIL, "agent", "mail.", PLACE(1, 7), 0, 0, NO_PLACE },
	{ CONF_DELIVERY, "agent", "delivery.", PLACE(1, 8), 0, 0, NO_PLACE },
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

const struct target_kind *
target_kind(enum conf_object object)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (kinds[i].object == object)
			return &kinds[i];
	return NULL;
}

struct client_place
target_cell(const struct target_kind *kind, unsigned column, uint32_t index)
{
	struct client_place place = kind->place;

	place.arcs[place.length++] = column;
	place.arcs[place.length++] = kind->name_column != 0 ? index : 0;
	return place;
}

/* ---- rows ---- */

static int
not_found(const struct target_kind *kind, const struct client_rows *rows, const char *name,
    struct err *err)
{
	char list[160], text[CLIENT_TEXT_MAX + 1];
	struct strbuf buffer;

	strbuf_init(&buffer, list, sizeof(list));
	for (size_t i = 0; i < rows->count && i < 5; i++)
		strbuf_add(&buffer, "%s\"%s\"", i > 0 ? ", " : "",
		    client_text(client_cell(rows, i, 0), text));
	if (rows->count > 5)
		strbuf_add(&buffer, ", …");
	return err_set(err, -ENOENT, "there is no %s \"%s\"; there are %zu%s%s", kind->noun, name,
	    rows->count, rows->count > 0 ? ": " : "", list);
}

int
target_find(struct client *client, const struct target_kind *kind, const char *name,
    uint32_t *ret_index, struct err *err)
{
	struct client_rows rows;
	uint32_t number = 0;
	bool is_number = text_parse_u32(name, 1, UINT32_MAX, &number) == 0;
	int r = client_walk(client, &kind->place, &kind->name_column, 1, &rows, err);

	if (r == 0 && rows.count == 0)
		r = client_find_agent(client, err);
	if (r == 0)
		r = -ENOENT;
	for (size_t pass = 0; pass < 2 && r == -ENOENT; pass++)
		for (size_t i = 0; i < rows.count && r == -ENOENT; i++) {
			bool is_it = pass == 0 ? strcmp(client_cell(&rows, i, 0)->text, name) == 0
			                       : is_number && rows.indices[i] == number;

			if (!is_it)
				continue;
			*ret_index = rows.indices[i];
			r = 0;
		}
	if (r == -ENOENT)
		not_found(kind, &rows, name, err);
	client_rows_done(&rows);
	return r;
}

/* ---- settings ---- */

static bool
is_settable(const struct field *field, const struct target_kind *kind)
{
	return field->object == kind->object && field->column != 0 &&
	       (field->flags & FIELD_WRITABLE) != 0;
}

static int
no_such_key(const struct target_kind *kind, const char *key, struct err *err)
{
	char list[700];
	struct strbuf buffer;
	const char *comma = "";

	strbuf_init(&buffer, list, sizeof(list));
	for (size_t i = 0; i < KIND_COUNT; i++)
		for (size_t n = 0; schema_at(n) != NULL; n++) {
			bool is_of_it =
			    kind->name_column != 0 ? &kinds[i] == kind : kinds[i].name_column == 0;

			if (!is_of_it || !is_settable(schema_at(n), &kinds[i]))
				continue;
			strbuf_add(&buffer, "%s%s%s", comma, kinds[i].prefix, schema_at(n)->key);
			comma = ", ";
		}
	return err_set(err, -ENOENT, "%s has no setting \"%s\"; there are %s",
	    kind->name_column != 0 ? kind->noun : "the agent", key, list);
}

int
target_field(const struct target_kind **kind, const char *key, const struct field **ret_field,
    struct err *err)
{
	bool is_scalar = (*kind)->name_column == 0;

	for (size_t i = 0; i < KIND_COUNT; i++) {
		size_t prefix = strlen(kinds[i].prefix);
		const struct field *field;

		if (is_scalar ? kinds[i].name_column != 0 : &kinds[i] != *kind)
			continue;
		if (strncmp(key, kinds[i].prefix, prefix) != 0)
			continue;
		field = schema_find(kinds[i].object, key + prefix);
		if (field == NULL || !is_settable(field, &kinds[i]))
			continue;
		*kind = &kinds[i];
		*ret_field = field;
		return 0;
	}
	return no_such_key(*kind, key, err);
}

void
target_encode(const struct field *field, const void *object, struct client_value *ret_value)
{
	const char *at = (const char *)object + field->offset;
	int32_t integer;
	uint32_t number;
	bool is_true;

	memset(ret_value, 0, sizeof(*ret_value));
	switch (field->type) {
	case FIELD_NAME:
	case FIELD_TEXT:
		ret_value->type = CLIENT_OCTETS;
		text_copy(ret_value->text, sizeof(ret_value->text), at);
		ret_value->length = strlen(ret_value->text);
		break;
	case FIELD_NUMBER:
	case FIELD_DURATION:
	case FIELD_SECONDS:
		memcpy(&number, at, sizeof(number));
		ret_value->type = CLIENT_UNSIGNED;
		ret_value->number = number;
		break;
	case FIELD_ENUM:
	case FIELD_QUANTITY:
	case FIELD_MILLI:
	case FIELD_MICRO:
		memcpy(&integer, at, sizeof(integer));
		ret_value->type = CLIENT_INTEGER;
		ret_value->number = integer;
		break;
	case FIELD_BOOL:
		memcpy(&is_true, at, sizeof(is_true));
		ret_value->type = CLIENT_INTEGER;
		ret_value->number = is_true ? 1 : 2; /* TruthValue */
		break;
	case FIELD_LIMITS:
		ret_value->type = CLIENT_OCTETS;
		ret_value->length = 1;
		ret_value->text[0] = *at;
		break;
	}
}

int
target_decode(const struct field *field, const struct client_value *value, void *object)
{
	char *at = (char *)object + field->offset;
	int32_t integer = (int32_t)value->number;
	uint32_t number = (uint32_t)value->number;
	bool is_true = value->number == 1;
	char text[CLIENT_TEXT_MAX + 1];

	if (value->type == CLIENT_NOTHING)
		return -ENOENT;
	switch (field->type) {
	case FIELD_NAME:
	case FIELD_TEXT:
		text_copy(at, field->size, client_text(value, text));
		break;
	case FIELD_NUMBER:
	case FIELD_DURATION:
	case FIELD_SECONDS:
		memcpy(at, &number, sizeof(number));
		break;
	case FIELD_ENUM:
		return field_put_number(field, value->number, object);
	case FIELD_QUANTITY:
	case FIELD_MILLI:
	case FIELD_MICRO:
		memcpy(at, &integer, sizeof(integer));
		break;
	case FIELD_BOOL:
		memcpy(at, &is_true, sizeof(is_true));
		break;
	case FIELD_LIMITS:
		*at = value->length > 0 ? value->text[0] : 0;
		break;
	}
	return 0;
}

/* ---- refusals ---- */

int
target_refused(
    enum client_refusal refusal, const char *what, const struct field *field, struct err *err)
{
	char allowed[FIELD_FORMAT_SIZE] = "";

	if (field != NULL)
		field_describe(field, allowed, sizeof(allowed));
	switch (refusal) {
	case CLIENT_DONE:
		return 0;
	case CLIENT_NO_ACCESS:
		return err_set(err, -EACCES,
		    "%s: snmpd does not let this community or user write (its views)", what);
	case CLIENT_WRONG_TYPE:
		return err_set(
		    err, -EINVAL, "%s: the agent wants another type; is it older?", what);
	case CLIENT_WRONG_VALUE:
		return err_set(err, -EINVAL, "%s: not allowed%s%s", what,
		    allowed[0] != '\0' ? "; want " : "", allowed);
	case CLIENT_NO_CREATION:
	case CLIENT_INCONSISTENT_NAME:
		return err_set(err, -ENOENT, "%s: there is no such row (any more)", what);
	case CLIENT_INCONSISTENT_VALUE:
		return err_set(err, -EINVAL, "%s: does not fit the other settings", what);
	case CLIENT_NOT_WRITABLE:
		return err_set(err, -EACCES,
		    "%s: cannot be written; either never, or the agent's file does not allow it",
		    what);
	case CLIENT_NO_ROOM:
		return err_set(err, -ENOMEM, "%s: the agent has no memory for it", what);
	case CLIENT_NOT_STORED:
		return err_set(err, -EIO,
		    "%s: the agent could not store it (disk, or it took too long); nothing has "
		    "changed, try again",
		    what);
	case CLIENT_OTHER:
		break;
	}
	return err_prefix(err, "%s: ", what), -EIO;
}
