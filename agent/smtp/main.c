/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * envsensord-smtp: carries mails over one connection to one relay, for envsensord; or shows a
 * person how far it comes.  Started for a while, killed at its deadline.
 */
#include "config.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

#include "core/text.h"
#include "smtp/serve.h"
#include "sys/clock.h"

#define PROBE_S 60 /* for all of it */

enum task { TASK_SERVE, TASK_PROBE, TASK_LEAVE };

struct options {
	enum task task;
	struct smtp_relay relay;
	uint32_t timeout_s;
};

static const struct option long_options[] = {
	{ "probe", required_argument, NULL, 'p' },
	{ "security", required_argument, NULL, 's' },
	{ "user", required_argument, NULL, 'u' },
	{ "auth", required_argument, NULL, 'a' },
	{ "ca-file", required_argument, NULL, 'c' },
	{ "helo", required_argument, NULL, 'n' },
	{ "timeout", required_argument, NULL, 't' },
	{ "allow-insecure", no_argument, NULL, 'i' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void
print_help(void)
{
	printf("usage: envsensord-smtp --probe HOST[:PORT] [--security tls|starttls|none]\n"
	       "           [--user NAME] [--auth auto|scram-sha-256|plain|login|xoauth2]\n"
	       "           [--ca-file FILE] [--helo NAME] [--timeout SECONDS] [--allow-insecure]\n"
	       "       envsensord-smtp --version | --help\n"
	       "\n"
	       "Walks the stages of a connection to a mail relay and sends no mail.  The port is\n"
	       "465, 587 or 25 by default, as the security is tls, starttls or none.  With --user\n"
	       "the password is the first line of standard input.  Without --probe it speaks with\n"
	       "envsensord, which starts it.\n");
}

static int
usage(const char *option, const char *text)
{
	fprintf(
	    stderr, "envsensord-smtp: --%s \"%s\": --help tells what is allowed\n", option, text);
	return EXIT_USAGE;
}

/* "host", "host:25", "[::1]:25", "::1". */
static int
take_host(const char *text, struct smtp_relay *relay)
{
	const char *colon = strrchr(text, ':'), *end = text + strlen(text);
	bool has_brackets = text[0] == '[';

	if (colon != NULL && (has_brackets ? colon[-1] == ']' : strchr(text, ':') == colon)) {
		if (text_parse_u32(colon + 1, 1, UINT16_MAX, &relay->port) < 0)
			return usage("probe", text);
		end = colon;
	}
	if (has_brackets) {
		text++;
		if (end[-1] != ']')
			return usage("probe", text);
		end--;
	}
	if (end <= text || (size_t)(end - text) >= sizeof(relay->host))
		return usage("probe", text);
	memcpy(relay->host, text, (size_t)(end - text));
	return 0;
}

static int
take_text(const char *option, const char *text, char *to, size_t size)
{
	return text_copy(to, size, text) ? 0 : usage(option, text);
}

static int
take_option(struct options *options, int option)
{
	struct smtp_relay *relay = &options->relay;
	int number = 0;

	switch (option) {
	case 'p':
		options->task = TASK_PROBE;
		return take_host(optarg, relay);
	case 's':
		number = relay_security_from_name(optarg);
		relay->security = (enum relay_security)number;
		return number < 0 ? usage("security", optarg) : 0;
	case 'a':
		number = relay_auth_from_name(optarg);
		relay->auth = (enum relay_auth)number;
		return number < 0 ? usage("auth", optarg) : 0;
	case 'u':
		return take_text("user", optarg, relay->user, sizeof(relay->user));
	case 'c':
		return take_text("ca-file", optarg, relay->ca_file, sizeof(relay->ca_file));
	case 'n':
		return take_text("helo", optarg, relay->helo, sizeof(relay->helo));
	case 't':
		return text_parse_u32(optarg, 1, 3600, &options->timeout_s) < 0
		           ? usage("timeout", optarg)
		           : 0;
	case 'i':
		relay->allow_insecure = true;
		return 0;
	case 'V':
		printf("envsensord-smtp %s\n", PACKAGE_VERSION);
		options->task = TASK_LEAVE;
		return 0;
	case 'h':
		print_help();
		options->task = TASK_LEAVE;
		return 0;
	}
	fprintf(stderr, "envsensord-smtp: --help tells what is allowed\n");
	return EXIT_USAGE;
}

static uint32_t
default_port(enum relay_security security)
{
	switch (security) {
	case RELAY_TLS:
		return 465;
	case RELAY_STARTTLS:
		return 587;
	case RELAY_NONE:
		return 25;
	}
	return 465;
}

static int
parse_options(int argc, char **argv, struct options *options)
{
	struct protocol_line defaults;
	int option, r;

	protocol_line_init(PROTOCOL_RELAY, &defaults);
	*options = (struct options){ TASK_SERVE, defaults.relay, PROBE_S };
	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		r = take_option(options, option);
		if (r != 0 || options->task == TASK_LEAVE)
			return r;
	}
	if (optind < argc || (options->task == TASK_SERVE && isatty(STDIN_FILENO))) {
		fprintf(stderr, "envsensord-smtp: want --probe HOST; --help tells more\n");
		return EXIT_USAGE;
	}
	if (options->relay.port == 0)
		options->relay.port = default_port(options->relay.security);
	options->relay.is_clock_sure = clock_is_synchronised();
	return 0;
}

/* A line of standard input, byte by byte, so that it is nowhere else; unseen on a terminal. */
static void
read_secret(struct smtp_relay *relay)
{
	struct termios shown, hidden;
	bool is_terminal = tcgetattr(STDIN_FILENO, &shown) == 0;
	size_t len = 0;
	char c;

	if (is_terminal) {
		hidden = shown;
		hidden.c_lflag &= ~(tcflag_t)ECHO;
		fprintf(stderr, "password: ");
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	}
	while (len + 1 < sizeof(relay->secret) && read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
		relay->secret[len++] = c;
	relay->secret[len] = '\0';
	if (is_terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
		fprintf(stderr, "\n");
	}
}

static void
end_late(int signal)
{
	static const char text[] = "failed         1 timeout (no answer in time)\n";
	ssize_t ignored = write(STDOUT_FILENO, text, sizeof(text) - 1);

	(void)signal;
	(void)ignored;
	_exit(EXIT_BROKEN_OFF);
}

static int
probe_within(struct options *options)
{
	int r;

	if (options->relay.user[0] != '\0')
		read_secret(&options->relay);
	signal(SIGALRM, end_late);
	alarm(options->timeout_s);
	r = probe(&options->relay);
	explicit_bzero(options->relay.secret, sizeof(options->relay.secret));
	return r;
}

/* Nobody of the same user reads our memory, and no core holds it. */
static void
keep_memory_private(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

/* Nobody listens any more: a silent relay or resolver must not keep us.  The input's end would be
 * seen only between two questions. */
static int
serve_while_wanted(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* of the thread that started us, so of the mailer */
	return serve();
}

int
main(int argc, char **argv)
{
	static struct options options;
	int r;

	signal(SIGPIPE, SIG_IGN);
	keep_memory_private();
	r = parse_options(argc, argv, &options);
	if (r != 0 || options.task == TASK_LEAVE)
		return r;
	return options.task == TASK_PROBE ? probe_within(&options) : serve_while_wanted();
}
