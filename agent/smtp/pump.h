/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMTP_PUMP_H
#define SMTP_PUMP_H

#include <stdbool.h>

#include "core/smtp_result.h"
#include "smtp/protocol.h"
#include "smtp/session.h"

/*
 * Carries one mail: between libesmtp, which speaks the dialogue, and the session.  Greeting, EHLO
 * and QUIT it answers itself; the rest goes on to the relay, and what the relay says comes back as
 * one whole line.  What was said is written down here, and this record is the result.
 */
struct pump_record {
	struct smtp_outcome outcome; /* of the mail: its last exchange, or the one that ended it */
	uint32_t accepted;           /* recipients */
	struct smtp_outcome recipients[PROTOCOL_RECIPIENTS_MAX]; /* all 0: it was not asked for */
};

/* May the final dot go?  Asked once, when all else is sent. */
struct pump_gate {
	bool (*may_go)(void *context);
	void *context;
};

/*
 * Lines of `body` end with CRLF.  Afterwards the session can take the next mail, or is dead.  The
 * record is always whole.  False: the gate was not opened, or libesmtp hangs, and the process must
 * end.
 */
bool pump_mail(struct session *session, const struct smtp_mail *mail,
    const struct smtp_recipient *recipients, const char *body, const struct pump_gate *gate,
    struct pump_record *ret_record);

#endif
