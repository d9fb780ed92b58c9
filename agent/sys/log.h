/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_LOG_H
#define SYS_LOG_H

#include <stdbool.h>

/*
 * One line per event, to standard error (with the level as a systemd prefix "<3>" if that is the
 * journal) or to syslog once detached.  Thread-safe by being one write(2) a line.  The text says what
 * happens next; controls and newlines in arguments are printed as '?'.
 */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

void log_init(const char *program, enum log_level level);
void log_set_level(enum log_level level);
void log_to_syslog(void);

/* "error", "warning", "info", "debug". 0 or -EINVAL. */
int log_level_parse(const char *text, enum log_level *ret_level);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
