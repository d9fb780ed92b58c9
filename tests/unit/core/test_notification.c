/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/notification.h"
#include "tests/unit/unit.h"

/* By the numbers of the MIB, which are an interface: EnvsKind from 1, envsNotifications. */
static void
each_kind_has_the_notification_of_the_mib(void **state)
{
	static const int numbers[] = { 1, 1, 1, 1, 2, 2, 1, 1, 0, 1, 1, 1, 1, 4, 4, 3, 3, 3, 3, 4,
		4, 4, 0, 5, 6, 2, 2, 0 };

	(void)state;
	assert_int_equal(COUNT(numbers), EVENT_RESET);
	for (size_t i = 0; i < COUNT(numbers); i++) {
		print_message("kind %zu\n", i + 1);
		assert_int_equal(notification_of((enum event_kind)(i + 1)), numbers[i]);
	}
}

static void
what_is_no_kind_has_none(void **state)
{
	(void)state;
	assert_int_equal(notification_of((enum event_kind)0), NOTIFICATION_NONE);
	assert_int_equal(notification_of((enum event_kind)(EVENT_RESET + 1)), NOTIFICATION_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_the_notification_of_the_mib),
		cmocka_unit_test(what_is_no_kind_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
