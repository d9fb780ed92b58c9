/* SPDX-License-Identifier: BSD-2-Clause */
/* A change by SNMP: one transaction, in force and visible when it is answered, or nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_check.h"
#include "core/text.h"
#include "engine/engine_private.h"
#include "engine/entities.h"
#include "sys/log.h"

/* ---- what is stored of it ---- */

/* What is not stored yet was the file's until now. */
static int
write_setting(struct engine *engine, const struct change_item *item, const struct conf *before,
    struct err *err)
{
	char file_value[FIELD_FORMAT_SIZE];
	struct store_setting setting = {
		.kind = engine_store_kind(item->object),
		.index = item->index,
		.key = item->field->key,
		.value = item->text,
	};
	int r;

	if (item->is_unset)
		return store_remove_setting(
		    engine->store, setting.kind, item->index, setting.key, err);
	if (change_is_permanent(before, item->object, item->index)) {
		field_store(item->field, conf_settings(before, item->object, item->index),
		    file_value, sizeof(file_value));
		setting.file_value = file_value;
	}
	r = store_put_setting(engine->store, &setting, err);
	explicit_bzero(file_value, sizeof(file_value));
	return r;
}

/* As it is now. */
static int
write_row(struct engine *engine, const struct change_item *item, struct err *err)
{
	const struct conf_idle *idle = conf_find_idle(engine->conf, item->object, item->index);
	enum store_kind kind = engine_store_kind(item->object);
	uint32_t status = ROW_STATUS_ACTIVE;
	int r;

	if (item->kind == CHANGE_MOVE_ROW && item->number == ROW_STATUS_DESTROY) {
		r = store_remove_row(engine->store, kind, item->index, err);
		return r < 0 ? r : store_remove_settings(engine->store, kind, item->index, err);
	}
	if (idle != NULL)
		status =
		    conf_idle_is_complete(idle) ? ROW_STATUS_NOT_IN_SERVICE : ROW_STATUS_NOT_READY;
	return store_put_row(engine->store, kind, item->index, status, err);
}

static bool
comes_before(const struct change_item *a, const struct change_item *b)
{
	return a->object != b->object ? a->object < b->object : a->index < b->index;
}

/* The one after `last`, or (NULL) the first; NULL: there is none. */
static const struct change_item *
next_new_row(const struct change *change, const struct change_item *last)
{
	const struct change_item *next = NULL;

	for (size_t i = 0; i < change->count; i++) {
		const struct change_item *item = &change->items[i];

		if (item->kind == CHANGE_MAKE_ROW && (last == NULL || comes_before(last, item)) &&
		    (next == NULL || comes_before(item, next)))
			next = item;
	}
	return next;
}

/* By index, whatever the order in the PDU: what lies below one that is stored counts as used. */
static int
write_new_rows(struct engine *engine, const struct change *change, struct err *err)
{
	const struct change_item *item = NULL;
	int r = 0;

	while (r == 0 && (item = next_new_row(change, item)) != NULL)
		r = write_row(engine, item, err);
	return r;
}

int
engine_write_change(struct engine *engine, struct err *err)
{
	const struct change_attempt *attempt = engine->attempt;
	int r;

	if (attempt == NULL || attempt->is_stored)
		return 0;
	r = write_new_rows(engine, attempt->change, err);
	for (size_t i = 0; i < attempt->change->count && r == 0; i++) {
		const struct change_item *item = &attempt->change->items[i];

		if (item->kind == CHANGE_SETTING)
			r = write_setting(engine, item, attempt->parts.conf, err);
		else if (item->kind == CHANGE_MOVE_ROW)
			r = write_row(engine, item, err);
	}
	if (r == 0)
		r = store_put_number(
		    engine->store, STORE_CONFIG_LOCK, engine->agent.config_lock, err);
	return r;
}

/* ---- to be taken back ---- */

/* An alarm is put back as a whole. */
static void
keep_row(struct engine *engine, uint32_t alarm_id, struct change *undo)
{
	const struct alarm_row *row = engine_row(engine, alarm_id);

	if (row != NULL)
		undo->rows[undo->row_count++] = *row;
}

static int64_t
shelved_until_ms(const struct engine *engine, uint32_t index)
{
	const struct conf_sensor *sensor = conf_sensor(engine->conf, index);

	if (sensor == NULL)
		return 0;
	return engine_shelved_until_ms(&engine->privates[sensor - engine->conf->sensors].evaluator);
}

static struct change_item *
add_like(struct change *undo, enum change_kind kind, const struct change_item *item)
{
	struct change_item *back = change_add(undo, kind);

	if (back == NULL)
		return NULL;
	*back = *item;
	back->kind = kind;
	return back;
}

static int
undo_setting(const struct conf *conf, const struct change_item *item, struct change *undo)
{
	const void *settings = conf_settings(conf, item->object, item->index);
	struct change_item *back;

	if (settings == NULL)
		return 0; /* it goes with its row */
	back = add_like(undo, CHANGE_SETTING, item);
	if (back == NULL)
		return -ENOMEM;
	field_store(item->field, settings, back->text, sizeof(back->text));
	back->is_unset = (item->field->flags & FIELD_REQUIRED) != 0 && back->text[0] == '\0';
	return 0;
}

/* A row that is destroyed is made again, with all that was set, and is as old as it was. */
static int
undo_destroy(const struct conf *conf, const struct change_item *item, struct change *undo)
{
	const struct conf_idle *idle = conf_find_idle(conf, item->object, item->index);
	struct change_item like = *item;
	int r;

	like.number = idle != NULL ? idle->since_ms : 0;
	r = add_like(undo, CHANGE_MAKE_ROW, &like) != NULL ? 0 : -ENOMEM;
	for (size_t n = 0; (like.field = schema_at(n)) != NULL && r == 0; n++)
		if (like.field->object == item->object && (like.field->flags & FIELD_WRITABLE) != 0)
			r = undo_setting(conf, &like, undo);
	return r;
}

static int
undo_move(const struct conf *conf, const struct change_item *item, struct change *undo)
{
	bool was_idle = conf_find_idle(conf, item->object, item->index) != NULL;
	struct change_item *back;
	int r = 0;

	if (conf_settings(conf, item->object, item->index) == NULL)
		return 0; /* made by this change: destroyed by the other */
	if (item->number == ROW_STATUS_DESTROY)
		r = undo_destroy(conf, item, undo);
	if (r < 0 || (was_idle && item->number == ROW_STATUS_DESTROY))
		return r;
	back = add_like(undo, CHANGE_MOVE_ROW, item);
	if (back == NULL)
		return -ENOMEM;
	back->number = was_idle ? ROW_STATUS_NOT_IN_SERVICE : ROW_STATUS_ACTIVE;
	return 0;
}

static int
add_undo(struct engine *engine, const struct change_item *item, struct change *undo)
{
	struct change_item *back = NULL;

	switch (item->kind) {
	case CHANGE_MAKE_ROW:
		back = add_like(undo, CHANGE_MOVE_ROW, item);
		if (back != NULL)
			back->number = ROW_STATUS_DESTROY;
		break;
	case CHANGE_SETTING:
		return undo_setting(engine->conf, item, undo);
	case CHANGE_MOVE_ROW:
		return undo_move(engine->conf, item, undo);
	case CHANGE_CONFIG_LOCK:
		back = add_like(undo, item->kind, item);
		if (back != NULL)
			back->number = engine->agent.config_lock;
		break;
	case CHANGE_TEST_CONTACT:
		back = add_like(undo, item->kind, item);
		if (back != NULL)
			back->number = engine->agent.test_contact;
		break;
	case CHANGE_ASK_TEST:
		back = add_like(undo, item->kind, item);
		if (back != NULL)
			back->number = engine->agent.is_test_asked;
		break;
	case CHANGE_SHELVE:
		if (conf_sensor(engine->conf, item->index) == NULL)
			return 0;
		back = add_like(undo, item->kind, item);
		if (back != NULL)
			back->number = shelved_until_ms(engine, item->index);
		break;
	case CHANGE_NOTE:
	case CHANGE_ACKNOWLEDGE:
	case CHANGE_RESET:
		keep_row(engine, item->index, undo);
		return 0;
	case CHANGE_RESET_EXTREMES:
	case CHANGE_FLUSH:
	case CHANGE_RETRY:
	case CHANGE_CANCEL:
	case CHANGE_REPLAY:
	case CHANGE_TEST_MAIL:
		return 0; /* it is not done before the change is kept */
	}
	return back == NULL ? -ENOMEM : 0;
}

/* The change that takes this one back. */
static int
make_undo(struct engine *engine, const struct change *change, struct change **ret_undo)
{
	struct change *undo = change_new();
	int r = 0;

	if (undo == NULL)
		return -ENOMEM;
	undo->id = change->id;
	undo->is_undo = true;
	undo->rows = calloc(change->count + 1, sizeof(*undo->rows));
	if (undo->rows == NULL)
		r = -ENOMEM;
	for (size_t i = 0; i < change->count && r == 0; i++)
		r = add_undo(engine, &change->items[i], undo);
	if (r < 0)
		change_free(undo);
	else
		*ret_undo = undo;
	return r;
}

/* ---- all or nothing ---- */

/* Until it is stored the engine works on copies of all that a change can touch but the log, which
 * only grows by a commit. */
static int
attempt_begin(struct engine *engine, const struct conf *conf, struct change_attempt *attempt)
{
	struct alarm_row *rows = calloc(engine->row_room + 1, sizeof(*rows));
	struct engine_parts parts;

	if (rows == NULL || engine_parts_new(engine, conf, &parts) < 0) {
		free(rows);
		return -ENOMEM;
	}
	attempt->rows = engine->rows;
	attempt->row_count = engine->row_count;
	attempt->row_room = engine->row_room;
	attempt->agent = engine->agent;
	attempt->next_alarm_id = engine->verdict.next_alarm_id;
	attempt->are_states_new = engine->are_states_new;
	if (engine->row_count > 0)
		memcpy(rows, engine->rows, engine->row_count * sizeof(*rows));
	engine->rows = rows;
	attempt->parts = engine_take_parts(engine, &parts);
	engine->attempt = attempt;
	return 0;
}

/* Nothing waited before (make_way). */
static void
attempt_give_up(struct engine *engine, const struct change_attempt *attempt)
{
	struct engine_parts mine = engine_take_parts(engine, &attempt->parts);

	engine_parts_free(&mine);
	free(engine->rows);
	engine->rows = attempt->rows;
	engine->row_count = attempt->row_count;
	engine->row_room = attempt->row_room;
	engine->agent = attempt->agent;
	engine->verdict.next_alarm_id = attempt->next_alarm_id;
	engine->are_states_new = attempt->are_states_new;
	engine->waiting_first = 0;
	engine->waiting_count = 0;
	engine->logged_count = 0;
	engine->has_changed = false;
	engine->attempt = NULL;
}

static void
attempt_succeeds(struct engine *engine, struct change_attempt *attempt)
{
	engine_parts_free(&attempt->parts);
	free(attempt->rows);
	engine->attempt = NULL;
}

static int
operate(struct engine *engine, const struct change *change, enum change_kind first,
    enum change_kind last, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < change->count && r == 0; i++)
		if (change->items[i].kind >= first && change->items[i].kind <= last)
			r = engine_operate(engine, change, &change->items[i], err);
	return r;
}

/* What is done to alarms goes before the settings, which may end them. */
static int
apply(
    struct engine *engine, const struct change *change, const struct conf *before, struct err *err)
{
	int r;

	for (size_t i = 0; i < change->count; i++)
		if (change->items[i].kind <= CHANGE_MOVE_ROW)
			engine_say_changed(engine, &change->items[i], before);
	r = operate(engine, change, CHANGE_CONFIG_LOCK, CHANGE_RESET, err);
	if (r == 0) {
		engine_tell_conf(engine, before);
		r = operate(engine, change, CHANGE_SHELVE, CHANGE_TEST_MAIL, err);
	}
	for (size_t i = 0; i < change->row_count && r == 0; i++)
		r = engine_put_back(engine, &change->rows[i]);
	if (r < 0)
		return r;
	engine->has_changed = true;
	engine_commit(engine);
	if (!engine->attempt->is_failed)
		return 0;
	*err = engine->attempt->err;
	return -EIO;
}

/* The configuration with all settings of the change; the one in force if it has none. */
static int
make_conf(struct engine *engine, struct change *change, struct conf **ret_conf, struct err *err)
{
	size_t item;

	if (!change_is_of_conf(change)) {
		*ret_conf = conf_ref(engine->conf);
		return 0;
	}
	if (change->candidate != NULL && change->generation == engine->conf->generation) {
		*ret_conf = change->candidate;
		change->candidate = NULL;
		return 0;
	}
	return change_apply(change, engine->conf, engine->effects.drivers, engine->now.boottime_ms,
	    ret_conf, &item, err);
}

/* Stored by itself beforehand: without its row it means nothing. */
static int
give_entities(struct engine *engine, struct conf *conf, struct err *err)
{
	bool is_whole = true;
	int r;

	for (size_t i = 0; i < conf->sensor_count; i++)
		is_whole &= conf->sensors[i].entity_index != 0;
	if (is_whole)
		return 0;
	r = store_begin(engine->store, err);
	if (r < 0)
		return r;
	r = entities_give_row_indices(engine->store, conf, err);
	if (r == 0)
		return store_commit(engine->store, err);
	store_rollback(engine->store);
	return r;
}

/* `conf` is taken if it succeeds. */
static int
attempt_change(
    struct engine *engine, const struct change *change, struct conf *conf, struct err *err)
{
	const struct conf *before = engine->conf;
	struct change_attempt attempt = { .change = change };
	bool has_entity_news = false;
	int r = give_entities(engine, conf, err);

	if (r < 0)
		return r;
	if (conf != before)
		r = engine_seal(engine, conf, &has_entity_news, err);
	if (r == 0)
		r = attempt_begin(engine, conf, &attempt);
	if (r < 0)
		return err_set(err, r, "out of memory");
	r = apply(engine, change, before, err);
	if (r < 0) {
		attempt_give_up(engine, &attempt);
		if (r == -EIO)
			engine_storage_fails(engine, err);
		return r;
	}
	attempt_succeeds(engine, &attempt);
	conf_unref(before);
	if (conf != before)
		engine_conf_is_new(engine, has_entity_news);
	return 0;
}

/* What waits to be stored goes first: it must not fail with the change, nor the change with it. */
static int
make_way(struct engine *engine, struct err *err)
{
	engine_commit(engine);
	if (engine->has_changed || engine->agent.storage != STORAGE_OK)
		return err_set(err, -EIO, "the database cannot be written");
	return 0;
}

static int
bring_in_force(struct engine *engine, struct change *change, struct err *err)
{
	struct conf *conf;
	int r = make_way(engine, err);

	if (r == 0)
		r = make_conf(engine, change, &conf, err);
	if (r < 0)
		return r;
	r = attempt_change(engine, change, conf, err);
	if (r < 0) {
		conf_unref(conf);
		return r;
	}
	engine->has_new_state = true;
	engine->has_new_alarms = true;
	engine_turn_end(engine, &engine->now);
	return 0;
}

static void
forget_undo(struct engine *engine)
{
	change_free(engine->undo);
	engine->undo = NULL;
	if (engine->event_floor > engine->conf->event.maximum) {
		engine->has_fewer_events = true;
		engine->has_changed = true;
	}
	engine->event_floor = 0;
}

int
engine_change(
    struct engine *engine, struct change *change, const struct moment *now, struct err *err)
{
	struct change *undo;
	int r;

	engine->now = *now;
	forget_undo(engine); /* of an earlier one: nobody will ask for that now */
	if (now->boottime_ms > change->deadline_ms)
		return err_set(err, -ETIMEDOUT, "nobody waits for it any more");
	r = make_undo(engine, change, &undo);
	if (r < 0)
		return err_set(err, r, "out of memory");
	engine->event_floor = engine->conf->event.maximum;
	r = bring_in_force(engine, change, err);
	if (r == 0) {
		engine->undo = undo;
	} else {
		engine->event_floor = 0;
		change_free(undo);
	}
	return r;
}

void
engine_undo(struct engine *engine, uint64_t id, const struct moment *now)
{
	struct change *undo = engine->undo;
	struct err err = { 0 };

	engine->now = *now;
	if (undo == NULL || undo->id != id)
		return; /* that one never came into force */
	engine->undo = NULL;
	if (bring_in_force(engine, undo, &err) < 0)
		log_error("a change by SNMP cannot be taken back: %s", err.text);
	engine->event_floor = 0;
	change_free(undo);
}

void
engine_keep(struct engine *engine, const struct change *late, const struct moment *now)
{
	struct err err = { 0 };

	engine->now = *now;
	if (engine->undo != NULL && engine->undo->id == late->id)
		forget_undo(engine);
	for (size_t i = 0; i < late->count; i++)
		if (engine_operate(engine, late, &late->items[i], &err) < 0)
			log_info("what a SET asked for was over when it came: %s", err.text);
}

/* Rows that lack something for too long (RFC 2579, notReady). */
void
engine_expire_rows(struct engine *engine)
{
	struct change *change = NULL;
	struct err err = { .text = "out of memory" };

	for (size_t i = 0; i < engine->conf->idle_count; i++) {
		const struct conf_idle *idle = &engine->conf->idle[i];
		struct change_item *item;

		if (engine->now.boottime_ms - idle->since_ms < ENGINE_NOT_READY_MS ||
		    conf_idle_is_complete(idle))
			continue;
		if (change == NULL)
			change = change_new();
		item = change != NULL ? change_add(change, CHANGE_MOVE_ROW) : NULL;
		if (item == NULL)
			break;
		item->object = idle->object;
		item->index = idle->settings.index;
		item->number = ROW_STATUS_DESTROY;
	}
	if (change != NULL && bring_in_force(engine, change, &err) < 0)
		log_warning("rows that are not ready stay for now: %s", err.text);
	change_free(change);
}
