/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_CONF_PRINT_H
#define CONF_CONF_PRINT_H

#include "conf/conf.h"
#include "conf/overlay.h"

/*
 * Writes a configuration as a file that conf_file_read takes back: what must stand there and what
 * differs from the defaults.  Sensors that a device made are sensors of their own.  What SNMP has
 * changed (`overlay`, after overlay_apply; NULL: nothing) says so in a comment at its line, with
 * what the file had; rows by SET that are not active are comments as a whole.  No secrets.
 *
 * Calls `put` for each line, with its newline; what that returns below 0 ends it and is returned.
 */
int conf_print(const struct conf *conf, const struct overlay *overlay,
    int (*put)(void *context, const char *line), void *context);

#endif
