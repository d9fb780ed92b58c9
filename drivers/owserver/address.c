/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/ds18x20.h"
#include "core/rom.h"
#include "drivers/owserver/owserver_driver.h"

#define DEFAULT_PROPERTY "temperature"
#define WORD_CHARS       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
#define LIST_SUFFIX      ".ALL"

/* What a DS18x20 has measured, as against what it was set to. */
static const char *const temperatures[] = { "temperature", "temperature9", "temperature10",
	"temperature11", "temperature12", "fasttemp", "latesttemp" };

static bool
is_list(const char *text, size_t len)
{
	size_t suffix = strlen(LIST_SUFFIX);

	return len >= suffix && strcmp(text + len - suffix, LIST_SUFFIX) == 0;
}

/*
 * Words between slashes; the first is a device.  A device behind a hub (DS2409) is written behind
 * it, so the last device counts.
 */
static bool
find_device(const char *text, uint64_t *ret_unit, size_t *ret_len)
{
	bool is_found = false;

	for (const char *at = text;; at++) {
		size_t len = strcspn(at, "/");

		if (len == 0 || at[0] == '.' || strspn(at, WORD_CHARS) != len)
			return false;
		if (rom_parse(at, len, ROM_OWFS, ret_unit)) {
			*ret_len = (size_t)(at - text) + len;
			is_found = true;
		}
		at += len;
		if (!is_found || *at == '\0')
			return is_found;
	}
}

static enum ow_kind
kind_of(uint64_t unit, const char *property)
{
	if (ds18x20_chip(rom_family(unit)) == NULL)
		return OW_NUMBER;
	for (size_t i = 0; i < sizeof(temperatures) / sizeof(temperatures[0]); i++)
		if (strcmp(temperatures[i], property) == 0)
			return OW_DS18X20;
	return OW_NUMBER;
}

int
ow_address_parse(const char *text, struct driver_point *ret_point, struct err *err)
{
	size_t len = strnlen(text, OW_ADDRESS_MAX), device_len;
	uint64_t unit;

	if (len == OW_ADDRESS_MAX || !find_device(text, &unit, &device_len))
		return err_set(err, -EINVAL,
		    "address \"%.64s\": want ID or ID/property, as 28.000028D70000 or "
		    "26.000026D90300/VAD",
		    text);
	if (is_list(text, len))
		return err_set(err, -EINVAL,
		    "address \"%s\": a list is no number; want one of its members, as "
		    "1D.00001DE20400/counters.A",
		    text);
	*ret_point = (struct driver_point){
		.unit = unit,
		.type = kind_of(unit, len > device_len ? text + device_len + 1 : DEFAULT_PROPERTY),
		.variant = (uint16_t)device_len,
		.text = text,
	};
	return 0;
}

static const char *
prefix(bool is_uncached)
{
	return is_uncached ? "/uncached" : "";
}

void
ow_address_path(const struct driver_point *point, bool is_uncached, char to[static OW_PATH_MAX])
{
	bool has_property = point->text[point->variant] != '\0';

	snprintf(to, OW_PATH_MAX, "%s/%s%s", prefix(is_uncached), point->text,
	    has_property ? "" : "/" DEFAULT_PROPERTY);
}

void
ow_address_device(const struct driver_point *point, bool is_uncached, char to[static OW_PATH_MAX])
{
	snprintf(to, OW_PATH_MAX, "%s/%.*s", prefix(is_uncached), point->variant, point->text);
}
