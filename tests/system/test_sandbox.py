#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The daemon works in the sandbox of its unit, as far as can be shown without systemd."""
import contextlib
import email
import email.policy
import os
import re
import shutil
import signal
import subprocess
import sys
import unittest

import harness
import sandbox
import traps
from harness import BUILD, GOOD, PROGRAM, await_, bus, sensor
from smtp_helper import PROGRAM as HELPER
from smtp_helper import SmtpFake

UNIT = os.path.join(BUILD, "scripts/systemd/envsensord.service")
SANDBOX = os.path.join(os.path.dirname(os.path.realpath(__file__)), "sandbox.py")
CRITICAL = 3  # EnvsSeverity
ENTER_S = 180  # asks systemd and the compiler for some fifty things first
UID, GID, DIALOUT, SNMP = 64321, 64321, 64322, 64323
ROM = "28-00000000000a"
AT_ONCE = {"on_delay": "0", "off_delay": "0", "min_samples": 1}

# What the probe in the sandbox has to find.
OUTCOMES = {
    "write to the system": "EROFS",
    "write beside the state": "EROFS",
    "write the state": "done",
    "look at homes": "done",
    "packets": "EAFNOSUPPORT",
    "TCP": "done",
    "code that can be written": "EPERM",
    "set-user-id": "EPERM",
    "more priority": "EPERM",
    "mount": "EPERM",
    "another user": "EPERM",
}


class Line(harness.ModbusSlave):
    """A serial line that group dialout may open."""

    def __init__(self, stage):
        super().__init__(stage, "--pty", name="line")
        if os.getuid() == 0:
            os.chown(self.device, -1, DIALOUT)
            os.chmod(self.device, 0o660)


@harness.full_pass_only
@unittest.skipUnless(shutil.which("systemd-analyze") and shutil.which("cc"),
    "no systemd-analyze, which knows the groups of system calls, or no compiler")
class Sandbox(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.is_root = os.getuid() == 0
        os.chmod(self.stage.folder, 0o755)
        self.state = self.stage.folder_at("state")
        os.chmod(self.state, 0o700)
        if self.is_root:
            os.chown(self.state, UID, GID)

    def command(self, *words):
        ids = ["--ids", f"{UID},{GID},{DIALOUT},{SNMP}"] if self.is_root else []
        return [sys.executable, "-B", SANDBOX, UNIT, self.stage.folder, self.state, *ids, *words]

    def probe(self):
        """What is possible in it; skips the test where there can be none."""
        done = subprocess.run(self.command("probe"), capture_output=True, text=True, check=False,
            timeout=ENTER_S)
        if done.returncode == 77:
            self.skipTest(done.stderr.strip())
        self.assertEqual(done.returncode, 0, done.stderr)
        return dict(line.split(": ") for line in done.stdout.splitlines())

    def test_all_of_the_unit_is_taken_over_or_said_not_to_be(self):
        known = sandbox.HONOURED + sandbox.BY_THE_FILTER + sandbox.NOT_HERE
        self.assertEqual(set(sandbox.service(UNIT)), set(known))
        self.assertEqual(len(known), len(set(known)))

    def test_it_holds(self):
        self.assertEqual(self.probe(), OUTCOMES)

    # ---- the daemon in it ----

    def begin(self):
        """snmpd with the rights that scripts/snmpd gives; one bus of each kind; a relay."""
        self.probe()
        rights = f"agentXPerms 0660 0755 0 {SNMP}\n" if self.is_root else ""
        self.trapd = traps.Snmptrapd(self.stage)
        self.stage.sinks = self.trapd.sinks()
        self.stage.snmpd(rights)
        self.fake = SmtpFake()
        self.addCleanup(self.fake.stop)
        self.tree = harness.W1Tree(self.stage)
        self.tree.put(ROM, 21500)
        self.buses = bus("attic", "w1", self.tree.path) + sensor("inlet", "attic", ROM,
            high_critical=32, **AT_ONCE)
        self.names = ["inlet"]
        if harness.has_modbus():
            self.slaves = harness.ModbusSlave(self.stage, "--tcp", "0"), Line(self.stage)
            endpoints = {"modbus-tcp": f"127.0.0.1:{self.slaves[0].port}",
                "modbus-rtu": self.slaves[1].device}
            for driver, endpoint in endpoints.items():
                self.buses += bus(driver, driver, endpoint) + sensor("of " + driver, driver,
                    "1:holding:0:int16", gain="0.1")
                self.names.append("of " + driver)
        self.stage.write("envsensord.conf", self.config())
        for program in (PROGRAM, HELPER):  # the tree that was built may lie in somebody's home
            if os.path.exists(program):
                shutil.copy(program, self.stage.folder)
        self.start()

    def config(self, site="Prague 1"):
        mail = ""
        if os.path.exists(HELPER):
            mail = ('mail {\n    from = "sensors@example.org"\n    group-window = 0\n    relay { '
                f'host = "127.0.0.1"  port = {self.fake.port}  security = none }}\n}}\n'
                'contact "ops" { address = "ops@example.org"  min-severity = warning }\n')
        return f'site = "{site}"\n' + mail + self.buses

    def start(self):
        env = {"PATH": "/usr/bin:/bin", "ENVSENSORD_SMTP": self.stage.path("envsensord-smtp")}
        self.daemon = harness.Process(self.stage, "envsensord", self.command(
            self.stage.path("envsensord"), "--foreground", "--config",
            self.stage.path("envsensord.conf"), "--state-dir", self.state, "--agentx",
            self.stage.agentx), env=env)
        self.daemon.await_log("connected to the SNMP master", ENTER_S)

    def status(self):
        with open(f"/proc/{self.daemon.pid}/status", encoding="ascii") as file:
            return dict(re.findall(r"^(\w+):\s+(.*)$", file.read(), re.M))

    def check_process(self):
        status = self.status()
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[name], 16), 0, name)
        self.assertEqual((status["NoNewPrivs"], status["Seccomp"], status["Umask"]),
            ("1", "2", "0077"))
        if self.is_root:
            self.assertEqual(status["Uid"].split(), [str(UID)] * 4)
            self.assertEqual(status["Groups"].split(), [str(DIALOUT), str(SNMP)])

    def check_files(self):
        owner = (UID, GID) if self.is_root else (os.getuid(), os.getgid())
        names = os.listdir(self.state)
        self.assertIn("envsensord.db", names)
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # of the database's own, for a moment
                self.check_file(name, owner)

    def check_file(self, name, owner):
        found = os.stat(os.path.join(self.state, name))
        self.assertEqual((found.st_uid, found.st_gid), owner, name)
        self.assertEqual(found.st_mode & 0o077, 0, name)

    def subjects(self):
        return [str(email.message_from_bytes(octets, policy=email.policy.default)["Subject"])
            for _, _, octets in self.fake.mails]

    def test_the_daemon_works_in_it(self):
        self.begin()
        self.check_process()
        for name in self.names:
            self.manager.await_sensor(name, quality=GOOD)
        self.tree.put(ROM, 34200)
        self.manager.await_sensor("inlet", severity=CRITICAL)
        raised = await_(lambda: list(self.manager.rows("envsAlarmTable").values()), "an alarm")[0]
        self.trapd.await_seqs([raised.raisedSeq])
        if os.path.exists(HELPER):
            await_(lambda: [text for text in self.subjects() if "inlet 34.2" in text], "a mail")
        self.stage.write("envsensord.conf", self.config(site="Prague 2"))
        self.daemon.signal(signal.SIGHUP)
        self.daemon.await_log("configuration reloaded")
        await_(lambda: self.manager.scalar("agentSite") == b"Prague 2", "the new site")
        self.check_files()
        self.assertEqual(self.daemon.stop(), 0)
        self.assertNotRegex(self.daemon.log(), "[Nn]ot permitted|[Dd]enied")

    def test_what_it_has_stored_is_there_again(self):
        self.begin()
        uuid = await_(lambda: self.manager.scalar("agentUuid"), "the daemon serves")
        self.assertEqual(self.daemon.stop(), 0)
        self.start()
        await_(lambda: self.manager.try_named().get("inlet"), "the daemon serves again")
        self.assertEqual(self.manager.scalar("agentUuid"), uuid)


if __name__ == "__main__":
    harness.main()
