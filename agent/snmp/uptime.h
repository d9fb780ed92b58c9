/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNMP_UPTIME_H
#define SNMP_UPTIME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * sysUpTime is the master's: a TimeStamp (RFC 2579) in one of our tables must be in its time, not
 * in ours.  Its responses carry it (RFC 2741 §6.1.16); from that we know when, by our clock, it
 * was zero.  An answer always comes a little late, so the earliest estimate is the best, and a
 * stamp must not wander from one request to the next.  All times are CLOCK_BOOTTIME.
 */
struct uptime {
	bool is_known;
	int64_t zero_ms; /* when the master's sysUpTime was zero; may lie before our boot */
};

/* A new session may be with a new master. */
void uptime_forget(struct uptime *uptime);

/* The master's sysUpTime is `ticks` (hundredths of a second) now. */
void uptime_learn(struct uptime *uptime, uint32_t ticks, int64_t now_ms);

/* What sysUpTime was at that time; 0: before it last was zero, or the master's is not known. */
uint32_t uptime_at(const struct uptime *uptime, int64_t time_ms);

#endif
