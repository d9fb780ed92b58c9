/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_BREAKER_H
#define CORE_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/backoff.h"

/*
 * Whether a destination (a relay, the master agent) takes anything: after some temporary results in
 * a row it is left alone but for one probe at a time, by the schedule of core/backoff.h; when one
 * goes through, 1, 2 and 4 rows follow, then as many as there are.  So a thousand rows that wait
 * cost one attempt a step.  All 0 is a closed one.
 */
enum breaker_state {
	BREAKER_CLOSED,
	BREAKER_OPEN,    /* waits to probe */
	BREAKER_CLOSING, /* the probe and what follows it */
};

struct breaker {
	enum breaker_state state;
	uint32_t failures; /* in a row; once open: probes, so that the schedule goes on */
	unsigned step, passed;
	int64_t probe_ms; /* while it is open */
};

struct breaker_rule {
	uint32_t failures; /* that open it; 1 or more */
	struct backoff_rule backoff;
};

/* How many rows may leave now if `out` are under way and never more than `window`. */
unsigned breaker_room(const struct breaker *breaker, unsigned out, unsigned window, int64_t now_ms);

/* When there may be room though there is none now and nothing is under way; INT64_MAX: never. */
int64_t breaker_due_ms(const struct breaker *breaker);

/* A row leaves. */
void breaker_leaves(struct breaker *breaker);

/* How it ended; `is_temporary`: the destination did not take it now, or did not answer. */
void breaker_result(struct breaker *breaker, const struct breaker_rule *rule, bool is_temporary,
    int64_t now_ms, uint32_t random);

/* There is reason to hope: probe at once, and begin the schedule anew. */
void breaker_wake(struct breaker *breaker, int64_t now_ms);

#endif
