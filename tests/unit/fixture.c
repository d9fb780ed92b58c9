/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/fixture.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

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

struct conf *
fixture_quick_conf(unsigned count)
{
	struct conf *conf = fixture_conf("", 1000);
	char name[16];

	for (unsigned i = 0; i < count; i++) {
		struct conf_sensor *sensor;

		snprintf(name, sizeof(name), "s%04u", i + 1);
		sensor = fixture_sensor(conf, 0, name);
		sensor->limit_milli[LIMIT_HIGH_WARNING] = 27000;
		sensor->limit_milli[LIMIT_HIGH_CRITICAL] = 30000;
		sensor->limits_enabled =
		    LIMIT_BIT(LIMIT_HIGH_WARNING) | LIMIT_BIT(LIMIT_HIGH_CRITICAL);
		sensor->on_delay_ms = 0;
		sensor->off_delay_ms = 0;
		sensor->min_samples = 1;
	}
	return conf;
}

struct bus_report *
fixture_report(uint32_t first, uint32_t count, struct reading reading, int64_t time_ms)
{
	struct bus_report *report = calloc(1, sizeof(*report) + count * sizeof(report->samples[0]));

	assert(report != NULL);
	report->bus = 1;
	report->generation = UINT32_MAX;
	report->state = BUS_UP;
	report->count = count;
	for (uint32_t i = 0; i < count; i++)
		report->samples[i] = (struct sample){ first + i, reading, time_ms };
	return report;
}

struct reading
fixture_milli(int64_t value)
{
	return reading_good((struct raw){ .kind = RAW_MILLI, .i = value });
}
