-- SPDX-License-Identifier: BSD-2-Clause
-- A database as schema version 3 kept it.  It never changes.
BEGIN;
CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE counter (kind INTEGER NOT NULL PRIMARY KEY, next INTEGER NOT NULL) STRICT;
CREATE TABLE identity (kind INTEGER NOT NULL REFERENCES counter (kind), key TEXT NOT NULL, idx
    INTEGER NOT NULL, PRIMARY KEY (kind, key), UNIQUE (kind, idx)) STRICT, WITHOUT ROWID;
INSERT INTO counter (kind, next) VALUES (1, 1), (2, 1), (3, 1000000);
CREATE TABLE number (key INTEGER NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO number (key, value) VALUES (1, 1), (2, 10000), (3, 0);
CREATE TABLE sensor_state (sensor INTEGER NOT NULL PRIMARY KEY, boot_id TEXT NOT NULL, boottime_ms
    INTEGER NOT NULL, wall_ms INTEGER NOT NULL, kept BLOB NOT NULL) STRICT;
CREATE TABLE alarm (id INTEGER NOT NULL PRIMARY KEY, kind INTEGER NOT NULL, state INTEGER NOT
    NULL, severity INTEGER NOT NULL, zone INTEGER NOT NULL, reason INTEGER NOT NULL, is_latching
    INTEGER NOT NULL, sensor INTEGER NOT NULL, bus INTEGER NOT NULL, source TEXT NOT NULL,
    quantity INTEGER NOT NULL, raised_seq INTEGER NOT NULL, raised_wall_ms INTEGER NOT NULL, value
    INTEGER, peak INTEGER NOT NULL, bound INTEGER NOT NULL, notified INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE event (seq INTEGER NOT NULL PRIMARY KEY, kind INTEGER NOT NULL, alarm INTEGER NOT
    NULL, alarm_kind INTEGER NOT NULL, sensor INTEGER NOT NULL, source TEXT NOT NULL, quantity
    INTEGER NOT NULL, severity INTEGER NOT NULL, previous_severity INTEGER NOT NULL, zone_from
    INTEGER NOT NULL, zone_to INTEGER NOT NULL, reason INTEGER NOT NULL, suppression INTEGER NOT
    NULL, is_config_change INTEGER NOT NULL, during_downtime INTEGER NOT NULL, value INTEGER,
    bound INTEGER, first_number INTEGER NOT NULL, second_number INTEGER NOT NULL, wall_ms INTEGER
    NOT NULL, boottime_ms INTEGER NOT NULL, boot_id TEXT NOT NULL) STRICT;
ALTER TABLE event ADD COLUMN sensor_severity INTEGER NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN sensor_value INTEGER;
ALTER TABLE event ADD COLUMN channel INTEGER NOT NULL DEFAULT 0;
INSERT INTO number (key, value) VALUES (4, 1), (5, 1);
UPDATE number SET value = coalesce((SELECT min(seq) FROM event), 1) WHERE key = 5;
CREATE TABLE delivery (id INTEGER NOT NULL PRIMARY KEY, seq INTEGER NOT NULL, channel INTEGER NOT
    NULL, destination TEXT NOT NULL, step INTEGER NOT NULL, alarm INTEGER NOT NULL, class INTEGER
    NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL, failures INTEGER NOT NULL,
    in_doubt INTEGER NOT NULL, created_wall_ms INTEGER NOT NULL, created_ms INTEGER NOT NULL,
    useful_until_ms INTEGER NOT NULL, next_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL, boot_id
    TEXT NOT NULL, result INTEGER, code INTEGER NOT NULL, enhanced TEXT NOT NULL, reply TEXT NOT
    NULL, relay TEXT NOT NULL, UNIQUE (seq, channel, destination, step)) STRICT;
CREATE TABLE channel (channel INTEGER NOT NULL PRIMARY KEY, accepted INTEGER NOT NULL, delivered
    INTEGER NOT NULL, deferred INTEGER NOT NULL, expired INTEGER NOT NULL, failed INTEGER NOT
    NULL, superseded INTEGER NOT NULL, in_doubt INTEGER NOT NULL, last_result INTEGER, last_text
    TEXT NOT NULL, last_success_wall_ms INTEGER NOT NULL, late_next INTEGER NOT NULL, late_count
    INTEGER NOT NULL, replay_next INTEGER NOT NULL, replay_last INTEGER NOT NULL, replay_step
    INTEGER NOT NULL) STRICT;
INSERT INTO meta VALUES ('created', '2026-10-01T08:00:00Z'), ('uuid',
    '8370e3c2-f822-4d1b-8353-8ef407c77735');
UPDATE counter SET next = 2 WHERE kind = 1;
UPDATE counter SET next = 9 WHERE kind = 2;
UPDATE counter SET next = 1000009 WHERE kind = 3;
INSERT INTO identity VALUES (1, 'rack', 1), (2, 'inlet', 5), (2, 'outlet', 7), (3, 'agent/',
    1000000), (3, 'bus/rack', 1000001), (3, 'sensor/inlet', 1000005), (3, 'sensor/outlet',
    1000008);
UPDATE number SET value = 13 WHERE key = 1;
INSERT INTO alarm VALUES (12, 1, 1, 3, 5, 1, 0, 5, 0, 'inlet', 2, 42, 1763800120000, 33000, 33000,
    32000, 1, 'fan ordered');
INSERT INTO event VALUES (41, 14, 0, 0, 0, '', 1, 1, 1, 3, 3, 1, 1, 0, 0, NULL, NULL, 0, 0,
    1763800000000, 500000, '5b1c6e0e-0f0a-4c52-9d0b-3f6d2a7c9e41', 0, NULL, 0);
INSERT INTO event VALUES (42, 1, 12, 1, 5, 'inlet', 2, 3, 1, 3, 5, 1, 1, 0, 0, 33000, 32000, 0, 0,
    1763800120000, 620000, '5b1c6e0e-0f0a-4c52-9d0b-3f6d2a7c9e41', 3, 33000, 0);
INSERT INTO sensor_state VALUES (5, '5b1c6e0e-0f0a-4c52-9d0b-3f6d2a7c9e41', 620000, 1763800120000,
    CAST(x'01000001010C000000010000000100000003000000050000000100000000E075090000000000E880'
    || x'0000E8800000007D0000000000000000000000000000000000000000000000000000000000000000'
    || x'00000000000000000000000000000000000000000000000000000000000000000000000000000000'
    || x'000000000000000000000000000000000000000001000000E07509' || zeroblob(98) AS BLOB));
INSERT INTO sensor_state VALUES (7, '5b1c6e0e-0f0a-4c52-9d0b-3f6d2a7c9e41', 620000, 1763800120000,
    CAST(x'01' || zeroblob(244) AS BLOB));
UPDATE number SET value = 23 WHERE key = 4;
UPDATE number SET value = 41 WHERE key = 5;
INSERT INTO delivery VALUES (22, 42, 1, 'master agent', 0, 12, 5, 1, 1, 0, 0, 1763800120000,
    620000, 15020000, 0, 620003, '5b1c6e0e-0f0a-4c52-9d0b-3f6d2a7c9e41', 0, 0, '', '', '');
INSERT INTO channel VALUES (1, 22, 22, 4, 0, 0, 0, 0, 0, 'delivered', 1763800120000, 0, 0, 0, 0,
    0);
PRAGMA application_id = 1701738099;
PRAGMA user_version = 3;
COMMIT;
