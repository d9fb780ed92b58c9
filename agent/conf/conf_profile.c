/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* asprintf */

#include "conf/conf_profile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_reader.h"
#include "conf/conf_source.h"
#include "core/strbuf.h"
#include "core/text.h"

#define FOLDER  "profiles"
#define SUFFIX  ".conf"
#define FOLDERS 2

#define NAMES_SHOWN_SIZE 320 /* in an error, of those that would be right */

/* ---- where they lie ---- */

/* The n-th folder, in the order in which they win. */
static char *
folder_path(const struct reader *reader, size_t n)
{
	const char *slash = strrchr(reader->path, '/');
	const char *data = getenv("ENVSENSORD_DATADIR");
	char *path;
	int r;

	if (n > 0)
		r = asprintf(
		    &path, "%s/" FOLDER, data != NULL && data[0] != '\0' ? data : DATA_DIR);
	else if (slash == NULL)
		r = asprintf(&path, FOLDER);
	else
		r = asprintf(&path, "%.*s/" FOLDER, (int)(slash - reader->path), reader->path);
	return r < 0 ? NULL : path;
}

/* The name of the profile in a file; false: not one that could be written in a configuration. */
static bool
name_of(const char *path, char name[CONF_NAME_SIZE])
{
	const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
	size_t length = strlen(base);

	if (length <= strlen(SUFFIX) || length - strlen(SUFFIX) >= CONF_NAME_SIZE)
		return false;
	snprintf(name, CONF_NAME_SIZE, "%.*s", (int)(length - strlen(SUFFIX)), base);
	return text_is_name(name);
}

/* Calls `visit` for each file of each folder until it returns non-zero, which is the result. */
static int
visit_all(struct reader *reader, int (*visit)(void *context, const char *path, const char *name),
    void *context)
{
	int r = 0;

	for (size_t n = 0; n < FOLDERS && r == 0; n++) {
		char *folder = folder_path(reader, n), name[CONF_NAME_SIZE];
		char **paths = NULL;
		size_t count = 0;

		if (folder == NULL)
			return reader_no_memory(reader);
		/* There need not be such a folder. */
		if (conf_source_list(folder, &paths, &count, NULL) == -ENOMEM)
			r = reader_no_memory(reader);
		for (size_t i = 0; i < count && r == 0; i++)
			if (name_of(paths[i], name))
				r = visit(context, paths[i], name);
		conf_source_free_list(paths, count);
		free(folder);
	}
	return r;
}

/* ---- one ---- */

struct wanted {
	const char *name;
	char *path; /* yours */
	struct strbuf known;
};

static int
find_wanted(void *context, const char *path, const char *name)
{
	struct wanted *wanted = context;

	if (strcmp(name, wanted->name) != 0) {
		strbuf_add(&wanted->known, "%s%s", wanted->known.length == 0 ? "" : ", ", name);
		return 0;
	}
	wanted->path = strdup(path);
	return 1;
}

static struct profile *
add_profile(struct reader *reader)
{
	struct profile **grown = reader_grow(reader->profiles, reader->profile_count,
	    &reader->profile_room, sizeof(struct profile *));
	struct profile *profile = calloc(1, sizeof(*profile));

	if (grown != NULL)
		reader->profiles = grown;
	if (grown == NULL || profile == NULL) {
		free(profile);
		return NULL;
	}
	schema_set_defaults(CONF_PROFILE, &profile->profile);
	grown[reader->profile_count++] = profile;
	return profile;
}

static int
check_whole(struct reader *reader, const struct profile *profile, const char *name)
{
	uint32_t line = profile->spot.line;

	if (line == 0)
		err_set(&reader->err, -EINVAL, "no profile: want profile \"%s\" { ... }", name);
	else if (strcmp(profile->profile.name, name) != 0)
		err_set(&reader->err, -EINVAL, "profile \"%s\": want the name of its file, \"%s\"",
		    profile->profile.name, name);
	else if (profile->parts.count == 0)
		err_set(&reader->err, -EINVAL,
		    "profile \"%s\" has no sensor: want sensor \"NAME\" { ... } in it", name);
	else
		return 0;
	return reader_place(reader, reader->file, line != 0 ? line : 1);
}

/* Takes `path`. */
static int
read_profile(struct reader *reader, char *path, const char *name, uint32_t line,
    struct profile **ret_profile)
{
	struct profile *profile = NULL;
	int r = reader_add_file(reader, path, 0, line);

	if (r < 0)
		return r;
	profile = add_profile(reader);
	if (profile == NULL)
		return reader_no_memory(reader);
	reader->file = (uint32_t)reader->file_count - 1;
	reader->profile = profile;
	r = reader_read_file(reader);
	if (r == 0)
		r = check_whole(reader, profile, name);
	reader->profile = NULL;
	*ret_profile = profile;
	return r;
}

int
conf_profile_get(struct reader *reader, const char *name, uint32_t file, uint32_t line,
    const struct profile **ret_profile)
{
	char known[NAMES_SHOWN_SIZE];
	struct wanted wanted = { .name = name };
	struct profile *profile = NULL;
	int r;

	for (size_t i = 0; i < reader->profile_count; i++) {
		if (strcmp(reader->profiles[i]->profile.name, name) == 0) {
			*ret_profile = reader->profiles[i];
			return 0;
		}
	}
	strbuf_init(&wanted.known, known, sizeof(known));
	reader->file = file;
	r = visit_all(reader, find_wanted, &wanted);
	if (r < 0 || (r > 0 && wanted.path == NULL))
		return reader_no_memory(reader);
	if (r == 0) {
		err_set(&reader->err, -EINVAL,
		    "profile = \"%s\": want one of those there are: %s%s", name,
		    known[0] != '\0' ? known : "none", strbuf_is_cut(&wanted.known) ? "..." : "");
		return reader_place(reader, file, line);
	}
	r = read_profile(reader, wanted.path, name, line, &profile);
	if (r == 0)
		*ret_profile = profile;
	return r;
}

/* ---- all ---- */

struct collection {
	struct reader *reader;
	struct conf_profiles *profiles;
};

static bool
is_known(const struct reader *reader, const char *name)
{
	for (size_t i = 0; i < reader->profile_count; i++)
		if (strcmp(reader->profiles[i]->profile.name, name) == 0)
			return true;
	return false;
}

/* A file that is refused is told, and the others count. */
static int
collect(void *context, const char *path, const char *name)
{
	struct collection *collection = context;
	struct reader *reader = collection->reader;
	struct profile *profile = NULL;
	char *mine;

	if (is_known(reader, name))
		return 0;
	mine = strdup(path);
	if (mine == NULL)
		return reader_no_memory(reader);
	reader->file = 0;
	if (read_profile(reader, mine, name, 1, &profile) == 0)
		return 0;
	if (profile == NULL || reader->err.code == -ENOMEM)
		return -ENOMEM; /* or too many files: none of the rest can be read either */
	if (collection->profiles->bad_count++ == 0)
		collection->profiles->bad = reader->err;
	reader->err = (struct err){ .code = 0 };
	text_copy(profile->profile.name, sizeof(profile->profile.name), name);
	profile->parts.count = 0; /* shadows one of that name further on, but is none */
	return 0;
}

static int
copy_map(const struct profile *profile, struct conf_profile_map *map)
{
	map->profile = profile->profile;
	map->sensors = calloc(profile->parts.count, sizeof(*map->sensors));
	if (map->sensors == NULL)
		return -ENOMEM;
	map->sensor_count = profile->parts.count;
	for (size_t i = 0; i < map->sensor_count; i++)
		map->sensors[i] = profile->parts.parts[i].sensor;
	return 0;
}

static int
compare_maps(const void *a, const void *b)
{
	return strcmp(((const struct conf_profile_map *)a)->profile.name,
	    ((const struct conf_profile_map *)b)->profile.name);
}

int
conf_profiles_read(const char *path, struct conf_profiles *ret_profiles, struct err *err)
{
	struct reader reader = { .path = path };
	struct collection collection = { .reader = &reader, .profiles = ret_profiles };
	int r;

	memset(ret_profiles, 0, sizeof(*ret_profiles));
	r = reader_add_file(&reader, strdup(path), 0, 1);
	if (r == 0)
		r = visit_all(&reader, collect, &collection);
	if (r == 0) {
		ret_profiles->maps = calloc(reader.profile_count + 1, sizeof(*ret_profiles->maps));
		r = ret_profiles->maps == NULL ? -ENOMEM : 0;
	}
	for (size_t i = 0; r == 0 && i < reader.profile_count; i++)
		if (reader.profiles[i]->parts.count > 0)
			r = copy_map(
			    reader.profiles[i], &ret_profiles->maps[ret_profiles->count++]);
	if (r == 0 && ret_profiles->count > 0)
		qsort(ret_profiles->maps, ret_profiles->count, sizeof(*ret_profiles->maps),
		    compare_maps);
	reader_done(&reader);
	return r < 0 ? err_set(err, -ENOMEM, "out of memory") : 0;
}

void
conf_profiles_done(struct conf_profiles *profiles)
{
	for (size_t i = 0; i < profiles->count; i++)
		free(profiles->maps[i].sensors);
	free(profiles->maps);
	memset(profiles, 0, sizeof(*profiles));
}
