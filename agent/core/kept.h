/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_KEPT_H
#define CORE_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "core/evaluator.h"

/*
 * The state of an evaluator as octets, the same on every machine: a version, then each member in
 * the order of a table, least significant octet first.
 */
#define KEPT_OCTETS_MAX 320

/* How many octets it took. */
size_t kept_encode(const struct evaluator_kept *kept, unsigned char octets[KEPT_OCTETS_MAX]);

/* 0; -EINVAL: of another version, too short or long, a number that cannot be, or some that do not
 * belong together: no evaluator has ever been in that state. */
int kept_decode(const unsigned char *octets, size_t count, struct evaluator_kept *ret_kept);

#endif
