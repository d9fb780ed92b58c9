/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "conf/change_text.h"
#include "tests/unit/unit.h"

static const struct {
	enum changed changed;
	enum conf_object object;
	const char *key, *name, *old, *new, *text;
} cases[] = {
	{ CHANGED_BY_SNMP, CONF_SENSOR, "high-critical", "inlet", "30", "32.5",
	    "SNMP has set high-critical of sensor \"inlet\" to 32.5; it was 30." },
	{ CHANGED_BY_SNMP, CONF_SENSOR, "location", "inlet", "", "row 7",
	    "SNMP has set location of sensor \"inlet\" to \"row 7\"; it was \"\"." },
	{ CHANGED_BY_SNMP, CONF_SENSOR, "name", "inlet", "a", "inlet",
	    "SNMP has set name of sensor \"inlet\" to \"inlet\"; it was \"a\"." },
	{ CHANGED_BY_SNMP, CONF_AGENT, "log-level", "", "info", "debug",
	    "SNMP has set log-level to debug; it was info." },
	{ CHANGED_BY_FILE, CONF_BUS, "timeout", "line", "2s", "1s",
	    "The file has set timeout of bus \"line\" to 1s; SNMP had set it to 2s." },
	{ CHANGED_BACK, CONF_SENSOR, "high-critical", "inlet", "30", "32",
	    "SNMP had set high-critical of sensor \"inlet\" to 30; that does not fit any more, the "
	    "file's 32 does." },
};

static void
says_object_old_and_new_value(void **state)
{
	char text[CHANGE_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		change_text(cases[i].changed, schema_find(cases[i].object, cases[i].key),
		    cases[i].name, cases[i].old, cases[i].new, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

/* Whatever the values: one whole sentence. */
static void
the_longest_values_leave_a_whole_sentence(void **state)
{
	char value[256], name[33], text[CHANGE_TEXT_SIZE];
	const struct field *field;

	(void)state;
	for (size_t i = 0; i + 3 < sizeof(value); i += 3)
		memcpy(value + i, "\xe2\x82\xac", 4);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		for (int changed = CHANGED_BY_SNMP; changed <= CHANGED_BACK; changed++) {
			change_text(
			    (enum changed)changed, field, name, value, value, text, sizeof(text));
			assert_true(strlen(text) < sizeof(text) - 1);
			assert_int_equal(text[strlen(text) - 1], '.');
			assert_non_null(strstr(text, field->key));
			if ((field->flags & FIELD_SECRET) == 0)
				assert_non_null(strstr(text, "..."));
		}
	}
}

static void
a_secret_is_not_told(void **state)
{
	const struct field secret = {
		.object = CONF_SENSOR, .key = "password", .type = FIELD_TEXT, .flags = FIELD_SECRET
	};
	char text[CHANGE_TEXT_SIZE];

	(void)state;
	for (int changed = CHANGED_BY_SNMP; changed <= CHANGED_BACK; changed++) {
		change_text((enum changed)changed, &secret, "relay", "hunter1", "hunter2", text,
		    sizeof(text));
		assert_null(strstr(text, "hunter"));
		assert_non_null(strstr(text, "password of sensor \"relay\""));
	}
}

static void
says_what_became_of_a_row(void **state)
{
	static const struct {
		enum row_changed changed;
		const char *name, *text;
	} rows[] = {
		{ ROW_MADE, "", "SNMP has made sensor 7." },
		{ ROW_ACTIVE, "attic", "SNMP has put sensor 7 \"attic\" in service." },
		{ ROW_IDLE, "attic", "SNMP has put sensor 7 \"attic\" out of service." },
		{ ROW_DESTROYED, "attic", "SNMP has destroyed sensor 7 \"attic\"." },
		{ ROW_UNFIT, "attic",
		    "Sensor 7 \"attic\", made by SNMP, does not fit the file any more and is out "
		    "of service." },
		{ ROW_ADOPTED, "attic",
		    "Sensor 7 \"attic\", made or named by SNMP, is the file's now." },
	};
	char text[CHANGE_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		change_text_row(rows[i].changed, CONF_SENSOR, 7, rows[i].name, text, sizeof(text));
		assert_string_equal(text, rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_object_old_and_new_value),
		cmocka_unit_test(the_longest_values_leave_a_whole_sentence),
		cmocka_unit_test(a_secret_is_not_told),
		cmocka_unit_test(says_what_became_of_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
