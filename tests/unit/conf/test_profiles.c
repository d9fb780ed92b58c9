/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The profiles that are shipped: each decodes a dump of registers to the values of its data sheet,
 * or, where that has no example, to what its scales make of the registers.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_profile.h"
#include "conf/schema.h"
#include "core/codec.h"
#include "core/text.h"
#include "tests/unit/unit.h"

#define WORDS_MAX  16
#define BLOCKS_MAX 6

/* What a device answers: registers from `first` on. */
struct block {
	const char *table;
	unsigned first, count;
	uint16_t words[WORDS_MAX];
};

#define REGISTERS(table, first, ...)                                                  \
	{                                                                             \
		table, first, sizeof((uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t), \
		{                                                                     \
			__VA_ARGS__                                                   \
		}                                                                     \
	}

/* The values in the order of the profile's sensors; "-": out of range, "nan": no number. */
static const struct {
	const char *profile;
	struct block blocks[BLOCKS_MAX];
	const char *values;
} dumps[] = {
	/* the manual's examples */
	{ "xy-md02", { REGISTERS("input", 1, 0x0131, 0x0222) }, "30.5 54.6" },
	{ "xy-md02", { REGISTERS("input", 1, 0xff33, 0x03e8) }, "-20.5 100" },
	{ "r4dcb08",
	    { REGISTERS("holding", 0, 219, 65424, 0x8000, 100, 65506, 0x8000, 850, 0x8000) },
	    "21.9 -11.2 - 10 -3 - 85 -" },
	{ "pta8c04", { REGISTERS("holding", 0, 182, 0xffce, 2500, 0x7fff) }, "18.2 -5 250 -" },
	{ "senseair-s8", { REGISTERS("input", 3, 0x0388) }, "904" },
	{ "vaisala-hmp",
	    { REGISTERS("holding", 0, 0x7ae1, 0x41f4, 0x0000, 0x41aa),
		REGISTERS("holding", 6, 0x147b, 0x405e) },
	    "30.56 21.25 3.47" },
	{ "vaisala-hmp",
	    { REGISTERS("holding", 0, 0x0000, 0x7fc0, 0x0000, 0x41aa),
		REGISTERS("holding", 6, 0x0000, 0x7fc0) },
	    "nan 21.25 nan" },
	{ "trf-b2", { REGISTERS("holding", 0, 0, 1, 0, 220, 0, 30, 12, 3, 245, 1, 3) }, "24.5 22" },
	{ "sdm630",
	    { REGISTERS("input", 0, 0x4366, 0x3334, 0x4365, 0xe666, 0x4367, 0x199a, 0x3e80, 0x0000,
		  0x3f40, 0x0000, 0x0000, 0x0000, 0x4266, 0x0000, 0x432c, 0x8000),
		REGISTERS("input", 16, 0xc266, 0x0000), REGISTERS("input", 52, 0x432c, 0x8000),
		REGISTERS("input", 70, 0x4247, 0xeb85, 0x449a, 0x5225, 0x3f00, 0x0000) },
	    "230.2 229.9 231.1 0.25 0.75 0 57.5 172.5 -57.5 172.5 49.98 1234.567 0.5" },
	{ "sdm120",
	    { REGISTERS("input", 0, 0x4366, 0x3334), REGISTERS("input", 6, 0x3fc0, 0x0000),
		REGISTERS("input", 12, 0xc3ac, 0xa000), REGISTERS("input", 30, 0xbf7a, 0xe148),
		REGISTERS("input", 70, 0x4247, 0xeb85, 0x449a, 0x5225, 0x3f00, 0x0000) },
	    "230.2 1.5 -345.25 -0.98 49.98 1234.567 0.5" },

	/* the data sheet's scales */
	{ "wb-msw3",
	    { REGISTERS("input", 3, 4215, 2150, 4500), REGISTERS("input", 8, 612, 0, 35000, 110) },
	    "21.5 45 42.15 612 350 110" },
	{ "wb-msw3",
	    { REGISTERS("input", 3, 0, 0x7fff, 0xffff),
		REGISTERS("input", 8, 0xffff, 0xffff, 0xffff, 0xffff) },
	    "- - - - - -" },
	{ "comet-t3311", { REGISTERS("holding", 48, 0xff9c, 553, 0, 0, 0xff38) }, "-10 55.3 -20" },
	{ "querx-th", { REGISTERS("input", 10, 231, 48, 736, 2963, 116) }, "23.1 48 11.6" },
	{ "qfa3150", { REGISTERS("holding", 0, 2268, 0, 4410, 0) }, "22.68 44.1" },
	{ "cl-213", { REGISTERS("input", 0, 2, 845, 17, 5210, 2375, 7475, 1325) },
	    "2 845 17 52.1 23.75 13.25" },
	{ "dpt-mod", { REGISTERS("input", 1, 0xff06) }, "-250" },
	{ "pzem-004t",
	    { REGISTERS("input", 0, 2301, 0x86a0, 0x0001, 23010, 0, 0x0001, 0x0010, 500, 100) },
	    "230.1 100 2301 1048.577 50 1" },
	{ "waveshare-io8", { REGISTERS("discrete", 0, 1, 0, 1, 1, 0, 0, 0, 1) },
	    "1 0 1 1 0 0 0 1" },
	{ "rle-ld1500", { REGISTERS("input", 0, 0, 0, 0, 25) }, "0 0 25" },
	{ "rle-ld1500", { REGISTERS("input", 0, 0x0009, 123, 0, 310) }, "1 123 310" },
	{ "rle-ld1500", { REGISTERS("input", 0, 0x0002, 0, 0, 0) }, "1 0 0" },
	{ "apc-smart-ups",
	    { REGISTERS("holding", 128, 0, 3600, 51200, 1747),
		REGISTERS("holding", 135, 3200, 6400), REGISTERS("holding", 142, 14720, 0, 6400),
		REGISTERS("holding", 151, 14784) },
	    "3600 99.994 54.594 25.002 24.998 230 50.003 231" },
};

static struct conf_profiles profiles;

static int
read_profiles(void **state)
{
	const char *source = getenv("ENVSENSOR_SRCDIR");
	char folder[512];
	struct err err;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/drivers", source != NULL ? source : ".");
	setenv("ENVSENSORD_DATADIR", folder, 1);
	return conf_profiles_read("/nowhere/envsensord.conf", &profiles, &err);
}

static int
free_profiles(void **state)
{
	(void)state;
	conf_profiles_done(&profiles);
	return 0;
}

static const struct conf_profile_map *
find_map(const char *name)
{
	for (size_t i = 0; i < profiles.count; i++)
		if (strcmp(profiles.maps[i].profile.name, name) == 0)
			return &profiles.maps[i];
	fail_msg("no profile %s", name);
	return NULL;
}

/* The registers of an address; fails where the dump has none. */
static const uint16_t *
find_words(const struct block *blocks, const char *table, unsigned first, unsigned count)
{
	for (size_t i = 0; i < BLOCKS_MAX && blocks[i].table != NULL; i++)
		if (strcmp(blocks[i].table, table) == 0 && first >= blocks[i].first &&
		    first + count <= blocks[i].first + blocks[i].count)
			return blocks[i].words + (first - blocks[i].first);
	fail_msg("no %s %u in the dump", table, first);
	return NULL;
}

/* "table:register:type[:order]" */
static struct reading
read_sensor(const struct block *blocks, const struct conf_sensor *sensor)
{
	char table[16] = "", number[8] = "", type_name[16] = "", order_name[8] = "abcd";
	enum codec_order order;
	enum codec_type type;
	uint32_t first;

	assert_true(sscanf(sensor->address, "%15[^:]:%7[^:]:%15[^:]:%7s", table, number, type_name,
			order_name) >= 3);
	assert_int_equal(text_parse_u32(number, 0, 65535, &first), 0);
	assert_int_equal(codec_type_parse(type_name, strlen(type_name), &type), 0);
	assert_int_equal(codec_order_parse(order_name, strlen(order_name), &order), 0);
	return reading_good(
	    codec_decode(find_words(blocks, table, first, codec_words(type)), type, order));
}

static void
describe(const struct block *blocks, const struct conf_sensor *sensor, char *to, size_t size)
{
	struct reading reading = read_sensor(blocks, sensor);
	int32_t milli;

	switch (conf_sensor_value(sensor, &reading, &milli)) {
	case FAULT_NONE:
		text_format_fixed(milli, 3, to, size);
		break;
	case FAULT_OUT_OF_RANGE:
		text_copy(to, size, "-");
		break;
	case FAULT_IMPLAUSIBLE:
		text_copy(to, size, "nan");
		break;
	case FAULT_NO_REPLY:
	case FAULT_BAD_REPLY:
	case FAULT_DEVICE_ERROR:
	case FAULT_STALE:
	case FAULT_BUS_DOWN:
	case FAULT_BAD_ADDRESS:
		fail();
	}
}

static void
decodes_a_dump_to_the_values_of_the_data_sheet(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(dumps); i++) {
		const struct conf_profile_map *map = find_map(dumps[i].profile);
		char values[256] = "";

		for (size_t n = 0; n < map->sensor_count; n++) {
			size_t used = strlen(values);

			if (n > 0)
				values[used++] = ' ';
			describe(dumps[i].blocks, &map->sensors[n], values + used,
			    sizeof(values) - used);
		}
		if (strcmp(values, dumps[i].values) != 0)
			fail_msg("%s: %s, not %s", dumps[i].profile, values, dumps[i].values);
	}
}

static void
each_file_is_good_and_has_a_dump_here(void **state)
{
	(void)state;
	if (profiles.bad_count > 0)
		fail_msg("%s", profiles.bad.text);
	assert_in_range(profiles.count, 10, 1000);
	for (size_t i = 0; i < profiles.count; i++) {
		bool is_here = false;

		for (size_t n = 0; n < COUNT(dumps); n++)
			is_here |= strcmp(dumps[n].profile, profiles.maps[i].profile.name) == 0;
		if (!is_here)
			fail_msg("no dump for %s", profiles.maps[i].profile.name);
	}
}

/* --scan names a device after its profile and unit. */
static void
each_sensor_of_a_proposed_device_has_a_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < profiles.count; i++) {
		const struct conf_profile_map *map = &profiles.maps[i];

		for (size_t n = 0; n < map->sensor_count; n++) {
			char name[256];

			snprintf(name, sizeof(name), "%s-247 %s", map->profile.name,
			    map->sensors[n].name);
			if (!text_is_name(name))
				fail_msg("\"%s\" is too long", name);
		}
	}
}

/* What is beyond a site's judgement is not in a profile that all share. */
static void
none_sets_a_limit(void **state)
{
	(void)state;
	for (size_t i = 0; i < profiles.count; i++)
		for (size_t n = 0; n < profiles.maps[i].sensor_count; n++)
			assert_int_equal(profiles.maps[i].sensors[n].limits_enabled, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_file_is_good_and_has_a_dump_here),
		cmocka_unit_test(decodes_a_dump_to_the_values_of_the_data_sheet),
		cmocka_unit_test(each_sensor_of_a_proposed_device_has_a_name),
		cmocka_unit_test(none_sets_a_limit),
	};

	return cmocka_run_group_tests(tests, read_profiles, free_profiles);
}
