/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_CONF_IDLE_H
#define CONF_CONF_IDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "conf/schema.h"

/*
 * Rows made by SET that are not active (RFC 2579, RowStatus).  Only who shows or sets settings
 * knows them; to all others they are not there.  They lie beside the active ones, and are sorted by
 * object and index in a sealed configuration.
 */
struct conf_idle {
	enum conf_object object;
	size_t row;       /* in a sealed one: its place among all rows of its object, by index */
	int64_t since_ms; /* when it was made idle, by the clock of whoever made it */
	union {
		uint32_t index; /* each begins with it */
		struct conf_sensor sensor;
		struct conf_relay relay;
		struct conf_contact contact;
	} settings;
};

enum row_status { /* RowStatus */
	ROW_STATUS_ACTIVE = 1,
	ROW_STATUS_NOT_IN_SERVICE,
	ROW_STATUS_NOT_READY,
	ROW_STATUS_CREATE_AND_GO,
	ROW_STATUS_CREATE_AND_WAIT,
	ROW_STATUS_DESTROY,
};

/* Of such an object rows can be made. */
bool conf_can_idle(enum conf_object object);

/* A new one with the schema's defaults; NULL: out of memory.  It holds until the next. */
struct conf_idle *conf_add_idle(struct conf *conf, enum conf_object object, uint32_t index);

struct conf_idle *conf_find_idle(const struct conf *conf, enum conf_object object, uint32_t index);

/* 0; -ENOENT: there is none; -ENOMEM.  The order of the active ones is another one then: to be
 * sealed again. */
int conf_activate(struct conf *conf, enum conf_object object, uint32_t index);
int conf_deactivate(struct conf *conf, enum conf_object object, uint32_t index, int64_t now_ms);
int conf_destroy(struct conf *conf, enum conf_object object, uint32_t index);

/* It has all that an active one needs: notInService, else notReady. */
bool conf_idle_is_complete(const struct conf_idle *idle);

/* How many of an object; the first lies at *ret_first in conf->idle, the others behind it. */
size_t conf_idle_count(const struct conf *conf, enum conf_object object, size_t *ret_first);

/* Of a sealed one, by rows that count active and idle ones: the idle one at that row, or NULL and
 * the place of the active one. */
const struct conf_idle *
conf_idle_at(const struct conf *conf, enum conf_object object, size_t row, size_t *ret_active);

/* Of a sealed one: how many rows there are, active or idle, and the settings of one of them; they
 * lie sorted by index. */
size_t conf_row_count(const struct conf *conf, enum conf_object object);
const void *conf_row_at(const struct conf *conf, enum conf_object object, size_t row);

/* For conf.c. */
void conf_free_idle(struct conf *conf);
void conf_seal_idle(struct conf *conf);

#endif
