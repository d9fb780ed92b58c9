/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_GLOB_H
#define CORE_GLOB_H

#include <stdbool.h>

/*
 * "a, b*, c?": patterns for whole names, commas and blanks between them.  * stands for any
 * characters, ? for one; all else for itself, in the same case.  No pattern fits no name.
 */
bool glob_matches(const char *patterns, const char *name);

#endif
