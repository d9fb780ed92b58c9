/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_ROUTE_H
#define CORE_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/record.h"

/*
 * True: people are to be told of the event by that channel (enum channel).  Not of what has no
 * notification or is suppressed; and what is wrong with a channel goes by the others only, so that
 * the queue never feeds itself.
 */
bool route_is_told(const struct record *record, uint8_t channel);

#endif
