/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/engine/change_bench.h"

#include "core/text.h"
#include "tests/unit/fixture.h"

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

struct conf *
change_conf(void)
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

int
change_set_up(void **state)
{
	bench_set_up_with(state, &drivers);
	bench_configure(*state, change_conf());
	return 0;
}

void
read_both(struct bench *bench, int32_t value)
{
	bench_reads(bench, 2, value);
}

struct change *
new_change(struct bench *bench)
{
	struct change *change = change_new();

	change->id = 77;
	change->deadline_ms = bench->now.boottime_ms + 800;
	change->generation = bench_look(bench)->conf->generation;
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
