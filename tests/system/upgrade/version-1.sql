-- SPDX-License-Identifier: BSD-2-Clause
-- A database as schema version 1 kept it.  It never changes.
BEGIN;
CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE counter (kind INTEGER NOT NULL PRIMARY KEY, next INTEGER NOT NULL) STRICT;
CREATE TABLE identity (kind INTEGER NOT NULL REFERENCES counter (kind), key TEXT NOT NULL, idx
    INTEGER NOT NULL, PRIMARY KEY (kind, key), UNIQUE (kind, idx)) STRICT, WITHOUT ROWID;
INSERT INTO counter (kind, next) VALUES (1, 1), (2, 1), (3, 1000000);
INSERT INTO meta VALUES ('created', '2026-10-01T08:00:00Z'), ('uuid',
    '8370e3c2-f822-4d1b-8353-8ef407c77735');
UPDATE counter SET next = 2 WHERE kind = 1;
UPDATE counter SET next = 9 WHERE kind = 2;
UPDATE counter SET next = 1000009 WHERE kind = 3;
INSERT INTO identity VALUES (1, 'rack', 1), (2, 'inlet', 5), (2, 'outlet', 7), (3, 'agent/',
    1000000), (3, 'bus/rack', 1000001), (3, 'sensor/inlet', 1000005), (3, 'sensor/outlet',
    1000008);
PRAGMA application_id = 1701738099;
PRAGMA user_version = 1;
COMMIT;
