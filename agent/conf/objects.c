/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/objects.h"

#include <stdbool.h>
#include <string.h>

#define NONE SIZE_MAX

/* Where the objects of a kind are: `items` is the member itself if there is no `count`, else a
 * pointer to so many.  In the structure: its index, storage type and title. */
struct kind {
	size_t items, count, size;
	size_t index, storage, name;
	bool has_rows; /* such can be made by SET */
};

static const struct kind kinds[] = {
	[CONF_AGENT] = { offsetof(struct conf, agent), NONE, sizeof(struct conf_agent), NONE, NONE,
	    NONE, false },
	[CONF_BUS] = { offsetof(struct conf, buses), offsetof(struct conf, bus_count),
	    sizeof(struct conf_bus), offsetof(struct conf_bus, index), NONE,
	    offsetof(struct conf_bus, name), false },
	[CONF_SENSOR] = { offsetof(struct conf, sensors), offsetof(struct conf, sensor_count),
	    sizeof(struct conf_sensor), offsetof(struct conf_sensor, index),
	    offsetof(struct conf_sensor, storage), offsetof(struct conf_sensor, name), true },
	[CONF_DEVICE] = { 0 },
	[CONF_PROFILE] = { 0 },
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

_Static_assert(sizeof(struct conf_bus) <= OBJECT_SIZE_MAX, "no object is larger");
_Static_assert(sizeof(struct conf_sensor) <= OBJECT_SIZE_MAX, "no object is larger");
_Static_assert(sizeof(struct conf_agent) <= OBJECT_SIZE_MAX, "no object is larger");

static void *
member(const void *structure, size_t offset)
{
	return (char *)structure + offset; /* as constant as what it is part of */
}

size_t
objects_kinds(void)
{
	return KIND_COUNT;
}

size_t
objects_count(const struct conf *conf, enum conf_object kind)
{
	if ((size_t)kind >= KIND_COUNT || kinds[kind].size == 0)
		return 0;
	return kinds[kind].count == NONE ? 1 : *(size_t *)member(conf, kinds[kind].count);
}

void *
objects_at(const struct conf *conf, enum conf_object kind, size_t n)
{
	void *items = member(conf, kinds[kind].items);

	if (kinds[kind].count == NONE)
		return items;
	return member(*(void **)items, n * kinds[kind].size);
}

uint32_t
objects_index(enum conf_object kind, const void *object)
{
	return kinds[kind].index == NONE ? 0 : *(uint32_t *)member(object, kinds[kind].index);
}

void *
objects_find(const struct conf *conf, enum conf_object kind, uint32_t index, size_t *guess)
{
	size_t count = objects_count(conf, kind);

	for (size_t tries = 0; tries < count; tries++) {
		size_t at = (*guess + tries) % count;
		void *object = objects_at(conf, kind, at);

		if (objects_index(kind, object) != index)
			continue;
		*guess = at;
		return object;
	}
	return NULL;
}

enum conf_storage
objects_storage(enum conf_object kind, const void *object)
{
	return kinds[kind].storage == NONE
	           ? STORAGE_PERMANENT
	           : *(enum conf_storage *)member(object, kinds[kind].storage);
}

const char *
objects_name(enum conf_object kind, const void *object)
{
	return kinds[kind].name == NONE ? "" : member(object, kinds[kind].name);
}

static void *
add_object(struct conf *conf, enum conf_object kind)
{
	switch (kind) {
	case CONF_SENSOR:
		return conf_add_sensor(conf);
	case CONF_AGENT:
	case CONF_BUS:
	case CONF_DEVICE:
	case CONF_PROFILE:
		break;
	}
	return NULL;
}

void *
objects_add_row(struct conf *conf, enum conf_object kind, uint32_t index)
{
	void *object = add_object(conf, kind);

	if (object == NULL)
		return NULL;
	*(uint32_t *)member(object, kinds[kind].index) = index;
	*(enum conf_storage *)member(object, kinds[kind].storage) = STORAGE_NON_VOLATILE;
	return object;
}

void
objects_remove(struct conf *conf, enum conf_object kind, size_t n)
{
	size_t *count = member(conf, kinds[kind].count);
	char *object = objects_at(conf, kind, n);

	(*count)--;
	memmove(object, object + kinds[kind].size, (*count - n) * kinds[kind].size);
}

void
objects_alone(const struct conf *conf, enum conf_object kind, size_t n, struct conf *ret_alone)
{
	memcpy(ret_alone, conf, sizeof(*conf));
	if (kinds[kind].count != NONE) {
		*(void **)member(ret_alone, kinds[kind].items) = objects_at(conf, kind, n);
		*(size_t *)member(ret_alone, kinds[kind].count) = 1;
	}
	for (size_t later = (size_t)kind + 1; later < KIND_COUNT; later++)
		if (kinds[later].size != 0 && kinds[later].count != NONE)
			*(size_t *)member(ret_alone, kinds[later].count) = 0;
}
