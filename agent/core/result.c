/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/result.h"

#include <assert.h>
#include <string.h>

static const struct {
	const char *name, *text;
} results[] = {
	[RESULT_OK] = { "ok", "delivered" },
	[RESULT_TIMEOUT] = { "timeout", "no answer in time" },
	[RESULT_SERVER_NOT_READY] = { "serverNotReady", "the mail server is not ready" },
	[RESULT_HELO_REJECTED] = { "heloRejected", "the mail server refuses our greeting" },
	[RESULT_SENDER_REJECTED] = { "senderRejected", "the mail server refuses the sender" },
	[RESULT_RECIPIENT_UNAVAILABLE] = { "recipientUnavailable",
	    "the mail server cannot take mail for this recipient now" },
	[RESULT_RELAY_DENIED] = { "relayDenied", "the mail server does not relay for us" },
	[RESULT_DATA_REJECTED] = { "dataRejected", "the mail server does not want the message" },
	[RESULT_DATA_NOT_FINISHED] = { "dataNotFinished",
	    "the mail server did not confirm the message" },
	[RESULT_AUTH_NOT_SUPPORTED] = { "authNotSupported",
	    "the mail server offers no way of authentication that we have" },
	[RESULT_BAD_USER_NAME] = { "badUserName", "the mail server refuses the user name" },
	[RESULT_BAD_PASSWORD] = { "badPassword", "the mail server refuses user name or password" },
	[RESULT_RECIPIENT_INVALID] = { "recipientInvalid", "there is no such recipient" },
	[RESULT_CONNECT_FAILED] = { "connectFailed", "the mail server cannot be reached" },
	[RESULT_BUSY] = { "busy", "a test is running already" },
	[RESULT_SYNTAX_ERROR] = { "syntaxError", "the mail server cannot read an address" },
	[RESULT_DNS_FAILED] = { "dnsFailed", "the name of the mail server does not resolve" },
	[RESULT_TLS_FAILED] = { "tlsFailed", "no encrypted connection" },
	[RESULT_CERTIFICATE_INVALID] = { "certificateInvalid",
	    "the certificate of the mail server is not valid" },
	[RESULT_RATE_LIMITED] = { "rateLimited", "held back by the limit of the recipient" },
	[RESULT_MASTER_UNAVAILABLE] = { "masterUnavailable",
	    "the SNMP master agent cannot be reached" },
	[RESULT_EXPIRED] = { "expired", "too old to be useful" },
	[RESULT_QUEUE_FULL] = { "queueFull", "the queue was full" },
	[RESULT_NOT_ALLOWED] = { "notAllowed",
	    "the recipient is not in allow-recipients of the file" },
	[RESULT_INTERNAL_ERROR] = { "internalError", "the mail helper failed" },
};
_Static_assert(sizeof(results) / sizeof(results[0]) == RESULT_COUNT, "each code has its row");

const char *
result_name(enum result result)
{
	assert(result < RESULT_COUNT);
	return results[result].name;
}

const char *
result_text(enum result result)
{
	assert(result < RESULT_COUNT);
	return results[result].text;
}

int
result_from_name(const char *name)
{
	for (int i = 0; i < RESULT_COUNT; i++)
		if (strcmp(results[i].name, name) == 0)
			return i;
	return -1;
}
