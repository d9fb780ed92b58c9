/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf_file.h"
#include "conf/conf_print.h"
#include "conf/objects.h"
#include "core/strbuf.h"
#include "tests/unit/conf/mock_drivers.h"
#include "tests/unit/unit.h"

#define ROUNDS    300 /* of random configurations */
#define TEXT_SIZE 200000

static char path[] = "/tmp/test_conf_print.XXXXXX";
static char text[TEXT_SIZE], again[TEXT_SIZE];

static int
make_path(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int
remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

static int
put_line(void *context, const char *line)
{
	strbuf_add(context, "%s", line);
	return 0;
}

static void
print(const struct conf *conf, const struct overlay *overlay, char *to)
{
	struct strbuf buffer;

	strbuf_init(&buffer, to, TEXT_SIZE);
	assert_int_equal(conf_print(conf, overlay, put_line, &buffer), 0);
	assert_false(strbuf_is_cut(&buffer));
}

static struct conf *
parsed(const char *from)
{
	FILE *file = fopen(path, "w");
	struct conf *conf = NULL;
	struct err err = { 0 };

	assert_non_null(file);
	assert_true(fputs(from, file) >= 0);
	assert_int_equal(fclose(file), 0);
	if (conf_file_read(path, &mock_drivers, &conf, &err) < 0)
		fail_msg("%s in\n%s", err.text, from);
	return conf;
}

static void
assert_same_object(enum conf_object kind, const void *a, const void *b)
{
	const struct field *field;

	for (size_t n = 0; (field = schema_at(n)) != NULL; n++)
		if (field->object == kind && !field_is_equal(field, a, b))
			fail_msg("%s is another one in\n%s", field->key, text);
}

static void
assert_same(const struct conf *a, const struct conf *b)
{
	for (size_t i = 0; i < CONF_OBJECT_COUNT; i++) {
		enum conf_object kind = (enum conf_object)i;

		assert_int_equal(objects_count(a, kind), objects_count(b, kind));
		for (size_t n = 0; n < objects_count(a, kind); n++)
			assert_same_object(kind, objects_at(a, kind, n), objects_at(b, kind, n));
	}
}

/* ---- random configurations ---- */

static uint32_t luck;

static uint32_t
below(uint32_t limit)
{
	luck = luck * 1664525u + 1013904223u;
	return (luck >> 8) % limit;
}

/* What a file could get wrong. */
static void
random_text(char *to, size_t room)
{
	static const char *const pieces[] = { "\"", "'", "\\", "${", "${HOME}", "$", "{", "}", "#",
		"//", "/*", "*/", "*", "+", "=", ",", " ", "%s", "\\n", "\\0", "a", "B", "7",
		"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8c\xa1" };
	size_t length = 0, pick = below(40);

	to[0] = '\0';
	while (pick-- > 0) {
		const char *piece = pieces[below(COUNT(pieces))];
		size_t size = strlen(piece) + 1;

		if (length + size > room)
			return;
		memcpy(to + length, piece, size);
		length += size - 1;
	}
}

static void
random_value(const struct field *field, char *to, size_t size)
{
	static const char *const units[] = { "ms", "s", "m", "h" };
	size_t count = 0;

	switch (field->type) {
	case FIELD_NAME:
		snprintf(to, size, "n-%u #/: %u", below(1000), below(100000));
		break;
	case FIELD_TEXT:
	case FIELD_ENUM:
		while (field->choices != NULL && field->choices[count].label != NULL)
			count++;
		if (count > 0)
			snprintf(to, size, "%s", field->choices[below((uint32_t)count)].label);
		else
			random_text(to, (size_t)field->max);
		break;
	case FIELD_QUANTITY:
		snprintf(
		    to, size, "%s", quantity_info((enum quantity)(1 + below(QUANTITY_LAST)))->name);
		break;
	case FIELD_BOOL:
		snprintf(to, size, "%s", below(2) == 0 ? "yes" : "no");
		break;
	case FIELD_NUMBER:
		snprintf(to, size, "%u", 1 + below(100));
		break;
	case FIELD_DURATION:
	case FIELD_SECONDS:
		snprintf(to, size, "%u%s", below(100), units[below(COUNT(units))]);
		break;
	case FIELD_MILLI:
	case FIELD_MICRO:
		snprintf(to, size, "%s%u.%03u", below(2) == 0 ? "-" : "", below(2000), below(1000));
		break;
	case FIELD_LIMITS:
		snprintf(to, size, "%s", below(2) == 0 ? "low-warning, rate" : "none");
		break;
	}
}

/* Each setting that is not a reference, by luck; a value that is not right is left out. */
static void
fill(enum conf_object kind, void *object)
{
	const struct field *field;
	char value[FIELD_FORMAT_SIZE];

	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		if (field->object != kind || strcmp(field->key, "name") == 0 ||
		    strcmp(field->key, "driver") == 0 || strcmp(field->key, "bus") == 0)
			continue;
		if ((field->flags & FIELD_REQUIRED) == 0 && below(3) == 0)
			continue;
		random_value(field, value, sizeof(value));
		field_parse(field, value, object, NULL);
	}
}

static int
compare_i32(const void *a, const void *b)
{
	return (*(const int32_t *)a > *(const int32_t *)b) -
	       (*(const int32_t *)a < *(const int32_t *)b);
}

static void
add_sensor(struct conf *conf, unsigned n)
{
	const struct conf_bus *bus = &conf->buses[below((uint32_t)conf->bus_count)];
	struct conf_sensor *sensor = conf_add_sensor(conf);

	assert_non_null(sensor);
	fill(CONF_SENSOR, sensor);
	if (sensor->address[0] == '\0')
		snprintf(sensor->address, sizeof(sensor->address), "address");
	snprintf(sensor->name, sizeof(sensor->name), "sensor %u", n);
	memcpy(sensor->bus, bus->name, sizeof(sensor->bus));
	sensor->quantity = (enum quantity)(1 + below(QUANTITY_LAST));
	qsort(sensor->limit_milli, LIMIT_LEVELS, sizeof(int32_t), compare_i32);
	sensor->limits_enabled = (uint8_t)(below(32) << 3);
	sensor->deadband_milli = below(2) == 0 ? 0 : -1;
	if (sensor->rate_limit_milli == 0)
		sensor->rate_limit_milli = 1;
	if (sensor->range_low_milli >= sensor->range_high_milli)
		sensor->range_low_milli = sensor->range_high_milli - 1;
}

/* NULL: it does not check. */
static struct conf *
random_conf(void)
{
	struct conf *conf = conf_new();
	struct conf_place place;
	struct err err = { 0 };

	assert_non_null(conf);
	fill(CONF_AGENT, &conf->agent);
	for (unsigned n = 0; n <= below(3); n++) {
		struct conf_bus *bus = conf_add_bus(conf);

		assert_non_null(bus);
		fill(CONF_BUS, bus);
		snprintf(bus->name, sizeof(bus->name), "bus %u", n);
		snprintf(bus->driver, sizeof(bus->driver), "sim");
	}
	for (unsigned n = 0; n < below(6); n++)
		add_sensor(conf, n);
	if (conf_check(conf, &mock_drivers, &place, &err) == 0)
		return conf;
	conf_unref(conf);
	return NULL;
}

static void
what_is_printed_is_read_as_the_same(void **state)
{
	unsigned done = 0;

	(void)state;
	for (luck = 1; done < ROUNDS;) {
		struct conf *conf = random_conf(), *back;

		if (conf == NULL)
			continue;
		print(conf, NULL, text);
		back = parsed(text);
		assert_same(conf, back);
		print(back, NULL, again);
		assert_string_equal(text, again);
		conf_unref(conf);
		conf_unref(back);
		done++;
	}
}

/* ---- what it looks like ---- */

static const char site_text[] = "bus line { driver = sim poll-interval = 2s }\n"
				"sensor inlet { bus = line address = a quantity = temperature\n"
				" high-warning = 27 on-delay = 10s location = '${x}' }\n";

static const char effective_text[] =
    "log-level = debug # set by SNMP; the file has info\n"
    "\n"
    "bus \"line\" {\n"
    "\tdriver = \"sim\"\n"
    "\tpoll-interval = 2s\n"
    "}\n"
    "\n"
    "sensor \"inlet\" {\n"
    "\tbus = \"line\"\n"
    "\taddress = \"a\"\n"
    "\tquantity = temperature\n"
    "\tlocation = \"say \\\"hello\\\"\" # set by SNMP; the file has '${x}'\n"
    "\thigh-warning = 27\n"
    "\thigh-critical = 32 # set by SNMP; the file has 0\n"
    "\tlimits-enabled = \"high-warning, high-critical\""
    " # set by SNMP; the file has \"high-warning\"\n"
    "\ton-delay = 30s # set by SNMP; the file has 10s\n"
    "}\n"
    "\n"
    "sensor \"outlet\" { # made by SNMP\n"
    "\tbus = \"line\"\n"
    "\taddress = \"b\"\n"
    "\tquantity = humidity\n"
    "}\n"
    "\n"
    "# sensor 9, made by SNMP, is not active:\n"
    "#\taddress = \"c\"\n"
    "#\tname = \"door\"\n";

static const struct overlay_setting by_snmp[] = {
	{ CONF_AGENT, 0, "log-level", "debug", "info", 0, NULL },
	{ CONF_SENSOR, 1, "on-delay", "30s", "10s", 0, NULL },
	{ CONF_SENSOR, 1, "location", "say \"hello\"", "${x}", 0, NULL },
	{ CONF_SENSOR, 1, "high-critical", "32", "0", 0, NULL },
	{ CONF_SENSOR, 1, "limits-enabled", "high-warning, high-critical", "high-warning", 0,
	    NULL },
	{ CONF_SENSOR, 7, "name", "outlet", NULL, 0, NULL },
	{ CONF_SENSOR, 7, "bus", "line", NULL, 0, NULL },
	{ CONF_SENSOR, 7, "address", "b", NULL, 0, NULL },
	{ CONF_SENSOR, 7, "quantity", "humidity", NULL, 0, NULL },
	{ CONF_SENSOR, 9, "name", "door", NULL, 0, NULL },
	{ CONF_SENSOR, 9, "address", "c", NULL, 0, NULL },
};

static void
only_what_is_not_the_default_and_what_snmp_changed(void **state)
{
	struct conf *conf = parsed(site_text), *back;
	struct overlay overlay = { 0 };

	(void)state;
	conf->buses[0].index = 1;
	conf->sensors[0].index = 1;
	for (size_t i = 0; i < COUNT(by_snmp); i++)
		assert_int_equal(overlay_add_setting(&overlay, &by_snmp[i]), 0);
	assert_int_equal(overlay_add_row(&overlay, CONF_SENSOR, 7, OVERLAY_ACTIVE), 0);
	assert_int_equal(overlay_add_row(&overlay, CONF_SENSOR, 9, 2), 0);
	assert_int_equal(overlay_apply(&overlay, conf, &mock_drivers, NULL), 0);
	print(conf, &overlay, text);
	assert_string_equal(text, effective_text);
	back = parsed(text);
	assert_same(conf, back);
	overlay_done(&overlay);
	conf_unref(conf);
	conf_unref(back);
}

static const char mail_text[] = "event-maximum = 500\n"
				"\n"
				"bus \"line\" {\n"
				"\tdriver = \"sim\"\n"
				"}\n"
				"\n"
				"delivery {\n"
				"\tretry-base = 1s\n"
				"}\n"
				"\n"
				"mail {\n"
				"\tfrom = \"sensors@example.org\"\n"
				"\tallow-recipients = \"example.org, oncall@example.net\"\n"
				"\n"
				"\trelay {\n"
				"\t\thost = \"mail.example.org\"\n"
				"\t\tuser = \"sensors\"\n"
				"\t\t# password is set, but not shown\n"
				"\t}\n"
				"\n"
				"\trelay {\n"
				"\t\thost = \"backup.example.org\"\n"
				"\t\tport = 587\n"
				"\t\tsecurity = starttls\n"
				"\t}\n"
				"}\n"
				"\n"
				"contact \"ops\" {\n"
				"\taddress = \"ops@example.org\"\n"
				"\tmin-severity = critical\n"
				"}\n";

static void
mail_has_its_relays_in_it_and_no_passwords(void **state)
{
	static const char from[] =
	    "bus line { driver = sim } event-maximum = 500 delivery { retry-base = 1s }\n"
	    "mail { from = sensors@example.org\n"
	    " allow-recipients = { example.org, oncall@example.net }\n"
	    " relay { host = mail.example.org user = sensors password = hunter2 }\n"
	    " relay { host = backup.example.org port = 587 security = starttls } }\n"
	    "contact ops { address = ops@example.org min-severity = critical }\n";
	struct conf *conf = parsed(from), *back;

	(void)state;
	print(conf, NULL, text);
	assert_string_equal(text, mail_text);
	back = parsed(text);
	assert_string_equal(back->relays[0].password, "");
	memcpy(
	    back->relays[0].password, conf->relays[0].password, sizeof(back->relays[0].password));
	assert_same(conf, back);
	conf_unref(conf);
	conf_unref(back);
}

static void
mail_that_a_file_could_not_have_is_a_comment(void **state)
{
	struct conf *conf = parsed("bus line { driver = sim }"), *back;
	struct overlay overlay = { 0 };
	const struct overlay_setting host = {
		.object = CONF_RELAY, .index = 1, .key = "host", .value = "mail.example.org"
	};

	(void)state;
	assert_int_equal(overlay_add_setting(&overlay, &host), 0);
	assert_int_equal(overlay_add_row(&overlay, CONF_RELAY, 1, OVERLAY_ACTIVE), 0);
	assert_int_equal(overlay_apply(&overlay, conf, &mock_drivers, NULL), 0);
	assert_int_equal(conf->relay_count, 1);
	print(conf, &overlay, text);
	assert_non_null(strstr(text, "# \trelay { # made by SNMP\n# \t\thost = "));
	back = parsed(text);
	assert_int_equal(back->relay_count, 0);
	overlay_done(&overlay);
	conf_unref(conf);
	conf_unref(back);
}

static int
refuse(void *context, const char *line)
{
	(void)line;
	return ++*(int *)context == 3 ? -28 : 0;
}

static void
a_line_that_is_refused_ends_it(void **state)
{
	struct conf *conf = parsed("bus line { driver = sim }");
	int calls = 0;

	(void)state;
	assert_int_equal(conf_print(conf, NULL, refuse, &calls), -28);
	assert_int_equal(calls, 3);
	conf_unref(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_is_read_as_the_same),
		cmocka_unit_test(only_what_is_not_the_default_and_what_snmp_changed),
		cmocka_unit_test(mail_has_its_relays_in_it_and_no_passwords),
		cmocka_unit_test(mail_that_a_file_could_not_have_is_a_comment),
		cmocka_unit_test(a_line_that_is_refused_ends_it),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
