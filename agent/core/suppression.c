/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/suppression.h"

enum suppression
suppression_now(const struct suppression_state *state)
{
	if (state->is_out_of_service)
		return SUPPRESSION_OUT_OF_SERVICE;
	if (state->is_shelved)
		return SUPPRESSION_SHELVED;
	return state->is_by_parent ? SUPPRESSION_BY_PARENT : SUPPRESSION_NONE;
}

static void
start_counting(struct suppression_state *state)
{
	if (suppression_now(state) != SUPPRESSION_NONE)
		return;
	state->raised = 0;
	state->cleared = 0;
	state->last_cleared_id = 0;
}

void
suppression_shelve(struct suppression_state *state, int64_t until_ms, int64_t now_ms)
{
	start_counting(state);
	state->is_shelved = true;
	state->since_ms = now_ms;
	state->until_ms = until_ms;
}

void
suppression_unshelve(struct suppression_state *state)
{
	state->is_shelved = false;
}

void
suppression_set_out_of_service(struct suppression_state *state, bool is_out_of_service)
{
	start_counting(state);
	state->is_out_of_service = is_out_of_service;
}

void
suppression_set_by_parent(struct suppression_state *state, bool is_by_parent)
{
	start_counting(state);
	state->is_by_parent = is_by_parent;
}

bool
suppression_is_due(const struct suppression_state *state, int64_t now_ms)
{
	return state->is_shelved && now_ms >= state->until_ms;
}

bool
suppression_count_raise(struct suppression_state *state)
{
	if (suppression_now(state) == SUPPRESSION_NONE)
		return false;
	state->raised++;
	return true;
}

bool
suppression_count_clear(struct suppression_state *state, uint32_t alarm_id)
{
	if (suppression_now(state) == SUPPRESSION_NONE)
		return false;
	state->cleared++;
	state->last_cleared_id = alarm_id;
	return true;
}
