/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#define LOG_LINE_SIZE 1024 /* below PIPE_BUF: a line in a pipe is never mixed with another's */

enum log_target {
	TARGET_STDERR,
	TARGET_JOURNAL,
	TARGET_SYSLOG,
};

static const struct {
	const char *name;
	int priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", LOG_ERR },
	[LOG_LEVEL_WARNING] = { "warning", LOG_WARNING },
	[LOG_LEVEL_INFO] = { "info", LOG_INFO },
	[LOG_LEVEL_DEBUG] = { "debug", LOG_DEBUG },
};

static char log_program[32] = "envsensord";
static atomic_int log_threshold = LOG_LEVEL_INFO;
static atomic_int log_target = TARGET_STDERR;

/* systemd sets JOURNAL_STREAM to the device and inode of the stream, which may be inherited. */
static bool
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	if (stream == NULL || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return false;
	return fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device &&
	       status.st_ino == inode;
}

void
log_init(const char *program, enum log_level level)
{
	snprintf(log_program, sizeof(log_program), "%s", program);
	atomic_store(&log_target, stderr_is_journal() ? TARGET_JOURNAL : TARGET_STDERR);
	log_set_level(level);
}

void
log_set_level(enum log_level level)
{
	atomic_store(&log_threshold, level);
}

void
log_to_syslog(void)
{
	openlog(log_program, LOG_PID | LOG_NDELAY, LOG_DAEMON);
	atomic_store(&log_target, TARGET_SYSLOG);
}

int
log_level_parse(const char *text, enum log_level *ret_level)
{
	size_t i;

	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(text, levels[i].name) == 0) {
			*ret_level = (enum log_level)i;
			return 0;
		}
	return -EINVAL;
}

/* Length of the printable UTF-8 character (RFC 3629) at `text`; 0: a control or no such. */
static size_t
printable_len(const unsigned char *text)
{
	static const struct {
		unsigned char first_min, first_max, second_min, second_max, len;
	} forms[] = {
		{ 0xc2, 0xc2, 0xa0, 0xbf, 2 }, /* from a0: U+0080 to U+009F are controls */
		{ 0xc3, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, /* no surrogates */
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t i, n;

	if (text[0] < 0x80)
		return text[0] >= 0x20 && text[0] != 0x7f;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (text[0] >= forms[i].first_min && text[0] <= forms[i].first_max)
			break;
	if (i == sizeof(forms) / sizeof(forms[0]) || text[1] < forms[i].second_min ||
	    text[1] > forms[i].second_max)
		return 0;
	for (n = 2; n < forms[i].len; n++) /* the NUL at the end stops it */
		if ((text[n] & 0xc0) != 0x80)
			return 0;
	return forms[i].len;
}

static void
make_printable(char *text)
{
	while (*text != '\0') {
		size_t len = printable_len((const unsigned char *)text);

		if (len == 0) {
			*text = '?';
			len = 1;
		}
		text += len;
	}
}

/* The line as `target` wants it, with its newline; its length. */
static size_t __attribute__((format(printf, 3, 0))) format_line(enum log_target target,
    enum log_level level, const char *format, va_list args, char *line, size_t size)
{
	size_t used = 0;
	int len;

	switch (target) {
	case TARGET_STDERR:
		used = (size_t)snprintf(line, size, "%s: %s: ", log_program, levels[level].name);
		break;
	case TARGET_JOURNAL:
		used = (size_t)snprintf(line, size, "<%d>", levels[level].priority);
		break;
	case TARGET_SYSLOG:
		break;
	}
	len = vsnprintf(line + used, size - 1 - used, format, args);
	if (len < 0)
		line[used] = '\0';
	else if ((size_t)len >= size - 1 - used)
		memcpy(line + size - 5, "...", 4);
	make_printable(line + used);
	used += strlen(line + used);
	line[used++] = '\n';
	line[used] = '\0';
	return used;
}

static void __attribute__((format(printf, 2, 0)))
log_line(enum log_level level, const char *format, va_list args)
{
	enum log_target target = (enum log_target)atomic_load(&log_target);
	char line[LOG_LINE_SIZE];
	int saved_errno = errno;
	size_t len;

	if ((int)level > atomic_load(&log_threshold))
		return;
	len = format_line(target, level, format, args, line, sizeof(line));
	if (target == TARGET_SYSLOG)
		syslog(levels[level].priority, "%s", line);
	else if (write(STDERR_FILENO, line, len) < 0) {
		/* Nobody is left to tell. */
	}
	errno = saved_errno;
}

void
log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_LEVEL_ERROR, format, args);
	va_end(args);
}

void
log_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_LEVEL_WARNING, format, args);
	va_end(args);
}

void
log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_LEVEL_INFO, format, args);
	va_end(args);
}

void
log_debug(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_LEVEL_DEBUG, format, args);
	va_end(args);
}
