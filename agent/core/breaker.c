/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/breaker.h"

static const unsigned steps[] = { 1, 1, 2, 4 }; /* the first is the probe */
#define STEP_COUNT (sizeof(steps) / sizeof(steps[0]))

static unsigned
less(unsigned from, unsigned by)
{
	return from > by ? from - by : 0;
}

unsigned
breaker_room(const struct breaker *breaker, unsigned out, unsigned window, int64_t now_ms)
{
	unsigned room = less(window, out), wanted;

	switch (breaker->state) {
	case BREAKER_CLOSED:
		return room;
	case BREAKER_OPEN:
		return out == 0 && room > 0 && now_ms >= breaker->probe_ms ? 1 : 0;
	case BREAKER_CLOSING:
		wanted = less(steps[breaker->step], breaker->passed + out);
		return wanted < room ? wanted : room;
	}
	return 0;
}

int64_t
breaker_due_ms(const struct breaker *breaker)
{
	return breaker->state == BREAKER_OPEN ? breaker->probe_ms : INT64_MAX;
}

void
breaker_leaves(struct breaker *breaker)
{
	if (breaker->state != BREAKER_OPEN)
		return;
	breaker->state = BREAKER_CLOSING;
	breaker->step = 0;
	breaker->passed = 0;
}

static void
failed(struct breaker *breaker, const struct breaker_rule *rule, int64_t now_ms, uint32_t random)
{
	/* What was under way when it opened says nothing new. */
	if (breaker->state == BREAKER_OPEN)
		return;
	breaker->failures++;
	if (breaker->state == BREAKER_CLOSED) {
		if (breaker->failures < rule->failures)
			return;
		breaker->failures = 1;
	}
	breaker->state = BREAKER_OPEN;
	breaker->probe_ms = now_ms + backoff_ms(&rule->backoff, breaker->failures, random);
}

static void
passed(struct breaker *breaker)
{
	if (breaker->state == BREAKER_CLOSED) {
		breaker->failures = 0;
		return;
	}
	if (breaker->state == BREAKER_OPEN)
		breaker_leaves(breaker); /* as good as a probe */
	if (++breaker->passed < steps[breaker->step])
		return;
	breaker->passed = 0;
	if (++breaker->step == STEP_COUNT)
		*breaker = (struct breaker){ 0 };
}

void
breaker_result(struct breaker *breaker, const struct breaker_rule *rule, bool is_temporary,
    int64_t now_ms, uint32_t random)
{
	if (is_temporary)
		failed(breaker, rule, now_ms, random);
	else
		passed(breaker);
}

void
breaker_wake(struct breaker *breaker, int64_t now_ms)
{
	breaker->failures = 0;
	if (breaker->state == BREAKER_OPEN)
		breaker->probe_ms = now_ms;
}
