/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_READING_H
#define CORE_READING_H

#include <stdint.h>

/*
 * What a driver says about one point: a raw number, or why there is none.  The numbers of the
 * enumerations are those of ENVSENSOR-MIB (EnvsFaultReason, EnvsQuality), so no table maps them.
 */
enum fault_reason {
	FAULT_NONE = 1,
	FAULT_NO_REPLY,
	FAULT_BAD_REPLY,
	FAULT_DEVICE_ERROR,
	FAULT_IMPLAUSIBLE,
	FAULT_OUT_OF_RANGE,
	FAULT_STALE,
	FAULT_BUS_DOWN,
	FAULT_BAD_ADDRESS,
};

enum quality {
	QUALITY_UNKNOWN = 1,
	QUALITY_GOOD,
	QUALITY_SUSPECT,
	QUALITY_FAULT,
};

/* The unscaled value as the device means it.  RAW_MILLI: thousandths, exact (1-Wire). */
enum raw_kind {
	RAW_INT,
	RAW_UINT,
	RAW_REAL,
	RAW_MILLI,
};

struct raw {
	enum raw_kind kind;
	union {
		int64_t i; /* RAW_INT, RAW_MILLI */
		uint64_t u;
		double d;
	};
};

struct reading {
	enum fault_reason reason; /* FAULT_NONE: `raw` holds a value */
	struct raw raw;
};

static inline struct reading
reading_good(struct raw raw)
{
	return (struct reading){ .reason = FAULT_NONE, .raw = raw };
}

static inline struct reading
reading_bad(enum fault_reason reason)
{
	return (struct reading){ .reason = reason };
}

/* "noReply" and so on, as the MIB spells them; never NULL. */
const char *fault_reason_name(enum fault_reason reason);
const char *quality_name(enum quality quality);

#endif
