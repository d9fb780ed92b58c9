/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

/*
 * An SNMP client (v1 is refused, v2c, v3) for objects below the root of ENVSENSOR-MIB.  It needs no
 * MIB file, honours snmp.conf, and tells errors in words.  One thread.
 */
struct client;

#define CLIENT_TEXT_MAX  255
#define CLIENT_PLACE_MAX 8

/* An object: the arcs below the root, the instance included. */
struct client_place {
	uint32_t arcs[CLIENT_PLACE_MAX];
	size_t length;
};

enum client_type {
	CLIENT_NOTHING, /* there is no such instance */
	CLIENT_INTEGER,
	CLIENT_UNSIGNED, /* Gauge32, Counter32 and Counter64 are read as this, too */
	CLIENT_OCTETS,
};

struct client_value {
	enum client_type type;
	int64_t number;
	size_t length; /* of text; a NUL follows */
	char text[CLIENT_TEXT_MAX + 1];
};

/* Its text as it can be shown: an agent may send anything, a terminal obeys.  Points into the value
 * or, of CLIENT_TEXT_MAX bytes and a NUL, into `to`. */
const char *client_text(const struct client_value *value, char *to);

/* The rows of a table, by index; `values` holds column_count of them for each. */
struct client_rows {
	size_t count, room, column_count;
	uint32_t *indices;
	struct client_value *values;
};

/* What a SET assigns, and how a person would name it. */
struct client_assignment {
	struct client_place place;
	struct client_value value;
};

/* `options`: those of snmpget(1), `count` of them.  -EINVAL with a reason: they make no session. */
int client_open(const char *program, char **options, int count, const char *host,
    struct client **ret_client, struct err *err);
void client_close(struct client *client); /* copes with NULL */

/* One or more scalars or cells, any number.  0 or a negative errno, which says what to do. */
int client_get(struct client *client, const struct client_place *places, size_t count,
    struct client_value *values, struct err *err);

/* 0: envsensord serves its objects; -ENOTCONN: an SNMP agent answers, but not for them. */
int client_find_agent(struct client *client, struct err *err);

/* The rows of a table: `entry` is its entry.  client_rows_done frees them, also after an error. */
int client_walk(struct client *client, const struct client_place *entry, const unsigned *columns,
    size_t column_count, struct client_rows *rows, struct err *err);
void client_rows_done(struct client_rows *rows);
const struct client_value *client_cell(const struct client_rows *rows, size_t row, size_t column);

/* How the agent refused a SET (RFC 3416 §3). */
enum client_refusal {
	CLIENT_DONE,
	CLIENT_NO_ACCESS,
	CLIENT_WRONG_TYPE,
	CLIENT_WRONG_VALUE, /* wrongLength and wrongEncoding, too */
	CLIENT_NO_CREATION,
	CLIENT_INCONSISTENT_VALUE,
	CLIENT_INCONSISTENT_NAME,
	CLIENT_NOT_WRITABLE,
	CLIENT_NO_ROOM,
	CLIENT_NOT_STORED, /* commitFailed */
	CLIENT_OTHER,
};

/* All of it or nothing.  Refused as not writable while envsensord is not there: -ENOTCONN.  0:
 * *ret_refusal and *ret_at (which of the assignments) say how it ended; a negative errno: there was
 * no answer. */
int client_set(struct client *client, const struct client_assignment *assignments, size_t count,
    enum client_refusal *ret_refusal, size_t *ret_at, struct err *err);

#endif
