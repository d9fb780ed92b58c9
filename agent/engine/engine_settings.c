/* SPDX-License-Identifier: BSD-2-Clause */
/* What SNMP has set, beside the file: read before a configuration comes in force, and told. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/change_text.h"
#include "conf/conf_idle.h"
#include "conf/objects.h"
#include "engine/engine_private.h"
#include "engine/entities.h"
#include "sys/log.h"

#define TOLD_MAX     100 /* of one configuration: events and log lines, before they are counted */
#define ROW_INACTIVE 2   /* notInService */

/* 0: none of it can be set. */
static const enum store_kind store_kinds[CONF_OBJECT_COUNT] = {
	[CONF_AGENT] = STORE_AGENT,
	[CONF_BUS] = STORE_BUS,
	[CONF_SENSOR] = STORE_SENSOR,
	[CONF_EVENT] = STORE_EVENT,
	[CONF_DELIVERY] = STORE_DELIVERY,
	[CONF_MAIL] = STORE_MAIL,
	[CONF_RELAY] = STORE_RELAY,
	[CONF_CONTACT] = STORE_CONTACT,
};

enum store_kind
engine_store_kind(enum conf_object object)
{
	return store_kinds[object];
}

/* ---- from the database ---- */

/* False: of a kind that this version does not know. */
static bool
find_object(enum store_kind kind, enum conf_object *ret_object)
{
	for (size_t object = 0; object < CONF_OBJECT_COUNT; object++) {
		if (store_kinds[object] != kind)
			continue;
		*ret_object = (enum conf_object)object;
		return true;
	}
	return false;
}

static int
take_setting(void *context, const struct store_setting *stored, struct err *err)
{
	struct overlay_setting setting = {
		.index = stored->index,
		.key = stored->key,
		.value = stored->value,
		.file_value = stored->file_value,
	};

	if (!find_object(stored->kind, &setting.object) ||
	    overlay_add_setting(context, &setting) == 0)
		return 0;
	return err_set(err, -ENOMEM, "out of memory");
}

static int
take_row(void *context, enum store_kind kind, uint32_t index, uint32_t row_status, struct err *err)
{
	enum conf_object object;

	if (!find_object(kind, &object) || overlay_add_row(context, object, index, row_status) == 0)
		return 0;
	return err_set(err, -ENOMEM, "out of memory");
}

int
engine_load_overlay(struct engine *engine, struct overlay *overlay, struct err *err)
{
	int r = store_load_settings(engine->store, take_setting, overlay, err);

	if (r == 0)
		r = store_load_rows(engine->store, take_row, overlay, err);
	return r;
}

/* ---- names that the file has taken over ---- */

static bool
has_name(const struct conf *conf, enum conf_object kind, const char *name)
{
	for (size_t n = 0; n < objects_count(conf, kind); n++)
		if (strcmp(objects_name(kind, objects_at(conf, kind, n)), name) == 0)
			return true;
	return false;
}

/* The file knows that name, by no index yet, and does not know the row by another name. */
static int
is_adopted(struct engine *engine, const struct conf *conf, const struct overlay_setting *setting,
    bool *ret_is, struct err *err)
{
	uint32_t index = 0;
	int r;

	*ret_is = false;
	if (strcmp(setting->key, "name") != 0 || !has_name(conf, setting->object, setting->value) ||
	    (setting->file_value != NULL && has_name(conf, setting->object, setting->file_value)))
		return 0;
	r = store_find_identity(
	    engine->store, store_kinds[setting->object], setting->value, &index, err);
	*ret_is = r == 0 && index == 0;
	return r;
}

static int
adopt(struct engine *engine, const struct overlay_setting *setting, struct err *err)
{
	enum store_kind kind = store_kinds[setting->object];
	char text[CHANGE_TEXT_SIZE];
	int r;

	r = store_rename_identity(engine->store, kind, setting->index, setting->value, err);
	if (r == 0 && setting->object == CONF_SENSOR)
		r = entities_rename_sensor(
		    engine->store, setting->index, setting->file_value, setting->value, err);
	if (r == 0 && setting->file_value != NULL)
		r = store_remove_setting(engine->store, kind, setting->index, setting->key, err);
	else if (r == 0)
		r = store_remove_settings(engine->store, kind, setting->index, err);
	if (r == 0 && setting->file_value == NULL)
		r = store_remove_row(engine->store, kind, setting->index, err);
	if (r < 0)
		return r;
	change_text_row(
	    ROW_ADOPTED, setting->object, setting->index, setting->value, text, sizeof(text));
	log_info("%s", text);
	return 0;
}

static bool
is_of_idle_row(const struct overlay *overlay, const struct overlay_setting *setting)
{
	for (size_t i = 0; i < overlay->row_count; i++)
		if (overlay->rows[i].object == setting->object &&
		    overlay->rows[i].index == setting->index)
			return overlay->rows[i].row_status != OVERLAY_ACTIVE;
	return false;
}

static int
adopt_names(struct engine *engine, const struct conf *conf, const struct overlay *overlay,
    bool of_idle_rows, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < overlay->setting_count && r == 0; i++) {
		const struct overlay_setting *setting = &overlay->settings[i];
		bool is_theirs;

		r = is_adopted(engine, conf, setting, &is_theirs, err);
		if (r == 0 && is_theirs && is_of_idle_row(overlay, setting) == of_idle_rows)
			r = adopt(engine, setting, err);
	}
	return r;
}

/* Of two rows of one name only one is active: that one goes on. */
int
engine_adopt_names(struct engine *engine, const struct conf *conf, struct err *err)
{
	struct overlay overlay = { 0 };
	int r = engine_load_overlay(engine, &overlay, err);

	if (r == 0)
		r = adopt_names(engine, conf, &overlay, false, err);
	if (r == 0)
		r = adopt_names(engine, conf, &overlay, true, err);
	overlay_done(&overlay);
	return r;
}

/* ---- over the file ---- */

/* Of the rows by SET; while the disk is away there may be new ones, which are lost with it. */
static int
give_entities(struct engine *engine, struct conf *conf, struct err *err)
{
	int r = store_is_away(engine->store) ? store_begin_image(engine->store, err)
	                                     : store_begin(engine->store, err);

	if (r < 0)
		return r;
	r = entities_give_row_indices(engine->store, conf, err);
	if (r == 0)
		return store_commit(engine->store, err);
	store_rollback(engine->store);
	return r;
}

int
engine_lay_settings(struct engine *engine, struct conf *conf, struct err *err)
{
	struct overlay *overlay = &engine->laid;
	int r;

	overlay_done(overlay);
	r = engine_load_overlay(engine, overlay, err);
	if (r < 0 || overlay->setting_count + overlay->row_count == 0)
		return r;
	r = overlay_apply(overlay, conf, engine->effects.drivers, err);
	return r == 0 && overlay->row_count > 0 ? give_entities(engine, conf, err) : r;
}

/* With what is known of it; what cannot be understood is missing. */
static void
lay_on_row(const struct overlay *overlay, struct conf_idle *idle)
{
	for (size_t i = 0; i < overlay->setting_count; i++) {
		const struct overlay_setting *setting = &overlay->settings[i];
		const struct field *field = schema_find(setting->object, setting->key);

		if (setting->object == idle->object && setting->index == idle->settings.index &&
		    field != NULL)
			field_parse(field, setting->value, &idle->settings, NULL);
	}
}

int
engine_lay_idle(struct engine *engine, struct conf *conf, struct err *err)
{
	const struct overlay *overlay = &engine->laid;

	for (size_t i = 0; i < overlay->row_count; i++) {
		const struct overlay_row *row = &overlay->rows[i];
		const struct conf_idle *before = NULL;
		struct conf_idle *idle;

		if (row->fate == OVERLAY_HOLDS || !conf_can_idle(row->object))
			continue;
		idle = conf_add_idle(conf, row->object, row->index);
		if (idle == NULL)
			return err_set(err, -ENOMEM, "out of memory");
		if (engine->conf != NULL)
			before = conf_find_idle(engine->conf, row->object, row->index);
		idle->since_ms = before != NULL ? before->since_ms : engine->now.boottime_ms;
		lay_on_row(overlay, idle);
	}
	return 0;
}

static bool
is_gone(enum overlay_fate fate)
{
	switch (fate) {
	case OVERLAY_HOLDS:
	case OVERLAY_ABSENT:
		break;
	case OVERLAY_OVERTAKEN:
	case OVERLAY_UNKNOWN:
	case OVERLAY_UNFIT:
		return true;
	}
	return false;
}

int
engine_write_laid(struct engine *engine, struct err *err)
{
	const struct overlay *overlay = &engine->laid;
	int r = 0;

	for (size_t i = 0; i < overlay->setting_count && r == 0; i++) {
		const struct overlay_setting *setting = &overlay->settings[i];

		if (is_gone(setting->fate))
			r = store_remove_setting(engine->store, store_kinds[setting->object],
			    setting->index, setting->key, err);
	}
	for (size_t i = 0; i < overlay->row_count && r == 0; i++) {
		const struct overlay_row *row = &overlay->rows[i];

		if (row->fate == OVERLAY_UNFIT)
			r = store_put_row(
			    engine->store, store_kinds[row->object], row->index, ROW_INACTIVE, err);
	}
	return r;
}

/* A row of the file is known by the name that the file has. */
static int
rewrite_setting(struct engine *engine, const struct overlay_setting *known, struct err *err)
{
	const struct store_setting setting = {
		.kind = store_kinds[known->object],
		.index = known->index,
		.key = known->key,
		.value = known->value,
		.file_value = known->file_value,
	};
	int r = 0;

	if (strcmp(setting.key, "name") == 0 && setting.file_value != NULL)
		r = store_put_identity(
		    engine->store, setting.kind, setting.file_value, setting.index, err);
	return r == 0 ? store_put_setting(engine->store, &setting, err) : r;
}

int
engine_rewrite_settings(struct engine *engine, struct err *err)
{
	const struct overlay *known = &engine->known;
	int r = 0;

	if (engine->has_known)
		r = store_clear_settings(engine->store, err);
	for (size_t i = 0; i < known->row_count && r == 0; i++) {
		const struct overlay_row *row = &known->rows[i];

		r = store_restore_row(
		    engine->store, store_kinds[row->object], row->index, row->row_status, err);
	}
	for (size_t i = 0; i < known->setting_count && r == 0; i++)
		r = rewrite_setting(engine, &known->settings[i], err);
	return r;
}

/* ---- told ---- */

static struct origin
origin_of(enum conf_object kind, const void *object)
{
	const struct conf_sensor *sensor = object;
	uint32_t index = objects_index(kind, object);

	return (struct origin){
		.sensor = kind == CONF_SENSOR ? index : 0,
		.bus = kind == CONF_BUS ? index : 0,
		.quantity = kind == CONF_SENSOR ? sensor->quantity : QUANTITY_OTHER,
		.source = objects_name(kind, object),
	};
}

/* `why` may be NULL. */
static void
tell(struct engine *engine, const struct origin *origin, const char *text, const char *why,
    size_t *told)
{
	const struct log_about about = {
		.sensor = origin->sensor != 0 ? origin->source : NULL,
		.bus = origin->bus != 0 ? origin->source : NULL,
	};

	if ((*told)++ >= TOLD_MAX)
		return;
	if (why != NULL)
		log_at(LOG_LEVEL_WARNING, &about, "%s (%s)", text, why);
	else
		log_at(LOG_LEVEL_INFO, &about, "%s", text);
	engine_say_change(engine, origin, text);
}

static void
tell_setting(struct engine *engine, const struct overlay_setting *setting, size_t *told)
{
	const struct field *field = schema_find(setting->object, setting->key);
	char value[FIELD_FORMAT_SIZE], text[CHANGE_TEXT_SIZE];
	size_t guess = 0;
	const void *object = objects_find(engine->conf, setting->object, setting->index, &guess);
	struct origin origin;
	bool is_same;

	if (field == NULL || object == NULL) {
		log_warning("a setting by SNMP is dropped: %s: %s", setting->key,
		    setting->why != NULL ? setting->why : "of no use");
		return;
	}
	field_store(field, object, value, sizeof(value));
	is_same = strcmp(value, setting->value) == 0;
	field_format(field, object, value, sizeof(value));
	if (is_same)
		return; /* the file says the same now */
	origin = origin_of(setting->object, object);
	change_text(setting->fate == OVERLAY_OVERTAKEN ? CHANGED_BY_FILE : CHANGED_BACK, field,
	    origin.source, setting->value, value, text, sizeof(text));
	tell(engine, &origin, text, setting->why, told);
}

static void
tell_row(struct engine *engine, const struct overlay_row *row, size_t *told)
{
	const struct overlay *overlay = &engine->laid;
	const struct overlay_setting *name =
	    overlay_stored(overlay, row->object, row->index, "name");
	const struct origin origin = {
		.quantity = QUANTITY_OTHER,
		.source = name != NULL ? name->value : "",
	};
	char text[CHANGE_TEXT_SIZE];

	change_text_row(ROW_UNFIT, row->object, row->index, origin.source, text, sizeof(text));
	tell(engine, &origin, text, row->why, told);
}

void
engine_tell_laid(struct engine *engine)
{
	const struct origin origin = { .quantity = QUANTITY_OTHER, .source = "" };
	const struct overlay *overlay = &engine->laid;
	char text[CHANGE_TEXT_SIZE];
	size_t told = 0;

	for (size_t i = 0; i < overlay->setting_count; i++)
		if (is_gone(overlay->settings[i].fate))
			tell_setting(engine, &overlay->settings[i], &told);
	for (size_t i = 0; i < overlay->row_count; i++)
		if (overlay->rows[i].fate == OVERLAY_UNFIT)
			tell_row(engine, &overlay->rows[i], &told);
	if (told <= TOLD_MAX)
		return;
	snprintf(text, sizeof(text), "The file has set %zu more settings that SNMP had set.",
	    told - TOLD_MAX);
	log_info("%s", text);
	engine_say_change(engine, &origin, text);
}
