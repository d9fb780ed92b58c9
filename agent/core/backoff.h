/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_BACKOFF_H
#define CORE_BACKOFF_H

#include <stdint.h>

/*
 * The schedule of attempts, the same for each channel: at once, then base, twice, four times ...
 * up to the cap, each varied either way by chance so that what failed together does not come back
 * together.
 */
struct backoff_rule {
	uint32_t base_ms, cap_ms; /* envsDeliveryRetryBase, envsDeliveryRetryCap */
	uint32_t jitter_percent;  /* 0..100 */
};

/* How long to wait after so many failures in a row; 0 of them: not at all.  `random` is any number,
 * all equally likely. */
int64_t backoff_ms(const struct backoff_rule *rule, uint32_t failures, uint32_t random);

#endif
