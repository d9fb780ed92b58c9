/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_JOURNAL_H
#define SYS_JOURNAL_H

/*
 * The fields of a line of the log in systemd's journal (systemd.journal-fields(7)): MESSAGE,
 * PRIORITY, SYSLOG_IDENTIFIER, and what envsensord(8) lists, by its native protocol.  Behind
 * log_init and before there are threads: from now on lines go there, if standard error does and the
 * journal's socket is there.  Otherwise they stay lines.
 */
void journal_begin(void);

#endif
