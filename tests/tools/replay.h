/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_TOOLS_REPLAY_H
#define TESTS_TOOLS_REPLAY_H

#include <stdbool.h>
#include <stdio.h>

#include "core/err.h"
#include "core/evaluator.h"

/*
 * Drives the evaluator by text, one command a line; prints its events, one a line.  Blank lines and
 * what follows a # are skipped.  The commands:
 *
 *	config KEY=VALUE...          first, if at all; see replay_keys in replay.c
 *	sample TIME VALUE good|bad   TIME in ms, VALUE in thousandths (- for bad)
 *	tick TIME
 *	restart TIME                 only what is stored remains
 *
 * and, for the rules that need more than samples:
 *
 *	configure TIME KEY=VALUE...  another configuration; what is left out has its default
 *	disable TIME, enable TIME    out of service and back
 *	shelve TIME UNTIL, unshelve TIME
 *	parent-lost TIME, parent-back TIME
 *	acknowledge TIME ALARM-ID
 *	remove TIME
 *
 * Output: SEQ KIND ALARM-ID FROM TO TIME VALUE, and if `is_long` what else is in an event: severity
 * before and after, limit, alarm state, and the flags.
 */
struct replay {
	bool is_long;
	FILE *out;

	struct evaluator_rule rule;
	struct evaluator evaluator;
	struct rate_window rate;
	struct verdict verdict;
	bool has_config, has_begun;
	int64_t now_ms;
	unsigned line, seq;
};

void replay_init(struct replay *replay, FILE *out);

/* One line, without its newline; it is cut to pieces.  0 or -EINVAL. */
int replay_line(struct replay *replay, char *text, struct err *err);

/* All lines of `in`. */
int replay_stream(struct replay *replay, FILE *in, struct err *err);

#endif
