/* SPDX-License-Identifier: BSD-2-Clause */
/* Wiring: which part knows which, in what order they start and stop. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attend.h"
#include "bus/buses.h"
#include "bus/scan.h"
#include "conf/conf_check.h"
#include "conf/conf_file.h"
#include "conf/conf_print.h"
#include "conf/conf_profile.h"
#include "core/text.h"
#include "engine/engine.h"
#include "engine/engine_thread.h"
#include "engine/snapshot.h"
#include "options.h"
#include "postman.h"
#include "snmp/agentx.h"
#include "snmp/set.h"
#include "store/store.h"
#include "sys/chan.h"
#include "sys/clock.h"
#include "sys/daemonize.h"
#include "sys/journal.h"
#include "sys/log.h"
#include "sys/network.h"
#include "sys/service.h"

#include "config.h"

#define STOP_MS   3000  /* for each thread */
#define RELOAD_MS 10000 /* an engine that takes longer has a dead disk under it */

struct agent {
	struct options options;
	char agentx_address[CONF_TEXT_SIZE]; /* since the start, whatever a reload brings */
	char state_dir[CONF_TEXT_SIZE];
	struct store *store;
	struct hub *hub;
	struct chan *inbox;
	struct chan *replies;
	struct chan *set_replies;
	struct buses *buses;
	struct engine *engine;
	struct engine_thread *engine_thread;
	struct agentx *agentx;
	struct mailer *mailer;   /* NULL: built without mail */
	struct network *network; /* NULL: nobody tells when it comes up */
};

/* ---- how the parts reach each other ---- */

static void
report_to_engine(void *context, struct bus_report *report)
{
	struct agent *agent = context;
	struct chan_message message = {
		.kind = ENGINE_REPORT,
		.is_replaceable = true,
		.data = report,
	};

	if (chan_put(agent->inbox, message) == CHAN_FULL)
		free(report);
}

static void
put_conf_in_force(void *context, const struct conf *conf)
{
	struct agent *agent = context;

	buses_apply(agent->buses, conf);
	if (agent->mailer != NULL)
		mailer_apply(agent->mailer, conf);
}

#ifdef WITH_MAIL
static bool
bring_mail(void *context, struct mail_job *job)
{
	struct agent *agent = context;

	return mailer_deliver(agent->mailer, job);
}
#else
#define bring_mail NULL
#endif

static bool
deliver(void *context, enum channel channel, const struct delivery_job *job)
{
	struct agent *agent = context;

	switch (channel) {
	case CHANNEL_SNMP:
		return agentx_deliver(agent->agentx, job);
	case CHANNEL_MAIL:
		break;
	}
	return false;
}

static bool
stands_still(void *context, enum channel channel)
{
	struct agent *agent = context;

	switch (channel) {
	case CHANNEL_SNMP:
		return agentx_stands_still(agent->agentx);
	case CHANNEL_MAIL:
		return agent->mailer != NULL && mailer_stands_still(agent->mailer);
	}
	return false;
}

/* A row waits for each outcome; the inbox has room for all that can be out, since reports give way
 * to them. */
static void
outcome_to_engine(void *context, struct delivery_outcome *outcome)
{
	struct agent *agent = context;
	struct chan_message message = { .kind = ENGINE_OUTCOME, .data = outcome };

	if (chan_put(agent->inbox, message) == CHAN_FULL)
		free(outcome);
}

static bool
news_to_engine(void *context, const struct channel_news *news)
{
	struct agent *agent = context;
	struct channel_news *copy = malloc(sizeof(*copy));
	struct chan_message message = { .kind = ENGINE_CHANNEL, .data = copy };

	if (copy == NULL)
		return false;
	*copy = *news;
	if (chan_put(agent->inbox, message) != CHAN_FULL)
		return true;
	free(copy);
	return false;
}

static void
drop_reply(struct chan_message *message)
{
	free(message->data);
}

/* ---- configuration ---- */

/* Parsing takes a few times the memory of the result; give it back. */
static int
read_conf(const struct options *options, struct conf **ret_conf, struct err *err)
{
	struct conf *conf;
	int r = conf_file_read(options->config, &buses_drivers, &conf, err);

	malloc_trim(0);
	if (r < 0)
		return r;
	r = options_apply(options, conf, err);
	if (r < 0) {
		conf_unref(conf);
		return r;
	}
	if (conf->remark[0] != '\0')
		log_warning("%s", conf->remark);
	*ret_conf = conf;
	return 0;
}

static void
apply_log_level(const struct conf *conf)
{
	enum log_level level;

	if (log_level_parse(conf->agent.log_level, &level) == 0)
		log_set_level(level);
}

static void
tell_if_other(const char *key, const char *in_force, const char *wanted)
{
	if (strcmp(in_force, wanted) != 0)
		log_warning("%s = \"%s\" counts from the next start on; until then it is \"%s\"",
		    key, wanted, in_force);
}

static void
reload(struct agent *agent)
{
	struct engine_conf_request *request;
	struct chan_reply reply;
	struct conf *conf;
	struct err err = { 0 };
	size_t bus_count, sensor_count;
	int r;

	if (read_conf(&agent->options, &conf, &err) < 0) {
		log_error("%s; the configuration in force stays", err.text);
		return;
	}
	apply_log_level(conf);
	tell_if_other("agentx", agent->agentx_address, conf->agent.agentx);
	tell_if_other("state-dir", agent->state_dir, conf->agent.state_dir);
	bus_count = conf->bus_count;
	sensor_count = conf->sensor_count;
	request = calloc(1, sizeof(*request));
	if (request == NULL) {
		conf_unref(conf);
		log_error("out of memory; the configuration in force stays");
		return;
	}
	request->conf = conf;
	r = chan_call(
	    agent->inbox, ENGINE_CONF, &request->request, agent->replies, RELOAD_MS, &reply);
	if (r == -EAGAIN) {
		conf_unref(conf);
		free(request);
	}
	if (r < 0) {
		log_error("the engine does not take the new configuration now: %s", strerror(-r));
		return;
	}
	if (reply.code < 0)
		log_error("the configuration in force stays: %s",
		    reply.data != NULL ? ((struct err *)reply.data)->text : strerror(-reply.code));
	else
		log_info("configuration reloaded: %zu buses, %zu sensors", bus_count, sensor_count);
	free(reply.data);
}

/* ---- start and stop ---- */

/* Ours is 0700; one that was made by hand may be anything. */
static void
look_at_folder(const char *folder)
{
	struct stat status;

	if (stat(folder, &status) == 0 && (status.st_mode & S_IWOTH) != 0)
		log_warning("%s: everybody may write there and put another database in the place "
			    "of ours; want mode 0700",
		    folder);
}

static int
make_parts(struct agent *agent, const struct conf *conf, struct err *err)
{
	struct worker_sink sink = { .report = report_to_engine, .context = agent };
	struct engine_effects effects = {
		.drivers = &buses_drivers,
		.conf_in_force = put_conf_in_force,
		.deliver = deliver,
		.mail = bring_mail,
		.stands_still = stands_still,
		.context = agent,
	};
	struct agentx_listener listener = {
		.outcome = outcome_to_engine,
		.news = news_to_engine,
		.context = agent,
	};
	struct set_link link = { .drivers = &buses_drivers };
	struct moment now;
	int r;

	r = store_open(conf->agent.state_dir, &agent->store, err);
	if (r < 0)
		return r;
	look_at_folder(conf->agent.state_dir);
	clock_moment(&now);
	r = hub_new(&agent->hub);
	if (r == 0)
		r = engine_inbox_new(&agent->inbox);
	if (r == 0)
		r = chan_new(4, drop_reply, &agent->replies);
	if (r == 0)
		r = chan_new(4, drop_reply, &agent->set_replies);
	if (r == 0)
		r = buses_new(&sink, &agent->buses);
	link.engine = agent->inbox;
	link.replies = agent->set_replies;
	if (r == 0)
		r = agentx_new(conf->agent.agentx, agent->hub, &listener, &link, &agent->agentx);
	if (r == 0)
		r = postman_new(agent->inbox, &agent->mailer);
	if (r == 0)
		r = engine_new(agent->store, agent->hub, &effects, &now, &agent->engine);
	return r < 0 ? err_set(err, r, "cannot start: %s", strerror(-r)) : 0;
}

/* Takes `conf`. */
static int
start(struct agent *agent, struct conf *conf, struct err *err)
{
	static const struct channel_news mail_is_up = { CHANNEL_MAIL, true };
	struct moment now;
	int r = make_parts(agent, conf, err);

	if (r < 0) {
		conf_unref(conf);
		return r;
	}
	clock_moment(&now);
	r = engine_configure(agent->engine, conf, &now, err);
	if (r < 0)
		return r;
	r = engine_thread_start(agent->engine, agent->inbox, &agent->engine_thread);
	if (r < 0)
		return err_set(err, r, "cannot start the engine: %s", strerror(-r));
	r = agentx_start(agent->agentx);
	if (r < 0)
		return err_set(err, r, "cannot start the SNMP thread: %s", strerror(-r));
	if (agent->mailer == NULL)
		return 0;
	r = mailer_start(agent->mailer);
	if (r == 0 && !news_to_engine(agent, &mail_is_up))
		r = -ENOMEM;
	return r < 0 ? err_set(err, r, "cannot start the mail thread: %s", strerror(-r)) : 0;
}

static bool
is_back(const char *thread, int r)
{
	if (r < 0)
		log_warning("the %s thread does not come back; it is left behind", thread);
	return r == 0;
}

/* The mailer first, since the engine has to answer it until the mail in hand is away; then the
 * engine: it says that the agent stops, and the SNMP thread carries that.  Copes with what was
 * never started.  A thread that hangs keeps what it may still touch; the engine the database, which
 * stands an end at any moment. */
static void
stop(struct agent *agent)
{
	bool is_clean = is_back("mail", mailer_stop(agent->mailer, STOP_MS));
	bool has_engine_ended =
	    is_back("engine", engine_thread_stop(agent->engine_thread, STOP_MS));

	is_clean &= has_engine_ended;
	is_clean &= is_back("SNMP", agentx_stop(agent->agentx, STOP_MS));
	is_clean &= buses_free(agent->buses, STOP_MS) == 0; /* tells itself */
	if (has_engine_ended)
		store_close(agent->store);
	network_close(agent->network);
	if (!is_clean)
		_exit(EXIT_SUCCESS);
	engine_free(agent->engine);
	agentx_free(agent->agentx);
	if (agent->mailer != NULL)
		mailer_free(agent->mailer);
	chan_free(agent->inbox);
	chan_free(agent->replies);
	chan_free(agent->set_replies);
	hub_free(agent->hub);
}

/* An inbox that is full has an engine behind it with other troubles than late mail. */
static void
tell_network(struct agent *agent)
{
	const struct chan_message message = { .kind = ENGINE_NETWORK };

	if (agent->network != NULL && network_has_come_up(agent->network))
		chan_put(agent->inbox, message);
}

static void
watch_network(struct agent *agent)
{
	int r = network_open(&agent->network);

	if (r < 0)
		log_info("cannot hear when the network comes up: %s; what waits to be delivered "
			 "is tried when it is its time",
		    strerror(-r));
}

static void
handle_signals(struct agent *agent, const sigset_t *signals)
{
	int which;

	for (;;) {
		which = attend(agent->hub, signals);
		if (which == SIGIO) {
			tell_network(agent);
			continue;
		}
		if (which != SIGHUP)
			break;
		service_reloading();
		reload(agent);
		service_ready();
	}
	log_info("stopping on %s", strsignal(which));
	service_stopping();
}

/* There may be passwords in it: no core, and no other process of the same user looks inside.  The
 * leak checker of a sanitizer would have to. */
static void
keep_memory_private(void)
{
#ifndef __SANITIZE_ADDRESS__
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

static int
run(struct agent *agent, struct conf *conf)
{
	struct err err = { 0 };
	size_t bus_count, sensor_count;
	sigset_t signals;
	int r;

	apply_log_level(conf);
	keep_memory_private();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL); /* ignored, as it may be inherited, no end of a child is told */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGIO);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (!agent->options.foreground) {
		r = daemonize_begin(&err);
		if (r < 0) {
			log_error("%s", err.text);
			conf_unref(conf);
			return EXIT_FAILURE;
		}
	}
	text_copy(agent->agentx_address, sizeof(agent->agentx_address), conf->agent.agentx);
	text_copy(agent->state_dir, sizeof(agent->state_dir), conf->agent.state_dir);
	bus_count = conf->bus_count;
	sensor_count = conf->sensor_count;
	r = start(agent, conf, &err);
	if (r == 0 && !agent->options.foreground) {
		log_to_syslog();
		r = daemonize_ready(&err);
	}
	if (r < 0) {
		log_error("%s", err.text);
	} else {
		log_info(
		    "version %s: %zu buses, %zu sensors", PACKAGE_VERSION, bus_count, sensor_count);
		watch_network(agent);
		service_ready();
		handle_signals(agent, &signals);
	}
	stop(agent);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- the other tasks ---- */

static int
print_line(void *context, const char *line)
{
	return fputs(line, context) < 0 ? -EIO : 0;
}

static int
copy_out(FILE *from)
{
	char part[4096];
	size_t count;

	while ((count = fread(part, 1, sizeof(part), from)) > 0)
		if (fwrite(part, 1, count, stdout) != count)
			return -EIO;
	return ferror(from) != 0 ? -EIO : 0;
}

/* What the daemon last had in force; what the file says if it never ran. */
static int
print_config(const struct conf *conf)
{
	char path[CONF_TEXT_SIZE + 32];
	FILE *file;
	int r;

	snprintf(path, sizeof(path), "%s/effective.conf", conf->agent.state_dir);
	file = fopen(path, "re");
	if (file == NULL && errno != ENOENT) {
		log_error("%s: %s", path, strerror(errno));
		return EXIT_FAILURE;
	}
	r = file != NULL ? copy_out(file) : conf_print(conf, NULL, print_line, stdout);
	if (file != NULL)
		fclose(file);
	if (fflush(stdout) != 0 || r < 0) {
		log_error("the configuration cannot be printed: %s", strerror(EIO));
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

static int
scan(const struct options *options, const struct conf *conf)
{
	struct conf_profiles profiles;
	struct err err = { 0 };
	int r = conf_profiles_read(options->config, &profiles, &err);

	if (r == 0)
		r = scan_bus(conf, options->scan_bus, &profiles, stdout, &err);
	conf_profiles_done(&profiles);
	if (r == -EBUSY)
		log_error("%s: a scan wants the line for itself, stop that first", err.text);
	else if (r < 0)
		log_error("%s", err.text);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* "file:line: ..." and nothing before it, as editors expect; but the journal is told that it is an
 * error, as of any other line. */
static void
tell_refused(const struct err *err)
{
	if (log_is_to_journal())
		log_error("%s", err->text);
	else
		fprintf(stderr, "%s\n", err->text);
}

int
main(int argc, char **argv)
{
	static struct agent agent; /* threads that are left behind may look at it to the end */
	struct conf *conf;
	struct err err = { 0 };
	int r;

	if (daemonize_fill_streams() < 0)
		return EXIT_FAILURE; /* and nowhere to say why */
	r = options_parse(argc, argv, &agent.options);
	if (r != 0 || agent.options.task == TASK_LEAVE)
		return r;
	log_init("envsensord", LOG_LEVEL_INFO);
	journal_begin();
	if (read_conf(&agent.options, &conf, &err) < 0) {
		tell_refused(&err);
		return EXIT_CONFIG;
	}
	switch (agent.options.task) {
	case TASK_CHECK:
		printf("%s: ok: %zu buses, %zu sensors\n", agent.options.config, conf->bus_count,
		    conf->sensor_count);
		break;
	case TASK_PRINT:
		r = print_config(conf);
		break;
	case TASK_SCAN:
		r = scan(&agent.options, conf);
		break;
	case TASK_RUN:
		return run(&agent, conf);
	case TASK_LEAVE:
		break;
	}
	conf_unref(conf);
	return r;
}
