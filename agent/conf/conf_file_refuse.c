/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf_file_private.h"
#include "core/strbuf.h"

#define WANT_SETTING "KEY = VALUE or bus \"NAME\" { ... }"
#define WANT_PROFILE "profile \"NAME\" { ... }"

static bool
is_section(const char *name)
{
	return section_kind_find(name) != NULL || strcmp(name, "include") == 0;
}

/* "a, b, c": the keys and sections that may stand in a section. */
static void
list_keys(enum schema_section kind, bool in_profile, char *to, size_t size)
{
	enum section_place place = in_profile ? PLACE_PROFILE : PLACE_SITE;
	const struct field *field;
	struct strbuf list;

	strbuf_init(&list, to, size);
	for (size_t n = 0; !in_profile && (field = schema_at(n)) != NULL; n++)
		if (schema_is_key(field, kind))
			strbuf_add(&list, "%s%s", list.length == 0 ? "" : ", ", field->key);
	if (kind == SECTION_DEVICE || kind == SECTION_PROFILE)
		strbuf_add(&list, ", sensor");
	if (kind == SECTION_MAIL)
		strbuf_add(&list, ", relay");
	for (size_t i = 0; kind == SECTION_TOP && i < SECTION_KIND_COUNT; i++)
		if (section_kinds[i].place == place)
			strbuf_add(&list, "%s%s", list.length == 0 ? "" : ", ",
			    schema_object_name(section_kinds[i].object));
	if (kind == SECTION_TOP && !in_profile)
		strbuf_add(&list, ", include");
}

/* bus "a"; mail has no title. */
static void
name_section(const cfg_t *cfg, struct strbuf *name)
{
	strbuf_add(name, "%s", cfg->name);
	if (cfg->title != NULL)
		strbuf_add(name, " \"%.40s\"", cfg->title);
}

static enum schema_section
kind_of(const struct parser *parser, const cfg_t *cfg)
{
	const struct section_kind *kind = section_kind_find(cfg->name);

	if (cfg == parser->root)
		return SECTION_TOP;
	if (cfg == parser_outer(parser) || kind->section == SECTION_RELAY)
		return kind->section;
	return SECTION_PART;
}

static void
refuse_in_section(
    struct parser *parser, const cfg_t *cfg, enum schema_section kind, const char *name)
{
	/* There it is the device's key that is in the wrong place, not a section. */
	bool is_bus_of_part =
	    kind == SECTION_PART && strcmp(name, schema_object_name(CONF_BUS)) == 0;
	struct err *err = &parser->reader->err;
	char keys[sizeof(err->text)], place[64];
	struct strbuf where;

	strbuf_init(&where, place, sizeof(place));
	name_section(cfg, &where);
	list_keys(kind, false, keys, sizeof(keys));
	if (is_section(name) && !is_bus_of_part)
		err_set(err, -EINVAL, "\"%s\" inside %s: want a closing } before it", name, place);
	else
		err_set(err, -EINVAL, "unknown key \"%.40s\" in %s: want %s", name, place, keys);
}

static void
refuse_unknown(struct parser *parser, const cfg_t *cfg, const char *name)
{
	enum schema_section kind = kind_of(parser, cfg);
	struct err *err = &parser->reader->err;
	char keys[sizeof(err->text)];

	if (kind != SECTION_TOP) {
		refuse_in_section(parser, cfg, kind, name);
	} else if (strcmp(name, schema_object_name(CONF_PROFILE)) == 0) {
		err_set(err, -EINVAL,
		    "a profile here: want it in a file of its own, profiles/NAME.conf");
	} else if (strcmp(name, schema_object_name(CONF_RELAY)) == 0) {
		err_set(err, -EINVAL, "a relay here: want it inside mail { ... }");
	} else {
		list_keys(SECTION_TOP, parser->reader->profile != NULL, keys, sizeof(keys));
		err_set(err, -EINVAL, "unknown key \"%.40s\": want %s", name, keys);
	}
}

static const char *
wanted(const struct parser *parser)
{
	return parser->reader->profile != NULL ? WANT_PROFILE : WANT_SETTING;
}

void
parser_refuse(struct parser *parser, const cfg_t *cfg, const char *format, va_list args)
{
	struct err *err = &parser->reader->err;
	char text[256];

	if (err->code != 0)
		return;
	if (strcmp(format, "no such option '%s'") == 0) {
		refuse_unknown(parser, cfg, va_arg(args, const char *));
	} else {
		vsnprintf(text, sizeof(text), format, args);
		err_set(err, -EINVAL, "%s: want %s", text, wanted(parser));
	}
	parser_fail(parser, (uint32_t)cfg->line);
}

void
parser_refuse_silence(struct parser *parser)
{
	err_set(&parser->reader->err, -EINVAL, "not a setting: want %s", wanted(parser));
	parser_fail(parser, (uint32_t)parser->root->line);
}
