/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/service.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "sys/clock.h"
#include "sys/datagram.h"

static bool is_ready_owed; /* the manager did not take it */
static char status_told[SERVICE_STATUS_SIZE];

bool
service_is_managed(void)
{
	return getenv("NOTIFY_SOCKET") != NULL;
}

/* False: nobody has taken it. */
static bool
tell(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");

	return path == NULL || datagram_send(path, text, strlen(text)) == 0;
}

void
service_ready(void)
{
	is_ready_owed = !tell("READY=1");
}

/* The manager wants to know when, to tell this reload from the next (Type=notify-reload). */
void
service_reloading(void)
{
	char text[64];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_monotonic_us());
	is_ready_owed = false; /* it is not, for now */
	tell(text);
}

void
service_stopping(void)
{
	tell("STOPPING=1");
}

void
service_status(const char *text)
{
	char message[sizeof("STATUS=") + SERVICE_STATUS_SIZE];

	if (is_ready_owed)
		service_ready();
	if (strcmp(text, status_told) == 0)
		return;
	snprintf(message, sizeof(message), "STATUS=%s", text);
	if (tell(message))
		text_copy(status_told, sizeof(status_told), text);
}

/* The limit may be meant for who has started us. */
int64_t
service_watchdog_ms(void)
{
	const char *limit = getenv("WATCHDOG_USEC"), *whose = getenv("WATCHDOG_PID");
	int64_t limit_us, pid;

	if (limit == NULL || sscanf(limit, "%" SCNd64, &limit_us) != 1 || limit_us <= 0)
		return 0;
	if (whose != NULL && (sscanf(whose, "%" SCNd64, &pid) != 1 || pid != getpid()))
		return 0;
	return limit_us / 1000;
}

void
service_alive(void)
{
	tell("WATCHDOG=1");
}
