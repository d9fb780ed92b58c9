/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_VARBINDS_H
#define SNMP_VARBINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/record.h"
#include "snmp/table.h"

/*
 * The variable bindings of the notification that tells of an event (RFC 3416 §4.2.6), in the order
 * of the MIB: snmpTrapOID.0, what OBJECTS lists, and two more if it is of a sensor.  sysUpTime.0,
 * which comes before, is the master's (RFC 2741 §6.2.10).  Values come from the getters of the
 * tables.  Pure, and without types of Net-SNMP.
 */
#define VARBIND_ARCS_MAX 64
#define VARBINDS_MAX     16

struct varbind {
	uint32_t name[VARBIND_ARCS_MAX];
	size_t name_length;
	enum value_type type;
	struct value value;
};

/*
 * The n-th of them, from 0; false: there are no more.  The snapshot gives what is of the agent.
 * What has no value is 0 or empty: a notification carries all its objects.  Texts may lie in
 * `ret_varbind`, in the record or in the snapshot.
 */
bool varbinds_get(const struct record *record, const struct snapshot *snapshot, size_t n,
    struct varbind *ret_varbind);

#endif
