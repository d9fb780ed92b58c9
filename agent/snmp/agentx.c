/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/library/large_fd_set.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "snmp/agentx.h"
#include "snmp/grants.h"
#include "snmp/notify.h"
#include "sys/chan.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/thread.h"

#define RECONNECT_S 1
#define PING_S      2 /* a master that dropped us without a word is noticed by this */
#define ANSWER_S    6 /* what the master may take for an answer; the ping waits for it, too */
#define IDLE_MS     3600000
#define LAST_MS     1500 /* at the end: for the answers to the last notifications */

enum agentx_message {
	AGENTX_STOP, /* no data */
	AGENTX_JOB,  /* data: struct notify_job, taken */
	AGENTX_LOOK, /* no data: to see whether it is taken */
};

struct agentx {
	char address[256];
	struct chan *inbox;
	struct thread *thread;

	/* the thread's own */
	struct grants *grants;
	struct notify *notify;
	bool is_connected;
	bool is_stopping;
};

/* ---- the inbox ---- */

static void
take_messages(struct agentx *agentx)
{
	struct chan_message message;

	while (chan_get(agentx->inbox, 0, &message)) {
		switch ((enum agentx_message)message.kind) {
		case AGENTX_STOP:
			agentx->is_stopping = true;
			break;
		case AGENTX_JOB:
			notify_send(agentx->notify, message.data);
			break;
		case AGENTX_LOOK:
			break;
		}
	}
}

/* ---- what the library tells ---- */

/* The ping timer takes the setting when a session starts, the reconnect timer when one ends. */
static void
set_interval(int seconds)
{
	netsnmp_ds_set_int(
	    NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL, seconds);
}

/* The library starts a timer that tries again with each session that ends, also with one that never
 * began, as where a master sends us away; none of them ends before a try works.  One is enough. */
static void
keep_one_timer(const struct agentx *agentx)
{
	if (!agentx->is_connected)
		set_interval(0);
}

/* A request is sent once: a master that was held up takes each copy for another one, and sends a
 * notification six times. */
static void
send_once(netsnmp_session *session)
{
	session->retries = 0;
	session->timeout = ANSWER_S * 1000000L;
}

static int
before_session_start(int major, int minor, void *session, void *context)
{
	struct agentx *agentx = context;

	(void)major, (void)minor;
	set_interval(PING_S);
	send_once(session);
	agentx->is_connected = true;
	grants_begin(agentx->grants, session);
	notify_begin(agentx->notify, session);
	log_info("connected to the SNMP master agent at %s", agentx->address);
	return 0;
}

static int
after_session_start(int major, int minor, void *session, void *context)
{
	(void)major, (void)minor, (void)session, (void)context;
	set_interval(RECONNECT_S);
	return 0;
}

static int
session_stop(int major, int minor, void *session, void *context)
{
	struct agentx *agentx = context;

	(void)major, (void)minor, (void)session;
	if (agentx->is_connected)
		log_warning("the SNMP master agent at %s is gone; trying again every %d s",
		    agentx->address, RECONNECT_S);
	else
		keep_one_timer(agentx);
	agentx->is_connected = false;
	grants_end(agentx->grants);
	notify_end(agentx->notify);
	/* Here and not in the next turn: the library's try to connect again may take long. */
	take_messages(agentx);
	notify_step(agentx->notify);
	return 0;
}

static int
registering(int major, int minor, void *parameters, void *context)
{
	const struct register_parameters *what = parameters;
	struct agentx *agentx = context;

	(void)major, (void)minor;
	grants_registering(agentx->grants, what->name, what->namelen);
	return 0;
}

/* A refused registration returns success; this line of the library's log is all that tells. */
static bool
is_refusal(const char *line)
{
	return strncmp(line, "registering pdu failed", strlen("registering pdu failed")) == 0;
}

static int
library_log(int major, int minor, void *message, void *context)
{
	const struct snmp_log_message *line = message;
	struct agentx *agentx = context;
	int length = (int)strcspn(line->msg, "\n");

	(void)major, (void)minor;
	if (is_refusal(line->msg))
		grants_refusal(agentx->grants);
	log_debug("net-snmp: %.*s", length, line->msg);
	return 0;
}

static const struct listener {
	int major, minor;
	SNMPCallback *callback;
	int priority;
} listeners[] = {
	{ SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, library_log,
	    NETSNMP_CALLBACK_DEFAULT_PRIORITY },
	{ SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, before_session_start,
	    NETSNMP_CALLBACK_HIGHEST_PRIORITY },
	{ SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, after_session_start,
	    NETSNMP_CALLBACK_LOWEST_PRIORITY },
	{ SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP, session_stop,
	    NETSNMP_CALLBACK_DEFAULT_PRIORITY },
	{ SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_REGISTER_OID, registering,
	    NETSNMP_CALLBACK_HIGHEST_PRIORITY },
};
#define LISTENER_COUNT (sizeof(listeners) / sizeof(listeners[0]))

static void
listen_to_library(struct agentx *agentx)
{
	snmp_disable_log();
	snmp_enable_calllog();
	for (size_t i = 0; i < LISTENER_COUNT; i++)
		netsnmp_register_callback(listeners[i].major, listeners[i].minor,
		    listeners[i].callback, agentx, listeners[i].priority);
}

/* At its shutdown the library would free(3) our context. */
static void
listen_no_more(struct agentx *agentx)
{
	for (size_t i = 0; i < LISTENER_COUNT; i++)
		snmp_unregister_callback(
		    listeners[i].major, listeners[i].minor, listeners[i].callback, agentx, 1);
	snmp_disable_calllog();
}

/* ---- the thread ---- */

/* The library does not tell; a socket of this machine can be asked. */
static void
tell_no_master(const struct agentx *agentx)
{
	static const char local[] = "unix:";
	const char *path = agentx->address + strlen(local);

	if (strncmp(agentx->address, local, strlen(local)) == 0 && access(path, W_OK) < 0)
		log_warning("no SNMP master agent at %s yet: %s; trying every %d s",
		    agentx->address, strerror(errno), RECONNECT_S);
	else
		log_warning("no SNMP master agent at %s yet; trying every %d s", agentx->address,
		    RECONNECT_S);
}

static void
set_up(struct agentx *agentx)
{
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 1);
	netsnmp_ds_set_boolean(
	    NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_CONNECTION_WARNINGS, 1);
	netsnmp_ds_set_string(
	    NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, agentx->address);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_ALARM_DONT_USE_SIG, 1);
	listen_to_library(agentx);
	init_agent("envsensord");
	set_interval(RECONNECT_S); /* init_agent has just put its own default there */
	grants_serve(agentx->grants);
	init_snmp("envsensord");
	keep_one_timer(agentx);
	if (!agentx->is_connected)
		tell_no_master(agentx);
}

/* Sleeps until the library or the inbox has something to do, or so long, and lets the library do
 * it. */
static void
turn(struct agentx *agentx, int64_t most_ms)
{
	netsnmp_large_fd_set readable;
	struct timeval timeout = {
		.tv_sec = most_ms / 1000,
		.tv_usec = most_ms % 1000 * 1000,
	};
	int wake_fd = chan_fd(agentx->inbox);
	int width = wake_fd + 1, block = 0, count;

	netsnmp_large_fd_set_init(&readable, FD_SETSIZE);
	snmp_select_info2(&width, &readable, &timeout, &block);
	netsnmp_large_fd_setfd(wake_fd, &readable);
	count = netsnmp_large_fd_set_select(width, &readable, NULL, NULL, &timeout);
	netsnmp_large_fd_clr(wake_fd, &readable);
	if (count > 0)
		snmp_read2(&readable);
	snmp_timeout(); /* also when there is always something to read */
	grants_settle(agentx->grants);
	netsnmp_large_fd_set_cleanup(&readable);
	run_alarms();
	keep_one_timer(agentx);
	netsnmp_check_outstanding_agent_requests();
	grants_step(agentx->grants, clock_boottime_ms());
	take_messages(agentx);
	notify_step(agentx->notify);
	log_tick();
}

static void
run(void *context)
{
	struct agentx *agentx = context;
	int64_t now_ms, until_ms;

	set_up(agentx);
	grants_step(agentx->grants, clock_boottime_ms());
	notify_step(agentx->notify);
	while (!agentx->is_stopping)
		turn(agentx, IDLE_MS);
	until_ms = clock_boottime_ms() + LAST_MS;
	while (notify_out(agentx->notify) > 0 && (now_ms = clock_boottime_ms()) < until_ms)
		turn(agentx, until_ms - now_ms);
	listen_no_more(agentx);
	snmp_shutdown("envsensord"); /* closes the session: the master takes our tables down */
	notify_end(agentx->notify);
}

static void
drop(struct chan_message *message)
{
	if (message->kind == AGENTX_JOB)
		notify_job_free(message->data);
}

static int
make_parts(struct agentx *agentx, struct hub *hub, const struct agentx_listener *listener,
    const struct set_link *link)
{
	int r;

	agentx->grants = grants_new(hub, link);
	agentx->notify = notify_new(hub, listener, agentx->address);
	if (agentx->grants == NULL || agentx->notify == NULL)
		return -ENOMEM;
	r = chan_new(NOTIFY_OUT_MAX + 4, drop, &agentx->inbox);
	if (r == 0 && chan_fd(agentx->inbox) < 0)
		r = chan_fd(agentx->inbox);
	return r;
}

int
agentx_new(const char *address, struct hub *hub, const struct agentx_listener *listener,
    const struct set_link *link, struct agentx **ret_agentx)
{
	struct agentx *agentx = calloc(1, sizeof(*agentx));
	int r;

	if (agentx == NULL)
		return -ENOMEM;
	text_copy(agentx->address, sizeof(agentx->address), address);
	r = make_parts(agentx, hub, listener, link);
	if (r < 0) {
		agentx_free(agentx);
		return r;
	}
	*ret_agentx = agentx;
	return 0;
}

void
agentx_free(struct agentx *agentx)
{
	if (agentx == NULL)
		return;
	chan_free(agentx->inbox);
	notify_free(agentx->notify);
	grants_free(agentx->grants);
	free(agentx);
}

int
agentx_start(struct agentx *agentx)
{
	/* Our MIB is in the tables; parsing the installed ones would cost megabytes. */
	setenv("MIBS", "", 1);
	return thread_start("snmp", run, agentx, &agentx->thread);
}

bool
agentx_deliver(struct agentx *agentx, const struct delivery_job *job)
{
	struct notify_job *own = notify_job_new(agentx->notify, job);
	struct chan_message message = { .kind = AGENTX_JOB, .data = own };

	if (own == NULL)
		return false;
	if (chan_put(agentx->inbox, message) != CHAN_FULL)
		return true;
	notify_job_free(own);
	return false;
}

bool
agentx_stands_still(struct agentx *agentx)
{
	return chan_is_neglected(agentx->inbox, AGENTX_LOOK, CHANNEL_STILL_MS);
}

int
agentx_stop(struct agentx *agentx, int64_t timeout_ms)
{
	if (agentx == NULL || agentx->thread == NULL)
		return 0;
	chan_put(agentx->inbox, (struct chan_message){ .kind = AGENTX_STOP });
	return thread_join(agentx->thread, timeout_ms);
}
