/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_CORE_ALARM_STORY_H
#define TESTS_UNIT_CORE_ALARM_STORY_H

#include <stdbool.h>
#include <stddef.h>

/* What alarm-replay is told, and what it has to answer; "\n" behind each line. */
struct alarm_story {
	const char *name;
	const char *commands;
	const char *want; /* an error as the tool prints it */
};

/* Fails with the name of the story and both answers.  `is_long`: with all that is in an event. */
void tell_alarm_stories(const struct alarm_story *stories, size_t count, bool is_long);

#endif
