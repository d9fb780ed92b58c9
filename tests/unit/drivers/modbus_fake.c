/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/drivers/modbus_fake.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define ARGUMENTS_MAX 16

static void
fake_exec(struct fake *fake, const char *const *arguments, int output)
{
	const char *builddir = getenv("ENVSENSOR_BUILDDIR");
	char path[4096];
	char *argv[ARGUMENTS_MAX] = { path, (char *)"--control", fake->control_path };

	for (size_t i = 0; arguments[i] != NULL && i + 4 < ARGUMENTS_MAX; i++)
		argv[i + 3] = (char *)arguments[i];
	snprintf(
	    path, sizeof(path), "%s/tests/fakes/modbus-slave", builddir == NULL ? "." : builddir);
	dup2(output, STDOUT_FILENO);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execv(path, argv);
	perror(path);
	_exit(127);
}

/* Reads what the fake says until it is ready. */
static void
fake_listen(struct fake *fake, int output)
{
	FILE *said = fdopen(output, "r");
	char line[128];
	unsigned port;

	assert_non_null(said);
	for (;;) {
		assert_non_null(fgets(line, sizeof(line), said));
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "ready") == 0)
			break;
		if (sscanf(line, "port %u", &port) == 1 || sscanf(line, "rtutcp %u", &port) == 1)
			snprintf(fake->endpoint, sizeof(fake->endpoint), "127.0.0.1:%u", port);
		else
			assert_int_equal(sscanf(line, "rtu %63s", fake->endpoint), 1);
	}
	fclose(said);
}

static void
fake_control(struct fake *fake)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", fake->control_path);
	assert_return_code(fd, errno);
	assert_return_code(connect(fd, (struct sockaddr *)&address, sizeof(address)), errno);
	fake->control = fdopen(fd, "r+");
	assert_non_null(fake->control);
}

struct fake *
fake_start(const struct driver *driver, const char *const *arguments)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	int output[2];

	assert_non_null(fake);
	fake->driver = driver;
	snprintf(fake->directory, sizeof(fake->directory), "/tmp/modbus-test-XXXXXX");
	assert_non_null(mkdtemp(fake->directory));
	snprintf(fake->control_path, sizeof(fake->control_path), "%s/control", fake->directory);
	assert_return_code(pipe(output), errno);
	fake->pid = fork();
	assert_return_code(fake->pid, errno);
	if (fake->pid == 0)
		fake_exec(fake, arguments, output[1]);
	close(output[1]);
	fake_listen(fake, output[0]);
	fake_control(fake);
	return fake;
}

void
fake_kill(struct fake *fake)
{
	if (fake->pid == 0)
		return;
	kill(fake->pid, SIGTERM);
	waitpid(fake->pid, NULL, 0);
	fake->pid = 0;
}

void
fake_stop(struct fake *fake)
{
	fake->driver->close(fake->bus);
	fake_kill(fake);
	fclose(fake->control);
	rmdir(fake->directory);
	free(fake);
}

int
fake_set_up(void **state, const struct driver *driver, const char *const *arguments,
    const char *options, unsigned timeout_ms)
{
	*state = fake_start(driver, arguments);
	fake_open(*state, options, timeout_ms);
	return 0;
}

int
fake_tear_down(void **state)
{
	fake_stop(*state);
	return 0;
}

static void
fake_ask(struct fake *fake, const char *line, char *answer, size_t size)
{
	fprintf(fake->control, "%s\n", line);
	fflush(fake->control);
	assert_non_null(fgets(answer, (int)size, fake->control));
	answer[strcspn(answer, "\n")] = '\0';
}

void
fake_tell(struct fake *fake, const char *format, ...)
{
	char line[256], answer[256];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fake_ask(fake, line, answer, sizeof(answer));
	assert_string_equal(answer, "ok");
}

unsigned long
fake_counter(struct fake *fake, const char *name)
{
	char answer[256];
	const char *at;

	fake_ask(fake, "stats", answer, sizeof(answer));
	at = strstr(answer, name);
	assert_non_null(at);
	return strtoul(at + strlen(name) + 1, NULL, 10);
}

void
fake_open(struct fake *fake, const char *options, unsigned timeout_ms)
{
	struct driver_settings settings = { fake->endpoint, options, timeout_ms };

	if (fake->driver->open(&settings, &fake->bus, &fake->err) < 0)
		fail_msg("open: %s", fake->err.text);
}

static void
fake_add(struct fake *fake, const char *address)
{
	size_t i = fake->count++;

	assert_in_range(i, 0, FAKE_POINTS_MAX - 1);
	snprintf(fake->texts[i], sizeof(fake->texts[i]), "%s", address);
	if (fake->driver->parse(fake->texts[i], &fake->points[i], &fake->err) < 0)
		fail_msg("%s: %s", address, fake->err.text);
	fake->pointers[i] = &fake->points[i];
}

void
fake_points(struct fake *fake, const char *const *addresses)
{
	fake->count = 0;
	for (size_t i = 0; addresses[i] != NULL; i++)
		fake_add(fake, addresses[i]);
}

void
fake_range(struct fake *fake, const char *format, unsigned first, unsigned count, unsigned step)
{
	const char *mark = strchr(format, '#');
	char address[64];

	fake->count = 0;
	for (unsigned i = 0; i < count; i++) {
		snprintf(address, sizeof(address), "%.*s%u%s", (int)(mark - format), format,
		    first + i * step, mark + 1);
		fake_add(fake, address);
	}
}

int
fake_read(struct fake *fake)
{
	for (size_t i = 0; i < fake->count; i++)
		fake->readings[i] = reading_bad(FAULT_STALE); /* no driver says that */
	return fake->driver->read(
	    fake->bus, fake->pointers, fake->count, fake->readings, &fake->err);
}

struct reading
fake_read_one(struct fake *fake, const char *address)
{
	fake_points(fake, (const char *const[]){ address, NULL });
	if (fake_read(fake) < 0)
		fail_msg("%s: %s", address, fake->err.text);
	return fake->readings[0];
}

void
fake_expect(struct fake *fake, const char *address, uint64_t value)
{
	struct reading reading = fake_read_one(fake, address);

	if (reading.reason != FAULT_NONE || reading.raw.u != value)
		fail_msg(
		    "%s: reason %d, value %u", address, reading.reason, (unsigned)reading.raw.u);
}
