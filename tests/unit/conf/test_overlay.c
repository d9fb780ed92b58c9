/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/objects.h"
#include "conf/overlay.h"
#include "core/strbuf.h"
#include "tests/unit/conf/mock_drivers.h"
#include "tests/unit/unit.h"

#define MANY 2000

/* The file: two buses, and sensors "a" (1) and "b" (2) with 27 and 32 as their high limits. */
static struct conf *
file_conf(void)
{
	struct conf *conf = conf_new();
	struct conf_bus *bus;

	assert_non_null(conf);
	for (uint32_t n = 1; n <= 2; n++) {
		bus = conf_add_bus(conf);
		assert_non_null(bus);
		bus->index = n;
		snprintf(bus->name, sizeof(bus->name), "bus%u", (unsigned)n);
		snprintf(bus->driver, sizeof(bus->driver), n == 1 ? "sim" : "modbus-rtu");
		snprintf(bus->endpoint, sizeof(bus->endpoint), "/dev/null");
	}
	return conf;
}

static struct conf_sensor *
add_sensor(struct conf *conf, uint32_t index, const char *name)
{
	struct conf_sensor *sensor = conf_add_sensor(conf);

	assert_non_null(sensor);
	sensor->index = index;
	snprintf(sensor->name, sizeof(sensor->name), "%s", name);
	snprintf(sensor->bus, sizeof(sensor->bus), "bus1");
	snprintf(sensor->address, sizeof(sensor->address), "%s", name);
	sensor->quantity = QUANTITY_TEMPERATURE;
	sensor->limit_milli[LIMIT_HIGH_WARNING] = 27000;
	sensor->limit_milli[LIMIT_HIGH_CRITICAL] = 32000;
	sensor->limits_enabled = LIMIT_BIT(LIMIT_HIGH_WARNING) | LIMIT_BIT(LIMIT_HIGH_CRITICAL);
	sensor->deadband_milli = 1000;
	return sensor;
}

/* Calls `take` with "OBJECT INDEX KEY" and "VALUE" of each "OBJECT.INDEX.KEY=VALUE;" of a list;
 * objects are s(ensor), b(us) and g (the agent). */
static void
each(const char *list,
    void (*take)(
	void *context, enum conf_object object, uint32_t index, const char *key, char *value),
    void *context)
{
	char copy[512], *rest = copy, *item;

	snprintf(copy, sizeof(copy), "%s", list);
	while ((item = strsep(&rest, ";")) != NULL) {
		const char *object, *index, *key;

		item += strspn(item, " ");
		if (*item == '\0')
			return;
		object = strsep(&item, ".");
		index = strsep(&item, ".");
		key = strsep(&item, "=");
		assert_non_null(item);
		take(context,
		    *object == 's'   ? CONF_SENSOR
		    : *object == 'b' ? CONF_BUS
				     : CONF_AGENT,
		    (uint32_t)strtoul(index, NULL, 10), key, item);
	}
}

static void *
object_of(const struct conf *conf, enum conf_object object, uint32_t index)
{
	size_t guess = 0;

	return objects_find(conf, object, index, &guess);
}

static void
write_in_file(void *context, enum conf_object object, uint32_t index, const char *key, char *value)
{
	void *to = object_of(context, object, index);

	assert_non_null(to);
	assert_int_equal(field_parse(schema_find(object, key), value, to, NULL), 0);
}

/* "VALUE<FILE_VALUE", or "VALUE" alone of a row by SET. */
static void
set_by_snmp(void *context, enum conf_object object, uint32_t index, const char *key, char *value)
{
	const char *set = strsep(&value, "<");
	const struct overlay_setting setting = {
		.object = object, .index = index, .key = key, .value = set, .file_value = value
	};

	assert_int_equal(overlay_add_setting(context, &setting), 0);
}

static void
assert_in_force(
    void *context, enum conf_object object, uint32_t index, const char *key, char *value)
{
	const void *from = object_of(context, object, index);
	char text[FIELD_FORMAT_SIZE];

	if (strcmp(value, "gone") == 0) {
		assert_null(from);
		return;
	}
	assert_non_null(from);
	field_format(schema_find(object, key), from, text, sizeof(text));
	assert_string_equal(text, value);
}

static void
show_fates(const struct overlay *overlay, char *to, size_t size)
{
	static const char letters[] = { 'h', 'a', 'o', 'u', 'x' };
	struct strbuf buffer;

	strbuf_init(&buffer, to, size);
	for (size_t i = 0; i < overlay->setting_count; i++)
		strbuf_add(&buffer, "%c", letters[overlay->settings[i].fate]);
	for (size_t i = 0; i < overlay->row_count; i++)
		strbuf_add(&buffer, "%s%c", i == 0 ? " " : "", letters[overlay->rows[i].fate]);
}

#define ROW_7 "s.7.name=c; s.7.bus=bus1; s.7.address=c; s.7.quantity=humidity; "

static const struct {
	const char *what;
	const char *sensors; /* of the file */
	const char *file;    /* what it says now */
	const char *stored;
	const char *rows;  /* INDEX:STATUS */
	const char *fates; /* by object, index, key: holds absent overtaken unknown unfit(x) */
	const char *in_force;
} cases[] = {
	{ "nothing is stored", "ab", "", "", "", "", "s.1.high-critical=32" },
	{ "set by SNMP", "ab", "", "s.1.high-critical=40<32", "", "h",
	    "s.1.high-critical=40; s.2.high-critical=32" },
	{ "the file has changed that very setting", "ab", "s.1.high-critical=35",
	    "s.1.high-critical=40<32", "", "o", "s.1.high-critical=35" },
	{ "the file has changed another", "ab", "s.1.high-warning=20; s.2.high-critical=35",
	    "s.1.high-critical=40<32", "", "h", "s.1.high-critical=40; s.1.high-warning=20" },
	{ "the file has come to what SNMP set", "ab", "s.1.high-critical=40",
	    "s.1.high-critical=40<32", "", "o", "s.1.high-critical=40" },
	{ "the same number in another form", "ab", "s.1.high-critical=32.000",
	    "s.1.high-critical=40<32", "", "h", "s.1.high-critical=40" },
	{ "several, of all kinds of objects", "ab", "b.2.timeout=2s",
	    "g.0.site=here<; b.2.timeout=3s<1s; s.2.location=hall<; "
	    "b.1.admin-state=disabled<enabled",
	    "", "hhoh",
	    "g.0.site=here; b.2.timeout=2s; s.2.location=hall; b.1.admin-state=disabled" },

	{ "the sensor is not in the file now", "b", "", "s.1.high-critical=40<32; s.1.gain=2<1", "",
	    "aa", "s.1.name=gone; s.2.gain=1" },
	{ "and came back as it was", "ab", "", "s.1.high-critical=40<32; s.1.gain=2<1", "", "hh",
	    "s.1.high-critical=40; s.1.gain=2" },
	{ "and came back another", "ab", "s.1.gain=3", "s.1.high-critical=40<32; s.1.gain=2<1", "",
	    "oh", "s.1.high-critical=40; s.1.gain=3" },

	{ "no such setting in this version", "ab", "", "s.1.colour=red<blue; s.1.gain=2<1", "",
	    "uh", "s.1.gain=2" },
	{ "no such value in this version", "ab", "", "s.1.min-samples=1000<2; s.1.gain=0<1", "",
	    "uu", "s.1.min-samples=2; s.1.gain=1" },

	{ "a limit of the file above one by SNMP", "ab", "s.1.high-warning=31",
	    "s.1.high-critical=30<32; s.1.location=hall<", "", "xh",
	    "s.1.high-warning=31; s.1.high-critical=32; s.1.location=hall" },
	{ "only what does not fit gives way", "ab", "s.1.high-critical=30",
	    "s.1.high-warning=31<27; s.1.location=hall<; s.1.deadband=2<1", "", "hxh",
	    "s.1.high-warning=27; s.1.high-critical=30; s.1.location=hall; s.1.deadband=2" },
	{ "two that fit only together", "ab", "", "s.1.high-critical=50<32; s.1.high-warning=45<27",
	    "", "hh", "s.1.high-critical=50; s.1.high-warning=45" },
	{ "of two that fit together one is overtaken", "ab", "s.1.high-critical=33",
	    "s.1.high-critical=50<32; s.1.high-warning=45<27; s.1.gain=2<1", "", "hox",
	    "s.1.high-critical=33; s.1.high-warning=27; s.1.gain=2" },
	{ "two of three fit without the one", "ab", "s.1.deadband=3",
	    "s.1.low-warning=20<0; s.1.limits-enabled=low-warning, high-warning<high-warning, "
	    "high-critical; s.1.high-warning=25<27",
	    "", "hhx", "s.1.deadband=3; s.1.high-warning=25" },
	{ "two that fit only together, beside one that does not fit", "ab",
	    "s.1.limits-enabled=low-critical, low-warning; s.1.low-critical=0; s.1.low-warning=5",
	    "s.1.bus=bus3<bus1; s.1.low-critical=10<0; s.1.low-warning=15<5", "", "xhh",
	    "s.1.low-critical=10; s.1.low-warning=15" },
	{ "a bus by SNMP that the file has no more", "ab", "", "s.1.bus=bus3<bus1; s.1.gain=2<1",
	    "", "xh", "s.1.bus=bus1; s.1.gain=2" },
	{ "a bus and an address that go together", "ab", "",
	    "s.1.bus=bus2<bus1; s.1.address=7:input:1:int16<a", "", "hh",
	    "s.1.bus=bus2; s.1.address=7:input:1:int16" },
	{ "a name by SNMP", "ab", "", "s.1.name=inlet<a", "", "h", "s.1.name=inlet" },
	{ "a name by SNMP that the file has given meanwhile", "ab", "",
	    "s.1.name=b<a; s.1.gain=2<1", "", "hx", "s.1.name=a; s.1.gain=2; s.2.name=b" },
	{ "two that have exchanged their names", "ab", "", "s.1.name=b<a; s.2.name=a<b", "", "hh",
	    "s.1.name=b; s.2.name=a" },

	{ "a row by SET", "ab", "", ROW_7 "s.7.gain=2", "7:1", "hhhhh h",
	    "s.7.name=c; s.7.quantity=humidity; s.7.deadband=auto; s.7.gain=2; s.7.on-delay=30s" },
	{ "rows that are not active", "ab", "", ROW_7 "s.8.name=d", "7:2 8:3", "aaaaa aa",
	    "s.7.name=gone; s.8.name=gone" },
	{ "a row that was destroyed in part", "ab", "", ROW_7, "", "aaaa", "s.7.name=gone" },
	{ "its name is in the file now", "abc", "", ROW_7, "7:1", "aaaa x",
	    "s.7.name=gone; s.3.name=c" },
	{ "its bus is not in the file any more", "ab", "",
	    "s.7.name=c; s.7.bus=bus3; s.7.address=c; s.7.quantity=light; s.2.gain=2<1", "7:1",
	    "haaaa x", "s.7.name=gone; s.2.gain=2" },
	{ "one of its settings is not known", "ab", "", ROW_7 "s.7.colour=red", "7:1", "hhuhh h",
	    "s.7.name=c" },
	{ "without a name it cannot be", "ab", "", "s.7.bus=bus1; s.7.address=c", "7:1", "aa x",
	    "s.7.name=gone; s.1.name=a" },
	{ "two rows, one of them out of order", "ab", "",
	    ROW_7 "s.8.name=d; s.8.bus=bus2; s.8.address=0; s.8.quantity=light", "8:1 7:1",
	    "hhhhaaaa hx", "s.7.name=c; s.8.name=gone" },
};

static void
the_last_change_wins(void **state)
{
	static const char names[] = "abc";

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf *conf = file_conf();
		struct overlay overlay = { 0 };
		struct err err = { 0 };
		char fates[32];

		print_message("%s\n", cases[i].what);
		for (const char *name = cases[i].sensors; *name != '\0'; name++)
			add_sensor(conf, (uint32_t)(strchr(names, *name) - names) + 1,
			    (const char[]){ *name, '\0' });
		each(cases[i].file, write_in_file, conf);
		each(cases[i].stored, set_by_snmp, &overlay);
		for (const char *row = cases[i].rows; *row != '\0'; row += strspn(row, " ")) {
			char *end;
			uint32_t index = (uint32_t)strtoul(row, &end, 10);

			assert_int_equal(overlay_add_row(&overlay, CONF_SENSOR, index,
					     (uint32_t)strtoul(end + 1, (char **)&row, 10)),
			    0);
		}
		if (overlay_apply(&overlay, conf, &mock_drivers, &err) < 0)
			fail_msg("%s", err.text);
		show_fates(&overlay, fates, sizeof(fates));
		assert_string_equal(fates, cases[i].fates);
		each(cases[i].in_force, assert_in_force, conf);
		overlay_done(&overlay);
		conf_unref(conf);
	}
}

static void
what_gives_way_says_why(void **state)
{
	struct conf *conf = file_conf();
	struct overlay overlay = { 0 };

	(void)state;
	add_sensor(conf, 1, "a");
	each("s.1.high-warning=33<27; s.1.colour=red<blue; s.1.gain=0<1", set_by_snmp, &overlay);
	assert_int_equal(overlay_apply(&overlay, conf, &mock_drivers, NULL), 0);
	assert_string_equal(overlay.settings[0].why, "there is no such setting");
	assert_string_equal(overlay.settings[1].why,
	    "gain = \"0\": want -2147.483648 to 2147.483647 with at most 6 decimals, but not 0");
	assert_string_equal(overlay.settings[2].why,
	    "sensor \"a\": high-critical = 32 is not above high-warning = 33: "
	    "want low-critical < low-warning < high-warning < high-critical");
	assert_null(overlay_find(&overlay, CONF_SENSOR, 1, "high-warning"));
	overlay_done(&overlay);
	conf_unref(conf);
}

static void
what_holds_is_found(void **state)
{
	struct conf *conf = file_conf();
	struct overlay overlay = { 0 };
	const struct overlay_setting *found;

	(void)state;
	assert_null(overlay_find(&overlay, CONF_SENSOR, 1, "gain"));
	add_sensor(conf, 1, "a");
	each("s.1.offset=2<1; s.1.gain=2<1; b.1.timeout=7s<500ms", set_by_snmp, &overlay);
	assert_int_equal(overlay_apply(&overlay, conf, &mock_drivers, NULL), 0);
	found = overlay_find(&overlay, CONF_SENSOR, 1, "gain");
	assert_non_null(found);
	assert_string_equal(found->value, "2");
	assert_string_equal(found->file_value, "1");
	assert_non_null(overlay_find(&overlay, CONF_BUS, 1, "timeout"));
	assert_null(overlay_find(&overlay, CONF_SENSOR, 1, "offset")); /* the file says 0 */
	assert_null(overlay_find(&overlay, CONF_SENSOR, 2, "gain"));
	overlay_done(&overlay);
	conf_unref(conf);
}

/* Many at once must not take the square of the time. */
static void
each_of_many_sensors_gives_way_by_itself(void **state)
{
	struct conf *conf = file_conf();
	struct overlay overlay = { 0 };

	(void)state;
	for (uint32_t n = 1; n <= MANY; n++) {
		char text[80];

		snprintf(text, sizeof(text), "n%u", (unsigned)n);
		add_sensor(conf, n, text);
		snprintf(text, sizeof(text), "s.%u.high-warning=%u<27; s.%u.gain=2<1", (unsigned)n,
		    n % 2 == 0 ? 31 : 33, (unsigned)n);
		each(text, set_by_snmp, &overlay);
	}
	assert_int_equal(overlay_apply(&overlay, conf, &mock_drivers, NULL), 0);
	for (uint32_t n = 0; n < MANY; n++) {
		assert_int_equal(conf->sensors[n].gain_micro, 2000000);
		assert_int_equal(conf->sensors[n].limit_milli[LIMIT_HIGH_WARNING],
		    (n + 1) % 2 == 0 ? 31000 : 27000);
	}
	overlay_done(&overlay);
	conf_unref(conf);
}

static void
a_file_that_is_wrong_by_itself_stays_an_error(void **state)
{
	struct conf *conf = file_conf();
	struct overlay overlay = { 0 };
	struct err err = { 0 };

	(void)state;
	add_sensor(conf, 1, "a");
	add_sensor(conf, 2, "a");
	each("s.2.gain=2<1", set_by_snmp, &overlay);
	assert_int_equal(overlay_apply(&overlay, conf, &mock_drivers, &err), -EINVAL);
	assert_string_equal(err.text, "sensor \"a\" is declared twice: want unique names");
	overlay_done(&overlay);
	conf_unref(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_change_wins),
		cmocka_unit_test(what_gives_way_says_why),
		cmocka_unit_test(what_holds_is_found),
		cmocka_unit_test(each_of_many_sensors_gives_way_by_itself),
		cmocka_unit_test(a_file_that_is_wrong_by_itself_stays_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
