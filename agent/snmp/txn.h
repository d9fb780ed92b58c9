/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_TXN_H
#define SNMP_TXN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf_check.h"
#include "core/err.h"
#include "engine/change.h"
#include "engine/snapshot.h"
#include "snmp/table.h"

/*
 * The variable bindings of one SET, over all tables, become one change or an error.  Pure: held
 * against one snapshot, which the caller keeps until txn_free.  No type of Net-SNMP in here.
 */
enum set_error { /* error-status of RFC 3416 §3 */
	SET_OK = 0,
	SET_WRONG_TYPE = 7,
	SET_WRONG_LENGTH = 8,
	SET_WRONG_ENCODING = 9,
	SET_WRONG_VALUE = 10,
	SET_NO_CREATION = 11,
	SET_INCONSISTENT_VALUE = 12,
	SET_RESOURCE_UNAVAILABLE = 13,
	SET_COMMIT_FAILED = 14,
	SET_NOT_WRITABLE = 17,
	SET_INCONSISTENT_NAME = 18,
};

/* One of them. */
struct set_varbind {
	unsigned number; /* in its PDU, from 1 */
	const struct table *table;
	uint64_t column;
	bool has_index; /* one arc behind the column; else there can be no such instance */
	uint32_t index;
	bool has_type; /* else it is none that any column has */
	enum value_type type;
	int64_t integer; /* of numbers */
	const void *octets;
	size_t length;
};

struct txn;

/* NULL: out of memory. */
struct txn *
txn_new(const struct snapshot *snapshot, const struct conf_drivers *drivers, int64_t now_ms);
void txn_free(struct txn *txn); /* copes with NULL */

/* Judges one for itself and copies it; one of the same number takes its place. */
enum set_error txn_add(struct txn *txn, const struct set_varbind *varbind);

/* Judges all of them together.  *ret_varbind is the number of the one at fault, *err says why. */
enum set_error txn_check(struct txn *txn, unsigned *ret_varbind, struct err *err);

/* After txn_check: what is to be done, and what then cannot be taken back.  The caller's. */
struct change *txn_take_change(struct txn *txn);
struct change *txn_take_late(struct txn *txn);

#endif
