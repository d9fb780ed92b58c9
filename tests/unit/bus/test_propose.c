/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "bus/propose.h"
#include "core/units.h"
#include "tests/unit/unit.h"

#define POINTS_MAX 4

#define GOOD(number)                          \
	{                                     \
		FAULT_NONE,                   \
		{                             \
			RAW_INT,              \
			{                     \
				.i = (number) \
			}                     \
		}                             \
	}
#define BAD(reason_)                \
	{                           \
		.reason = (reason_) \
	}

static const struct {
	const char *what;
	enum quantity quantities[POINTS_MAX]; /* of the profile's sensors, in tenths */
	struct reading readings[POINTS_MAX];
	struct propose_score score;
	bool is_plausible;
} cases[] = {
	{ "all fits", { QUANTITY_TEMPERATURE, QUANTITY_HUMIDITY }, { GOOD(215), GOOD(450) },
	    { 2, 2, 2, 2, 0 }, true },
	{ "nobody is there", { QUANTITY_TEMPERATURE, QUANTITY_HUMIDITY },
	    { BAD(FAULT_NO_REPLY), BAD(FAULT_NO_REPLY) }, { 2, 0, 0, 0, 0 }, false },
	{ "half of the registers, and it says something",
	    { QUANTITY_TEMPERATURE, QUANTITY_HUMIDITY }, { GOOD(215), BAD(FAULT_BAD_ADDRESS) },
	    { 2, 1, 1, 1, 0 }, true },
	{ "a third of the registers",
	    { QUANTITY_TEMPERATURE, QUANTITY_HUMIDITY, QUANTITY_TEMPERATURE },
	    { GOOD(215), BAD(FAULT_BAD_ADDRESS), BAD(FAULT_BAD_ADDRESS) }, { 3, 1, 1, 1, 0 },
	    false },
	{ "all registers, a third makes sense: two probes are not plugged in",
	    { QUANTITY_TEMPERATURE, QUANTITY_TEMPERATURE, QUANTITY_TEMPERATURE },
	    { GOOD(215), GOOD(-32768), GOOD(-32768) }, { 3, 3, 1, 1, 0 }, true },
	{ "all registers, none makes sense", { QUANTITY_HUMIDITY, QUANTITY_HUMIDITY },
	    { GOOD(21500), GOOD(-32768) }, { 2, 2, 0, 0, 0 }, false },
	{ "zero is what unused registers are", { QUANTITY_TEMPERATURE, QUANTITY_HUMIDITY },
	    { GOOD(0), GOOD(0) }, { 2, 2, 2, 0, 0 }, false },
	{ "closed doors are zero", { QUANTITY_CONTACT, QUANTITY_CONTACT }, { GOOD(0), GOOD(10) },
	    { 2, 2, 2, 0, 2 }, true },
	{ "a door that is not there", { QUANTITY_CONTACT, QUANTITY_CONTACT },
	    { GOOD(0), BAD(FAULT_BAD_ADDRESS) }, { 2, 1, 1, 0, 2 }, false },
	{ "a leak says little beside zeros", { QUANTITY_LEAK, QUANTITY_OTHER },
	    { GOOD(10), GOOD(0) }, { 2, 2, 2, 0, 1 }, false },
};

static void
counts_what_a_unit_answered(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf_sensor sensors[POINTS_MAX] = { 0 };
		struct propose_score score;
		size_t count = 0;

		for (; count < POINTS_MAX && cases[i].quantities[count] != 0; count++)
			sensors[count] = (struct conf_sensor){
				.quantity = cases[i].quantities[count],
				.gain_micro = 100000,
				.range_low_milli = INT32_MIN,
				.range_high_milli = 600000,
			};
		score = propose_score(sensors, cases[i].readings, count);
		assert_int_equal(score.points, cases[i].score.points);
		assert_int_equal(score.answered, cases[i].score.answered);
		assert_int_equal(score.in_range, cases[i].score.in_range);
		assert_int_equal(score.telling, cases[i].score.telling);
		assert_int_equal(score.states, cases[i].score.states);
		assert_int_equal(propose_is_plausible(&score), cases[i].is_plausible);
	}
}

static void
the_better_fit_goes_first(void **state)
{
	static const struct {
		const char *what;
		struct propose_score first, second;
	} pairs[] = {
		{ "explains more numbers", { 8, 8, 8, 8, 0 }, { 2, 2, 2, 2, 0 } },
		{ "three probes of eight before a pair that fits by chance", { 8, 8, 3, 3, 0 },
		    { 2, 2, 2, 2, 0 } },
		{ "the same, and whole", { 7, 7, 7, 5, 0 }, { 13, 13, 9, 5, 0 } },
		{ "the same, and more registers are there", { 8, 8, 2, 2, 0 }, { 4, 4, 2, 2, 0 } },
		{ "the same, and smaller", { 2, 2, 2, 2, 0 }, { 4, 4, 4, 2, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		assert_true(propose_compare(&pairs[i].first, &pairs[i].second) < 0);
		assert_true(propose_compare(&pairs[i].second, &pairs[i].first) > 0);
		assert_int_equal(propose_compare(&pairs[i].first, &pairs[i].first), 0);
	}
}

static void
an_address_may_say_what_it_measures(void **state)
{
	static const struct {
		const char *address, *unit;
		enum quantity otherwise, quantity;
	} addresses[] = {
		{ "28-000005e2fdc3", "28-000005e2fdc3", QUANTITY_TEMPERATURE,
		    QUANTITY_TEMPERATURE },
		{ "1F.000000000001/main/28.000028D70000", "28.000028D70000", QUANTITY_TEMPERATURE,
		    QUANTITY_TEMPERATURE },
		{ "26.A2D9C5000000/humidity", "26.A2D9C5000000", QUANTITY_TEMPERATURE,
		    QUANTITY_HUMIDITY },
		{ "29.A2D9C5000000/sensed.0", "29.A2D9C5000000", QUANTITY_TEMPERATURE,
		    QUANTITY_OTHER },
		{ "2:holding:0:uint16", "2", QUANTITY_OTHER, QUANTITY_OTHER },
		{ "inlet", "sim", QUANTITY_OTHER, QUANTITY_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++)
		assert_int_equal(propose_quantity(addresses[i].address, addresses[i].unit,
				     addresses[i].otherwise),
		    addresses[i].quantity);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_what_a_unit_answered),
		cmocka_unit_test(the_better_fit_goes_first),
		cmocka_unit_test(an_address_may_say_what_it_measures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
