/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_CLOCK_H
#define SYS_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/elapsed.h"

/* The only place that asks the kernel for the time. */

int64_t clock_boottime_ms(void);  /* CLOCK_BOOTTIME: runs on in suspend; all ages */
int64_t clock_boottime_us(void);  /* the same, finer, for measuring */
int64_t clock_monotonic_us(void); /* CLOCK_MONOTONIC, which others compare with theirs */
int64_t clock_wall_ms(void);      /* CLOCK_REALTIME, since 1970 */
bool clock_is_synchronised(void); /* adjtimex(2) or systemd-timesyncd says so */

/* How far east of Greenwich the local time is at that moment. */
int clock_east_min(int64_t wall_ms);

/* This boot, now. */
void clock_moment(struct moment *ret_moment);

#endif
