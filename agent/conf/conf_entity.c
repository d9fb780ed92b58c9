/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf_entity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
compare(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int
compare_entities(const void *a, const void *b)
{
	return compare(
	    ((const struct conf_entity *)a)->index, ((const struct conf_entity *)b)->index);
}

static int
compare_containments(const void *left, const void *right)
{
	const struct conf_containment *a = left, *b = right;

	return a->parent != b->parent ? compare(a->parent, b->parent) : compare(a->child, b->child);
}

static void
list(const struct conf *conf, struct conf_entity *entity)
{
	*entity++ =
	    (struct conf_entity){ .index = conf->entity_index, .kind = CONF_ENTITY_CHASSIS };
	for (size_t i = 0; i < conf->bus_count; i++)
		*entity++ = (struct conf_entity){ .index = conf->buses[i].entity_index,
			.parent = conf->entity_index,
			.kind = CONF_ENTITY_BUS,
			.at = (uint32_t)i };
	for (size_t i = 0; i < conf->sensor_count; i++) {
		const struct conf_bus *bus = conf_bus(conf, conf->sensors[i].bus_index);

		*entity++ = (struct conf_entity){ .index = conf->sensors[i].entity_index,
			.parent = bus != NULL ? bus->entity_index : conf->entity_index,
			.kind = CONF_ENTITY_SENSOR,
			.at = (uint32_t)i };
	}
}

int
conf_entity_list(struct conf *conf)
{
	size_t count = 1 + conf->bus_count + conf->sensor_count, n = 0;
	struct conf_entity *entities = calloc(count, sizeof(*entities));
	struct conf_containment *containments = calloc(count, sizeof(*containments));

	if (entities == NULL || containments == NULL) {
		free(entities);
		free(containments);
		return -ENOMEM;
	}
	list(conf, entities);
	for (size_t i = 0; i < count; i++)
		if (entities[i].parent != 0)
			containments[n++] =
			    (struct conf_containment){ entities[i].parent, entities[i].index };
	qsort(entities, count, sizeof(*entities), compare_entities);
	qsort(containments, n, sizeof(*containments), compare_containments);
	free(conf->entities);
	free(conf->containments);
	conf->entities = entities;
	conf->entity_count = count;
	conf->containments = containments;
	conf->containment_count = n;
	return 0;
}

static bool
is_equal(const struct conf *a, const struct conf *b, const struct conf_entity *x,
    const struct conf_entity *y)
{
	if (x->index != y->index || x->parent != y->parent || x->kind != y->kind)
		return false;
	switch (x->kind) {
	case CONF_ENTITY_CHASSIS:
		return strcmp(a->agent.site, b->agent.site) == 0;
	case CONF_ENTITY_BUS:
		return strcmp(a->buses[x->at].name, b->buses[y->at].name) == 0 &&
		       strcmp(a->buses[x->at].driver, b->buses[y->at].driver) == 0;
	case CONF_ENTITY_SENSOR:
		return strcmp(a->sensors[x->at].name, b->sensors[y->at].name) == 0 &&
		       strcmp(a->sensors[x->at].hardware_id, b->sensors[y->at].hardware_id) == 0 &&
		       a->sensors[x->at].quantity == b->sensors[y->at].quantity;
	}
	return false;
}

bool
conf_entity_is_equal(const struct conf *a, const struct conf *b)
{
	if (a->entity_count != b->entity_count)
		return false;
	for (size_t i = 0; i < a->entity_count; i++)
		if (!is_equal(a, b, &a->entities[i], &b->entities[i]))
			return false;
	return true;
}
