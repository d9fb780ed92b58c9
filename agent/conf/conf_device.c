/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sensors from devices.  What a sensor is comes in layers: its profile, what the device says for
 * all its sensors, what the device says for this one; the later layer wins.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_profile.h"
#include "conf/conf_reader.h"
#include "core/glob.h"
#include "core/strbuf.h"
#include "core/text.h"

#define NAMES_SHOWN_SIZE 256 /* in an error, of those that would be right */

struct expansion {
	struct reader *reader;
	const struct device *device;
	const struct conf_profile *profile; /* NULL: none */
	char separator;                     /* between the unit and the place in an address */
};

static uint32_t
key_line(const struct spot *spot, enum conf_object object, const char *key)
{
	uint32_t line = spot->lines[schema_number(schema_find(object, key))];

	return line != 0 ? line : spot->line;
}

static bool
is_given(const struct part *part, const char *key)
{
	return part->spot.lines[schema_number(schema_find(CONF_SENSOR, key))] != 0;
}

/* At the key of the device. */
static int
fail_at(struct expansion *expansion, const char *key)
{
	const struct spot *spot = &expansion->device->spot;

	err_prefix(&expansion->reader->err, "device \"%s\": ", expansion->device->device.name);
	return reader_place(expansion->reader, spot->file, key_line(spot, CONF_DEVICE, key));
}

/* Limits: those that the layer enables, unless it has the whole list. */
static void
lay_over(const struct part *layer, struct conf_sensor *sensor)
{
	unsigned enabled = sensor->limits_enabled;
	const struct field *field;

	for (size_t n = 0; (field = schema_at(n)) != NULL; n++)
		if (field->object == CONF_SENSOR && layer->spot.lines[schema_number(field)] != 0)
			field_copy(field, &layer->sensor, sensor);
	if (!is_given(layer, "limits-enabled"))
		sensor->limits_enabled = (uint8_t)(enabled | layer->sensor.limits_enabled);
}

static void
note_lines(const struct part *layer, struct spot *spot)
{
	for (size_t n = 0; n < SCHEMA_KEYS_MAX; n++)
		if (layer->spot.lines[n] != 0)
			spot->lines[n] = layer->spot.lines[n];
}

static int
name_sensor(struct expansion *expansion, const char *title, struct conf_sensor *sensor)
{
	const struct field *field = schema_find(CONF_SENSOR, "name");
	char name[2 * CONF_NAME_SIZE];

	snprintf(name, sizeof(name), "%s %s", expansion->device->device.name, title);
	if (field_parse(field, name, sensor, &expansion->reader->err) == 0)
		return 0;
	err_prefix(&expansion->reader->err, "sensor ");
	return fail_at(expansion, "name");
}

static int
address_sensor(struct expansion *expansion, struct conf_sensor *sensor, struct spot *spot)
{
	const struct field *field = schema_find(CONF_SENSOR, "address");
	const struct spot *device_spot = &expansion->device->spot;
	char address[CONF_NAME_SIZE + CONF_ADDRESS_SIZE];

	snprintf(address, sizeof(address), "%s%c%s", expansion->device->device.unit,
	    expansion->separator, sensor->address);
	if (spot->lines[schema_number(field)] == 0)
		spot->lines[schema_number(field)] = key_line(device_spot, CONF_DEVICE, "unit");
	if (field_parse(field, address, sensor, &expansion->reader->err) == 0)
		return 0;
	return fail_at(expansion, "unit");
}

/* Either may be NULL: a sensor that the device says nothing about, or has beside its profile. */
static int
make_sensor(struct expansion *expansion, const struct part *base, const struct part *own)
{
	struct reader *reader = expansion->reader;
	const struct device *device = expansion->device;
	struct conf_sensor *sensor = conf_add_sensor(reader->conf);
	struct spot *spot = reader_add_spot(reader, &reader->sensors, device->spot.line);
	int r;

	if (sensor == NULL || spot == NULL)
		return reader_no_memory(reader);
	spot->file = device->spot.file;
	if (base != NULL) {
		lay_over(base, sensor);
		spot->profile_file = base->spot.file;
		spot->profile_line = base->spot.line;
	}
	lay_over(&device->shared, sensor);
	note_lines(&device->shared, spot);
	if (own != NULL) {
		lay_over(own, sensor);
		note_lines(own, spot);
		spot->line = own->spot.line;
	}
	text_copy(sensor->bus, sizeof(sensor->bus), device->device.bus);
	r = name_sensor(expansion, base != NULL ? base->sensor.name : own->sensor.name, sensor);
	return r < 0 ? r : address_sensor(expansion, sensor, spot);
}

/* ---- what is asked for ---- */

static void
list_titles(const struct parts *parts, char *to, size_t size)
{
	struct strbuf list;

	strbuf_init(&list, to, size);
	for (size_t i = 0; i < parts->count; i++)
		strbuf_add(&list, "%s%s", i == 0 ? "" : ", ", parts->parts[i].sensor.name);
}

/* A sensor beside the profile must say all by itself; a misspelt one does not. */
static int
check_own(struct expansion *expansion, const struct parts *base, const struct part *own)
{
	static const char *const needed[] = { "address", "quantity" };
	struct reader *reader = expansion->reader;
	const struct device *device = expansion->device;
	const char *profile = expansion->profile != NULL ? expansion->profile->name : "";
	char titles[NAMES_SHOWN_SIZE];

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (is_given(own, needed[i]))
			continue;
		list_titles(base, titles, sizeof(titles));
		if (profile[0] == '\0')
			err_set(&reader->err, -EINVAL,
			    "sensor \"%s\" of device \"%s\" has no %s: want it, or a profile",
			    own->sensor.name, device->device.name, needed[i]);
		else
			err_set(&reader->err, -EINVAL,
			    "profile \"%s\" has no sensor \"%s\": want %s, or a sensor with %s",
			    profile, own->sensor.name, titles, needed[i]);
		return reader_place(reader, own->spot.file, own->spot.line);
	}
	return 0;
}

/* A section about a sensor that is left out is a mistake. */
static int
check_wanted(struct expansion *expansion, const struct part *own)
{
	const struct conf_device *device = &expansion->device->device;

	if (glob_matches(device->sensors, own->sensor.name))
		return 0;
	err_set(&expansion->reader->err, -EINVAL,
	    "sensor \"%s\" of device \"%s\" is left out by sensors = \"%s\": want it in there, "
	    "or no section",
	    own->sensor.name, device->name, device->sensors);
	return reader_place(expansion->reader, own->spot.file, own->spot.line);
}

static int
make_sensors(struct expansion *expansion, const struct parts *base)
{
	const struct device *device = expansion->device;
	const char *wanted = device->device.sensors;
	size_t made = 0;
	int r = 0;

	for (size_t i = 0; i < base->count && r == 0; i++) {
		const struct part *part = &base->parts[i];

		if (!glob_matches(wanted, part->sensor.name))
			continue;
		r = make_sensor(
		    expansion, part, reader_find_part(&device->parts, part->sensor.name));
		made++;
	}
	for (size_t i = 0; i < device->parts.count && r == 0; i++) {
		const struct part *own = &device->parts.parts[i];

		if (reader_find_part(base, own->sensor.name) != NULL) {
			r = check_wanted(expansion, own);
			continue;
		}
		r = check_own(expansion, base, own);
		if (r == 0)
			r = make_sensor(expansion, NULL, own);
		made++;
	}
	if (r < 0 || made > 0)
		return r;
	if (base->count == 0)
		err_set(&expansion->reader->err, -EINVAL,
		    "no sensor: want a profile, or sensor \"NAME\" { ... } in it");
	else
		err_set(&expansion->reader->err, -EINVAL,
		    "sensors = \"%s\" fits none of those that profile \"%s\" has", wanted,
		    expansion->profile->name);
	return fail_at(expansion, "sensors");
}

/* ---- a device ---- */

static const struct conf_bus *
find_bus(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->bus_count; i++)
		if (strcmp(conf->buses[i].name, name) == 0)
			return &conf->buses[i];
	return NULL;
}

static int
refuse_bus(struct expansion *expansion)
{
	const struct conf *conf = expansion->reader->conf;
	char known[NAMES_SHOWN_SIZE];
	struct strbuf list;

	strbuf_init(&list, known, sizeof(known));
	for (size_t i = 0; i < conf->bus_count; i++)
		strbuf_add(&list, "%s\"%s\"", i == 0 ? "" : ", ", conf->buses[i].name);
	err_set(&expansion->reader->err, -EINVAL, "bus = \"%s\": want a declared bus: %s",
	    expansion->device->device.bus, known);
	return fail_at(expansion, "bus");
}

static int
expand_on(struct expansion *expansion, const struct conf_bus *bus)
{
	static const struct parts none = { .count = 0 };
	struct reader *reader = expansion->reader;
	const struct conf_device *device = &expansion->device->device;
	const struct spot *spot = &expansion->device->spot;
	const struct profile *profile;
	int r;

	if (expansion->separator == '\0') {
		err_set(&reader->err, -EINVAL,
		    "bus = \"%s\": want a bus whose units have several sensors; on one of driver "
		    "%s each sensor stands alone",
		    bus->name, bus->driver);
		return fail_at(expansion, "bus");
	}
	if (device->profile[0] == '\0')
		return make_sensors(expansion, &none);
	r = conf_profile_get(
	    reader, device->profile, spot->file, key_line(spot, CONF_DEVICE, "profile"), &profile);
	if (r < 0)
		return r;
	expansion->profile = &profile->profile;
	if (!glob_matches(profile->profile.drivers, bus->driver)) {
		err_set(&reader->err, -EINVAL,
		    "profile = \"%s\": want one for driver %s, as bus \"%s\" has; this is for %s",
		    device->profile, bus->driver, bus->name, profile->profile.drivers);
		return fail_at(expansion, "profile");
	}
	return make_sensors(expansion, &profile->parts);
}

static int
compare_devices(const void *a, const void *b)
{
	const struct device *const *left = a, *const *right = b;
	int order = strcmp((*left)->device.name, (*right)->device.name);

	return order != 0 ? order : (*left > *right) - (*left < *right);
}

/* Two of one name may make sensors of different names, but who reads the file is misled. */
static int
check_unique(struct reader *reader)
{
	const struct device **sorted = calloc(reader->device_count + 1, sizeof(*sorted));
	const struct device *first, *second;
	int r = 0;

	if (sorted == NULL)
		return reader_no_memory(reader);
	for (size_t i = 0; i < reader->device_count; i++)
		sorted[i] = &reader->devices[i];
	qsort(sorted, reader->device_count, sizeof(struct device *), compare_devices);
	for (size_t i = 1; i < reader->device_count && r == 0; i++) {
		first = sorted[i - 1];
		second = sorted[i];
		if (strcmp(first->device.name, second->device.name) != 0)
			continue;
		err_set(&reader->err, -EINVAL,
		    "device \"%s\" is declared twice: want unique names (first at %s:%u)",
		    second->device.name, reader->files[first->spot.file].path, first->spot.line);
		r = reader_place(reader, second->spot.file, second->spot.line);
	}
	free(sorted);
	return r;
}

int
conf_device_expand(struct reader *reader, const struct conf_drivers *drivers)
{
	int r = check_unique(reader);

	for (size_t i = 0; i < reader->device_count && r == 0; i++) {
		struct expansion expansion = { .reader = reader, .device = &reader->devices[i] };
		const struct conf_bus *bus = find_bus(reader->conf, expansion.device->device.bus);

		if (bus == NULL)
			return refuse_bus(&expansion);
		if (drivers->check_bus(bus, NULL) < 0)
			continue; /* conf_check will tell why */
		expansion.separator = drivers->unit_separator(bus);
		r = expand_on(&expansion, bus);
	}
	return r;
}
