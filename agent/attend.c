/* SPDX-License-Identifier: BSD-2-Clause */
#include "attend.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/text.h"
#include "engine/summary.h"
#include "sys/service.h"

#define LOOK_MS 5000 /* an operator who asks for the state does not want an old one */

/* What the manager was told last. */
struct told {
	uint32_t heartbeat;
	char status[256];
};

static void
tell(struct hub *hub, struct told *told)
{
	const struct snapshot *snapshot = hub_get(hub);
	char status[sizeof(told->status)];

	if (snapshot == NULL)
		return;
	summary_text(snapshot, status, sizeof(status));
	if (strcmp(status, told->status) != 0)
		service_status(status);
	text_copy(told->status, sizeof(told->status), status);
	if (snapshot->agent.heartbeat != told->heartbeat)
		service_alive();
	told->heartbeat = snapshot->agent.heartbeat;
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
	static struct told told;
	int64_t wait_ms = look_ms();
	const struct timespec wait = { wait_ms / 1000, wait_ms % 1000 * 1000000 };
	int which;

	if (!service_is_managed()) {
		while (sigwait(signals, &which) != 0)
			;
		return which;
	}
	for (;;) {
		tell(hub, &told);
		which = sigtimedwait(signals, NULL, &wait);
		if (which > 0)
			return which;
	}
}
