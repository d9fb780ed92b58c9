/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_THREAD_H
#define SYS_THREAD_H

#include <stdint.h>

/*
 * A named thread with all signals blocked; the kernel keeps 15 bytes of the name.  thread_join
 * waits a bounded time: one that does not come back is left behind (-ETIMEDOUT), keeps its memory
 * and must find `context` alive.
 */
struct thread;

int thread_start(
    const char *name, void (*run)(void *context), void *context, struct thread **ret_thread);
int thread_join(struct thread *thread, int64_t timeout_ms); /* 0: ended and freed */

#endif
