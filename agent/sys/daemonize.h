/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_DAEMONIZE_H
#define SYS_DAEMONIZE_H

#include "core/err.h"

/*
 * First thing in main: a standard stream that the starter closed goes to /dev/null.  Otherwise the
 * next file to be opened, a lock or a serial line, would be that stream: messages would be written
 * to it, and daemonize_ready would close it.  0 or a negative errno.
 */
int daemonize_fill_streams(void);

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
