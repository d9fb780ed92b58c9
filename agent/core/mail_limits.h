/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_MAIL_LIMITS_H
#define CORE_MAIL_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "core/flood.h"
#include "core/limiter.h"

/*
 * What a recipient got lately, and what came in for it: stored, so that a restart neither gives it
 * more than its limits nor ends a flood.  Pure.  All 0 is nothing.
 */
struct mail_limits {
	struct limiter limiter;
	struct flood flood;
};

/* As octets, the same on every machine: a version, then the numbers in a fixed order, least
 * significant octet first. */
#define MAIL_LIMITS_OCTETS (1 + 3 * 8 + 2 + 3 * (2 * 8 + (WINDOW_SLOTS + 1) * 4))

void mail_limits_encode(const struct mail_limits *limits, unsigned char octets[MAIL_LIMITS_OCTETS]);

/* 0; -EINVAL: of another version, too short or long, or a number that cannot be. */
int mail_limits_decode(const unsigned char *octets, size_t count, struct mail_limits *ret_limits);

/* What was until `until_ms` was `by_ms` later: the times of another boot, in ours. */
void mail_limits_shift(struct mail_limits *limits, int64_t until_ms, int64_t by_ms);

#endif
