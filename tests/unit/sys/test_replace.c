/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/replace.h"
#include "tests/unit/unit.h"

static char folder[32], path[48], new_path[64];

static int
set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/test_replace.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/file", folder);
	snprintf(new_path, sizeof(new_path), "%s.new", path);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(path);
	unlink(new_path);
	return rmdir(folder);
}

static void
assert_holds(const char *expected)
{
	char text[64] = "";
	struct stat status;
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(text, expected);
	assert_int_equal(access(new_path, F_OK), -1);
}

static void
the_old_one_is_there_until_the_new_one_is_whole(void **state)
{
	struct replace *replace = NULL;
	mode_t mask = umask(0);

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(replace_begin(path, &replace, NULL), 0);
		replace_add(replace, i == 0 ? "first" : "second");
		replace_add(replace, " text\n");
		if (i == 1)
			assert_int_equal(access(path, F_OK), 0);
		assert_int_equal(replace_end(replace, NULL), 0);
		assert_holds(i == 0 ? "first text\n" : "second text\n");
	}
	umask(mask);
}

/* A link that waits there leads nobody's text elsewhere. */
static void
a_link_in_its_way_is_not_followed(void **state)
{
	struct replace *replace = NULL;
	char other[64];
	struct stat status;

	(void)state;
	snprintf(other, sizeof(other), "%s/other", folder);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(symlink(other, i == 0 ? new_path : path), 0);
		assert_int_equal(replace_begin(path, &replace, NULL), 0);
		replace_add(replace, "text\n");
		assert_int_equal(replace_end(replace, NULL), 0);
		assert_holds("text\n");
		assert_int_equal(lstat(path, &status), 0);
		assert_true(S_ISREG(status.st_mode));
		assert_int_equal(access(other, F_OK), -1);
		assert_int_equal(unlink(path), 0);
	}
}

static void
what_was_left_behind_is_written_over(void **state)
{
	struct replace *replace = NULL;
	FILE *file = fopen(new_path, "w");

	(void)state;
	assert_non_null(file);
	fputs("half of a longer", file);
	fclose(file);
	assert_int_equal(replace_begin(path, &replace, NULL), 0);
	replace_add(replace, "text\n");
	assert_int_equal(replace_end(replace, NULL), 0);
	assert_holds("text\n");
}

static void
a_failure_leaves_the_old_one(void **state)
{
	struct replace *replace = NULL;
	struct rlimit limit, small;
	struct err err = { 0 };
	char text[128];

	(void)state;
	assert_int_equal(replace_begin(path, &replace, NULL), 0);
	replace_add(replace, "old");
	assert_int_equal(replace_end(replace, NULL), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = (struct rlimit){ 2, limit.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(replace_begin(path, &replace, NULL), 0);
	replace_add(replace, "more than two bytes");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(replace_end(replace, &err), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	snprintf(text, sizeof(text), "%s: cannot write: %s", path, strerror(EFBIG));
	assert_string_equal(err.text, text);
	assert_holds("old");
}

static void
a_place_that_is_not_there_is_told(void **state)
{
	struct replace *replace = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(replace_begin("/nowhere/file", &replace, &err), -ENOENT);
	assert_string_equal(err.text, "/nowhere/file.new: cannot write: No such file or directory");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_old_one_is_there_until_the_new_one_is_whole),
		cmocka_unit_test(a_link_in_its_way_is_not_followed),
		cmocka_unit_test(what_was_left_behind_is_written_over),
		cmocka_unit_test(a_failure_leaves_the_old_one),
		cmocka_unit_test(a_place_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
