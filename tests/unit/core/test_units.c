/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "core/units.h"
#include "tests/unit/unit.h"

/* As MIB.md has them, in the order of EnvsQuantity. */
static const struct quantity_info mib[] = {
	{ "other", "", INT32_MIN, INT32_MAX, -1, false },
	{ "temperature", "C", -273150, 1800000, 1000, false },
	{ "humidity", "%RH", -2000, 102000, 3000, false },
	{ "dewPoint", "C", -273150, 1800000, 1000, false },
	{ "pressure", "hPa", 0, 100000000, -1, false },
	{ "voltage", "V", INT32_MIN, INT32_MAX, -1, false },
	{ "current", "A", INT32_MIN, INT32_MAX, -1, false },
	{ "power", "W", INT32_MIN, INT32_MAX, -1, false },
	{ "energy", "kWh", INT32_MIN, INT32_MAX, -1, false },
	{ "frequency", "Hz", INT32_MIN, INT32_MAX, -1, false },
	{ "co2", "ppm", INT32_MIN, INT32_MAX, -1, false },
	{ "airSpeed", "m/s", INT32_MIN, INT32_MAX, -1, false },
	{ "light", "lx", INT32_MIN, INT32_MAX, -1, false },
	{ "noise", "dB", INT32_MIN, INT32_MAX, -1, false },
	{ "contact", "", 0, 1000, -1, true },
	{ "leak", "", 0, 1000, -1, true },
	{ "smoke", "", 0, 1000, -1, true },
	{ "voc", "ppb", INT32_MIN, INT32_MAX, -1, false },
	{ "particulates", "ug/m3", INT32_MIN, INT32_MAX, -1, false },
	{ "flow", "l/min", INT32_MIN, INT32_MAX, -1, false },
	{ "level", "mm", INT32_MIN, INT32_MAX, -1, false },
};

static void
each_quantity_is_as_the_mib_says(void **state)
{
	(void)state;
	assert_int_equal(COUNT(mib), QUANTITY_LAST);
	for (size_t i = 0; i < COUNT(mib); i++) {
		const struct quantity_info *info = quantity_info((enum quantity)(i + 1));
		enum quantity quantity;

		assert_string_equal(info->name, mib[i].name);
		assert_string_equal(info->unit, mib[i].unit);
		assert_int_equal(info->low_milli, mib[i].low_milli);
		assert_int_equal(info->high_milli, mib[i].high_milli);
		assert_int_equal(info->deadband_milli, mib[i].deadband_milli);
		assert_int_equal(info->is_state, mib[i].is_state);
		assert_int_equal(quantity_parse(info->name, &quantity), 0);
		assert_int_equal(quantity, i + 1);
	}
	assert_null(quantity_info((enum quantity)0));
	assert_null(quantity_info((enum quantity)(QUANTITY_LAST + 1)));
}

static void
reads_labels_in_any_case_and_with_hyphens(void **state)
{
	static const struct {
		const char *text;
		int want; /* 0: refused */
	} cases[] = {
		{ "temperature", QUANTITY_TEMPERATURE },
		{ "Temperature", QUANTITY_TEMPERATURE },
		{ "dewPoint", QUANTITY_DEW_POINT },
		{ "dew-point", QUANTITY_DEW_POINT },
		{ "DEWPOINT", QUANTITY_DEW_POINT },
		{ "Dew-Point", QUANTITY_DEW_POINT },
		{ "air-speed", QUANTITY_AIR_SPEED },
		{ "CO2", QUANTITY_CO2 },
		{ "", 0 },
		{ "dew", 0 },
		{ "dew-", 0 },
		{ "dew--point", 0 },
		{ "dew_point", 0 },
		{ "temp-erature", 0 },
		{ "-temperature", 0 },
		{ "temperature ", 0 },
		{ "temperatures", 0 },
		{ "2", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum quantity quantity = QUANTITY_LEVEL;
		int code = quantity_parse(cases[i].text, &quantity);

		if (cases[i].want == 0 ? code != -EINVAL || quantity != QUANTITY_LEVEL
				       : code != 0 || (int)quantity != cases[i].want)
			fail_msg("\"%s\": %d, %d", cases[i].text, code, (int)quantity);
	}
}

static void
temperature_and_dew_point_are_temperatures(void **state)
{
	(void)state;
	for (int i = QUANTITY_OTHER; i <= QUANTITY_LAST; i++)
		assert_int_equal(quantity_is_temperature((enum quantity)i),
		    i == QUANTITY_TEMPERATURE || i == QUANTITY_DEW_POINT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_quantity_is_as_the_mib_says),
		cmocka_unit_test(reads_labels_in_any_case_and_with_hyphens),
		cmocka_unit_test(temperature_and_dew_point_are_temperatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
