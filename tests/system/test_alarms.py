#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A limit is crossed: alarm, events and counts over SNMP, the same after kill -9."""
import harness
from harness import DOWN, GOOD, UP, await_, bus, sensor

OK, WARNING, CRITICAL = 1, 2, 3  # EnvsSeverity
RAISE, ESCALATE, CLEAR, FAULT_RAISE, FAULT_CLEAR = 1, 2, 4, 5, 6  # EnvsKind
AGENT_START, AGENT_STOP, CONFIG_CHANGE, BUS_RAISE, BUS_CLEAR = 14, 15, 23, 26, 27
LIMIT, FAULT_ALARM, BUS_ALARM = 1, 2, 4  # envsAlarmKind
HIGH_CRITICAL = 5  # EnvsZone
BY_PARENT = 4  # envsSensorSuppression

# Every sample counts.
AT_ONCE = {"on_delay": "0", "off_delay": "0", "min_samples": 1}


class AlarmTest(harness.SystemTest):
    def begin(self, **more):
        """One sensor that a script moves: a new script takes effect at the next read."""
        self.script(inlet="21.5", outlet="20")
        self.config = (bus("rack", "sim", self.stage.path("script"))
            + sensor("inlet", "rack", "inlet", high_warning=27, high_critical=32,
                **{**AT_ONCE, **more})
            + sensor("outlet", "rack", "outlet", high_warning=40, **AT_ONCE))
        self.stage.snmpd()
        self.start()
        self.manager.await_sensor("outlet", quality=GOOD)

    def start(self):
        self.daemon = self.stage.daemon(self.config)
        self.daemon.await_master()
        self.manager.await_tables()

    def script(self, **words):
        self.stage.write("script",
            "".join(f"{name} {word}\n" for name, word in words.items()))

    def alarms(self):
        return list(self.manager.rows("envsAlarmTable").values())

    def events(self):
        """In order; the sequence has no gap and is what the scalars say."""
        rows = self.manager.rows("envsEventTable")
        first = self.manager.cell("envsEvent", "firstSeq")
        self.assertEqual(list(rows), list(range(first, first + len(rows))))
        self.assertEqual([row.seq for row in rows.values()], list(rows))
        return list(rows.values())

    def kinds(self):
        return [event.kind for event in self.events()]

    def await_kinds(self, *kinds):
        await_(lambda: self.kinds() == list(kinds) or None, f"events {kinds}")

    def state(self):
        """All that a restart must not change."""
        stays = ("index", "sensor", "source", "kind", "severity", "zone", "raisedTime",
            "raisedSeq", "limit", "state", "text")
        return [{key: row.get(key) for key in stays} for row in self.alarms()]


class Limits(AlarmTest):
    def test_from_raise_to_clear(self):
        self.begin()
        self.assertEqual(self.kinds(), [AGENT_START])
        self.assertEqual(self.alarms(), [])
        self.assertEqual(self.manager.cell("envsEvent", "maximum"), 10000)
        self.script(inlet="28", outlet="20")
        self.await_kinds(AGENT_START, RAISE)
        self.script(inlet="33.1", outlet="20")
        self.await_kinds(AGENT_START, RAISE, ESCALATE)
        alarm, = self.alarms()
        self.assertEqual((alarm.source, alarm.kind, alarm.severity, alarm.zone, alarm.raisedSeq,
            alarm.value, alarm.peak, alarm.limit, alarm.state, alarm.action),
            (b"inlet", LIMIT, CRITICAL, HIGH_CRITICAL, 2, 33100, 33100, 32000, 1, 1))
        self.assertEqual(alarm.text,
            b"inlet is too high: 33.100 C has reached the critical limit 32.000 C.")
        row = self.manager.named()["inlet"]
        self.assertEqual((row.severity, row.zone), (CRITICAL, HIGH_CRITICAL))
        self.assertEqual([self.manager.scalar(name) for name in ("alarmActiveCount",
            "alarmUnacknowledgedCount", "overallSeverity", "eventLastSeq")], [1, 1, CRITICAL, 3])
        await_(lambda: self.manager.scalar("storageState") == 1, "a disk that is quick enough")
        self.script(inlet="20", outlet="20")
        self.await_kinds(AGENT_START, RAISE, ESCALATE, CLEAR)
        self.assertEqual(self.alarms(), [])
        event = self.events()[-1]
        self.assertEqual((event.alarmId, event.severity, event.previousSeverity, event.value,
            event.unit, event.text), (alarm.index, OK, CRITICAL, 20000, b"C",
            b"inlet is normal again: 20.000 C."))
        self.assertEqual(self.manager.scalar("overallSeverity"), OK)

    def test_kill_9_neither_repeats_nor_forgets(self):
        self.begin()
        self.script(inlet="33", outlet="20")
        self.await_kinds(AGENT_START, RAISE)
        before, events = self.state(), self.events()
        self.daemon.kill()
        self.start()
        self.manager.await_sensor("inlet", quality=GOOD, zone=HIGH_CRITICAL)
        self.assertEqual(self.state(), before)
        self.assertEqual(self.kinds(), [AGENT_START, RAISE, AGENT_START])
        self.assertEqual(self.events()[:2], events)
        self.daemon.kill()
        self.script(inlet="20", outlet="20")
        self.start()
        self.await_kinds(AGENT_START, RAISE, AGENT_START, AGENT_START, CLEAR)
        self.assertEqual(self.events()[-1].reason, b"during_downtime")
        self.assertEqual(self.events()[-1].alarmId, before[0]["index"])
        self.daemon.stop_well()
        self.start()
        self.await_kinds(AGENT_START, RAISE, AGENT_START, AGENT_START, CLEAR, AGENT_STOP,
            AGENT_START)

    def test_a_limit_that_is_taken_away_clears(self):
        self.begin()
        self.script(inlet="33", outlet="20")
        self.await_kinds(AGENT_START, RAISE)
        self.stage.write("envsensord.conf", bus("rack", "sim", self.stage.path("script"))
            + sensor("outlet", "rack", "outlet", high_warning=40, **AT_ONCE))
        self.daemon.reload()
        self.await_kinds(AGENT_START, RAISE, CONFIG_CHANGE, CLEAR)
        self.assertEqual(self.events()[-1].reason, b"configChange")
        self.assertEqual(self.events()[-1].source, b"inlet")
        self.assertEqual(self.alarms(), [])


class Faults(AlarmTest):
    def test_a_fault_freezes_the_zone(self):
        self.begin()
        self.script(inlet="33", outlet="20")
        self.await_kinds(AGENT_START, RAISE)
        self.script(inlet="deviceError", outlet="20")
        self.await_kinds(AGENT_START, RAISE, FAULT_RAISE)
        self.assertEqual(self.events()[-1].reason, b"deviceError")
        self.assertEqual([alarm.kind for alarm in self.alarms()], [LIMIT, FAULT_ALARM])
        row = self.manager.named()["inlet"]
        self.assertEqual((row.zone, row.severity), (HIGH_CRITICAL, 4))
        self.script(inlet="33", outlet="20")
        self.await_kinds(AGENT_START, RAISE, FAULT_RAISE, FAULT_CLEAR)

    def test_a_lost_bus_is_one_alarm(self):
        self.begin()
        self.script(inlet="lost", outlet="lost")
        self.manager.await_bus("rack", state=DOWN)
        self.await_kinds(AGENT_START, BUS_RAISE)
        alarm, = self.alarms()
        self.assertEqual((alarm.source, alarm.kind, alarm.sensor), (b"rack", BUS_ALARM, 0))
        self.manager.await_sensor("inlet", suppression=BY_PARENT)
        self.script(inlet="20", outlet="20")
        self.manager.await_bus("rack", state=UP, seconds=120)
        self.manager.await_sensor("inlet", quality=GOOD)
        self.await_kinds(AGENT_START, BUS_RAISE, BUS_CLEAR)
        self.assertEqual(self.alarms(), [])


if __name__ == "__main__":
    harness.main()
