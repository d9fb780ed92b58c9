/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_FIXTURE_H
#define TESTS_UNIT_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "core/report.h"

/* Small configurations for the tests of bus, engine and snmp. */

/* One bus "line" of the driver sim with that endpoint and interval, index 1, no sensors. */
struct conf *fixture_conf(const char *endpoint, uint32_t poll_interval_ms);

/* Adds a temperature sensor of that index, named like its address. Before conf_seal. */
struct conf_sensor *fixture_sensor(struct conf *conf, uint32_t index, const char *address);

/* With sensors "s0001"... of no index that alarm at the first sample: critical at 30, warning at
 * 27. */
struct conf *fixture_quick_conf(unsigned count);

/* A report of that bus that it is up and `count` sensors from `first` on read that now, under the
 * newest of configurations. */
struct bus_report *
fixture_report(uint32_t first, uint32_t count, struct reading reading, int64_t time_ms);
struct reading fixture_milli(int64_t value);

#endif
