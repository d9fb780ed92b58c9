/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_ELAPSED_H
#define CORE_ELAPSED_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How long ago something stored was, also over a reboot.  The only place where wall time enters a
 * decision.  Boottime is CLOCK_BOOTTIME; boot_id is /proc/sys/kernel/random/boot_id.
 */
struct moment {
	char boot_id[37];
	int64_t boottime_ms;
	int64_t wall_ms; /* since 1970, UTC */
};

/*
 * Same boot: the difference of boottime, never below 0.  Another boot: the difference of wall time
 * if our clock is synchronised and that lies between 0 and 30 days, else 0.  An empty boot id is
 * that of no boot.
 */
int64_t elapsed_ms(const struct moment *then, const struct moment *now, bool clock_is_synchronised);

/*
 * How far the system clock was set between two moments of one boot, forward or (below 0) back; 0:
 * not, or by no more than what slewing and a slow turn account for (2 s).
 */
int64_t clock_step_ms(const struct moment *before, const struct moment *now);

#endif
