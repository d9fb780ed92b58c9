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
	const struct overlay *overlay;
	int (*put)(void *context, const char *line);
	void *context;
	char line[LINE_SIZE];
	struct strbuf buffer; /* of `line` */
	int code;             /* the first that `put` refused with */
};

static void
begin_line(struct printer *printer)
{
	strbuf_init(&printer->buffer, printer->line, sizeof(printer->line));
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

	if ((field->flags & (FIELD_TITLE | FIELD_SECRET)) != 0 ||
	    (change == NULL && !is_wanted(section, field)))
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

static void
print_title(struct printer *printer, const struct section *section)
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
		.depth = kind == CONF_AGENT ? 0 : 1,
	};
	const struct field *field;

	schema_set_defaults(kind, defaults);
	if (section.depth > 0)
		print_title(printer, &section);
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++)
		if (field->object == kind)
			print_setting(printer, &section, field);
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
	struct printer printer = { .overlay = overlay, .put = put, .context = context };

	for (size_t kind = 0; kind < objects_kinds(); kind++)
		for (size_t n = 0; n < objects_count(conf, (enum conf_object)kind); n++)
			print_object(&printer, (enum conf_object)kind,
			    objects_at(conf, (enum conf_object)kind, n));
	for (size_t i = 0; overlay != NULL && i < overlay->row_count; i++)
		if (overlay->rows[i].fate != OVERLAY_HOLDS)
			print_idle_row(&printer, &overlay->rows[i]);
	return printer.code;
}
