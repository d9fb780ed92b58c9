/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * modbus-slave: Modbus slaves for tests, over TCP, a gateway, a serial device or a pseudo-terminal
 * of its own, with faults on demand.  Own framing and CRC.  One thread, one poll loop.
 *
 * On standard output, when all is ready: "port N" (--tcp), "rtutcp N" (--rtutcp), "rtu PATH"
 * (--pty), then "ready".
 * The control channel (--control PATH) is a Unix stream socket: one command a line, one line of
 * answer each.  From a shell:  echo stats | socat - UNIX-CONNECT:PATH
 * --help lists the commands; --command LINE obeys one at the start.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tests/fakes/modbus_slave.h"

#define SESSIONS_MAX 64
#define REPLIES_MAX  1024
#define BUFFER_SIZE  4096

enum session_kind {
	SESSION_FREE,
	SESSION_TCP,
	SESSION_RTUTCP,
	SESSION_RTU,
	SESSION_CONTROL,
};

struct session {
	enum session_kind kind;
	int fd;
	unsigned generation; /* a late answer must not go to who sits here now */
	size_t size;
	uint8_t buffer[BUFFER_SIZE];
};

struct pending { /* an answer that is to go later */
	size_t session;
	unsigned generation;
	bool is_anyones; /* its line is behind a gateway, which does not know who asked */
	bool is_kept;    /* due, but nobody is connected */
	int64_t due_us;
	unsigned long due_request; /* as many requests have come */
	size_t size;
	uint8_t bytes[SLAVE_REPLY_MAX];
};

static struct session sessions[SESSIONS_MAX];
static struct pending replies[REPLIES_MAX];
static size_t reply_count;
static int control_fd = -1;
static const char *control_path;

static int64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- sessions ---- */

static void
session_add(enum session_kind kind, int fd)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		if (sessions[i].kind == SESSION_FREE) {
			sessions[i].kind = kind;
			sessions[i].fd = fd;
			sessions[i].generation++;
			sessions[i].size = 0;
			return;
		}
	}
	close(fd);
}

static void
session_drop(struct session *session)
{
	close(session->fd);
	session->kind = SESSION_FREE;
}

static void
session_write(struct session *session, const void *bytes, size_t size)
{
	/* Nobody who tests leaves so much unread that this is partial. */
	if (write(session->fd, bytes, size) < 0 && session->kind != SESSION_RTU)
		session_drop(session);
}

static void
session_consume(struct session *session, size_t size)
{
	session->size -= size;
	memmove(session->buffer, session->buffer + size, session->size);
}

/* ---- answers ---- */

static void
reply_send(
    struct session *session, const uint8_t *bytes, size_t size, const struct slave_reply *reply)
{
	struct pending *pending = &replies[reply_count];

	if ((reply->delay_us == 0 && reply->behind == 0) || reply_count == REPLIES_MAX) {
		session_write(session, bytes, size);
		return;
	}
	reply_count++;
	pending->session = (size_t)(session - sessions);
	pending->generation = session->generation;
	pending->is_anyones = session->kind == SESSION_RTUTCP;
	pending->is_kept = false;
	pending->due_us = now_us() + reply->delay_us;
	pending->due_request = slave_counters.requests + (unsigned long)reply->behind;
	pending->size = size;
	memcpy(pending->bytes, bytes, size);
}

/* False: nobody is there who could get it. */
static bool
reply_deliver(const struct pending *reply)
{
	struct session *session = &sessions[reply->session];
	bool is_delivered = false;

	if (session->kind != SESSION_FREE && session->generation == reply->generation) {
		session_write(session, reply->bytes, reply->size);
		return true;
	}
	for (size_t i = 0; reply->is_anyones && i < SESSIONS_MAX; i++) {
		if (sessions[i].kind == SESSION_RTUTCP) {
			session_write(&sessions[i], reply->bytes, reply->size);
			is_delivered = true;
		}
	}
	return is_delivered;
}

static void
replies_deliver(void)
{
	int64_t now = now_us();
	size_t kept = 0;

	for (size_t i = 0; i < reply_count; i++) {
		struct pending *reply = &replies[i];

		if (reply->due_us <= now && reply->due_request <= slave_counters.requests) {
			if (reply_deliver(reply) || !reply->is_anyones)
				continue;
			reply->is_kept = true;
		}
		replies[kept++] = *reply;
	}
	reply_count = kept;
}

static void
replies_release(void)
{
	for (size_t i = 0; i < reply_count; i++)
		replies[i].is_kept = false;
}

/* Until the next answer is due; false: none waits. */
static bool
replies_wait(struct timespec *ret_wait)
{
	int64_t first = INT64_MAX, wait;

	for (size_t i = 0; i < reply_count; i++)
		if (replies[i].due_us < first && !replies[i].is_kept &&
		    replies[i].due_request <= slave_counters.requests)
			first = replies[i].due_us;
	wait = first - now_us();
	if (wait < 0)
		wait = 0;
	ret_wait->tv_sec = (time_t)(wait / 1000000);
	ret_wait->tv_nsec = (long)(wait % 1000000) * 1000;
	return first != INT64_MAX;
}

/* Requests have 8 bytes; where the CRC is not right, one may begin at the next byte. */
static void
rtu_input(struct session *session)
{
	uint8_t answer[SLAVE_REPLY_MAX];
	struct slave_reply reply;

	while (session->kind != SESSION_FREE && session->size >= 8) {
		const uint8_t *frame = session->buffer;

		if (slave_crc(frame, 6) != (frame[6] | frame[7] << 8)) {
			session_consume(session, 1);
			continue;
		}
		slave_answer(frame[0], frame + 1, 5, &reply);
		session_consume(session, 8);
		replies_deliver();
		if (reply.size > 0 && session->kind != SESSION_FREE)
			reply_send(session, answer, slave_frame_rtu(&reply, answer), &reply);
		if (reply.is_drop && session->kind == SESSION_RTUTCP)
			session_drop(session);
	}
}

static void
tcp_input(struct session *session)
{
	uint8_t answer[SLAVE_REPLY_MAX];
	struct slave_reply reply;

	while (session->kind == SESSION_TCP && session->size >= SLAVE_MBAP_SIZE) {
		const uint8_t *frame = session->buffer;
		size_t size = (size_t)(frame[4] << 8 | frame[5]) + SLAVE_MBAP_SIZE - 1;

		if (size <= SLAVE_MBAP_SIZE || size > SLAVE_MBAP_SIZE + SLAVE_PDU_MAX) {
			session_drop(session);
			return;
		}
		if (session->size < size)
			return;
		slave_answer(frame[6], frame + SLAVE_MBAP_SIZE, size - SLAVE_MBAP_SIZE, &reply);
		replies_deliver();
		if (reply.size > 0 && session->kind != SESSION_FREE)
			reply_send(session, answer, slave_frame_tcp(frame, &reply, answer), &reply);
		session_consume(session, size);
		if (reply.is_drop)
			session_drop(session);
	}
}

/* ---- control ---- */

static void
close_connections(void)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		if (sessions[i].kind == SESSION_TCP || sessions[i].kind == SESSION_RTUTCP)
			session_drop(&sessions[i]);
}

static const struct slave_wires wires = { close_connections, slave_listen_switch };

static void
control_input(struct session *session)
{
	char answer[256];
	char *newline;

	while (session->kind == SESSION_CONTROL &&
	       (newline = memchr(session->buffer, '\n', session->size)) != NULL) {
		*newline = '\0';
		slave_command((char *)session->buffer, &wires, answer, sizeof(answer) - 1);
		session_consume(session, (size_t)(newline + 1 - (char *)session->buffer));
		answer[strlen(answer) + 1] = '\0';
		answer[strlen(answer)] = '\n';
		session_write(session, answer, strcspn(answer, "\n") + 1);
	}
}

/* ---- the loop ---- */

static void
session_input(struct session *session)
{
	ssize_t n = read(
	    session->fd, session->buffer + session->size, sizeof(session->buffer) - session->size);

	if (n <= 0) {
		session_drop(session);
		return;
	}
	session->size += (size_t)n;
	switch (session->kind) {
	case SESSION_FREE:
		break;
	case SESSION_TCP:
		tcp_input(session);
		break;
	case SESSION_RTUTCP:
	case SESSION_RTU:
		rtu_input(session);
		break;
	case SESSION_CONTROL:
		control_input(session);
		break;
	}
	if (session->size == sizeof(session->buffer))
		session->size = 0;
}

static void
accept_one(int listener, enum session_kind kind)
{
	int one = 1;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (kind != SESSION_CONTROL) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		slave_counters.connections++;
	}
	session_add(kind, fd);
	replies_release();
}

static const enum session_kind kinds[SLAVE_LISTENERS] = {
	[SLAVE_LISTEN_TCP] = SESSION_TCP,
	[SLAVE_LISTEN_RTUTCP] = SESSION_RTUTCP,
};

/* `awake` are the signals that are blocked but here. */
static void
serve(const sigset_t *awake)
{
	struct pollfd fds[SESSIONS_MAX + SLAVE_LISTENERS + 1];
	struct pollfd *found = fds + SLAVE_LISTENERS + 1;
	struct session *owners[SESSIONS_MAX];
	unsigned generations[SESSIONS_MAX];
	struct timespec wait;
	size_t count = 0;

	for (size_t i = 0; i < SLAVE_LISTENERS; i++)
		fds[i] = (struct pollfd){ .fd = slave_listeners[i].fd, .events = POLLIN };
	fds[SLAVE_LISTENERS] = (struct pollfd){ .fd = control_fd, .events = POLLIN };
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		if (sessions[i].kind == SESSION_FREE)
			continue;
		owners[count] = &sessions[i];
		generations[count] = sessions[i].generation;
		found[count++] = (struct pollfd){ .fd = sessions[i].fd, .events = POLLIN };
	}
	if (ppoll(fds, SLAVE_LISTENERS + 1 + count, replies_wait(&wait) ? &wait : NULL, awake) <
		0 &&
	    errno != EINTR)
		slave_die("poll");
	replies_deliver();
	for (size_t i = 0; i < count; i++)
		if (found[i].revents != 0 && owners[i]->kind != SESSION_FREE &&
		    owners[i]->generation == generations[i])
			session_input(owners[i]);
	if (fds[SLAVE_LISTENERS].revents != 0)
		accept_one(control_fd, SESSION_CONTROL);
	for (size_t i = 0; i < SLAVE_LISTENERS; i++)
		if (fds[i].revents != 0 && fds[i].fd == slave_listeners[i].fd)
			accept_one(fds[i].fd, kinds[i]);
}

/* ---- start ---- */

static void
terminal_make_raw(int fd)
{
	struct termios termios;

	if (tcgetattr(fd, &termios) < 0)
		return;
	cfmakeraw(&termios);
	tcsetattr(fd, TCSANOW, &termios);
}

static void
rtu_open(const char *device)
{
	int fd = open(device, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		slave_die(device);
	terminal_make_raw(fd);
	session_add(SESSION_RTU, fd);
}

/* A line of our own; its far end stays open here, or our end would hang up with each user. */
static void
pty_open(void)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char path[128];
	int far;

	if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0 || ptsname_r(fd, path, sizeof(path)) != 0)
		slave_die("pseudo-terminal");
	far = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (far < 0)
		slave_die(path);
	terminal_make_raw(far);
	session_add(SESSION_RTU, fd);
	printf("rtu %s\n", path);
}

static void
control_remove(void)
{
	unlink(control_path);
}

static void
control_open(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		slave_die(path);
	}
	memcpy(address.sun_path, path, strlen(path));
	unlink(path);
	control_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (control_fd < 0 || bind(control_fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(control_fd, 8) < 0)
		slave_die(path);
	control_path = path;
	atexit(control_remove);
}

static void
start_command(const char *line)
{
	char answer[256];

	slave_command(line, &wires, answer, sizeof(answer));
	if (strcmp(answer, "ok") == 0)
		return;
	fprintf(stderr, "modbus-slave: %s\n", answer);
	exit(2);
}

static volatile sig_atomic_t is_stopping;

static void
stop(int signal_number)
{
	(void)signal_number;
	is_stopping = 1;
}

static void
usage(FILE *to)
{
	fprintf(to,
	    "usage: modbus-slave [--tcp PORT] [--rtutcp PORT] [--ipv6] [--rtu DEVICE] [--pty]\n"
	    "                    [--control PATH] [--command LINE]...\n"
	    "Modbus slaves for tests, on loopback (PORT 0: any), a serial device, or a\n"
	    "pseudo-terminal of its own. --rtutcp is a gateway: RTU frames over TCP, and what\n"
	    "comes late goes to whoever is connected then, or to who comes next.\n"
	    "Commands, one a line, to the Unix socket PATH:\n%s",
	    slave_command_help);
}

static void
options_obey(int argc, char **argv)
{
	static const struct option options[] = {
		{ "tcp", required_argument, NULL, 't' },
		{ "rtutcp", required_argument, NULL, 'g' },
		{ "ipv6", no_argument, NULL, '6' },
		{ "rtu", required_argument, NULL, 'r' },
		{ "pty", no_argument, NULL, 'p' },
		{ "control", required_argument, NULL, 'c' },
		{ "command", required_argument, NULL, 'x' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	bool is_ipv6 = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 't')
			slave_listeners[SLAVE_LISTEN_TCP].port = optarg;
		else if (option == 'g')
			slave_listeners[SLAVE_LISTEN_RTUTCP].port = optarg;
		else if (option == '6')
			is_ipv6 = true;
		else if (option == 'r')
			rtu_open(optarg);
		else if (option == 'p')
			pty_open();
		else if (option == 'c')
			control_open(optarg);
		else if (option == 'x')
			start_command(optarg);
		else {
			usage(option == 'h' ? stdout : stderr);
			exit(option == 'h' ? 0 : 2);
		}
	}
	slave_listen_start(is_ipv6);
}

int
main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };
	sigset_t stopping, awake;

	sigemptyset(&stopping);
	sigaddset(&stopping, SIGTERM);
	sigaddset(&stopping, SIGINT);
	sigprocmask(SIG_BLOCK, &stopping, &awake);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	slave_init();
	options_obey(argc, argv);
	printf("ready\n");
	fflush(stdout);
	while (!is_stopping)
		serve(&awake);
	return 0;
}
