/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/objects.h"

#include <string.h>

#define NONE SIZE_MAX

/* Where the objects of a kind are: `items` is the member itself if there is no `count`, else a
 * pointer to so many.  In the structure: its index, storage type and name. */
struct kind {
	size_t items, count, size;
	size_t index, storage, name;
};

#define SINGLE(member)                                                                         \
	{                                                                                      \
		offsetof(struct conf, member), NONE, sizeof(((struct conf *)0)->member), NONE, \
		    NONE, NONE                                                                 \
	}
#define ROWS(items, count, type, storage, name)                                                  \
	{                                                                                        \
		offsetof(struct conf, items), offsetof(struct conf, count), sizeof(struct type), \
		    offsetof(struct type, index), storage, offsetof(struct type, name)           \
	}

static const struct kind kinds[CONF_OBJECT_COUNT] = {
	[CONF_AGENT] = SINGLE(agent),
	[CONF_BUS] = ROWS(buses, bus_count, conf_bus, NONE, name),
	[CONF_SENSOR] =
	    ROWS(sensors, sensor_count, conf_sensor, offsetof(struct conf_sensor, storage), name),
	[CONF_DEVICE] = { 0 },
	[CONF_PROFILE] = { 0 },
	[CONF_EVENT] = SINGLE(event),
	[CONF_DELIVERY] = SINGLE(delivery),
	[CONF_BREAKER] = SINGLE(breaker),
	[CONF_LIMITER] = SINGLE(limiter),
	[CONF_MAIL] = SINGLE(mail),
	[CONF_RELAY] =
	    ROWS(relays, relay_count, conf_relay, offsetof(struct conf_relay, storage), host),
	[CONF_CONTACT] = ROWS(
	    contacts, contact_count, conf_contact, offsetof(struct conf_contact, storage), name),
};

_Static_assert(sizeof(struct conf_sensor) <= OBJECT_SIZE_MAX &&
		   sizeof(struct conf_mail) <= OBJECT_SIZE_MAX &&
		   sizeof(struct conf_relay) <= OBJECT_SIZE_MAX,
    "no object is larger");

static void *
member(const void *structure, size_t offset)
{
	return (char *)structure + offset; /* as constant as what it is part of */
}

bool
objects_has_rows(enum conf_object kind)
{
	return kinds[kind].size != 0 && kinds[kind].count != NONE;
}

size_t
objects_size(enum conf_object kind)
{
	return kinds[kind].size;
}

size_t
objects_count(const struct conf *conf, enum conf_object kind)
{
	if (kinds[kind].size == 0)
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

void
objects_set_storage(enum conf_object kind, void *object, enum conf_storage storage)
{
	*(enum conf_storage *)member(object, kinds[kind].storage) = storage;
}

void *
objects_add(struct conf *conf, enum conf_object kind)
{
	switch (kind) {
	case CONF_SENSOR:
		return conf_add_sensor(conf);
	case CONF_RELAY:
		return conf_add_relay(conf);
	case CONF_CONTACT:
		return conf_add_contact(conf);
	case CONF_AGENT:
	case CONF_BUS:
	case CONF_DEVICE:
	case CONF_PROFILE:
	case CONF_EVENT:
	case CONF_DELIVERY:
	case CONF_BREAKER:
	case CONF_LIMITER:
	case CONF_MAIL:
		break;
	}
	return NULL;
}

void *
objects_add_row(struct conf *conf, enum conf_object kind, uint32_t index)
{
	void *object = objects_add(conf, kind);

	if (object == NULL)
		return NULL;
	*(uint32_t *)member(object, kinds[kind].index) = index;
	objects_set_storage(kind, object, STORAGE_NON_VOLATILE);
	return object;
}

void
objects_remove(struct conf *conf, enum conf_object kind, size_t n)
{
	size_t *count = member(conf, kinds[kind].count);
	char *object = objects_at(conf, kind, n);

	(*count)--;
	memmove(object, object + kinds[kind].size, (*count - n) * kinds[kind].size);
	explicit_bzero(objects_at(conf, kind, *count), kinds[kind].size);
}

void
objects_alone(const struct conf *conf, enum conf_object kind, size_t n, struct conf *ret_alone)
{
	memcpy(ret_alone, conf, sizeof(*conf));
	if (kinds[kind].count != NONE) {
		*(void **)member(ret_alone, kinds[kind].items) = objects_at(conf, kind, n);
		*(size_t *)member(ret_alone, kinds[kind].count) = 1;
	}
	if (kind != CONF_SENSOR)
		ret_alone->sensor_count = 0;
}
