/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/store/state_folder.h"

#include <fcntl.h>
#include <glob.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_private.h"
#include "tests/unit/unit.h"

char state_dir[32];

int
state_folder_make(void **state)
{
	(void)state;
	/* Thousands of times synced: not to a disk, if that can be. */
	snprintf(state_dir, sizeof(state_dir), "%s/test_store.XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	return mkdtemp(state_dir) == NULL ? -1 : 0;
}

void
state_folder_empty(void)
{
	char pattern[64];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/*", state_dir);
	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			unlink(found.gl_pathv[i]);
		globfree(&found);
	}
}

int
state_folder_remove(void **state)
{
	(void)state;
	state_folder_empty();
	return rmdir(state_dir);
}

const char *
state_file(const char *suffix)
{
	static char paths[4][128];
	static unsigned at;
	char *path = paths[at++ % COUNT(paths)];

	snprintf(path, sizeof(paths[0]), "%s/envsensord.db%s", state_dir, suffix);
	return path;
}

int
state_files_like(const char *pattern)
{
	glob_t found;
	int count = 0;

	if (glob(state_file(pattern), 0, NULL, &found) == 0) {
		count = (int)found.gl_pathc;
		globfree(&found);
	}
	return count;
}

struct store *
store_opened(void)
{
	struct store *store = NULL;
	struct err err = { 0 };

	if (store_open(state_dir, &store, &err) < 0)
		fail_msg("%s", err.text);
	return store;
}

uint32_t
store_index_of(struct store *store, const char *sensor)
{
	uint32_t index = 0;
	struct err err;

	assert_int_equal(store_begin(store, &err), 0);
	assert_int_equal(store_identity(store, STORE_SENSOR, sensor, &index, &err), 0);
	assert_int_equal(store_commit(store, &err), 0);
	return index;
}

void
store_add_events_to(struct store *store, uint32_t last_seq)
{
	int64_t seq = store_number_of(store, "SELECT coalesce(max(seq), 0) FROM event");
	struct record record = { .kind = EVENT_TEST, .source = "the rack in the corner" };

	assert_int_equal(store_begin(store, NULL), 0);
	while (seq < last_seq) {
		record.seq = (uint32_t)++seq;
		assert_int_equal(store_add_event(store, &record, "boot", NULL), 0);
	}
	assert_int_equal(store_commit(store, NULL), 0);
}

int64_t
store_number_of(struct store *store, const char *sql)
{
	int64_t number = -1;
	struct err err;

	if (store_number(store, sql, &number, &err) < 0)
		fail_msg("%s", err.text);
	return number;
}

void
run_sql(const char *suffix, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(state_file(suffix), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

void
write_file(const char *suffix, const void *content, size_t size)
{
	int fd = open(state_file(suffix), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, size), size);
	close(fd);
}

size_t
read_file(const char *suffix, void *content, size_t size)
{
	int fd = open(state_file(suffix), O_RDONLY);
	ssize_t count;

	assert_true(fd >= 0);
	count = read(fd, content, size);
	assert_true(count >= 0);
	close(fd);
	return (size_t)count;
}
