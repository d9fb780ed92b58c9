/* SPDX-License-Identifier: BSD-2-Clause */
/* What an agent may answer to envsensorctl, and should not: instead of a session there is a
 * function that makes the answers. */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "core/event.h"
#include "ctl/client.h"
#include "ctl/ctl.h"
#include "ctl/target.h"
#include "ctl/view.h"
#include "snmp/oids.h"
#include "tests/unit/unit.h"

#define REQUESTS_MAX 10000
#define SLEEPS_MAX   10

typedef void answer_function(const netsnmp_pdu *request, netsnmp_pdu *response);

static struct {
	answer_function *answer;
	unsigned requests, sleeps;
	bool has_set;
} agent;

static const oid root[] = { OIDS_ROOT };
static struct client *client;

/* In place of the library's. */
int
snmp_synch_response(netsnmp_session *session, netsnmp_pdu *request, netsnmp_pdu **ret_response)
{
	(void)session;
	if (++agent.requests > REQUESTS_MAX)
		fail_msg("it asks for ever");
	*ret_response = snmp_pdu_create(SNMP_MSG_RESPONSE);
	assert_non_null(*ret_response);
	(*ret_response)->errstat = SNMP_ERR_NOERROR;
	agent.answer(request, *ret_response);
	snmp_free_pdu(request);
	return STAT_SUCCESS;
}

unsigned
sleep(unsigned seconds)
{
	(void)seconds;
	if (++agent.sleeps > SLEEPS_MAX)
		fail_msg("it waits for ever");
	return 0;
}

static void
begin(answer_function *answer)
{
	agent.answer = answer;
	agent.requests = agent.sleeps = 0;
	agent.has_set = false;
}

/* ---- tables ---- */

static const struct client_place bus_entry = { { 1, 2, 1, 1 }, 4 };
static const unsigned bus_columns[] = { 2, 6 };

static void
add_cell(netsnmp_pdu *response, oid column, oid index)
{
	oid name[OIDS_ROOT_LEN + 6];
	long value = (long)index;

	memcpy(name, root, sizeof(root));
	for (size_t i = 0; i < 4; i++)
		name[OIDS_ROOT_LEN + i] = bus_entry.arcs[i];
	name[OIDS_ROOT_LEN + 4] = column;
	name[OIDS_ROOT_LEN + 5] = index;
	snmp_pdu_add_variable(
	    response, name, OIDS_ROOT_LEN + 6, ASN_INTEGER, &value, sizeof(value));
}

static void
nothing(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	(void)request, (void)response;
}

static void
what_was_asked(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	for (const netsnmp_variable_list *varbind = request->variables; varbind != NULL;
	     varbind = varbind->next_variable)
		snmp_add_null_var(response, varbind->name, varbind->name_length);
}

static void
the_same_row_again(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	(void)request;
	add_cell(response, 2, 7);
	add_cell(response, 6, 7);
}

static void
rows_that_fall(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	(void)request;
	for (oid index = 9; index > 6; index--) {
		add_cell(response, 2, index);
		add_cell(response, 6, index);
	}
}

static void
the_greatest_index(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	(void)request;
	add_cell(response, 2, UINT32_MAX);
	add_cell(response, 6, UINT32_MAX);
}

static void
short_and_long_names(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	static const oid name[MAX_OID_LEN] = { OIDS_ROOT };

	(void)request;
	snmp_add_null_var(response, name, 1);
	snmp_add_null_var(response, name, MAX_OID_LEN);
}

/* One cell an answer. */
static void
row_by_row(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	(void)request;
	if (agent.requests < 4)
		add_cell(response, 2, agent.requests);
	else
		what_was_asked(request, response);
}

static void
rows_without_end(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	(void)request;
	for (oid i = 0; i < 100; i++) {
		add_cell(response, 2, agent.requests * 100 + i);
		add_cell(response, 6, agent.requests * 100 + i);
	}
}

static void
a_walk_ends_whatever_is_answered(void **state)
{
	static const struct {
		const char *what;
		answer_function *answer;
		int result;
		size_t rows;
	} list[] = {
		{ "nothing", nothing, -EIO, 0 },
		{ "what was asked", what_was_asked, 0, 0 },
		{ "the same row again", the_same_row_again, 0, 1 },
		{ "rows that fall", rows_that_fall, 0, 1 },
		{ "the greatest index", the_greatest_index, 0, 1 },
		{ "short and long names", short_and_long_names, 0, 0 },
		{ "row by row", row_by_row, 0, 3 },
		{ "rows without end", rows_without_end, -EIO, 65536 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		struct client_rows rows;
		struct err err;
		int r;

		begin(list[i].answer);
		r = client_walk(client, &bus_entry, bus_columns, COUNT(bus_columns), &rows, &err);
		if (r != list[i].result || rows.count != list[i].rows)
			fail_msg("%s: %d, %zu rows", list[i].what, r, rows.count);
		client_rows_done(&rows);
	}
}

/* ---- values ---- */

static void
two_varbinds(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	static unsigned char long_text[1000];
	long number = 5;

	memset(long_text, 'x', sizeof(long_text));
	snmp_pdu_add_variable(response, request->variables->name, request->variables->name_length,
	    ASN_OCTET_STR, long_text, sizeof(long_text));
	snmp_pdu_add_variable(response, request->variables->name, request->variables->name_length,
	    ASN_COUNTER, &number, sizeof(number));
}

static void
values_are_cut_and_missing_ones_are_none(void **state)
{
	const struct client_place places[3] = { { { 1, 1, 1, 0 }, 4 } };
	struct client_value values[3];
	struct err err;

	(void)state;
	begin(two_varbinds);
	memset(values, 0xff, sizeof(values));
	assert_int_equal(client_get(client, places, 1, values, &err), 0);
	assert_int_equal(client_get(client, places, 3, values, &err), 0);
	assert_int_equal(values[0].length, CLIENT_TEXT_MAX);
	assert_int_equal(strlen(values[0].text), CLIENT_TEXT_MAX);
	assert_int_equal(values[1].type, CLIENT_UNSIGNED);
	assert_int_equal(values[2].type, CLIENT_NOTHING);
}

static struct client_value
octets(const char *text, size_t length)
{
	struct client_value value = { .type = CLIENT_OCTETS, .length = length };

	memcpy(value.text, text, length);
	return value;
}

static void
text_is_shown_without_controls(void **state)
{
	static const struct view_column column = { { "", "", SHEET_TEXT }, 2, VIEW_TEXT, NULL };
	static const struct {
		const char *text;
		size_t length;
		const char *shown;
	} list[] = {
		{ "rack-a  inlet", 13, "rack-a  inlet" },
		{ "K\xc3\xbchl", 5, "K\xc3\xbchl" },
		{ "\033]0;x\007\033[2Jy", 11, "]0;x [2Jy" },
		{ "a\r\nb", 4, "a b" },
		{ "a\0b", 3, "a b" },
		{ "a\xc2\x9b"
		  "2J",
		    5, "a 2J" },
		{ "\xff\xfe", 2, "??" },
		{ "", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		struct client_value value = octets(list[i].text, list[i].length);
		char text[VIEW_TEXT_SIZE];

		assert_string_equal(view_text(&column, 1, &value, SHEET_JSON, text), list[i].shown);
	}
}

static void
a_value_of_another_form_is_none(void **state)
{
	static const struct {
		enum view_form form;
		enum client_type type;
		const char *shown;
	} list[] = {
		{ VIEW_TEXT, CLIENT_INTEGER, NULL },
		{ VIEW_DATE, CLIENT_UNSIGNED, NULL },
		{ VIEW_DATE, CLIENT_OCTETS, NULL }, /* too short */
		{ VIEW_NUMBER, CLIENT_OCTETS, NULL },
		{ VIEW_MILLI, CLIENT_OCTETS, NULL },
		{ VIEW_SECONDS, CLIENT_OCTETS, NULL },
		{ VIEW_LABEL, CLIENT_OCTETS, NULL },
		{ VIEW_LABEL, CLIENT_INTEGER, "?" },
		{ VIEW_NUMBER, CLIENT_NOTHING, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		const struct view_column column = { { "", "", SHEET_TEXT }, 2, list[i].form,
			words_result };
		const struct client_value value = { .type = list[i].type, .number = 9999 };
		char text[VIEW_TEXT_SIZE];
		const char *shown = view_text(&column, 1, &value, SHEET_JSON, text);

		if (list[i].shown == NULL)
			assert_null(shown);
		else
			assert_string_equal(shown, list[i].shown);
	}
}

/* A newer agent may have one more. */
static void
a_label_that_is_not_known_is_refused(void **state)
{
	const struct field *field = schema_find(CONF_BUS, "admin-state");
	struct conf_bus bus = { 0 };

	(void)state;
	for (int64_t label = -1; label <= 3; label++) {
		const struct client_value value = { .type = CLIENT_INTEGER, .number = label };
		int r = target_decode(field, &value, &bus);

		assert_int_equal(r, label == 1 || label == 2 ? 0 : -EINVAL);
	}
}

/* ---- commands ---- */

/* An agent that goes while a test mail is under way: "no such object" from then on. */
static void
going(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	const netsnmp_variable_list *varbind = request->variables;
	long running = 3;

	for (; varbind != NULL && request->command == SNMP_MSG_GET;
	     varbind = varbind->next_variable)
		if (agent.requests < 5)
			snmp_pdu_add_variable(response, varbind->name, varbind->name_length,
			    ASN_INTEGER, &running, sizeof(running));
		else
			snmp_add_null_var(response, varbind->name, varbind->name_length);
}

static void
a_test_mail_is_not_awaited_from_nobody(void **state)
{
	struct ctl ctl = { .client = client };
	struct err err;

	(void)state;
	begin(going);
	assert_int_equal(ctl_test_mail(&ctl, &err), CTL_FAILED);
	assert_int_equal(err.code, -ENOTCONN);
}

/* A clear, and then a test that fails, come behind a SET; the test before that one was ok. */
static void
slow_to_begin(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	static const struct {
		long test, result, last_event;
	} moments[] = { { 1, 0, 5 }, { 1, 0, 6 }, { 1, 4, 7 } };
	const netsnmp_variable_list *varbind = request->variables;
	size_t moment = agent.has_set + agent.sleeps;

	agent.has_set = agent.has_set || request->command == SNMP_MSG_SET;
	for (; varbind != NULL; varbind = varbind->next_variable) {
		const oid *arcs = varbind->name + OIDS_ROOT_LEN;
		long value = moments[moment].last_event;

		if (arcs[0] == 1 && arcs[1] == 7)
			value = arcs[2] == 3 ? moments[moment].test : moments[moment].result;
		else if (arcs[1] == 6)
			value = arcs[5] == 7 ? EVENT_TEST : EVENT_CLEAR;
		snmp_pdu_add_variable(response, varbind->name, varbind->name_length,
		    arcs[1] == 1 ? ASN_UNSIGNED : ASN_INTEGER, &value, sizeof(value));
	}
}

static void
a_test_mail_has_begun_when_its_event_is_there(void **state)
{
	struct ctl ctl = { .client = client };
	struct err err;

	(void)state;
	begin(slow_to_begin);
	assert_int_equal(ctl_test_mail(&ctl, &err), CTL_FAILED);
	assert_int_equal(agent.sleeps, 1);
}

static int
set_up(void **state)
{
	char community[] = "public"; /* the library writes over it */
	char *options[] = { "-v", "2c", "-c", community };
	struct err err;

	(void)state;
	setenv("SNMPCONFPATH", "/nonexistent", 1);
	return client_open("test", options, (int)COUNT(options), "udp:127.0.0.1:9", &client, &err);
}

static int
tear_down(void **state)
{
	(void)state;
	client_close(client);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_walk_ends_whatever_is_answered),
		cmocka_unit_test(values_are_cut_and_missing_ones_are_none),
		cmocka_unit_test(text_is_shown_without_controls),
		cmocka_unit_test(a_value_of_another_form_is_none),
		cmocka_unit_test(a_label_that_is_not_known_is_refused),
		cmocka_unit_test(a_test_mail_is_not_awaited_from_nobody),
		cmocka_unit_test(a_test_mail_has_begun_when_its_event_is_there),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
