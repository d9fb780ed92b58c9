/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_RESULT_H
#define CORE_RESULT_H

/*
 * How an attempt to deliver ended: EnvsResult, one table for the MIB, the log, events, the command
 * line and the tests.  0 to 15 are the codes that small SMTP devices have long reported.
 */
enum result {
	RESULT_OK,
	RESULT_TIMEOUT,
	RESULT_SERVER_NOT_READY,
	RESULT_HELO_REJECTED,
	RESULT_SENDER_REJECTED,
	RESULT_RECIPIENT_UNAVAILABLE,
	RESULT_RELAY_DENIED,
	RESULT_DATA_REJECTED,
	RESULT_DATA_NOT_FINISHED,
	RESULT_AUTH_NOT_SUPPORTED,
	RESULT_BAD_USER_NAME,
	RESULT_BAD_PASSWORD,
	RESULT_RECIPIENT_INVALID,
	RESULT_CONNECT_FAILED,
	RESULT_BUSY,
	RESULT_SYNTAX_ERROR,
	RESULT_DNS_FAILED,
	RESULT_TLS_FAILED,
	RESULT_CERTIFICATE_INVALID,
	RESULT_RATE_LIMITED,
	RESULT_MASTER_UNAVAILABLE,
	RESULT_EXPIRED,
	RESULT_QUEUE_FULL,
	RESULT_NOT_ALLOWED,
	RESULT_INTERNAL_ERROR,
	RESULT_COUNT,
};

/* What becomes of a row after it; said beside the code, since the reply decides (a 4xx is temporary
 * whatever the code). */
enum result_class {
	RESULT_DONE,          /* delivered */
	RESULT_TEMPORARY,     /* tried again by the schedule */
	RESULT_CONFIGURATION, /* the channel waits for a person; nothing is discarded */
	RESULT_PERMANENT,     /* this destination ends failed */
	RESULT_IN_DOUBT,      /* it may have arrived: tried again, counted */
};

/* The label in the MIB ("serverNotReady"). */
const char *result_name(enum result result);

/* The code of a label; -1: there is none. */
int result_from_name(const char *name);

/* For people: "the recipient's mailbox cannot take mail now". */
const char *result_text(enum result result);

#endif
