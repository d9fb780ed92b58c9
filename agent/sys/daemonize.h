/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_DAEMONIZE_H
#define SYS_DAEMONIZE_H

#include "core/err.h"

/*
 * Into the background, in two steps, so that whoever started the program learns whether it runs.
 *
 * daemonize_begin forks: call it before any thread, lock or database.  It returns in the child. The
 * parent stays until the child is ready and then exits 0; if the child ends first, the parent exits
 * as the child did, or 1 if a signal killed it.  Meanwhile the child writes to the same terminal.
 *
 * daemonize_ready detaches: a session of its own, standard streams to /dev/null (log_to_syslog
 * comes before it), and the parent may go.  The working directory stays: paths may be relative.
 *
 * Both 0 or a negative errno.
 */
int daemonize_begin(struct err *err);
int daemonize_ready(struct err *err); /* without daemonize_begin: does nothing */

#endif
