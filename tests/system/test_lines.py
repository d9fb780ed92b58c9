#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Whole lines in trouble: lost and back, late answers, a dead unit among the living."""
import fcntl
import math
import os
import signal
import threading
import time

import harness
from harness import (BUS_DOWN, DOWN, FAULT, GOOD, NO_REPLY, UP, await_, bus, free_tcp_port,
    full_pass_only, sensor)

ROM = "28-000005e2fdc3"
TIMEOUT_MS = 2000  # the line is silent for as long after it: the slave misses none by chance
DELAY_MS = 60  # of each answer, so that nearly always one is under way
SOON = "late {} 2500"  # in the silence: costs the others nothing
LATER = "behind {} 1"  # after it, into somebody else's request
GATEWAY = "late {} 4060"  # into the look at the new connection that ends the silence


class LineTest(harness.SystemTest):
    def start(self, config):
        self.stage.snmpd()
        self.daemon = self.stage.daemon(config)
        self.daemon.await_master()

    def assert_untouched(self, name, value):
        row = self.manager.named()[name]
        self.assertEqual((row.quality, row.value, row.errors), (GOOD, value, 0), name)


@full_pass_only
class Buses(LineTest):
    """A bus is lost and comes back; another one goes on."""

    def start_two(self, lost):
        self.steady = harness.ModbusSlave(self.stage, "--tcp", "0", name="steady")
        self.start(lost + bus("steady", "modbus-tcp", f"127.0.0.1:{self.steady.port}")
            + sensor("steady", "steady", "1:holding:1:int16", gain="0.01"))
        self.manager.await_sensor("lost", quality=GOOD, value=20100)
        self.manager.await_sensor("steady", quality=GOOD)

    def await_down(self):
        self.manager.await_sensor("lost", quality=FAULT, faultReason=BUS_DOWN)
        row = self.manager.await_bus("lost", state=DOWN)
        self.assertNotEqual(row.lastError, b"")
        self.assertIn('warning: bus "lost": ', self.daemon.log())
        self.steady.await_requests(5, "the other bus goes on")
        self.assert_untouched("steady", 20010)
        return row

    def await_back(self):
        self.manager.await_sensor("lost", quality=GOOD, value=20100)
        row = self.manager.await_bus("lost", state=UP)
        self.assertIn('bus "lost": ', self.daemon.log().rpartition("is open again")[0])
        self.assert_untouched("steady", 20010)
        return row

    def test_a_pulled_adapter_is_down_until_it_is_back(self):
        line = harness.SerialLine(self.stage, "line")
        self.start_two(bus("lost", "modbus-rtu", line.path)
            + sensor("lost", "lost", "1:holding:10:int16", gain="0.01"))
        self.assertEqual(self.manager.buses()["lost"].reopens, 0)
        for times in (1, 2):
            line.pull()
            self.await_down()
            line.plug()
            self.assertEqual(self.await_back().reopens, times)

    def test_an_adapter_that_is_not_there_at_the_start_is_found_later(self):
        line = harness.SerialLine(self.stage, "line")
        line.pull()
        self.start(bus("lost", "modbus-rtu", line.path)
            + sensor("lost", "lost", "1:holding:10:int16", gain="0.01"))
        self.manager.await_bus("lost", state=DOWN)
        self.manager.await_sensor("lost", quality=FAULT, faultReason=BUS_DOWN)
        line.plug()
        self.manager.await_sensor("lost", quality=GOOD, value=20100)

    @staticmethod
    def on_bus(name, path):
        """Whoever had the line has 3 s to let go of it."""
        return (bus(name, "modbus-rtu", path, timeout="2s")
            + sensor("a", name, "1:holding:10:int16", gain="0.01"))

    def test_a_bus_under_another_name_takes_its_line_over(self):
        line = harness.SerialLine(self.stage, "line")
        self.start(self.on_bus("before", line.path))
        self.manager.await_bus("before", state=UP)
        self.stage.write("envsensord.conf", self.on_bus("behind", line.path))
        self.daemon.signal(signal.SIGHUP)
        row = self.manager.await_bus("behind", state=UP)
        self.assertEqual((row.reopens, row.lastError), (0, b""))
        self.assertNotIn("in use", self.daemon.log())

    def test_a_line_that_another_program_keeps_is_down_until_it_is_free(self):
        line = harness.SerialLine(self.stage, "line")
        with open(line.path, "rb", buffering=0) as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            self.start(self.on_bus("lost", line.path))
            row = self.manager.await_bus("lost", state=DOWN)
            self.assertIn(f"in use by process {os.getpid()}".encode(), row.lastError)
        self.manager.await_bus("lost", state=UP)

    def test_a_tcp_server_that_went_is_down_until_it_is_back(self):
        slave = harness.ModbusSlave(self.stage, "--tcp", "0")
        self.start_two(bus("lost", "modbus-tcp", f"127.0.0.1:{slave.port}")
            + sensor("lost", "lost", "1:holding:10:int16", gain="0.01"))
        slave.tell("listen 0", "close")
        self.await_down()
        slave.tell("listen 1")
        self.assertEqual(self.await_back().reopens, 1)

    def test_a_gateway_that_is_restarted_is_down_until_it_is_back(self):
        gateway = harness.ModbusSlave(self.stage, "--rtutcp", str(free_tcp_port()))
        self.start_two(bus("lost", "modbus-rtutcp", f"127.0.0.1:{gateway.port}")
            + sensor("lost", "lost", "1:holding:10:int16", gain="0.01"))
        gateway.kill()
        self.await_down()
        harness.ModbusSlave(self.stage, "--rtutcp", str(gateway.port))
        self.assertEqual(self.await_back().reopens, 1)

    def test_a_w1_tree_that_went_is_down_until_it_is_back(self):
        tree = harness.W1Tree(self.stage)
        tree.put(ROM, 20100)
        self.start_two(bus("lost", "w1", tree.path) + sensor("lost", "lost", ROM))
        os.rename(tree.path, tree.path + ".gone")
        self.await_down()
        os.rename(tree.path + ".gone", tree.path)
        self.assertEqual(self.await_back().reopens, 1)


@full_pass_only
class Late(LineTest):
    """An answer that comes after its time-out must not be taken for the next request's."""

    def watch(self, slave, expected, units, lates=(SOON, LATER)):
        """Late answers of all units in turn; no value but the right one may ever be seen."""
        wrong, stop = [], threading.Event()

        def look():
            while not stop.is_set():
                for name, row in self.manager.try_named().items():
                    for cell in (row.value, row.lastGoodValue, row.minimum, row.maximum):
                        if cell is not None and cell != expected[name]:
                            wrong.append((name, cell))

        watcher = threading.Thread(target=look)
        watcher.start()
        try:
            for late in lates:
                for unit in units:
                    self.be_late(slave, unit, late, units)
        finally:
            stop.set()
            watcher.join()
        self.assertEqual(wrong, [])
        for name, value in expected.items():
            self.manager.await_sensor(name, quality=GOOD, value=value)

    def be_late(self, slave, unit, late, units):
        before, rows = self.manager.buses()["line"], self.manager.named()
        complaints = before.timeouts + before.badReplies
        while self.complaints() == complaints:
            # for a daemon that stood still until it was there it was not late
            slave.tell(late.format(unit))
            goal = slave.requests() + 10 * len(units)
            await_(lambda goal=goal: self.complaints() > complaints or slave.requests() >= goal,
                f"the late answer: {late.format(unit)}")
        slave.await_requests(3 * len(units), "the line goes on")
        if late != SOON:
            return
        for name, row in self.manager.named().items():
            if not name.startswith(f"u{unit} "):
                self.assertEqual(row.errors, rows[name].errors, f"{name} pays for unit {unit}")

    def complaints(self):
        row = self.manager.buses()["line"]
        return row.timeouts + row.badReplies

    def config(self, driver, endpoint, units):
        config = bus("line", driver, endpoint, timeout=f"{TIMEOUT_MS}ms")
        for unit in units:
            for register in (1, 40, 41):
                config += sensor(f"u{unit} r{register}", "line", f"{unit}:holding:{register}:int16",
                    gain="0.01", fault_count=100)
        return config

    def values(self, slave, units):
        """As many registers in each request, each with a value of its own."""
        expected = {}
        for unit in units:
            for register in (1, 40, 41):
                value = unit * 100 + register
                slave.tell(f"set {unit} holding {register} {value}")
                expected[f"u{unit} r{register}"] = value * 10
        return expected

    def test_on_a_serial_line(self):
        units = (1, 2, 3)
        line = harness.SerialLine(self.stage, "line")
        line.slave.tell(*(f"delay {unit} {DELAY_MS}" for unit in units))
        expected = self.values(line.slave, units)
        self.start(self.config("modbus-rtu", line.path, units))
        for name, value in expected.items():
            self.manager.await_sensor(name, quality=GOOD, value=value)
        self.watch(line.slave, expected, units)

    def test_over_a_gateway(self):
        units = (1, 2, 3)
        slave = harness.ModbusSlave(self.stage, "--rtutcp", "0")
        slave.tell(*(f"delay {unit} {DELAY_MS}" for unit in units))
        expected = self.values(slave, units)
        self.start(self.config("modbus-rtutcp", f"127.0.0.1:{slave.port}", units))
        for name, value in expected.items():
            self.manager.await_sensor(name, quality=GOOD, value=value)
        self.watch(slave, expected, units, (SOON, GATEWAY, LATER))
        self.assertGreaterEqual(slave.stats()["connections"], 1 + 3 * len(units))

    def test_over_tcp(self):
        units = (1, 2)
        slave = harness.ModbusSlave(self.stage, "--tcp", "0")
        expected = self.values(slave, units)
        self.start(self.config("modbus-tcp", f"127.0.0.1:{slave.port}", units))
        for name, value in expected.items():
            self.manager.await_sensor(name, quality=GOOD, value=value)
        self.watch(slave, expected, units)
        self.assertGreaterEqual(slave.stats()["connections"], 1 + 2 * len(units))


@full_pass_only
class Dead(LineTest):
    def test_a_dead_unit_among_sixteen_costs_the_living_little(self):
        """Back-off: of the dead one's requests, which each cost a time-out, there are few."""
        line = harness.SerialLine(self.stage, "line")
        line.slave.tell("silent 5 1")
        config = bus("line", "modbus-rtu", line.path, options="115200,8N1", timeout="2s")
        begin = time.monotonic()
        for unit in range(1, 17):
            config += sensor(f"u{unit}", "line", f"{unit}:holding:1:int16", gain="0.01")
        self.start(config)
        self.manager.await_sensor("u5", quality=FAULT, faultReason=NO_REPLY)
        rows = await_(lambda: self.enough(), "forty rounds of the living")
        # at 0, 1, 3, 7, 15 s and so on, from 60 s on each minute; without back-off over 40
        seconds = time.monotonic() - begin
        self.assertLessEqual(rows["u5"].errors, 2 + math.log2(1 + seconds) + seconds / 60)
        self.assertGreaterEqual(rows["u5"].errors, 2)
        for name, row in rows.items():
            if name != "u5":
                self.assertEqual((row.quality, row.errors), (GOOD, 0), name)

    def enough(self):
        rows = self.manager.named()
        living = [row.reads for name, row in rows.items() if name != "u5"]
        return rows if min(living) >= 40 else None


if __name__ == "__main__":
    harness.main()
