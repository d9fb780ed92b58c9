/* SPDX-License-Identifier: BSD-2-Clause */
#include "attend.h"

#include <errno.h>
#include <stdbool.h>

#include "engine/summary.h"
#include "sys/service.h"

#define LOOK_MS 5000 /* an operator who asks for the state does not want an old one */

static void
tell(struct hub *hub, uint32_t *heartbeat_told)
{
	const struct snapshot *snapshot = hub_get(hub);
	char status[SERVICE_STATUS_SIZE];

	if (snapshot == NULL)
		return;
	summary_text(snapshot, status, sizeof(status));
	service_status(status);
	if (snapshot->agent.heartbeat != *heartbeat_told)
		service_alive();
	*heartbeat_told = snapshot->agent.heartbeat;
	hub_put(hub, snapshot);
}

static int64_t
look_ms(void)
{
	int64_t watchdog_ms = service_watchdog_ms();

	return watchdog_ms > 0 && watchdog_ms / 4 < LOOK_MS ? watchdog_ms / 4 : LOOK_MS;
}

int
attend(struct hub *hub, const sigset_t *signals)
{
	static uint32_t heartbeat_told;
	int64_t wait_ms = look_ms();
	const struct timespec wait = { wait_ms / 1000, wait_ms % 1000 * 1000000 };
	int which;

	if (!service_is_managed()) {
		while (sigwait(signals, &which) != 0)
			;
		return which;
	}
	for (;;) {
		tell(hub, &heartbeat_told);
		which = sigtimedwait(signals, NULL, &wait);
		if (which > 0)
			return which;
	}
}
