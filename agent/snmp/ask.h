/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_ASK_H
#define SNMP_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What we ask of the master beside the library (RFC 2741 §6.2): one request at a time, sent
 * without waiting, its answer told by a call from the thread's loop.  The library's own way does
 * not do: it does not tell that a registration was refused, and takes back what another agent holds
 * (snmpd does not look whose it is).  The SNMP thread's alone.
 */
enum ask_kind { /* types of AgentX PDUs */
	ASK_REGISTER = 3,
	ASK_UNREGISTER = 4, /* only what was granted before */
	ASK_ALLOCATE_INDEX = 14,
	ASK_RELEASE_INDEX = 15,
};

enum ask_answer {
	ASK_GRANTED,
	ASK_REFUSED,
	ASK_LOST, /* no answer in time, or no session any more */
};

#define ASK_ARCS_MAX 64

struct ask {
	enum ask_kind kind;
	uint32_t arcs[ASK_ARCS_MAX]; /* the region, or the object of an index */
	size_t length;
	size_t range_at; /* the region runs from arcs[range_at] to range_end there; 0: no range */
	uint32_t range_end;
	uint32_t index; /* the index itself */
};

struct asker {
	void *session; /* the library's; NULL: there is none */
	int request;   /* its number while an answer is out; else 0 */
	struct ask ask;
	void (*answered)(void *context, const struct ask *ask, enum ask_answer answer);
	void *context;
};

/* A session has started or ended.  At an end the request that is out is forgotten, not answered. */
void asker_begin(struct asker *asker, void *session);
void asker_end(struct asker *asker);

/* True: one can ask now. */
bool asker_is_free(const struct asker *asker);

/* False: it could not even be sent; `answered` will not be called. */
bool asker_ask(struct asker *asker, const struct ask *ask);

#endif
