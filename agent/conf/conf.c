/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "conf/schema.h"
#include "core/scale.h"

#define FIRST_ROOM 8

struct conf *
conf_new(void)
{
	struct conf *conf = calloc(1, sizeof(*conf));

	if (conf == NULL)
		return NULL;
	atomic_init(&conf->references, 1);
	schema_set_defaults(CONF_AGENT, &conf->agent);
	return conf;
}

struct conf *
conf_ref(const struct conf *conf)
{
	struct conf *mine = (struct conf *)conf; /* the count is not part of what never changes */

	atomic_fetch_add_explicit(&mine->references, 1, memory_order_relaxed);
	return mine;
}

void
conf_unref(const struct conf *conf)
{
	struct conf *mine = (struct conf *)conf;

	if (mine == NULL)
		return;
	if (atomic_fetch_sub_explicit(&mine->references, 1, memory_order_acq_rel) != 1)
		return;
	free(mine->buses);
	free(mine->sensors);
	free(mine->entities);
	free(mine->containments);
	free(mine);
}

/* Makes place for one more element.  The array, perhaps moved; NULL: out of memory, nothing
 * changed. */
static void *
grow(void *array, size_t count, size_t *room, size_t size)
{
	size_t more = *room == 0 ? FIRST_ROOM : 2 * *room;
	void *grown;

	if (count < *room)
		return array;
	grown = reallocarray(array, more, size);
	if (grown != NULL)
		*room = more;
	return grown;
}

struct conf_bus *
conf_add_bus(struct conf *conf)
{
	struct conf_bus *buses, *bus;

	buses = grow(conf->buses, conf->bus_count, &conf->bus_room, sizeof(*buses));
	if (buses == NULL)
		return NULL;
	conf->buses = buses;
	bus = &buses[conf->bus_count++];
	memset(bus, 0, sizeof(*bus));
	schema_set_defaults(CONF_BUS, bus);
	return bus;
}

struct conf_sensor *
conf_add_sensor(struct conf *conf)
{
	struct conf_sensor *sensors, *sensor;

	sensors = grow(conf->sensors, conf->sensor_count, &conf->sensor_room, sizeof(*sensors));
	if (sensors == NULL)
		return NULL;
	conf->sensors = sensors;
	sensor = &sensors[conf->sensor_count++];
	memset(sensor, 0, sizeof(*sensor));
	sensor->quantity = QUANTITY_OTHER;
	sensor->storage = STORAGE_PERMANENT;
	schema_set_defaults(CONF_SENSOR, sensor);
	return sensor;
}

static int
compare_index(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int
compare_buses(const void *a, const void *b)
{
	return compare_index(
	    ((const struct conf_bus *)a)->index, ((const struct conf_bus *)b)->index);
}

static int
compare_sensors(const void *a, const void *b)
{
	return compare_index(
	    ((const struct conf_sensor *)a)->index, ((const struct conf_sensor *)b)->index);
}

/* Buses are few and sensors often come bus by bus: looks first at `guess`. */
static const struct conf_bus *
find_bus(const struct conf *conf, const char *name, const struct conf_bus *guess)
{
	if (guess != NULL && strcmp(guess->name, name) == 0)
		return guess;
	for (size_t i = 0; i < conf->bus_count; i++)
		if (strcmp(conf->buses[i].name, name) == 0)
			return &conf->buses[i];
	return NULL;
}

void
conf_seal(struct conf *conf)
{
	const struct conf_bus *bus = NULL;
	struct conf_sensor *exact;

	if (conf->bus_count > 0)
		qsort(conf->buses, conf->bus_count, sizeof(*conf->buses), compare_buses);
	if (conf->sensor_count == 0)
		return;
	qsort(conf->sensors, conf->sensor_count, sizeof(*conf->sensors), compare_sensors);
	for (size_t i = 0; i < conf->sensor_count; i++) {
		bus = find_bus(conf, conf->sensors[i].bus, bus);
		conf->sensors[i].bus_index = bus != NULL ? bus->index : 0;
	}
	exact = reallocarray(conf->sensors, conf->sensor_count, sizeof(*exact));
	if (exact != NULL) {
		conf->sensors = exact;
		conf->sensor_room = conf->sensor_count;
	}
}

const struct conf_bus *
conf_bus(const struct conf *conf, uint32_t index)
{
	const struct conf_bus wanted = { .index = index };

	if (conf->bus_count == 0)
		return NULL;
	return bsearch(&wanted, conf->buses, conf->bus_count, sizeof(wanted), compare_buses);
}

const struct conf_sensor *
conf_sensor(const struct conf *conf, uint32_t index)
{
	const struct conf_sensor wanted = { .index = index };

	if (conf->sensor_count == 0)
		return NULL;
	return bsearch(&wanted, conf->sensors, conf->sensor_count, sizeof(wanted), compare_sensors);
}

uint32_t
conf_poll_interval_ms(const struct conf_sensor *sensor, const struct conf_bus *bus)
{
	return sensor->poll_interval_ms != 0 ? sensor->poll_interval_ms : bus->poll_interval_ms;
}

enum fault_reason
conf_sensor_value(
    const struct conf_sensor *sensor, const struct reading *reading, int32_t *ret_milli)
{
	const struct quantity_info *quantity = quantity_info(sensor->quantity);
	int32_t milli;

	if (reading->reason != FAULT_NONE)
		return reading->reason;
	if (!scale_apply(&reading->raw, sensor->gain_micro, sensor->offset_milli, &milli))
		return FAULT_IMPLAUSIBLE;
	if (milli < quantity->low_milli || milli > quantity->high_milli ||
	    milli < sensor->range_low_milli || milli > sensor->range_high_milli)
		return FAULT_OUT_OF_RANGE;
	*ret_milli = milli;
	return FAULT_NONE;
}

bool
conf_sensor_is_same_source(const struct conf_sensor *a, const struct conf_sensor *b)
{
	return strcmp(a->bus, b->bus) == 0 && strcmp(a->address, b->address) == 0 &&
	       a->quantity == b->quantity;
}

bool
conf_bus_is_same_line(const struct conf_bus *a, const struct conf_bus *b)
{
	return strcmp(a->driver, b->driver) == 0 && strcmp(a->endpoint, b->endpoint) == 0 &&
	       strcmp(a->options, b->options) == 0;
}
