/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/lock.h"
#include "tests/unit/unit.h"

static char dir[64], path[80];

static int
make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/test_lock.XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/lock", dir);
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void
is_held_once_and_tells_by_whom(void **state)
{
	char want[200];
	struct err err;
	struct stat status;
	int fd, second = -7;

	(void)state;
	assert_int_equal(lock_take(path, &fd, &err), 0);
	assert_int_equal(lock_take(path, &second, &err), -EBUSY);
	assert_int_equal(second, -7);
	snprintf(want, sizeof(want), "%s: held by another instance, pid %lld", path,
	    (long long)getpid());
	assert_string_equal(err.text, want);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	lock_release(fd);
	assert_int_equal(lock_take(path, &fd, &err), 0);
	lock_release(fd);
}

static void
a_dead_holder_holds_nothing(void **state)
{
	struct err err;
	pid_t child;
	int fd, status;

	(void)state;
	fflush(NULL);
	child = fork();
	if (child == 0)
		_exit(lock_take(path, &fd, NULL) == 0 ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(lock_take(path, &fd, &err), 0);
	assert_int_equal(lock_take(path, &fd, &err), -EBUSY);
	assert_non_null(strstr(err.text, "pid "));
	assert_int_equal(strtol(strstr(err.text, "pid ") + 4, NULL, 10), getpid());
	lock_release(fd);
}

static void
copes_with_any_content(void **state)
{
	/* clang-format off */
	static const struct {
		const char *content, *end;
	} cases[] = {
		{ "",                       "instance"          },
		{ "garbage\n",              "instance"          },
		{ "17\033[31m",             "instance, pid 17"  },
		{ "123456789012345678901",  "pid 123456789012345" },
	};
	/* clang-format on */
	struct err err;
	size_t i;
	int fd, second;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].content);

		assert_int_equal(lock_take(path, &fd, &err), 0);
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, cases[i].content, len, 0), len);
		assert_int_equal(lock_take(path, &second, &err), -EBUSY);
		assert_string_equal(
		    err.text + strlen(err.text) - strlen(cases[i].end), cases[i].end);
		lock_release(fd);
	}
}

static void
says_which_path_it_cannot_open(void **state)
{
	char below[100], want[200];
	struct err err;
	int fd;

	(void)state;
	assert_int_equal(lock_take(path, &fd, &err), 0);
	lock_release(fd);
	snprintf(below, sizeof(below), "%s/x", path);
	assert_int_equal(lock_take(below, &fd, &err), -ENOTDIR);
	snprintf(want, sizeof(want), "%s: cannot open: Not a directory", below);
	assert_string_equal(err.text, want);
}

int
main(void)
{
#define IN_A_DIR(test) cmocka_unit_test_setup_teardown(test, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
		IN_A_DIR(is_held_once_and_tells_by_whom),
		IN_A_DIR(a_dead_holder_holds_nothing),
		IN_A_DIR(copes_with_any_content),
		IN_A_DIR(says_which_path_it_cannot_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
