/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYS_LOG_H
#define SYS_LOG_H

#include <stdbool.h>
#include <stdint.h>

/*
 * One line per event, to standard error ("PROGRAM: LEVEL: text", or "<3>text" for systemd if that
 * is the journal), to the journal with its fields (journal.h), or to syslog once detached.
 * Thread-safe by a lock around the one write(2) of a line.  The text says what happens next;
 * controls, newlines and what is no UTF-8 are printed as '?'; what does not fit ends in "...".
 * errno is kept.
 *
 * Nobody here waits for who reads the log: a line for which a pipe or socket has no room is lost,
 * and the next one that goes out tells how many were.
 *
 * What the threads of thread.h repeat is held back and counted (log_limit.h), but for
 * LOG_LEVEL_DEBUG.  The main thread is free to answer each of many commands.
 */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* What a line is about: fields of the journal (envsensord(8)).  NULL or 0: nothing of that kind. */
struct log_about {
	const char *sensor, *bus;
	uint32_t alarm, event; /* envsAlarmId, envsEventSeq */
	const char *result;    /* a label of EnvsResult: result_name() */
	const void *kind;      /* what is held back with others of it; NULL: by place in the code */
	bool is_paced;         /* once a case, by what it is about: none is held back */
};
#define LOG_ABOUT(...) (&(const struct log_about){ __VA_ARGS__ })

/* Takes a line to the journal.  0; -EAGAIN: there is no room, the line is lost; another negative
 * errno: it is not to be had, and the line goes to standard error. */
typedef int
log_carrier_fn(const char *program, int priority, const struct log_about *about, const char *text);

void log_init(const char *program, enum log_level level);
void log_set_level(enum log_level level);
void log_to_syslog(void);
bool log_is_to_journal(void);

/* For lines to the journal; before there are threads. */
void log_set_carrier(log_carrier_fn *carrier);

/* Of a thread: from now on what it repeats is held back; tells what was held back. */
void log_begin_thread(void);
void log_end_thread(void);

/* Tells that lines were lost, if whoever reads takes it now, and what was held back when it is
 * time; when that will be: boottime, INT64_MAX: nothing is. */
int64_t log_tick(void);

/* "error", "warning", "info", "debug". 0 or -EINVAL. */
int log_level_parse(const char *text, enum log_level *ret_level);

/* `about` may be NULL. */
void log_at(enum log_level level, const struct log_about *about, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
