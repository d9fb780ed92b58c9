/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* asprintf */

#include "conf/conf_file.h"

#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_scan.h"
#include "conf/conf_source.h"

#define DEPTH_MAX 8    /* of includes */
#define FILES_MAX 4096 /* main file and includes */

#define WANT_SETTING "KEY = VALUE or bus \"NAME\" { ... }"

/* Where a section and its keys stand, for errors that show only when all is read. */
struct spot {
	uint32_t file;
	uint32_t line;
	uint32_t lines[SCHEMA_KEYS_MAX]; /* by schema_number; 0: not given */
};

struct spots {
	struct spot *spots;
	size_t count, room;
};

struct file {
	char *path;
	unsigned depth;
	uint32_t from_file, from_line; /* of its include; the main file: itself */
	dev_t device;
	ino_t inode;
};

/* All that one conf_file_read holds. */
struct reader {
	struct conf *conf;
	struct err err; /* the first error stands */
	struct file *files;
	size_t file_count, file_room;
	uint32_t file; /* the one that is read now */
	cfg_t *root;
	struct spots buses, sensors;
	struct spot agent;
	uint32_t agent_files[SCHEMA_KEYS_MAX]; /* top-level keys may come from any file */
	/* The section that is read now. */
	bool is_open;
	enum conf_object kind;
	void *object;
	struct spot *spot;
};

/* libConfuse gives its callbacks no context of ours. */
static _Thread_local struct reader *reading;

/* Sections and keys of later versions: worth more than "unknown". */
static const char *const later_keys[] = {
	"breaker",
	"contact",
	"delivery",
	"device",
	"limiter",
	"mail",
	"max-shelve",
	"profile",
	"relay",
};

/* Puts the place before reader->err. */
static int
place_error(struct reader *reader, uint32_t file, uint32_t line)
{
	err_prefix(&reader->err, "%s:%u: ", reader->files[file].path, line);
	return reader->err.code;
}

static int
out_of_memory(struct reader *reader)
{
	return err_set(&reader->err, -ENOMEM, "out of memory");
}

static void *
grow(void *array, size_t count, size_t *room, size_t size)
{
	size_t more = *room == 0 ? 16 : 2 * *room;
	void *grown;

	if (count < *room)
		return array;
	grown = reallocarray(array, more, size);
	if (grown != NULL)
		*room = more;
	return grown;
}

/* Takes `path`, also when it fails. */
static int
add_file(struct reader *reader, char *path, unsigned depth, uint32_t line)
{
	struct file *files = NULL;

	if (reader->file_count == FILES_MAX)
		err_set(&reader->err, -EINVAL, "more than %d files: want fewer", FILES_MAX);
	else
		files = grow(reader->files, reader->file_count, &reader->file_room, sizeof(*files));
	if (path == NULL || files == NULL) {
		free(path);
		return reader->err.code != 0 ? reader->err.code : out_of_memory(reader);
	}
	reader->files = files;
	files[reader->file_count++] = (struct file){
		.path = path,
		.depth = depth,
		.from_file = reader->file,
		.from_line = line,
	};
	return 0;
}

static struct spot *
add_spot(struct reader *reader, struct spots *spots, uint32_t line)
{
	struct spot *grown = grow(spots->spots, spots->count, &spots->room, sizeof(*grown));

	if (grown == NULL)
		return NULL;
	spots->spots = grown;
	grown[spots->count] = (struct spot){ .file = reader->file, .line = line };
	return &grown[spots->count++];
}

static enum conf_object
kind_of(const char *section)
{
	return strcmp(section, schema_object_name(CONF_BUS)) == 0 ? CONF_BUS : CONF_SENSOR;
}

static const char *
title_of(const struct reader *reader)
{
	if (reader->kind == CONF_BUS)
		return ((const struct conf_bus *)reader->object)->name;
	return ((const struct conf_sensor *)reader->object)->name;
}

/* The first line of a section.  libConfuse's own line stays there until the section ends. */
static int
open_section(struct reader *reader, enum conf_object kind, const char *title)
{
	uint32_t line = (uint32_t)reader->root->line;
	struct spots *spots = kind == CONF_BUS ? &reader->buses : &reader->sensors;

	reader->object = kind == CONF_BUS ? (void *)conf_add_bus(reader->conf)
	                                  : (void *)conf_add_sensor(reader->conf);
	reader->spot = add_spot(reader, spots, line);
	if (reader->object == NULL || reader->spot == NULL)
		return out_of_memory(reader);
	reader->kind = kind;
	if (field_parse(schema_find(kind, "name"), title, reader->object, &reader->err) < 0) {
		err_prefix(&reader->err, "%s ", schema_object_name(kind));
		return place_error(reader, reader->file, line);
	}
	reader->is_open = true;
	return 0;
}

static int
refuse_twice(struct reader *reader, const struct field *field, uint32_t line)
{
	size_t number = schema_number(field);
	uint32_t file = reader->is_open ? reader->file : reader->agent_files[number];

	err_set(&reader->err, -EINVAL, "%s is given twice, first at %s:%u: want it once",
	    field->key, reader->files[file].path, reader->spot->lines[number]);
	return place_error(reader, reader->file, line);
}

/* libConfuse has read KEY = VALUE. */
static int
take_key(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct reader *reader = reading;
	uint32_t line = (uint32_t)cfg->line;
	const struct field *field;

	if (cfg == reader->root) {
		reader->kind = CONF_AGENT;
		reader->object = &reader->conf->agent;
		reader->spot = &reader->agent;
	} else if (!reader->is_open && open_section(reader, kind_of(cfg->name), cfg->title) < 0) {
		return -1;
	}
	field = schema_find(reader->kind, opt->name);
	if (reader->spot->lines[schema_number(field)] != 0)
		return refuse_twice(reader, field, line);
	if (field_parse(field, value, reader->object, &reader->err) < 0)
		return place_error(reader, reader->file, line);
	reader->spot->lines[schema_number(field)] = line;
	if (reader->kind == CONF_AGENT)
		reader->agent_files[schema_number(field)] = reader->file;
	*(const char **)result = ""; /* libConfuse keeps a copy: of nothing */
	return 0;
}

static int
check_required(struct reader *reader)
{
	const struct field *field;
	char want[FIELD_FORMAT_SIZE];

	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		if (field->object != reader->kind || (field->flags & FIELD_TITLE) != 0 ||
		    (field->flags & FIELD_REQUIRED) == 0 ||
		    reader->spot->lines[schema_number(field)] != 0)
			continue;
		field_describe(field, want, sizeof(want));
		err_set(&reader->err, -EINVAL, "%s \"%s\" has no %s: want %s",
		    schema_object_name(reader->kind), title_of(reader), field->key, want);
		return place_error(reader, reader->file, reader->spot->line);
	}
	return 0;
}

/* MIB.md: setting a limit enables it, unless the list of limits is set too. */
static void
enable_limits(struct reader *reader)
{
	struct conf_sensor *sensor = reader->object;
	const struct field *field = schema_find(CONF_SENSOR, "limits-enabled");

	if (reader->kind != CONF_SENSOR || reader->spot->lines[schema_number(field)] != 0)
		return;
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++)
		if (field->object == CONF_SENSOR && field->limit >= 0 &&
		    reader->spot->lines[schema_number(field)] != 0)
			sensor->limits_enabled |= LIMIT_BIT(field->limit);
}

/* libConfuse has read a whole section.  It is thrown away at once: kept, it would be merged with a
 * later one of the same title, cost 8 kB, and be compared with each that follows. */
static int
end_section(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reader *reader = reading;
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);

	(void)cfg;
	if (!reader->is_open && open_section(reader, kind_of(opt->name), section->title) < 0)
		return -1;
	if (check_required(reader) < 0)
		return -1;
	enable_limits(reader);
	reader->is_open = false;
	cfg_free_value(opt);
	return 0;
}

/* `name` as the file that is read now means it. */
static char *
resolve(const struct reader *reader, const char *name)
{
	const char *base = reader->files[reader->file].path;
	const char *slash = strrchr(base, '/');
	char *path;

	if (name[0] == '/' || slash == NULL)
		return strdup(name);
	if (asprintf(&path, "%.*s/%s", (int)(slash - base), base, name) < 0)
		return NULL;
	return path;
}

static int
add_includes(struct reader *reader, const char *name, uint32_t line)
{
	unsigned depth = reader->files[reader->file].depth + 1;
	char *path, **paths = NULL;
	size_t count = 0;
	int r;

	if (depth > DEPTH_MAX)
		return err_set(&reader->err, -EINVAL, "includes inside each other: want at most %d",
		    DEPTH_MAX);
	path = resolve(reader, name);
	if (path == NULL)
		return out_of_memory(reader);
	r = conf_source_list(path, &paths, &count, &reader->err);
	if (r < 0)
		err_prefix(&reader->err, "include of %s: ", path);
	for (size_t i = 0; i < count; i++) {
		if (r == 0) {
			r = add_file(reader, paths[i], depth, line);
			paths[i] = NULL;
		}
	}
	conf_source_free_list(paths, count);
	free(path);
	return r;
}

/* include("NAME"): read after this file, since libConfuse's scanner can do one at a time. */
static int
take_include(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
	struct reader *reader = reading;
	uint32_t line = (uint32_t)cfg->line;

	(void)opt;
	if (argc != 1 || argv[0][0] == '\0' || !text_is_clean(argv[0], strlen(argv[0])))
		err_set(&reader->err, -EINVAL, "include: want one name, of a file or a folder");
	else
		add_includes(reader, argv[0], line);
	return reader->err.code == 0 ? 0 : place_error(reader, reader->file, line);
}

static bool
is_in(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* " a, b, c": the keys that may stand in an object. */
static void
list_keys(enum conf_object kind, char *to, size_t size)
{
	const struct field *field;
	size_t used = 0;

	to[0] = '\0';
	for (size_t n = 0; (field = schema_at(n)) != NULL && used < size; n++)
		if (field->object == kind && (field->flags & FIELD_TITLE) == 0)
			used += (size_t)snprintf(
			    to + used, size - used, "%s%s", used == 0 ? "" : ", ", field->key);
	if (kind == CONF_AGENT && used < size)
		snprintf(to + used, size - used, ", bus, sensor, include");
}

static void
refuse_unknown(struct reader *reader, const cfg_t *cfg, const char *name)
{
	static const char *const top_words[] = { "bus", "sensor", "include" };
	enum conf_object kind = cfg == reader->root ? CONF_AGENT : kind_of(cfg->name);
	char keys[sizeof(reader->err.text)];

	list_keys(kind, keys, sizeof(keys));
	if (is_in(name, later_keys, sizeof(later_keys) / sizeof(later_keys[0])))
		err_set(&reader->err, -EINVAL, "\"%s\" is not in this version yet", name);
	else if (kind == CONF_AGENT)
		err_set(&reader->err, -EINVAL, "unknown key \"%.40s\": want %s", name, keys);
	else if (is_in(name, top_words, sizeof(top_words) / sizeof(top_words[0])))
		err_set(&reader->err, -EINVAL,
		    "\"%s\" inside %s \"%.40s\": want a closing } before it", name, cfg->name,
		    cfg->title);
	else
		err_set(&reader->err, -EINVAL, "unknown key \"%.40s\" in %s \"%.40s\": want %s",
		    name, cfg->name, cfg->title, keys);
}

static void
on_error(cfg_t *cfg, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* libConfuse does not like something: its words, unless ours are better. */
static void
on_error(cfg_t *cfg, const char *format, va_list args)
{
	struct reader *reader = reading;
	char text[256];

	if (reader->err.code != 0)
		return;
	if (strcmp(format, "no such option '%s'") == 0) {
		refuse_unknown(reader, cfg, va_arg(args, const char *));
	} else {
		vsnprintf(text, sizeof(text), format, args);
		err_set(&reader->err, -EINVAL, "%s: want " WANT_SETTING, text);
	}
	place_error(reader, reader->file, (uint32_t)cfg->line);
}

/* One option of libConfuse per key of `object`, then what is in `more`; `to` has room for all. */
static void
make_options(enum conf_object object, const cfg_opt_t *more, cfg_opt_t *to)
{
	const struct field *field;

	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		cfg_opt_t option = CFG_STR_CB(field->key, NULL, CFGF_NODEFAULT, take_key);

		if (field->object == object && (field->flags & FIELD_TITLE) == 0)
			*to++ = option;
	}
	while (more->name != NULL)
		*to++ = *more++;
	*to = *more;
}

static int
parse(struct reader *reader, const char *text)
{
	cfg_opt_t bus[SCHEMA_KEYS_MAX + 1], sensor[SCHEMA_KEYS_MAX + 1], top[SCHEMA_KEYS_MAX + 4];
	cfg_opt_t more[] = {
		CFG_SEC("bus", bus, CFGF_MULTI | CFGF_TITLE),
		CFG_SEC("sensor", sensor, CFGF_MULTI | CFGF_TITLE),
		CFG_FUNC("include", take_include),
		CFG_END(),
	};
	const cfg_opt_t *none = &more[3];
	int r;

	more[0].validcb = end_section;
	more[1].validcb = end_section;
	make_options(CONF_BUS, none, bus);
	make_options(CONF_SENSOR, none, sensor);
	make_options(CONF_AGENT, more, top);
	reader->root = cfg_init(top, CFGF_NONE);
	if (reader->root == NULL)
		return out_of_memory(reader);
	cfg_set_error_function(reader->root, on_error);
	reading = reader;
	r = cfg_parse_buf(reader->root, text);
	reading = NULL;
	if (r != CFG_SUCCESS && reader->err.code == 0) { /* it is silent on an empty key */
		err_set(&reader->err, -EINVAL, "not a setting: want " WANT_SETTING);
		place_error(reader, reader->file, (uint32_t)reader->root->line);
	}
	cfg_free(reader->root);
	reader->root = NULL;
	reader->is_open = false;
	return reader->err.code;
}

/* What cannot be read is the fault of the line that asks for it. */
static int
refuse_file(struct reader *reader)
{
	const struct file *file = &reader->files[reader->file];

	if (reader->file == 0)
		return place_error(reader, 0, 1);
	err_prefix(&reader->err, "include of %s: ", file->path);
	return place_error(reader, file->from_file, file->from_line);
}

/* Also how a circle of includes ends. */
static int
check_is_new(struct reader *reader, const struct conf_source *source)
{
	struct file *files = reader->files, *file = &files[reader->file];

	file->device = source->device;
	file->inode = source->inode;
	for (size_t i = 0; i < reader->file; i++)
		if (files[i].device == file->device && files[i].inode == file->inode)
			return err_set(
			    &reader->err, -EINVAL, "it is read already, as %s", files[i].path);
	if (reader->file == 0 && source->length == 0)
		return err_set(&reader->err, -EINVAL, "is empty: want at least one bus");
	return 0;
}

static int
read_file(struct reader *reader)
{
	struct conf_source source;
	unsigned line;
	int r;

	r = conf_source_read(reader->files[reader->file].path, &source, &reader->err);
	if (r < 0)
		return refuse_file(reader);
	r = check_is_new(reader, &source);
	if (r < 0) {
		refuse_file(reader);
		goto done;
	}
	r = conf_scan(source.text, source.length, &line, &reader->err);
	if (r < 0)
		place_error(reader, reader->file, line);
	else
		r = parse(reader, source.text);
done:
	free(source.text);
	return r;
}

static int
refuse_whole(struct reader *reader, const struct conf_place *place)
{
	const struct spots *spots = place->object == CONF_BUS ? &reader->buses : &reader->sensors;
	const struct spot *spot = &spots->spots[place->position];
	uint32_t line = 0;

	if (place->object == CONF_AGENT)
		return reader->err.code; /* out of memory */
	if (place->key != NULL)
		line = spot->lines[schema_number(schema_find(place->object, place->key))];
	if (place->has_first) {
		const struct spot *first = &spots->spots[place->first];
		size_t used = strlen(reader->err.text);

		snprintf(reader->err.text + used, sizeof(reader->err.text) - used,
		    " (first at %s:%u)", reader->files[first->file].path, first->line);
	}
	return place_error(reader, spot->file, line != 0 ? line : spot->line);
}

static int
read_all(struct reader *reader, const char *path, const struct conf_drivers *drivers)
{
	struct conf_place place;
	int r;

	reader->conf = conf_new();
	if (reader->conf == NULL)
		return out_of_memory(reader);
	r = add_file(reader, strdup(path), 0, 1);
	for (size_t i = 0; r == 0 && i < reader->file_count; i++) {
		reader->file = (uint32_t)i;
		r = read_file(reader);
	}
	if (r < 0)
		return r;
	if (reader->conf->bus_count == 0) {
		err_set(&reader->err, -EINVAL,
		    "no bus is declared: want at least one bus \"NAME\" { ... }");
		return place_error(reader, 0, 1);
	}
	r = conf_check(reader->conf, drivers, &place, &reader->err);
	return r < 0 ? refuse_whole(reader, &place) : 0;
}

/* A path or a key may hold what would break the one line. */
static void
make_one_line(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

int
conf_file_read(
    const char *path, const struct conf_drivers *drivers, struct conf **ret_conf, struct err *err)
{
	struct reader reader = { .file = 0 };
	int r = read_all(&reader, path, drivers);

	for (size_t i = 0; i < reader.file_count; i++)
		free(reader.files[i].path);
	free(reader.files);
	free(reader.buses.spots);
	free(reader.sensors.spots);
	if (r < 0) {
		conf_unref(reader.conf);
		make_one_line(reader.err.text);
		return err_set(err, r, "%s", reader.err.text);
	}
	*ret_conf = reader.conf;
	return 0;
}
