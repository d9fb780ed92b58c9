/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/schema.h"

#include <assert.h>
#include <string.h>

#include "conf/conf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define MS     INT64_C(1)
#define SECOND (1000 * MS)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

#define MEMBER(kind, type, member) \
	.object = (kind), .offset = offsetof(type, member), .size = sizeof(((type *)0)->member)
#define AGENT(member)    MEMBER(CONF_AGENT, struct conf_agent, member), .limit = -1
#define BUS(member)      MEMBER(CONF_BUS, struct conf_bus, member), .limit = -1
#define SENSOR(member)   MEMBER(CONF_SENSOR, struct conf_sensor, member), .limit = -1
#define DEVICE(member)   MEMBER(CONF_DEVICE, struct conf_device, member), .limit = -1
#define PROFILE(member)  MEMBER(CONF_PROFILE, struct conf_profile, member), .limit = -1
#define EVENT(member)    MEMBER(CONF_EVENT, struct conf_event, member), .limit = -1
#define DELIVERY(member) MEMBER(CONF_DELIVERY, struct conf_delivery, member), .limit = -1
#define BREAKER(member)  MEMBER(CONF_BREAKER, struct conf_breaker, member), .limit = -1
#define LIMITER(member)  MEMBER(CONF_LIMITER, struct conf_limiter, member), .limit = -1
#define MAIL(member)     MEMBER(CONF_MAIL, struct conf_mail, member), .limit = -1
#define RELAY(member)    MEMBER(CONF_RELAY, struct conf_relay, member), .limit = -1
#define CONTACT(member)  MEMBER(CONF_CONTACT, struct conf_contact, member), .limit = -1
#define LEVEL(limit_) \
	MEMBER(CONF_SENSOR, struct conf_sensor, limit_milli[limit_]), .limit = (limit_)
#define BYTES(least, size_)     .min = (least), .max = (size_)-1
#define ANY_INT32               .min = INT32_MIN, .max = INT32_MAX
#define POSITIVE_INT32          .min = 0, .max = INT32_MAX
#define IN_SECONDS(least, most) .min = (least) / SECOND, .max = (most) / SECOND

static const struct field_choice log_levels[] = {
	{ "error", 0 },
	{ "warning", 1 },
	{ "info", 2 },
	{ "debug", 3 },
	{ NULL, 0 },
};

static const struct field_choice admin_states[] = {
	{ "enabled", ADMIN_ENABLED },
	{ "disabled", ADMIN_DISABLED },
	{ NULL, 0 },
};

static const struct field_choice severities[] = {
	{ "ok", SEVERITY_OK },
	{ "warning", SEVERITY_WARNING },
	{ "critical", SEVERITY_CRITICAL },
	{ NULL, 0 },
};

static const struct field_choice securities[] = {
	{ "tls", SECURITY_TLS },
	{ "starttls", SECURITY_STARTTLS },
	{ "none", SECURITY_NONE },
	{ NULL, 0 },
};

static const struct field_choice auths[] = {
	{ "auto", AUTH_AUTO },
	{ "scram-sha-256", AUTH_SCRAM_SHA_256 },
	{ "plain", AUTH_PLAIN },
	{ "login", AUTH_LOGIN },
	{ "xoauth2", AUTH_XOAUTH2 },
	{ NULL, 0 },
};

/* Defaults and columns: MIB.md; those of deliveries and mail: DELIVERY.md. */
static const struct field rows[] = {
	{ AGENT(agentx), .key = "agentx", .type = FIELD_TEXT, BYTES(1, CONF_TEXT_SIZE),
	    .form = &form_master, .fallback = "unix:/var/agentx/master",
	    .help = "Where the SNMP master agent listens for AgentX subagents." },
	{ AGENT(state_dir), .key = "state-dir", .type = FIELD_TEXT, BYTES(1, CONF_TEXT_SIZE),
	    .fallback = STATE_DIR,
	    .help = "The folder of the database; it must be writable for the daemon alone." },
	{ AGENT(site), .key = "site", .type = FIELD_TEXT, .column = 21, BYTES(0, 65),
	    .fallback = "",
	    .help = "The name of this place in events and messages; empty is the host name." },
	{ AGENT(log_level), .key = "log-level", .type = FIELD_TEXT, BYTES(1, 8),
	    .choices = log_levels, .fallback = "info", .help = "What is logged." },
	{ AGENT(entity_base), .key = "entity-base", .type = FIELD_NUMBER, .min = 1,
	    .max = 2000000000, .fallback = "1000000",
	    .help = "The first entPhysicalIndex in ENTITY-MIB. Agents that share one master need "
		    "numbers that lie apart; changing it moves all rows." },
	{ AGENT(max_shelve_s), .key = "max-shelve", .type = FIELD_SECONDS,
	    IN_SECONDS(MINUTE, 30 * DAY), .fallback = "8h",
	    .help = "The longest time for which a sensor can be shelved." },
	{ AGENT(heartbeat_interval_s), .key = "heartbeat-interval", .type = FIELD_SECONDS,
	    .flags = FIELD_WRITABLE, .column = 20, IN_SECONDS(0, 30 * DAY), .fallback = "0",
	    .help = "How often a notification says that the agent lives; 0 is never." },

	{ EVENT(maximum), .key = "event-maximum", .type = FIELD_NUMBER, .flags = FIELD_WRITABLE,
	    .column = 2, .min = 100, .max = 1000000, .fallback = "10000",
	    .help = "So many events are kept; the oldest go first." },

	{ BUS(name), .key = "name", .type = FIELD_NAME, .flags = FIELD_REQUIRED | FIELD_TITLE,
	    .column = 2, BYTES(1, CONF_NAME_SIZE), .help = "The title of the section; unique." },
	{ BUS(driver), .key = "driver", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .column = 3,
	    BYTES(1, CONF_DRIVER_SIZE), .help = "The driver that speaks on this bus." },
	{ BUS(endpoint), .key = "endpoint", .type = FIELD_TEXT, .column = 4,
	    BYTES(0, CONF_TEXT_SIZE), .fallback = "",
	    .help = "The device, host or folder that the driver opens." },
	{ BUS(options), .key = "options", .type = FIELD_TEXT, BYTES(0, CONF_OPTIONS_SIZE),
	    .fallback = "", .help = "What else the driver wants to know." },
	{ BUS(poll_interval_ms), .key = "poll-interval", .type = FIELD_DURATION,
	    .flags = FIELD_WRITABLE, .column = 7, .min = 50 * MS, .max = DAY, .fallback = "1s",
	    .help = "How often each sensor of the bus is read, unless it has its own interval." },
	{ BUS(timeout_ms), .key = "timeout", .type = FIELD_DURATION, .flags = FIELD_WRITABLE,
	    .column = 8, .min = 10 * MS, .max = MINUTE, .fallback = "500ms",
	    .help = "How long one request waits for its answer." },
	{ BUS(admin_state), .key = "admin-state", .type = FIELD_ENUM, .flags = FIELD_WRITABLE,
	    .column = 5, .choices = admin_states, .fallback = "enabled",
	    .help = "A disabled bus is closed; its sensors are not read." },

	{ DEVICE(name), .key = "name", .type = FIELD_NAME, .flags = FIELD_REQUIRED | FIELD_TITLE,
	    BYTES(1, CONF_NAME_SIZE), .help = "The title of the section; unique." },
	{ DEVICE(bus), .key = "bus", .type = FIELD_NAME, .flags = FIELD_REQUIRED,
	    BYTES(1, CONF_NAME_SIZE), .help = "The name of the bus it hangs on." },
	{ DEVICE(unit), .key = "unit", .type = FIELD_NAME, .flags = FIELD_REQUIRED,
	    BYTES(1, CONF_NAME_SIZE),
	    .help = "Which unit of the bus it is, as the addresses of the bus begin: the unit id "
		    "of a Modbus device." },
	{ DEVICE(profile), .key = "profile", .type = FIELD_TEXT, BYTES(0, CONF_NAME_SIZE),
	    .fallback = "",
	    .help = "The profile that says which sensors it has. Without one it has those whose "
		    "sections stand in it." },
	{ DEVICE(sensors), .key = "sensors", .type = FIELD_TEXT, BYTES(1, CONF_TEXT_SIZE),
	    .fallback = "*",
	    .help = "Which sensors of the profile it has: names or patterns with * and ?, with "
		    "commas between them." },

	{ PROFILE(name), .key = "name", .type = FIELD_NAME, .flags = FIELD_REQUIRED | FIELD_TITLE,
	    BYTES(1, CONF_NAME_SIZE), .help = "The title of the section; the file's name." },
	{ PROFILE(source), .key = "source", .type = FIELD_TEXT, .flags = FIELD_REQUIRED,
	    BYTES(1, CONF_TEXT_SIZE),
	    .help = "Where the map of the registers comes from: the maker's manual and its "
		    "version." },
	{ PROFILE(drivers), .key = "drivers", .type = FIELD_TEXT, BYTES(1, CONF_OPTIONS_SIZE),
	    .fallback = "modbus-*",
	    .help = "The drivers whose addresses it has: names or patterns, with commas between "
		    "them." },

	{ SENSOR(name), .key = "name", .type = FIELD_NAME,
	    .flags = FIELD_REQUIRED | FIELD_TITLE | FIELD_WRITABLE, .column = 2,
	    BYTES(1, CONF_NAME_SIZE), .help = "The title of the section; unique." },
	{ SENSOR(bus), .key = "bus", .type = FIELD_NAME, .flags = FIELD_REQUIRED | FIELD_WRITABLE,
	    .column = 3, BYTES(1, CONF_NAME_SIZE), .help = "The name of the bus it hangs on." },
	{ SENSOR(address), .key = "address", .type = FIELD_TEXT,
	    .flags = FIELD_REQUIRED | FIELD_WRITABLE, .column = 4, BYTES(1, CONF_ADDRESS_SIZE),
	    .help = "Where it is on the bus, in the form of the driver." },
	{ SENSOR(quantity), .key = "quantity", .type = FIELD_QUANTITY,
	    .flags = FIELD_REQUIRED | FIELD_WRITABLE, .column = 5,
	    .help = "What it measures; this decides the unit and the physical range." },
	{ SENSOR(gain_micro), .key = "gain", .type = FIELD_MICRO,
	    .flags = FIELD_WRITABLE | FIELD_NOT_ZERO, .column = 35, ANY_INT32, .fallback = "1",
	    .help = "The raw value is multiplied by it." },
	{ SENSOR(offset_milli), .key = "offset", .type = FIELD_MILLI, .flags = FIELD_WRITABLE,
	    .column = 36, ANY_INT32, .fallback = "0",
	    .help = "Added after the gain: the calibration, in the sensor's unit." },
	{ SENSOR(poll_interval_ms), .key = "poll-interval", .type = FIELD_DURATION,
	    .flags = FIELD_WRITABLE | FIELD_SHARED | FIELD_OR_ZERO, .column = 34, .min = 50 * MS,
	    .max = DAY, .fallback = "0",
	    .help = "How often it is read; 0 is the interval of the bus." },
	{ SENSOR(location), .key = "location", .type = FIELD_TEXT,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 39, BYTES(0, CONF_TEXT_SIZE),
	    .fallback = "", .help = "Where it hangs, for people." },
	{ SENSOR(admin_state), .key = "admin-state", .type = FIELD_ENUM,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 44, .choices = admin_states,
	    .fallback = "enabled",
	    .help = "A disabled sensor is out of service: not read, its alarms frozen." },

	{ LEVEL(LIMIT_LOW_CRITICAL), .key = "low-critical", .type = FIELD_MILLI,
	    .flags = FIELD_WRITABLE, .column = 19, ANY_INT32, .fallback = "0",
	    .help = "Critical at and below this value." },
	{ LEVEL(LIMIT_LOW_WARNING), .key = "low-warning", .type = FIELD_MILLI,
	    .flags = FIELD_WRITABLE, .column = 20, ANY_INT32, .fallback = "0",
	    .help = "Warning at and below this value." },
	{ LEVEL(LIMIT_HIGH_WARNING), .key = "high-warning", .type = FIELD_MILLI,
	    .flags = FIELD_WRITABLE, .column = 21, ANY_INT32, .fallback = "0",
	    .help = "Warning at and above this value." },
	{ LEVEL(LIMIT_HIGH_CRITICAL), .key = "high-critical", .type = FIELD_MILLI,
	    .flags = FIELD_WRITABLE, .column = 22, ANY_INT32, .fallback = "0",
	    .help = "Critical at and above this value." },
	{ MEMBER(CONF_SENSOR, struct conf_sensor, rate_limit_milli), .limit = LIMIT_RATE,
	    .key = "rate-limit", .type = FIELD_MILLI, .flags = FIELD_WRITABLE, .column = 28,
	    POSITIVE_INT32, .fallback = "0",
	    .help = "The fastest change, up or down, in the sensor's unit per minute." },
	{ SENSOR(limits_enabled), .key = "limits-enabled", .type = FIELD_LIMITS,
	    .flags = FIELD_WRITABLE, .column = 23, .fallback = "none",
	    .help = "The limits that are in force. Without this key those that the section sets." },
	{ SENSOR(deadband_milli), .key = "deadband", .type = FIELD_MILLI,
	    .flags = FIELD_WRITABLE | FIELD_AUTO, .column = 24, POSITIVE_INT32, .fallback = "auto",
	    .help =
		"How far a value must come back from a limit before it counts as inside. auto is "
		"1 for temperatures, 3 for humidity, else 1 % of the span of the limits." },
	{ SENSOR(on_delay_ms), .key = "on-delay", .type = FIELD_DURATION,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 25, .min = 0, .max = DAY,
	    .fallback = "30s",
	    .help = "How long a limit must be crossed before the alarm is raised." },
	{ SENSOR(off_delay_ms), .key = "off-delay", .type = FIELD_DURATION,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 26, .min = 0, .max = DAY,
	    .fallback = "60s",
	    .help = "How long a value must be inside again before the alarm clears." },
	{ SENSOR(min_samples), .key = "min-samples", .type = FIELD_NUMBER,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 27, .min = 1, .max = 100,
	    .fallback = "2",
	    .help = "How many samples must agree before an alarm is raised or clears." },
	{ SENSOR(stale_after_ms), .key = "stale-after", .type = FIELD_DURATION,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 29, .min = 0, .max = 7 * DAY,
	    .fallback = "0",
	    .help = "A value older than this is a fault; 0 is three intervals, at least 30s." },
	{ SENSOR(fault_count), .key = "fault-count", .type = FIELD_NUMBER,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 30, .min = 1, .max = 100,
	    .fallback = "3", .help = "So many bad samples in a row are a fault." },
	{ SENSOR(fault_delay_ms), .key = "fault-delay", .type = FIELD_DURATION,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 47, .min = 0, .max = DAY,
	    .fallback = "10s", .help = "The bad samples must span at least this time." },
	{ SENSOR(latch), .key = "latch", .type = FIELD_BOOL, .flags = FIELD_WRITABLE | FIELD_SHARED,
	    .column = 31, .fallback = "false",
	    .help = "An alarm that clears stays listed until it is reset." },
	{ SENSOR(ack_required), .key = "ack-required", .type = FIELD_BOOL,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 32, .fallback = "false",
	    .help = "An alarm that clears stays listed until it is acknowledged." },
	{ SENSOR(reminder_s), .key = "reminder", .type = FIELD_SECONDS,
	    .flags = FIELD_WRITABLE | FIELD_SHARED, .column = 33, .min = 0,
	    .max = 30 * DAY / SECOND, .fallback = "4h",
	    .help = "How often an open alarm nobody has acknowledged is told again; 0 is never." },
	{ SENSOR(range_low_milli), .key = "range-low", .type = FIELD_MILLI, ANY_INT32,
	    .fallback = "-2147483.648",
	    .help = "What the device cannot measure: a value below is a fault. The range of the "
		    "quantity holds in any case." },
	{ SENSOR(range_high_milli), .key = "range-high", .type = FIELD_MILLI, ANY_INT32,
	    .fallback = "2147483.647", .help = "Likewise: a value above is a fault." },

	{ DELIVERY(retry_base_ms), .key = "retry-base", .type = FIELD_DURATION,
	    .flags = FIELD_WRITABLE, .column = 4, .min = 100 * MS, .max = HOUR, .fallback = "15s",
	    .help = "The time between the first try and the second. It doubles with each further "
		    "one." },
	{ DELIVERY(retry_cap_ms), .key = "retry-cap", .type = FIELD_DURATION,
	    .flags = FIELD_WRITABLE, .column = 5, .min = 100 * MS, .max = DAY, .fallback = "10m",
	    .help = "The longest time between two tries." },
	{ DELIVERY(retry_jitter_percent), .key = "retry-jitter", .type = FIELD_NUMBER, .min = 0,
	    .max = 50, .fallback = "20",
	    .help = "By how many percent a time between two tries is made shorter or longer at "
		    "random." },
	{ DELIVERY(retry_blocked_s), .key = "retry-blocked", .type = FIELD_SECONDS,
	    IN_SECONDS(SECOND, DAY), .fallback = "15m",
	    .help = "How often a channel is tried whose configuration is refused by the other side."
		    " It is also tried at once when the configuration changes." },
	{ DELIVERY(maximum), .key = "maximum", .type = FIELD_NUMBER, .flags = FIELD_WRITABLE,
	    .column = 3, .min = 10, .max = 1000000, .fallback = "2000",
	    .help = "So many deliveries may wait. What is too much for it ends as queueFull, the "
		    "least important first. While the master agent works, 128 may wait for it "
		    "beside a queue that mails have filled." },
	{ DELIVERY(maximum_bytes), .key = "maximum-bytes", .type = FIELD_NUMBER, .min = 65536,
	    .max = 1073741824, .fallback = "8388608",
	    .help = "So many bytes all waiting deliveries may have together." },
	{ DELIVERY(warning_percent), .key = "warning-at", .type = FIELD_NUMBER, .min = 1,
	    .max = 100, .fallback = "80",
	    .help = "A queue that is full by so many percent is told in the log." },
	{ DELIVERY(useful_for_s), .key = "useful-for", .type = FIELD_SECONDS,
	    .flags = FIELD_WRITABLE, .column = 6, IN_SECONDS(SECOND, 30 * DAY), .fallback = "4h",
	    .help = "A raise that could not be delivered expires after this time, unless the alarm "
		    "is still active; its clear with it." },
	{ DELIVERY(useful_for_digest_s), .key = "useful-for-digest", .type = FIELD_SECONDS,
	    IN_SECONDS(SECOND, 30 * DAY), .fallback = "1h",
	    .help = "Likewise a reminder or a digest." },
	{ DELIVERY(useful_for_test_s), .key = "useful-for-test", .type = FIELD_SECONDS,
	    IN_SECONDS(SECOND, 30 * DAY), .fallback = "10m",
	    .help = "Likewise a test or a heartbeat." },
	{ DELIVERY(look_again_after_s), .key = "look-again-after", .type = FIELD_SECONDS,
	    IN_SECONDS(0, DAY), .fallback = "2m",
	    .help =
		"A mail that is under way for longer is compared with the state of now before its "
		"last byte, and made anew if it is not true any more. As long as a message "
		"waits it is worded anew for each attempt in any case." },
	{ DELIVERY(report_interval_s), .key = "report-interval", .type = FIELD_SECONDS,
	    IN_SECONDS(SECOND, DAY), .fallback = "10m",
	    .help = "Deliveries to one destination that ended with the same bad result in this time"
		    " are one event." },
	{ DELIVERY(down_after_s), .key = "down-after", .type = FIELD_SECONDS, IN_SECONDS(0, DAY),
	    .fallback = "30s",
	    .help = "A master agent or relay that is away for so long is an alarm; one that "
		    "refuses a setting is one at once." },
	{ DELIVERY(retention_s), .key = "retention", .type = FIELD_SECONDS,
	    IN_SECONDS(MINUTE, 30 * DAY), .fallback = "7d",
	    .help = "So long a delivery that has ended stays listed." },
	{ DELIVERY(retention_rows), .key = "retention-rows", .type = FIELD_NUMBER, .min = 0,
	    .max = 1000000, .fallback = "1000",
	    .help = "At most so many deliveries that have ended stay listed." },
	{ DELIVERY(pace), .key = "pace", .type = FIELD_NUMBER, .min = 1, .max = 10000,
	    .fallback = "20", .help = "At most so many SNMP notifications a second." },
	{ DELIVERY(pace_burst), .key = "pace-burst", .type = FIELD_NUMBER, .min = 1, .max = 10000,
	    .fallback = "100", .help = "So many SNMP notifications may go at once before that." },
	{ DELIVERY(replay_rows), .key = "replay-rows", .type = FIELD_NUMBER, .min = 1, .max = 10000,
	    .fallback = "100", .help = "At most so many deliveries of a replay wait at a time." },

	{ BREAKER(failures), .key = "failures", .type = FIELD_NUMBER, .min = 1, .max = 100,
	    .fallback = "3",
	    .help = "After so many failures in a row a destination is only probed, with one "
		    "delivery at a time." },

	{ LIMITER(burst), .key = "burst", .type = FIELD_NUMBER, .min = 1, .max = 1000,
	    .fallback = "6", .help = "So many mails may go to one recipient at once." },
	{ LIMITER(interval_s), .key = "interval", .type = FIELD_SECONDS, IN_SECONDS(SECOND, DAY),
	    .fallback = "10m", .help = "After those one more in this time." },
	{ LIMITER(per_hour), .key = "per-hour", .type = FIELD_NUMBER, .min = 1, .max = 100000,
	    .fallback = "30", .help = "At most so many mails an hour to one recipient." },
	{ LIMITER(per_day), .key = "per-day", .type = FIELD_NUMBER, .min = 1, .max = 1000000,
	    .fallback = "200", .help = "At most so many mails a day to one recipient." },
	{ LIMITER(digest_interval_s), .key = "digest-interval", .type = FIELD_SECONDS,
	    IN_SECONDS(SECOND, DAY), .fallback = "5m",
	    .help = "What is held back goes into a digest, one in this time." },
	{ LIMITER(release_after_s), .key = "release-after", .type = FIELD_SECONDS,
	    IN_SECONDS(SECOND, DAY), .fallback = "1h",
	    .help = "A limit that held back mails is lifted after this time below it." },
	{ LIMITER(flood_raises), .key = "flood-raises", .type = FIELD_NUMBER, .min = 1,
	    .max = 10000, .fallback = "10",
	    .help = "More raises than these in the time of flood-window are a flood: mails become "
		    "digests." },
	{ LIMITER(flood_window_s), .key = "flood-window", .type = FIELD_SECONDS,
	    IN_SECONDS(SECOND, DAY), .fallback = "10m",
	    .help = "The time in which raises are counted." },
	{ LIMITER(flood_end), .key = "flood-end", .type = FIELD_NUMBER, .min = 1, .max = 10000,
	    .fallback = "5", .help = "Fewer raises than these in that time end a flood." },

	{ MAIL(is_enabled), .key = "enabled", .type = FIELD_BOOL, .flags = FIELD_WRITABLE,
	    .column = 1, .fallback = "true",
	    .help = "Alarms are told by mail. Without the section they are not." },
	{ MAIL(from), .key = "from", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_WRITABLE,
	    .column = 2, BYTES(1, CONF_MAILBOX_SIZE), .form = &form_mailbox,
	    .help = "The sender: the mailbox that the relay knows the user by." },
	{ MAIL(allow_recipients), .key = "allow-recipients", .type = FIELD_TEXT,
	    .flags = FIELD_LIST, BYTES(0, CONF_LIST_SIZE), .form = &form_recipients, .fallback = "",
	    .help = "Who may get mail; empty is the domains of the contacts in the file." },
	{ MAIL(allow_secret_set), .key = "allow-secret-set", .type = FIELD_BOOL,
	    .fallback = "false",
	    .help = "Passwords can be set over SNMP. They cannot be read in any case." },
	{ MAIL(group_window_ms), .key = "group-window", .type = FIELD_DURATION, .min = 0,
	    .max = HOUR, .fallback = "10s",
	    .help = "A mail waits so long for what belongs to it." },
	{ MAIL(delayed_after_s), .key = "delayed-after", .type = FIELD_SECONDS,
	    IN_SECONDS(SECOND, 30 * DAY), .fallback = "15m",
	    .help = "The subject of a mail about something older says so." },
	{ MAIL(check_interval_s), .key = "check-interval", .type = FIELD_SECONDS,
	    .flags = FIELD_WRITABLE, .column = 7, IN_SECONDS(0, 30 * DAY), .fallback = "1h",
	    .help = "How often the relays are tried without a mail; 0 is never." },
	{ MAIL(check_interval_failed_s), .key = "check-interval-failed", .type = FIELD_SECONDS,
	    IN_SECONDS(SECOND, 30 * DAY), .fallback = "15m", .help = "Likewise while it fails." },
	{ MAIL(check_failures), .key = "check-failures", .type = FIELD_NUMBER, .min = 1, .max = 100,
	    .fallback = "3", .help = "So many failures in a row are an alarm." },
	{ MAIL(heartbeat_interval_s), .key = "heartbeat-interval", .type = FIELD_SECONDS,
	    .flags = FIELD_WRITABLE, .column = 8, IN_SECONDS(0, 30 * DAY), .fallback = "1d",
	    .help = "How often contacts with heartbeat get a mail that all is well; 0 is never." },
	{ MAIL(fallback_after_s), .key = "fallback-after", .type = FIELD_SECONDS,
	    IN_SECONDS(0, DAY), .fallback = "5m",
	    .help = "The next relay is used when the one before it has failed for so long." },
	{ MAIL(auth_tries), .key = "auth-tries", .type = FIELD_NUMBER, .min = 1, .max = 100,
	    .fallback = "3", .help = "A password is tried so often while it is refused." },
	{ MAIL(auth_retry_s), .key = "auth-retry", .type = FIELD_SECONDS, IN_SECONDS(SECOND, DAY),
	    .fallback = "1h", .help = "After that it is tried once in this time." },
	{ MAIL(connection_mails), .key = "connection-mails", .type = FIELD_NUMBER, .min = 1,
	    .max = 1000, .fallback = "20", .help = "At most so many mails over one connection." },

	{ RELAY(host), .key = "host", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_WRITABLE,
	    .column = 2, BYTES(1, CONF_TEXT_SIZE), .form = &form_host,
	    .help = "The mail server that takes our mails." },
	{ RELAY(port), .key = "port", .type = FIELD_NUMBER, .flags = FIELD_WRITABLE, .column = 3,
	    .min = 1, .max = 65535, .fallback = "465",
	    .help = "Its port: usually 465 for tls, 587 for starttls." },
	{ RELAY(security), .key = "security", .type = FIELD_ENUM, .flags = FIELD_WRITABLE,
	    .column = 4, .choices = securities, .fallback = "tls",
	    .help = "How the connection is protected. none is allowed to this machine only, and "
		    "without a user, unless allow-insecure says otherwise." },
	{ RELAY(user), .key = "user", .type = FIELD_TEXT, .flags = FIELD_WRITABLE, .column = 5,
	    BYTES(0, CONF_TEXT_SIZE), .fallback = "",
	    .help = "The name to log in with; empty is not at all." },
	{ RELAY(password), .key = "password", .type = FIELD_TEXT,
	    .flags = FIELD_WRITABLE | FIELD_SECRET, .column = 6, BYTES(0, CONF_TEXT_SIZE),
	    .fallback = "",
	    .help = "The password. It is better kept in a file of its own; a warning "
		    "tells if everybody may read this one." },
	{ RELAY(password_file), .key = "password-file", .type = FIELD_TEXT,
	    BYTES(0, CONF_TEXT_SIZE), .form = &form_path, .fallback = "",
	    .help = "The file whose only line is the password; it belongs to the user of the "
		    "daemon, and nobody else may read it. A credential of systemd is such a "
		    "file, too." },
	{ RELAY(ca_file), .key = "ca-file", .type = FIELD_TEXT, BYTES(0, CONF_TEXT_SIZE),
	    .form = &form_path, .fallback = "",
	    .help = "The certificates (PEM) of the authorities that are trusted; empty is those of "
		    "the system." },
	{ RELAY(auth), .key = "auth", .type = FIELD_ENUM, .choices = auths, .fallback = "auto",
	    .help = "How to log in; auto is the best way of those with a password that the server "
		    "offers." },
	{ RELAY(token_command), .key = "token-command", .type = FIELD_TEXT,
	    BYTES(0, CONF_TEXT_SIZE), .form = &form_command, .fallback = "",
	    .help = "What prints the token for xoauth2. It is not run by a shell." },
	{ RELAY(connect_timeout_ms), .key = "connect-timeout", .type = FIELD_DURATION,
	    .min = 100 * MS, .max = HOUR, .fallback = "30s",
	    .help = "How long it may take to find the address of the relay, and as long again to "
		    "reach it." },
	{ RELAY(command_timeout_ms), .key = "command-timeout", .type = FIELD_DURATION,
	    .min = 100 * MS, .max = HOUR, .fallback = "60s",
	    .help = "How long the answer to a command may take." },
	{ RELAY(data_timeout_ms), .key = "data-timeout", .type = FIELD_DURATION, .min = 100 * MS,
	    .max = HOUR, .fallback = "2m", .help = "Likewise the leave to send the text." },
	{ RELAY(block_timeout_ms), .key = "block-timeout", .type = FIELD_DURATION, .min = 100 * MS,
	    .max = HOUR, .fallback = "3m", .help = "Likewise the sending of a part of the text." },
	{ RELAY(dot_timeout_ms), .key = "dot-timeout", .type = FIELD_DURATION, .min = 100 * MS,
	    .max = HOUR, .fallback = "10m", .help = "Likewise the final answer." },
	{ RELAY(deadline_ms), .key = "deadline", .type = FIELD_DURATION, .min = SECOND, .max = DAY,
	    .fallback = "20m", .help = "How long a connection may last in all." },
	{ RELAY(allow_insecure), .key = "allow-insecure", .type = FIELD_BOOL, .fallback = "false",
	    .help = "security = none is allowed to any host, and with a user: password and mails "
		    "can be read on the way." },

	{ CONTACT(name), .key = "name", .type = FIELD_NAME,
	    .flags = FIELD_REQUIRED | FIELD_TITLE | FIELD_WRITABLE, .column = 2,
	    BYTES(1, CONF_NAME_SIZE), .help = "The title of the section; unique." },
	{ CONTACT(address), .key = "address", .type = FIELD_TEXT,
	    .flags = FIELD_REQUIRED | FIELD_WRITABLE, .column = 3, BYTES(1, CONF_MAILBOX_SIZE),
	    .form = &form_mailbox, .help = "The mailbox." },
	{ CONTACT(min_severity), .key = "min-severity", .type = FIELD_ENUM, .flags = FIELD_WRITABLE,
	    .column = 4, .choices = severities, .fallback = "warning",
	    .help = "Alarms of this severity and above are told." },
	{ CONTACT(sensors), .key = "sensors", .type = FIELD_TEXT, .flags = FIELD_WRITABLE,
	    .column = 5, BYTES(1, CONF_TEXT_SIZE), .fallback = "*",
	    .help = "Of which sensors: a pattern over their names, with * and ?." },
	{ CONTACT(is_enabled), .key = "enabled", .type = FIELD_BOOL, .flags = FIELD_WRITABLE,
	    .column = 6, .fallback = "true",
	    .help = "A contact that is not enabled gets nothing." },
	{ CONTACT(wants_clears), .key = "clears", .type = FIELD_BOOL, .flags = FIELD_WRITABLE,
	    .column = 7, .fallback = "true", .help = "The end of an alarm is told, too." },
	{ CONTACT(escalate_after_s), .key = "escalate-after", .type = FIELD_SECONDS,
	    .flags = FIELD_WRITABLE, .column = 8, IN_SECONDS(0, 30 * DAY), .fallback = "0",
	    .help =
		"Only alarms that nobody has acknowledged for so long are told; 0 is at once." },
	{ CONTACT(wants_heartbeat), .key = "heartbeat", .type = FIELD_BOOL, .flags = FIELD_WRITABLE,
	    .column = 9, .fallback = "false",
	    .help = "The regular mail that all is well is sent to this contact." },
};

const struct field *
schema_at(size_t n)
{
	return n < COUNT(rows) ? &rows[n] : NULL;
}

size_t
schema_number(const struct field *field)
{
	size_t number = 0;

	for (const struct field *row = rows; row < field; row++)
		if (row->object == field->object)
			number++;
	return number;
}

const struct field *
schema_find(enum conf_object object, const char *key)
{
	for (size_t n = 0; n < COUNT(rows); n++)
		if (rows[n].object == object && strcmp(rows[n].key, key) == 0)
			return &rows[n];
	return NULL;
}

const struct field *
schema_column(enum conf_object object, unsigned column)
{
	for (size_t n = 0; n < COUNT(rows); n++)
		if (rows[n].object == object && rows[n].column == column && column != 0)
			return &rows[n];
	return NULL;
}

const char *
schema_object_name(enum conf_object object)
{
	switch (object) {
	case CONF_AGENT:
	case CONF_EVENT:
		return "";
	case CONF_BUS:
		return "bus";
	case CONF_SENSOR:
		return "sensor";
	case CONF_DEVICE:
		return "device";
	case CONF_PROFILE:
		return "profile";
	case CONF_DELIVERY:
		return "delivery";
	case CONF_BREAKER:
		return "breaker";
	case CONF_LIMITER:
		return "limiter";
	case CONF_MAIL:
		return "mail";
	case CONF_RELAY:
		return "relay";
	case CONF_CONTACT:
		return "contact";
	}
	return "";
}

bool
schema_is_key(const struct field *field, enum schema_section section)
{
	enum conf_object object = field->object;

	if ((field->flags & FIELD_TITLE) != 0)
		return false;
	switch (section) {
	case SECTION_TOP:
		return object == CONF_AGENT || object == CONF_EVENT;
	case SECTION_BUS:
		return object == CONF_BUS;
	case SECTION_SENSOR:
		return object == CONF_SENSOR;
	case SECTION_DEVICE:
		return object == CONF_DEVICE || (field->flags & FIELD_SHARED) != 0;
	case SECTION_PROFILE:
		return object == CONF_PROFILE;
	case SECTION_PART: /* what the device itself has, its sensors have not */
		return object == CONF_SENSOR && schema_find(CONF_DEVICE, field->key) == NULL;
	case SECTION_DELIVERY:
		return object == CONF_DELIVERY;
	case SECTION_BREAKER:
		return object == CONF_BREAKER;
	case SECTION_LIMITER:
		return object == CONF_LIMITER;
	case SECTION_MAIL:
		return object == CONF_MAIL;
	case SECTION_RELAY:
		return object == CONF_RELAY;
	case SECTION_CONTACT:
		return object == CONF_CONTACT;
	}
	return false;
}

const struct field *
schema_key(enum schema_section section, const char *key)
{
	for (size_t n = 0; n < COUNT(rows); n++)
		if (strcmp(rows[n].key, key) == 0 && schema_is_key(&rows[n], section))
			return &rows[n];
	return NULL;
}

void *
schema_single(struct conf *conf, enum conf_object object)
{
	switch (object) {
	case CONF_AGENT:
		return &conf->agent;
	case CONF_EVENT:
		return &conf->event;
	case CONF_DELIVERY:
		return &conf->delivery;
	case CONF_BREAKER:
		return &conf->breaker;
	case CONF_LIMITER:
		return &conf->limiter;
	case CONF_MAIL:
		return &conf->mail;
	case CONF_BUS:
	case CONF_SENSOR:
	case CONF_DEVICE:
	case CONF_PROFILE:
	case CONF_RELAY:
	case CONF_CONTACT:
		return NULL;
	}
	return NULL;
}

void
schema_set_defaults(enum conf_object object_kind, void *object)
{
	for (size_t n = 0; n < COUNT(rows); n++) {
		if (rows[n].object != object_kind || rows[n].fallback == NULL)
			continue;
		if (field_parse(&rows[n], rows[n].fallback, object, NULL) < 0)
			assert(!"a default of the schema does not parse"); /* test_schema */
	}
}
