/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/chan.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "sys/clock.h"

struct slot {
	struct chan_message message;
	uint64_t reply_id; /* 0: not a reply */
	TAILQ_ENTRY(slot) in_waiting;
	TAILQ_ENTRY(slot) in_replaceable;
	SLIST_ENTRY(slot) in_unused;
};
TAILQ_HEAD(slot_queue, slot);
SLIST_HEAD(slot_stack, slot);

struct chan {
	pthread_mutex_t mutex;
	pthread_cond_t arrived;
	struct slot_queue waiting;     /* oldest first */
	struct slot_queue replaceable; /* those of `waiting` that may be pushed out */
	struct slot_stack unused;
	void (*drop)(struct chan_message *message);
	uint64_t replaced;
	int64_t waits_us;       /* monotonic: since then something waits, and nothing was got */
	uint64_t last_request;  /* of a channel of replies: its one getter's */
	int fd;                 /* -1 until somebody asks */
	size_t capacity, fresh; /* slots from `fresh` on were never used */
	struct slot slots[];
};

int
chan_new(size_t capacity, void (*drop)(struct chan_message *message), struct chan **ret_chan)
{
	struct chan *chan;
	pthread_condattr_t attributes;
	int r;

	assert(capacity > 0);
	chan = calloc(1, sizeof(*chan) + capacity * sizeof(chan->slots[0]));
	if (chan == NULL)
		return -ENOMEM;
	r = pthread_condattr_init(&attributes);
	if (r != 0)
		goto fail;
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	r = pthread_cond_init(&chan->arrived, &attributes);
	pthread_condattr_destroy(&attributes);
	if (r != 0)
		goto fail;
	pthread_mutex_init(&chan->mutex, NULL); /* of the default kind: cannot fail */
	TAILQ_INIT(&chan->waiting);
	TAILQ_INIT(&chan->replaceable);
	SLIST_INIT(&chan->unused);
	chan->drop = drop;
	chan->fd = -1;
	chan->capacity = capacity;
	*ret_chan = chan;
	return 0;

fail:
	free(chan);
	return -r;
}

static void
message_drop(struct chan *chan, struct chan_message *message)
{
	if (chan->drop != NULL)
		chan->drop(message);
}

void
chan_free(struct chan *chan)
{
	struct slot *slot;

	if (chan == NULL)
		return;
	TAILQ_FOREACH(slot, &chan->waiting, in_waiting)
	message_drop(chan, &slot->message);
	if (chan->fd >= 0)
		close(chan->fd);
	pthread_cond_destroy(&chan->arrived);
	pthread_mutex_destroy(&chan->mutex);
	free(chan);
}

static struct slot *
slot_take_unused(struct chan *chan)
{
	struct slot *slot = SLIST_FIRST(&chan->unused);

	if (slot != NULL) {
		SLIST_REMOVE_HEAD(&chan->unused, in_unused);
		return slot;
	}
	if (chan->fresh == chan->capacity)
		return NULL;
	return &chan->slots[chan->fresh++];
}

static void
slot_remove(struct chan *chan, struct slot *slot)
{
	TAILQ_REMOVE(&chan->waiting, slot, in_waiting);
	if (slot->message.is_replaceable)
		TAILQ_REMOVE(&chan->replaceable, slot, in_replaceable);
}

/* The descriptor follows "messages wait", so it is touched only when that changes. */
static void
fd_raise(struct chan *chan)
{
	if (chan->fd >= 0)
		eventfd_write(chan->fd, 1);
}

static void
fd_lower(struct chan *chan)
{
	eventfd_t ignored;

	if (chan->fd >= 0)
		eventfd_read(chan->fd, &ignored);
}

static enum chan_result
put(struct chan *chan, const struct chan_message *message, uint64_t reply_id)
{
	enum chan_result result = CHAN_OK;
	struct chan_message victim;
	struct slot *slot;

	pthread_mutex_lock(&chan->mutex);
	slot = slot_take_unused(chan);
	if (slot == NULL) {
		slot = TAILQ_FIRST(&chan->replaceable);
		if (slot == NULL) {
			pthread_mutex_unlock(&chan->mutex);
			return CHAN_FULL;
		}
		slot_remove(chan, slot);
		victim = slot->message;
		chan->replaced++;
		result = CHAN_REPLACED;
	} else if (TAILQ_EMPTY(&chan->waiting)) {
		chan->waits_us = clock_monotonic_us();
		fd_raise(chan);
	}
	slot->message = *message;
	slot->reply_id = reply_id;
	TAILQ_INSERT_TAIL(&chan->waiting, slot, in_waiting);
	if (message->is_replaceable)
		TAILQ_INSERT_TAIL(&chan->replaceable, slot, in_replaceable);
	pthread_cond_signal(&chan->arrived);
	pthread_mutex_unlock(&chan->mutex);
	if (result == CHAN_REPLACED)
		message_drop(chan, &victim);
	return result;
}

enum chan_result
chan_put(struct chan *chan, struct chan_message message)
{
	return put(chan, &message, 0);
}

static struct timespec
deadline_after(int64_t timeout_ms)
{
	struct timespec deadline;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += timeout_ms / 1000;
	deadline.tv_nsec += timeout_ms % 1000 * 1000000;
	if (deadline.tv_nsec >= 1000000000) {
		deadline.tv_sec++;
		deadline.tv_nsec -= 1000000000;
	}
	return deadline;
}

/* To wait for a moment that is past would still cost two system calls. */
static bool
is_long_past(const struct timespec *deadline)
{
	return deadline != NULL && deadline->tv_sec == 0;
}

/* Waits until `deadline`, or for ever if that is NULL. */
static bool
get(struct chan *chan, const struct timespec *deadline, struct chan_message *ret_message,
    uint64_t *ret_reply_id)
{
	struct slot *slot;
	int r = is_long_past(deadline) ? ETIMEDOUT : 0;

	pthread_mutex_lock(&chan->mutex);
	while ((slot = TAILQ_FIRST(&chan->waiting)) == NULL && r != ETIMEDOUT)
		r = deadline == NULL
		        ? pthread_cond_wait(&chan->arrived, &chan->mutex)
		        : pthread_cond_timedwait(&chan->arrived, &chan->mutex, deadline);
	if (slot != NULL) {
		slot_remove(chan, slot);
		*ret_message = slot->message;
		*ret_reply_id = slot->reply_id;
		SLIST_INSERT_HEAD(&chan->unused, slot, in_unused);
		if (TAILQ_EMPTY(&chan->waiting))
			fd_lower(chan);
		else
			chan->waits_us = clock_monotonic_us();
	}
	pthread_mutex_unlock(&chan->mutex);
	return slot != NULL;
}

bool
chan_get(struct chan *chan, int64_t timeout_ms, struct chan_message *ret_message)
{
	struct timespec deadline = { 0, 0 }; /* long past */
	uint64_t reply_id;

	if (timeout_ms > 0)
		deadline = deadline_after(timeout_ms);
	return get(chan, timeout_ms < 0 ? NULL : &deadline, ret_message, &reply_id);
}

int
chan_fd(struct chan *chan)
{
	int fd;

	pthread_mutex_lock(&chan->mutex);
	if (chan->fd < 0) {
		chan->fd = eventfd(!TAILQ_EMPTY(&chan->waiting), EFD_CLOEXEC | EFD_NONBLOCK);
		fd = chan->fd < 0 ? -errno : chan->fd;
	} else {
		fd = chan->fd;
	}
	pthread_mutex_unlock(&chan->mutex);
	return fd;
}

bool
chan_is_neglected(struct chan *chan, int nudge, int64_t most_ms)
{
	bool is_empty, is_neglected;

	pthread_mutex_lock(&chan->mutex);
	is_empty = TAILQ_EMPTY(&chan->waiting);
	is_neglected = !is_empty && clock_monotonic_us() - chan->waits_us > most_ms * 1000;
	pthread_mutex_unlock(&chan->mutex);
	if (is_empty)
		chan_put(chan, (struct chan_message){ .kind = nudge });
	return is_neglected;
}

uint64_t
chan_replaced(struct chan *chan)
{
	uint64_t replaced;

	pthread_mutex_lock(&chan->mutex);
	replaced = chan->replaced;
	pthread_mutex_unlock(&chan->mutex);
	return replaced;
}

int
chan_call(struct chan *chan, int kind, struct chan_request *request, struct chan *replies,
    int64_t timeout_ms, struct chan_reply *ret_reply)
{
	struct chan_message message = { .kind = kind, .data = request };
	const struct timespec deadline = deadline_after(timeout_ms);
	const uint64_t id = ++replies->last_request;
	uint64_t reply_id;

	request->id = id;
	request->replies = replies;
	if (put(chan, &message, 0) == CHAN_FULL)
		return -EAGAIN;
	while (get(replies, &deadline, &message, &reply_id)) {
		if (reply_id == id) {
			*ret_reply = (struct chan_reply){ id, message.kind, message.data };
			return 0;
		}
		message_drop(replies, &message);
	}
	return -ETIMEDOUT;
}

bool
chan_get_reply(struct chan *replies, struct chan_reply *ret_reply)
{
	static const struct timespec long_past = { 0, 0 };
	struct chan_message message;
	uint64_t id;

	if (!get(replies, &long_past, &message, &id))
		return false;
	*ret_reply = (struct chan_reply){ id, message.kind, message.data };
	return true;
}

void
chan_answer(const struct chan_request *request, int code, void *data)
{
	/* Replaceable: in a full channel only replies wait that nobody waits for any more. */
	struct chan_message reply = { .kind = code, .is_replaceable = true, .data = data };

	if (put(request->replies, &reply, request->id) == CHAN_FULL)
		message_drop(request->replies, &reply);
}
