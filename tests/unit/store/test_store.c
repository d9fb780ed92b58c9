/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"
#include "store/store_private.h"
#include "tests/unit/unit.h"

/* Each test has a folder of its own; the state directory in it is not there yet. */
static char folder[32], state_dir[100], database[200];

static int
make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/test_store.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(state_dir, sizeof(state_dir), "%s/state", folder);
	snprintf(database, sizeof(database), "%s/envsensord.db", state_dir);
	return 0;
}

static int
remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

static int
remove_folder(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct store *
opened(void)
{
	struct store *store = NULL;
	struct err err = { 0 };

	if (store_open(state_dir, &store, &err) < 0)
		fail_msg("%s", err.text);
	return store;
}

/* The index of `key` in a transaction of its own. */
static uint32_t
index_of(struct store *store, enum store_kind kind, const char *key)
{
	uint32_t index = 0;

	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_identity(store, kind, key, &index, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	return index;
}

/* SQL on the closed database, behind the back of the store. */
static void
run_sql(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
write_database_file(const char *content)
{
	FILE *file;

	assert_int_equal(mkdir(state_dir, 0700), 0);
	file = fopen(database, "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
refuses_with(int code, const char *text)
{
	struct store *store = (struct store *)&store;
	struct err err = { 0 };

	assert_int_equal(store_open(state_dir, &store, &err), code);
	assert_ptr_equal(store, &store);
	assert_string_equal(err.text, text);
}

static void
makes_everything_private(void **state)
{
	static const char *const files[] = { "lock", "envsensord.db", "envsensord.db-wal" };
	mode_t mask = umask(0);
	struct store *store = opened();
	struct stat status;
	char path[300];
	size_t i;

	(void)state;
	umask(mask);
	index_of(store, STORE_BUS, "a");
	assert_int_equal(stat(state_dir, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	for (i = 0; i < COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", state_dir, files[i]);
		print_message("%s\n", path);
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_mode & 07777, 0600);
	}
	snprintf(path, sizeof(path), "%s-shm", database);
	assert_int_equal(stat(path, &status), -1);
	store_close(store);
	assert_int_equal(chmod(database, 0644), 0);
	store_close(opened());
	assert_int_equal(stat(database, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	store_close(NULL);
}

/* SQLite says nothing about a pragma that it does not know. */
static void
settings_are_in_force(void **state)
{
	/* clang-format off */
	static const struct {
		const char *sql;
		int64_t value;
	} cases[] = {
		{ "SELECT journal_mode = 'wal' FROM pragma_journal_mode",        1 },
		{ "SELECT locking_mode = 'exclusive' FROM pragma_locking_mode",  1 },
		{ "PRAGMA synchronous",                                          2 }, /* FULL */
		{ "PRAGMA foreign_keys",                                         1 },
		{ "PRAGMA trusted_schema",                                       0 },
		{ "PRAGMA cell_size_check",                                      1 },
		{ "PRAGMA cache_size",                                        -256 },
		{ "PRAGMA temp_store",                                           2 }, /* MEMORY */
		{ "PRAGMA journal_size_limit",                             1048576 },
		{ "PRAGMA max_page_count",                                   16384 },
		{ "PRAGMA application_id",                              0x656e7673 },
		{ "PRAGMA secure_delete",                                        1 },
		{ "PRAGMA user_version",                                         7 },
		{ "SELECT count(*) FROM meta WHERE key = 'created' AND value GLOB '20*T*Z'", 1 },
	};
	/* clang-format on */
	struct store *store = opened();
	int64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].sql);
		assert_int_equal(store_number(store, cases[i].sql, &value, NULL), 0);
		assert_int_equal(value, cases[i].value);
	}
	store_close(store);
}

static void
the_uuid_is_random_once_and_stays(void **state)
{
	struct store *store = opened();
	char uuid[37];
	size_t i;

	(void)state;
	assert_int_equal(strlen(store_uuid(store)), 36);
	memcpy(uuid, store_uuid(store), sizeof(uuid));
	store_close(store);
	for (i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23)
			assert_int_equal(uuid[i], '-');
		else
			assert_non_null(strchr("0123456789abcdef", uuid[i]));
	assert_int_equal(uuid[14], '4');
	assert_non_null(strchr("89ab", uuid[19]));
	store = opened();
	assert_string_equal(store_uuid(store), uuid);
	store_close(store);
	assert_int_equal(unlink(database), 0);
	store = opened();
	assert_string_not_equal(store_uuid(store), uuid);
	store_close(store);
}

static void
indices_hold_over_restarts_and_reordering(void **state)
{
	/* clang-format off */
	static const struct {
		const char *what;
		enum store_kind kind;
		const char *key;
		uint32_t index;
		bool reopen; /* before */
	} cases[] = {
		{ "the first",                     STORE_SENSOR, "inlet",   1,       false },
		{ "the second",                    STORE_SENSOR, "outlet",  2,       false },
		{ "the first once more",           STORE_SENSOR, "inlet",   1,       false },
		{ "a kind counts by itself",       STORE_BUS,    "inlet",   1,       false },
		{ "entities start at a million",   STORE_ENTITY, "chassis", 1000000, false },
		{ "and go on",                     STORE_ENTITY, "inlet",   1000001, false },
		{ "the last first, after restart", STORE_SENSOR, "outlet",  2,       true  },
		{ "a new one between",             STORE_SENSOR, "middle",  3,       false },
		{ "then the first",                STORE_SENSOR, "inlet",   1,       false },
		{ "names are taken as they are",   STORE_SENSOR, "Inlet",   4,       false },
		{ "quotes and all",                STORE_SENSOR, "a'); --", 5,       false },
		{ "the new one, after restart",    STORE_SENSOR, "middle",  3,       true  },
		{ "the same entity",               STORE_ENTITY, "inlet",   1000001, false },
		{ "the next entity",               STORE_ENTITY, "outlet",  1000002, false },
		{ "the first relay",               STORE_RELAY,  "a:465",   1,       false },
		{ "the second relay",              STORE_RELAY,  "a:465#2", 2,       false },
		{ "the first contact",             STORE_CONTACT, "ops",    1,       true  },
		{ "the same relay, after restart", STORE_RELAY,  "a:465#2", 2,       false },
		{ "the third relay",               STORE_RELAY,  "b:465",   3,       false },
	};
	/* clang-format on */
	struct store *store = opened();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		if (cases[i].reopen) {
			store_close(store);
			store = opened();
		}
		print_message("%s\n", cases[i].what);
		assert_int_equal(index_of(store, cases[i].kind, cases[i].key), cases[i].index);
	}
	store_close(store);
}

static void
the_next_index_is_told_before(void **state)
{
	struct store *store = opened();

	(void)state;
	assert_int_equal(store_next_index(store, STORE_BUS), 1);
	assert_int_equal(store_next_index(store, STORE_SENSOR), 1);
	assert_int_equal(store_next_index(store, STORE_ENTITY), 1000000);
	assert_int_equal(index_of(store, STORE_SENSOR, "a"), 1);
	assert_int_equal(store_next_index(store, STORE_SENSOR), 2);
	assert_int_equal(index_of(store, STORE_SENSOR, "a"), 1);
	assert_int_equal(store_next_index(store, STORE_SENSOR), 2);
	assert_int_equal(store_next_index(store, STORE_CONTACT), 1);
	assert_int_equal(index_of(store, STORE_CONTACT, "ops"), 1);
	assert_int_equal(store_next_index(store, STORE_CONTACT), 2);
	assert_int_equal(store_next_index(store, STORE_RELAY), 1);
	store_close(store);
}

static void
an_index_is_never_used_again(void **state)
{
	struct store *store = opened();

	(void)state;
	index_of(store, STORE_SENSOR, "a");
	assert_int_equal(index_of(store, STORE_SENSOR, "b"), 2);
	store_close(store);
	run_sql("DELETE FROM identity");
	store = opened();
	assert_int_equal(index_of(store, STORE_SENSOR, "b"), 3);
	assert_int_equal(index_of(store, STORE_SENSOR, "a"), 4);
	store_close(store);
}

static void
the_last_index_is_the_last(void **state)
{
	struct store *store = opened();
	uint32_t index = 42;
	struct err err;

	(void)state;
	store_close(store);
	run_sql("UPDATE counter SET next = 2147483647 WHERE kind = 2");
	store = opened();
	assert_int_equal(index_of(store, STORE_SENSOR, "a"), INT32_MAX);
	assert_int_equal(store_next_index(store, STORE_SENSOR), 0);
	assert_int_equal(store_begin(store, &err), 0);
	assert_int_equal(store_identity(store, STORE_SENSOR, "b", &index, &err), -ENOSPC);
	assert_int_equal(index, 42);
	assert_int_equal(store_identity(store, STORE_SENSOR, "a", &index, &err), 0);
	assert_int_equal(index, INT32_MAX);
	assert_int_equal(store_commit(store, &err), 0);
	store_close(store);
}

static void
a_rollback_forgets(void **state)
{
	struct store *store = opened();
	uint32_t index;

	(void)state;
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_identity(store, STORE_SENSOR, "a", &index, NULL), 0);
	assert_int_equal(store_identity(store, STORE_SENSOR, "b", &index, NULL), 0);
	assert_int_equal(index, 2);
	store_rollback(store);
	assert_int_equal(store_next_index(store, STORE_SENSOR), 1);
	assert_int_equal(index_of(store, STORE_SENSOR, "b"), 1);
	store_rollback(store); /* without a transaction: nothing */
	assert_int_equal(index_of(store, STORE_SENSOR, "b"), 1);
	store_close(store);
}

static void
an_end_without_commit_forgets(void **state)
{
	struct store *store = opened();
	uint32_t index;

	(void)state;
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_identity(store, STORE_SENSOR, "a", &index, NULL), 0);
	store_close(store);
	store = opened();
	assert_int_equal(index_of(store, STORE_SENSOR, "b"), 1);
	store_close(store);
}

static void
no_index_is_given_outside_a_transaction(void **state)
{
	struct store *store = opened();
	uint32_t index = 42;
	struct err err;

	(void)state;
	assert_int_equal(store_identity(store, STORE_SENSOR, "a", &index, &err), -EIO);
	assert_int_equal(index, 42);
	assert_int_equal(store_next_index(store, STORE_SENSOR), 1);
	store_close(store);
}

/* A disk that takes nothing more, by a limit on the size of a file. */
static void
a_commit_that_fails_has_rolled_back(void **state)
{
	struct store *store = opened();
	struct rlimit limit, none;
	char text[300];
	uint32_t index;
	struct err err = { 0 };
	int r;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	index_of(store, STORE_SENSOR, "a");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	none = limit;
	none.rlim_cur = 1;
	assert_int_equal(store_begin(store, &err), 0);
	assert_int_equal(store_identity(store, STORE_SENSOR, "b", &index, &err), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	r = store_commit(store, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(r, -EIO);
	snprintf(text, sizeof(text), "%s: cannot commit: disk I/O error", database);
	assert_string_equal(err.text, text);
	assert_int_equal(store_next_index(store, STORE_SENSOR), 2);
	assert_int_equal(index_of(store, STORE_SENSOR, "c"), 2);
	store_close(store);
	store = opened();
	assert_int_equal(index_of(store, STORE_SENSOR, "b"), 3);
	store_close(store);
}

static void
a_second_instance_is_refused(void **state)
{
	struct store *store = opened();
	char text[300];

	(void)state;
	snprintf(text, sizeof(text), "%s/lock: held by another instance, pid %lld", state_dir,
	    (long long)getpid());
	refuses_with(-EBUSY, text);
	store_close(store);
	store_close(opened());
}

static void
a_newer_schema_is_refused(void **state)
{
	char text[300];

	(void)state;
	store_close(opened());
	run_sql("PRAGMA user_version = 99");
	snprintf(text, sizeof(text),
	    "%s: has schema version 99, made by a newer envsensord; this one knows 7", database);
	refuses_with(-EPROTO, text);
	run_sql("PRAGMA user_version = 7");
	store_close(opened());
}

static void
a_database_that_is_not_ours_is_refused(void **state)
{
	/* clang-format off */
	static const struct {
		const char *what, *sql;
	} cases[] = {
		{ "somebody else's",    "CREATE TABLE song (title); PRAGMA user_version = 1" },
		{ "without a version",  "CREATE TABLE song (title)" },
		{ "other id",           "PRAGMA application_id = 7; PRAGMA user_version = 1" },
		{ "our id, no version", "PRAGMA application_id = 1701738099" },
	};
	/* clang-format on */
	struct stat before, after;
	char text[300];
	size_t i;

	(void)state;
	snprintf(text, sizeof(text), "%s: is not a database of envsensord", database);
	for (i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].what);
		write_database_file("");
		run_sql(cases[i].sql);
		assert_int_equal(stat(database, &before), 0);
		refuses_with(-EINVAL, text);
		assert_int_equal(stat(database, &after), 0);
		assert_int_equal(before.st_size, after.st_size);
		assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
		remove_folder(NULL);
		assert_int_equal(mkdir(folder, 0700), 0);
	}
}

static void
an_empty_file_becomes_a_database(void **state)
{
	struct store *store;

	(void)state;
	write_database_file("");
	store = opened();
	assert_int_equal(index_of(store, STORE_BUS, "a"), 1);
	store_close(store);
}

static void
a_place_that_cannot_be_is_named(void **state)
{
	/* clang-format off */
	static const struct {
		const char *place; /* in the folder */
		int code;
		const char *text; /* behind the folder */
	} cases[] = {
		{ "file",        -ENOTDIR,
		  "/file/lock: cannot open: Not a directory" },
		{ "file/x",      -ENOTDIR,
		  "/file/x: cannot make the state directory: Not a directory" },
		{ "no/parents",  -ENOENT,
		  "/no/parents: cannot make the state directory: No such file or directory" },
		{ "occupied",    -EISDIR,
		  "/occupied/envsensord.db: cannot open: Is a directory" },
	};
	/* clang-format on */
	char path[100], text[300];
	size_t i;

	(void)state;
	snprintf(path, sizeof(path), "%s/file", folder);
	assert_int_equal(close(creat(path, 0600)), 0);
	snprintf(path, sizeof(path), "%s/occupied", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/occupied/envsensord.db", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(state_dir, sizeof(state_dir), "%s/%s", folder, cases[i].place);
		snprintf(text, sizeof(text), "%s%s", folder, cases[i].text);
		refuses_with(cases[i].code, text);
	}
}

int
main(void)
{
#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(makes_everything_private),
		IN_A_FOLDER(settings_are_in_force),
		IN_A_FOLDER(the_uuid_is_random_once_and_stays),
		IN_A_FOLDER(indices_hold_over_restarts_and_reordering),
		IN_A_FOLDER(the_next_index_is_told_before),
		IN_A_FOLDER(an_index_is_never_used_again),
		IN_A_FOLDER(the_last_index_is_the_last),
		IN_A_FOLDER(a_rollback_forgets),
		IN_A_FOLDER(an_end_without_commit_forgets),
		IN_A_FOLDER(no_index_is_given_outside_a_transaction),
		IN_A_FOLDER(a_commit_that_fails_has_rolled_back),
		IN_A_FOLDER(a_second_instance_is_refused),
		IN_A_FOLDER(a_newer_schema_is_refused),
		IN_A_FOLDER(a_database_that_is_not_ours_is_refused),
		IN_A_FOLDER(an_empty_file_becomes_a_database),
		IN_A_FOLDER(a_place_that_cannot_be_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
