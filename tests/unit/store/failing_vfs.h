/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_STORE_FAILING_VFS_H
#define TESTS_UNIT_STORE_FAILING_VFS_H

#include <stdbool.h>

/*
 * The file system that SQLite sees, of which one call fails, all from one on, or one write is
 * dropped without a word.  Calls of one sort are counted from 1.
 */
enum failing {
	FAILING_NOTHING,
	FAILING_WRITE,
	FAILING_SYNC,
	FAILING_OPEN,
	FAILING_TRUNCATE,
	FAILING_SHM,
	FAILING_DELETE,
	FAILING_READ,
};

enum failing_how {
	FAILING_ONCE,     /* an I/O error */
	FAILING_FROM_ON,  /* from that call on: disk full, or an I/O error where that cannot be */
	FAILING_SILENTLY, /* a write or sync that says it has been done */
};

void failing_vfs_use(void); /* once; for all databases that are opened from then on */
void failing_vfs_set(enum failing what, enum failing_how how, int nth);
bool failing_vfs_has_failed(void); /* since it was set */

#endif
