/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/store/trouble.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_private.h"
#include "tests/unit/unit.h"

void
trouble_damage(struct store *store)
{
	static const char nonsense[] = "It was a dark and stormy night.";
	struct stat status;
	int fd;

	assert_int_equal(store_exec(store, "PRAGMA wal_checkpoint(TRUNCATE)", "", NULL), 0);
	fd = open(store->path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &status), 0);
	for (off_t at = 4096; at < status.st_size; at += 4096)
		assert_int_equal(pwrite(fd, nonsense, sizeof(nonsense), at), sizeof(nonsense));
	close(fd);
	sqlite3_db_release_memory(store->db);
}

void
trouble_cap(struct store *store, int pages)
{
	int64_t count;
	char sql[64];

	assert_int_equal(store_number(store, "PRAGMA page_count", &count, NULL), 0);
	snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %d", (int)count + pages);
	assert_int_equal(store_exec(store, sql, "", NULL), 0);
}
