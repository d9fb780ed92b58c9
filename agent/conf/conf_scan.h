/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_CONF_SCAN_H
#define CONF_CONF_SCAN_H

#include <stddef.h>

#include "core/err.h"

/*
 * Looks over a configuration file before libConfuse reads it, and refuses what that library takes
 * in silence: NUL, text that is not UTF-8, controls, ${NAME} outside single quotes (it would be
 * replaced from the environment), quotes that do not end on their line, '*' and '+' outside quotes
 * (they would be dropped).  Comments become blanks: libConfuse takes them in few places and
 * miscounts their lines.
 *
 * `text` has `length` bytes and a NUL behind them.  0, or -EINVAL with one line of text and
 * *ret_line.
 */
int conf_scan(char *text, size_t length, unsigned *ret_line, struct err *err);

#endif
