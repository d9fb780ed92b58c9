/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/entities.h"

#include <errno.h>
#include <stdio.h>

static int
give_index(struct store *store, const struct conf *conf, const char *kind, const char *name,
    uint32_t *ret_index, struct err *err)
{
	char key[16 + CONF_NAME_SIZE];
	uint32_t stored;
	int r;

	snprintf(key, sizeof(key), "%s/%s", kind, name);
	r = store_identity(store, STORE_ENTITY, key, &stored, err);
	if (r < 0)
		return r;
	stored -= STORE_ENTITY_FIRST;
	if (stored > INT32_MAX - conf->agent.entity_base)
		return err_set(err, -ERANGE, "entity-base = %u leaves no index for %s \"%s\"",
		    conf->agent.entity_base, kind, name);
	*ret_index = conf->agent.entity_base + stored;
	return 0;
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
