/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_TXN_PRIVATE_H
#define SNMP_TXN_PRIVATE_H

#include "conf/conf.h"
#include "snmp/txn.h"

/* Inside agent/snmp/txn*.c only. */

/* One varbind, found good for itself. */
struct slot {
	struct set_varbind varbind; /* its octets are ours */
	const struct field *field;  /* of a setting; NULL: it is an operation */
	enum operation operation;
	char octets[CONF_TEXT_SIZE];
};

struct txn {
	const struct snapshot *snapshot;
	const struct conf_drivers *drivers;
	int64_t now_ms;
	size_t count, room;
	struct slot *slots; /* by number */
	struct change *change, *late;
};

/* A structure of settings, whichever, to hold one value for a moment. */
union scratch {
	max_align_t align;
	unsigned char octets[4096];
};

/* The verdict over all of them, under way. */
struct judge {
	struct txn *txn;
	struct err *err;
	const struct slot *fault; /* NULL: none */
};

/* txn.c: the row in the snapshot; row_count: it is not there. */
size_t txn_row(const struct txn *txn, const struct set_varbind *varbind);
bool txn_has_row(const struct txn *txn, const struct set_varbind *varbind);

/* `error`; this one is at fault. */
enum set_error judge_blame(struct judge *judge, const struct slot *slot, enum set_error error);

/* txn_plan.c: what one of them adds to the change, beside the others. */
enum set_error txn_plan(struct judge *judge, const struct slot *slot);

#endif
