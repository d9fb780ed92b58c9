#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What happens is told by SNMP notification: what it carries, by trap and inform, in what order."""
import re

import harness
import traps
from harness import DOWN, GOOD, UP, await_, bus, sensor

(RAISE, ESCALATE, DEESCALATE, CLEAR, FAULT_RAISE, FAULT_CLEAR) = range(1, 7)  # EnvsKind
AGENT_START, AGENT_STOP, BUS_RAISE, BUS_CLEAR = 14, 15, 26, 27
ALARM, FAULT, AGENT = 1, 2, 4  # below envsNotifications

# Every sample counts.
AT_ONCE = {"on_delay": "0", "off_delay": "0", "min_samples": 1}

OBJECTS = ["envsEventSeq", "envsEventAlarmId", "envsAgentUuid", "envsEventTime", "envsEventSource",
    "envsEventKind", "envsEventSeverity", "envsEventPreviousSeverity", "envsEventValue",
    "envsEventLimit", "envsEventUnit", "envsEventReason", "envsEventText"]
OF_A_SENSOR = ["envsSensorSeverity", "envsSensorValueText"]


class NotifyTest(harness.SystemTest):
    mibs = None

    def begin(self, sink="trap"):
        """Two sensors that a script moves: a new script takes effect at the next read."""
        self.script(inlet="21.5", outlet="20")
        self.config = (bus("rack", "sim", self.stage.path("script"))
            + sensor("inlet", "rack", "inlet", high_warning=27, high_critical=32, **AT_ONCE)
            + sensor("outlet", "rack", "outlet", high_warning=40, **AT_ONCE))
        self.trapd = traps.Snmptrapd(self.stage, self.mibs)
        self.stage.sinks += self.trapd.sinks(sink)
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

    def event(self, seq):
        return self.manager.rows("envsEventTable")[seq]


class ByName(NotifyTest):
    """As a manager with our MIB sees them."""

    def setUp(self):
        super().setUp()
        self.mibs = traps.base_mibs()
        if self.mibs is None:
            self.skipTest("no base MIBs here: scripts/get-base-mibs brings them")

    def told(self):
        """Each once: what the master had no time to take before an end is told again."""
        told = {}
        for name, pairs in self.trapd.named():
            told.setdefault(pairs[0], (name, pairs))
        return list(told.values())

    def await_told(self, count):
        return await_(lambda: len(self.told()) >= count and self.told(),
            f"{count} notifications")

    def check(self, notification, name, instances, **values):
        """Names, order and instances of all; the values of some."""
        seq, sensor_index = instances
        objects = [f"{name}.{0 if name == 'envsAgentUuid' else seq}" for name in OBJECTS]
        if sensor_index:
            objects += [f"{name}.{sensor_index}" for name in OF_A_SENSOR]
        self.assertEqual(notification[0], name)
        self.assertEqual([pair[0] for pair in notification[1]], objects)
        seen = {pair[0].split(".")[0]: pair[1].split(": ", 1)[-1] for pair in notification[1]}
        self.assertEqual({key: seen[key] for key in values}, values)
        self.assertRegex(seen["envsEventTime"], r"^\d+-\d+-\d+,\d+:\d+:\d+\.\d,[+-]\d+:\d+$")
        self.assertEqual(seen["envsAgentUuid"], self.manager.scalar("agentUuid").decode())
        self.assertEqual(seen["envsEventSeq"], str(seq))

    def test_each_object_from_start_to_stop(self):
        self.begin()
        self.check(self.await_told(1)[0], "envsAgentNotification", (1, 0),
            envsEventAlarmId="0", envsEventSource="", envsEventKind="agentStart(14)",
            envsEventSeverity="ok(1)", envsEventPreviousSeverity="ok(1)", envsEventValue=".000",
            envsEventLimit=".000", envsEventUnit="", envsEventReason="",
            envsEventText="The agent has started; alarms that are active: 0.")
        inlet = self.manager.named()["inlet"].index
        self.script(inlet="33.1", outlet="20")
        self.check(self.await_told(2)[1], "envsAlarmNotification", (2, inlet),
            envsEventAlarmId="1", envsEventSource="inlet", envsEventKind="raise(1)",
            envsEventSeverity="critical(3)", envsEventPreviousSeverity="ok(1)",
            envsEventValue="33.100", envsEventLimit="32.000", envsEventUnit="C",
            envsEventReason="", envsEventText="inlet is too high: 33.100 C has reached the "
            "critical limit 32.000 C.", envsSensorSeverity="critical(3)",
            envsSensorValueText="33.100")
        self.script(inlet="deviceError", outlet="20")
        self.check(self.await_told(3)[2], "envsFaultNotification", (3, inlet),
            envsEventAlarmId="2", envsEventSource="inlet", envsEventKind="faultRaise(5)",
            envsEventSeverity="critical(3)", envsEventPreviousSeverity="ok(1)",
            envsEventReason="deviceError", envsSensorSeverity="unknown(4)",
            envsSensorValueText="")
        self.script(inlet="20", outlet="20")
        _, _, _, fault_clear, clear = self.await_told(5)
        self.check(fault_clear, "envsFaultNotification", (4, inlet), envsEventAlarmId="2",
            envsEventKind="faultClear(6)", envsEventSeverity="ok(1)",
            envsEventPreviousSeverity="critical(3)", envsSensorSeverity="critical(3)",
            envsSensorValueText="20.000")
        self.check(clear, "envsAlarmNotification", (5, inlet), envsEventAlarmId="1",
            envsEventKind="clear(4)", envsEventSeverity="ok(1)",
            envsEventPreviousSeverity="critical(3)", envsEventValue="20.000",
            envsEventText="inlet is normal again: 20.000 C.", envsSensorSeverity="ok(1)",
            envsSensorValueText="20.000")
        self.daemon.stop_well()
        self.start()
        *_, stop, start = self.await_told(7)
        self.check(stop, "envsAgentNotification", (6, 0), envsEventKind="agentStop(15)",
            envsEventText="The agent stops.")
        self.check(start, "envsAgentNotification", (7, 0), envsEventKind="agentStart(14)")
        self.assertEqual(len(self.told()), 7)

    def test_a_lost_bus_is_one_notification(self):
        self.begin()
        self.script(inlet="lost", outlet="lost")
        self.manager.await_bus("rack", state=DOWN)
        self.check(self.await_told(2)[1], "envsFaultNotification", (2, 0),
            envsEventSource="rack", envsEventKind="busRaise(26)", envsEventSeverity="critical(3)",
            envsEventText="Bus rack is lost, and all sensors on it with it.")
        self.script(inlet="20", outlet="20")
        self.manager.await_bus("rack", state=UP, seconds=120)
        self.manager.await_sensor("inlet", quality=GOOD)
        self.check(self.await_told(3)[2], "envsFaultNotification", (3, 0),
            envsEventSource="rack", envsEventKind="busClear(27)")
        self.daemon.stop_well()
        self.start()
        *_, stop, start = self.await_told(5)
        self.check(stop, "envsAgentNotification", (4, 0), envsEventKind="agentStop(15)")
        self.check(start, "envsAgentNotification", (5, 0), envsEventKind="agentStart(14)")
        self.assertEqual(len(self.told()), 5)


class Same(NotifyTest):
    def test_what_is_told_is_what_the_table_says(self):
        self.begin()
        self.script(inlet="33.1", outlet="-0.5")
        self.trapd.await_seqs([2])
        raised = next(told for told in self.trapd.received() if told.seq == 2)
        row = self.event(2)
        self.assertEqual(raised.kind, ALARM)
        columns = harness.column_names("envsEventTable")
        place = harness.table_oid("envsEventTable")
        told = {columns[int(match[1]) - 1]: varbind for varbind in raised.varbinds
            for match in [re.fullmatch(re.escape(place) + r"\.(\d+)\.2", varbind.oid)] if match}
        self.assertEqual({name: varbind.value for name, varbind in told.items()},
            {name: value for name, value in row.items() if name in told})
        self.assertEqual(len(told), len(OBJECTS) - 1)
        varbinds = {varbind.oid: varbind for varbind in self.manager.bulkwalk(place)}
        self.assertEqual({varbind.oid: varbind for varbind in told.values()},
            {varbind.oid: varbinds[varbind.oid] for varbind in told.values()})

    def await_in_order(self):
        """The master sends an inform again whose receiver is late to answer."""
        self.trapd.await_seqs([1, 2])
        self.assertEqual(list(dict.fromkeys(self.trapd.seqs())), [1, 2])

    def test_by_inform_too(self):
        self.begin("inform")
        self.script(inlet="33.1", outlet="20")
        self.await_in_order()

    def test_by_v3_with_privacy_too(self):
        self.begin("inform by v3")
        self.script(inlet="33.1", outlet="20")
        self.await_in_order()


if __name__ == "__main__":
    harness.main()
