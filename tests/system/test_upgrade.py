#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The database of each version there was goes on under this one; one from the future is refused,
and so is a second daemon."""
import os
import re
import sqlite3

import harness
from harness import GOOD, bus, sensor
from test_alarms import AGENT_START, AGENT_STOP, AT_ONCE, CONFIG_CHANGE, CRITICAL, RAISE

HERE = os.path.dirname(os.path.realpath(__file__))
UUID = b"8370e3c2-f822-4d1b-8353-8ef407c77735"
INLET, OUTLET, ALARM, DELIVERY = 5, 7, 12, 22  # of upgrade/version-*.sql


def dumps():
    """(version, SQL) of each."""
    for name in os.listdir(os.path.join(HERE, "upgrade")):
        with open(os.path.join(HERE, "upgrade", name), encoding="utf-8") as file:
            yield int(re.fullmatch(r"version-(\d+)\.sql", name).group(1)), file.read()


@harness.full_pass_only
class Upgrade(harness.SystemTest):
    shared = True

    @classmethod
    def set_up_stage(cls):
        cls.stage.snmpd()
        cls.stage.write("script", "inlet 33\noutlet 20\n")
        cls.config = (bus("rack", "sim", cls.stage.path("script"))
            + sensor("inlet", "rack", "inlet", high_warning=27, high_critical=32, **AT_ONCE)
            + sensor("outlet", "rack", "outlet", high_warning=40, **AT_ONCE))

    def database(self, state):
        return os.path.join(self.stage.folder_at(state), "envsensord.db")

    def ask(self, state, sql):
        database = sqlite3.connect(self.database(state))
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def schema(self, state):
        """Version, and how each table is made: white space does not count."""
        tables = self.ask(state, "SELECT name, sql FROM sqlite_schema ORDER BY name")
        return self.ask(state, "PRAGMA user_version"), [
            (name, re.sub(r"\s*([(),])\s*|\s+", r"\1 ", sql or "")) for name, sql in tables]

    def run_daemon(self, state):
        daemon = self.stage.daemon(self.config, state=state)
        daemon.await_master()
        self.manager.await_tables()
        for name in ("inlet", "outlet"):
            self.manager.await_sensor(name, quality=GOOD)
        return daemon

    def check(self, version):
        """What this version had is there; what it had not begins now."""
        sensors = self.manager.named()
        self.assertEqual((sensors["inlet"].index, sensors["outlet"].index), (INLET, OUTLET))
        self.assertEqual(self.manager.scalar("agentUuid"), UUID)
        self.assertEqual(sensors["outlet"].highWarning, 38000 if version >= 4 else 40000)
        alarm, = self.manager.rows("envsAlarmTable").values()
        self.assertEqual((alarm.sensor, alarm.severity), (INLET, CRITICAL))
        events = self.manager.rows("envsEventTable")
        kinds = [event.kind for event in events.values()]
        if version == 1:
            self.assertEqual(kinds, [AGENT_START, RAISE])
            return
        self.assertEqual((alarm.index, alarm.note, alarm.raisedSeq), (ALARM, b"fan ordered", 42))
        self.assertEqual(kinds, [AGENT_START, RAISE, *[CONFIG_CHANGE] * (version >= 4),
            AGENT_START])
        self.assertEqual(list(events)[:2], [41, 42])
        self.assertEqual(events[42].alarmId, ALARM)
        self.assertEqual(events[42].text,
            b"inlet is too high: 33.000 C has reached the critical limit 32.000 C.")
        if version >= 3:
            self.assertEqual(self.manager.rows("envsDeliveryTable")[DELIVERY].eventSeq, 42)
            self.assertGreaterEqual(self.manager.rows("envsChannelTable")[1].accepted, 22)

    def test_each_version_goes_on(self):
        self.run_daemon("new").stop_well()
        newest = self.schema("new")
        seen = []
        for version, sql in sorted(dumps()):
            with self.subTest(version=version):
                state = f"version-{version}"
                database = sqlite3.connect(self.database(state))
                database.executescript(sql)
                database.close()
                daemon = self.run_daemon(state)
                self.check(version)
                daemon.stop_well()
                self.assertEqual(self.schema(state), newest)
                seen.append(version)
        self.assertEqual(seen, list(range(1, len(seen) + 1)))
        self.assertGreaterEqual(len(seen), newest[0][0][0] - 1)

    def refused(self, state):
        """Its status and its only line."""
        daemon = self.stage.daemon(self.config, name="refused", state=state, wait=False)
        status = daemon.popen.wait(harness.WAIT_S)
        line, = daemon.log().splitlines()
        return status, line

    def test_one_from_the_future_is_refused_and_stays_as_it_is(self):
        self.run_daemon("future").stop_well()
        (newest,), = self.ask("future", "PRAGMA user_version")
        database = sqlite3.connect(self.database("future"))
        database.execute(f"PRAGMA user_version = {newest + 1}")
        database.close()
        with open(self.database("future"), "rb") as file:
            before = file.read()
        status, line = self.refused("future")
        self.assertEqual(status, 1)
        self.assertEqual(line, f"envsensord: error: {self.database('future')}: has schema version "
            f"{newest + 1}, made by a newer envsensord; this one knows {newest}")
        with open(self.database("future"), "rb") as file:
            self.assertEqual(file.read(), before)

    def test_a_second_daemon_says_who_was_first(self):
        first = self.run_daemon("shared")
        status, line = self.refused("shared")
        self.assertEqual(status, 1)
        self.assertEqual(line, "envsensord: error: "
            f"{self.stage.path('shared')}/lock: held by another instance, pid {first.pid}")
        reads = self.manager.named()["inlet"].reads
        harness.await_(lambda: self.manager.named()["inlet"].reads > reads, "the first one goes on")
        first.stop_well()
        stops = self.ask("shared", f"SELECT count(*) FROM event WHERE kind = {AGENT_STOP}")
        self.assertEqual(stops, [(1,)])


if __name__ == "__main__":
    harness.main()
