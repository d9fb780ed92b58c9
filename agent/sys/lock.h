/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_LOCK_H
#define SYS_LOCK_H

#include <stdbool.h>

#include "core/err.h"

/*
 * One process at a time, by flock(2) on a file that also tells the holder's pid.  The kernel gives
 * the lock back when the holder dies, however it does; the file stays.
 */

/* -EBUSY with the holder's pid, or another negative errno; the text names the path. */
int lock_take(const char *path, int *ret_fd, struct err *err);
void lock_release(int fd);

/* The file could not be made on a disk that is full or read-only: the lock is on the folder that it
 * belongs in, and has to be taken again when it can be made. */
bool lock_is_on_folder(int fd);

#endif
