/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_CONF_SOURCE_H
#define CONF_CONF_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/err.h"

/* Configuration files on disk: the content of one, and what the name of an include stands for.  The
 * errors do not name the path. */
struct conf_source {
	char *text; /* a NUL behind its `length` bytes; free() it */
	size_t length;
	dev_t device; /* with inode: which file it is, under any name */
	ino_t inode;
	bool is_private; /* nobody but its owner, or root, can read it */
	bool is_open;    /* everybody can, who gets as far as its folder */
};

/* A regular file of at most CONF_FILE_MAX_BYTES.  Negative errno. */
int conf_source_read(const char *path, struct conf_source *ret_source, struct err *err);

/* The file itself, or each *.conf of a folder, sorted.  Negative errno. */
int conf_source_list(const char *path, char ***ret_paths, size_t *ret_count, struct err *err);
void conf_source_free_list(char **paths, size_t count); /* copes with NULL */

#endif
