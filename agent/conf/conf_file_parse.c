/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_reader.h"
#include "core/strbuf.h"
#include "core/text.h"

#define WANT_SETTING "KEY = VALUE or bus \"NAME\" { ... }"
#define WANT_PROFILE "profile \"NAME\" { ... }"

/* The section that is read now. */
struct section {
	bool is_open;
	enum schema_section kind;
	void *object;
	struct spot *spot;
	const char *title; /* borrowed from the object */
};

/* While libConfuse reads one text.  A section inside a device or a profile is the inner one. */
struct parser {
	struct reader *reader;
	cfg_t *root;
	struct section top, outer, inner;
};

_Static_assert(offsetof(struct device, device) == 0, "a device begins with its own settings");

/* libConfuse gives its callbacks no context of ours. */
static _Thread_local struct parser *parsing;

static const struct {
	enum conf_object object;
	bool in_profile; /* stands in the file of a profile, not in a site's */
	enum schema_section section;
} kinds[] = {
	{ CONF_BUS, false, SECTION_BUS },
	{ CONF_SENSOR, false, SECTION_SENSOR },
	{ CONF_DEVICE, false, SECTION_DEVICE },
	{ CONF_PROFILE, true, SECTION_PROFILE },
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

/* Sections and keys of later versions: worth more than "unknown". */
static const char *const later_keys[] = {
	"breaker",
	"contact",
	"delivery",
	"limiter",
	"mail",
	"max-shelve",
	"relay",
};

static int
fail_here(struct parser *parser, uint32_t line)
{
	return reader_place(parser->reader, parser->reader->file, line);
}

/* ---- sections ---- */

static enum schema_section
section_kind(const char *name)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (strcmp(schema_object_name(kinds[i].object), name) == 0)
			return kinds[i].section;
	return SECTION_TOP;
}

static enum conf_object
section_object(enum schema_section kind)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (kinds[i].section == kind)
			return kinds[i].object;
	return kind == SECTION_PART ? CONF_SENSOR : CONF_AGENT;
}

/* That of the top level which is read now: there is one at a time, see end_section. */
static cfg_t *
outer_cfg(const struct parser *parser)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		const char *name = schema_object_name(kinds[i].object);

		if (kinds[i].in_profile == (parser->reader->profile != NULL) &&
		    cfg_size(parser->root, name) > 0)
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

/* Makes the object of a section of the top level. */
static void
open_object(struct reader *reader, uint32_t line, struct section *section)
{
	struct conf_bus *bus;
	struct conf_sensor *sensor;
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
	case SECTION_DEVICE:
		device = reader_add_device(reader, line);
		section->object = device;
		section->title = device != NULL ? device->device.name : NULL;
		section->spot = device != NULL ? &device->spot : NULL;
		break;
	case SECTION_PROFILE:
		open_profile(reader, line, section);
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

	if (field_parse(schema_find(object, "name"), title, section->object, &reader->err) < 0) {
		err_prefix(&reader->err, "%s ", schema_object_name(object));
		return fail_here(parser, line);
	}
	return 0;
}

/* libConfuse's line of what is around a section stays at its first line until it ends. */
static int
open_outer(struct parser *parser)
{
	const cfg_t *cfg = outer_cfg(parser);
	uint32_t line = (uint32_t)parser->root->line;
	struct section *section = &parser->outer;

	if (section->is_open)
		return 0;
	*section = (struct section){ .kind = section_kind(cfg->name) };
	open_object(parser->reader, line, section);
	if (parser->reader->err.code != 0)
		return fail_here(parser, line);
	section->is_open = true;
	return take_title(parser, section, cfg->title, line);
}

static struct parts *
inner_parts(struct parser *parser)
{
	if (parser->outer.kind == SECTION_PROFILE)
		return &parser->reader->profile->parts;
	return &((struct device *)parser->outer.object)->parts;
}

static int
open_inner(struct parser *parser, const char *title)
{
	uint32_t line = (uint32_t)outer_cfg(parser)->line;
	struct section *section = &parser->inner;
	struct reader *reader = parser->reader;
	const struct part *first;
	struct part *part;

	if (section->is_open)
		return 0;
	if (open_outer(parser) < 0)
		return -1;
	first = reader_find_part(inner_parts(parser), title);
	if (first != NULL) {
		err_set(&reader->err, -EINVAL,
		    "sensor \"%s\" of %s \"%s\" is declared twice: want unique names (first at "
		    "%s:%u)",
		    title, schema_object_name(section_object(parser->outer.kind)),
		    parser->outer.title, reader->files[first->spot.file].path, first->spot.line);
		return fail_here(parser, line);
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

/* The section that `cfg` is, opened if this is its first word; NULL: an error. */
static struct section *
section_of(struct parser *parser, const cfg_t *cfg)
{
	struct section *section;

	if (cfg == parser->root)
		section = &parser->top;
	else if (cfg == outer_cfg(parser))
		section = open_outer(parser) < 0 ? NULL : &parser->outer;
	else
		section = open_inner(parser, cfg->title) < 0 ? NULL : &parser->inner;
	assert(section == NULL || section->spot != NULL);
	return section;
}

/* ---- keys ---- */

/* Where a key's value goes: for a device also into what all its sensors share. */
struct target {
	const struct field *field;
	void *object;
	struct spot *spot;
};

static struct target
find_target(const struct section *section, const char *key)
{
	struct target target = {
		.field = schema_find(section_object(section->kind), key),
		.object = section->object,
		.spot = section->spot,
	};
	struct device *device = section->object;

	if (target.field == NULL) { /* only a device has keys of another object */
		target.field = schema_find(CONF_SENSOR, key);
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
	uint32_t file = section->kind == SECTION_TOP ? reader->agent_files[number] : reader->file;

	err_set(&reader->err, -EINVAL, "%s is given twice, first at %s:%u: want it once",
	    target->field->key, reader->files[file].path, target->spot->lines[number]);
	return fail_here(parser, line);
}

/* libConfuse has read KEY = VALUE. */
static int
take_key(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct parser *parser = parsing;
	uint32_t line = (uint32_t)cfg->line;
	const struct section *section = section_of(parser, cfg);
	struct target target;
	size_t number;

	if (section == NULL)
		return -1;
	target = find_target(section, opt->name);
	assert(target.spot != NULL);
	number = schema_number(target.field);
	if (target.spot->lines[number] != 0)
		return refuse_twice(parser, section, &target, line);
	if (field_parse(target.field, value, target.object, &parser->reader->err) < 0)
		return fail_here(parser, line);
	target.spot->lines[number] = line;
	if (section->kind == SECTION_TOP)
		parser->reader->agent_files[number] = parser->reader->file;
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

	if (section->kind == SECTION_PART && parser->outer.kind == SECTION_DEVICE)
		return 0; /* its profile may have it */
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		if (field->object != object || !schema_is_key(field, section->kind) ||
		    (field->flags & FIELD_REQUIRED) == 0 ||
		    section->spot->lines[schema_number(field)] != 0)
			continue;
		field_describe(field, want, sizeof(want));
		err_set(&parser->reader->err, -EINVAL, "%s \"%s\" has no %s: want %s",
		    schema_object_name(object), section->title, field->key, want);
		return fail_here(parser, section->spot->line);
	}
	return 0;
}

/* MIB.md: setting a limit enables it, unless the list of limits is set too. */
static void
enable_limits(const struct section *section)
{
	struct conf_sensor *sensor = section->object;
	const struct field *field = schema_find(CONF_SENSOR, "limits-enabled");

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
	return reader->err.code == 0 ? 0 : fail_here(parser, line);
}

/* ---- what libConfuse does not like ---- */

static bool
is_later(const char *name)
{
	for (size_t i = 0; i < sizeof(later_keys) / sizeof(later_keys[0]); i++)
		if (strcmp(later_keys[i], name) == 0)
			return true;
	return false;
}

static bool
is_section(const char *name)
{
	return section_kind(name) != SECTION_TOP || strcmp(name, "include") == 0;
}

/* "a, b, c": the keys and sections that may stand in a section. */
static void
list_keys(enum schema_section kind, bool in_profile, char *to, size_t size)
{
	const struct field *field;
	struct strbuf list;

	strbuf_init(&list, to, size);
	for (size_t n = 0; !in_profile && (field = schema_at(n)) != NULL; n++)
		if (schema_is_key(field, kind))
			strbuf_add(&list, "%s%s", list.length == 0 ? "" : ", ", field->key);
	if (kind == SECTION_DEVICE || kind == SECTION_PROFILE)
		strbuf_add(&list, ", sensor");
	for (size_t i = 0; kind == SECTION_TOP && i < KIND_COUNT; i++)
		if (kinds[i].in_profile == in_profile)
			strbuf_add(&list, "%s%s", list.length == 0 ? "" : ", ",
			    schema_object_name(kinds[i].object));
	if (kind == SECTION_TOP && !in_profile)
		strbuf_add(&list, ", include");
}

static void
refuse_unknown(struct parser *parser, const cfg_t *cfg, const char *name)
{
	bool is_top = cfg == parser->root, is_outer = cfg == outer_cfg(parser);
	enum schema_section kind = is_top     ? SECTION_TOP
	                           : is_outer ? section_kind(cfg->name)
	                                      : SECTION_PART;
	/* There it is the device's key that is in the wrong place, not a section. */
	bool is_bus_of_part =
	    kind == SECTION_PART && strcmp(name, schema_object_name(CONF_BUS)) == 0;
	struct reader *reader = parser->reader;
	char keys[sizeof(reader->err.text)];

	list_keys(kind, is_top && reader->profile != NULL, keys, sizeof(keys));
	if (is_later(name))
		err_set(&reader->err, -EINVAL, "\"%s\" is not in this version yet", name);
	else if (is_top && strcmp(name, schema_object_name(CONF_PROFILE)) == 0)
		err_set(&reader->err, -EINVAL,
		    "a profile here: want it in a file of its own, profiles/NAME.conf");
	else if (is_top)
		err_set(&reader->err, -EINVAL, "unknown key \"%.40s\": want %s", name, keys);
	else if (is_section(name) && !is_bus_of_part)
		err_set(&reader->err, -EINVAL,
		    "\"%s\" inside %s \"%.40s\": want a closing } before it", name, cfg->name,
		    cfg->title);
	else
		err_set(&reader->err, -EINVAL, "unknown key \"%.40s\" in %s \"%.40s\": want %s",
		    name, cfg->name, cfg->title, keys);
}

static const char *
wanted(const struct parser *parser)
{
	return parser->reader->profile != NULL ? WANT_PROFILE : WANT_SETTING;
}

static void
on_error(cfg_t *cfg, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* libConfuse does not like something: its words, unless ours are better. */
static void
on_error(cfg_t *cfg, const char *format, va_list args)
{
	struct parser *parser = parsing;
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
	fail_here(parser, (uint32_t)cfg->line);
}

/* ---- what libConfuse is told ---- */

#define OPTIONS_MAX (SCHEMA_KEYS_MAX + KIND_COUNT + 2)

/* One option of libConfuse per key of a section, then what is in `more`; `to` has room for all. */
static void
make_options(enum schema_section kind, const cfg_opt_t *more, cfg_opt_t *to)
{
	const struct field *field;

	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		cfg_opt_t option = CFG_STR_CB(field->key, NULL, CFGF_NODEFAULT, take_key);

		if (schema_is_key(field, kind))
			*to++ = option;
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

/* The root of a site's file or of a profile's; libConfuse copies the options. */
static cfg_t *
make_root(bool is_profile)
{
	cfg_opt_t bus[OPTIONS_MAX], sensor[OPTIONS_MAX], device[OPTIONS_MAX], top[OPTIONS_MAX];
	cfg_opt_t part[OPTIONS_MAX], profile[OPTIONS_MAX];
	cfg_opt_t none[] = { CFG_END() };
	cfg_opt_t parts[] = { CFG_SEC("sensor", part, CFGF_MULTI | CFGF_TITLE), CFG_END() };
	cfg_opt_t sections[] = {
		CFG_SEC("bus", bus, CFGF_MULTI | CFGF_TITLE),
		CFG_SEC("sensor", sensor, CFGF_MULTI | CFGF_TITLE),
		CFG_SEC("device", device, CFGF_MULTI | CFGF_TITLE),
		CFG_FUNC("include", take_include),
		CFG_END(),
	};
	cfg_opt_t profiles[] = { CFG_SEC("profile", profile, CFGF_MULTI | CFGF_TITLE), CFG_END() };

	end_at_ends(parts);
	end_at_ends(sections);
	end_at_ends(profiles);
	make_options(SECTION_PART, none, part);
	if (is_profile) {
		make_options(SECTION_PROFILE, parts, profile);
		return cfg_init(profiles, CFGF_NONE);
	}
	make_options(SECTION_BUS, none, bus);
	make_options(SECTION_SENSOR, none, sensor);
	make_options(SECTION_DEVICE, parts, device);
	make_options(SECTION_TOP, sections, top);
	return cfg_init(top, CFGF_NONE);
}

int
conf_file_parse(struct reader *reader, const char *text)
{
	struct parser parser = {
		.reader = reader,
		.root = make_root(reader->profile != NULL),
		.top = { .kind = SECTION_TOP, .spot = &reader->agent },
	};
	int r;

	if (parser.root == NULL)
		return reader_no_memory(reader);
	if (reader->conf != NULL)
		parser.top.object = &reader->conf->agent;
	cfg_set_error_function(parser.root, on_error);
	parsing = &parser;
	r = cfg_parse_buf(parser.root, text);
	parsing = NULL;
	if (r != CFG_SUCCESS && reader->err.code == 0) { /* it is silent on an empty key */
		err_set(&reader->err, -EINVAL, "not a setting: want %s", wanted(&parser));
		fail_here(&parser, (uint32_t)parser.root->line);
	}
	cfg_free(parser.root);
	return reader->err.code;
}
