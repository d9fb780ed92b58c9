#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A disk that is full, read-only or spoilt: alarms go on over SNMP, and nothing is missing later.

The disks are small ones in memory, mounted where nobody else sees them: the test runs itself again
in a mount namespace of its own.
"""
import glob
import os
import subprocess

import harness
import namespace
from harness import GOOD, await_, bus, sensor

OK, FAILED = 1, 3  # envsStorageState
WARNING = 2  # EnvsSeverity
RAISE, CLEAR, AGENT_START, STORAGE_TROUBLE, STORAGE_OK = 1, 4, 14, 20, 21  # EnvsKind
STORAGE_ALARM = 6  # envsAlarmKind

LATER_S = 60  # for what has to be tried again

AT_ONCE = {"on_delay": "0", "off_delay": "0", "min_samples": 1, "high_warning": 27}


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


class DiskTest(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.disk = self.stage.folder_at("state")
        mount("-t", "tmpfs", "-o", "size=1m,mode=700", "disk", self.disk)
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=False)
        self.names = ["inlet"]
        self.script(20)
        self.stage.snmpd()
        self.daemon = None

    def config(self):
        return bus("rack", "sim", self.stage.path("script")) + "".join(
            sensor(name, "rack", name, **AT_ONCE) for name in self.names)

    def script(self, value):
        self.stage.write("script", "".join(f"{name} {value}\n" for name in self.names))

    def start(self):
        self.daemon = self.stage.daemon(self.config())
        self.daemon.await_master()
        self.manager.await_tables()
        self.manager.await_sensor(self.names[-1], quality=GOOD)

    def restart(self):
        self.daemon.kill()
        self.start()

    def fill(self):
        with open(os.path.join(self.disk, "filler"), "wb", buffering=0) as file:
            for size in (65536, 1):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError:
                    pass

    def empty(self):
        os.unlink(os.path.join(self.disk, "filler"))

    def set_read_only(self, is_read_only):
        """The rest stays; the ids of an ordinary user, which the kernel tells, it would refuse."""
        mount("--options-mode", "ignore", "-o", "remount," + ("ro" if is_read_only else "rw"),
            self.disk)

    def await_storage(self, state):
        await_(lambda: self.manager.scalar("storageState") == state or None,
            f"storageState {state}", LATER_S)

    def events(self):
        """The sequence has no gap."""
        rows = self.manager.rows("envsEventTable")
        first = self.manager.cell("envsEvent", "firstSeq")
        self.assertEqual(list(rows), list(range(first, first + len(rows))))
        return list(rows.values())

    def kinds(self):
        return [event.kind for event in self.events()]

    def await_well(self):
        """The storage is ok and that is told, too."""
        self.await_storage(OK)

        def is_told():
            kinds = self.kinds()
            return 0 < kinds.count(STORAGE_OK) == kinds.count(STORAGE_TROUBLE)
        await_(is_told, "storageOk")
        self.assertNotIn(STORAGE_ALARM, self.alarms())

    def alarms(self):
        return {row.kind: row for row in self.manager.rows("envsAlarmTable").values()}

    def toggle_until_failed(self):
        """What lies in the log of the database already can be written once more."""
        values = [33, 20]

        def is_failed():
            self.script(values[0])
            self.manager.await_sensor("inlet", value=values[0] * 1000)
            values.reverse()
            return self.manager.scalar("storageState") == FAILED
        await_(is_failed, "storageState failed", 5 * LATER_S)


class Full(DiskTest):
    def test_alarms_go_on_and_are_stored_later(self):
        self.start()
        self.fill()
        self.toggle_until_failed()
        self.script(20)  # what was raised last may have been stored, and only its delivery was not
        self.manager.await_sensor("inlet", value=20000)
        self.script(33)
        self.manager.await_sensor("inlet", value=33000, severity=WARNING)
        alarms = self.alarms()
        self.assertEqual(alarms[STORAGE_ALARM].text, b"The database cannot be written.")
        self.assertEqual(alarms[1].raisedSeq, 0)
        self.assertEqual(self.manager.scalar("overallSeverity"), WARNING)
        self.empty()
        self.await_well()
        events = self.events()
        self.assertEqual([kind for kind in self.kinds()
            if kind in (STORAGE_TROUBLE, STORAGE_OK)], [STORAGE_TROUBLE, STORAGE_OK])
        limits = [kind for kind in self.kinds() if kind in (RAISE, CLEAR)]
        self.assertEqual(limits, ([RAISE, CLEAR] * len(limits))[:len(limits)])
        self.assertEqual(limits[-1], RAISE)
        self.restart()
        self.assertEqual([event.seq for event in self.events()][:len(events)],
            [event.seq for event in events])
        self.assertGreater(self.alarms()[1].raisedSeq, 0)

    def test_nothing_can_be_written_at_the_first_start(self):
        self.fill()
        self.start()
        self.assertEqual(self.manager.scalar("storageState"), FAILED)
        index = self.manager.named()["inlet"].index
        uuid = self.manager.scalar("agentUuid")
        self.script(33)
        self.manager.await_sensor("inlet", severity=WARNING)
        self.empty()
        self.await_well()
        self.restart()
        self.assertEqual(self.manager.scalar("agentUuid"), uuid)
        self.assertEqual(self.manager.named()["inlet"].index, index)
        self.assertEqual(self.kinds(),
            [AGENT_START, STORAGE_TROUBLE, RAISE, STORAGE_OK, AGENT_START])


class ReadOnly(DiskTest):
    def check_start(self, with_history):
        """A new name gets an index that holds; all that was is there."""
        index = self.manager.named()["outlet"].index
        self.assertEqual(self.manager.scalar("storageState"), FAILED)
        self.script(33)
        for name in self.names:
            self.manager.await_sensor(name, severity=WARNING)
        second = self.stage.daemon(self.config(), name="second", wait=False)
        self.assertNotEqual(second.popen.wait(LATER_S), 0)
        self.assertIn("held by another instance", second.log())
        before = self.events() if with_history else []
        self.set_read_only(False)
        self.await_well()
        self.assertEqual(self.kinds()[len(before):],
            [AGENT_START, STORAGE_TROUBLE, *[RAISE] * (1 if with_history else 2), STORAGE_OK])
        self.restart()
        self.assertEqual(self.manager.named()["outlet"].index, index)
        self.assertEqual(len(self.alarms()), 1)

    def test_a_start_goes_on_from_what_can_be_read(self):
        self.start()
        self.script(33)
        self.manager.await_sensor("inlet", severity=WARNING)
        self.daemon.kill()
        self.set_read_only(True)
        self.names.append("outlet")
        self.stage.write("script", "inlet 33\noutlet 20\n")
        self.start()
        self.assertEqual(self.manager.named()["inlet"].index, 1)
        self.assertEqual(self.kinds(), [AGENT_START, RAISE])
        self.check_start(with_history=True)

    def test_a_start_after_an_end_in_order(self):
        self.start()
        self.daemon.stop_well()
        self.set_read_only(True)
        self.names.append("outlet")
        self.script(20)
        self.start()
        self.assertEqual(self.manager.scalar("storageState"), FAILED)
        self.set_read_only(False)
        self.await_well()

    def test_a_start_in_an_empty_folder(self):
        self.set_read_only(True)
        self.names.append("outlet")
        self.script(20)
        self.start()
        self.check_start(with_history=False)


class Damaged(DiskTest):
    def damage(self):
        with open(os.path.join(self.disk, "envsensord.db"), "r+b") as file:
            file.write(b"It was a dark and stormy night.")

    def test_it_is_set_aside_and_told(self):
        self.start()
        uuid = self.manager.scalar("agentUuid")
        self.daemon.kill()
        for path in glob.glob(os.path.join(self.disk, "*-wal")):
            os.unlink(path)
        self.damage()
        self.start()
        self.assertIn("set aside as envsensord.db.damaged-", self.daemon.log())
        self.assertNotEqual(self.manager.scalar("agentUuid"), uuid)
        self.await_well()
        self.assertEqual(self.kinds(), [AGENT_START, STORAGE_TROUBLE, STORAGE_OK])
        self.assertEqual(self.events()[-1].text,
            b"The database has begun anew; what was stored before is lost.")
        self.assertEqual(len(glob.glob(os.path.join(self.disk, "*.damaged-*Z"))), 1)
        self.assertEqual(self.manager.scalar("storageState"), OK)


if __name__ == "__main__":
    namespace.run_inside("mount")
    harness.main()
