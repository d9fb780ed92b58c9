/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_FLOOD_H
#define CORE_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/window.h"

/*
 * More raises than a person reads one by one: from then on a recipient gets digests, the first at
 * once, until it is quieter.  Pure.  All 0 is quiet.
 */
struct flood_rule {
	uint32_t raises; /* more than these in the window begin it */
	uint32_t end;    /* fewer than these end it; at most `raises` */
	int64_t window_ms;
	int64_t digest_ms;
};

struct flood {
	struct window window;
	bool is_on;
	int64_t digest_ms; /* while it is on: the next digest, not before */
};

/* One more raise. */
void flood_raise(struct flood *flood, const struct flood_rule *rule, int64_t now_ms);

/* It is on; it ends here. */
bool flood_is_on(struct flood *flood, const struct flood_rule *rule, int64_t now_ms);

/* A digest went. */
void flood_digest(struct flood *flood, const struct flood_rule *rule, int64_t now_ms);

#endif
