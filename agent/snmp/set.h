/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_SET_H
#define SNMP_SET_H

#include "conf/conf_check.h"
#include "engine/snapshot.h"
#include "snmp/txn.h"
#include "sys/chan.h"

/*
 * The phases of SET, as libnetsnmp has them, for all tables together: snmpd sends one PDU with all
 * varbinds of our session (RFC 2741 §7.2.4), the library calls us once a phase for each table.  All
 * of RESERVE1 comes before RESERVE2, and so on.  One SET at a time.
 *
 * RESERVE1 judges each varbind for itself, RESERVE2 all together, ACTION has the engine do it, on
 * disk too, and COMMIT cannot fail.  The SNMP thread's alone.
 */
struct setter;

/* Whom it asks: the engine's inbox, and a channel for its replies that outlives the engine. */
struct set_link {
	struct chan *engine;
	struct chan *replies;
	const struct conf_drivers *drivers;
};

/* NULL: out of memory. */
struct setter *setter_new(struct hub *hub, const struct set_link *link);
void setter_free(struct setter *setter); /* copes with NULL; the same as setter_end, too */

/* RESERVE1.  `id` is that of the transaction. */
enum set_error
setter_reserve(struct setter *setter, long id, const struct set_varbind *varbind, int64_t now_ms);

/* RESERVE2, once for each table: *ret_varbind is the one at fault, of whichever table. */
enum set_error setter_check(struct setter *setter, long id, unsigned *ret_varbind);

/* ACTION; done by the first table that asks. */
enum set_error setter_act(struct setter *setter, long id, int64_t now_ms);

/* COMMIT; UNDO; FREE.  Also for the second time, and without what should have come before. */
void setter_commit(struct setter *setter, long id);
void setter_undo(struct setter *setter, long id);
void setter_forget(struct setter *setter, long id);

/* The session is over: what was not committed is taken back. */
void setter_end(struct setter *setter);

#endif
