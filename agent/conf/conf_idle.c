/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf_idle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/objects.h"

#define FIRST_ROOM 4

_Static_assert(offsetof(struct conf_sensor, index) == 0 &&
		   offsetof(struct conf_relay, index) == 0 &&
		   offsetof(struct conf_contact, index) == 0,
    "each begins with its index");

bool
conf_can_idle(enum conf_object object)
{
	return object == CONF_SENSOR || object == CONF_RELAY || object == CONF_CONTACT;
}

/* ---- the list ---- */

/* Relays have passwords: nothing of them is left behind. */
void
conf_free_idle(struct conf *conf)
{
	if (conf->idle != NULL)
		explicit_bzero(conf->idle, conf->idle_room * sizeof(*conf->idle));
	free(conf->idle);
	conf->idle = NULL;
	conf->idle_count = 0;
	conf->idle_room = 0;
}

/* For one more. */
static bool
make_room(struct conf *conf)
{
	size_t room = conf->idle_room == 0 ? FIRST_ROOM : 2 * conf->idle_room;
	size_t count = conf->idle_count;
	struct conf_idle *idle;

	if (count < conf->idle_room)
		return true;
	idle = calloc(room, sizeof(*idle));
	if (idle == NULL)
		return false;
	if (count > 0)
		memcpy(idle, conf->idle, count * sizeof(*idle));
	conf_free_idle(conf);
	conf->idle = idle;
	conf->idle_count = count;
	conf->idle_room = room;
	return true;
}

static int
compare(const struct conf_idle *a, enum conf_object object, uint32_t index)
{
	if (a->object != object)
		return a->object < object ? -1 : 1;
	return (a->settings.index > index) - (a->settings.index < index);
}

/* The place of the first that is not before. */
static size_t
place_of(const struct conf *conf, enum conf_object object, uint32_t index)
{
	size_t low = 0, high = conf->idle_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&conf->idle[middle], object, index) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct conf_idle *
conf_find_idle(const struct conf *conf, enum conf_object object, uint32_t index)
{
	size_t at = place_of(conf, object, index);

	if (at == conf->idle_count || compare(&conf->idle[at], object, index) != 0)
		return NULL;
	return &conf->idle[at];
}

/* All 0 but for its object and index. */
static struct conf_idle *
insert(struct conf *conf, enum conf_object object, uint32_t index)
{
	size_t at = place_of(conf, object, index);
	struct conf_idle *idle;

	if (!make_room(conf))
		return NULL;
	idle = &conf->idle[at];
	memmove(idle + 1, idle, (conf->idle_count - at) * sizeof(*idle));
	conf->idle_count++;
	memset(idle, 0, sizeof(*idle));
	idle->object = object;
	idle->settings.index = index;
	return idle;
}

static void
remove_idle(struct conf *conf, struct conf_idle *idle)
{
	size_t at = (size_t)(idle - conf->idle);

	conf->idle_count--;
	memmove(idle, idle + 1, (conf->idle_count - at) * sizeof(*idle));
	explicit_bzero(&conf->idle[conf->idle_count], sizeof(*idle));
}

struct conf_idle *
conf_add_idle(struct conf *conf, enum conf_object object, uint32_t index)
{
	struct conf_idle *idle = insert(conf, object, index);

	if (idle == NULL)
		return NULL;
	schema_set_defaults(object, &idle->settings);
	objects_set_storage(object, &idle->settings, STORAGE_NON_VOLATILE);
	return idle;
}

/* ---- active ones ---- */

int
conf_activate(struct conf *conf, enum conf_object object, uint32_t index)
{
	struct conf_idle *idle = conf_find_idle(conf, object, index);
	void *item;

	if (idle == NULL)
		return -ENOENT;
	item = objects_add(conf, object);
	if (item == NULL)
		return -ENOMEM;
	memcpy(item, &idle->settings, objects_size(object));
	remove_idle(conf, idle);
	return 0;
}

int
conf_deactivate(struct conf *conf, enum conf_object object, uint32_t index, int64_t now_ms)
{
	size_t at = 0;
	const void *item = objects_find(conf, object, index, &at);
	struct conf_idle *idle;

	if (item == NULL)
		return -ENOENT;
	idle = insert(conf, object, index);
	if (idle == NULL)
		return -ENOMEM;
	memcpy(&idle->settings, item, objects_size(object));
	idle->since_ms = now_ms;
	objects_remove(conf, object, at);
	return 0;
}

int
conf_destroy(struct conf *conf, enum conf_object object, uint32_t index)
{
	struct conf_idle *idle = conf_find_idle(conf, object, index);
	size_t at = 0;

	if (idle != NULL)
		remove_idle(conf, idle);
	else if (objects_find(conf, object, index, &at) != NULL)
		objects_remove(conf, object, at);
	else
		return -ENOENT;
	return 0;
}

/* ---- what is shown ---- */

bool
conf_idle_is_complete(const struct conf_idle *idle)
{
	const struct field *field;

	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		const char *value = (const char *)&idle->settings + field->offset;

		if (field->object != idle->object || (field->flags & FIELD_REQUIRED) == 0)
			continue;
		if (field->type == FIELD_QUANTITY ? *(const enum quantity *)(const void *)value == 0
						  : *value == '\0')
			return false;
	}
	return true;
}

size_t
conf_idle_count(const struct conf *conf, enum conf_object object, size_t *ret_first)
{
	*ret_first = place_of(conf, object, 0);
	return place_of(conf, object, UINT32_MAX) - *ret_first;
}

const struct conf_idle *
conf_idle_at(const struct conf *conf, enum conf_object object, size_t row, size_t *ret_active)
{
	size_t first, low = 0, high = conf_idle_count(conf, object, &first);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct conf_idle *idle = &conf->idle[first + middle];

		if (idle->row == row)
			return idle;
		if (idle->row < row)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_active = row - low; /* so many idle ones lie before it */
	return NULL;
}

size_t
conf_row_count(const struct conf *conf, enum conf_object object)
{
	size_t first;

	return objects_count(conf, object) + conf_idle_count(conf, object, &first);
}

const void *
conf_row_at(const struct conf *conf, enum conf_object object, size_t row)
{
	size_t at;
	const struct conf_idle *idle = conf_idle_at(conf, object, row, &at);

	return idle != NULL ? &idle->settings : objects_at(conf, object, at);
}

/* Of sorted ones: how many have a lower index. */
static size_t
count_below(const struct conf *conf, enum conf_object object, uint32_t index)
{
	size_t low = 0, high = objects_count(conf, object);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (objects_index(object, objects_at(conf, object, middle)) < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
conf_seal_idle(struct conf *conf)
{
	size_t before = 0; /* idle ones of the same object */

	for (size_t i = 0; i < conf->idle_count; i++) {
		struct conf_idle *idle = &conf->idle[i];

		before = i > 0 && idle[-1].object == idle->object ? before + 1 : 0;
		idle->row = before + count_below(conf, idle->object, idle->settings.index);
	}
}
