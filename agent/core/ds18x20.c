/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ds18x20.h"

#include <stdlib.h>

#define POWER_ON 85000 /* before the first conversion, that is, after a loss of power */
#define JUMP_MAX 5000
#define LOWEST   -55000
#define HIGHEST  125000

static const struct {
	unsigned family;
	const char *chip;
} chips[] = {
	{ 0x10, "DS18S20" },
	{ 0x22, "DS1822" },
	{ 0x28, "DS18B20" },
	{ 0x3b, "DS1825" },
	{ 0x42, "DS28EA00" },
};

/* "Nothing there" from some adapters; too little power for a conversion, rounded down and up. */
static const int32_t false_values[] = { -127000, 127937, 127938 };

const char *
ds18x20_chip(unsigned family)
{
	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++)
		if (chips[i].family == family)
			return chips[i].chip;
	return NULL;
}

struct ds18x20 *
ds18x20_get(struct ds18x20 *probes, uint64_t unit)
{
	struct ds18x20 *oldest = &probes[0];

	for (size_t i = 0; i < DS18X20_REMEMBERED; i++) {
		if (probes[i].unit == unit)
			return &probes[i];
		if (probes[i].round < oldest->round)
			oldest = &probes[i];
	}
	*oldest = (struct ds18x20){ .unit = unit };
	return oldest;
}

void
ds18x20_forget(struct ds18x20 *probe)
{
	probe->has_last = false;
}

enum fault_reason
ds18x20_judge(struct ds18x20 *probe, int32_t milli)
{
	for (size_t i = 0; i < sizeof(false_values) / sizeof(false_values[0]); i++)
		if (milli == false_values[i])
			return FAULT_IMPLAUSIBLE;
	if (milli == POWER_ON && (!probe->has_last || abs(milli - probe->last_milli) > JUMP_MAX))
		return FAULT_IMPLAUSIBLE;
	if (milli < LOWEST || milli > HIGHEST)
		return FAULT_OUT_OF_RANGE;
	probe->has_last = true;
	probe->last_milli = milli;
	return FAULT_NONE;
}
