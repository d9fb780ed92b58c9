/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "sys/thread.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sys/log.h"

struct thread {
	pthread_t id;
	sem_t ended; /* for the bounded wait; pthread_clockjoin_np is unknown to ThreadSanitizer */
	char name[16]; /* all that the kernel keeps */
	void (*run)(void *context);
	void *context;
};

static void *
thread_main(void *argument)
{
	struct thread *thread = argument;

	pthread_setname_np(pthread_self(), thread->name);
	log_begin_thread();
	thread->run(thread->context);
	log_end_thread();
	sem_post(&thread->ended);
	return NULL;
}

int
thread_start(
    const char *name, void (*run)(void *context), void *context, struct thread **ret_thread)
{
	struct thread *thread = calloc(1, sizeof(*thread));
	sigset_t all, before;
	int r;

	if (thread == NULL)
		return -ENOMEM;
	sem_init(&thread->ended, 0, 0); /* cannot fail: private, and 0 is in range */
	snprintf(thread->name, sizeof(thread->name), "%s", name);
	thread->run = run;
	thread->context = context;
	/* Blocked here and inherited, so that there is no moment in which a signal can land there.
	 */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&thread->id, NULL, thread_main, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r != 0) {
		sem_destroy(&thread->ended);
		free(thread);
		return -r;
	}
	*ret_thread = thread;
	return 0;
}

int
thread_join(struct thread *thread, int64_t timeout_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += timeout_ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (sem_clockwait(&thread->ended, CLOCK_MONOTONIC, &until) < 0)
		if (errno != EINTR)
			return -errno;
	pthread_join(thread->id, NULL);
	sem_destroy(&thread->ended);
	free(thread);
	return 0;
}
