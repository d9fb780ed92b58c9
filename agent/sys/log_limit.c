/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/log_limit.h"

#include "core/text.h"

static bool
is_over(const struct log_kind *kind, int64_t now_ms)
{
	return now_ms - kind->since_ms >= LOG_LIMIT_WINDOW_MS;
}

/* Its own place, else a free one, else the last. */
static struct log_kind *
find_kind(struct log_limit *limit, const void *place, enum log_level level, int64_t now_ms)
{
	struct log_kind *found = NULL;

	for (size_t i = 0; i < LOG_LIMIT_KINDS; i++) {
		struct log_kind *kind = &limit->kinds[i];

		if (kind->place == place && kind->level == level)
			return kind;
		if (found == NULL &&
		    (kind->place == NULL || (kind->held == 0 && is_over(kind, now_ms))))
			found = kind;
	}
	if (found == NULL)
		return &limit->kinds[LOG_LIMIT_KINDS - 1];
	*found = (struct log_kind){ .place = place, .level = level, .since_ms = now_ms };
	return found;
}

bool
log_limit_pass(struct log_limit *limit, const void *place, enum log_level level, const char *text,
    int64_t now_ms)
{
	struct log_kind *kind = find_kind(limit, place, level, now_ms);

	if (kind->held == 0 && is_over(kind, now_ms)) {
		kind->since_ms = now_ms;
		kind->count = 0;
	}
	if (kind->count < LOG_LIMIT_BURST) {
		kind->count++;
		return true;
	}
	kind->held++;
	text_copy(kind->last, sizeof(kind->last), text);
	return false;
}

bool
log_limit_take(struct log_limit *limit, int64_t now_ms, struct log_kind *ret_kind)
{
	for (size_t i = 0; i < LOG_LIMIT_KINDS; i++) {
		struct log_kind *kind = &limit->kinds[i];

		if (kind->held == 0 || !is_over(kind, now_ms))
			continue;
		*ret_kind = *kind;
		*kind = (struct log_kind){ .place = NULL };
		return true;
	}
	return false;
}

int64_t
log_limit_due_ms(const struct log_limit *limit)
{
	int64_t due_ms = INT64_MAX;

	for (size_t i = 0; i < LOG_LIMIT_KINDS; i++) {
		const struct log_kind *kind = &limit->kinds[i];

		if (kind->held > 0 && kind->since_ms + LOG_LIMIT_WINDOW_MS < due_ms)
			due_ms = kind->since_ms + LOG_LIMIT_WINDOW_MS;
	}
	return due_ms;
}
