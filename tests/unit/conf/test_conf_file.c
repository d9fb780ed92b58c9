/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/conf/conf_folder.h"
#include "tests/unit/conf/mock_drivers.h"
#include "tests/unit/unit.h"

#define BUS    "bus line { driver = sim }\n"
#define SENSOR "bus = line address = 1 quantity = temperature"
#define SENSOR_KEYS                                                                            \
	"bus, address, quantity, gain, offset, poll-interval, location, admin-state, "         \
	"low-critical, low-warning, high-warning, high-critical, rate-limit, limits-enabled, " \
	"deadband, on-delay, off-delay, min-samples, stale-after, fault-count, fault-delay, "  \
	"latch, ack-required, reminder, range-low, range-high"
#define TOP_KEYS                                                                            \
	"agentx, state-dir, site, log-level, entity-base, max-shelve, heartbeat-interval, " \
	"event-maximum, bus, sensor, device, delivery, breaker, limiter, mail, contact, include"
#define NAME_RULE "want 1 to 32 of letters, digits, blank, - _ . : / #, with no blank at either end"
#define FILES_MAX 3

struct file {
	const char *path; /* in the test's folder, where main.conf stands */
	const char *text;
};

static int
set_up(void **state)
{
	return enter_folder(state) != 0 || mkdir("conf.d", 0700) < 0;
}

static const struct {
	const char *text, *error;
} bad[] = {
	/* what a person misspells */
	{ "bus line {\n driver = w2 }",
	    "main.conf:2: bus \"line\": driver = \"w2\": want modbus-rtu, "
	    "w1 or sim" },
	{ "bus line {\n driver = w1 }", "main.conf:1: bus \"line\": endpoint = \"\": want a path" },
	{ BUS "sensor a {\n" SENSOR "\n\n gian = 1 }",
	    "main.conf:5: unknown key \"gian\" in sensor \"a\": want " SENSOR_KEYS },
	{ "bus line { driver = sim\n speed = 9600 }",
	    "main.conf:2: unknown key \"speed\" in bus \"line\": want driver, endpoint, options, "
	    "poll-interval, timeout, admin-state" },
	{ BUS "\nstatedir = x", "main.conf:3: unknown key \"statedir\": want " TOP_KEYS },
	{ BUS "busses x { }", "main.conf:2: unknown key \"busses\": want " TOP_KEYS },
	{ BUS "bus|driver = x",
	    "main.conf:2: no sub-section title/index for 'bus': want KEY = VALUE "
	    "or bus \"NAME\" { ... }" },
	{ BUS "sensor a { bus = line address = 1\nquantity = temprature }",
	    "main.conf:3: quantity = \"temprature\": want other, temperature, humidity, dewPoint, "
	    "pressure, voltage, current, power, energy, frequency, co2, airSpeed, light, noise, "
	    "contact, leak, smoke, voc, particulates, flow or level" },
	{ "bus m { driver = modbus-rtu endpoint = /dev/x }\nsensor a { bus = m quantity = other\n"
	  "address = \"248:coil:1:bool\" }",
	    "main.conf:3: sensor \"a\": address = \"248:coil:1:bool\": want "
	    "UNIT:TABLE:REGISTER:TYPE "
	    "with a unit of 1..247" },
	{ "bus m { driver = modbus-rtu endpoint = /dev/x }\nsensor a { bus = m quantity = other\n"
	  "address = \"x\" }",
	    "main.conf:3: sensor \"a\": address = \"x\": want UNIT:TABLE:REGISTER:TYPE with a unit "
	    "of "
	    "1..247" },
	{ "log-level = loud",
	    "main.conf:1: log-level = \"loud\": want error, warning, info or debug" },
	{ "bus line {\n driver = sim\n timeout = 5 }",
	    "main.conf:3: timeout = \"5\": want 10ms to 1m" },
	{ BUS "sensor a { " SENSOR "\n gain = 1.0000001 }",
	    "main.conf:3: gain = \"1.0000001\": want -2147.483648 to 2147.483647 with at most 6 "
	    "decimals, but not 0" },
	{ BUS "sensor 'a;b' { " SENSOR " }", "main.conf:2: sensor name = \"a;b\": " NAME_RULE },
	{ BUS "\nsensor '' { }", "main.conf:3: sensor name = \"\": " NAME_RULE },

	/* what does not go together */
	{ BUS "sensor a { " SENSOR " }\nsensor b { " SENSOR " }\nsensor a { " SENSOR " }",
	    "main.conf:4: sensor \"a\" is declared twice: want unique names (first at "
	    "main.conf:2)" },
	{ BUS BUS, "main.conf:2: bus \"line\" is declared twice: want unique names (first at "
		   "main.conf:1)" },
	{ BUS "sensor a {\n address = 1 quantity = other\n bus = lime }",
	    "main.conf:4: sensor \"a\": bus = \"lime\": want a declared bus: \"line\"" },
	{ BUS "sensor a { " SENSOR "\n high-critical = 27\n high-warning = 30\n}",
	    "main.conf:3: sensor \"a\": high-critical = 27 is not above high-warning = 30: want "
	    "low-critical < low-warning < high-warning < high-critical" },
	{ BUS "sensor a {\n" SENSOR "\n low-warning = 20\n high-warning = 21 }",
	    "main.conf:2: sensor \"a\": deadband = 1 (the default) leaves nothing between the low "
	    "and "
	    "the high limits: want at most 0.499" },
	{ BUS "sensor a {\n" SENSOR "\n low-warning = 20\n high-warning = 21\n deadband = 0.5 }",
	    "main.conf:6: sensor \"a\": deadband = 0.5 leaves nothing between the low and the high "
	    "limits: want at most 0.499" },
	{ BUS "sensor a { " SENSOR "\n rate-limit = 0 }",
	    "main.conf:3: sensor \"a\": rate-limit = 0: want more than 0 while the limit is "
	    "enabled" },
	{ BUS "sensor a { " SENSOR "\n gain = 1\n offset = 0\n gain = 1 }",
	    "main.conf:5: gain is given twice, first at main.conf:3: want it once" },
	{ "site = a\n" BUS "site = b",
	    "main.conf:3: site is given twice, first at main.conf:1: want it once" },

	/* what is missing */
	{ "", "main.conf:1: is empty: want at least one bus" },
	{ "\n# nothing\n",
	    "main.conf:1: no bus is declared: want at least one bus \"NAME\" { ... }" },
	{ "\nbus line { }", "main.conf:2: bus \"line\" has no driver: want 1 to 15 bytes of UTF-8 "
			    "without controls" },
	{ BUS "\nsensor a {\n bus = line\n address = 1 }",
	    "main.conf:3: sensor \"a\" has no quantity: want other, temperature, humidity, "
	    "dewPoint, "
	    "pressure, voltage, current, power, energy, frequency, co2, airSpeed, light, noise, "
	    "contact, leak, smoke, voc, particulates, flow or level" },
	{ BUS "sensor a {\n bus = line\n",
	    "main.conf:2: a { that is not closed: want a closing }" },
	{ BUS "sensor a {\n bus = line\nsensor b { " SENSOR " }\n}",
	    "main.conf:4: \"sensor\" inside sensor \"a\": want a closing } before it" },
	{ "bus { }",
	    "main.conf:1: missing title for section 'bus': want KEY = VALUE or bus \"NAME\" { "
	    "... }" },
	{ BUS "\"\" = 1", "main.conf:2: not a setting: want KEY = VALUE or bus \"NAME\" { ... }" },
	{ BUS "site = ",
	    "main.conf:2: premature end of file: want KEY = VALUE or bus \"NAME\" { ... }" },
	{ "site a", "main.conf:1: missing equal sign after option 'site': want KEY = VALUE or bus "
		    "\"NAME\" { ... }" },
	{ BUS "}",
	    "main.conf:2: unexpected closing brace: want KEY = VALUE or bus \"NAME\" { ... }" },
	{ "site = { a }",
	    "main.conf:1: unexpected token '{': want KEY = VALUE or bus \"NAME\" { ... }" },

	/* what libConfuse takes in silence */
	{ BUS "site = \"${HOME}\"",
	    "main.conf:2: ${...} is not replaced here: put text with ${ in single quotes" },
	{ BUS "\n\nsite = \"a\xff\"", "main.conf:4: bytes that are not UTF-8: want text in UTF-8" },
	{ BUS "site = \"a\\nb\"",
	    "main.conf:2: site = \"a?b\": want at most 64 bytes of UTF-8 without controls" },
	{ BUS "site = a*", "main.conf:2: '*' outside quotes: put the text in quotes" },
	{ BUS "/* a */ /* b\n */ site = a // c\n site = b",
	    "main.conf:4: site is given twice, first at main.conf:3: want it once" },

	/* includes */
	{ BUS "\ninclude('conf.d/none')",
	    "main.conf:3: include of conf.d/none: No such file or directory" },
	{ BUS "include()", "main.conf:2: include: want one name, of a file or a folder" },
	{ BUS "include('')", "main.conf:2: include: want one name, of a file or a folder" },
	{ BUS "include(a, b)", "main.conf:2: include: want one name, of a file or a folder" },
	{ BUS "include(main.conf)",
	    "main.conf:2: include of main.conf: it is read already, as main.conf" },
	{ BUS "include('/dev/null')", "main.conf:2: include of /dev/null: is not a regular file" },
	{ "bus line {\n include(a) }",
	    "main.conf:2: \"include\" inside bus \"line\": want a closing } "
	    "before it" },
};

static void
refuses_with_file_line_and_what_is_allowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct conf *conf = NULL;
		struct err err = { .code = 0 };

		assert_true(read_text(bad[i].text, &conf, &err) < 0);
		assert_string_equal(err.text, bad[i].error);
		assert_true(err.code < 0);
		assert_null(conf);
	}
}

/* What cannot be written as a literal. */
static void
refuses_what_is_no_text_file(void **state)
{
	static char big[CONF_FILE_MAX_BYTES + 1];
	struct conf *conf = NULL;
	struct err err;

	(void)state;
	assert_int_equal(conf_file_read("conf.d", &mock_drivers, &conf, &err), -EISDIR);
	assert_string_equal(err.text, "conf.d:1: is a directory: want a file");
	assert_int_equal(conf_file_read("none.conf", &mock_drivers, &conf, &err), -ENOENT);
	assert_string_equal(err.text, "none.conf:1: No such file or directory");

	memset(big, '\n', sizeof(big));
	write_octets("big.conf", big, sizeof(big));
	assert_int_equal(conf_file_read("big.conf", &mock_drivers, &conf, &err), -EFBIG);
	assert_string_equal(err.text, "big.conf:1: has 8388609 bytes: want at most 8388608");
	memcpy(big, BUS, strlen(BUS));
	write_octets("big.conf", big, sizeof(big) - 1);
	assert_int_equal(conf_file_read("big.conf", &mock_drivers, &conf, &err), 0);
	conf_unref(conf);

	write_octets("nul.conf", BUS "# a\n\0\n", sizeof(BUS "# a\n\0\n") - 1);
	assert_int_equal(conf_file_read("nul.conf", &mock_drivers, &conf, &err), -EINVAL);
	assert_string_equal(err.text, "nul.conf:3: a NUL byte: want text in UTF-8");

	assert_int_equal(mkfifo("fifo.conf", 0600), 0);
	assert_int_equal(conf_file_read("fifo.conf", &mock_drivers, &conf, &err), -EINVAL);
	assert_string_equal(err.text, "fifo.conf:1: is not a regular file");
}

static const struct {
	struct file files[FILES_MAX];
	const char *error;
} bad_includes[] = {
	{ { { "main.conf", BUS "include(conf.d)" }, { "conf.d/a.conf", "\n\nsite = \"a\n" } },
	    "conf.d/a.conf:3: a string that does not end on its line: want a closing \"" },
	{ { { "main.conf", BUS "include(conf.d)" },
	      { "conf.d/a.conf", "sensor a { " SENSOR "\n gain = x }" } },
	    "conf.d/a.conf:2: gain = \"x\": want -2147.483648 to 2147.483647 with at most 6 "
	    "decimals, "
	    "but not 0" },
	{ { { "main.conf", BUS "include(conf.d)" },
	      { "conf.d/a.conf", "sensor a { " SENSOR " }\n" },
	      { "conf.d/b.conf", "\nsensor a { " SENSOR " }" } },
	    "conf.d/b.conf:2: sensor \"a\" is declared twice: want unique names (first at "
	    "conf.d/a.conf:1)" },
	{ { { "main.conf", BUS "include(conf.d/b.conf)" }, { "conf.d/b.conf", "\n\n" BUS } },
	    "conf.d/b.conf:3: bus \"line\" is declared twice: want unique names (first at "
	    "main.conf:1)" },
	{ { { "main.conf", BUS "include(conf.d)" }, { "conf.d/a.conf", "\nsite = a" },
	      { "conf.d/b.conf", "site = b" } },
	    "conf.d/b.conf:1: site is given twice, first at conf.d/a.conf:2: want it once" },
	{ { { "main.conf", BUS "include(conf.d)" },
	      { "conf.d/a.conf", "sensor a { bus = line address = 1 quantity = other\n"
				 "high-warning = 2\n high-critical = 1 }" } },
	    "conf.d/a.conf:3: sensor \"a\": high-critical = 1 is not above high-warning = 2: want "
	    "low-critical < low-warning < high-warning < high-critical" },
	{ { { "main.conf", BUS "include(conf.d)" },
	      { "conf.d/a.conf", "\ninclude(\"../conf.d\")" } },
	    "conf.d/a.conf:2: include of conf.d/../conf.d/a.conf: it is read already, as "
	    "conf.d/a.conf" },
	{ { { "main.conf", BUS "include(conf.d)" }, { "conf.d/a.conf", "include(b)" } },
	    "conf.d/a.conf:1: include of conf.d/b: No such file or directory" },
};

static void
names_the_included_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_includes); i++) {
		const struct file *files = bad_includes[i].files;
		struct conf *conf = NULL;
		struct err err = { .code = 0 };

		for (size_t n = 0; n < FILES_MAX && files[n].path != NULL; n++)
			write_text(files[n].path, files[n].text);
		assert_true(conf_file_read("main.conf", &mock_drivers, &conf, &err) < 0);
		assert_string_equal(err.text, bad_includes[i].error);
		for (size_t n = 0; n < FILES_MAX && files[n].path != NULL; n++)
			unlink(files[n].path);
	}
}

static void
bounds_includes_inside_each_other(void **state)
{
	char path[32], text[64];
	struct conf *conf = NULL;
	struct err err;

	(void)state;
	for (int i = 1; i < 10; i++) {
		snprintf(path, sizeof(path), "conf.d/%d", i);
		snprintf(text, sizeof(text), "# %d\ninclude(%d)", i, i + 1);
		write_text(path, text);
	}
	assert_int_equal(read_text(BUS "include(conf.d/1)", &conf, &err), -EINVAL);
	assert_string_equal(err.text, "conf.d/8:2: includes inside each other: want at most 8");
	write_text("conf.d/8", ""); /* an included file may be empty */
	assert_int_equal(read_text(BUS "include(conf.d/1)", &conf, &err), 0);
	conf_unref(conf);
}

/* The example of the manual, without what this version does not take. */
static const char example[] =
    "agentx     = \"unix:/var/agentx/master\"       # or tcp:127.0.0.1:705\n"
    "state-dir  = \"/var/lib/envsensord\"\n"
    "site       = \"Prague 1\"\n"
    "log-level  = info                             # error, warning, info, debug\n"
    "\n"
    "bus \"rack-line\" {\n"
    "    driver        = modbus-rtu\n"
    "    endpoint      = \"/dev/ttyUSB0\"            # tcp: \"host:502\"\n"
    "    options       = \"9600,8N1\"\n"
    "    poll-interval = 2s\n"
    "    timeout       = 200ms\n"
    "}\n"
    "bus attic { driver = w1 endpoint = /sys/bus/w1/devices admin-state = disabled }\n"
    "sensor \"rack-a inlet\" {\n"
    "    bus      = \"rack-line\"\n"
    "    address  = \"1:input:1:int16\"\n"
    "    quantity = temperature\n"
    "    gain     = 0.1\n"
    "    offset   = 0\n"
    "    high-warning = 27   high-critical = 32    deadband = 1\n"
    "    on-delay = 30s      off-delay = 60s\n"
    "}\n"
    "sensor \"cold room\" { bus = \"attic\"  address = \"28-000005e2fdc3\"  quantity = temperature "
    " "
    "low-warning = -25  high-warning = -15 }\n"
    "sensor \"door\"      { bus = \"rack-line\" address = \"7:discrete:3:bool\" quantity = contact "
    "}\n";

static void
reads_the_example(void **state)
{
	const struct conf_sensor *inlet, *cold;
	struct conf *conf;
	struct err err;

	(void)state;
	if (read_text(example, &conf, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(conf->agent.site, "Prague 1");
	assert_string_equal(conf->agent.log_level, "info");
	assert_int_equal(conf->bus_count, 2);
	assert_string_equal(conf->buses[0].options, "9600,8N1");
	assert_int_equal(conf->buses[0].poll_interval_ms, 2000);
	assert_int_equal(conf->buses[0].timeout_ms, 200);
	assert_string_equal(conf->buses[1].endpoint, "/sys/bus/w1/devices");
	assert_int_equal(conf->buses[1].admin_state, ADMIN_DISABLED);
	assert_int_equal(conf->sensor_count, 3);
	inlet = &conf->sensors[0];
	assert_string_equal(inlet->name, "rack-a inlet");
	assert_string_equal(inlet->bus, "rack-line");
	assert_string_equal(inlet->hardware_id, "rack-line/1:input:1:int16");
	assert_int_equal(inlet->gain_micro, 100000);
	assert_int_equal(inlet->limit_milli[LIMIT_HIGH_WARNING], 27000);
	assert_int_equal(inlet->limit_milli[LIMIT_HIGH_CRITICAL], 32000);
	assert_int_equal(inlet->limits_enabled, 0x30);
	assert_int_equal(inlet->deadband_milli, 1000);
	assert_int_equal(inlet->on_delay_ms, 30000);
	assert_int_equal(inlet->off_delay_ms, 60000);
	cold = &conf->sensors[1];
	assert_int_equal(cold->limit_milli[LIMIT_LOW_WARNING], -25000);
	assert_int_equal(cold->limits_enabled, 0x60);
	assert_int_equal(conf_limit_rule(cold).deadband_milli, 1000);
	assert_int_equal(conf->sensors[2].quantity, QUANTITY_CONTACT);
	assert_int_equal(conf->sensors[2].storage, STORAGE_PERMANENT);
	conf_unref(conf);
}

static const struct {
	const char *keys;
	uint8_t enabled;
} limit_cases[] = {
	{ "", 0x00 },
	{ "low-critical = 1", 0x80 },
	{ "high-critical = 0 rate-limit = 1", 0x18 },
	{ "low-critical = 1 limits-enabled = none", 0x00 },
	{ "limits-enabled = none low-critical = 1", 0x00 },
	{ "low-critical = 1 high-warning = 9 limits-enabled = 'high-warning'", 0x20 },
};

static void
a_limit_that_is_set_is_enabled(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(limit_cases); i++) {
		char text[256];
		struct conf *conf;
		struct err err;

		snprintf(text, sizeof(text), BUS "sensor a { " SENSOR " %s }", limit_cases[i].keys);
		if (read_text(text, &conf, &err) < 0)
			fail_msg("%s", err.text);
		assert_int_equal(conf->sensors[0].limits_enabled, limit_cases[i].enabled);
		conf_unref(conf);
	}
}

static void
includes_files_and_folders_in_order(void **state)
{
	static const char *const wanted[] = { "m", "x", "c", "a", "b" };
	struct conf *conf;
	struct err err;

	(void)state;
	write_text("other", "sensor x { " SENSOR " }\n");
	write_text("conf.d/20.conf", "sensor a { " SENSOR " }");
	write_text("conf.d/10.conf", "sensor c { " SENSOR " }");
	write_text("conf.d/b.conf", "sensor b { " SENSOR " }");
	write_text("conf.d/b.conf~", "garbage");
	write_text("conf.d/.c.conf", "garbage");
	if (read_text("include('other') include(\"conf.d\")\nsensor m { " SENSOR " }\n" BUS, &conf,
		&err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(conf->sensor_count, COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++)
		assert_string_equal(conf->sensors[i].name, wanted[i]);
	conf_unref(conf);
}

static void
takes_a_file_of_any_manner(void **state)
{
	static const char *const texts[] = {
		BUS,
		("\xef\xbb\xbf" BUS),
		"bus line\r\n{\r\n driver = sim\r\n}\r\n",
		"bus 'line' # a bus\n{ driver /* why? */ = // because\n'sim' } # no newline",
		"bus line { \"driver\" = \"si\\x6d\" }",
		"site = 'costs ${5}' bus line { driver=sim }",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct conf *conf;
		struct err err;

		if (read_text(texts[i], &conf, &err) < 0)
			fail_msg("%s: %s", texts[i], err.text);
		assert_string_equal(conf->buses[0].name, "line");
		assert_string_equal(conf->buses[0].driver, "sim");
		conf_unref(conf);
	}
}

static void
takes_very_many_sensors(void **state)
{
	static const size_t count = 20000;
	struct conf *conf;
	struct err err;
	FILE *file = fopen("many.conf", "w");

	(void)state;
	assert_non_null(file);
	fputs(BUS, file);
	for (size_t i = 0; i < count; i++)
		fprintf(file, "sensor s%zu { " SENSOR " }\n", i);
	assert_int_equal(fclose(file), 0);
	if (conf_file_read("many.conf", &mock_drivers, &conf, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(conf->sensor_count, count);
	assert_string_equal(conf->sensors[count - 1].name, "s19999");
	conf_unref(conf);
}

/* libConfuse has a printer of errors of its own. */
static void
prints_nothing(void **state)
{
	int saved = dup(STDERR_FILENO), to = open("stderr", O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct stat status;

	assert_true(saved >= 0 && to >= 0);
	dup2(to, STDERR_FILENO);
	refuses_with_file_line_and_what_is_allowed(state);
	dup2(saved, STDERR_FILENO);
	assert_int_equal(fstat(to, &status), 0);
	assert_int_equal(status.st_size, 0);
	close(to);
	close(saved);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, leave_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(refuses_with_file_line_and_what_is_allowed),
		IN_FOLDER(refuses_what_is_no_text_file),
		IN_FOLDER(names_the_included_file),
		IN_FOLDER(bounds_includes_inside_each_other),
		IN_FOLDER(reads_the_example),
		IN_FOLDER(a_limit_that_is_set_is_enabled),
		IN_FOLDER(includes_files_and_folders_in_order),
		IN_FOLDER(takes_a_file_of_any_manner),
		IN_FOLDER(takes_very_many_sensors),
		IN_FOLDER(prints_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
