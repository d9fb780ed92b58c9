/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"
#include "sys/clock.h"
#include "tests/unit/engine/engine_bench.h"
#include "tests/unit/store/failing_vfs.h"
#include "tests/unit/store/trouble.h"
#include "tests/unit/unit.h"

/* The database is damaged, full, away or slow; the clock is set: what the engine makes of it. */
#define MINUTE_MS 60000
#define HOUR_MS   (60 * MINUTE_MS)
#define STRANGE   "boot of before"

/* Instead of what the kernel says of the machine that the test runs on. */
static bool is_synchronised = true;

bool __wrap_clock_is_synchronised(void);

bool
__wrap_clock_is_synchronised(void)
{
	return is_synchronised;
}

static const char *
path_of(const struct bench *bench, const char *suffix)
{
	static char path[80];

	snprintf(path, sizeof(path), "%s/envsensord.db%s", bench->folder, suffix);
	return path;
}

static int
count_of(const struct bench *bench, const char *pattern)
{
	glob_t found;
	int count = 0;

	if (glob(path_of(bench, pattern), 0, NULL, &found) == 0) {
		count = (int)found.gl_pathc;
		globfree(&found);
	}
	return count;
}

/* As at the beginning of a test. */
static void
begin_anew(struct bench *bench)
{
	char command[100];

	bench_end(bench);
	snprintf(command, sizeof(command), "rm -f %s/envsensord.db*", bench->folder);
	assert_int_equal(system(command), 0);
	text_copy(bench->now.boot_id, sizeof(bench->now.boot_id), "boot");
	bench_begin(bench);
}

static void
assert_storage_alarm(struct bench *bench, bool is_there, enum severity severity)
{
	const struct alarms *alarms = bench_look(bench)->alarms;
	bool is_found = false;

	for (size_t i = 0; i < alarms->count; i++) {
		if (alarms->rows[i].alarm.kind != ALARM_STORAGE)
			continue;
		is_found = true;
		assert_int_equal(alarms->rows[i].alarm.severity, severity);
		assert_string_equal(alarms->rows[i].source, "database");
	}
	assert_int_equal(is_found, is_there);
}

static void
a_restart_after_damage_tells_what_is_lost(void **state)
{
	struct bench *bench = *state;
	char uuid[37];

	for (int has_copy = 1; has_copy >= 0; has_copy--) {
		enum storage_story story = has_copy ? STORAGE_STORY_RESTORED : STORAGE_STORY_ANEW;
		uint32_t seq;

		bench_restart(bench, bench_conf(2));
		bench_reads(bench, 2, 31000);
		seq = bench_look(bench)->events->last_seq;
		if (has_copy)
			assert_int_equal(store_copy(bench->store, NULL), 0);
		memcpy(uuid, store_uuid(bench->store), sizeof(uuid));
		bench_reads(bench, 2, 20000); /* lost */
		trouble_damage(bench->store);
		bench_restart(bench, bench_conf(2));
		ASSERT_EVENTS(bench, has_copy ? seq + 1 : 1, EVENT_AGENT_START,
		    EVENT_STORAGE_TROUBLE, EVENT_STORAGE_OK);
		assert_int_equal(bench_last_event(bench)->numbers[0], story);
		assert_int_equal(bench_last_event(bench)->numbers[1] > 1700000000, has_copy);
		assert_string_not_equal(bench_look(bench)->agent.uuid, uuid);
		assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
		assert_int_equal(bench_look(bench)->alarms->count, has_copy ? 2 : 0);
		bench_restart(bench, bench_conf(2)); /* told once */
		assert_int_equal(bench_last_event(bench)->kind, EVENT_AGENT_START);
		assert_int_equal(unlink(path_of(bench, ".1")), has_copy ? 0 : -1);
	}
}

/* All is in memory, so nothing is lost. */
static void
damage_in_use_is_written_anew(void **state)
{
	struct bench *bench = *state;
	char uuid[37];

	for (int has_copy = 0; has_copy < 2; has_copy++) {
		uint32_t last, id;

		bench_restart(bench, bench_conf(3));
		if (has_copy)
			assert_int_equal(store_copy(bench->store, NULL), 0);
		bench_reads(bench, 3, 31000);
		last = bench_look(bench)->events->last_seq;
		id = bench_look(bench)->alarms->rows[0].alarm.id;
		memcpy(uuid, store_uuid(bench->store), sizeof(uuid));
		trouble_damage(bench->store);
		bench_reads(bench, 1, 20000);
		assert_int_equal(bench_look(bench)->agent.storage, STORAGE_FAILED);
		assert_storage_alarm(bench, true, SEVERITY_WARNING);
		assert_int_equal(bench_look(bench)->events->last_seq, last);
		bench_reads(bench, 1, 20000);
		assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
		bench_reads(bench, 1, 20000);
		ASSERT_EVENTS(
		    bench, last + 1, EVENT_CLEAR, EVENT_STORAGE_TROUBLE, EVENT_STORAGE_OK);
		assert_int_equal(bench_last_event(bench)->numbers[0], STORAGE_STORY_REWRITTEN);
		assert_int_equal(count_of(bench, ".damaged-*Z"), 1);

		bench_restart(bench, bench_conf(3));
		ASSERT_EVENTS(bench, last + 4, EVENT_AGENT_START);
		assert_int_equal(bench_event(bench, 2)->kind, EVENT_RAISE);
		assert_string_equal(bench_look(bench)->agent.uuid, uuid);
		assert_int_equal(bench_look(bench)->alarms->count, 2);
		assert_int_equal(bench_look(bench)->alarms->rows[0].alarm.id, id + 1);
		assert_int_equal(bench_look(bench)->conf->sensors[2].index, 3);
		assert_int_equal(bench_look(bench)->live->sensors[2].zone, ZONE_HIGH_CRITICAL);
		begin_anew(bench);
	}
}

/* The first contact that there was has gone. */
static void
contacts_keep_their_indices_over_damage(void **state)
{
	static const char *const names[] = { "gone", "ops" };
	struct bench *bench = *state;

	for (size_t round = 0; round < 3; round++) {
		struct conf *conf = bench_conf(1);

		for (size_t i = round == 0 ? 0 : 1; i < COUNT(names); i++)
			text_copy(conf_add_contact(conf)->name, CONF_NAME_SIZE, names[i]);
		bench_restart(bench, conf);
		conf = (struct conf *)bench_look(bench)->conf;
		assert_int_equal(conf->contacts[conf->contact_count - 1].index, 2);
		if (round != 1)
			continue;
		trouble_damage(bench->store);
		bench_reads(bench, 1, 31000);
		bench_reads(bench, 1, 31000);
		assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
	}
}

/* Rows that wait need their events, which the log has dropped long since. */
static void
a_queue_outlives_damage(void **state)
{
	struct bench *bench = *state;

	for (int has_copy = 0; has_copy < 2; has_copy++) {
		const struct deliveries *deliveries;
		struct conf *conf = bench_conf(200);
		uint32_t pending;
		size_t expired = 0;

		conf->event.maximum = 100;
		bench_restart(bench, conf);
		bench_reads(bench, 200, has_copy ? 20000 : 31000);
		if (has_copy)
			assert_int_equal(store_copy(bench->store, NULL), 0);
		bench_reads(bench, 1, has_copy ? 31000 : 20000);
		trouble_damage(bench->store);
		for (int i = 0; i < 3; i++)
			bench_reads(bench, 2, i % 2 == 0 ? 31000 : 20000);
		assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
		pending = bench_look(bench)->deliveries->channels[0].pending;
		assert_true(pending > 200);
		conf = bench_conf(200);
		conf->event.maximum = 100;
		bench_restart(bench, conf);
		deliveries = bench_look(bench)->deliveries;
		assert_int_equal(deliveries->channels[0].pending, pending + 1);
		assert_int_equal(deliveries->channels[0].books.accepted, pending + 1);
		for (size_t i = 0; i < deliveries->count; i++)
			expired += deliveries->rows[i].state != DELIVERY_HELD;
		assert_int_equal(expired, 0);
	}
}

/* Events that the log has dropped stay for what waits to be told of them; those of changes of the
 * configuration between, of which nobody is told, do not. */
static void
what_waits_is_no_gap(void **state)
{
	struct bench *bench = *state;
	uint32_t pending;

	for (int i = 0; i < 10; i++) {
		struct conf *conf = bench_conf(40);

		conf->event.maximum = 100;
		bench_configure(bench, conf);
		bench_reads(bench, 40, i % 2 == 0 ? 31000 : 20000);
	}
	pending = bench_look(bench)->deliveries->channels[0].pending;
	assert_true(pending > 300);
	bench_end(bench);
	bench_begin(bench);
	assert_string_equal(store_damage(bench->store), "");
	bench_configure(bench, bench_conf(40));
	assert_int_equal(bench_look(bench)->deliveries->channels[0].pending, pending + 1);
}

/* A disk that damages each one is not given another each second. */
static void
the_second_damage_waits_an_hour(void **state)
{
	struct bench *bench = *state;

	bench_configure(bench, bench_conf(1));
	for (int i = 0; i < 2; i++) {
		trouble_damage(bench->store);
		bench_reads(bench, 1, i == 0 ? 31000 : 20000);
		bench_reads(bench, 1, i == 0 ? 31000 : 20000);
		assert_int_equal(
		    bench_look(bench)->agent.storage, i == 0 ? STORAGE_OK : STORAGE_FAILED);
		bench_reads(bench, 1, i == 0 ? 31000 : 20000);
	}
	for (int i = 0; i < 30; i++)
		bench_reads(bench, 1, 20000);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_FAILED);
	assert_int_equal(count_of(bench, ".damaged-*Z"), 1);
	bench_pass(bench, HOUR_MS);
	bench_reads(bench, 1, 20000);
	bench_reads(bench, 1, 20000);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
	ASSERT_EVENTS(bench, 1, EVENT_AGENT_START, EVENT_RAISE, EVENT_STORAGE_TROUBLE,
	    EVENT_STORAGE_OK, EVENT_CLEAR, EVENT_STORAGE_TROUBLE, EVENT_FAULT_RAISE,
	    EVENT_FAULT_CLEAR, EVENT_STORAGE_OK);
}

/* ---- a disk that takes nothing ---- */

static void
the_storage_is_an_alarm_while_it_fails(void **state)
{
	struct bench *bench = *state;

	bench_configure(bench, bench_conf(1));
	bench_reads(bench, 1, 20000);
	assert_int_equal(bench_look(bench)->agent.overall, SEVERITY_OK);
	failing_vfs_set(FAILING_WRITE, FAILING_FROM_ON, 1);
	bench_reads(bench, 1, 28000);
	bench_reads(bench, 1, 20000);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_FAILED);
	assert_int_equal(bench_look(bench)->agent.overall, SEVERITY_WARNING);
	assert_storage_alarm(bench, true, SEVERITY_WARNING);
	bench_configure(bench, bench_conf(1)); /* not what ends it */
	assert_storage_alarm(bench, true, SEVERITY_WARNING);
	failing_vfs_set(FAILING_NOTHING, FAILING_ONCE, 0);
	bench_reads(bench, 1, 20000);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
	assert_storage_alarm(bench, false, SEVERITY_OK);

	/* The end comes between the commit that works and that of its event. */
	bench_restart(bench, bench_conf(1));
	assert_storage_alarm(bench, false, SEVERITY_OK);
	assert_int_equal(bench_last_event(bench)->kind, EVENT_STORAGE_OK);
	assert_false(bench_last_event(bench)->is_config_change);
}

static void
what_finds_no_room_is_counted_and_told(void **state)
{
	struct bench *bench = *state;
	struct record last;

	bench_configure(bench, bench_conf(1500));
	failing_vfs_set(FAILING_WRITE, FAILING_FROM_ON, 1);
	bench_reads(bench, 1500, 31000);
	bench_reads(bench, 1500, 20000);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_FAILED);
	assert_storage_alarm(bench, true, SEVERITY_CRITICAL);
	failing_vfs_set(FAILING_NOTHING, FAILING_ONCE, 0);
	bench_reads(bench, 1500, 20000);
	bench_reads(bench, 1500, 20000);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
	last = *bench_last_event(bench);
	assert_int_equal(last.kind, EVENT_STORAGE_OK);
	assert_int_equal(last.numbers[0], STORAGE_STORY_DROPPED);
	/* 3,000 of sensors and storageTrouble, of which 1,024 waited */
	assert_int_equal(last.numbers[1], 3001 - 1024);
	assert_int_equal(last.seq, 1 + 1024 + 1);
	assert_int_equal(bench_look(bench)->alarms->count, 0);
	bench_restart(bench, bench_conf(1500));
	ASSERT_EVENTS(bench, last.seq + 1, EVENT_AGENT_START);
	assert_int_equal(bench_look(bench)->alarms->count, 0);
	assert_int_equal(bench_look(bench)->live->sensors[7].zone, ZONE_NORMAL);
}

static void
a_start_without_a_disk_goes_on_in_memory(void **state)
{
	struct bench *bench = *state;

	bench_configure(bench, bench_conf(1));
	bench_reads(bench, 1, 31000);
	for (int how = 0; how < 2; how++) {
		uint32_t last = bench_look(bench)->events->last_seq;

		bench_end(bench);
		failing_vfs_set(how == 0 ? FAILING_WRITE : FAILING_TRUNCATE, FAILING_FROM_ON, 1);
		if (how == 1)
			failing_vfs_set(FAILING_SYNC, FAILING_FROM_ON, 1);
		bench_begin(bench);
		bench_configure(bench, bench_conf(3u + (unsigned)how));
		assert_int_equal(bench_look(bench)->agent.storage, STORAGE_FAILED);
		assert_int_equal(bench_look(bench)->events->last_seq, last);
		assert_int_equal(bench_look(bench)->conf->sensors[2].index, 3);
		bench_reads(bench, 3, 31000);
		assert_storage_alarm(bench, true, SEVERITY_WARNING);
		assert_int_equal(bench_look(bench)->live->sensors[2].zone, ZONE_HIGH_CRITICAL);
		failing_vfs_set(FAILING_NOTHING, FAILING_ONCE, 0);
		bench_reads(bench, 3, 31000);
		bench_reads(bench, 3, 31000);
		assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
		assert_int_equal(bench_event(bench, last + 1)->kind, EVENT_AGENT_START);
		assert_int_equal(bench_last_event(bench)->kind, EVENT_STORAGE_OK);
		bench_restart(bench, bench_conf(4));
		assert_int_equal(bench_look(bench)->conf->sensors[2].index, 3);
		assert_int_equal(bench_look(bench)->alarms->count, 3);
		assert_int_equal(count_of(bench, ".damaged*"), 0);
	}
}

/* A database at its greatest size keeps fewer events, and goes on. */
static void
a_full_database_drops_its_oldest_events(void **state)
{
	struct bench *bench = *state;

	bench_configure(bench, bench_conf(50));
	for (int i = 0; i < 100; i++) /* the queue of deliveries fills, too */
		bench_reads(bench, 50, i % 2 == 0 ? 31000 : 20000);
	trouble_cap(bench->store, 8);
	for (int i = 0; i < 50; i++)
		bench_reads(bench, 50, i % 2 == 0 ? 31000 : 20000);
	for (int i = 0; i < 10; i++)
		bench_reads(bench, 50, 20000);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
	assert_true(bench_look(bench)->events->first_seq > 1);
	assert_true(event_view_count(bench_look(bench)->events) >= 256);
	bench_restart(bench, bench_conf(50));
	assert_int_equal(count_of(bench, ".damaged*"), 0);
	assert_int_equal(bench_last_event(bench)->kind, EVENT_AGENT_START);
}

static void
a_disk_that_does_not_answer_is_degraded(void **state)
{
	struct bench *bench = *state;
	const struct snapshot *snapshot;

	bench_configure(bench, bench_conf(1));
	snapshot = bench_look(bench);
	assert_int_equal(snapshot_storage(snapshot, bench->now.boottime_ms), STORAGE_OK);
	hub_set_storing(bench->hub, bench->now.boottime_ms);
	assert_int_equal(snapshot_storage(snapshot, bench->now.boottime_ms + 2000), STORAGE_OK);
	assert_int_equal(
	    snapshot_storage(snapshot, bench->now.boottime_ms + 2001), STORAGE_DEGRADED);
	hub_set_storing(bench->hub, 0);
	assert_int_equal(snapshot_storage(snapshot, bench->now.boottime_ms + 2001), STORAGE_OK);
}

/* ---- copies ---- */

static void
a_copy_is_made_each_day(void **state)
{
	struct bench *bench = *state;
	int made = 0;

	bench_configure(bench, bench_conf(1));
	for (int minute = 1; minute <= 3 * 24 * 60; minute++) {
		bench_tick(bench, MINUTE_MS);
		if (count_of(bench, ".1") == 0)
			continue;
		if (made++ == 0)
			assert_int_equal(minute, 15);
		else
			assert_int_equal((minute - 15) % (24 * 60), 0);
		assert_int_equal(unlink(path_of(bench, ".1")), 0);
	}
	assert_int_equal(made, 3);
	assert_int_equal(count_of(bench, ".damaged*"), 0);
}

static void
a_copy_that_fails_is_tried_again_in_an_hour(void **state)
{
	struct bench *bench = *state;

	bench_configure(bench, bench_conf(1));
	assert_int_equal(mkdir(path_of(bench, ".copy"), 0700), 0); /* where it would be made */
	for (int minute = 1; minute < 15 + 60; minute++)
		bench_tick(bench, MINUTE_MS);
	assert_int_equal(bench_look(bench)->agent.storage, STORAGE_OK);
	assert_int_equal(rmdir(path_of(bench, ".copy")), 0);
	assert_int_equal(count_of(bench, ".1"), 0);
	bench_tick(bench, MINUTE_MS);
	assert_int_equal(count_of(bench, ".1"), 1);
}

/* ---- the clock ---- */

static void
a_step_of_the_clock_is_told(void **state)
{
	struct bench *bench = *state;

	bench_configure(bench, bench_conf(1));
	bench_tick(bench, 1000);
	bench->now.wall_ms += 3600000;
	bench_tick(bench, 1000);
	ASSERT_EVENTS(bench, 1, EVENT_AGENT_START, EVENT_CLOCK_STEP);
	assert_int_equal(bench_last_event(bench)->numbers[0], 1700000002);
	assert_int_equal(bench_last_event(bench)->wall_ms, 1700003602000);
	bench_tick(bench, 1000);
	bench->now.wall_ms -= 3600000;
	bench_tick(bench, 1000);
	ASSERT_EVENTS(bench, 1, EVENT_AGENT_START, EVENT_CLOCK_STEP, EVENT_CLOCK_STEP);
}

/* Three raises before the boot, 20 minutes ago as the clock says once it knows. */
static void
the_time_of_an_outage_counts_when_the_clock_knows_it(void **state)
{
	struct bench *bench = *state;

	for (int knows = 0; knows < 2; knows++) {
		struct moment before;
		int64_t oldest_ms;
		uint32_t last;

		bench_restart(bench, bench_conf(1));
		for (int i = 0; i < 3; i++) {
			bench_reads(bench, 1, 31000);
			bench_reads(bench, 1, 20000);
		}
		before = bench->now;
		text_copy(bench->now.boot_id, sizeof(bench->now.boot_id), STRANGE);
		bench->now.boottime_ms = 1000 + knows;
		bench->now.wall_ms = 5000; /* 1970 */
		is_synchronised = false;
		bench_restart(bench, bench_conf(1));
		bench_tick(bench, 1000);
		bench->now.wall_ms = before.wall_ms + 20 * MINUTE_MS;
		is_synchronised = knows != 0;
		bench_tick(bench, 1000);
		is_synchronised = false; /* not asked any more */
		bench_tick(bench, 1000);
		last = bench_look(bench)->events->last_seq;
		/* deliveries, too */
		oldest_ms = bench_look(bench)->deliveries->channels[0].oldest_ms;
		assert_int_equal(oldest_ms < -15 * MINUTE_MS, knows);
		bench_reads(bench, 1, 31000);
		if (knows)
			ASSERT_EVENTS(bench, last + 1, EVENT_RAISE);
		else
			ASSERT_EVENTS(bench, last + 1, EVENT_RAISE, EVENT_CHATTER);
		is_synchronised = true;
		begin_anew(bench);
	}
}

static int
use_vfs(void **state)
{
	(void)state;
	failing_vfs_use();
	return 0;
}

#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ENGINE_TEST(a_restart_after_damage_tells_what_is_lost),
		ENGINE_TEST(damage_in_use_is_written_anew),
		ENGINE_TEST(contacts_keep_their_indices_over_damage),
		ENGINE_TEST(a_queue_outlives_damage),
		ENGINE_TEST(what_waits_is_no_gap),
		ENGINE_TEST(the_second_damage_waits_an_hour),
		ENGINE_TEST(the_storage_is_an_alarm_while_it_fails),
		ENGINE_TEST(what_finds_no_room_is_counted_and_told),
		ENGINE_TEST(a_start_without_a_disk_goes_on_in_memory),
		ENGINE_TEST(a_full_database_drops_its_oldest_events),
		ENGINE_TEST(a_disk_that_does_not_answer_is_degraded),
		ENGINE_TEST(a_copy_is_made_each_day),
		ENGINE_TEST(a_copy_that_fails_is_tried_again_in_an_hour),
		ENGINE_TEST(a_step_of_the_clock_is_told),
		ENGINE_TEST(the_time_of_an_outage_counts_when_the_clock_knows_it),
	};

	return cmocka_run_group_tests(tests, use_vfs, NULL);
}
