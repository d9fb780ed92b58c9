/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/service.h"

#include <inttypes.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include "sys/clock.h"

bool
service_is_managed(void)
{
	return getenv("NOTIFY_SOCKET") != NULL;
}

void
service_ready(void)
{
	sd_notify(0, "READY=1");
}

/* The manager wants to know when, to tell this reload from the next (Type=notify-reload). */
void
service_reloading(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_monotonic_us());
}

void
service_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void
service_status(const char *text)
{
	sd_notifyf(0, "STATUS=%s", text);
}

int64_t
service_watchdog_ms(void)
{
	uint64_t limit_us;

	return sd_watchdog_enabled(0, &limit_us) > 0 ? (int64_t)(limit_us / 1000) : 0;
}

void
service_alive(void)
{
	sd_notify(0, "WATCHDOG=1");
}
