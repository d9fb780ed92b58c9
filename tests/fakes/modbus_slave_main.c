/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * modbus-slave: Modbus slaves for tests, over TCP, a serial device or a pseudo-terminal of its own,
 * with faults on demand.  Own framing and CRC.  One thread, one poll loop.
 *
 * On standard output, when all is ready: "port N" (--tcp), "rtu PATH" (--pty), then "ready".
 * The control channel (--control PATH) is a Unix stream socket: one command a line, one line of
 * answer each.  From a shell:  echo stats | socat - UNIX-CONNECT:PATH
 * --help lists the commands; --command LINE obeys one at the start.
 */
#include "config.h"

#include <arpa/inet.h>
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
#define MBAP_SIZE    7

enum session_kind {
	SESSION_FREE,
	SESSION_TCP,
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
	int64_t due_us;
	size_t size;
	uint8_t bytes[SLAVE_REPLY_MAX];
};

static struct session sessions[SESSIONS_MAX];
static struct pending replies[REPLIES_MAX];
static size_t reply_count;
static int tcp_fd = -1, control_fd = -1;
static struct sockaddr_storage tcp_address;
static socklen_t tcp_address_size;
static const char *control_path;

static void
die(const char *what)
{
	fprintf(stderr, "modbus-slave: %s: %s\n", what, strerror(errno));
	exit(1);
}

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
reply_send(struct session *session, const uint8_t *bytes, size_t size, int delay_us)
{
	struct pending *pending = &replies[reply_count];

	if (delay_us == 0 || reply_count == REPLIES_MAX) {
		session_write(session, bytes, size);
		return;
	}
	reply_count++;
	pending->session = (size_t)(session - sessions);
	pending->generation = session->generation;
	pending->due_us = now_us() + delay_us;
	pending->size = size;
	memcpy(pending->bytes, bytes, size);
}

static void
replies_deliver(void)
{
	int64_t now = now_us();
	size_t kept = 0;

	for (size_t i = 0; i < reply_count; i++) {
		struct session *session = &sessions[replies[i].session];

		if (replies[i].due_us > now)
			replies[kept++] = replies[i];
		else if (session->kind != SESSION_FREE &&
			 session->generation == replies[i].generation)
			session_write(session, replies[i].bytes, replies[i].size);
	}
	reply_count = kept;
}

/* Until the next answer is due; false: none waits. */
static bool
replies_wait(struct timespec *ret_wait)
{
	int64_t first = INT64_MAX, wait;

	for (size_t i = 0; i < reply_count; i++)
		if (replies[i].due_us < first)
			first = replies[i].due_us;
	wait = first - now_us();
	if (wait < 0)
		wait = 0;
	ret_wait->tv_sec = (time_t)(wait / 1000000);
	ret_wait->tv_nsec = (long)(wait % 1000000) * 1000;
	return reply_count > 0;
}

/* Spoils a finished frame as the unit was told to; returns its size. */
static size_t
frame_spoil(uint8_t *frame, size_t size, const struct slave_reply *reply)
{
	if (reply->is_garbage)
		for (size_t i = 0; i < size; i++)
			frame[i] = (uint8_t)(rand() | 0x40);
	if (reply->is_doubled) {
		memcpy(frame + size, frame, size);
		size *= 2;
	}
	return reply->is_short ? size / 2 : size;
}

static uint16_t
crc16(const uint8_t *bytes, size_t size)
{
	uint16_t crc = 0xffff;

	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1);
	}
	return crc;
}

static void
rtu_reply(struct session *session, const struct slave_reply *reply)
{
	uint8_t frame[SLAVE_REPLY_MAX];
	size_t size = 0;
	uint16_t crc;

	frame[size++] = reply->unit;
	memcpy(frame + size, reply->pdu, reply->size);
	size += reply->size;
	crc = crc16(frame, size);
	if (reply->has_bad_crc)
		crc ^= 0x5555;
	frame[size++] = (uint8_t)crc;
	frame[size++] = (uint8_t)(crc >> 8);
	reply_send(session, frame, frame_spoil(frame, size, reply), reply->delay_us);
}

/* Requests have 8 bytes; where the CRC is not right, one may begin at the next byte. */
static void
rtu_input(struct session *session)
{
	struct slave_reply reply;

	while (session->size >= 8) {
		const uint8_t *frame = session->buffer;

		if (crc16(frame, 6) != (frame[6] | frame[7] << 8)) {
			session_consume(session, 1);
			continue;
		}
		slave_answer(frame[0], frame + 1, 5, &reply);
		session_consume(session, 8);
		if (reply.size > 0)
			rtu_reply(session, &reply);
	}
}

static void
tcp_reply(struct session *session, const uint8_t *request, const struct slave_reply *reply)
{
	uint8_t frame[SLAVE_REPLY_MAX] = { 0 };
	size_t size = MBAP_SIZE + reply->size;

	frame[0] = request[0];
	frame[1] = reply->has_bad_crc ? (uint8_t)~request[1] : request[1];
	frame[4] = (uint8_t)((reply->size + 1) >> 8);
	frame[5] = (uint8_t)(reply->size + 1);
	frame[6] = reply->unit;
	memcpy(frame + MBAP_SIZE, reply->pdu, reply->size);
	reply_send(session, frame, frame_spoil(frame, size, reply), reply->delay_us);
}

static void
tcp_input(struct session *session)
{
	struct slave_reply reply;

	while (session->kind == SESSION_TCP && session->size >= MBAP_SIZE) {
		const uint8_t *frame = session->buffer;
		size_t size = (size_t)(frame[4] << 8 | frame[5]) + MBAP_SIZE - 1;

		if (size <= MBAP_SIZE || size > MBAP_SIZE + SLAVE_PDU_MAX) {
			session_drop(session);
			return;
		}
		if (session->size < size)
			return;
		slave_answer(frame[6], frame + MBAP_SIZE, size - MBAP_SIZE, &reply);
		if (reply.size > 0)
			tcp_reply(session, frame, &reply);
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
		if (sessions[i].kind == SESSION_TCP)
			session_drop(&sessions[i]);
}

static void
tcp_listen(bool on)
{
	int one = 1;

	if (tcp_fd >= 0)
		close(tcp_fd);
	tcp_fd = -1;
	if (!on || tcp_address_size == 0)
		return;
	tcp_fd = socket(tcp_address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (tcp_fd < 0)
		die("socket");
	setsockopt(tcp_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(tcp_fd, (struct sockaddr *)&tcp_address, tcp_address_size) < 0)
		die("bind");
	if (listen(tcp_fd, SESSIONS_MAX) < 0)
		die("listen");
	/* The port that 0 became is the one to come back to. */
	getsockname(tcp_fd, (struct sockaddr *)&tcp_address, &tcp_address_size);
}

static const struct slave_wires wires = { close_connections, tcp_listen };

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
	if (kind == SESSION_TCP) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		slave_counters.connections++;
	}
	session_add(kind, fd);
}

/* `awake` are the signals that are blocked but here. */
static void
serve(const sigset_t *awake)
{
	struct pollfd fds[SESSIONS_MAX + 2];
	struct session *owners[SESSIONS_MAX];
	unsigned generations[SESSIONS_MAX];
	struct timespec wait;
	size_t count = 0;

	fds[0] = (struct pollfd){ .fd = tcp_fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = control_fd, .events = POLLIN };
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		if (sessions[i].kind == SESSION_FREE)
			continue;
		owners[count] = &sessions[i];
		generations[count] = sessions[i].generation;
		fds[2 + count++] = (struct pollfd){ .fd = sessions[i].fd, .events = POLLIN };
	}
	if (ppoll(fds, 2 + count, replies_wait(&wait) ? &wait : NULL, awake) < 0 && errno != EINTR)
		die("poll");
	replies_deliver();
	for (size_t i = 0; i < count; i++)
		if (fds[2 + i].revents != 0 && owners[i]->kind != SESSION_FREE &&
		    owners[i]->generation == generations[i])
			session_input(owners[i]);
	if (fds[1].revents != 0)
		accept_one(control_fd, SESSION_CONTROL);
	if (fds[0].revents != 0 && fds[0].fd == tcp_fd)
		accept_one(tcp_fd, SESSION_TCP);
}

/* ---- start ---- */

static void
tcp_open(const char *port, bool is_ipv6)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&tcp_address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&tcp_address;
	uint16_t number = htons((uint16_t)strtoul(port, NULL, 10));

	if (is_ipv6) {
		*in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
			.sin6_port = number,
			.sin6_addr = IN6ADDR_LOOPBACK_INIT };
		tcp_address_size = sizeof(*in6);
	} else {
		*in = (struct sockaddr_in){ .sin_family = AF_INET,
			.sin_port = number,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		tcp_address_size = sizeof(*in);
	}
	tcp_listen(true);
	printf("port %u\n", (unsigned)ntohs(is_ipv6 ? in6->sin6_port : in->sin_port));
}

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
		die(device);
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
		die("pseudo-terminal");
	far = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (far < 0)
		die(path);
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
		die(path);
	}
	memcpy(address.sun_path, path, strlen(path));
	unlink(path);
	control_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (control_fd < 0 || bind(control_fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(control_fd, 8) < 0)
		die(path);
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
	    "usage: modbus-slave [--tcp PORT [--ipv6]] [--rtu DEVICE] [--pty] [--control PATH]\n"
	    "                    [--command LINE]...\n"
	    "Modbus slaves for tests, on loopback (PORT 0: any), a serial device, or a\n"
	    "pseudo-terminal of its own. Commands, one a line, to the Unix socket PATH:\n%s",
	    slave_command_help);
}

static void
options_obey(int argc, char **argv)
{
	static const struct option options[] = {
		{ "tcp", required_argument, NULL, 't' },
		{ "ipv6", no_argument, NULL, '6' },
		{ "rtu", required_argument, NULL, 'r' },
		{ "pty", no_argument, NULL, 'p' },
		{ "control", required_argument, NULL, 'c' },
		{ "command", required_argument, NULL, 'x' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *port = NULL;
	bool is_ipv6 = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 't')
			port = optarg;
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
	if (port != NULL)
		tcp_open(port, is_ipv6);
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
