/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_private.h"
#include "tests/unit/store/failing_vfs.h"
#include "tests/unit/store/state_folder.h"
#include "tests/unit/unit.h"

/* The n-th call of each sort fails, for every n until none does. */
#define TURNS  4
#define EVENTS 60 /* a turn: more pages than one write */

/* What was answered with 0. */
struct promise {
	uint32_t last_seq;
	uint32_t indices[TURNS];
	bool has_copy;
};

static int
write_turn(struct store *store, int turn, struct promise *promise)
{
	struct record record = { .kind = EVENT_TEST, .source = "the rack in the corner" };
	uint32_t index = 0;
	char name[16];
	int r = store_begin(store, NULL);

	if (r < 0)
		return r;
	snprintf(name, sizeof(name), "sensor %d", turn);
	r = store_identity(store, STORE_SENSOR, name, &index, NULL);
	for (uint32_t i = 1; i <= EVENTS && r == 0; i++) {
		record.seq = promise->last_seq + i;
		r = store_add_event(store, &record, "boot", NULL);
	}
	if (r == 0)
		r = store_commit(store, NULL);
	else
		store_rollback(store);
	if (r == 0) {
		promise->last_seq += EVENTS;
		promise->indices[turn] = index;
	}
	return r;
}

/* One run of a daemon; the disk never keeps it from starting. */
static void
live(struct promise *promise)
{
	struct store *store = store_opened();

	for (int turn = 0; turn < TURNS; turn++) {
		write_turn(store, turn, promise);
		if (turn == TURNS / 2 && store_copy(store, NULL) == 0)
			promise->has_copy = true;
	}
	store_close(store);
}

/* A commit that could not be synced is in doubt: after an end without another one it may be there.
 */
static void
assert_kept(const struct promise *promise, uint32_t in_doubt)
{
	int64_t last_seq;
	struct store *store = store_opened();
	struct store_story story;
	char name[16];

	assert_string_equal(store_damage(store), "");
	assert_false(store_is_away(store));
	assert_int_equal(store_story(store, &story, NULL), 0);
	assert_int_equal(story.story, STORAGE_STORY_UNWRITABLE);
	last_seq = store_number_of(store, "SELECT coalesce(max(seq), 0) FROM event");
	assert_in_range(last_seq, promise->last_seq, promise->last_seq + in_doubt);
	for (int turn = 0; turn < TURNS; turn++) {
		snprintf(name, sizeof(name), "sensor %d", turn);
		if (promise->indices[turn] != 0)
			assert_int_equal(store_index_of(store, name), promise->indices[turn]);
	}
	store_close(store);
	assert_int_equal(state_files_like(".damaged*"), 0);
	assert_int_equal(state_files_like(".copy*"), 0);
	if (promise->has_copy)
		assert_true(file_is_there(state_file(store_copies[0])));
}

static const struct {
	const char *what;
	enum failing failing;
} sorts[] = {
	{ "write", FAILING_WRITE },
	{ "fsync", FAILING_SYNC },
	{ "open", FAILING_OPEN },
	{ "truncate", FAILING_TRUNCATE },
	{ "shm", FAILING_SHM },
	{ "delete", FAILING_DELETE },
	{ "read", FAILING_READ },
};

/* A new state directory, and one that has been in use; how many n it took. */
static int
try_all(enum failing failing, enum failing_how how, bool is_used)
{
	for (int n = 1;; n++) {
		struct promise promise = { 0 };
		bool has_failed;

		if (is_used)
			live(&promise);
		failing_vfs_set(failing, how, n);
		live(&promise);
		has_failed = failing_vfs_has_failed();
		failing_vfs_set(FAILING_NOTHING, how, 0);
		if (how != FAILING_SILENTLY)
			assert_kept(&promise, failing == FAILING_SYNC ? EVENTS : 0);
		else
			store_close(store_opened());
		state_folder_empty();
		if (!has_failed)
			return n - 1;
	}
}

/* With an exclusive lock SQLite has no use for shared memory. */
static void
no_error_of_the_disk_breaks_a_promise(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sorts); i++) {
		for (int how = FAILING_ONCE; how <= FAILING_FROM_ON; how++) {
			int new = try_all(sorts[i].failing, (enum failing_how)how, false);
			int used = try_all(sorts[i].failing, (enum failing_how)how, true);

			print_message("%s: %d and %d places\n", sorts[i].what, new, used);
			assert_int_equal(new > 0 && used > 0, sorts[i].failing != FAILING_SHM);
		}
	}
}

/* What a disk forgets may be lost, but is never half there. */
static void
a_dropped_write_is_no_crash(void **state)
{
	(void)state;
	for (int is_used = 0; is_used < 2; is_used++) {
		print_message("writes: %d\n", try_all(FAILING_WRITE, FAILING_SILENTLY, is_used));
		print_message("fsyncs: %d\n", try_all(FAILING_SYNC, FAILING_SILENTLY, is_used));
	}
}

/* ---- the disk is away ---- */

static void
an_image_is_read_until_the_disk_is_back(void **state)
{
	struct promise promise = { 0 };
	struct store *store;
	uint32_t index;
	char uuid[37];

	(void)state;
	live(&promise);
	failing_vfs_set(FAILING_WRITE, FAILING_FROM_ON, 1);
	store = store_opened();
	memcpy(uuid, store_uuid(store), sizeof(uuid));
	assert_int_equal(store_leave(store, NULL), 0);
	assert_true(store_is_away(store));
	assert_string_equal(store_uuid(store), uuid);
	assert_int_equal(store_number_of(store, "SELECT max(seq) FROM event"), promise.last_seq);
	assert_int_equal(store_begin_image(store, NULL), 0);
	assert_int_equal(store_identity(store, STORE_SENSOR, "meanwhile", &index, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	assert_int_equal(index, TURNS + 1);
	assert_int_equal(store_begin(store, NULL), -ENOSPC);
	assert_int_equal(store_copy(store, NULL), -EIO);
	failing_vfs_set(FAILING_NOTHING, FAILING_ONCE, 0);
	assert_int_equal(store_begin(store, NULL), 0);
	assert_false(store_is_away(store));
	assert_int_equal(store_commit(store, NULL), 0);
	assert_int_equal(store_index_of(store, "later"), TURNS + 2);
	store_close(store);
	store = store_opened();
	assert_string_equal(store_uuid(store), uuid);
	assert_int_equal(store_index_of(store, "meanwhile"), TURNS + 1);
	store_close(store);
}

/* Nothing can be read, not even later: what was given meanwhile is what holds. */
static void
without_an_image_all_begins_in_memory(void **state)
{
	struct promise promise = { 0 };
	struct store_story story;
	struct store *store;
	char uuid[37];

	(void)state;
	for (int is_used = 0; is_used < 2; is_used++) {
		if (is_used)
			live(&promise);
		failing_vfs_set(FAILING_OPEN, FAILING_FROM_ON, 1);
		store = store_opened();
		memcpy(uuid, store_uuid(store), sizeof(uuid));
		assert_true(store_is_away(store));
		assert_true(store_begin(store, NULL) < 0);
		failing_vfs_set(FAILING_NOTHING, FAILING_ONCE, 0);
		assert_int_equal(store_index_of(store, "a"), 1);
		assert_int_equal(state_files_like(".damaged-*Z"), is_used);
		assert_string_equal(store_uuid(store), uuid);
		store_close(store);
		store = store_opened();
		assert_string_equal(store_uuid(store), uuid);
		assert_int_equal(store_story(store, &story, NULL), 0);
		assert_int_equal(
		    story.story, is_used ? STORAGE_STORY_ANEW : STORAGE_STORY_UNWRITABLE);
		store_close(store);
		state_folder_empty();
	}
}

static int
use_vfs(void **state)
{
	(void)state;
	failing_vfs_use();
	return 0;
}

int
main(void)
{
#define IN_A_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, state_folder_make, state_folder_remove)
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(no_error_of_the_disk_breaks_a_promise),
		IN_A_FOLDER(a_dropped_write_is_no_crash),
		IN_A_FOLDER(an_image_is_read_until_the_disk_is_back),
		IN_A_FOLDER(without_an_image_all_begins_in_memory),
	};

	return cmocka_run_group_tests(tests, use_vfs, NULL);
}
