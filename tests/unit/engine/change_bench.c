/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/engine/change_bench.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "tests/unit/fixture.h"

#define START 5000000

static int
check_bus(const struct conf_bus *bus, struct err *err)
{
	(void)bus, (void)err;
	return 0;
}

static int
check_address(const struct conf_bus *bus, const char *address, char *hardware_id, size_t size,
    struct err *err)
{
	(void)bus, (void)err;
	text_copy(hardware_id, size, address);
	return 0;
}

static const struct conf_drivers drivers = {
	.check_bus = check_bus,
	.check_address = check_address,
};

static void
in_force(void *context, const struct conf *conf)
{
	struct bench *bench = context;

	(void)conf;
	bench->applied++;
}

/* Sensors 1 and 2 alarm at 27: the first at once, the second after 10 s. */
static struct conf *
make_conf(void)
{
	static const char *const names[] = { "quick", "slow" };
	struct conf *conf = fixture_conf("", 1000);

	for (size_t i = 0; i < COUNT(names); i++) {
		struct conf_sensor *sensor = fixture_sensor(conf, 0, names[i]);

		sensor->limit_milli[LIMIT_HIGH_WARNING] = 27000;
		sensor->limits_enabled = LIMIT_BIT(LIMIT_HIGH_WARNING);
		sensor->on_delay_ms = i == 0 ? 0 : 10000;
		sensor->off_delay_ms = 0;
		sensor->min_samples = 1;
	}
	return conf;
}

void
bench_begin(struct bench *bench)
{
	const struct engine_effects effects = {
		.conf_in_force = in_force,
		.context = bench,
		.drivers = &drivers,
	};
	struct err err;

	if (store_open(bench->folder, &bench->store, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(hub_new(&bench->hub), 0);
	assert_int_equal(
	    engine_new(bench->store, bench->hub, &effects, &bench->now, &bench->engine), 0);
	if (engine_configure(bench->engine, make_conf(), &bench->now, &err) < 0)
		fail_msg("%s", err.text);
}

void
bench_end(struct bench *bench)
{
	hub_put(bench->hub, bench->seen);
	bench->seen = NULL;
	engine_free(bench->engine);
	hub_free(bench->hub);
	store_close(bench->store);
}

int
bench_set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	text_copy(bench->folder, sizeof(bench->folder), "/tmp/test_change.XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	bench->now =
	    (struct moment){ .boot_id = "boot", .boottime_ms = START, .wall_ms = 1700000000000 };
	bench_begin(bench);
	*state = bench;
	return 0;
}

int
bench_tear_down(void **state)
{
	struct bench *bench = *state;
	char command[64];

	bench_end(bench);
	snprintf(command, sizeof(command), "rm -rf %s", bench->folder);
	assert_int_equal(system(command), 0);
	free(bench);
	return 0;
}

const struct snapshot *
look(struct bench *bench)
{
	hub_put(bench->hub, bench->seen);
	bench->seen = hub_get(bench->hub);
	return bench->seen;
}

/* Both sensors read that, a second later. */
void
read_both(struct bench *bench, int64_t value)
{
	struct bus_report *report = calloc(1, sizeof(*report) + 2 * sizeof(report->samples[0]));
	struct chan_message message = { .kind = ENGINE_REPORT, .data = report };

	bench->now.boottime_ms += 1000;
	bench->now.wall_ms += 1000;
	report->bus = 1;
	report->generation = 1000;
	report->state = BUS_UP;
	report->count = 2;
	for (unsigned i = 0; i < 2; i++)
		report->samples[i] = (struct sample){ i + 1,
			reading_good((struct raw){ .kind = RAW_MILLI, .i = value }),
			bench->now.boottime_ms };
	engine_step(bench->engine, &message, &bench->now);
	engine_turn_end(bench->engine, &bench->now);
}

struct change *
new_change(struct bench *bench)
{
	struct change *change = change_new();

	change->id = 77;
	change->deadline_ms = bench->now.boottime_ms + 800;
	change->generation = look(bench)->conf->generation;
	return change;
}

void
add_setting(struct change *change, uint32_t sensor, const char *key, const char *value)
{
	struct change_item *item = change_add(change, CHANGE_SETTING);

	item->object = CONF_SENSOR;
	item->index = sensor;
	item->field = schema_find(CONF_SENSOR, key);
	text_copy(item->text, sizeof(item->text), value);
}

void
add_other(struct change *change, enum change_kind kind, uint32_t index, int64_t value)
{
	struct change_item *item = change_add(change, kind);

	item->index = index;
	item->number = value;
	text_copy(item->text, sizeof(item->text), "fan ordered");
}

int
try_change(struct bench *bench, struct change *change)
{
	struct err err;
	int r = engine_change(bench->engine, change, &bench->now, &err);

	change_free(change);
	return r;
}

int
bench_take_no_setting(void *context, const struct store_setting *setting, struct err *err)
{
	(void)context, (void)err;
	fail_msg("%s is stored", setting->key);
	return 0;
}
