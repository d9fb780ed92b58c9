#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Notifications while the world breaks: the master goes, hangs, is restarted; kill -9 in a storm.

Nothing is lost, nothing has two numbers, and what may have arrived comes at most once more for each
attempt whose answer is missing.
"""
import collections
import os
import random
import shutil
import signal
import sqlite3
import time

import harness
import traps
from harness import GOOD, IS_LONG, await_, bus, full_pass_only, sensor

SEED = 3433
RESTARTS = 200 if IS_LONG else 20
KILLS = 5000 if IS_LONG else 20
HANG_S = 20 if IS_LONG else 4
LATER_S = 180  # for what a master that hung, a retry, or the pace puts off

RAISE, ESCALATE, DEESCALATE, CLEAR = 1, 2, 3, 4  # EnvsKind
OK, WARNING, CRITICAL = 1, 2, 3  # EnvsSeverity
ZONES = {OK: 3, WARNING: 4, CRITICAL: 5}  # EnvsZone: of sensors that have high limits alone
SNMP = 1  # EnvsChannel
AT_ONCE = {"on_delay": "0", "off_delay": "0", "min_samples": 1}

# From high warning to high critical and back at each read: a sensor that does not clear never
# chatters.
STORM = "28 33 repeat"
CALM = "28"

Event = collections.namedtuple("Event", "seq kind alarm severity previous zone_from zone_to")


class DeliveryTest(harness.SystemTest):
    def begin(self, sensors, poll_interval, word=CALM):
        self.names = [f"s{number:02d}" for number in range(1, sensors + 1)]
        self.write_script(word)
        self.config = "delivery { down-after = 1h }\n"  # however long a master is away here
        self.config += bus("rack", "sim", self.stage.path("script"), poll_interval=poll_interval)
        self.config += "".join(sensor(name, "rack", name, high_warning=27, high_critical=32,
            **AT_ONCE) for name in self.names)
        self.trapd = traps.Snmptrapd(self.stage)
        self.stage.sinks += self.trapd.sinks()
        self.stage.snmpd()
        self.start()
        self.manager.await_sensor(self.names[-1], quality=GOOD)

    def start(self, wait=True):
        self.daemon = self.stage.daemon(self.config, wait=wait)

    def write_script(self, word):
        self.stage.write("script", "".join(f"{name} {word}\n" for name in self.names))

    def calm_down(self):
        """The end of a storm: each sensor has found that it is calm, and nothing more happens."""
        self.write_script(CALM)
        before = await_(self.least_reads, "the sensors are served")
        await_(lambda: self.least_reads() >= before + 2, "it is calm")

    def least_reads(self):
        """Of the sensor that was read least; 0 while not all are served."""
        rows = self.manager.try_named()
        return min(rows[name].reads if name in rows else 0 for name in self.names)

    # ---- what is on the disk ----

    def database(self):
        """A copy: to look at the files themselves would be to write to them."""
        copy = self.stage.folder_at("copy")
        for end in ("", "-wal"):
            source = os.path.join(self.stage.path("state"), "envsensord.db" + end)
            target = os.path.join(copy, "envsensord.db" + end)
            if os.path.exists(source):
                shutil.copyfile(source, target)
            elif os.path.exists(target):
                os.unlink(target)
        return sqlite3.connect(os.path.join(copy, "envsensord.db"))

    def stored_events(self, behind=0):
        with self.database() as database:
            rows = database.execute("SELECT seq, kind, alarm, severity, previous_severity, "
                "zone_from, zone_to FROM event WHERE seq > ? ORDER BY seq", (behind,)).fetchall()
        database.close()
        return [Event(*row) for row in rows]

    def await_stored(self, count):
        """While the daemon writes a copy may be of two moments; then it is made again."""
        def look():
            try:
                return len(self.stored_events()) >= count
            except (sqlite3.DatabaseError, FileNotFoundError):
                return False
        await_(look, f"{count} events on the disk")

    # ---- what is true at the end ----

    def await_told(self, seconds=LATER_S):
        """Until nothing is under way any more; all events that are to be told have come."""
        await_(lambda: self.manager.cell("envsDelivery", "usefulFor"), "the last table is served")
        await_(lambda: self.manager.scalar("deliveryPending") == 0, "the queue is empty", seconds)
        wanted = list(self.manager.rows("envsEventTable"))
        self.trapd.await_seqs(wanted)
        return wanted

    def check_order(self):
        seqs = self.trapd.seqs()
        self.assertEqual(list(dict.fromkeys(seqs)), sorted(set(seqs)))

    def repeats(self):
        return len(self.trapd.seqs()) - len(set(self.trapd.seqs()))

    def in_doubt(self):
        return self.manager.cell("envsChannelTable", "inDoubt", SNMP)

    def check_alarms(self, severities):
        """The event log, replayed, is the live table."""
        live = {index: row.severity for index, row in self.manager.rows("envsAlarmTable").items()}
        self.assertEqual(live, severities)


class Replay:
    """Goes through the event log: is each event the next after the one before?"""

    def __init__(self, test):
        self.test = test
        self.last = 0
        self.severities, self.zones, self.raised = {}, {}, set()

    def take(self, events):
        for event in events:
            self.test.assertEqual(event.seq, self.last + 1, "a gap in the sequence")
            self.last = event.seq
            if event.alarm == 0:
                continue
            if event.kind == RAISE:
                self.test.assertNotIn(event.alarm, self.raised, f"raised twice: {event}")
                self.raised.add(event.alarm)
            before = self.severities.get(event.alarm, OK)
            self.test.assertEqual(event.previous, before, f"something is missing before {event}")
            self.test.assertEqual(event.zone_from, self.zones.get(event.alarm, 3))
            self.severities[event.alarm] = event.severity
            self.zones[event.alarm] = event.zone_to
            if event.severity == OK:
                del self.severities[event.alarm]


class Away(DeliveryTest):
    def test_what_happens_while_the_master_is_away_comes_later_in_order_and_once(self):
        self.begin(1, "100ms", "20")
        self.trapd.await_seqs([1])
        self.stage.master.stop()
        self.daemon.await_log("is gone")
        self.write_script("28 33 28 20 28")
        self.await_stored(6)
        self.assertEqual(self.trapd.seqs(), [1])
        self.stage.snmpd()
        self.trapd.await_seqs(range(1, 7), LATER_S)
        self.await_told()
        self.assertEqual(self.trapd.seqs(), [1, 2, 3, 4, 5, 6])
        kinds = harness.cell_oid("envsEventTable", "kind", "")
        self.assertEqual([varbind.value for notification in self.trapd.received()[1:]
            for varbind in notification.varbinds if varbind.oid.startswith(kinds)],
            [RAISE, ESCALATE, DEESCALATE, CLEAR, RAISE])

    def test_what_happened_before_a_master_came_is_told_when_it_comes(self):
        self.begin(1, "100ms", "20")
        self.trapd.await_seqs([1])
        self.daemon.stop_well()
        self.stage.master.stop()
        self.write_script("28")
        self.start()
        self.await_stored(4)
        self.stage.snmpd()
        self.trapd.await_seqs(range(1, 5), LATER_S)
        self.await_told()
        self.check_order()


@full_pass_only
class Restarted(DeliveryTest):
    def test_none_is_lost_over_restarts_of_the_master(self):
        luck = random.Random(SEED)
        self.begin(8, "500ms")
        self.write_script(STORM)
        for round_ in range(1, RESTARTS + 1):
            if round_ % 2 == 0:  # what it does not answer any more
                self.stage.master.signal(signal.SIGSTOP)
                time.sleep(0.6)
            self.stage.master.kill()
            self.stage.snmpd()
            self.manager.await_sensor(self.names[-1])
            time.sleep(luck.uniform(0, 0.5))
        self.calm_down()
        self.await_told()
        self.check_order()
        repeats = collections.Counter(self.trapd.seqs())
        self.assertLessEqual(max(repeats.values()) - 1, RESTARTS)
        self.assertLessEqual(self.repeats(), self.in_doubt())


@full_pass_only
class Hung(DeliveryTest):
    def test_a_master_that_hangs_brings_no_copies_and_holds_nothing_up(self):
        self.begin(10, "100ms", "20")
        self.trapd.await_seqs([1])
        self.stage.master.signal(signal.SIGSTOP)
        self.write_script("28")
        self.await_stored(11)
        time.sleep(HANG_S)
        self.write_script("33")
        self.await_stored(21)
        self.stage.master.signal(signal.SIGCONT)
        self.trapd.await_seqs(range(1, 22), LATER_S)
        self.await_told()
        self.check_order()
        copies = max(collections.Counter(self.trapd.seqs()).values())
        self.assertLessEqual(copies, 2 if self.in_doubt() else 1)
        self.assertLessEqual(self.repeats(), self.in_doubt())


@full_pass_only
class Killed(DeliveryTest):
    def check_disk(self, replay):
        """As kill -9 left it."""
        with self.database() as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        database.close()
        replay.take(self.stored_events(replay.last))

    def check_told(self, numbers):
        """What was told is stored, and always was the same."""
        for notification in self.trapd.received()[sum(numbers[1].values()):]:
            numbers[1][notification.seq] += 1
            said = [varbind.value for varbind in notification.varbinds]
            self.assertEqual(numbers[0].setdefault(notification.seq, said), said)

    def test_kill_9_in_a_storm_loses_nothing(self):
        luck = random.Random(SEED)
        self.begin(32, "640ms")
        self.write_script(STORM)
        replay, numbers = Replay(self), ({}, collections.Counter())
        for _ in range(KILLS):
            time.sleep(luck.uniform(0.05, 1))
            self.daemon.kill()
            self.check_disk(replay)
            self.check_told(numbers)
            self.assertLessEqual(max(numbers[1], default=0), replay.last)
            self.start(wait=False)
        self.calm_down()
        wanted = self.await_told()
        replay.take([Event(row.seq, row.kind, row.alarmId, row.severity, row.previousSeverity,
            ZONES[row.previousSeverity], ZONES[row.severity])
            for seq, row in self.manager.rows("envsEventTable").items() if seq > replay.last])
        self.check_alarms(replay.severities)
        self.check_told(numbers)
        self.assertEqual(sorted(numbers[1])[-len(wanted):], wanted)
        self.assertLessEqual(self.repeats(), self.in_doubt())


if __name__ == "__main__":
    harness.main()
