/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/units.h"

#include <errno.h>

#define ANY INT32_MIN, INT32_MAX

/* Names and units: EnvsQuantity and EnvsMilli of ENVSENSOR-MIB. */
static const struct quantity_info quantities[] = {
	[QUANTITY_OTHER] = { "other", "", ANY, -1, false },
	[QUANTITY_TEMPERATURE] = { "temperature", "C", -273150, 1800000, 1000, false },
	[QUANTITY_HUMIDITY] = { "humidity", "%RH", -2000, 102000, 3000, false },
	[QUANTITY_DEW_POINT] = { "dewPoint", "C", -273150, 1800000, 1000, false },
	[QUANTITY_PRESSURE] = { "pressure", "hPa", 0, 100000000, -1, false },
	[QUANTITY_VOLTAGE] = { "voltage", "V", ANY, -1, false },
	[QUANTITY_CURRENT] = { "current", "A", ANY, -1, false },
	[QUANTITY_POWER] = { "power", "W", ANY, -1, false },
	[QUANTITY_ENERGY] = { "energy", "kWh", ANY, -1, false },
	[QUANTITY_FREQUENCY] = { "frequency", "Hz", ANY, -1, false },
	[QUANTITY_CO2] = { "co2", "ppm", ANY, -1, false },
	[QUANTITY_AIR_SPEED] = { "airSpeed", "m/s", ANY, -1, false },
	[QUANTITY_LIGHT] = { "light", "lx", ANY, -1, false },
	[QUANTITY_NOISE] = { "noise", "dB", ANY, -1, false },
	[QUANTITY_CONTACT] = { "contact", "", 0, 1000, -1, true },
	[QUANTITY_LEAK] = { "leak", "", 0, 1000, -1, true },
	[QUANTITY_SMOKE] = { "smoke", "", 0, 1000, -1, true },
	[QUANTITY_VOC] = { "voc", "ppb", ANY, -1, false },
	[QUANTITY_PARTICULATES] = { "particulates", "ug/m3", ANY, -1, false },
	[QUANTITY_FLOW] = { "flow", "l/min", ANY, -1, false },
	[QUANTITY_LEVEL] = { "level", "mm", ANY, -1, false },
};

_Static_assert(
    sizeof(quantities) / sizeof(quantities[0]) == QUANTITY_LAST + 1, "each quantity has its row");

const struct quantity_info *
quantity_info(enum quantity quantity)
{
	if (quantity < QUANTITY_OTHER || quantity > QUANTITY_LAST)
		return NULL;
	return &quantities[quantity];
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static char
lower(char c)
{
	return is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

/* A hyphen may stand only where the label begins a new word. */
static bool
is_label(const char *text, const char *label)
{
	for (; *label != '\0'; label++, text++) {
		if (is_upper(*label) && *text == '-')
			text++;
		if (lower(*text) != lower(*label))
			return false;
	}
	return *text == '\0';
}

int
quantity_parse(const char *text, enum quantity *ret_quantity)
{
	for (int i = QUANTITY_OTHER; i <= QUANTITY_LAST; i++) {
		if (is_label(text, quantities[i].name)) {
			*ret_quantity = (enum quantity)i;
			return 0;
		}
	}
	return -EINVAL;
}

bool
quantity_is_temperature(enum quantity quantity)
{
	return quantity == QUANTITY_TEMPERATURE || quantity == QUANTITY_DEW_POINT;
}
