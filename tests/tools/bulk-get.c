/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bulk-get PEER REPETITIONS COLUMN-OID...: reads whole columns side by side, as a good manager
 * does: each GETBULK asks for the next REPETITIONS rows of all columns.  Prints what came and how
 * long it took, the start of this program left out: "values N requests N microseconds N".
 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COLUMNS_MAX     32
#define REPETITIONS_MAX 1000
#define TIMEOUT_US      5000000L

struct column {
	oid base[MAX_OID_LEN];
	size_t base_length;
	oid last[MAX_OID_LEN]; /* what to go on from */
	size_t last_length;
	bool is_done;
};

struct tally {
	unsigned long values, requests;
};

static struct column columns[COLUMNS_MAX];
static int column_count;

static int64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool
is_of_column(const struct column *column, const netsnmp_variable_list *varbind)
{
	return varbind->type != SNMP_ENDOFMIBVIEW && varbind->name_length > column->base_length &&
	       snmp_oid_ncompare(varbind->name, varbind->name_length, column->base,
		   column->base_length, column->base_length) == 0;
}

static bool
take(struct column *column, const netsnmp_variable_list *varbind)
{
	if (!column->is_done && is_of_column(column, varbind)) {
		memcpy(column->last, varbind->name, varbind->name_length * sizeof(oid));
		column->last_length = varbind->name_length;
		return true;
	}
	column->is_done = true;
	return false;
}

static netsnmp_pdu *
make_request(long repetitions, struct column **ret_asked, int *ret_count)
{
	netsnmp_pdu *request = snmp_pdu_create(SNMP_MSG_GETBULK);
	int count = 0;

	if (request == NULL)
		return NULL;
	request->non_repeaters = 0;
	request->max_repetitions = repetitions;
	for (int i = 0; i < column_count; i++) {
		if (columns[i].is_done)
			continue;
		snmp_add_null_var(request, columns[i].last, columns[i].last_length);
		ret_asked[count++] = &columns[i];
	}
	*ret_count = count;
	return request;
}

/* One request; false: no good answer. */
static bool
ask(netsnmp_session *session, long repetitions, struct tally *tally)
{
	struct column *asked[COLUMNS_MAX];
	netsnmp_pdu *response = NULL, *request;
	int count, at = 0;
	bool is_good;

	request = make_request(repetitions, asked, &count);
	if (request == NULL)
		return false;
	is_good = snmp_synch_response(session, request, &response) == STAT_SUCCESS &&
	          response != NULL && response->errstat == SNMP_ERR_NOERROR &&
	          response->variables != NULL;
	if (is_good) {
		tally->requests++;
		for (const netsnmp_variable_list *varbind = response->variables; varbind != NULL;
		     varbind = varbind->next_variable)
			tally->values += take(asked[at++ % count], varbind);
	}
	snmp_free_pdu(response);
	return is_good;
}

static bool
is_all_done(void)
{
	for (int i = 0; i < column_count; i++)
		if (!columns[i].is_done)
			return false;
	return true;
}

static bool
read_columns(int argc, char **argv)
{
	if (argc < 1 || argc > COLUMNS_MAX)
		return false;
	for (column_count = 0; column_count < argc; column_count++) {
		struct column *column = &columns[column_count];

		column->base_length = MAX_OID_LEN;
		if (read_objid(argv[column_count], column->base, &column->base_length) == 0)
			return false;
		memcpy(column->last, column->base, sizeof(column->last));
		column->last_length = column->base_length;
	}
	return true;
}

static netsnmp_session *
open_session(char *peer)
{
	static u_char community[] = "public";
	netsnmp_session session;

	snmp_sess_init(&session);
	session.peername = peer;
	session.version = SNMP_VERSION_2c;
	session.community = community;
	session.community_len = sizeof(community) - 1;
	session.timeout = TIMEOUT_US;
	session.retries = 0;
	return snmp_open(&session);
}

int
main(int argc, char **argv)
{
	long repetitions = argc > 3 ? strtol(argv[2], NULL, 10) : 0;
	struct tally tally = { 0, 0 };
	netsnmp_session *session;
	int64_t begin_us;

	init_snmp("bulk-get");
	if (repetitions < 1 || repetitions > REPETITIONS_MAX || !read_columns(argc - 3, argv + 3)) {
		fprintf(stderr, "usage: bulk-get PEER REPETITIONS COLUMN-OID...\n");
		return 2;
	}
	session = open_session(argv[1]);
	if (session == NULL) {
		snmp_perror("bulk-get");
		return 1;
	}
	begin_us = now_us();
	while (!is_all_done()) {
		if (!ask(session, repetitions, &tally)) {
			fprintf(stderr, "bulk-get: no good answer from %s\n", argv[1]);
			return 1;
		}
	}
	printf("values %lu requests %lu microseconds %lld\n", tally.values, tally.requests,
	    (long long)(now_us() - begin_us));
	snmp_close(session);
	return 0;
}
