#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A password of the file appears nowhere: no log, no table, no event, no printed configuration, no
memory that another process of the same user may read."""
import os
import shutil
import subprocess

import harness
from harness import GOOD, PROGRAM, bus, sensor
from manager import root

PASSWORD = "correct-horse-battery"
MAIL = """
mail {{
    from = "sensors@example.org"
    relay {{ host = "mail.example.org"  port = 465  security = tls  user = "sensors@example.org"
        {secret} }}
}}
contact "ops" {{ address = "ops@example.org" }}
"""
SENSORS = bus("play", "sim") + sensor("a", "play", "a")


@harness.full_pass_only
class Secrets(harness.SystemTest):
    def files(self):
        """What the daemon has written, but for the database, which is private."""
        for folder, _, names in os.walk(self.stage.path("state")):
            for name in names:
                if not name.startswith("envsensord.db"):
                    with open(os.path.join(folder, name), "rb") as file:
                        yield name, file.read()

    def look_everywhere(self, secret, name):
        self.stage.snmpd()
        daemon = self.stage.daemon(SENSORS + MAIL.format(secret=secret), "--log-level", "debug",
            name=name)
        daemon.await_master()
        self.manager.await_sensor("a", quality=GOOD)
        daemon.reload()
        walked = self.manager.run("snmpbulkwalk", self.manager.peer(), f".{root()}").output
        printed = subprocess.run([PROGRAM, "--print-config", "--config", daemon.config,
            "--state-dir", self.stage.path("state")], capture_output=True, text=True, timeout=60,
            check=True)
        self.assertIn("mail.example.org", printed.stdout)
        self.assertEqual(daemon.stop(), 0)
        for what, text in (("log", daemon.log()), ("walk", walked), ("printed", printed.stdout),
                *((name, octets.decode(errors="replace")) for name, octets in self.files())):
            self.assertNotIn(PASSWORD, text, what)

    def test_of_a_password_in_the_file(self):
        self.look_everywhere(f'password = "{PASSWORD}"', "inline")

    def test_of_a_password_in_a_file_of_its_own(self):
        path = self.stage.write("relay.password", PASSWORD + "\n")
        os.chmod(path, 0o600)
        self.look_everywhere(f'password-file = "{path}"', "separate")

    def test_of_a_password_that_is_refused(self):
        path = self.stage.write("bad.conf", SENSORS
            + MAIL.format(secret=f'password = "{PASSWORD}\t{PASSWORD}"'))
        done = subprocess.run([PROGRAM, "--check", "--config", path], capture_output=True,
            text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 78)
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)

    def test_a_password_that_everybody_may_read_is_warned_of(self):
        """The file that is included holds it; the daemon starts all the same."""
        main = SENSORS + "include('mail.conf')\n"
        part = self.stage.write("mail.conf", MAIL.format(secret=f'password = "{PASSWORD}"'))
        warning = (f'warning: {part}:5: relay "mail.example.org": a password in a file that '
            "everybody may read: want mode 0640 or 0600, or password-file = PATH\n")
        os.chmod(part, 0o644)
        daemon = self.stage.daemon(main)
        daemon.await_log("info: version")
        self.assertEqual(daemon.log().count(warning), 1)
        self.assertEqual(daemon.reload().count(warning), 1)
        self.assertEqual(self.check(daemon.config), (0, f"envsensord: {warning}"))
        os.chmod(part, 0o640)
        self.assertNotIn("warning", daemon.reload())
        self.assertEqual(self.check(daemon.config), (0, ""))

    @staticmethod
    def check(config):
        done = subprocess.run([PROGRAM, "--check", "--config", config], capture_output=True,
            text=True, timeout=60, check=False)
        return done.returncode, done.stderr

    def test_no_core_and_no_look_into_its_memory(self):
        setpriv = shutil.which("setpriv")
        if setpriv is None or os.geteuid() != 0:
            self.skipTest("only root can be another user")
        state = self.stage.folder_at("state")
        os.chmod(self.stage.folder, 0o755)
        os.chown(state, 65534, 65534)
        config = self.stage.write("other.conf", SENSORS)
        os.chmod(config, 0o644)
        daemon = harness.Process(self.stage, "other", [setpriv, "--reuid=65534", "--regid=65534",
            "--clear-groups", PROGRAM, "--config", config, "--state-dir", state, "--agentx",
            self.stage.agentx, "--foreground"])
        daemon.await_log("info: version")
        # the files of a process that may be looked into belong to its user
        self.assertEqual(os.stat(f"/proc/{daemon.pid}/environ").st_uid, 0)


if __name__ == "__main__":
    harness.main()
