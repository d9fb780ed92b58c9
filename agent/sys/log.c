/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/log.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "core/date.h"
#include "sys/clock.h"
#include "sys/datagram.h"
#include "sys/log_limit.h"

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
static log_carrier_fn *log_journal;
static _Thread_local struct log_limit *log_limit; /* NULL: nothing is held back */

/* Between the look whether there is room and the write nobody else may take it. */
static pthread_mutex_t log_door = PTHREAD_MUTEX_INITIALIZER;
static uint32_t log_lost; /* by that lock: lines since the last that went out */

/* What is written: a prefix, if any, and the text. */
struct line {
	char bytes[LOG_LINE_SIZE];
	size_t text, length;
};

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
	log_lost = 0;
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
	openlog(log_program, LOG_PID, LOG_DAEMON);
	atomic_store(&log_target, TARGET_SYSLOG);
}

bool
log_is_to_journal(void)
{
	return atomic_load(&log_target) == TARGET_JOURNAL;
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

/* Leaves room for the newline. */
static void __attribute__((format(printf, 4, 0))) format_line(enum log_target target,
    enum log_level level, struct line *line, const char *format, va_list args)
{
	const size_t size = sizeof(line->bytes) - 1;
	int len;

	line->text = 0;
	switch (target) {
	case TARGET_STDERR:
		line->text = (size_t)snprintf(
		    line->bytes, size, "%s: %s: ", log_program, levels[level].name);
		break;
	case TARGET_JOURNAL:
		line->text = (size_t)snprintf(line->bytes, size, "<%d>", levels[level].priority);
		break;
	case TARGET_SYSLOG:
		break;
	}
	len = vsnprintf(line->bytes + line->text, size - line->text, format, args);
	if (len < 0)
		line->bytes[line->text] = '\0';
	else if ((size_t)len >= size - line->text)
		memcpy(line->bytes + size - 4, "...", 4);
	make_printable(line->bytes + line->text);
	line->length = strlen(line->bytes);
}

static void __attribute__((format(printf, 4, 5)))
make_line(enum log_target target, enum log_level level, struct line *line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	format_line(target, level, line, format, args);
	va_end(args);
}

/* The stream may be shared with others: whether it waits is not ours to change. */
static int
put_stderr(struct line *line)
{
	struct pollfd room = { .fd = STDERR_FILENO, .events = POLLOUT };
	ssize_t n;

	line->bytes[line->length++] = '\n';
	n = send(STDERR_FILENO, line->bytes, line->length, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno == ENOTSOCK && poll(&room, 1, 0) > 0)
		n = write(STDERR_FILENO, line->bytes, line->length);
	return n < 0 ? -EAGAIN : 0;
}

/* As syslog(3), which would wait. */
static int
put_syslog(enum log_level level, const char *text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const int64_t wall_ms = clock_wall_ms();
	const struct date date = date_of(wall_ms / 1000 + clock_east_min(wall_ms) * 60);
	char entry[LOG_LINE_SIZE + 128];
	int length, r;

	length = snprintf(entry, sizeof(entry), "<%d>%.3s %2d %02d:%02d:%02d %s[%d]: %s",
	    LOG_DAEMON | levels[level].priority, &months[3 * (date.month - 1)], date.day, date.hour,
	    date.minute, date.second, log_program, (int)getpid(), text);
	r = datagram_send("/dev/log", entry, (size_t)length);
	if (r != -EPROTOTYPE)
		return r;
	syslog(levels[level].priority, "%s", text); /* a stream, which only old ones have */
	return 0;
}

static int
put(enum log_target target, enum log_level level, const struct log_about *about, struct line *line)
{
	static const struct log_about nothing = { 0 };
	const char *text = line->bytes + line->text;
	int r = -ENOENT;

	switch (target) {
	case TARGET_SYSLOG:
		return put_syslog(level, text);
	case TARGET_JOURNAL:
		if (log_journal != NULL)
			r = log_journal(log_program, levels[level].priority,
			    about != NULL ? about : &nothing, text);
		return r == 0 || r == -EAGAIN ? r : put_stderr(line);
	case TARGET_STDERR:
		break;
	}
	return put_stderr(line);
}

static bool
tell_lost(enum log_target target)
{
	struct line line;

	if (log_lost == 0)
		return true;
	make_line(target, LOG_LEVEL_WARNING, &line,
	    "the log has lost %" PRIu32 " of the lines before this one: who reads it did not take "
	    "them",
	    log_lost);
	if (put(target, LOG_LEVEL_WARNING, NULL, &line) < 0)
		return false;
	log_lost = 0;
	return true;
}

/* Of what was said last: nothing may follow that would tell.  Who writes now tells it. */
static void
tell_lost_before(void)
{
	if (pthread_mutex_trylock(&log_door) != 0)
		return;
	tell_lost((enum log_target)atomic_load(&log_target));
	pthread_mutex_unlock(&log_door);
}

static void
write_line(
    enum log_target target, enum log_level level, const struct log_about *about, struct line *line)
{
	pthread_mutex_lock(&log_door);
	if (!tell_lost(target) || put(target, level, about, line) < 0)
		log_lost++;
	pthread_mutex_unlock(&log_door);
}

static void
tell_held(int64_t now_ms)
{
	enum log_target target = (enum log_target)atomic_load(&log_target);
	struct log_kind kind;
	struct line line;

	while (log_limit_take(log_limit, now_ms, &kind)) {
		make_line(target, kind.level, &line, "%u more like this within %d s, the last: %s",
		    (unsigned)kind.held, LOG_LIMIT_WINDOW_MS / 1000, kind.last);
		write_line(target, kind.level, NULL, &line);
	}
}

/* `place` tells the line's kind, if nothing else does. */
static bool
may_pass(enum log_level level, const struct log_about *about, const void *place, const char *text)
{
	int64_t now_ms;

	if (log_limit == NULL || level == LOG_LEVEL_DEBUG || (about != NULL && about->is_paced))
		return true;
	now_ms = clock_boottime_ms();
	tell_held(now_ms);
	if (about != NULL && about->kind != NULL)
		place = about->kind;
	return log_limit_pass(log_limit, place, level, text, now_ms);
}

static void __attribute__((format(printf, 3, 0)))
log_line(enum log_level level, const struct log_about *about, const char *format, va_list args)
{
	enum log_target target = (enum log_target)atomic_load(&log_target);
	int saved_errno = errno;
	struct line line;

	if ((int)level > atomic_load(&log_threshold))
		return;
	format_line(target, level, &line, format, args);
	if (may_pass(level, about, format, line.bytes + line.text))
		write_line(target, level, about, &line);
	errno = saved_errno;
}

void
log_set_carrier(log_carrier_fn *carrier)
{
	log_journal = carrier;
}

/* Without memory it says all that it says. */
void
log_begin_thread(void)
{
	log_limit = calloc(1, sizeof(*log_limit));
}

void
log_end_thread(void)
{
	if (log_limit != NULL)
		tell_held(INT64_MAX);
	free(log_limit);
	log_limit = NULL;
}

int64_t
log_tick(void)
{
	tell_lost_before();
	if (log_limit == NULL || log_limit_due_ms(log_limit) == INT64_MAX)
		return INT64_MAX;
	tell_held(clock_boottime_ms());
	return log_limit_due_ms(log_limit);
}

void
log_at(enum log_level level, const struct log_about *about, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(level, about, format, args);
	va_end(args);
}

void
log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_LEVEL_ERROR, NULL, format, args);
	va_end(args);
}

void
log_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_LEVEL_WARNING, NULL, format, args);
	va_end(args);
}

void
log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_LEVEL_INFO, NULL, format, args);
	va_end(args);
}

void
log_debug(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_LEVEL_DEBUG, NULL, format, args);
	va_end(args);
}
