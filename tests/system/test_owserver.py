#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""1-Wire behind the real owserver: its values in SNMP, and what becomes of them when it is gone,
hangs or is started again."""
import re
import signal
import subprocess
import sys

import harness
from harness import (BAD_ADDRESS, BAD_REPLY, BUS_DOWN, DEGRADED, DOWN, FAULT, GOOD, NO_REPLY, UP,
    await_, bus, full_pass_only, sensor)
from owserver import OWSERVER, Owserver

TESTER = "--tester=28,28,10,26,1D,20,29"
FAKE = ("--fake=28,28,10,22", "--temperature_low=15", "--temperature_high=30")

# name, address, quantity, value in thousandths: what --tester gives
FIXED = [
    ("probe 0", "28.000028D70000", "temperature", 4000),
    ("probe 1", "28.000028D70100/temperature", "temperature", 4100),
    ("old probe", "10.000010EF0200", "temperature", 1800),
    ("monitor", "26.000026D90300", "temperature", 4100),
    ("supply", "26.000026D90300/VAD", "voltage", 4100),
    ("humidity", "26.000026D90300/humidity", "humidity", 4100),
    ("counter", "1D.00001DE20400/counters.A", "other", 33000),
    ("volts", "20.000020DF0500/volt.A", "voltage", 3700),
    ("inputs", "29.000029D60600/sensed.BYTE", "other", 45000),
    ("door", "29.000029D60600/sensed.0", "contact", 1000),
]


class OwserverTest(harness.SystemTest):
    def start(self, *arguments, sensors=tuple(FIXED), **more):
        self.stage.snmpd()
        self.server = Owserver(self.stage, *arguments)
        self.daemon = self.stage.daemon(
            bus("attic", "owserver", f"127.0.0.1:{self.server.port}", **more)
            + "".join(sensor(name, "attic", address, quantity)
                for name, address, quantity, _ in sensors))
        self.daemon.await_master()

    def restart(self, *arguments):
        self.server = Owserver(self.stage, *arguments, port=self.server.port)

    def await_all(self, **cells):
        for name, _, _, value in FIXED:
            self.manager.await_sensor(name, quality=GOOD, value=value, **cells)

    def assert_no_wrong_value(self):
        """Neither now nor at any time before."""
        rows = self.manager.named()
        for name, _, _, value in FIXED:
            row = rows[name]
            self.assertIn(row.value, (value, None), name)
            self.assertEqual((row.lastGoodValue, row.minimum, row.maximum), (value,) * 3, name)


class Values(OwserverTest):
    def test_all_numbers_are_served(self):
        self.start(TESTER)
        self.await_all()
        row = self.manager.named()["supply"]
        self.assertEqual((row.hardwareId, row.unit), (b"26.000026D90300", b"V"))
        self.assertEqual(self.manager.buses()["attic"].state, UP)
        self.assert_no_wrong_value()

    @full_pass_only
    def test_one_connection_is_kept(self):
        self.start(TESTER)
        self.await_all()
        kept = await_(self.server.connections, "a connection")
        self.assertEqual(len(kept), 1, kept)
        before = self.manager.buses()["attic"].requests
        await_(lambda: self.manager.buses()["attic"].requests > before + 50, "more requests")
        await_(lambda: self.server.connections() == kept, "still this connection")

    @full_pass_only
    def test_a_server_that_keeps_none_gives_the_same(self):
        self.start(TESTER, "--no_persistence", "--pingcrazy", "--Fahrenheit")
        self.await_all()
        self.assert_no_wrong_value()

    @full_pass_only
    def test_what_a_scan_prints_can_be_read(self):
        """Ids that nobody can foresee, and random values in a range."""
        self.stage.snmpd()
        self.server = Owserver(self.stage, *FAKE)
        attic = bus("attic", "owserver", f"127.0.0.1:{self.server.port}", options="uncached")
        scan = subprocess.run([harness.PROGRAM, "--config", self.stage.write("scan.conf", attic),
            "--scan", "attic"], capture_output=True, text=True, timeout=60, check=True).stdout
        addresses = re.findall(r'address = "([^"]+)"', scan)
        self.assertEqual(sorted(address[:2] for address in addresses), ["10", "22", "28", "28"])
        self.stage.daemon(attic + scan).await_master()
        for address in addresses:
            self.manager.await_sensor(address, quality=GOOD)
        await_(lambda: min(row.reads for row in self.manager.named().values()) > 20, "20 reads")
        for row in self.manager.named().values():
            self.assertGreaterEqual(row.minimum, 15000)
            self.assertLessEqual(row.maximum, 30000)
            self.assertLess(row.minimum, row.maximum)
            self.assertEqual(row.errors, 0)


class Troubles(OwserverTest):
    def test_a_server_that_is_gone_is_a_bus_that_is_down_until_it_is_back(self):
        self.start(TESTER)
        self.await_all()
        for times in (1, 2):
            self.server.kill()
            self.manager.await_sensor("probe 0", quality=FAULT, faultReason=BUS_DOWN)
            row = self.manager.await_bus("attic", state=DOWN)
            self.assertIn(str(self.server.port).encode(), row.lastError)
            self.assert_no_wrong_value()
            self.restart(TESTER)
            self.await_all()
            self.assertEqual(self.manager.await_bus("attic", state=UP).reopens, times)
        self.assert_no_wrong_value()

    @full_pass_only
    def test_a_server_that_is_there_later_is_found(self):
        self.start(TESTER)
        self.await_all()
        self.daemon.stop_well()
        self.server.kill()
        with open(self.daemon.config, encoding="utf-8") as config:
            self.daemon = self.stage.daemon(config.read(), name="again")
        self.manager.await_sensor("probe 0", quality=FAULT, faultReason=BUS_DOWN)
        self.restart(TESTER)
        self.await_all()

    def test_a_server_that_hangs_is_silent_and_nobody_gets_its_late_answers(self):
        self.start(TESTER, timeout="300ms")
        self.await_all()
        self.server.signal(signal.SIGSTOP)
        for name, _, _, _ in FIXED:
            self.manager.await_sensor(name, quality=FAULT, faultReason=NO_REPLY)
        self.manager.await_bus("attic", state=DEGRADED)
        self.assert_no_wrong_value()
        self.server.signal(signal.SIGCONT)
        self.await_all()
        self.assert_no_wrong_value()
        self.manager.await_bus("attic", state=UP)

    @full_pass_only
    def test_the_daemon_ends_in_time_while_the_server_hangs(self):
        self.start(TESTER, timeout="300ms")
        self.await_all()
        self.server.signal(signal.SIGSTOP)
        self.manager.await_sensor("probe 0", quality=FAULT, faultReason=NO_REPLY)
        self.assertEqual(self.daemon.stop(harness.STOP_S), 0)

    @full_pass_only
    def test_each_sensor_has_its_own_fault(self):
        self.start(TESTER, sensors=[*FIXED,
            ("nobody", "28.0000FFFFFFFF", "temperature", None),
            ("no such", "28.000028D70000/no_such", "temperature", None),
            ("words", "28.000028D70100/type", "temperature", None)])
        self.manager.await_sensor("nobody", quality=FAULT, faultReason=NO_REPLY)
        self.manager.await_sensor("no such", quality=FAULT, faultReason=BAD_ADDRESS)
        self.manager.await_sensor("words", quality=FAULT, faultReason=BAD_REPLY)
        self.await_all(errors=0)
        row = self.manager.await_bus("attic", state=DEGRADED)
        self.assertIn(b"28.0000FFFFFFFF", row.lastError)
        self.assert_no_wrong_value()


if __name__ == "__main__":
    if OWSERVER is None:
        print("skipped: no owserver here")
        sys.exit(77)
    harness.main()
