/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/engine_thread.h"

#include <errno.h>
#include <stdlib.h>

#include "sys/clock.h"
#include "sys/log.h"
#include "sys/thread.h"

#define INBOX_MESSAGES 8192 /* 60 s of 100 buses at one report a second, and some */
#define TURN_MESSAGES  1024
#define TURN_MS        20
#define LAST_MS        1000 /* for the answers to what was sent last */

struct engine_thread {
	struct engine *engine;
	struct chan *inbox;
	struct thread *thread;
};

int
engine_inbox_new(struct chan **ret_inbox)
{
	return chan_new(INBOX_MESSAGES, engine_drop, ret_inbox);
}

static int64_t
wait_ms(const struct engine *engine, int64_t now_ms)
{
	int64_t due = engine_tick_due_ms(engine), publish = engine_publish_due_ms(engine);

	if (publish < due)
		due = publish;
	if (engine_send_due_ms(engine) < due)
		due = engine_send_due_ms(engine);
	return due > now_ms ? due - now_ms : 0;
}

/* True: the inbox is empty.  *ret_stop: this was the last turn. */
static bool
take_messages(struct engine_thread *thread, int64_t wait, bool *ret_stop)
{
	struct chan_message message;
	struct moment now;
	int64_t until_ms = 0;

	for (int i = 0; i < TURN_MESSAGES; i++) {
		if (!chan_get(thread->inbox, i == 0 ? wait : 0, &message))
			return true;
		clock_moment(&now);
		if (i == 0)
			until_ms = now.boottime_ms + TURN_MS;
		if (message.kind == ENGINE_STOP)
			*ret_stop = true;
		engine_step(thread->engine, &message, &now);
		if (*ret_stop || now.boottime_ms >= until_ms)
			return false;
	}
	return false;
}

/* While it lasts whoever looks sees it (snapshot_storage); the log has it when it is over. */
static void
end_turn(struct engine_thread *thread)
{
	struct moment now;
	int64_t took_ms;

	clock_moment(&now);
	engine_turn_end(thread->engine, &now);
	took_ms = clock_boottime_ms() - now.boottime_ms;
	if (took_ms > SNAPSHOT_STALL_MS)
		log_warning("the disk took %lld ms to store; sampling has gone on meanwhile",
		    (long long)took_ms);
	engine_write_effective(thread->engine, &now);
}

static void
run(void *context)
{
	struct engine_thread *thread = context;
	struct moment now;
	bool is_empty, is_stopping = false;
	int64_t until_ms = INT64_MAX;

	clock_moment(&now);
	while (!is_stopping || (engine_is_sending(thread->engine) && now.boottime_ms < until_ms)) {
		if (is_stopping && until_ms == INT64_MAX)
			until_ms = now.boottime_ms + LAST_MS;
		is_empty =
		    take_messages(thread, wait_ms(thread->engine, now.boottime_ms), &is_stopping);
		clock_moment(&now);
		if (is_empty && engine_tick_due_ms(thread->engine) <= now.boottime_ms)
			engine_tick(thread->engine, &now);
		end_turn(thread);
		log_tick();
	}
}

int
engine_thread_start(struct engine *engine, struct chan *inbox, struct engine_thread **ret_thread)
{
	struct engine_thread *thread = calloc(1, sizeof(*thread));
	int r;

	if (thread == NULL)
		return -ENOMEM;
	thread->engine = engine;
	thread->inbox = inbox;
	r = thread_start("engine", run, thread, &thread->thread);
	if (r < 0) {
		free(thread);
		return r;
	}
	*ret_thread = thread;
	return 0;
}

int
engine_thread_stop(struct engine_thread *thread, int64_t timeout_ms)
{
	int r;

	if (thread == NULL)
		return 0;
	if (chan_put(thread->inbox, (struct chan_message){ .kind = ENGINE_STOP }) == CHAN_FULL)
		return -EAGAIN;
	r = thread_join(thread->thread, timeout_ms);
	if (r == 0)
		free(thread);
	return r;
}
