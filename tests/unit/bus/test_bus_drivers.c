/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "bus/buses.h"
#include "conf/conf.h"
#include "conf/conf_check.h"
#include "core/text.h"
#include "tests/unit/unit.h"

static void
a_hardware_id_ends_with_a_whole_character(void **state)
{
	static const char *const addresses[] = {
		"\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf"
		"\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf",
		"x\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf"
		"\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf",
	};
	const struct conf_bus bus = { .name = "a bus with a name of 32 letters.", .driver = "sim" };
	char hardware_id[CONF_HARDWARE_SIZE];
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		assert_int_equal(buses_drivers.check_address(
				     &bus, addresses[i], hardware_id, sizeof(hardware_id), &err),
		    0);
		assert_true(text_is_clean(hardware_id, strlen(hardware_id)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hardware_id_ends_with_a_whole_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
