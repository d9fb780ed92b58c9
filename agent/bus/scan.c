/* SPDX-License-Identifier: BSD-2-Clause */
#include "bus/scan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bus/propose.h"
#include "core/glob.h"
#include "core/strbuf.h"
#include "core/text.h"
#include "drivers/driver.h"

#define FOUND_MAX   1024 /* more is no bus but a mistake */
#define OTHERS_MAX  5    /* profiles that are told beside the best */
#define ADDRESS_MAX 128
#define WHAT_MAX    160
#define UNIT_MAX    24 /* of driver.unit_name */

struct found {
	char address[ADDRESS_MAX];
	char what[WHAT_MAX];
	struct driver_point point;
	char unit[UNIT_MAX];
	bool is_device; /* told as one, with all that hangs on it */
};

/* A profile that was tried. */
struct candidate {
	const struct conf_profile_map *map;
	struct propose_score score;
	struct reading *readings; /* in the order of the profile's sensors */
};

struct scan {
	const struct conf *conf;
	const struct conf_bus *bus;
	const struct conf_profiles *profiles;
	const struct driver *driver;
	struct driver_bus *open;
	FILE *out;
	struct found *found;
	size_t found_count;
	bool is_full;
	struct candidate *candidates;
	size_t candidate_count;
	struct err *err;
};

/* ---- writing configuration ---- */

/* In quotes, as the file wants it. */
static void
put_text(FILE *out, const char *text)
{
	bool is_plain = strpbrk(text, "\"\\$") == NULL;

	putc(is_plain ? '"' : '\'', out);
	for (; *text != '\0'; text++) {
		if (!is_plain && (*text == '\'' || *text == '\\'))
			putc('\\', out);
		putc((unsigned char)*text < ' ' ? '?' : *text, out);
	}
	putc(is_plain ? '"' : '\'', out);
}

static void
put_key(FILE *out, const char *key, const char *text)
{
	fprintf(out, " %s = ", key);
	put_text(out, text);
}

/* What a device says must not end a comment. */
static void
put_comment(FILE *out, const char *text)
{
	for (; *text != '\0'; text++)
		putc((unsigned char)*text < ' ' ? '?' : *text, out);
}

static void
put_value(FILE *out, const struct conf_sensor *sensor, const struct reading *reading)
{
	const char *unit = quantity_info(sensor->quantity)->unit;
	enum fault_reason reason;
	char text[16];
	int32_t milli;

	reason = conf_sensor_value(sensor, reading, &milli);
	if (reason != FAULT_NONE) {
		fprintf(out, "%s (%s)", sensor->name, fault_reason_name(reason));
		return;
	}
	text_format_fixed(milli, 3, text, sizeof(text));
	fprintf(out, "%s %s%s%s", sensor->name, text, unit[0] != '\0' ? " " : "", unit);
}

/* ---- a unit that fits a profile ---- */

static bool
is_taken(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->sensor_count; i++)
		if (strcmp(conf->sensors[i].name, name) == 0)
			return true;
	return false;
}

static bool
is_good_device(const struct scan *scan, const struct conf_profile_map *map, const char *device)
{
	for (size_t i = 0; i < map->sensor_count; i++) {
		char name[3 * CONF_NAME_SIZE];

		snprintf(name, sizeof(name), "%s %s", device, map->sensors[i].name);
		if (!text_is_name(name) || is_taken(scan->conf, name))
			return false;
	}
	return true;
}

/* "xy-md02-2", or the like if another bus has one. */
static void
name_device(const struct scan *scan, const struct conf_profile_map *map, const char *unit, char *to,
    size_t size)
{
	static const char *const tails[] = { "", "b", "c", "d", "e", "f" };

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		snprintf(to, size, "%s-%s%s", map->profile.name, unit, tails[i]);
		if (is_good_device(scan, map, to))
			return;
	}
	snprintf(to, size, "%s", unit); /* a person must name it */
}

/* The names of those in range; false: all are, or their list is too long for the key. */
static bool
list_good(const struct candidate *candidate, char *to, size_t size)
{
	const struct conf_profile_map *map = candidate->map;
	struct strbuf list;
	int32_t ignored;

	strbuf_init(&list, to, size);
	for (size_t i = 0; i < map->sensor_count; i++)
		if (conf_sensor_value(&map->sensors[i], &candidate->readings[i], &ignored) ==
		    FAULT_NONE)
			strbuf_add(
			    &list, "%s%s", list.length == 0 ? "" : ", ", map->sensors[i].name);
	return candidate->score.in_range < candidate->score.points && !strbuf_is_cut(&list);
}

static void
put_device(const struct scan *scan, const char *unit)
{
	const struct candidate *best = &scan->candidates[0];
	char name[2 * CONF_NAME_SIZE], sensors[CONF_TEXT_SIZE];
	FILE *out = scan->out;

	fprintf(out, "# unit %s looks like %s: %u of %u points in range\n#   ", unit,
	    best->map->profile.name, best->score.in_range, best->score.points);
	for (size_t i = 0; i < best->map->sensor_count; i++) {
		if (i > 0)
			fputs(", ", out);
		put_value(out, &best->map->sensors[i], &best->readings[i]);
	}
	for (size_t i = 1; i < scan->candidate_count && i <= OTHERS_MAX; i++)
		fprintf(out, "%s%s (%u of %u)", i == 1 ? "\n# or like " : ", ",
		    scan->candidates[i].map->profile.name, scan->candidates[i].score.in_range,
		    scan->candidates[i].score.points);
	name_device(scan, best->map, unit, name, sizeof(name));
	fputs("\ndevice ", out);
	put_text(out, name);
	fputs(" {", out);
	put_key(out, "bus", scan->bus->name);
	put_key(out, "unit", unit);
	put_key(out, "profile", best->map->profile.name);
	if (list_good(best, sensors, sizeof(sensors)))
		put_key(out, "sensors", sensors);
	fputs(" }\n", out);
}

/* ---- a thing that fits none ---- */

static void
put_sensor(const struct scan *scan, const struct found *found)
{
	bool is_unique = (scan->driver->flags & DRIVER_UNIQUE) != 0;
	enum quantity quantity = propose_quantity(
	    found->address, found->unit, is_unique ? QUANTITY_TEMPERATURE : QUANTITY_OTHER);
	char name[CONF_NAME_SIZE + UNIT_MAX];
	FILE *out = scan->out;

	snprintf(name, sizeof(name), "unit %s", found->unit);
	if (scan->driver->unit_separator != ':' && text_is_name(found->address))
		text_copy(name, sizeof(name), found->address);
	fputs("# ", out);
	put_comment(out, found->address);
	fputs(": ", out);
	put_comment(out, found->what);
	if (scan->driver->unit_separator == ':')
		fputs("\n# no profile fits; say yourself what it measures, and where", out);
	fputs("\nsensor ", out);
	put_text(out, name);
	fputs(" {", out);
	put_key(out, "bus", scan->bus->name);
	put_key(out, "address", found->address);
	fprintf(out, " quantity = %s }\n", quantity_info(quantity)->name);
}

/* ---- trying ---- */

static int
compare_places(const void *a, const void *b)
{
	const struct driver_point *const *left = a, *const *right = b;

	return ((*left)->place > (*right)->place) - ((*left)->place < (*right)->place);
}

/* Reads `count` points, which stand in the order of the readings. */
static int
read_points(
    struct scan *scan, const struct driver_point *points, size_t count, struct reading *readings)
{
	const struct driver_point **sorted = calloc(count, sizeof(*sorted));
	struct reading *answers = calloc(count, sizeof(*answers));
	int r = 0;

	if (sorted == NULL || answers == NULL) {
		r = err_set(scan->err, -ENOMEM, "out of memory");
		goto done;
	}
	for (size_t i = 0; i < count; i++)
		sorted[i] = &points[i];
	qsort(sorted, count, sizeof(struct driver_point *), compare_places);
	if (scan->driver->prepare != NULL)
		r = scan->driver->prepare(scan->open, sorted, count, scan->err);
	if (r == 0)
		r = scan->driver->read(scan->open, sorted, count, answers, scan->err);
	for (size_t i = 0; i < count && r == 0; i++)
		readings[sorted[i] - points] = answers[i];
done:
	free(sorted);
	free(answers);
	return r;
}

/* The points of a profile on a unit; false: not addresses that this unit has. */
static bool
make_points(const struct scan *scan, const struct conf_profile_map *map, const struct found *found,
    char (*addresses)[ADDRESS_MAX], struct driver_point *points)
{
	for (size_t i = 0; i < map->sensor_count; i++) {
		snprintf(addresses[i], ADDRESS_MAX, "%s%c%s", found->unit,
		    scan->driver->unit_separator, map->sensors[i].address);
		if (scan->driver->parse(addresses[i], &points[i], NULL) < 0 ||
		    points[i].unit != found->point.unit)
			return false;
	}
	return true;
}

static int
try_profile(struct scan *scan, const struct conf_profile_map *map, const struct found *found)
{
	size_t count = map->sensor_count;
	struct candidate candidate = { .map = map };
	char(*addresses)[ADDRESS_MAX] = calloc(count, sizeof(*addresses));
	struct driver_point *points = calloc(count, sizeof(*points));
	int r = 0;

	candidate.readings = calloc(count, sizeof(*candidate.readings));
	if (addresses == NULL || points == NULL || candidate.readings == NULL) {
		r = err_set(scan->err, -ENOMEM, "out of memory");
		goto done;
	}
	if (!make_points(scan, map, found, addresses, points))
		goto done;
	r = read_points(scan, points, count, candidate.readings);
	if (r < 0)
		goto done;
	candidate.score = propose_score(map->sensors, candidate.readings, count);
	if (propose_is_plausible(&candidate.score)) {
		scan->candidates[scan->candidate_count++] = candidate;
		candidate.readings = NULL;
	}
done:
	free(candidate.readings);
	free(points);
	free(addresses);
	return r;
}

static int
compare_candidates(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;
	int order = propose_compare(&left->score, &right->score);

	return order != 0 ? order : strcmp(left->map->profile.name, right->map->profile.name);
}

static int
try_profiles(struct scan *scan, const struct found *found)
{
	int r = 0;

	for (size_t i = 0; i < scan->profiles->count && r == 0; i++) {
		const struct conf_profile_map *map = &scan->profiles->maps[i];

		if (glob_matches(map->profile.drivers, scan->driver->name))
			r = try_profile(scan, map, found);
	}
	if (scan->candidate_count > 1)
		qsort(scan->candidates, scan->candidate_count, sizeof(*scan->candidates),
		    compare_candidates);
	return r;
}

static void
forget_candidates(struct scan *scan)
{
	while (scan->candidate_count > 0)
		free(scan->candidates[--scan->candidate_count].readings);
}

/* ---- what was found ---- */

/* The first sensor of the configuration on that unit. */
static const struct conf_sensor *
find_configured(const struct scan *scan, uint64_t unit)
{
	for (size_t i = 0; i < scan->conf->sensor_count; i++) {
		const struct conf_sensor *sensor = &scan->conf->sensors[i];
		struct driver_point point;

		if (strcmp(sensor->bus, scan->bus->name) == 0 &&
		    scan->driver->parse(sensor->address, &point, NULL) == 0 && point.unit == unit)
			return sensor;
	}
	return NULL;
}

/* Its unit has been told whole. */
static bool
is_told(const struct scan *scan, const struct found *found)
{
	for (const struct found *other = scan->found; other < found; other++)
		if (other->is_device && other->point.unit == found->point.unit)
			return true;
	return false;
}

static int
tell_found(struct scan *scan, struct found *found)
{
	const struct conf_sensor *sensor = find_configured(scan, found->point.unit);
	int r = 0;

	if (is_told(scan, found))
		return 0;
	if (sensor != NULL) {
		found->is_device = true;
		fprintf(scan->out, "# %s is configured already: sensor \"%s\"\n",
		    found->unit[0] != '\0' ? found->unit : found->address, sensor->name);
		return 0;
	}
	if (scan->driver->unit_separator != '\0' && found->unit[0] != '\0')
		r = try_profiles(scan, found);
	found->is_device = scan->candidate_count > 0;
	if (r == 0 && found->is_device)
		put_device(scan, found->unit);
	else if (r == 0)
		put_sensor(scan, found);
	forget_candidates(scan);
	fflush(scan->out);
	return r;
}

static int
remember_found(void *context, const char *address, const char *what)
{
	struct scan *scan = context;
	struct found *found = &scan->found[scan->found_count];

	if (scan->found_count == FOUND_MAX) {
		scan->is_full = true;
		return 1;
	}
	memset(found, 0, sizeof(*found));
	if (!text_copy(found->address, sizeof(found->address), address) ||
	    scan->driver->parse(found->address, &found->point, NULL) < 0)
		return 0; /* no configuration could name it */
	text_copy(found->what, sizeof(found->what), what);
	if (scan->driver->unit_name != NULL)
		scan->driver->unit_name(&found->point, found->unit, sizeof(found->unit));
	scan->found_count++;
	return 0;
}

static int
scan_open(struct scan *scan)
{
	char timeout[16];
	int r;

	text_format_duration(scan->bus->timeout_ms, timeout, sizeof(timeout));
	fprintf(scan->out, "# bus \"%s\", %s: who does not answer costs %s\n", scan->bus->name,
	    scan->driver->name, timeout);
	if (scan->profiles->bad_count > 0)
		fprintf(scan->out, "# %zu profiles are left out, since %s\n",
		    scan->profiles->bad_count, scan->profiles->bad.text);
	fflush(scan->out);
	r = scan->driver->scan(scan->open, remember_found, scan, scan->err);
	for (size_t i = 0; i < scan->found_count && r == 0; i++)
		r = tell_found(scan, &scan->found[i]);
	if (r == 0)
		fprintf(scan->out, "# %zu found%s\n", scan->found_count,
		    scan->is_full ? ", and there may be more" : "");
	return r;
}

static const struct conf_bus *
find_bus(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->bus_count; i++)
		if (strcmp(conf->buses[i].name, name) == 0)
			return &conf->buses[i];
	return NULL;
}

int
scan_bus(const struct conf *conf, const char *name, const struct conf_profiles *profiles, FILE *out,
    struct err *err)
{
	struct scan scan = { .conf = conf, .profiles = profiles, .out = out, .err = err };
	struct driver_settings settings;
	int r;

	scan.bus = find_bus(conf, name);
	if (scan.bus == NULL)
		return err_set(err, -ENOENT, "no bus \"%s\" in the configuration", name);
	scan.driver = driver_find(scan.bus->driver);
	if (scan.driver->scan == NULL)
		return err_set(
		    err, -ENOTSUP, "bus \"%s\": driver %s cannot scan", name, scan.driver->name);
	scan.found = calloc(FOUND_MAX, sizeof(*scan.found));
	scan.candidates = calloc(profiles->count + 1, sizeof(*scan.candidates));
	if (scan.found == NULL || scan.candidates == NULL) {
		r = err_set(err, -ENOMEM, "out of memory");
		goto done;
	}
	settings =
	    (struct driver_settings){ scan.bus->endpoint, scan.bus->options, scan.bus->timeout_ms };
	r = scan.driver->open(&settings, &scan.open, err);
	if (r == 0) {
		r = scan_open(&scan);
		scan.driver->close(scan.open);
	}
	if (r < 0)
		err_prefix(err, "bus \"%s\": ", name);
done:
	forget_candidates(&scan);
	free(scan.candidates);
	free(scan.found);
	return r;
}
