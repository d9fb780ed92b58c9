/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/objects.h"

struct change *
change_new(void)
{
	return calloc(1, sizeof(struct change));
}

static void
free_items(struct change *change)
{
	if (change->items != NULL) /* a password may be among them */
		explicit_bzero(change->items, change->room * sizeof(*change->items));
	free(change->items);
}

void
change_free(struct change *change)
{
	if (change == NULL)
		return;
	conf_unref(change->candidate);
	free_items(change);
	free(change->rows);
	free(change);
}

struct change_item *
change_add(struct change *change, enum change_kind kind)
{
	size_t room = change->room == 0 ? 8 : 2 * change->room, at = change->count;
	struct change_item *items;

	if (change->count == change->room) {
		items = calloc(room, sizeof(*items));
		if (items == NULL)
			return NULL;
		if (change->count > 0)
			memcpy(items, change->items, change->count * sizeof(*items));
		free_items(change);
		change->items = items;
		change->room = room;
	}
	while (at > 0 && change->items[at - 1].kind > kind)
		at--;
	memmove(&change->items[at + 1], &change->items[at],
	    (change->count - at) * sizeof(change->items[0]));
	change->count++;
	memset(&change->items[at], 0, sizeof(change->items[at]));
	change->items[at].kind = kind;
	return &change->items[at];
}

bool
change_is_of_conf(const struct change *change)
{
	return change->count > 0 && change->items[0].kind <= CHANGE_MOVE_ROW;
}

bool
change_is_permanent(const struct conf *conf, enum conf_object object, uint32_t index)
{
	const void *settings = conf_settings(conf, object, index);

	return settings != NULL && objects_storage(object, settings) == STORAGE_PERMANENT;
}

/* ---- the configuration that comes of it ---- */

static int
refuse(const struct change_item *item, const char *why, struct err *err)
{
	return err_set(
	    err, -EINVAL, "%s %u %s", schema_object_name(item->object), (unsigned)item->index, why);
}

static int
make_row(const struct change_item *item, struct conf *conf, struct err *err)
{
	struct conf_idle *idle;

	if (conf_settings(conf, item->object, item->index) != NULL)
		return refuse(item, "is there already", err);
	idle = conf_add_idle(conf, item->object, item->index);
	if (idle == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	idle->since_ms = item->number;
	return 0;
}

static int
apply_setting(const struct change_item *item, struct conf *conf, struct err *err)
{
	/* the copy is ours */
	void *settings = (void *)conf_settings(conf, item->object, item->index);

	if (settings == NULL)
		return refuse(item, "is not there any more", err);
	if (item->is_unset) {
		memset((char *)settings + item->field->offset, 0, item->field->size);
		return 0;
	}
	return field_parse(item->field, item->text, settings, err);
}

static int
activate(const struct change_item *item, struct conf *conf, struct err *err)
{
	const struct conf_idle *idle = conf_find_idle(conf, item->object, item->index);

	if (idle != NULL && !conf_idle_is_complete(idle))
		return refuse(item, "lacks something that an active one needs", err);
	return conf_activate(conf, item->object, item->index);
}

static int
move_row(const struct change_item *item, struct conf *conf, int64_t now_ms, struct err *err)
{
	int r = -ENOENT;

	if (item->number == ROW_STATUS_ACTIVE)
		r = activate(item, conf, err);
	else if (change_is_permanent(conf, item->object, item->index))
		return refuse(item, "stands in the configuration file", err);
	else if (item->number == ROW_STATUS_DESTROY)
		r = conf_destroy(conf, item->object, item->index);
	else
		r = conf_deactivate(conf, item->object, item->index, now_ms);
	if (r == -ENOENT)
		return refuse(item, "is not there any more, or is so already", err);
	return r == -ENOMEM ? err_set(err, r, "out of memory") : r;
}

static int
apply_item(const struct change_item *item, struct conf *conf, int64_t now_ms, struct err *err)
{
	switch (item->kind) {
	case CHANGE_MAKE_ROW:
		return make_row(item, conf, err);
	case CHANGE_SETTING:
		return apply_setting(item, conf, err);
	case CHANGE_MOVE_ROW:
		return move_row(item, conf, now_ms, err);
	case CHANGE_CONFIG_LOCK:
	case CHANGE_NOTE:
	case CHANGE_ACKNOWLEDGE:
	case CHANGE_RESET:
	case CHANGE_SHELVE:
	case CHANGE_RESET_EXTREMES:
	case CHANGE_FLUSH:
	case CHANGE_RETRY:
	case CHANGE_CANCEL:
	case CHANGE_REPLAY:
	case CHANGE_TEST_CONTACT:
	case CHANGE_ASK_TEST:
	case CHANGE_TEST_MAIL:
		break; /* not of the configuration */
	}
	return 0;
}

static uint32_t
index_at(const struct conf *conf, enum conf_object object, size_t position)
{
	switch (object) {
	case CONF_BUS:
		return conf->buses[position].index;
	case CONF_SENSOR:
		return conf->sensors[position].index;
	case CONF_RELAY:
		return conf->relays[position].index;
	case CONF_CONTACT:
		return conf->contacts[position].index;
	case CONF_AGENT:
	case CONF_DEVICE:
	case CONF_PROFILE:
	case CONF_EVENT:
	case CONF_DELIVERY:
	case CONF_BREAKER:
	case CONF_LIMITER:
	case CONF_MAIL:
		break;
	}
	return 0;
}

/* The item for that setting, else one of its row; change->count: none. */
static size_t
item_of(const struct change *change, enum conf_object object, uint32_t index, const char *key)
{
	size_t found = change->count;

	for (size_t i = change->count; i > 0; i--) {
		const struct change_item *item = &change->items[i - 1];

		if (item->kind > CHANGE_MOVE_ROW || item->object != object || item->index != index)
			continue;
		found = i - 1;
		if (key != NULL && item->field != NULL && strcmp(item->field->key, key) == 0)
			break;
	}
	return found;
}

/* Who of this change is to blame: for a name given twice it may be the other one. */
static size_t
find_fault(const struct change *change, const struct conf *conf, const struct conf_place *place)
{
	const char *key = place->has_first ? "name" : place->key;
	size_t item =
	    item_of(change, place->object, index_at(conf, place->object, place->position), key);

	if (item == change->count && place->has_first)
		item = item_of(
		    change, place->object, index_at(conf, place->object, place->first), key);
	return item < change->count ? item : 0;
}

static int
check(const struct change *change, struct conf *conf, const struct conf_drivers *drivers,
    size_t *ret_item, struct err *err)
{
	struct conf_place place;
	int r = conf_check(conf, drivers, &place, err);

	if (r < 0)
		*ret_item = find_fault(change, conf, &place);
	return r;
}

/* Rows that are not active have to be right, too, as far as they are complete: if the change is
 * about them.  What one is to be again it was, also if that did not fit any more. */
static int
check_idle(const struct change *change, const struct conf *conf, const struct conf_drivers *drivers,
    size_t *ret_item, struct err *err)
{
	struct conf *probe = NULL;
	int r = 0;

	for (size_t i = 0; i < change->count && r == 0; i++) {
		const struct change_item *item = &change->items[i];
		const struct conf_idle *idle;

		if (item->kind != CHANGE_SETTING || !conf_can_idle(item->object))
			continue;
		idle = conf_find_idle(probe != NULL ? probe : conf, item->object, item->index);
		if (idle == NULL || !conf_idle_is_complete(idle))
			continue;
		if (probe == NULL)
			probe = conf_copy(conf);
		r = probe == NULL ? -ENOMEM : conf_activate(probe, item->object, item->index);
	}
	if (r < 0)
		err_set(err, r, "out of memory");
	else if (probe != NULL)
		r = check(change, probe, drivers, ret_item, err);
	conf_unref(probe);
	return r;
}

int
change_apply(const struct change *change, const struct conf *conf,
    const struct conf_drivers *drivers, int64_t now_ms, struct conf **ret_conf, size_t *ret_item,
    struct err *err)
{
	struct conf *candidate = conf_copy(conf);
	int r = 0;

	*ret_item = 0;
	if (candidate == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < change->count && r == 0; i++) {
		*ret_item = i;
		r = apply_item(&change->items[i], candidate, now_ms, err);
	}
	if (r == 0)
		r = check(change, candidate, drivers, ret_item, err);
	if (r == 0 && !change->is_undo)
		r = check_idle(change, candidate, drivers, ret_item, err);
	if (r < 0)
		conf_unref(candidate);
	else
		*ret_conf = candidate;
	return r;
}
