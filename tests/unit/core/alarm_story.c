/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/core/alarm_story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/replay.h"
#include "tests/unit/unit.h"

static char *
answer(const char *commands, bool is_long)
{
	struct replay replay;
	struct err err;
	char *text = NULL;
	size_t size;
	FILE *in = fmemopen((void *)(uintptr_t)commands, strlen(commands), "r");
	FILE *out = open_memstream(&text, &size);

	assert_non_null(in);
	assert_non_null(out);
	replay_init(&replay, out);
	replay.is_long = is_long;
	if (replay_stream(&replay, in, &err) < 0)
		fprintf(out, "error: %s\n", err.text);
	fclose(in);
	fclose(out);
	return text;
}

void
tell_alarm_stories(const struct alarm_story *stories, size_t count, bool is_long)
{
	for (size_t i = 0; i < count; i++) {
		char *got = answer(stories[i].commands, is_long);

		if (strcmp(got, stories[i].want) != 0)
			fail_msg("%s:\n%s--- want:\n%s--- got:\n%s", stories[i].name,
			    stories[i].commands, stories[i].want, got);
		free(got);
	}
}
