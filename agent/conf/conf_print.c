/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf_print.h"

#include <stdbool.h>
#include <string.h>

#include "conf/objects.h"
#include "conf/schema.h"
#include "core/strbuf.h"

/* Two values, each character escaped, and the words around them. */
#define LINE_SIZE (4 * FIELD_FORMAT_SIZE + 256)

struct printer {
	const struct conf *conf;
	const struct overlay *overlay;
	int (*put)(void *context, const char *line);
	void *context;
	char line[LINE_SIZE];
	struct strbuf buffer; /* of `line` */
	bool is_comment;
	int code; /* the first that `put` refused with */
};

static void
begin_line(struct printer *printer)
{
	strbuf_init(&printer->buffer, printer->line, sizeof(printer->line));
	if (printer->is_comment)
		strbuf_add(&printer->buffer, "# ");
}

static void
end_line(struct printer *printer)
{
	strbuf_add(&printer->buffer, "\n");
	if (printer->code == 0)
		printer->code = printer->put(printer->context, printer->line);
}

/* ---- values ---- */

/* In double quotes ${ is refused. */
static void
add_quoted(struct strbuf *buffer, const char *text)
{
	char quote = strstr(text, "${") != NULL ? '\'' : '"';

	strbuf_add(buffer, "%c", quote);
	for (; *text != '\0'; text++)
		strbuf_add(buffer, "%s%c", *text == quote || *text == '\\' ? "\\" : "", *text);
	strbuf_add(buffer, "%c", quote);
}

static void
add_value(struct strbuf *buffer, const struct field *field, const char *value)
{
	if (field_is_quoted(field))
		add_quoted(buffer, value);
	else
		strbuf_add(buffer, "%s", value);
}

/* ---- sections ---- */

struct section {
	enum conf_object kind;
	const void *object;
	uint32_t index;
	const void *defaults;
	bool is_by_set;
	unsigned depth;  /* of its keys */
	unsigned limits; /* LIMIT_BIT()s that its keys stand for so far */
};

static const struct overlay_setting *
change_of(const struct printer *printer, const struct section *section, const struct field *field)
{
	if (printer->overlay == NULL || section->is_by_set)
		return NULL;
	return overlay_find(printer->overlay, section->kind, section->index, field->key);
}

/* A key for a limit says that it is enabled, too, if no key says which are. */
static bool
is_wanted(const struct section *section, const struct field *field)
{
	const struct conf_sensor *sensor = section->object;

	if (field->type == FIELD_LIMITS)
		return sensor->limits_enabled != section->limits;
	if (field->limit >= 0 && (sensor->limits_enabled & LIMIT_BIT(field->limit)) != 0)
		return true;
	return (field->flags & FIELD_REQUIRED) != 0 ||
	       !field_is_equal(field, section->object, section->defaults);
}

static void
indent(struct printer *printer, unsigned depth)
{
	begin_line(printer);
	for (unsigned i = 0; i < depth; i++)
		strbuf_add(&printer->buffer, "\t");
}

static void
print_setting(struct printer *printer, struct section *section, const struct field *field)
{
	const struct overlay_setting *change = change_of(printer, section, field);
	char value[FIELD_FORMAT_SIZE];

	if (change == NULL && !is_wanted(section, field))
		return;
	if (field->limit >= 0)
		section->limits |= LIMIT_BIT(field->limit);
	field_format(field, section->object, value, sizeof(value));
	indent(printer, section->depth);
	strbuf_add(&printer->buffer, "%s = ", field->key);
	add_value(&printer->buffer, field, value);
	if (change != NULL) {
		strbuf_add(&printer->buffer, " # set by SNMP; the file has ");
		add_value(&printer->buffer, field, change->file_value);
	}
	end_line(printer);
}

/* What of it is a secret is left out, and the reader told. */
static void
print_secret(struct printer *printer, const struct section *section, const struct field *field)
{
	if (!is_wanted(section, field))
		return;
	indent(printer, section->depth);
	strbuf_add(&printer->buffer, "# %s is set, but not shown", field->key);
	end_line(printer);
}

static void
print_settings(struct printer *printer, struct section *section)
{
	const struct field *field;

	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		if (field->object != section->kind || (field->flags & FIELD_TITLE) != 0)
			continue;
		if ((field->flags & FIELD_SECRET) != 0)
			print_secret(printer, section, field);
		else
			print_setting(printer, section, field);
	}
}

static void
print_head(struct printer *printer, const struct section *section)
{
	const struct field *title = schema_find(section->kind, "name");
	const struct overlay_setting *change = NULL;

	begin_line(printer);
	end_line(printer);
	indent(printer, section->depth - 1);
	strbuf_add(&printer->buffer, "%s ", schema_object_name(section->kind));
	if (title != NULL) {
		change = change_of(printer, section, title);
		add_quoted(&printer->buffer, objects_name(section->kind, section->object));
		strbuf_add(&printer->buffer, " ");
	}
	strbuf_add(&printer->buffer, "{%s", section->is_by_set ? " # made by SNMP" : "");
	if (change != NULL) {
		strbuf_add(&printer->buffer, " # named by SNMP; the file has ");
		add_quoted(&printer->buffer, change->file_value);
	}
	end_line(printer);
}

static unsigned
depth_of(enum conf_object kind)
{
	if (schema_object_name(kind)[0] == '\0')
		return 0;
	return kind == CONF_RELAY ? 2 : 1;
}

/* A file without that section, whose required setting could not be empty. */
static bool
is_absent(enum conf_object kind, const void *object)
{
	const struct field *field;

	for (size_t n = 0; (field = schema_at(n)) != NULL; n++)
		if (field->object == kind && (field->flags & FIELD_REQUIRED) != 0 &&
		    *((const char *)object + field->offset) == '\0')
			return true;
	return false;
}

static bool
has_anything(const struct printer *printer, const struct section *section)
{
	const struct field *field;

	for (size_t n = 0; (field = schema_at(n)) != NULL; n++)
		if (field->object == section->kind &&
		    (is_wanted(section, field) || change_of(printer, section, field) != NULL))
			return true;
	return false;
}

static bool
is_left_out(const struct printer *printer, const struct section *section)
{
	return section->depth > 0 && !objects_has_rows(section->kind) &&
	       (is_absent(section->kind, section->object) || !has_anything(printer, section));
}

static void print_object(struct printer *printer, enum conf_object kind, const void *object);

static void
print_kind(struct printer *printer, enum conf_object kind)
{
	for (size_t n = 0; n < objects_count(printer->conf, kind); n++)
		print_object(printer, kind, objects_at(printer->conf, kind, n));
}

static void
print_object(struct printer *printer, enum conf_object kind, const void *object)
{
	max_align_t defaults[OBJECT_SIZE_MAX / sizeof(max_align_t)] = { 0 };
	struct section section = {
		.kind = kind,
		.object = object,
		.index = objects_index(kind, object),
		.defaults = defaults,
		.is_by_set = objects_storage(kind, object) == STORAGE_NON_VOLATILE,
		.depth = depth_of(kind),
	};

	schema_set_defaults(kind, defaults);
	if (is_left_out(printer, &section))
		return;
	if (section.depth > 0)
		print_head(printer, &section);
	print_settings(printer, &section);
	if (kind == CONF_MAIL)
		print_kind(printer, CONF_RELAY);
	if (section.depth == 0)
		return;
	indent(printer, section.depth - 1);
	strbuf_add(&printer->buffer, "}");
	end_line(printer);
}

/* ---- rows by SET that are not in force ---- */

static void
print_idle_setting(struct printer *printer, const struct overlay_setting *setting)
{
	const struct field *field = schema_find(setting->object, setting->key);

	if (field == NULL || (field->flags & FIELD_SECRET) != 0)
		return;
	begin_line(printer);
	strbuf_add(&printer->buffer, "#\t%s = ", field->key);
	add_value(&printer->buffer, field, setting->value);
	end_line(printer);
}

static void
print_idle_row(struct printer *printer, const struct overlay_row *row)
{
	const struct overlay *overlay = printer->overlay;

	begin_line(printer);
	end_line(printer);
	begin_line(printer);
	strbuf_add(&printer->buffer,
	    "# %s %u, made by SNMP, is not active:", schema_object_name(row->object),
	    (unsigned)row->index);
	end_line(printer);
	for (size_t i = 0; i < overlay->setting_count; i++)
		if (overlay->settings[i].object == row->object &&
		    overlay->settings[i].index == row->index)
			print_idle_setting(printer, &overlay->settings[i]);
}

int
conf_print(const struct conf *conf, const struct overlay *overlay,
    int (*put)(void *context, const char *line), void *context)
{
	struct printer printer = {
		.conf = conf, .overlay = overlay, .put = put, .context = context
	};

	for (size_t kind = 0; kind < CONF_OBJECT_COUNT; kind++)
		if (depth_of((enum conf_object)kind) == 0)
			print_kind(&printer, (enum conf_object)kind);
	for (size_t kind = 0; kind < CONF_OBJECT_COUNT; kind++)
		if (depth_of((enum conf_object)kind) == 1 && kind != CONF_CONTACT)
			print_kind(&printer, (enum conf_object)kind);
	printer.is_comment = is_absent(CONF_MAIL, &conf->mail);
	if (printer.is_comment) /* a file could not have them; SNMP can, one by one */
		print_kind(&printer, CONF_RELAY);
	print_kind(&printer, CONF_CONTACT);
	printer.is_comment = false;
	for (size_t i = 0; overlay != NULL && i < overlay->row_count; i++)
		if (overlay->rows[i].fate != OVERLAY_HOLDS)
			print_idle_row(&printer, &overlay->rows[i]);
	return printer.code;
}
