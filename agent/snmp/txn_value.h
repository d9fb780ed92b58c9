/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_TXN_VALUE_H
#define SNMP_TXN_VALUE_H

#include "snmp/txn.h"

/*
 * Whether a value can ever be right in its column (RFC 3416 §4.2.5, 3 to 6): type, length,
 * encoding, value.  What is right stands in the schema, or beside the operation.
 */

/* `settings` is a structure of field->object, which gets the value. */
enum set_error
txn_put_setting(const struct field *field, const struct set_varbind *varbind, void *settings);

/* `max_number`: the greatest allowed of a number that has no fixed one. */
enum set_error txn_check_operation(
    enum operation operation, const struct set_varbind *varbind, int64_t max_number);

#endif
