/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_CONF_READER_H
#define CONF_CONF_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "conf/conf.h"
#include "conf/conf_check.h"
#include "conf/schema.h"
#include "core/err.h"

/*
 * Private to this folder: what one reading of a configuration holds.  conf_file.c opens files,
 * conf_file_parse.c takes sections and keys out of them, conf_profile.c finds profiles,
 * conf_device.c makes sensors of devices, conf_mail.c reads passwords.  Each function returns 0 or
 * reader->err.code.
 */

/* Where a section and its keys stand, for errors that show only when all is read. */
struct spot {
	uint32_t file;
	uint32_t line;
	uint32_t lines[SCHEMA_KEYS_MAX]; /* by schema_number; 0: not given */
	uint32_t profile_file;           /* of a device's sensor: where its profile has it */
	uint32_t profile_line;           /* 0: not from a profile */
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
	bool is_open; /* for everybody to read */
};

/* What a section says about a sensor: those settings that have a line in `spot`. */
struct part {
	struct conf_sensor sensor; /* its name: the title of the section */
	struct spot spot;
};

struct parts {
	struct part *parts;
	size_t count, room;
};

struct device {
	struct conf_device device;
	struct spot spot;
	struct part shared; /* for all its sensors */
	struct parts parts;
};

struct profile {
	struct conf_profile profile;
	struct spot spot;
	struct parts parts;
};

struct reader {
	const char *path; /* the main file's */
	struct conf *conf;
	struct err err; /* the first error stands */
	struct file *files;
	size_t file_count, file_room;
	uint32_t file; /* the one that is read now */
	struct spots buses, sensors, relays, contacts;
	struct spot singles[CONF_OBJECT_COUNT]; /* of what stands once; line 0: not there */
	/* Keys of the top level may come from any file. */
	uint32_t top_files[CONF_OBJECT_COUNT][SCHEMA_KEYS_MAX];
	struct device *devices;
	size_t device_count, device_room;
	struct profile **profiles; /* that were asked for */
	size_t profile_count, profile_room;
	struct profile *profile; /* the file that is read now is this one's; NULL: a site's */
};

/* ---- conf_reader.c ---- */

/* Puts the place before reader->err. */
int reader_place(struct reader *reader, uint32_t file, uint32_t line);
int reader_no_memory(struct reader *reader);

/* Room for one more element: the array, perhaps moved; NULL: out of memory, nothing changed. */
void *reader_grow(void *array, size_t count, size_t *room, size_t size);

/* Takes `path`, also when it fails.  It is asked for at `line` of the file that is read now. */
int reader_add_file(struct reader *reader, char *path, unsigned depth, uint32_t line);

/* The files that include("NAME") stands for, from the one that is read now. */
int reader_add_includes(struct reader *reader, const char *name, uint32_t line);

/* In the file that is read now; NULL: out of memory. */
struct spot *reader_add_spot(struct reader *reader, struct spots *spots, uint32_t line);
struct part *reader_add_part(struct reader *reader, struct parts *parts, uint32_t line);
struct device *reader_add_device(struct reader *reader, uint32_t line);

struct part *reader_find_part(const struct parts *parts, const char *title);

/* Opens reader->file, looks over it and parses it. */
int reader_read_file(struct reader *reader);
void reader_done(struct reader *reader); /* all but `conf` */

/* ---- conf_file_parse.c ---- */

/* `text`: what conf_scan left. */
int conf_file_parse(struct reader *reader, const char *text);

/* ---- conf_profile.c ---- */

/* Reads the profile of that name, once.  It is asked for at `line` of `file`. */
int conf_profile_get(struct reader *reader, const char *name, uint32_t file, uint32_t line,
    const struct profile **ret_profile);

/* ---- conf_mail.c ---- */

/* Once all is read.  If it fails *ret_place is where. */
int conf_mail_complete(struct reader *reader, struct conf_place *ret_place);

/* ---- conf_device.c ---- */

/* Makes the sensors of all devices. */
int conf_device_expand(struct reader *reader, const struct conf_drivers *drivers);

#endif
