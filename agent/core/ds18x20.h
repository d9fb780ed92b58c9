/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_DS18X20_H
#define CORE_DS18X20_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/reading.h"

/*
 * The DS18B20 and its relatives, whoever reads them: which values they say with a good checksum
 * although they have not measured them.  To know, one has to remember the last good value of each
 * probe.
 */
struct ds18x20 {
	uint64_t unit;  /* 0: nobody */
	uint64_t round; /* of the last read; the caller's count, which only grows */
	bool has_last;
	int32_t last_milli; /* the last good value */
};

#define DS18X20_REMEMBERED 256 /* a line carries far fewer */

/* The name of the chip; NULL: the family is not one of these. */
const char *ds18x20_chip(unsigned family);

/* The memory of a probe among DS18X20_REMEMBERED.  When all are taken, the probe that was read
 * longest ago has to be met anew. */
struct ds18x20 *ds18x20_get(struct ds18x20 *probes, uint64_t unit);

/* It is gone: what comes back may be at another temperature, or just powered on. */
void ds18x20_forget(struct ds18x20 *probe);

/* FAULT_NONE, and the value is remembered; FAULT_IMPLAUSIBLE, FAULT_OUT_OF_RANGE. */
enum fault_reason ds18x20_judge(struct ds18x20 *probe, int32_t milli);

#endif
