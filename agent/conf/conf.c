/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_entity.h"
#include "conf/conf_idle.h"
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
	for (unsigned object = 0; object < CONF_OBJECT_COUNT; object++) {
		void *settings = schema_single(conf, (enum conf_object)object);

		if (settings != NULL)
			schema_set_defaults((enum conf_object)object, settings);
	}
	conf->mail.is_enabled = false; /* the default is that of the section */
	return conf;
}

/* Relays have passwords. */
static void
free_relays(struct conf_relay *relays, size_t room)
{
	if (relays != NULL)
		explicit_bzero(relays, room * sizeof(*relays));
	free(relays);
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
	free_relays(mine->relays, mine->relay_room);
	free(mine->contacts);
	conf_free_idle(mine);
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

/* Unlike grow() leaves no password behind. */
static bool
grow_relays(struct conf *conf)
{
	size_t more = conf->relay_room == 0 ? FIRST_ROOM : 2 * conf->relay_room;
	struct conf_relay *relays;

	if (conf->relay_count < conf->relay_room)
		return true;
	relays = calloc(more, sizeof(*relays));
	if (relays == NULL)
		return false;
	if (conf->relay_count > 0)
		memcpy(relays, conf->relays, conf->relay_count * sizeof(*relays));
	free_relays(conf->relays, conf->relay_room);
	conf->relays = relays;
	conf->relay_room = more;
	return true;
}

struct conf_relay *
conf_add_relay(struct conf *conf)
{
	struct conf_relay *relay;
	uint32_t rank = 0;

	if (!grow_relays(conf))
		return NULL;
	for (size_t i = 0; i < conf->relay_count; i++)
		if (conf->relays[i].rank > rank)
			rank = conf->relays[i].rank;
	relay = &conf->relays[conf->relay_count++];
	memset(relay, 0, sizeof(*relay));
	relay->rank = rank + 1;
	relay->storage = STORAGE_PERMANENT;
	schema_set_defaults(CONF_RELAY, relay);
	return relay;
}

struct conf_contact *
conf_add_contact(struct conf *conf)
{
	struct conf_contact *contacts, *contact;

	contacts =
	    grow(conf->contacts, conf->contact_count, &conf->contact_room, sizeof(*contacts));
	if (contacts == NULL)
		return NULL;
	conf->contacts = contacts;
	contact = &contacts[conf->contact_count++];
	memset(contact, 0, sizeof(*contact));
	contact->storage = STORAGE_PERMANENT;
	schema_set_defaults(CONF_CONTACT, contact);
	return contact;
}

/* Of `count` elements; NULL: there is none, or *is_whole is false. */
static void *
copy_rows(const void *rows, size_t count, size_t size, bool *is_whole)
{
	void *copy = count > 0 ? reallocarray(NULL, count, size) : NULL;

	if (copy != NULL)
		memcpy(copy, rows, count * size);
	else if (count > 0)
		*is_whole = false;
	return copy;
}

struct conf *
conf_copy(const struct conf *conf)
{
	const size_t own = offsetof(struct conf, generation); /* the references before it */
	struct conf *copy = malloc(sizeof(*copy));
	bool is_whole = true;

	if (copy == NULL)
		return NULL;
	atomic_init(&copy->references, 1);
	memcpy((char *)copy + own, (const char *)conf + own, sizeof(*copy) - own);
	copy->bus_room = conf->bus_count;
	copy->sensor_room = conf->sensor_count;
	copy->relay_room = conf->relay_count;
	copy->contact_room = conf->contact_count;
	copy->idle_room = conf->idle_count;
	copy->buses = copy_rows(conf->buses, conf->bus_count, sizeof(*conf->buses), &is_whole);
	copy->sensors =
	    copy_rows(conf->sensors, conf->sensor_count, sizeof(*conf->sensors), &is_whole);
	copy->relays = copy_rows(conf->relays, conf->relay_count, sizeof(*conf->relays), &is_whole);
	copy->contacts =
	    copy_rows(conf->contacts, conf->contact_count, sizeof(*conf->contacts), &is_whole);
	copy->idle = copy_rows(conf->idle, conf->idle_count, sizeof(*conf->idle), &is_whole);
	copy->entities =
	    copy_rows(conf->entities, conf->entity_count, sizeof(*conf->entities), &is_whole);
	copy->containments = copy_rows(
	    conf->containments, conf->containment_count, sizeof(*conf->containments), &is_whole);
	if (is_whole)
		return copy;
	conf_unref(copy);
	return NULL;
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

/* A handful; qsort() would leave copies of passwords behind. */
static void
sort_relays(struct conf *conf)
{
	struct conf_relay *relays = conf->relays, moved;

	for (size_t i = 1; i < conf->relay_count; i++) {
		for (size_t n = i; n > 0 && relays[n - 1].index > relays[n].index; n--) {
			moved = relays[n];
			relays[n] = relays[n - 1];
			relays[n - 1] = moved;
		}
	}
	explicit_bzero(&moved, sizeof(moved));
}

/* Of a sealed one: those by SET come behind those of the file, in the order in which they were
 * made, whatever was out of service meanwhile. */
static void
rank_relays(struct conf *conf)
{
	uint32_t last = 0;

	for (size_t i = 0; i < conf->relay_count; i++)
		if (conf->relays[i].storage == STORAGE_PERMANENT && conf->relays[i].rank > last)
			last = conf->relays[i].rank;
	for (size_t i = 0; i < conf->relay_count; i++)
		if (conf->relays[i].storage != STORAGE_PERMANENT)
			conf->relays[i].rank = ++last;
}

static int
compare_contacts(const void *a, const void *b)
{
	return compare_index(
	    ((const struct conf_contact *)a)->index, ((const struct conf_contact *)b)->index);
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

static void
seal_sensors(struct conf *conf)
{
	const struct conf_bus *bus = NULL;
	struct conf_sensor *exact;

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

void
conf_seal(struct conf *conf)
{
	if (conf->bus_count > 0)
		qsort(conf->buses, conf->bus_count, sizeof(*conf->buses), compare_buses);
	sort_relays(conf);
	rank_relays(conf);
	if (conf->contact_count > 0)
		qsort(
		    conf->contacts, conf->contact_count, sizeof(*conf->contacts), compare_contacts);
	if (conf->sensor_count > 0)
		seal_sensors(conf);
	conf_seal_idle(conf);
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

const struct conf_relay *
conf_relay(const struct conf *conf, uint32_t index)
{
	for (size_t i = 0; i < conf->relay_count; i++) /* a handful */
		if (conf->relays[i].index == index)
			return &conf->relays[i];
	return NULL;
}

const struct conf_contact *
conf_contact(const struct conf *conf, uint32_t index)
{
	const struct conf_contact wanted = { .index = index };

	if (conf->contact_count == 0)
		return NULL;
	return bsearch(
	    &wanted, conf->contacts, conf->contact_count, sizeof(wanted), compare_contacts);
}

void
conf_relay_key(const struct conf *conf, size_t position, char *to, size_t size)
{
	const struct conf_relay *relay = &conf->relays[position];
	unsigned place = 1;

	for (size_t i = 0; i < position; i++)
		if (conf->relays[i].port == relay->port &&
		    mailbox_is_equal(conf->relays[i].host, relay->host))
			place++;
	if (place == 1)
		snprintf(to, size, "%s:%u", relay->host, relay->port);
	else
		snprintf(to, size, "%s:%u#%u", relay->host, relay->port, place);
	for (; *to != '\0'; to++)
		if (*to >= 'A' && *to <= 'Z')
			*to = (char)(*to - 'A' + 'a');
}

static const void *
active_settings(const struct conf *conf, enum conf_object object, uint32_t index)
{
	switch (object) {
	case CONF_BUS:
		return conf_bus(conf, index);
	case CONF_SENSOR:
		return conf_sensor(conf, index);
	case CONF_RELAY:
		return conf_relay(conf, index);
	case CONF_CONTACT:
		return conf_contact(conf, index);
	case CONF_AGENT:
	case CONF_EVENT:
	case CONF_DELIVERY:
	case CONF_BREAKER:
	case CONF_LIMITER:
	case CONF_MAIL:
		break;
	case CONF_DEVICE:
	case CONF_PROFILE:
		return NULL;
	}
	return index == 0 ? schema_single((struct conf *)conf, object) : NULL;
}

const void *
conf_settings(const struct conf *conf, enum conf_object object, uint32_t index)
{
	const void *settings = active_settings(conf, object, index);
	const struct conf_idle *idle = NULL;

	if (settings == NULL && conf_can_idle(object))
		idle = conf_find_idle(conf, object, index);
	return idle != NULL ? &idle->settings : settings;
}

uint32_t
conf_poll_interval_ms(const struct conf_sensor *sensor, const struct conf_bus *bus)
{
	return sensor->poll_interval_ms != 0 ? sensor->poll_interval_ms : bus->poll_interval_ms;
}

struct limit_rule
conf_limit_rule(const struct conf_sensor *sensor)
{
	enum quantity quantity = sensor->quantity != 0 ? sensor->quantity : QUANTITY_OTHER;
	struct limit_rule rule = {
		.deadband_milli = sensor->deadband_milli,
		.on_delay_ms = sensor->on_delay_ms,
		.off_delay_ms = sensor->off_delay_ms,
		.min_samples = sensor->min_samples,
	};

	for (unsigned level = 0; level < LEVEL_COUNT; level++) {
		rule.is_enabled[level] = (sensor->limits_enabled & LIMIT_BIT(level)) != 0;
		rule.limit_milli[level] = sensor->limit_milli[level];
	}
	if (rule.deadband_milli < 0)
		rule.deadband_milli = limits_default_deadband(&rule, quantity);
	return rule;
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

/* A name has no tabs in it. */
void
conf_sensor_source(const struct conf_sensor *sensor, char to[CONF_SOURCE_SIZE])
{
	snprintf(to, CONF_SOURCE_SIZE, "%s\t%d\t%s", sensor->bus, (int)sensor->quantity,
	    sensor->address);
}

bool
conf_bus_is_same_line(const struct conf_bus *a, const struct conf_bus *b)
{
	return strcmp(a->driver, b->driver) == 0 && strcmp(a->endpoint, b->endpoint) == 0 &&
	       strcmp(a->options, b->options) == 0;
}
