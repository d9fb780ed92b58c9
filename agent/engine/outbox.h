/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_OUTBOX_H
#define ENGINE_OUTBOX_H

#include <stdint.h>

#include "engine/channel.h"

/*
 * The delivery queue: a row for each event that is to be told, channel and destination, stored with
 * the event; sent, repeated and ended by one set of rules for all channels.  It is the engine's;
 * here is what people do to it.  To be called between the messages of a turn, whose end stores and
 * sends.  Each can be asked first whether it will do, from a snapshot: none fails for want of
 * memory or of a disk.
 */
struct engine;

/* What was in the way has been repaired: all that waits is tried at once.  -ENOENT. */
int outbox_flush(struct engine *engine, enum channel channel);

/* A waiting row is tried now, or ends superseded.  -ENOENT: there is no such row; -EINVAL: it is at
 * its end, or under way. */
int outbox_retry(struct engine *engine, uint32_t id);
int outbox_cancel(struct engine *engine, uint32_t id);

/* A test mail to that contact, or to all (0): one attempt, at once, whatever is known of the
 * relays.  -EBUSY: one is on its way, and goes on; until its end busy is the result that shows.
 * -ENOENT: there is no such contact. */
int outbox_test_mail(struct engine *engine, uint32_t contact);

/* Every stored event behind that number that has a notification is notified again, the events of
 * now first. */
void outbox_replay(struct engine *engine, uint32_t behind_seq);

#endif
