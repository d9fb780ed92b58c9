/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_SUMMARY_H
#define ENGINE_SUMMARY_H

#include <stddef.h>

#include "engine/snapshot.h"

/*
 * One line of truth about a snapshot, for whoever asks the service manager: "critical; active
 * alarms: 2, sensors in fault: 1 of 40, buses down: 0 of 3".  It changes only with these, never
 * with a mere value.
 */
void summary_text(const struct snapshot *snapshot, char *to, size_t size);

#endif
