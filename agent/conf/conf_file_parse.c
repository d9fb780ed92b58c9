/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "conf/conf_file_private.h"
#include "core/strbuf.h"
#include "core/text.h"

_Static_assert(offsetof(struct device, device) == 0, "a device begins with its own settings");

/* libConfuse gives its callbacks no context of ours. */
static _Thread_local struct parser *parsing;

const struct section_kind section_kinds[SECTION_KIND_COUNT] = {
	{ CONF_BUS, PLACE_SITE, SECTION_BUS },
	{ CONF_SENSOR, PLACE_SITE, SECTION_SENSOR },
	{ CONF_DEVICE, PLACE_SITE, SECTION_DEVICE },
	{ CONF_DELIVERY, PLACE_SITE, SECTION_DELIVERY },
	{ CONF_BREAKER, PLACE_SITE, SECTION_BREAKER },
	{ CONF_LIMITER, PLACE_SITE, SECTION_LIMITER },
	{ CONF_MAIL, PLACE_SITE, SECTION_MAIL },
	{ CONF_CONTACT, PLACE_SITE, SECTION_CONTACT },
	{ CONF_RELAY, PLACE_MAIL, SECTION_RELAY },
	{ CONF_PROFILE, PLACE_PROFILE, SECTION_PROFILE },
};

int
parser_fail(struct parser *parser, uint32_t line)
{
	return reader_place(parser->reader, parser->reader->file, line);
}

/* ---- sections ---- */

const struct section_kind *
section_kind_find(const char *name)
{
	for (size_t i = 0; i < SECTION_KIND_COUNT; i++)
		if (strcmp(schema_object_name(section_kinds[i].object), name) == 0)
			return &section_kinds[i];
	return NULL;
}

static enum conf_object
section_object(enum schema_section kind)
{
	for (size_t i = 0; i < SECTION_KIND_COUNT; i++)
		if (section_kinds[i].section == kind)
			return section_kinds[i].object;
	return kind == SECTION_PART ? CONF_SENSOR : CONF_AGENT;
}

/* There is one at a time, see end_section. */
cfg_t *
parser_outer(const struct parser *parser)
{
	enum section_place place = parser->reader->profile != NULL ? PLACE_PROFILE : PLACE_SITE;

	for (size_t i = 0; i < SECTION_KIND_COUNT; i++) {
		const char *name = schema_object_name(section_kinds[i].object);

		if (section_kinds[i].place == place && cfg_size(parser->root, name) > 0)
			return cfg_getnsec(parser->root, name, 0);
	}
	return NULL;
}

static void
open_profile(struct reader *reader, uint32_t line, struct section *section)
{
	struct profile *profile = reader->profile;

	if (profile->spot.line != 0) {
		err_set(&reader->err, -EINVAL, "a second profile: want one in a file");
		return;
	}
	profile->spot.file = reader->file;
	profile->spot.line = line;
	section->object = &profile->profile;
	section->spot = &profile->spot;
	section->title = profile->profile.name;
}

/* A section that stands once, with the defaults of the section. */
static void
open_single(struct reader *reader, uint32_t line, struct section *section)
{
	enum conf_object object = section_object(section->kind);
	struct spot *spot = &reader->singles[object];

	if (spot->line != 0) {
		err_set(&reader->err, -EINVAL, "%s is given twice, first at %s:%u: want it once",
		    schema_object_name(object), reader->files[spot->file].path, spot->line);
		return;
	}
	spot->file = reader->file;
	spot->line = line;
	section->spot = spot;
	section->object = schema_single(reader->conf, object);
	schema_set_defaults(object, section->object);
}

/* Makes the object of a section. */
static void
open_object(struct reader *reader, uint32_t line, struct section *section)
{
	struct conf_bus *bus;
	struct conf_sensor *sensor;
	struct conf_contact *contact;
	struct device *device;

	switch (section->kind) {
	case SECTION_BUS:
		section->object = bus = conf_add_bus(reader->conf);
		section->title = bus != NULL ? bus->name : NULL;
		section->spot = reader_add_spot(reader, &reader->buses, line);
		break;
	case SECTION_SENSOR:
		section->object = sensor = conf_add_sensor(reader->conf);
		section->title = sensor != NULL ? sensor->name : NULL;
		section->spot = reader_add_spot(reader, &reader->sensors, line);
		break;
	case SECTION_CONTACT:
		section->object = contact = conf_add_contact(reader->conf);
		section->title = contact != NULL ? contact->name : NULL;
		section->spot = reader_add_spot(reader, &reader->contacts, line);
		break;
	case SECTION_RELAY:
		section->object = conf_add_relay(reader->conf);
		section->spot = reader_add_spot(reader, &reader->relays, line);
		break;
	case SECTION_DEVICE:
		device = reader_add_device(reader, line);
		section->object = device;
		section->title = device != NULL ? device->device.name : NULL;
		section->spot = device != NULL ? &device->spot : NULL;
		break;
	case SECTION_PROFILE:
		open_profile(reader, line, section);
		break;
	case SECTION_DELIVERY:
	case SECTION_BREAKER:
	case SECTION_LIMITER:
	case SECTION_MAIL:
		open_single(reader, line, section);
		break;
	case SECTION_TOP:
	case SECTION_PART:
		break;
	}
	if (reader->err.code == 0 && (section->object == NULL || section->spot == NULL))
		reader_no_memory(reader);
}

static int
take_title(struct parser *parser, const struct section *section, const char *title, uint32_t line)
{
	enum conf_object object = section_object(section->kind);
	struct reader *reader = parser->reader;

	if (title == NULL)
		return 0;
	if (field_parse(schema_find(object, "name"), title, section->object, &reader->err) < 0) {
		err_prefix(&reader->err, "%s ", schema_object_name(object));
		return parser_fail(parser, line);
	}
	return 0;
}

static int
open_section(struct parser *parser, enum schema_section kind, const char *title, uint32_t line,
    struct section *section)
{
	*section = (struct section){ .kind = kind, .title = "" };
	open_object(parser->reader, line, section);
	if (parser->reader->err.code != 0)
		return parser_fail(parser, line);
	section->is_open = true;
	return take_title(parser, section, title, line);
}

/* libConfuse's line of what is around a section stays at its first line until it ends. */
static int
open_outer(struct parser *parser)
{
	const cfg_t *cfg = parser_outer(parser);

	if (parser->outer.is_open)
		return 0;
	return open_section(parser, section_kind_find(cfg->name)->section, cfg->title,
	    (uint32_t)parser->root->line, &parser->outer);
}

static struct parts *
inner_parts(struct parser *parser)
{
	if (parser->outer.kind == SECTION_PROFILE)
		return &parser->reader->profile->parts;
	return &((struct device *)parser->outer.object)->parts;
}

/* A sensor inside a device or a profile. */
static int
open_part(struct parser *parser, const char *title, uint32_t line)
{
	struct section *section = &parser->inner;
	struct reader *reader = parser->reader;
	const struct part *first;
	struct part *part;

	first = reader_find_part(inner_parts(parser), title);
	if (first != NULL) {
		err_set(&reader->err, -EINVAL,
		    "sensor \"%s\" of %s \"%s\" is declared twice: want unique names (first at "
		    "%s:%u)",
		    title, schema_object_name(section_object(parser->outer.kind)),
		    parser->outer.title, reader->files[first->spot.file].path, first->spot.line);
		return parser_fail(parser, line);
	}
	part = reader_add_part(reader, inner_parts(parser), line);
	if (part == NULL)
		return reader_no_memory(reader);
	*section = (struct section){
		.is_open = true,
		.kind = SECTION_PART,
		.object = &part->sensor,
		.spot = &part->spot,
		.title = part->sensor.name,
	};
	return take_title(parser, section, title, line);
}

static int
open_inner(struct parser *parser, const char *title)
{
	uint32_t line = (uint32_t)parser_outer(parser)->line;

	if (parser->inner.is_open)
		return 0;
	if (open_outer(parser) < 0)
		return -1;
	if (parser->outer.kind == SECTION_MAIL)
		return open_section(parser, SECTION_RELAY, title, line, &parser->inner);
	return open_part(parser, title, line);
}

/* The section that `cfg` is, opened if this is its first word; NULL: an error. */
static struct section *
section_of(struct parser *parser, const cfg_t *cfg)
{
	struct section *section;

	if (cfg == parser->root)
		section = &parser->top;
	else if (cfg == parser_outer(parser))
		section = open_outer(parser) < 0 ? NULL : &parser->outer;
	else
		section = open_inner(parser, cfg->title) < 0 ? NULL : &parser->inner;
	return section;
}

/* ---- keys ---- */

/* Where a key's value goes. */
struct target {
	const struct field *field;
	void *object;
	struct spot *spot;
};

/* At the top level there are keys of several objects, in a device those of all its sensors. */
static struct target
find_target(struct reader *reader, const struct section *section, const char *key)
{
	struct target target = {
		.field = schema_key(section->kind, key),
		.object = section->object,
		.spot = section->spot,
	};
	struct device *device = section->object;

	if (section->kind == SECTION_TOP) {
		target.object = schema_single(reader->conf, target.field->object);
		target.spot = &reader->singles[target.field->object];
	} else if (section->kind == SECTION_DEVICE && target.field->object == CONF_SENSOR) {
		target.object = &device->shared.sensor;
		target.spot = &device->shared.spot;
	}
	return target;
}

static int
refuse_twice(struct parser *parser, const struct section *section, const struct target *target,
    uint32_t line)
{
	struct reader *reader = parser->reader;
	size_t number = schema_number(target->field);
	uint32_t file = section->kind == SECTION_TOP
	                    ? reader->top_files[target->field->object][number]
	                    : reader->file;

	err_set(&reader->err, -EINVAL, "%s is given twice, first at %s:%u: want it once",
	    target->field->key, reader->files[file].path, target->spot->lines[number]);
	return parser_fail(parser, line);
}

/* `item`: which of a list of values it is, from 1. */
static int
take_value(struct parser *parser, const cfg_t *cfg, const char *key, const char *value, size_t item)
{
	struct reader *reader = parser->reader;
	uint32_t line = (uint32_t)cfg->line;
	const struct section *section = section_of(parser, cfg);
	char text[FIELD_FORMAT_SIZE + 1]; /* too long by one is refused */
	struct strbuf list;
	struct target target;
	size_t number;

	if (section == NULL)
		return -1;
	target = find_target(reader, section, key);
	number = schema_number(target.field);
	if (target.spot->lines[number] != 0 && item == 1)
		return refuse_twice(parser, section, &target, line);
	if (item > 1) {
		strbuf_init(&list, text, sizeof(text));
		strbuf_add(
		    &list, "%s, %s", (const char *)target.object + target.field->offset, value);
		value = text;
	}
	if (field_parse(target.field, value, target.object, &reader->err) < 0)
		return parser_fail(parser, line);
	if (target.spot->lines[number] == 0)
		target.spot->lines[number] = line;
	if (section->kind == SECTION_TOP)
		reader->top_files[target.field->object][number] = reader->file;
	return 0;
}

/* libConfuse has read KEY = VALUE, or one more of KEY = { VALUE, VALUE }. */
static int
take_key(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	bool is_list = (opt->flags & CFGF_LIST) != 0;

	if (take_value(parsing, cfg, opt->name, value, is_list ? cfg_opt_size(opt) : 1) < 0)
		return -1;
	*(const char **)result = ""; /* libConfuse keeps a copy: of nothing */
	return 0;
}

/* ---- the end of a section ---- */

static int
check_required(struct parser *parser, const struct section *section)
{
	enum conf_object object = section_object(section->kind);
	const struct field *field;
	char want[FIELD_FORMAT_SIZE];

	assert(section->spot != NULL);
	if (section->kind == SECTION_PART && parser->outer.kind == SECTION_DEVICE)
		return 0; /* its profile may have it */
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		if (field->object != object || !schema_is_key(field, section->kind) ||
		    (field->flags & FIELD_REQUIRED) == 0 ||
		    section->spot->lines[schema_number(field)] != 0)
			continue;
		field_describe(field, want, sizeof(want));
		if (section->title[0] != '\0')
			err_set(&parser->reader->err, -EINVAL, "%s \"%s\" has no %s: want %s",
			    schema_object_name(object), section->title, field->key, want);
		else
			err_set(&parser->reader->err, -EINVAL, "%s has no %s: want %s",
			    schema_object_name(object), field->key, want);
		return parser_fail(parser, section->spot->line);
	}
	return 0;
}

/* MIB.md: setting a limit enables it, unless the list of limits is set too. */
static void
enable_limits(const struct section *section)
{
	struct conf_sensor *sensor = section->object;
	const struct field *field = schema_find(CONF_SENSOR, "limits-enabled");

	assert(section->spot != NULL);
	if (section_object(section->kind) != CONF_SENSOR ||
	    section->spot->lines[schema_number(field)] != 0)
		return;
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++)
		if (field->object == CONF_SENSOR && field->limit >= 0 &&
		    section->spot->lines[schema_number(field)] != 0)
			sensor->limits_enabled |= LIMIT_BIT(field->limit);
}

/* libConfuse has read a whole section.  It is thrown away at once: kept, it would be merged with a
 * later one of the same title, cost 8 kB, and be compared with each that follows. */
static int
end_section(cfg_t *cfg, cfg_opt_t *opt)
{
	struct parser *parser = parsing;
	struct section *section = section_of(parser, cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1));

	(void)cfg;
	if (section == NULL || check_required(parser, section) < 0)
		return -1;
	enable_limits(section);
	section->is_open = false;
	cfg_free_value(opt);
	return 0;
}

/* ---- includes ---- */

/* include("NAME"): read after this file, since libConfuse's scanner can do one at a time. */
static int
take_include(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
	struct parser *parser = parsing;
	struct reader *reader = parser->reader;
	uint32_t line = (uint32_t)cfg->line;

	(void)opt;
	if (argc != 1 || argv[0][0] == '\0' || !text_is_clean(argv[0], strlen(argv[0])))
		err_set(&reader->err, -EINVAL, "include: want one name, of a file or a folder");
	else
		reader_add_includes(reader, argv[0], line);
	return reader->err.code == 0 ? 0 : parser_fail(parser, line);
}

/* ---- what libConfuse is told ---- */

static void
on_error(cfg_t *cfg, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static void
on_error(cfg_t *cfg, const char *format, va_list args)
{
	parser_refuse(parsing, cfg, format, args);
}

#define OPTIONS_MAX (SCHEMA_KEYS_MAX + SECTION_KIND_COUNT + 2)

/* One option of libConfuse per key of a section, then what is in `more`; `to` has room for all. */
static void
make_options(enum schema_section kind, const cfg_opt_t *more, cfg_opt_t *to)
{
	const struct field *field;

	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		cfg_opt_t value = CFG_STR_CB(field->key, NULL, CFGF_NODEFAULT, take_key);
		cfg_opt_t list = CFG_STR_LIST_CB(field->key, NULL, CFGF_NODEFAULT, take_key);

		if (schema_is_key(field, kind))
			*to++ = (field->flags & FIELD_LIST) != 0 ? list : value;
	}
	while (more->name != NULL)
		*to++ = *more++;
	*to = *more;
}

static void
end_at_ends(cfg_opt_t *options)
{
	for (; options->name != NULL; options++)
		if (options->type == CFGT_SEC)
			options->validcb = end_section;
}

static cfg_t *
make_profile_root(void)
{
	cfg_opt_t part[OPTIONS_MAX], profile[OPTIONS_MAX];
	cfg_opt_t none[] = { CFG_END() };
	cfg_opt_t parts[] = { CFG_SEC("sensor", part, CFGF_MULTI | CFGF_TITLE), CFG_END() };
	cfg_opt_t profiles[] = { CFG_SEC("profile", profile, CFGF_MULTI | CFGF_TITLE), CFG_END() };

	end_at_ends(parts);
	end_at_ends(profiles);
	make_options(SECTION_PART, none, part);
	make_options(SECTION_PROFILE, parts, profile);
	return cfg_init(profiles, CFGF_NONE);
}

/* Sections without a title are many, too: libConfuse would have one from the start. */
static cfg_t *
make_site_root(void)
{
	cfg_opt_t bus[OPTIONS_MAX], sensor[OPTIONS_MAX], device[OPTIONS_MAX], part[OPTIONS_MAX];
	cfg_opt_t delivery[OPTIONS_MAX], breaker[OPTIONS_MAX], limiter[OPTIONS_MAX];
	cfg_opt_t mail[OPTIONS_MAX], relay[OPTIONS_MAX], contact[OPTIONS_MAX], top[OPTIONS_MAX];
	cfg_opt_t none[] = { CFG_END() };
	cfg_opt_t parts[] = { CFG_SEC("sensor", part, CFGF_MULTI | CFGF_TITLE), CFG_END() };
	cfg_opt_t relays[] = { CFG_SEC("relay", relay, CFGF_MULTI), CFG_END() };
	cfg_opt_t sections[] = {
		CFG_SEC("bus", bus, CFGF_MULTI | CFGF_TITLE),
		CFG_SEC("sensor", sensor, CFGF_MULTI | CFGF_TITLE),
		CFG_SEC("device", device, CFGF_MULTI | CFGF_TITLE),
		CFG_SEC("delivery", delivery, CFGF_MULTI),
		CFG_SEC("breaker", breaker, CFGF_MULTI),
		CFG_SEC("limiter", limiter, CFGF_MULTI),
		CFG_SEC("mail", mail, CFGF_MULTI),
		CFG_SEC("contact", contact, CFGF_MULTI | CFGF_TITLE),
		CFG_FUNC("include", take_include),
		CFG_END(),
	};

	end_at_ends(parts);
	end_at_ends(relays);
	end_at_ends(sections);
	make_options(SECTION_PART, none, part);
	make_options(SECTION_RELAY, none, relay);
	make_options(SECTION_BUS, none, bus);
	make_options(SECTION_SENSOR, none, sensor);
	make_options(SECTION_DEVICE, parts, device);
	make_options(SECTION_DELIVERY, none, delivery);
	make_options(SECTION_BREAKER, none, breaker);
	make_options(SECTION_LIMITER, none, limiter);
	make_options(SECTION_MAIL, relays, mail);
	make_options(SECTION_CONTACT, none, contact);
	make_options(SECTION_TOP, sections, top);
	return cfg_init(top, CFGF_NONE);
}

int
conf_file_parse(struct reader *reader, const char *text)
{
	struct parser parser = {
		.reader = reader,
		.root = reader->profile != NULL ? make_profile_root() : make_site_root(),
		.top = { .kind = SECTION_TOP },
	};
	int r;

	if (parser.root == NULL)
		return reader_no_memory(reader);
	cfg_set_error_function(parser.root, on_error);
	parsing = &parser;
	r = cfg_parse_buf(parser.root, text);
	parsing = NULL;
	if (r != CFG_SUCCESS && reader->err.code == 0) /* it is silent on an empty key */
		parser_refuse_silence(&parser);
	cfg_free(parser.root);
	return reader->err.code;
}
