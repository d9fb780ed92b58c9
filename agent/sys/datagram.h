/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_DATAGRAM_H
#define SYS_DATAGRAM_H

#include <stddef.h>

/*
 * One datagram to a local socket: how the journal, syslog and the service manager are told.  It
 * never waits: who reads there may have stopped, and nobody here is to stop for that.  A '@' at the
 * beginning of `path` is an abstract name (unix(7)).  0; -EAGAIN: the reader does not keep up;
 * another negative errno: nobody is there.  For all threads.
 */
int datagram_send(const char *path, const char *text, size_t length);

#endif
