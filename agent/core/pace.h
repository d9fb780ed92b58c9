/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_PACE_H
#define CORE_PACE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A bucket of tokens: `burst` at once, then so many a second.  All 0 is a full one, for a
 * clock that begins at 0 or later.
 */
struct pace_rule {
	uint32_t per_second, burst; /* 1 or more */
};

struct pace {
	int64_t full_us; /* when it will be full again */
};

/* Takes a token; false: there is none. */
bool pace_take(struct pace *pace, const struct pace_rule *rule, int64_t now_ms);

/* The first moment at which there is one; it may be over. */
int64_t pace_due_ms(const struct pace *pace, const struct pace_rule *rule);

#endif
