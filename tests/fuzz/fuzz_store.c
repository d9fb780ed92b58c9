/* SPDX-License-Identifier: BSD-2-Clause */
/* A database that was damaged behind our back: whatever it is, the engine starts, with it or with
 * another one in its place, and starts again after that. */
#include "config.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "snmp/tables.h"
#include "snmp/varbinds.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_bench.h"

const struct fuzz_target fuzz_target = { "store", 60 };

#define PAGE        4096
#define DAMAGES_MAX 12

/* ---- the files as they were ---- */

struct file {
	const char *name;
	size_t size;
	char *bytes;
};

static struct file files[] = {
	{ .name = "envsensord.db" },
	{ .name = "envsensord.db-wal" },
	{ .name = "envsensord.db.1" },
};

static void
read_file(struct file *to)
{
	FILE *file = fopen(fuzz_path(to->name), "rb");

	MUST(file != NULL && fseek(file, 0, SEEK_END) == 0);
	to->size = (size_t)ftell(file);
	rewind(file);
	to->bytes = malloc(to->size + 1);
	MUST(to->bytes != NULL && fread(to->bytes, 1, to->size, file) == to->size);
	fclose(file);
}

/* Settings by SNMP of a sensor, and a row. */
static void
set_something(struct fuzz_bench *bench)
{
	const struct snapshot *snapshot = hub_get(bench->hub);
	struct change *change = change_new();
	struct change_item *item = change_add(change, CHANGE_SETTING);

	MUST(item != NULL);
	item->object = CONF_SENSOR;
	item->index = 1;
	item->field = schema_find(CONF_SENSOR, "location");
	text_copy(item->text, sizeof(item->text), "row 4");
	item = change_add(change, CHANGE_MAKE_ROW);
	MUST(item != NULL);
	item->object = CONF_SENSOR;
	item->index = snapshot->agent.next_sensor_index;
	item->number = bench->now.boottime_ms;
	item = change_add(change, CHANGE_NOTE);
	MUST(item != NULL);
	item->index = 1;
	text_copy(item->text, sizeof(item->text), "fan ordered");
	change->deadline_ms = INT64_MAX;
	change->generation = snapshot->conf->generation;
	hub_put(bench->hub, snapshot);
	MUST(engine_change(bench->engine, change, &bench->now, NULL) == 0);
	change_free(change);
}

/* A life with alarms, mails and settings; half of it is in the copy, the end in the log only. */
static void
make_good(void)
{
	static struct fuzz_bench bench;
	struct err err;

	if (files[0].bytes != NULL)
		return;
	fuzz_bench_init(&bench);
	MUST(fuzz_bench_open(&bench, &err) == 0);
	fuzz_bench_connect(&bench);
	fuzz_bench_read(&bench, 20000);
	fuzz_bench_read(&bench, 28000);
	fuzz_bench_pass(&bench, 60000);
	set_something(&bench);
	fuzz_bench_pass(&bench, 60000);
	MUST(store_copy(bench.store, &err) == 0);
	fuzz_bench_close(&bench); /* the log goes into the database */
	MUST(fuzz_bench_open(&bench, &err) == 0);
	fuzz_bench_connect(&bench);
	fuzz_bench_read(&bench, 31000);
	fuzz_bench_pass(&bench, 60000);
	for (size_t i = 0; i < FUZZ_COUNT(files); i++)
		read_file(&files[i]);
	fuzz_bench_close(&bench);
}

static void
put_good(void)
{
	fuzz_empty_folder();
	for (size_t i = 0; i < FUZZ_COUNT(files); i++)
		fuzz_write(fuzz_path(files[i].name), files[i].bytes, files[i].size);
}

/* ---- damage ---- */

static const char *
choose_file(struct fuzz_input *input)
{
	return fuzz_path(files[fuzz_below(input, FUZZ_COUNT(files))].name);
}

static void
overwrite(struct fuzz_input *input)
{
	FILE *file = fopen(choose_file(input), "r+b");
	long at = (long)(fuzz_byte(input) * PAGE + fuzz_byte(input) * 16 + fuzz_below(input, 16));
	char octets[256];
	size_t length = fuzz_octets(input, octets, sizeof(octets));

	if (file == NULL)
		return;
	MUST(fseek(file, at, SEEK_SET) == 0 && fwrite(octets, 1, length, file) == length);
	fclose(file);
}

static void
copy_page(struct fuzz_input *input)
{
	FILE *file = fopen(choose_file(input), "r+b");
	long from = (long)fuzz_byte(input) * PAGE, to = (long)fuzz_byte(input) * PAGE;
	char page[PAGE] = { 0 };

	if (file == NULL)
		return;
	MUST(fseek(file, from, SEEK_SET) == 0);
	(void)!fread(page, 1, sizeof(page), file); /* behind the end: zeros */
	MUST(fseek(file, to, SEEK_SET) == 0);
	MUST(fwrite(page, 1, sizeof(page), file) == sizeof(page));
	fclose(file);
}

static void
cut(struct fuzz_input *input)
{
	const char *path = choose_file(input);
	off_t size = (off_t)fuzz_byte(input) * PAGE + (off_t)fuzz_byte(input) * 16;

	(void)!truncate(path, size);
}

static void
remove_one(struct fuzz_input *input)
{
	unlink(choose_file(input));
}

/* A value that the pages hold well, but that nobody of us would have written. */
static void
rewrite(struct fuzz_input *input)
{
	static const char *const columns[] = { "meta.value", "counter.kind", "counter.next",
		"identity.kind", "identity.key", "identity.idx", "number.key", "number.value",
		"sensor_state.sensor", "sensor_state.boot_id", "sensor_state.boottime_ms",
		"sensor_state.wall_ms", "sensor_state.kept", "sensor_state.source", "alarm.id",
		"alarm.kind", "alarm.state", "alarm.severity", "alarm.zone", "alarm.reason",
		"alarm.is_latching", "alarm.sensor", "alarm.bus", "alarm.source", "alarm.quantity",
		"alarm.raised_seq", "alarm.raised_wall_ms", "alarm.value", "alarm.peak",
		"alarm.bound", "alarm.notified", "alarm.note", "event.seq", "event.kind",
		"event.alarm", "event.alarm_kind", "event.sensor", "event.source", "event.quantity",
		"event.severity", "event.previous_severity", "event.zone_from", "event.zone_to",
		"event.reason", "event.suppression", "event.is_config_change",
		"event.during_downtime", "event.value", "event.bound", "event.first_number",
		"event.second_number", "event.wall_ms", "event.boottime_ms", "event.boot_id",
		"event.sensor_severity", "event.sensor_value", "event.channel", "event.detail",
		"delivery.id", "delivery.seq", "delivery.channel", "delivery.destination",
		"delivery.step", "delivery.alarm", "delivery.class", "delivery.state",
		"delivery.attempts", "delivery.failures", "delivery.in_doubt",
		"delivery.created_wall_ms", "delivery.created_ms", "delivery.useful_until_ms",
		"delivery.next_ms", "delivery.ended_ms", "delivery.boot_id", "delivery.result",
		"delivery.code", "delivery.enhanced", "delivery.reply", "delivery.relay",
		"delivery.lead", "channel.channel", "channel.accepted", "channel.last_result",
		"channel.last_text", "channel.last_success_wall_ms", "channel.late_next",
		"channel.late_count", "channel.replay_next", "channel.replay_last",
		"channel.replay_step", "setting.kind", "setting.idx", "setting.key",
		"setting.value", "setting.file_value", "added_row.kind", "added_row.idx",
		"added_row.status", "contact.idx", "contact.sent", "contact.undelivered",
		"contact.last_result" };
	const char *column = columns[fuzz_below(input, FUZZ_COUNT(columns))];
	int table = (int)strcspn(column, ".");
	unsigned row = fuzz_below(input, 16), kind = fuzz_below(input, 4);
	int64_t number = (int64_t)((uint64_t)fuzz_u32(input) << 32 | fuzz_u32(input));
	char sql[256], octets[256];
	size_t length = fuzz_octets(input, octets, sizeof(octets));
	sqlite3_stmt *statement;
	sqlite3 *db;

	if (sqlite3_open_v2(fuzz_path(files[0].name), &db, SQLITE_OPEN_READWRITE, NULL) ==
	    SQLITE_OK) {
		snprintf(sql, sizeof(sql),
		    "UPDATE %.*s SET %s = ?1 WHERE %s = (SELECT %s FROM %.*s LIMIT 1 OFFSET %u)",
		    table, column, column + table + 1, column + table + 1, column + table + 1,
		    table, column, row);
		sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
		if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK) {
			if (kind == 0)
				sqlite3_bind_int64(statement, 1, number);
			else if (kind == 1)
				sqlite3_bind_int64(statement, 1, (int8_t)(number & 0xff));
			else if (kind == 2)
				sqlite3_bind_text(statement, 1, octets, (int)length, NULL);
			else
				sqlite3_bind_blob(statement, 1, octets, (int)length, NULL);
			sqlite3_step(statement);
			sqlite3_finalize(statement);
		}
	}
	sqlite3_close(db);
}

static void
do_damage(struct fuzz_input *input)
{
	static void (*const kinds[])(
	    struct fuzz_input *) = { rewrite, overwrite, copy_page, cut, remove_one };

	for (int i = 0; i < DAMAGES_MAX && !fuzz_is_over(input); i++)
		kinds[fuzz_below(input, FUZZ_COUNT(kinds))](input);
}

/* ---- a life on it ---- */

static void
read_cell(const struct column *column, const struct value *value)
{
	volatile unsigned char last;

	if (column->type == VALUE_OCTETS && value->length > 0) {
		last = ((const unsigned char *)value->octets)[value->length - 1];
		MUST(value->length <= 255);
		(void)last;
	}
}

/* All that a manager could ask for, and all that notifications would carry. */
static void
read_all(struct fuzz_bench *bench)
{
	struct cell cell = { .snapshot = hub_get(bench->hub), .now_ms = bench->now.boottime_ms };
	struct varbind varbind;
	struct value value;

	MUST(cell.snapshot != NULL);
	cell.now_wall_ms = bench->now.wall_ms;
	for (size_t t = 0; tables[t] != NULL; t++) {
		struct position position = { 0, 0 };
		const struct column *column;

		while (table_next(tables[t], &cell, &position, &column, &value) == TABLE_OK) {
			read_cell(column, &value);
			position.index++;
		}
	}
	for (size_t i = 0; i < event_view_count(cell.snapshot->events); i++)
		for (size_t n = 0; varbinds_get(
			 event_view_at(cell.snapshot->events, i), cell.snapshot, n, &varbind);
		     n++)
			continue;
	hub_put(bench->hub, cell.snapshot);
}

static void
live(struct fuzz_bench *bench)
{
	fuzz_bench_connect(bench);
	fuzz_bench_pass(bench, 0);
	read_all(bench);
	fuzz_bench_read(bench, 28500);
	fuzz_bench_pass(bench, 3600000);
	fuzz_bench_read(bench, 20000);
	fuzz_bench_pass(bench, 60000);
	read_all(bench);
}

/* A newer version's, or nobody's of ours, is left alone. */
static bool
is_refusal(int code)
{
	return code == -EPROTO || code == -EINVAL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_bench bench;
	struct fuzz_input input = { data, data + size };
	struct err err = { 0 };
	int r;

	make_good();
	put_good();
	do_damage(&input);
	fuzz_bench_init(&bench);
	bench.now.boottime_ms += 3600000;
	bench.now.wall_ms += 3600000;
	r = fuzz_bench_open(&bench, &err);
	if (r < 0 && !is_refusal(r))
		fprintf(stderr, "%s\n", err.text);
	MUST(r == 0 || is_refusal(r));
	if (r == 0)
		live(&bench);
	fuzz_bench_close(&bench);
	if (r < 0)
		return 0;
	r = fuzz_bench_open(&bench, &err);
	if (r < 0)
		fprintf(stderr, "%s\n", err.text);
	MUST(r == 0 && store_damage(bench.store)[0] == '\0');
	fuzz_bench_close(&bench);
	return 0;
}
