/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMTP_DIALOGUE_H
#define SMTP_DIALOGUE_H

#include <stddef.h>

#include "core/err.h"
#include "core/smtp_reply.h"
#include "smtp/protocol.h"

/*
 * libesmtp speaks the dialogue of one mail over a stream that it is lent, in a thread of its own,
 * one session per mail.  It believes to have connected to 127.0.0.1:0; what it dials is a socket of
 * ours.  What it returns means nothing: pump.h keeps the record.
 */
struct dialogue;

/* `addresses`: `count`, at most PROTOCOL_RECIPIENTS_MAX, of those of `mail`, each of which can be
 * said in a command.  What is pointed to must live until dialogue_end.  *ret_fd is our end of the
 * stream, yours to close; the library's end closes when it has done, or could not begin. */
int dialogue_begin(const struct smtp_mail *mail, const char *const *addresses, uint32_t count,
    const char *body, const struct smtp_offer *offer, struct dialogue **ret_dialogue, int *ret_fd,
    struct err *err);

/* After our end was closed.  -ETIMEDOUT: the library hangs, and all that it was given must stay. */
int dialogue_end(struct dialogue *dialogue);

#endif
