/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_VALUE_PRIVATE_H
#define SNMP_VALUE_PRIVATE_H

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include "snmp/table.h"

/* Puts a copy of the value into a varbind of the library's.  0, or else there was no memory. */
int value_put(netsnmp_variable_list *varbind, enum value_type type, const struct value *value);

#endif
