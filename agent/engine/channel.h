/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_CHANNEL_H
#define ENGINE_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event_text.h"
#include "core/record.h"
#include "core/result.h"

/*
 * Between the engine's outbox and the thread that carries a channel.  The outbox decides what is
 * due and keeps the books; a carrier makes one attempt for each job and says how it ended, once.  A
 * carrier decides nothing: no order, no retry, no clock but its own deadlines.
 */
enum channel { /* EnvsChannel */
	CHANNEL_SNMP = 1,
	CHANNEL_MAIL,
	CHANNEL_COUNT = CHANNEL_MAIL,
};

/* A carrier that takes nothing for so long stands still, as in a library or a kernel that hangs;
 * what comes of that is the path's business (delivery.down-after). */
#define CHANNEL_STILL_MS 5000

/* One attempt (engine_effects.deliver).  Of channel snmp: the facts of one notification, as they
 * were at the event. */
struct delivery_job {
	uint32_t delivery; /* envsDeliveryId; 0: of what is not stored (nobody waits for it) */
	struct record record;
	char detail[EVENT_TEXT_SIZE]; /* what record.detail said; "": nothing */
};

/* The data of ENGINE_OUTCOME. */
struct delivery_outcome {
	uint32_t delivery;
	enum result result;
	enum result_class class;
	int32_t code;      /* the server's reply code; 0: none */
	uint32_t took_ms;  /* latency of the attempt */
	const char *phase; /* static: in which it ended ("rcpt"); NULL: none */
	char enhanced[12]; /* "5.1.1" */
	char text[201];    /* the other side's words, cleaned, or ours */
	char relay[65];    /* who took or refused it */
};

/* The data of ENGINE_CHANNEL: a session with the master is up, or is gone.  What was handed over
 * before and is not answered is in doubt: the carrier says so, job by job, before this message. */
struct channel_news {
	enum channel channel;
	bool is_up;
};

#endif
