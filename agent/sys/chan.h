/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_CHAN_H
#define SYS_CHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A bounded queue of messages from many threads to one.  chan_put never blocks.  The channel owns
 * what lies in it; what is got belongs to the getter.  A message is a kind (the receiver's
 * enumeration) and a pointer.  One mutex inside, held for a few instructions.
 *
 * A replaceable message (samples) may be pushed out by any newer one when the channel is full: the
 * oldest replaceable message goes and is counted.  Others never are.
 */
struct chan;

struct chan_message {
	int kind;
	bool is_replaceable;
	void *data;
};

enum chan_result {
	CHAN_OK,
	CHAN_REPLACED, /* accepted; an older replaceable message was dropped and counted */
	CHAN_FULL,     /* not accepted; the caller still owns `data` */
};

/* `drop` frees the data of a message that nobody will get; called outside the lock, by the thread
 * that puts, answers or frees.  NULL: there is nothing to free.  -ENOMEM or -errno. */
int chan_new(size_t capacity, void (*drop)(struct chan_message *message), struct chan **ret_chan);
void chan_free(struct chan *chan); /* copes with NULL; nobody may be using it */

/* Takes `message.data` unless the result is CHAN_FULL. */
enum chan_result chan_put(struct chan *chan, struct chan_message message);

/* Waits for a message up to `timeout_ms` (0: not at all, -1: for ever). False: none came. */
bool chan_get(struct chan *chan, int64_t timeout_ms, struct chan_message *ret_message);

/* Readable (poll) exactly while messages wait; for a receiver that sleeps on descriptors and gets
 * with chan_get.  Made on the first call, owned by the channel, not to be read.  Negative errno. */
int chan_fd(struct chan *chan);

/* Whoever gets from it has taken nothing for longer than `most_ms`, though something waited.  If
 * nothing does, puts a message of kind `nudge`, without data, for the next time. */
bool chan_is_neglected(struct chan *chan, int nudge, int64_t most_ms);

uint64_t chan_replaced(struct chan *chan); /* messages pushed out since the start */

/*
 * The one request and reply form.  The caller owns `replies`, a channel that only it gets from and
 * that outlives the receiver's use of it; a capacity of 1 is enough.  chan_call puts {kind,
 * request, not replaceable}, where `request` is the beginning of the data, waits for the reply with
 * the same id, and drops replies to earlier calls (`drop` of `replies` frees their data).  0,
 * -EAGAIN (the channel was full; the caller still owns `request`), -ETIMEDOUT (the request went;
 * its reply will be dropped).
 */
struct chan_request {
	uint64_t id; /* filled by chan_call */
	struct chan *replies;
};
struct chan_reply {
	uint64_t id; /* that of the request */
	int code;    /* the receiver's answer */
	void *data;
};
int chan_call(struct chan *chan, int kind, struct chan_request *request, struct chan *replies,
    int64_t timeout_ms, struct chan_reply *ret_reply);

/* For a caller that does not wait: it fills `id` and `replies`, puts the request as any message,
 * and gets here what was answered; chan_call is not for the same `replies`.  False: nothing yet. */
bool chan_get_reply(struct chan *replies, struct chan_reply *ret_reply);

/* The receiver's half, once per request and before it is freed: never blocks, takes `data`. */
void chan_answer(const struct chan_request *request, int code, void *data);

#endif
