/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf_profile.h"
#include "tests/unit/conf/conf_folder.h"
#include "tests/unit/conf/mock_drivers.h"
#include "tests/unit/unit.h"

#define BUS "bus line { driver = modbus-rtu endpoint = /dev/x }\n"

/* In the test's folder: a site's profiles and those of the data directory. */
static const struct {
	const char *path, *text;
} files[] = {
	{ "data/profiles/th.conf", "profile th {\n"
				   " source = 'a manual'\n"
				   " sensor temperature {\n"
				   "  address = 'input:1:int16' quantity = temperature gain = 0.1\n"
				   "  range-low = -40 range-high = 60 poll-interval = 2s }\n"
				   " sensor humidity {\n"
				   "  address = 'input:2:int16' quantity = humidity gain = 0.1 }\n"
				   "}\n" },
	{ "data/profiles/both.conf",
	    "profile both { source = shipped sensor shipped { address = 'input:1:int16' "
	    "quantity = other } }" },
	{ "profiles/both.conf", "profile both { source = site sensor site { address = "
				"'input:1:int16' quantity = other high-warning = 5 } }" },
	{ "profiles/w1.conf", "profile w1 { source = x drivers = 'w1, sim' sensor a { address = a "
			      "quantity = other } }" },
	{ "profiles/name.conf", "\nprofile other { source = x sensor a { address = a "
				"quantity = other } }" },
	{ "profiles/none.conf", "# nothing\n" },
	{ "profiles/empty.conf", "profile empty { source = x }" },
	{ "profiles/two.conf", "profile two { source = x sensor a { address = a quantity = other } "
			       "}\nprofile two { source = y }" },
	{ "profiles/bus.conf", "bus b { driver = sim }" },
	{ "profiles/key.conf", "profile key {\n source = x\n unit = 3 }" },
	{ "profiles/part.conf", "profile part { source = x\n sensor a {\n bus = line } }" },
	{ "profiles/noaddr.conf", "profile noaddr { source = x\n sensor a { quantity = other } }" },
	{ "profiles/nosource.conf", "\nprofile nosource { }" },
	{ "profiles/twice.conf", "profile twice { source = x sensor a { address = a quantity = "
				 "other }\n sensor a { address = b quantity = other } }" },
	{ "profiles/badaddr.conf", "profile badaddr { source = x drivers = '*'\n sensor a {\n "
				   "address = '1234567890123456789012345678901234567890123456789012"
				   "345678901234' quantity = other } }" },
	{ "profiles/order.conf", "profile order { source = x\n\n sensor a { address = 'input:1:"
				 "int16' quantity = other high-warning = 5 } }" },
};

static int
set_up(void **state)
{
	if (enter_folder(state) != 0 || mkdir("profiles", 0700) < 0 || mkdir("data", 0700) < 0 ||
	    mkdir("data/profiles", 0700) < 0 || setenv("ENVSENSORD_DATADIR", "data", 1) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(files); i++)
		write_text(files[i].path, files[i].text);
	return 0;
}

static int
tear_down(void **state)
{
	unsetenv("ENVSENSORD_DATADIR");
	return leave_folder(state);
}

static void
a_device_has_the_sensors_of_its_profile(void **state)
{
	struct conf *conf =
	    read_good("sensor a { bus = line address = '1:coil:1:bool' quantity = "
		      "contact }\n" BUS "device \"rack-b\" { bus = line unit = 2 profile = th }");
	const struct conf_sensor *sensor;

	(void)state;
	assert_int_equal(conf->sensor_count, 3);
	sensor = &conf->sensors[1];
	assert_string_equal(sensor->name, "rack-b temperature");
	assert_string_equal(sensor->bus, "line");
	assert_string_equal(sensor->address, "2:input:1:int16");
	assert_string_equal(sensor->hardware_id, "line/2:input:1:int16");
	assert_int_equal(sensor->quantity, QUANTITY_TEMPERATURE);
	assert_int_equal(sensor->gain_micro, 100000);
	assert_int_equal(sensor->range_low_milli, -40000);
	assert_int_equal(sensor->range_high_milli, 60000);
	assert_int_equal(sensor->poll_interval_ms, 2000);
	assert_int_equal(sensor->storage, STORAGE_PERMANENT);
	assert_int_equal(sensor->on_delay_ms, 30000);
	assert_int_equal(conf_limit_rule(sensor).deadband_milli, 1000);
	sensor = &conf->sensors[2];
	assert_string_equal(sensor->name, "rack-b humidity");
	assert_string_equal(sensor->address, "2:input:2:int16");
	assert_int_equal(sensor->range_low_milli, INT32_MIN);
	conf_unref(conf);
}

static void
later_layers_win(void **state)
{
	struct conf *conf = read_good(BUS "device d { bus = line unit = 3 profile = th\n"
					  " location = cellar poll-interval = 5s\n"
					  " sensor temperature { offset = -0.3 high-warning = 27\n"
					  "  poll-interval = 10s range-high = 50 }\n"
					  " on-delay = 10s }\n");
	const struct conf_sensor *temperature = &conf->sensors[0], *humidity = &conf->sensors[1];

	(void)state;
	assert_int_equal(temperature->offset_milli, -300);
	assert_int_equal(temperature->gain_micro, 100000);
	assert_int_equal(temperature->limit_milli[LIMIT_HIGH_WARNING], 27000);
	assert_int_equal(temperature->limits_enabled, LIMIT_BIT(LIMIT_HIGH_WARNING));
	assert_int_equal(temperature->poll_interval_ms, 10000);
	assert_int_equal(temperature->range_low_milli, -40000);
	assert_int_equal(temperature->range_high_milli, 50000);
	assert_int_equal(temperature->on_delay_ms, 10000);
	assert_string_equal(temperature->location, "cellar");
	assert_int_equal(humidity->offset_milli, 0);
	assert_int_equal(humidity->limits_enabled, 0);
	assert_int_equal(humidity->poll_interval_ms, 5000);
	assert_int_equal(humidity->on_delay_ms, 10000);
	assert_string_equal(humidity->location, "cellar");
	conf_unref(conf);
}

static const struct {
	const char *body; /* of a device "d" on unit 4 */
	const char *names;
	unsigned enabled; /* limits of the first */
} made[] = {
	{ "profile = both", "d site", 0x20 },
	{ "profile = both sensor site { low-warning = 1 deadband = 0.1 }", "d site", 0x60 },
	{ "profile = both sensor site { low-warning = 1 limits-enabled = 'low-warning' }", "d site",
	    0x40 },
	{ "profile = both sensor site { limits-enabled = none }", "d site", 0x00 },
	{ "profile = th sensors = 'humidity'", "d humidity", 0x00 },
	{ "profile = th sensors = 'hum*,nothing'", "d humidity", 0x00 },
	{ "profile = th sensors = ' temperature , humidity '", "d temperature,d humidity", 0x00 },
	{ "profile = th sensor door { address = 'coil:0:bool' quantity = contact }",
	    "d temperature,d humidity,d door", 0x00 },
	{ "profile = th sensors = none sensor door { address = 'coil:0:bool' quantity = contact }",
	    "d door", 0x00 },
	{ "sensor door { address = 'coil:0:bool' quantity = contact }", "d door", 0x00 },
};

static void
a_device_chooses_adds_and_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(made); i++) {
		char text[512], names[256] = "";
		struct conf *conf;

		snprintf(
		    text, sizeof(text), BUS "device d { bus = line unit = 4 %s }", made[i].body);
		conf = read_good(text);
		for (size_t n = 0; n < conf->sensor_count; n++) {
			size_t used = strlen(names);

			snprintf(names + used, sizeof(names) - used, "%s%s", n > 0 ? "," : "",
			    conf->sensors[n].name);
		}
		assert_string_equal(names, made[i].names);
		assert_int_equal(conf->sensors[0].limits_enabled, made[i].enabled);
		conf_unref(conf);
	}
}

static void
many_devices_share_a_profile(void **state)
{
	FILE *file = fopen("main.conf", "w");
	struct conf *conf;
	struct err err;

	(void)state;
	assert_non_null(file);
	fputs(BUS, file);
	for (int i = 1; i <= 2000; i++)
		fprintf(file,
		    "device d%d { bus = line unit = %d profile = th sensor humidity { gain = 0.2 } "
		    "}\n",
		    i, 1 + i % 247);
	assert_int_equal(fclose(file), 0);
	if (conf_file_read("main.conf", &mock_drivers, &conf, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(conf->sensor_count, 4000);
	assert_string_equal(conf->sensors[3999].name, "d2000 humidity");
	assert_int_equal(conf->sensors[3999].gain_micro, 200000);
	conf_unref(conf);
}

#define ALL                                                                                  \
	"badaddr, both, bus, empty, key, name, noaddr, none, nosource, order, part, twice, " \
	"two, w1, both, th"
#define DEVICE "device d {\n bus = line\n unit = 4\n "
#define PART                                                                        \
	"address, quantity, gain, offset, poll-interval, location, admin-state, "   \
	"low-critical, low-warning, high-warning, high-critical, rate-limit, "      \
	"limits-enabled, deadband, on-delay, off-delay, min-samples, stale-after, " \
	"fault-count, fault-delay, latch, ack-required, reminder, range-low, range-high"
#define SHARED                                                                                 \
	"bus, unit, profile, sensors, poll-interval, location, admin-state, on-delay, "        \
	"off-delay, min-samples, stale-after, fault-count, fault-delay, latch, ack-required, " \
	"reminder, sensor"

/* The bus is line 1, the device begins in line 2. */
static const struct {
	const char *text, *error;
} bad[] = {
	{ DEVICE "profile = tt }",
	    "main.conf:5: profile = \"tt\": want one of those there are: " ALL },
	{ DEVICE "}", "main.conf:2: device \"d\": no sensor: want a profile, or sensor \"NAME\" { "
		      "... } in it" },
	{ DEVICE "profile = th\n sensors = 'x*' }",
	    "main.conf:6: device \"d\": sensors = \"x*\" fits none of those that profile \"th\" "
	    "has" },
	{ "device d { bus = line profile = th }",
	    "main.conf:2: device \"d\" has no unit: want 1 to "
	    "32 of letters, digits, blank, - _ . : / #, "
	    "with no blank at either end" },
	{ "device d { bus = lime\n unit = 1 profile = th }",
	    "main.conf:2: device \"d\": bus = \"lime\": want a declared bus: \"line\"" },
	{ "device d { bus = line\n profile = th\n unit = 248 }",
	    "main.conf:4: sensor \"d temperature\": address = \"248:input:1:int16\": want "
	    "UNIT:TABLE:REGISTER:TYPE with a unit of 1..247 (made from data/profiles/th.conf:3)" },
	{ "bus attic { driver = w1 endpoint = x }\ndevice d {\n bus = attic\n unit = 1 }",
	    "main.conf:4: device \"d\": bus = \"attic\": want a bus whose units have several "
	    "sensors; on one of driver w1 each sensor stands alone" },
	{ DEVICE "profile = w1 }",
	    "main.conf:5: device \"d\": profile = \"w1\": want one for driver "
	    "modbus-rtu, as bus \"line\" has; this is for w1, sim" },
	{ DEVICE "profile = th\n sensor temprature { gain = 2 } }",
	    "main.conf:6: profile \"th\" has no sensor \"temprature\": want temperature, humidity, "
	    "or a sensor with address" },
	{ DEVICE "\n sensor a { address = 'coil:1:bool' } }",
	    "main.conf:6: sensor \"a\" of device \"d\" has no quantity: want it, or a profile" },
	{ DEVICE "profile = th\n sensor humidity { }\n sensor humidity { } }",
	    "main.conf:7: sensor \"humidity\" of device \"d\" is declared twice: want unique names "
	    "(first at main.conf:6)" },
	{ DEVICE "profile = th\n sensor humidity {\n gain = x } }",
	    "main.conf:7: gain = \"x\": want -2147.483648 to 2147.483647 with at most 6 decimals, "
	    "but not 0" },
	{ DEVICE "profile = th\n sensor humidity {\n\n gain = 1\n gain = 1 } }",
	    "main.conf:9: gain is given twice, first at main.conf:8: want it once" },
	{ DEVICE "latch = no\n latch = no }",
	    "main.conf:6: latch is given twice, first at main.conf:5: want it once" },
	{ DEVICE "high-warning = 3 }",
	    "main.conf:5: unknown key \"high-warning\" in device \"d\": want " SHARED },
	{ DEVICE "profile = th sensor humidity {\n bus = line } }",
	    "main.conf:6: unknown key \"bus\" in sensor \"humidity\": want " PART },
	{ DEVICE "device e { } }",
	    "main.conf:5: \"device\" inside device \"d\": want a closing } before it" },
	{ DEVICE "profile = th\n sensor humidity { high-warning = 3\n high-critical = 2 } }",
	    "main.conf:7: sensor \"d humidity\": high-critical = 2 is not above high-warning = 3: "
	    "want low-critical < low-warning < high-warning < high-critical (made from "
	    "data/profiles/th.conf:6)" },
	{ DEVICE "profile = order\n sensor a {\n high-critical = 2 } }",
	    "main.conf:7: sensor \"d a\": high-critical = 2 is not above high-warning = 5: want "
	    "low-critical < low-warning < high-warning < high-critical (made from "
	    "profiles/order.conf:3)" },
	{ DEVICE "profile = th\n sensor humidity { range-low = 3\n range-high = 3 } }",
	    "main.conf:7: sensor \"d humidity\": range-high = 3 is not above range-low = 3: want "
	    "it above (made from data/profiles/th.conf:6)" },
	{ DEVICE "profile = th }\n" DEVICE "profile = both }",
	    "main.conf:6: device \"d\" is declared twice: want unique names (first at "
	    "main.conf:2)" },
	{ "sensor 'd humidity' { bus = line address = '1:coil:1:bool' quantity = other }\n" DEVICE
	  "profile = th }",
	    "main.conf:3: sensor \"d humidity\" is declared twice: want unique names (first at "
	    "main.conf:2)" },
	{ "device \"a-name-that-fills-its-line\" { bus = line\n unit = 4 profile = th }",
	    "main.conf:2: device \"a-name-that-fills-its-line\": sensor name = "
	    "\"a-name-that-fills-its-line temperature\": want 1 to 32 of letters, digits, blank, - "
	    "_ . : / #, with no blank at either end" },
	{ "device 'a;b' { }",
	    "main.conf:2: device name = \"a;b\": want 1 to 32 of letters, digits, "
	    "blank, - _ . : / #, with no blank at either end" },
	{ "profile th { }",
	    "main.conf:2: a profile here: want it in a file of its own, profiles/NAME.conf" },

	{ DEVICE "profile = th sensors = humidity\n sensor temperature { gain = 2 } }",
	    "main.conf:6: sensor \"temperature\" of device \"d\" is left out by sensors = "
	    "\"humidity\": want it in there, or no section" },

	/* the profile's fault */
	{ DEVICE "profile = name }",
	    "profiles/name.conf:2: profile \"other\": want the name of its file, \"name\"" },
	{ DEVICE "profile = none }",
	    "profiles/none.conf:1: no profile: want profile \"none\" { ... }" },
	{ DEVICE "profile = empty }",
	    "profiles/empty.conf:1: profile \"empty\" has no sensor: want "
	    "sensor \"NAME\" { ... } in it" },
	{ DEVICE "profile = two }", "profiles/two.conf:2: a second profile: want one in a file" },
	{ DEVICE "profile = bus }", "profiles/bus.conf:1: unknown key \"bus\": want profile" },
	{ DEVICE "profile = key }",
	    "profiles/key.conf:3: unknown key \"unit\" in profile \"key\": want source, drivers, "
	    "sensor" },
	{ DEVICE "profile = part }",
	    "profiles/part.conf:3: unknown key \"bus\" in sensor \"a\": want " PART },
	{ DEVICE "profile = noaddr }",
	    "profiles/noaddr.conf:2: sensor \"a\" has no address: want 1 "
	    "to 64 bytes of UTF-8 without controls" },
	{ DEVICE "profile = nosource }", "profiles/nosource.conf:2: profile \"nosource\" has no "
					 "source: want 1 to 255 bytes of UTF-8 without controls" },
	{ DEVICE "profile = twice }",
	    "profiles/twice.conf:2: sensor \"a\" of profile \"twice\" is declared twice: want "
	    "unique names (first at profiles/twice.conf:1)" },
	{ DEVICE "profile = badaddr }",
	    "main.conf:4: device \"d\": address = \"4:12345678901234567890123456789012345678901234"
	    "56789012345678901234\": want 1 to 64 bytes of UTF-8 without controls" },
};

static void
refuses_with_the_place_and_what_is_allowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		char text[1024];
		struct conf *conf = NULL;
		struct err err = { .code = 0 };

		snprintf(text, sizeof(text), BUS "%s", bad[i].text);
		write_text("main.conf", text);
		assert_int_equal(conf_file_read("main.conf", &mock_drivers, &conf, &err), -EINVAL);
		assert_string_equal(err.text, bad[i].error);
		assert_null(conf);
	}
}

static void
names_the_included_file_of_a_device(void **state)
{
	struct conf *conf = NULL;
	struct err err;

	(void)state;
	write_text("more", "\n" DEVICE "profile = th\n sensor humidity { deadband = x } }");
	write_text("main.conf", BUS "include(more)");
	assert_int_equal(conf_file_read("main.conf", &mock_drivers, &conf, &err), -EINVAL);
	assert_string_equal(err.text,
	    "more:6: deadband = \"x\": want 0 to 2147483.647 with at most 3 decimals, or "
	    "auto");
	write_text("more", "\n" DEVICE "profile = tt }");
	assert_int_equal(conf_file_read("main.conf", &mock_drivers, &conf, &err), -EINVAL);
	assert_string_equal(
	    err.text, "more:5: profile = \"tt\": want one of those there are: " ALL);
}

static void
tells_a_profile_that_cannot_be_read(void **state)
{
	struct conf *conf = NULL;
	struct err err;

	(void)state;
	assert_int_equal(unlink("profiles/both.conf"), 0);
	assert_int_equal(mkdir("profiles/both.conf", 0700), 0);
	write_text("main.conf", BUS DEVICE "profile = both }");
	assert_int_equal(conf_file_read("main.conf", &mock_drivers, &conf, &err), -EISDIR);
	assert_string_equal(
	    err.text, "main.conf:5: profile profiles/both.conf: is a directory: want a file");
}

static void
lists_all_profiles_but_the_broken(void **state)
{
	static const char *const wanted[] = { "badaddr", "both", "order", "th", "w1" };
	struct conf_profiles profiles;
	struct err err;

	(void)state;
	assert_int_equal(conf_profiles_read("main.conf", &profiles, &err), 0);
	assert_int_equal(profiles.count, COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++)
		assert_string_equal(profiles.maps[i].profile.name, wanted[i]);
	assert_string_equal(profiles.maps[1].profile.source, "site");
	assert_int_equal(profiles.maps[3].sensor_count, 2);
	assert_string_equal(profiles.maps[3].sensors[1].name, "humidity");
	assert_string_equal(profiles.maps[3].sensors[1].address, "input:2:int16");
	assert_int_equal(profiles.bad_count, 10);
	assert_string_equal(
	    profiles.bad.text, "profiles/bus.conf:1: unknown key \"bus\": want profile");
	conf_profiles_done(&profiles);
}

static void
does_without_any_profile(void **state)
{
	struct conf_profiles profiles;
	struct conf *conf = NULL;
	struct err err;

	(void)state;
	setenv("ENVSENSORD_DATADIR", "nowhere", 1);
	assert_int_equal(mkdir("sub", 0700), 0);
	assert_int_equal(conf_profiles_read("sub/main.conf", &profiles, &err), 0);
	assert_int_equal(profiles.count, 0);
	conf_profiles_done(&profiles);
	write_text("sub/main.conf", BUS DEVICE "profile = th }");
	assert_int_equal(conf_file_read("sub/main.conf", &mock_drivers, &conf, &err), -EINVAL);
	assert_string_equal(
	    err.text, "sub/main.conf:5: profile = \"th\": want one of those there are: none");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_device_has_the_sensors_of_its_profile),
		IN_FOLDER(later_layers_win),
		IN_FOLDER(a_device_chooses_adds_and_limits),
		IN_FOLDER(many_devices_share_a_profile),
		IN_FOLDER(refuses_with_the_place_and_what_is_allowed),
		IN_FOLDER(names_the_included_file_of_a_device),
		IN_FOLDER(tells_a_profile_that_cannot_be_read),
		IN_FOLDER(lists_all_profiles_but_the_broken),
		IN_FOLDER(does_without_any_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
