/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus/scan.h"
#include "conf/schema.h"
#include "core/text.h"
#include "tests/unit/unit.h"

/* The driver sim: a script's addresses are what is found; UNIT/NAME is a place of a unit. */
static char folder[] = "/tmp/test_scan.XXXXXX";
static char script[sizeof(folder) + 16];

static struct conf_sensor sensors[3];

static struct conf_profile_map maps[] = {
	{ { .name = "climate", .drivers = "sim" }, 2, &sensors[0] },
	{ { .name = "three", .drivers = "sim" }, 3, &sensors[0] },
	{ { .name = "elsewhere", .drivers = "modbus-*" }, 2, &sensors[0] },
};
static const struct conf_profiles profiles = { .maps = maps, .count = COUNT(maps) };

static void
set_sensor(struct conf_sensor *sensor, const char *name, enum quantity quantity)
{
	schema_set_defaults(CONF_SENSOR, sensor);
	text_copy(sensor->name, sizeof(sensor->name), name);
	text_copy(sensor->address, sizeof(sensor->address), name);
	sensor->quantity = quantity;
}

static int
set_up(void **state)
{
	(void)state;
	set_sensor(&sensors[0], "temperature", QUANTITY_TEMPERATURE);
	set_sensor(&sensors[1], "humidity", QUANTITY_HUMIDITY);
	set_sensor(&sensors[2], "pressure", QUANTITY_PRESSURE);
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(script, sizeof(script), "%s/script", folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(script);
	return rmdir(folder);
}

static void
write_script(const char *text)
{
	FILE *file = fopen(script, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static struct conf *
make_conf(void)
{
	struct conf *conf = conf_new();
	struct conf_bus *bus = conf_add_bus(conf);

	text_copy(bus->name, sizeof(bus->name), "play");
	text_copy(bus->driver, sizeof(bus->driver), "sim");
	text_copy(bus->endpoint, sizeof(bus->endpoint), script);
	return conf;
}

/* What it writes; yours. */
static char *
scan(const struct conf *conf, const struct conf_profiles *known)
{
	struct err err = { .code = 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	if (scan_bus(conf, "play", known, out, &err) < 0)
		fail_msg("%s", err.text);
	fclose(out);
	return text;
}

#define HEAD "# bus \"play\", sim: who does not answer costs 500ms\n"

static const struct {
	const char *what, *script, *says;
} cases[] = {
	{ "nothing", "# empty\n", HEAD "# 0 found\n" },
	{ "a unit that fits a profile", "a/temperature 21.5\na/humidity 45\na/pressure silent\n",
	    HEAD "# unit a looks like climate: 2 of 2 points in range\n"
		 "#   temperature 21.5 C, humidity 45 %RH\n"
		 "# or like three (2 of 3)\n"
		 "device \"climate-a\" { bus = \"play\" unit = \"a\" profile = \"climate\" }\n"
		 "# 3 found\n" },
	{ "one of its sensors is not plugged in",
	    "a/temperature 21.5\na/humidity 400\na/pressure 990\n",
	    HEAD "# unit a looks like three: 2 of 3 points in range\n"
		 "#   temperature 21.5 C, humidity (outOfRange), pressure 990 hPa\n"
		 "# or like climate (1 of 2)\n"
		 "device \"three-a\" { bus = \"play\" unit = \"a\" profile = \"three\" "
		 "sensors = \"temperature, pressure\" }\n"
		 "# 3 found\n" },
	{ "a unit that fits none", "a/temperature silent\na/humidity 0\na/pressure silent\n",
	    HEAD "# a/humidity: simulated\n"
		 "sensor \"a/humidity\" { bus = \"play\" address = \"a/humidity\" quantity = "
		 "humidity }\n"
		 "# a/pressure: simulated\n"
		 "sensor \"a/pressure\" { bus = \"play\" address = \"a/pressure\" quantity = "
		 "pressure }\n"
		 "# a/temperature: simulated\n"
		 "sensor \"a/temperature\" { bus = \"play\" address = \"a/temperature\" quantity = "
		 "temperature }\n"
		 "# 3 found\n" },
	{ "a thing of no unit, with an awkward name", "$'x\\ 1\n",
	    HEAD "# $'x\\: simulated\nsensor \"unit sim\" { bus = \"play\" address = '$\\'x\\\\' "
		 "quantity = other }\n# 1 found\n" },
};

static void
writes_configuration_for_what_it_finds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf *conf = make_conf();
		char *text;

		write_script(cases[i].script);
		text = scan(conf, &profiles);
		assert_string_equal(text, cases[i].says);
		free(text);
		conf_unref(conf);
	}
}

static void
leaves_alone_what_is_configured(void **state)
{
	struct conf *conf = make_conf();
	struct conf_sensor *sensor = conf_add_sensor(conf);
	char *text;

	(void)state;
	text_copy(sensor->name, sizeof(sensor->name), "rack inlet");
	text_copy(sensor->bus, sizeof(sensor->bus), "play");
	text_copy(sensor->address, sizeof(sensor->address), "a/temperature");
	write_script("a/temperature 21.5\na/humidity 45\n");
	text = scan(conf, &profiles);
	assert_string_equal(
	    text, HEAD "# a is configured already: sensor \"rack inlet\"\n# 2 found\n");
	free(text);
	conf_unref(conf);
}

static void
takes_no_name_that_is_taken(void **state)
{
	struct conf *conf = make_conf();
	struct conf_sensor *sensor = conf_add_sensor(conf);
	char *text;

	(void)state;
	text_copy(sensor->name, sizeof(sensor->name), "climate-a humidity");
	text_copy(sensor->bus, sizeof(sensor->bus), "other");
	write_script("a/temperature 21.5\na/humidity 45\na/pressure silent\n");
	text = scan(conf, &profiles);
	assert_non_null(strstr(text, "\ndevice \"climate-ab\" {"));
	free(text);
	conf_unref(conf);
}

static void
tells_which_profiles_are_left_out(void **state)
{
	const struct conf_profiles broken = {
		.bad_count = 2,
		.bad = { -EINVAL, "profiles/x.conf:3: gain = \"x\": want a number" },
	};
	struct conf *conf = make_conf();
	char *text;

	(void)state;
	write_script("# empty\n");
	text = scan(conf, &broken);
	assert_string_equal(text, HEAD "# 2 profiles are left out, since profiles/x.conf:3: gain = "
				       "\"x\": want a number\n# 0 found\n");
	free(text);
	conf_unref(conf);
}

static void
refuses_what_it_cannot_scan(void **state)
{
	struct conf *conf = make_conf();
	struct err err = { .code = 0 };

	(void)state;
	assert_int_equal(scan_bus(conf, "work", &profiles, stdout, &err), -ENOENT);
	assert_string_equal(err.text, "no bus \"work\" in the configuration");
	unlink(script);
	assert_true(scan_bus(conf, "play", &profiles, stdout, &err) < 0);
	assert_int_equal(strncmp(err.text, "bus \"play\": ", strlen("bus \"play\": ")), 0);
	conf_unref(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_configuration_for_what_it_finds),
		cmocka_unit_test(leaves_alone_what_is_configured),
		cmocka_unit_test(takes_no_name_that_is_taken),
		cmocka_unit_test(tells_which_profiles_are_left_out),
		cmocka_unit_test(refuses_what_it_cannot_scan),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
