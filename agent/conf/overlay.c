/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/overlay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/objects.h"

#define FIRST_ROOM 16

static void *
grow(void *array, size_t count, size_t *room, size_t size)
{
	size_t more = *room == 0 ? FIRST_ROOM : 2 * *room;
	void *grown;

	if (count < *room)
		return array;
	grown = reallocarray(array, more, size);
	if (grown != NULL)
		*room = more;
	return grown;
}

/* Appends a text to one place in memory; NULL stays NULL. */
static const char *
put_text(char **at, const char *text)
{
	char *start = *at;
	size_t size;

	if (text == NULL)
		return NULL;
	size = strlen(text) + 1;
	memcpy(start, text, size);
	*at += size;
	return start;
}

int
overlay_add_setting(struct overlay *overlay, const struct overlay_setting *setting)
{
	struct overlay_setting *settings = grow(
	    overlay->settings, overlay->setting_count, &overlay->setting_room, sizeof(*settings));
	size_t size = strlen(setting->key) + strlen(setting->value) + 3;
	struct overlay_setting *mine;
	char *at;

	if (settings == NULL)
		return -ENOMEM;
	overlay->settings = settings;
	if (setting->file_value != NULL)
		size += strlen(setting->file_value);
	at = malloc(size);
	if (at == NULL)
		return -ENOMEM;
	mine = &settings[overlay->setting_count++];
	*mine = (struct overlay_setting){
		.object = setting->object, .index = setting->index, .fate = OVERLAY_ABSENT
	};
	mine->key = put_text(&at, setting->key);
	mine->value = put_text(&at, setting->value);
	mine->file_value = put_text(&at, setting->file_value);
	return 0;
}

int
overlay_add_row(
    struct overlay *overlay, enum conf_object object, uint32_t index, uint32_t row_status)
{
	struct overlay_row *rows =
	    grow(overlay->rows, overlay->row_count, &overlay->row_room, sizeof(*rows));

	if (rows == NULL)
		return -ENOMEM;
	overlay->rows = rows;
	rows[overlay->row_count++] = (struct overlay_row){
		.object = object, .index = index, .row_status = row_status, .fate = OVERLAY_ABSENT
	};
	return 0;
}

static void
wipe(const char *text)
{
	if (text != NULL)
		explicit_bzero((char *)text, strlen(text)); /* the copy is ours */
}

void
overlay_done(struct overlay *overlay)
{
	for (size_t i = 0; i < overlay->setting_count; i++) {
		wipe(overlay->settings[i].value);
		wipe(overlay->settings[i].file_value);
		free((char *)overlay->settings[i].key); /* and the values behind it */
		free(overlay->settings[i].why);
	}
	for (size_t i = 0; i < overlay->row_count; i++)
		free(overlay->rows[i].why);
	free(overlay->settings);
	free(overlay->rows);
	*overlay = (struct overlay){ 0 };
}

/* ---- order ---- */

static int
compare_places(
    enum conf_object object_a, uint32_t index_a, enum conf_object object_b, uint32_t index_b)
{
	if (object_a != object_b)
		return object_a < object_b ? -1 : 1;
	return (index_a > index_b) - (index_a < index_b);
}

static int
compare_settings(const void *a, const void *b)
{
	const struct overlay_setting *left = a, *right = b;
	int order = compare_places(left->object, left->index, right->object, right->index);

	return order != 0 ? order : strcmp(left->key, right->key);
}

static int
compare_rows(const void *a, const void *b)
{
	const struct overlay_row *left = a, *right = b;

	return compare_places(left->object, left->index, right->object, right->index);
}

/* Those of one object: from *ret_first to before what is returned. */
static size_t
settings_of(
    const struct overlay *overlay, enum conf_object object, uint32_t index, size_t *ret_first)
{
	size_t low = 0, high = overlay->setting_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct overlay_setting *setting = &overlay->settings[middle];

		if (compare_places(setting->object, setting->index, object, index) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_first = low;
	while (high < overlay->setting_count && overlay->settings[high].object == object &&
	       overlay->settings[high].index == index)
		high++;
	return high;
}

static struct overlay_row *
find_row(const struct overlay *overlay, enum conf_object object, uint32_t index)
{
	const struct overlay_row wanted = { .object = object, .index = index };

	if (overlay->row_count == 0)
		return NULL;
	return bsearch(&wanted, overlay->rows, overlay->row_count, sizeof(wanted), compare_rows);
}

const struct overlay_setting *
overlay_stored(
    const struct overlay *overlay, enum conf_object object, uint32_t index, const char *key)
{
	const struct overlay_setting wanted = { .object = object, .index = index, .key = key };

	if (overlay->setting_count == 0)
		return NULL;
	return bsearch(
	    &wanted, overlay->settings, overlay->setting_count, sizeof(wanted), compare_settings);
}

const struct overlay_setting *
overlay_find(
    const struct overlay *overlay, enum conf_object object, uint32_t index, const char *key)
{
	const struct overlay_setting *found = overlay_stored(overlay, object, index, key);

	return found != NULL && found->fate == OVERLAY_HOLDS ? found : NULL;
}

static void
sort(struct overlay *overlay)
{
	if (overlay->setting_count > 0)
		qsort(overlay->settings, overlay->setting_count, sizeof(*overlay->settings),
		    compare_settings);
	if (overlay->row_count > 0)
		qsort(overlay->rows, overlay->row_count, sizeof(*overlay->rows), compare_rows);
}

static bool
is_in_force(const struct overlay_setting *setting, const void *object)
{
	const struct field *field = schema_find(setting->object, setting->key);
	char value[FIELD_FORMAT_SIZE];
	bool is_same;

	if (field == NULL || object == NULL)
		return false;
	field_store(field, object, value, sizeof(value));
	is_same = strcmp(value, setting->value) == 0;
	explicit_bzero(value, sizeof(value));
	return is_same;
}

void
overlay_compare(struct overlay *overlay, const struct conf *conf)
{
	size_t guess = 0;

	sort(overlay);
	for (size_t i = 0; i < overlay->setting_count; i++) {
		struct overlay_setting *setting = &overlay->settings[i];
		const void *object = objects_find(conf, setting->object, setting->index, &guess);

		setting->fate = is_in_force(setting, object) ? OVERLAY_HOLDS : OVERLAY_ABSENT;
	}
	for (size_t i = 0; i < overlay->row_count; i++) {
		struct overlay_row *row = &overlay->rows[i];
		const void *object = objects_find(conf, row->object, row->index, &guess);

		row->fate = object != NULL ? OVERLAY_HOLDS : OVERLAY_ABSENT;
	}
}

/* ---- one by one ---- */

static void
give_up(enum overlay_fate *fate, char **why, enum overlay_fate as, const struct err *err)
{
	*fate = as;
	free(*why);
	*why = err != NULL ? strdup(err->text) : NULL;
}

/* The setting alone; what the file says is in `object`. */
static void
lay(struct overlay_setting *setting, void *object)
{
	const struct field *field = schema_find(setting->object, setting->key);
	char says[FIELD_FORMAT_SIZE];
	struct err err = { 0 };
	bool is_overtaken;

	if (field == NULL) {
		err_set(&err, -EINVAL, "there is no such setting");
		give_up(&setting->fate, &setting->why, OVERLAY_UNKNOWN, &err);
		return;
	}
	field_store(field, object, says, sizeof(says));
	is_overtaken = objects_storage(setting->object, object) == STORAGE_PERMANENT &&
	               (setting->file_value == NULL || strcmp(setting->file_value, says) != 0);
	explicit_bzero(says, sizeof(says));
	if (is_overtaken) {
		setting->fate = OVERLAY_OVERTAKEN;
		return;
	}
	setting->fate = OVERLAY_HOLDS;
	if (field_parse(field, setting->value, object, &err) < 0)
		give_up(&setting->fate, &setting->why, OVERLAY_UNKNOWN, &err);
}

static int
add_rows(const struct overlay *overlay, struct conf *conf)
{
	for (size_t i = 0; i < overlay->row_count; i++) {
		struct overlay_row *row = &overlay->rows[i];

		if (row->row_status != OVERLAY_ACTIVE)
			continue;
		if (objects_add_row(conf, row->object, row->index) == NULL)
			return -ENOMEM;
		row->fate = OVERLAY_HOLDS;
	}
	return 0;
}

static void
lay_all(const struct overlay *overlay, const struct conf *conf)
{
	size_t guess = 0;

	for (size_t i = 0; i < overlay->setting_count; i++) {
		struct overlay_setting *setting = &overlay->settings[i];
		void *object = objects_find(conf, setting->object, setting->index, &guess);

		if (object != NULL)
			lay(setting, object);
	}
}

/* A password of the file, or a token of its command, is for the host and the security of the file:
 * where SNMP has put others in their place and the file gives one after that, all of it is as the
 * file says. */
static void
keep_passwords_home(const struct overlay *overlay, struct conf *conf)
{
	static const char *const bound[] = { "host", "security" };
	const char *own = "password";

	for (size_t n = 0; n < conf->relay_count; n++) {
		struct conf_relay *relay = &conf->relays[n];
		size_t first, end = settings_of(overlay, CONF_RELAY, relay->index, &first);
		bool is_of_file = relay->storage == STORAGE_PERMANENT && relay->password[0] != '\0';

		for (size_t i = first; i < end; i++)
			is_of_file &= overlay->settings[i].fate != OVERLAY_HOLDS ||
			              strcmp(overlay->settings[i].key, own) != 0;
		is_of_file |= relay->token_command[0] != '\0';
		is_of_file &= relay->storage == STORAGE_PERMANENT;
		for (size_t i = first; i < end && is_of_file; i++) {
			struct overlay_setting *setting = &overlay->settings[i];

			if (setting->fate != OVERLAY_HOLDS ||
			    (strcmp(setting->key, bound[0]) != 0 &&
				strcmp(setting->key, bound[1]) != 0))
				continue;
			field_parse(schema_find(CONF_RELAY, setting->key), setting->file_value,
			    relay, NULL);
			setting->fate = OVERLAY_OVERTAKEN;
		}
	}
}

/* ---- together ---- */

/* What is left to do when the rules are broken. */
struct repair {
	struct overlay *overlay;
	struct conf *conf;
	const struct conf_drivers *drivers;
	int code; /* -ENOMEM: it is over */
};

static bool
checks_alone(struct repair *repair, enum conf_object kind, size_t n, struct err *err)
{
	struct conf_place place;
	struct conf alone;
	int r;

	objects_alone(repair->conf, kind, n, &alone);
	r = conf_check(&alone, repair->drivers, &place, err);
	if (r == -ENOMEM)
		repair->code = r;
	return r == 0 || place.object != kind; /* what stands behind it has its turn later */
}

/* Puts back what the file says of the settings from `first` to before `end`. */
static void
take_off(const struct repair *repair, size_t first, size_t end, void *object)
{
	for (size_t i = first; i < end; i++) {
		const struct overlay_setting *setting = &repair->overlay->settings[i];

		if (setting->fate == OVERLAY_HOLDS)
			field_parse(schema_find(setting->object, setting->key), setting->file_value,
			    object, NULL);
	}
}

/*
 * The file as it is, then one setting after the other as long as all is right; again, since two
 * that fit together may not fit alone.  What is left over at the end is unfit.
 */
static void
repair_object(struct repair *repair, enum conf_object kind, size_t n, void *object)
{
	struct overlay *overlay = repair->overlay;
	size_t first, end = settings_of(overlay, kind, objects_index(kind, object), &first);
	bool is_progress = true;

	take_off(repair, first, end, object);
	for (size_t i = first; i < end; i++)
		if (overlay->settings[i].fate == OVERLAY_HOLDS)
			overlay->settings[i].fate = OVERLAY_UNFIT;
	while (is_progress && repair->code == 0) {
		is_progress = false;
		for (size_t i = first; i < end; i++) {
			struct overlay_setting *setting = &overlay->settings[i];
			const struct field *field = schema_find(kind, setting->key);
			struct err err = { 0 };

			if (setting->fate != OVERLAY_UNFIT)
				continue;
			field_parse(field, setting->value, object, NULL);
			if (checks_alone(repair, kind, n, &err)) {
				give_up(&setting->fate, &setting->why, OVERLAY_HOLDS, NULL);
				is_progress = true;
				continue;
			}
			field_parse(field, setting->file_value, object, NULL);
			give_up(&setting->fate, &setting->why, OVERLAY_UNFIT, &err);
		}
	}
}

/* A row by SET has nothing of the file to fall back on. */
static void
put_out(struct repair *repair, enum conf_object kind, size_t n, const struct err *err)
{
	struct overlay *overlay = repair->overlay;
	uint32_t index = objects_index(kind, objects_at(repair->conf, kind, n));
	struct overlay_row *row = find_row(overlay, kind, index);
	size_t first, end = settings_of(overlay, kind, index, &first);

	if (row != NULL)
		give_up(&row->fate, &row->why, OVERLAY_UNFIT, err);
	for (size_t i = first; i < end; i++)
		if (overlay->settings[i].fate == OVERLAY_HOLDS)
			overlay->settings[i].fate = OVERLAY_ABSENT;
	objects_remove(repair->conf, kind, n);
}

static const char *
missing_key(const struct overlay *overlay, enum conf_object kind, uint32_t index)
{
	const struct field *field;

	for (size_t n = 0; (field = schema_at(n)) != NULL; n++)
		if (field->object == kind && (field->flags & FIELD_REQUIRED) != 0 &&
		    overlay_find(overlay, kind, index, field->key) == NULL)
			return field->key;
	return NULL;
}

/* A file without them would not have been read. */
static void
put_out_incomplete(struct repair *repair)
{
	for (size_t i = repair->overlay->row_count; i-- > 0;) {
		const struct overlay_row *row = &repair->overlay->rows[i];
		const char *key = missing_key(repair->overlay, row->object, row->index);
		struct err err = { 0 };
		size_t at = 0;

		if (row->fate != OVERLAY_HOLDS || key == NULL)
			continue;
		err_set(&err, -EINVAL, "%s is missing", key);
		objects_find(repair->conf, row->object, row->index, &at);
		put_out(repair, row->object, at, &err);
	}
}

static bool
is_by_set(const struct repair *repair, enum conf_object kind, size_t n)
{
	void *object = objects_at(repair->conf, kind, n);

	return objects_storage(kind, object) == STORAGE_NON_VOLATILE;
}

/* Each object by itself, from the last on, since some go. */
static void
repair_each(struct repair *repair, enum conf_object kind)
{
	for (size_t n = objects_count(repair->conf, kind); n-- > 0 && repair->code == 0;) {
		void *object = objects_at(repair->conf, kind, n);
		size_t first;
		struct err err = { 0 };
		bool is_touched =
		    settings_of(repair->overlay, kind, objects_index(kind, object), &first) > first;

		if ((!is_touched && !is_by_set(repair, kind, n)) ||
		    checks_alone(repair, kind, n, &err))
			continue;
		if (is_by_set(repair, kind, n))
			put_out(repair, kind, n, &err);
		else
			repair_object(repair, kind, n, object);
	}
}

/* True: something was taken off the n-th object, of the setting `key` or (NULL) of all. */
static bool
give_way(
    struct repair *repair, enum conf_object kind, size_t n, const char *key, const struct err *err)
{
	void *object = objects_at(repair->conf, kind, n);
	struct overlay *overlay = repair->overlay;
	size_t first, end = settings_of(overlay, kind, objects_index(kind, object), &first);
	bool is_any = false;

	if (is_by_set(repair, kind, n)) {
		put_out(repair, kind, n, err);
		return true;
	}
	for (size_t i = first; i < end; i++) {
		struct overlay_setting *setting = &overlay->settings[i];

		if (setting->fate != OVERLAY_HOLDS ||
		    (key != NULL && strcmp(setting->key, key) != 0))
			continue;
		take_off(repair, i, i + 1, object);
		give_up(&setting->fate, &setting->why, OVERLAY_UNFIT, err);
		is_any = true;
	}
	return is_any;
}

/* Two of one name: the row by SET gives way to the file, else the name that SNMP has set. */
static bool
settle(struct repair *repair, const struct conf_place *place, const struct err *err)
{
	const char *key = place->has_first ? "name" : NULL;

	if (place->has_first && is_by_set(repair, place->object, place->first) &&
	    !is_by_set(repair, place->object, place->position))
		return give_way(repair, place->object, place->first, key, err);
	return give_way(repair, place->object, place->position, key, err) ||
	       (place->has_first && give_way(repair, place->object, place->first, key, err));
}

static int
repair_all(struct repair *repair, struct err *err)
{
	struct conf_place place;
	int r;

	for (size_t kind = 0; kind < CONF_OBJECT_COUNT; kind++)
		repair_each(repair, (enum conf_object)kind);
	while (repair->code == 0) {
		r = conf_check(repair->conf, repair->drivers, &place, err);
		if (r != -EINVAL || !settle(repair, &place, err))
			return r;
	}
	return err_set(err, repair->code, "out of memory");
}

int
overlay_apply(
    struct overlay *overlay, struct conf *conf, const struct conf_drivers *drivers, struct err *err)
{
	struct repair repair = { .overlay = overlay, .conf = conf, .drivers = drivers };
	struct conf_place place;
	struct err first = { 0 };
	int r;

	sort(overlay);
	if (add_rows(overlay, conf) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	lay_all(overlay, conf);
	keep_passwords_home(overlay, conf);
	put_out_incomplete(&repair);
	r = conf_check(conf, drivers, &place, &first);
	if (r == -EINVAL)
		return repair_all(&repair, err);
	return r < 0 ? err_set(err, r, "%s", first.text) : 0;
}
