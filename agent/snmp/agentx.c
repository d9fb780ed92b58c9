/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/library/large_fd_set.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "snmp/agentx.h"
#include "snmp/grants.h"
#include "sys/chan.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/thread.h"

#define RECONNECT_S 1
#define PING_S      2 /* a master that dropped us without a word is noticed by this */

struct agentx {
	char address[256];
	struct chan *inbox; /* any message: stop */
	struct thread *thread;

	/* the thread's own */
	struct grants *grants;
	bool is_connected;
};

/* ---- what the library tells ---- */

/* The ping timer takes the setting when a session starts, the reconnect timer when one ends. */
static void
set_interval(int seconds)
{
	netsnmp_ds_set_int(
	    NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL, seconds);
}

static int
before_session_start(int major, int minor, void *session, void *context)
{
	struct agentx *agentx = context;

	(void)major, (void)minor;
	set_interval(PING_S);
	agentx->is_connected = true;
	grants_begin(agentx->grants, session);
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
	agentx->is_connected = false;
	grants_end(agentx->grants);
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
	if (!agentx->is_connected)
		log_warning("no SNMP master agent at %s yet; trying every %d s", agentx->address,
		    RECONNECT_S);
}

/* Sleeps until the library or the inbox has something to do, and lets the library do it. */
static void
turn(struct agentx *agentx, int wake_fd)
{
	netsnmp_large_fd_set readable;
	struct timeval timeout = { .tv_sec = 3600 };
	int width = wake_fd + 1, block = 0, count;

	netsnmp_large_fd_set_init(&readable, FD_SETSIZE);
	snmp_select_info2(&width, &readable, &timeout, &block);
	netsnmp_large_fd_setfd(wake_fd, &readable);
	count = netsnmp_large_fd_set_select(width, &readable, NULL, NULL, &timeout);
	netsnmp_large_fd_clr(wake_fd, &readable);
	if (count > 0)
		snmp_read2(&readable);
	else if (count == 0)
		snmp_timeout();
	netsnmp_large_fd_set_cleanup(&readable);
	run_alarms();
	netsnmp_check_outstanding_agent_requests();
	grants_step(agentx->grants, clock_boottime_ms());
}

static void
run(void *context)
{
	struct agentx *agentx = context;
	struct chan_message message;
	int wake_fd = chan_fd(agentx->inbox);

	set_up(agentx);
	grants_step(agentx->grants, clock_boottime_ms());
	while (!chan_get(agentx->inbox, 0, &message))
		turn(agentx, wake_fd);
	listen_no_more(agentx);
	snmp_shutdown("envsensord"); /* closes the session: the master takes our tables down */
}

static void
agentx_free(struct agentx *agentx)
{
	chan_free(agentx->inbox);
	grants_free(agentx->grants);
	free(agentx);
}

int
agentx_start(const char *address, struct hub *hub, struct agentx **ret_agentx, struct err *err)
{
	struct agentx *agentx = calloc(1, sizeof(*agentx));
	int r;

	if (agentx == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	text_copy(agentx->address, sizeof(agentx->address), address);
	/* Our MIB is in the tables; parsing the installed ones would cost megabytes. */
	setenv("MIBS", "", 1);
	agentx->grants = grants_new(hub);
	r = agentx->grants == NULL ? -ENOMEM : chan_new(4, NULL, &agentx->inbox);
	if (r == 0 && chan_fd(agentx->inbox) < 0)
		r = chan_fd(agentx->inbox);
	if (r == 0)
		r = thread_start("snmp", run, agentx, &agentx->thread);
	if (r < 0) {
		agentx_free(agentx);
		return err_set(err, r, "cannot start the SNMP thread: %s", strerror(-r));
	}
	*ret_agentx = agentx;
	return 0;
}

int
agentx_stop(struct agentx *agentx, int64_t timeout_ms)
{
	int r;

	if (agentx == NULL)
		return 0;
	chan_put(agentx->inbox, (struct chan_message){ 0 });
	r = thread_join(agentx->thread, timeout_ms);
	if (r == 0)
		agentx_free(agentx);
	return r;
}
