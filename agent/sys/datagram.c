/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/datagram.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int
datagram_send(const char *path, const char *text, size_t length)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const size_t size = strlen(path);
	int fd, r = 0;

	if (size >= sizeof(to.sun_path))
		return -ENAMETOOLONG;
	memcpy(to.sun_path, path, size);
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (sendto(fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)) < 0)
		r = -errno;
	close(fd);
	return r;
}
