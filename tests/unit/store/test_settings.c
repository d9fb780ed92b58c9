/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/strbuf.h"
#include "tests/unit/store/state_folder.h"
#include "tests/unit/unit.h"

static int
see_setting(void *context, const struct store_setting *setting, struct err *err)
{
	(void)err;
	strbuf_add(context, "%d.%u.%s=%s(%s) ", (int)setting->kind, (unsigned)setting->index,
	    setting->key, setting->value,
	    setting->file_value != NULL ? setting->file_value : "none");
	return 0;
}

static int
see_row(void *context, enum store_kind kind, uint32_t index, uint32_t row_status, struct err *err)
{
	(void)err;
	strbuf_add(context, "%d.%u:%u ", (int)kind, (unsigned)index, (unsigned)row_status);
	return 0;
}

static void
assert_stored(struct store *store, const char *settings, const char *rows)
{
	char seen[1024];
	struct strbuf buffer;

	strbuf_init(&buffer, seen, sizeof(seen));
	assert_int_equal(store_load_settings(store, see_setting, &buffer, NULL), 0);
	assert_string_equal(seen, settings);
	strbuf_init(&buffer, seen, sizeof(seen));
	assert_int_equal(store_load_rows(store, see_row, &buffer, NULL), 0);
	assert_string_equal(seen, rows);
}

static void
put(struct store *store, enum store_kind kind, uint32_t index, const char *key, const char *value,
    const char *file_value)
{
	const struct store_setting setting = { kind, index, key, value, file_value };

	assert_int_equal(store_put_setting(store, &setting, NULL), 0);
}

static void
settings_come_back_after_a_restart_in_order(void **state)
{
	static const char expected[] = "2.7.deadband=1.5(1) 2.7.location=a'); --() "
				       "2.4294967295.gain=2(none) 7.0.enabled=false(true) ";
	struct store *store = store_opened();

	(void)state;
	assert_stored(store, "", "");
	assert_int_equal(store_begin(store, NULL), 0);
	put(store, STORE_MAIL, 0, "enabled", "false", "true");
	put(store, STORE_SENSOR, UINT32_MAX, "gain", "2", NULL);
	put(store, STORE_SENSOR, 7, "location", "a'); --", "");
	put(store, STORE_SENSOR, 7, "deadband", "1.5", "1");
	assert_int_equal(store_commit(store, NULL), 0);
	assert_stored(store, expected, "");
	store_close(store);
	store = store_opened();
	assert_stored(store, expected, "");
	store_close(store);
}

static void
what_the_file_said_is_remembered_from_the_first_time(void **state)
{
	static const struct {
		const char *what, *value, *file_value, *stored;
	} cases[] = {
		{ "set", "30", "27", "2.1.high-warning=30(27) " },
		{ "set again, over what is in force", "31", "30", "2.1.high-warning=31(27) " },
		{ "set back to what the file says", "27", "31", "" },
		{ "set anew", "32", "27", "2.1.high-warning=32(27) " },
	};
	struct store *store = store_opened();

	(void)state;
	assert_int_equal(store_begin(store, NULL), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].what);
		put(store, STORE_SENSOR, 1, "high-warning", cases[i].value, cases[i].file_value);
		assert_stored(store, cases[i].stored, "");
	}
	store_rollback(store);
	store_close(store);
}

static void
settings_are_removed_one_by_one_or_with_their_row(void **state)
{
	struct store *store = store_opened();

	(void)state;
	assert_int_equal(store_begin(store, NULL), 0);
	put(store, STORE_SENSOR, 1, "gain", "2", "1");
	put(store, STORE_SENSOR, 1, "offset", "2", "1");
	put(store, STORE_SENSOR, 2, "gain", "2", "1");
	put(store, STORE_BUS, 1, "timeout", "2s", "1s");
	assert_int_equal(store_remove_setting(store, STORE_SENSOR, 2, "offset", NULL), 0);
	assert_int_equal(store_remove_setting(store, STORE_SENSOR, 1, "gain", NULL), 0);
	assert_stored(store, "1.1.timeout=2s(1s) 2.1.offset=2(1) 2.2.gain=2(1) ", "");
	put(store, STORE_SENSOR, 1, "gain", "2", "1");
	assert_int_equal(store_remove_settings(store, STORE_SENSOR, 1, NULL), 0);
	assert_stored(store, "1.1.timeout=2s(1s) 2.2.gain=2(1) ", "");
	store_rollback(store);
	assert_stored(store, "", "");
	store_close(store);
}

static void
a_row_takes_its_index_for_ever(void **state)
{
	static const struct {
		const char *what;
		uint32_t index;
		int code;
		uint32_t next;
	} cases[] = {
		{ "no index", 0, -EINVAL, 3 },
		{ "of a sensor in the file", 2, -EEXIST, 3 },
		{ "the next", 3, 0, 4 },
		{ "the same row again", 3, 0, 4 },
		{ "far away", 1000, 0, 1001 },
		{ "passed over", 4, -EEXIST, 1001 },
		{ "too great", (uint32_t)INT32_MAX + 1, -EINVAL, 1001 },
	};
	struct store *store = store_opened();
	uint32_t index;

	(void)state;
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_identity(store, STORE_SENSOR, "a", &index, NULL), 0);
	assert_int_equal(store_identity(store, STORE_SENSOR, "b", &index, NULL), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].what);
		assert_int_equal(
		    store_put_row(store, STORE_SENSOR, cases[i].index, 1, NULL), cases[i].code);
		assert_int_equal(store_next_index(store, STORE_SENSOR), cases[i].next);
	}
	assert_int_equal(store_put_row(store, STORE_RELAY, 1, 2, NULL), 0);
	assert_int_equal(store_put_row(store, STORE_CONTACT, 1, 3, NULL), 0);
	assert_int_equal(store_put_row(store, STORE_CONTACT, 1, 1, NULL), 0);
	assert_int_equal(store_remove_row(store, STORE_SENSOR, 3, NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);

	store = store_opened();
	assert_stored(store, "", "2.1000:1 4.1:2 5.1:1 ");
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_identity(store, STORE_SENSOR, "c", &index, NULL), 0);
	assert_int_equal(index, 1001);
	assert_int_equal(store_put_row(store, STORE_SENSOR, 3, 1, NULL), 0); /* an undone destroy */
	store_rollback(store);
	store_close(store);
}

static void
an_index_goes_on_under_another_name(void **state)
{
	struct store *store = store_opened();
	uint32_t index;

	(void)state;
	assert_string_equal(store_folder(store), state_dir);
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_put_row(store, STORE_SENSOR, 1, 1, NULL), 0);
	assert_int_equal(store_find_identity(store, STORE_SENSOR, "a", &index, NULL), 0);
	assert_int_equal(index, 0);
	assert_int_equal(store_rename_identity(store, STORE_SENSOR, 1, "a", NULL), 0);
	assert_int_equal(store_find_identity(store, STORE_SENSOR, "a", &index, NULL), 0);
	assert_int_equal(index, 1);
	assert_int_equal(store_identity(store, STORE_SENSOR, "a", &index, NULL), 0);
	assert_int_equal(index, 1);
	assert_int_equal(store_put_row(store, STORE_SENSOR, 1, 1, NULL), -EEXIST);
	store_rollback(store);
	assert_int_equal(store_rename_identity(store, STORE_SENSOR, 1, "a", NULL), -EIO);
	store_close(store);
}

static void
all_is_cleared_and_a_row_restored_in_another_database(void **state)
{
	struct store *store = store_opened();
	uint32_t index;

	(void)state;
	assert_int_equal(store_begin(store, NULL), 0);
	put(store, STORE_SENSOR, 1, "gain", "2", "1");
	assert_int_equal(store_put_row(store, STORE_SENSOR, 1, 1, NULL), 0);
	assert_int_equal(store_clear_settings(store, NULL), 0);
	assert_stored(store, "", "");
	assert_int_equal(store_identity(store, STORE_SENSOR, "a", &index, NULL), 0);
	assert_int_equal(index, 2);
	assert_int_equal(store_restore_row(store, STORE_SENSOR, 1, 2, NULL), 0);
	assert_int_equal(store_restore_row(store, STORE_CONTACT, 9, 1, NULL), 0);
	assert_stored(store, "", "2.1:2 5.9:1 ");
	assert_int_equal(store_next_index(store, STORE_SENSOR), 3);
	assert_int_equal(store_next_index(store, STORE_CONTACT), 10);
	assert_int_equal(store_put_row(store, STORE_CONTACT, 9, 2, NULL), 0); /* its own */
	store_rollback(store);
	store_close(store);
}

static void
nothing_is_written_without_a_transaction(void **state)
{
	const struct store_setting setting = { STORE_SENSOR, 1, "gain", "2", "1" };
	struct store *store = store_opened();

	(void)state;
	assert_int_equal(store_put_setting(store, &setting, NULL), -EIO);
	assert_int_equal(store_remove_setting(store, STORE_SENSOR, 1, "gain", NULL), -EIO);
	assert_int_equal(store_remove_settings(store, STORE_SENSOR, 1, NULL), -EIO);
	assert_int_equal(store_put_row(store, STORE_SENSOR, 1, 1, NULL), -EIO);
	assert_int_equal(store_remove_row(store, STORE_SENSOR, 1, NULL), -EIO);
	assert_stored(store, "", "");
	store_close(store);
}

int
main(void)
{
#define IN_A_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, state_folder_make, state_folder_remove)
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(settings_come_back_after_a_restart_in_order),
		IN_A_FOLDER(what_the_file_said_is_remembered_from_the_first_time),
		IN_A_FOLDER(settings_are_removed_one_by_one_or_with_their_row),
		IN_A_FOLDER(a_row_takes_its_index_for_ever),
		IN_A_FOLDER(an_index_goes_on_under_another_name),
		IN_A_FOLDER(all_is_cleared_and_a_row_restored_in_another_database),
		IN_A_FOLDER(nothing_is_written_without_a_transaction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
