/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/entities.h"

#include <errno.h>
#include <stdio.h>

#define KEY_SIZE (16 + CONF_NAME_SIZE)

static const char *
key_of(const char *kind, const char *name, char key[KEY_SIZE])
{
	snprintf(key, KEY_SIZE, "%s/%s", kind, name);
	return key;
}

static int
give_index(struct store *store, const struct conf *conf, const char *kind, const char *name,
    uint32_t *ret_index, struct err *err)
{
	char key[KEY_SIZE];
	uint32_t stored;
	int r;

	r = store_identity(store, STORE_ENTITY, key_of(kind, name, key), &stored, err);
	if (r < 0)
		return r;
	stored -= STORE_ENTITY_FIRST;
	if (stored > INT32_MAX - conf->agent.entity_base)
		return err_set(err, -ERANGE, "entity-base = %u leaves no index for %s \"%s\"",
		    conf->agent.entity_base, kind, name);
	*ret_index = conf->agent.entity_base + stored;
	return 0;
}

/* A sensor by SET has no name in a file: its index stays when its name changes. */
static const char *
row_name(uint32_t index, char name[CONF_NAME_SIZE])
{
	snprintf(name, CONF_NAME_SIZE, "=%u", (unsigned)index);
	return name;
}

int
entities_give_indices(struct store *store, struct conf *conf, struct err *err)
{
	int r = give_index(store, conf, "agent", "", &conf->entity_index, err);

	for (size_t i = 0; r == 0 && i < conf->bus_count; i++)
		r = give_index(
		    store, conf, "bus", conf->buses[i].name, &conf->buses[i].entity_index, err);
	for (size_t i = 0; r == 0 && i < conf->sensor_count; i++)
		r = give_index(store, conf, "sensor", conf->sensors[i].name,
		    &conf->sensors[i].entity_index, err);
	return r;
}

int
entities_give_row_indices(struct store *store, struct conf *conf, struct err *err)
{
	char name[CONF_NAME_SIZE];
	int r = 0;

	for (size_t i = 0; r == 0 && i < conf->sensor_count; i++) {
		struct conf_sensor *sensor = &conf->sensors[i];

		if (sensor->storage == STORAGE_NON_VOLATILE)
			r = give_index(store, conf, "sensor", row_name(sensor->index, name),
			    &sensor->entity_index, err);
	}
	return r;
}

static int
put_index(struct store *store, const struct conf *conf, const char *kind, const char *name,
    uint32_t index, struct err *err)
{
	char key[KEY_SIZE];

	return store_put_identity(store, STORE_ENTITY, key_of(kind, name, key),
	    index - conf->agent.entity_base + STORE_ENTITY_FIRST, err);
}

int
entities_put_indices(struct store *store, const struct conf *conf, struct err *err)
{
	char name[CONF_NAME_SIZE];
	int r = put_index(store, conf, "agent", "", conf->entity_index, err);

	for (size_t i = 0; r == 0 && i < conf->bus_count; i++)
		r = put_index(
		    store, conf, "bus", conf->buses[i].name, conf->buses[i].entity_index, err);
	for (size_t i = 0; r == 0 && i < conf->sensor_count; i++) {
		const struct conf_sensor *sensor = &conf->sensors[i];

		r = put_index(store, conf, "sensor",
		    sensor->storage == STORAGE_PERMANENT ? sensor->name
							 : row_name(sensor->index, name),
		    sensor->entity_index, err);
	}
	return r;
}

int
entities_rename_sensor(struct store *store, uint32_t index, const char *old_name,
    const char *new_name, struct err *err)
{
	char key[KEY_SIZE], name[CONF_NAME_SIZE];
	uint32_t entity = 0, other = 0;
	int r;

	if (old_name == NULL)
		old_name = row_name(index, name);
	r = store_find_identity(store, STORE_ENTITY, key_of("sensor", old_name, key), &entity, err);
	if (r < 0 || entity == 0)
		return r;
	r = store_find_identity(store, STORE_ENTITY, key_of("sensor", new_name, key), &other, err);
	if (r < 0 || other != 0)
		return r;
	return store_rename_identity(store, STORE_ENTITY, entity, key, err);
}
