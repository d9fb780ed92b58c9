/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/glob.h"

#include <string.h>

static bool
is_continuation(char octet)
{
	return ((unsigned char)octet & 0xc0) == 0x80;
}

static const char *
next_character(const char *name)
{
	do
		name++;
	while (is_continuation(*name));
	return name;
}

/* Only the last * can have to take more: what fits before it fits in any case. */
static bool
fits(const char *pattern, const char *end, const char *name)
{
	const char *after_star = NULL, *retry = NULL;

	for (;;) {
		if (pattern < end && *pattern == '*') {
			after_star = ++pattern;
			retry = name;
		} else if (pattern < end && *name != '\0' && *pattern == '?') {
			pattern++;
			name = next_character(name);
		} else if (pattern < end && *name != '\0' && *pattern == *name) {
			pattern++;
			name++;
		} else if (pattern == end && *name == '\0') {
			return true;
		} else if (after_star != NULL && *retry != '\0') {
			pattern = after_star;
			name = ++retry;
		} else {
			return false;
		}
	}
}

bool
glob_matches(const char *patterns, const char *name)
{
	while (*patterns != '\0') {
		const char *end = patterns + strcspn(patterns, ","), *last = end;

		while (*patterns == ' ')
			patterns++;
		while (last > patterns && last[-1] == ' ')
			last--;
		if (last > patterns && fits(patterns, last, name))
			return true;
		patterns = end + (*end == ',');
	}
	return false;
}
