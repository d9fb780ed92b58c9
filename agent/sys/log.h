/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_LOG_H
#define SYS_LOG_H

/*
 * One line per event, to standard error ("PROGRAM: LEVEL: text", or "<3>text" for systemd if that
 * is the journal) or to syslog once detached.  Thread-safe by being one write(2) a line.  The text
 * says what happens next; controls, newlines and what is no UTF-8 are printed as '?'; what does not
 * fit ends in "...".  errno is kept.
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
