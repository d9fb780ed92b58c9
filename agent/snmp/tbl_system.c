/* SPDX-License-Identifier: BSD-2-Clause */
/* envsSystem: scalars about the agent as a whole. */
#include "core/text.h"
#include "snmp/tables.h"

#include "config.h"

static bool
get_uuid(const struct cell *cell, struct value *value)
{
	return value_text(value, cell->snapshot->agent.uuid);
}

static bool
get_version(const struct cell *cell, struct value *value)
{
	(void)cell;
	return value_text(value, PACKAGE_VERSION);
}

static bool
get_start_time(const struct cell *cell, struct value *value)
{
	return value_date(value, cell->snapshot->agent.start_wall_ms);
}

static bool
get_config_lock(const struct cell *cell, struct value *value)
{
	value->integer = (int32_t)cell->snapshot->agent.config_lock;
	return true;
}

static bool
get_config_last_change(const struct cell *cell, struct value *value)
{
	return value_date(value, cell->snapshot->agent.configured_wall_ms);
}

static bool
get_sensor_count(const struct cell *cell, struct value *value)
{
	value->number = (uint32_t)cell->snapshot->conf->sensor_count;
	return true;
}

static bool
get_sensors_in_fault(const struct cell *cell, struct value *value)
{
	value->number = cell->snapshot->agent.sensors_in_fault;
	return true;
}

static bool
get_alarm_active_count(const struct cell *cell, struct value *value)
{
	value->number = cell->snapshot->agent.alarms_active;
	return true;
}

static bool
get_alarm_unacknowledged_count(const struct cell *cell, struct value *value)
{
	value->number = cell->snapshot->agent.alarms_unacknowledged;
	return true;
}

static bool
get_event_last_seq(const struct cell *cell, struct value *value)
{
	const struct event_view *events = cell->snapshot->events;

	value->number = events != NULL ? events->last_seq : 0;
	return true;
}

static bool
get_delivery_pending(const struct cell *cell, struct value *value)
{
	const struct deliveries *deliveries = cell->snapshot->deliveries;

	value->number = 0;
	for (size_t i = 0; deliveries != NULL && i < deliveries->channel_count; i++)
		value->number += deliveries->channels[i].pending;
	return true;
}

static bool
get_delivery_oldest_age(const struct cell *cell, struct value *value)
{
	const struct deliveries *deliveries = cell->snapshot->deliveries;
	int64_t oldest_ms = INT64_MAX;

	for (size_t i = 0; deliveries != NULL && i < deliveries->channel_count; i++) {
		const struct channel_view *channel = &deliveries->channels[i];

		if (channel->has_oldest && channel->oldest_ms < oldest_ms)
			oldest_ms = channel->oldest_ms;
	}
	return oldest_ms != INT64_MAX && value_age(value, cell, oldest_ms);
}

static bool
get_trap_replay(const struct cell *cell, struct value *value)
{
	(void)cell;
	value->number = 0; /* a command */
	return true;
}

static bool
get_overall_severity(const struct cell *cell, struct value *value)
{
	value->integer = cell->snapshot->agent.overall;
	return true;
}

static bool
get_mail_path_state(const struct cell *cell, struct value *value)
{
	const struct mail_view *mail = cell->snapshot->mail;

	value->integer = mail != NULL ? mail->path_state : MAIL_PATH_DISABLED;
	return true;
}

static bool
get_storage_state(const struct cell *cell, struct value *value)
{
	value->integer = snapshot_storage(cell->snapshot, cell->now_ms);
	return true;
}

static bool
get_heartbeat(const struct cell *cell, struct value *value)
{
	value->number = cell->snapshot->agent.heartbeat;
	return true;
}

static bool
get_seconds_since_last_sample(const struct cell *cell, struct value *value)
{
	int64_t last_ms = cell->snapshot->agent.last_sample_ms;

	return last_ms != 0 && value_age(value, cell, last_ms);
}

static bool
get_sensor_next_index(const struct cell *cell, struct value *value)
{
	value->number = cell->snapshot->agent.next_sensor_index;
	return true;
}

static bool
get_site(const struct cell *cell, struct value *value)
{
	return value_text(value, cell->snapshot->conf->agent.site);
}

static bool
get_agent_setting(const struct cell *cell, struct value *value)
{
	return get_setting(cell, CONF_AGENT, &cell->snapshot->conf->agent, value);
}

static const struct column columns[] = {
	{ 1, "envsAgentUuid", VALUE_OCTETS, ACCESS_READ_ONLY, get_uuid },
	{ 2, "envsAgentVersion", VALUE_OCTETS, ACCESS_READ_ONLY, get_version },
	{ 3, "envsAgentStartTime", VALUE_OCTETS, ACCESS_READ_ONLY, get_start_time },
	{ 4, "envsConfigLock", VALUE_INTEGER, ACCESS_READ_WRITE, get_config_lock },
	{ 5, "envsConfigLastChange", VALUE_OCTETS, ACCESS_READ_ONLY, get_config_last_change },
	{ 6, "envsSensorCount", VALUE_GAUGE, ACCESS_READ_ONLY, get_sensor_count },
	{ 7, "envsSensorsInFault", VALUE_GAUGE, ACCESS_READ_ONLY, get_sensors_in_fault },
	{ 8, "envsAlarmActiveCount", VALUE_GAUGE, ACCESS_READ_ONLY, get_alarm_active_count },
	{ 9, "envsAlarmUnacknowledgedCount", VALUE_GAUGE, ACCESS_READ_ONLY,
	    get_alarm_unacknowledged_count },
	{ 10, "envsOverallSeverity", VALUE_INTEGER, ACCESS_READ_ONLY, get_overall_severity },
	{ 11, "envsEventLastSeq", VALUE_UNSIGNED, ACCESS_READ_ONLY, get_event_last_seq },
	{ 12, "envsDeliveryPending", VALUE_GAUGE, ACCESS_READ_ONLY, get_delivery_pending },
	{ 13, "envsDeliveryOldestAge", VALUE_GAUGE, ACCESS_READ_ONLY, get_delivery_oldest_age },
	{ 14, "envsMailPathState", VALUE_INTEGER, ACCESS_READ_ONLY, get_mail_path_state },
	{ 15, "envsStorageState", VALUE_INTEGER, ACCESS_READ_ONLY, get_storage_state },
	{ 16, "envsHeartbeat", VALUE_COUNTER32, ACCESS_READ_ONLY, get_heartbeat },
	{ 17, "envsSecondsSinceLastSample", VALUE_GAUGE, ACCESS_READ_ONLY,
	    get_seconds_since_last_sample },
	{ 18, "envsAgentTrapReplay", VALUE_UNSIGNED, ACCESS_READ_WRITE, get_trap_replay },
	{ 19, "envsSensorNextIndex", VALUE_UNSIGNED, ACCESS_READ_ONLY, get_sensor_next_index },
	{ 20, "envsAgentHeartbeatInterval", VALUE_UNSIGNED, ACCESS_READ_WRITE, get_agent_setting },
	{ 21, "envsAgentSite", VALUE_OCTETS, ACCESS_READ_ONLY, get_site },
};

static const uint32_t place[] = { 1, 1 };

static const enum conf_object settings = CONF_AGENT;
static const struct column_operation operations[] = {
	{ 4, OPERATION_CONFIG_LOCK },
	{ 18, OPERATION_REPLAY },
};

const struct table table_system = {
	.name = "envsSystem",
	.place = place,
	.place_length = COLUMN_COUNT(place),
	.columns = columns,
	.column_count = COLUMN_COUNT(columns),
	.row_count = scalars_row_count,
	.row_index = scalars_row_index,
	.settings = &settings,
	.operations = operations,
	.operation_count = COLUMN_COUNT(operations),
};
