#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Devices with profiles, read through SNMP; --scan and what it proposes."""
import os
import re
import subprocess

import harness
from harness import FAULT, GOOD, OUT_OF_RANGE, PROGRAM, bus, full_pass_only

SOURCE = os.path.abspath(os.environ.get("ENVSENSOR_SRCDIR", "."))
PROFILES = os.path.join(SOURCE, "drivers/profiles")
ENVIRONMENT = dict(os.environ, ENVSENSORD_DATADIR=os.path.join(SOURCE, "drivers"))

# The data sheets' examples.
XY_MD02 = ["hole 2 holding 0 65535", "hole 2 input 0 0", "hole 2 input 3 65535",
    "hole 2 discrete 0 65535",
    "set 2 input 1 -205", "set 2 input 2 546"]
R4DCB08 = ["hole 3 input 0 65535", "hole 3 holding 8 65535", "hole 3 discrete 0 65535",
    "set 3 holding 0 219",
    "set 3 holding 1 -112"] + [f"set 3 holding {n} -32768" for n in range(2, 8)]
UNKNOWN = ["hole 4 holding 0 65535", "hole 4 input 0 1", "hole 4 input 2 65535",
    "hole 4 discrete 0 65535"]


def device(name, on, unit, profile, more=""):
    return (f'device "{name}" {{ bus = "{on}" unit = {unit} profile = "{profile}"\n'
        f"fault-count = 2 fault-delay = 200ms\n{more} }}\n")


def scan(config, name="line"):
    return subprocess.run([PROGRAM, "--config", config, "--scan", name], env=ENVIRONMENT,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False, text=True)


class ProfileTest(harness.SystemTest):
    def setUp(self):
        super().setUp()
        os.environ["ENVSENSORD_DATADIR"] = ENVIRONMENT["ENVSENSORD_DATADIR"]
        self.addCleanup(os.environ.pop, "ENVSENSORD_DATADIR")

    def start_slave(self):
        slave = harness.ModbusSlave(self.stage, "--tcp", "0")
        slave.tell("units 2-4", *XY_MD02, *R4DCB08, *UNKNOWN)
        return slave

    def start(self, config):
        self.stage.snmpd()
        self.daemon = self.stage.daemon(config)
        self.daemon.await_master()


class Devices(ProfileTest):
    def test_two_devices_are_read_through_snmp(self):
        slave = self.start_slave()
        self.start(bus("line", "modbus-tcp", f"127.0.0.1:{slave.port}")
            + device("rack-b", "line", 2, "xy-md02", 'location = "row 3"\n'
                "sensor temperature { offset = 0.5 high-warning = 27 }")
            + device("tank", "line", 3, "r4dcb08", 'sensors = "probe 1, probe 2, probe 3"'))
        row = self.manager.await_sensor("rack-b temperature", quality=GOOD, value=-20000)
        self.assertEqual((row.address, row.hardwareId, row.location, row.highWarning),
            (b"2:input:1:int16", b"line/2/input:1", b"row 3", 27000))
        self.assertEqual(row.limitsEnabled, b"\x20")
        self.manager.await_sensor("rack-b humidity", quality=GOOD, value=54600)
        self.manager.await_sensor("tank probe 1", quality=GOOD, value=21900)
        self.manager.await_sensor("tank probe 2", quality=GOOD, value=-11200)
        # No probe: a value that a DS18B20 cannot have.
        self.manager.await_sensor("tank probe 3", quality=FAULT, faultReason=OUT_OF_RANGE)
        self.assertEqual(sorted(self.manager.named()), ["rack-b humidity", "rack-b temperature",
            "tank probe 1", "tank probe 2", "tank probe 3"])

    def test_a_profile_of_the_site_wins(self):
        slave = self.start_slave()
        self.stage.folder_at("profiles")
        self.stage.write("profiles/xy-md02.conf", 'profile "xy-md02" { source = "us" sensor "mine" '
            '{ address = "input:2:uint16" quantity = humidity gain = 0.1 } }\n')
        self.start(bus("line", "modbus-tcp", f"127.0.0.1:{slave.port}")
            + device("rack-b", "line", 2, "xy-md02"))
        self.manager.await_sensor("rack-b mine", quality=GOOD, value=54600)
        self.assertEqual(list(self.manager.named()), ["rack-b mine"])

    def test_a_changed_profile_is_taken_at_sighup(self):
        slave = self.start_slave()
        self.stage.folder_at("profiles")
        text = ('profile "own" {{ source = "us" sensor "rh" {{ address = "input:2:uint16" '
            "quantity = humidity gain = {} }} }}\n")
        self.stage.write("profiles/own.conf", text.format("0.1"))
        self.start(bus("line", "modbus-tcp", f"127.0.0.1:{slave.port}")
            + device("rack-b", "line", 2, "own"))
        index = self.manager.await_sensor("rack-b rh", quality=GOOD, value=54600).index
        self.stage.write("profiles/own.conf", text.format("x"))
        self.assertRegex(self.daemon.reload(), r"profiles/own\.conf:1: gain.*in force stays")
        self.stage.write("profiles/own.conf", text.format("0.05"))
        self.daemon.reload()
        row = self.manager.await_sensor("rack-b rh", quality=GOOD, value=27300)
        self.assertEqual(row.index, index)


@full_pass_only
class Shipped(ProfileTest):
    def test_the_drivers_take_each_address_of_each_profile(self):
        names = sorted(name[:-5] for name in os.listdir(PROFILES) if name.endswith(".conf"))
        self.assertGreaterEqual(len(names), 10)
        for driver, endpoint in (("modbus-tcp", "127.0.0.1"), ("modbus-rtu", "/dev/ttyS9"),
                ("modbus-rtutcp", "127.0.0.1:4001")):
            config = self.stage.write("all.conf", bus("line", driver, endpoint)
                + "".join(device(f"{name}-247", "line", 1 + n, name)
                    for n, name in enumerate(names)))
            done = subprocess.run([PROGRAM, "--check", "--config", config], env=ENVIRONMENT,
                stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))


    def test_a_1_wire_device_behind_owserver_has_several_sensors(self):
        config = self.stage.write("ow.conf", bus("attic", "owserver", "127.0.0.1:4304")
            + 'device "cellar" { bus = attic unit = "26.A2D9C5000000"\n'
            "sensor air { address = temperature quantity = temperature }\n"
            "sensor rh { address = humidity quantity = humidity } }\n")
        done = subprocess.run([PROGRAM, "--check", "--config", config], env=ENVIRONMENT,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("1 buses, 2 sensors", done.stdout)


@full_pass_only
class Scan(ProfileTest):
    def test_what_it_prints_can_be_pasted_and_runs(self):
        """Of those that are not there two are silent; for the others the gateway speaks, so that
        the time-out can be one that nobody misses by chance."""
        slave = self.start_slave()
        slave.tell(*(f"exception {unit} 11" for unit in range(6, 248)))
        line = bus("line", "modbus-tcp", f"127.0.0.1:{slave.port}", timeout="3s")
        log = self.stage.path("requests.log")
        slave.tell(f"log {log}")
        done = scan(self.stage.write("scan.conf", line))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assert_polite(log)
        self.assertIn("# unit 2 looks like xy-md02: 2 of 2 points in range\n"
            "#   temperature -20.5 C, humidity 54.6 %RH\n", done.stdout)
        self.assertIn('device "xy-md02-2" { bus = "line" unit = "2" profile = "xy-md02" }\n',
            done.stdout)
        self.assertIn("# unit 3 looks like r4dcb08: 2 of 8 points in range\n", done.stdout)
        self.assertIn('profile = "r4dcb08" sensors = "probe 1, probe 2" }\n', done.stdout)
        self.assertRegex(done.stdout, r'# no profile fits.*\nsensor "unit 4" \{ bus = "line" '
            r'address = "4:input:0:uint16" quantity = other \}\n')
        self.assertTrue(done.stdout.endswith("# 3 found\n"))
        self.start(line + done.stdout)
        self.manager.await_sensor("xy-md02-2 temperature", quality=GOOD, value=-20500)
        self.manager.await_sensor("r4dcb08-3 probe 2", quality=GOOD, value=-11200)

    def assert_polite(self, log):
        with open(log, encoding="ascii") as file:
            requests = [[int(word) for word in line.split()[1:]] for line in file]
        self.assertTrue({function for _, function, _, _ in requests} <= {1, 2, 3, 4})
        absent = [unit for unit, _, _, _ in requests if unit not in (2, 3, 4)]
        self.assertEqual(len(absent), len(set(absent)), "one request for each unit that is not")
        for unit in (2, 3, 4):
            self.assertLess(sum(request[0] == unit for request in requests), 250)

    def test_a_line_that_the_daemon_has_is_refused(self):
        line = harness.SerialLine(self.stage, "line")
        text = (bus("line", "modbus-rtu", line.path)
            + harness.sensor("u1", "line", "1:holding:10:int16", gain="0.01"))
        self.start(text)
        self.manager.await_sensor("u1", quality=GOOD)
        done = scan(self.daemon.config)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r'^envsensord: error: bus "line": .*: in use by process '
            rf"{self.daemon.pid}: a scan wants the line for itself, stop that first\n$")
        self.manager.await_sensor("u1", quality=GOOD, errors=0)

    def test_1_wire_probes_become_sensors(self):
        tree = harness.W1Tree(self.stage)
        tree.put("28-000005e2fdc3", 20100)
        done = scan(self.stage.write("scan.conf", bus("attic", "w1", tree.path)), "attic")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r'\nsensor "28-000005e2fdc3" \{ bus = "attic" '
            r'address = "28-000005e2fdc3" quantity = temperature \}\n# 1 found\n$')

    def test_a_bus_that_is_not_there_is_told(self):
        config = self.stage.write("scan.conf", bus("line", "sim"))
        done = scan(config, "lime")
        self.assertEqual(done.returncode, 1)
        self.assertTrue(re.fullmatch(r'envsensord: error: no bus "lime" in the configuration\n',
            done.stderr), done.stderr)


if __name__ == "__main__":
    harness.main()
