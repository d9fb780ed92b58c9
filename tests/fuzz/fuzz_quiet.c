/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes the place of sys/log.c: thousands of lines would say nothing, but they have to be sound. */
#include <stdarg.h>
#include <string.h>

#include "sys/log.h"
#include "tests/fuzz/fuzz.h"

static void __attribute__((format(printf, 1, 0))) must_be_sound(const char *format, va_list args)
{
	char text[4096];

	vsnprintf(text, sizeof(text), format, args);
	MUST(text[0] != '\0');
}

#define QUIET(name)                          \
	void name(const char *format, ...)   \
	{                                    \
		va_list args;                \
                                             \
		va_start(args, format);      \
		must_be_sound(format, args); \
		va_end(args);                \
	}

QUIET(log_error)
QUIET(log_warning)
QUIET(log_info)
QUIET(log_debug)

void
log_at(enum log_level level, const struct log_about *about, const char *format, ...)
{
	va_list args;

	(void)level, (void)about;
	va_start(args, format);
	must_be_sound(format, args);
	va_end(args);
}

void
log_set_carrier(log_carrier_fn *carrier)
{
	(void)carrier;
}

void
log_begin_thread(void)
{
}

void
log_end_thread(void)
{
}

int64_t
log_tick(void)
{
	return INT64_MAX;
}

void
log_init(const char *program, enum log_level level)
{
	(void)program, (void)level;
}

void
log_set_level(enum log_level level)
{
	(void)level;
}

void
log_to_syslog(void)
{
}

int
log_level_parse(const char *text, enum log_level *ret_level)
{
	*ret_level = LOG_LEVEL_ERROR;
	return text[0] == '\0' ? -1 : 0;
}
