/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_LOG_LIMIT_H
#define SYS_LOG_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "sys/log.h"

/*
 * What keeps a flood out of the log.  Lines of one place in the code and one level are of one kind,
 * if whoever logs them does not say otherwise; so many of a kind are written in a window, which
 * begins with its first; the others are counted, and the count and the last of them are told when
 * the window is over.  Pure; all 0 is a fresh one.  Each thread has its own (thread.h), so there is
 * no lock.
 */
#define LOG_LIMIT_BURST     20
#define LOG_LIMIT_WINDOW_MS 30000
#define LOG_LIMIT_KINDS     24 /* when all are in use the last one is shared */
#define LOG_LIMIT_LAST_SIZE 200

struct log_kind {
	const void *place; /* the format of its lines, or their kind; NULL: a free place */
	enum log_level level;
	int64_t since_ms;
	uint32_t count, held;
	char last[LOG_LIMIT_LAST_SIZE]; /* of those that were held back */
};

struct log_limit {
	struct log_kind kinds[LOG_LIMIT_KINDS];
};

/* True: this line is to be written. */
bool log_limit_pass(struct log_limit *limit, const void *place, enum log_level level,
    const char *text, int64_t now_ms);

/* A kind whose window is over, or any (`now_ms` INT64_MAX), that has held something back, which is
 * to be told; its place is free then.  False: there is none. */
bool log_limit_take(struct log_limit *limit, int64_t now_ms, struct log_kind *ret_kind);

/* When the next one is to be taken; INT64_MAX: nothing is held back. */
int64_t log_limit_due_ms(const struct log_limit *limit);

#endif
