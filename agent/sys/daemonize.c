/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "sys/daemonize.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int verdict_fd = -1; /* in the child: the parent reads the other end */

int
daemonize_fill_streams(void)
{
	/* The one that is missing is the lowest that is free. */
	for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
		if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return -errno;
	return 0;
}

static void __attribute__((noreturn)) parent_wait(int fd, pid_t child)
{
	char verdict;
	ssize_t len;
	int status;

	do
		len = read(fd, &verdict, 1);
	while (len < 0 && errno == EINTR);
	if (len == 1)
		_exit(EXIT_SUCCESS);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			_exit(EXIT_FAILURE);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

int
daemonize_begin(struct err *err)
{
	int fds[2];
	pid_t child;
	int r;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_set(err, -errno, "cannot make a pipe: %s", strerror(errno));
	fflush(NULL); /* or both would write what waits */
	child = fork();
	if (child < 0) {
		r = err_set(err, -errno, "cannot fork: %s", strerror(errno));
		close(fds[0]);
		close(fds[1]);
		return r;
	}
	if (child > 0) {
		close(fds[1]);
		parent_wait(fds[0], child);
	}
	close(fds[0]);
	verdict_fd = fds[1];
	return 0;
}

int
daemonize_ready(struct err *err)
{
	int null_fd, stream;

	if (verdict_fd < 0)
		return 0;
	null_fd = open("/dev/null", O_RDWR);
	if (null_fd < 0)
		return err_set(err, -errno, "/dev/null: %s", strerror(errno));
	setsid();
	fflush(NULL);
	for (stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
		dup2(null_fd, stream);
	if (null_fd > STDERR_FILENO)
		close(null_fd);
	if (write(verdict_fd, "", 1) < 0) {
		/* The parent was killed (SIGPIPE is ignored): the daemon runs all the same. */
	}
	close(verdict_fd);
	verdict_fd = -1;
	return 0;
}
