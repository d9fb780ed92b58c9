/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/notify.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "snmp/value_private.h"
#include "snmp/varbinds.h"
#include "sys/clock.h"

#define PDU_NOTIFY 12 /* RFC 2741 §6.1 */
#define ANSWER_S   30 /* a late answer counts; without any the pings end the session before */

struct notify_job {
	atomic_uint *places; /* of the carrier */
	struct delivery_job job;
	struct delivery_outcome *outcome;
	int request; /* its number in the library */
	int64_t sent_ms;
};

struct notify {
	struct hub *hub;
	struct agentx_listener listener;
	const char *master;
	atomic_uint places; /* jobs that are neither answered nor given up */
	struct notify_job *out[NOTIFY_OUT_MAX];
	size_t out_count;

	netsnmp_session *session; /* NULL: there is none */
	uint64_t begun;           /* sessions so far */
	uint64_t told;            /* which of them was told as up; 0: none, or told as down */
};

struct notify *
notify_new(struct hub *hub, const struct agentx_listener *listener, const char *master)
{
	struct notify *notify = calloc(1, sizeof(*notify));

	if (notify == NULL)
		return NULL;
	notify->hub = hub;
	notify->listener = *listener;
	notify->master = master;
	return notify;
}

void
notify_free(struct notify *notify)
{
	for (size_t i = 0; notify != NULL && i < notify->out_count; i++)
		notify_job_free(notify->out[i]);
	free(notify);
}

/* ---- jobs ---- */

struct notify_job *
notify_job_new(struct notify *notify, const struct delivery_job *what)
{
	struct notify_job *job;

	if (atomic_fetch_add(&notify->places, 1) >= NOTIFY_OUT_MAX) {
		atomic_fetch_sub(&notify->places, 1);
		return NULL;
	}
	job = calloc(1, sizeof(*job));
	if (job != NULL)
		job->outcome = calloc(1, sizeof(*job->outcome));
	if (job == NULL || job->outcome == NULL) {
		atomic_fetch_sub(&notify->places, 1);
		free(job);
		return NULL;
	}
	job->places = &notify->places;
	job->job = *what;
	job->job.record.detail = what->detail[0] != '\0' ? job->job.detail : NULL;
	return job;
}

void
notify_job_free(struct notify_job *job)
{
	atomic_fetch_sub(job->places, 1);
	free(job->outcome);
	free(job);
}

/* Ends a job, which is in `out` no more. */
static void
tell(struct notify *notify, struct notify_job *job, enum result result, enum result_class class,
    const char *text)
{
	struct delivery_outcome *outcome = job->outcome;

	outcome->delivery = job->job.delivery;
	outcome->result = result;
	outcome->class = class;
	if (job->sent_ms != 0)
		outcome->took_ms = (uint32_t)(clock_boottime_ms() - job->sent_ms);
	text_copy(outcome->text, sizeof(outcome->text), text);
	text_copy(outcome->relay, sizeof(outcome->relay), notify->master);
	job->outcome = NULL;
	notify_job_free(job); /* first: whoever hears of it may want its place */
	if (outcome->delivery != 0)
		notify->listener.outcome(notify->listener.context, outcome);
	else
		free(outcome);
}

static void
tell_in_doubt(struct notify *notify, struct notify_job *job)
{
	tell(notify, job, RESULT_MASTER_UNAVAILABLE, RESULT_IN_DOUBT,
	    "the SNMP master agent has not answered");
}

static void
tell_unsent(struct notify *notify, struct notify_job *job, const char *why)
{
	tell(notify, job, RESULT_MASTER_UNAVAILABLE, RESULT_TEMPORARY, why);
}

/* ---- answers ---- */

/* RFC 2741 §6.2.16 */
static const char *
error_name(long error)
{
	static const char *const names[] = { "openFailed", "notOpen", "indexWrongType",
		"indexAlreadyAllocated", "indexNoneAvailable", "indexNotAllocated",
		"unsupportedContext", "duplicateRegistration", "unknownRegistration",
		"unknownAgentCaps", "parseError", "requestDenied", "processingError" };
	const long first = 256;

	if (error < first || error >= first + (long)(sizeof(names) / sizeof(names[0])))
		return "an error";
	return names[error - first];
}

static void
tell_answer(struct notify *notify, struct notify_job *job, long error)
{
	char text[64];

	if (error == SNMP_ERR_NOERROR) {
		tell(notify, job, RESULT_OK, RESULT_DONE, "");
		return;
	}
	snprintf(text, sizeof(text), "the SNMP master agent answers %s", error_name(error));
	job->outcome->code = (int32_t)error;
	tell_unsent(notify, job, text);
}

/* In the order in which they were sent; NULL: it was given up already. */
static struct notify_job *
take_out(struct notify *notify, int request)
{
	struct notify_job *job = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < notify->out_count; i++) {
		if (job == NULL && notify->out[i]->request == request)
			job = notify->out[i];
		else
			notify->out[kept++] = notify->out[i];
	}
	notify->out_count = kept;
	return job;
}

static int
answered(int operation, netsnmp_session *session, int request, netsnmp_pdu *pdu, void *context)
{
	struct notify *notify = context;
	struct notify_job *job;

	(void)session;
	if (operation == NETSNMP_CALLBACK_OP_RESEND)
		return 1;
	job = take_out(notify, request);
	if (job == NULL)
		return 1;
	if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE)
		tell_answer(notify, job, pdu->errstat);
	else
		tell_in_doubt(notify, job);
	return 1;
}

/* ---- sending ---- */

static bool
add_varbind(netsnmp_pdu *pdu, const struct varbind *varbind)
{
	netsnmp_variable_list *to;
	oid name[VARBIND_ARCS_MAX];

	for (size_t i = 0; i < varbind->name_length; i++)
		name[i] = varbind->name[i];
	to = snmp_add_null_var(pdu, name, varbind->name_length);
	return to != NULL && value_put(to, varbind->type, &varbind->value) == 0;
}

static netsnmp_pdu *
make_pdu(const struct notify *notify, const struct record *record, const struct snapshot *snapshot)
{
	netsnmp_pdu *pdu = snmp_pdu_create(PDU_NOTIFY);
	struct varbind varbind;

	if (pdu == NULL)
		return NULL;
	pdu->sessid = notify->session->sessid;
	pdu->flags |= UCD_MSG_FLAG_PDU_TIMEOUT;
	pdu->time = ANSWER_S;
	for (size_t n = 0; varbinds_get(record, snapshot, n, &varbind); n++) {
		if (add_varbind(pdu, &varbind))
			continue;
		snmp_free_pdu(pdu);
		return NULL;
	}
	return pdu;
}

static bool
send_pdu(struct notify *notify, struct notify_job *job)
{
	const struct snapshot *snapshot = hub_get(notify->hub);
	netsnmp_pdu *pdu;

	if (snapshot == NULL)
		return false;
	pdu = make_pdu(notify, &job->job.record, snapshot);
	hub_put(notify->hub, snapshot);
	if (pdu == NULL)
		return false;
	job->request = snmp_async_send(notify->session, pdu, answered, notify);
	if (job->request == 0)
		snmp_free_pdu(pdu);
	return job->request != 0;
}

void
notify_send(struct notify *notify, struct notify_job *job)
{
	/* A session that is not told yet: it was meant for the one before. */
	if (notify->session == NULL || notify->told != notify->begun) {
		tell_unsent(notify, job, "there is no session with the SNMP master agent");
		return;
	}
	if (!send_pdu(notify, job)) {
		tell_unsent(notify, job, "it could not be sent to the SNMP master agent");
		return;
	}
	job->sent_ms = clock_boottime_ms();
	notify->out[notify->out_count++] = job;
}

/* ---- sessions ---- */

void
notify_begin(struct notify *notify, void *session)
{
	notify->session = session;
	notify->begun++;
}

void
notify_end(struct notify *notify)
{
	notify->session = NULL;
	while (notify->out_count > 0)
		tell_in_doubt(notify, take_out(notify, notify->out[0]->request));
}

static bool
tell_news(struct notify *notify, bool is_up)
{
	const struct channel_news news = { .channel = CHANNEL_SNMP, .is_up = is_up };

	return notify->listener.news(notify->listener.context, &news);
}

/* A session may have ended and the next begun within one turn. */
void
notify_step(struct notify *notify)
{
	uint64_t now = notify->session != NULL ? notify->begun : 0;

	if (notify->told != 0 && notify->told != now && tell_news(notify, false))
		notify->told = 0;
	if (notify->told == 0 && now != 0 && tell_news(notify, true))
		notify->told = now;
}

size_t
notify_out(const struct notify *notify)
{
	return notify->out_count;
}
