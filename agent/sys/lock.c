/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The holder writes its pid just after it took the lock, so there may be none yet. */
static int
held_by_another(const char *path, int fd, struct err *err)
{
	char pid[16];
	ssize_t len = pread(fd, pid, sizeof(pid) - 1, 0);

	pid[len < 0 ? 0 : len] = '\0';
	pid[strspn(pid, "0123456789")] = '\0';
	if (pid[0] == '\0')
		return err_set(err, -EBUSY, "%s: held by another instance", path);
	return err_set(err, -EBUSY, "%s: held by another instance, pid %s", path, pid);
}

/* A courtesy: a disk that is full or read-only does not keep anybody from starting. */
static void
write_pid(int fd)
{
	char pid[16];
	int len = snprintf(pid, sizeof(pid), "%lld\n", (long long)getpid());

	if (ftruncate(fd, 0) == 0 && pwrite(fd, pid, (size_t)len, 0) < len)
		return;
}

/* Where no file can be written its own lock does as well, and where none can be made, its folder's.
 */
static int
open_to_lock(const char *path)
{
	char folder[PATH_MAX];
	char *slash;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0 || (errno != EROFS && errno != ENOSPC && errno != EDQUOT))
		return fd;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash != NULL)
		slash[slash == folder] = '\0';
	return open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool
lock_is_on_folder(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

int
lock_take(const char *path, int *ret_fd, struct err *err)
{
	int fd = open_to_lock(path);
	int r;

	if (fd < 0)
		return err_set(err, -errno, "%s: cannot open: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		r = errno == EWOULDBLOCK
		        ? held_by_another(path, fd, err)
		        : err_set(err, -errno, "%s: cannot lock: %s", path, strerror(errno));
		goto fail;
	}
	write_pid(fd);
	*ret_fd = fd;
	return 0;

fail:
	close(fd);
	return r;
}

void
lock_release(int fd)
{
	close(fd);
}
