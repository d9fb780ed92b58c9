/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/fixture.h"

#include <assert.h>

#include "core/text.h"

struct conf *
fixture_conf(const char *endpoint, uint32_t poll_interval_ms)
{
	struct conf *conf = conf_new();
	struct conf_bus *bus;

	assert(conf != NULL);
	conf->generation = 1;
	bus = conf_add_bus(conf);
	assert(bus != NULL);
	bus->index = 1;
	text_copy(bus->name, sizeof(bus->name), "line");
	text_copy(bus->driver, sizeof(bus->driver), "sim");
	text_copy(bus->endpoint, sizeof(bus->endpoint), endpoint);
	bus->poll_interval_ms = poll_interval_ms;
	bus->timeout_ms = 100;
	return conf;
}

struct conf_sensor *
fixture_sensor(struct conf *conf, uint32_t index, const char *address)
{
	struct conf_sensor *sensor = conf_add_sensor(conf);

	assert(sensor != NULL);
	sensor->index = index;
	text_copy(sensor->name, sizeof(sensor->name), address);
	text_copy(sensor->bus, sizeof(sensor->bus), "line");
	text_copy(sensor->address, sizeof(sensor->address), address);
	sensor->quantity = QUANTITY_TEMPERATURE;
	sensor->deadband_milli = 1000;
	return sensor;
}
