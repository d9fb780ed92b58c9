/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "snmp/tables.h"
#include "snmp/txn.h"
#include "tests/unit/snmp/set_fixture.h"
#include "tests/unit/unit.h"

#include "config.h"

#ifdef WITH_MAIL
#define TEST_MAIL SET_OK
#else
#define TEST_MAIL SET_RESOURCE_UNAVAILABLE
#endif

#define CASES_WANTED 400

static unsigned cases; /* of values that were judged */

/* ---- each class of value of each column ---- */

static void
expect(const char *what, const char *column, const struct set_varbind *one, enum set_error want)
{
	struct txn *txn = begin();
	struct set_varbind both[] = {
		number(&table_system, 4, 0, VALUE_INTEGER, 41),
		*one,
		{ 0 },
	};
	unsigned at = 0;
	enum set_error error = judge(txn, both, &at);

	cases++;
	if (error != want)
		fail_msg("%s of %s: error %d, want %d", what, column, error, want);
	if (want != SET_OK)
		assert_int_equal(at, 2);
	txn_free(txn);
}

static const char *
right_text(const struct field *field)
{
	if (field->form == &form_mailbox)
		return "a@example.org";
	return field->object == CONF_SENSOR && field->column == 3 ? "line" : "good";
}

/* A value that is right; false: the type is none that can be set. */
static bool
right_value(const struct field *field, struct set_varbind *one)
{
	one->has_type = true;
	switch (field->type) {
	case FIELD_NAME:
	case FIELD_TEXT:
		one->type = VALUE_OCTETS;
		one->octets = right_text(field);
		one->length = strlen(one->octets);
		return true;
	case FIELD_LIMITS:
		one->type = VALUE_OCTETS;
		one->octets = "\x20";
		one->length = 1;
		return true;
	case FIELD_ENUM:
	case FIELD_QUANTITY:
	case FIELD_BOOL:
	case FIELD_MILLI:
	case FIELD_MICRO:
		one->type = VALUE_INTEGER;
		one->integer = field->limit == LIMIT_HIGH_CRITICAL ? 30000 : 2;
		return true;
	case FIELD_NUMBER:
	case FIELD_DURATION:
	case FIELD_SECONDS:
		one->type = VALUE_UNSIGNED;
		one->integer = field->max < 60000 ? field->max : 60000;
		return true;
	}
	return false;
}

static void
expect_wrong_types(const char *name, const struct set_varbind *right)
{
	static const enum value_type types[] = { VALUE_INTEGER, VALUE_UNSIGNED, VALUE_OCTETS };
	struct set_varbind one = *right;

	for (size_t i = 0; i < COUNT(types); i++) {
		if (types[i] == right->type)
			continue;
		one.type = types[i];
		one.octets = "text";
		one.length = 4;
		expect("another type", name, &one, SET_WRONG_TYPE);
	}
	one.has_type = false;
	expect("an OID", name, &one, SET_WRONG_TYPE);
}

static void
expect_wrong_rows(const char *name, const struct set_varbind *right, enum set_error want)
{
	static const uint32_t absent[] = { 2, 11, UINT32_MAX };
	struct set_varbind one = *right;

	for (size_t i = 0; i < COUNT(absent); i++) {
		one.index = absent[i];
		expect("no such row", name, &one, want);
	}
	one.index = right->index;
	one.has_index = false;
	expect("no index", name, &one, SET_NO_CREATION);
}

static void
expect_wrong_texts(
    const char *name, const struct set_varbind *right, size_t min, size_t max, bool is_name)
{
	static char long_text[300];
	static const struct {
		const char *what, *text;
		enum set_error error;
	} texts[] = {
		{ "half a character", "ab\xc3", SET_WRONG_ENCODING },
		{ "an overlong character", "\xc0\xaf", SET_WRONG_ENCODING },
		{ "a surrogate", "\xed\xa0\x80", SET_WRONG_ENCODING },
		{ "a line feed", "a\nb", SET_WRONG_VALUE },
		{ "a C1 control", "\xc2\x85", SET_WRONG_VALUE },
		{ "DEL", "\x7f", SET_WRONG_VALUE },
	}, names[] = {
		{ "a blank at its end", "a ", SET_WRONG_VALUE },
		{ "a blank before it", " a", SET_WRONG_VALUE },
		{ "a letter beyond ASCII", "caf\xc3\xa9", SET_WRONG_VALUE },
		{ "a star", "a*", SET_WRONG_VALUE },
	};
	struct set_varbind one;

	memset(long_text, 'x', sizeof(long_text));
	for (size_t i = 0; i < COUNT(texts); i++) {
		one = text(right->table, (unsigned)right->column, right->index, texts[i].text);
		expect(texts[i].what, name, &one, texts[i].error);
	}
	for (size_t i = 0; i < COUNT(names) && is_name; i++) {
		one = text(right->table, (unsigned)right->column, right->index, names[i].text);
		expect(names[i].what, name, &one, names[i].error);
	}
	one = octets(right->table, (unsigned)right->column, right->index, long_text, max + 1);
	expect("too long a text", name, &one, SET_WRONG_LENGTH);
	one.length = min - 1;
	if (min > 0)
		expect("too short a text", name, &one, SET_WRONG_LENGTH);
	one = octets(right->table, (unsigned)right->column, right->index, "a\0b", 3);
	expect("a NUL", name, &one, SET_WRONG_VALUE);
}

static void
expect_number(const char *what, const char *name, const struct set_varbind *right, int64_t value)
{
	struct set_varbind one = *right;

	one.integer = value;
	expect(what, name, &one, SET_WRONG_VALUE);
}

static void
expect_wrong_numbers(const char *name, const struct set_varbind *right, const struct field *field)
{
	int64_t least = right->type == VALUE_UNSIGNED ? 0 : INT32_MIN;
	int64_t most = right->type == VALUE_UNSIGNED ? UINT32_MAX : INT32_MAX;

	if (field->min > least) {
		expect_number("the least of all", name, right,
		    least == 0 && (field->flags & FIELD_OR_ZERO) != 0 ? 1 : least);
		expect_number("just below the range", name, right,
		    field->min == 1 && (field->flags & FIELD_OR_ZERO) != 0 ? least
									   : field->min - 1);
	}
	if (field->max < most) {
		expect_number("the greatest of all", name, right, most);
		expect_number("just above the range", name, right, field->max + 1);
	}
	if ((field->flags & FIELD_NOT_ZERO) != 0)
		expect_number("0", name, right, 0);
}

static void
expect_wrong_labels(const char *name, const struct set_varbind *right, int64_t last)
{
	expect_number("label 0", name, right, 0);
	expect_number("a label that is not there", name, right, last + 1);
	expect_number("a label below 0", name, right, -1);
	expect_number("the greatest of all", name, right, INT32_MAX);
}

static int64_t
last_label(const struct field *field)
{
	const struct field_choice *choice = field->choices;

	while (choice[1].label != NULL)
		choice++;
	return choice->value;
}

static void
expect_wrong_values(const char *name, const struct set_varbind *right, const struct field *field)
{
	struct set_varbind one = *right;

	switch (field->type) {
	case FIELD_NAME:
	case FIELD_TEXT:
		expect_wrong_texts(
		    name, right, (size_t)field->min, (size_t)field->max, field->type == FIELD_NAME);
		break;
	case FIELD_LIMITS:
		one.octets = "\x04";
		expect("a bit without a name", name, &one, SET_WRONG_VALUE);
		one.octets = "\x20\x00";
		one.length = 2;
		expect("two octets", name, &one, SET_WRONG_LENGTH);
		one.length = 0;
		expect("no octet", name, &one, SET_OK);
		break;
	case FIELD_BOOL:
		expect_wrong_labels(name, right, 2);
		break;
	case FIELD_QUANTITY:
		expect_wrong_labels(name, right, QUANTITY_LAST);
		break;
	case FIELD_ENUM:
		expect_wrong_labels(name, right, last_label(field));
		break;
	case FIELD_NUMBER:
	case FIELD_DURATION:
	case FIELD_SECONDS:
	case FIELD_MILLI:
	case FIELD_MICRO:
		expect_wrong_numbers(name, right, field);
		break;
	}
}

/* A row that is there. */
static uint32_t
some_row(const struct table *table)
{
	return table->row_count(&snapshot) > 0 ? table->row_index(&snapshot, 0) : 0;
}

static void
try_setting(const struct table *table, const struct column *column, const struct field *field)
{
	struct set_varbind right = varbind(table, column->number, some_row(table));

	assert_true(right_value(field, &right));
	expect("a good value", column->name, &right, SET_OK);
	expect_wrong_types(column->name, &right);
	expect_wrong_values(column->name, &right, field);
	expect_wrong_rows(column->name, &right, SET_NO_CREATION);
}

/* Nothing of it, whatever the value. */
static void
try_read_only(const struct table *table, const struct column *column)
{
	struct set_varbind one = number(table, column->number, some_row(table), VALUE_INTEGER, 1);

	expect("a number", column->name, &one, SET_NOT_WRITABLE);
	one = text(table, column->number, some_row(table), "text");
	expect("a text", column->name, &one, SET_NOT_WRITABLE);
}

static bool
is_operation(const struct table *table, const struct column *column)
{
	for (size_t i = 0; i < table->operation_count; i++)
		if (table->operations[i].column == column->number)
			return true;
	return false;
}

static void
each_column_tells_good_values_from_each_class_of_bad_ones(void **state)
{
	(void)state;
	cases = 0;
	for (size_t t = 0; tables[t] != NULL; t++) {
		const struct table *table = tables[t];

		for (size_t i = 0; i < table->column_count; i++) {
			const struct column *column = &table->columns[i];
			const struct field *field = NULL;

			if (!table_is_writable(table) || is_operation(table, column))
				continue;
			if (table->settings != NULL)
				field = schema_column(*table->settings, column->number);
			if (column->access == ACCESS_READ_ONLY)
				try_read_only(table, column);
			else if (field != NULL)
				try_setting(table, column, field);
		}
	}
	if (cases < CASES_WANTED)
		fail_msg("only %u cases", cases);
}

/* ---- operations ---- */

static void
each_operation_tells_what_it_takes(void **state)
{
	const struct {
		const char *what;
		struct set_varbind varbind;
		enum set_error error;
	} list[] = {
		{ "acknowledge", number(&table_alarm, 13, 9, VALUE_INTEGER, 2), SET_OK },
		{ "reset", number(&table_alarm, 13, 5, VALUE_INTEGER, 3), SET_OK },
		{ "none", number(&table_alarm, 13, 5, VALUE_INTEGER, 1), SET_OK },
		{ "acknowledge what is latched", number(&table_alarm, 13, 5, VALUE_INTEGER, 2),
		    SET_INCONSISTENT_VALUE },
		{ "reset what is active", number(&table_alarm, 13, 9, VALUE_INTEGER, 3),
		    SET_INCONSISTENT_VALUE },
		{ "action 0", number(&table_alarm, 13, 9, VALUE_INTEGER, 0), SET_WRONG_VALUE },
		{ "action 4", number(&table_alarm, 13, 9, VALUE_INTEGER, 4), SET_WRONG_VALUE },
		{ "an action in words", text(&table_alarm, 13, 9, "reset"), SET_WRONG_TYPE },
		{ "an action on what is not listed", number(&table_alarm, 13, 6, VALUE_INTEGER, 1),
		    SET_NO_CREATION },
		{ "a note", text(&table_alarm, 14, 9, "fan"), SET_OK },
		{ "a number as a note", number(&table_alarm, 14, 9, VALUE_INTEGER, 1),
		    SET_WRONG_TYPE },
		{ "a note of a tab", text(&table_alarm, 14, 9, "\t"), SET_WRONG_VALUE },
		{ "a note that is not UTF-8", text(&table_alarm, 14, 9, "\xff"),
		    SET_WRONG_ENCODING },
		{ "a note on what is not listed", text(&table_alarm, 14, 10, "fan"),
		    SET_NO_CREATION },
		{ "the state", number(&table_alarm, 12, 9, VALUE_INTEGER, 2), SET_NOT_WRITABLE },
		{ "no column", number(&table_alarm, 17, 9, VALUE_INTEGER, 2), SET_NOT_WRITABLE },
		{ "shelve for eight hours", number(&table_sensor, 37, 3, VALUE_UNSIGNED, 28800),
		    SET_OK },
		{ "end it", number(&table_sensor, 37, 3, VALUE_UNSIGNED, 0), SET_OK },
		{ "shelve for longer", number(&table_sensor, 37, 3, VALUE_UNSIGNED, 28801),
		    SET_WRONG_VALUE },
		{ "shelve by an INTEGER", number(&table_sensor, 37, 3, VALUE_INTEGER, 60),
		    SET_WRONG_TYPE },
		{ "reset of extremes", number(&table_sensor, 18, 3, VALUE_INTEGER, 2), SET_OK },
		{ "none", number(&table_sensor, 18, 3, VALUE_INTEGER, 1), SET_OK },
		{ "3", number(&table_sensor, 18, 3, VALUE_INTEGER, 3), SET_WRONG_VALUE },
		{ "the uuid", text(&table_system, 1, 0, "x"), SET_NOT_WRITABLE },
		{ "replay", number(&table_system, 18, 0, VALUE_UNSIGNED, UINT32_MAX), SET_OK },
		{ "replay by an INTEGER", number(&table_system, 18, 0, VALUE_INTEGER, 0),
		    SET_WRONG_TYPE },
		{ "flush", number(&table_channel, 15, 1, VALUE_INTEGER, 2), SET_OK },
		{ "flush 3", number(&table_channel, 15, 1, VALUE_INTEGER, 3), SET_WRONG_VALUE },
		{ "flush a channel that is not there",
		    number(&table_channel, 15, 3, VALUE_INTEGER, 2), SET_NO_CREATION },
		{ "retry what waits", number(&table_delivery, 14, 6, VALUE_INTEGER, 2), SET_OK },
		{ "cancel it", number(&table_delivery, 14, 6, VALUE_INTEGER, 3), SET_OK },
		{ "retry what is delivered", number(&table_delivery, 14, 4, VALUE_INTEGER, 2),
		    SET_INCONSISTENT_VALUE },
		{ "none", number(&table_delivery, 14, 4, VALUE_INTEGER, 1), SET_OK },
		{ "cancel what is under way", number(&table_delivery, 14, 8, VALUE_INTEGER, 3),
		    SET_INCONSISTENT_VALUE },
		{ "cancel what is not there", number(&table_delivery, 14, 5, VALUE_INTEGER, 3),
		    SET_NO_CREATION },
		{ "no test of mail", number(&table_mail_test, 3, 0, VALUE_INTEGER, 1), SET_OK },
		{ "a test of mail", number(&table_mail_test, 3, 0, VALUE_INTEGER, 2), TEST_MAIL },
		{ "a test that runs", number(&table_mail_test, 3, 0, VALUE_INTEGER, 3),
		    SET_WRONG_VALUE },
		{ "a test to all", number(&table_mail_test_contact, 4, 0, VALUE_UNSIGNED, 0),
		    SET_OK },
		{ "to one", number(&table_mail_test_contact, 4, 0, VALUE_UNSIGNED, 7), SET_OK },
		{ "to nobody", number(&table_mail_test_contact, 4, 0, VALUE_UNSIGNED, 8),
		    SET_INCONSISTENT_VALUE },
		{ "that a relay has a password", number(&table_relay, 7, 3, VALUE_INTEGER, 1),
		    SET_NOT_WRITABLE },
		{ "the lock below 0", number(&table_system, 4, 1, VALUE_INTEGER, -1),
		    SET_WRONG_VALUE },
		{ "the lock with another index", number(&table_system, 4, 1, VALUE_INTEGER, 41),
		    SET_NO_CREATION },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++)
		expect("operation", list[i].what, &list[i].varbind, list[i].error);
}

static void
the_lock_wants_its_own_value(void **state)
{
	struct set_varbind list[] = {
		number(&table_sensor, 21, 3, VALUE_INTEGER, 28000),
		number(&table_system, 4, 0, VALUE_INTEGER, 42),
		{ 0 },
	};
	struct txn *txn = begin();
	unsigned at;

	(void)state;
	assert_int_equal(judge(txn, list, &at), SET_INCONSISTENT_VALUE);
	assert_int_equal(at, 2);
	txn_free(txn);
}

/* ---- rules over the whole PDU ---- */

#define LOW_WARNING(index, value)   number(&table_sensor, 20, (index), VALUE_INTEGER, (value))
#define HIGH_WARNING(index, value)  number(&table_sensor, 21, (index), VALUE_INTEGER, (value))
#define HIGH_CRITICAL(index, value) number(&table_sensor, 22, (index), VALUE_INTEGER, (value))
#define ENABLED(index, bits)        octets(&table_sensor, 23, (index), (bits), 1)
#define NAME(index, value)          text(&table_sensor, 2, (index), (value))

static void
settings_have_to_fit_each_other(void **state)
{
	const struct {
		const char *what;
		struct set_varbind varbinds[4];
		enum set_error error;
		unsigned at;
	} list[] = {
		{ "limits that rise", { HIGH_CRITICAL(3, 32000), LOW_WARNING(3, 5000) }, SET_OK,
		    0 },
		{ "critical below warning", { HIGH_CRITICAL(3, 26000) }, SET_INCONSISTENT_VALUE,
		    1 },
		{ "both moved", { HIGH_CRITICAL(3, 26000), HIGH_WARNING(3, 25000) }, SET_OK, 0 },
		{ "the critical one is not enabled",
		    { HIGH_CRITICAL(3, 26000), ENABLED(3, "\x20") }, SET_OK, 0 },
		{ "of the other sensor", { HIGH_WARNING(3, 25000), HIGH_CRITICAL(7, 26000) },
		    SET_INCONSISTENT_VALUE, 2 },
		{ "too wide a deadband",
		    { LOW_WARNING(3, 26000), number(&table_sensor, 24, 3, VALUE_INTEGER, 500) },
		    SET_INCONSISTENT_VALUE, 2 },
		{ "narrower",
		    { LOW_WARNING(3, 26000), number(&table_sensor, 24, 3, VALUE_INTEGER, 499) },
		    SET_OK, 0 },
		{ "a rate limit of 0 that is enabled", { ENABLED(3, "\x28") },
		    SET_INCONSISTENT_VALUE, 1 },
		{ "a name that is taken", { HIGH_WARNING(3, 1), NAME(3, "seven") },
		    SET_INCONSISTENT_VALUE, 2 },
		{ "two exchange their names", { NAME(3, "seven"), NAME(7, "three") }, SET_OK, 0 },
		{ "two take the same name", { NAME(3, "x"), NAME(7, "x") }, SET_INCONSISTENT_VALUE,
		    2 },
		{ "no such bus", { text(&table_sensor, 3, 7, "lane") }, SET_INCONSISTENT_VALUE, 1 },
		{ "an address of another driver", { text(&table_sensor, 4, 7, "no!") },
		    SET_INCONSISTENT_VALUE, 1 },
		{ "the same twice", { HIGH_WARNING(3, 1), HIGH_WARNING(3, 1) },
		    SET_INCONSISTENT_VALUE, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		struct txn *txn = begin();
		unsigned at = 0;
		enum set_error error = judge(txn, list[i].varbinds, &at);

		if (error != list[i].error || at != list[i].at)
			fail_msg("%s: error %d at %u", list[i].what, error, at);
		txn_free(txn);
	}
}

static const struct change_item *
find_item(const struct change *change, const char *key)
{
	for (size_t i = 0; i < change->count; i++)
		if (change->items[i].kind == CHANGE_SETTING &&
		    strcmp(change->items[i].field->key, key) == 0)
			return &change->items[i];
	fail_msg("nothing about %s", key);
	return NULL;
}

static void
a_limit_that_is_set_is_enabled(void **state)
{
	struct set_varbind list[] = { LOW_WARNING(3, 5000), HIGH_CRITICAL(3, 32500), { 0 } };
	struct txn *txn = begin();
	struct change *change;
	unsigned at;

	(void)state;
	assert_int_equal(judge(txn, list, &at), SET_OK);
	change = txn_take_change(txn);
	assert_int_equal(change->count, 3);
	assert_string_equal(find_item(change, "low-warning")->text, "5");
	assert_string_equal(find_item(change, "high-critical")->text, "32.5");
	assert_string_equal(
	    find_item(change, "limits-enabled")->text, "low-warning, high-warning, high-critical");
	assert_int_equal(conf_sensor(change->candidate, 3)->limits_enabled, 0x70);
	assert_int_equal(conf_sensor(change->candidate, 7)->limits_enabled, 0x20);
	assert_int_equal(conf_sensor(snapshot.conf, 3)->limits_enabled, 0x20);
	change_free(change);
	txn_free(txn);
}

static void
what_is_so_already_is_no_change(void **state)
{
	struct set_varbind list[] = { HIGH_WARNING(3, 27000), NAME(7, "seven"), { 0 } };
	struct txn *txn = begin();
	struct change *change;
	unsigned at;

	(void)state;
	assert_int_equal(judge(txn, list, &at), SET_OK);
	change = txn_take_change(txn);
	assert_int_equal(change->count, 0);
	assert_null(change->candidate);
	change_free(change);
	txn_free(txn);
}

/* What cannot be taken back waits for the end; a note goes before what may end its row. */
static void
the_order_is_that_of_the_kinds(void **state)
{
	struct set_varbind list[] = {
		number(&table_sensor, 18, 3, VALUE_INTEGER, 2),
		number(&table_alarm, 13, 9, VALUE_INTEGER, 2),
		text(&table_alarm, 14, 9, "fan"),
		HIGH_WARNING(3, 26000),
		number(&table_sensor, 37, 3, VALUE_UNSIGNED, 60),
		{ 0 },
	};
	static const enum change_kind kinds[] = { CHANGE_SETTING, CHANGE_NOTE, CHANGE_ACKNOWLEDGE,
		CHANGE_SHELVE };
	struct txn *txn = begin();
	struct change *change, *late;
	unsigned at;

	(void)state;
	assert_int_equal(judge(txn, list, &at), SET_OK);
	change = txn_take_change(txn);
	late = txn_take_late(txn);
	assert_int_equal(change->count, COUNT(kinds));
	for (size_t i = 0; i < COUNT(kinds); i++)
		assert_int_equal(change->items[i].kind, kinds[i]);
	assert_int_equal(change->items[3].number, NOW + 60000);
	assert_int_equal(late->count, 1);
	assert_int_equal(late->items[0].kind, CHANGE_RESET_EXTREMES);
	change_free(change);
	change_free(late);
	txn_free(txn);
}

/* As a master sends that got no answer in time. */
static void
the_same_varbind_once_more_takes_its_place(void **state)
{
	struct set_varbind list[] = { HIGH_WARNING(3, 26000), HIGH_CRITICAL(3, 32000), { 0 } };
	struct txn *txn = begin();
	struct change *change;
	unsigned at;

	(void)state;
	assert_int_equal(judge(txn, list, &at), SET_OK);
	assert_int_equal(judge(txn, list, &at), SET_OK);
	change = txn_take_change(txn);
	assert_int_equal(change->count, 3);
	change_free(change);
	txn_free(txn);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_column_tells_good_values_from_each_class_of_bad_ones),
		cmocka_unit_test(each_operation_tells_what_it_takes),
		cmocka_unit_test(the_lock_wants_its_own_value),
		cmocka_unit_test(settings_have_to_fit_each_other),
		cmocka_unit_test(a_limit_that_is_set_is_enabled),
		cmocka_unit_test(what_is_so_already_is_no_change),
		cmocka_unit_test(the_order_is_that_of_the_kinds),
		cmocka_unit_test(the_same_varbind_once_more_takes_its_place),
	};

	return cmocka_run_group_tests(tests, set_fixture_up, set_fixture_down);
}
