/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "drivers/owserver/owserver_driver.h"
#include "tests/unit/unit.h"

#define A24 "aaaaaaaaaaaaaaaaaaaaaaaa"

static void
takes_a_device_and_a_property(void **state)
{
	static const struct {
		const char *text, *path, *device;
		uint64_t unit;
		enum ow_kind kind;
	} cases[] = {
		{ "28.000028D70000", "/28.000028D70000/temperature", "/28.000028D70000",
		    0x28000028d70000, OW_DS18X20 },
		{ "28.000028d70000", "/28.000028d70000/temperature", "/28.000028d70000",
		    0x28000028d70000, OW_DS18X20 },
		{ "28.000028D70000/temperature", "/28.000028D70000/temperature", "/28.000028D70000",
		    0x28000028d70000, OW_DS18X20 },
		{ "10.000010EF0200/latesttemp", "/10.000010EF0200/latesttemp", "/10.000010EF0200",
		    0x10000010ef0200, OW_DS18X20 },
		{ "28.000028D70000/temperature9", "/28.000028D70000/temperature9",
		    "/28.000028D70000", 0x28000028d70000, OW_DS18X20 },
		{ "28.000028D70000/temphigh", "/28.000028D70000/temphigh", "/28.000028D70000",
		    0x28000028d70000, OW_NUMBER },
		{ "26.000026D90300", "/26.000026D90300/temperature", "/26.000026D90300",
		    0x26000026d90300, OW_NUMBER },
		{ "26.000026D90300/HIH4000/humidity", "/26.000026D90300/HIH4000/humidity",
		    "/26.000026D90300", 0x26000026d90300, OW_NUMBER },
		{ "26.000026D90300/B1-R1-A/pressure", "/26.000026D90300/B1-R1-A/pressure",
		    "/26.000026D90300", 0x26000026d90300, OW_NUMBER },
		{ "1D.00001DE20400/counters.A", "/1D.00001DE20400/counters.A", "/1D.00001DE20400",
		    0x1d00001de20400, OW_NUMBER },
		{ "29.000029D60600/sensed.BYTE", "/29.000029D60600/sensed.BYTE", "/29.000029D60600",
		    0x29000029d60600, OW_NUMBER },
		{ "1F.000000000001/main/28.000028D70000",
		    "/1F.000000000001/main/28.000028D70000"
		    "/temperature",
		    "/1F.000000000001/main/28.000028D70000", 0x28000028d70000, OW_DS18X20 },
		{ "1F.000000000001/aux/26.000026D90300/VAD",
		    "/1F.000000000001/aux/26.000026D90300/VAD",
		    "/1F.000000000001/aux/26.000026D90300", 0x26000026d90300, OW_NUMBER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct driver_point point;
		char path[OW_PATH_MAX], uncached[OW_PATH_MAX];

		if (ow_address_parse(cases[i].text, &point, NULL) < 0)
			fail_msg("\"%s\"", cases[i].text);
		assert_ptr_equal(point.text, cases[i].text);
		assert_int_equal(point.unit, cases[i].unit);
		assert_int_equal(point.type, cases[i].kind);
		ow_address_path(&point, false, path);
		assert_string_equal(path, cases[i].path);
		ow_address_device(&point, false, path);
		assert_string_equal(path, cases[i].device);
		ow_address_device(&point, true, uncached);
		assert_int_equal(strncmp(uncached, "/uncached/", 10), 0);
		assert_string_equal(uncached + strlen("/uncached"), cases[i].device);
		ow_address_path(&point, true, uncached);
		assert_int_equal(strncmp(uncached, "/uncached/", 10), 0);
		assert_string_equal(uncached + strlen("/uncached"), cases[i].path);
	}
}

static void
refuses_what_is_no_clean_path(void **state)
{
	static const char *const texts[] = { "", "/", "temperature", "28", "/28.000028D70000",
		"28-000028d70000", "28000028D70000", "28.000028D70000.11", "28.000028D7000",
		"28.000028D70000/", "28.000028D70000//temperature", "28.000028D70000/../settings",
		"28.000028D70000/.", "28.000028D70000/temp erature", "28.000028D70000/temp\n",
		"28.000028D70000/t,u", "28.000028D70000/t%n", "28.000028D70000/t\xc3\xa4",
		"uncached/28.000028D70000", "bus.0/28.000028D70000", "settings/units",
		"1D.00001DE20400/counters.ALL", "28.000028D70000/" A24 "/" A24 "/" A24 "/aaaaaa" };
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct driver_point point = { .unit = 7 };

		if (ow_address_parse(texts[i], &point, &err) != -EINVAL)
			fail_msg("\"%s\" was taken", texts[i]);
		assert_non_null(strstr(err.text, "want "));
		assert_int_equal(point.unit, 7);
	}
}

static void
finds_the_devices_of_a_list(void **state)
{
	static const struct {
		const char *list;
		size_t size; /* 0: up to its end */
		uint64_t roms[3];
	} cases[] = {
		{ "/28.000028D70000/,/10.000010EF0200/", 0,
		    { 0x28000028d70000, 0x10000010ef0200 } },
		{ "/28.000028D70000,/10.000010EF0200", 0, { 0x28000028d70000, 0x10000010ef0200 } },
		{ "/28.000028D70000/\0\0\0", 20, { 0x28000028d70000 } },
		{ "/uncached/28.000028D70000/,/bus.0/10.000010EF0200/", 0,
		    { 0x28000028d70000, 0x10000010ef0200 } },
		{ "/settings/,/28.000028D70000/,/alarm/,,/", 0, { 0x28000028d70000 } },
		{ "28.000028D70000/,28.000028D70000,/28-000028D70000/,/28.000028D7000G/", 0,
		    { 0 } },
		{ "/x28.000028D70000/,/28.000028D70000x/", 0, { 0 } },
		{ "/28.000028D70000/", 15, { 0 } },
		{ ",,,", 0, { 0 } },
		{ "", 0, { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *at = cases[i].list;
		const char *end = at + (cases[i].size > 0 ? cases[i].size : strlen(at));
		uint64_t rom = 0;

		for (size_t n = 0; cases[i].roms[n] != 0; n++) {
			assert_true(ow_directory_next(&at, end, &rom));
			assert_int_equal(rom, cases[i].roms[n]);
		}
		if (ow_directory_next(&at, end, &rom))
			fail_msg("\"%s\": one more", cases[i].list);
	}
}

static void
describes_a_device(void **state)
{
	static const struct {
		uint64_t rom;
		const char *address, *what;
	} cases[] = {
		{ 0x28000028d70000, "28.000028D70000", "DS18B20" },
		{ 0x1d00001de20400, "1D.00001DE20400/counters.A", "DS2423; also counters.B" },
		{ 0x21000021de0c00, "21.000021DE0C00/temperature", "DS1921" },
		{ 0x01000000000001, "01.000000000001", "family 01" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char address[OW_ADDRESS_MAX], what[128];
		struct driver_point point;

		ow_directory_describe(cases[i].rom, address, what, sizeof(what));
		assert_string_equal(address, cases[i].address);
		assert_string_equal(what, cases[i].what);
		assert_int_equal(ow_address_parse(address, &point, NULL), 0);
		assert_int_equal(point.unit, cases[i].rom);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_device_and_a_property),
		cmocka_unit_test(refuses_what_is_no_clean_path),
		cmocka_unit_test(finds_the_devices_of_a_list),
		cmocka_unit_test(describes_a_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
