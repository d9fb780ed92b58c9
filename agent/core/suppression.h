/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SUPPRESSION_H
#define CORE_SUPPRESSION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Rule R4 of the alarm rules: why nobody is notified of a sensor just now, and what went by
 * meanwhile.  Reasons can hold at once; it ends when the last one does.
 */
enum suppression { /* envsSensorSuppression */
	SUPPRESSION_NONE = 1,
	SUPPRESSION_SHELVED,
	SUPPRESSION_OUT_OF_SERVICE,
	SUPPRESSION_BY_PARENT,
	SUPPRESSION_LAST = SUPPRESSION_BY_PARENT,
};

/* Stored as it is. */
struct suppression_state {
	bool is_shelved; /* since_ms and until_ms hold */
	bool is_out_of_service;
	bool is_by_parent;
	int64_t since_ms, until_ms;
	uint32_t raised, cleared; /* alarms, since it began */
	uint32_t last_cleared_id; /* 0: none */
};

/*
 * The one reason that is shown: out of service (nothing is measured), then shelved (somebody
 * decided so), then by parent (it follows from something else).
 */
enum suppression suppression_now(const struct suppression_state *state);

/* Starts counting when the first reason comes. */
void suppression_shelve(struct suppression_state *state, int64_t until_ms, int64_t now_ms);
void suppression_unshelve(struct suppression_state *state);
void suppression_set_out_of_service(struct suppression_state *state, bool is_out_of_service);
void suppression_set_by_parent(struct suppression_state *state, bool is_by_parent);

/* Shelving is over by itself: at until_ms, not after it. */
bool suppression_is_due(const struct suppression_state *state, int64_t now_ms);

/* Count if it is suppressed; true: counted. */
bool suppression_count_raise(struct suppression_state *state);
bool suppression_count_clear(struct suppression_state *state, uint32_t alarm_id);

#endif
