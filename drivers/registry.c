/* SPDX-License-Identifier: BSD-2-Clause */
#include "drivers/driver.h"

#include <stddef.h>
#include <string.h>

#include "config.h"

#ifdef WITH_MODBUS
extern const struct driver driver_modbus_rtu;
extern const struct driver driver_modbus_rtutcp;
extern const struct driver driver_modbus_tcp;
#endif
extern const struct driver driver_owserver;
extern const struct driver driver_sim;
extern const struct driver driver_w1;

static const struct driver *const drivers[] = {
#ifdef WITH_MODBUS
	&driver_modbus_rtu,
	&driver_modbus_rtutcp,
	&driver_modbus_tcp,
#endif
	&driver_owserver,
	&driver_sim,
	&driver_w1,
};

const struct driver *
driver_at(size_t n)
{
	return n < sizeof(drivers) / sizeof(drivers[0]) ? drivers[n] : NULL;
}

const struct driver *
driver_find(const char *name)
{
	const struct driver *driver;

	for (size_t n = 0; (driver = driver_at(n)) != NULL; n++)
		if (strcmp(driver->name, name) == 0)
			return driver;
	return NULL;
}
