/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/drivers/owserver_peer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/scale.h"
#include "tests/unit/unit.h"

#define ARGUMENTS_MAX 16
#define TRIES         5
#define PATIENCE_MS   20000 /* of a machine that has much else to do */
#define STEP_MS       10

static const char *const places[] = { "/usr/bin/owserver", "/usr/local/bin/owserver",
	"/opt/owfs/bin/owserver" };

static const char *
real_path(void)
{
	for (size_t i = 0; i < COUNT(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

bool
peer_has_real(void)
{
	return real_path() != NULL;
}

static struct sockaddr_in
loopback(unsigned port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
}

/* As claim() of tests/system/harness.py: no other test takes it, even while nobody listens. */
static bool
claim(unsigned port)
{
	struct sockaddr_un sign = { .sun_family = AF_UNIX };
	int length =
	    snprintf(sign.sun_path + 1, sizeof(sign.sun_path) - 1, "envsensord-test-%u", port);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_return_code(fd, errno);
	if (bind(fd, (struct sockaddr *)&sign, size) == 0)
		return true; /* it stays open to the end */
	close(fd);
	return false;
}

static bool
is_free(unsigned port)
{
	struct sockaddr_in address = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	assert_return_code(fd, errno);
	r = bind(fd, (struct sockaddr *)&address, sizeof(address));
	close(fd);
	return r == 0;
}

/* Below those that the kernel gives to anybody, so that it is still free for a restart. */
static unsigned
free_port(void)
{
	uint32_t number;
	unsigned port;

	do {
		assert_int_equal(getrandom(&number, sizeof(number), 0), sizeof(number));
		port = 10000 + number % 22768;
	} while (!is_free(port) || !claim(port));
	return port;
}

static bool
is_listening(unsigned port)
{
	struct sockaddr_in address = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = connect(fd, (struct sockaddr *)&address, sizeof(address));

	close(fd);
	return r == 0;
}

static void
real_exec(unsigned port, const char *const *arguments)
{
	char where[32];
	char *argv[ARGUMENTS_MAX] = { (char *)real_path(), (char *)"--foreground", (char *)"-p",
		where };

	snprintf(where, sizeof(where), "127.0.0.1:%u", port);
	for (size_t i = 0; arguments[i] != NULL && i + 5 < ARGUMENTS_MAX; i++)
		argv[i + 4] = (char *)arguments[i];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execv(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

/* False: it ended, for want of that port. */
static bool
try_real(struct peer *peer, const char *const *arguments)
{
	peer->pid = fork();
	assert_return_code(peer->pid, errno);
	if (peer->pid == 0)
		real_exec(peer->port, arguments);
	for (int waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
		if (waitpid(peer->pid, NULL, WNOHANG) != 0) {
			peer->pid = 0;
			return false;
		}
		if (is_listening(peer->port))
			return true;
		usleep(STEP_MS * 1000);
	}
	fail_msg("owserver does not listen");
	return false;
}

void
peer_start_real(struct peer *peer, unsigned port, const char *const *arguments)
{
	for (int tries = 0; tries < TRIES; tries++) {
		peer->port = port != 0 ? port : free_port();
		snprintf(peer->endpoint, sizeof(peer->endpoint), "127.0.0.1:%u", peer->port);
		if (try_real(peer, arguments))
			return;
	}
	fail_msg("owserver does not start on port %u", peer->port);
}

static void
fake_exec(bool is_ipv6, int input, int output)
{
	const char *srcdir = getenv("ENVSENSOR_SRCDIR"), *python = getenv("PYTHON");
	char path[4096];

	snprintf(
	    path, sizeof(path), "%s/tests/fakes/owserver_fake.py", srcdir == NULL ? "." : srcdir);
	dup2(input, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execlp(python == NULL ? "python3" : python, "python3", "-B", path,
	    is_ipv6 ? "--ipv6" : (char *)NULL, (char *)NULL);
	perror(path);
	_exit(127);
}

static void
fake_hear(struct peer *peer, char *line, size_t size)
{
	assert_non_null(fgets(line, (int)size, peer->says));
	line[strcspn(line, "\n")] = '\0';
}

void
peer_start_fake(struct peer *peer, bool is_ipv6)
{
	int input[2], output[2];
	char line[64];

	assert_return_code(pipe2(input, O_CLOEXEC), errno);
	assert_return_code(pipe2(output, O_CLOEXEC), errno);
	peer->pid = fork();
	assert_return_code(peer->pid, errno);
	if (peer->pid == 0)
		fake_exec(is_ipv6, input[0], output[1]);
	close(input[0]);
	close(output[1]);
	peer->tells = fdopen(input[1], "w");
	peer->says = fdopen(output[0], "r");
	assert_non_null(peer->tells);
	assert_non_null(peer->says);
	fake_hear(peer, line, sizeof(line));
	assert_int_equal(sscanf(line, "port %u", &peer->port), 1);
	fake_hear(peer, line, sizeof(line));
	assert_string_equal(line, "ready");
	snprintf(peer->endpoint, sizeof(peer->endpoint), "%s:%u", is_ipv6 ? "[::1]" : "127.0.0.1",
	    peer->port);
}

void
peer_kill(struct peer *peer)
{
	if (peer->pid == 0)
		return;
	kill(peer->pid, SIGKILL);
	waitpid(peer->pid, NULL, 0);
	peer->pid = 0;
}

void
peer_stop(struct peer *peer)
{
	driver_owserver.close(peer->bus);
	peer->bus = NULL;
	peer_kill(peer);
	if (peer->tells != NULL)
		fclose(peer->tells);
	if (peer->says != NULL)
		fclose(peer->says);
	peer->tells = peer->says = NULL;
}

static void
fake_ask(struct peer *peer, const char *line, char *answer, size_t size)
{
	fprintf(peer->tells, "%s\n", line);
	fflush(peer->tells);
	fake_hear(peer, answer, size);
}

void
peer_tell(struct peer *peer, const char *format, ...)
{
	char line[1024], answer[256];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fake_ask(peer, line, answer, sizeof(answer));
	assert_string_equal(answer, "ok");
}

unsigned long
peer_counter(struct peer *peer, const char *name)
{
	char answer[256];
	const char *at;

	fake_ask(peer, "stats", answer, sizeof(answer));
	at = strstr(answer, name);
	assert_non_null(at);
	return strtoul(at + strlen(name) + 1, NULL, 10);
}

bool
peer_was_asked(struct peer *peer, const char *path)
{
	char answer[256];
	const char *at;

	fake_ask(peer, "stats", answer, sizeof(answer));
	at = strstr(answer, "path=");
	assert_non_null(at);
	return strcmp(at + strlen("path="), path) == 0;
}

void
peer_open(struct peer *peer, const char *options, unsigned timeout_ms)
{
	struct driver_settings settings = { peer->endpoint, options, timeout_ms };

	assert_int_equal(driver_owserver.check(&settings, &peer->err), 0);
	if (driver_owserver.open(&settings, &peer->bus, &peer->err) < 0)
		fail_msg("open: %s", peer->err.text);
}

int
peer_read(struct peer *peer, const char *const *addresses, struct reading *readings)
{
	struct driver_point points[PEER_POINTS_MAX];
	const struct driver_point *pointers[PEER_POINTS_MAX];
	size_t count = 0;

	for (; addresses[count] != NULL; count++) {
		assert_in_range(count, 0, PEER_POINTS_MAX - 1);
		if (driver_owserver.parse(addresses[count], &points[count], &peer->err) < 0)
			fail_msg("%s", peer->err.text);
		pointers[count] = &points[count];
		readings[count] = reading_bad(FAULT_STALE); /* no driver says that */
	}
	return driver_owserver.read(peer->bus, pointers, count, readings, &peer->err);
}

struct reading
peer_read_one(struct peer *peer, const char *address)
{
	struct reading reading;

	if (peer_read(peer, (const char *const[]){ address, NULL }, &reading) < 0)
		fail_msg("%s: %s", address, peer->err.text);
	return reading;
}

void
peer_expect(struct peer *peer, const char *address, int32_t milli)
{
	struct reading reading = peer_read_one(peer, address);
	int32_t got;

	if (reading.reason != FAULT_NONE)
		fail_msg("%s: %s", address, fault_reason_name(reading.reason));
	assert_true(scale_apply(&reading.raw, SCALE_GAIN_ONE, 0, &got));
	if (got != milli)
		fail_msg("%s: %d, not %d", address, (int)got, (int)milli);
}

struct peer *
peer_new(void **state)
{
	*state = calloc(1, sizeof(struct peer));
	assert_non_null(*state);
	return *state;
}

int
peer_tear_down(void **state)
{
	peer_stop(*state);
	free(*state);
	return 0;
}
