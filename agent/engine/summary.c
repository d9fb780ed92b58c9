/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/summary.h"

#include "core/strbuf.h"

static const char *
worst_name(enum severity severity)
{
	switch (severity) {
	case SEVERITY_OK:
		return "all well";
	case SEVERITY_WARNING:
		return "warning";
	case SEVERITY_CRITICAL:
		return "critical";
	case SEVERITY_UNKNOWN:
		break;
	}
	return "unknown";
}

static size_t
buses_down(const struct live *live)
{
	size_t count = 0;

	for (size_t i = 0; i < live->bus_count; i++)
		count += live->buses[i].state == BUS_DOWN;
	return count;
}

void
summary_text(const struct snapshot *snapshot, char *to, size_t size)
{
	const struct live_agent *agent = &snapshot->agent;
	struct strbuf out;

	strbuf_init(&out, to, size);
	strbuf_add(&out,
	    "%s; active alarms: %u, sensors in fault: %u of %zu, buses down: %zu of %zu",
	    worst_name(agent->overall), (unsigned)agent->alarms_active,
	    (unsigned)agent->sensors_in_fault, snapshot->live->sensor_count,
	    buses_down(snapshot->live), snapshot->live->bus_count);
	if (agent->storage != STORAGE_OK)
		strbuf_add(&out, "; the database cannot be written");
}
