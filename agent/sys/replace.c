/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* asprintf */

#include "sys/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct replace {
	char *path, *new_path;
	FILE *file;
	int code; /* the first error */
};

static void
replace_free(struct replace *replace)
{
	if (replace->file != NULL)
		fclose(replace->file);
	free(replace->path);
	free(replace->new_path);
	free(replace);
}

/* What a stopped process has left behind there is nobody's. */
static int
open_new(struct replace *replace)
{
	int fd;

	if (unlink(replace->new_path) < 0 && errno != ENOENT)
		return -errno;
	fd = open(replace->new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	replace->file = fdopen(fd, "w");
	if (replace->file != NULL)
		return 0;
	close(fd);
	return -ENOMEM;
}

int
replace_begin(const char *path, struct replace **ret_replace, struct err *err)
{
	struct replace *replace = calloc(1, sizeof(*replace));
	int r = -ENOMEM;

	if (replace == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	replace->path = strdup(path);
	if (asprintf(&replace->new_path, "%s.new", path) < 0)
		replace->new_path = NULL;
	if (replace->path != NULL && replace->new_path != NULL)
		r = open_new(replace);
	if (r < 0) {
		err_set(err, r, "%s.new: cannot write: %s", path, strerror(-r));
		replace_free(replace);
		return r;
	}
	*ret_replace = replace;
	return 0;
}

static void
note(struct replace *replace, int failed)
{
	if (failed != 0 && replace->code == 0)
		replace->code = errno != 0 ? -errno : -EIO;
}

void
replace_add(struct replace *replace, const char *text)
{
	errno = 0;
	note(replace, fputs(text, replace->file) < 0);
}

int
replace_end(struct replace *replace, struct err *err)
{
	int r;

	errno = 0;
	note(replace, fflush(replace->file) != 0 || fsync(fileno(replace->file)) < 0);
	errno = 0;
	note(replace, fclose(replace->file) != 0);
	replace->file = NULL;
	if (replace->code == 0)
		note(replace, rename(replace->new_path, replace->path) < 0);
	r = replace->code;
	if (r < 0) {
		unlink(replace->new_path);
		err_set(err, r, "%s: cannot write: %s", replace->path, strerror(-r));
	}
	replace_free(replace);
	return r;
}
