/* SPDX-License-Identifier: BSD-2-Clause */
/* What a service manager hears: a socket of ours in the place of systemd's. */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/datagram.h"
#include "sys/service.h"
#include "tests/unit/unit.h"

#define HANGS_S 600 /* who waits for the manager is ended */

static int manager;
static char path[sizeof(((struct sockaddr_un *)0)->sun_path)];

static void
listen_at(const char *begin)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	socklen_t size;

	snprintf(path, sizeof(path), "%stest_service.%d", begin, (int)getpid());
	size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	memcpy(at.sun_path, path, strlen(path));
	if (path[0] == '@')
		at.sun_path[0] = '\0';
	else
		unlink(path); /* of one that was killed, and had our number */
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_return_code(bind(manager, (struct sockaddr *)&at, size), errno);
	setenv("NOTIFY_SOCKET", path, 1);
}

static int
begin(void **state)
{
	(void)state;
	alarm(HANGS_S);
	listen_at("/tmp/");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	alarm(0);
	close(manager);
	unlink(path);
	unsetenv("NOTIFY_SOCKET");
	return 0;
}

/* The next message; "" if there is none. */
static const char *
heard(void)
{
	static char text[512];
	ssize_t length = recv(manager, text, sizeof(text) - 1, 0);

	text[length < 0 ? 0 : length] = '\0';
	return text;
}

static void
tell_and_hear(const char *status)
{
	char expected[SERVICE_STATUS_SIZE];

	service_ready();
	assert_string_equal(heard(), "READY=1");
	service_status(status);
	snprintf(expected, sizeof(expected), "STATUS=%s", status);
	assert_string_equal(heard(), expected);
	service_status(status); /* is told once */
	assert_string_equal(heard(), "");
	service_alive();
	assert_string_equal(heard(), "WATCHDOG=1");
	service_reloading();
	assert_memory_equal(heard(), "RELOADING=1\nMONOTONIC_USEC=", 27);
	service_stopping();
	assert_string_equal(heard(), "STOPPING=1");
}

static void
tells_by_either_kind_of_name(void **state)
{
	tell_and_hear("at a path");
	end(state);
	listen_at("@");
	tell_and_hear("at an abstract name");
}

static void
does_not_wait_for_a_manager_that_does_not_listen(void **state)
{
	size_t count = 0;
	int r;

	(void)state;
	service_ready();
	service_status("before");
	while ((r = datagram_send(path, "x", 1)) == 0)
		count++;
	assert_int_equal(r, -EAGAIN);
	service_reloading();
	service_ready();
	service_status("meanwhile");
	service_alive();
	service_stopping();
	assert_string_equal(heard(), "READY=1");
	assert_string_equal(heard(), "STATUS=before");
	for (; count > 0; count--)
		assert_string_equal(heard(), "x");
	assert_string_equal(heard(), "");
	service_status("meanwhile"); /* what still counts is told now */
	assert_string_equal(heard(), "READY=1");
	assert_string_equal(heard(), "STATUS=meanwhile");
	service_status("meanwhile");
	assert_string_equal(heard(), "");
}

static void
is_not_ready_in_the_middle_of_a_reload(void **state)
{
	(void)state;
	while (datagram_send(path, "x", 1) == 0)
		;
	service_ready();
	while (heard()[0] != '\0')
		;
	service_reloading();
	assert_memory_equal(heard(), "RELOADING=1\n", 12);
	service_status("reloading");
	assert_string_equal(heard(), "STATUS=reloading");
}

static void
nobody_has_to_be_there(void **state)
{
	static const char *const paths[] = { "/nowhere/notify", "", "@" };
	char long_path[200];

	(void)state;
	memset(long_path, 'x', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	for (size_t i = 0; i < COUNT(paths); i++)
		assert_true(datagram_send(paths[i], "x", 1) < 0);
	assert_int_equal(datagram_send(long_path, "x", 1), -ENAMETOOLONG);
	assert_true(service_is_managed());
	unsetenv("NOTIFY_SOCKET");
	assert_false(service_is_managed());
	service_ready();
	service_status("alone");
	service_alive();
	assert_string_equal(heard(), "");
}

static void
knows_how_long_the_manager_waits(void **state)
{
	char own[16], other[16];
	const struct {
		const char *limit, *whose;
		int64_t limit_ms;
	} cases[] = {
		{ NULL, NULL, 0 },
		{ "60000000", NULL, 60000 },
		{ "60000000", own, 60000 },
		{ "60000000", other, 0 },
		{ "7200000000", own, 7200000 },
		{ "0", NULL, 0 },
		{ "-1", NULL, 0 },
		{ "soon", NULL, 0 },
		{ "60000000", "me", 0 },
	};

	(void)state;
	snprintf(own, sizeof(own), "%d", (int)getpid());
	snprintf(other, sizeof(other), "%d", (int)getppid());
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsetenv("WATCHDOG_USEC");
		unsetenv("WATCHDOG_PID");
		if (cases[i].limit != NULL)
			setenv("WATCHDOG_USEC", cases[i].limit, 1);
		if (cases[i].whose != NULL)
			setenv("WATCHDOG_PID", cases[i].whose, 1);
		assert_int_equal(service_watchdog_ms(), cases[i].limit_ms);
	}
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

int
main(void)
{
#define HEARD(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		HEARD(tells_by_either_kind_of_name),
		HEARD(does_not_wait_for_a_manager_that_does_not_listen),
		HEARD(is_not_ready_in_the_middle_of_a_reload),
		HEARD(nobody_has_to_be_there),
		cmocka_unit_test(knows_how_long_the_manager_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
