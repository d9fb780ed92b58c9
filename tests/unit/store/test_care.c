/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/store_private.h"
#include "tests/unit/store/state_folder.h"
#include "tests/unit/unit.h"

/* Damage, copies, and what is made of them. */
#define PAGE 4096

static char before[1 << 20], after[1 << 20]; /* of a file */

/* Ten events and sensors a, b in the copy; more events, c and a setting are younger. */
static void
make_used_database(int copies, char *ret_uuid)
{
	static const struct store_setting setting = { STORE_SENSOR, 1, "low-warning", "5", "4" };
	struct store *store = store_opened();
	struct err err;

	memcpy(ret_uuid, store_uuid(store), 37);
	for (int i = 0; i < copies; i++) {
		store_index_of(store, "a");
		store_index_of(store, "b");
		store_add_events_to(store, 10);
		if (store_copy(store, &err) < 0)
			fail_msg("%s", err.text);
	}
	store_index_of(store, "c");
	store_add_events_to(store, 400);
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_put_setting(store, &setting, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);
}

static void
flip_octets(const char *suffix, off_t at, size_t count)
{
	size_t size = read_file(suffix, before, sizeof(before));

	assert_true((size_t)at + count <= size);
	for (size_t i = 0; i < count; i++)
		before[(size_t)at + i] ^= (char)0xa5;
	write_file(suffix, before, size);
}

enum damage {
	TEXT,
	EMPTY,
	GONE,
	HALF,
	MAGIC,
	FIRST_PAGE,
	LAST_PAGE,
	PAGES,
	EVENT_GAP,
	NO_UUID,
	BAD_INDEX,
	NO_NUMBERS,
	BAD_EVENT,
	BAD_ALARM,
	BAD_COUNTER,
	OTHER_NUMBER,
	OTHER_COUNTER,
	BAD_DELIVERY,
	LOW_COUNTER,
	LOW_ENTITY,
};

/* clang-format off */
static const char *const statements[] = {
	[EVENT_GAP] = "DELETE FROM event WHERE seq = 5",
	[NO_UUID] = "DELETE FROM meta",
	[BAD_INDEX] = "UPDATE identity SET idx = -1 WHERE key = 'a'",
	[NO_NUMBERS] = "DELETE FROM number",
	[BAD_EVENT] = "UPDATE event SET kind = 99 WHERE seq = 5",
	[BAD_ALARM] = "INSERT INTO alarm VALUES (1, 1, 1, 2, -1, 1, 0, 1, 0, 'a', 2, 5,"
	    " 0, 1, 1, 1, 0, '')",
	[BAD_COUNTER] = "UPDATE number SET value = 4294967295 WHERE key = 4",
	[OTHER_NUMBER] = "UPDATE number SET key = 6 WHERE key = 4",
	[OTHER_COUNTER] = "UPDATE counter SET kind = 6 WHERE kind = 4",
	[BAD_DELIVERY] = "INSERT INTO delivery VALUES (-53, 1, 1, 'x', 0, 0, 1, 1, 0, 0, 0, 0,"
	    " 0, 0, 0, 0, '', NULL, 0, '', '', '', 0)",
	[LOW_ENTITY] = "UPDATE counter SET next = 999999 WHERE kind = 3",
	[LOW_COUNTER] = "UPDATE counter SET next = 2 WHERE kind = 2",
};
/* clang-format on */

static void
damage_file(const char *suffix, enum damage damage)
{
	size_t size = read_file(suffix, before, sizeof(before));

	switch (damage) {
	case TEXT:
		write_file(suffix, "It was a dark and stormy night.\n", 32);
		break;
	case EMPTY:
		write_file(suffix, "", 0);
		break;
	case GONE:
		assert_int_equal(unlink(state_file(suffix)), 0);
		break;
	case HALF:
		write_file(suffix, before, size / 2);
		break;
	case MAGIC:
		flip_octets(suffix, 0, 1);
		break;
	case FIRST_PAGE:
		flip_octets(suffix, 100, 200);
		break;
	case LAST_PAGE:
		flip_octets(suffix, (off_t)size - PAGE, 200);
		break;
	case PAGES:
		for (size_t at = PAGE; at < size; at += PAGE)
			flip_octets(suffix, (off_t)at, 8);
		break;
	case EVENT_GAP:
	case NO_UUID:
	case BAD_INDEX:
	case NO_NUMBERS:
	case BAD_EVENT:
	case BAD_ALARM:
	case BAD_COUNTER:
	case OTHER_NUMBER:
	case OTHER_COUNTER:
	case BAD_DELIVERY:
	case LOW_COUNTER:
	case LOW_ENTITY:
		run_sql(suffix, statements[damage]);
		break;
	}
}

struct case_of_damage {
	const char *what;
	enum damage damage;
	int copies, damaged_copies;
	bool is_aside;
	enum storage_story story;
	bool is_salvaged; /* what the copy does not know yet can be read */
};

/* clang-format off */
static const struct case_of_damage cases[] = {
	{ "a text",                     TEXT,       1, 0, true,  STORAGE_STORY_RESTORED, false },
	{ "nothing in it",              EMPTY,      1, 0, false, STORAGE_STORY_RESTORED, false },
	{ "not there",                  GONE,       1, 0, false, STORAGE_STORY_RESTORED, false },
	{ "half of it",                 HALF,       1, 0, true,  STORAGE_STORY_RESTORED, false },
	{ "the first octet",            MAGIC,      1, 0, true,  STORAGE_STORY_RESTORED, false },
	{ "its first page",             FIRST_PAGE, 1, 0, true,  STORAGE_STORY_RESTORED, false },
	{ "its last page",              LAST_PAGE,  1, 0, true,  STORAGE_STORY_RESTORED, true },
	{ "all pages",                  PAGES,      1, 0, true,  STORAGE_STORY_RESTORED, false },
	{ "a gap between events",       EVENT_GAP,  1, 0, true,  STORAGE_STORY_RESTORED, true },
	{ "no uuid",                    NO_UUID,    1, 0, true,  STORAGE_STORY_RESTORED, true },
	{ "an index that cannot be",    BAD_INDEX,  1, 0, true,  STORAGE_STORY_RESTORED, true },
	{ "no numbers",                 NO_NUMBERS, 1, 0, true,  STORAGE_STORY_RESTORED, true },
	{ "an event of no kind",        BAD_EVENT,  1, 0, true,  STORAGE_STORY_RESTORED, true },
	{ "an alarm in no zone",        BAD_ALARM,  1, 0, true,  STORAGE_STORY_RESTORED, true },
	{ "a counter at its end",       BAD_COUNTER, 1, 0, true, STORAGE_STORY_RESTORED, true },
	{ "a number under another key", OTHER_NUMBER, 1, 0, true, STORAGE_STORY_RESTORED, true },
	{ "a counter of another kind",  OTHER_COUNTER, 1, 0, true, STORAGE_STORY_RESTORED, true },
	{ "a delivery below zero",      BAD_DELIVERY, 1, 0, true, STORAGE_STORY_RESTORED, true },
	{ "a counter below an index",   LOW_COUNTER, 1, 0, true, STORAGE_STORY_RESTORED, true },
	{ "an entity below the first",  LOW_ENTITY, 1, 0, true, STORAGE_STORY_RESTORED, true },
	{ "the first copy, too",        PAGES,      2, 1, true,  STORAGE_STORY_RESTORED, false },
	{ "both copies, too",           PAGES,      2, 2, true,  STORAGE_STORY_ANEW, false },
	{ "the only copy, too",         HALF,       1, 1, true,  STORAGE_STORY_ANEW, false },
	{ "there is no copy",           TEXT,       0, 0, true,  STORAGE_STORY_ANEW, false },
	{ "no copy, pages",             PAGES,      0, 0, true,  STORAGE_STORY_ANEW, false },
};
/* clang-format on */

static enum storage_story
story_of(struct store *store)
{
	struct store_story story;

	assert_int_equal(store_story(store, &story, NULL), 0);
	assert_true(
	    (story.copy_wall_ms > 1600000000000) == (story.story == STORAGE_STORY_RESTORED));
	return story.story;
}

static void
assert_content(struct store *store, enum storage_story story, bool is_salvaged)
{
	bool is_restored = story == STORAGE_STORY_RESTORED;

	assert_int_equal(store_number_of(store, "SELECT coalesce(max(seq), 0) FROM event"),
	    is_restored ? 10 : 0);
	assert_int_equal(store_index_of(store, "b"), is_restored ? 2 : 1);
	assert_int_equal(
	    store_number_of(store, "SELECT count(*) FROM setting WHERE value = '5'"), is_salvaged);
	if (is_salvaged)
		assert_int_equal(store_index_of(store, "c"), 3);
	assert_in_range(store_index_of(store, "d"), 2, 4);
}

/* What lies aside is as it was. */
static void
assert_aside(size_t size)
{
	glob_t found;

	assert_int_equal(state_files_like(".damaged-*Z"), size > 0);
	if (size == 0)
		return;
	assert_int_equal(glob(state_file(".damaged-20*Z"), 0, NULL, &found), 0);
	assert_int_equal(
	    read_file(strstr(found.gl_pathv[0], ".damaged-"), after, sizeof(after)), size);
	assert_memory_equal(before, after, size);
	globfree(&found);
}

static void
forget(struct store *store)
{
	assert_int_equal(store_forget_story(store, NULL), -EIO);
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_forget_story(store, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	assert_int_equal(story_of(store), STORAGE_STORY_UNWRITABLE);
}

static void
damage_is_set_aside_and_the_newest_good_copy_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct case_of_damage *one = &cases[i];
		struct store *store;
		char uuid[37], next[37];
		size_t size = 0;

		print_message("%s\n", one->what);
		make_used_database(one->copies, uuid);
		for (int n = 0; n < one->damaged_copies; n++)
			damage_file(store_copies[n], PAGES);
		damage_file("", one->damage);
		if (one->is_aside)
			size = read_file("", before, sizeof(before));

		store = store_opened();
		assert_non_null(strstr(store_damage(store), state_dir));
		assert_string_not_equal(store_uuid(store), uuid);
		memcpy(next, store_uuid(store), sizeof(next));
		assert_int_equal(story_of(store), one->story);
		assert_content(store, one->story, one->is_salvaged);
		store_close(store);
		assert_aside(size);

		/* The next start finds nothing to do, but for the story. */
		store = store_opened();
		assert_string_equal(store_damage(store), "");
		assert_string_equal(store_uuid(store), next);
		assert_int_equal(story_of(store), one->story);
		forget(store);
		store_close(store);
		state_folder_empty();
	}
}

/* What the log of another database would do to the copy. */
static void
the_log_goes_aside_with_its_database(void **state)
{
	struct store *store = store_opened(), *second;
	pid_t child;
	int status;

	(void)state;
	store_add_events_to(store, 10);
	assert_int_equal(store_copy(store, NULL), 0);
	store_close(store);
	fflush(NULL);
	child = fork();
	if (child == 0) {
		store = store_opened();
		store_add_events_to(store, 400);
		_exit(0); /* and no checkpoint */
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(file_is_there(state_file("-wal")));
	damage_file("", TEXT);
	second = store_opened();
	assert_int_equal(state_files_like(".damaged-*Z-wal"), 1);
	assert_int_equal(store_number_of(second, "SELECT max(seq) FROM event"), 10);
	assert_int_equal(store_number_of(second, "SELECT count(*) FROM pragma_integrity_check"
						 " WHERE integrity_check = 'ok'"),
	    1);
	store_close(second);
}

/* As after a crash between the two renames: both lie there, the database does not. */
static void
a_replacement_that_was_cut_off_is_made_again(void **state)
{
	struct store_story story;
	struct store *store;
	char uuid[37];

	(void)state;
	make_used_database(0, uuid);
	assert_int_equal(rename(state_file(""), state_file(".damaged-20260101T000000Z")), 0);
	write_file(".new", "half", 4);
	write_file(".copy", "half", 4);
	store = store_opened();
	assert_int_equal(store_story(store, &story, NULL), 0);
	assert_int_equal(story.story, STORAGE_STORY_ANEW);
	assert_int_equal(state_files_like(".new"), 0);
	assert_int_equal(state_files_like(".copy"), 0);
	store_close(store);
}

static void
only_four_are_kept_aside(void **state)
{
	struct store *store;
	char name[64];

	(void)state;
	for (int i = 1; i <= 6; i++) {
		snprintf(name, sizeof(name), ".damaged-2026010%dT000000Z", i);
		write_file(name, "x", 1);
	}
	write_file("", "no database", 11);
	store = store_opened();
	assert_int_equal(state_files_like(".damaged-*"), 4);
	assert_int_equal(state_files_like(".damaged-20260103T000000Z"), 0);
	assert_int_equal(state_files_like(".damaged-20260104T000000Z"), 1);
	store_close(store);
}

static void
a_copy_is_whole_and_private_and_two_are_kept(void **state)
{
	struct store *store = store_opened();
	struct stat status;

	(void)state;
	umask(0);
	assert_int_equal(store_copy_wall_ms(store), -1);
	for (uint32_t i = 1; i <= 3; i++) {
		store_add_events_to(store, 10 * i);
		assert_int_equal(store_copy(store, NULL), 0);
	}
	umask(022);
	assert_true(store_copy_wall_ms(store) / 1000 - time(NULL) < 10);
	assert_int_equal(store_number_of(store, "SELECT max(seq) FROM event"), 30);
	store_close(store);
	assert_int_equal(state_files_like(".[0-9]*"), 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(stat(state_file(store_copies[i]), &status), 0);
		assert_int_equal(status.st_mode & 07777, 0600);
		assert_int_equal(rename(state_file(store_copies[i]), state_file("")), 0);
		store = store_opened();
		assert_string_equal(store_damage(store), "");
		assert_int_equal(
		    store_number_of(store, "SELECT max(seq) FROM event"), i == 0 ? 30 : 20);
		store_close(store);
	}
}

/* A copy of a damaged database would push out a good one. */
static void
what_is_damaged_is_not_copied(void **state)
{
	struct store *store = store_opened();
	struct err err = { 0 };

	(void)state;
	store_add_events_to(store, 6000); /* more than the cache holds */
	assert_int_equal(store_copy(store, NULL), 0);
	store_close(store);
	store = store_opened();
	damage_file("", PAGES);
	assert_int_equal(store_copy(store, &err), -EUCLEAN);
	assert_int_equal(state_files_like(".[0-9]*"), 1);
	assert_int_equal(state_files_like(".copy"), 0);
	store_close(store);
}

static void
it_can_be_replaced_while_it_is_in_use(void **state)
{
	struct err err = { .text = "it is damaged" };
	struct store *store;
	char uuid[37];

	(void)state;
	make_used_database(1, uuid);
	store = store_opened();
	assert_string_equal(store_uuid(store), uuid);
	assert_int_equal(store_replace(store, &err, &err), 0);
	assert_non_null(strstr(store_damage(store), "it is damaged; set aside as envsensord.db."));
	assert_int_equal(state_files_like(".damaged-*Z"), 1);
	assert_string_not_equal(store_uuid(store), uuid);
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_put_uuid(store, uuid, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	store_add_events_to(store, 20);
	store_close(store);
	store = store_opened();
	assert_string_equal(store_uuid(store), uuid);
	assert_int_equal(store_number_of(store, "SELECT max(seq) FROM event"), 20);
	store_close(store);
}

/* ---- kill -9 ---- */

/* Writes and copies until it is killed. */
static void
write_and_copy(void)
{
	struct store *store = store_opened();
	uint32_t seq = (uint32_t)store_number_of(store, "SELECT max(seq) FROM event");

	for (;;) {
		store_add_events_to(store, ++seq);
		if (store_copy(store, NULL) < 0)
			_exit(1);
	}
}

static void
a_kill_in_a_copy_costs_at_most_that_copy(void **state)
{
	int kills = getenv("CHECK_LONG") != NULL ? 500 : 20, status;
	struct timespec wait = { 0 };
	struct store *store = store_opened();
	int64_t last = 3000, seq;

	(void)state;
	store_add_events_to(store, (uint32_t)last);
	assert_int_equal(store_copy(store, NULL), 0);
	store_close(store);
	srand(4);
	for (int i = 0; i < kills; i++) {
		pid_t child;

		fflush(NULL);
		child = fork();
		if (child == 0)
			write_and_copy();
		wait.tv_nsec = 1000000 + rand() % 40000000;
		nanosleep(&wait, NULL);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		store = store_opened();
		assert_string_equal(store_damage(store), "");
		seq = store_number_of(store, "SELECT max(seq) FROM event");
		assert_true(seq >= last);
		last = seq;
		store_close(store);
		assert_int_equal(state_files_like(".copy*"), 0);
		assert_true(state_files_like(".[0-9]") >= 1);
	}
	/* whichever copies there are: each is whole */
	for (int i = 0; i < 2; i++) {
		if (!file_is_there(state_file(store_copies[i])))
			continue;
		assert_int_equal(rename(state_file(store_copies[i]), state_file("")), 0);
		store = store_opened();
		assert_string_equal(store_damage(store), "");
		store_close(store);
	}
}

int
main(void)
{
#define IN_A_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, state_folder_make, state_folder_remove)
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(damage_is_set_aside_and_the_newest_good_copy_taken),
		IN_A_FOLDER(the_log_goes_aside_with_its_database),
		IN_A_FOLDER(a_replacement_that_was_cut_off_is_made_again),
		IN_A_FOLDER(only_four_are_kept_aside),
		IN_A_FOLDER(a_copy_is_whole_and_private_and_two_are_kept),
		IN_A_FOLDER(what_is_damaged_is_not_copied),
		IN_A_FOLDER(it_can_be_replaced_while_it_is_in_use),
		IN_A_FOLDER(a_kill_in_a_copy_costs_at_most_that_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
