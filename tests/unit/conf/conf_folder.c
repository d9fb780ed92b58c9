/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* nftw */

#include "tests/unit/conf/conf_folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/conf/mock_drivers.h"
#include "tests/unit/unit.h"

int
enter_folder(void **state)
{
	char *path = strdup("/tmp/test_conf.XXXXXX");

	*state = path;
	return mkdtemp(path) == NULL || chdir(path) < 0;
}

static int
remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

int
leave_folder(void **state)
{
	int r = chdir("/") < 0 || nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS) < 0;

	free(*state);
	return r;
}

void
write_octets(const char *path, const char *octets, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(octets, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

void
write_text(const char *path, const char *text)
{
	write_octets(path, text, strlen(text));
}

int
read_text(const char *text, struct conf **ret_conf, struct err *err)
{
	write_text("main.conf", text);
	return conf_file_read("main.conf", &mock_drivers, ret_conf, err);
}

struct conf *
read_good(const char *text)
{
	struct conf *conf;
	struct err err;

	if (read_text(text, &conf, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	return conf;
}
