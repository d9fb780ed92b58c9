/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_REPLACE_H
#define SYS_REPLACE_H

#include "core/err.h"

/*
 * Writes a file beside its place and puts it there by a rename: whoever reads it sees the old one
 * or the new one, whole, also after a power cut.  It is the owner's alone (0600).  One thread.
 */
struct replace;

/* 0 or a negative errno; the errors name the path. */
int replace_begin(const char *path, struct replace **ret_replace, struct err *err);

/* What fails here is told by replace_end. */
void replace_add(struct replace *replace, const char *text);

/* Frees it in any case; if it fails, the old file is there as it was. */
int replace_end(struct replace *replace, struct err *err);

#endif
