/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_DELIVERY_H
#define CORE_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "core/result.h"

/*
 * One row of the delivery queue: one event to one destination by one channel, from its event to its
 * one end.  Pure: what a row does is a table of states and inputs; when it does it is decided
 * elsewhere.  Facts only: what is sent is rendered when it is sent.
 */
enum delivery_state { /* envsDeliveryState */
	DELIVERY_DELIVERED = 1,
	DELIVERY_HELD,     /* its channel is blocked, or it waits to be grouped */
	DELIVERY_READY,    /* to be picked */
	DELIVERY_SENDING,  /* under way, and could still be stopped */
	DELIVERY_IN_DOUBT, /* stored as such before it is handed over */
	DELIVERY_DEFERRED, /* failed; waits for its next attempt */
	DELIVERY_SUPERSEDED,
	DELIVERY_EXPIRED,
	DELIVERY_FAILED,
};

/* Who gives way when the queue is full: the lowest first. */
enum delivery_class {
	DELIVERY_LOW = 1,  /* told again, tests, signs of life */
	DELIVERY_NOTE,     /* of the agent, of something better or remembered */
	DELIVERY_CLEAR,    /* something is over */
	DELIVERY_WARNING,  /* something is wrong */
	DELIVERY_CRITICAL, /* something is very wrong */
};

enum delivery_input {
	DELIVERY_BLOCK,         /* the channel does not work now */
	DELIVERY_RELEASE,       /* its time has come, or there is reason to hope */
	DELIVERY_PICK,          /* an attempt begins */
	DELIVERY_HAND_OVER,     /* from here on nobody can tell whether it arrived */
	DELIVERY_TAKE_BACK,     /* it was not handed over after all */
	DELIVERY_ACCEPT,        /* taken */
	DELIVERY_REFUSE_NOW,    /* not taken now */
	DELIVERY_REFUSE,        /* not taken, ever */
	DELIVERY_MISCONFIGURED, /* not taken until somebody changes a setting */
	DELIVERY_LOSE,          /* no answer */
	DELIVERY_CRASH,         /* found in this state at the start */
	DELIVERY_SUPERSEDE,     /* said by another row, or cancelled */
	DELIVERY_EXPIRE,
	DELIVERY_EVICT, /* the queue is full */
	DELIVERY_INPUT_COUNT,
};

#define DELIVERY_DESTINATION_SIZE 128
#define DELIVERY_ENHANCED_SIZE    12
#define DELIVERY_REPLY_SIZE       201
#define DELIVERY_RELAY_SIZE       65

/* Times are CLOCK_BOOTTIME of this boot. */
struct delivery {
	uint32_t id;       /* envsDeliveryId */
	uint32_t seq;      /* of the event */
	uint32_t alarm_id; /* 0: of none */
	uint8_t channel;   /* enum channel */
	uint8_t state;     /* enum delivery_state */
	uint8_t class;     /* enum delivery_class */
	uint32_t step;     /* 0: told for the first time; else which replay, which reminder */

	uint32_t attempts;
	uint32_t failures; /* in a row, since the last reason to hope */
	uint32_t in_doubt; /* attempts that may have arrived */
	uint32_t lead;     /* seq of the event that its last mail was named by; 0: none */
	int64_t created_ms, created_wall_ms;
	int64_t useful_until_ms;
	int64_t next_ms;  /* held, deferred: not before; INT64_MAX: when the channel works again */
	int64_t ended_ms; /* of a final state */

	/* how the last attempt ended */
	bool has_result;
	uint8_t result; /* enum result */
	int32_t code;   /* the server's; 0: none */
	char enhanced[DELIVERY_ENHANCED_SIZE];
	char reply[DELIVERY_REPLY_SIZE]; /* cleaned */
	char relay[DELIVERY_RELAY_SIZE];
	bool is_fresh; /* the last attempt was since our start: what is not stored of it is known */
	const char *phase; /* static: in which it ended ("rcpt"); NULL: none */
	uint32_t took_ms;
	char destination[DELIVERY_DESTINATION_SIZE];
};

/* What a channel has done since the database was made (envsChannelTable), and how far it is with
 * stored events that have no row. */
struct delivery_books {
	uint32_t accepted, delivered, expired, failed, superseded; /* rows */
	uint32_t deferred, in_doubt;                               /* attempts */
	bool has_result;
	uint8_t last_result; /* enum result */
	char last_text[DELIVERY_REPLY_SIZE];
	int64_t last_success_wall_ms; /* 0: never */

	uint32_t late_next, late_count; /* accepted, for which there was no room; 0: none */
	uint32_t replay_next, replay_last,
	    replay_step; /* what is told again, in rows of that step */
};

/* What a contact got since the database was made (envsContactTable). */
struct contact_books {
	uint32_t sent;        /* mails */
	uint32_t undelivered; /* rows that ended otherwise, of which it does not know yet */
	bool has_result;
	uint8_t last_result; /* enum result */
};

/* The state behind it, with the row's counts; -EINVAL: a row in this state does not take that. */
int delivery_apply(struct delivery *delivery, enum delivery_input input);

/* An attempt has ended so. */
enum delivery_input delivery_input_of(enum result_class class);

bool delivery_is_final(const struct delivery *delivery);

/* Waits for its attempt: held, ready or deferred. */
bool delivery_is_waiting(const struct delivery *delivery);

/* Under way: sending or in doubt. */
bool delivery_is_under_way(const struct delivery *delivery);

/* What an event is worth, and for how long. */
struct delivery_useful {
	int64_t raise_ms; /* of an alarm and all that follows of it: envsDeliveryUsefulFor */
	int64_t reminder_ms;
	int64_t test_ms; /* and of signs of life */
};
enum delivery_class delivery_class_of(enum event_kind kind, enum severity severity);
int64_t delivery_useful_ms(enum event_kind kind, const struct delivery_useful *useful);

/* It has become useless.  A raise or an escalation has not while its alarm is still active. */
bool delivery_is_too_old(
    const struct delivery *delivery, enum event_kind kind, bool is_alarm_active, int64_t now_ms);

#endif
