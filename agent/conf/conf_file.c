/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf_reader.h"

/* " (…)" behind the error. */
static void
add_place(struct reader *reader, const char *what, uint32_t file, uint32_t line)
{
	size_t used = strlen(reader->err.text);

	snprintf(reader->err.text + used, sizeof(reader->err.text) - used, " (%s %s:%u)", what,
	    reader->files[file].path, line);
}

static const struct spot *
find_spot(const struct reader *reader, const struct conf_place *place)
{
	switch (place->object) {
	case CONF_BUS:
		return &reader->buses.spots[place->position];
	case CONF_SENSOR:
		return &reader->sensors.spots[place->position];
	case CONF_RELAY:
		return &reader->relays.spots[place->position];
	case CONF_CONTACT:
		return &reader->contacts.spots[place->position];
	case CONF_AGENT:
	case CONF_EVENT:
	case CONF_DEVICE:
	case CONF_PROFILE:
	case CONF_DELIVERY:
	case CONF_BREAKER:
	case CONF_LIMITER:
	case CONF_MAIL:
		break;
	}
	return &reader->singles[place->object];
}

/* What shows only when all is read: at the line of the setting, or else of its section.  A setting
 * that a device has from its profile stands there. */
static int
refuse_whole(struct reader *reader, const struct conf_place *place)
{
	const struct spot *spot = find_spot(reader, place);
	uint32_t line = 0;

	if (place->object == CONF_AGENT)
		return reader->err.code; /* out of memory */
	if (place->key != NULL)
		line = spot->lines[schema_number(schema_find(place->object, place->key))];
	if (place->has_first) {
		struct conf_place first = { place->object, place->first, NULL, false, 0 };
		const struct spot *other = find_spot(reader, &first);

		add_place(reader, "first at", other->file, other->line);
	} else if (spot->profile_line != 0) {
		add_place(reader, "made from", spot->profile_file, spot->profile_line);
	}
	return reader_place(reader, spot->file, line != 0 ? line : spot->line);
}

static int
read_all(struct reader *reader, const struct conf_drivers *drivers)
{
	struct conf_place place;
	int r;

	reader->conf = conf_new();
	if (reader->conf == NULL)
		return reader_no_memory(reader);
	r = reader_add_file(reader, strdup(reader->path), 0, 1);
	for (size_t i = 0; r == 0 && i < reader->file_count; i++) {
		reader->file = (uint32_t)i;
		r = reader_read_file(reader);
	}
	if (r < 0)
		return r;
	if (reader->conf->bus_count == 0) {
		err_set(&reader->err, -EINVAL,
		    "no bus is declared: want at least one bus \"NAME\" { ... }");
		return reader_place(reader, 0, 1);
	}
	r = conf_device_expand(reader, drivers);
	if (r < 0)
		return r;
	r = conf_mail_complete(reader, &place);
	if (r == 0)
		r = conf_check(reader->conf, drivers, &place, &reader->err);
	return r < 0 ? refuse_whole(reader, &place) : 0;
}

int
conf_file_read(
    const char *path, const struct conf_drivers *drivers, struct conf **ret_conf, struct err *err)
{
	struct reader reader = { .path = path };
	int r = read_all(&reader, drivers);

	reader_done(&reader);
	if (r < 0) {
		conf_unref(reader.conf);
		return err_set(err, r, "%s", reader.err.text);
	}
	*ret_conf = reader.conf;
	return 0;
}
