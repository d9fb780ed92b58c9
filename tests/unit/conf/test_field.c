/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/schema.h"
#include "tests/unit/unit.h"

union any_object {
	struct conf_agent agent;
	struct conf_bus bus;
	struct conf_sensor sensor;
	struct conf_device device;
	struct conf_profile profile;
	struct conf_event event;
	struct conf_delivery delivery;
	struct conf_breaker breaker;
	struct conf_limiter limiter;
	struct conf_mail mail;
	struct conf_relay relay;
	struct conf_contact contact;
};

#define A_MASTER "unix:PATH, of at most 107 bytes, or tcp:HOST:PORT"
#define X50      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* What the file says, and how it is written back. */
static const struct {
	enum conf_object object;
	const char *key, *text, *back;
} good[] = {
	{ CONF_AGENT, "agentx", "tcp:127.0.0.1:705", "tcp:127.0.0.1:705" },
	{ CONF_AGENT, "agentx", "tcp:nms-1:1", "tcp:nms-1:1" },
	{ CONF_AGENT, "agentx", "unix:/x", "unix:/x" },
	{ CONF_AGENT, "agentx", "unix:run/master", "unix:run/master" },
	{ CONF_AGENT, "agentx", "unix:/" X50 X50 "xxxxxx", "unix:/" X50 X50 "xxxxxx" },
	{ CONF_AGENT, "state-dir", "/var/lib/x y", "/var/lib/x y" },
	{ CONF_AGENT, "state-dir", "d", "d" },
	{ CONF_AGENT, "site", "Plzeň 1", "Plzeň 1" },
	{ CONF_AGENT, "site", "", "" },
	{ CONF_AGENT, "log-level", "error", "error" },
	{ CONF_AGENT, "log-level", "debug", "debug" },
	{ CONF_AGENT, "entity-base", "2000000", "2000000" },
	{ CONF_AGENT, "entity-base", "1", "1" },
	{ CONF_BUS, "name", "rack-line", "rack-line" },
	{ CONF_BUS, "name", "a", "a" },
	{ CONF_BUS, "driver", "sim", "sim" },
	{ CONF_BUS, "driver", "modbus-rtu", "modbus-rtu" },
	{ CONF_BUS, "endpoint", "[::1]:502", "[::1]:502" },
	{ CONF_BUS, "endpoint", "", "" },
	{ CONF_BUS, "options", "9600,8N1", "9600,8N1" },
	{ CONF_BUS, "options", "", "" },
	{ CONF_BUS, "poll-interval", "50ms", "50ms" },
	{ CONF_BUS, "poll-interval", "86400s", "1d" },
	{ CONF_BUS, "timeout", "10ms", "10ms" },
	{ CONF_BUS, "timeout", "60s", "1m" },
	{ CONF_BUS, "admin-state", "enabled", "enabled" },
	{ CONF_BUS, "admin-state", "disabled", "disabled" },
	{ CONF_SENSOR, "name", "abcdefghijklmnopqrstuvwx -_.:/#1",
	    "abcdefghijklmnopqrstuvwx -_.:/#1" },
	{ CONF_SENSOR, "name", "cold room", "cold room" },
	{ CONF_SENSOR, "bus", "plc", "plc" },
	{ CONF_SENSOR, "bus", "rack #2", "rack #2" },
	{ CONF_SENSOR, "address", "1:input:1:int16", "1:input:1:int16" },
	{ CONF_SENSOR, "address", "28-000005e2fdc3", "28-000005e2fdc3" },
	{ CONF_SENSOR, "quantity", "temperature", "temperature" },
	{ CONF_SENSOR, "quantity", "dew-point", "dewPoint" },
	{ CONF_SENSOR, "gain", "0.1", "0.1" },
	{ CONF_SENSOR, "gain", "-2147.483647", "-2147.483647" },
	{ CONF_SENSOR, "gain", "0.000001", "0.000001" },
	{ CONF_SENSOR, "gain", "1.0000000", "1" },
	{ CONF_SENSOR, "offset", "-0.5", "-0.5" },
	{ CONF_SENSOR, "offset", "2147483.647", "2147483.647" },
	{ CONF_SENSOR, "poll-interval", "0", "0" },
	{ CONF_SENSOR, "poll-interval", "1500ms", "1500ms" },
	{ CONF_SENSOR, "location", "", "" },
	{ CONF_SENSOR, "location", "behind \"B\" {2}", "behind \"B\" {2}" },
	{ CONF_SENSOR, "admin-state", "enabled", "enabled" },
	{ CONF_SENSOR, "admin-state", "disabled", "disabled" },
	{ CONF_SENSOR, "low-critical", "-273.15", "-273.15" },
	{ CONF_SENSOR, "low-critical", "0", "0" },
	{ CONF_SENSOR, "low-warning", "-2147483.648", "-2147483.648" },
	{ CONF_SENSOR, "low-warning", "3", "3" },
	{ CONF_SENSOR, "high-warning", "27", "27" },
	{ CONF_SENSOR, "high-warning", "27.125", "27.125" },
	{ CONF_SENSOR, "high-critical", "32.50", "32.5" },
	{ CONF_SENSOR, "high-critical", "-1", "-1" },
	{ CONF_SENSOR, "rate-limit", "0.001", "0.001" },
	{ CONF_SENSOR, "rate-limit", "2147483.647", "2147483.647" },
	{ CONF_SENSOR, "limits-enabled", "none", "none" },
	{ CONF_SENSOR, "limits-enabled", "", "none" },
	{ CONF_SENSOR, "limits-enabled", "rate", "rate" },
	{ CONF_SENSOR, "limits-enabled", "high-warning low-critical",
	    "low-critical, high-warning" },
	{ CONF_SENSOR, "limits-enabled", "rate,high-critical,high-warning,low-warning,low-critical",
	    "low-critical, low-warning, high-warning, high-critical, rate" },
	{ CONF_SENSOR, "deadband", "auto", "auto" },
	{ CONF_SENSOR, "deadband", "0", "0" },
	{ CONF_SENSOR, "deadband", "1.5", "1.5" },
	{ CONF_SENSOR, "on-delay", "0", "0" },
	{ CONF_SENSOR, "on-delay", "90s", "90s" },
	{ CONF_SENSOR, "off-delay", "1ms", "1ms" },
	{ CONF_SENSOR, "off-delay", "2h", "2h" },
	{ CONF_SENSOR, "min-samples", "1", "1" },
	{ CONF_SENSOR, "min-samples", "100", "100" },
	{ CONF_SENSOR, "stale-after", "0", "0" },
	{ CONF_SENSOR, "stale-after", "7d", "7d" },
	{ CONF_SENSOR, "fault-count", "1", "1" },
	{ CONF_SENSOR, "fault-count", "100", "100" },
	{ CONF_SENSOR, "fault-delay", "0", "0" },
	{ CONF_SENSOR, "fault-delay", "250ms", "250ms" },
	{ CONF_SENSOR, "latch", "yes", "true" },
	{ CONF_SENSOR, "latch", "no", "false" },
	{ CONF_SENSOR, "ack-required", "true", "true" },
	{ CONF_SENSOR, "ack-required", "false", "false" },
	{ CONF_SENSOR, "reminder", "0", "0" },
	{ CONF_SENSOR, "reminder", "1000ms", "1s" },
	{ CONF_SENSOR, "reminder", "30d", "30d" },
	{ CONF_SENSOR, "range-low", "-55", "-55" },
	{ CONF_SENSOR, "range-low", "-2147483.648", "-2147483.648" },
	{ CONF_SENSOR, "range-high", "125", "125" },
	{ CONF_SENSOR, "range-high", "2147483.647", "2147483.647" },

	{ CONF_DEVICE, "name", "rack-b", "rack-b" },
	{ CONF_DEVICE, "name", "cold room", "cold room" },
	{ CONF_DEVICE, "bus", "line", "line" },
	{ CONF_DEVICE, "bus", "attic", "attic" },
	{ CONF_DEVICE, "unit", "2", "2" },
	{ CONF_DEVICE, "unit", "26.A2D9C5000000", "26.A2D9C5000000" },
	{ CONF_DEVICE, "profile", "", "" },
	{ CONF_DEVICE, "profile", "xy-md02", "xy-md02" },
	{ CONF_DEVICE, "sensors", "*", "*" },
	{ CONF_DEVICE, "sensors", "probe 1, probe 2", "probe 1, probe 2" },
	{ CONF_PROFILE, "name", "xy-md02", "xy-md02" },
	{ CONF_PROFILE, "name", "r4dcb08", "r4dcb08" },
	{ CONF_PROFILE, "source", "the manual, version 1", "the manual, version 1" },
	{ CONF_PROFILE, "source", "the manual, version 2", "the manual, version 2" },
	{ CONF_PROFILE, "drivers", "modbus-*", "modbus-*" },
	{ CONF_PROFILE, "drivers", "sim, owserver", "sim, owserver" },

	{ CONF_AGENT, "max-shelve", "8h", "8h" },
	{ CONF_AGENT, "max-shelve", "60s", "1m" },
	{ CONF_AGENT, "heartbeat-interval", "0", "0" },
	{ CONF_AGENT, "heartbeat-interval", "30d", "30d" },

	{ CONF_EVENT, "event-maximum", "100", "100" },
	{ CONF_EVENT, "event-maximum", "1000000", "1000000" },

	{ CONF_DELIVERY, "retry-base", "100ms", "100ms" },
	{ CONF_DELIVERY, "retry-base", "15s", "15s" },
	{ CONF_DELIVERY, "retry-cap", "600s", "10m" },
	{ CONF_DELIVERY, "retry-cap", "1d", "1d" },
	{ CONF_DELIVERY, "retry-jitter", "0", "0" },
	{ CONF_DELIVERY, "retry-jitter", "50", "50" },
	{ CONF_DELIVERY, "down-after", "0", "0" },
	{ CONF_DELIVERY, "down-after", "30s", "30s" },
	{ CONF_DELIVERY, "retry-blocked", "1s", "1s" },
	{ CONF_DELIVERY, "retry-blocked", "15m", "15m" },
	{ CONF_DELIVERY, "maximum", "10", "10" },
	{ CONF_DELIVERY, "maximum", "1000000", "1000000" },
	{ CONF_DELIVERY, "maximum-bytes", "65536", "65536" },
	{ CONF_DELIVERY, "maximum-bytes", "1073741824", "1073741824" },
	{ CONF_DELIVERY, "warning-at", "1", "1" },
	{ CONF_DELIVERY, "warning-at", "100", "100" },
	{ CONF_DELIVERY, "useful-for", "1s", "1s" },
	{ CONF_DELIVERY, "useful-for", "4h", "4h" },
	{ CONF_DELIVERY, "useful-for-digest", "1s", "1s" },
	{ CONF_DELIVERY, "useful-for-digest", "3600s", "1h" },
	{ CONF_DELIVERY, "useful-for-test", "1s", "1s" },
	{ CONF_DELIVERY, "useful-for-test", "10m", "10m" },
	{ CONF_DELIVERY, "look-again-after", "0", "0" },
	{ CONF_DELIVERY, "look-again-after", "120s", "2m" },
	{ CONF_DELIVERY, "report-interval", "1s", "1s" },
	{ CONF_DELIVERY, "report-interval", "10m", "10m" },
	{ CONF_DELIVERY, "retention", "1m", "1m" },
	{ CONF_DELIVERY, "retention", "7d", "7d" },
	{ CONF_DELIVERY, "retention-rows", "0", "0" },
	{ CONF_DELIVERY, "retention-rows", "1000", "1000" },
	{ CONF_DELIVERY, "pace", "1", "1" },
	{ CONF_DELIVERY, "pace", "20", "20" },
	{ CONF_DELIVERY, "pace-burst", "1", "1" },
	{ CONF_DELIVERY, "pace-burst", "100", "100" },
	{ CONF_DELIVERY, "replay-rows", "1", "1" },
	{ CONF_DELIVERY, "replay-rows", "100", "100" },

	{ CONF_BREAKER, "failures", "1", "1" },
	{ CONF_BREAKER, "failures", "100", "100" },

	{ CONF_LIMITER, "burst", "1", "1" },
	{ CONF_LIMITER, "burst", "6", "6" },
	{ CONF_LIMITER, "interval", "1s", "1s" },
	{ CONF_LIMITER, "interval", "10m", "10m" },
	{ CONF_LIMITER, "per-hour", "1", "1" },
	{ CONF_LIMITER, "per-hour", "30", "30" },
	{ CONF_LIMITER, "per-day", "1", "1" },
	{ CONF_LIMITER, "per-day", "200", "200" },
	{ CONF_LIMITER, "digest-interval", "1s", "1s" },
	{ CONF_LIMITER, "digest-interval", "5m", "5m" },
	{ CONF_LIMITER, "release-after", "1s", "1s" },
	{ CONF_LIMITER, "release-after", "60m", "1h" },
	{ CONF_LIMITER, "flood-raises", "1", "1" },
	{ CONF_LIMITER, "flood-raises", "10", "10" },
	{ CONF_LIMITER, "flood-window", "1s", "1s" },
	{ CONF_LIMITER, "flood-window", "10m", "10m" },
	{ CONF_LIMITER, "flood-end", "1", "1" },
	{ CONF_LIMITER, "flood-end", "5", "5" },

	{ CONF_MAIL, "enabled", "yes", "true" },
	{ CONF_MAIL, "enabled", "no", "false" },
	{ CONF_MAIL, "from", "sensors@example.org", "sensors@example.org" },
	{ CONF_MAIL, "from", "s@e", "s@e" },
	{ CONF_MAIL, "allow-recipients", "example.org", "example.org" },
	{ CONF_MAIL, "allow-recipients", "example.org, oncall@example.net",
	    "example.org, oncall@example.net" },
	{ CONF_MAIL, "allow-secret-set", "true", "true" },
	{ CONF_MAIL, "allow-secret-set", "false", "false" },
	{ CONF_MAIL, "group-window", "0", "0" },
	{ CONF_MAIL, "group-window", "500ms", "500ms" },
	{ CONF_MAIL, "delayed-after", "1s", "1s" },
	{ CONF_MAIL, "delayed-after", "15m", "15m" },
	{ CONF_MAIL, "check-interval", "0", "0" },
	{ CONF_MAIL, "check-interval", "1h", "1h" },
	{ CONF_MAIL, "check-interval-failed", "1s", "1s" },
	{ CONF_MAIL, "check-interval-failed", "15m", "15m" },
	{ CONF_MAIL, "check-failures", "1", "1" },
	{ CONF_MAIL, "check-failures", "3", "3" },
	{ CONF_MAIL, "heartbeat-interval", "0", "0" },
	{ CONF_MAIL, "heartbeat-interval", "24h", "1d" },
	{ CONF_MAIL, "fallback-after", "0", "0" },
	{ CONF_MAIL, "fallback-after", "5m", "5m" },
	{ CONF_MAIL, "auth-tries", "1", "1" },
	{ CONF_MAIL, "auth-tries", "3", "3" },
	{ CONF_MAIL, "auth-retry", "1s", "1s" },
	{ CONF_MAIL, "auth-retry", "1h", "1h" },
	{ CONF_MAIL, "connection-mails", "1", "1" },
	{ CONF_MAIL, "connection-mails", "20", "20" },

	{ CONF_RELAY, "host", "mail.example.org", "mail.example.org" },
	{ CONF_RELAY, "host", "::1", "::1" },
	{ CONF_RELAY, "host", "192.0.2.1", "192.0.2.1" },
	{ CONF_RELAY, "port", "1", "1" },
	{ CONF_RELAY, "port", "65535", "65535" },
	{ CONF_RELAY, "security", "tls", "tls" },
	{ CONF_RELAY, "security", "starttls", "starttls" },
	{ CONF_RELAY, "security", "none", "none" },
	{ CONF_RELAY, "user", "", "" },
	{ CONF_RELAY, "user", "sensors@example.org", "sensors@example.org" },
	{ CONF_RELAY, "password-file", "", "" },
	{ CONF_RELAY, "password-file", "/run/credentials/envsensord/relay",
	    "/run/credentials/envsensord/relay" },
	{ CONF_RELAY, "ca-file", "", "" },
	{ CONF_RELAY, "ca-file", "/etc/ca.pem", "/etc/ca.pem" },
	{ CONF_RELAY, "auth", "auto", "auto" },
	{ CONF_RELAY, "auth", "scram-sha-256", "scram-sha-256" },
	{ CONF_RELAY, "auth", "xoauth2", "xoauth2" },
	{ CONF_RELAY, "token-command", "", "" },
	{ CONF_RELAY, "token-command", "/usr/bin/token -x", "/usr/bin/token -x" },
	{ CONF_RELAY, "connect-timeout", "100ms", "100ms" },
	{ CONF_RELAY, "connect-timeout", "30s", "30s" },
	{ CONF_RELAY, "command-timeout", "100ms", "100ms" },
	{ CONF_RELAY, "command-timeout", "1h", "1h" },
	{ CONF_RELAY, "data-timeout", "100ms", "100ms" },
	{ CONF_RELAY, "data-timeout", "1h", "1h" },
	{ CONF_RELAY, "block-timeout", "100ms", "100ms" },
	{ CONF_RELAY, "block-timeout", "1h", "1h" },
	{ CONF_RELAY, "dot-timeout", "100ms", "100ms" },
	{ CONF_RELAY, "dot-timeout", "1h", "1h" },
	{ CONF_RELAY, "deadline", "1s", "1s" },
	{ CONF_RELAY, "deadline", "1d", "1d" },
	{ CONF_RELAY, "allow-insecure", "yes", "true" },
	{ CONF_RELAY, "allow-insecure", "false", "false" },

	{ CONF_CONTACT, "name", "ops", "ops" },
	{ CONF_CONTACT, "name", "on call #2", "on call #2" },
	{ CONF_CONTACT, "address", "ops@example.org", "ops@example.org" },
	{ CONF_CONTACT, "address", "o@e", "o@e" },
	{ CONF_CONTACT, "min-severity", "ok", "ok" },
	{ CONF_CONTACT, "min-severity", "critical", "critical" },
	{ CONF_CONTACT, "sensors", "*", "*" },
	{ CONF_CONTACT, "sensors", "rack-? *", "rack-? *" },
	{ CONF_CONTACT, "enabled", "true", "true" },
	{ CONF_CONTACT, "enabled", "false", "false" },
	{ CONF_CONTACT, "clears", "true", "true" },
	{ CONF_CONTACT, "clears", "false", "false" },
	{ CONF_CONTACT, "escalate-after", "0", "0" },
	{ CONF_CONTACT, "escalate-after", "90s", "90s" },
	{ CONF_CONTACT, "heartbeat", "true", "true" },
	{ CONF_CONTACT, "heartbeat", "false", "false" },
};

static const struct {
	enum conf_object object;
	const char *key, *text, *error;
} bad[] = {
	{ CONF_AGENT, "entity-base", "0", "entity-base = \"0\": want 1 to 2000000000" },
	{ CONF_AGENT, "log-level", "loud",
	    "log-level = \"loud\": want error, warning, info or debug" },
	{ CONF_AGENT, "agentx", "", "agentx = \"\": want " A_MASTER },
	{ CONF_AGENT, "agentx", "/var/agentx/master",
	    "agentx = \"/var/agentx/master\": want " A_MASTER },
	{ CONF_AGENT, "agentx", "unix:", "agentx = \"unix:\": want " A_MASTER },
	{ CONF_AGENT, "agentx", "unix:/" X50 X50 "xxxxxxx",
	    "agentx = \"unix:/" X50 "xxxxxxxxxxxxxxxxxxxx...\": want " A_MASTER },
	{ CONF_AGENT, "agentx", "udp:localhost:705",
	    "agentx = \"udp:localhost:705\": want " A_MASTER },
	{ CONF_AGENT, "agentx", "tcp:localhost", "agentx = \"tcp:localhost\": want " A_MASTER },
	{ CONF_AGENT, "agentx", "tcp::705", "agentx = \"tcp::705\": want " A_MASTER },
	{ CONF_AGENT, "agentx", "tcp:a b:705", "agentx = \"tcp:a b:705\": want " A_MASTER },
	{ CONF_AGENT, "agentx", "tcp:localhost:65536",
	    "agentx = \"tcp:localhost:65536\": want " A_MASTER },
	{ CONF_AGENT, "site", "a\nb",
	    "site = \"a?b\": want at most 64 bytes of UTF-8 without controls" },
	{ CONF_BUS, "name", "a;b",
	    "name = \"a;b\": want 1 to 32 of letters, digits, blank, - _ . : / #, with no blank at "
	    "either end" },
	{ CONF_SENSOR, "name", "abcdefghijklmnopqrstuvwxyz -_.:/#",
	    "name = \"abcdefghijklmnopqrstuvwxyz -_.:/#\": want 1 to 32 of letters, digits, blank, "
	    "- _ "
	    ". : / #, with no blank at either end" },
	{ CONF_BUS, "poll-interval", "49ms", "poll-interval = \"49ms\": want 50ms to 1d" },
	{ CONF_BUS, "poll-interval", "0", "poll-interval = \"0\": want 50ms to 1d" },
	{ CONF_BUS, "poll-interval", "5", "poll-interval = \"5\": want 50ms to 1d" },
	{ CONF_BUS, "poll-interval", "1 s", "poll-interval = \"1 s\": want 50ms to 1d" },
	{ CONF_BUS, "timeout", "61s", "timeout = \"61s\": want 10ms to 1m" },
	{ CONF_BUS, "timeout", "99999d", "timeout = \"99999d\": want 10ms to 1m" },
	{ CONF_BUS, "admin-state", "on", "admin-state = \"on\": want enabled or disabled" },
	{ CONF_BUS, "driver", "a-driver-with-a-long-name",
	    "driver = \"a-driver-with-a-long-name\": want 1 to 15 bytes of UTF-8 without "
	    "controls" },
	{ CONF_SENSOR, "quantity", "colour",
	    "quantity = \"colour\": want other, temperature, humidity, dewPoint, pressure, "
	    "voltage, "
	    "current, power, energy, frequency, co2, airSpeed, light, noise, contact, leak, smoke, "
	    "voc, particulates, flow or level" },
	{ CONF_SENSOR, "gain", "0",
	    "gain = \"0\": want -2147.483648 to 2147.483647 with at most 6 decimals, but not 0" },
	{ CONF_SENSOR, "gain", "1.0000001",
	    "gain = \"1.0000001\": want -2147.483648 to 2147.483647 with at most 6 decimals, but "
	    "not "
	    "0" },
	{ CONF_SENSOR, "gain", "1e3",
	    "gain = \"1e3\": want -2147.483648 to 2147.483647 with at most 6 decimals, but not 0" },
	{ CONF_SENSOR, "offset", "0,5",
	    "offset = \"0,5\": want -2147483.648 to 2147483.647 with at most 3 decimals" },
	{ CONF_SENSOR, "offset", "auto",
	    "offset = \"auto\": want -2147483.648 to 2147483.647 with at most 3 decimals" },
	{ CONF_SENSOR, "deadband", "-0.001",
	    "deadband = \"-0.001\": want 0 to 2147483.647 with at most 3 decimals, or auto" },
	{ CONF_SENSOR, "poll-interval", "49ms", "poll-interval = \"49ms\": want 50ms to 1d, or 0" },
	{ CONF_SENSOR, "min-samples", "0", "min-samples = \"0\": want 1 to 100" },
	{ CONF_SENSOR, "min-samples", "101", "min-samples = \"101\": want 1 to 100" },
	{ CONF_SENSOR, "min-samples", "-1", "min-samples = \"-1\": want 1 to 100" },
	{ CONF_SENSOR, "reminder", "1500ms",
	    "reminder = \"1500ms\": want 0 to 30d in whole seconds" },
	{ CONF_SENSOR, "latch", "1", "latch = \"1\": want true, false, yes or no" },
	{ CONF_SENSOR, "limits-enabled", "high-warning, lows",
	    "limits-enabled = \"high-warning, lows\": want none, or a list of low-critical, "
	    "low-warning, high-warning, high-critical or rate" },
	{ CONF_SENSOR, "address",
	    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901",
	    "address = "
	    "\"0123456789012345678901234567890123456789012345678901234567890123456789012345...\": "
	    "want 1 to 64 bytes of UTF-8 without controls" },
	{ CONF_EVENT, "event-maximum", "99", "event-maximum = \"99\": want 100 to 1000000" },
	{ CONF_DELIVERY, "retry-base", "0", "retry-base = \"0\": want 100ms to 1h" },
	{ CONF_MAIL, "from", "", "from = \"\": want a mailbox as ops@example.org" },
	{ CONF_MAIL, "from", "a@b\r\nc", "from = \"a@b??c\": want a mailbox as ops@example.org" },
	{ CONF_MAIL, "from", "Sensors <a@b>",
	    "from = \"Sensors <a@b>\": want a mailbox as ops@example.org" },
	{ CONF_MAIL, "allow-recipients", "*",
	    "allow-recipients = \"*\": want mailboxes as ops@example.org and domains as "
	    "example.org, with commas between them, or nothing" },
	{ CONF_RELAY, "host", "", "host = \"\": want the name or the address of a host" },
	{ CONF_RELAY, "host", "[::1]", "host = \"[::1]\": want the name or the address of a host" },
	{ CONF_RELAY, "host", "mail example",
	    "host = \"mail example\": want the name or the address of a host" },
	{ CONF_RELAY, "port", "0", "port = \"0\": want 1 to 65535" },
	{ CONF_RELAY, "security", "ssl", "security = \"ssl\": want tls, starttls or none" },
	{ CONF_RELAY, "password", "hunter2\n",
	    "password: want at most 255 bytes of UTF-8 without controls" },
	{ CONF_RELAY, "ca-file", "ca.pem",
	    "ca-file = \"ca.pem\": want an absolute path, or nothing" },
	{ CONF_RELAY, "token-command", "token",
	    "token-command = \"token\": want the absolute path of a program, and its arguments, "
	    "or nothing" },
	{ CONF_CONTACT, "min-severity", "unknown",
	    "min-severity = \"unknown\": want ok, warning or critical" },
	{ CONF_CONTACT, "address", "ops@example.org,x@example.org",
	    "address = \"ops@example.org,x@example.org\": want a mailbox as ops@example.org" },
};

static void
takes_back_what_it_writes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		const struct field *field = schema_find(good[i].object, good[i].key);
		union any_object object = { 0 }, again = { 0 };
		char text[FIELD_FORMAT_SIZE];
		struct err err;

		if (field_parse(field, good[i].text, &object, &err) < 0)
			fail_msg("%s", err.text);
		field_format(field, &object, text, sizeof(text));
		assert_string_equal(text, good[i].back);
		assert_int_equal(field_parse(field, text, &again, NULL), 0);
		assert_memory_equal(&object, &again, sizeof(object));
		assert_true(field_is_equal(field, &object, &again));
	}
}

static void
tells_values_apart(void **state)
{
	(void)state;
	for (size_t i = 1; i < COUNT(good); i++) {
		const struct field *field = schema_find(good[i].object, good[i].key);
		union any_object a = { 0 }, b = { 0 };
		bool is_same_value;

		if (field != schema_find(good[i - 1].object, good[i - 1].key))
			continue;
		assert_int_equal(field_parse(field, good[i].text, &a, NULL), 0);
		assert_int_equal(field_parse(field, good[i - 1].text, &b, NULL), 0);
		is_same_value = strcmp(good[i].back, good[i - 1].back) == 0;
		assert_int_equal(field_is_equal(field, &a, &b), is_same_value);
	}
}

static void
each_field_has_two_values_here(void **state)
{
	const struct field *field;

	(void)state;
	for (size_t n = 0; (field = schema_at(n)) != NULL; n++) {
		size_t count = 0;

		if ((field->flags & FIELD_SECRET) != 0)
			continue;
		for (size_t i = 0; i < COUNT(good); i++)
			count += schema_find(good[i].object, good[i].key) == field;
		if (count < 2)
			fail_msg("%s has %zu", field->key, count);
	}
}

static void
refuses_and_says_what_is_allowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		const struct field *field = schema_find(bad[i].object, bad[i].key);
		union any_object object, before;
		struct err err = { .code = 0 };

		memset(&object, 0x5a, sizeof(object));
		before = object;
		assert_int_equal(field_parse(field, bad[i].text, &object, &err), -EINVAL);
		assert_int_equal(err.code, -EINVAL);
		assert_string_equal(err.text, bad[i].error);
		assert_memory_equal(&object, &before, sizeof(object));
	}
}

static void
stores_units_and_bits(void **state)
{
	struct conf_sensor sensor = { 0 };

	(void)state;
	field_parse(schema_find(CONF_SENSOR, "reminder"), "4h", &sensor, NULL);
	assert_int_equal(sensor.reminder_s, 14400);
	field_parse(schema_find(CONF_SENSOR, "on-delay"), "4h", &sensor, NULL);
	assert_int_equal(sensor.on_delay_ms, 14400000);
	field_parse(schema_find(CONF_SENSOR, "gain"), "-0.1", &sensor, NULL);
	assert_int_equal(sensor.gain_micro, -100000);
	field_parse(schema_find(CONF_SENSOR, "high-critical"), "-0.1", &sensor, NULL);
	assert_int_equal(sensor.limit_milli[LIMIT_HIGH_CRITICAL], -100);
	field_parse(schema_find(CONF_SENSOR, "limits-enabled"), "low-critical rate", &sensor, NULL);
	assert_int_equal(sensor.limits_enabled, 0x88);
	field_parse(schema_find(CONF_SENSOR, "admin-state"), "disabled", &sensor, NULL);
	assert_int_equal(sensor.admin_state, ADMIN_DISABLED);
	field_parse(schema_find(CONF_SENSOR, "deadband"), "auto", &sensor, NULL);
	assert_int_equal(sensor.deadband_milli, -1);
}

static void
a_secret_is_kept_and_not_shown(void **state)
{
	const struct field *field = schema_find(CONF_RELAY, "password");
	struct conf_relay relay = { .port = 1 }, other = { .port = 1 };
	char text[FIELD_FORMAT_SIZE] = "before";

	(void)state;
	assert_int_equal(field_parse(field, "hunter2", &relay, NULL), 0);
	assert_string_equal(relay.password, "hunter2");
	field_format(field, &relay, text, sizeof(text));
	assert_string_equal(text, "");
	assert_false(field_is_equal(field, &relay, &other));
	field_copy(field, &relay, &other);
	assert_true(field_is_equal(field, &relay, &other));
}

/* As SNMP gives numbers. */
static void
takes_numbers_in_the_unit_stored(void **state)
{
	static const struct {
		enum conf_object object;
		const char *key;
		int64_t number;
		const char *want; /* NULL: refused */
	} cases[] = {
		{ CONF_SENSOR, "high-warning", 32500, "32.5" },
		{ CONF_SENSOR, "on-delay", 1500, "1500ms" },
		{ CONF_SENSOR, "on-delay", 86400001, NULL },
		{ CONF_SENSOR, "on-delay", -1, NULL },
		{ CONF_SENSOR, "reminder", 60, "1m" },
		{ CONF_SENSOR, "poll-interval", 0, "0" },
		{ CONF_SENSOR, "poll-interval", 49, NULL },
		{ CONF_SENSOR, "gain", 100000, "0.1" },
		{ CONF_SENSOR, "gain", 0, NULL },
		{ CONF_SENSOR, "deadband", -1, NULL }, /* auto is for files */
		{ CONF_SENSOR, "latch", 1, "true" },
		{ CONF_SENSOR, "latch", 2, NULL },
		{ CONF_SENSOR, "quantity", 3, "humidity" },
		{ CONF_SENSOR, "quantity", 0, NULL },
		{ CONF_SENSOR, "quantity", QUANTITY_LAST + 1, NULL },
		{ CONF_SENSOR, "limits-enabled", 0xf8,
		    "low-critical, low-warning, high-warning, high-critical, rate" },
		{ CONF_SENSOR, "limits-enabled", 0x04, NULL },
		{ CONF_SENSOR, "limits-enabled", 0x100, NULL },
		{ CONF_SENSOR, "admin-state", 2, "disabled" },
		{ CONF_SENSOR, "admin-state", 3, NULL },
		{ CONF_SENSOR, "name", 1, NULL },
		{ CONF_CONTACT, "min-severity", 4, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct field *field = schema_find(cases[i].object, cases[i].key);
		union any_object object, before;
		char text[FIELD_FORMAT_SIZE];
		int r;

		memset(&object, 0, sizeof(object));
		before = object;
		r = field_put_number(field, cases[i].number, &object);
		if (r != (cases[i].want == NULL ? -EINVAL : 0))
			fail_msg("%s: %d", cases[i].key, r);
		if (cases[i].want == NULL) {
			assert_memory_equal(&object, &before, sizeof(object));
			continue;
		}
		field_format(field, &object, text, sizeof(text));
		assert_string_equal(text, cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_back_what_it_writes),
		cmocka_unit_test(tells_values_apart),
		cmocka_unit_test(each_field_has_two_values_here),
		cmocka_unit_test(refuses_and_says_what_is_allowed),
		cmocka_unit_test(stores_units_and_bits),
		cmocka_unit_test(takes_numbers_in_the_unit_stored),
		cmocka_unit_test(a_secret_is_kept_and_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
