/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "core/codec.h"
#include "drivers/modbus/modbus_driver.h"
#include "tests/unit/unit.h"

static void
understands_good_addresses(void **state)
{
	static const struct {
		const char *text;
		unsigned unit, place;
		enum codec_type type;
		enum codec_order order;
	} cases[] = {
		{ "1:input:1:int16", 1, 4 << 16 | 1, CODEC_INT16, CODEC_ABCD },
		{ "247:holding:65535:uint16", 247, 3 << 16 | 65535, CODEC_UINT16, CODEC_ABCD },
		{ "7:discrete:3:bool", 7, 2 << 16 | 3, CODEC_BOOL, CODEC_ABCD },
		{ "7:coil:0:bool", 7, 1 << 16, CODEC_BOOL, CODEC_ABCD },
		{ "7:input:0:bool", 7, 4 << 16, CODEC_BOOL, CODEC_ABCD },
		{ "2:holding:65534:float32:cdab", 2, 3 << 16 | 65534, CODEC_FLOAT32, CODEC_CDAB },
		{ "2:holding:65532:int64:dcba", 2, 3 << 16 | 65532, CODEC_INT64, CODEC_DCBA },
		{ "2:holding:10:uint32:badc", 2, 3 << 16 | 10, CODEC_UINT32, CODEC_BADC },
	};
	struct driver_point point;
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (mb_address_parse(cases[i].text, &mb_units_rtu, &point, &err) != 0)
			fail_msg("%s: %s", cases[i].text, err.text);
		assert_int_equal(point.unit, cases[i].unit);
		assert_int_equal(point.place, cases[i].place);
		assert_int_equal(point.type, cases[i].type);
		assert_int_equal(point.variant, cases[i].order);
		assert_ptr_equal(point.text, cases[i].text);
	}
}

static void
refuses_bad_addresses_with_what_is_allowed(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "want unit:table:register:type" },
		{ "1:input:1", "want unit:table:register:type" },
		{ "1:input:1:int16:abcd:x", "want unit:table:register:type" },
		{ "1::1:int16", "want unit:table:register:type" },
		{ ":input:1:int16", "want unit:table:register:type" },
		{ "1:input:1:int16:", "want unit:table:register:type" },
		{ "1:input:00000000000000001:int16", "want unit:table:register:type" },
		{ "0:input:1:int16", "unit \"0\": want 1 to 247" },
		{ "248:input:1:int16", "unit \"248\": want 1 to 247" },
		{ "-1:input:1:int16", "unit \"-1\": want 1 to 247" },
		{ "x:input:1:int16", "unit \"x\": want 1 to 247" },
		{ " 1:input:1:int16", "unit \" 1\": want 1 to 247" },
		{ "1:inputs:1:int16", "table \"inputs\": want coil, discrete, holding or input" },
		{ "1:Input:1:int16", "table \"Input\": want coil" },
		{ "1:input:65536:int16", "register \"65536\": want 0 to 65535" },
		{ "1:input:0x10:int16", "register \"0x10\": want 0 to 65535" },
		{ "1:input:1:int8", "type \"int8\": want bool, int16" },
		{ "1:coil:1:int16", "a coil or discrete input is a bool" },
		{ "1:discrete:1:uint64", "a coil or discrete input is a bool" },
		{ "1:input:1:int32:bacd", "order \"bacd\": want abcd, cdab, badc or dcba" },
		{ "1:input:65535:int32", "ends beyond the last register, 65535" },
		{ "1:holding:65533:float64", "ends beyond the last register, 65535" },
	};
	struct driver_point point = { .unit = 4711 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = { 0 };

		assert_int_equal(
		    mb_address_parse(cases[i].text, &mb_units_rtu, &point, &err), -EINVAL);
		if (strstr(err.text, cases[i].says) == NULL ||
		    strstr(err.text, cases[i].text) == NULL || strchr(err.text, '\n') != NULL)
			fail_msg("%s: it says: %s", cases[i].text, err.text);
		assert_int_equal(point.unit, 4711);
	}
}

static void
units_are_those_of_the_line(void **state)
{
	static const struct {
		const char *text;
		int rtu, tcp;
	} cases[] = {
		{ "0:input:1:int16", -EINVAL, 0 },
		{ "1:input:1:int16", 0, 0 },
		{ "247:input:1:int16", 0, 0 },
		{ "248:input:1:int16", -EINVAL, 0 },
		{ "255:input:1:int16", -EINVAL, 0 },
		{ "256:input:1:int16", -EINVAL, -EINVAL },
	};
	struct driver_point point;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(
		    mb_address_parse(cases[i].text, &mb_units_rtu, &point, NULL), cases[i].rtu);
		assert_int_equal(
		    mb_address_parse(cases[i].text, &mb_units_tcp, &point, NULL), cases[i].tcp);
	}
}

static void
names_units_and_places(void **state)
{
	struct driver_point point;
	char name[24];

	(void)state;
	assert_int_equal(
	    mb_address_parse("17:discrete:65535:bool", &mb_units_rtu, &point, NULL), 0);
	mb_address_unit_name(&point, name, sizeof(name));
	assert_string_equal(name, "17");
	mb_address_place_name(&point, name, sizeof(name));
	assert_string_equal(name, "discrete:65535");
}

static void
understands_serial_options(void **state)
{
	static const struct {
		const char *text;
		int result, baud;
		char parity;
		int stop_bits;
	} cases[] = {
		{ "9600,8N1", 0, 9600, 'N', 1 },
		{ "19200,8E1", 0, 19200, 'E', 1 },
		{ "115200,8O2", 0, 115200, 'O', 2 },
		{ "1200,8N2", 0, 1200, 'N', 2 },
		{ "", 0, 9600, 'N', 1 },
		{ NULL, 0, 9600, 'N', 1 },
		{ "9600", -EINVAL, 0, 0, 0 },
		{ "9600,", -EINVAL, 0, 0, 0 },
		{ "9600,8N", -EINVAL, 0, 0, 0 },
		{ "9600,8N3", -EINVAL, 0, 0, 0 },
		{ "9600,8n1", -EINVAL, 0, 0, 0 },
		{ "9600,8X1", -EINVAL, 0, 0, 0 },
		{ "9600,7E1", -EINVAL, 0, 0, 0 },
		{ "9600,8N1 ", -EINVAL, 0, 0, 0 },
		{ " 9600,8N1", -EINVAL, 0, 0, 0 },
		{ "9601,8N1", -EINVAL, 0, 0, 0 },
		{ "96000000000,8N1", -EINVAL, 0, 0, 0 },
		{ "8N1,9600", -EINVAL, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mb_serial serial = { 0 };
		struct err err = { 0 };

		assert_int_equal(mb_options_serial(cases[i].text, &serial, &err), cases[i].result);
		assert_int_equal(serial.baud, cases[i].baud);
		assert_int_equal(serial.parity, cases[i].parity);
		assert_int_equal(serial.stop_bits, cases[i].stop_bits);
		if (cases[i].result < 0)
			assert_non_null(strstr(err.text, "want "));
	}
}

static void
understands_hosts(void **state)
{
	static const struct {
		const char *text, *name, *port; /* name NULL: refused */
	} cases[] = {
		{ "plc:503", "plc", "503" },
		{ "plc.example.org", "plc.example.org", "502" },
		{ "192.0.2.7:502", "192.0.2.7", "502" },
		{ "[::1]:1502", "::1", "1502" },
		{ "[2001:db8::7]", "2001:db8::7", "502" },
		{ "[fe80::1%eth0]:502", "fe80::1%eth0", "502" },
		{ "", NULL, NULL },
		{ NULL, NULL, NULL },
		{ ":502", NULL, NULL },
		{ "plc:", NULL, NULL },
		{ "plc:0", NULL, NULL },
		{ "plc:65536", NULL, NULL },
		{ "plc:modbus", NULL, NULL },
		{ "plc:502:1", NULL, NULL },
		{ "::1", NULL, NULL },
		{ "[::1", NULL, NULL },
		{ "[]:502", NULL, NULL },
		{ "[plc]:502", NULL, NULL },
		{ "[::1]502", NULL, NULL },
		{ "[fe80::1%]:502", NULL, NULL },
		{ "plc room:502", NULL, NULL },
		{ "/dev/ttyUSB0", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct host host = { 0 };
		struct err err = { 0 };
		int r = mb_options_host(cases[i].text, MB_TCP_PORT, &host, &err);

		if (cases[i].name == NULL) {
			assert_int_equal(r, -EINVAL);
			assert_non_null(strstr(err.text, "want host, host:port"));
			continue;
		}
		assert_int_equal(r, 0);
		assert_string_equal(host.name, cases[i].name);
		assert_string_equal(host.port, cases[i].port);
	}
}

static void
wants_the_port_where_none_is_usual(void **state)
{
	static const struct {
		const char *text, *port; /* NULL: refused */
	} cases[] = {
		{ "gateway:4001", "4001" },
		{ "[::1]:502", "502" },
		{ "gateway", NULL },
		{ "[::1]", NULL },
		{ "gateway:", NULL },
		{ "/dev/ttyUSB0", NULL },
		{ NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct host host = { 0 };
		struct err err = { 0 };
		int r = mb_options_host(cases[i].text, NULL, &host, &err);

		if (cases[i].port == NULL) {
			assert_int_equal(r, -EINVAL);
			assert_non_null(strstr(err.text, "want host:port or [IPv6 address]:port"));
			continue;
		}
		assert_int_equal(r, 0);
		assert_string_equal(host.port, cases[i].port);
	}
}

static void
silence_is_what_the_serial_specification_says(void **state)
{
	static const struct {
		struct mb_serial serial;
		unsigned silence_us, character_us;
	} cases[] = {
		{ { 9600, 'N', 1 }, 3646, 1042 },
		{ { 9600, 'E', 1 }, 4011, 1146 },
		{ { 1200, 'N', 1 }, 29167, 8334 },
		{ { 19200, 'E', 1 }, 2006, 573 },
		{ { 38400, 'N', 1 }, 1750, 261 },
		{ { 115200, 'N', 1 }, 1750, 87 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(mb_serial_silence_us(&cases[i].serial), cases[i].silence_us);
		assert_int_equal(mb_serial_us(&cases[i].serial, 1), cases[i].character_us);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands_good_addresses),
		cmocka_unit_test(refuses_bad_addresses_with_what_is_allowed),
		cmocka_unit_test(units_are_those_of_the_line),
		cmocka_unit_test(names_units_and_places),
		cmocka_unit_test(understands_serial_options),
		cmocka_unit_test(understands_hosts),
		cmocka_unit_test(wants_the_port_where_none_is_usual),
		cmocka_unit_test(silence_is_what_the_serial_specification_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
