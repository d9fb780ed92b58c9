/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_FIXTURE_H
#define TESTS_UNIT_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

/* Small configurations for the tests of bus, engine and snmp. */

/* One bus "line" of the driver sim with that endpoint and interval, index 1, no sensors. */
struct conf *fixture_conf(const char *endpoint, uint32_t poll_interval_ms);

/* Adds a temperature sensor of that index, named like its address. Before conf_seal. */
struct conf_sensor *fixture_sensor(struct conf *conf, uint32_t index, const char *address);

#endif
