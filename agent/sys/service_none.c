/* SPDX-License-Identifier: BSD-2-Clause */
/* Built without systemd. */
#include "sys/service.h"

bool
service_is_managed(void)
{
	return false;
}

void
service_ready(void)
{
}

void
service_reloading(void)
{
}

void
service_stopping(void)
{
}

void
service_status(const char *text)
{
	(void)text;
}

int64_t
service_watchdog_ms(void)
{
	return 0;
}

void
service_alive(void)
{
}
