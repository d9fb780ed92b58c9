/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/conf/mock_drivers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int
mock_check_bus(const struct conf_bus *bus, struct err *err)
{
	static const char *const known[] = { "modbus-rtu", "w1", "sim" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(bus->driver, known[i]) != 0)
			continue;
		if (strcmp(bus->driver, "sim") != 0 && bus->endpoint[0] == '\0')
			return err_set(err, -EINVAL, "endpoint = \"\": want a path");
		return 0;
	}
	return err_set(err, -ENOENT, "driver = \"%s\": want modbus-rtu, w1 or sim", bus->driver);
}

static int
mock_check_address(const struct conf_bus *bus, const char *address, char *hardware_id, size_t size,
    struct err *err)
{
	size_t digits = strcspn(address, ":");
	char unit[8] = "";
	uint32_t number;

	if (strcmp(bus->driver, "modbus-rtu") == 0) {
		snprintf(unit, sizeof(unit), "%.*s", (int)digits, address);
		if (text_parse_u32(unit, 1, 247, &number) < 0)
			return err_set(err, -EINVAL,
			    "address = \"%s\": want UNIT:TABLE:REGISTER:TYPE "
			    "with a unit of 1..247",
			    address);
	}
	snprintf(hardware_id, size, "%s/%.20s", bus->name, address);
	return 0;
}

static char
mock_unit_separator(const struct conf_bus *bus)
{
	return strcmp(bus->driver, "modbus-rtu") == 0 ? ':' : '\0';
}

const struct conf_drivers mock_drivers = {
	.check_bus = mock_check_bus,
	.check_address = mock_check_address,
	.unit_separator = mock_unit_separator,
};
