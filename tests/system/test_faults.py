#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Each trouble of a device ends in the right quality and reason, and nobody else notices."""
import harness
from harness import (BAD_ADDRESS, BAD_REPLY, DEGRADED, DEVICE_ERROR, FAULT, GOOD, IMPLAUSIBLE,
    NO_REPLY, OUT_OF_RANGE, UP, await_, bus, full_pass_only, sensor)

ROM, OTHER_ROM = "28-000005e2fdc3", "28-00000000000a"


class FaultTest(harness.SystemTest):
    def start(self, config):
        self.stage.snmpd()
        self.daemon = self.stage.daemon(config)
        self.daemon.await_master()

    def assert_untouched(self, name, value):
        row = self.manager.named()[name]
        self.assertEqual((row.quality, row.value, row.errors), (GOOD, value, 0), name)


class Units(FaultTest):
    """One unit of a serial line goes wrong in each way; the other one does not notice."""

    TIMEOUT_MS = 2000  # a slave misses none by chance; the line is silent for as long after it
    LATE_MS = 2500  # in this silence

    def setUp(self):
        super().setUp()
        self.line = harness.SerialLine(self.stage, "line")
        self.start(bus("line", "modbus-rtu", self.line.path, options="115200,8N1",
                timeout=f"{self.TIMEOUT_MS}ms")
            + sensor("ill", "line", "1:holding:10:int16", gain="0.01")
            + sensor("well", "line", "2:holding:20:int16", gain="0.01"))
        self.manager.await_sensor("ill", quality=GOOD, value=20100)
        self.manager.await_sensor("well", quality=GOOD, value=20200)

    def check(self, commands, reason, cure, counter=None):
        before = self.manager.buses()["line"]
        self.line.slave.tell(*commands)
        row = self.manager.await_sensor("ill", quality=FAULT, faultReason=reason)
        self.assertIsNone(row.value)
        self.assertEqual((row.valueText, row.severity), (b"", 4))
        self.assertEqual(row.lastGoodValue, 20100)
        self.assertEqual(self.manager.scalar("sensorsInFault"), 1)
        if counter:
            self.assertGreater(self.manager.buses()["line"][counter], before[counter], counter)
        self.assert_untouched("well", 20200)
        self.line.slave.tell(cure)
        self.manager.await_sensor("ill", quality=GOOD, faultReason=harness.NONE, value=20100,
            severity=1)
        self.assert_untouched("well", 20200)

    def test_a_silent_unit_is_no_reply(self):
        self.check(["silent 1 1"], NO_REPLY, "silent 1 0", "timeouts")
        self.assertIn('bus "line": no reply from unit 1', self.daemon.log())
        self.assertIn('bus "line": unit 1 answers again', self.daemon.log())

    @full_pass_only
    def test_the_bus_is_degraded_while_a_unit_is_silent(self):
        self.assertEqual(self.manager.buses()["line"].state, UP)
        self.line.slave.tell("silent 1 1")
        row = self.manager.await_bus("line", state=DEGRADED)
        self.assertIn(b"unit 1", row.lastError)
        self.line.slave.tell("silent 1 0")
        self.manager.await_bus("line", state=UP)

    @full_pass_only
    def test_wrong_checksums_are_bad_replies(self):
        self.check(["crc 1 1"], BAD_REPLY, "crc 1 0", "badReplies")

    @full_pass_only
    def test_garbage_is_a_bad_reply(self):
        self.check(["garbage 1 1"], BAD_REPLY, "garbage 1 0", "badReplies")

    @full_pass_only
    def test_half_a_frame_is_a_bad_reply(self):
        self.check(["short 1 1"], BAD_REPLY, "short 1 0", "badReplies")

    @full_pass_only
    def test_an_answer_of_another_unit_is_a_bad_reply(self):
        self.check(["wrong-unit 1 1"], BAD_REPLY, "wrong-unit 1 0", "badReplies")

    @full_pass_only
    def test_an_exception_is_a_device_error(self):
        self.check(["exception 1 4"], DEVICE_ERROR, "exception 1 0", "exceptions")

    @full_pass_only
    def test_an_illegal_address_is_a_bad_address(self):
        self.check(["hole 1 holding 10 10"], BAD_ADDRESS, "restore", "exceptions")

    @full_pass_only
    def test_beyond_the_physical_range_is_out_of_range(self):
        self.check(["set 1 holding 10 -32000"], OUT_OF_RANGE, "set 1 holding 10 2010")

    @full_pass_only
    def test_one_bad_sample_is_suspect_and_keeps_its_value(self):
        errors, tries = self.manager.named()["ill"].errors, 0
        while self.manager.named()["ill"].errors == errors:
            # for a daemon that stood still until it was there it was not late
            self.line.slave.tell(f"late 1 {self.LATE_MS}")  # once
            tries += 1
            goal = self.line.slave.requests() + 30
            await_(lambda goal=goal: self.manager.named()["ill"].errors > errors
                or self.line.slave.requests() >= goal, "one bad sample")
        row = self.manager.named()["ill"]
        self.assertIn((row.quality, row.value), [(harness.SUSPECT, 20100), (GOOD, 20100)])
        row = self.manager.await_sensor("ill", quality=GOOD)
        self.assertLessEqual(row.errors, errors + tries)
        self.assert_untouched("well", 20200)


@full_pass_only
class Wire(FaultTest):
    def setUp(self):
        super().setUp()
        self.tree = harness.W1Tree(self.stage)
        self.tree.put(ROM, 21562)
        self.tree.put(OTHER_ROM, 4000)
        self.start(bus("wire", "w1", self.tree.path) + sensor("ill", "wire", ROM)
            + sensor("well", "wire", OTHER_ROM))
        self.manager.await_sensor("ill", quality=GOOD, value=21562)
        self.manager.await_sensor("well", quality=GOOD, value=4000)

    def check(self, reason):
        row = self.manager.await_sensor("ill", quality=FAULT, faultReason=reason)
        self.assertEqual((row.lastGoodValue, row.minimum, row.maximum), (21562, 21562, 21562))
        self.assert_untouched("well", 4000)
        self.tree.put(ROM, 21562)
        self.manager.await_sensor("ill", quality=GOOD, value=21562)

    def test_a_probe_that_vanishes_and_returns(self):
        self.tree.remove(ROM)
        self.check(NO_REPLY)

    def test_an_empty_file_is_no_reply(self):
        self.tree.write(ROM, "")
        self.check(NO_REPLY)

    def test_a_wrong_checksum_is_a_bad_reply(self):
        self.tree.put(ROM, 22000, crc="NO")
        self.check(BAD_REPLY)

    def test_85_degrees_out_of_nothing_are_implausible(self):
        self.tree.put(ROM, 85000)
        self.check(IMPLAUSIBLE)

    def test_127_degrees_are_implausible(self):
        self.tree.put(ROM, 127937)
        self.check(IMPLAUSIBLE)


class Hang(FaultTest):
    def test_a_hung_file_holds_up_nobody_and_not_the_end(self):
        slave = harness.ModbusSlave(self.stage, "--tcp", "0")
        tree = harness.W1Tree(self.stage)
        tree.put(ROM, 21562)
        self.start(bus("wire", "w1", tree.path) + sensor("hung", "wire", ROM, stale_after="1s")
            + bus("plc", "modbus-tcp", f"127.0.0.1:{slave.port}")
            + sensor("well", "plc", "1:holding:1:int16", gain="0.01"))
        self.manager.await_sensor("hung", quality=GOOD)
        self.manager.await_sensor("well", quality=GOOD)
        tree.hang(ROM)
        self.manager.await_sensor("hung", quality=FAULT, faultReason=harness.STALE)
        slave.await_requests(20, "the other bus goes on")
        self.assert_untouched("well", 20010)
        self.assertEqual(self.manager.buses()["plc"].state, UP)
        self.daemon.reload()  # the bus that hangs must not hold up this either
        slave.await_requests(5, "the other bus goes on after SIGHUP")
        self.assertEqual(self.daemon.stop(harness.STOP_S), 0)


if __name__ == "__main__":
    harness.main()
