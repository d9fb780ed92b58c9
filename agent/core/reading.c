/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/reading.h"

/* Switches, not tables: a new member of the enumeration must not compile without its name. */

const char *
fault_reason_name(enum fault_reason reason)
{
	switch (reason) {
	case FAULT_NONE:
		return "none";
	case FAULT_NO_REPLY:
		return "noReply";
	case FAULT_BAD_REPLY:
		return "badReply";
	case FAULT_DEVICE_ERROR:
		return "deviceError";
	case FAULT_IMPLAUSIBLE:
		return "implausible";
	case FAULT_OUT_OF_RANGE:
		return "outOfRange";
	case FAULT_STALE:
		return "stale";
	case FAULT_BUS_DOWN:
		return "busDown";
	case FAULT_BAD_ADDRESS:
		return "badAddress";
	}
	return "?";
}

const char *
quality_name(enum quality quality)
{
	switch (quality) {
	case QUALITY_UNKNOWN:
		return "unknown";
	case QUALITY_GOOD:
		return "good";
	case QUALITY_SUSPECT:
		return "suspect";
	case QUALITY_FAULT:
		return "fault";
	}
	return "?";
}
