/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes the place of sys/log.c and sys/clock.c: thousands of lines would say nothing, though they
 * have to be sound; and time passes as the bench says, so that a run can be had again.
 */
#include <stdarg.h>
#include <string.h>

#include "sys/clock.h"
#include "sys/log.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_bench.h"

/* ---- log ---- */

static void look(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

static void
look(const char *format, va_list args)
{
	char text[4096];

	vsnprintf(text, sizeof(text), format, args);
	MUST(text[0] != '\0');
}

void
log_at(enum log_level level, const struct log_about *about, const char *format, ...)
{
	va_list args;

	(void)level, (void)about;
	va_start(args, format);
	look(format, args);
	va_end(args);
}

#define QUIET(name)                        \
	void name(const char *format, ...) \
	{                                  \
		va_list args;              \
                                           \
		va_start(args, format);    \
		look(format, args);        \
		va_end(args);              \
	}

QUIET(log_error)
QUIET(log_warning)
QUIET(log_info)
QUIET(log_debug)

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

int
log_level_parse(const char *text, enum log_level *ret_level)
{
	*ret_level = LOG_LEVEL_ERROR;
	return text[0] == '\0' ? -1 : 0;
}

/* ---- clock ---- */

int64_t
clock_boottime_ms(void)
{
	return fuzz_clock->boottime_ms;
}

int64_t
clock_boottime_us(void)
{
	return 1000 * fuzz_clock->boottime_ms;
}

int64_t
clock_monotonic_us(void)
{
	return clock_boottime_us();
}

int64_t
clock_wall_ms(void)
{
	return fuzz_clock->wall_ms;
}

bool
clock_is_synchronised(void)
{
	return true;
}

int
clock_east_min(int64_t wall_ms)
{
	(void)wall_ms;
	return 60;
}

void
clock_moment(struct moment *ret_moment)
{
	*ret_moment = *fuzz_clock;
}
