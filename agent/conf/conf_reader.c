/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* asprintf */

#include "conf/conf_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_scan.h"
#include "conf/conf_source.h"

#define DEPTH_MAX 8    /* of includes */
#define FILES_MAX 4096 /* main file, includes and profiles */

int
reader_place(struct reader *reader, uint32_t file, uint32_t line)
{
	err_prefix(&reader->err, "%s:%u: ", reader->files[file].path, line);
	return reader->err.code;
}

int
reader_no_memory(struct reader *reader)
{
	return err_set(&reader->err, -ENOMEM, "out of memory");
}

void *
reader_grow(void *array, size_t count, size_t *room, size_t size)
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

int
reader_add_file(struct reader *reader, char *path, unsigned depth, uint32_t line)
{
	struct file *files = NULL;

	if (reader->file_count == FILES_MAX)
		err_set(&reader->err, -EINVAL, "more than %d files: want fewer", FILES_MAX);
	else
		files = reader_grow(
		    reader->files, reader->file_count, &reader->file_room, sizeof(*files));
	if (files != NULL)
		reader->files = files;
	if (path == NULL || files == NULL) {
		free(path);
		return reader->err.code != 0 ? reader->err.code : reader_no_memory(reader);
	}
	files[reader->file_count++] = (struct file){
		.path = path,
		.depth = depth,
		.from_file = reader->file,
		.from_line = line,
	};
	return 0;
}

struct spot *
reader_add_spot(struct reader *reader, struct spots *spots, uint32_t line)
{
	struct spot *grown = reader_grow(spots->spots, spots->count, &spots->room, sizeof(*grown));

	if (grown == NULL)
		return NULL;
	spots->spots = grown;
	grown[spots->count] = (struct spot){ .file = reader->file, .line = line };
	return &grown[spots->count++];
}

struct part *
reader_add_part(struct reader *reader, struct parts *parts, uint32_t line)
{
	struct part *grown = reader_grow(parts->parts, parts->count, &parts->room, sizeof(*grown));

	if (grown == NULL)
		return NULL;
	parts->parts = grown;
	grown += parts->count++;
	memset(grown, 0, sizeof(*grown));
	schema_set_defaults(CONF_SENSOR, &grown->sensor);
	grown->spot.file = reader->file;
	grown->spot.line = line;
	return grown;
}

struct device *
reader_add_device(struct reader *reader, uint32_t line)
{
	struct device *grown = reader_grow(
	    reader->devices, reader->device_count, &reader->device_room, sizeof(*grown));

	if (grown == NULL)
		return NULL;
	reader->devices = grown;
	grown += reader->device_count++;
	memset(grown, 0, sizeof(*grown));
	schema_set_defaults(CONF_DEVICE, &grown->device);
	grown->spot.file = grown->shared.spot.file = reader->file;
	grown->spot.line = grown->shared.spot.line = line;
	return grown;
}

struct part *
reader_find_part(const struct parts *parts, const char *title)
{
	for (size_t i = 0; i < parts->count; i++)
		if (strcmp(parts->parts[i].sensor.name, title) == 0)
			return &parts->parts[i];
	return NULL;
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

int
reader_add_includes(struct reader *reader, const char *name, uint32_t line)
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
		return reader_no_memory(reader);
	r = conf_source_list(path, &paths, &count, &reader->err);
	if (r < 0)
		err_prefix(&reader->err, "include of %s: ", path);
	for (size_t i = 0; i < count; i++) {
		if (r == 0) {
			r = reader_add_file(reader, paths[i], depth, line);
			paths[i] = NULL;
		}
	}
	conf_source_free_list(paths, count);
	free(path);
	return r;
}

/* What cannot be read is the fault of the line that asks for it. */
static int
refuse_file(struct reader *reader)
{
	const struct file *file = &reader->files[reader->file];

	if (reader->file == 0)
		return reader_place(reader, 0, 1);
	err_prefix(&reader->err, "%s %s: ", reader->profile != NULL ? "profile" : "include of",
	    file->path);
	return reader_place(reader, file->from_file, file->from_line);
}

/* Also how a circle of includes ends. */
static int
check_is_new(struct reader *reader, const struct conf_source *source)
{
	struct file *files = reader->files, *file = &files[reader->file];

	file->device = source->device;
	file->inode = source->inode;
	file->is_open = source->is_open;
	for (size_t i = 0; i < reader->file; i++)
		if (files[i].device == file->device && files[i].inode == file->inode)
			return err_set(
			    &reader->err, -EINVAL, "it is read already, as %s", files[i].path);
	if (reader->file == 0 && source->length == 0)
		return err_set(&reader->err, -EINVAL, "is empty: want at least one bus");
	return 0;
}

int
reader_read_file(struct reader *reader)
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
		reader_place(reader, reader->file, line);
	else
		r = conf_file_parse(reader, source.text);
done:
	explicit_bzero(source.text, source.length); /* it may hold passwords */
	free(source.text);
	return r;
}

void
reader_done(struct reader *reader)
{
	for (size_t i = 0; i < reader->file_count; i++)
		free(reader->files[i].path);
	for (size_t i = 0; i < reader->device_count; i++)
		free(reader->devices[i].parts.parts);
	for (size_t i = 0; i < reader->profile_count; i++) {
		free(reader->profiles[i]->parts.parts);
		free(reader->profiles[i]);
	}
	free(reader->files);
	free(reader->devices);
	free(reader->profiles);
	free(reader->buses.spots);
	free(reader->sensors.spots);
	free(reader->relays.spots);
	free(reader->contacts.spots);
}
