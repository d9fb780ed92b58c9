/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/schema.h"
#include "drivers/driver.h"
#include "snmp/oids.h"

#include "config.h"

enum { OPTION_CHECK = 256, OPTION_PRINT, OPTION_SCAN, OPTION_VERSION };

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "state-dir", required_argument, NULL, 's' },
	{ "agentx", required_argument, NULL, 'x' },
	{ "foreground", no_argument, NULL, 'f' },
	{ "log-level", required_argument, NULL, 'l' },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "print-config", no_argument, NULL, OPTION_PRINT },
	{ "scan", required_argument, NULL, OPTION_SCAN },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void
print_help(void)
{
	printf("usage: envsensord [--config FILE] [--state-dir DIR] [--agentx ADDRESS]\n"
	       "                  [--foreground] [--log-level error|warning|info|debug]\n"
	       "       envsensord --check [--config FILE]\n"
	       "       envsensord --print-config [--config FILE] [--state-dir DIR]\n"
	       "       envsensord --scan BUS [--config FILE]\n"
	       "       envsensord --version | --help\n"
	       "\n"
	       "Reads environmental sensors and serves them through an SNMP master agent.\n"
	       "FILE is %s/envsensord.conf if not given. See envsensord(8).\n",
	    CONFIG_DIR);
}

static void
print_version(void)
{
	const struct driver *driver;

	printf("envsensord %s\nMIB root %s\ndrivers", PACKAGE_VERSION, OIDS_ROOT_TEXT);
	for (size_t n = 0; (driver = driver_at(n)) != NULL; n++)
		printf(" %s", driver->name);
	printf("\n");
}

/* False: what follows on the command line does not matter any more. */
static bool
options_take(struct options *options, int option)
{
	switch (option) {
	case 'c':
		options->config = optarg;
		return true;
	case 's':
		options->state_dir = optarg;
		return true;
	case 'x':
		options->agentx = optarg;
		return true;
	case 'l':
		options->log_level = optarg;
		return true;
	case 'f':
		options->foreground = true;
		return true;
	case OPTION_CHECK:
		options->task = TASK_CHECK;
		return true;
	case OPTION_PRINT:
		options->task = TASK_PRINT;
		return true;
	case OPTION_SCAN:
		options->task = TASK_SCAN;
		options->scan_bus = optarg;
		return true;
	case OPTION_VERSION:
		print_version();
		break;
	case 'h':
		print_help();
		break;
	}
	options->task = TASK_LEAVE;
	return false;
}

static int
override(struct conf *conf, const char *key, const char *text, struct err *err)
{
	int r = 0;

	if (text != NULL)
		r = field_parse(schema_find(CONF_AGENT, key), text, &conf->agent, err);
	if (r < 0)
		err_prefix(err, "command line: ");
	return r;
}

int
options_apply(const struct options *options, struct conf *conf, struct err *err)
{
	int r = override(conf, "state-dir", options->state_dir, err);

	if (r == 0)
		r = override(conf, "agentx", options->agentx, err);
	if (r == 0)
		r = override(conf, "log-level", options->log_level, err);
	if (r == 0 && conf->agent.site[0] == '\0' &&
	    gethostname(conf->agent.site, sizeof(conf->agent.site) - 1) < 0)
		conf->agent.site[0] = '\0';
	return r;
}

/* A value of the command line is wrong whatever the file says. */
static bool
are_understood(const struct options *options)
{
	struct conf conf = { .references = 1 };
	struct err err = { 0 };

	if (options_apply(options, &conf, &err) == 0)
		return true;
	fprintf(stderr, "envsensord: %s\n", err.text);
	return false;
}

int
options_parse(int argc, char **argv, struct options *ret_options)
{
	struct options options = { .config = CONFIG_DIR "/envsensord.conf" };
	int option;

	while ((option = getopt_long(argc, argv, "c:s:x:fl:h", long_options, NULL)) != -1) {
		if (option == '?') {
			fprintf(stderr, "envsensord: --help tells what is allowed\n");
			return EXIT_USAGE;
		}
		if (!options_take(&options, option))
			break;
	}
	if (options.task != TASK_LEAVE && optind < argc) {
		fprintf(stderr, "envsensord: \"%s\": want options only, --help tells which\n",
		    argv[optind]);
		return EXIT_USAGE;
	}
	if (options.task != TASK_LEAVE && !are_understood(&options))
		return EXIT_USAGE;
	*ret_options = options;
	return 0;
}
