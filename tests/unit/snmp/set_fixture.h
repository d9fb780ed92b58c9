/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_SNMP_SET_FIXTURE_H
#define TESTS_UNIT_SNMP_SET_FIXTURE_H

#include "snmp/txn.h"
#include "tests/unit/unit.h"

/*
 * For tests of SET: a snapshot made by hand, with bus 1, sensors 3 and 7, which are high at 27,
 * alarms 5 (latched) and 9 (active), channel 1, deliveries 4 (delivered), 6 (deferred) and 8 (in
 * doubt), the lock at 41; relay 3, which has a password, contacts 3 and 7, at example.org, and
 * passwords can be set.  The next sensor, relay and contact are 12.  Addresses with a "!" are bad.
 */
#define NOW 1000000

extern struct snapshot snapshot;

int set_fixture_up(void **state);
int set_fixture_down(void **state);

/* A SET, and varbinds for it; their numbers are given by judge(). */
struct txn *begin(void);
struct set_varbind varbind(const struct table *table, unsigned column, uint32_t index);
struct set_varbind number(const struct table *table, unsigned column, uint32_t index,
    enum value_type type, int64_t value);
struct set_varbind octets(
    const struct table *table, unsigned column, uint32_t index, const char *value, size_t length);
struct set_varbind
text(const struct table *table, unsigned column, uint32_t index, const char *value);

/* Of varbinds up to one without a table: the first error of each phase, and whose it is. */
enum set_error judge(struct txn *txn, const struct set_varbind *varbinds, unsigned *ret_number);

#endif
