/* SPDX-License-Identifier: BSD-2-Clause */
/* envsensorctl: the command line, and which command does what. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "ctl/ctl.h"

#include "config.h"

#define PROGRAM       "envsensorctl"
#define SNMP_MAX      48
#define ARGUMENTS_MAX 64

static const struct command {
	const char *name, *arguments, *help;
	int most; /* arguments */
	enum ctl_exit (*run)(struct ctl *ctl, struct err *err);
	bool is_local;
} commands[] = {
	{ "status", "", "one screen: worst state, buses, alarms, queue, relays", 0, ctl_status,
	    false },
	{ "sensors", "[--watch]", "all sensors", 0, ctl_sensors, false },
	{ "buses", "[--watch]", "all buses", 0, ctl_buses, false },
	{ "alarms", "[--watch]", "what is active or still listed", 0, ctl_alarms, false },
	{ "events", "[--since SEQ] [--follow]", "what happened, the last 20 without --since", 0,
	    ctl_events, false },
	{ "queue", "[--watch]", "messages and how their delivery goes", 0, ctl_queue, false },
	{ "relays", "", "mail relays", 0, ctl_relays, false },
	{ "contacts", "", "who gets mail", 0, ctl_contacts, false },
	{ "set", "SENSOR KEY=VALUE...", "change settings, all or none of them", ARGUMENTS_MAX,
	    ctl_set, false },
	{ "add", "SENSOR bus=BUS address=ADDRESS quantity=QUANTITY [KEY=VALUE...]",
	    "add a sensor; with --contact or --relay one of these", ARGUMENTS_MAX, ctl_add, false },
	{ "remove", "SENSOR", "remove one that was added", 1, ctl_remove, false },
	{ "ack", "ID [NOTE]", "acknowledge an alarm", 2, ctl_acknowledge, false },
	{ "reset", "ID", "reset a latched alarm", 1, ctl_reset, false },
	{ "shelve", "SENSOR DURATION", "no notifications that long; 0 ends it", 2, ctl_shelve,
	    false },
	{ "test-mail", "[CONTACT]", "send a test mail, to all without a name", 1, ctl_test_mail,
	    false },
	{ "flush", "", "try now all that waits", 0, ctl_flush, false },
	{ "retry", "ID", "try a message now", 1, ctl_retry, false },
	{ "cancel", "ID", "give a message up", 1, ctl_cancel, false },
	{ "replay", "SEQ", "notify again every event behind that one", 1, ctl_replay, false },
	{ "scan", "BUS", "what answers on a bus of this machine's daemon", 1, ctl_scan, true },
	{ "config", "", "the configuration in force of this machine's daemon", 0, ctl_config,
	    true },
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

/* Options of ours; those of SNMP have one dash and one letter (snmpcmd(1)). */
struct words {
	const char *host;
	char *snmp[SNMP_MAX];
	int snmp_count;
	char *arguments[ARGUMENTS_MAX]; /* the command first */
	int count;
	struct ctl ctl;
};

static void
print_help(void)
{
	puts("usage: " PROGRAM " [-H HOST] [SNMP options] [--json|--csv] COMMAND [ARGUMENT...]\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		printf("  %s %s\n        %s\n", commands[i].name, commands[i].arguments,
		    commands[i].help);
	puts("\n"
	     "  --bus, --contact, --relay, --agent\n"
	     "        set, add and remove act on one of these instead of a sensor\n"
	     "  --config FILE\n"
	     "        scan and config: the daemon's file\n\n"
	     "SNMP options are those of snmpget(1): -v 2c -c COMMUNITY, or -v 3 -u USER ...;\n"
	     "what snmp.conf says need not be given. HOST is localhost without -H.");
}

static int
take_flag(struct words *words, const char *option)
{
	static const struct {
		const char *option;
		enum conf_object object;
	} objects[] = {
		{ "--bus", CONF_BUS },
		{ "--contact", CONF_CONTACT },
		{ "--relay", CONF_RELAY },
		{ "--agent", CONF_AGENT },
	};

	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (strcmp(option, objects[i].option) == 0) {
			words->ctl.object = objects[i].object;
			return 0;
		}
	if (strcmp(option, "--json") == 0)
		words->ctl.form = SHEET_JSON;
	else if (strcmp(option, "--csv") == 0)
		words->ctl.form = SHEET_CSV;
	else if (strcmp(option, "--watch") == 0)
		words->ctl.is_watching = true;
	else if (strcmp(option, "--follow") == 0)
		words->ctl.is_following = true;
	else
		return -ENOENT;
	return 0;
}

/* An option with a value: -H, --since, --config.  How many words it took; 0: it is none. */
static int
take_option(struct words *words, char **argv, struct err *err)
{
	if (strncmp(argv[0], "-H", 2) == 0 && argv[0][2] != '\0') {
		words->host = argv[0] + 2;
		return 1;
	}
	if (strcmp(argv[0], "-H") != 0 && strcmp(argv[0], "--since") != 0 &&
	    strcmp(argv[0], "--config") != 0)
		return 0;
	if (argv[1] == NULL)
		return err_set(err, -EINVAL, "%s: want a value", argv[0]);
	if (strcmp(argv[0], "-H") == 0)
		words->host = argv[1];
	else if (strcmp(argv[0], "--config") == 0)
		words->ctl.config = argv[1];
	else if (text_parse_u32(argv[1], 1, UINT32_MAX, &words->ctl.since) < 0)
		return err_set(err, -EINVAL, "--since \"%s\": want a sequence number", argv[1]);
	return 2;
}

/* Those of Net-SNMP, as they come; most have a value, in the same word or the next. */
static int
take_snmp_option(struct words *words, char **argv, struct err *err)
{
	bool has_value = strchr("dV", argv[0][1]) == NULL && argv[0][2] == '\0';

	if (words->snmp_count + 2 > SNMP_MAX)
		return err_set(err, -E2BIG, "too many options");
	words->snmp[words->snmp_count++] = argv[0];
	if (!has_value)
		return 1;
	if (argv[1] == NULL)
		return err_set(err, -EINVAL, "%s: want a value", argv[0]);
	words->snmp[words->snmp_count++] = argv[1];
	return 2;
}

static int
parse(int argc, char **argv, struct words *words, struct err *err)
{
	int used;

	for (int i = 1; i < argc; i += used) {
		used = take_option(words, &argv[i], err);
		if (used == 0 && strncmp(argv[i], "--", 2) == 0) {
			if (take_flag(words, argv[i]) < 0)
				return err_set(err, -EINVAL, "%s: no such option", argv[i]);
			used = 1;
		} else if (used == 0 && argv[i][0] == '-' && argv[i][1] != '\0') {
			used = take_snmp_option(words, &argv[i], err);
		} else if (used == 0) {
			if (words->count == ARGUMENTS_MAX)
				return err_set(err, -E2BIG, "too many arguments");
			words->arguments[words->count++] = argv[i];
			used = 1;
		}
		if (used < 0)
			return used;
	}
	return 0;
}

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static enum ctl_exit
run(struct words *words, struct err *err)
{
	const struct command *command = NULL;
	enum ctl_exit end;

	if (words->count > 0)
		command = find_command(words->arguments[0]);
	if (command == NULL) {
		err_set(err, -EINVAL, "%s%s; " PROGRAM " --help lists the commands",
		    words->count > 0 ? words->arguments[0] : "no command",
		    words->count > 0 ? ": no such command" : "");
		return CTL_USAGE;
	}
	if (words->count - 1 > command->most) {
		err_set(err, -EINVAL, "%s: what is \"%s\"? %s takes %s%s", command->name,
		    words->arguments[command->most + 1], command->name,
		    command->most > 0 ? command->arguments : "no argument",
		    command->most > 0 ? "; quote what has blanks" : "");
		return CTL_USAGE;
	}
	words->ctl.argc = words->count - 1;
	words->ctl.argv = &words->arguments[1];
	if (!command->is_local && client_open(PROGRAM, words->snmp, words->snmp_count, words->host,
				      &words->ctl.client, err) < 0)
		return CTL_USAGE;
	end = command->run(&words->ctl, err);
	client_close(words->ctl.client);
	if ((fflush(stdout) != 0 || ferror(stdout) != 0) && end == CTL_OK) {
		err_set(err, -EIO, "standard output cannot be written");
		end = CTL_FAILED;
	}
	return end;
}

int
main(int argc, char **argv)
{
	static struct words words = { .host = "localhost", .ctl = { .object = CONF_SENSOR } };
	struct err err = { 0 };
	enum ctl_exit end = CTL_USAGE;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return print_help(), CTL_OK;
		if (strcmp(argv[i], "--version") == 0)
			return puts(PROGRAM " " PACKAGE_VERSION), CTL_OK;
	}
	if (parse(argc, argv, &words, &err) == 0)
		end = run(&words, &err);
	if (end != CTL_OK && err.text[0] != '\0')
		fprintf(stderr, PROGRAM ": %s\n", err.text);
	return (int)end;
}
