/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/summary.h"
#include "tests/unit/unit.h"

static void
says_the_worst_first(void **state)
{
	static const struct {
		enum severity overall;
		unsigned alarms, in_fault;
		enum bus_state bus;
		enum storage_state storage;
		const char *text;
	} cases[] = {
		{ SEVERITY_OK, 0, 0, BUS_UP, STORAGE_OK,
		    "all well; active alarms: 0, sensors in fault: 0 of 40, buses down: 0 of 2" },
		{ SEVERITY_WARNING, 3, 0, BUS_DEGRADED, STORAGE_OK,
		    "warning; active alarms: 3, sensors in fault: 0 of 40, buses down: 0 of 2" },
		{ SEVERITY_CRITICAL, 1, 2, BUS_DOWN, STORAGE_OK,
		    "critical; active alarms: 1, sensors in fault: 2 of 40, buses down: 1 of 2" },
		{ SEVERITY_UNKNOWN, 0, 0, BUS_UNKNOWN, STORAGE_DEGRADED,
		    "unknown; active alarms: 0, sensors in fault: 0 of 40, buses down: 0 of 2; "
		    "the database cannot be written" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct live_bus buses[2] = { { .state = BUS_UP }, { .state = cases[i].bus } };
		struct live live = { .sensor_count = 40, .bus_count = 2, .buses = buses };
		const struct snapshot snapshot = {
			.live = &live,
			.agent = {
				.overall = cases[i].overall,
				.alarms_active = cases[i].alarms,
				.sensors_in_fault = cases[i].in_fault,
				.storage = cases[i].storage,
			},
		};
		char text[200];

		summary_text(&snapshot, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(says_the_worst_first) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
