/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/store/failing_memory.h"

#include <sqlite3.h>
#include <stddef.h>

static sqlite3_mem_methods theirs;
static bool (*does_fail)(void);

static void *
allocate(int size)
{
	return does_fail() ? NULL : theirs.xMalloc(size);
}

static void *
reallocate(void *old, int size)
{
	return does_fail() ? NULL : theirs.xRealloc(old, size);
}

/* Small things come from a store of each connection otherwise. */
int
failing_memory_use(bool (*fails)(void))
{
	sqlite3_mem_methods ours;

	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &theirs) != SQLITE_OK)
		return -1;
	does_fail = fails;
	ours = theirs;
	ours.xMalloc = allocate;
	ours.xRealloc = reallocate;
	if (sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) != SQLITE_OK ||
	    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK)
		return -1;
	return 0;
}
