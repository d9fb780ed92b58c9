/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_private.h"

#define COPY_OCTETS 16384 /* at a time */

const char *
store_beside(const struct store *store, const char *suffix, struct store_path *path)
{
	snprintf(path->text, sizeof(path->text), "%s%s", store->path, suffix);
	return path->text;
}

static int
fail(const char *path, const char *what, struct err *err)
{
	int code = errno == EDQUOT ? -ENOSPC : -errno;

	return err_set(err, code, "%s: cannot %s: %s", path, what, strerror(-code));
}

/* SQLite gives its other files the mode of the database. */
int
file_make_private(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat status;
	int r = 0;

	if (fd < 0)
		return fail(path, "open", err);
	if (fstat(fd, &status) < 0 || ((status.st_mode & 0777) != 0600 && fchmod(fd, 0600) < 0))
		r = fail(path, "make it private", err);
	close(fd);
	return r;
}

int
file_sync(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = 0;

	if (fd < 0)
		return fail(path, "open", err);
	if (fsync(fd) < 0)
		r = fail(path, "write", err);
	close(fd);
	return r;
}

int
file_sync_folder(const char *path, struct err *err)
{
	struct store_path folder;
	char *slash;

	snprintf(folder.text, sizeof(folder.text), "%s", path);
	slash = strrchr(folder.text, '/');
	if (slash == NULL)
		return file_sync(".", err);
	slash[slash == folder.text] = '\0';
	return file_sync(folder.text, err);
}

static int
copy_octets(int from, int to)
{
	char octets[COPY_OCTETS];
	ssize_t count = 0, written = 0;

	while (written >= 0 && (count = read(from, octets, sizeof(octets))) > 0)
		for (ssize_t done = 0; done < count && written >= 0; done += written)
			written = write(to, octets + done, (size_t)(count - done));
	return written < 0 || count < 0 || fsync(to) < 0 ? -1 : 0;
}

int
file_copy(const char *from, const char *to, struct err *err)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
	int r = 0;

	if (in < 0)
		return fail(from, "open", err);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (out < 0)
		r = fail(to, "open", err);
	else if (copy_octets(in, out) < 0)
		r = fail(to, "write", err);
	close(in);
	if (out >= 0)
		close(out);
	return r;
}

bool
file_is_there(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && status.st_size > 0;
}

int64_t
file_wall_ms(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return -1;
	return (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
}
