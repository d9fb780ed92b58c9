/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_CONF_FILE_H
#define CONF_CONF_FILE_H

#include "conf/conf.h"
#include "conf/conf_check.h"
#include "core/err.h"

/*
 * Reads and checks envsensord.conf and what it includes (libConfuse).  One error ends it, as one
 * line "file:line: what is wrong, what is allowed".  0; -EINVAL: the content; another negative
 * errno: the file cannot be read.  The result has no indices yet and is not sealed.  What is
 * allowed, but should be told to who wrote it, stands in `remark`, a line of the same form; "":
 * nothing.
 */
int conf_file_read(
    const char *path, const struct conf_drivers *drivers, struct conf **ret_conf, struct err *err);

#define CONF_FILE_MAX_BYTES (8 * 1024 * 1024) /* of one file */

#endif
