/* SPDX-License-Identifier: BSD-2-Clause */
/* How the configuration's rules ask the drivers. */
#include <errno.h>
#include <string.h>

#include "bus/buses.h"
#include "conf/conf_check.h"
#include "core/strbuf.h"
#include "core/text.h"
#include "drivers/driver.h"

static int
unknown_driver(const char *name, struct err *err)
{
	char list[256];
	struct strbuf known;
	const struct driver *driver;

	strbuf_init(&known, list, sizeof(list));
	for (size_t n = 0; (driver = driver_at(n)) != NULL; n++)
		strbuf_add(&known, "%s%s", n == 0 ? "" : ", ", driver->name);
	return err_set(err, -ENOENT, "driver = \"%s\": want one of %s", name, list);
}

static int
check_bus(const struct conf_bus *bus, struct err *err)
{
	const struct driver *driver = driver_find(bus->driver);
	struct driver_settings settings = {
		.endpoint = bus->endpoint,
		.options = bus->options,
		.timeout_ms = bus->timeout_ms,
	};

	if (driver == NULL)
		return unknown_driver(bus->driver, err);
	return driver->check(&settings, err);
}

/* The ROM id, or bus/unit/register; a driver that has no units: bus/address. */
static void
identify(const struct driver *driver, const struct conf_bus *bus, const struct driver_point *point,
    char *to, size_t size)
{
	char unit[24], place[24];
	struct strbuf buffer;

	strbuf_init(&buffer, to, size);
	if (driver->unit_name == NULL ||
	    (driver->place_name == NULL && !(driver->flags & DRIVER_UNIQUE))) {
		strbuf_add(&buffer, "%s/%s", bus->name, point->text);
		return;
	}
	driver->unit_name(point, unit, sizeof(unit));
	if (driver->flags & DRIVER_UNIQUE) {
		text_copy(to, size, unit);
		return;
	}
	driver->place_name(point, place, sizeof(place));
	strbuf_add(&buffer, "%s/%s/%s", bus->name, unit, place);
}

static int
check_address(const struct conf_bus *bus, const char *address, char *hardware_id, size_t size,
    struct err *err)
{
	const struct driver *driver = driver_find(bus->driver);
	struct driver_point point;
	int r;

	if (driver == NULL)
		return unknown_driver(bus->driver, err);
	r = driver->parse(address, &point, err);
	if (r < 0)
		return r;
	identify(driver, bus, &point, hardware_id, size);
	return 0;
}

static char
unit_separator(const struct conf_bus *bus)
{
	const struct driver *driver = driver_find(bus->driver);

	return driver == NULL ? '\0' : driver->unit_separator;
}

const struct conf_drivers buses_drivers = {
	.check_bus = check_bus,
	.check_address = check_address,
	.unit_separator = unit_separator,
};
