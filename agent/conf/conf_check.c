/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf_check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_check_mail.h"

#define NAMES_SHOWN 8 /* in an error, of those that would be right */

/* One sorted index over objects of a kind: by name, then by place in the array. */
struct name {
	const char *name;
	size_t position;
};

struct check {
	struct conf *conf;
	const struct conf_drivers *drivers;
	struct name *buses;
	struct conf_place *ret_place;
	struct err *err;
};

static int
compare_names(const void *a, const void *b)
{
	const struct name *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	if (order != 0)
		return order;
	return (left->position > right->position) - (left->position < right->position);
}

static int
compare_name_only(const void *key, const void *name)
{
	return strcmp(key, ((const struct name *)name)->name);
}

/* The names of `count` objects `stride` bytes apart, sorted; NULL: out of memory. */
static struct name *
sort_names(const char *first_name, size_t count, size_t stride)
{
	struct name *names = calloc(count + 1, sizeof(*names));

	if (names == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		names[i] = (struct name){ first_name + i * stride, i };
	qsort(names, count, sizeof(*names), compare_names);
	return names;
}

static int
fail_at(struct check *check, enum conf_object object, size_t position, const char *key)
{
	*check->ret_place =
	    (struct conf_place){ .object = object, .position = position, .key = key };
	return -EINVAL;
}

/* Of several doubles the one that stands first is told. */
static int
check_unique(struct check *check, enum conf_object object, const struct name *names, size_t count)
{
	const struct name *twice = NULL;

	for (size_t i = 1; i < count; i++)
		if (strcmp(names[i].name, names[i - 1].name) == 0 &&
		    (twice == NULL || names[i].position < twice->position))
			twice = &names[i];
	if (twice == NULL)
		return 0;
	err_set(check->err, -EINVAL, "%s \"%s\" is declared twice: want unique names",
	    schema_object_name(object), twice->name);
	fail_at(check, object, twice->position, NULL);
	check->ret_place->has_first = true;
	check->ret_place->first = twice[-1].position;
	return -EINVAL;
}

static int
check_buses(struct check *check)
{
	for (size_t i = 0; i < check->conf->bus_count; i++) {
		const struct conf_bus *bus = &check->conf->buses[i];
		int r = check->drivers->check_bus(bus, check->err);

		if (r < 0) {
			err_prefix(check->err, "bus \"%s\": ", bus->name);
			return fail_at(check, CONF_BUS, i, r == -ENOENT ? "driver" : NULL);
		}
	}
	return 0;
}

static int
refuse_bus(struct check *check, const struct conf_sensor *sensor)
{
	char known[NAMES_SHOWN * (CONF_NAME_SIZE + 4) + 8] = "";
	size_t used = 0;

	for (size_t i = 0; i < check->conf->bus_count && i < NAMES_SHOWN; i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s\"%s\"",
		    i == 0 ? "" : ", ", check->conf->buses[i].name);
	return err_set(check->err, -EINVAL,
	    "sensor \"%s\": bus = \"%s\": want a declared bus: %s%s", sensor->name, sensor->bus,
	    used == 0 ? "there is none" : known,
	    check->conf->bus_count > NAMES_SHOWN ? ", ..." : "");
}

static int
check_source(struct check *check, size_t position)
{
	struct conf_sensor *sensor = &check->conf->sensors[position];
	const struct name *bus;
	int r;

	bus = bsearch(
	    sensor->bus, check->buses, check->conf->bus_count, sizeof(*bus), compare_name_only);
	if (bus == NULL) {
		refuse_bus(check, sensor);
		return fail_at(check, CONF_SENSOR, position, "bus");
	}
	r = check->drivers->check_address(&check->conf->buses[bus->position], sensor->address,
	    sensor->hardware_id, sizeof(sensor->hardware_id), check->err);
	if (r < 0) {
		err_prefix(check->err, "sensor \"%s\": ", sensor->name);
		return fail_at(check, CONF_SENSOR, position, "address");
	}
	return 0;
}

static bool
is_enabled(const struct conf_sensor *sensor, unsigned limit)
{
	return (sensor->limits_enabled & LIMIT_BIT(limit)) != 0;
}

static const char *
limit_key(unsigned limit)
{
	const struct field *field;

	for (size_t n = 0; (field = schema_at(n)) != NULL; n++)
		if (field->limit == (int)limit)
			return field->key;
	return NULL;
}

/* ALARMS: LL < L < H < HH, of those that are enabled. */
static int
check_order(struct check *check, size_t position)
{
	const struct conf_sensor *sensor = &check->conf->sensors[position];
	int before = -1;

	for (unsigned limit = 0; limit < LIMIT_LEVELS; limit++) {
		char low[16], high[16];

		if (!is_enabled(sensor, limit))
			continue;
		if (before < 0 || sensor->limit_milli[before] < sensor->limit_milli[limit]) {
			before = (int)limit;
			continue;
		}
		text_format_fixed(sensor->limit_milli[before], 3, low, sizeof(low));
		text_format_fixed(sensor->limit_milli[limit], 3, high, sizeof(high));
		err_set(check->err, -EINVAL,
		    "sensor \"%s\": %s = %s is not above %s = %s: "
		    "want low-critical < low-warning < high-warning < high-critical",
		    sensor->name, limit_key(limit), high, limit_key((unsigned)before), low);
		return fail_at(check, CONF_SENSOR, position, limit_key(limit));
	}
	return 0;
}

/* The lowest and highest enabled level from `first` to `last`; false: none is. */
static bool
enabled_span(const struct conf_sensor *sensor, unsigned first, unsigned last, int64_t *ret_low,
    int64_t *ret_high)
{
	bool is_any = false;

	for (unsigned limit = first; limit <= last; limit++) {
		if (!is_enabled(sensor, limit))
			continue;
		if (!is_any)
			*ret_low = sensor->limit_milli[limit];
		*ret_high = sensor->limit_milli[limit];
		is_any = true;
	}
	return is_any;
}

/* ALARMS: the highest low clear point below the lowest high clear point. */
static int
check_deadband(struct check *check, size_t position)
{
	const struct conf_sensor *sensor = &check->conf->sensors[position];
	int32_t deadband = conf_limit_rule(sensor).deadband_milli;
	int64_t low, high, ignored;
	char text[16], gap[16];

	if (!enabled_span(sensor, LIMIT_LOW_CRITICAL, LIMIT_LOW_WARNING, &ignored, &low) ||
	    !enabled_span(sensor, LIMIT_HIGH_WARNING, LIMIT_HIGH_CRITICAL, &high, &ignored))
		return 0;
	if (low + deadband < high - deadband)
		return 0;
	text_format_fixed(deadband, 3, text, sizeof(text));
	text_format_fixed((int32_t)((high - low - 1) / 2), 3, gap, sizeof(gap));
	err_set(check->err, -EINVAL,
	    "sensor \"%s\": deadband = %s%s leaves nothing between the low and the high limits: "
	    "want at most %s",
	    sensor->name, text, sensor->deadband_milli < 0 ? " (the default)" : "", gap);
	return fail_at(check, CONF_SENSOR, position, "deadband");
}

static int
check_rate(struct check *check, size_t position)
{
	const struct conf_sensor *sensor = &check->conf->sensors[position];

	if (!is_enabled(sensor, LIMIT_RATE) || sensor->rate_limit_milli > 0)
		return 0;
	err_set(check->err, -EINVAL,
	    "sensor \"%s\": rate-limit = 0: want more than 0 while the limit is enabled",
	    sensor->name);
	return fail_at(check, CONF_SENSOR, position, "rate-limit");
}

static int
check_range(struct check *check, size_t position)
{
	const struct conf_sensor *sensor = &check->conf->sensors[position];
	char low[16], high[16];

	if (sensor->range_low_milli < sensor->range_high_milli)
		return 0;
	text_format_fixed(sensor->range_low_milli, 3, low, sizeof(low));
	text_format_fixed(sensor->range_high_milli, 3, high, sizeof(high));
	err_set(check->err, -EINVAL,
	    "sensor \"%s\": range-high = %s is not above range-low = %s: want it above",
	    sensor->name, high, low);
	return fail_at(check, CONF_SENSOR, position, "range-high");
}

static int
check_sensors(struct check *check)
{
	static int (*const rules[])(struct check * check, size_t position) = {
		check_source,
		check_order,
		check_deadband,
		check_rate,
		check_range,
	};

	for (size_t i = 0; i < check->conf->sensor_count; i++) {
		for (size_t n = 0; n < sizeof(rules) / sizeof(rules[0]); n++) {
			int r = rules[n](check, i);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* Buses are asked for by name later. */
static int
check_names(struct check *check)
{
	const struct conf *conf = check->conf;
	const struct {
		enum conf_object object;
		const char *first_name;
		size_t count, stride;
	} kinds[] = {
		{ CONF_SENSOR, conf->sensor_count > 0 ? conf->sensors[0].name : NULL,
		    conf->sensor_count, sizeof(*conf->sensors) },
		{ CONF_CONTACT, conf->contact_count > 0 ? conf->contacts[0].name : NULL,
		    conf->contact_count, sizeof(*conf->contacts) },
	};
	int r = check_unique(check, CONF_BUS, check->buses, conf->bus_count);

	for (size_t i = 0; r == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct name *names =
		    sort_names(kinds[i].first_name, kinds[i].count, kinds[i].stride);

		if (names == NULL)
			return err_set(check->err, -ENOMEM, "out of memory");
		r = check_unique(check, kinds[i].object, names, kinds[i].count);
		free(names);
	}
	return r;
}

int
conf_check(struct conf *conf, const struct conf_drivers *drivers, struct conf_place *ret_place,
    struct err *err)
{
	struct check check = {
		.conf = conf, .drivers = drivers, .ret_place = ret_place, .err = err
	};
	int r;

	*ret_place = (struct conf_place){ .object = CONF_AGENT };
	check.buses = sort_names(conf->bus_count > 0 ? conf->buses[0].name : NULL, conf->bus_count,
	    sizeof(*conf->buses));
	if (check.buses == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	r = check_names(&check);
	if (r == 0)
		r = check_buses(&check);
	if (r == 0)
		r = check_sensors(&check);
	if (r == 0)
		r = conf_check_mail(conf, ret_place, err);
	free(check.buses);
	return r;
}
