/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
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

static int
write_pid(int fd)
{
	char pid[16];
	int len = snprintf(pid, sizeof(pid), "%lld\n", (long long)getpid());

	if (ftruncate(fd, 0) < 0 || pwrite(fd, pid, (size_t)len, 0) < 0)
		return -errno;
	return 0;
}

int
lock_take(const char *path, int *ret_fd, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return err_set(err, -errno, "%s: cannot open: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		r = errno == EWOULDBLOCK
		        ? held_by_another(path, fd, err)
		        : err_set(err, -errno, "%s: cannot lock: %s", path, strerror(errno));
		goto fail;
	}
	r = write_pid(fd);
	if (r < 0) {
		err_set(err, r, "%s: cannot write: %s", path, strerror(-r));
		goto fail;
	}
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
