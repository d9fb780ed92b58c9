/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_ENGINE_THREAD_H
#define ENGINE_ENGINE_THREAD_H

#include <stdint.h>

#include "engine/engine.h"
#include "sys/chan.h"

/* The engine's thread: turns of what is in the inbox, at most 1,024 messages or 20 ms each. */
struct engine_thread;

/* The inbox is made by engine_inbox_new: it holds more than 60 s of bus cycles. */
int engine_inbox_new(struct chan **ret_inbox);

int
engine_thread_start(struct engine *engine, struct chan *inbox, struct engine_thread **ret_thread);

/* Tells it to end after what lies in the inbox; 0, or -ETIMEDOUT: it is left behind. */
int engine_thread_stop(struct engine_thread *thread, int64_t timeout_ms);

#endif
