/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_CONF_MOCK_DRIVERS_H
#define TESTS_UNIT_CONF_MOCK_DRIVERS_H

#include "conf/conf_check.h"

/* A mock of the drivers, as far as the configuration asks them: it knows "modbus-rtu", "w1" and
 * "sim"; an address is "UNIT:..." with a unit of 1..247, but any text on w1 and sim. */
extern const struct conf_drivers mock_drivers;

#endif
