/* SPDX-License-Identifier: BSD-2-Clause */
/* envsMail but for its tables: they hang beside these scalars, so each is registered alone. */
#include "snmp/tables.h"

static bool
get_mail_setting(const struct cell *cell, struct value *value)
{
	return get_setting(cell, CONF_MAIL, &cell->snapshot->conf->mail, value);
}

static bool
get_test(const struct cell *cell, struct value *value)
{
	const struct mail_view *mail = cell->snapshot->mail;

	value->integer = mail != NULL && mail->is_testing ? 3 : 1; /* running, idle */
	return true;
}

static bool
get_test_contact(const struct cell *cell, struct value *value)
{
	value->number = cell->snapshot->agent.test_contact;
	return true;
}

static bool
get_test_result(const struct cell *cell, struct value *value)
{
	const struct mail_view *mail = cell->snapshot->mail;

	if (mail == NULL || !mail->has_test)
		return false;
	value->integer = mail->test_result;
	return true;
}

static bool
get_test_text(const struct cell *cell, struct value *value)
{
	const struct mail_view *mail = cell->snapshot->mail;

	return value_text(value, mail != NULL ? mail->test_text : "");
}

static const struct column columns[] = {
	{ 1, "envsMailEnabled", VALUE_INTEGER, ACCESS_READ_WRITE, get_mail_setting },
	{ 2, "envsMailFrom", VALUE_OCTETS, ACCESS_READ_WRITE, get_mail_setting },
	{ 3, "envsMailTest", VALUE_INTEGER, ACCESS_READ_WRITE, get_test },
	{ 4, "envsMailTestContact", VALUE_UNSIGNED, ACCESS_READ_WRITE, get_test_contact },
	{ 5, "envsMailTestResult", VALUE_INTEGER, ACCESS_READ_ONLY, get_test_result },
	{ 6, "envsMailTestText", VALUE_OCTETS, ACCESS_READ_ONLY, get_test_text },
	{ 7, "envsMailCheckInterval", VALUE_UNSIGNED, ACCESS_READ_WRITE, get_mail_setting },
	{ 8, "envsMailHeartbeatInterval", VALUE_UNSIGNED, ACCESS_READ_WRITE, get_mail_setting },
};

static const uint32_t place[] = { 1, 7 };

static const enum conf_object settings = CONF_MAIL;
static const struct column_operation operations[] = {
	{ 3, OPERATION_MAIL_TEST },
	{ 4, OPERATION_MAIL_TEST_CONTACT },
};

#define SCALAR(title, nth)                                                          \
	{                                                                           \
		.name = title, .place = place, .place_length = COLUMN_COUNT(place), \
		.is_one_scalar = true, .columns = &columns[nth], .column_count = 1, \
		.row_count = scalars_row_count, .row_index = scalars_row_index,     \
		.settings = &settings, .operations = operations,                    \
		.operation_count = COLUMN_COUNT(operations),                        \
	}

const struct table table_mail_enabled = SCALAR("envsMailEnabled", 0);
const struct table table_mail_from = SCALAR("envsMailFrom", 1);
const struct table table_mail_test = SCALAR("envsMailTest", 2);
const struct table table_mail_test_contact = SCALAR("envsMailTestContact", 3);
const struct table table_mail_test_result = SCALAR("envsMailTestResult", 4);
const struct table table_mail_test_text = SCALAR("envsMailTestText", 5);
const struct table table_mail_check_interval = SCALAR("envsMailCheckInterval", 6);
const struct table table_mail_heartbeat_interval = SCALAR("envsMailHeartbeatInterval", 7);
